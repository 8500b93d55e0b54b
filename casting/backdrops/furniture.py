"""Furniture: what stands in several rooms.

Each piece is placed by the middle of its foot, `at`, in metres.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from casting.backdrops import paint
from casting.backdrops.room import bulb
from casting.backdrops.shapes import Heap, Point, ball, box, lathe, pillow, tube

BOOKS = (
    "#2f4858",
    "#86402f",
    "#c9a45c",
    "#e4dccb",
    "#5a6b57",
    "#1f2a3a",
    "#b5654a",
    "#8fa3a0",
    "#d9c7a6",
    "#6d3b3f",
    "#3f5d6e",
    "#efe9dc",
)


def books(
    heap: Heap, start: Point, width: float, tallest: float, rng: np.random.Generator, colours: Sequence[str]
) -> None:
    """A row of books from `start` (front left foot) to the right, with a lying pile or a leaning end."""
    x, end = start[0], start[0] + width
    while x < end - 0.05:
        if rng.random() < 0.09 and end - x > 0.3:
            x = _pile(heap, (x, start[1], start[2]), rng, colours)
            continue
        thick, high, deep = (
            rng.uniform(0.016, 0.05),
            tallest * rng.uniform(0.66, 0.98),
            rng.uniform(0.15, 0.21),
        )
        lean = rng.uniform(0.1, 0.2) if rng.random() < 0.05 else 0.0
        x += lean * high
        tone = paint.shade(rng.choice(colours), rng.uniform(0.85, 1.12))
        heap.box(
            (x + thick / 2, start[1] + deep / 2 + rng.uniform(0, 0.03), start[2] + high / 2),
            (thick, deep, high),
            tone,
            lean=-lean,
        )
        x += thick + 0.002


def _pile(heap: Heap, start: Point, rng: np.random.Generator, colours: Sequence[str]) -> float:
    wide, z = rng.uniform(0.2, 0.26), start[2]
    for _ in range(rng.integers(2, 5)):
        thick = rng.uniform(0.02, 0.045)
        tone = paint.shade(rng.choice(colours), rng.uniform(0.85, 1.12))
        heap.box(
            (start[0] + wide / 2, start[1] + 0.1, z + thick / 2),
            (wide * rng.uniform(0.85, 1), 0.17, thick),
            tone,
            turn=rng.normal(0, 0.06),
        )
        z += thick
    return start[0] + wide + 0.03


def bookcase(
    at: Point,
    columns: Sequence[float],
    rows: Sequence[float],
    material: Any,
    seed: int,
    colours: Sequence[str] = BOOKS,
    full: float = 0.75,
    depth: float = 0.3,
) -> None:
    """An open bookcase facing the camera, its foot at the middle of the front edge.

    `columns` and `rows` are the clear widths and heights of its fields, from left and from below. A share
    `full` of the fields holds books; the others hold a vase or air.
    """
    rng = np.random.default_rng(seed)
    board, width = 0.03, sum(columns) + 0.03 * (len(columns) + 1)
    height = sum(rows) + board * (len(rows) + 1)
    left, middle = at[0] - width / 2, at[1] + depth / 2
    x = left + board / 2
    for column in (*columns, 0.0):
        box((x, middle, at[2] + height / 2), (board, depth, height), material, 0.003)
        x += column + board
    z = at[2] + board / 2
    for row in (*rows, 0.0):
        box((at[0], middle, z), (width, depth, board), material, 0.003)
        z += row + board
    box((at[0], at[1] + depth, at[2] + height / 2), (width, 0.015, height), material, 0.002)
    heap, z = Heap(), at[2] + board
    for row in rows:
        x = left + board
        for column in columns:
            _fill(heap, (x, at[1] + 0.06, z), column, row, rng, colours, full)
            x += column + board
        z += row + board
    heap.done(paint.tinted(0.6), bevel=0.0025)


def _fill(
    heap: Heap,
    start: Point,
    width: float,
    height: float,
    rng: np.random.Generator,
    colours: Sequence[str],
    full: float,
) -> None:
    if rng.random() < full:
        share = rng.choice([1.0, 0.85, 0.6])
        books(heap, start, width * share, min(height * 0.94, 0.33), rng, colours)
        if share == 0.6:
            ornament(
                (start[0] + width * 0.82, start[1] + 0.09, start[2]), min(height * 0.6, width * 0.45), rng
            )
    elif rng.random() < 0.6:
        ornament((start[0] + width * rng.uniform(0.3, 0.7), start[1] + 0.1, start[2]), height * 0.7, rng)


def ornament(at: Point, height: float, rng: np.random.Generator) -> None:
    """A vase, a bowl or a ball of stoneware."""
    material = paint.plaster(
        str(rng.choice(["#d8cfc0", "#b06a4b", "#5f7f7c", "#2d3b45", "#e9e4da", "#c79a5b"])), 0.12, 0.35
    )
    h, kind = height, rng.integers(3)
    if kind == 0:
        lathe(
            [
                (0.001, 0),
                (h * 0.2, 0),
                (h * 0.3, h * 0.35),
                (h * 0.22, h * 0.7),
                (h * 0.1, h * 0.85),
                (h * 0.12, h),
            ],
            at,
            material,
        )
    elif kind == 1:
        r = h * 0.45
        lathe(
            [
                (0.001, 0),
                (r * 0.5, 0),
                (r * 0.9, r * 0.3),
                (r, r * 0.6),
                (r * 0.93, r * 0.6),
                (r * 0.8, r * 0.3),
            ],
            at,
            material,
        )
    else:
        ball((at[0], at[1], at[2] + h * 0.32), h * 0.32, material)


def desk(at: Point, width: float, depth: float, top: Any, legs: Any, height: float = 0.74) -> None:
    """A table with slim legs."""
    x, y, z = at
    box((x, y, z + height - 0.015), (width, depth, 0.03), top, 0.008)
    for side in (-1, 1):
        for end in (-1, 1):
            box(
                (x + side * (width / 2 - 0.06), y + end * (depth / 2 - 0.06), z + height / 2 - 0.02),
                (0.045, 0.045, height - 0.03),
                legs,
                0.01,
            )


def monitor(at: Point, width: float, turn: float, shell: Any) -> None:
    """A display on its foot, seen from its back."""
    x, y, z = at
    high = width * 0.58
    box((x, y, z + 0.18 + high / 2), (width, 0.022, high), shell, 0.01, turn)
    box((x, y + 0.05, z + 0.16), (0.05, 0.015, 0.32), shell, 0.004, turn)
    lathe([(0.001, 0), (0.11, 0), (0.11, 0.008), (0.001, 0.012)], (x, y + 0.05, z), shell)


def chair(at: Point, seat: Any, frame: Any, turn: float = 0.0) -> None:
    """A shell chair on four splayed legs, its back towards -y at turn 0."""
    x, y, z = at
    cos, sin = np.cos(turn), np.sin(turn)

    def place(right: float, away: float, up: float) -> Point:
        return float(x + cos * right - sin * away), float(y + sin * right + cos * away), z + up

    pillow(place(0, 0, 0.46), (0.48, 0.07, 0.47), seat, (np.pi / 2, 0, turn))
    pillow(place(0, -0.24, 0.72), (0.46, 0.07, 0.4), seat, (0.16, 0, turn))
    for side in (-1, 1):
        tube([place(side * 0.2, -0.22, 0.46), place(side * 0.18, -0.25, 0.62)], 0.012, frame)
        for end in (-1, 1):
            tube([place(side * 0.17, end * 0.16, 0.45), place(side * 0.25, end * 0.25, 0)], 0.013, frame)


def pendant(
    at: Point, radius: float, height: float, shade: Any, colour: str, watts: float, ceiling: float
) -> None:
    """A dome lamp on a cable, its rim at `at`; the bulb inside is seen and lights."""
    h, r = height, radius
    outer = [(0.018, h), (r * 0.35, h * 0.94), (r * 0.78, h * 0.6), (r, 0)]
    inner = [(r * 0.97, 0.0), (r * 0.75, h * 0.57), (r * 0.33, h * 0.9)]
    lathe([*outer, *inner], at, shade)
    tube([(at[0], at[1], at[2] + h), (at[0], at[1], ceiling)], 0.004, paint.lacquer("#222222"))
    ball((at[0], at[1], at[2] + h * 0.28), r * 0.3, paint.glow(colour, 14, lights=False))
    bulb((at[0], at[1], at[2] + 0.01), colour, watts, r * 0.5)


def floor_lamp(
    at: Point, height: float, radius: float, cloth: Any, pole: Any, colour: str, watts: float
) -> None:
    """A standing lamp with a cloth shade that shines."""
    x, y, z = at
    top = z + height
    lathe([(0.001, 0), (0.14, 0), (0.14, 0.015), (0.02, 0.025)], at, pole)
    tube([(x, y, z), (x, y, top - 0.1)], 0.012, pole)
    high = radius * 1.35
    lathe(
        [
            (radius, -high),
            (radius * 0.98, -high * 0.98),
            (radius * 0.74, 0),
            (radius * 0.73, -0.01),
            (radius * 0.97, -high),
        ],
        (x, y, top),
        cloth,
    )
    ball((x, y, top - high * 0.5), 0.05, paint.glow(colour, 20, lights=False))
    bulb((x, y, top - high * 0.45), colour, watts, 0.06)


def slats(start: Point, width: float, height: float, pitch: float, material: Any, along: str = "x") -> None:
    """Upright battens side by side, from `start` to the right (x) or away from the camera (y)."""
    for index in range(int(width / pitch)):
        shift = (index + 0.5) * pitch
        if along == "x":
            box(
                (start[0] + shift, start[1], start[2] + height / 2),
                (pitch * 0.55, 0.04, height),
                material,
                0.005,
            )
        else:
            box(
                (start[0], start[1] + shift, start[2] + height / 2),
                (0.04, pitch * 0.55, height),
                material,
                0.005,
            )


def mullions(
    x: float,
    near: float,
    far: float,
    height: float,
    fields: int,
    material: Any,
    rails: Sequence[float] = (0.05,),
) -> None:
    """The frame of a window wall that runs away from the camera at `x`."""
    for index in range(fields + 1):
        y = near + (far - near) * index / fields
        box((x, y, height / 2), (0.05, 0.05, height), material, 0.006)
    for rail in (*rails, height - 0.05):
        box((x, (near + far) / 2, rail), (0.06, far - near, 0.06), material, 0.006)
