"""B-roll: a clip that plays behind the presenter.

The clip is decoded as it is needed, one picture at a time, so its length costs no memory. Any codec, frame
rate and shape will do: each frame shows the clip's picture of that moment, scaled to cover the
frame. A clip that is too short stops at its last picture.

A clip comes from whoever wrote the script, so it is opened with care (see `rostra.films`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from rostra import films
from rostra.errors import MediaError
from rostra.picture.frame import Bytes, Size, Yuv420

FIELD = "broll"
SLACK = 1e-4  # s, for times that are rounded
FAULTS = 50  # damaged packets in a row that are passed over
UNTOLD = 2  # FFmpeg's number of a colour space that the file does not name
HD = 720  # lines from which a picture that does not say so is BT.709


class Clip:
    """A moving backdrop from a video file; owned by one thread.

    Args:
        path: a video or picture in one of `films.FORMATS`, whatever its codec.
        size: of the frames, even.
        fps: frames per second of the stage.
        start: s into the clip.
        on_end: told once, when the clip is over and its last picture stays: s that it lasted.

    Raises:
        MediaError: there is no such file, it has no picture, or it is damaged from the start.
    """

    moving = True

    def __init__(
        self,
        path: Path,
        size: Size,
        fps: float,
        start: float = 0.0,
        on_end: Callable[[float], None] | None = None,
    ) -> None:
        self._path, self._size, self._fps, self._start = path, size, fps, start
        self._on_end = on_end
        self._shown = 0
        self.ended = False
        self._frame = Yuv420.empty(size)
        self._file = _open(path)
        self._step = float(1 / (films.film(self._file).average_rate or Fraction(25)))  # s, of a picture
        self._aspect = float(films.film(self._file).sample_aspect_ratio or 1)
        self._pictures = self._decoded(start)
        current = next(self._pictures, None)
        if current is None:
            self._pictures = self._decoded(0.0)
            current = next(self._pictures, None)
        if current is None:
            raise MediaError(f"{path} holds no picture that can be read.", "Give another clip.", FIELD)
        self._current: VideoFrame | None = current[1]
        self._over = current[0] + self._step  # s into the clip, when the current picture has had its time
        self._ahead: tuple[float, VideoFrame] | None = next(self._pictures, None)

    def next(self) -> Yuv420:
        """The picture of the next frame, in a frame that is used again for the one after."""
        time = self._start + self._shown / self._fps
        while self._ahead is not None and self._ahead[0] <= time + SLACK:
            self._current, self._over = self._ahead[1], self._ahead[0] + self._step
            self._ahead = next(self._pictures, None)
        if self._ahead is None and time >= self._over - SLACK and not self.ended:
            self._end()
        if self._current is not None:
            _fit(self._current, self._aspect, self._frame)
            self._current = None
        self._shown += 1
        return self._frame

    def close(self) -> None:
        """Let go of the file."""
        self._pictures = iter(())
        self._ahead = None
        self._file.close()

    def _end(self) -> None:
        self.ended = True
        if self._on_end is not None:
            self._on_end(self._shown / self._fps)

    def _decoded(self, start: float) -> Iterator[tuple[float, VideoFrame]]:
        """Pictures with their seconds in the clip, from the one that shows at `start` on."""
        stream = films.film(self._file)
        origin = float((stream.start_time or 0) * (stream.time_base or 0))
        with suppress(OSError, av.FFmpegError):  # some can only be read on; what comes too early is left out
            self._file.seek(max(0, round((origin + start) * av.time_base)))
        before: tuple[float, VideoFrame] | None = None
        time = -self._step
        for picture in self._sound_pictures(stream):
            time = (
                time + self._step
                if picture.pts is None
                else float(picture.pts * (picture.time_base or 0)) - origin
            )
            if time <= start + SLACK:
                before = (time, picture)
                continue
            if before is not None:
                yield before
                before = None
            yield time, picture
        if before is not None:
            yield before

    def _sound_pictures(self, stream: Any) -> Iterator[VideoFrame]:
        """What can be decoded; damaged packets are passed over, a damaged rest ends the clip."""
        faults = 0
        packets = self._file.demux(stream)
        while faults < FAULTS:
            try:
                pictures = next(packets).decode()
            except StopIteration:
                return
            except av.FFmpegError:
                faults += 1
                continue
            for picture in pictures:
                faults = 0
                films.check_size(self._path, picture.width, picture.height, FIELD)
                yield picture


def _open(path: Path) -> Any:
    file = films.opened(path, FIELD)
    stream = films.film(file)
    if stream is None:
        file.close()
        raise MediaError(f"{path} has no picture.", "Give a clip with a picture.", FIELD)
    films.check_size(path, stream.codec_context.width, stream.codec_context.height, FIELD)
    stream.thread_type = "AUTO"
    return file


def _fit(picture: VideoFrame, aspect: float, out: Yuv420) -> None:
    """Scale a picture so that it covers the frame, upright, and cut off what stands out.

    `aspect` is the width of its pixels against their height.
    """
    turns = round(picture.rotation / 90) % 4
    across, down = out.size if turns % 2 == 0 else out.size[::-1]
    scale = max(across / (picture.width * aspect), down / picture.height)
    width = max(across, round(picture.width * aspect * scale / 2) * 2)
    height = max(down, round(picture.height * scale / 2) * 2)
    hd = picture.height >= HD
    source = (Colorspace.ITU709 if hd else Colorspace.ITU601) if picture.colorspace == UNTOLD else None
    scaled = picture.reformat(
        width, height, "yuv420p",
        src_colorspace=source, dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG, interpolation=Interpolation.BICUBIC,
    )  # fmt: skip
    left, top = (width - across) // 4 * 2, (height - down) // 4 * 2
    for plane, into, half in zip(scaled.planes, (out.y, out.u, out.v), (1, 2, 2), strict=True):
        part = _rows(plane)[top // half : (top + down) // half, left // half : (left + across) // half]
        into[:] = np.rot90(part, turns)


def _rows(plane: Any) -> Bytes:
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
