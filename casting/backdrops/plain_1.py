"""A photographer's paper: hand-mottled grey-blue, lit from the upper left, with a warm glow at its edge."""

from casting.backdrops import paint
from casting.backdrops.room import Backdrop, Shot, ambience, soft_light, spot
from casting.backdrops.shapes import sweep


def build() -> None:
    """Hang the paper and set the lamps."""
    nodes = paint.Nodes("painted paper")
    brush = nodes.noise(2.0, (1.0, 1.0, 1.0), detail=9)
    nodes.colour(nodes.blend(brush, [(0.32, "#425e74"), (0.5, "#486579"), (0.68, "#4f6b7f")]))
    nodes.set(roughness=0.95, specular_ior_level=0.2)
    sweep(9.0, 3.6, 4.0, 0.9, nodes.material)
    ambience("#7f9fc5", 0.10)
    soft_light((-2.2, 1.4, 2.9), (-0.3, 3.6, 1.4), (1.6, 1.6), "#ffe9d0", 90)
    spot((-0.5, 1.9, 0.4), (-0.25, 3.6, 1.35), "#ffdcb6", 250, 1.05, 0.5)
    soft_light((2.6, 2.4, 0.9), (1.9, 3.6, 0.9), (0.5, 2.0), "#f09a5c", 40)


BACKDROP = Backdrop(
    id="plain-1",
    name="Painted paper",
    description="A photographer's grey-blue paper with light that falls off softly.",
    shot=Shot(lens=40, height=1.35, exposure=0.35, bloom=0.0, vignette=0.2),
    build=build,
)
