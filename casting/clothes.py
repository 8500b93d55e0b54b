"""Clothes of a presenter: an inner garment and, if wanted, a jacket over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from casting import jackets, knitwear, shirts
from casting.fabric import Pattern
from casting.field import Points
from casting.garments import Torso

Inner = Literal["top", "shirt", "turtleneck", "crew", "vneck", "vneck-shirt", "blouse", "bow", "polo"]
Kind = Literal["plain", "stripes", "bands", "check", "dots"]


class Clothes(BaseModel):
    """What a person wears. Colours are #rrggbb, lengths decimetres."""

    model_config = ConfigDict(extra="forbid")

    inner: Inner = "top"
    colour: str = Field("#e9e4da", description="of the inner garment")
    outer: Literal["blazer", "cardigan", "none"] = "blazer"
    outer_colour: str = "#16294a"
    shirt_colour: str = Field("#f2f1ee", description="vneck-shirt: of the shirt below the jumper")
    tie: str = Field(
        "", description="shirt, vneck-shirt: colour of a tie, which closes the collar; none if empty"
    )
    buttons: str = "#d8dde2"
    depth: float = Field(0.0, description="how much lower the neckline is than usual")
    pattern: Kind = Field("plain", description="of the inner garment")
    pattern_colour: str = "#ffffff"
    pitch: float = Field(0.14, description="from one stripe or dot of the pattern to the next")
    share: float = Field(0.3, ge=0, le=1, description="of the pitch that has the pattern's colour")
    outer_pattern: Kind = "plain"
    outer_pattern_colour: str = "#ffffff"
    tie_pattern: Kind = "plain"
    tie_pattern_colour: str = "#ffffff"

    def print(self) -> Pattern:
        """The pattern of the inner garment."""
        return Pattern(self.pattern, self.pattern_colour, self.pitch, self.share)

    def outer_print(self) -> Pattern:
        """The pattern of the jacket."""
        return Pattern(self.outer_pattern, self.outer_pattern_colour, 0.30, 0.08)

    def tie_print(self) -> Pattern:
        """The pattern of the tie."""
        return Pattern(self.tie_pattern, self.tie_pattern_colour, 0.09, 0.3)


def add_clothes(points: Points, clothes: Clothes) -> list[Any]:
    """Dress a person; returns the objects.

    Args:
        points: (human.COUNT, 3) of the person, arms lowered.
        clothes: the recipe.
    """
    torso = Torso(points)
    things = INNER[clothes.inner](torso, clothes)
    if clothes.outer != "none":
        things += OUTER[clothes.outer](torso, clothes)
    return things


Garment = Callable[[Torso, Clothes], list[Any]]

INNER: dict[str, Garment] = {
    "top": knitwear.top,
    "shirt": shirts.shirt,
    "turtleneck": knitwear.turtleneck,
    "crew": knitwear.crew,
    "vneck": knitwear.vneck,
    "vneck-shirt": shirts.layered,
    "blouse": knitwear.blouse,
    "bow": knitwear.bow,
    "polo": shirts.polo,
}
OUTER: dict[str, Garment] = {"blazer": jackets.blazer, "cardigan": jackets.cardigan}
