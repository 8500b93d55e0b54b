"""Three talks as they were captioned, as sources of a composer."""

from __future__ import annotations

import re
from pathlib import Path

from rostra.library.captions import SRT, WEBVTT, Line, heard
from rostra.library.tables import DOCUMENT, MEDIA, VIDEO
from rostra.studio.composing import Source

FOLDER = Path(__file__).parent / "talks"
TALKS = {  # name, minutes, how they are captioned: with labels; by voice and then by machine; with >>
    "oven.srt": ("The night the oven broke", 10, SRT),
    "rain.vtt": ("Living with heavy rain", 30, WEBVTT),
    "move.srt": ("How to move a hospital", 60, SRT),
}


class Film:
    """An entry as a composer sees it."""

    def __init__(self, name: str, media: int = VIDEO, duration: int = 400_000, kind: str = MEDIA) -> None:
        self.id, self.name, self.media, self.duration, self.kind = "1_film0000", name, media, duration, kind


def talk(file: str) -> Source:
    name, minutes, format_ = TALKS[file]
    return Source(Film(name, duration=minutes * 60_000), heard((FOLDER / file).read_text(), format_))


def document(name: str, text: str) -> Source:
    entry = Film(name, media=0, duration=0, kind=DOCUMENT)
    return Source(entry, [Line(0, 0, paragraph) for paragraph in text.splitlines()])


def bare(source: Source) -> Source:
    """A talk as a machine captions it: no capitals, no stops, nobody named."""
    lines = [Line(one.start, one.end, re.sub(r"[.,?!;:]", "", one.text).lower()) for one in source.lines]
    return Source(source.entry, lines)


def cues(file: str) -> list[tuple[float, str]]:
    """When each caption of a file begins, and its text, read without our own parser."""
    stamp = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3}) -->")
    found: list[tuple[float, str]] = []
    for row in (FOLDER / file).read_text().splitlines():
        if at := stamp.match(row):
            hours, minutes, seconds, ms = map(int, at.groups())
            found.append((hours * 3600 + minutes * 60 + seconds + ms / 1000, ""))
        elif found:
            start, text = found[-1]
            found[-1] = start, f"{text} {re.sub('<[^>]*>', '', row)}"
    return found
