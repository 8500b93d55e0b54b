"""The face patch: the part of the base mesh that a viewer sees moving.

A portrait is drawn as a mesh whose texture is the portrait itself. In the face that mesh is the base
mesh, because its lips, lids and folds move as an artist meant them to. The patch holds every face that
is seen at rest and turned to the viewer, a few rows more that come into sight when lips part and lids
close, and a membrane over each eye opening, so that the picture's own alpha draws lid edges and lashes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from casting.camera import Camera

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

FACING = 0.22  # least cosine between normal and view of a face in the patch
TOLERANCE = 0.02  # dm: how far behind the first hit a vertex still counts as seen
LEAST_LOOP = 12  # corners of the border of an opening; smaller ones are dents
ROWS = {"mouth": 3, "left": 2, "right": 2}  # rows of hidden faces to add inside each opening


@dataclass(frozen=True)
class Opening:
    """A box on the rest face around lips or an eye: hidden rows are added only here."""

    name: str
    low: Points  # (2,) x, y in decimetres
    high: Points

    def holds(self, points: Points) -> Flags:
        """Which points lie in the box."""
        beyond = (points[:, :2] > self.low) & (points[:, :2] < self.high)
        inside: Flags = np.asarray(beyond.all(axis=1))
        return inside


@dataclass(frozen=True)
class Patch:
    """The face patch.

    Args:
        vertices: (n,) indices of base vertices.
        triangles: (t, 3) positions in `vertices`, in no order.
        membranes: (u, 3) the same over eye openings and small dents of the border.
        outline: positions in `vertices` around the patch.
        mouth: positions around the opening of the mouth.
        lids: positions around the opening of each eye, by the name of its box.
    """

    vertices: Indices
    triangles: Indices
    membranes: Indices
    outline: list[int]
    mouth: list[int]
    lids: dict[str, list[int]]


def normals(points: Points, faces: Indices) -> Points:
    """(n, 3) unit normals at the vertices of a mesh of quads."""
    corner = points[faces]
    flat = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
    summed = np.zeros_like(points)
    for k in range(4):
        np.add.at(summed, faces[:, k], flat)
    unit: Points = summed / (np.linalg.norm(summed, axis=1, keepdims=True) + 1e-12)
    return unit


def tree(points: Points, faces: Indices) -> BVHTree:
    """A tree for rays against the mesh."""
    return BVHTree.FromPolygons(points.tolist(), faces.tolist())


def seen(points: Points, which: Indices, camera: Camera, rays: BVHTree) -> Flags:
    """Which of some vertices the camera sees past the rest of the mesh."""
    place = camera.place
    result = np.zeros(len(which), dtype=bool)
    for position, index in enumerate(which):
        way = points[index] - place
        length = float(np.linalg.norm(way))
        hit = rays.ray_cast(tuple(place), tuple(way / length))
        result[position] = hit[3] is None or hit[3] > length - TOLERANCE
    return result


def cut(
    points: Points,
    faces: Indices,
    visible: Flags,
    barred: Flags,
    openings: Sequence[Opening],
    never: Flags,
) -> Patch:
    """Cut the patch out of the mesh.

    Args:
        points: (n, 3) rest points.
        faces: (f, 4) quads of the skin.
        visible: (n,) seen at rest.
        barred: (n,) outside the face (ears, neck, body).
        openings: where hidden rows are added; one is called `mouth`.
        never: (n,) vertices in openings that no expression shows (the inside of lids).
    """
    facing = normals(points, faces)[:, 2] > FACING
    good = visible & facing & ~barred
    # In the openings lips and lids turn away from the viewer: there, seen is enough.
    for opening in openings:
        good |= visible & opening.holds(points) & ~barred
    chosen = _largest(faces, np.asarray(good[faces].all(axis=1)), len(points))
    for opening in openings:
        inside = (opening.holds(points) & ~never)[faces].all(axis=1)
        for _ in range(ROWS[opening.name]):
            touched = np.zeros(len(points), dtype=bool)
            touched[faces[chosen]] = True
            chosen |= inside & touched[faces].any(axis=1)
    chosen = _clean(faces, chosen)
    return _assemble(points, faces[chosen], openings)


def _assemble(points: Points, quads: Indices, openings: Sequence[Opening]) -> Patch:
    vertices, local = np.unique(quads, return_inverse=True)
    local = local.reshape(quads.shape)
    triangles = [local[:, [0, 1, 2]], local[:, [0, 2, 3]]]
    loops = sorted(_loops(local), key=lambda loop: -_extent(points[vertices[loop]]))
    named: dict[str, list[int]] = {}
    membranes: list[Indices] = []
    for loop in loops[1:]:
        place = points[vertices[loop]]
        name = next((box.name for box in openings if box.holds(place).mean() > 0.9), "")
        if len(loop) > LEAST_LOOP and name:
            named.setdefault(name, loop)
        if loop is not named.get("mouth"):
            membranes.append(fill(place[:, :2], loop))
    mouth = named.pop("mouth")
    return Patch(vertices, np.concatenate(triangles), np.concatenate(membranes), loops[0], mouth, named)


def _extent(points: Points) -> float:
    return float(np.ptp(points[:, :2], axis=0).sum())


def _largest(faces: Indices, chosen: Flags, count: int) -> Flags:
    """The largest connected set among the chosen faces."""
    parent = np.arange(count)

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = int(parent[vertex])
        return vertex

    for face in faces[chosen]:
        first = root(int(face[0]))
        for vertex in face[1:]:
            parent[root(int(vertex))] = first
    roots = np.array([root(int(vertex)) for vertex in faces[:, 0]])
    names, sizes = np.unique(roots[chosen], return_counts=True)
    result: Flags = chosen & (roots == names[np.argmax(sizes)])
    return result


def _edges(faces: Indices) -> dict[tuple[int, int], int]:
    count: dict[tuple[int, int], int] = defaultdict(int)
    for face in faces:
        for a, b in zip(face, np.roll(face, -1), strict=True):
            count[int(a), int(b)] += 1
    return count


def _border(faces: Indices) -> list[tuple[int, int]]:
    edges = _edges(faces)
    return [(a, b) for a, b in edges if (b, a) not in edges]


def _clean(faces: Indices, chosen: Flags) -> Flags:
    """Drop faces until the border never touches itself, so that it falls into simple loops."""
    while True:
        leaving: dict[int, int] = defaultdict(int)
        for a, _ in _border(faces[chosen]):
            leaving[a] += 1
        double = {vertex for vertex, times in leaving.items() if times > 1}
        if not double:
            return chosen
        pinched = np.isin(faces, list(double)).any(axis=1)
        chosen = _largest(faces, chosen & ~pinched, int(faces.max()) + 1)


def _loops(faces: Indices) -> list[list[int]]:
    follow = dict(_border(faces))
    loops: list[list[int]] = []
    while follow:
        start, vertex = follow.popitem()
        loop = [start]
        while vertex != start:
            loop.append(vertex)
            vertex = follow.pop(vertex)
        loops.append(loop)
    return loops


def fill(outline: Points, names: Sequence[int]) -> Indices:
    """Triangles over a simple polygon by clipping ears, widest angle last.

    Args:
        outline: (n, 2) corners in order.
        names: what to call each corner in the result.
    """
    order = list(range(len(outline)))
    if _area(outline) < 0:
        order.reverse()
    result: list[tuple[int, int, int]] = []
    while len(order) > 3:
        best = min(range(len(order)), key=lambda k: _ear_cost(outline, order, k))
        before, tip, after = order[best - 1], order[best], order[(best + 1) % len(order)]
        result.append((before, tip, after))
        order.pop(best)
    result.append((order[0], order[1], order[2]))
    triangles: Indices = np.array(names)[np.array(result)]
    return triangles


def _area(outline: Points) -> float:
    x, y = outline[:, 0], outline[:, 1]
    return float(0.5 * (x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def _ear_cost(outline: Points, order: list[int], k: int) -> float:
    """Length of the edge that cutting this ear makes; infinite where it is no ear."""
    a, b, c = (outline[order[(k + step) % len(order)]] for step in (-1, 0, 1))
    if _cross(a, b, c) <= 0:
        return 1e6 + float(np.linalg.norm(c - a))
    corners = {order[(k + step) % len(order)] for step in (-1, 0, 1)}
    others: Iterable[Points] = (outline[n] for n in order if n not in corners)
    if any(_cross(a, b, p) > 0 and _cross(b, c, p) > 0 and _cross(c, a, p) > 0 for p in others):
        return 1e3 + float(np.linalg.norm(c - a))
    return float(np.linalg.norm(c - a))


def _cross(a: Points, b: Points, c: Points) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
