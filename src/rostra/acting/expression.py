"""Expressions: looks that the author asks for with a tag, or that the words ask for.

A look is a handful of weights that come on top of everything else a face does; it eases in, holds,
and eases out, and looks that follow one another cross over. A tag holds until the next tag or the end
of the paragraph and goes before what the words ask for.

The weights are those of a presenter in a conversation, not of an actor on a stage. A felt smile takes
half a second to rise, and longer to fade, and lifts the cheeks.

Source: Ekman, Friesen & Hager 2002, FACS (which muscles make which look); Schmidt et al. 2006, Ambadar
et al. 2009 (how fast felt smiles come and go).
"""

from __future__ import annotations

import numpy as np

from rostra.acting.cues import Cues
from rostra.acting.track import Curve, Track
from rostra.acting.wording import GREETING, SOBER

PARTS = (
    "smile",  # added to the mouth's
    "sober",  # share of the presenter's own smile that is gone
    "frown",  # corners of the mouth down
    "inner", "outer", "down",  # brows
    "squint", "wide",  # lids
    "press",  # lips
    "calm",  # share of the head's movement that is gone
    "pitch", "roll",  # rad, of the head
    "lean",  # of the body, towards the viewer
)  # fmt: skip
PART = {name: place for place, name in enumerate(PARTS)}

LOOKS: dict[str, dict[str, float]] = {
    "neutral": {},
    "smile": {"smile": 0.42, "inner": 0.08, "outer": 0.05},
    "happy": {"smile": 0.62, "inner": 0.24, "outer": 0.20, "pitch": -0.010, "calm": -0.25, "lean": 0.10},
    "serious": {
        "sober": 1.0, "frown": 0.24, "down": 0.60, "squint": 0.14, "press": 0.05, "pitch": 0.012,
        "calm": 0.40,
    },
    "sad": {
        "sober": 1.0, "frown": 0.78, "inner": 0.78, "down": 0.16, "pitch": 0.030, "roll": 0.016,
        "calm": 0.55,
    },
    "concerned": {
        "sober": 0.90, "frown": 0.46, "inner": 0.66, "down": 0.42, "pitch": 0.014, "roll": 0.024,
        "calm": 0.25, "lean": 0.25,
    },
    "surprised": {"sober": 0.30, "inner": 0.72, "outer": 0.66, "wide": 0.62, "pitch": -0.022},
    "curious": {"smile": 0.10, "inner": 0.30, "outer": 0.38, "roll": 0.036, "pitch": -0.006, "lean": 0.30},
    "thinking": {
        "sober": 0.60, "down": 0.32, "inner": 0.14, "squint": 0.12, "press": 0.10, "pitch": -0.010,
        "calm": 0.30,
    },
    GREETING: {"smile": 0.40, "inner": 0.16, "outer": 0.12},
    SOBER: {"sober": 1.0, "frown": 0.24, "inner": 0.40, "down": 0.20, "pitch": 0.010, "calm": 0.30},
}  # fmt: skip
_WEIGHTS = {name: np.array([look.get(part, 0.0) for part in PARTS]) for name, look in LOOKS.items()}

BEFORE = 0.22  # s, a look begins before its word
RISE, FALL = 0.55, 0.95  # s
SUDDEN = {"surprised": 0.24}  # s, looks that come faster
FADING = {"surprised": (1.1, 1.4, 0.5)}  # look -> after so many s it sinks, in so many, to this share
LINGER = 0.45  # s, a look outlasts its paragraph
SHORTEST, LONGEST = 0.9, 3.2  # s, what the words ask for
APART = 2.0  # s between two looks that the words ask for


class Expression:
    """The looks of one presenter.

    Args:
        warmth: how strong the smile of a greeting is, 1 on average.
        side: -1 or 1, to which side the head tilts.
    """

    def __init__(self, warmth: float, side: float) -> None:
        self._warmth = warmth
        self._side = side
        self._shares: dict[str, Track] = {}
        self._held: str | None = None
        self._felt = -APART

    @property
    def tracks(self) -> tuple[Track, ...]:
        """How much of each look there is, of those that were ever asked for."""
        return tuple(self._shares.values())

    def hear(self, cues: Cues) -> None:
        """Answer to a piece of speech."""
        asked = [(tag.time, 1, tag.name, tag.time) for tag in cues.tags if tag.name in LOOKS]
        ended = [(time, 2, "", time) for time in cues.ends]
        felt = [(feeling.start, 3, feeling.look, feeling.end) for feeling in cues.feelings]
        for time, kind, look, end in sorted(asked + ended + felt):
            if kind == 1:
                self._hold(look, time - BEFORE)
            elif kind == 2:
                self.release(time + LINGER)
            elif self._held is None:
                self._feel(look, time, end)

    def release(self, time: float) -> None:
        """Let go of the look that is held."""
        if self._held:
            self._share(self._held).move(time, FALL, 0.0)
        self._held = None

    def cut(self, time: float) -> None:
        """Let go of everything."""
        self._felt = min(self._felt, time)
        self._held = None
        for share in self._shares.values():
            share.move(time, FALL, 0.0)

    def at(self, times: Curve) -> Curve:
        """The weights of all parts at these times: (n, len(PARTS))."""
        total = np.zeros((len(times), len(PARTS)))
        for look, share in self._shares.items():
            total += np.clip(share.at(times), 0.0, 1.2)[:, None] * _WEIGHTS[look]
        total[:, PART["roll"]] *= self._side
        return total

    def _share(self, look: str) -> Track:
        return self._shares.setdefault(look, Track())

    def _hold(self, look: str, time: float) -> None:
        if look == self._held:
            return
        rise = SUDDEN.get(look, RISE)
        if self._held:
            self._share(self._held).move(time, rise + 0.1, 0.0)
        self._held = look
        if LOOKS[look]:
            self._share(look).move(time, rise, 1.0)
        if look in FADING:
            after, fall, share = FADING[look]
            self._share(look).move(time + after, fall, share)

    def _feel(self, look: str, start: float, end: float) -> None:
        if start < self._felt:
            return
        hold = min(max(end - start - RISE, SHORTEST), LONGEST)
        height = self._warmth if look == GREETING else 1.0
        self._share(look).pulse(start - BEFORE, RISE, hold, FALL, height)
        self._felt = start + hold + APART
