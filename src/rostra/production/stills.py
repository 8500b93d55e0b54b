"""Stills: single pictures of a presenter, as previews and posters."""

from __future__ import annotations

from pathlib import Path

from rostra.acting.motion import FloatArray
from rostra.picture import sheet
from rostra.picture.backdrop import backdrop
from rostra.picture.frame import Size, Yuv420
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.production.company import Company, Parts
from rostra.production.order import check_size
from rostra.production.pose import row
from rostra.production.script import Scene

LARGE, CELL, COLUMNS = Size(1080, 1080), 480, 4  # pixels of a drawn still and of its place on a sheet
FACES = 6  # people beside each other on the sheet of all
SHADES = ("#8fa3a8", "#a89f8f", "#8f95a8", "#9aa88f", "#a88f99")  # behind them, by turns
SHEET = {
    "rest": ("rest", 0, 0),
    "aa": ("aa", 0, 0),
    "ee": ("ee", 0, 0),
    "oo": ("oo", 0, 0),
    "f": ("f", 0, 0),
    "m": ("m", 0, 0),
    "smile": ("smile", 0, 0),
    "blink": ("blink", 0, 0),
    "half a blink": ("halfblink", 0, 0),
    "looks aside": ("gazeYaw=0.2", 0, 0),
    "turns left": ("rest", 7, 0),
    "turns right, nods": ("ah", -7, 4),
}  # label -> expression, yaw, pitch in degrees


def still(presenter: str, background: str, pose: FloatArray, size: Size, out: Path, parts: Parts) -> None:
    """Draw one picture of a presenter in a pose.

    Raises:
        InputError: the presenter or background is not there.
        OutputError: the picture cannot be written.
    """
    check_size(size)
    pack = parts.presenters.find(presenter)
    frame = Yuv420.empty(size)
    Stage(pack, Layout.FULL, size, backdrop(background, size)).draw(pose, frame)
    sheet.poster(frame, out)


def expressions(presenter: str, background: str, out: Path, parts: Parts) -> None:
    """Draw a sheet of a presenter at rest, speaking, blinking, looking aside and turning.

    Raises:
        InputError: the presenter or background is not there.
        OutputError: the sheet cannot be written.
    """
    stage = Stage(parts.presenters.find(presenter), Layout.FULL, LARGE, backdrop(background, LARGE))
    frame = Yuv420.empty(LARGE)
    cells = []
    for label, (expression, yaw, pitch) in SHEET.items():
        stage.draw(row(expression, yaw, pitch), frame)
        cells.append(sheet.thumbnail(frame, label, CELL))
    sheet.save(sheet.sheet(cells, COLUMNS), out)


def everyone(out: Path, parts: Parts, background: str = "") -> int:
    """Draw a sheet of all presenters, each with a smile.

    Args:
        out: the picture.
        parts: who there is.
        background: behind all of them; calm colours if empty.

    Returns:
        How many they are.

    Raises:
        InputError: the background is not there.
        OutputError: the sheet cannot be written.
    """
    frame, cells = Yuv420.empty(LARGE), []
    for number, card in enumerate(parts.presenters.cards()):
        behind = backdrop(background or SHADES[number % len(SHADES)], LARGE)
        Stage(parts.presenters.find(card.id), Layout.FULL, LARGE, behind).draw(row("smile"), frame)
        cells.append(sheet.thumbnail(frame, card.name, CELL))
    sheet.save(sheet.sheet(cells, FACES), out)
    return len(cells)


def poster(company: Company, scene: Scene, size: Size, out: Path) -> None:
    """A still of a scene: the presenter at ease, about to speak."""
    frame = Yuv420.empty(size)
    company.painter(scene, 0).draw(row("smile"), frame)
    sheet.poster(frame, out)
