"""Recipes: what a built-in presenter is made from, one TOML file each in `casting/people`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from rostra.acting.manner import Manner
from rostra.errors import InputError, UnknownNameError
from rostra.presenters.pack import VoiceChoice

FOLDER = Path(__file__).parent / "people"

Share = Annotated[float, Field(ge=0, le=1)]
Times = Annotated[float, Field(ge=0.5, le=2)]  # of the usual size
Length = Annotated[float, Field(ge=0, le=2)]  # dm
Signed = Annotated[float, Field(ge=-1, le=1)]  # dm
Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]


class Part(BaseModel):
    """A table of a recipe; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BuildPart(Part):
    """The body and head, as `casting.human.Build` takes them."""

    male: Share
    age: float = Field(default=30.0, ge=18, le=90)
    origin: dict[str, Share] = {"caucasian": 1.0}
    muscle: Share = 0.5
    weight: Share = 0.5
    targets: dict[str, float] = {}


class FacePart(Part):
    """How far the figure is drawn from life, and its face at rest."""

    head: Times = 1.10  # size of the head against life
    eyes: Times = 1.12  # size of the eyes
    eye_gap: Signed = 0.0  # dm that each eye moves outwards
    nose: Times = 1.0  # size of the nose's lower half
    neck: Times = 0.92  # width of the neck
    shoulders: Times = 0.94  # width of the shoulders
    sculpt: dict[str, float] = {}  # further moves, see `casting.sculpt`
    rest: dict[str, Share] = {}  # face units that the resting face holds


class SkinPart(Part):
    """Colours of the skin (sRGB) and strengths 0..1."""

    colour: Colour = "#dfa07c"
    blush: Colour = "#cf5f4c"
    blush_strength: Share = 0.35
    shadow: Colour = "#a8654f"  # around the eyes
    shadow_strength: Share = 0.3
    freckles: Share = 0.0
    beard: Colour = "#5a463c"
    beard_strength: Share = 0.0
    mottle: float = Field(default=1.0, ge=0, le=3)
    roughness: Share = 0.50
    liner: Share = 0.7  # darkness of the upper lids' edge


class LipPart(Part):
    """The lips."""

    colour: Colour = "#b8605a"
    strength: Share = 0.75
    shine: Share = 0.5


class EyePart(Part):
    """The eyeballs."""

    iris: Colour = "#5b3a22"
    inner: Colour | Literal[""] = ""  # colour around the pupil; lighter iris if empty
    size: Share = 0.50  # radius of the iris, of the eyeball's
    pupil: Share = 0.42  # radius of the pupil, of the iris's


class BrowPart(Part):
    """The brows."""

    colour: Colour = "#4a2f1c"
    count: int = Field(default=380, ge=0, le=3000)  # hairs on each side
    thickness: Length = 0.027  # dm, half the height of the brow
    length: Length = 0.42  # dm
    start: Length = 0.13  # dm from the middle of the face to the inner end
    height: Signed = 0.20  # dm above the eye
    arch: Signed = 0.05
    slope: Signed = 0.0
    radius: Length = 0.0025
    hair: Length = 0.080  # dm, length of a hair
    shade: Share = 0.45  # tint of the skin under the hairs


class LashPart(Part):
    """The lashes."""

    colour: Colour = "#1d120d"
    length: Length = 0.060  # dm, of the longest
    count: int = Field(default=95, ge=0, le=1000)
    radius: Length = 0.0030
    lower: Share = 0.40  # length of the lower ones, of the upper ones


class LightPart(Part):
    """The studio, for this person."""

    gain: float = Field(default=1.0, ge=0.2, le=5)
    rim: float = Field(default=1.0, ge=0, le=5)  # strength of the lamps behind


class Recipe(Part):
    """A presenter's recipe. Tables that other modules read are kept as they are."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    name: str
    kind: Literal["woman", "man", "person"] = "woman"
    bio: str = ""
    greeting: str = ""  # how they introduce themselves, three seconds long
    build: BuildPart
    face: FacePart = FacePart()
    skin: SkinPart = SkinPart()
    lips: LipPart = LipPart()
    eyes: EyePart = EyePart()
    brows: BrowPart = BrowPart()
    lashes: LashPart = LashPart()
    light: LightPart = LightPart()
    hair: dict[str, Any] = {}
    clothes: dict[str, Any] = {}
    jewellery: dict[str, Any] = {}
    glasses: dict[str, Any] = {}
    beard: dict[str, Any] = {}
    headscarf: dict[str, Any] = {}
    voice: VoiceChoice
    manner: dict[str, float | str] = {}

    @field_validator("manner")
    @classmethod
    def _acted(cls, manner: dict[str, float | str]) -> dict[str, float | str]:
        """Refuse a manner that the acting does not know."""
        try:
            Manner.of(manner)
        except InputError as error:
            raise ValueError(str(error)) from error
        return manner


def read(name: str, folder: Path = FOLDER) -> Recipe:
    """The recipe `<name>.toml`.

    Raises:
        InputError: there is none, or it has a key that is unknown or out of range; names them.
    """
    path = folder / f"{name}.toml"
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text()))
    except FileNotFoundError as error:
        raise UnknownNameError("recipe", name, names(folder)) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        raise _wrong(path, error) from error


def _wrong(path: Path, error: ValidationError) -> InputError:
    """All that is wrong with a recipe."""
    keys = [".".join(map(str, one["loc"])) for one in error.errors()]
    told = [one["msg"].removeprefix("Value error, ").rstrip(".") for one in error.errors()]
    listed = "; ".join(f"{key}: {text}" for key, text in zip(keys, told, strict=True))
    return InputError(f"{path}: {listed}.", "Correct the recipe.", keys[0])


def names(folder: Path = FOLDER) -> list[str]:
    """All recipes there are."""
    return sorted(path.stem for path in folder.glob("*.toml"))
