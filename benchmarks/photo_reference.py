"""Measure how the built-in presenters' faces move: `python benchmarks/photo_reference.py PYTHON`.

PYTHON is an interpreter that has mediapipe. The finder looks at a still of each presenter; under each
landmark lies a triangle of its skin, whose shifts are those of the landmark. The mean over the
presenters goes into src/rostra/presenters/photo/reference.npz, with mediapipe's triangles.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.acting.motion import ARKIT
from rostra.picture.backdrop import colour
from rostra.picture.frame import Size, Yuv420, to_rgb
from rostra.picture.layout import Layout, place
from rostra.picture.stage import Stage
from rostra.presenters.catalogue import Catalogue
from rostra.presenters.pack import Pack
from rostra.presenters.photo import topology
from rostra.presenters.photo.sight import see
from rostra.production.pose import row

WHO = ("jane", "adam")
SIZE = Size(1600, 1200)
OUT = Path(__file__).parents[1] / "src/rostra/presenters/photo/reference.npz"
INTO = 3.0  # canvas pixels into the lip or lid from its edge, where it is surely this lip or lid
TESSELLATION = (
    "import sys, types, json\n"
    "for name in ('cv2', 'matplotlib', 'matplotlib.pyplot'): sys.modules[name] = types.ModuleType(name)\n"
    "sys.modules['matplotlib'].pyplot = sys.modules['matplotlib.pyplot']\n"
    "from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION as edges\n"
    "print(json.dumps(sorted(edges)))"
)


def main() -> None:
    """Measure and write."""
    python = Path(sys.argv[1])
    shifts = []
    names = [name for name in ARKIT if not name.startswith("tongue")]
    for who in WHO:
        pack = Catalogue().find(who)
        points = landmarks(pack, python)
        middles = topology.eye_middles(points)
        unit = float(np.linalg.norm(middles[1] - middles[0]))
        shifts.append(cornered(moves(pack, inward(points), names)) / unit)
    np.savez_compressed(
        OUT, triangles=triangles(python).astype(np.int16), names=np.array(names),
        shifts=np.mean(shifts, axis=0).astype(np.float16),
    )  # fmt: skip
    print(f"{OUT}: {OUT.stat().st_size / 1e3:.0f} kB")


def landmarks(pack: Pack, python: Path) -> NDArray[np.float64]:
    """(COUNT, 2) landmarks of a presenter at rest, canvas pixels."""
    frame = Yuv420.empty(SIZE)
    Stage(pack, Layout.FULL, SIZE, colour("#8899AA", SIZE)).draw(row(), frame)
    scale, x, y = place(pack.manifest.framing, Layout.FULL, SIZE)
    return (see(to_rgb(frame), python).points[: topology.COUNT, :2] - [x, y]) / scale


def inward(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Landmarks on edges, moved a little into what they are the edge of."""
    moved = points.copy()
    for upper, lower in topology.LIP_RINGS[:2]:
        moved[list(upper[1:-1]), 1] -= INTO
        moved[list(lower[1:-1]), 1] += INTO
    for eye in topology.EYES.values():
        moved[list(eye.upper), 1] -= INTO
        moved[list(eye.lower), 1] += INTO
    return moved


def cornered(shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shifts in which the corners of the mouth go with the lips beside them.

    Under a corner lies, at rest, what is deep between the lips and moves otherwise.
    """
    upper, lower = topology.LIP_RINGS[-1]
    for end, beside, near in ((0, 1, 2), (-1, -2, -3)):
        corner = (shifts[:, upper[near]] + shifts[:, lower[near]]) / 2
        for rows in topology.LIP_RINGS:
            for lip in rows:
                shifts[:, lip[end]] = corner
                shifts[:, lip[beside]] = (corner + shifts[:, lip[near]]) / 2
    return shifts


def moves(pack: Pack, points: NDArray[np.float64], names: list[str]) -> NDArray[np.float64]:
    """(names, COUNT, 3) shifts of the skin under canvas points."""
    layer = next(layer for layer in pack.layers if layer.info.name == "skin")
    corners, weights = under(layer.triangles, seen(pack), points)
    result = np.zeros((len(names), len(points), 3))
    for position, name in enumerate(names):
        every = np.zeros_like(pack.vertices)
        if name in pack.manifest.shapes:
            shape = pack.manifest.shapes.index(name)
            run = slice(pack.delta_start[shape], pack.delta_start[shape + 1])
            every[pack.delta_vertex[run]] = pack.delta[run]
        result[position] = (every[corners] * weights[..., None]).sum(axis=1)
    return result


def seen(pack: Pack) -> NDArray[np.float64]:
    """(n, 2) where the vertices are seen at rest, canvas pixels."""
    middle = np.array(pack.manifest.canvas) / 2
    near = pack.manifest.distance / (pack.manifest.distance - pack.vertices[:, 2:].astype(np.float64))
    return middle + (pack.vertices[:, :2] - middle) * near


def under(
    triangles: NDArray[np.int32], places: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each point the corners and weights of the triangle drawn last over it, or of the nearest."""
    a, b, c = (places[triangles[:, k]] for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area[np.abs(area) < 1e-9] = 1e-9
    corners, weights = [], []
    for x, y in points:
        v = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
        w = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
        share = np.stack([1 - v - w, v, w], axis=1)
        out = np.maximum(-share, 0).sum(axis=1)
        inside = np.flatnonzero(out < 1e-6)
        best = inside[-1] if len(inside) else int(out.argmin())
        corners.append(triangles[best])
        weights.append(np.clip(share[best], 0, 1) / np.clip(share[best], 0, 1).sum())
    return np.array(corners, np.int64), np.array(weights)


def triangles(python: Path) -> NDArray[np.int64]:
    """The cycles of three edges in mediapipe's tessellation, without those that close an opening."""
    told = subprocess.run([python, "-I", "-c", TESSELLATION], capture_output=True, text=True, check=True)  # noqa: S603
    edges = {tuple(sorted(edge)) for edge in json.loads(told.stdout)}
    near: dict[int, set[int]] = {}
    for a, b in edges:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    found = [(a, b, c) for a, b in sorted(edges) for c in sorted(near[a] & near[b]) if c > b]
    return np.array([t for t in found if not any(set(t) <= hole for hole in topology.holes())])


if __name__ == "__main__":
    main()
