"""Frames and sound into a file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from rostra.errors import OutputError
from rostra.picture.encoder import FilmFrame, Mp4Writer, film_frame
from rostra.picture.frame import Size, Yuv420

SIZE = Size(256, 96)  # rows without padding
FPS, RATE = 25, 24000


def record(path: Path, seconds: float = 2.0, make: Callable[[Size], Yuv420] = Yuv420.empty) -> None:
    """A grey that brightens frame by frame, flashes at 1 s, and clicks there."""
    picture = make(SIZE)
    pcm = np.zeros(round(seconds * RATE), np.int16)
    pcm[RATE : RATE + 12] = 24000
    with Mp4Writer(path, SIZE, FPS, RATE, threads=1) as film:
        film.sound(pcm)
        for number in range(round(seconds * FPS)):
            picture.y[:] = 230 if number == FPS else 40 + 2 * number
            film.write(picture)
            picture.y[:] = 0  # ours again as soon as it is written


def test_sound_and_picture_start_together(tmp_path: Path) -> None:
    record(tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as film:
        sound = np.concatenate([piece.to_ndarray()[0] for piece in film.decode(audio=0)])
    with av.open(str(tmp_path / "a.mp4")) as film:
        flash = [
            float(picture.pts * picture.time_base)
            for picture in film.decode(video=0)
            if picture.to_ndarray()[:80].mean() > 180
        ]
    assert flash == [1.0]
    assert abs(np.flatnonzero(abs(sound) > 0.3)[0] - RATE) <= 2


@pytest.mark.parametrize("make", [Yuv420.empty, film_frame])
def test_every_frame_arrives_although_its_buffer_is_used_again(
    tmp_path: Path, make: Callable[[Size], Yuv420]
) -> None:
    record(tmp_path / "a.mp4", make=make)
    with av.open(str(tmp_path / "a.mp4")) as film:
        levels = [picture.to_ndarray()[: SIZE.height].mean() for picture in film.decode(video=0)]
    wanted = [230 if number == FPS else 40 + 2 * number for number in range(2 * FPS)]
    assert np.abs(np.array(levels) - wanted).max() < 4


def test_the_file_says_what_it_is_before_its_data(tmp_path: Path) -> None:
    record(tmp_path / "a.mp4", 0.4)
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(tmp_path / "a.mp4")) as film:
        context = film.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.colorspace, context.color_range, context.color_primaries) == (1, 1, 1)
        assert film.streams.audio[0].codec_context.name == "aac"


def test_equal_input_gives_an_equal_file(tmp_path: Path) -> None:
    record(tmp_path / "a.mp4", 0.4)
    record(tmp_path / "b.mp4", 0.4, film_frame)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_leaving_by_an_error_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.mp4"
    target.write_bytes(b"before")

    def break_off() -> None:
        with Mp4Writer(target, SIZE, FPS, RATE) as film:
            film.write(Yuv420.empty(SIZE))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert target.read_bytes() == b"before"


@pytest.mark.parametrize("place", ["missing/a.mp4", "folder"])
def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        Mp4Writer(tmp_path / place, SIZE, FPS, RATE)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from rostra.errors import OutputError
from rostra.picture.encoder import Mp4Writer
from rostra.picture.frame import Size, Yuv420

resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
frame, noise = Yuv420.empty(Size(256, 96)), np.random.default_rng(1)
try:
    with Mp4Writer(Path(sys.argv[1]), frame.size, 25, 24000, threads=1) as film:
        for number in range(200):
            frame.y[:] = noise.integers(16, 235, frame.y.shape)
            film.write(frame)
except OutputError as error:
    print(error.code)
"""


def test_a_disk_that_fills_up_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "a.mp4")],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "CANNOT_WRITE\n"
    assert list(tmp_path.iterdir()) == []


def test_frames_in_the_encoders_memory_are_used_where_rows_have_no_padding() -> None:
    assert isinstance(film_frame(Size(1920, 1080)), FilmFrame)
    assert isinstance(film_frame(Size(512, 512)), FilmFrame)
    assert film_frame(Size(162, 96)).y.flags.c_contiguous


def test_a_silent_film_needs_no_sound(tmp_path: Path) -> None:
    with Mp4Writer(tmp_path / "a.mp4", SIZE, FPS, None) as film:
        film.write(Yuv420.empty(SIZE))
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert not film.streams.audio
