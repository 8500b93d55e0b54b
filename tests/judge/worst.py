"""Pictures of the frames that a person should look at: what the numbers like least."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from . import lips
from .eyes import blinks
from .truth import Truth
from .watch import Sight, pictures

PER_ROW = 6
SIDE = 240  # pixels of one picture


def worst(sight: Sight, truth: Truth) -> list[list[int]]:
    """Rows of frame numbers: closures that leak most, fastest moves, blinks at their lowest, widest gaps."""
    half = 0.5 / sight.fps
    leaks = []
    for phone in truth.phones:
        inside = np.flatnonzero((sight.times >= phone.start - half) & (sight.times <= phone.end + half))
        if phone.symbol[0] in lips.SHUT and len(inside):
            leaks.append(int(inside[sight.gap[inside].argmin()]))
    leaks.sort(key=lambda frame: -sight.gap[frame])
    fast = np.argsort(-lips.speeds(sight.gap, sight.times))[: PER_ROW // 2]
    shut = [int(np.abs(sight.times - blink.time).argmin()) for blink in blinks(sight.eyes, sight.times)]
    wide = np.argsort(-sight.gap)[:PER_ROW]
    moves = [int(frame) + step for frame in fast for step in (0, 1)]
    return [leaks[:PER_ROW], moves, shut[:PER_ROW], [int(frame) for frame in wide]]


def sheet(video: Path, sight: Sight, truth: Truth, path: Path) -> None:
    """Write the worst frames as a picture, one row a kind."""
    rows = worst(sight, truth)
    wanted = {frame for row in rows for frame in row}
    tiles = {
        number: _face(picture, sight.centre[number], sight.unit[number])
        for number, (_, picture) in enumerate(pictures(video))
        if number in wanted and sight.found[number]
    }
    page = np.zeros((len(rows) * SIDE, PER_ROW * SIDE, 3), np.uint8)
    for y, row in enumerate(rows):
        for x, frame in enumerate(row):
            if frame in tiles:
                page[y * SIDE : (y + 1) * SIDE, x * SIDE : (x + 1) * SIDE] = tiles[frame]
    _write(page, path)


def _face(picture: NDArray[np.uint8], centre: NDArray[np.float64], unit: float) -> NDArray[np.uint8]:
    """The face, scaled to a tile by taking the nearest pixels."""
    steps = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    column = np.rint(centre[0] * picture.shape[1] + steps * 2.4 * unit).astype(int)
    row = np.rint(centre[1] * picture.shape[1] + steps * 2.4 * unit).astype(int)
    row, column = np.clip(row, 0, picture.shape[0] - 1), np.clip(column, 0, picture.shape[1] - 1)
    tile: NDArray[np.uint8] = picture[row[:, None], column[None, :]]
    return tile


def _write(page: NDArray[np.uint8], path: Path) -> None:
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as file:
        stream = file.add_stream("png", rate=1)
        stream.height, stream.width, stream.pix_fmt = page.shape[0], page.shape[1], "rgb24"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(page, format="rgb24")))
        file.mux(stream.encode())
