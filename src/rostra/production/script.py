"""Scripts: what is said, by whom, in front of what.

A script is plain text (each paragraph is a scene), or JSON or YAML:

    presenter: jane                   # defaults of all scenes; each may be left out
    background: office-1              # a library name, "#RRGGBB" or a picture
    scenes:
      - narration: Welcome to Rostra.
      - narration: This is how it looks.
        presenter: adam
        broll: {file: tour.mp4, start: 4.5}

Files are looked for beside the script. A scene with `broll` shows the clip with the presenter over
it, unless its `layout` is `full-screen`.

Tags such as `[smile]` in a narration are acted, not spoken (see `rostra.speech.marks`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rostra.errors import ScriptError
from rostra.speech.marks import TAGS, plain, tagged

Layout = Literal["full-screen", "broll"]

PRESENTER = "jane"  # who speaks when nobody is named
BACKGROUND = "office-1"
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
UNQUOTED = re.compile(rf":[ \t]*\[(?:{'|'.join(TAGS)})\]", re.IGNORECASE)  # YAML takes it for a list
BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")  # characters that no text holds


@dataclass(frozen=True)
class Limits:
    """How large a script may be."""

    size: int = 200_000  # bytes
    scenes: int = 500


@dataclass(frozen=True)
class Choices:
    """What all scenes share that do not say otherwise; None leaves it to the script."""

    presenter: str | None = None
    background: str | None = None
    voice: str | None = None


@dataclass(frozen=True)
class Broll:
    """A clip that fills the picture behind the presenter."""

    file: Path
    start: float = 0.0  # s into the clip


@dataclass(frozen=True)
class Scene:
    """One scene, with nothing left open but the voice (None: the presenter's own)."""

    narration: str
    layout: Layout = "full-screen"
    presenter: str = PRESENTER
    background: str = BACKGROUND  # library name, #RRGGBB or the path of a picture
    voice: str | None = None
    broll: Broll | None = None


@dataclass(frozen=True)
class Script:
    """Scenes in order, at least one."""

    scenes: tuple[Scene, ...]
    lexicon: tuple[tuple[str, str], ...] = ()  # how words are said: as written -> as spoken


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _Broll(_Strict):
    file: str = Field(min_length=1)
    start: float = Field(0.0, ge=0, allow_inf_nan=False)


def _named(value: object) -> object:
    """A name that was left empty counts as not given."""
    return None if isinstance(value, str) and not value.strip() else value


_Name = Annotated[str | None, BeforeValidator(_named)]


class _Scene(_Strict):
    narration: str
    layout: Layout | None = None
    presenter: _Name = None
    background: _Name = None
    voice: _Name = None
    broll: _Broll | None = None


class _Script(_Strict):
    presenter: _Name = None
    background: _Name = None
    voice: _Name = None
    lexicon: dict[str, str] = {}
    scenes: list[_Scene]


def read(source: Path | BinaryIO, choices: Choices | None = None, limits: Limits | None = None) -> Script:
    """Read a script from a file or a stream.

    `choices` take the place of the script's own defaults; a scene that names its own keeps it.

    Raises:
        ScriptError: it cannot be read or performed; names the field.
    """
    limits = limits or Limits()
    if isinstance(source, Path):
        data, kind, folder = _read_file(source, limits), source.suffix.lower(), source.resolve().parent
    else:
        data, kind, folder = source.read(limits.size + 1), "", Path.cwd()
    if len(data) > limits.size:
        raise ScriptError(
            f"The script is larger than {limits.size:,} bytes.",
            "Make several videos of it, or raise ROSTRA_MAX_SCRIPT_BYTES.",
        )
    return parse(_text(data), kind, folder, choices, limits)


def parse(
    text: str,
    kind: str = "",
    folder: Path | None = None,
    choices: Choices | None = None,
    limits: Limits | None = None,
) -> Script:
    """The script that a text holds.

    Args:
        text: the whole script.
        kind: the suffix of its file; with any other than `.json`, `.yaml`, `.yml` and `.txt` a text
            that starts with a bracket is taken as JSON.
        folder: where the files that it names are looked for.
        choices: see `read`.
        limits: see `read`.
    """
    folder, choices, limits = folder or Path.cwd(), choices or Choices(), limits or Limits()
    raw = _check(_raw(text, kind))
    if not raw.scenes:
        raise ScriptError("The script is empty.", "Give it at least one sentence.", "scenes")
    if len(raw.scenes) > limits.scenes:
        raise ScriptError(
            f"The script has {len(raw.scenes):,} scenes, more than {limits.scenes:,}.",
            "Join some, or raise ROSTRA_MAX_SCENES.",
            "scenes",
        )
    scenes = tuple(
        _settle(scene, f"scenes[{number}]", raw, choices, folder) for number, scene in enumerate(raw.scenes)
    )
    return Script(scenes, tuple(raw.lexicon.items()))


def _read_file(path: Path, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limits.size + 1)
    except FileNotFoundError as error:
        raise ScriptError(
            f"There is no script {str(path)!r}.", "Give the path of a file, or - for standard input."
        ) from error
    except OSError as error:
        raise ScriptError(f"The script {str(path)!r} cannot be read ({error.strerror}).") from error


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError("The script is not UTF-8 text.", "Save it as UTF-8.") from error
    if BINARY.search(text):
        raise ScriptError("The script is not text.", "Give plain text, JSON or YAML.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _raw(text: str, kind: str) -> object:
    if kind in (".yaml", ".yml"):
        return _yaml(text)
    if kind == ".json" or (kind != ".txt" and text.lstrip()[:1] in ("{", "[") and not tagged(text)):
        return _json(text)
    paragraphs = (" ".join(part.split()) for part in PARAGRAPH.split(text.strip()))
    return {"scenes": [{"narration": part} for part in _narrations(part for part in paragraphs if part)]}


def _narrations(paragraphs: Iterable[str]) -> list[str]:
    """The paragraphs; one that is nothing but tags goes with the next, the last with the one before."""
    found: list[str] = []
    tags = ""
    for paragraph in paragraphs:
        if plain(paragraph).strip():
            found.append(tags + paragraph)
            tags = ""
        else:
            tags += f"{paragraph} "
    if found and tags:
        found[-1] += f" {tags.strip()}"
    return found or ([tags] if tags else [])


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ScriptError(f"The script is not valid JSON: {error.msg}, {where}.") from error
    except RecursionError as error:
        raise ScriptError("The script is nested too deeply.") from error


def _yaml(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        remedy = "Put a narration that begins with a tag in quotes." if UNQUOTED.search(text) else ""
        raise ScriptError(f"The script is not valid YAML: {problem}{where}.", remedy) from error
    except RecursionError as error:
        raise ScriptError("The script is nested too deeply.") from error


def _check(raw: object) -> _Script:
    if raw is None:
        raw = {"scenes": []}
    if isinstance(raw, list):
        raw = {"scenes": raw}
    if not isinstance(raw, dict):
        raise ScriptError("A script is an object with `scenes`, or a list of scenes.", "", "scenes")
    try:
        return _Script.model_validate(raw)
    except ValidationError as error:
        raise _explain(error) from error


def _explain(error: ValidationError) -> ScriptError:
    first = error.errors(include_url=False, include_context=False)[0]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    if first["type"] == "extra_forbidden":
        near = get_close_matches(str(first["loc"][-1]), _keys(), n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"A scene has {', '.join(_Scene.model_fields)}."
        return ScriptError(f"{field} is unknown.", remedy, field)
    if first["type"] == "missing":
        return ScriptError(f"{field} is missing.", "", field)
    return ScriptError(f"{field}: {first['msg'].removeprefix('Value error, ')}.", "", field)


def _keys() -> list[str]:
    return [*_Scene.model_fields, *_Script.model_fields, *_Broll.model_fields]


def _settle(raw: _Scene, field: str, script: _Script, choices: Choices, folder: Path) -> Scene:
    """A scene with its open ends filled from the choices and the script's defaults."""
    narration = speakable(raw.narration, f"{field}.narration")
    layout: Layout = raw.layout or ("broll" if raw.broll else "full-screen")
    if layout == "broll" and raw.broll is None:
        raise ScriptError(
            f"{field} has the layout broll but no clip.", "Add broll: {file: ...}.", f"{field}.broll"
        )
    broll = (
        Broll(_clip(raw.broll.file, folder, f"{field}.broll.file"), raw.broll.start) if raw.broll else None
    )
    own = raw.background or (None if choices.background else script.background)
    return Scene(
        narration=narration,
        layout=layout,
        presenter=raw.presenter or choices.presenter or script.presenter or PRESENTER,
        background=beside(own, folder) if own else choices.background or BACKGROUND,
        voice=raw.voice or choices.voice or script.voice,
        broll=broll,
    )


def speakable(narration: str, field: str) -> str:
    """The narration; refuses one in which there is nothing to say."""
    if any(character.isalnum() for character in plain(narration)):
        return narration.strip()
    shown = f" ({narration.strip()[:20]})" if narration.strip() else ""
    raise ScriptError(
        f"{field} has nothing that can be spoken{shown}.", "Write at least one word or number.", field
    )


def beside(background: str, folder: Path) -> str:
    """A background as it is meant in a script of this folder: a path only where that file is there."""
    if COLOUR.fullmatch(background):
        return background
    path = folder / background
    return str(path) if path.is_file() else background


def _clip(name: str, folder: Path, field: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise ScriptError(f"{field}: there is no clip {name!r}.", f"Put it into {folder}.", field)
    return path
