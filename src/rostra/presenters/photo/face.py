"""The face: where its landmarks rest and how every expression moves them.

A photo smiles, the rest of a presenter must not: the rest closes the lips and lets the corners of the
mouth sink, and everything around follows as a thin plate would bend. Expressions are those of the
presenters that come with Rostra, laid on by landmark; lids and lips are then made to meet exactly.

Source: Sorkine & Cohen-Or 2004 (bilaplacian editing with handles).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.photo import topology
from rostra.presenters.photo.portrait import Portrait

Points = NDArray[np.float64]

LIFT = 0.03  # corners of a resting mouth above its middle, eye distances
RELAX = 0.9  # of a greater lift that the rest takes away
WIDE = 0.72  # width of a resting mouth between the inner corners, eye distances
NARROW = 0.25  # of the width, most that the rest takes away
THICKEN = 0.3  # of a lip's way to the other that its outer edge stays behind
LOWER_SHARE = 0.62  # of the gap that the lower lip closes
RINGS = (1.0, 0.72, 0.45, 0.2)  # how far each ring of a lip follows its inner edge's correction
MEETING = 0.06  # of an eye's opening above the lower lid: where the lids meet
REST_OPENING = 0.27  # of an eye's width, as the reference has it


@dataclass(frozen=True)
class Face:
    """A face's landmarks.

    Args:
        seen: (COUNT, 2) where they are in the photo, canvas pixels.
        rest: (COUNT, 2) where they are at rest.
        depth: (COUNT,) to the camera.
        shifts: shape -> (COUNT, 3) canvas units at weight 1.
        pose: (3, 3) the head's axes in the photo as columns: to the viewer's right, down, to the camera.
    """

    seen: Points
    rest: Points
    depth: Points
    shifts: dict[str, Points]
    pose: Points


def face(portrait: Portrait) -> Face:
    """The face of a portrait."""
    points = portrait.points[: topology.COUNT]
    across, down = _axes(points)
    rest = points[:, :2] + _relaxed(points, across, down, portrait.unit)
    pose = _pose(points)
    shifts = _shifts(pose, portrait.unit)
    _shut_lids(rest, shifts)
    _shut_lips(shifts)
    return Face(points[:, :2], rest, points[:, 2], shifts, pose)


def _axes(points: Points) -> tuple[Points, Points]:
    right, left = topology.eye_middles(points)[:, :2]
    across = (left - right) / np.linalg.norm(left - right)
    return across, np.array([-across[1], across[0]])


def _relaxed(points: Points, across: Points, down: Points, unit: float) -> Points:
    """(COUNT, 2) shifts that bring the photo's face to rest."""
    flat = points[:, :2]
    upper, lower = flat[list(topology.UPPER_LIP)], flat[list(topology.LOWER_LIP)]
    gap = float(((lower - upper) @ down)[3:8].mean())
    line = _line(upper + (lower - upper) * (1 - LOWER_SHARE), across, down, unit)
    handles = {number: np.zeros(2) for number in _held()}
    for number in (topology.CHIN, 175, 199):
        handles[number] = -0.25 * max(gap, 0.0) * down
    for ring, rows in enumerate(topology.LIP_RINGS):
        for row, edge in zip(rows, (upper, lower), strict=True):
            follow = 1 - THICKEN * ring / 3
            handles |= {number: follow * (to - at) for number, to, at in zip(row, line, edge, strict=True)}
    return bent(flat, handles)


def _line(middle: Points, across: Points, down: Points, unit: float) -> Points:
    """(11, 2) where closed lips meet, from the photo's middle line between the lips."""
    centre = middle[5]
    x, y = (middle - centre) @ across, (middle - centre) @ down
    lift = -(y[0] + y[-1]) / 2 / unit
    if lift > LIFT:
        y = y * (1 - RELAX * (1 - LIFT / lift))
    width = (x[-1] - x[0]) / unit
    x = x * (1 - np.clip(1 - WIDE / width, 0, NARROW))
    line: Points = centre + x[:, None] * across + y[:, None] * down
    return line


def _held() -> list[int]:
    """Landmarks that the relaxing of a mouth leaves where they are."""
    lids = [number for eye in topology.EYES.values() for number in (*eye.loop, *eye.below)]
    upper_oval = [number for number in topology.OVAL if number not in {148, 152, 176, 377, 400}]
    return [*topology.NOSE, *lids, *topology.BROWS, *upper_oval]


def bent(flat: Points, handles: dict[int, Points]) -> Points:
    """(n, 2) shifts of all points, given those of some, as a thin plate would bend.

    Args:
        flat: (COUNT, 2) positions.
        handles: point -> (2,) its shift.
    """
    plate = _laplacian(flat)
    energy = plate.T @ plate
    fixed = np.array(list(handles))
    free = np.setdiff1d(np.arange(len(flat)), fixed)
    shifts = np.zeros((len(flat), 2))
    shifts[fixed] = np.array(list(handles.values()))
    pull = -energy[np.ix_(free, fixed)] @ shifts[fixed]
    shifts[free] = np.linalg.solve(energy[np.ix_(free, free)], pull)
    return shifts


def _laplacian(flat: Points) -> Points:
    """(n, n) each point against the mean of its neighbours, near ones counting more."""
    triangles = topology.reference().triangles
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    one, other = np.unique(np.sort(sides, axis=1), axis=0).T
    near = 1 / np.maximum(np.linalg.norm(flat[one] - flat[other], axis=1), 2.0)
    weight = np.zeros((len(flat), len(flat)))
    weight[one, other] = weight[other, one] = near
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    matrix: Points = np.eye(len(flat)) - weight / total
    return matrix


def _shifts(pose: Points, unit: float) -> dict[str, Points]:
    """The reference's shifts in this face's size and pose."""
    known = topology.reference()
    return {name: unit * shift @ pose.T for name, shift in zip(known.names, known.shifts, strict=True)}


def _pose(points: Points) -> Points:
    """(3, 3) turn of the head in the photo: its axes as columns, by yaw and roll."""
    right, left = topology.eye_middles(points)
    x = (left - right) / np.linalg.norm(left - right)
    y = np.array([-x[1], x[0], 0.0])
    y /= np.linalg.norm(y)
    axes: Points = np.stack([x, y, np.cross(x, y)], axis=1)
    return axes


def _shut_lids(rest: Points, shifts: dict[str, Points]) -> None:
    """Make a full blink bring the lids together, at the height of the lower one."""
    for side, eye in topology.EYES.items():
        shift = shifts[f"eyeBlink{side.capitalize()}"]
        upper, lower = list(eye.upper), list(eye.lower)
        width = np.linalg.norm(np.subtract(*rest[list(eye.corners)]))
        opening = np.linalg.norm(rest[upper] - rest[lower], axis=1)[2:5].mean()
        shift *= np.clip(opening / (REST_OPENING * width), 0.3, 1.4)
        meeting = rest[lower] + MEETING * (rest[upper] - rest[lower])
        for numbers in (upper, lower):
            wrong = meeting - rest[numbers] - shift[numbers, :2]
            shift[numbers, :2] += wrong
            if numbers is upper:
                shift[list(eye.above), :2] += 0.5 * wrong
                shift[list(eye.crease), :2] += 0.12 * wrong


def _shut_lips(shifts: dict[str, Points]) -> None:
    """Make `mouthClose` undo exactly what `jawOpen` opens."""
    upper, lower = list(topology.UPPER_LIP), list(topology.LOWER_LIP)
    both = shifts["jawOpen"] + shifts["mouthClose"]
    apart = both[lower] - both[upper]
    for follow, (above, below) in zip(RINGS, topology.LIP_RINGS, strict=True):
        shifts["mouthClose"][list(above[1:-1])] += 0.5 * follow * apart[1:-1]
        shifts["mouthClose"][list(below[1:-1])] -= 0.5 * follow * apart[1:-1]
