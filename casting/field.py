"""Signed distance on a grid: how far a point is from a surface, and which way is out.

Hair lies on it, clothes are level sets of it. Distances are negative inside. A field is read between
grid points by straight interpolation, so steps of .03 dm are fine enough for cloth and hair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]

BAND = 0.3  # decimetres about the surface where distances are exact
COARSE = 5  # grid steps beyond the band


@dataclass(frozen=True)
class Field:
    """Distances on a regular grid.

    Args:
        values: (nx, ny, nz) decimetres.
        low: (3,) place of the first grid point.
        step: decimetres between grid points.
    """

    values: NDArray[np.float32]
    low: Points
    step: float

    def __call__(self, points: Points) -> Points:
        """(n, 3) -> (n,) distances; outside the grid that of its border."""
        place = ((points - self.low) / self.step).T
        read: Points = map_coordinates(self.values, place, order=1, mode="nearest", output=np.float64)
        return read

    def normal(self, points: Points) -> Points:
        """(n, 3) unit vectors that point away from the surface."""
        reach = self.step
        shifts = np.eye(3) * reach
        slope = np.stack([self(points + shift) - self(points - shift) for shift in shifts], axis=1)
        return unit(slope)

    def smoothed(self, sigma: float) -> Field:
        """The same, blurred over `sigma` decimetres: fills creases, rounds edges."""
        return Field(gaussian_filter(self.values, sigma / self.step), self.low, self.step)

    def grid(self) -> Points:
        """(nx, ny, nz, 3) places of the grid points."""
        axes = [low + np.arange(n) * self.step for low, n in zip(self.low, self.values.shape, strict=True)]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)

    def changed(self, change: Callable[[Points, Points], Points]) -> Field:
        """A field made point by point: `change(places (n, 3), distances (n,))` -> distances."""
        places = self.grid().reshape(-1, 3)
        new = change(places, self.values.reshape(-1).astype(np.float64))
        return Field(new.reshape(self.values.shape).astype(np.float32), self.low, self.step)

    def resampled(self, step: float) -> Field:
        """The same on another grid."""
        span = (np.array(self.values.shape) - 1) * self.step
        shape = np.floor(span / step).astype(int) + 1
        empty = Field(np.zeros(shape, dtype=np.float32), self.low, step)
        return empty.changed(lambda places, _: self(places))


def unit(vectors: Points) -> Points:
    """Vectors of length 1 along the last axis; a null vector stays null."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Points = vectors / np.maximum(length, 1e-9)
    return scaled


def smoothstep(low: float, high: float, value: Points | float) -> Points:
    """0 below `low`, 1 above `high`, smooth between; falling if high < low."""
    t = np.clip((np.asarray(value, dtype=np.float64) - low) / (high - low), 0, 1)
    eased: Points = t * t * (3 - 2 * t)
    return eased


def around(points: Points, triangles: Triangles, low: Points, high: Points, step: float = 0.03) -> Field:
    """The field of a surface in a box, from its nearest point and the normal there."""
    samples, normals = _dense(points, triangles, step)
    tree = cKDTree(samples)

    def measure(places: Points) -> Points:
        far, nearest = tree.query(places)
        side = np.einsum("ij,ij->i", places - samples[nearest], normals[nearest])
        measured: Points = np.where(far < 3 * step, side, np.copysign(far, side))
        return measured

    coarse = _empty(low, high, COARSE * step).changed(lambda places, _: measure(places))

    def refine(places: Points, _: Points) -> Points:
        value = coarse(places)
        near = np.abs(value) < BAND
        value[near] = measure(places[near])
        return value

    return _empty(low, high, step).changed(refine)


def _empty(low: Points, high: Points, step: float) -> Field:
    shape = np.ceil((high - low) / step).astype(int) + 1
    return Field(np.zeros(shape, dtype=np.float32), low, step)


def _dense(points: Points, triangles: Triangles, step: float) -> tuple[Points, Points]:
    """Points and normals all over a surface, about `step` apart."""
    corners = points[triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    vertex = np.zeros_like(points)
    for corner in range(3):
        np.add.at(vertex, triangles[:, corner], face)
    vertex = unit(vertex)
    size = np.sqrt(np.linalg.norm(face, axis=1))
    many = [points]
    normal = [vertex]
    for share in np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [1, 1, 4]]):
        weight = share / share.sum()
        chosen = triangles[size > step] if share.max() > 1 else triangles
        many.append(np.einsum("c,fcd->fd", weight, points[chosen]))
        normal.append(unit(np.einsum("c,fcd->fd", weight, vertex[chosen])))
    used = np.unique(triangles)
    return np.concatenate([many[0][used], *many[1:]]), np.concatenate([normal[0][used], *normal[1:]])


def level_set(field: Field) -> tuple[Points, NDArray[np.int64]]:
    """The surface where a field is zero, as points and outward quads (naive surface nets)."""
    inside = field.values < 0
    cells = _mixed(inside)
    number = np.full(cells.shape, -1, dtype=np.int64)
    where = np.argwhere(cells)
    number[cells] = np.arange(len(where))
    points = field.low + (where + 0.5) * field.step
    for _ in range(4):
        points -= field(points)[:, None] * field.normal(points) * 0.9
        centre = field.low + (where + 0.5) * field.step
        points = np.clip(points, centre - 0.6 * field.step, centre + 0.6 * field.step)
    faces = [_quads(inside, number, axis) for axis in range(3)]
    return points, np.concatenate(faces)


def _mixed(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells with corners on both sides."""
    parts = [
        inside[x : inside.shape[0] - 1 + x, y : inside.shape[1] - 1 + y, z : inside.shape[2] - 1 + z]
        for x in (0, 1)
        for y in (0, 1)
        for z in (0, 1)
    ]
    stack = np.stack(parts)
    mixed: NDArray[np.bool_] = np.logical_and(np.any(stack, axis=0), ~np.all(stack, axis=0))
    return mixed


def _quads(inside: NDArray[np.bool_], number: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    """One quad for each grid edge along an axis that crosses the surface."""
    first = np.take(inside, np.arange(inside.shape[axis] - 1), axis)
    second = np.take(inside, np.arange(1, inside.shape[axis]), axis)
    edges = np.argwhere(first != second)
    b, c = [other for other in range(3) if other != axis]
    keep = (edges[:, b] > 0) & (edges[:, c] > 0)
    keep &= (edges[:, b] < number.shape[b]) & (edges[:, c] < number.shape[c])
    edges = edges[keep]
    ring = []
    for db, dc in ((1, 1), (0, 1), (0, 0), (1, 0)):
        cell = edges.copy()
        cell[:, b] -= db
        cell[:, c] -= dc
        ring.append(number[tuple(cell.T)])
    quads = np.stack(ring, axis=1)
    outward = first[tuple(edges.T)] ^ (axis == 1)
    quads[~outward] = quads[~outward, ::-1]
    return quads
