"""Scripts that are composed from whole talks: long enough, speakable, in order, at the right moments."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rostra.errors import InputError
from rostra.library.captions import SRT, WEBVTT, Line, heard
from rostra.library.extract import text_of
from rostra.studio.composing import EXPLAINER, HIGHLIGHTS, RATE, Source, Wish
from rostra.studio.digest import MOST, _foremost, choose, topics, wishes
from rostra.studio.excerpts import Excerpts, spoken_name
from rostra.studio.prose import MOST_WORDS, sentences
from rostra.studio.review import faults, unspeakable
from speakers import FOLDER, TALKS, Film, bare, cues, document, talk
from test_documents import docx, pdf, pptx

FORMATS = (HIGHLIGHTS, EXPLAINER)
EVERY = [(file, format_) for file in TALKS for format_ in FORMATS]
DANGLING = re.compile(
    r"^(?:he|she|it|they|this|that|these|those|here|so|and|but|because|such|which|then|as i|the same)\b",
    re.IGNORECASE,
)
UNSAID = re.compile(
    r"[\[\]<>♪]|-->|\d:\d\d|\b(?:um|uh|GRETA|Greta:|MODERATOR|PRIYA|TOMASZ|ANNOUNCER|AUDIENCE)\b|\(music\)|"
    r"laughter|applause",
    re.IGNORECASE,
)
TWICE = re.compile(r"\b(\w+),? \1\b", re.IGNORECASE)
BRIEFS = [  # talk, brief, words that it must bring
    ("oven.srt", "Only the phone numbers and the insurance", ("phone numbers", "insurance")),
    ("rain.vtt", "What to do about cellars: the backwater valve", ("valve", "cellar")),
    ("rain.vtt", "How much does it cost? The money", ("million", "euro")),
    ("move.srt", "Focus on computers and software", ("computers", "software")),
    ("move.srt", "intensive care: pumps and batteries", ("Batteries", "intensive care")),
]  # fmt: skip


def write(file: str, format_: str, seconds: float, brief: str = "") -> list[dict[str, Any]]:
    return Excerpts().write(Wish(format_, seconds, brief), [talk(file)]).scenes


def said(scenes: list[dict[str, Any]]) -> list[str]:
    return [re.sub(r"^\[smile\] ", "", scene["narration"]["text"]) for scene in scenes]


def words(scenes: list[dict[str, Any]]) -> int:
    return sum(len(text.split()) for text in said(scenes))


@pytest.mark.parametrize(("file", "format_"), EVERY)
@pytest.mark.parametrize("seconds", [10, 20, 45, 90, 300])
def test_a_script_lasts_as_long_as_it_should(file: str, format_: str, seconds: int):
    scenes = write(file, format_, seconds)
    assert abs(words(scenes) / RATE - seconds) <= 0.15 * seconds
    assert len(scenes) <= 20


@pytest.mark.parametrize("file", ["rain.vtt", "move.srt"])
def test_a_long_talk_fills_a_long_script(file: str):
    scenes = write(file, HIGHLIGHTS, 900)
    assert abs(words(scenes) / RATE - 900) <= 0.15 * 900
    assert len(scenes) <= 20 and max(len(text) for text in said(scenes)) < 5000


def test_a_short_talk_is_told_as_far_as_it_can_be():
    scenes = write("oven.srt", HIGHLIGHTS, 1200)
    assert 720 < words(scenes) < 1440  # all that is worth telling, far from 1200 s
    assert not any(unspeakable(scene["narration"]["text"]) for scene in scenes)


@pytest.mark.parametrize(("file", "format_"), EVERY)
@pytest.mark.parametrize("seconds", [45, 90, 300])
def test_a_script_can_be_read_aloud(file: str, format_: str, seconds: int):
    scenes = write(file, format_, seconds)
    assert not faults(scenes, Wish(format_, seconds), [talk(file)])
    for text in said(scenes):
        assert not UNSAID.search(text), text
        assert not TWICE.search(text.replace("had had", "")), text
        assert text[0].isupper() and text[-1] in ".!", text
        assert "?" not in text
    for text in said(scenes)[1:-1]:
        assert not DANGLING.match(text), text
        assert not re.search(
            r"\b(?:my name|thank you|good (?:evening|morning)|next slide)\b", text, re.IGNORECASE
        )


@pytest.mark.parametrize(("file", "format_"), EVERY)
def test_it_opens_and_closes_with_the_subject(file: str, format_: str):
    first, *_, last = said(write(file, format_, 60))
    assert TALKS[file][0] in first and TALKS[file][0] in last
    assert len(first.split()) < 20 and last.endswith("Thank you for watching.")


@pytest.mark.parametrize(("file", "format_"), EVERY)
def test_it_covers_the_talk_in_its_order_at_the_moments_of_its_captions(file: str, format_: str):
    scenes = write(file, format_, 240)
    clips = [
        (scene["broll"]["startTime"], scene["narration"]["text"]) for scene in scenes if "broll" in scene
    ]
    starts = [start for start, _ in clips]
    assert all(before < after for before, after in pairwise(starts))
    total = TALKS[file][1] * 60
    assert all(
        any(third * total / 3 <= start < (third + 1) * total / 3 for start in starts) for third in range(3)
    )
    captions = cues(file)
    told = {round(start, 2): number for number, (start, _) in enumerate(captions)}
    for start, text in clips:
        number = told[start]
        around = " ".join(one for _, one in captions[number : number + 4]).lower()
        opening = re.findall(r"[a-z'-]{4,}", text.lower())[:3]
        assert sum(word in around for word in opening) >= 2, (start, text[:60], around)


def test_a_clip_lasts_as_long_as_what_is_said_over_it():
    for scene in write("move.srt", HIGHLIGHTS, 600)[1:-1]:
        length = len(scene["narration"]["text"].split()) / RATE
        assert scene["broll"]["startTime"] + length <= 3600


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(("file", "brief", "wanted"), BRIEFS)
def test_a_brief_is_respected(file: str, brief: str, wanted: tuple[str, ...], format_: str):
    told = " ".join(said(write(file, format_, 60, brief)))
    assert all(word.lower() in told.lower() for word in wanted), told
    assert not faults(write(file, format_, 60, brief), Wish(format_, 60, brief), [talk(file)])


def test_what_a_brief_does_not_want_is_left_out():
    assert "euro" in " ".join(said(write("rain.vtt", HIGHLIGHTS, 240)))
    assert "euro" not in " ".join(said(write("rain.vtt", HIGHLIGHTS, 240, "Leave out the euros, no money")))
    assert wishes("Explain bees, but not honey. Skip the mites!") == ("bees", "honey the mites")


@pytest.mark.parametrize("file", TALKS)
def test_captions_without_stops_give_sentences_too(file: str):
    source = bare(talk(file))
    scenes = Excerpts().write(Wish(HIGHLIGHTS, 75), [source]).scenes
    assert not faults(scenes, Wish(HIGHLIGHTS, 75), [source])
    for text in said(scenes)[1:-1]:
        for one in re.split(r"(?<=[.!]) ", text):
            assert one[0].isupper() and 4 <= len(one.split()) <= 42
            assert not re.search(r"\b(?:the|a|of|to|and|because|that|with)\.$", one)


def test_a_pause_ends_a_sentence_where_there_are_no_stops():
    source = talk("rain.vtt")
    machine = [line for line in source.lines if line.start > 1_450_000]
    texts = [one.text for one in sentences(machine)]
    assert "A street tree needs at least twelve cubic metres of soil." in texts


def test_captions_that_roll_are_read_once():
    machine = " ".join(line.text for line in talk("rain.vtt").lines if line.start > 1_450_000)
    assert machine.count("a street tree needs at least twelve") == 1
    assert "<" not in machine


def test_those_who_only_ask_are_hardly_heard():
    source = talk("move.srt")
    asked = " ".join(line.text for line in source.lines if line.who in ("MODERATOR", "AUDIENCE"))
    told = said(Excerpts().write(Wish(HIGHLIGHTS, 300), [source]).scenes)[1:-1]
    assert not any(text.split(". ")[0] in asked for text in told)


@pytest.mark.parametrize(
    ("name", "format_", "made"),
    [
        ("Living with heavy rain", HIGHLIGHTS, "Living with heavy rain: highlights"),
        ("town_meeting.mp4", EXPLAINER, "Town meeting, in short"),
    ],
)
def test_the_generated_name_tells_the_subject(name: str, format_: str, made: str):
    source = Source(Film(name, duration=1_800_000), talk("rain.vtt").lines)
    assert Excerpts().write(Wish(format_, 60), [source]).name == made


def test_a_name_that_nobody_can_say_is_replaced_by_what_is_spoken_of():
    assert spoken_name("VID_20240714_193301.mp4") == spoken_name("1_8x0k2p9q") == ""
    source = Source(Film("IMG_2041.MOV", duration=1_800_000), talk("rain.vtt").lines)
    written = Excerpts().write(Wish(HIGHLIGHTS, 60), [source])
    assert "2041" not in written.name + said(written.scenes)[0]
    assert {"storm", "storms", "pipe", "pipes", "water", "town", "street"} & set(
        topics(sentences(source.lines), 3)
    )
    assert len(written.name) <= 255


HANDBOOK = """# Flood handbook

A backwater valve is a flap in the waste pipe that closes when the sewer pushes water back into the house.
It has to be opened, cleaned and greased twice a year, because dirt keeps the flap from closing.

- Every cellar below the level of the street needs a backwater valve.
- See [the map](https://example.org/map) of **deep places**.

| Depth | Danger |
|---|---|
| 40 cm | doors |

A sump pump removes water that has already entered the cellar, and it needs a socket above the flood level.
Insurance pays for damage by heavy rain only if the contract names natural hazards.
"""


def test_an_explainer_brings_talks_and_documents_together():
    sources = [talk("rain.vtt"), document("Flood handbook", text_of(HANDBOOK.encode(), "a.md"))]
    scenes = Excerpts().write(Wish(EXPLAINER, 90, "cellars and valves"), sources).scenes
    assert not faults(scenes, Wish(EXPLAINER, 90), sources)
    told = " ".join(said(scenes))
    assert "Every cellar below the level of the street needs a backwater valve." in told
    assert "fit a backwater valve" in told
    assert "Living with heavy rain and Flood handbook" in said(scenes)[0]
    assert {scene["layoutType"] for scene in scenes} == {"full-screen", "broll"}
    assert "http" not in told and "Depth" not in told and "|" not in told


@pytest.mark.parametrize(("made", "name"), [(docx, "a.docx"), (pptx, "a.pptx"), (pdf, "a.pdf")])
def test_an_explainer_is_made_of_any_document(made: Any, name: str):
    source = document("On bees", text_of(made(), name))
    scenes = Excerpts().write(Wish(EXPLAINER, 12), [source]).scenes
    assert "Bees pollinate a third of the plants that we eat." in " ".join(said(scenes))


def test_lines_that_a_page_broke_are_joined_and_headings_are_not_spoken():
    page = b"<html><h1>Bees and us</h1><p>Bees pollinate a third\nof the plants that\nwe eat.</p></html>"
    for data, name in ((page, "a.html"), (HANDBOOK.encode(), "a.md")):
        texts = [one.text for one in sentences(document("x", text_of(data, name)).lines, written=True)]
        assert all(re.match(r"[A-Z].*[.]$", text) and "Flood handbook" not in text for text in texts)
    assert "Bees pollinate a third of the plants that we eat." in text_of(page, "a.html").splitlines()


def test_an_explainer_may_be_made_of_its_brief_alone():
    brief = "Our office moves on the first of May. Everybody packs two boxes. The boxes carry a name."
    scenes = Excerpts().write(Wish(EXPLAINER, 8, brief), []).scenes
    assert "Our office moves on the first of May." in " ".join(said(scenes))
    with pytest.raises(InputError, match="ROSTRA_LLM_MODEL"):
        Excerpts().write(Wish(EXPLAINER, 60, "photosynthesis for children"), [])


def test_what_was_said_about_something_else_does_not_follow():
    lines = talk("oven.srt").lines
    for passage in choose(sentences(lines), 300):
        places = [one.place for one in passage.sentences]
        assert places == list(range(places[0], places[0] + len(places)))
        assert len({one.who for one in passage.sentences}) == 1


def test_the_talks_are_as_long_as_they_say():
    lengths = {file: sum(len(line.text.split()) for line in talk(file).lines) for file in TALKS}
    assert all(110 < lengths[file] / minutes < 170 for file, (_, minutes, _) in TALKS.items())
    assert sorted(one.name for one in Path(FOLDER).iterdir()) == [
        "bees.txt",
        "move.srt",
        "oven.srt",
        "rain.vtt",
    ]


HOSTILE = {
    "no stop": "bees and flowers " * 6_000,
    "one letter": "a" * 400_000,
    "brackets": "[a" * 50_000,
    "curly": "{a " * 30_000,
    "tags": "<v " * 30_000,
    "commas": "a, " * 30_000,
    "again": "so so " * 10_000,
    "quotes": "\"' " * 30_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("format_", [SRT, WEBVTT])
def test_hostile_captions_are_read_in_bounds(text: str, format_: int):
    head = {SRT: "1\n00:00:00,000 --> 00:00:09,000", WEBVTT: "WEBVTT\n\n00:00.000 --> 00:09.000"}[format_]
    source = Source(Film("x"), heard(f"{head}\n{text}\n", format_))
    with suppress(InputError):
        assert len(Excerpts().write(Wish(HIGHLIGHTS, 60), [source]).scenes) <= 20
    assert all(one.words <= 42 for one in sentences(source.lines))


def test_no_more_than_so_much_of_a_source_is_compared():
    lines = [Line(n, n + 1, f"Tunnel {n} has {n} doors and it is very long.") for n in range(30_000)]
    found = sentences(lines)
    assert sum(one.words for one in found) <= MOST_WORDS + 100
    ranked = _foremost(found)
    assert len(ranked) <= MOST
    assert ranked[-1] > 0.9 * len(found)  # of the end too
