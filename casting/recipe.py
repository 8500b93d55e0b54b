"""Recipes: what a built-in presenter is made from, one TOML file each in `casting/people`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent / "people"


class Part(BaseModel):
    """A table of a recipe; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BuildPart(Part):
    """The body and head, as `casting.human.Build` takes them."""

    male: float = Field(ge=0, le=1)
    age: float = 30.0
    origin: dict[str, float] = {"caucasian": 1.0}
    muscle: float = 0.5
    weight: float = 0.5
    targets: dict[str, float] = {}


class FacePart(Part):
    """How far the figure is drawn from life, and its face at rest."""

    head: float = 1.10  # size of the head against life
    eyes: float = 1.12  # size of the eyes
    eye_gap: float = 0.0  # dm that each eye moves outwards
    nose: float = 1.0  # size of the nose's lower half
    neck: float = 0.92  # width of the neck
    shoulders: float = 0.94  # width of the shoulders
    sculpt: dict[str, float] = {}  # further moves, see `casting.sculpt`
    rest: dict[str, float] = {}  # face units that the resting face holds


class SkinPart(Part):
    """Colours of the skin (sRGB) and strengths 0..1."""

    colour: str = "#dfa07c"
    blush: str = "#cf5f4c"
    blush_strength: float = 0.35
    shadow: str = "#a8654f"  # around the eyes
    shadow_strength: float = 0.3
    freckles: float = 0.0
    beard: str = "#5a463c"
    beard_strength: float = 0.0
    mottle: float = 1.0
    roughness: float = 0.50
    liner: float = 0.7  # darkness of the upper lids' edge


class LipPart(Part):
    """The lips."""

    colour: str = "#b8605a"
    strength: float = 0.75
    shine: float = 0.5


class EyePart(Part):
    """The eyeballs."""

    iris: str = "#5b3a22"
    inner: str = ""  # colour around the pupil; lighter iris if empty
    size: float = 0.50  # radius of the iris, of the eyeball's
    pupil: float = 0.42  # radius of the pupil, of the iris's


class BrowPart(Part):
    """The brows."""

    colour: str = "#4a2f1c"
    count: int = 380  # hairs on each side
    thickness: float = 0.027  # dm, half the height of the brow
    length: float = 0.42  # dm
    start: float = 0.13  # dm from the middle of the face to the inner end
    height: float = 0.20  # dm above the eye
    arch: float = 0.05
    slope: float = 0.0
    radius: float = 0.0025
    hair: float = 0.080  # dm, length of a hair
    shade: float = 0.45  # tint of the skin under the hairs


class LashPart(Part):
    """The lashes."""

    colour: str = "#1d120d"
    length: float = 0.060  # dm, of the longest
    count: int = 95
    radius: float = 0.0030
    lower: float = 0.40  # length of the lower ones, of the upper ones


class LightPart(Part):
    """The studio, for this person."""

    gain: float = 1.0
    rim: float = 1.0  # strength of the lamps behind, which grey the sides of short dark hair


class Recipe(Part):
    """A presenter's recipe. Tables that other modules read are kept as they are."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    name: str
    kind: str = "woman"
    bio: str = ""
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
    voice: dict[str, Any] = {}
    manner: dict[str, Any] = {}


def read(name: str, folder: Path = FOLDER) -> Recipe:
    """The recipe `<name>.toml`."""
    return Recipe.model_validate(tomllib.loads((folder / f"{name}.toml").read_text()))


def names(folder: Path = FOLDER) -> list[str]:
    """All recipes there are."""
    return sorted(path.stem for path in folder.glob("*.toml"))
