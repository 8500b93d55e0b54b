"""Sculpting: from a lifelike build to a figure of our films.

The proportions of film people: a larger head on narrower shoulders, larger eyes, a slimmer neck. Every
move is a smooth field over space, so that helpers (teeth, lashes, eyeballs) go along with the skin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from casting import human
from casting.landmarks import ball
from casting.recipe import FacePart

Points = NDArray[np.float64]

NECK_FADE = 0.55  # dm over which the head's scale fades out down the neck
SOCKET = 2.9  # radii of the eyeball over which the enlarging of the eyes fades out
FRONT = 0.75  # of the eyeball's radius before its centre: what stays in place when eyes are enlarged


def step(low: float, high: float, value: ArrayLike) -> Points:
    """Smooth step from 0 at `low` to 1 at `high` (which may be the lower one)."""
    t = np.clip((np.asarray(value) - low) / (high - low), 0, 1)
    result: Points = t * t * (3 - 2 * t)
    return result


def bump(points: Points, centre: Points, size: Points | float) -> Points:
    """(n,) 1 at the centre, falling off as a bell of that size."""
    result: Points = np.exp(-(((points - centre) / size) ** 2).sum(axis=1))
    return result


def drawn(points: Points, face: FacePart) -> Points:
    """(COUNT, 3) points with the proportions of our films."""
    points = _body(points, face)
    points = _head(points, face.head)
    points = _eyes(points, face)
    return _nose(points, face.nose)


def _body(points: Points, face: FacePart) -> Points:
    neck, head = human.joint(points, "neck"), human.joint(points, "head")
    result = points.copy()
    y = points[:, 1]
    throat = step(neck[1] - 0.5, neck[1] + 0.15, y) * step(head[1] + 0.45, head[1] - 0.15, y)
    throat *= step(0.95, 0.6, np.abs(points[:, 0]))
    width = 1 + (face.neck - 1) * throat
    result[:, 0] *= width
    result[:, 2] = head[2] + (result[:, 2] - head[2]) * (1 + 0.6 * (width - 1))
    low = step(neck[1] + 0.3, neck[1] - 0.7, y)
    result[:, 0] *= 1 + (face.shoulders - 1) * low
    return result


def _head(points: Points, scale: float) -> Points:
    """Scale the head about the top of the neck."""
    centre = human.joint(points, "head")
    weight = step(centre[1] - NECK_FADE, centre[1] + 0.25, points[:, 1] + 0.3 * (points[:, 2] - centre[2]))
    result: Points = points + (points - centre) * ((scale - 1) * weight)[:, None]
    return result


def _eyes(points: Points, face: FacePart) -> Points:
    """Enlarge the eyes about their fronts, so that they grow over the face and not out of it."""
    result = points.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        centre, radius = ball(points, side)
        away = (points - centre) / radius
        near = step(SOCKET, 1.1, np.linalg.norm(away * [0.85, 0.9, 0.7], axis=1))
        near *= step(0.0, 0.24, points[:, 0] * sign)
        front = centre + np.array([0, 0, FRONT * radius])
        result += (points - front) * ((face.eyes - 1) * near)[:, None]
        result[:, 0] += sign * face.eye_gap * near
    return result


def _nose(points: Points, scale: float) -> Points:
    tip = points[TIP]
    centre = tip - np.array([0, 0, 0.22])
    weight = bump(points, centre + np.array([0, -0.02, 0.1]), np.array([0.20, 0.17, 0.22]))
    result: Points = points + (points - centre) * ((scale - 1) * weight)[:, None]
    return result


def cornea(angle: Points) -> Points:
    """Height of the cornea over the eyeball, of its radius, at an angle (rad) from where the eye looks."""
    return 0.004 + 0.040 * step(0.70, 0.0, angle)


TIP = 5054  # vertex: tip of the nose
