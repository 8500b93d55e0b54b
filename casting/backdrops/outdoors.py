"""Outdoors: what is seen through the windows.

It is so far out of focus that it only needs the right lights at the right places: a bright sky, soft trees,
and small sparkles that the lens draws as discs. Nothing here shades or lights the room; lamps do that.
"""

from typing import Any

import numpy as np

from casting.backdrops import paint
from casting.backdrops.shapes import CUBE, CUBE_FACES, Heap, Point, box, turn_z

LEAVES = ("#8fa67a", "#a9bb8e", "#7d9a72", "#bccaa2", "#6f8f74", "#9fb583")
LAMPS = ("#ffb45c", "#ffc98a", "#ff9346", "#ffdcb0", "#9cc4f0", "#ffbe70")


def garden(sill: Point, width: float, turn: float, strength: float, seed: int) -> None:
    """A bright sky over trees.

    Args:
        sill: middle of the window, at the height of the ground outside.
        width: metres of garden, to both sides together.
        turn: 0 looks away from the camera, pi / 2 to the left.
        strength: brightness of the sky; 1 is white paper.
        seed: which trees.
    """
    rng = np.random.default_rng(seed)
    sky = box(
        _beyond(sill, turn, 0, 9, 6),
        (width * 4, 0.1, 24),
        paint.glow("#dfecf6", strength, lights=False),
        0,
        turn,
    )
    lawn = box(
        _beyond(sill, turn, 0, 8.7, -3),
        (width * 4, 0.1, 6),
        paint.glow("#93ad72", strength * 0.35, lights=False),
        0,
        turn,
    )
    crowns, sparkles = Heap(), Heap()
    for _ in range(int(width * 80)):
        out, up, along = rng.uniform(3.5, 8), abs(rng.normal(0, 1.1)), rng.uniform(-width, width)
        tone = paint.shade(str(rng.choice(LEAVES)), rng.uniform(0.5, 1.2))
        _tuft(crowns, _beyond(sill, turn, along, out, up), rng.uniform(0.1, 0.42), tone, rng)
        if rng.random() < 0.2:
            at = _beyond(sill, turn, along, out - 0.6, up + rng.uniform(-0.4, 0.8))
            _tuft(sparkles, at, 0.03, "#fff3d0", rng)
    leaves = crowns.done(paint.tinted_glow(strength * 0.5))
    lights = sparkles.done(paint.tinted_glow(strength * 4))
    for thing in (sky, lawn, leaves, lights):
        thing.visible_shadow = False


def _beyond(sill: Point, turn: float, along: float, out: float, up: float) -> Point:
    x, y, z = turn_z(np.array([[along, out, up]]), turn)[0] + sill
    return float(x), float(y), float(z)


def _tuft(heap: Heap, at: Point, size: float, tone: str, rng: np.random.Generator) -> None:
    """A clump of leaves: three crossed boxes, round enough when out of focus."""
    for _ in range(3):
        points = CUBE @ np.linalg.qr(rng.normal(size=(3, 3)))[0] * size
        heap.add(points + at, CUBE_FACES, tone)


def city(centre: float, distance: float, width: float, strength: float, seed: int, horizon: float) -> None:
    """A town at dusk, seen from a high floor, straight ahead at `distance` metres."""
    rng = np.random.default_rng(seed)
    box((centre, distance + 40, horizon + 3), (width * 4, 0.1, 34), _dusk(strength), 0)
    towers, windows = Heap(), Heap()
    for _ in range(60):
        depth = distance + rng.uniform(-6, 30)
        x, wide = centre + rng.uniform(-width, width), rng.uniform(3, 7)
        top = horizon + rng.uniform(-5, 3.0) + (depth - distance) * 0.12
        haze = paint.shade("#34466a", 0.55 + 0.5 * (depth - distance + 6) / 36)
        towers.box((x, depth + 1, top - 15), (wide, 1.5, 30), haze)
        for _ in range(int(rng.uniform(3, 15))):
            at = (x + rng.uniform(-0.45, 0.45) * wide, depth, top - 0.4 - rng.exponential(2.6))
            windows.box(at, (0.22, 0.05, 0.22), paint.shade(str(rng.choice(LAMPS)), rng.uniform(0.3, 1)))
    towers.done(paint.tinted_glow(strength * 0.55))
    windows.done(paint.tinted_glow(strength * 14))


def _dusk(strength: float) -> Any:
    """The sky after sunset, orange at the horizon, as one shining material over 34 m of height."""
    nodes = paint.Nodes("dusk")
    axes = nodes.add("SeparateXYZ")
    nodes.link(nodes.coordinates((1, 1, 1 / 34)), axes.inputs[0])
    height = nodes.add("Math", operation="ADD")
    height.inputs[1].default_value = 0.5
    nodes.link(axes.outputs["Z"], height.inputs[0])
    stops = [(0.40, "#e09a66"), (0.47, "#b58a92"), (0.55, "#6d82b0"), (0.72, "#3c5a94"), (1.0, "#22376c")]
    shine = nodes.add("Emission", strength=strength)
    nodes.link(nodes.blend(height.outputs[0], stops), shine.inputs["Color"])
    nodes.link(shine.outputs[0], nodes.output.inputs["Surface"])
    nodes.material.cycles.emission_sampling = "NONE"
    return nodes.material
