"""The figure: where the points of a person are, at rest and in every expression.

Positions are read back from Blender after subdivision, so that the geometry of a pack is the geometry of
its pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from casting import human
from casting.bake import patch
from casting.blender import from_blender
from casting.camera import Camera
from casting.person import Person
from rostra.acting.motion import ARKIT

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

SHAPES = tuple(name for name in ARKIT if name in human.expressions())
Expression = Mapping[str, float]
REST: Expression = {}


@dataclass(frozen=True)
class Surface:
    """Points of some objects with their shifts.

    Args:
        points: (n, 3) rest, decimetres.
        shapes: name -> (n, 3) shift at weight 1.
    """

    points: Points
    shapes: dict[str, Points]


class Figure:
    """A person's skin and inner mouth, measured."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.camera: Camera = person.camera
        self.skin: Any = person.roles["skin"][0]
        self.count = len(self.skin.data.vertices)
        self.index = base_index(self.skin)
        self.faces = quads(self.skin)
        self.rest = self.points(REST)
        self.shapes = {name: self.points({name: 1.0}) - self.rest for name in SHAPES}
        self.person.pose(REST)

    def points(self, expression: Expression) -> Points:
        """(count, 3) skin vertices in an expression, decimetres, after subdivision."""
        self.person.pose(expression)
        return evaluated(self.skin)[: self.count]

    @cached_property
    def rays(self) -> BVHTree:
        """For rays against the skin at rest."""
        return patch.tree(self.rest, self.faces)

    def seen(self, expression: Expression) -> NDArray[np.bool_]:
        """(count,) which skin vertices of the head the camera sees in an expression."""
        points = self.points(expression)
        high = np.nonzero(points[:, 1] > self.rest[:, 1].max() - HEAD)[0]
        result = np.zeros(self.count, dtype=bool)
        result[high] = patch.seen(points, high, self.camera, patch.tree(points, self.faces))
        return result

    def surface(self, role: str) -> Surface:
        """The points of an inner role (teeth, tongue) with their shifts."""
        things = self.person.roles[role]

        def gather(expression: Expression) -> Points:
            self.person.pose(expression)
            return np.concatenate([evaluated(thing) for thing in things])

        rest = gather(REST)
        shapes = {name: gather({name: 1.0}) - rest for name in SHAPES if name.startswith(("jaw", "tongue"))}
        self.person.pose(REST)
        return Surface(rest, shapes)

    def hits(self, seen: Points) -> tuple[NDArray[np.bool_], Points, dict[str, Points]]:
        """What lies under canvas points on the skin at rest.

        Args:
            seen: (n, 2) canvas pixels.

        Returns:
            which points hit the skin; (n, 3) decimetres; shape shifts (n, 3). Where there is no skin, the
            values of the nearest point that hit.
        """
        found = np.zeros(len(seen), dtype=bool)
        points = np.zeros((len(seen), 3))
        shifts = {name: np.zeros((len(seen), 3)) for name in SHAPES}
        place = self.camera.place
        for position, way in enumerate(self._ways(seen)):
            where, _, face, _ = self.rays.ray_cast(tuple(place), tuple(way))
            if where is None:
                continue
            found[position] = True
            points[position] = where
            corners = self.faces[face]
            weight = _nearness(self.rest[corners], np.array(where))
            for name, shift in shifts.items():
                shift[position] = weight @ self.shapes[name][corners]
        self._spread(seen, found, points, shifts)
        return found, points, shifts

    def _ways(self, seen: Points) -> Points:
        camera = self.camera
        middle = camera.canvas(camera.centre[None])[0, :2]
        flat = (seen - middle) / camera.scale
        ways = np.stack(
            [flat[:, 0], -flat[:, 1], np.full(len(seen), -camera.distance / camera.scale)], axis=1
        )
        unit: Points = ways / np.linalg.norm(ways, axis=1, keepdims=True)
        return unit

    def _spread(
        self, seen: Points, found: NDArray[np.bool_], points: Points, shifts: Mapping[str, Points]
    ) -> None:
        """Give points beside the skin the values of the nearest that hit it."""
        missing = np.nonzero(~found)[0]
        hit = np.nonzero(found)[0]
        nearest = hit[cKDTree(seen[hit]).query(seen[missing])[1]]
        points[missing] = points[nearest]
        for shift in shifts.values():
            shift[missing] = shift[nearest]


HEAD = 3.2  # decimetres from the crown down within which visibility matters


def evaluated(thing: Any) -> Points:
    """(n, 3) vertices of an object as it is drawn, decimetres; the object's own vertices come first."""
    graph = bpy.context.evaluated_depsgraph_get()
    shown = thing.evaluated_get(graph)
    data = shown.to_mesh()
    place = np.empty(len(data.vertices) * 3, dtype=np.float32)
    data.vertices.foreach_get("co", place)
    matrix = np.array(thing.matrix_world)
    shown.to_mesh_clear()
    world = place.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
    return from_blender(world)


def base_index(thing: Any) -> Indices:
    """(n,) which vertex of the base each vertex of an object is."""
    table = np.empty(len(thing.data.vertices), dtype=np.int32)
    thing.data.attributes["base_index"].data.foreach_get("value", table)
    return table.astype(np.int64)


def quads(thing: Any) -> Indices:
    """(f, 4) faces of a mesh of quads (triangles repeat their last corner)."""
    faces = [list(face.vertices) for face in thing.data.polygons]
    return np.array([face if len(face) == 4 else [*face, face[-1]] for face in faces])


def _nearness(corners: Points, point: Points) -> Points:
    """(4,) weights of a quad's corners at a point on it: inverse square distance."""
    weight = 1 / (((corners - point) ** 2).sum(axis=1) + 1e-6)
    share: Points = weight / weight.sum()
    return share
