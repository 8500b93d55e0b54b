"""Names: the many spellings of blendshapes and bones, brought to one.

Tools write `jawOpen`, `JawOpen`, `jaw_open`, `mouthSmile_L` or `MouthSmileLeft`, some with a prefix
(`Face.jawOpen`, `blendShape1.jawOpen`). Vowels come under the names of VRM 1.0 and 0.x, of Oculus' visemes
and of MMD.

Source: Apple ARKit (blendshape names); VRM Consortium, VRMC_vrm-1.0 expressions and humanoid; Meta,
Oculus Lipsync viseme reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rostra.acting.motion import ARKIT

_SIDES = {"l": "left", "r": "right"}

EXPRESSIONS = (
    "aa", "ih", "ou", "ee", "oh", "blink", "blinkLeft", "blinkRight", "happy", "angry", "sad", "relaxed",
    "surprised", "lookUp", "lookDown", "lookLeft", "lookRight",
)  # fmt: skip

# Other names of the expressions of VRM 1.0.
ALIASES = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh",
    "blink_l": "blinkLeft", "blink_r": "blinkRight", "joy": "happy", "sorrow": "sad", "fun": "relaxed",
    "surprise": "surprised",
    "viseme_aa": "aa", "viseme_i": "ih", "viseme_u": "ou", "viseme_e": "ee", "viseme_o": "oh",
    "fcl_mth_a": "aa", "fcl_mth_i": "ih", "fcl_mth_u": "ou", "fcl_mth_e": "ee", "fcl_mth_o": "oh",
    "fcl_eye_close": "blink", "fcl_eye_close_l": "blinkLeft", "fcl_eye_close_r": "blinkRight",
    "fcl_all_joy": "happy", "fcl_all_fun": "relaxed", "fcl_all_angry": "angry", "fcl_all_sorrow": "sad",
    "fcl_all_surprised": "surprised",
    "あ": "aa", "い": "ih", "う": "ou", "え": "ee", "お": "oh", "まばたき": "blink",
    "ウィンク": "blinkLeft", "ウィンク右": "blinkRight", "笑い": "happy",
}  # fmt: skip


def _plain(name: str) -> str:
    """`Face.mouthSmile_L` -> `mouthsmileleft`."""
    last = re.split(r"[.:/|]", name)[-1]
    parts = [part for part in re.split(r"[\s_\-]+|(?<=[a-z])(?=[LR]$)", last) if part]
    if parts and parts[-1].lower() in _SIDES:
        parts[-1] = _SIDES[parts[-1].lower()]
    return "".join(parts).lower()


_ARKIT = {_plain(name): name for name in ARKIT}
_EXPRESSIONS = {name.lower(): name for name in EXPRESSIONS} | {
    name.lower(): to for name, to in ALIASES.items()
}


def channel(name: str) -> str | None:
    """The ARKit channel that a blendshape's name means, or None."""
    plain = _plain(name)
    found = _ARKIT.get(plain)
    if found is None:  # a prefix without a dot, as in `face_jawOpen`
        found = next((to for spelling, to in _ARKIT.items() if plain.endswith(spelling)), None)
    return found


def expression(name: str) -> str | None:
    """The expression of VRM 1.0 that a blendshape's or preset's name means, or None."""
    return _EXPRESSIONS.get(name.strip().lower())


# How rigs call the bones that matter here, as plain endings.
BONES: dict[str, tuple[str, ...]] = {
    "head": ("head",),
    "neck": ("neck", "neck1", "neck01"),
    "jaw": ("jaw",),
    "leftEye": ("lefteye", "eyeleft"),
    "rightEye": ("righteye", "eyeright"),
    "leftUpperArm": ("leftupperarm", "leftarm", "upperarmleft", "armleft"),
    "rightUpperArm": ("rightupperarm", "rightarm", "upperarmright", "armright"),
    "leftLowerArm": ("leftlowerarm", "leftforearm", "lowerarmleft", "forearmleft"),
    "rightLowerArm": ("rightlowerarm", "rightforearm", "lowerarmright", "forearmright"),
}  # fmt: skip


def bones(names: Sequence[str], joints: set[int]) -> dict[str, int]:
    """The bones among nodes, by name.

    Args:
        names: of the nodes.
        joints: the nodes that skins use; others count only where no joint fits.
    """
    found: dict[str, int] = {}
    plain = [re.sub(r"^(mixamorig|bip001|bip01|def|j_bip_c|j_bip_l|j_bip_r)", "", _plain(n)) for n in names]
    for bone, spellings in BONES.items():
        fitting = [n for n, name in enumerate(plain) if name in spellings]
        best = [n for n in fitting if n in joints] or fitting
        if best:
            found[bone] = best[0]
    return found
