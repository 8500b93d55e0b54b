"""Own presenters: the people that the owner of this machine has added.

Each is a pack, made from a photo or a 3D model: everybody's in one folder, those of one partner in a
folder of their own in it. A pack appears there whole or not at all, and never takes the name of another
presenter that somebody sees beside it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rostra.drafts import Drafts, draft, refusal
from rostra.errors import InputError, TakenError, UnknownNameError
from rostra.presenters.catalogue import BUILT_IN, CORNER, SUFFIX, corner, packs
from rostra.presenters.pack import Pack, VoiceChoice, save

FIELD, ELSEWHERE = "presenters", "Set ROSTRA_PRESENTERS to a folder that you may write to."
LONGEST = 64  # characters of a name
LONGEST_CONSENT = 2000
LONGEST_MARK = 60
VOICES = {"woman": "heart", "man": "michael", "person": "heart"}  # by kind, if none is chosen


@dataclass(frozen=True)
class Profile:
    """Who an own presenter is.

    Args:
        name: what it is called; its id follows from it.
        kind: woman, man or person.
        voice: a name of the voice catalogue; empty for one that fits the kind.
        consent: what the person shown has agreed to, kept in the pack.
        mark: drawn small into a corner of every video, kept in the pack.

    Raises:
        InputError: one of them cannot be; names it.
    """

    name: str
    kind: str = "person"
    voice: str = ""
    consent: str = ""
    mark: str = ""

    def __post_init__(self) -> None:
        _ = self.id
        if self.kind not in VOICES:
            raise InputError(f"{self.kind!r} is no kind.", f"Give {', '.join(VOICES)}.", "kind")
        for field, most in (("consent", LONGEST_CONSENT), ("mark", LONGEST_MARK)):
            if len(getattr(self, field)) > most:
                raise InputError(f"The {field} is longer than {most} characters.", "Shorten it.", field)

    @property
    def id(self) -> str:
        """The name in small letters, digits and hyphens: `Ana María` is `ana-maria`."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        id_ = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        if not re.match(r"[a-z]", id_) or len(self.name) > LONGEST:
            raise InputError(
                f"{self.name!r} is no name for a presenter.",
                f"Begin with a letter; use letters, digits and hyphens, {LONGEST} at most.",
                "name",
            )
        return id_

    @property
    def choice(self) -> VoiceChoice:
        """The voice, as packs hold it."""
        return VoiceChoice(name=self.voice or VOICES[self.kind], rate=1.0, pitch=0.0)

    def origin(self, tool: str, sha256: str) -> dict[str, str]:
        """How the pack was made, as packs hold it: tool, source's hash, consent and mark."""
        told = {"tool": tool, "source": f"sha256:{sha256}", "consent": self.consent, "mark": self.mark}
        return {key: value for key, value in told.items() if value}


class Shelf:
    """The own presenters of everybody, or of one partner.

    Args:
        folder: where everybody's are; it is made when the first comes.
        partner: who alone sees those of this shelf; None: everybody does.
    """

    def __init__(self, folder: Path, partner: int | None = None) -> None:
        self._everybodys, self.partner = folder, partner
        self.folder = folder if partner is None else corner(folder, partner)

    def files(self) -> dict[str, Path]:
        """Each own presenter's pack by id, in the order of the alphabet."""
        return packs(self.folder)

    def neighbours(self) -> list[Shelf]:
        """All shelves whose presenters somebody sees beside these, with this one; everybody's is first."""
        everybodys = Shelf(self._everybodys)
        if self.partner is not None:
            return [everybodys, self]
        names = (path.name.removeprefix(CORNER) for path in self.folder.glob(f"{CORNER}*"))
        partners = sorted(int(name) for name in names if name.isdecimal())
        return [self, *(Shelf(self.folder, partner) for partner in partners)]

    def reserve(self, id_: str) -> None:
        """Make sure, before any work, that a presenter of this id can be added.

        Raises:
            TakenError: there is one already.
            OutputError: the folder cannot be written.
        """
        built_in = BUILT_IN / f"{id_}{SUFFIX}"
        if built_in.exists():
            raise TakenError(f"{id_} comes with Rostra.", "Choose another name.", "name")
        for shelf in self.neighbours():
            if id_ in shelf.files():
                raise _taken(id_, shelf.partner)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(error, self.folder, FIELD, ELSEWHERE) from error
        with Drafts(ELSEWHERE) as drafts:
            drafts.add(self._place(id_), FIELD)

    def add(self, pack: Pack) -> Path:
        """Put a pack on the shelf, whole or not at all.

        Returns:
            Its file.

        Raises:
            TakenError, OutputError: as `reserve`; or the disk is full.
        """
        id_ = pack.manifest.id
        self.reserve(id_)
        place = self._place(id_)
        with draft(place, FIELD, ELSEWHERE) as path:
            save(pack, path)
        return place

    def remove(self, id_: str) -> Path:
        """Delete an own presenter; returns what was its file.

        Raises:
            UnknownNameError: there is no such own presenter.
            OutputError: the file cannot be deleted.
        """
        place = self.find(id_)
        try:
            place.unlink()
        except OSError as error:
            raise refusal(error, place, FIELD, ELSEWHERE) from error
        return place

    def find(self, id_: str) -> Path:
        """The pack of an own presenter.

        Raises:
            UnknownNameError: there is no such own presenter; suggests the nearest.
        """
        files = self.files()
        if id_.lower() not in files:
            raise _unknown(id_, files)
        return files[id_.lower()]

    def _place(self, id_: str) -> Path:
        return self.folder / f"{id_}{SUFFIX}"


def home() -> Path:
    """The folder of own presenters that is used when none is given."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "rostra" / "presenters"


def _taken(id_: str, partner: int | None) -> TakenError:
    whose, option = ("", "") if partner is None else (f" of partner {partner}", f" --partner {partner}")
    return TakenError(
        f"There is already a presenter {id_}{whose}.",
        f"Choose another name, or run: rostra presenter remove {id_}{option}",
        "name",
    )


def _unknown(id_: str, files: Iterable[str]) -> UnknownNameError:
    if (BUILT_IN / f"{id_.lower()}{SUFFIX}").exists():
        error = UnknownNameError("own presenter", id_, files, "name")
        error.remedy = "It comes with Rostra and stays."
        return error
    return UnknownNameError("own presenter", id_, files, "name")
