"""Visemes: what each sound of speech looks like.

A viseme is the look of a phone: weights of the ARKit mouth shapes, and how hard it insists on them.
Insistence (dominance) differs by part: /t/ wants its tongue but leaves the lips to its neighbours,
/w/ wants rounded lips but leaves the jaw. Weights are those of a clear, stressed sound of a
presenter who talks to one person across a table; real speech seldom reaches them.

Paired shapes (mouthSmile, mouthStretch, mouthUpperUp …) are given without a side.

Source: Cohen & Massaro 1993 (dominance); ARKit blendshape names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from rostra.acting.track import Curve

GROUPS = {
    "jaw": ("jawOpen", "jawForward"),
    "round": ("mouthFunnel", "mouthPucker", "mouthStretch", "mouthSmile", "mouthDimple"),
    "lips": (
        "mouthUpperUp",
        "mouthLowerDown",
        "mouthRollLower",
        "mouthRollUpper",
        "mouthPress",
        "mouthShrugLower",
        "cheekPuff",
    ),
    "tongue": ("tongueUp", "tongueOut"),
}  # what moves together, and is fought over by neighbours
SHAPES = tuple(name for names in GROUPS.values() for name in names)
COLUMN = {name: position for position, name in enumerate(SHAPES)}
SPAN = {}  # group -> its columns
for _group, _names in GROUPS.items():
    SPAN[_group] = slice(COLUMN[_names[0]], COLUMN[_names[0]] + len(_names))


class Pull(NamedTuple):
    """How hard a viseme insists, part by part; 1 is a plain vowel."""

    jaw: float
    round: float
    lips: float
    tongue: float


@dataclass(frozen=True)
class Viseme:
    """The look of a phone.

    Args:
        pull: dominance of each group.
        shapes: weights, 0..1, of `SHAPES`; what is missing is 0.
        vowel: its jaw grows and shrinks with stress, loudness and time.
        seal: "lips" shut completely (m b p), "teeth" the lower lip under the upper teeth (f v).
        early: its rounding begins well before the sound.
    """

    pull: Pull
    shapes: dict[str, float] = field(default_factory=dict)
    vowel: bool = False
    seal: str = ""
    early: bool = False

    @property
    def weights(self) -> Curve:
        """(len(SHAPES),)"""
        row = np.zeros(len(SHAPES))
        for name, weight in self.shapes.items():
            row[COLUMN[name]] = weight
        return row


_SHORT = {
    "jaw": "jawOpen", "forward": "jawForward", "funnel": "mouthFunnel", "pucker": "mouthPucker",
    "wide": "mouthStretch", "smile": "mouthSmile", "dimple": "mouthDimple", "up": "mouthUpperUp",
    "down": "mouthLowerDown", "tuck": "mouthRollLower", "fold": "mouthRollUpper", "press": "mouthPress",
    "chin": "mouthShrugLower", "puff": "cheekPuff", "tip": "tongueUp", "out": "tongueOut",
}  # how the table below calls the shapes  # fmt: skip


def _look(
    pull: tuple[float, float, float, float], vowel: bool = False, seal: str = "", **short: float
) -> Viseme:
    early = short.get("funnel", 0.0) + short.get("pucker", 0.0) > 0.3
    return Viseme(Pull(*pull), {_SHORT[name]: weight for name, weight in short.items()}, vowel, seal, early)


_vowel = partial(_look, vowel=True)

VISEMES: dict[str, Viseme] = {
    # pauses
    "rest": _look((0.8, 0.5, 0.8, 0.5)),
    "breath": _look((0.6, 0.4, 0.6, 0.4), jaw=0.035, down=0.03),
    # vowels, from open to close
    "AA": _vowel((1.0, 0.6, 0.6, 0.5), jaw=0.46, down=0.07, up=0.10),
    "AE": _vowel((1.0, 0.8, 0.6, 0.5), jaw=0.41, wide=0.13, smile=0.08, down=0.11, up=0.18),
    "AO": _vowel((1.0, 1.0, 0.6, 0.5), jaw=0.37, funnel=0.36, pucker=0.14),
    "AH": _vowel((0.8, 0.4, 0.6, 0.4), jaw=0.31, down=0.07, up=0.08),
    "EH": _vowel((1.0, 0.8, 0.6, 0.5), jaw=0.30, wide=0.12, smile=0.10, down=0.13, up=0.16),
    "AX": _vowel((0.5, 0.2, 0.4, 0.3), jaw=0.16, down=0.06, up=0.06),
    "ER": _vowel((0.8, 1.0, 0.5, 0.5), jaw=0.17, funnel=0.30, pucker=0.20, tip=0.2),
    "IH": _vowel((0.8, 0.7, 0.6, 0.5), jaw=0.18, wide=0.12, smile=0.12, down=0.16, up=0.13),
    "IY": _vowel((1.0, 1.0, 0.8, 0.5), jaw=0.12, wide=0.17, smile=0.24, dimple=0.10, down=0.22, up=0.18),
    "OW": _vowel((1.0, 1.3, 0.6, 0.5), jaw=0.25, funnel=0.44, pucker=0.36),
    "OE": _vowel((1.0, 1.2, 0.6, 0.5), jaw=0.19, funnel=0.38, pucker=0.38),
    "UH": _vowel((0.8, 1.1, 0.6, 0.5), jaw=0.17, funnel=0.30, pucker=0.34),
    "UW": _vowel((1.0, 1.5, 0.7, 0.5), jaw=0.11, funnel=0.30, pucker=0.68),
    # consonants, from the lips to the throat
    "M": _look((1.0, 0.15, 2.0, 0.3), seal="lips", jaw=0.06, press=0.26, tuck=0.08, fold=0.08),
    "B": _look((1.0, 0.15, 2.0, 0.3), seal="lips", jaw=0.06, press=0.36, tuck=0.12, fold=0.10, puff=0.07),
    "W": _look((1.5, 2.2, 1.2, 0.5), jaw=0.06, funnel=0.14, pucker=0.84),
    "F": _look((2.0, 0.25, 3.0, 0.3), seal="teeth", jaw=0.03, tuck=0.80, chin=0.25, up=0.24),
    "TH": _look((1.2, 0.2, 0.8, 2.0), jaw=0.11, down=0.14, up=0.12, out=0.40, tip=0.2),
    "T": _look((1.1, 0.15, 0.5, 1.5), jaw=0.09, down=0.15, up=0.10, tip=0.65),
    "L": _look((0.7, 0.15, 0.5, 1.5), jaw=0.15, down=0.11, up=0.09, tip=0.90),
    "S": _look((2.0, 0.3, 0.9, 1.0), jaw=0.03, wide=0.10, smile=0.06, down=0.27, up=0.20, tip=0.3),
    "SH": _look(
        (1.8, 1.4, 0.8, 0.7), jaw=0.05, forward=0.16, funnel=0.50, pucker=0.24, down=0.12, up=0.12, tip=0.3
    ),
    "R": _look((0.6, 0.9, 0.4, 0.6), jaw=0.11, funnel=0.28, pucker=0.28, tip=0.25),
    "Y": _look((0.8, 0.8, 0.6, 0.5), jaw=0.10, wide=0.14, smile=0.16, down=0.16, up=0.10),
    "K": _look((0.5, 0.1, 0.3, 0.4), jaw=0.14, down=0.08, up=0.06),
    "H": _look((0.2, 0.05, 0.2, 0.2), jaw=0.16),
}

_PHONES = {
    "AA": "ɑɐaä", "AE": "æ", "AO": "ɔɒ", "AH": "ʌ", "EH": "ɛe", "AX": "əᵊᵻɨɘɯɤ", "ER": "ɜɝɚ", "IH": "ɪ",
    "IY": "i", "OW": "oɵ", "OE": "øœyʏɞ", "UH": "ʊ", "UW": "uʉ",
    "M": "mɱ", "B": "bpβɸ", "W": "wʍɥ", "F": "fvʋ", "TH": "θð", "T": "tdnTɾʈɖɳ", "L": "lɫɭʎ", "S": "szʦʣɕʑ",
    "SH": "ʃʒʧʤʂʐ", "R": "ɹɻr", "Y": "jɲ", "K": "kɡgŋxɣcɟqχʁʀçɴ", "H": "hɦʔħ",
}  # fmt: skip
VISEME_OF = {phone: name for name, phones in _PHONES.items() for phone in phones}

DIPHTHONGS = {
    "A": ("EH", "IY", 0.5),
    "I": ("AA", "IY", 0.55),
    "O": ("OW", "UW", 0.6),
    "Q": ("AX", "UW", 0.45),
    "W": ("AA", "UW", 0.55),
    "Y": ("AO", "IY", 0.55),
}  # symbol -> first look, second look, where in the sound they change


@cache
def viseme_of(symbol: str) -> str:
    """The viseme of an IPA symbol; long and modified ones go by their letter, unknown ones are neutral."""
    return next((VISEME_OF[letter] for letter in symbol if letter in VISEME_OF), "AX")
