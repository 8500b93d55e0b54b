"""`rostra render`: what comes out of a script."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import webvtt

from commands import SMALL, clip, frames, rostra
from packs import synthetic
from rostra.presenters.pack import save
from rostra.settings import settings

SCRIPT = "Good morning. The build is green!\n\nWe ship at 9:30, as planned."


@pytest.fixture
def script(house: Path) -> Path:
    path = house / "script.txt"
    path.write_text(SCRIPT)
    return path


def test_a_script_becomes_a_film_with_sound_and_captions(capfd, house: Path, script: Path):
    outcome = rostra(capfd, "render", script, "-o", "out.mp4", *SMALL)
    assert outcome.code == 0, outcome.err
    assert "out.mp4, out.vtt" in outcome.out
    assert sorted(path.name for path in house.iterdir()) == ["out.mp4", "out.vtt", "script.txt"]
    with av.open("out.mp4") as film:
        (video,), (sound,) = film.streams.video, film.streams.audio
        assert (video.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.average_rate) == (320, 180, 25)
        lengths = [float(stream.duration * stream.time_base) for stream in (video, sound)]
        assert abs(lengths[0] - lengths[1]) < 0.05
    told = [caption.text.replace("\n", " ") for caption in webvtt.read("out.vtt")]
    assert " ".join(told).split() == SCRIPT.split()


def test_the_index_comes_first_so_that_a_film_plays_while_it_loads(capfd, house: Path, script: Path):
    rostra(capfd, "render", script, "-o", "out.mp4", *SMALL)
    data = (house / "out.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_captions_follow_the_sound(capfd, house: Path, script: Path):
    rostra(capfd, "render", script, "-o", "out.mp4", *SMALL)
    with av.open("out.mp4") as film:
        rate = film.streams.audio[0].rate
        pcm = np.concatenate([block.to_ndarray()[0] for block in film.decode(audio=0)])
    for caption in webvtt.read("out.vtt"):
        hours, minutes, seconds = caption.start.split(":")
        start = round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * rate)
        before = np.abs(pcm[start - rate // 5 : start - rate // 20]).mean()
        after = np.abs(pcm[start + rate // 20 : start + rate // 5]).mean()
        assert after > 5 * before


def test_standard_input_is_a_script_too(capfd, house: Path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Hello there.")))
    assert rostra(capfd, "render", "-", "-o", "out.mp4", *SMALL).code == 0


def test_the_same_seed_gives_the_same_frames(capfd, house: Path, script: Path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        rostra(capfd, "render", script, "-o", f"{name}.mp4", "--seed", seed, *SMALL)
    one, two, three = (frames(house / f"{name}.mp4") for name in "abc")
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert any((a != c).any() for a, c in zip(one, three, strict=True))


def test_captions_can_be_drawn_into_the_picture_or_left_out(capfd, house: Path, script: Path):
    for kind in ("burn", "none"):
        rostra(capfd, "render", script, "-o", f"{kind}.mp4", "--captions", kind, *SMALL)
    assert not list(house.glob("*.vtt"))
    burnt, plain = frames(house / "burn.mp4"), frames(house / "none.mp4")
    strip = [np.abs(a[140:, :].astype(int) - b[140:, :]).max() for a, b in zip(burnt, plain, strict=True)]
    assert max(strip[:8]) < 60 < strip[40]


def test_a_poster_and_a_contact_sheet_are_made_on_request(capfd, house: Path, script: Path):
    rostra(capfd, "render", script, "-o", "out.mp4", "--poster", "p.png", "--sheet", "s.jpg", *SMALL)
    assert {path.name for path in house.iterdir()} == {"out.mp4", "out.vtt", "p.png", "s.jpg", "script.txt"}


def test_progress_is_told_in_lines_where_there_is_no_terminal(capfd, house: Path, script: Path):
    told = rostra(capfd, "render", script, "-o", "out.mp4", *SMALL).err.splitlines()
    shares = [int(line.split()[1]) for line in told]
    assert shares == sorted(set(shares))
    assert shares[-1] == 100
    quiet = rostra(capfd, "render", script, "-o", "out.mp4", "--quiet", *SMALL)
    assert (quiet.out, quiet.err) == ("", "")


def test_a_script_with_everything_renders_in_one_go(capfd, house: Path):
    clip(house / "tour.mp4", 8.0)
    look = {"presenter": "ellipse", "voice": "heart:fast"}
    scenes = [
        {"narration": "One, with a colour behind me.", "background": "#204060"},
        {"narration": "Two, in the office.", "background": "office-1"},
        {"narration": "Three, over a clip.", "broll": {"file": "tour.mp4", "start": 1.5}},
        {"narration": "Four, over the same clip.", "broll": {"file": "tour.mp4"}},
        {"narration": "Five, back in the office.", "background": "office-1", "voice": "michael:fast"},
        {"narration": "Six. That was all.", "background": "#204060"},
    ]
    (house / "all.json").write_text(json.dumps({**look, "scenes": scenes}))
    outcome = rostra(capfd, "render", "all.json", "-o", "all.mp4", "--size", "320x180")
    assert outcome.code == 0, outcome.err
    assert "Note" not in outcome.err
    cuts = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(frames(house / "all.mp4"))]
    assert sum(cut > 1 for cut in cuts) >= 5 * 4  # five dissolves


def test_a_clip_that_is_too_short_stops_and_says_so(capfd, house: Path):
    clip(house / "short.mp4", 0.4)
    (house / "s.json").write_text('[{"narration": "This takes longer.", "broll": {"file": "short.mp4"}}]')
    outcome = rostra(capfd, "render", "s.json", "-o", "out.mp4", *SMALL)
    assert outcome.code == 0
    assert "scene 1 is shorter" in outcome.err


def test_a_missing_fine_voice_is_replaced_and_said(capfd, house: Path, script: Path, monkeypatch):
    monkeypatch.setattr("rostra.speech.models.has", lambda vector, folder=None: False)
    outcome = rostra(capfd, "render", script, "-o", "out.mp4", *SMALL, "--voice", "heart")
    assert outcome.code == 0
    assert "Note: The fine form of the voice heart is not installed" in outcome.err


def test_logs_hold_the_job_but_not_what_is_said(capfd, house: Path, script: Path, monkeypatch):
    monkeypatch.setenv("ROSTRA_LOG_LEVEL", "debug")
    monkeypatch.setenv("ROSTRA_LOG_FORMAT", "json")
    settings.cache_clear()
    err = rostra(capfd, "render", script, "-o", "out.mp4", *SMALL).err
    lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert lines
    assert len({line["job"] for line in lines}) == 1
    assert not any(word in err for word in ("morning", "green", "planned"))


def test_memory_does_not_grow_with_the_length(house: Path):
    code = (
        "from rostra.cli import main\nfrom rostra.production.machine import peak_memory\n"
        "try: main()\nexcept SystemExit: print('peak', peak_memory())"
    )
    small = ("--presenter", "ellipse", "--voice", "heart:fast", "--background", "#204060", "--quiet")
    peaks = []
    for sentences in (5, 60):
        (house / "script").write_text("We say this sentence, and then we say it once more.\n\n" * sentences)
        command = [sys.executable, "-c", code, "render", "script", "-o", "out.mp4", "--size", "128x128"]
        told = subprocess.run(
            [*command, "--fps", "10", *small], capture_output=True, text=True, check=True, timeout=300
        )
        peaks.append(float(told.stdout.split()[1]))
    assert peaks[1] - peaks[0] < 40, peaks  # MiB; a minute of sound alone is 3, of small pictures 15


TAGGED = (
    "[smile] Good morning. The [surprised] build is green! [nod]\n\n[sad] We ship at 9:30 [sic], as planned."
)
UNTAGGED = "Good morning. The build is green!\n\nWe ship at 9:30 [sic], as planned."


def heard(film: str) -> np.ndarray:
    with av.open(film) as file:
        return np.concatenate([block.to_ndarray()[0] for block in file.decode(audio=0)])


@pytest.mark.parametrize("kind", ["txt", "json", "yaml"])
def test_tags_are_seen_but_neither_heard_nor_read(capfd, house: Path, kind: str):
    for name, text in (("with", TAGGED), ("without", UNTAGGED)):
        scenes = {"scenes": [{"narration": part} for part in text.split("\n\n")]}
        Path(f"{name}.{kind}").write_text(text if kind == "txt" else json.dumps(scenes))
        outcome = rostra(capfd, "render", f"{name}.{kind}", "-o", f"{name}.mp4", *SMALL)
        assert outcome.code == 0, outcome.err
    assert Path("with.vtt").read_text() == Path("without.vtt").read_text()
    assert (heard("with.mp4") == heard("without.mp4")).all()
    assert any(
        (one != other).any() for one, other in zip(frames("with.mp4"), frames("without.mp4"), strict=True)
    )


def test_a_presenter_whose_manner_is_wrong_is_refused_before_the_work(
    capfd, house: Path, script: Path, monkeypatch
):
    pack = synthetic(step=64.0, detail=0.1)
    wrong = pack.manifest.model_copy(update={"id": "odd", "manner": {"style": "warm", "nod": 7.0}})
    save(replace(pack, manifest=wrong), house / "odd.pack")
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(house))
    settings.cache_clear()
    outcome = rostra(capfd, "render", script, "-o", "out.mp4", "--presenter", "odd", "--voice", "heart:fast")
    assert outcome.code == 2
    assert "manner.nod" in outcome.err
    assert "0 to 2" in outcome.err
    assert not (house / "out.mp4").exists()
