"""Words to captions."""

from __future__ import annotations

from io import StringIO
from itertools import pairwise

import numpy as np
import webvtt as judge
from hypothesis import given
from hypothesis import strategies as st

from rostra.picture.captions import GAP, LINE, LINES, LONGEST, Cue, cues, srt, webvtt
from rostra.picture.frame import Size, Yuv420
from rostra.picture.subtitles import Burner
from rostra.speech.speech import Word

TEXT = (
    "Welcome to Rostra. A script becomes a presenter's video, on your own machine, with no key and no "
    "network; everything that you see was made here. Isn't that something? Watch the lips, listen to the "
    "voice, and then try it with a script of your own."
)


def spoken(text: str, pace: float = 0.35, pause: float = 0.4) -> list[Word]:
    words, time = [], 0.5
    for part in text.split():
        words.append(Word(part, time, time + pace * 0.9))
        time += pace + (pause if part[-1] in ".?!" else 0)
    return words


def test_no_word_is_lost_and_none_is_late() -> None:
    words = spoken(TEXT)
    made = cues(words)
    assert [word for cue in made for line in cue.lines for word in line] == words
    for cue in made:
        assert cue.start == cue.lines[0][0].start
        assert cue.end >= cue.lines[-1][-1].end - GAP


def test_cues_can_be_read() -> None:
    made = cues(spoken(TEXT))
    for cue in made:
        assert len(cue.lines) <= LINES
        assert all(len(line) <= LINE for line in cue.text)
        assert 1 <= cue.end - cue.start <= LONGEST + 1
    assert all(two.start - one.end >= GAP - 1e-9 for one, two in pairwise(made))


def test_a_sentence_starts_a_cue_and_long_ones_break_at_marks() -> None:
    firsts = [cue.text[0].split()[0] for cue in cues(spoken(TEXT))]
    assert {"Welcome", "A", "Isn't", "Watch"} <= set(firsts)
    lasts = [cue.text[-1][-1] for cue in cues(spoken(TEXT))]
    assert sum(mark in ".,;?!" for mark in lasts) >= len(lasts) - 1


def test_a_pause_ends_a_cue() -> None:
    words = [Word("well", 0, 0.4), Word("then", 2.0, 2.4)]
    assert [cue.text for cue in cues(words)] == [("well",), ("then",)]


def test_others_can_read_the_file() -> None:
    made = cues(spoken(TEXT))
    read = judge.from_buffer(StringIO(webvtt(made)))
    assert [caption.text for caption in read] == ["\n".join(cue.text) for cue in made]
    assert abs(read[1].start_in_seconds - made[1].start) < 0.001 + 1
    assert len(judge.from_buffer(StringIO(srt(made)), format="srt")) == len(made)


def test_words_carry_their_times_on_request() -> None:
    made = cues([Word("Salt", 1.0, 1.4), Word("&", 1.5, 1.6), Word("<pepper>", 1.75, 2.3)])
    assert "Salt <00:00:01.500>&amp; <00:00:01.750>&lt;pepper&gt;" in webvtt(made, word_times=True)


def test_hours_are_written_as_hours() -> None:
    made = cues([Word("late", 3725.25, 3726.0)])
    assert "01:02:05.250 --> " in webvtt(made)
    assert "01:02:05,250 --> " in srt(made)


@given(st.lists(st.tuples(st.text("ab.,é—", min_size=1, max_size=60), st.floats(0.02, 3), st.floats(0, 3))))
def test_any_words_make_cues_in_order(parts: list[tuple[str, float, float]]) -> None:
    words, time = [], 0.0
    for text, length, pause in parts:
        words.append(Word(text, time, time + length))
        time += length + pause
    made = cues(words)
    assert [word for cue in made for line in cue.lines for word in line] == words
    assert all(one.start < one.end for one in made)
    assert all(one.end <= two.start for one, two in pairwise(made))


def test_a_cue_ends_when_the_next_begins_however_short_it_is() -> None:
    made = cues([Word(".", 0.0, 0.06), Word("Go", 0.06, 1.0)])
    assert [(cue.start, cue.end <= 0.06) for cue in made] == [(0.0, True), (0.06, False)]


def test_a_mark_that_takes_no_time_joins_what_follows() -> None:
    assert [cue.text for cue in cues([Word("…", 0.0, 0.0), Word("Go.", 0.0, 1.0)])] == [("… Go.",)]


def test_burnt_captions_show_only_while_they_are_said() -> None:
    size = Size(320, 180)
    burner = Burner(size, [Cue(1.0, 2.0, ((Word("Hello", 1.0, 1.9),),))])
    frame = Yuv420.empty(size)
    assert burner.burn(frame, 0.5).empty and frame.y.max() == 16
    box = burner.burn(frame, 1.5)
    assert frame.y[box.top : box.bottom, box.left : box.right].max() > 200
    assert frame.spoilt == box
    outside = frame.y.copy()
    outside[box.top : box.bottom, box.left : box.right] = 16
    assert np.all(outside == 16)
    later = Yuv420.empty(size)
    assert burner.burn(later, 2.5).empty and later.y.max() == 16
