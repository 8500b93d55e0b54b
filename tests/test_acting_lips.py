"""Lips: the mouth shows what is said, when it is said, however the stream is cut."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.acting import CHANNELS, INDEX, Actor, Manner, Mood, Motion
from rostra.acting.visemes import VISEME_OF
from rostra.speech.speech import SILENCE, Phone, Speech, Word

RATE = 24000
SYMBOLS = [*VISEME_OF, *"AIOQWY", SILENCE, "ǂ", "uː", "tʃ"]


def speech(
    said: str, length: float = 0.08, pauses: tuple[float, float] = (0.3, 0.3), loud: float = 0.3
) -> Speech:
    """A hum that says these symbols, one after the other; vowels are stressed."""
    symbols = [SILENCE, *said, SILENCE]
    lengths = [pauses[0], *[length] * len(said), pauses[1]]
    ends = np.round(np.cumsum(lengths), 6)
    phones = tuple(
        Phone(symbol, float(end - size), float(end), int(symbol in "AIOQWYɑæɛiuʌ"))
        for symbol, size, end in zip(symbols, lengths, ends, strict=True)
    )
    time = np.arange(round(ends[-1] * RATE)) / RATE
    voiced = (time >= pauses[0]) & (time < ends[-1] - pauses[1])
    hum = loud * voiced * np.sign(np.sin(2 * np.pi * 120 * time))
    return Speech(
        (hum * 32767).astype(np.int16), RATE, phones, (Word(said, pauses[0], float(ends[-2])),), said
    )


def split(whole: Speech, at: list[int]) -> list[Speech]:
    """The same speech in pieces, cut before these phones."""
    pieces = []
    for first, last in zip([0, *at], [*at, len(whole.phones)], strict=True):
        phones = whole.phones[first:last]
        start, end = phones[0].start, phones[-1].end
        pcm = whole.pcm[round(start * whole.rate) : round(end * whole.rate)]
        moved = tuple(phone._replace(start=phone.start - start, end=phone.end - start) for phone in phones)
        pieces.append(Speech(pcm, whole.rate, moved, ()))
    return pieces


def act(pieces: list[Speech], actor: Actor | None = None) -> np.ndarray:
    actor = actor or Actor(seed=3)
    motions: list[Motion] = [actor.perform(piece) for piece in pieces]
    return np.concatenate([motion.curves for motion in [*motions, actor.finish()]])


def breathless() -> Actor:
    """One whose lips move for speech alone."""
    return Actor(Manner(breath=0.0), seed=3)


def channel(curves: np.ndarray, name: str) -> np.ndarray:
    return curves[:, INDEX[name]]


def row_of(time: float, fps: float = 25.0) -> int:
    return round(time * fps - 0.5)


@pytest.mark.parametrize("symbol", "mbp")
@pytest.mark.parametrize("length", [0.033, 0.071])
@pytest.mark.parametrize("fps", [12.0, 25.0])
def test_lips_shut_on_the_frame_nearest_to_every_closure(symbol: str, length: float, fps: float) -> None:
    piece = speech(f"ɑ{symbol}ɑ{symbol}i{symbol}u" * 3, length=length)
    curves = act([piece], Actor(seed=3, fps=fps))
    for phone in piece.phones:
        if phone.symbol == symbol:
            row = curves[row_of((phone.start + phone.end) / 2, fps)]
            assert row[INDEX["mouthClose"]] == pytest.approx(row[INDEX["jawOpen"]])
            assert row[INDEX["mouthLowerDownLeft"]] == row[INDEX["mouthUpperUpLeft"]] == 0
            assert row[INDEX["mouthPressLeft"]] > 0.2


def test_lips_are_apart_on_open_vowels_between_closures() -> None:
    piece = speech("mɑmɑmɑ", length=0.12)
    curves = act([piece])
    for phone in piece.phones:
        if phone.symbol == "ɑ":
            row = curves[row_of((phone.start + phone.end) / 2)]
            assert row[INDEX["jawOpen"]] - row[INDEX["mouthClose"]] > 0.2


def test_the_lower_lip_goes_under_the_teeth_for_f_and_v() -> None:
    piece = speech("ɑfɑvi", length=0.12)
    curves = act([piece])
    for phone in piece.phones:
        row = curves[row_of((phone.start + phone.end) / 2)]
        if phone.symbol in "fv":
            assert row[INDEX["mouthRollLower"]] > 0.5
            assert row[INDEX["jawOpen"]] < 0.1
            assert row[INDEX["mouthClose"]] < 0.01
        else:
            assert row[INDEX["mouthRollLower"]] < 0.1


def test_rounding_begins_before_its_sound_and_survives_a_tongue_sound() -> None:
    piece = speech("stu", length=0.09)
    curves = act([piece])
    pucker = channel(curves, "mouthPucker")
    start = piece.phones[3].start
    assert pucker[row_of(start - 0.06)] > 0.03
    assert pucker[row_of(start - 0.01)] > 0.15
    assert pucker[row_of(start + 0.045)] > 0.35


def test_wide_and_round_vowels_look_different() -> None:
    wide, rounded = act([speech("i", length=0.25)]), act([speech("u", length=0.25)])
    row = row_of(0.3 + 0.125)
    assert wide[row, INDEX["mouthSmileLeft"]] > rounded[row, INDEX["mouthSmileLeft"]] + 0.15
    assert rounded[row, INDEX["mouthPucker"]] > wide[row, INDEX["mouthPucker"]] + 0.4


def test_stress_and_loudness_open_the_jaw() -> None:
    calm = act([speech("ʌdʌdʌd" * 4, loud=0.02)])
    loud = act([speech("ʌdʌdʌd" * 4, loud=0.3)])
    assert channel(loud[:30], "jawOpen").max() > 1.1 * channel(calm[:30], "jawOpen").max()


def test_fast_speech_opens_less() -> None:
    fast, slow = act([speech("tɑtɑtɑtɑ", length=0.045)]), act([speech("tɑtɑtɑtɑ", length=0.14)])
    assert channel(fast, "jawOpen").max() < 0.6 * channel(slow, "jawOpen").max()


def test_the_mouth_is_at_rest_before_and_after_speech() -> None:
    curves = act([speech("hɛlO", pauses=(0.5, 0.6))], breathless())
    assert channel(curves, "jawOpen")[[0, 3, -1, -3]].max() < 0.01


@given(st.lists(st.integers(1, 38), max_size=8, unique=True))
@settings(max_examples=25, deadline=None)
def test_cutting_the_stream_elsewhere_gives_the_same_lips(cuts: list[int]) -> None:
    whole = speech("wɛlkəmtəðəpɹEzɛntʃAnbIməbɛɾɜɹvOfsuuSm", length=0.07)
    lips = [i for i, name in enumerate(CHANNELS) if name.startswith(("mouth", "jaw", "tongue"))]
    one, many = act([whole], breathless()), act(split(whole, sorted(cuts)), breathless())
    assert one[:, lips] == pytest.approx(many[:, lips], abs=0.02)


def test_the_stream_lags_at_most_120_milliseconds() -> None:
    actor = Actor()
    heard = rows = 0.0
    for piece in split(speech("ɑtikæpulO" * 4), list(range(1, 38))):
        rows += len(actor.perform(piece))
        heard += piece.duration
        assert heard - (rows + 1) / 25 <= 0.12 + 1e-9
        assert rows / 25 <= heard


@given(
    st.lists(
        st.tuples(st.sampled_from(SYMBOLS), st.floats(0.0, 0.4), st.integers(0, 2)), min_size=0, max_size=40
    ),
    st.sampled_from([24.0, 25.0, 30.0, 29.97, 60.0]),
    st.integers(1, 4),
    st.sampled_from([8000, 22050, 24000]),
)
@settings(max_examples=60, deadline=None)
def test_any_phones_give_finite_rows_in_range_and_the_right_number(
    sounds: list[tuple[str, float, int]], fps: float, repeat: int, rate: int
) -> None:
    ends = np.cumsum([length for _, length, _ in sounds]) if sounds else np.zeros(0)
    phones = tuple(
        Phone(symbol, float(end - length), float(end), stress)
        for (symbol, length, stress), end in zip(sounds, ends, strict=True)
    )
    samples = int(ends[-1] * rate) if sounds else 0
    pcm = np.random.default_rng(samples).integers(-32768, 32767, samples, dtype=np.int16)
    piece = Speech(pcm, rate, phones, (Word("Really?", 0.0, samples / rate),))
    curves = act([piece] * repeat, Actor(fps=fps))
    assert len(curves) == ceil(round(repeat * samples / rate * fps, 6))
    assert np.isfinite(curves).all()
    weights = [i for i, name in enumerate(CHANNELS) if not name.startswith(("head", "gaze", "body"))]
    assert curves[:, weights].min(initial=0) >= 0
    assert curves[:, weights].max(initial=0) <= 1
    assert np.abs(curves).max(initial=0) <= 1


def test_rest_after_speech_and_speech_after_rest_do_not_jump() -> None:
    actor = Actor(seed=5)
    parts = [
        actor.rest(2.0),
        actor.perform(speech("ɑlO", pauses=(0.02, 0.02))),
        actor.rest(1.5, Mood.LISTENING),
    ]
    parts += [actor.perform(speech("Il", pauses=(0.0, 0.02))), actor.rest(1.0, Mood.THINKING)]
    jaw = channel(np.concatenate([part.curves for part in parts]), "jawOpen")
    assert np.abs(np.diff(jaw)).max() < 0.23
    assert jaw.max() > 0.2


def test_an_interrupted_mouth_closes_within_five_frames() -> None:
    actor = Actor(seed=1)
    curves = actor.perform(speech("lɑlɑlɑlɑlɑ", length=0.12)).curves
    cut = int(channel(curves, "jawOpen").argmax()) + 1
    actor.interrupt(cut)
    after = channel(actor.rest(0.6, Mood.LISTENING).curves, "jawOpen")
    assert len(after) == 15
    assert after[0] > 0.4 * curves[cut - 1, INDEX["jawOpen"]]
    assert after[5:].max() < 0.02


def test_energy_zero_still_speaks() -> None:
    curves = act([speech("ɑbɑ", length=0.12)], Actor(Manner(energy=0.0)))
    assert channel(curves, "jawOpen").max() > 0.1
