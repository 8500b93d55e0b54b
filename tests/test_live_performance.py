"""The performance: what is heard, seen and told, moment by moment, in virtual time."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest

from rostra.acting.actor import Actor
from rostra.acting.manner import Mood
from rostra.acting.motion import INDEX, Motion
from rostra.live.performance import RATE, Event, Moment, Performance, Said
from rostra.live.speaker import ready, trimmed
from rostra.speech.catalogue import voice
from rostra.speech.speech import Speech
from talking import FPS, LOUD, said, speech

STEP = RATE // FPS
JUMP = 0.45  # of a weight from row to row, the most; a plosive opens a mouth within three frames
TURN = 0.06  # rad of the head from row to row, the most
SHUT = 0.06  # of jawOpen
HEAD = [INDEX[name] for name in ("headYaw", "headPitch", "headRoll")]
MOUTH = [INDEX[name] for name in ("jawOpen", "mouthFunnel", "mouthPucker")]


@pytest.fixture
def performance() -> Performance:
    return Performance(Actor(seed=3, fps=FPS), FPS)


def play(performance: Performance, count: int) -> list[Moment]:
    return [performance.next() for _ in range(count)]


def until_silent(performance: Performance, most: int = 3000) -> list[Moment]:
    moments = [performance.next()]
    while performance.speaking and len(moments) < most:
        moments.append(performance.next())
    assert not performance.speaking
    return moments + play(performance, 15)


def heard(moments: list[Moment]) -> np.ndarray:
    return np.concatenate([moment.sound for moment in moments])


def told(moments: list[Moment], *kinds: str) -> list[tuple[int, Event]]:
    return [
        (one.number, event)
        for one in moments
        for event in one.events
        if not kinds or event.kind in kinds
    ]  # fmt: skip


def rows(moments: list[Moment]) -> np.ndarray:
    return np.stack([moment.row for moment in moments])


def smooth(moments: list[Moment]) -> None:
    """No channel jumps from one row to the next."""
    steps = np.abs(np.diff(rows(moments), axis=0))
    lids = [INDEX[name] for name in INDEX if name.startswith(("eyeBlink", "eyeLook", "gaze"))]
    steps[:, lids] = 0  # lids and eyes do jump
    assert steps.max() < JUMP, (np.unravel_index(steps.argmax(), steps.shape), steps.max())
    assert steps[:, HEAD].max() < TURN


def test_moments_are_whole_frames_numbered_without_gaps(performance: Performance):
    performance.say("t", said("one two three"))
    performance.end("t")
    moments = until_silent(performance)
    assert [one.number for one in moments] == [*range(len(moments))]
    assert {one.sound.shape for one in moments} == {(STEP,)}
    assert {one.sound.dtype for one in moments} == {np.dtype(np.int16)}
    assert {one.row.shape for one in moments} == {(len(INDEX),)}


def test_rest_is_silent_and_lives(performance: Performance):
    moments = play(performance, 10 * FPS)
    assert not heard(moments).any()
    assert not told(moments)
    assert rows(moments).std(0).max() > 0.01
    smooth(moments)


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 5, 7, 63])
def test_speech_starts_in_the_very_next_moment(performance: Performance, before: int):
    play(performance, before)
    what = said("Hello there")
    performance.say("t", what)
    performance.end("t")
    moments = until_silent(performance)
    sound = heard(moments)
    assert np.array_equal(sound[: len(what.sound)], what.sound)
    assert not sound[len(what.sound) :].any()


def test_all_that_is_heard_is_what_was_said_sample_by_sample(performance: Performance):
    pieces = [said("one two three"), said("four"), said("five six seven eight nine")]
    play(performance, 13)
    for piece in pieces:
        performance.say("t", piece)
    performance.end("t")
    sound = heard(until_silent(performance))
    whole = np.concatenate([piece.sound for piece in pieces])
    assert np.array_equal(sound[: len(whole)], whole)
    assert not sound[len(whole) :].any()


def test_a_piece_that_comes_while_another_is_spoken_follows_without_a_gap(performance: Performance):
    first, second = said("one two three"), said("four five")
    performance.say("t", first)
    moments = play(performance, 5)
    performance.say("t", second)
    moments += until_silent_after(performance, "t")
    sound = heard(moments)
    assert np.array_equal(sound[len(first.sound) :][: len(second.sound)], second.sound)


def until_silent_after(performance: Performance, turn: str) -> list[Moment]:
    performance.end(turn)
    return until_silent(performance)


def test_a_real_voice_is_heard_as_it_spoke_and_the_mouth_follows(performance: Performance):
    pieces = [*voice("heart:fast").speak("Good morning, Ana. How may I help you today?")]
    whole = [ready(trimmed(piece, 0.04, 0.3), FPS) for piece in pieces]
    play(performance, 20)
    for piece in whole:
        performance.say("t", piece)
    performance.end("t")
    moments = until_silent(performance)
    sound = np.concatenate([piece.sound for piece in whole])
    assert np.array_equal(heard(moments)[: len(sound)], sound)
    assert np.abs(sound).max() > 3000
    jaw = rows(moments)[:, INDEX["jawOpen"]]
    assert jaw.max() > 0.2
    assert jaw[-1] < SHUT
    words = [event.facts["text"] for _, event in told(moments, "word")]
    assert " ".join(words) == "Good morning, Ana. How may I help you today?"
    smooth(moments)


@pytest.mark.parametrize("seed", range(4))
def test_no_row_jumps_where_speech_starts_ends_or_is_broken_off(seed: int):
    performance = Performance(Actor(seed=seed, fps=FPS), FPS)
    rng = np.random.default_rng(seed)
    moments = []
    for number in range(12):
        moments += play(performance, int(rng.integers(0, 40)))
        performance.say(f"t{number}", said("one two three four five six", lead=0.04))
        moments += play(performance, int(rng.integers(1, 45)))
        if number % 3:
            performance.interrupt()
        performance.end(f"t{number}")
    moments += until_silent(performance)
    assert rows(moments)[:, INDEX["jawOpen"]].max() > 0.2
    smooth(moments)


@pytest.mark.parametrize("after", range(3, 43, 4))
def test_an_interruption_silences_at_once_and_shuts_the_mouth_in_200_ms(performance: Performance, after: int):
    play(performance, 10)
    performance.say("t", said("one two three four five six seven"))
    performance.end("t")
    play(performance, after)
    performance.interrupt()
    moments = play(performance, 50)
    sound = heard(moments)
    assert not sound[round(0.005 * RATE) :].any()
    assert np.abs(np.diff(sound[:STEP].astype(int))).max() < LOUD / 4  # no click
    assert rows(moments)[5:20][:, MOUTH].max() < SHUT + 0.1
    assert rows(moments)[5:20, INDEX["jawOpen"]].max() < SHUT
    assert not performance.speaking
    assert performance.ahead == 0


def test_what_waits_is_forgotten_by_an_interruption(performance: Performance):
    for number in range(5):
        performance.say(f"t{number}", said("never heard again"))
        performance.end(f"t{number}")
    play(performance, 3)
    assert performance.ahead > 2
    performance.interrupt()
    moments = play(performance, 100)
    assert performance.ahead == 0
    assert not heard(moments)[STEP:].any()
    assert [event.turn for _, event in told(moments, "speaking-end")] == ["t0"]


def test_the_words_that_were_heard_are_known_exactly(performance: Performance):
    words = "one two three four five six"
    spoken = speech(words)
    for frames in range(1, 50):
        performance.say(f"t{frames}", ready(spoken, FPS))
        moments = play(performance, frames)
        performance.interrupt()
        moments += play(performance, 1)
        whole = [word.text for word in spoken.words if word.end <= frames / FPS]
        (end,) = [event for _, event in told(moments, "speaking-end")]
        assert end.facts == {"interrupted": True, "heard": " ".join(whole)}
        assert performance.heard[f"t{frames}"] == " ".join(whole)
        play(performance, frames % 7)


def test_a_turn_that_ends_by_itself_was_heard_whole(performance: Performance):
    performance.say("t", said("one two"))
    performance.say("t", said("three"))
    performance.end("t")
    until_silent(performance)
    assert performance.heard["t"] == "one two three"


def test_speech_right_after_an_interruption_loses_nothing(performance: Performance):
    performance.say("a", said("one two three four"))
    play(performance, 8)
    what = said("Stop it")
    performance.interrupt()
    performance.say("b", what)
    performance.end("b")
    moments = until_silent(performance)
    fade = round(0.005 * RATE)
    assert np.array_equal(heard(moments)[fade : len(what.sound)], what.sound[fade:])
    assert [(event.kind, event.turn) for _, event in told(moments, "speaking-start", "speaking-end")] == [
        ("speaking-end", "a"), ("speaking-start", "b"), ("speaking-end", "b"),
    ]  # fmt: skip


def test_events_come_in_order_with_the_frames_that_they_tell_of(performance: Performance):
    play(performance, 11)
    for turn in ("a", "b"):
        performance.say(turn, said("one two", lead=0.2))
        performance.end(turn)
    moments = until_silent(performance)
    events = told(moments)
    assert [(event.kind, event.turn, event.facts.get("text")) for _, event in events] == [
        (kind, turn, text)
        for turn in ("a", "b")
        for kind, text in (("speaking-start", None), ("word", "one"), ("word", "two"), ("speaking-end", None))
    ]
    loud = [one.number for one in moments if np.abs(one.sound).max() > LOUD / 2]
    starts, ends = (
        [at for at, event in events if event.kind == f"speaking-{name}"] for name in ("start", "end")
    )
    assert starts[0] == loud[0]
    assert abs(ends[-1] - loud[-1]) <= 1
    length = len(said("one two", lead=0.2).sound) // STEP
    assert starts[1] - starts[0] == length
    assert starts[0] == 11 + 0.2 * FPS


def test_a_late_end_of_a_turn_is_told_once(performance: Performance):
    performance.say("t", said("one"))
    moments = play(performance, 60)
    assert [event.kind for _, event in told(moments)] == ["speaking-start", "word"]
    assert performance.speaking
    performance.end("t")
    moments = play(performance, 20)
    assert [event.kind for _, event in told(moments)] == ["speaking-end"]
    assert not performance.speaking


def test_a_turn_without_a_sound_starts_and_ends_nothing(performance: Performance):
    performance.end("nothing")
    silent = Said(speech(""), np.zeros(5 * STEP, np.int16))
    performance.say("silent", silent._replace(sound=ready(silent.speech, FPS).sound))
    performance.end("silent")
    performance.say("t", said("one"))
    performance.end("t")
    moments = until_silent(performance)
    assert {event.turn for _, event in told(moments)} == {"t"}


def test_an_interruption_while_nothing_is_said_changes_nothing(performance: Performance):
    moments = play(performance, 20)
    for _ in range(10):
        performance.interrupt()
        moments += play(performance, 7)
    assert not heard(moments).any()
    assert not told(moments)
    smooth(moments)


def test_moods_change_how_a_silence_looks(performance: Performance):
    other = Performance(Actor(seed=3, fps=FPS), FPS)
    other.settle(Mood.LISTENING)
    assert not np.allclose(rows(play(performance, 200)), rows(play(other, 200)))


class Doll:
    """An actor that never moves: keeps the books as the real one does, so that an hour takes seconds."""

    def __init__(self) -> None:
        self.rows = self.clock = 0

    def rest(self, seconds: float, mood: Mood) -> Motion:
        self.clock += round(seconds * FPS)
        return self.give(self.clock)

    def perform(self, speech: Speech) -> Motion:
        self.clock += round(speech.duration * FPS)
        return self.give(max(self.clock - 3, self.rows))

    def give(self, until: int) -> Motion:
        count, self.rows = until - self.rows, until
        return Motion(np.zeros((count, len(INDEX)), np.float32), FPS)

    def interrupt(self, row: int) -> None:
        self.rows = self.clock = row


def test_a_long_run_neither_drifts_nor_grows():
    """Hours of turns, some of them broken off."""
    performance = Performance(Doll(), FPS)
    what = said("one two three four five six seven eight nine ten")
    length = len(what.sound) // STEP
    sizes = []
    tracemalloc.start()
    for hour in range(3):
        for number in range(300):
            performance.say(f"t{hour}-{number}", what)
            performance.end(f"t{hour}-{number}")
            moments = play(performance, length + number % 9)
            if number % 5 == 0:
                performance.interrupt()
            assert np.array_equal(heard(moments)[: len(what.sound)], what.sound)
            assert told(moments, "speaking-start")[0][0] == moments[0].number
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert performance.number == sum(300 * length + sum(n % 9 for n in range(300)) for _ in range(3))
    assert sizes[2] - sizes[1] < 200_000
    assert performance.ahead == 0


def test_orders_from_another_thread_leave_nothing_ahead(performance: Performance):
    """What waits is counted rightly although two threads count it."""
    what = said("a")

    def order() -> None:
        for number in range(3000):
            performance.say(str(number), what)
            performance.end(str(number))
            if number % 50 == 0:
                performance.interrupt()

    ordering = threading.Thread(target=order)
    ordering.start()
    while ordering.is_alive():
        performance.next()
    ordering.join()
    performance.interrupt()
    performance.next()
    assert performance.ahead == 0
