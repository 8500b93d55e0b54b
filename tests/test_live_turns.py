"""Turns: chunks become pieces to speak, in order, and what was broken off stays silent."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import InputError
from rostra.live import turns as module
from rostra.live.turns import CLAUSE_AT, CLOSE_AFTER, MOST_WAITING, Piece, Turns

STORY = (
    "Good morning, Ana. The lift is out of order, so please take the stairs; they are on your left, behind "
    'the red door. Dr. Smith waits in room 3.14 until 5 p.m. on Friday! Do you know him? He said: "Come in."'
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    return Turns(clock)


def taken(turns: Turns) -> list[Piece]:
    pieces = []
    while piece := turns.take():
        pieces.append(piece)
    return pieces


def texts(turns: Turns) -> list[object]:
    return [piece.what for piece in taken(turns)]


def test_chunks_are_joined_as_they_are(turns: Turns):
    turns.add("t1", "Good mor", False)
    assert taken(turns) == []
    turns.add("t1", "ning, Ana.", True)
    assert taken(turns) == [Piece("t1", "Good morning, Ana."), Piece("t1", None)]


@given(st.lists(st.integers(1, len(STORY) - 1), max_size=40))
def test_where_chunks_break_does_not_matter(cuts: list[int]):
    turns = Turns(Clock())
    borders = [0, *sorted(set(cuts)), len(STORY)]
    heard: list[str] = []
    for start, end in pairwise(borders):
        turns.add("t", STORY[start:end], end == len(STORY))
        heard += [piece.what for piece in taken(turns) if not piece.last]
    assert " ".join(heard).split() == STORY.split()
    for piece in heard:
        assert piece == piece.strip() != ""


def test_a_sentence_is_spoken_when_the_next_begins(turns: Turns):
    turns.add("t", "It rains. Take", False)
    assert texts(turns) == ["It rains."]
    turns.add("t", " an umbrella! And", False)
    assert texts(turns) == ["Take an umbrella!"]


def test_a_stop_within_a_number_or_after_a_title_ends_nothing(turns: Turns):
    for chunk in ("It costs 3.", "50 at Dr.", " Smith's, e.g.", " on Mondays."):
        turns.add("t", chunk, False)
        assert texts(turns) == []
    turns.add("t", "", True)
    assert texts(turns) == ["It costs 3.50 at Dr. Smith's, e.g. on Mondays.", None]


def test_a_clause_is_spoken_when_its_sentence_is_long_in_coming(turns: Turns):
    clause = "As soon as the doors of the last train have been closed,"
    turns.add("t", clause, False)
    assert texts(turns) == []
    turns.add("t", " the lights go out", False)
    first, *more = taken(turns)
    assert first == Piece("t", clause, whole=False)
    assert not more
    assert len(clause) < CLAUSE_AT + 5
    turns.add("t", " everywhere.", True)
    assert texts(turns) == ["the lights go out everywhere.", None]


def test_turns_are_spoken_in_the_order_of_their_first_chunks(turns: Turns):
    turns.add("a", "One", False)
    turns.add("b", "Two.", True)
    turns.add("c", "Three.", True)
    assert taken(turns) == []
    turns.add("a", ".", True)
    assert [(one.turn, one.what) for one in taken(turns)] == [
        ("a", "One."), ("a", None), ("b", "Two."), ("b", None), ("c", "Three."), ("c", None),
    ]  # fmt: skip


def test_a_turn_without_an_end_is_closed_after_ten_seconds_of_silence(turns: Turns, clock: Clock):
    turns.add("a", "One more thing", False)
    turns.add("b", "Next.", True)
    clock.now += CLOSE_AFTER - 0.1
    assert taken(turns) == []
    turns.add("a", " or two", False)
    clock.now += CLOSE_AFTER - 0.1
    assert taken(turns) == []
    clock.now += 0.2
    assert texts(turns) == ["One more thing or two", None, "Next.", None]


def test_the_id_of_a_finished_turn_may_be_used_again(turns: Turns):
    for text in ("Hello.", "Hello again."):
        turns.add("t", text, True)
        assert taken(turns) == [Piece("t", text), Piece("t", None)]


def test_a_turn_that_was_broken_off_stays_silent_until_its_end(turns: Turns):
    turns.add("t", "A long story. It", False)
    assert texts(turns) == ["A long story."]
    turns.break_off()
    assert not turns.add("t", " begins. And", False)
    assert not turns.add("t", " ends.", True)
    assert taken(turns) == []
    assert turns.add("t", "Something new.", True)
    assert texts(turns) == ["Something new.", None]


def test_everything_that_waits_is_dropped_when_broken_off(turns: Turns):
    turns.add("a", "One. Two. Three", False)
    turns.add("b", "Four.", True)
    turns.break_off()
    assert (taken(turns), turns.waiting) == ([], 0)
    assert turns.add("b", "Five.", True)
    assert texts(turns) == ["Five.", None]


def test_a_recording_ends_the_text_before_it(turns: Turns):
    sound = np.ones(24_000, np.int16)
    turns.add("t", "Listen to this", False)
    turns.add_recording("t", [sound, 2 * sound])
    text, first, second, end = taken(turns)
    assert text == Piece("t", "Listen to this")
    assert (first.what[0], second.what[0], end.what) == (1, 2, None)


def test_a_turn_goes_on_after_a_recording_that_is_not_its_last_chunk(turns: Turns):
    turns.add_recording("t", [np.ones(24_000, np.int16)], final=False)
    assert len(taken(turns)) == 1
    turns.add("t", "That was it.", True)
    assert texts(turns) == ["That was it.", None]


def test_a_recording_for_a_turn_that_was_broken_off_is_dropped_as_a_text_is(turns: Turns):
    turns.add("t", "Listen", False)
    turns.break_off()
    turns.add_recording("t", [np.ones(24_000, np.int16)])
    assert taken(turns) == []
    turns.add_recording("t", [np.ones(24_000, np.int16)])
    assert len(taken(turns)) == 2


def test_more_than_can_wait_is_refused_and_nothing_of_it_is_kept(turns: Turns):
    turns.add("a", "x " * (MOST_WAITING // 2 - 100), True)
    with pytest.raises(InputError, match="wait to be spoken") as refusal:
        turns.add("b", "y" * 1000, True)
    assert refusal.value.field == "text"
    assert "b" not in {piece.turn for piece in taken(turns)}
    turns.add("b", "y" * 1000, True)


def test_a_text_without_any_end_is_cut_where_it_can_be(turns: Turns):
    turns.add("t", "word " * 2000, False)
    pieces = taken(turns)
    assert len(pieces) > 20
    assert all(0 < len(piece.what) <= 300 for piece in pieces)


def test_blanks_and_nothing_make_no_piece(turns: Turns):
    for text in (" ", "\n\n", ""):
        turns.add("t", text, True)
        assert texts(turns) == [None]


def test_a_closed_turn_may_be_closed_again_for_a_while(turns: Turns, clock: Clock):
    """The final chunk of a slow client comes after its turn was closed for it."""
    assert not turns.knows("t")
    turns.add("t", "Slow", False)
    clock.now += CLOSE_AFTER + 1
    assert texts(turns) == ["Slow", None]
    assert turns.knows("t")


def test_names_are_not_remembered_for_ever(turns: Turns, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_REMEMBERED", 10)
    for number in range(100):
        turns.add(f"open-{number}", "never finished", False)
        turns.break_off()
        turns.add(f"done-{number}", "Done.", True)
        taken(turns)
    assert not turns.knows("open-5")
    assert not turns.knows("done-5")
    assert turns.knows("open-95")
    assert turns.knows("done-95")


def test_any_order_of_calls_keeps_order_and_count():
    rng = random.Random(7)
    for _ in range(100):
        clock = Clock()
        turns = Turns(clock)
        asked: dict[str, list[str]] = {}
        heard: dict[str, list[str]] = {}
        for step in range(60):
            name = f"t{step // 12}"
            if rng.random() < 0.7:
                word = f"w{step}. "
                turns.add(name, word, rng.random() < 0.3)
                asked.setdefault(name, []).append(word.strip())
            if rng.random() < 0.3:
                clock.now += rng.uniform(0, 8)
            for piece in taken(turns):
                if not piece.last:
                    heard.setdefault(piece.turn, []).extend(str(piece.what).split())
        clock.now += CLOSE_AFTER
        for piece in taken(turns):
            if not piece.last:
                heard.setdefault(piece.turn, []).extend(str(piece.what).split())
        assert heard == asked
