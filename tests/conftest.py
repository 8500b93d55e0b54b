"""What several tests need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from packs import synthetic
from rostra.presenters.pack import save
from rostra.settings import settings


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a presenter who is quickly drawn."""
    folder = tmp_path_factory.mktemp("presenters")
    save(synthetic(step=32.0, detail=0.5), folder / "ellipse.pack")
    return folder


@pytest.fixture
def house(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, where that presenter can be asked for."""
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(people))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()
