"""The mouth inside: teeth with gums and the tongue, in the places of the base's helpers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casting import teeth
from casting.blender import Shader, linear, mesh, move
from casting.landmarks import faces_of

Points = NDArray[np.float64]
Follow = Callable[[Points], None]


def add_mouth(points: Points) -> tuple[dict[str, list[Any]], Follow]:
    """Teeth and tongue by role, and what moves them to the points of an expression."""
    material = _teeth_material()
    things, rows, helpers = {}, {}, {}
    for role, row in (("teeth_upper", teeth.UPPER), ("teeth_lower", teeth.LOWER)):
        rows[role] = teeth.built(points, row)
        helpers[role] = np.array(row.edge + row.gum)
        things[role] = mesh(role, rows[role].points, rows[role].faces, material, {"Col": rows[role].colours})
    vertices, faces = _helper("helper-tongue")
    things["tongue"] = mesh("tongue", points[vertices], faces, _tongue_material())
    _subdivide(things["tongue"])

    def follow(posed: Points) -> None:
        for role, helper in helpers.items():
            turn, shift = _rigid(points[helper], posed[helper])
            move(things[role], rows[role].points @ turn.T + shift)
        move(things["tongue"], posed[vertices])

    return {role: [thing] for role, thing in things.items()}, follow


def _rigid(start: Points, stop: Points) -> tuple[Points, Points]:
    """The turn (3, 3) and shift (3,) that take points nearest to others (Kabsch 1976)."""
    middle, goal = start.mean(axis=0), stop.mean(axis=0)
    left, _, right = np.linalg.svd((start - middle).T @ (stop - goal))
    mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = (left @ mirror @ right).T
    return turn, goal - turn @ middle


def _helper(group: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    faces = faces_of(group)
    vertices, local = np.unique(faces, return_inverse=True)
    return vertices, local.reshape(faces.shape)


def _subdivide(thing: Any) -> None:
    modifier = thing.modifiers.new("subdivision", "SUBSURF")
    modifier.levels = modifier.render_levels = 2


def _teeth_material() -> Any:
    shader = Shader("teeth")
    tone = shader.attribute("Col")
    surface = shader.node(
        "BsdfPrincipled",
        Base_Color=tone.outputs["Color"],
        Roughness=shader.math("MULTIPLY_ADD", tone.outputs["Alpha"], 0.12, 0.20),
        Subsurface_Weight=0.5,
        Subsurface_Scale=0.03,
        Subsurface_Radius=(1.0, 0.7, 0.5),
        Emission_Color=tone.outputs["Color"],
        Emission_Strength=0.10,
    )
    return shader.finish(surface.outputs[0])


def _tongue_material() -> Any:
    shader = Shader("tongue")
    where = shader.node("TexCoord").outputs["Object"]
    bumps = shader.node("Bump", Strength=0.3, Distance=0.01, Height=shader.noise(where, 40.0)).outputs[0]
    surface = shader.node(
        "BsdfPrincipled",
        Base_Color=linear("#b8605a"),
        Roughness=0.38,
        Normal=bumps,
        Subsurface_Weight=0.4,
        Subsurface_Scale=0.06,
        Subsurface_Radius=(1.0, 0.3, 0.2),
    )
    return shader.finish(surface.outputs[0])
