"""Voice: the port through which every engine speaks.

A voice turns text into a stream of `Speech`, about one sentence a piece, and gives out the first
piece before it makes the next. The embedded voices know from their models when each phone sounds;
an engine that only returns sound gets its times from `align`.

Contract of `speak`:
- The words of all pieces, joined by blanks, are the author's text without its tags, split at white space.
- A word that says nothing (a dash, an emoji) keeps its place with zero length.
- Tags (`[smile]`, see `marks`) are not said and are no words; each comes back as a mark with its time, as
  does the end of each paragraph. An engine gets this from `marks.carry`.
- Text in which nothing can be said (empty, only punctuation or emoji) yields no piece at all.
- Pauses after sentences and paragraphs are inside the pieces; pieces abut. The end of the text is the
  end of a paragraph; who cannot wait for its pause looks at the end of the last word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rostra.errors import InputError
from rostra.speech.speech import Speech

RATES = (0.5, 2.0)
PITCHES = (-12.0, 12.0)  # semitones
PAUSES = (0.0, 4.0)


@dataclass(frozen=True)
class Pace:
    """How a text is spoken.

    Args:
        rate: speed, 1 = the voice's own, 0.5..2.
        pitch: semitones up or down from the voice's own, -12..12; the formants stay.
        pauses: factor on the pauses between sentences and paragraphs, 0..4.

    Raises:
        InputError: a value is out of its range.
    """

    rate: float = 1.0
    pitch: float = 0.0
    pauses: float = 1.0

    def __post_init__(self) -> None:
        for field, (low, high) in (("rate", RATES), ("pitch", PITCHES), ("pauses", PAUSES)):
            value = getattr(self, field)
            if not low <= value <= high:
                raise InputError(
                    f"{field} is {value}, outside {low:g}..{high:g}.", "Give a value in the range.", field
                )


NATURAL = Pace()


class Voice(Protocol):
    """Anything that speaks."""

    @property
    def name(self) -> str:
        """The name by which the catalogue knows it, e.g. `heart:fast`."""
        ...

    @property
    def rate(self) -> int:
        """Samples per second of its sound."""
        ...

    def speak(self, text: str, pace: Pace = NATURAL) -> Iterator[Speech]:
        """Speak `text` piece by piece; blocks while a piece is being made.

        Raises:
            EngineError: the engine failed.
            MissingError: this machine lacks something that the engine needs.
        """
        ...
