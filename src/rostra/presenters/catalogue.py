"""The catalogue: which presenters there are.

A presenter is a pack file, `<id>.pack`: those that come with Rostra, and those in a folder of the
owner. The owner's win where both have one id. A folder in the owner's holds those of one partner, whom
nobody else sees.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from rostra.errors import PackError, UnknownNameError
from rostra.presenters.pack import Pack, VoiceChoice, load

BUILT_IN = Path(__file__).parent / "packs"
SUFFIX = ".pack"
CORNER = "partner-"  # and its number: the folder of what only a partner sees
LOADED = 4  # packs kept in memory; one is some 10 MB of arrays and pictures


class Card(BaseModel):
    """What a list of presenters shows of one; read without loading the pack."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    kind: str = ""
    bio: str = ""
    greeting: str = ""  # how they introduce themselves
    voice: VoiceChoice
    origin: dict[str, str] = {}  # as in the pack: tool, source, consent, mark


class Catalogue:
    """The presenters of some folders; a later folder wins over an earlier one.

    Args:
        folders: besides those that come with Rostra.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._own = tuple(folders)
        self._folders = (BUILT_IN, *self._own)

    def of(self, partner: int) -> Catalogue:
        """Whom a partner can choose: everybody's, and its own."""
        return Catalogue([*self._own, *(corner(folder, partner) for folder in self._own)])

    def files(self) -> dict[str, Path]:
        """Each presenter's pack by id, in the order of the alphabet."""
        found = {id_: path for folder in self._folders for id_, path in packs(folder).items()}
        return dict(sorted(found.items()))

    def cards(self) -> list[Card]:
        """What to show of each presenter.

        Raises:
            PackError: one of the files is not a pack; names it.
        """
        return [card(path) for path in self.files().values()]

    def find(self, name: str, field: str = "presenter") -> Pack:
        """The pack of a presenter, loaded and checked once.

        Raises:
            UnknownNameError: nobody has this id; suggests the nearest.
            PackError: the file is damaged.
        """
        files = self.files()
        path = files.get(name.lower())
        if path is None:
            raise UnknownNameError("presenter", name, files, field)
        return _load(path, path.stat().st_mtime_ns)


def corner(folder: Path, partner: int) -> Path:
    """The folder of one partner's presenters, in a folder of everybody's."""
    return folder / f"{CORNER}{partner}"


def packs(folder: Path) -> dict[str, Path]:
    """The packs of a folder by id, in the order of the alphabet; drafts are none."""
    files = sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())
    return {path.stem: path for path in files if not path.name.startswith(".")}


def card(path: Path) -> Card:
    """What a pack says of itself.

    Raises:
        PackError: the file is not a pack; names it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return Card.model_validate(json.loads(archive.read("pack.json")))
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, ValidationError) as error:
        raise PackError(f"{path.name} is not a readable pack.", "Bake or fetch it again.") from error


@lru_cache(maxsize=LOADED)
def _load(path: Path, _changed: int) -> Pack:
    return load(path)
