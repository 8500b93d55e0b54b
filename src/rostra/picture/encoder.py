"""The encoder: frames and sound into an MP4 file.

The file is written hidden beside its target and takes its name only when it is whole. Sound and
picture start together: AAC delays the sound by its priming samples, and the file's edit list takes them
away again. x264 holds some frames to look ahead, a fixed number, so memory is flat.

Source: ISO/IEC 14496-12 (edit lists); Apple QuickTime, appendix G (AAC priming).
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from rostra.errors import EngineError, OutputError, RostraError
from rostra.picture.frame import Bytes, Size, Yuv420

CRF = 21  # x264: quality, lower is better and larger
PRESET = "veryfast"
# Finer motion search than this is lost on a still camera: a quarter of the time for 0.02 dB in the face.
SEARCH = {"veryfast": {"x264-params": "subme=1"}}
KEY_EVERY = 4.0  # s between key frames at most, for seeking
SOUND_BIT_RATE = 96_000  # bit/s of AAC, mono speech
SOUND_SEARCH = (
    "fast"  # at this bit rate as near to the original as FFmpeg's thorough search, in a sixth of its time
)
BT709, LIMITED = 1, 1  # FFmpeg's numbers of colour space and range

Pcm = NDArray[np.int16]


class Mp4Writer:
    """Writes one MP4: H.264 and AAC, fast start. One thread at a time may use it.

    Use it as a context: leaving it closes the file, leaving it by an exception leaves no file.

    Args:
        path: the target; replaced when the new file is whole.
        size: of the frames, even.
        fps: frames per second.
        rate: samples per second of the sound, None for a silent file.
        crf, preset: of x264; threads: of x264, 0 = as many as it likes. Equal input with an equal
            number of threads gives an equal file.

    Raises:
        OutputError: here or from any other call, when the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        size: Size,
        fps: float,
        rate: int | None,
        *,
        crf: float = CRF,
        preset: str = PRESET,
        threads: int = 0,
    ) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._frames = 0
        self._samples = 0
        self._own = FilmFrame(VideoFrame(size.width, size.height, "yuv420p"))
        try:
            if path.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            self._file = av.open(str(self._part), "w", format="mp4", options={"movflags": "+faststart"})
            options = {"crf": str(crf), "preset": preset, **SEARCH.get(preset, {})}
            self._video = _video(self._file, size, fps, options, threads)
            self._audio = None if rate is None else _audio(self._file, rate)
            self._file.start_encoding()
        except (OSError, av.FFmpegError) as error:
            self._remove()
            raise _cannot_write(path, error) from error

    def write(self, frame: Yuv420) -> None:
        """The next picture. The frame may be painted over as soon as this returns."""
        if not isinstance(frame, FilmFrame):
            self._own.copy_from(frame)
            frame = self._own
        picture = frame.picture
        picture.pts = self._frames
        picture.time_base = self._video.codec_context.time_base
        self._frames += 1
        self._mux(self._video, picture)

    def sound(self, pcm: Pcm) -> None:
        """The next sound, (samples,) int16, without a gap after the last. May run ahead of the pictures."""
        if self._audio is None or not len(pcm):
            return
        piece = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), "s16", "mono")
        piece.sample_rate = self._audio.codec_context.sample_rate
        piece.time_base = Fraction(1, piece.sample_rate)
        piece.pts = self._samples
        self._samples += len(pcm)
        self._mux(self._audio, piece)

    def close(self) -> None:
        """Finish the file and give it its name."""
        try:
            if self._frames:
                self._mux(self._video, None)
            if self._audio is not None and self._samples:
                self._mux(self._audio, None)
            self._file.close()
            self._part.replace(self._path)
        except (OSError, av.FFmpegError) as error:
            raise _cannot_write(self._path, error) from error
        finally:
            self.abort()

    def abort(self) -> None:
        """Stop and leave nothing behind; after `close` it does nothing."""
        with suppress(OSError, av.FFmpegError):
            self._file.close()
        self._remove()

    def __enter__(self) -> Mp4Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _mux(self, stream: Any, frame: Any) -> None:
        try:
            self._file.mux(stream.encode(frame))
        except (OSError, av.FFmpegError) as error:
            raise _cannot_write(self._path, error) from error

    def _remove(self) -> None:
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


class FilmFrame(Yuv420):
    """A frame whose planes lie in FFmpeg's own memory: `Mp4Writer` takes it without copying."""

    __slots__ = ("picture",)

    def __init__(self, picture: VideoFrame) -> None:
        picture.colorspace = BT709
        picture.color_range = LIMITED
        super().__init__(*(_view(plane) for plane in picture.planes))
        self.picture = picture

    @classmethod
    def black(cls, size: Size) -> FilmFrame:
        """A black frame."""
        frame = cls(VideoFrame(size.width, size.height, "yuv420p"))
        frame.y[:], frame.u[:], frame.v[:] = 16, 128, 128
        return frame


def film_frame(size: Size) -> Yuv420:
    """A black frame, one that is taken without copying where FFmpeg's rows have no padding."""
    frame = FilmFrame.black(size)
    if any(plane.line_size != plane.width for plane in frame.picture.planes):
        return Yuv420.empty(size)
    return frame


def _view(plane: Any) -> Bytes:
    whole = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return whole[: plane.height, : plane.width]


def _video(file: Any, size: Size, fps: float, options: dict[str, str], threads: int) -> Any:
    exact = Fraction(fps).limit_denominator(1001)
    stream = file.add_stream("libx264", rate=exact, options=options)
    stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / exact
    context.gop_size = max(1, round(KEY_EVERY * fps))
    context.thread_count = threads
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
    return stream


def _audio(file: Any, rate: int) -> Any:
    stream = file.add_stream("aac", rate=rate, layout="mono", options={"aac_coder": SOUND_SEARCH})
    stream.bit_rate = SOUND_BIT_RATE
    return stream


def _cannot_write(path: Path, error: Exception) -> RostraError:
    code = getattr(error, "errno", None) or 0
    if code not in errno.errorcode:  # FFmpeg's own numbers
        return EngineError(f"The encoder failed ({error}).")
    return OutputError(
        f"{path} cannot be written ({os.strerror(code).lower()}).",
        "Choose another place, or make room there.",
        "output",
    )
