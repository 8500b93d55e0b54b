"""Captions: whether a WebVTT file says the words when they sound.

Source: W3C WebVTT (a cue is a time line and the lines after it, up to an empty one).
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import NamedTuple

CLOCK = r"(?:(\d+):)?(\d\d):(\d\d\.\d{3})"
TIMES = re.compile(rf"{CLOCK} --> {CLOCK}")


class Cue(NamedTuple):
    """One caption."""

    start: float  # s
    end: float  # s
    words: tuple[str, ...]


def read(path: Path) -> list[Cue]:
    """The cues of a WebVTT file.

    Raises:
        ValueError: it is none.
    """
    head, *blocks = re.split(r"\n{2,}", path.read_text("utf-8").strip())
    if not head.startswith("WEBVTT"):
        raise ValueError(f"{path} does not begin with WEBVTT")
    return [_cue(block) for block in blocks if not block.startswith(("NOTE", "STYLE"))]


def _cue(block: str) -> Cue:
    lines = block.split("\n")
    place = next(n for n, line in enumerate(lines) if "-->" in line)
    found = TIMES.match(lines[place])
    if not found:
        raise ValueError(f"no times in {lines[place]!r}")
    text = html.unescape(re.sub(r"<[^>]*>", "", " ".join(lines[place + 1 :])))
    return Cue(_seconds(*found.groups()[:3]), _seconds(*found.groups()[3:]), tuple(text.split()))


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
