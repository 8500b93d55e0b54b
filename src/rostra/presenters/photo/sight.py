"""Sight: what the face finder sees in a photo.

The finder needs mediapipe 0.10.21, the last that brings its models along, and that needs numpy 1. So
it runs as a process of its own, with a Python of its own if need be (see `environment`).
"""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.errors import EngineError

FINDER = Path(__file__).with_name("finder.py")
PATIENCE = 120  # s

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sight:
    """What was seen in a photo.

    Args:
        faces: (n, 4) left, top, right, bottom of every face, pixels, the largest first.
        points: (478, 3) landmarks of the largest, pixels, z to the camera; (0, 3) if there is no face.
        person: (height, width) how much a pixel of the photo belongs to the person, 0..1.
    """

    faces: Floats
    points: Floats
    person: NDArray[np.float32]


def see(photo: Picture, python: Path) -> Sight:
    """Look at a photo, (height, width, 3) uint8 RGB.

    Args:
        photo: what to look at.
        python: the interpreter that has mediapipe.

    Raises:
        EngineError: the finder failed; says how.
    """
    sent = io.BytesIO()
    np.save(sent, np.ascontiguousarray(photo))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    try:
        done = subprocess.run(  # noqa: S603
            [python, "-I", FINDER], input=sent.getvalue(), capture_output=True, timeout=PATIENCE, check=True,
            env={**os.environ, **threads},
        )  # fmt: skip
        with np.load(io.BytesIO(done.stdout), allow_pickle=False) as seen:
            return _sight({name: seen[name] for name in seen.files}, photo.shape)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, zipfile.BadZipFile) as error:
        told = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip().splitlines()
        raise EngineError(
            f"The face finder failed: {told[-1] if told else error}.",
            "Set it up again: rostra models fetch --photo",
            "photo",
        ) from error


def _sight(seen: dict[str, NDArray[np.generic]], shape: tuple[int, ...]) -> Sight:
    person = np.zeros(shape[:2], np.float32)
    left, top, right, bottom = (int(side) for side in seen["box"])
    if right > left:
        person[top:bottom, left:right] = seen["person"].astype(np.float32) / 255
    points = seen["points"].astype(np.float64) * np.array([1.0, 1.0, -1.0])
    return Sight(seen["faces"].astype(np.float64), points, person)
