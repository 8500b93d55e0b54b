"""Judge videos: `python -m tests.judge VIDEO... [--out DIR]`, in the judge's own environment.

Beside `clip.mp4` lie `clip.said.json` (see `truth`) and, if there are captions, `clip.vtt`. Prints a
JSON list with the measures of each video and what fails; ends with 1 if anything does.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from . import captions, listen, truth, verdict
from .watch import watch
from .worst import sheet


def judge(video: Path, out: Path | None = None, hear: bool = True) -> dict[str, Any]:
    """The measures of one video and what fails.

    Args:
        video: a file with what it says beside it.
        out: a folder for the series that were measured and a picture of the worst frames.
        hear: judge the sound too, not only the pictures.
    """
    said, samples, sight = truth.load(video.with_suffix(".said.json")), listen.sound(video), watch(video)
    measures = verdict.seen(sight, said, samples)
    measures["file.tail"] = float(sight.times[-1] + 0.5 / sight.fps - len(samples) / listen.RATE)
    report: dict[str, Any] = {"video": video.name, "measures": measures}
    if hear:
        hearing = listen.compare(said.words, listen.transcribe(samples))
        late = listen.align(samples, said.words)
        measures |= verdict.heard(hearing, late)
        report["misheard"] = hearing.missed
        if (vtt := video.with_suffix(".vtt")).exists():
            measures |= verdict.captioned(captions.read(vtt), said, late)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        sight.save(out / f"{video.stem}.npz")
        sheet(video, sight, said, out / f"{video.stem}.png")
    measures.update({name: round(value, 4) for name, value in measures.items()})
    return report | {"failures": verdict.failures(measures)}


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.judge", description="Judge finished videos.")
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO")
    parser.add_argument("--out", type=Path, help="folder for series and pictures of the worst frames")
    parser.add_argument("--mute", action="store_true", help="judge only the pictures")
    asked = parser.parse_args()
    reports = [judge(video, asked.out, not asked.mute) for video in asked.videos]
    json.dump(reports, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return int(any(report["failures"] for report in reports))


if __name__ == "__main__":
    sys.exit(main())
