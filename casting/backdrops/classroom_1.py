"""A classroom in the morning: a green board, wooden desks, books, a globe and tall windows."""

import numpy as np

from casting.backdrops import outdoors, paint, plants
from casting.backdrops.furniture import bookcase, chair, desk, mullions, pendant
from casting.backdrops.room import Backdrop, Shot, ambience, soft_light, sun
from casting.backdrops.shapes import Heap, Point, ball, box, lathe, tube

LEFT, RIGHT, BACK, CEILING = -2.25, 3.2, 7.4, 3.1  # m
BRIGHT = ("#d8583f", "#e9a53a", "#3f7fa6", "#5c9a6b", "#f1e6cf", "#86508a", "#2f5a78", "#e07f4f")


def build() -> None:
    """Put up the room."""
    _walls()
    _board()
    _desks()
    _right_side()
    _light()


def _walls() -> None:
    box((0, 5, -0.02), (10, 12, 0.04), paint.wood("#b98d5f", "#94693f", along=1))
    box(((LEFT + RIGHT) / 2, BACK + 0.05, 1.6), (RIGHT - LEFT, 0.1, 3.2), paint.plaster("#d5c9b0", 0.05))
    box((RIGHT + 0.05, 5, 1.6), (0.1, 8, 3.2), paint.plaster("#d5c9b0", 0.05))
    box(((LEFT + RIGHT) / 2, 5, CEILING + 0.05), (RIGHT - LEFT, 7, 0.1), paint.plaster("#e8e4da", 0.02))
    frame = paint.wood("#b58f62", "#8d6a42")
    mullions(LEFT, 1.5, BACK, CEILING, 3, frame, rails=(0.8, 2.4))
    box((LEFT, 4.5, 0.4), (0.16, 6.5, 0.8), paint.plaster("#7fa095", 0.05))
    box((LEFT + 0.15, 4.5, 0.82), (0.35, 6.5, 0.04), paint.wood("#c79f6c", "#a37a4a", along=1))


def _board() -> None:
    slate = paint.clouded([(0.3, "#2b4a43"), (0.55, "#355950"), (0.8, "#587a70")], 1.1, roughness=0.85)
    wood = paint.wood("#b98a58", "#8f6538", along=0)
    wide, low, high = 3.1, 0.98, 2.3
    middle = (low + high) / 2
    box((-0.1, BACK - 0.03, middle), (wide, 0.03, high - low), slate, 0.004)
    for z in (low, high):
        box((-0.1, BACK - 0.05, z), (wide + 0.12, 0.07, 0.07), wood)
    for side in (-1, 1):
        box((-0.1 + side * (wide / 2 + 0.03), BACK - 0.05, middle), (0.07, 0.07, high - low), wood)
    box((-0.1, BACK - 0.12, low - 0.03), (wide, 0.14, 0.025), wood)


def _desks() -> None:
    top, legs = paint.wood("#d3a873", "#b08450", along=0), paint.metal("#4a565c", 0.4)
    seats = [paint.lacquer(tone, 0.4) for tone in ("#5b8790", "#c99a68", "#7f9c84", "#b77a63")]
    for row, y in enumerate((4.3, 5.6)):
        for column, x in enumerate((-1.55, 0.0, 1.5)):
            desk((x, y, 0), 1.05, 0.55, top, legs, 0.7)
            chair((x + 0.1, y - 0.42, 0), seats[(row + column) % 4], legs, 0.12 * (column - 1))
    heap = Heap()
    for x, y in ((-1.75, 4.3), (1.6, 5.6), (0.2, 5.6)):
        for index, tone in enumerate(("#d8583f", "#2f5a78", "#e9a53a")):
            heap.box((x, y, 0.715 + 0.03 * index), (0.22, 0.3, 0.028), tone, turn=0.15 * index)
    heap.done(paint.tinted(), bevel=0.003)


def _right_side() -> None:
    white = paint.wood("#d9bd92", "#bd9c6c", along=0)
    bookcase(
        (2.3, BACK - 0.75, 0), (0.5, 0.5, 0.5), (0.36, 0.36, 0.36), white, seed=31, colours=BRIGHT, full=0.9
    )
    _globe((1.95, BACK - 0.6, 1.2))
    plants.philodendron(plants.pot((2.75, BACK - 0.55, 1.2), 0.12, 0.2, paint.plaster("#c47a52", 0.1)), 0.5)
    for index, (x, z, tone) in enumerate(
        ((1.95, 2.05, "#e9b04a"), (2.4, 2.15, "#4f8fae"), (2.85, 2.02, "#d9714f"))
    ):
        stops = [(0.35, tone), (0.5, "#f4ecda"), (0.65, paint.shade(tone, 0.7))]
        box((x, BACK - 0.01, z), (0.34, 0.01, 0.44), paint.clouded(stops, 3 + index), 0.001)
    plants.fig(
        plants.pot((-1.85, 6.3, 0), 0.2, 0.45, paint.plaster("#e3ddcf", 0.06, 0.5)), 1.7, leaves=90, seed=12
    )
    plants.philodendron(
        plants.pot((LEFT + 0.22, 5.3, 0.84), 0.1, 0.17, paint.plaster("#e3ddcf", 0.06, 0.5)), 0.4, seed=8
    )


def _globe(at: Point) -> None:
    x, y, z = at
    sea = paint.clouded(
        [(0.46, "#3b7fa8"), (0.5, "#4c8fb2"), (0.52, "#a8a868"), (0.65, "#c9b27a")], 5.0, roughness=0.35
    )
    ball((x, y, z + 0.3), 0.19, sea)
    brass = paint.metal("#b58b4a", 0.3)
    ring = [
        (x + 0.22 * float(np.sin(a)), y, z + 0.3 + 0.22 * float(np.cos(a))) for a in np.linspace(0.3, 3.5, 30)
    ]
    tube(ring, 0.009, brass)
    lathe(
        [(0.001, 0), (0.12, 0), (0.11, 0.02), (0.02, 0.04), (0.018, 0.09)],
        at,
        paint.wood("#7d5431", "#5a3a20"),
    )


def _light() -> None:
    outdoors.garden((LEFT, 14, 0.9), 15, np.pi / 2, 7.0, seed=6)
    ambience("#e3e8ee", 0.34)
    soft_light((LEFT + 0.2, 4.4, 1.8), (2, 5.5, 1.0), (5.6, 2.0), "#eef3ff", 190)
    sun((1.0, 0.9, -0.36), "#ffdfb4", 3.0)
    for x in (-1.1, 1.0):
        pendant((x, 6.3, 2.45), 0.2, 0.16, paint.lacquer("#efe8da", 0.4), "#ffe2b8", 14, CEILING)


BACKDROP = Backdrop(
    id="classroom-1",
    name="Classroom",
    description="A classroom in the morning: green board, wooden desks, books and a globe.",
    shot=Shot(lens=42, height=1.3, exposure=-0.25),
    build=build,
)
