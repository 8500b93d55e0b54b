"""The contract of every voice: the author's words, in order, with times that fit the sound."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from humming import Hum, humming
from rostra.speech.speech import SILENCE, Speech

AWKWARD = """Hello, world. $9.99 — 😀 Dr. Who? e.g. 3 March 2026 50% a@b.com “Yes!” ... - 1/2 (so) naïve
    你好 C++ 7:30 pm v2.3 +1 555-1234 NASA 'tis x ** _it_ [a](/b/) \u200b \ue000 £5m million 10-20 kg"""
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from([*AWKWARD.split(), "\n\n"]), max_size=40).map(" ".join),
)


def check(pieces: list[Speech]) -> None:
    for piece in pieces:
        assert piece.phones[0].start == 0
        assert piece.phones[-1].end == pytest.approx(piece.duration)
        assert all(a.end == b.start for a, b in zip(piece.phones, piece.phones[1:], strict=False))
        assert all(phone.end > phone.start for phone in piece.phones)
        assert piece.phones[-1].symbol == SILENCE
        assert all(0 <= word.start <= word.end <= piece.duration + 1e-9 for word in piece.words)
        assert all(a.end <= b.start + 1e-9 for a, b in zip(piece.words, piece.words[1:], strict=False))
        assert piece.text.split() == [word.text for word in piece.words]


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("ÒY0")
def test_the_words_of_all_pieces_are_the_authors_text(text):
    pieces = list(humming().speak(text))
    if pieces:
        assert [word.text for piece in pieces for word in piece.words] == text.split()
    check(pieces)


@pytest.mark.parametrize(
    "text", ["", "  \n\n ", "…", "?!", "😀 👍", "— — —", "***", "()", "\u200b", "\ue000"]
)
def test_text_that_says_nothing_yields_nothing(text):
    assert list(humming().speak(text)) == []


def test_words_that_say_nothing_keep_their_place_with_zero_length():
    (piece,) = humming().speak("😀 Yes — no. 👍")
    times = {word.text: word.end - word.start for word in piece.words}
    assert [word.text for word in piece.words] == ["😀", "Yes", "—", "no.", "👍"]
    assert times["😀"] == times["—"] == times["👍"] == 0 < times["Yes"]


def test_a_price_is_one_word_that_spans_all_that_is_said_for_it():
    (piece,) = humming().speak("It costs $9.99 today.")
    price = piece.words[2]
    assert price.text == "$9.99" and price.end - price.start > 0.6
    assert piece.words[3].start == price.end


def test_the_first_piece_leaves_before_the_second_is_made():
    hum = Hum()
    stream = humming(hum).speak("One. Two. Three.")
    next(stream)
    assert len(hum.asked) == 1


def test_a_megabyte_streams_without_being_read_first():
    hum = Hum()
    stream = humming(hum).speak("This is a sentence. " * 50_000)
    assert next(stream).text == "This is a sentence."
    assert len(hum.asked) == 1


@pytest.mark.parametrize(
    "text", ["a" * 5000 + " end.", "1" * 3000, "word " * 2000, "supercalifragilistic" * 40]
)
def test_no_text_exceeds_what_the_model_takes(text):
    hum = Hum()
    pieces = list(humming(hum).speak(text))
    assert [word.text for piece in pieces for word in piece.words] == text.split()
    assert max(map(len, hum.asked)) <= 400
