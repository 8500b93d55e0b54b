"""The face finder: a program of its own, run by the Python that has mediapipe.

It reads one picture from standard input and writes what it sees to standard output, both in numpy's
formats; it imports nothing of Rostra, because mediapipe needs another numpy (see `sight`).

Source: mediapipe 0.10.21: face detection (full range), face mesh with irises (478 landmarks), selfie
segmentation. Its models come with its wheel.
"""

from __future__ import annotations

import io
import os
import sys
from types import ModuleType
from typing import Any

import numpy as np

CERTAIN = 0.5  # least score of a face
AROUND = 0.6  # of a face's box that is added on each side before its landmarks are looked for
WIDE = (2.45, 1.2, 2.1)  # face heights beside the face's middle, above its top, below its bottom
CLOSER = (((1.2, 0.75, 0.95), 1.0), ((0.95, 0.6, 0.65), 0.6))  # closer views of the head, and how they count


def main() -> None:
    """Look at the picture that comes in."""
    picture = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    seen = look(picture)
    buffer = io.BytesIO()
    np.savez(buffer, **seen)
    sys.stdout.buffer.write(buffer.getvalue())


def look(picture: Any) -> dict[str, Any]:
    """What there is in a picture, (height, width, 3) uint8 RGB.

    Returns:
        faces: (n, 4) left, top, right, bottom of every face, pixels, the largest first.
        points: (478, 3) landmarks of the largest, pixels, z in the same unit, away from the camera;
            (0, 3) if there are none.
        person: (h, w) uint8, how much each pixel around the largest face belongs to a person, 0..255.
        box: (4,) where that is in the picture.
    """
    _leave_out("cv2", "matplotlib", "matplotlib.pyplot")
    faces = _faces(picture)
    points = np.zeros((0, 3), np.float32)
    if len(faces):
        points = _landmarks(picture, _grown(faces[0], AROUND, picture.shape))
    if not len(points):
        points = _landmarks(picture, (0, 0, picture.shape[1], picture.shape[0]))
    if not len(points):
        return {"faces": faces, "points": points, "person": np.zeros((1, 1), np.uint8), "box": np.zeros(4)}
    face = (*points[:, :2].min(0), *points[:, :2].max(0))
    points = _landmarks(picture, _grown(face, 0.35, picture.shape), points)
    faces = faces if len(faces) else np.array([face], np.float32)
    return {"faces": faces, "points": points, **_outline(picture, face)}


def _faces(picture: Any) -> Any:
    """All faces, near and far."""
    from mediapipe.python.solutions.face_detection import FaceDetection

    height, width = picture.shape[:2]
    found = []
    for model in (0, 1):
        with FaceDetection(min_detection_confidence=CERTAIN, model_selection=model) as finder:
            for face in finder.process(picture).detections or ():
                box = face.location_data.relative_bounding_box
                left, top = box.xmin * width, box.ymin * height
                found.append((left, top, left + box.width * width, top + box.height * height))
    found.sort(key=lambda box: -_area(box))
    kept: list[Any] = []
    for box in found:
        if all(_shared(box, other) < 0.3 * _area(box) for other in kept):
            kept.append(box)
    return np.array(kept, np.float32).reshape(-1, 4)


def _landmarks(picture: Any, box: Any, default: Any = None) -> Any:
    """(478, 3) landmarks of the face in a part of the picture; the default if there is none."""
    from mediapipe.python.solutions.face_mesh import FaceMesh

    part = _part(picture, box)
    with FaceMesh(True, 1, refine_landmarks=True, min_detection_confidence=0.3) as finder:
        faces = finder.process(part).multi_face_landmarks
    if not faces:
        return np.zeros((0, 3), np.float32) if default is None else default
    size = np.array([part.shape[1], part.shape[0], part.shape[1]])
    marks = np.array([(mark.x, mark.y, mark.z) for mark in faces[0].landmark])
    return (marks * size + np.array([box[0], box[1], 0])).astype(np.float32)


def _outline(picture: Any, face: Any) -> dict[str, Any]:
    """The person around a face: coarsely as a whole, and the head again in closer views."""
    wide = _around(face, WIDE, picture.shape)
    person = _person(_part(picture, wide)).astype(np.float32)
    for parts, trust in CLOSER:
        near = _around(face, parts, picture.shape)
        rows = slice(near[1] - wide[1], near[3] - wide[1])
        columns = slice(near[0] - wide[0], near[2] - wide[0])
        share = trust * np.outer(*(_ramp(near, axis, picture.shape) for axis in (1, 0)))
        person[rows, columns] += share * (_person(_part(picture, near)) - person[rows, columns])
    return {"person": np.rint(person).astype(np.uint8), "box": np.array(wide)}


def _ramp(box: Any, axis: int, shape: Any) -> Any:
    """1 along the middle of a box, falling to 0 at its ends, unless the picture ends there too."""
    size = box[axis + 2] - box[axis]
    fade = max(1.0, 0.15 * size)
    place = np.arange(size) + 0.5
    rise = np.ones(size) if box[axis] == 0 else np.clip(place / fade, 0, 1)
    fall = np.ones(size) if box[axis + 2] == shape[1 - axis] else np.clip((size - place) / fade, 0, 1)
    return np.minimum(rise, fall)


def _person(part: Any) -> Any:
    from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation

    with SelfieSegmentation(model_selection=0) as divider:
        mask = divider.process(part).segmentation_mask
    return np.rint(255 * np.clip(mask, 0, 1)).astype(np.uint8)


def _part(picture: Any, box: Any) -> Any:
    left, top, right, bottom = box
    return np.ascontiguousarray(picture[top:bottom, left:right])


def _grown(box: Any, share: float, shape: Any) -> Any:
    """A box with a margin, in whole pixels of the picture."""
    margin = share * max(box[2] - box[0], box[3] - box[1])
    return _within((box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin), shape)


def _around(face: Any, parts: Any, shape: Any) -> Any:
    """Where the rest of the person is to be looked for."""
    height, middle = face[3] - face[1], (face[0] + face[2]) / 2
    side, above, below = (part * height for part in parts)
    return _within((middle - side, face[1] - above, middle + side, face[3] + below), shape)


def _within(box: Any, shape: Any) -> Any:
    left, top = (max(0, int(value)) for value in box[:2])
    return left, top, min(shape[1], int(box[2]) + 1), min(shape[0], int(box[3]) + 1)


def _area(box: Any) -> float:
    return float(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]))


def _shared(one: Any, other: Any) -> float:
    return _area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))


def _leave_out(*names: str) -> None:
    """Stand in for the libraries by which mediapipe would draw: they are not needed, and large."""
    for name in names:
        sys.modules.setdefault(name, ModuleType(name))
    vars(sys.modules["matplotlib"])["pyplot"] = sys.modules["matplotlib.pyplot"]


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "3")
    main()
