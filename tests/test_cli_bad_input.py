"""Whatever is wrong: one clear line, an exit code, and no half file left."""

import json
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from commands import SMALL, clip, process, rostra
from rostra.cli.app import BUG

LONG = "This sentence is said again and again. " * 40


def left(folder: Path, before: set[str]) -> set[str]:
    return {path.name for path in folder.rglob("*")} - before


def scenes(*, repeat: int = 1, **fields: object) -> str:
    return json.dumps([{"narration": "Hello there.", **fields}] * repeat)


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(50_000))


def silence(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))


def props(folder: Path) -> None:
    noise(folder / "noise.png")
    noise(folder / "noise.mp4")
    silence(folder / "sound.wav")
    clip(folder / "good.mp4", 0.4)
    whole = (folder / "good.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    Image.new("1", (12_000, 12_000)).save(folder / "huge.png")


CASES = {
    "empty": ("", (), 2, "empty"),
    "blank": (" \n\n ", (), 2, "empty"),
    "emoji": ("🎉 🎉\n", (), 2, "scenes[0].narration"),
    "punctuation": ("Hello.\n\n... !?", (), 2, "scenes[1].narration"),
    "a language that the voice does not speak": ("你好，世界。", (), 2, "scenes[0].narration"),
    "a megabyte": ("word " * 210_000, (), 2, "ROSTRA_MAX_SCRIPT_BYTES"),
    "presenter": ("Hello.", ("--presenter", "elipse"), 2, "Did you mean ellipse"),
    "voice": ("Hello.", ("--voice", "hart"), 2, "Did you mean heart"),
    "background": ("Hello.", ("--background", "ofice-1"), 2, "office-1"),
    "colour": ("Hello.", ("--background", "#12345"), 2, "#RRGGBB"),
    "no image": ("Hello.", ("--background", "noise.png"), 2, "not a picture"),
    "huge image": ("Hello.", ("--background", "huge.png"), 2, "million pixels"),
    "size": ("Hello.", ("--size", "1921x1080"), 2, "even numbers"),
    "size in words": ("Hello.", ("--size", "large"), 2, "1920x1080"),
    "noise as clip": (scenes(broll={"file": "noise.mp4"}), (), 2, "scenes[0].broll.file"),
    "clip cut off": (scenes(broll={"file": "cut.mp4"}), (), 2, "scenes[0].broll.file"),
    "clip without picture": (scenes(broll={"file": "sound.wav"}), (), 2, "has no picture"),
    "no clip": (scenes(broll={"file": "gone.mp4"}), (), 2, "gone.mp4"),
    "a later scene": (scenes()[:-1] + "," + scenes(presenter="nobody")[1:], (), 2, "scenes[1].presenter"),
    "folder as output": ("Hello.", ("-o", "."), 4, "folder"),
    "no such folder": ("Hello.", ("-o", "gone/out.mp4"), 4, "no folder gone"),
    "not writable": ("Hello.", ("-o", "/proc/out.mp4"), 4, "cannot be written"),
    "not an mp4": ("Hello.", ("-o", "out.avi"), 4, ".mp4"),
    "poster of no kind": ("Hello.", ("--poster", "p.txt"), 4, ".png"),
    "poster nowhere": ("Hello.", ("--poster", "gone/p.png"), 4, "no folder gone"),
}


@pytest.mark.parametrize(("text", "options", "code", "hint"), CASES.values(), ids=CASES.keys())
def test_bad_input_is_refused(
    capfd: pytest.CaptureFixture[str],
    house: Path,
    text: str,
    options: tuple[str, ...],
    code: int,
    hint: str,
):
    props(house)
    (house / "script").write_text(text)
    before = {path.name for path in house.rglob("*")}
    outcome = rostra(capfd, "render", "script", "-o", "out.mp4", *SMALL, "--quiet", *options)
    assert outcome.code == code, outcome.err
    assert hint in outcome.err
    assert outcome.err.count("\n") == 1
    assert left(house, before) == set()


def test_no_script_and_no_utf8_are_refused(capfd, house: Path):
    assert rostra(capfd, "render", "gone.txt", "-o", "out.mp4").code == 2
    (house / "latin.txt").write_bytes("Grüße".encode("latin-1"))
    outcome = rostra(capfd, "render", "latin.txt", "-o", "out.mp4")
    assert outcome.code == 2
    assert "UTF-8" in outcome.err


def test_what_was_there_before_stays_when_a_render_fails(capfd, house: Path):
    (house / "out.mp4").write_text("old film")
    (house / "out.vtt").write_text("old captions")
    (house / "script").write_text("Hello.")
    rostra(capfd, "render", "script", "-o", "out.mp4", *SMALL, "--poster", "p.txt")
    assert (house / "out.mp4").read_text() == "old film"
    assert (house / "out.vtt").read_text() == "old captions"


def test_a_full_disk_is_said_and_leaves_nothing(house: Path):
    (house / "script").write_text(LONG)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
    command = [sys.executable, "-c", f"{limit} from rostra.cli import main; main()", "render", "script"]
    ended = subprocess.run(
        [*command, "-o", "out.mp4", *SMALL, "--quiet"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 4
    assert "out.mp4 cannot be written" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert {path.name for path in house.iterdir()} == {"script"}


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_being_stopped_leaves_nothing(house: Path, sent: signal.Signals, code: int):
    (house / "script").write_text(LONG)
    running = process("render", "script", "-o", "out.mp4", *SMALL)
    assert running.stderr
    with running:
        while not running.stderr.readline().startswith("Rendering"):
            pass
        running.send_signal(sent)
        errors = running.stderr.read()
    assert running.returncode == code
    assert "Traceback" not in errors
    assert {path.name for path in house.iterdir()} == {"script"}


def test_a_fault_of_our_own_is_one_line_too(capfd, house: Path, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("rostra.production.line.Line.run", fail)
    (house / "script").write_text("Hello.")
    outcome = rostra(capfd, "render", "script", "-o", "out.mp4", *SMALL)
    assert outcome.code == BUG
    assert outcome.err == "Rostra failed: RuntimeError: two lines. Run it with --debug to see where.\n"
    assert {path.name for path in house.iterdir()} == {"script"}
    with pytest.raises(RuntimeError):
        rostra(capfd, "render", "script", "-o", "out.mp4", *SMALL, "--debug")
