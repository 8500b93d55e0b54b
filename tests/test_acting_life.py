"""Life: what a face, head and body do besides speaking."""

from __future__ import annotations

import numpy as np
import pytest

from babbling import FPS, RATE, blinks, channel, sentence, talk
from rostra.acting import CHANNELS, INDEX, Actor, Calibration, Manner, Mood
from rostra.acting.noise import noise
from rostra.acting.prosody import hear, pitches
from rostra.acting.track import Track
from rostra.errors import InputError
from rostra.speech.speech import Phone

HEAD = ("headYaw", "headPitch", "headRoll")


@pytest.fixture(scope="module")
def talked() -> np.ndarray:
    return talk(6, Actor(seed=4))


@pytest.fixture(scope="module")
def idled() -> np.ndarray:
    return Actor(seed=4).rest(600).curves


def test_talkers_blink_8_to_25_times_a_minute(talked: np.ndarray) -> None:
    rate = len(blinks(talked)) / (len(talked) / FPS / 60)
    assert 8 <= rate <= 25
    gaps = np.diff(blinks(talked)) / FPS
    assert gaps.max() < 12
    assert gaps.std() > 0.8


def test_idle_faces_blink_too_and_never_in_step(idled: np.ndarray) -> None:
    assert 8 <= len(blinks(idled)) / 10 <= 25
    assert set(blinks(idled)) != set(blinks(Actor(seed=5).rest(600).curves))


def test_every_blink_shuts_fast_and_opens_slowly(idled: np.ndarray) -> None:
    lids = channel(idled, "eyeBlinkLeft")
    for row in blinks(idled)[:-1]:
        closing = sum(lids[row - 4 : row] > 0.02)
        opening = sum((lids[row : row + 7] > 0.02) & (lids[row : row + 7] < 0.999))
        assert 1 <= closing <= 3
        assert 2 <= opening <= 5


def test_blinks_prefer_pauses() -> None:
    actor = Actor(seed=9)
    pieces = [sentence(seed) for seed in range(60)]
    rows = np.concatenate([actor.perform(piece).curves for piece in pieces])
    ends = np.cumsum([piece.duration for piece in pieces]) - 0.5
    near = [np.min(np.abs(ends + 0.15 - row / FPS)) < 0.3 for row in blinks(rows)]
    chance = 0.6 * len(pieces) / ends[-1]
    assert np.mean(near) > 2 * chance


def test_the_gaze_returns_to_the_viewer(talked: np.ndarray) -> None:
    sight = channel(talked, "gazeYaw") + channel(talked, "headYaw")
    down = channel(talked, "gazePitch") + channel(talked, "headPitch")
    away = np.hypot(sight, down) > np.radians(3)
    assert 0.01 < away.mean() < 0.2
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[False], away, [False]]).astype(int))))[::2]
    assert runs.max() / FPS < 2
    assert np.degrees(np.hypot(sight, down).max()) < 16


def test_the_eyes_stay_on_the_viewer_while_the_head_turns(talked: np.ndarray) -> None:
    sight = channel(talked, "gazeYaw") + channel(talked, "headYaw")
    assert np.median(np.abs(sight)) < 0.4 * np.median(np.abs(channel(talked, "headYaw")))


def test_the_eyes_are_never_still_for_long(idled: np.ndarray) -> None:
    sight = channel(idled, "gazeYaw") + channel(idled, "headYaw")
    moved = np.flatnonzero(np.abs(np.diff(sight)) > 5e-4)
    assert np.diff(moved).max() / FPS < 3


def test_look_channels_and_gaze_agree(talked: np.ndarray) -> None:
    yaw, pitch = channel(talked, "gazeYaw"), channel(talked, "gazePitch")
    assert np.all((channel(talked, "eyeLookOutLeft") > 0) == (yaw > 0))
    assert np.all((channel(talked, "eyeLookInRight") > 0) == (yaw > 0))
    assert np.all((channel(talked, "eyeLookDownLeft") > 0) == (pitch > 0))


def test_the_head_stays_in_range_and_does_not_drift(talked: np.ndarray, idled: np.ndarray) -> None:
    for name, most in zip(HEAD, (0.12, 0.08, 0.05), strict=True):
        for rows in (talked, idled):
            angle = channel(rows, name)
            assert np.abs(angle).max() <= most
            assert abs(angle[:3000].mean() - angle[-3000:].mean()) < 0.03
        assert channel(talked, name).std() > 0.004


def test_idling_never_loops(idled: np.ndarray) -> None:
    window = 100
    for name in (*HEAD, "gazeYaw"):
        value = channel(idled, name).astype(float)
        pieces = np.lib.stride_tricks.sliding_window_view(value, window)[::25]
        apart = np.abs(pieces[:, None, ::10] - pieces[None, ::1, ::10]).max(axis=2)
        rows, others = np.triu_indices(len(pieces), 8)
        assert apart[rows, others].min() > 1e-4


def test_nods_fall_on_stressed_words() -> None:
    strong, weak = Actor(Manner(nod=1.5), seed=2), Actor(Manner(nod=0.0), seed=2)
    pieces = [sentence(seed, every=18) for seed in range(8)]
    nods = np.concatenate([strong.perform(piece).curves for piece in pieces])
    none = np.concatenate([weak.perform(piece).curves for piece in pieces])
    beat = channel(nods, "headPitch") - channel(none, "headPitch")
    assert beat.max() > 0.02
    starts = np.cumsum([0, *[piece.duration for piece in pieces]])
    peaks = np.flatnonzero((beat[1:-1] > beat[:-2]) & (beat[1:-1] >= beat[2:]) & (beat[1:-1] > 0.01)) + 1
    vowels = [
        start + phone.start
        for start, piece in zip(starts, pieces, strict=False)
        for phone in piece.phones
        if phone.stress
    ]
    off = [min(abs((peak + 0.5) / FPS - vowel) for vowel in vowels) for peak in peaks]
    assert np.median(off) < 0.12  # the others are more than a second away


def test_questions_raise_brows_and_tilt_the_head() -> None:
    asked, told = Actor(seed=6), Actor(seed=6)
    question = asked.perform(sentence(1, question=True)).curves
    statement = told.perform(sentence(1)).curves
    tail = slice(-18, -5)
    assert channel(question, "browInnerUp")[tail].max() > channel(statement, "browInnerUp")[tail].max() + 0.2
    assert np.abs(channel(question, "headRoll") - channel(statement, "headRoll"))[tail].max() > 0.01


def test_a_greeting_comes_with_a_smile() -> None:
    warm = Actor(seed=6).perform(sentence(1, first="Hello,")).curves
    plain = Actor(seed=6).perform(sentence(1)).curves
    assert channel(warm, "mouthSmileLeft")[5:30].mean() > channel(plain, "mouthSmileLeft")[5:30].mean() + 0.08
    assert channel(warm, "cheekSquintLeft").max() > channel(plain, "cheekSquintLeft").max()


def test_breath_goes_in_before_a_sentence_and_out_while_it_lasts() -> None:
    breath = channel(Actor(seed=1).perform(sentence(2)).curves, "breath")
    assert breath[8:16].max() > 0.5
    assert breath[-1] < breath.max() - 0.2


def test_resting_people_breathe_about_14_times_a_minute(idled: np.ndarray) -> None:
    breath = channel(idled, "breath")
    peaks = (breath[1:-1] > breath[:-2]) & (breath[1:-1] >= breath[2:]) & (breath[1:-1] > 0.3)
    assert 11 <= peaks.sum() / 10 <= 17


def test_moods_look_different_and_follow_without_a_jump() -> None:
    actor = Actor(seed=3)
    moods = (Mood.IDLE, Mood.LISTENING, Mood.THINKING, Mood.SPEAKING, Mood.IDLE)
    parts = [actor.rest(6, mood).curves for mood in moods]
    assert channel(parts[1], "browInnerUp")[50:].mean() > channel(parts[0], "browInnerUp").mean() + 0.1
    assert channel(parts[2], "browDownLeft")[50:].mean() > 0.1
    smooth = [
        place
        for place, name in enumerate(CHANNELS)
        if not name.startswith(("eye", "gaze", "mouthPress", "breath"))
    ]
    assert np.abs(np.diff(np.concatenate(parts)[:, smooth], axis=0)).max() < 0.1


def test_thinking_eyes_go_up_and_aside() -> None:
    rows = Actor(seed=3).rest(20, Mood.THINKING).curves
    up = channel(rows, "gazePitch") + channel(rows, "headPitch")
    assert (up < -0.03).mean() > 0.4


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    first, second, other = (talk(0.2, Actor(seed=seed)) for seed in (7, 7, 8))
    assert np.array_equal(first, second)
    assert not np.allclose(first, other)


def test_rest_in_small_steps_is_the_same_as_in_one(idled: np.ndarray) -> None:
    actor = Actor(seed=4)
    rows = np.concatenate([actor.rest(0.04).curves for _ in range(250)])
    assert len(rows) == 250
    assert rows == pytest.approx(idled[:250], abs=1e-5)


def test_an_interruption_takes_back_what_was_not_shown() -> None:
    actor, calm = Actor(seed=2), Actor(seed=2)
    given = actor.perform(sentence(3)).curves
    calm.perform(sentence(3))
    actor.interrupt(40)
    assert actor.rows == 40
    after = actor.rest(2.0, Mood.LISTENING).curves
    assert len(after) == 50
    assert channel(after, "browInnerUp")[30:].mean() > 0.1  # it listens now
    assert np.abs(after[0] - given[39])[[INDEX[name] for name in HEAD]].max() < 0.02
    with pytest.raises(InputError):
        actor.interrupt(1000)


def test_everything_can_be_taken_back() -> None:
    actor = Actor(seed=2)
    actor.perform(sentence(3))
    actor.interrupt(0)
    assert actor.rows == 0
    assert len(actor.perform(sentence(4)).curves) + len(actor.finish().curves) == actor.rows


def test_long_idling_stays_alive_and_cheap_in_memory() -> None:
    actor = Actor(seed=1)
    for _ in range(12):
        rows = actor.rest(60.0).curves
    assert channel(rows, "headYaw").std() > 0.003
    assert len(actor._past) <= 2 * 60 * FPS + 1500
    assert sum(len(track._steps) for part in actor._parts for track in part.tracks) < 3000


def test_steps_of_a_track_add_up_and_can_be_taken_back() -> None:
    track = Track(1.0)
    track.move(1.0, 0.5, 2.0)
    track.pulse(3.0, 0.2, 0.1, 0.2, 5.0)
    times = np.array([0.0, 1.25, 2.0, 3.25, 5.0])
    assert track.at(times) == pytest.approx([1, 1.5, 2, 7, 2])
    track.forget(2.0)
    track.cut(3.0)
    assert track.at(times[2:]) == pytest.approx([2, 2, 2])


def test_a_step_that_comes_too_late_begins_at_once() -> None:
    track = Track()
    track.at(np.array([4.0]))
    track.move(3.0, 2.0, 1.0)
    assert track.at(np.array([4.0, 5.0, 6.0])) == pytest.approx([0, 0.5, 1])


def test_noise_is_smooth_even_and_endless() -> None:
    times = np.arange(0, 4000, 0.04)
    values = noise(times, [2.0, 2.0], [1, 2])
    assert np.abs(values).max() < 2.7
    assert values.std(axis=1) == pytest.approx([1, 1], abs=0.08)
    assert np.abs(np.diff(values)).max() < 0.1
    assert abs(np.corrcoef(values)[0, 1]) < 0.1


@pytest.mark.parametrize("tone", [90.0, 140.0, 220.0, 330.0])
def test_pitch_is_found(tone: float) -> None:
    time = np.arange(RATE) / RATE
    wave = sum(np.sin(2 * np.pi * tone * n * time) / n for n in range(1, 8))
    found = pitches((wave * 6000).astype(np.int16), RATE, [Phone("ɑ", 0.2, 0.4, 1)])
    assert found[0] == pytest.approx(tone, rel=0.04)


def test_noise_and_silence_have_no_pitch() -> None:
    rng = np.random.default_rng(0)
    for sound in (np.zeros(RATE), rng.normal(0, 3000, RATE)):
        assert pitches(sound.astype(np.int16), RATE, [Phone("ɑ", 0.2, 0.4, 1)])[0] == 0


def test_a_voice_is_learnt_from_what_it_says() -> None:
    voice = Calibration.of([sentence(seed) for seed in range(4)])
    assert 110 < voice.pitch < 220
    assert 0.15 < voice.loudness < 0.25
    _, again = hear(sentence(9), voice)
    assert again.loudness == pytest.approx(voice.loudness, rel=0.2)


def test_no_blinks_means_none() -> None:
    assert len(blinks(Actor(Manner(blink=0)).rest(60).curves)) == 0


@pytest.mark.parametrize("fps", [0.0, 5.0, float("nan"), 500.0])
def test_impossible_frame_rates_are_refused(fps: float) -> None:
    with pytest.raises(InputError):
        Actor(fps=fps)


@pytest.mark.parametrize("seconds", [-1.0, float("inf")])
def test_impossible_rests_are_refused(seconds: float) -> None:
    with pytest.raises(InputError):
        Actor().rest(seconds)
