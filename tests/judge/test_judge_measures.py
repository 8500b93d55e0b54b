"""The judge's measures, on movements whose faults are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from judge import captions, lips, listen, verdict
from judge.align import guess
from judge.eyes import blinks
from judge.truth import Phone, Truth, Word, load
from judge.watch import EYE_CORNERS, INNER_LIPS, MOUTH_CORNERS, OUTER_EYE_CORNERS, Sight, measure

FPS = 25
SECONDS = 30.0
SYMBOLS = "m ɑ p i s u b æ t w I n f o k ɪ d A m W z u l ɛ".split()  # noqa: SIM905
WIDTHS = {**dict.fromkeys(lips.ROUND, 0.50), **dict.fromkeys(lips.WIDE, 0.66)}


def phones() -> tuple[Phone, ...]:
    """Syllables of an even 90 ms a sound, with pauses."""
    said = [Phone("sil", 0.0, 0.5)]
    while said[-1].end < SECONDS - 1:
        symbol = SYMBOLS[len(said) * 7 % len(SYMBOLS)] if len(said) % 40 else "sil"
        said.append(Phone(symbol, said[-1].end, said[-1].end + (0.09 if symbol != "sil" else 0.5), 1))
    return (*said, Phone("sil", said[-1].end, SECONDS))


def sight(late: float = 0.0) -> Sight:
    """Somebody who says `phones` as phonetics expects, blinks every 4 s and moves a little."""
    times = (np.arange(int(SECONDS * FPS)) + 0.5) / FPS
    gap = 0.11 * lips.reference(phones(), times - late)
    for phone in phones():
        if phone.symbol in lips.SHUT:
            gap[np.abs(times - late - phone.middle) <= 0.021] = 0.001
    shown = [next((p.symbol for p in phones() if p.start <= t < p.end), "sil") for t in times - late]
    width = np.array([WIDTHS.get(symbol, 0.6) for symbol in shown])
    eyes = np.full((len(times), 2), 0.3)
    eyes[np.abs((times % 4.0) - 2.0) < 0.09] = 0.08
    head = 0.02 * np.sin(times[:, None] * [0.9, 1.3, 0.7])
    still = np.ones(len(times))
    return Sight(times, still > 0, gap, width, still * 0, eyes, head, np.column_stack([still, still]), still)


def truth() -> Truth:
    return Truth("", phones(), ())


def sound() -> np.ndarray:
    """Noise that is loud in vowels, and as loud in m: loudness alone does not tell when lips meet."""
    rng = np.random.default_rng(1)
    times = np.arange(int(SECONDS * listen.RATE)) / listen.RATE
    level = np.zeros(len(times))
    for phone in phones():
        inside = slice(int(phone.start * listen.RATE), int(phone.end * listen.RATE))
        level[inside] = 0.0 if phone.symbol == "sil" else 0.3 if phone.symbol in lips.VOWELS + "mnlw" else 0.1
    return level * rng.uniform(-1, 1, len(times))


def judged(seen: Sight) -> set[str]:
    """The names of the measures that fail."""
    return {sentence.split()[0] for sentence in verdict.failures(verdict.seen(seen, truth(), sound()))}


def test_a_mouth_that_speaks_as_phonetics_expects_passes() -> None:
    assert judged(sight()) == set()


@pytest.mark.parametrize("seconds", [-0.2, -0.12, 0.08, 0.12, 0.2])
def test_the_lag_is_told_to_a_hundredth_of_a_second(seconds: float) -> None:
    seen = sight(seconds)
    assert lips.lag(seen.gap, seen.times, phones()).seconds == pytest.approx(seconds, abs=0.011)
    assert {"lips.lag", "lips.lag_kept"} <= judged(seen)


def test_a_lag_of_a_few_seconds_only_is_noticed() -> None:
    on_time, late = sight(), sight(0.16)
    middle = (on_time.times > 10) & (on_time.times < 18)
    assert "lips.lag_kept" in judged(replace(on_time, gap=np.where(middle, late.gap, on_time.gap)))


def test_lips_that_stay_apart_in_m_b_p_fail() -> None:
    seen = sight()
    gap = seen.gap.copy()
    for phone in phones():
        if phone.symbol == "p":
            near = np.abs(seen.times - phone.middle) <= 0.1
            gap[near] = np.maximum(gap[near], 0.03)
    assert judged(replace(seen, gap=gap)) == {"lips.shut"}


def test_a_mouth_without_width_fails() -> None:
    seen = sight()
    assert judged(replace(seen, width=np.full_like(seen.width, 0.6))) == {"lips.wide_round"}


def test_a_still_mouth_fails() -> None:
    seen = sight()
    failed = judged(replace(seen, gap=np.full_like(seen.gap, 0.02)))
    assert {"lips.range", "lips.fit", "lips.speed", "lips.open_close"} <= failed


def test_a_mouth_that_follows_loudness_fails() -> None:
    seen = sight()
    failed = judged(replace(seen, gap=0.5 * lips.loudness(sound(), listen.RATE, seen.times)))
    assert {"lips.shut", "lips.loudness", "lips.beyond_loudness"} <= failed


def test_a_trembling_mouth_fails() -> None:
    seen = sight()
    shake = np.where(np.arange(len(seen.gap)) % 2, 0.5, 1.0)
    assert "lips.tremor" in judged(replace(seen, gap=seen.gap * shake))


def test_a_frame_without_a_face_fails_and_does_not_spoil_the_rest() -> None:
    seen = sight()
    holes = np.arange(len(seen.gap)) % 100 == 50
    gap = np.where(holes, np.nan, seen.gap)
    eyes = np.where(holes[:, None], np.nan, seen.eyes)
    assert judged(replace(seen, gap=gap, eyes=eyes, found=~holes)) == {"face.found"}


@pytest.mark.parametrize(("every", "fails"), [(4.0, False), (1.5, True), (20.0, True)])
def test_blinks_are_counted(every: float, fails: bool) -> None:
    seen = sight()
    eyes = np.full_like(seen.eyes, 0.3)
    eyes[np.abs((seen.times % every) - every / 2) < 0.09] = 0.08
    assert len(blinks(eyes, seen.times)) == pytest.approx(SECONDS / every, abs=1)
    assert ("eyes.blinks" in judged(replace(seen, eyes=eyes))) is fails


def test_narrowed_eyes_are_no_blink() -> None:
    seen = sight()
    eyes = np.full_like(seen.eyes, 0.3)
    eyes[100:140] = 0.2
    assert blinks(eyes, seen.times) == []


def test_words_agree_however_they_are_spelled() -> None:
    written = "It's twenty-one past 7, schoolboys: 1,250 “well-known” ones!"
    heard = "its 21 past seven school boys 1250 well known ones"
    assert listen.compare(written.split(), heard.split()).errors == 0


def test_wrong_missing_and_extra_words_count() -> None:
    written = "one two three four"
    heard = "one too three"
    assert listen.compare(written.split(), heard.split()).errors == pytest.approx(0.5)


def test_captions_must_say_the_words_on_time(tmp_path: Path) -> None:
    vtt = tmp_path / "a.vtt"
    first = "00:01.000 --> 00:02.000\nHello,\nyou &amp; me.\n"
    vtt.write_text(f"WEBVTT\n\n{first}\n00:03.000 --> 00:04.000\n<i>Bye</i>\n")
    cues = captions.read(vtt)
    starts = {"Hello,": 1.0, "you": 1.2, "&": 1.4, "me.": 1.6, "Bye": 3.0}
    on_time = np.array(list(starts.values()))
    assert verdict.captioned(cues, list(starts), on_time) == {"captions.kept": 1.0}
    assert verdict.captioned(cues, list(starts), on_time + np.array([0, 0, 0, 0, 0.1])) == {
        "captions.kept": 0.5
    }
    assert verdict.captioned(cues[:1], list(starts), on_time) == {"captions.kept": 0.0}


@pytest.mark.parametrize(("word", "sounds"), [("rostra", "R AA S T R AE"), ("shrimps", "SH R IH M P S")])
def test_names_are_sounded_out(word: str, sounds: str) -> None:
    assert guess(word) == sounds


def test_truth_survives_its_file(tmp_path: Path) -> None:
    said = Truth("Hi.", phones()[:3], (Word("Hi.", 0.5, 0.9),))
    said.save(tmp_path / "a.json")
    assert load(tmp_path / "a.json") == said


@pytest.mark.parametrize("size", [80.0, 400.0])
@pytest.mark.parametrize("roll", [-0.3, 0.0, 0.2])
def test_lengths_do_not_depend_on_size_or_tilt(size: float, roll: float) -> None:
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (468, 3))
    points[list(OUTER_EYE_CORNERS), :2] = [(-0.5, -0.4), (0.5, -0.4)]
    points[list(MOUTH_CORNERS), :2] = [(-0.3, 0.4), (0.3, 0.4)]
    for upper, lower in INNER_LIPS:
        points[upper, :2], points[lower, :2] = (0, 0.36), (0, 0.44)
    for ends in EYE_CORNERS:
        points[ends[0], 2] = points[ends[1], 2] = 0
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    points[:, :2] = points[:, :2] @ turn * size + 500
    seen = measure(points, 1000)
    assert seen["gap"] == pytest.approx(0.08)
    assert seen["width"] == pytest.approx(0.6)
    assert seen["lift"] == pytest.approx(0.0, abs=1e-9)
    assert seen["unit"] == pytest.approx(size)
