"""Skin: its colour zones, measured on the head at rest, and the material that shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from casting import seams
from casting.blender import Shader, linear
from casting.landmarks import BODY, ball, body_faces, painted, smoothed
from casting.recipe import BrowPart, LipPart, SkinPart
from casting.sculpt import TIP, bump, step

Points = NDArray[np.float64]
PIGMENT = np.array([0.72, 0.60, 0.56])  # what turns a skin colour into its own shade


def zones(points: Points) -> dict[str, Points]:
    """(BODY,) strengths 0..1 of the zones of the skin, by name.

    Args:
        points: (COUNT, 3) of the person at rest.
    """
    skin = points[:BODY]
    mirrored = np.concatenate([np.abs(skin[:, :1]), skin[:, 1:]], axis=1)
    eye, radius = ball(points, "left")
    tip = skin[TIP]
    lips = painted("lips")
    ears = smoothed(painted("ears"), 2)

    def spot(x: float, y: float, z: float, size: Points | float) -> Points:
        return bump(mirrored, np.array([x, y, z]), size)

    apple = spot(eye[0] + 0.12, tip[1] + 0.02, eye[2] + 0.05, np.array([0.26, 0.17, 0.40]))
    nose = spot(0, tip[1], tip[2], np.array([0.17, 0.14, 0.25]))
    chin = spot(0, skin[CHIN][1], skin[CHIN][2], 0.22)
    socket = spot(eye[0], eye[1] - 0.01, eye[2] + radius, np.array([0.26, 0.17, 0.30]))
    under = spot(eye[0] - 0.03, eye[1] - 1.15 * radius, eye[2] + 0.8 * radius, np.array([0.17, 0.055, 0.2]))
    crown = spot(0, eye[1] + 0.62, tip[2] - 0.1, np.array([0.5, 0.30, 0.5]))
    return {
        "lips": smoothed(lips, 1),
        "inner": smoothed(painted("inside-mouth"), 1),
        "throat": _throat(skin, lips),
        "blush": np.clip(apple + 0.75 * nose + 0.25 * chin + 0.8 * ears, 0, 1),
        "socket": np.clip(0.65 * socket + 0.5 * under, 0, 1),
        "lid": smoothed(painted("eyelids"), 2),
        "crown": crown,
        "liner": _liner(),
        "beard": _beard(mirrored, points, lips),
        "shine": np.clip(0.7 * nose + 0.45 * crown + 0.3 * apple, 0, 1),
    }


BEHIND_LIPS = 0.06  # dm from the red of the lips to where the inside of the mouth is no longer drawn
LIP = 0.35  # paint from which a vertex is of the lips
CHIN = 5162  # vertex: front of the chin


def _throat(skin: Points, lips: Points) -> Points:
    """The sack of the mouth behind the lips. An open jaw can push it through the chin, so it is not drawn."""
    faces = body_faces()
    edges = np.concatenate([faces[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = edges[(lips[edges] < LIP).all(axis=1)]  # the lips part the sack from the face
    links = coo_array((np.ones(len(edges)), edges.T), shape=(BODY, BODY))
    _, labels = connected_components(links, directed=False)
    gap, _ = cKDTree(skin[lips > 0.5]).query(skin)
    inside = painted("inside-mouth")
    sack = labels == labels[np.argmax(inside * gap)]
    deep: Points = (sack & (gap > BEHIND_LIPS)).astype(np.float64)
    return deep


def _liner() -> Points:
    """The edge of the upper lids, where lashes stand so close that they read as a line."""
    edge = np.zeros(BODY)
    for side in ("left", "right"):
        for number, strength in ((1, 1.0), (2, 0.8)):
            edge[seams.eye(side).upper[number]] = strength
    return edge


def _beard(mirrored: Points, points: Points, lips: Points) -> Points:
    """Where a beard would grow: below a line from the sideburns to under the nose."""
    x, y, z = mirrored.T
    ear = points[EAR]
    tip, corner = points[TIP], points[CORNER]
    line = np.interp(
        x,
        [0.0, 0.12, 0.3, 0.55, 0.8],
        [tip[1] - 0.13, tip[1] - 0.14, corner[1] + 0.02, corner[1] + 0.1, ear[1] - 0.05],
    )
    grown = step(0.06, -0.08, y - line) * step(points[CHIN][1] - 0.75, points[CHIN][1] - 0.4, y)
    grown *= step(ear[2] - 0.05, ear[2] + 0.25, z)
    return smoothed(grown * (1 - lips), 2)


EAR = 12325  # vertex: front edge of the left ear
CORNER = 7191  # vertex: left corner of the mouth


def material(part: SkinPart, lips: LipPart, brows: BrowPart) -> Any:
    """The skin's material. It reads the attributes of `zones`, `brow` and `rest` (the point at rest)."""
    shader = Shader("skin")
    where = shader.attribute("rest").outputs["Vector"]
    zone = {name: shader.attribute(name).outputs["Fac"] for name in ZONES}
    colour = _colour(shader, where, zone, part, lips)
    shade = shader.math("MULTIPLY", zone["brow"], brows.shade)
    colour = shader.mix(colour, linear(brows.colour), shade)
    rough = _roughness(shader, where, zone, part, lips)
    surface = shader.node(
        "BsdfPrincipled",
        Base_Color=colour,
        Roughness=rough,
        Normal=_pores(shader, where, zone),
        Subsurface_Weight=0.75,
        Subsurface_Scale=0.05,
        Subsurface_Radius=(1.0, 0.36, 0.18),
        Specular_IOR_Level=0.45,
        Coat_Weight=shader.math("MULTIPLY", zone["lips"], 0.10 * lips.shine),
        Coat_Roughness=0.35,
    )
    surface.subsurface_method = "BURLEY"  # half the cost of a random walk, and as soft on a face
    mixed = shader.node("MixShader")
    shader.put(mixed.inputs[0], shader.math("GREATER_THAN", shader.attribute("throat").outputs["Fac"], 0.5))
    shader.put(mixed.inputs[1], surface.outputs[0])
    shader.put(mixed.inputs[2], shader.node("BsdfTransparent").outputs[0])
    return shader.finish(mixed.outputs[0])


ZONES = ("lips", "inner", "blush", "socket", "lid", "crown", "beard", "shine", "liner", "brow")


def _colour(shader: Shader, where: Any, zone: dict[str, Any], part: SkinPart, lips: LipPart) -> Any:
    base = np.array(linear(part.colour))
    shade = tuple(base * PIGMENT)
    warm = shader.noise(where, 3.2, 4)
    fine = shader.noise(where, 16.0, 4, 0.6)
    colour = shader.mix(tuple(base), tuple(base * [1.04, 1.03, 0.97]), zone["crown"])
    amount = shader.math("MULTIPLY", shader.smooth(warm, 0.35, 0.75), 0.22 * part.mottle)
    colour = shader.mix(colour, tuple(base * [1.0, 0.90, 0.86]), amount)
    amount = shader.math("MULTIPLY", shader.smooth(fine, 0.45, 0.75), 0.16 * part.mottle)
    colour = shader.mix(colour, shade, amount)
    blush = shader.math("MULTIPLY", zone["blush"], shader.math("MULTIPLY_ADD", warm, 0.5, 0.75))
    colour = shader.mix(colour, linear(part.blush), shader.math("MULTIPLY", blush, part.blush_strength))
    colour = shader.mix(
        colour, linear(part.shadow), shader.math("MULTIPLY", zone["socket"], part.shadow_strength)
    )
    if part.freckles:
        spots = shader.smooth(shader.noise(where, 34.0, 2), 0.62, 0.72)
        spots = shader.math("MULTIPLY", spots, shader.smooth(zone["blush"], 0.15, 0.6))
        colour = shader.mix(colour, shade, shader.math("MULTIPLY", spots, part.freckles))
    if part.beard_strength:
        stubble = shader.math("MULTIPLY_ADD", shader.noise(where, 60.0, 2), 0.9, 0.55)
        stubble = shader.math("MULTIPLY", stubble, zone["beard"])
        colour = shader.mix(colour, linear(part.beard), shader.math("MULTIPLY", stubble, part.beard_strength))
    colour = shader.mix(colour, (0.02, 0.012, 0.01), shader.math("MULTIPLY", zone["liner"], part.liner))
    lip = np.array(linear(lips.colour))
    border = shader.smooth(zone["lips"], 0.1, 0.9, 0.0, lips.strength)
    colour = shader.mix(colour, tuple(lip), border)
    return shader.mix(colour, (0.16, 0.030, 0.028), shader.smooth(zone["inner"], 0.3, 0.8))


def _roughness(shader: Shader, where: Any, zone: dict[str, Any], part: SkinPart, lips: LipPart) -> Any:
    grain = shader.math("MULTIPLY_ADD", shader.noise(where, 24.0, 4), 0.18, part.roughness - 0.09)
    value = shader.math("MULTIPLY_ADD", zone["shine"], -0.09, grain)
    value = shader.math("MULTIPLY_ADD", zone["lips"], -0.22 * lips.shine, value)
    return shader.math("MULTIPLY_ADD", zone["inner"], -0.15, value)


def _pores(shader: Shader, where: Any, zone: dict[str, Any]) -> Any:
    cells = shader.node("TexVoronoi", Vector=where, Scale=46.0).outputs["Distance"]
    height = shader.math("MULTIPLY", cells, 0.5)
    height = shader.math("MULTIPLY_ADD", shader.noise(where, 90.0, 2), 0.6, height)
    height = shader.math("MULTIPLY_ADD", shader.noise(where, 11.0, 3), 0.7, height)
    calm = shader.math("MULTIPLY_ADD", zone["lips"], -0.12, 0.16)
    return shader.node("Bump", Strength=calm, Distance=0.012, Height=height).outputs[0]
