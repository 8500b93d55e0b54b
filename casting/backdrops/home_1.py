"""A living room in the late afternoon: a bookcase, a lamp, linen curtains and a patch of sun on the wall."""

import numpy as np

from casting.backdrops import outdoors, paint, plants
from casting.backdrops.furniture import bookcase, floor_lamp, ornament
from casting.backdrops.room import Backdrop, Shot, ambience, soft_light, sun
from casting.backdrops.shapes import box, curtain, pillow, tube

LEFT, BACK, CEILING = -2.6, 5.2, 2.7  # m
PANE = (-1.95, -1.0, 0.85, 2.3)  # m, the window in the back wall: left, right, sill, head


def build() -> None:
    """Put up the room."""
    _walls()
    _window()
    _sofa()
    _things()
    _light()


def _walls() -> None:
    box((0, 4, -0.02), (9, 9, 0.04), paint.wood("#a37a52", "#7b5836", along=0))
    left, right, sill, head = PANE
    lime = paint.plaster("#ada497", 0.08, scale=1.1)
    for x, z, wide, high in (
        ((right + 4.5) / 2, 1.4, 4.5 - right, 3.0),
        ((left - 4.5) / 2, 1.4, left + 4.5, 3.0),
        ((left + right) / 2, sill / 2, right - left, sill),
        ((left + right) / 2, (head + 2.9) / 2, right - left, 2.9 - head),
    ):
        box((x, BACK + 0.08, z), (wide, 0.16, high), lime, 0)
    box((0.8, 4, CEILING + 0.05), (6, 6, 0.1), paint.plaster("#e9e3d8", 0.02))
    box((0, BACK - 0.015, 0.06), (9, 0.03, 0.12), paint.lacquer("#d8cbbb", 0.4))


def _window() -> None:
    left, right, sill, head = PANE
    frame = paint.lacquer("#e9e3d8", 0.35)
    for x in (left, (left + right) / 2, right):
        box((x, BACK + 0.08, (sill + head) / 2), (0.05, 0.06, head - sill), frame)
    for z in (sill, 1.8, head):
        box(((left + right) / 2, BACK + 0.08, z), (right - left, 0.06, 0.05), frame)
    box(((left + right) / 2, BACK - 0.02, sill - 0.02), (right - left + 0.1, 0.2, 0.035), frame)
    outdoors.garden((left, BACK, 0.5), 8, 0, 6.0, seed=3)
    linen = paint.voile("#efe6d6")
    curtain((right + 0.12, BACK - 0.1, 0.05), 0.5, 2.45, linen, folds=6)
    curtain((left - 0.15, BACK - 0.1, 0.05), 0.5, 2.45, linen, folds=6)
    tube(
        [(left - 0.5, BACK - 0.1, 2.52), (right + 0.5, BACK - 0.1, 2.52)], 0.012, paint.metal("#8a6a3f", 0.35)
    )
    _gobo()


def _gobo() -> None:
    """The window that is not seen, at the left: its bars shape the patch of sun on the wall."""
    wall = paint.plaster("#c2b3a2", 0.06)
    near, far, sill, head = 2.3, 3.9, 0.7, 2.5
    for y, z, long, high in (
        ((far + BACK) / 2, 1.35, BACK - far, 2.7),
        (near - 1.5, 1.35, 3.0, 2.7),
        ((near + far) / 2, sill / 2, far - near, sill),
        ((near + far) / 2, (head + CEILING) / 2, far - near, CEILING - head),
        ((near + far) / 2, 1.75, far - near, 0.05),
        ((near + far) / 2, (sill + head) / 2, 0.06, head - sill),
    ):
        box((LEFT, y, z), (0.1, long, high), wall)


def _sofa() -> None:
    cloth = paint.fabric("#6f8288", 0.5)
    x, y = -0.35, 4.55
    box((x, y, 0.28), (2.2, 0.86, 0.26), cloth, 0.06)
    box((x, y + 0.38, 0.5), (2.2, 0.16, 0.66), cloth, 0.07)
    for side in (-1, 1):
        box((x + side * 0.5, y - 0.04, 0.46), (0.99, 0.8, 0.17), cloth, 0.07)
        box((x + side * 1.13, y, 0.42), (0.2, 0.9, 0.5), cloth, 0.08)
        pillow((x + side * 0.5, y + 0.22, 0.72), (0.98, 0.3, 0.5), cloth, (-0.18, 0, 0), 0.25)
    for at, tone, turn in (
        ((-1.15, 4.6, 0.78), "#b5694a", 0.3),
        ((-0.8, 4.52, 0.74), "#e4d6bf", -0.2),
        ((0.42, 4.55, 0.77), "#c99b54", -0.25),
    ):
        pillow(at, (0.46, 0.18, 0.44), paint.fabric(tone, 0.5), (-0.3, turn, turn))


def _things() -> None:
    oak = paint.wood("#b58a5e", "#8a633d", along=0)
    bookcase(
        (1.92, BACK - 0.34, 0), (0.5, 0.5, 0.5), (0.34, 0.34, 0.34, 0.34, 0.34, 0.34), oak, seed=21, full=0.97
    )
    plants.trailing((1.3, BACK - 0.2, 2.2), 0.7, vines=8)
    brass = paint.metal("#b08a4e", 0.3)
    floor_lamp((0.85, 4.75, 0), 1.62, 0.21, paint.voile("#f3dfbd"), brass, "#ffb568", 34)
    plants.fig(
        plants.pot((-1.78, 4.5, 0), 0.19, 0.4, paint.plaster("#d9d0c2", 0.08, 0.5)), 1.75, leaves=90, seed=9
    )
    ornament((1.7, BACK - 0.2, 2.22), 0.3, np.random.default_rng(5))


def _light() -> None:
    ambience("#cfdcec", 0.28)
    soft_light((LEFT + 0.15, 3.1, 1.6), (1.5, 4.6, 1.0), (1.6, 1.6), "#e3eeff", 60)
    soft_light((-1.45, BACK - 0.05, 1.6), (-1.0, 3.0, 0.8), (0.9, 1.4), "#e3eeff", 16)
    soft_light((1.0, 2.2, 2.4), (2.0, 4.9, 1.2), (1.0, 1.0), "#ffd9ae", 22)
    sun((1.0, 0.85, -0.3), "#ffd6a6", 4.5, 0.02)


BACKDROP = Backdrop(
    id="home-1",
    name="Living room",
    description="A living room in the late afternoon: bookcase, lamp, plants and linen curtains.",
    shot=Shot(lens=40, height=1.25, exposure=0.1, warmth=0.15),
    build=build,
)
