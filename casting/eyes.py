"""Eyes: eyeballs with a concave iris under a clear cornea, made to the size of the base's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from casting.blender import Shader, linear, mesh
from casting.landmarks import ball
from casting.recipe import EyePart
from casting.sculpt import cornea, step

Points = NDArray[np.float64]
RINGS, SPOKES = 200, 160
GLINT = 0.6  # reflections of the cornea, against glass: the whole would lie like fog over dark irises
WHITE = "#efe9e3"
PINK = "#d79b8b"


def add_eyes(points: Points, part: EyePart, viewer: Points) -> dict[str, list[Any]]:
    """The eyeballs, by role.

    Args:
        points: (COUNT, 3) of the person at rest.
        part: their colours.
        viewer: (3,) the point they look at.
    """
    return {f"eye_{side}": _eye(points, side, part, viewer) for side in ("left", "right")}


def _eye(points: Points, side: str, part: EyePart, viewer: Points) -> list[Any]:
    centre, radius = ball(points, side)
    turn = _look(viewer - centre)
    polar = np.pi * np.linspace(0, 1, RINGS) ** 1.6
    around = np.linspace(0, 2 * np.pi, SPOKES, endpoint=False)
    theta, phi = (grid.ravel() for grid in np.meshgrid(polar, around, indexing="ij"))
    iris = np.arcsin(part.size)
    share = np.clip(theta / iris, 0, 1)
    depth = np.where(theta < iris, np.cos(iris) - 0.10 * (1 - share**2), np.cos(theta))
    shell = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), depth], axis=1)
    colour = _colours(theta, phi, iris, part)
    ball_ = mesh(
        f"eye_{side}",
        centre + radius * shell @ turn,
        _grid_faces(RINGS, SPOKES),
        _ball_material(),
        {"Col": colour},
    )
    bulge = 1 + cornea(theta)
    clear = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1)
    clear_ = mesh(
        f"cornea_{side}",
        centre + radius * bulge[:, None] * clear @ turn,
        _grid_faces(RINGS, SPOKES),
        _cornea_material(),
    )
    clear_.visible_shadow = False
    return [ball_, clear_]


def _look(direction: Points) -> Points:
    """(3, 3) rows: the axes of an eye that looks this way."""
    front = direction / np.linalg.norm(direction)
    side = np.cross([0.0, 1.0, 0.0], front)
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(front, side), front])


def _grid_faces(rings: int, spokes: int) -> NDArray[np.int64]:
    ring, spoke = (
        grid.ravel() for grid in np.meshgrid(np.arange(rings - 1), np.arange(spokes), indexing="ij")
    )
    after = (spoke + 1) % spokes
    corners = [
        ring * spokes + spoke,
        (ring + 1) * spokes + spoke,
        (ring + 1) * spokes + after,
        ring * spokes + after,
    ]
    return np.stack(corners, axis=1)


def _mixed(low: Points, high: Any, share: Points) -> Points:
    result: Points = low + (np.asarray(high) - low) * share[:, None]
    return result


def _colours(theta: Points, phi: Points, iris: float, part: EyePart) -> Points:
    """(n, 4) colours of the eyeball."""
    white = np.tile(linear(WHITE), (len(theta), 1))
    vein = _veins(theta, phi)
    white = _mixed(white, linear(PINK), 0.55 * step(0.75, 1.6, theta) + 0.25 * vein * step(0.6, 1.2, theta))
    dark = np.array(linear(part.iris))
    light = np.array(linear(part.inner)) if part.inner else dark * 1.7 + 0.012
    generator = np.random.default_rng(3)
    fibre = sum(
        size * np.sin(count * phi + generator.uniform(0, 2 * np.pi) + 1.4 * theta / iris)
        for count, size in ((13, 0.25), (29, 0.35), (47, 0.35), (83, 0.3))
    )
    share = theta / iris
    pupil = part.pupil
    colour = np.tile(dark, (len(theta), 1))
    colour = _mixed(colour, light, 0.75 * np.exp(-(((share - pupil - 0.16) / 0.17) ** 2)))
    colour = colour * (1 + 0.42 * fibre * step(pupil, pupil + 0.1, share) * step(1.0, 0.85, share))[:, None]
    colour = _mixed(colour, light * 1.15, 0.45 * step(-0.1, -1.0, np.sin(phi)) * step(0.95, 0.6, share))
    colour = _mixed(colour, dark * 0.16, 0.92 * step(0.68, 0.98, share))
    colour = _mixed(colour, (0.004, 0.004, 0.004), step(pupil + 0.05, pupil - 0.03, share))
    both = _mixed(white, 0.0, np.zeros(len(theta)))
    both = both + (colour - both) * step(1.06, 0.96, share)[:, None]
    return np.concatenate([np.clip(both, 0, 1), np.ones((len(theta), 1))], axis=1)


def _veins(theta: Points, phi: Points) -> Points:
    generator = np.random.default_rng(5)
    total = np.zeros_like(theta)
    for _ in range(14):
        centre = generator.uniform(0, 2 * np.pi)
        bend = generator.normal(0, 0.12)
        path = centre + bend * np.sin(6 * theta + generator.uniform(0, 6))
        gap = np.angle(np.exp(1j * (phi - path)))
        total += np.exp(-((gap * np.sin(theta) / 0.02) ** 2)) * step(0.7, 1.3, theta)
    return np.clip(total, 0, 1)


def _ball_material() -> Any:
    shader = Shader("eyeball")
    surface = shader.node(
        "BsdfPrincipled",
        Base_Color=shader.attribute("Col").outputs["Color"],
        Roughness=0.4,
        Subsurface_Weight=0.15,
        Subsurface_Scale=0.02,
        Subsurface_Radius=(1.0, 0.4, 0.3),
        Specular_IOR_Level=0.2,
    )
    return shader.finish(surface.outputs[0])


def _cornea_material() -> Any:
    shader = Shader("cornea")
    clear = shader.node("BsdfTransparent").outputs[0]
    gloss = shader.node("BsdfGlossy", Roughness=0.05).outputs[0]
    share = shader.math("MULTIPLY", shader.node("Fresnel", IOR=1.45).outputs[0], GLINT)
    mixed = shader.node("MixShader")
    shader.put(mixed.inputs[0], share)
    shader.put(mixed.inputs[1], clear)
    shader.put(mixed.inputs[2], gloss)
    return shader.finish(mixed.outputs[0])
