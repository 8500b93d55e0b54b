"""Light: the studio in which every model is photographed.

A large key light from above on the picture's left, soft light from everywhere in front, a faint rim from
behind. How much of it reaches a vertex past the rest of the model is measured by looking from many
directions; what is lost in folds of the skin comes back partly in the skin's own colour.

Source: Blinn 1977 (highlights); Jimenez et al. 2016 (coloured light between surfaces in occlusion).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import inlined
from rostra.presenters.model.cover import cover

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

KEY = (-0.42, 0.50, 0.76)  # direction to the key light: x right, y up, z to the viewer
FILL = (0.62, 0.10, 0.78)
SKY, GROUND = 0.56, 0.34  # soft light from above and from below
KEY_POWER, FILL_POWER, RIM_POWER = 0.66, 0.14, 0.30
WRAP = 0.25  # how far the key light reaches around

ROUND_ABOUT = 44  # directions of the soft light
SOFT = 9  # directions that make up the key light
CONE = 0.30  # its size: tangent of half its angle
MAP = 288  # pixels of a side of the maps for shadows
LEAST = 0.12  # light that reaches everything: what hair or clothes hid may come into sight
BIAS = 6.0  # canvas units that a shadow's surface lies in front at least

# places in a material's row, see `materials.Material.numbers`
COLOUR, GLOW, METAL, ROUGH, MODE, CUTOFF, DOUBLE, LOOK, TEXTURE, TRANSFORM = 0, 4, 7, 8, 9, 10, 11, 12, 13, 14


def reaching(points: Points, surface: Points, triangles: Indices) -> NDArray[np.float32]:
    """How much light reaches each vertex.

    Args:
        points: (n, 3) canvas units, y down.
        surface: (n, 3) normals, y up.
        triangles: (t, 3) what throws shadows.

    Returns:
        (n, 2) float32, 0..1: soft light, key light.
    """
    upright = points * [1, -1, 1]
    result = np.zeros((len(points), 2), np.float32)
    for column, ways, shares in ((0, *_soft()), (1, *_key())):
        total, possible = np.zeros(len(points)), np.full(len(points), 1e-6)
        for way, share in zip(ways, shares, strict=True):
            facing = np.clip(surface @ way, 0, 1) if column == 0 else np.ones(len(points))
            total += share * facing * _lit(upright, surface, triangles, way)
            possible += share * facing
        result[:, column] = LEAST + (1 - LEAST) * total / possible
    return result


def _soft() -> tuple[Points, Points]:
    """Directions all around, and the strength of each."""
    number = np.arange(ROUND_ABOUT) + 0.5
    height = 1 - 2 * number / ROUND_ABOUT
    angle = np.pi * (1 + 5**0.5) * number
    flat = np.sqrt(1 - height**2)
    ways = np.stack([flat * np.cos(angle), height, flat * np.sin(angle)], axis=1)
    return ways, (0.6 + 0.4 * ways[:, 1]) * (0.65 + 0.35 * ways[:, 2])


def _key() -> tuple[Points, Points]:
    """Directions to points of the key light."""
    angle = 2.4 * np.arange(SOFT)
    radius = CONE * np.sqrt((np.arange(SOFT) + 0.5) / SOFT)
    right, up = _axes(np.array(KEY))
    ways = np.array(KEY) / np.linalg.norm(KEY) + radius[:, None] * (
        np.cos(angle)[:, None] * right + np.sin(angle)[:, None] * up
    )
    return ways / np.linalg.norm(ways, axis=1, keepdims=True), np.ones(SOFT)


def _axes(way: Points) -> tuple[Points, Points]:
    right = np.cross([0.0, 1.0, 0.0] if abs(way[1]) < 0.9 * np.linalg.norm(way) else [1.0, 0.0, 0.0], way)
    right /= np.linalg.norm(right)
    up = np.cross(way, right)
    return right, up / np.linalg.norm(up)


def _lit(points: Points, surface: Points, triangles: Indices, way: Points) -> NDArray[np.bool_]:
    """(n,) which vertices see the light from a direction."""
    right, up = _axes(way)
    flat = np.stack([points @ right, points @ up], axis=1)
    low, high = flat.min(axis=0), flat.max(axis=0)
    pixel = float((high - low).max()) / (MAP - 2)
    place = (flat - low) / pixel + 0.5
    near = points @ way
    depth = np.full((MAP, MAP), -1e30, np.float32)
    ids = np.full((MAP, MAP), -1, np.int32)
    cover(triangles, place[:, 0], place[:, 1], near, depth, ids)
    lifted = place + np.stack([surface @ right, surface @ up], axis=1)
    column, row = (np.clip(lifted[:, k].astype(np.int64), 0, MAP - 1) for k in range(2))
    slope = np.clip(1.5 - np.abs(surface @ way), 0.5, 1.5)
    reached: NDArray[np.bool_] = near + np.maximum(BIAS, 1.6 * pixel * slope) >= depth[row, column]
    return reached


@inlined
def shade(
    row: Any, red: Any, green: Any, blue: Any, nx: Any, ny: Any, nz: Any, soft: Any, key: Any, out: Any
) -> None:
    """Linear light of a point into `out[0:3]`.

    Args:
        row: its material's numbers.
        red, green, blue: base colour, linear.
        nx, ny, nz: unit normal towards the viewer's side.
        soft, key: how much light reaches it.
    """
    look = row[LOOK]
    if look > 1.5:  # unlit
        out[0], out[1], out[2] = red, green, blue
        return
    toward = nx * KEY[0] + ny * KEY[1] + nz * KEY[2]
    if look > 0.5:  # toon
        tone = min(max(toward * 2.5 * key + 0.5, 0.0), 1.0)
        level = (0.80 + 0.20 * tone) * (0.72 + 0.28 * soft)
        warm = 0.04 * (1.0 - level)
        out[0], out[1], out[2] = red * (level + warm), green * level, blue * (level + 0.5 * warm)
        return
    lit = max(0.0, (toward + WRAP) / (1.0 + WRAP))
    fill = max(0.0, nx * FILL[0] + ny * FILL[1] + nz * FILL[2])
    sky = GROUND + (SKY - GROUND) * (0.5 + 0.5 * ny)
    edge = 1.0 - max(nz, 0.0)
    rim = RIM_POWER * edge * edge * edge * max(0.0, 0.35 + ny) * soft
    rough, metal = row[ROUGH], row[METAL]
    power = min(2.0 / (rough * rough * rough * rough), 500.0)
    hx, hy, hz = KEY[0], KEY[1], KEY[2] + 1.0
    length = np.sqrt(hx * hx + hy * hy + hz * hz)
    shine = max(0.0, (nx * hx + ny * hy + nz * hz) / length) ** power * (power + 8.0) / 25.0 * key
    mirrored = 2.0 * nz * ny  # how far up the viewer's mirrored ray points
    around = (0.35 + 0.65 * min(max(0.5 + mirrored, 0.0), 1.0)) * (0.4 + 0.6 * soft)
    for c in range(3):
        base = red if c == 0 else (green if c == 1 else blue)
        kept = soft / (1.0 - 0.75 * base * (1.0 - soft))
        plain = base * (kept * (sky + FILL_POWER * fill) + KEY_POWER * lit * key)
        gloss = 0.04 + (base - 0.04) * metal
        value = plain * (1.0 - metal) + gloss * (shine + metal * around) + rim * (0.06 + 0.5 * base)
        value += 0.025 * around * (1.0 - rough) + row[GLOW + c]
        out[c] = value if value < 0.8 else 0.8 + 0.2 * (1.0 - np.exp(-(value - 0.8) / 0.2))
