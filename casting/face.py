"""Brows and lashes: hairs rooted in the skin that go where it goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from casting import human, seams
from casting.blender import Shader, curves, linear, move
from casting.landmarks import BODY, ball, body_faces, smoothed, vertex_normals
from casting.recipe import BrowPart, LashPart
from casting.sculpt import step

Points = NDArray[np.float64]
Follow = Callable[[Points], None]
STEPS = 7  # points of a hair
SWING = 2.1  # how far lashes turn down, against their lid
SIDES = ("left", "right")
STILL = 0.004  # dm that a blink may move the skin under a brow
FRONT = 2  # number of the lid ring that lashes grow from


def hair_material(name: str, colour: str, roughness: float = 0.5, shine: float = 0.12) -> Any:
    """Plain hair."""
    shader = Shader(name)
    tone = shader.node("HairInfo").outputs["Random"]
    base = np.array(linear(colour))
    mixed = shader.mix(tuple(base * 0.7), tuple(base * 1.35), tone)
    surface = shader.node("BsdfPrincipled", Base_Color=mixed, Roughness=roughness, Specular_IOR_Level=shine)
    return shader.finish(surface.outputs[0])


@lru_cache(maxsize=1)
def _beside_lids() -> NDArray[np.int64]:
    """Vertices of the skin that a blink does not move."""
    lid = np.zeros(BODY)
    for side in ("Left", "Right"):
        vertices, shifts = human.expressions()[f"eyeBlink{side}"]
        moved = vertices[np.linalg.norm(shifts, axis=1) > STILL]
        lid[moved[moved < BODY]] = 1
    return np.flatnonzero(smoothed(lid, 3) < 0.02)


class Rooted:
    """Strands that follow the skin: each goes with the vertices around its root.

    Args:
        points: (COUNT, 3) at rest.
        strands: (n, k, 3) at rest, root first.
        near: how many vertices a root listens to. Lids are none of them: a brow stays when an eye closes.
        turned: whether strands turn with the skin, as on a chin; brows only go along.
    """

    def __init__(self, points: Points, strands: Points, near: int = 6, turned: bool = True) -> None:
        self.turned = turned
        still = _beside_lids()
        gap, found = cKDTree(points[still]).query(strands[:, 0], near)
        self.vertices = still[found]
        weight = 1 / (gap**2 + 1e-5)
        self.weight = weight / weight.sum(axis=1, keepdims=True)
        self.rest = points[:BODY].copy()
        self.normals = vertex_normals(self.rest, body_faces())
        self.strands = strands

    def at(self, posed: Points) -> Points:
        """(n, k, 3) strands on the posed skin."""
        shift = np.einsum("nk,nki->ni", self.weight, posed[self.vertices] - self.rest[self.vertices])
        if not self.turned:
            gone: Points = self.strands + shift[:, None]
            return gone
        turn = self._turn(vertex_normals(posed[:BODY], body_faces()))
        root = self.strands[:, :1]
        turned = np.einsum("nij,nkj->nki", turn, self.strands - root)
        moved: Points = root + shift[:, None] + turned
        return moved

    def _turn(self, normals: Points) -> Points:
        """(n, 3, 3) smallest turn from the normals at rest to these."""
        old = _unit(np.einsum("nk,nki->ni", self.weight, self.normals[self.vertices]))
        new = _unit(np.einsum("nk,nki->ni", self.weight, normals[self.vertices]))
        axis = np.cross(old, new)
        cosine = np.clip((old * new).sum(axis=1), -0.99, 1)
        skew = np.zeros((len(old), 3, 3))
        skew[:, 0, 1], skew[:, 0, 2], skew[:, 1, 2] = -axis[:, 2], axis[:, 1], -axis[:, 0]
        skew -= skew.transpose(0, 2, 1)
        turn: Points = np.eye(3) + skew + skew @ skew / (1 + cosine)[:, None, None]
        return turn


def _unit(vectors: Points) -> Points:
    unit: Points = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit


def add_brows(
    points: Points, surface: tuple[Points, NDArray[np.int64]], part: BrowPart
) -> tuple[Any, Follow]:
    """The brows, and what moves them.

    Args:
        points: (COUNT, 3) at rest.
        surface: points and triangles of the skin as rendered at rest.
        part: their shape and colour.
    """
    generator = np.random.default_rng(7)
    sides = []
    for sign, side in ((1.0, "left"), (-1.0, "right")):
        flat = _brow(points, side, part, generator)
        sides.append(_laid(surface, flat, sign))
    strands = np.concatenate(sides)
    rooted = Rooted(points, strands, turned=False)
    radius = part.radius * generator.uniform(0.7, 1.2, len(strands))
    thing = curves("brows", strands, radius, hair_material("brows", part.colour), tip=0.1)
    return thing, lambda posed: move(thing, rooted.at(posed))


def _brow(points: Points, side: str, part: BrowPart, generator: np.random.Generator) -> Points:
    """(n, STEPS, 2) hairs of the left brow as x, y in front view (the right one mirrored later)."""
    centre, _ = ball(points, side)
    count = part.count
    tried = generator.uniform(0, 0.98, 3 * count)
    kept = generator.uniform(0, 1, 3 * count) < 0.30 + 0.70 * step(0.0, 0.28, tried)
    along = tried[kept][:count]
    across = np.clip(generator.normal(0, 0.5, count), -0.9, 1.1)
    thick = part.thickness * (0.75 + 0.45 * np.sin(np.pi * np.clip(along + 0.1, 0, 1)))
    thick = thick * (1 - 0.85 * step(0.5, 1.0, along)) * (0.72 + 0.28 * step(0.0, 0.22, along))
    x = part.start + along * part.length
    y = centre[1] + part.height + part.arch * np.sin(np.pi * 0.93 * along**1.25) + part.slope * along
    y = y - 0.03 * along**4 + across * thick
    angle = np.where(along < 0.18, 1.2 - 3.2 * along, 0.45 - 0.5 * along)
    angle = angle - 0.45 * across * (1 - along) + generator.normal(0, 0.12, count)
    length = part.hair * generator.uniform(0.75, 1.15, count) * (1 - 0.35 * along)
    t = np.linspace(0, 1, STEPS)
    reach = length[:, None] * t
    bend = angle[:, None] * (1 - 0.35 * t)
    return np.stack([x[:, None] + np.cos(bend) * reach, y[:, None] + np.sin(bend) * reach], axis=-1)


def brow_shade(points: Points, part: BrowPart) -> Points:
    """(BODY,) how much the brows tint the skin under them."""
    skin = points[:BODY]
    centre, _ = ball(points, "left")
    along = (np.abs(skin[:, 0]) - part.start) / part.length
    inside = np.clip(along, 0, 1)
    line = centre[1] + part.height + part.arch * np.sin(np.pi * 0.93 * inside**1.25) + part.slope * inside
    line = line - 0.03 * inside**4 + 0.012
    shade = np.exp(-(((skin[:, 1] - line) / (1.25 * part.thickness)) ** 2))
    shade *= step(-0.12, 0.2, along) * step(1.10, 0.75, along) * (skin[:, 2] > centre[2])
    result: Points = shade
    return result


def _laid(surface: tuple[Points, NDArray[np.int64]], flat: Points, sign: float) -> Points:
    """Hairs given in front view, laid on the skin."""
    skin, _ = surface
    front = skin[skin[:, 2] > np.median(skin[:, 2])]
    tree = cKDTree(front[:, :2])
    where = flat * [sign, 1]
    gap, near = tree.query(where.reshape(-1, 2), 6)
    top = front[near][..., 2]
    weight = 1 / (gap**2 + 1e-6)
    top = np.where(top > top.max(axis=1, keepdims=True) - 0.08, top, top.max(axis=1, keepdims=True))
    z = ((top * weight).sum(axis=1) / weight.sum(axis=1)).reshape(where.shape[:2])
    lift = 0.009 + 0.012 * np.sin(np.pi * 0.8 * np.linspace(0, 1, STEPS))
    return np.concatenate([where, (z + lift)[..., None]], axis=-1)


def add_lashes(points: Points, part: LashPart) -> tuple[Any, Follow]:
    """The lashes, and what moves them."""
    generator = np.random.default_rng(11)
    rows = [_Lashes(points, side, upper, part, generator) for side in SIDES for upper in (True, False)]
    radii = np.concatenate([row.radii for row in rows])
    material = hair_material("lashes", part.colour)

    def strands(posed: Points) -> Points:
        return np.concatenate([row.at(posed) for row in rows])

    thing = curves("lashes", strands(points), radii, material, tip=0.1)
    return thing, lambda posed: move(thing, strands(posed))


class _Lashes:
    """The lashes of one lid. They ride on its edge and swing about the eyeball with it.

    Args:
        points: (COUNT, 3) at rest.
        side: `left` or `right`.
        upper: whether they grow from the upper lid.
        part: their shape.
        generator: of their irregularity.
    """

    def __init__(
        self, points: Points, side: str, upper: bool, part: LashPart, generator: np.random.Generator
    ) -> None:
        lids = seams.eye(side)
        row = (lids.upper if upper else lids.lower)[FRONT]
        self.row = row[np.argsort(np.abs(points[row, 0]))]  # from the inner to the outer corner
        self.centre, _ = ball(points, side)
        count = part.count if upper else part.count // 2
        along = np.linspace(0.10, 0.98, count) + generator.normal(0, 0.006, count)
        self.along = np.clip(along, 0, 1)
        self.radii = np.full(count, part.radius * (1.0 if upper else 0.42))
        self.rest = self._roots(points)
        self.strands = self._grown(1.0 if side == "left" else -1.0, upper, part, generator)

    def _roots(self, points: Points) -> Points:
        edge = seams.limits(points, self.row)
        path = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
        return np.stack([np.interp(self.along * path[-1], path, edge[:, k]) for k in range(3)], axis=1)

    def _grown(self, sign: float, upper: bool, part: LashPart, generator: np.random.Generator) -> Points:
        """(n, STEPS, 3) from the roots."""
        count = len(self.along)
        length = part.length * (1 if upper else part.lower) * (0.40 + 0.60 * step(0.0, 0.75, self.along))
        length = length * generator.normal(1, 0.10, count)
        t = np.linspace(0, 1, STEPS)[None]
        fan = sign * (0.9 * (self.along - 0.42) + generator.normal(0, 0.05, count))
        rise = (0.05 * t + 0.62 * t**2) if upper else (-0.62 * t + 0.05 * t**2)
        ahead = 0.85 if upper else 0.6
        hairs: Points = ahead * _unit(self.rest - self.centre)[:, None] * t[..., None] * length[:, None, None]
        hairs[..., 1] += rise * length[:, None]
        hairs[..., 0] += fan[:, None] * length[:, None] * t
        return hairs

    def at(self, posed: Points) -> Points:
        """(n, STEPS, 3) in an expression."""
        roots = self._roots(posed)
        turn = SWING * (self._height(roots) - self._height(self.rest))
        cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
        x, y, z = self.strands.transpose(2, 0, 1)
        swung = np.stack([x, cos * y + sin * z, cos * z - sin * y], axis=-1)
        shut = np.clip(-turn / SWING / 0.6, 0, 1)[:, None]  # clear of the lower lid that the edge sinks into
        roots = roots + shut * (0.012 * _unit(roots - self.centre) + np.array([0.0, 0.008, 0.0]))
        result: Points = roots[:, None] + swung
        return result

    def _height(self, roots: Points) -> Points:
        """(n,) angle above the eyeball's equator."""
        away = roots - self.centre
        angle: Points = np.arctan2(away[:, 1], away[:, 2])
        return angle
