"""Watching: what a face finder sees in a video, frame by frame.

Each frame is looked at anew, so that no memory of the finder hides a bad one. Lengths are in
distances between the outer corners of the eyes (about 90 mm in an adult), so that the size of the
face does not matter.

Source: mediapipe 0.10.21, Face Mesh (468 landmarks; the numbers below are its numbering).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTER_EYE_CORNERS = (33, 263)
INNER_LIPS = ((82, 87), (13, 14), (312, 317))  # upper, lower: left, middle, right of the mouth
MOUTH_CORNERS = (61, 291)
LIDS = (((160, 144), (159, 145), (158, 153)), ((385, 380), (386, 374), (387, 373)))  # upper, lower
EYE_CORNERS = ((33, 133), (362, 263))
BROW_TO_CHIN = (10, 152)
AROUND = 1.5  # face lengths each side of the last face in which the next is looked for first


@dataclass(frozen=True)
class Sight:
    """What was seen; one value per frame, NaN where no face was found.

    Args:
        times: seconds, the middle of the time for which a frame is shown.
        found: whether there is a face.
        gap: between the inner edges of the lips, eye distances.
        width: of the mouth, eye distances.
        lift: height of the mouth's corners above the middle of the lips, eye distances.
        eyes: (frames, 2) opening of the right and left eye, share of its width.
        head: (frames, 3) yaw, pitch, roll, radians; only changes mean something.
        centre: (frames, 2) middle of the face, share of the picture's width.
        unit: eye distance, pixels.
    """

    times: Floats
    found: NDArray[np.bool_]
    gap: Floats
    width: Floats
    lift: Floats
    eyes: Floats
    head: Floats
    centre: Floats
    unit: Floats

    @property
    def fps(self) -> float:
        """Frames per second."""
        return float((len(self.times) - 1) / (self.times[-1] - self.times[0]))

    def save(self, path: Path) -> None:
        """Write all series as .npz."""
        np.savez(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Sight:
        """Read what `save` wrote."""
        with np.load(path) as archive:
            return cls(**{field.name: archive[field.name] for field in fields(cls)})


def pictures(video: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """The middle of each frame's time, seconds, and its picture, (height, width, 3) RGB."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        half = 0.5 / float(stream.average_rate or 25)
        for frame in container.decode(stream):
            yield frame.time + half, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def watch(video: Path) -> Sight:
    """Look at every frame of a video."""
    rows: list[dict[str, object]] = []
    times: list[float] = []
    nothing = measure(np.full((468, 3), np.nan), 1.0)
    with _finder() as finder:
        last: Floats | None = None
        for time, picture in pictures(video):
            last = find(finder, picture, last)
            times.append(time)
            rows.append(nothing if last is None else measure(last, picture.shape[1]))
    series = {name: np.array([row[name] for row in rows]) for name in nothing}
    return Sight(times=np.array(times), found=np.isfinite(series["gap"]), **series)


def find(finder: Any, picture: NDArray[np.uint8], last: Floats | None) -> Floats | None:
    """Landmarks of the face in pixels, (468, 3), or None: near the last face, else anywhere."""
    if last is not None:
        landmarks = _find_in(finder, picture, _box(last, picture.shape))
        if landmarks is not None:
            return landmarks
    return _find_in(finder, picture, (0, 0, picture.shape[1], picture.shape[0]))


def measure(points: Floats, across: float) -> dict[str, object]:
    """One frame's values. `points`: (468, 3) pixels; `across`: width of the picture, pixels."""
    flat = points[:, :2]
    right, left = flat[list(OUTER_EYE_CORNERS)]
    unit = float(np.linalg.norm(left - right))
    x = (left - right) / unit
    down = np.array([-x[1], x[0]])
    upper, lower = flat[[pair[0] for pair in INNER_LIPS]], flat[[pair[1] for pair in INNER_LIPS]]
    corners = flat[list(MOUTH_CORNERS)]
    middle = (upper.mean(0) + lower.mean(0)) / 2
    return {
        "gap": float(((lower - upper) @ down).mean()) / unit,
        "width": float(np.linalg.norm(corners[1] - corners[0])) / unit,
        "lift": float((middle - corners.mean(0)) @ down) / unit,
        "eyes": [_opening(flat, lids, ends) for lids, ends in zip(LIDS, EYE_CORNERS, strict=True)],
        "head": _angles(points),
        "centre": flat.mean(0) / across,
        "unit": unit,
    }


def _opening(flat: Floats, lids: tuple[tuple[int, int], ...], ends: tuple[int, int]) -> float:
    tall = np.mean([np.linalg.norm(flat[upper] - flat[lower]) for upper, lower in lids])
    return float(tall / np.linalg.norm(flat[ends[0]] - flat[ends[1]]))


def _angles(points: Floats) -> list[float]:
    across = points[OUTER_EYE_CORNERS[1]] - points[OUTER_EYE_CORNERS[0]]
    down = points[BROW_TO_CHIN[1]] - points[BROW_TO_CHIN[0]]
    yaw = np.arctan2(across[2], across[0])
    pitch = np.arctan2(down[2], down[1])
    return [float(yaw), float(pitch), float(np.arctan2(across[1], across[0]))]


def _box(landmarks: Floats, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    centre, reach = (low + high) / 2, AROUND * (high - low).max()
    left, top = np.maximum(centre - reach, 0).astype(int)
    right, bottom = np.minimum(centre + reach, [shape[1], shape[0]]).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _find_in(finder: Any, picture: NDArray[np.uint8], box: tuple[int, int, int, int]) -> Floats | None:
    left, top, right, bottom = box
    part = np.ascontiguousarray(picture[top:bottom, left:right])
    faces = finder.process(part).multi_face_landmarks
    if not faces:
        return None
    size = np.array([right - left, bottom - top, right - left])
    points: Floats = np.array([(mark.x, mark.y, mark.z) for mark in faces[0].landmark[:468]])
    found: Floats = points * size + np.array([left, top, 0])
    return found


def _finder() -> Any:
    """Mediapipe's face mesh; the libraries by which it would draw are left out."""
    os.environ.setdefault("GLOG_minloglevel", "3")
    for name in ("cv2", "matplotlib", "matplotlib.pyplot"):
        sys.modules.setdefault(name, ModuleType(name))
    vars(sys.modules["matplotlib"])["pyplot"] = sys.modules["matplotlib.pyplot"]
    from mediapipe.python.solutions.face_mesh import FaceMesh

    return FaceMesh(
        static_image_mode=True, refine_landmarks=True, max_num_faces=1, min_detection_confidence=0.5
    )
