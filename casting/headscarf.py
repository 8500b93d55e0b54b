"""A headscarf: cloth draped round the face, under the chin and over the shoulders, and a band below it.

The cloth is a level set of the distance from head and body, rounded out where cloth spans a hollow, raised
in folds, and cut open round the face. It is layered as hair, so that its upper part turns with the head.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from casting import blender, fabric
from casting.field import Field as Distance
from casting.field import Points, level_set, smoothstep
from casting.garments import both
from casting.scalp import Head

SPAN = 0.30  # decimetres over which cloth spans hollows, such as the one below the chin


class Headscarf(BaseModel):
    """A person's headscarf. Lengths in decimetres."""

    model_config = ConfigDict(extra="forbid")

    colour: str = Field("#2f7f86", description="of the scarf, #rrggbb")
    under: str = Field("#1f4f57", description="of the band that shows below it at the forehead")
    material: str = Field("cotton", pattern="^(cotton|silk|jersey)$")
    pattern: str = Field("plain", pattern="^(plain|stripes|bands|check|dots)$")
    pattern_colour: str = "#ffffff"
    forehead: float = Field(0.60, description="height over the eyes where the scarf begins")
    folds: float = Field(0.046, description="height of the folds")
    length: float = Field(2.45, description="how far below the eyes it ends in front")
    side: float = Field(1.0, description="1: the end lies over the person's left shoulder, -1 over the right")


def add_headscarf(points: Points, headscarf: Headscarf) -> list[Any]:
    """Drape it; returns the objects.

    Args:
        points: (human.COUNT, 3) of the person, arms lowered.
        headscarf: the recipe.
    """
    drape = Drape(Head(points), headscarf)
    pattern = fabric.Pattern(headscarf.pattern, headscarf.pattern_colour)
    cloth = getattr(fabric, headscarf.material)(headscarf.colour, pattern)
    return [
        drape.shell("scarf", drape.scarf, cloth),
        drape.shell("band", drape.band, fabric.jersey(headscarf.under)),
    ]


class Drape:
    """How cloth lies about a head.

    Args:
        head: whose.
        worn: the recipe.
    """

    def __init__(self, head: Head, worn: Headscarf) -> None:
        self.head, self.worn = head, worn
        self.close = head.field.smoothed(0.07)
        self.wide = head.field.smoothed(SPAN)
        chin = head.points[(np.abs(head.points[:, 0]) < 0.06) & (head.points[:, 2] > -0.25)]
        chin = chin[chin[:, 1] > -1.35]
        self.low = float(chin[:, 1].min()) + 0.03  # the underside of the chin
        self.half = 0.88 * head.skull.half_width

    def around(self, places: Points, grow: Points | float = 0.0) -> Points:
        """(n,) how far places are outside the opening of the face, seen from the front, decimetres."""
        high, low = self.worn.forehead + grow, self.low - grow
        middle = 0.45 * high + 0.55 * low + 0.12
        y = places[:, 1] - middle
        tall = np.where(y > 0, high - middle, middle - low)
        narrow = 1 - 0.16 * np.clip(-y / tall, 0, 1)  # the chin is narrower than the temples
        x = np.abs(places[:, 0]) / ((self.half + grow) * narrow)
        far: Points = ((x**2.4 + np.abs(y / tall) ** 2.4) ** (1 / 2.4) - 1) * self.half
        return far

    def scarf(self, places: Points, skin: Points) -> Points:
        """Distance from the scarf's surface."""
        down = smoothstep(self.low + 0.1, self.low - 0.9, places[:, 1])
        level = 0.085 + 0.125 * down
        spanned = _joined(self.wide(places) - 0.10 - 0.02 * down, self._column(places), 0.3)
        body = _joined(self.close(places), spanned, 0.22) - level
        far = self.around(places)
        body = body - self._folds(places, far, down) - self._wrapped(places, down)
        front = smoothstep(-1.0, -0.5, places[:, 2]) * smoothstep(self.low - 0.4, self.low, places[:, 1])
        rim = 0.030 * np.exp(-(((far - 0.03) / 0.035) ** 2)) * front  # the edge is turned in
        return both(both(body - rim, self._face(places, far)), self._end(places))

    def _column(self, places: Points) -> Points:
        """Distance from what cloth hangs in: a column below the jaw that widens to the shoulders."""
        x, y, z = places.T
        table = [self.low - 1.4, self.low - 0.75, self.low - 0.25, self.low + 0.25, self.low + 0.7]
        wide = np.interp(y, table, [1.15, 0.92, 0.73, 0.67, 0.58])
        deep = np.interp(y, table, [0.85, 0.70, 0.60, 0.50, 0.42])
        centre = self.head.skull.centre[2] + 0.02
        gap = (np.sqrt((x / wide) ** 2 + ((z - centre) / deep) ** 2) - 1) * deep
        column: Points = np.maximum(gap, y - self.low - 0.6)
        return column

    def band(self, places: Points, skin: Points) -> Points:
        """Distance from the band below the scarf."""
        body = self.close(places) - 0.045
        shown = smoothstep(
            -0.25, 0.35, places[:, 1]
        )  # it shows at the forehead and slips under at the cheeks
        face = self._face(places, self.around(places, 0.06 - 0.145 * shown))
        return both(both(body, face), self.low + 0.1 - places[:, 1])

    def _face(self, places: Points, far: Points) -> Points:
        """What is cut away for the face: a tunnel from the front."""
        tunnel: Points = np.minimum(-far, places[:, 2] - self.head.skull.centre[2] - 0.15)
        return tunnel

    def _end(self, places: Points) -> Points:
        """What is cut away below: the scarf ends in a curve over chest and shoulders."""
        x = places[:, 0] * self.worn.side
        high = self.low - 0.1
        tall = self.worn.length + high + 0.12 * x + 0.03 * np.sin(9 * x)
        below = np.maximum(high - places[:, 1], 0) / tall
        end: Points = (np.sqrt((x / 1.42) ** 4 + below**4) ** 0.5 - 1) * 0.9
        return end

    def _wrapped(self, places: Points, down: Points) -> Points:
        """Height of the end that is laid across the throat to the other shoulder."""
        x = places[:, 0] * self.worn.side
        edge = places[:, 1] - self.low + 0.12 - 0.62 * x + 0.10 * np.sin(3 * x)
        over = smoothstep(0.0, 0.05, -edge) * smoothstep(-1.5, -0.4, places[:, 2])
        raised: Points = 0.060 * over * np.minimum(1, 3 * down)
        return raised

    def _folds(self, places: Points, far: Points, down: Points) -> Points:
        """Folds that run round the face, swing below the chin, and fan out over the shoulders."""
        x, y, z = places.T
        x = x * self.worn.side
        warp = 0.5 * np.sin(2.3 * x + 1.7 * y + 0.4) + 0.4 * np.sin(3.4 * z - 1.1 * y)
        turn = np.arctan2(y + 0.2, x)
        round_ = np.sin(far * 17 + 1.6 * warp + 1.2 * np.sin(2 * turn))
        near = (
            smoothstep(0.03, 0.14, far)
            * smoothstep(1.0, 0.35, far)
            * (0.45 + 0.55 * smoothstep(0.4, -0.5, y))
        )
        swag = np.sin((y + 0.42 * x + 0.35 * x * x) * 15 + 1.8 * warp)
        low = down * smoothstep(-1.7, -0.6, z)
        crown = smoothstep(0.55, 0.8, y) * np.sin(9 * (y + 0.25 * x) - 7 * z + 1.5 * warp) * 0.35
        back = np.sin(8 * x + 2.0 * warp) * smoothstep(-0.7, -1.2, z) * 0.6 + crown
        folded: Points = self.worn.folds * (0.9 * round_ * near * (1 - 0.5 * down) + swag * low + back)
        return folded

    def shell(self, name: str, surface: Any, material: Any) -> Any:
        """The surface as an object."""
        points, faces = level_set(self._trimmed(self.head.field.changed(surface)))
        seen = self.head.field(points)[faces].max(axis=1) > -0.03
        used, compact = np.unique(faces[seen], return_inverse=True)
        thing = blender.mesh(name, points[used] + self.head.eyes, compact.reshape(-1, 4), material)
        thing.modifiers.new("even", "SMOOTH").iterations = 3
        modifier = thing.modifiers.new("smooth", "SUBSURF")
        modifier.levels = modifier.render_levels = 1
        return thing

    def _trimmed(self, field: Distance) -> Distance:
        """The same, closed at the borders of its grid."""
        values = field.values.copy()
        for axis in range(3):
            for end in (0, -1):
                values[(slice(None),) * axis + (end,)] = 0.1
        return Distance(values, field.low, field.step)


def _joined(one: Points, other: Points, soft: float = 0.12) -> Points:
    """The smaller of two distances, rounded where they meet: the union of two solids."""
    return -both(-one, -other, soft)
