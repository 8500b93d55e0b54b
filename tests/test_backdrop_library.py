"""The library of backgrounds: what the index promises is there."""

from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from rostra.picture.backdrop import catalogue

LIBRARY = Path(str(files("rostra.picture"))) / "backdrops"


@pytest.mark.parametrize("name", catalogue())
def test_a_listed_background_has_a_full_hd_picture_of_modest_size(name: str) -> None:
    path = LIBRARY / f"{name}.webp"
    with Image.open(path) as picture:
        picture.load()
        assert picture.size == (1920, 1080)
    assert path.stat().st_size <= 200_000


@pytest.mark.parametrize("name", catalogue())
def test_a_listed_background_has_a_preview(name: str) -> None:
    with Image.open(LIBRARY / "previews" / f"{name}.webp") as picture:
        assert picture.size == (480, 270)


def test_every_picture_of_the_library_is_listed() -> None:
    assert {path.stem for path in LIBRARY.glob("*.webp")} == set(catalogue())


def test_the_library_has_the_office_that_everyone_asks_for() -> None:
    assert catalogue()["office-1"].name == "Bright office"
