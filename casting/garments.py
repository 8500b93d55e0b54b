"""Pieces of clothing as surfaces over the body: shells, panels, buttons.

A shell is a level set of the distance from the smoothed body, cut by lines (neckline, opening): so it
lies everywhere on the body and nothing pokes through. A panel (lapel, collar, placket) is a grid between
two lines, laid on the shell at its own height; its rims sink into what is below, which rounds them.

All places are relative to the middle between the eyes, decimetres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from casting import blender, human
from casting.field import Field, Points, around, level_set, smoothstep, unit
from casting.scalp import skin_surface

Cut = Callable[[Points], Points]  # places -> distance beyond a cutting line; what is above 0 is cut away

Knots = Sequence[tuple[float, ...]]  # parameter, values

LOW, HIGH = np.array([-2.85, -4.0, -2.7]), np.array([2.85, -0.75, 0.6])  # box of what clothes cover
STEP = 0.026  # of the grid that shells are cut from
SOFT = 0.09  # blur of the body below cloth


class Torso:
    """A person's bust, as clothes need it.

    Args:
        points: (human.COUNT, 3) of the person, arms lowered.
    """

    def __init__(self, points: Points) -> None:
        self.eyes: Points = (human.joint(points, "l-eye") + human.joint(points, "r-eye")) / 2
        self.skin, self.triangles = skin_surface(points[: human.RANGES["body"][1]] - self.eyes, 1, 4.3)
        self.shoulder: Points = human.joint(points, "l-shoulder") - self.eyes
        self.notch: Points = (human.joint(points, "l-clavicle") - self.eyes) * [0, 1, 1]
        self.neck: Points = human.joint(points, "neck") - self.eyes

    @cached_property
    def body(self) -> Field:
        """Distance from the skin."""
        return around(self.skin, self.triangles, LOW, HIGH, 0.04).resampled(STEP)

    @cached_property
    def cloth(self) -> Field:
        """Distance from the body as cloth spans it."""
        return self.body.smoothed(SOFT)

    @cached_property
    def neck_width(self) -> float:
        """Half the width of the neck at its narrowest."""
        high = (np.abs(self.skin[:, 1] - (self.neck[1] + 0.15)) < 0.1) & (np.abs(self.skin[:, 0]) < 1.0)
        return float(np.abs(self.skin[high, 0]).max())

    def side(self, share: float) -> float:
        """Height at which neck and shoulders together are `share` times as wide as the neck."""
        heights = np.linspace(self.neck[1] + 0.25, self.neck[1] - 0.9, 47)
        near = np.abs(self.skin[:, 2] - self.neck[2]) < 0.5
        place = np.abs(self.skin[near & (np.abs(self.skin[:, 0]) < 2.0)])
        level = self.skin[near & (np.abs(self.skin[:, 0]) < 2.0), 1]
        width = np.array([place[np.abs(level - y) < 0.05, 0].max(initial=0.0) for y in heights])
        return float(np.interp(share * self.neck_width, np.maximum.accumulate(width), heights))

    def around_neck(self, points: Points) -> Points:
        """Angle about the neck, 0 front .. 180 back, degrees."""
        axis = self.neck[2] + 0.12 * np.clip(self.neck[1] - points[..., 1], 0, 1)
        turned: Points = np.degrees(np.arctan2(np.abs(points[..., 0]), points[..., 2] - axis))
        return turned

    def lay(self, points: Points, height: ArrayLike, tries: int = 7) -> Points:
        """Points moved to a height over the cloth line."""
        place = np.array(points, dtype=np.float64).reshape(-1, 3)
        level = np.broadcast_to(height, np.shape(points)[:-1]).reshape(-1)
        for _ in range(tries):
            place += self.cloth.normal(place) * np.clip(level - self.cloth(place), -0.2, 0.2)[:, None]
        return place.reshape(np.shape(points))

    def before(self, x: ArrayLike, y: ArrayLike, height: ArrayLike = 0.0) -> Points:
        """Points on the front of the body at a height over the cloth line, seen straight from the front."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        place = np.stack([x, y, np.full(x.shape, 0.55)], axis=-1).reshape(-1, 3)
        level = np.broadcast_to(height, x.shape).reshape(-1)
        for _ in range(40):
            place[:, 2] -= np.clip(self.cloth(place) - level, -0.05, 0.25) * 0.9
        return place.reshape(*x.shape, 3)


def line(knots: Knots, at: ArrayLike) -> Points:
    """A smooth line through knots (n, 1 + d): first column the parameter, then the values."""
    table = np.asarray(knots, dtype=np.float64)
    value: Points = PchipInterpolator(table[:, 0], table[:, 1:])(np.asarray(at, dtype=np.float64))
    return value


def neckline(torso: Torso, knots: Knots) -> Cut:
    """A cut round the neck: knots are (angle about the neck, height)."""

    def cut(points: Points) -> Points:
        height: Points = line(knots, torso.around_neck(points))[..., 0]
        return points[..., 1] - height

    return cut


def shell(
    torso: Torso,
    name: str,
    height: float,
    cuts: list[Cut],
    material: Any,
    wrinkle: float = 0.0,
    tailored: float = 0.0,
    seed: int = 1,
) -> Any:
    """A garment's main surface.

    Args:
        torso: whose.
        name: of the object.
        height: over the cloth line.
        cuts: what is taken away.
        material: what it is made of.
        wrinkle: depth of folds, strongest at the armpits.
        tailored: 0 soft .. 1 with padded shoulders and set-in sleeves.
        seed: of the folds.
    """

    def worn(places: Points, distance: Points) -> Points:
        value = distance - height
        if wrinkle:
            value = value - wrinkle * folds(torso, places, seed)
        if tailored:
            value = value - tailored * _tailoring(torso, places)
        for cut in cuts:
            value = both(value, cut(places))
        return value

    points, faces = level_set(torso.cloth.changed(worn))
    points, faces = _outer(points, faces, torso)
    thing = blender.mesh(name, points + torso.eyes, faces, material, {"seam": _seam(torso, points)})
    thing.modifiers.new("even", "SMOOTH").iterations = 2
    return _refined(thing)


def _refined(thing: Any, levels: int = 1) -> Any:
    modifier = thing.modifiers.new("smooth", "SUBSURF")
    modifier.levels = modifier.render_levels = levels
    return thing


def both(one: Points, other: Points, soft: float = 0.02) -> Points:
    """The larger of two, rounded where they meet."""
    share = np.clip(0.5 + 0.5 * (one - other) / soft, 0, 1)
    joined: Points = other + (one - other) * share + soft * share * (1 - share)
    return joined


def _outer(points: Points, faces: NDArray[np.int64], torso: Torso) -> tuple[Points, NDArray[np.int64]]:
    """Only what lies outside the skin: the rest cannot be seen."""
    seen = torso.body(points)[faces].max(axis=1) > -0.04
    used, compact = np.unique(faces[seen], return_inverse=True)
    return points[used], compact.reshape(-1, 4)


def folds(torso: Torso, places: Points, seed: int) -> Points:
    """Folds of cloth, about -1..1: fans from the armpits, drag lines on sleeves, soft pulls below."""
    rng = np.random.default_rng(seed)
    phase = rng.random(5) * 6
    pit = torso.shoulder + np.array([-0.22, -0.55, 0.2])
    local = np.stack([np.abs(places[:, 0]), places[:, 1], places[:, 2]], axis=1) - pit
    far = np.linalg.norm(local[:, :2], axis=1)
    warp = 0.35 * np.sin(3.1 * places[:, 1] + phase[0]) + 0.3 * np.sin(2.3 * places[:, 0] + phase[1])
    angle = np.arctan2(local[:, 1], -local[:, 0]) + 0.25 * warp
    fan = (
        _crease(angle * 6.5 + 1.5 * warp + phase[2]) * smoothstep(1.3, 0.2, far) * smoothstep(0.03, 0.3, far)
    )
    outer = smoothstep(0.0, 0.25, local[:, 0])
    drag = _crease((local[:, 1] + 0.55 * local[:, 0] + 0.18 * warp) * 7 + phase[3])
    drag = drag * outer * smoothstep(0.1, -0.7, local[:, 1])
    pull = _crease((places[:, 1] + 0.9 * np.abs(places[:, 0]) + 0.3 * warp) * 4.2 + phase[4])
    pull = pull * smoothstep(0.3, 0.8, np.abs(places[:, 0])) * smoothstep(-0.1, -0.8, local[:, 1])
    summed: Points = fan * (1 - outer) + 0.8 * drag + 0.5 * pull * (1 - outer)
    return summed


def _crease(angle: Points) -> Points:
    """A wave of soft hills and narrower valleys, -1..1."""
    return 2 * (0.5 + 0.5 * np.sin(angle)) ** 0.6 - 1


def _seam(torso: Torso, points: Points) -> Points:
    """Signed distance from the seam of the sleeves, decimetres; above 0 on the sleeve."""
    bow = 0.12 * (points[:, 1] - torso.shoulder[1] - 0.3) ** 2
    front = 0.10 * smoothstep(0.2, 0.6, points[:, 2] - torso.shoulder[2])
    seam: Points = np.abs(points[:, 0]) - (torso.shoulder[0] + 0.06 - bow - front)
    return seam


def _tailoring(torso: Torso, places: Points) -> Points:
    """Height that shoulder pads and sleeve heads add, decimetres."""
    seam = _seam(torso, places)
    high = smoothstep(torso.shoulder[1] + 0.05, torso.shoulder[1] + 0.6, places[:, 1])
    pad = 0.06 * smoothstep(-0.75, -0.1, seam) * smoothstep(0.12, 0.0, seam)
    head = 0.055 * smoothstep(0.0, 0.07, seam) * smoothstep(0.5, 0.1, seam)
    added: Points = high * (pad + head)
    return added


def panel(
    torso: Torso,
    name: str,
    inner: Points,
    outer: Points,
    material: Any,
    height: float,
    thick: float,
    under: float,
    ends: bool = True,
) -> Any:
    """A strip of cloth laid on the shell.

    Args:
        torso: whose.
        name: of the object.
        inner: (n, 3) one long rim: the fold of a lapel.
        outer: (n, 3) the other.
        material: what it is made of.
        height: of its rims over the cloth line.
        thick: how much higher the middle lies.
        under: height of the rim at the fold, which goes down to what is worn below.
        ends: whether its short ends are rims too.
    """
    share = _spread(26)
    grid = inner[:, None] + (outer - inner)[:, None] * share[None, :, None]
    width = np.linalg.norm(outer - inner, axis=1)[:, None] * np.ones_like(share)
    to_outer = width * (1 - share)
    to_inner = width * share
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff((inner + outer) / 2, axis=0), axis=1))])
    to_end = np.minimum(length, length[-1] - length)[:, None] * np.ones_like(share)
    rim = np.minimum(to_outer, to_end) if ends else to_outer
    level = height + thick * _round(rim, 0.035)
    level = level - (height + thick - under) * (1 - _round(to_inner, 0.07))
    level = level - 0.02 * (1 - _round(rim, 0.012))
    points = torso.lay(grid, level)
    attributes = {"rim": np.minimum(rim, 1), "along": length[:, None] * np.ones_like(share)}
    return sheet(torso, name, points, material, attributes)


def sheet(torso: Torso, name: str, grid: Points, material: Any, attributes: Mapping[str, Points]) -> Any:
    """A grid of points (rows, columns, 3) as a surface that faces outwards.

    Args:
        torso: whose.
        name: of the object.
        grid: its points.
        material: what it is made of.
        attributes: (rows, columns) numbers for the shader; `rim` and `seam` are filled in.
    """
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    faces = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1).reshape(-1, 4)
    points = grid.reshape(-1, 3)
    one = np.ones(rows * columns)
    values = {"rim": one, "seam": one, **{key: value.ravel() for key, value in attributes.items()}}
    faces = _facing(torso, points, faces)
    return _refined(blender.mesh(name, points + torso.eyes, faces, material, values))


def _round(distance: Points, radius: float) -> Points:
    """0 at a rim, 1 beyond the radius, like a quarter of a circle."""
    t = np.clip(distance / radius, 0, 1)
    curve: Points = np.sqrt(np.maximum(1 - (1 - t) ** 2, 0))
    return curve


def _spread(count: int) -> Points:
    """0..1, closer near both ends."""
    t = np.linspace(0, 1, count)
    spread: Points = 0.55 * (0.5 - 0.5 * np.cos(np.pi * t)) + 0.45 * smoothstep(0, 1, t)
    return spread


def _facing(torso: Torso, points: Points, faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """The faces turned outwards."""
    corners = points[faces]
    cross = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    out = np.einsum("ij,ij->i", cross, torso.cloth.normal(corners.mean(axis=1))).sum()
    return faces if out > 0 else faces[:, ::-1]


def mirrored(points: Points) -> Points:
    """The same on the other side."""
    return points * [-1, 1, 1]


def button(torso: Torso, x: float, y: float, height: float, radius: float, material: Any) -> Any:
    """A round button with a rim and four holes' hollow."""
    centre = torso.before(x, y, height).reshape(3)
    normal = unit(torso.cloth.normal(centre[None]))[0]
    side = unit(np.cross([0.0, 1.0, 0.0], normal))
    up = np.cross(normal, side)
    profile = np.array(
        [[0, 0.010], [0.45, 0.010], [0.62, 0.016], [0.85, 0.020], [0.97, 0.012], [1.0, 0.0], [0.9, -0.02]]
    )
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * up
    points = centre + profile[:, 0, None, None] * radius * ring[None] + profile[:, 1, None, None] * normal
    index = np.arange(len(profile) * 40).reshape(len(profile), 40)
    after = np.roll(index, -1, axis=1)
    faces = np.stack([index[:-1], index[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)
    return blender.mesh("button", points.reshape(-1, 3) + torso.eyes, faces, material)


def tube_along(name: str, path: Points, radius: float, material: Any, closed: bool) -> Any:
    """A thin round bar along a line (n, 3), absolute decimetres: wire, chain, hoop."""
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0) if closed else np.gradient(path, axis=0)
    way = unit(ahead)
    side = unit(np.cross(way, np.array([0.13, 0.21, 0.97])))
    up = np.cross(way, side)
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    round_ = np.cos(turn)[None, :, None] * side[:, None] + np.sin(turn)[None, :, None] * up[:, None]
    points = path[:, None] + radius * round_
    return blender.mesh(name, points.reshape(-1, 3), quads(len(path), 10, closed), material)


def quads(rows: int, columns: int, closed: bool) -> NDArray[np.int64]:
    """Faces of a grid of points whose columns go round, and whose rows too if it is closed."""
    index = np.arange(rows * columns).reshape(rows, columns)
    index = np.concatenate([index, index[:1]]) if closed else index
    index = np.concatenate([index, index[:, :1]], axis=1)
    faces = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1)
    return faces.reshape(-1, 4)
