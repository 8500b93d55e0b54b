"""The scalp: where hair grows, and the shape of the head it lies on.

Hairlines are told in degrees about the middle of the skull: azimuth from the front (0) over the ear (90)
to the nape (180), elevation up. So one table fits every head.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import bpy
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from casting import blender, human
from casting.field import Field, Points, around, smoothstep, unit

BUST = 3.7  # decimetres below the eyes that hair can meet
EAR = 0.03  # decimetres that an ear target must move a vertex for it to be ear

HAIRLINES = {  # (azimuth, elevation) degrees
    "soft": (
        (0, 28.5), (20, 28.5), (42, 25), (56, 18), (66, 9), (74, -8),
        (84, -4), (106, -2), (122, -24), (180, -44),
    ),
    "peak": (
        (0, 28.5), (12, 29.5), (30, 29.5), (44, 26), (55, 19), (64, 9), (72, -7),
        (82, -4), (106, -2), (122, -25), (180, -46),
    ),
    "short": (
        (0, 27.5), (16, 28), (32, 27), (45, 22), (54, 14), (61, 5), (66, -6), (74, -20), (84, -24),
        (89, -4), (106, -2), (122, -27), (180, -45),
    ),
    "receding": (
        (0, 37), (12, 39), (28, 47), (42, 46), (54, 30), (61, 8), (66, -6), (74, -20), (84, -24),
        (89, -4), (106, -2), (122, -27), (180, -45),
    ),
    "ring": (
        (0, 80), (48, 80), (58, 30), (64, 0), (70, -18), (76, -22), (84, -24),
        (89, -4), (106, -2), (122, -27), (180, -45),
    ),
}  # fmt: skip
UPPER = {"ring": ((0, 8), (60, 10), (90, 20), (130, 26), (180, 30))}  # where hair ends above: a bald crown


@dataclass(frozen=True)
class Skull:
    """The ellipsoid a skull is nearly, relative to the eyes' middle, decimetres."""

    centre: Points
    half_width: float
    front: float
    back: float
    up: float


class Head:
    """A person's head and shoulders, as hair needs them.

    All places are relative to the middle between the eyes.

    Args:
        points: (human.COUNT, 3) of the person, arms lowered.
    """

    def __init__(self, points: Points) -> None:
        self.eyes: Points = (human.joint(points, "l-eye") + human.joint(points, "r-eye")) / 2
        self.points: Points = points[: human.RANGES["body"][1]] - self.eyes
        self.skin, self.triangles = skin_surface(self.points)

    @cached_property
    def ear(self) -> NDArray[np.bool_]:
        """(body vertices,) whether a vertex is of an ear."""
        mask = np.zeros(len(self.points), dtype=bool)
        for side in "lr":
            vertices, shift = human.target(f"ears/{side}-ear-scale-incr")
            mask[vertices[np.linalg.norm(shift, axis=1) > EAR]] = True
        return mask

    @cached_property
    def skull(self) -> Skull:
        """The ellipsoid of the hairy part."""
        place = self.points[~self.ear]
        cap = place[(place[:, 1] > 0.3) & (place[:, 1] < 0.8) & (np.abs(place[:, 0]) < 1)]
        middle = cap[np.abs(cap[:, 0]) < 0.15]
        low, high = float(middle[:, 2].min()), float(middle[:, 2].max())
        centre = np.array([0.0, 0.2, (low + high) / 2])
        half = (high - low) / 2 * 1.02
        return Skull(centre, float(cap[:, 0].max()), half, half, float(place[:, 1].max()) - 0.2)

    @cached_property
    def field(self) -> Field:
        """Distance from the skin of head, neck and shoulders."""
        return around(self.skin, self.triangles, np.array([-1.8, -2.7, -2.3]), np.array([1.8, 1.7, 1.1]))

    def angles(self, points: Points) -> tuple[Points, Points]:
        """Azimuth 0..180 and elevation, degrees, of points about the skull."""
        local = points - self.skull.centre
        azimuth = np.degrees(np.arctan2(np.abs(local[..., 0]), local[..., 2]))
        return azimuth, np.degrees(np.arctan2(local[..., 1], np.hypot(local[..., 0], local[..., 2])))

    def hairline(self, azimuth: Points, name: str) -> Points:
        """Elevation of a hairline at an azimuth, degrees."""
        table = np.array(HAIRLINES[name], dtype=np.float64)
        line: Points = PchipInterpolator(table[:, 0], table[:, 1])(np.clip(azimuth, 0, 180))
        return line

    def hairiness(self, points: Points, name: str, soft: float = 4.0) -> Points:
        """How much hair grows at points of the skin, 0..1; `soft` degrees of fading."""
        azimuth, elevation = self.angles(points)
        over = elevation - self.hairline(azimuth, name)
        behind = smoothstep(60, 80, azimuth)
        if name in UPPER:
            below = PchipInterpolator(*np.array(UPPER[name], dtype=np.float64).T)(azimuth) - elevation
            over = np.minimum(over, 0.7 * below)
        share = np.clip((over + 0.5 * soft) / (soft * (1.5 - 0.5 * behind)), 0, 1)
        grown: Points = share * share * (3 - 2 * share)
        return grown * (points[:, 1] > -1.1) * self._off_ear(points)

    def _off_ear(self, points: Points) -> Points:
        place = self.points[self.ear]
        inner = np.quantile(np.abs(place[:, 0]), 0.25)
        low, high = np.quantile(place, 0.04, axis=0), np.quantile(place, 0.86, axis=0)
        held = (np.abs(points[:, 0]) > inner) & (points[:, 1] < high[1]) & (points[:, 1] > low[1])
        held &= (points[:, 2] > low[2]) & (points[:, 2] < high[2])
        free: Points = 1.0 - held.astype(np.float64)
        return free

    def roots(
        self, count: int, name: str, rng: np.random.Generator, soft: float = 4.0
    ) -> tuple[Points, Points]:
        """Places and normals of hairs: (count, 3) twice."""
        corners = self.skin[self.triangles]
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        middle = corners.mean(axis=1)
        grown = self.hairiness(middle, name, soft) * np.linalg.norm(cross, axis=1)
        grown *= middle[:, 1] > -1.1
        chosen = rng.choice(len(grown), count, p=grown / grown.sum())
        share = rng.dirichlet((1.0, 1.0, 1.0), count)
        return np.einsum("nc,ncd->nd", share, corners[chosen]), unit(cross[chosen])


def skin_surface(points: Points, levels: int = 2, below: float = BUST) -> tuple[Points, NDArray[np.int64]]:
    """Points and triangles of the bust as its subdivided skin is rendered."""
    faces = human.base().faces[human.base().group == "body"]
    faces = faces[(points[faces][:, :, 1] > -below).all(axis=1)]
    used, compact = np.unique(faces, return_inverse=True)
    thing = blender.mesh("surface", points[used], compact.reshape(faces.shape))
    modifier = thing.modifiers.new("smooth", "SUBSURF")
    modifier.levels = modifier.render_levels = levels
    bpy.context.view_layer.update()
    shown = blender.surface(thing)
    data = thing.data
    bpy.data.objects.remove(thing)
    bpy.data.meshes.remove(data)
    return shown
