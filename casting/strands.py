"""Strands: arrays of points that grow, gather into locks and curl.

A set of strands is (n, k, 3), root first, decimetres. Some thousand guides are grown over the head; the
many hairs that are seen are blended from the guides nearest to their roots.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from casting.field import Field, Points, smoothstep, unit

Flow = Callable[[Points, float, Points], Points]  # places, share of the length, normals -> directions
FULL = 0.6  # decimetres: shorter hairs bend less

Lift = Callable[[Points, float], Points]  # places, share of the length -> distance from the hull


def grow(
    roots: Points, length: Points, steps: int, hull: Field, flow: Flow, lift: Lift, inertia: float = 0.5
) -> Points:
    """Strands that follow a flow at a given distance from a hull.

    Args:
        roots: (n, 3).
        length: (n,) decimetres.
        steps: points of a strand.
        hull: what they lie on.
        flow: which way they go.
        lift: how far they keep from the hull; they are pushed out to it firmly and drawn in softly.
        inertia: 0 no stiffness .. 1 straight on.
    """
    strands = np.empty((len(roots), steps, 3))
    place = strands[:, 0] = roots
    heading = np.zeros_like(roots)
    for step in range(1, steps):
        share = step / (steps - 1)
        wanted = unit(flow(place, share, hull.normal(place)))
        heading = unit((1 - inertia) * wanted + inertia * heading)
        place = place + heading * (length / (steps - 1))[:, None]
        lack = lift(place, share) - hull(place)
        moved = np.where(lack > 0, np.clip(lack, 0, 0.15) * 0.8, np.clip(lack, -0.12, 0) * 0.30)
        place = place + hull.normal(place) * moved[:, None]
        heading = unit(place - strands[:, step - 1])
        strands[:, step] = place
    return strands


def along(vectors: Points, normals: Points) -> Points:
    """Vectors laid into the surface, length 1."""
    return unit(vectors - np.einsum("ij,ij->i", vectors, normals)[:, None] * normals)


def resample(strands: Points, share: Points) -> Points:
    """Each strand cut to a share (n,) of its points, spread evenly again."""
    count, steps, _ = strands.shape
    index = np.clip(share, 0.02, 1)[:, None] * np.arange(steps)
    low = np.minimum(index.astype(int), steps - 2)
    rest = (index - low)[..., None]
    row = np.arange(count)[:, None]
    cut: Points = strands[row, low] * (1 - rest) + strands[row, low + 1] * rest
    return cut


def trim(strands: Points, level: Points) -> Points:
    """Cut strands where they first go below a height (n,)."""
    below = strands[:, :, 1] < level[:, None]
    below[:, 0] = False
    first = np.where(below.any(axis=1), below.argmax(axis=1), strands.shape[1] - 1)
    return resample(strands, first / (strands.shape[1] - 1))


def children(
    guides: Points, roots: Points, rng: np.random.Generator, side: Points | None = None, jitter: float = 0.1
) -> Points:
    """Hairs at roots (m, 3), blended from the two nearest guides of the same side.

    Args:
        guides: (n, k, 3).
        roots: (m, 3).
        rng: source of chance.
        side: (n + m,) labels; a hair takes only guides of its own label, so that partings stay open.
        jitter: share of the length that hairs differ by.
    """
    start = guides[:, 0]
    apart = 10.0 * side[:, None] if side is not None else np.zeros((len(guides) + len(roots), 1))
    tree = cKDTree(np.concatenate([start, apart[: len(guides)]], axis=1))
    far, near = tree.query(np.concatenate([roots, apart[len(guides) :]], axis=1), k=2)
    weight = 1 / (far + 1e-3)
    weight /= weight.sum(axis=1, keepdims=True)
    weight = weight * 0.6 + np.array([[0.4, 0.0]])
    shape = guides - start[:, None]
    hairs = roots[:, None] + np.einsum("nc,nckd->nkd", weight, shape[near])
    return resample(hairs, 1 - jitter * rng.random(len(roots)))


def locks(strands: Points, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(n,) which lock each strand belongs to, by its root; a lock is named by its leading strand."""
    leader = rng.choice(len(strands), min(count, len(strands)), replace=False)
    _, nearest = cKDTree(strands[leader, 0]).query(strands[:, 0])
    named: NDArray[np.int64] = leader[nearest]
    return named


def clump(strands: Points, lock: NDArray[np.int64], amount: Points | float, spread: float = 0.4) -> Points:
    """Gather strands towards the leader of their lock, more so towards the tip.

    Args:
        strands: (n, k, 3).
        lock: (n,) from `locks`.
        amount: 0..1, one or (n,).
        spread: how much of the distance of the roots is left in the lock.
    """
    leader = strands[lock]
    t = np.linspace(0, 1, strands.shape[1])[None, :, None]
    offset = (strands[:, 0] - strands[lock, 0])[:, None]
    share = np.broadcast_to(np.asarray(amount, dtype=np.float64), len(strands))[:, None, None]
    share = share * smoothstep(0.05, 0.9, t)
    gathered: Points = strands * (1 - share) + (leader + offset * spread * (1 - 0.5 * t)) * share
    return gathered


def wave(
    strands: Points,
    lock: NDArray[np.int64],
    height: float,
    period: float,
    start: float,
    rng: np.random.Generator,
) -> Points:
    """Wind strands about their own course, neighbours nearly in step.

    Args:
        strands: (n, k, 3).
        lock: (n,) from `locks`.
        height: decimetres from the course, less for short strands.
        period: decimetres of a wave.
        start: share of the length where it begins.
        rng: source of chance.
    """
    t = np.linspace(0, 1, strands.shape[1])
    course = np.gradient(strands, axis=1)
    length = np.cumsum(np.linalg.norm(course, axis=2), axis=1)
    course = unit(course)
    first = unit(np.cross(course, np.array([0.2, 0.1, 1.0])))
    second = np.cross(course, first)
    drift = 2.4 * np.sin(strands[lock, 0] @ np.array([2.7, 1.9, 3.4]))
    phase = (drift + 2.2 * rng.random(len(strands))[lock])[:, None]
    speed = (1 + 0.18 * rng.standard_normal(len(strands)))[lock][:, None]
    turn = length * speed * 2 * np.pi / period + phase
    size = height * smoothstep(start, start + 0.35, t)[None, :, None]
    size = size * np.minimum(1, reach(strands) / FULL)[:, None, None] ** 1.5
    waved: Points = strands + size * (
        first * np.sin(turn)[..., None] + 0.7 * second * np.cos(turn)[..., None]
    )
    return waved


def frizz(strands: Points, size: Points | float, rng: np.random.Generator) -> Points:
    """Bend each strand a little for itself: two slow random bows."""
    t = np.linspace(0, 1, strands.shape[1])[None, :, None]
    bent = strands.copy()
    width = (size * np.minimum(1, reach(strands) / FULL) ** 1.5)[:, None, None]
    for order in (1.0, 2.3):
        push = rng.standard_normal((len(strands), 1, 3)) * width / order
        phase = rng.random((len(strands), 1, 1)) * 2 * np.pi
        bent += push * (np.sin(2 * np.pi * order * t + phase) - np.sin(phase)) * smoothstep(0, 0.3, t)
    return bent


def reach(strands: Points) -> Points:
    """(n,) lengths of strands."""
    length: Points = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(axis=1)
    return length


def clear(strands: Points, hull: Field, gap: float) -> Points:
    """Push the points of strands out of a hull."""
    flat = strands.reshape(-1, 3)
    reach = np.linspace(0, 1, strands.shape[1])
    least = np.tile(np.minimum(gap, gap * 6 * reach + 0.004), len(strands))
    for _ in range(2):
        lack = least - hull(flat)
        flat = flat + hull.normal(flat) * np.clip(lack, 0, 0.3)[:, None]
    return flat.reshape(strands.shape)
