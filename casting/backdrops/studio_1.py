"""A dark broadcast studio: navy and teal panels, soft lights, one warm accent."""

import numpy as np

from casting.backdrops import paint
from casting.backdrops.room import Backdrop, Shot, ambience, soft_light, spot
from casting.backdrops.shapes import Point, box, lathe, tube

CENTRE, RADIUS = -0.6, 6.6  # m, of the curved wall, seen from above
WIDTH = 0.155  # m, of one upright of the wall
WASHES = ((-0.42, "#6fc3d0", 240), (-0.14, "#7fb4cc", 190), (0.14, "#5f93b8", 130), (0.42, "#4f7fae", 130))


def build() -> None:
    """Put up the set."""
    _wall()
    _panels()
    _rig()
    _light()
    box((0, 5, -0.02), (16, 14, 0.04), paint.lacquer("#0b1722", 0.16))


def _on_wall(angle: float, inward: float, height: float) -> Point:
    reach = RADIUS - inward
    return float(reach * np.sin(angle)), float(CENTRE + reach * np.cos(angle)), height


def _wall() -> None:
    navy, teal = paint.fabric("#152c3f", 0.15), paint.fabric("#1a3f4a", 0.15)
    trim = paint.metal("#31424d", 0.35)
    step = WIDTH / RADIUS
    for index in range(-44, 45):
        angle = index * step
        cloth = teal if index // 4 % 2 else navy
        box(_on_wall(angle, 0.0, 1.6), (WIDTH * 0.95, 0.08, 3.2), cloth, 0.02, -angle)
        box(_on_wall(angle + step / 2, -0.02, 1.6), (0.02, 0.06, 3.2), trim, 0.003, -angle)
    for height in (0.12, 2.72):
        path = [_on_wall(a, 0.07, height) for a in np.linspace(-1.2, 1.2, 60)]
        tube(path, 0.012, paint.glow("#3aa8b8", 1.0))


def _panels() -> None:
    cool, dim, warm = paint.glow("#b4e4ea", 1.5), paint.glow("#5f9fb8", 0.6), paint.glow("#ff9c50", 1.2)
    frame = paint.metal("#0e161c", 0.4)
    for angle, material, wide, low, high in (
        (-0.315, cool, 0.34, 0.7, 2.2),
        (-0.235, dim, 0.12, 0.7, 2.2),
        (0.245, warm, 0.1, 0.7, 2.2),
        (0.315, dim, 0.28, 0.7, 2.2),
    ):
        middle = (low + high) / 2
        box(_on_wall(angle, 0.16, middle), (wide + 0.06, 0.06, high - low + 0.06), frame, 0.03, -angle)
        box(_on_wall(angle, 0.2, middle), (wide, 0.03, high - low), material, 0.04, -angle)


def _rig() -> None:
    steel, black = paint.metal("#2a3238", 0.4), paint.lacquer("#0d1114", 0.5)
    for y, z in ((4.8, 2.12), (5.1, 2.32)):
        tube([(-4, y, z), (4, y, z)], 0.025, steel)
    for x in np.arange(-4, 4, 0.3):
        tube([(x, 4.8, 2.12), (x + 0.15, 5.1, 2.32), (x + 0.3, 4.8, 2.12)], 0.012, steel)
    for x, glow in ((-1.12, "#d9f6ff"), (-0.74, "#d9f6ff"), (0.96, "#ffd2a0")):
        lathe([(0.001, 0.22), (0.08, 0.2), (0.1, 0.05), (0.13, 0)], (x, 4.7, 1.92), black)
        lathe([(0.001, 0), (0.1, 0)], (x, 4.7, 1.94), paint.glow(glow, 14, lights=False))


def _light() -> None:
    ambience("#27506b", 0.3)
    for angle, colour, watts in WASHES:
        spot(_on_wall(angle, 0.5, 3.1), _on_wall(angle, 0.0, 0.9), colour, watts, 1.2)
        soft_light(_on_wall(angle, 0.35, 0.1), _on_wall(angle, 0.05, 1.2), (0.9, 0.1), colour, watts / 9)
    for angle, colour, watts in ((-0.315, "#bdeff2", 60), (0.245, "#ff9c50", 20), (0.315, "#5fb0d0", 20)):
        soft_light(_on_wall(angle, 0.24, 1.45), (0.0, 3.0, 1.2), (0.3, 1.4), colour, watts)
        soft_light(_on_wall(angle, 0.1, 1.45), _on_wall(angle, 0.0, 1.45), (0.5, 1.6), colour, watts / 3)
    spot((-0.3, 3.4, 0.2), (-0.2, 6.0, 1.35), "#86bccb", 300, 1.25, 0.4)
    soft_light((-3.2, 3.0, 3.0), (0.6, 5.6, 1.2), (1.6, 1.6), "#cfeef7", 160)
    soft_light((2.9, 4.6, 1.2), (2.6, 5.6, 1.2), (0.2, 1.4), "#ffa860", 30)


BACKDROP = Backdrop(
    id="studio-1",
    name="Broadcast studio",
    description="A dark studio in navy and teal with soft light panels and one warm accent.",
    shot=Shot(lens=42, height=1.35, exposure=-0.05, bloom=0.3, vignette=0.2),
    build=build,
)
