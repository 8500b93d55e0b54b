"""A bright open office in the morning: window wall, oak, plants, a calm sage wall far behind."""

import numpy as np

from casting.backdrops import outdoors, paint, plants
from casting.backdrops.furniture import bookcase, chair, desk, monitor, mullions, ornament, pendant, slats
from casting.backdrops.room import Backdrop, Shot, ambience, soft_light, sun
from casting.backdrops.shapes import box

LEFT, RIGHT, BACK, CEILING = -1.95, 3.6, 10.0, 3.1  # m, the room's walls


def build() -> None:
    """Put up the room."""
    _walls()
    _light()
    _workplaces()
    _right_side()


def _walls() -> None:
    oak = paint.wood("#c9a679", "#a37f52", along=1)
    box((0.5, 5, -0.02), (9, 14, 0.04), paint.wood("#b59a78", "#94795a", along=1, roughness=0.5))
    box(((LEFT + RIGHT) / 2, BACK, 1.6), (RIGHT - LEFT, 0.1, 3.4), paint.plaster("#93a79b", 0.05))
    box((RIGHT, 6, 1.6), (0.1, 10, 3.4), paint.plaster("#d9d3c7", 0.04))
    box((0.6, 6, CEILING + 0.05), (6.2, 9, 0.1), paint.plaster("#e8e6e0", 0.02))
    slats((1.2, BACK - 0.08, 0), 2.4, CEILING, 0.075, oak)
    white = paint.lacquer("#d4d6d4", 0.4)
    mullions(LEFT, 1.5, BACK, CEILING, 4, white, rails=(0.35,))
    box((LEFT, 6, 0.17), (0.12, 9, 0.34), paint.plaster("#dedbd3", 0.03))


def _light() -> None:
    outdoors.garden((LEFT, 14, 0.6), 17, np.pi / 2, 7.0, seed=4)
    ambience("#dfe8f2", 0.35)
    soft_light((LEFT + 0.1, 5.8, 1.7), (2, 5.8, 1.0), (8.0, 2.6), "#eaf2ff", 330)
    sun((1.0, 0.42, -0.62), "#ffe3bd", 3.2)
    strip = paint.glow("#fff3df", 4.0)
    for x in (-0.2, 1.9):
        box((x, 8.0, CEILING - 0.03), (0.09, 3.4, 0.03), strip)


def _workplaces() -> None:
    top, legs = paint.wood("#d8bd94", "#b99a6d", along=0), paint.lacquer("#e9e7e2", 0.4)
    shell, seat = paint.lacquer("#3b4248", 0.35), paint.fabric("#50707a")
    warm_seat = paint.fabric("#c07a4e")
    for x, y in ((-0.75, 6.3), (1.05, 6.0), (0.2, 8.4)):
        desk((x, y, 0), 1.5, 0.75, top, legs)
        monitor((x - 0.25, y, 0.74), 0.58, 0.12, shell)
        ornament((x + 0.5, y - 0.1, 0.74), 0.2, np.random.default_rng(int(10 * x + 30)))
    chair((-0.7, 5.6, 0), seat, legs, 0.3)
    chair((1.3, 5.4, 0), warm_seat, legs, -0.4)
    dome = paint.lacquer("#e6dccb", 0.5)
    for x, y in ((-0.95, 7.4), (0.9, 7.4), (1.7, 7.4)):
        pendant((x, y, 2.28), 0.2, 0.2, dome, "#ffdcae", 16, CEILING)


def _right_side() -> None:
    bookcase(
        (2.35, 5.6, 0),
        (0.62, 0.62, 0.62),
        (0.36, 0.36, 0.36, 0.36, 0.36),
        paint.wood("#c4a073", "#9b7a4e", along=0),
        seed=11,
        full=0.92,
    )
    plants.trailing((2.75, 5.75, 2.02), 0.7)
    pot = paint.plaster("#e3ded4", 0.06, 0.5)
    plants.fig(plants.pot((-1.5, 4.6, 0), 0.2, 0.42, pot), 1.65, leaves=90)
    plants.philodendron(plants.pot((1.25, 4.7, 0), 0.17, 0.62, paint.plaster("#a8765c", 0.1)), 0.62)
    plants.palm(plants.pot((-1.35, 8.3, 0), 0.2, 0.4, pot), 1.7)


BACKDROP = Backdrop(
    id="office-1",
    name="Bright office",
    description="An open office in the morning: window wall, oak desks, shelves and plants.",
    shot=Shot(lens=45, height=1.25, exposure=-0.35),
    build=build,
)
