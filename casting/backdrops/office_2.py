"""A glass meeting room at dusk: the lights of the town behind it, warm lamps and walnut inside."""

from casting.backdrops import outdoors, paint, plants
from casting.backdrops.furniture import chair, pendant, slats
from casting.backdrops.room import Backdrop, Shot, ambience, soft_light, spot
from casting.backdrops.shapes import box

LEFT, RIGHT, FRONT, BACK, CEILING = -3.0, 2.5, 4.2, 9.0, 2.85  # m; the glass front and the window behind it


def build() -> None:
    """Put up the room."""
    _walls()
    _glass()
    _table()
    _light()
    plants.palm(plants.pot((-2.3, 7.6, 0), 0.24, 0.5, paint.plaster("#33393d", 0.1, 0.5)), 1.75)
    plants.fig(
        plants.pot((1.6, 4.7, 0), 0.2, 0.5, paint.plaster("#2f3438", 0.1, 0.5)),
        1.35,
        seed=5,
        leaves=60,
        outline=plants.oval,
    )


def _walls() -> None:
    box((0, 5, -0.02), (12, 12, 0.04), paint.fabric("#4a5058", 0.2))
    box((0, 6, CEILING + 0.05), (12, 8, 0.1), paint.plaster("#6b6f74", 0.03))
    walnut = paint.wood("#8a5a38", "#5b3822", along=2)
    box((RIGHT + 0.06, 6, 1.5), (0.06, 8, 3.0), paint.wood("#5a3a26", "#3b2415", along=2))
    slats((RIGHT, FRONT - 1.6, 0), 6.4, CEILING, 0.085, walnut, along="y")
    box((LEFT - 0.05, 6, 1.5), (0.1, 6.5, 3), paint.plaster("#47566a", 0.08))
    outdoors.city(0, 60, 46, 1.5, seed=8, horizon=-1.0)


def _glass() -> None:
    black = paint.metal("#15181b", 0.45)
    for x in (-2.9, -1.3, 1.3, 2.86):
        box((x, FRONT, CEILING / 2), (0.045, 0.06, CEILING), black, 0.004)
    for z in (0.04, 2.2, CEILING - 0.03):
        box((0, FRONT, z), (6.4, 0.06, 0.05), black, 0.004)
    box((0, FRONT, CEILING / 2), (6.4, 0.004, CEILING), paint.glass("#e3efee", 0.6), 0)
    for x in (-3.3, -1.65, 0.0, 1.65, 3.2):
        box((x, BACK, CEILING / 2), (0.06, 0.08, CEILING), black, 0.004)
    for z in (0.32, CEILING - 0.04):
        box((0, BACK, z), (7, 0.08, 0.06), black, 0.004)


def _table() -> None:
    box((0.1, 6.7, 0.72), (1.45, 3.4, 0.05), paint.wood("#7d5a40", "#543a28", along=1, roughness=0.25), 0.02)
    for y in (5.6, 7.8):
        box((0.1, y, 0.35), (0.7, 0.08, 0.7), paint.metal("#1b1e21", 0.4))
    seat, frame = paint.fabric("#2b4f57"), paint.metal("#202428", 0.4)
    for y in (5.5, 6.6, 7.7):
        chair((-0.95, y, 0), seat, frame, -1.4)
        chair((1.15, y, 0), seat, frame, 1.4)
    cup = paint.lacquer("#e7e1d6", 0.3)
    box((0.4, 5.6, 0.755), (0.3, 0.21, 0.012), paint.lacquer("#c8cdd0", 0.3))
    box((-0.15, 6.3, 0.8), (0.08, 0.08, 0.1), cup, 0.03)


def _light() -> None:
    ambience("#5f7499", 0.5)
    shade = paint.lacquer("#1e2326", 0.4, coat=0.3)
    for x, y in ((-0.75, 5.6), (-0.75, 7.4), (0.95, 5.6), (0.95, 7.4)):
        pendant((x, y, 2.02), 0.16, 0.19, shade, "#ffbf7d", 90, CEILING)
    box((LEFT + 0.2, 6.6, CEILING - 0.03), (0.06, 4.4, 0.04), paint.glow("#ffc98c", 16))
    box((RIGHT - 0.25, 6.6, CEILING - 0.03), (0.06, 4.4, 0.04), paint.glow("#ffc98c", 16))
    for y in (4.6, 5.7, 6.8, 7.9):
        spot((RIGHT - 0.45, y, CEILING - 0.05), (RIGHT + 0.1, y, 0.4), "#ffb673", 130, 1.1)
    for y in (5.0, 6.4, 7.8):
        spot((LEFT + 0.5, y, CEILING - 0.05), (LEFT, y, 0.6), "#ffc691", 75, 1.1)
    soft_light((0.9, 3.4, 2.4), (1.6, 4.7, 1.0), (0.4, 0.4), "#ffd3a2", 14)
    soft_light((-2.4, 2.2, 3.0), (0.4, 6.0, 0.8), (2.0, 1.0), "#ffdcb4", 260)
    soft_light((0, BACK - 0.2, 2.0), (0, 4, 0.9), (6, 1.6), "#6f93d8", 200)


BACKDROP = Backdrop(
    id="office-2",
    name="Evening meeting room",
    description="A glass meeting room at dusk: warm lamps, walnut, and the lights of the town.",
    shot=Shot(lens=40, height=1.35, exposure=0.3, bloom=0.2, vignette=0.2),
    build=build,
)
