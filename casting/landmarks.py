"""Landmarks: what the base's vertices are, found once on the unshaped mesh; the same for every person."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from casting import human

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
BODY = human.RANGES["body"][1]


@lru_cache(maxsize=1)
def body_faces() -> Indices:
    """(f, 4) quads of the body."""
    base = human.base()
    faces: Indices = base.faces[base.group == "body"]
    return faces


@lru_cache(maxsize=1)
def body_uv() -> Points:
    """(f, 4, 2) texture coordinates of the body's quads."""
    base = human.base()
    uv: Points = base.uv[base.group == "body"]
    return uv


@lru_cache(maxsize=1)
def normals_faces() -> Indices:
    """All faces, helpers too."""
    return human.base().faces


def faces_of(*groups: str) -> Indices:
    """(f, 4) quads of helper groups such as `helper-tongue`."""
    base = human.base()
    return base.faces[np.isin(base.group, groups)]


@lru_cache(maxsize=8)
def painted(name: str) -> Points:
    """(BODY,) 0..1 of a painted mask of the data (`lips`, `face`, `eyelids`, `ears`, `inside-mouth`)."""
    path = human.data() / "mpfb2/textures" / f"mpfb_{name}.jpg"
    with Image.open(path) as image:
        mask = np.asarray(image.convert("L"), dtype=np.float64) / 255
    height, width = mask.shape
    faces, uv = body_faces(), body_uv()
    column = np.clip((uv[..., 0] * width).astype(int), 0, width - 1)
    row = np.clip(((1 - uv[..., 1]) * height).astype(int), 0, height - 1)
    total, count = np.zeros(BODY), np.zeros(BODY)
    np.add.at(total, faces.ravel(), mask[row, column].ravel())
    np.add.at(count, faces.ravel(), 1)
    return total / np.maximum(count, 1)


@lru_cache(maxsize=1)
def neighbours() -> tuple[Indices, Indices]:
    """The edges of the body, both ways: (e,) from, (e,) to."""
    faces = body_faces()
    edges = np.concatenate([faces[:, [i, (i + 1) % 4]] for i in range(4)])
    edges = np.concatenate([edges, edges[:, ::-1]])
    edges = np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0)
    return edges[:, 0], edges[:, 1]


def smoothed(values: Points, rounds: int) -> Points:
    """(BODY, ...) values on the body, each round averaged with those of the neighbours."""
    start, stop = neighbours()
    count = np.bincount(start, minlength=BODY).reshape(-1, *([1] * (values.ndim - 1)))
    for _ in range(rounds):
        total = np.zeros_like(values)
        np.add.at(total, start, values[stop])
        values = 0.5 * values + 0.5 * total / np.maximum(count, 1)
    return values


def ball(points: Points, side: str) -> tuple[Points, float]:
    """Centre (3,) and radius of the eyeball `left` or `right`, fitted to its helper."""
    first, last = human.RANGES[f"eye_{side}"]
    shell = points[first:last]
    rows = np.concatenate([2 * shell, np.ones((len(shell), 1))], axis=1)
    found = np.linalg.lstsq(rows, (shell**2).sum(axis=1), rcond=None)[0]
    centre: Points = found[:3]
    return centre, float(np.sqrt(found[3] + centre @ centre))


def vertex_normals(points: Points, faces: Indices) -> Points:
    """(n, 3) unit normals of a mesh of quads."""
    a, b, c, d = (points[faces[:, k]] for k in range(4))
    face = np.cross(c - a, d - b)
    total = np.zeros_like(points)
    for k in range(4):
        np.add.at(total, faces[:, k], face)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit: Points = total / np.maximum(length, 1e-12)
    return unit
