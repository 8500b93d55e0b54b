"""Tags in a text: what they leave behind, where they land, and that no voice ever says one."""

from __future__ import annotations

import shutil
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from humming import Hum, humming
from rostra.speech import models
from rostra.speech.catalogue import voice
from rostra.speech.espeak import EspeakVoice
from rostra.speech.marks import END, TAGS, plain, read, tagged
from rostra.speech.speech import Speech

needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
WORDS = ["Hello,", "there.", "It", "costs", "$9.99!", "(so)", "[sic]", "—", "\n", "\n\n", "Why?", '"']
MIXED = st.lists(st.sampled_from([*WORDS, *(f"[{tag}]" for tag in TAGS)]), max_size=30)


def places(text: str) -> list[tuple[str, int, bool]]:
    """The tags of a text, without the ends of paragraphs."""
    return [tuple(place) for place in read(text)[1] if place.name != END]


def marks(pieces: list[Speech]) -> list[tuple[str, float]]:
    """All marks with their seconds in the whole."""
    found, start = [], 0.0
    for piece in pieces:
        found += [(mark.name, start + mark.time) for mark in piece.marks]
        start += piece.duration
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[smile] Hello there.", "Hello there."),
        ("Hello [smile] there.", "Hello there."),
        ("Hello.[smile] There.", "Hello. There."),
        ("Hello.[smile]There.", "Hello. There."),
        ("Hello [smile].", "Hello."),
        ("Hello[nod], there.", "Hello, there."),
        ("([wink]just us)", "(just us)"),
        ("[smile] [nod] Yes.", "Yes."),
        ("[SMILE]Yes.", "Yes."),
        ("One.\n[sad]\nTwo.", "One.\nTwo."),
        ("One.\n\n[sad] Two.", "One.\n\nTwo."),
        ("Thanks. [smile]", "Thanks."),
    ],
)
def test_a_tag_leaves_no_trace_in_the_text(text: str, said: str) -> None:
    assert plain(text) == said


@pytest.mark.parametrize(
    "text", ["He said it [sic].", "[smiley]", "[smile", "smile]", "[ smile ]", "[1]", "[]"]
)
def test_other_words_in_brackets_are_text(text: str) -> None:
    assert plain(text) == text
    assert not tagged(text)
    assert places(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[smile] Hello there.", [("smile", 0, False)]),
        ("Hello [smile] there.", [("smile", 1, False)]),
        ("Hello [smile], there.", [("smile", 1, False)]),
        ("So ([wink]just us).", [("wink", 1, False)]),
        ("One. [sad][nod] Two.", [("sad", 1, False), ("nod", 1, False)]),
        ("Thank you. [smile]", [("smile", 1, True)]),
        ("Thank you. [smile]\n\nNext.", [("smile", 1, True)]),
        ("One.\n\n[smile]\n\nTwo.", [("smile", 1, False)]),
        ("[smile]\n[nod]\n\nOne.", [("smile", 0, False), ("nod", 0, False)]),
        ("One.\n\n[sad]\n[nod]\n\nTwo.", [("sad", 1, False), ("nod", 1, False)]),
        ("One. [smile]\n[nod]\n\nTwo.", [("smile", 0, True), ("nod", 0, True)]),
        ("Hello [smile].\n\nTwo.", [("smile", 0, True)]),
        ('Hello[sad]"[nod]you" there.', [("sad", 1, False), ("nod", 1, False)]),
    ],
)
def test_a_tag_belongs_to_the_next_word_of_its_paragraph(text: str, expected: list[object]) -> None:
    assert places(text) == expected


def test_the_end_of_each_paragraph_is_marked() -> None:
    assert read("One two.\nThree.\n\n\nFour.")[1] == [(END, 2, True), (END, 3, True)]


def test_a_tag_comes_when_its_word_is_heard() -> None:
    pieces = list(humming().speak("Good day. This is [surprised] wonderful news. [smile]\n\n[nod] Yes."))
    words = [word for piece in pieces for word in piece.words]
    starts = [sum(piece.duration for piece in pieces[:i]) for i in range(len(pieces))]
    second, third = pieces[1], pieces[2]
    assert [word.text for word in words] == ["Good", "day.", "This", "is", "wonderful", "news.", "Yes."]
    assert marks(pieces) == [
        ("surprised", starts[1] + second.words[2].start),
        ("smile", starts[1] + second.words[3].end),
        (END, starts[1] + second.words[3].end),
        ("nod", starts[2] + third.words[0].start),
        (END, starts[2] + third.words[0].end),
    ]


def test_the_model_hears_the_same_with_tags_as_without() -> None:
    with_tags, without = Hum(), Hum()
    tagged_text = "[smile] Hello [nod] there. [serious]\n\nIt costs [wink] $9.99 [sic]."
    first = list(humming(with_tags).speak(tagged_text))
    second = list(humming(without).speak("Hello there.\n\nIt costs $9.99 [sic]."))
    assert with_tags.asked == without.asked
    assert [piece.words for piece in first] == [piece.words for piece in second]
    assert [piece.text for piece in first] == [piece.text for piece in second]


@settings(max_examples=150, deadline=None)
@given(MIXED, st.sampled_from([" ", "", "  "]))
def test_wherever_tags_stand_no_voice_says_them_and_none_is_lost(parts: list[str], blank: str) -> None:
    text = blank.join(parts)
    hum = Hum()
    pieces = list(humming(hum).speak(text))
    said = [word.text for piece in pieces for word in piece.words]
    assert not any(f"[{tag}]" in word for word in said for tag in TAGS)
    assert all("[" not in asked and "smile" not in asked for asked in hum.asked)
    if pieces:
        assert said == plain(text).split()
        names = [name for name, _ in marks(pieces) if name != END]
        assert names == [name for name, _, _ in places(text)]
        times = [time for _, time in marks(pieces)]
        assert times == sorted(times)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("heart:fast", id="fast"),
        pytest.param(
            "heart:fine",
            id="fine",
            marks=pytest.mark.skipif(not models.has("af_heart"), reason="the fine voices are not here"),
        ),
    ],
)
def test_both_embedded_voices_sound_the_same_with_tags_as_without(name: str) -> None:
    tagged_pieces = list(voice(name).speak("[smile] Six fish. [nod] They swim [sic]. [sad]"))
    plain_pieces = list(voice(name).speak("Six fish. They swim [sic]."))
    assert [piece.words for piece in tagged_pieces] == [piece.words for piece in plain_pieces]
    assert all(np.array_equal(a.pcm, b.pcm) for a, b in zip(tagged_pieces, plain_pieces, strict=True))
    assert [tag for tag, _ in marks(tagged_pieces)] == ["smile", "nod", "sad", END]


def test_a_text_of_tags_alone_says_nothing() -> None:
    assert list(humming().speak("[smile] [nod]\n\n[sad]")) == []


@needs_espeak
def test_espeak_does_not_say_tags_either() -> None:
    tagged_pieces = list(EspeakVoice("es").speak("[smile] Hola, buenos días. [nod] Gracias."))
    plain_pieces = list(EspeakVoice("es").speak("Hola, buenos días. Gracias."))
    assert [piece.words for piece in tagged_pieces] == [piece.words for piece in plain_pieces]
    assert all((a.pcm == b.pcm).all() for a, b in zip(tagged_pieces, plain_pieces, strict=True))
    assert [name for name, _ in marks(tagged_pieces)] == ["smile", "nod", END]


@pytest.mark.parametrize(
    "text", ["[smile] Yes. " * 30_000, " " * 400_000 + "[smile]", "[smile" * 60_000, "\n " * 200_000]
)
def test_long_texts_take_linear_time(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 2.0
