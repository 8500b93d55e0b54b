"""Stills: a poster of a film, and a contact sheet that shows it at a glance."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from math import ceil
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from rostra import films
from rostra.drafts import draft
from rostra.errors import OutputError
from rostra.picture.frame import Size, Yuv420, to_rgb

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
QUALITY = 90  # of JPEG and WebP
COLUMNS = 6
CELL = 320  # pixels, width of a picture on the sheet
GUTTER = 6  # pixels between pictures
MOST_CELLS = 240  # pictures on one sheet; of a longer film they lie further apart
PAPER, INK = (24, 26, 30), (200, 204, 210)


class Cell(NamedTuple):
    """One picture of a sheet and what is written under it."""

    picture: Image.Image
    label: str


def poster(frame: Yuv420, path: Path) -> None:
    """Write one frame as PNG, JPEG or WebP, as the file's name says.

    Raises:
        OutputError: it cannot be written, or the name ends in something else.
    """
    save(Image.fromarray(to_rgb(frame)), path)


def film_sheet(film: Path, path: Path, every: float = 0.5, columns: int = COLUMNS) -> None:
    """Write a contact sheet of a video file, one picture each `every` seconds or further apart.

    Raises:
        MediaError: the film cannot be read.
        OutputError: the sheet cannot be written.
    """
    save(sheet(list(_cells(film, every)), columns), path)


def thumbnail(frame: Yuv420, label: str, width: int = CELL) -> Cell:
    """A frame made small for a sheet."""
    size = Size(width, max(1, round(width * frame.size.height / frame.size.width)))
    return Cell(Image.fromarray(to_rgb(frame)).resize(size, Image.Resampling.LANCZOS), label)


def sheet(cells: list[Cell], columns: int = COLUMNS) -> Image.Image:
    """A contact sheet: the pictures row by row, each with its label."""
    if not cells:
        raise ValueError("a sheet needs at least one picture")
    columns = min(columns, len(cells))
    face = ImageFont.load_default(13)
    width, height = cells[0].picture.size
    step_x, step_y = width + GUTTER, height + GUTTER + 16
    page = Image.new("RGB", (columns * step_x + GUTTER, ceil(len(cells) / columns) * step_y + GUTTER), PAPER)
    pen = ImageDraw.Draw(page)
    for number, cell in enumerate(cells):
        x, y = GUTTER + number % columns * step_x, GUTTER + number // columns * step_y
        page.paste(cell.picture, (x, y))
        pen.text((x, y + height), cell.label, INK, face)
    return page


def save(image: Image.Image, path: Path) -> None:
    """Write a picture in the format of its file's name, whole or not at all.

    Raises:
        OutputError: it cannot be written, or the name ends in something else than FORMATS.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise OutputError(f"{path} has no picture's name.", f"End it in {', '.join(FORMATS)}.", "output")
    data = io.BytesIO()
    image.convert("RGB").save(data, kind, quality=QUALITY)
    with draft(path) as place:
        place.write_bytes(data.getvalue())


def _cells(path: Path, every: float) -> Iterator[Cell]:
    try:
        with films.opened(path, "film") as file:
            stream = films.film(file)
            if stream is None:
                raise films.unreadable(path, "it has no picture", "film")
            seconds = float((file.duration or 0) / av.time_base)
            yield from _picked(file.decode(stream), max(every, seconds / MOST_CELLS))
    except (OSError, av.FFmpegError) as error:
        raise films.unreadable(path, "it is damaged", "film") from error


def _picked(pictures: Iterable[av.VideoFrame], every: float) -> Iterator[Cell]:
    wanted = 0.0
    for picture in pictures:
        if picture.time is None or picture.time < wanted - 1e-4:
            continue
        wanted += every
        height = round(CELL * picture.height / picture.width / 2) * 2
        rgb = picture.reformat(CELL, height, "rgb24", interpolation="AREA").to_ndarray()
        yield Cell(Image.fromarray(np.ascontiguousarray(rgb)), f"{picture.time:.2f} s")
