"""Review: what is wrong with a script, whoever wrote it.

Every composer's script has to pass: it lasts as long as it should, can be read aloud, and shows only what is
there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rostra.library.tables import VIDEO
from rostra.studio.composing import MOST_SCENES, RATE, Source, Wish
from rostra.studio.videos import MOST_SOURCES

TOLERANCE = 0.15  # of the duration
GRACE = 3  # words by which a script of a few seconds may differ
LONGEST = 5000  # characters of a narration
SPOKEN_TAGS = re.compile(r"\[[a-z]{2,20}\]")  # that are acted
UNSPEAKABLE = (
    (re.compile(r"[\[\]{}<>♪♫|_#*`~^\\]"), "brackets or marks"),
    (re.compile(r"\d\d?:\d\d:\d\d|-->|\b\d{1,2}:\d\d[.,]\d+"), "times of captions"),
    (re.compile(r"https?://|www\."), "addresses"),
    (re.compile(r"^\s*(?:[-•–]|\d+[.)])\s", re.MULTILINE), "lists"),
    (re.compile(r"^\s*(?:Scene|Narrator|Presenter|Speaker|[A-Z]{3,}[A-Z .]*)(?: \d+)?:", re.M), "labels"),
    (re.compile(r"\([^)]*(?:music|applause|laugh|sigh|pause)[^)]*\)", re.IGNORECASE), "sounds"),
    (re.compile(r"\b(?:u+m+|u+h+|erm+)\b", re.IGNORECASE), "fillers"),
)  # fmt: skip


def faults(scenes: Sequence[Mapping[str, Any]], wish: Wish, sources: Sequence[Source]) -> list[str]:
    """What is wrong with scenes as the API has them; nothing if they are good.

    Args:
        scenes: in order.
        wish: what was to be written.
        sources: what it was to be written from.
    """
    told = []
    if not 1 <= len(scenes) <= MOST_SCENES:
        told.append(f"There are {len(scenes)} scenes; write 1 to {MOST_SCENES}.")
    words, wanted = sum(count(scene["narration"]["text"]) for scene in scenes), wish.seconds * RATE
    if abs(words - wanted) > max(GRACE, TOLERANCE * wanted):
        told.append(f"The narrations have {words} words; write about {wanted:.0f}.")
    for number, scene in enumerate(scenes):
        told += [f"Scene {number}: {fault}" for fault in _faults(scene, sources)]
    shown = {scene["broll"]["entryId"] for scene in scenes if "broll" in scene}
    if len(shown) > MOST_SOURCES:
        told.append(f"{len(shown)} sources are shown; show at most {MOST_SOURCES}.")
    return told


def unspeakable(text: str) -> str:
    """What in a narration cannot be read aloud; empty if it all can."""
    said = SPOKEN_TAGS.sub("", text)
    found = [name for pattern, name in UNSPEAKABLE if pattern.search(said)]
    if not any(character.isalnum() for character in said):
        found.append("no word")
    elif said.rstrip()[-1] not in '.?!…"”’)':
        found.append("no stop at the end")
    return ", ".join(found)


def count(text: str) -> int:
    """How many words of a narration are spoken."""
    return len([word for word in SPOKEN_TAGS.sub("", text).split() if any(one.isalnum() for one in word)])


def _faults(scene: Mapping[str, Any], sources: Sequence[Source]) -> list[str]:
    text, clip, told = scene["narration"]["text"], scene.get("broll"), []
    if bad := unspeakable(text):
        told.append(f"the narration cannot be read aloud ({bad}): {text[:80]!r}.")
    if len(text) > LONGEST:
        told.append(f"the narration has more than {LONGEST} characters.")
    if clip:
        films = {one.entry.id: one.entry.duration / 1000 for one in sources if one.entry.media == VIDEO}
        if clip["entryId"] not in films:
            told.append("there is no such film among the sources.")
        elif not 0 <= clip["startTime"] <= films[clip["entryId"]]:
            told.append(f"its source lasts only {films[clip['entryId']]:.0f} s.")
    return told
