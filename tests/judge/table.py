"""The reports of many videos as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = {
    "face found": "face.found",
    "shut m b p": "lips.shut",
    "wide/round": "lips.wide_round",
    "open/close": "lips.open_close",
    "lag ms": "lips.lag",
    "range": "lips.range",
    "tremor": "lips.tremor",
    "blinks/min": "eyes.blinks",
    "words wrong": "sound.word_errors",
}


def table(reports: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table with a row for each video; what fails stands in the last column."""
    rows = [["video", *COLUMNS, "fails"], ["---"] * (len(COLUMNS) + 2)]
    for report in reports:
        measures = report["measures"]
        shown = [f"{measures[name]:.3g}" if name in measures else "" for name in COLUMNS.values()]
        failed = ", ".join(name.partition(" ")[0].rstrip(":") for name in report["failures"])
        rows.append([report["video"].removesuffix(".mp4"), *shown, failed or "-"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
