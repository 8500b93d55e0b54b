"""Beards: short hairs rooted in the skin of the lower face, which go where jaw and lips take them.

A style is a region: the cheeks below a line from the sideburns to the corners of the mouth, the upper lip,
the chin. Lips stay clear: no hair is rooted on them, and none that would lie across them is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.spatial import cKDTree

from casting.blender import curves, move
from casting.face import Follow, Rooted, hair_material
from casting.field import Points, smoothstep, unit
from casting.landmarks import BODY, painted
from casting.sculpt import TIP
from casting.skin import CHIN, CORNER, EAR

STEPS = 7  # points of a hair
LIPS = 0.35  # painted strength from which skin counts as lip
CLEAR = 0.019  # decimetres between the lips and the nearest hair
BELOW = 0.035  # decimetres more below the lower lip, beside the middle
SHINE = 0.5


@dataclass(frozen=True)
class Cut:
    """How a style is cut.

    Args:
        cheeks: whether the cheeks are grown.
        lip: whether the upper lip is.
        chin: whether the chin is.
        length: decimetres.
        chin_length: decimetres below the mouth.
        count: hairs on a face full of them.
        radius: decimetres at the root.
        loose: how far hairs stand off the skin.
    """

    cheeks: bool
    lip: bool
    chin: bool
    length: float
    chin_length: float
    count: int
    radius: float
    loose: float


CUTS = {
    "stubble": Cut(True, True, True, 0.022, 0.022, 12000, 0.0016, 0.7),
    "short": Cut(True, True, True, 0.050, 0.060, 24000, 0.0021, 0.5),
    "full": Cut(True, True, True, 0.085, 0.150, 28000, 0.0024, 0.55),
    "goatee": Cut(False, True, True, 0.070, 0.100, 22000, 0.0026, 0.5),
    "moustache": Cut(False, True, False, 0.080, 0.080, 20000, 0.0022, 0.45),
}


class Beard(BaseModel):
    """A person's beard."""

    model_config = ConfigDict(extra="forbid")

    style: Literal["stubble", "short", "full", "goatee", "moustache"] = "short"
    colour: str = Field("#2a1a10", description="#rrggbb")
    grey: str = Field("", description="colour of some of the hairs, most on the chin; none if empty")
    length: float = Field(1.0, description="of the style's")
    density: float = Field(1.0, description="of the style's")
    cheek: float = Field(0.0, description="decimetres that the line on the cheeks lies higher")
    seed: int = 5


def add_beard(
    points: Points, surface: tuple[Points, NDArray[np.int64]], beard: Beard
) -> tuple[list[Any], Follow]:
    """The beard, and what moves it.

    Args:
        points: (COUNT, 3) at rest.
        surface: points and triangles of the skin as rendered at rest.
        beard: the recipe.
    """
    rng = np.random.default_rng(beard.seed)
    chart = Chart(points, beard)
    strands = _grown(chart, surface, beard, rng)
    rooted = Rooted(points, strands)
    silver = _silver(chart, strands[:, 0], beard, rng)
    things = [_hairs(strands[~silver], beard, beard.colour, rng)]
    parts = [~silver]
    if silver.any():
        things.append(_hairs(strands[silver], beard, beard.grey, rng))
        parts.append(silver)

    def follow(posed: Points) -> None:
        placed = rooted.at(posed)
        for thing, part in zip(things, parts, strict=True):
            move(thing, placed[part])

    return things, follow


def _hairs(strands: Points, beard: Beard, colour: str, rng: np.random.Generator) -> Any:
    radius = CUTS[beard.style].radius * rng.uniform(0.7, 1.2, len(strands))
    return curves("beard", strands, radius, hair_material("beard", colour, 0.4, SHINE), tip=0.25)


def _silver(chart: Chart, roots: Points, beard: Beard, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(n,) which hairs are grey."""
    if not beard.grey:
        return np.zeros(len(roots), dtype=bool)
    low = smoothstep(chart.corner[1] + 0.1, chart.chin[1] + 0.05, roots[:, 1])
    chosen: NDArray[np.bool_] = rng.random(len(roots)) < 0.2 + 0.6 * low
    return chosen


class Chart:
    """Where a beard grows on a face, and which way.

    Args:
        points: (COUNT, 3) at rest.
        beard: the recipe.
    """

    def __init__(self, points: Points, beard: Beard) -> None:
        self.cut, self.raised = CUTS[beard.style], beard.cheek
        self.tip, self.corner = points[TIP], points[CORNER]
        self.chin, self.ear = points[CHIN], points[EAR]
        self.lips = points[:BODY][painted("lips") > LIPS]
        self._near = cKDTree(self.lips)
        self._all, self._inside = cKDTree(points[:BODY]), painted("inside-mouth") > LIPS

    def density(self, places: Points, normals: Points) -> Points:
        """(n,) how thick hair stands at places of the skin, 0..1."""
        x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
        grown = smoothstep(0.05, -0.09, y - self._line(x)) ** 1.5
        grown *= smoothstep(
            self.chin[1] - 0.34, self.chin[1] - 0.10, y - 0.25 * np.maximum(0, self.chin[2] - z - 0.3)
        )
        grown *= smoothstep(self.ear[2] + 0.02, self.ear[2] + 0.16, z)
        grown *= self._part(x, y) * (normals[:, 1] > -0.97) * (y < self.tip[1] - 0.06)
        free = BELOW * smoothstep(0.03, 0.07, x) * (y < self.corner[1] - 0.02)
        grown *= smoothstep(CLEAR, 2.2 * CLEAR, self._near.query(places)[0] - free)
        grown *= ~self._inside[self._all.query(places)[1]]
        thin = 1 - 0.4 * np.exp(-((x / 0.03) ** 2)) * (y > self.corner[1] + 0.04)  # the groove below the nose
        hollow = np.exp(-(((x - 0.13) / 0.06) ** 2 + ((y - self.corner[1] + 0.12) / 0.05) ** 2))
        density = grown * thin * (1 - 0.5 * hollow)
        upper = (y > self.corner[1] + 0.02) & (x < self.corner[0] + 0.05)
        thick: Points = density * (1 + 1.2 * upper)
        return thick

    def _line(self, x: Points) -> Points:
        tip, corner, ear = self.tip[1], self.corner, self.ear[1]
        line: Points = np.interp(
            x,
            [0.0, 0.10, corner[0] + 0.06, 0.5, 0.62, 0.75],
            [tip - 0.075, tip - 0.085, corner[1] + 0.05, corner[1] + 0.10, corner[1] + 0.24, ear + 0.22],
        )
        return line + self.raised * smoothstep(corner[0], 0.5, x)

    def _part(self, x: Points, y: Points) -> Points:
        """(n,) whether the style grows here."""
        cut, corner = self.cut, self.corner
        if cut.cheeks:
            return np.ones_like(x)
        upper = smoothstep(corner[1] - 0.01, corner[1] + 0.03, y) if not cut.chin else np.ones_like(x)
        wide = corner[0] + 0.05
        lower = smoothstep(wide + 0.02, wide - 0.05, x + 0.25 * np.maximum(0, corner[1] - 0.15 - y))
        return np.where(y > corner[1] - 0.02, smoothstep(wide + 0.04, wide - 0.02, x), lower) * upper

    def flow(self, places: Points, normals: Points) -> Points:
        """(n, 3) which way hairs lie."""
        x, y = places[:, 0], places[:, 1]
        side = np.clip(x / 0.08, -1, 1)
        lip = smoothstep(self.corner[1] - 0.02, self.corner[1] + 0.05, y) * (np.abs(x) < self.corner[0] + 0.1)
        down = np.stack([0.15 * side, -np.ones_like(x), -0.15 * np.ones_like(x)], axis=1)
        out = np.stack([0.9 * side, -0.30 - 1.6 * np.maximum(0, np.abs(x) - 0.14), 0.0 * x], axis=1)
        way = down * (1 - lip[:, None]) + out * lip[:, None]
        return unit(way - np.einsum("ij,ij->i", way, normals)[:, None] * normals)

    def length(self, places: Points) -> Points:
        """(n,) decimetres: longest on the chin, shortest by the ears and next to the lips."""
        low = smoothstep(self.corner[1] - 0.02, self.chin[1] + 0.12, places[:, 1])
        high = smoothstep(self.corner[1] - 0.1, self.ear[1], places[:, 1])
        length = self.cut.length + (self.cut.chin_length - self.cut.length) * low
        near = smoothstep(0.0, 0.10, self._near.query(places)[0] - CLEAR)
        neck = smoothstep(self.chin[1] + 0.02, self.chin[1] - 0.25, places[:, 1])
        lip = smoothstep(self.corner[1], self.corner[1] + 0.05, places[:, 1]) * (np.abs(places[:, 0]) < 0.3)
        length = np.where(self.cut.chin, length * (1 - 0.3 * lip), length)
        result: Points = length * (1 - 0.6 * high) * (1 - 0.6 * neck) * (0.55 + 0.45 * near)
        return result

    def covered(self, strands: Points) -> NDArray[np.bool_]:
        """(n,) which hairs lie before the lips, seen from the front."""
        flat = cKDTree(self.lips[:, :2])
        gap = flat.query(strands[:, 2:, :2].reshape(-1, 2))[0].reshape(len(strands), -1)
        across: NDArray[np.bool_] = (gap < 0.6 * CLEAR).any(axis=1)
        return across


def _grown(
    chart: Chart, surface: tuple[Points, NDArray[np.int64]], beard: Beard, rng: np.random.Generator
) -> Points:
    """(n, STEPS, 3) hairs."""
    roots, normals = _roots(chart, surface, beard, rng)
    flow = chart.flow(roots, normals) + 0.16 * rng.standard_normal(roots.shape)
    length = beard.length * chart.length(roots) * rng.uniform(0.7, 1.2, len(roots))
    t = np.linspace(0, 1, STEPS)[None, :, None]
    away = normals[:, None] * chart.cut.loose * t * (1 - 0.55 * t)
    strands = roots[:, None] + length[:, None, None] * (away + unit(flow)[:, None] * t**1.25)
    return strands[~chart.covered(strands)]


def _roots(
    chart: Chart, surface: tuple[Points, NDArray[np.int64]], beard: Beard, rng: np.random.Generator
) -> tuple[Points, Points]:
    """Places and normals of hairs, as thick as the chart says."""
    skin, triangles = surface
    near = triangles[(skin[triangles][:, :, 1] < chart.tip[1] + 0.5).all(axis=1)]
    corners = skin[near]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    share = chart.density(corners.mean(axis=1), unit(cross)) * np.linalg.norm(cross, axis=1)
    whole = np.linalg.norm(cross[chart.density(corners.mean(axis=1), unit(cross)) > 0], axis=1).sum()
    count = round(chart.cut.count * beard.density * min(1.0, share.sum() / max(whole, 1e-6) * _size(chart)))
    chosen = rng.choice(len(share), count, p=share / share.sum())
    weight = rng.dirichlet((1.0, 1.0, 1.0), count)
    return np.einsum("nc,ncd->nd", weight, corners[chosen]), unit(cross[chosen])


def _size(chart: Chart) -> float:
    """The share of a full beard's area that a style covers, about."""
    return 1.0 if chart.cut.cheeks else 0.45 if chart.cut.chin else 0.22
