"""The mouth inside: teeth with gums and the tongue, in the places of the base's helpers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casting.blender import Shader, linear, mesh, move
from casting.landmarks import faces_of

Points = NDArray[np.float64]
Follow = Callable[[Points], None]


def add_mouth(points: Points) -> tuple[dict[str, list[Any]], Follow]:
    """Teeth and tongue by role, and what moves them to the points of an expression."""
    parts = {
        "teeth_upper": (_helper("helper-upper-teeth"), _teeth_material()),
        "teeth_lower": (_helper("helper-lower-teeth"), _teeth_material()),
        "tongue": (_helper("helper-tongue"), _tongue_material()),
    }
    things = {}
    for role, ((vertices, faces), material) in parts.items():
        things[role] = mesh(role, points[vertices], faces, material)
        _subdivide(things[role])

    def follow(posed: Points) -> None:
        for role, ((vertices, _), _) in parts.items():
            move(things[role], posed[vertices])

    return {role: [thing] for role, thing in things.items()}, follow


def _helper(group: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    faces = faces_of(group)
    vertices, local = np.unique(faces, return_inverse=True)
    return vertices, local.reshape(faces.shape)


def _subdivide(thing: Any) -> None:
    modifier = thing.modifiers.new("subdivision", "SUBSURF")
    modifier.levels = modifier.render_levels = 2


def _teeth_material() -> Any:
    shader = Shader("teeth")
    surface = shader.node(
        "BsdfPrincipled",
        Base_Color=linear("#ece4d8"),
        Roughness=0.25,
        Subsurface_Weight=0.4,
        Subsurface_Scale=0.05,
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
