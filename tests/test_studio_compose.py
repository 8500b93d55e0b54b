"""Composing: sentences that say most, and scenes made of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from commands import clip
from rostra.library.captions import Line
from rostra.speech.marks import plain
from rostra.studio.composing import RATE, Source, Wish
from rostra.studio.digest import choose, topics
from rostra.studio.excerpts import Excerpts
from rostra.studio.prose import clean, sentences
from serving import serving
from speakers import Film
from test_apiv3 import ask, started
from test_library import client_of, uploaded
from test_studio import api_of, avatar

TALK = (Path(__file__).parent / "talks" / "bees.txt").read_text()


def captioned(text: str) -> list[Line]:
    """The lines of a talk, two and a half words a second, some words a line."""
    lines, at = [], 0
    for row in text.splitlines():
        words = row.split()
        for start in range(0, len(words), 9):
            part = words[start : start + 9]
            lines.append(Line(at, at + 400 * len(part), " ".join(part)))
            at += 400 * len(part)
    return lines


def srt(lines: list[Line]) -> str:
    def clock(ms: int) -> str:
        seconds, ms = divmod(ms, 1000)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"

    cues = [f"{n}\n{clock(one.start)} --> {clock(one.end)}\n{one.text}\n" for n, one in enumerate(lines, 1)]
    return "\n".join(cues)


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        ("and um so we we keep bees, you know, on the roof", "We keep bees, on the roof."),
        ("So, the the third thing is water.", "The third thing is water."),
        ("But, well, it works!", "It works!"),
        ("uh", ""),
    ],
)
def test_what_is_only_said_aloud_is_left_out(said: str, spoken: str):
    assert clean(said) == spoken


def test_sentences_know_when_they_were_said():
    lines = captioned(
        "We keep bees on the roof of the library. They fly three kilometres to find their flowers."
    )
    first, second = sentences(lines, 0)
    assert first.text == "We keep bees on the roof of the library."
    assert first.start == 0
    assert abs(second.start - 9 * 0.4) < 0.5
    assert second.end <= lines[-1].end / 1000


def test_captions_without_full_stops_are_cut_into_pieces():
    lines = captioned("we keep bees on the roof and they fly three kilometres to find flowers " * 20)
    found = sentences(lines, 0)
    assert len(found) > 10
    assert all(one.text[0].isupper() and one.text.endswith(".") for one in found)


def test_the_chosen_sentences_fill_the_time_and_keep_their_order():
    found = sentences(captioned(TALK), 0)
    for words in (60, 150, 300):
        chosen = choose(found, words)
        assert 0.8 * words <= sum(one.words for one in chosen) <= 1.1 * words
        assert [one.start for one in chosen] == sorted(one.start for one in chosen)
        assert len({one.text for one in chosen}) == len(chosen)


def test_a_brief_decides_what_is_chosen():
    found = sentences(captioned(TALK), 0)
    of_heat = " ".join(one.text for one in choose(found, 60, "temperature sensor in the hive"))
    assert "sensor" in of_heat
    assert "sensor" not in " ".join(one.text for one in choose(found, 40, "honey and pesticide"))


def test_the_words_that_matter_are_not_the_common_ones():
    words = {word.lower() for word in topics(sentences(captioned(TALK), 0), 5)}
    assert words & {"bees", "hives", "hive", "honey", "wild"}


@pytest.mark.parametrize("format_", ["session-highlights", "video-explainer"])
@pytest.mark.parametrize("seconds", [30, 60, 120])
def test_a_script_lasts_as_long_as_it_should(format_: str, seconds: int):
    source = Source(Film("Bees in the city"), captioned(TALK))
    written = Excerpts().write(Wish(format_, seconds), [source])
    words = sum(len(plain(scene["narration"]["text"]).split()) for scene in written.scenes)
    assert abs(words / RATE - seconds) < 0.15 * seconds
    assert 3 <= len(written.scenes) <= 20
    assert "Bees in the city" in written.scenes[0]["narration"]["text"]
    for scene in written.scenes[1:-1]:
        length = len(scene["narration"]["text"].split()) / RATE
        assert scene["layoutType"] == "broll"
        assert 0 <= scene["broll"]["startTime"] <= 400 - length
    assert not any("[Laughter]" in scene["narration"]["text"] for scene in written.scenes)


def test_a_sound_has_no_clip():
    written = Excerpts().write(Wish("session-highlights", 40), [Source(Film("x", media=5), captioned(TALK))])
    assert {scene["layoutType"] for scene in written.scenes} == {"full-screen"}


def test_a_project_is_composed_from_a_captioned_video(tmp_path: Path, people: Path):
    with serving(tmp_path, people) as origin:
        ks = started(origin, userId="ana")
        api, client = api_of(origin, ks), client_of(origin, "ana")
        entry = uploaded(client, clip(tmp_path / "bees.mp4", 2.0))
        id_ = api("video/add", name="Empty", avatarId=avatar(api))["id"]
        given = {"id": id_, "formatType": "session-highlights", "duration": 45, "entryIds": [entry]}
        assert api("video/compose", **given)["code"] == "CAPTIONS_NOT_FOUND"
        assert api("video/get", id=id_)["status"] == "draft"
        asset = {"language": "English", "format": 1}
        path = "service/caption_captionAsset/action"
        caption = ask(origin, f"{path}/add", ks=ks, entryId=entry, captionAsset=asset)["id"]
        content = {"objectType": "KalturaStringResource", "content": srt(captioned(TALK))}
        ask(origin, f"{path}/setContent", ks=ks, id=caption, contentResource=content)
        begun = api("video/compose", **given, userBrief="honey", generateName=True)
        assert (begun["status"], begun["composeParams"]["entryIds"]) == ("composing", [entry])
        while api("video/get", id=id_)["status"] == "composing":
            time.sleep(0.05)
        composed = api("video/get", id=id_)
        assert (composed["status"], composed["name"]) == ("composed", "Bees: highlights")
        assert "honey" in " ".join(scene["narration"]["text"] for scene in composed["scenes"])
        assert api("video/compose", **given)["status"] == "composing"
        many = {**given, "entryIds": [f"1_{number}" for number in range(6)]}
        assert api("video/compose", **many)["code"] == "TOO_MANY_SOURCES"
        assert api("video/compose", 400, **{**given, "duration": 1201})["code"] == "VALIDATION_ERROR"
        assert api("video/compose", 400, **{**given, "formatType": "poem"})["code"] == "VALIDATION_ERROR"
