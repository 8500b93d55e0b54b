"""Fitness: whether a photo can become a presenter, and if not, why and what to do.

Angles come from the landmarks. The rest is measured where the landmarks say: how bright the skin is,
how far the lids are open, and whether the mouth has the colour of lips rather than of something before
it. What looks like skin (a hand) before the mouth is not noticed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rostra.errors import MediaError
from rostra.presenters.photo import topology
from rostra.presenters.photo.reading import FIELD
from rostra.presenters.photo.sight import Sight

Points = NDArray[np.float64]
Picture = NDArray[np.uint8]

LEAST_FACE = 80.0  # pixels between the temples
RIVAL = 0.4  # of the width of the largest face: another that is wider counts
YAW, PITCH, ROLL = 18.0, 24.0, 20.0  # degrees
DARK, BRIGHT = 38.0, 248.0  # median brightness of the skin, 0..255
SHUT = 0.115  # opening of an eye, of its width
AGAPE = 0.36  # gap between the lips, of the distance between the eyes
STRANGE = 19.0  # distance of colours (CIE Lab) from the skin's, beyond which a mouth is no mouth
BESIDE = 0.12  # face widths that must be left beside the face
SHOULDERS = 0.35  # face heights that must be left below the chin


class Pose(NamedTuple):
    """How the head is turned, degrees, as in `acting.motion`."""

    yaw: float
    pitch: float
    roll: float


def require(sight: Sight, photo: Picture) -> None:
    """Refuse a photo that makes no good presenter.

    Raises:
        MediaError: says what is wrong with it and what to do.
    """
    _require_face(sight)
    points = sight.points
    width = float(np.linalg.norm(points[454, :2] - points[234, :2]))
    if width < LEAST_FACE:
        _refuse(f"The face is only {width:.0f} pixels wide.", "Give a photo where it is 300 or more.")
    _require_pose(pose(points))
    _require_room(points, photo.shape)
    _require_light(points, photo)
    _require_mouth(points, photo)
    _require_eyes(points)


def pose(points: Points) -> Pose:
    """How a head is turned, from (478, 3) landmarks with z to the camera."""
    right, left = topology.eye_middles(points)
    across, down = left - right, points[topology.CHIN] - points[topology.TOP]
    turn = np.degrees(
        [
            np.arctan2(-across[2], across[0]),
            np.arctan2(-down[2], down[1]),
            np.arctan2(across[1], across[0]),
        ]
    )
    return Pose(*(float(angle) for angle in turn))


def _require_face(sight: Sight) -> None:
    if not len(sight.points):
        _refuse("There is no face in the photo.", "Give one where a face looks at the camera, not covered.")
    widths = sight.faces[:, 2] - sight.faces[:, 0]
    if (widths > RIVAL * widths[0]).sum() > 1:
        count = int((widths > RIVAL * widths[0]).sum())
        _refuse(f"There are {count} faces in the photo.", "Cut it so that only one person is in it.")


def _require_pose(head: Pose) -> None:
    if abs(head.yaw) > YAW:
        _refuse(f"The head is turned {abs(head.yaw):.0f} degrees aside.", "Look straight at the camera.")
    if abs(head.pitch) > PITCH:
        way = "down" if head.pitch > 0 else "up"
        _refuse(f"The head is bent {abs(head.pitch):.0f} degrees {way}.", "Hold the camera at eye level.")
    if abs(head.roll) > ROLL:
        _refuse(f"The head is tilted by {abs(head.roll):.0f} degrees.", "Hold it upright, or turn the photo.")


def _require_room(points: Points, shape: tuple[int, ...]) -> None:
    face = points[: topology.COUNT, :2]
    low, high = face.min(axis=0), face.max(axis=0)
    width, height = high - low
    if min(low[0], shape[1] - high[0]) < BESIDE * width or low[1] < 0.04 * height:
        _refuse("The photo cuts off the head.", "Give one with some room around the hair.")
    if shape[0] - high[1] < SHOULDERS * height:
        _refuse("The photo ends at the chin.", "Give one that shows the shoulders too.")


def _require_light(points: Points, photo: Picture) -> None:
    skin = samples(photo, points, topology.CHEEKS + topology.FOREHEAD)
    light = float(np.median(skin @ [0.2126, 0.7152, 0.0722]))
    if light < DARK:
        _refuse("The photo is too dark.", "Turn to a window or a lamp, and take it again.")
    if light > BRIGHT:
        _refuse("The photo is too bright.", "Step out of the sun or turn the flash off, and take it again.")


def _require_eyes(points: Points) -> None:
    openings = []
    for eye in topology.EYES.values():
        upper, lower = points[list(eye.upper[2:5]), :2], points[list(eye.lower[2:5]), :2]
        across = np.linalg.norm(np.subtract(*points[list(eye.corners), :2]))
        openings.append(float(np.linalg.norm(upper - lower, axis=1).mean() / across))
    if min(openings) < SHUT:
        which = "The eyes are" if max(openings) < SHUT else "One eye is"
        _refuse(f"{which} shut.", "Give a photo with both eyes open.")


def _require_mouth(points: Points, photo: Picture) -> None:
    right, left = topology.eye_middles(points[:, :2])
    gap = float(np.linalg.norm(points[13, :2] - points[14, :2]) / np.linalg.norm(left - right))
    if gap > AGAPE:
        _refuse("The mouth is wide open.", "Give a photo with the lips closed, or a small smile.")
    rings = [number for upper, lower in topology.LIP_RINGS[1:3] for number in upper[2:9] + lower[2:9]]
    lips = lab(np.median(samples(photo, points, rings), axis=0))
    skin = lab(np.median(samples(photo, points, topology.CHEEKS + topology.FOREHEAD), axis=0))
    strange = (lips - skin) * [0.25, 1.0, 0.6]  # lips may be much darker than skin, and a little bluer
    strange[1] = min(strange[1], 0.0)  # redder is what lips are
    if float(np.linalg.norm(strange)) > STRANGE:
        _refuse("Something covers the mouth.", "Take off the mask, or move what is before the mouth.")


def samples(photo: Picture, points: Points, numbers: tuple[int, ...] | list[int]) -> Points:
    """(n, 3) colours under landmarks."""
    places = np.rint(points[list(numbers), :2]).astype(int)
    places = np.clip(places, 0, np.array(photo.shape[1::-1]) - 1)
    colours: Points = photo[places[:, 1], places[:, 0]].astype(np.float64)
    return colours


def lab(rgb: Points) -> Points:
    """CIE Lab (D65) of one sRGB colour, 0..255.

    Source: IEC 61966-2-1, CIE 15.
    """
    part = rgb / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.maximum(matrix @ linear / [0.9505, 1.0, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _refuse(wrong: str, remedy: str) -> None:
    raise MediaError(wrong, remedy, FIELD)
