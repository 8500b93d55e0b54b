"""The commands that list and check."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from commands import process, rostra
from rostra import __version__
from rostra.settings import settings


def test_help_names_every_command(capfd: pytest.CaptureFixture[str]):
    outcome = rostra(capfd, "--help")
    assert outcome.code == 0
    for command in ("render", "preview", "presenters", "voices", "backgrounds", "models", "doctor", "bench"):
        assert command in outcome.out


def test_help_loads_no_engine():
    code = (
        "import sys\nsys.argv = ['rostra', '--help']\nfrom rostra.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'av', 'PIL', 'onnxruntime', 'pydantic_settings'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "heavy: []" in told.stdout


def test_the_version_is_told(capfd: pytest.CaptureFixture[str]):
    assert rostra(capfd, "--version").out == f"rostra {__version__}\n"


def test_presenters_voices_and_backgrounds_are_listed(capfd: pytest.CaptureFixture[str], house: Path):
    assert "ellipse" in rostra(capfd, "presenters").out
    assert "heart" in rostra(capfd, "voices").out
    assert "office-1" in rostra(capfd, "backgrounds").out


def test_models_are_listed_with_where_they_come_from(capfd: pytest.CaptureFixture[str], house: Path):
    out = rostra(capfd, "models", "list").out
    assert "model-1.bin" in out
    assert "kokoro-js" in out


def test_the_doctor_looks_at_everything(capfd: pytest.CaptureFixture[str], house: Path):
    outcome = rostra(capfd, "doctor")
    assert outcome.code == 0, outcome.err
    for check in ("machine", "encoders", "voices", "presenters", "space"):
        assert check in outcome.out


def test_the_doctor_names_a_damaged_pack(capfd: pytest.CaptureFixture[str], house: Path, monkeypatch):
    (house / "broken.pack").write_bytes(b"no pack")
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(house))
    settings.cache_clear()
    outcome = rostra(capfd, "doctor")
    assert outcome.code == 3
    assert "presenters" in outcome.err


@pytest.mark.parametrize("name", ["still.png", "still.jpg", "still.webp"])
def test_a_preview_is_a_picture(capfd: pytest.CaptureFixture[str], house: Path, name: str):
    outcome = rostra(
        capfd, "preview", "--id", "ellipse", "--expression", "smile+aa", "--yaw", 8,
        "--size", "320x180", "--background", "#204060", "-o", name,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    with Image.open(house / name) as picture:
        assert picture.size == (320, 180)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--expression", "smyle"), "smile"),
        (("--expression", "jawopen=0.5"), "jawOpen"),
        (("--yaw", "90"), "30 degrees"),
        (("--id", "elipse"), "ellipse"),
        (("--background", "ofice-1"), "office-1"),
        (("--size", "5x5"), "128 to 4096"),
        (("-o", "still.txt"), ".png"),
    ],
)
def test_a_preview_that_cannot_be_says_why(
    capfd: pytest.CaptureFixture[str], house: Path, arguments: tuple[str, ...], hint: str
):
    defaults = ("--id", "ellipse", "--background", "#204060", "--size", "320x180")
    outcome = rostra(capfd, "preview", *defaults, *arguments)
    assert outcome.code in (2, 4)
    assert hint in outcome.err
    assert outcome.err.count("\n") == 1
    assert not list(house.iterdir())


def test_a_wrong_setting_is_named(capfd: pytest.CaptureFixture[str], house: Path, monkeypatch):
    monkeypatch.setenv("ROSTRA_ENCODER_CRF", "best")
    settings.cache_clear()
    outcome = rostra(capfd, "settings")
    assert outcome.code == 2
    assert "ROSTRA_ENCODER_CRF" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_fault():
    running = process("settings")
    assert running.stdout and running.stderr
    running.stdout.close()
    errors = running.stderr.read()
    running.wait()
    running.stderr.close()
    assert "Traceback" not in errors
