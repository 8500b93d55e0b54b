"""Plants: every leaf is modelled, and no two are alike.

A leaf is a small grid, bent along its length, folded along its midrib and waved at its edge. A plant is a
rule of where leaves grow. Heights and lengths in metres.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from casting.backdrops import paint
from casting.backdrops.shapes import FloatArray, Heap, Point, grid_faces, lathe, tube, turn_z

ROWS, COLUMNS = 9, 5  # points of a leaf, along and across
LEAF_FACES = grid_faces(ROWS, COLUMNS)

Outline = Callable[[FloatArray], FloatArray]


def oval(along: FloatArray) -> FloatArray:
    """Half width of a rubber plant's leaf, 0..1, from stalk to tip."""
    return np.sin(np.pi * along**0.8) ** 0.75


def fiddle(along: FloatArray) -> FloatArray:
    """Half width of a fiddle-leaf fig's leaf: broad before the tip, waisted."""
    return np.sin(np.pi * along**1.25) ** 0.6 * (0.72 + 0.28 * np.cos(5 * (along - 0.72)))


def heart(along: FloatArray) -> FloatArray:
    """Half width of a philodendron's leaf: broad at the stalk, pointed."""
    return np.sin(np.pi * along**0.55) ** 0.8


def leaf(length: float, width: float, outline: Outline, bend: float, fold: float, wave: float) -> FloatArray:
    """Points of a leaf that grows from the origin along +y; its tip has turned down by `bend` radians."""
    along = np.linspace(0, 1, ROWS)
    angle = bend * along
    step = length / (ROWS - 1)
    forward = np.concatenate([[0], np.cumsum(np.cos(angle[1:]))]) * step
    down = np.concatenate([[0], np.cumsum(np.sin(angle[1:]))]) * step
    across = np.linspace(-1, 1, COLUMNS)
    half = outline(np.clip(along, 0.001, 0.999))[:, None] * width / 2
    rise = fold * np.abs(across) * half + wave * width * across**2 * np.sin(14 * along)[:, None]
    flat = np.broadcast_to(across * half, rise.shape)
    return np.stack(
        [flat, np.broadcast_to(forward[:, None], rise.shape), rise - down[:, None]], axis=-1
    ).reshape(-1, 3)


def pointed(
    points: FloatArray, at: Point | FloatArray, azimuth: float, lift: float, roll: float = 0.0
) -> FloatArray:
    """A leaf put in its place: rolled about its midrib, lifted above the horizon, turned, moved."""
    cos, sin = np.cos(roll), np.sin(roll)
    points = points @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
    cos, sin = np.cos(lift), np.sin(lift)
    points = points @ np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]])
    placed: FloatArray = turn_z(points, azimuth) + np.asarray(at)
    return placed


def pot(at: Point, radius: float, height: float, material: Any) -> Point:
    """A planter with a rim and earth; returns where the plant comes out."""
    r, h = radius, height
    lathe(
        [(0.01, 0), (r * 0.8, 0), (r * 0.84, 0.02), (r, h - 0.02), (r, h), (r * 0.9, h), (r * 0.88, h * 0.9)],
        at,
        material,
    )
    lathe([(r * 0.88, h * 0.9), (r * 0.5, h * 0.93), (0.001, h * 0.94)], at, paint.plaster("#3a2a20", 0.3))
    return at[0], at[1], at[2] + h * 0.92


def fig(
    at: Point,
    height: float,
    colour: str = "#3f6b35",
    leaves: int = 46,
    seed: int = 1,
    outline: Outline = fiddle,
) -> None:
    """A small tree of big leaves on a few slender trunks."""
    rng = np.random.default_rng(seed)
    heap = Heap()
    bark = paint.plaster("#6b5440", 0.2)
    for trunk in range(3):
        lean = np.array([rng.normal(0, 0.09), rng.normal(0, 0.09), 1.0])
        reach = height * (1 - 0.17 * trunk)
        path = [
            np.array(at) + lean * reach * t + [0.03 * np.sin(5 * t + trunk), 0, 0]
            for t in np.linspace(0, 0.92, 8)
        ]
        tube([tuple(p) for p in path], 0.011, bark)
        for index in range(leaves // 3):
            t = 0.25 + 0.75 * (index + rng.random()) / (leaves // 3)
            foot = np.array(at) + lean * reach * min(t, 0.92)
            length = height * rng.uniform(0.15, 0.22)
            shape = leaf(length, length * rng.uniform(0.5, 0.68), outline, rng.uniform(0.3, 1.1), 0.35, 0.03)
            tone = paint.shade(colour, rng.uniform(0.75, 1.3))
            heap.add(
                pointed(
                    shape, foot, 2.4 * index + rng.normal(0, 0.3), 0.2 + 0.8 * (t - 0.2), rng.normal(0, 0.3)
                ),
                LEAF_FACES,
                tone,
            )
    heap.done(paint.foliage(), smooth=True)


def palm(at: Point, height: float, colour: str = "#557f3c", fronds: int = 13, seed: int = 2) -> None:
    """An areca palm: arching fronds with two rows of narrow leaflets."""
    rng = np.random.default_rng(seed)
    heap = Heap()
    stem = paint.lacquer("#7d8c45", 0.5)
    for frond in range(fronds):
        azimuth, reach = 2.4 * frond + rng.normal(0, 0.2), height * rng.uniform(0.75, 1.05)
        spread = rng.uniform(0.25, 0.62)
        t = np.linspace(0, 1, 26)
        out, up = spread * reach * t**2.0, reach * (t - 0.30 * spread * t**3.4)
        path = turn_z(np.stack([0 * t, out, up], axis=-1), azimuth) + np.array(at)
        tube([tuple(p) for p in path], 0.005, stem)
        tone = paint.shade(colour, rng.uniform(0.75, 1.25))
        for index in range(8, 26):
            length = height * 0.24 * np.sin(np.pi * (0.12 + 0.80 * (index - 8) / 18)) ** 0.8
            for side in (-1, 1):
                shape = leaf(length, length * 0.13, oval, rng.uniform(0.5, 1.1), 0.5, 0.0)
                turn = azimuth + side * rng.normal(1.0 - 0.5 * (index - 8) / 18, 0.06)
                heap.add(pointed(shape, path[index], turn, 0.75 - 0.6 * t[index]), LEAF_FACES, tone)
    heap.done(paint.foliage(0.45), smooth=True)


def philodendron(at: Point, height: float, colour: str = "#4c7d3f", leaves: int = 26, seed: int = 3) -> None:
    """A bush of heart-shaped leaves on long stalks."""
    rng = np.random.default_rng(seed)
    heap = Heap()
    stalk = paint.lacquer("#6f8a48", 0.5)
    for index in range(leaves):
        azimuth, share = 2.4 * index, (index + 1) / leaves
        out, up = (
            height * (0.75 - 0.5 * share) * rng.uniform(0.7, 1.1),
            height * (0.3 + 0.7 * share) * rng.uniform(0.85, 1.05),
        )
        t = np.linspace(0, 1, 8)
        path = turn_z(np.stack([0 * t, out * t**1.7, up * t**0.8], axis=-1), azimuth) + np.array(at)
        tube([tuple(p) for p in path], 0.004, stalk)
        length = height * rng.uniform(0.3, 0.44)
        shape = leaf(length, length * rng.uniform(0.72, 0.9), heart, rng.uniform(0.5, 1.2), 0.3, 0.02)
        tone = paint.shade(colour, rng.uniform(0.75, 1.3))
        heap.add(
            pointed(
                shape, path[-1], azimuth + rng.normal(0, 0.2), rng.uniform(-0.5, 0.1), rng.normal(0, 0.25)
            ),
            LEAF_FACES,
            tone,
        )
    heap.done(paint.foliage(), smooth=True)


def trailing(at: Point, drop: float, colour: str = "#5f9148", vines: int = 9, seed: int = 5) -> None:
    """A pothos: vines of small leaves that hang over the rim, `drop` metres at most."""
    rng = np.random.default_rng(seed)
    heap = Heap()
    for vine in range(vines):
        azimuth, fall = 2 * np.pi * vine / vines + rng.normal(0, 0.3), drop * rng.uniform(0.3, 1.0)
        t = np.linspace(0, 1, 14)
        path = np.stack(
            [0 * t, 0.16 * np.sqrt(t) + 0.02 * np.sin(9 * t), 0.12 * np.sin(np.pi * t**0.4) - fall * t**1.5],
            axis=-1,
        )
        path = turn_z(path, azimuth) + np.array(at)
        for point in path:
            length = rng.uniform(0.06, 0.1)
            shape = leaf(length, length * 0.8, heart, rng.uniform(0.4, 1.0), 0.3, 0.0)
            tone = paint.shade(colour, rng.uniform(0.75, 1.35))
            heap.add(
                pointed(shape, point, azimuth + rng.normal(0, 0.9), rng.uniform(-0.9, 0.2)), LEAF_FACES, tone
            )
    heap.done(paint.foliage(), smooth=True)
