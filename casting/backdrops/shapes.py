"""Shapes: the few solids from which furniture is made.

Metres. x runs to the right of the picture, y away from the camera, z up. Every edge is rounded a little,
because the light that catches on an edge is what makes a thing look made and not drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from casting.backdrops import paint

FloatArray = NDArray[np.float64]
Point = tuple[float, float, float]

CUBE = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
CUBE_FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


def turn_z(points: FloatArray, angle: float) -> FloatArray:
    """Points (n, 3) turned about the vertical by radians, anticlockwise seen from above."""
    cos, sin = np.cos(angle), np.sin(angle)
    turned: FloatArray = points @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    return turned


@dataclass
class Heap:
    """Many small pieces, each with its own colour, that become one object."""

    points: list[FloatArray] = field(default_factory=list)
    faces: list[tuple[int, ...]] = field(default_factory=list)
    tints: list[FloatArray] = field(default_factory=list)
    count: int = 0

    def add(self, points: FloatArray, faces: Sequence[tuple[int, ...]], colour: str) -> None:
        """Add a piece: points (n, 3) in metres, faces as indices into them."""
        self.faces += [tuple(index + self.count for index in face) for face in faces]
        self.points.append(points)
        self.tints.append(np.tile(paint.linear(colour), (len(points), 1)))
        self.count += len(points)

    def box(self, centre: Point, size: Point, colour: str, turn: float = 0.0, lean: float = 0.0) -> None:
        """Add a box; `turn` about the vertical, `lean` to the right about its foot, radians."""
        points = CUBE * size
        if lean:
            cos, sin = np.cos(lean), np.sin(lean)
            points = points @ np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
        self.add(turn_z(points, turn) + centre, CUBE_FACES, colour)

    def done(self, material: Any, bevel: float = 0.0, smooth: bool = False) -> Any:
        """The heap as one object."""
        mesh = bpy.data.meshes.new("heap")
        mesh.from_pydata(np.concatenate(self.points).tolist(), [], self.faces)
        tint = mesh.color_attributes.new(paint.TINT, "FLOAT_COLOR", "POINT")
        tint.data.foreach_set("color", np.concatenate(self.tints).astype(np.float32).ravel())
        return stand(mesh, material, bevel=bevel, smooth=smooth)


def stand(mesh: Any, material: Any, bevel: float = 0.0, smooth: bool = False) -> Any:
    """Put a mesh into the scene, with its material and rounded edges."""
    thing = bpy.data.objects.new(mesh.name, mesh)
    bpy.context.collection.objects.link(thing)
    mesh.materials.append(material)
    if smooth:
        mesh.shade_smooth()
    if bevel:
        edges = thing.modifiers.new("edges", "BEVEL")
        edges.width, edges.segments, edges.harden_normals = bevel, 3, True
        mesh.shade_smooth()
    return thing


def box(centre: Point, size: Point, material: Any, bevel: float = 0.006, turn: float = 0.0) -> Any:
    """A box with rounded edges, turned about the vertical by radians."""
    mesh = bpy.data.meshes.new("box")
    mesh.from_pydata((CUBE * size).tolist(), [], CUBE_FACES)
    thing = stand(mesh, material, bevel=min(bevel, min(size) * 0.45))
    thing.location = centre
    thing.rotation_euler[2] = turn
    return thing


def pillow(centre: Point, size: Point, material: Any, turn: Point = (0, 0, 0), round_: float = 0.35) -> Any:
    """A stuffed cushion: square in outline, thin at the seam. `round_` 1 is a disc."""
    u, v = np.meshgrid(np.linspace(-np.pi, np.pi, 48, endpoint=False), np.linspace(-np.pi / 2, np.pi / 2, 25))

    def soft(wave: FloatArray, exponent: float) -> FloatArray:
        return np.sign(wave) * np.abs(wave) ** exponent

    x = soft(np.cos(v), 0.8) * soft(np.cos(u), round_)
    z = soft(np.cos(v), 0.8) * soft(np.sin(u), round_)
    points = np.stack([x, soft(np.sin(v), 1.0), z], axis=-1).reshape(-1, 3) * np.array(size) / 2
    thing = stand(_grid_mesh(points, *u.shape, closed=True), material, smooth=True)
    thing.location, thing.rotation_euler = centre, turn
    return thing


def _grid_mesh(points: FloatArray, rows: int, columns: int, closed: bool = False) -> Any:
    mesh = bpy.data.meshes.new("grid")
    mesh.from_pydata(points.tolist(), [], grid_faces(rows, columns, closed))
    return mesh


def grid_faces(rows: int, columns: int, closed: bool = False) -> list[tuple[int, ...]]:
    """Quads between the points of a row-major grid; `closed` joins the last column to the first."""
    last = columns if closed else columns - 1
    return [
        (
            r * columns + c,
            r * columns + (c + 1) % columns,
            (r + 1) * columns + (c + 1) % columns,
            (r + 1) * columns + c,
        )
        for r in range(rows - 1)
        for c in range(last)
    ]


def lathe(profile: Sequence[tuple[float, float]], at: Point, material: Any, sides: int = 40) -> Any:
    """A turned solid: `profile` is (radius, height) from foot to rim, metres."""
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    points = np.array([(r * np.cos(a), r * np.sin(a), z) for r, z in profile for a in angles])
    thing = stand(_grid_mesh(points, len(profile), sides, closed=True), material, smooth=True)
    thing.location = at
    return thing


def ball(centre: Point, radius: float, material: Any) -> Any:
    """A sphere."""
    steps = np.linspace(-np.pi / 2, np.pi / 2, 24)
    return lathe([(radius * np.cos(s) + 1e-4, radius * np.sin(s)) for s in steps], centre, material)


def tube(points: Sequence[Point], radius: float, material: Any) -> Any:
    """A round bar, cable or stem along a path."""
    curve = bpy.data.curves.new("tube", "CURVE")
    curve.dimensions, curve.bevel_depth, curve.bevel_resolution, curve.use_fill_caps = "3D", radius, 3, True
    spline = curve.splines.new("POLY")
    spline.points.add(len(points) - 1)
    spline.points.foreach_set("co", [value for point in points for value in (*point, 1.0)])
    spline.use_smooth = True
    curve.materials.append(material)
    thing = bpy.data.objects.new("tube", curve)
    bpy.context.collection.objects.link(thing)
    return thing


def curtain(
    foot: Point, width: float, height: float, material: Any, turn: float = 0.0, folds: int = 9
) -> Any:
    """Hanging cloth whose folds widen towards the hem; `foot` is the middle of the hem."""
    across, up = np.meshgrid(np.linspace(-0.5, 0.5, folds * 12), np.linspace(0, 1, 20))
    phase = across * folds * 2 * np.pi + 0.7 * np.sin(across * 9) + 0.25 * up
    depth = (0.055 - 0.02 * up) * (np.sin(phase) + 0.3 * np.sin(2.3 * phase + 1))
    points = np.stack([across * width, depth, up * height], axis=-1).reshape(-1, 3)
    thing = stand(_grid_mesh(turn_z(points, turn), *across.shape), material, smooth=True)
    thing.location = foot
    return thing


def sweep(width: float, distance: float, height: float, radius: float, material: Any) -> Any:
    """Seamless paper: a floor that bends up into a wall at `distance`, with a bend of `radius`."""
    bend = np.linspace(0, np.pi / 2, 24)
    profile = [
        (0.0, 0.0),
        *((distance - radius + radius * np.sin(a), radius * (1 - np.cos(a))) for a in bend),
    ]
    profile.append((distance, height))
    points = np.array([(x, y, z) for y, z in profile for x in np.linspace(-width / 2, width / 2, 9)])
    return stand(_grid_mesh(points, len(profile), 9), material, smooth=True)
