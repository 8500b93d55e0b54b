"""Manner: people behave differently, each within what is natural; what cannot be is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from babbling import FPS, blinks, channel, rambling
from rostra.acting import INDEX, Actor, Manner, Mood
from rostra.acting.manner import STYLES
from rostra.errors import InputError, UnknownNameError

HEAD = [INDEX[name] for name in ("headYaw", "headPitch", "headRoll")]


def traits(style: str) -> dict[str, float]:
    """What one could measure of somebody who talks for four minutes."""
    rows = rambling(4, Actor(Manner.of({"style": style}), seed=4))
    sight = np.hypot(
        rows[:, INDEX["gazeYaw"]] + rows[:, HEAD[0]], rows[:, INDEX["gazePitch"]] + rows[:, HEAD[1]]
    )
    return {
        "smile": float(channel(rows, "cheekSquintLeft").mean()),
        "nods": float(channel(rows, "headPitch").std()),
        "speed": float(np.abs(np.diff(rows[:, HEAD], axis=0)).sum(axis=1).mean() * FPS),
        "turns": float(channel(rows, "headYaw").std()),
        "tilts": float(channel(rows, "headRoll").std()),
        "brows": float(channel(rows, "browOuterUpLeft").mean()),
        "away": float((sight > np.radians(3)).mean()),
        "blinks": len(blinks(rows)) / (len(rows) / FPS / 60),
    }


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, float]]:
    return {style: traits(style) for style in STYLES}


def test_there_are_at_least_eight_styles_and_all_are_valid() -> None:
    assert len(STYLES) >= 8
    assert Manner.of({"style": "even"}) == Manner()
    for style in STYLES:
        Manner.of({"style": style})


def test_any_two_styles_differ_by_a_third_in_some_trait(measured: dict[str, dict[str, float]]) -> None:
    for one, other in combinations(measured, 2):
        ratios = [
            max(a, b) / max(min(a, b), 1e-3)
            for a, b in zip(measured[one].values(), measured[other].values(), strict=True)
        ]
        assert max(ratios) > 1.33, (one, other)


def test_every_style_is_natural(measured: dict[str, dict[str, float]]) -> None:
    for style, trait in measured.items():
        assert 8 <= trait["blinks"] <= 30, style
        assert 0.005 < trait["away"] < 0.25, style
        assert np.degrees(trait["turns"]) < 4, style
        assert 0.3 < np.degrees(trait["nods"]) < 2.5, style


def test_styles_do_what_they_are_called(measured: dict[str, dict[str, float]]) -> None:
    def order(trait: str, *styles: str) -> bool:
        values = [measured[style][trait] for style in styles]
        return values == sorted(values)

    assert order("speed", "reserved", "calm", "even", "brisk", "lively")
    assert order("smile", "earnest", "even", "warm")
    assert order("away", "confident", "even", "thoughtful")
    assert order("brows", "reserved", "even", "lively")
    assert order("blinks", "confident", "even", "brisk")


def test_a_presenter_may_differ_from_its_style() -> None:
    manner = Manner.of({"style": "warm", "nod": 0.4})
    assert manner.nod == 0.4
    assert manner.smile == STYLES["warm"]["smile"]
    assert manner.breath == 1.0
    assert Manner.of({"smile": 0.2, "blink": 0}).smile == 0.2


def test_an_unknown_habit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="smirk") as caught:
        Manner.of({"style": "warm", "smirk": 0.2})
    assert caught.value.field == "manner.smirk"
    assert "warmth" in caught.value.remedy


@pytest.mark.parametrize("style", ["wram", 3, None])
def test_an_unknown_style_is_refused(style: object) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Manner.of({"style": style})  # type: ignore[dict-item]
    assert caught.value.field == "manner.style"
    if style == "wram":
        assert "warm" in caught.value.remedy


@pytest.mark.parametrize(
    "habits",
    [{"smile": 1}, {"nod": -1}, {"tilt": 2.1}, {"nod": float("nan")}, {"blink": "often"}, {"sway": True}],
)
def test_a_habit_out_of_range_is_refused_with_its_range(habits: dict[str, float]) -> None:
    name = next(iter(habits))
    with pytest.raises(InputError, match=name) as caught:
        Manner.of({"style": "calm", **habits})
    assert caught.value.field == f"manner.{name}"
    assert ("0.4" if name == "smile" else "2") in caught.value.remedy


def test_a_warmer_listener_smiles_more() -> None:
    cool, warm = (
        Actor(Manner(warmth=warmth), seed=2).rest(30, Mood.LISTENING).curves for warmth in (0.2, 1.6)
    )
    assert channel(warm, "mouthSmileLeft").mean() > channel(cool, "mouthSmileLeft").mean() + 0.08
