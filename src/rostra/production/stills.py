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


def poster(company: Company, scene: Scene, size: Size, out: Path) -> None:
    """A still of a scene: the presenter at ease, about to speak."""
    frame = Yuv420.empty(size)
    company.painter(scene, 0).draw(row("smile"), frame)
    sheet.poster(frame, out)
