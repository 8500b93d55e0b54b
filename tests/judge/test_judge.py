"""The judge on finished videos: ours pass, spoilt ones are caught.

The texts in `scripts` are for this alone: nothing is tuned on them.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from judge import variants
from rostra.presenters.catalogue import Catalogue

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JUDGE = ROOT / ".venv-judge"
PATIENCE = 300  # s

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (JUDGE / ".set").exists(), reason="The judge is not set up: run make .venv-judge/.set"
    ),
]


def judge(video: Path, *options: str) -> dict[str, Any]:
    """What the judge says of one video, from its own environment."""
    done = subprocess.run(
        [JUDGE / "bin/python", "-m", "tests.judge", video, *options],
        check=False,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode in (0, 1) and done.stdout, done.stderr[-2000:]
    report: dict[str, Any] = json.loads(done.stdout)[0]
    return report


def render(folder: Path, script: str, **how: Any) -> Path:
    video = folder / f"{script}.mp4"
    variants.render((HERE / "scripts" / f"{script}.txt").read_text(), video, **how)
    return video


@pytest.mark.parametrize(("presenter", "script"), [("jane", "bakery"), ("adam", "clock")])
def test_a_presenter_speaks_a_text_that_nobody_tuned_for(tmp_path: Path, presenter: str, script: str) -> None:
    if presenter not in Catalogue().files():
        pytest.skip(f"There is no {presenter}.")
    report = judge(render(tmp_path, script, presenter=presenter))
    assert report["failures"] == [], json.dumps(report, indent=1)


@pytest.mark.parametrize(
    ("fault", "caught"),
    [
        ("loud", {"lips.shut", "lips.loudness", "lips.wide_round", "lips.beyond_loudness"}),
        ("late", {"lips.lag", "lips.lag_kept", "lips.shut"}),
        ("frozen", {"lips.range", "lips.fit", "lips.speed", "lips.wide_round"}),
        ("trembling", {"lips.tremor"}),
    ],
)
def test_a_spoilt_mouth_is_caught(tmp_path: Path, fault: str, caught: set[str]) -> None:
    report = judge(render(tmp_path, "tides", fault=fault), "--mute")
    assert caught <= {sentence.split()[0] for sentence in report["failures"]}, json.dumps(report, indent=1)
