"""Posters and contact sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rostra.errors import MediaError, OutputError
from rostra.picture.encoder import Mp4Writer
from rostra.picture.frame import Size, Yuv420
from rostra.picture.sheet import film_sheet, poster, sheet, thumbnail


def test_a_poster_looks_like_its_frame(tmp_path: Path) -> None:
    frame = Yuv420.empty(Size(64, 48))
    frame.y[:, 32:] = 235
    poster(frame, tmp_path / "a.png")
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    assert picture.shape == (48, 64, 3)
    assert picture[:, :30].max() < 3 and picture[:, 34:].min() > 252


@pytest.mark.parametrize("name", ["missing/a.png", "a.gif", "folder.png"])
def test_a_poster_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError):
        poster(Yuv420.empty(Size(64, 48)), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_sheet_shows_a_film_at_equal_steps(tmp_path: Path) -> None:
    frame = Yuv420.empty(Size(64, 48))
    with Mp4Writer(tmp_path / "a.mp4", frame.size, 10, None) as film:
        for number in range(20):
            frame.y[:] = 30 + 10 * number
            film.write(frame)
    film_sheet(tmp_path / "a.mp4", tmp_path / "a.png", every=0.5, columns=2)
    page = np.asarray(Image.open(tmp_path / "a.png").convert("L")).astype(int)
    assert page.shape[0] < page.shape[1]
    levels = [page[100, 100], page[100, 500], page[400, 100], page[400, 500]]
    assert np.diff(levels).min() > 40


def test_a_sheet_of_frames_fills_rows() -> None:
    cells = [thumbnail(Yuv420.empty(Size(64, 48)), str(number), width=32) for number in range(5)]
    assert sheet(cells, columns=2).height > 3 * 24


def test_a_film_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no film")
    with pytest.raises(MediaError):
        film_sheet(tmp_path / "a.mp4", tmp_path / "a.png")
