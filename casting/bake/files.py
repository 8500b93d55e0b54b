"""The files of a bake: renders and packs, each whole or not there at all. Needs no Blender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from rostra.drafts import draft, refusal
from rostra.errors import OutputError
from rostra.presenters.pack import Pack, save


def keep_render(path: Path, render: Callable[[Path], object]) -> None:
    """Have a render written, unless it lies there already.

    Raises:
        OutputError: it cannot be written, or was not to its end: Blender says nothing of a full disk.
    """
    if path.exists():
        return
    _folder(path.parent)
    with draft(path) as place:
        render(place)
        _check(place, path)


def keep_pack(pack: Pack, path: Path, quality: int = 90) -> None:
    """Write a pack; what was there before stays until the new one is whole.

    Raises:
        OutputError: it cannot be written.
    """
    _folder(path.parent)
    with draft(path) as place:
        save(pack, place, quality)


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(error, path) from error


def _check(picture: Path, place: Path) -> None:
    try:
        with Image.open(picture) as image:
            image.load()
    except OSError as error:
        raise OutputError(
            f"{place} was not written to its end.",
            "Make room on the disk and bake again: the rest is kept.",
        ) from error
