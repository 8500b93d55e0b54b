"""Judge videos: `python -m tests.judge VIDEO... [--out DIR]`, in the judge's own environment.

Beside `clip.mp4` lie its captions, `clip.vtt`, or what it says, `clip.said.json` (see `truth`), or both.
Without the latter, the sounds are found by ear. Prints a JSON list with the measures of each video and
what fails; ends with 1 if anything does.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import captions, listen, truth, verdict
from .align import align
from .table import table
from .watch import watch
from .worst import sheet


def judge(video: Path, out: Path | None = None, hear: bool = True) -> dict[str, Any]:
    """The measures of one video and what fails.

    Args:
        video: a file with what it says beside it.
        out: a folder for the series that were measured and a picture of the worst frames.
        hear: judge the sound too, not only the pictures.
    """
    samples, sight, cues = listen.sound(video), watch(video), _cues(video)
    written = video.with_suffix(".said.json")
    said = truth.load(written) if written.exists() else truth.by_captions(cues)
    words = [word.text for word in said.words]
    heard = align(samples, words) if hear or not said.phones else None
    if heard and not said.phones:
        said = replace(said, phones=heard.phones)
    measures = verdict.seen(sight, said, samples)
    measures["file.tail"] = float(sight.times[-1] + 0.5 / sight.fps - len(samples) / listen.RATE)
    report: dict[str, Any] = {"video": video.name, "measures": measures}
    if hear and heard:
        understood = listen.compare(words, listen.transcribe(samples))
        report["misheard"] = understood.missed
        measures |= verdict.spoken(understood) | verdict.by_ear(sight, heard.phones)
        if written.exists():
            measures |= verdict.timed(said, heard.starts)
        if cues:
            measures |= verdict.captioned(cues, words, heard.starts)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        sight.save(out / f"{video.stem}.npz")
        sheet(video, sight, said, out / f"{video.stem}.png")
    measures.update({name: round(value, 4) for name, value in measures.items()})
    return report | {"failures": verdict.failures(measures)}


def _cues(video: Path) -> list[captions.Cue]:
    vtt = video.with_suffix(".vtt")
    return captions.read(vtt) if vtt.exists() else []


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.judge", description="Judge finished videos.")
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO")
    parser.add_argument("--out", type=Path, help="folder for series and pictures of the worst frames")
    parser.add_argument("--mute", action="store_true", help="judge only the pictures")
    parser.add_argument("--table", action="store_true", help="print a table, not the whole reports")
    asked = parser.parse_args()
    reports = [judge(video, asked.out, not asked.mute) for video in asked.videos]
    if asked.table:
        print(table(reports))
    else:
        print(json.dumps(reports, indent=1, ensure_ascii=False))
    return int(any(report["failures"] for report in reports))


if __name__ == "__main__":
    sys.exit(main())
