"""The face: from a model's own morph targets to the channels of our motion.

A model with ARKit's blendshapes gives each channel directly. One with the expressions of VRM (five vowels,
blinks and moods) gets channels made of these: a jaw that opens is mostly "aa", rounding is "ou" and "oh",
spreading "ih" and "ee". `mouthClose` takes back what `jawOpen` opened, so that m, b and p shut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rostra.acting.motion import ARKIT
from rostra.errors import ModelError
from rostra.presenters.model import names
from rostra.presenters.model.scene import Scene, Source, Target
from rostra.presenters.model.vrm import Vrm

Points = NDArray[np.float64]
Shifts = dict[str, Target]  # channel -> vertices, shifts

# What a face needs at least, in ARKit's names and in VRM's.
NEEDED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("jawOpen",), ("aa",)),
    (("mouthPucker", "mouthFunnel"), ("ou", "oh")),
    (("mouthStretchLeft", "mouthSmileLeft"), ("ih", "ee")),
    (("mouthStretchRight", "mouthSmileRight"), ("ih", "ee")),
    (("eyeBlinkLeft",), ("blinkLeft", "blink")),
    (("eyeBlinkRight",), ("blinkRight", "blink")),
)

# Channels of the mouth made of VRM's vowels, fitted to the looks of `acting.visemes`.
VOWELS: Mapping[str, Mapping[str, float]] = {
    "jawOpen": {"aa": 1.6},
    "mouthClose": {"aa": -1.6},
    "mouthFunnel": {"oh": 1.5, "aa": -0.7},
    "mouthPucker": {"ou": 1.1, "aa": -0.1},
    "mouthStretch": {"ih": 1.1},
    "mouthLowerDown": {"ih": 1.2},
    "mouthUpperUp": {"ee": 1.1},
    "mouthRollLower": {"ee": -0.3},
}
PAIRED = ("mouthStretch", "mouthLowerDown", "mouthUpperUp")  # each side of the face has its own

# Channels made of moods: expression to try in turn, gain, and which part of the face it may move.
MOODS: Mapping[str, tuple[tuple[str, ...], float, str]] = {
    "mouthSmile": (("relaxed", "happy"), 0.9, "mouth"),
    "mouthFrown": (("sad", "angry"), 0.8, "mouth"),
    "browInnerUp": (("surprised", "sad"), 0.8, "brows"),
    "browOuterUp": (("surprised",), 0.8, "brows"),
    "browDown": (("angry",), 0.8, "brows"),
}
BLINK = {"eyeBlink": 1.0, "eyeSquint": 0.35, "eyeWide": -0.12}
LOOKS = {"eyeLookUp": "lookUp", "eyeLookDown": "lookDown"}
SIDEWAYS = {
    "eyeLookOutLeft": "lookLeft", "eyeLookInRight": "lookLeft",
    "eyeLookInLeft": "lookRight", "eyeLookOutRight": "lookRight",
}  # fmt: skip


def filter_for(known: Vrm) -> Callable[[str, Source], bool]:
    """Which morph targets are read: those with a name that says something, and those that VRM binds."""
    bound = {(bind.mesh, bind.target) for binds in known.expressions.values() for bind in binds}

    def wanted(name: str, source: Source) -> bool:
        means = names.channel(name) is not None or names.expression(name) is not None
        return means or source[:2] in bound

    return wanted


class Face:
    """The blendshapes of a model, by ARKit's names and by VRM's.

    Args:
        scene: the model.
        known: what VRM says of it.
    """

    def __init__(self, scene: Scene, known: Vrm) -> None:
        self._scene = scene
        self.arkit: Shifts = {}
        self.vrm: Shifts = {}
        for name, sources in scene.named.items():
            parts = [scene.targets[source] for source in sources]
            if (channel := names.channel(name)) is not None:
                self.arkit[channel] = _sum([self.arkit.get(channel), *parts])
            elif (expression := names.expression(name)) is not None:
                self.vrm[expression] = _sum([self.vrm.get(expression), *parts])
        for name, binds in known.expressions.items():
            parts = [
                _scaled(shift, bind.weight)
                for bind in binds
                for (mesh, target, node), shift in scene.targets.items()
                if (mesh, target) == (bind.mesh, bind.target) and bind.node in (None, node)
            ]
            if parts:  # what VRM says wins over the targets' own names
                into = self.arkit if name in ARKIT else self.vrm
                into[name] = _sum(parts)
        self._require()

    def _require(self) -> None:
        missing = [
            f"{' or '.join(ours)} (VRM: {' or '.join(theirs)})"
            for ours, theirs in NEEDED
            if not any(name in self.arkit for name in ours) and not any(name in self.vrm for name in theirs)
        ]
        if missing:
            raise ModelError(
                f"The model lacks blendshapes: {'; '.join(missing)}.",
                "Export it with ARKit's blendshapes or VRM's expressions as morph targets.",
                "blendshapes",
            )

    def opening(self) -> Target:
        """What opens the mouth."""
        return self.arkit["jawOpen"] if "jawOpen" in self.arkit else self.vrm["aa"]

    def blinking(self) -> Target:
        """What closes both eyes."""
        both = [self.arkit.get(name) for name in ("eyeBlinkLeft", "eyeBlinkRight")]
        if not all(both):
            both = [self.vrm.get("blink")]
        if not all(both):
            both = [self.vrm.get(name) for name in ("blinkLeft", "blinkRight")]
        return _sum(both)

    def channels(self, middle: float, eyes: Points, mouth: Points) -> Shifts:
        """Shifts of every channel that the model can show.

        Args:
            middle: x of the face's middle.
            eyes: (3,) between the eyes.
            mouth: (3,) middle of the mouth.
        """
        made = _Made(self._scene.points, middle, eyes, mouth)
        result: Shifts = {}
        result |= self._vowels(made)
        result |= self._moods(made) | self._eyes(made)
        result |= self.arkit
        if "mouthClose" not in result and "jawOpen" in result:
            result["mouthClose"] = _scaled(result["jawOpen"], -1.0)
        return {name: shift for name, shift in result.items() if len(shift[0])}

    def _vowels(self, made: _Made) -> Shifts:
        result: Shifts = {}
        for name, mix in VOWELS.items():
            whole = _sum([_scaled(self.vrm[vowel], gain) for vowel, gain in mix.items() if vowel in self.vrm])
            result |= made.pair(name, whole) if name in PAIRED else {name: whole}
        if "jawOpen" in self.arkit:
            del result["mouthClose"]  # it would take back another jaw
        return result

    def _moods(self, made: _Made) -> Shifts:
        result: Shifts = {}
        for name, (expressions, gain, place) in MOODS.items():
            found = next((self.vrm[mood] for mood in expressions if mood in self.vrm), None)
            if found is None:
                continue
            part = made.within(_scaled(found, gain), place)
            result |= {name: part} if name in ARKIT else made.pair(name, part)
        return result

    def _eyes(self, made: _Made) -> Shifts:
        result: Shifts = {}
        for side in ("Left", "Right"):
            own, both = self.vrm.get(f"blink{side}"), self.vrm.get("blink")
            blink = own or (made.pair("b", both)[f"b{side}"] if both is not None else None)
            blink = self.arkit.get(f"eyeBlink{side}", blink)
            if blink is not None:
                result |= {f"{name}{side}": _scaled(blink, gain) for name, gain in BLINK.items()}
        for name, look in LOOKS.items():
            if look in self.vrm:
                result |= made.pair(name, self.vrm[look])
        for name, look in SIDEWAYS.items():
            if look in self.vrm:
                side = "Left" if name.endswith("Left") else "Right"
                result[name] = made.pair("x", self.vrm[look])[f"x{side}"]
        return result


class _Made:
    """Cuts shifts to a part of the face."""

    def __init__(self, points: Points, middle: float, eyes: Points, mouth: Points) -> None:
        self._points, self._middle = points, middle
        self._height = float(eyes[1] - mouth[1])
        self._eyes = float(eyes[1])

    def pair(self, name: str, shift: Target) -> Shifts:
        """A shift, cut softly into the person's left and right."""
        vertices, moves = shift
        x = (self._points[vertices, 0] - self._middle) / (0.15 * self._height)
        left = np.clip(0.5 + 0.5 * x, 0, 1)[:, None]
        return {f"{name}Left": (vertices, moves * left), f"{name}Right": (vertices, moves * (1 - left))}

    def within(self, shift: Target, place: str) -> Target:
        """A shift, kept only at the mouth or at the brows."""
        vertices, moves = shift
        rise = (self._points[vertices, 1] - self._eyes) / self._height
        share = (
            np.clip((rise - 0.12) / 0.15, 0, 1) if place == "brows" else np.clip((-0.35 - rise) / 0.2, 0, 1)
        )
        return vertices, moves * share[:, None]


def _sum(parts: Sequence[Target | None]) -> Target:
    there = [part for part in parts if part is not None]
    if not there:
        return np.zeros(0, np.int64), np.zeros((0, 3))
    if len(there) == 1:
        return there[0]
    vertices, place = np.unique(np.concatenate([part[0] for part in there]), return_inverse=True)
    total = np.zeros((len(vertices), 3))
    np.add.at(total, place, np.concatenate([part[1] for part in there]))
    return vertices, total


def _scaled(shift: Target, gain: float) -> Target:
    return shift[0], shift[1] * gain


def summed(points: Points, shifts: Mapping[str, Target], weights: Mapping[str, float]) -> Points:
    """(n, 3) points in an expression."""
    result = points.copy()
    for name, weight in weights.items():
        if weight and name in shifts:
            vertices, moves = shifts[name]
            result[vertices] += weight * moves
    return result
