"""Presenters from a photo: what is made, and what is refused with its reason."""

from __future__ import annotations

import errno
import hashlib
import resource
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import faces
from commands import rostra
from faces import bomb, jpeg, masked, needs_finder, portrait
from rostra.acting.motion import CHANNELS
from rostra.acting.mouth import PLACES
from rostra.errors import EngineError, MediaError, MissingError, OutputError, RostraError
from rostra.picture.backdrop import colour
from rostra.picture.frame import Size, Yuv420, to_rgb
from rostra.picture.layout import Layout, place
from rostra.picture.stage import Stage
from rostra.presenters.own import Profile
from rostra.presenters.pack import MAX_VERTICES, Pack, load, save
from rostra.presenters.photo import environment, from_photo, reading, sight
from rostra.production.pose import row
from rostra.settings import settings

SIZE = Size(720, 720)
GREEN = (0x10, 0xA0, 0x40)


# The file


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"", "not a picture"),
        (b"%PDF-1.7 no picture at all", "not a picture"),
        (bomb(9_000), "more than 60 million pixels"),
        (bomb(60_000), "more than 60 million pixels"),
        (bytes(reading.MOST_BYTES + 1), "larger than 40 MiB"),
        (jpeg(np.full((90, 120, 3), 128, np.uint8)), "only 120x90 pixels"),
        (jpeg(np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8))[:9_000], "damaged"),
    ],
)
def test_a_file_that_is_no_photo_is_refused(data: bytes, hint: str):
    with pytest.raises(MediaError, match=hint) as refused:
        reading.read(data)
    assert refused.value.field == "photo"
    assert refused.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(MediaError, match=r"me\.jpg cannot be read"):
        reading.read(tmp_path / "me.jpg")


def test_a_photo_that_lies_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    photo = reading.read(jpeg(np.full((200, 300, 3), 99, np.uint8), exif=exif))
    assert photo.picture.shape == (300, 200, 3)


def test_a_photo_of_a_good_camera_is_made_smaller():
    photo = reading.read(jpeg(np.full((3000, 6000, 3), 99, np.uint8)))
    assert max(photo.picture.shape) == reading.WORKED


# The environment


def test_without_the_face_finder_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(environment, "home", lambda: tmp_path)
    monkeypatch.setattr(environment, "find_spec", lambda _: None)
    with pytest.raises(MissingError, match="rostra models fetch --photo"):
        environment.interpreter()


def test_a_python_that_is_not_there_is_named():
    with pytest.raises(MissingError, match="ROSTRA_PHOTO_PYTHON"):
        environment.interpreter(Path("/nowhere/python"))


def test_an_environment_of_other_pins_is_not_used(tmp_path: Path, monkeypatch):
    (tmp_path / environment.STAMP).write_text("mediapipe==0.10.9")
    monkeypatch.setattr(environment, "home", lambda: tmp_path)
    monkeypatch.setattr(environment, "find_spec", lambda _: None)
    with pytest.raises(MissingError):
        environment.interpreter()


FAILED = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("failure", "kind", "hint"),
    [
        (subprocess.CalledProcessError(1, "pip", stderr=FAILED), OutputError, "the disk is full. Make room"),
        (
            subprocess.CalledProcessError(1, "venv", FAILED.encode()),
            OutputError,
            "the disk is full. Make room",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), OutputError, "the disk is full. Make room"),
        (subprocess.CalledProcessError(1, "pip", stderr="No route."), MissingError, r"No route\. Check the"),
        (subprocess.TimeoutExpired("pip", 900), MissingError, "timed out after 900 seconds"),
    ],
)
def test_an_environment_that_could_not_be_set_up_says_why_and_is_gone(
    failure: Exception, kind: type[RostraError], hint: str, tmp_path: Path, monkeypatch
):
    def install(_: Path) -> None:
        raise failure

    def create(place: Path, **_: bool) -> None:
        place.mkdir()
        (place / "half").write_text("of it")

    monkeypatch.setattr(environment.venv, "create", create)
    monkeypatch.setattr(environment, "_install", install)
    with pytest.raises(kind, match=hint):
        environment.fetch(folder=tmp_path / "photo")
    assert list(tmp_path.iterdir()) == []


def test_pins_of_the_finder_are_those_of_the_judge():
    judge = (faces.JUDGE.parent / "locks/judge.txt").read_text()
    assert environment.REQUIREMENTS.read_text().strip()
    for line in environment.REQUIREMENTS.read_text().splitlines():
        assert line.rstrip(" \\") in judge


def test_a_finder_that_fails_says_so(tmp_path: Path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'No module named mediapipe' >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(EngineError, match="No module named mediapipe"):
        sight.see(np.zeros((200, 200, 3), np.uint8), python)


# What is made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Jane from her own still, through a file."""
    pack = from_photo(jpeg(portrait()), _profile(consent="Yes, gladly.", mark="AI"), faces.finder())
    path = tmp_path_factory.mktemp("made") / "zora.pack"
    save(pack, path)
    assert path.stat().st_size < 1_500_000
    return load(path)


def _profile(**more: str) -> Profile:
    return Profile("Zora", "woman", "bella", **more)


@needs_finder
def test_a_pack_keeps_who_it_is_and_where_it_comes_from(made: Pack):
    info = made.manifest
    assert (info.id, info.name, info.kind, info.voice.name) == ("zora", "Zora", "woman", "bella")
    digest = hashlib.sha256(jpeg(portrait())).hexdigest()
    assert info.origin == {
        "tool": "photo", "source": f"sha256:{digest}", "consent": "Yes, gladly.", "mark": "AI",
    }  # fmt: skip
    assert len(made.vertices) < MAX_VERTICES / 4


@needs_finder
def test_every_shape_of_speech_moves_something(made: Pack):
    speech = {CHANNELS[place] for _, places in PLACES for place in places} | {"mouthClose"}
    without = {"tongueOut", "tongueUp", "cheekPuff"}  # these move the lent tongue, or little
    assert speech - without <= set(made.manifest.shapes)
    for name in ("eyeBlinkLeft", "eyeBlinkRight", "browInnerUp", "browDownLeft", "cheekSquintLeft"):
        assert name in made.manifest.shapes


@needs_finder
def test_the_person_is_cut_out(made: Pack):
    shown = _drawn(made)
    corner, side = shown[20:60, 20:60], shown[200:300, :40]
    for part in (corner, side):
        assert np.abs(part.reshape(-1, 3).mean(0) - GREEN).max() < 4
    assert not _green(shown)[SIZE.height - 60 :, 330:390].any()  # the chest
    assert not _green(_part(shown, made, -60, 240, 90)).any()  # the face


@needs_finder
def test_lips_part_and_close(made: Pack):
    rest, open_, shut = (_mouth(made, _drawn(made, pose)) for pose in ("rest", "jawOpen=0.5", "m"))
    dark = [int((part.mean(-1) < 70).sum()) for part in (rest, open_, shut)]
    assert dark[1] > dark[0] + 150
    assert abs(dark[2] - dark[0]) < 60
    sealed = _mouth(made, _drawn(made, "jawOpen=0.5+mouthClose=0.5"))
    assert int((sealed.mean(-1) < 70).sum()) < dark[0] + 60


@needs_finder
def test_a_blink_covers_the_eyes(made: Pack):
    open_, half, shut = (
        _part(_drawn(made, pose), made, -25, 25, 110) for pose in ("rest", "halfblink", "blink")
    )
    white = [_white(part) for part in (open_, half, shut)]
    assert white[0] > 60
    assert white[0] > white[1]
    assert white[2] < 0.15 * white[0]


@needs_finder
def test_the_irises_follow_the_gaze(made: Pack):
    straight, aside = (_eyes(made, _drawn(made, pose)) for pose in ("rest", "gazeYaw=0.2"))
    assert aside - straight > 1.5  # pixels to the presenter's left


@needs_finder
def test_the_head_turns_and_the_body_stays(made: Pack):
    still, turned = _drawn(made), _drawn(made, "rest", 6)
    moved = np.abs(still.astype(int) - turned).sum(-1) > 60
    assert _part(moved, made, -60, 200, 120).mean() > 0.1
    assert moved[SIZE.height - 60 :].mean() < 0.01


@needs_finder
def test_a_smile_of_the_photo_is_relaxed():
    grin = from_photo(
        jpeg(portrait("jane", "smile+jawOpen=0.12+mouthUpperUp=0.4")), _profile(), faces.finder()
    )
    teeth = _mouth(grin, _drawn(grin))
    assert int((teeth.min(-1) > 185).sum()) < 12


@needs_finder
def test_a_photo_becomes_a_pack_within_ten_seconds_of_one_core():
    before = _spent()
    from_photo(jpeg(portrait("adam")), Profile("Adam 2", "man"), faces.finder())
    assert _spent() - before < 10


@needs_finder
def test_the_command_adds_somebody_who_can_be_rendered(capfd, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(tmp_path / "own"))
    monkeypatch.setenv("ROSTRA_PHOTO_PYTHON", str(faces.finder()))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    Path("me.jpg").write_bytes(jpeg(portrait("adam")))
    Path("text.txt").write_text("Good morning, everybody.")
    added = rostra(capfd, "presenter", "add", "Nova", "--photo", "me.jpg", "--kind", "man")
    assert added.code == 0, added.err
    assert "consent" in added.err
    shown = rostra(capfd, "preview", "--id", "nova", "--size", "640x360", "-o", "nova.png")
    assert shown.code == 0, shown.err
    size = ("--size", "320x180", "--voice", "michael:fast", "--quiet")
    film = rostra(capfd, "render", "text.txt", "-o", "nova.mp4", "--presenter", "nova", *size)
    assert film.code == 0, film.err
    assert Path("nova.mp4").stat().st_size > 5_000
    settings.cache_clear()


# What is refused

REFUSED = {
    "no face": (lambda: portrait()[:, :250], "no face"),
    "two people": (lambda: np.hstack([portrait(), portrait("adam")]), "2 faces"),
    "turned": (lambda: portrait("jane", "rest", 30), "turned"),
    "small": (lambda: _shrunk(portrait(), 200), "pixels wide"),
    "dark": (lambda: (portrait() * 0.12).astype(np.uint8), "too dark"),
    "eyes shut": (lambda: portrait("jane", "blink"), "eyes are shut"),
    "one eye shut": (lambda: portrait("jane", "eyeBlinkLeft=1"), "One eye is shut"),
    "mouth covered": (masked, "covers the mouth"),
    "mouth open": (lambda: portrait("jane", "jawOpen=1+mouthLowerDown=1"), "wide open"),
    "no shoulders": (lambda: portrait()[:620], "ends at the chin"),
    "half a face": (lambda: portrait()[:, 420:], "cuts off the head"),
}


@needs_finder
@pytest.mark.parametrize("fault", REFUSED)
def test_a_photo_that_will_not_do_is_refused(fault: str):
    picture, hint = REFUSED[fault]
    with pytest.raises(MediaError, match=hint) as refused:
        from_photo(jpeg(picture()), _profile(), faces.finder())
    assert refused.value.field == "photo"
    assert refused.value.remedy


@needs_finder
@pytest.mark.parametrize(
    "good", [("jane", "smile", 0.0), ("adam", "rest", 8.0), ("adam", "aa", -8.0), ("jane", "surprise", 4.0)]
)
def test_a_photo_that_is_good_enough_is_not_refused(good: tuple[str, str, float]):
    assert from_photo(jpeg(portrait(*good)), _profile(), faces.finder()).manifest.id == "zora"


def _shrunk(picture: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS))


def _drawn(pack: Pack, expression: str = "rest", yaw: float = 0.0) -> np.ndarray:
    frame = Yuv420.empty(SIZE)
    Stage(pack, Layout.FULL, SIZE, colour("#10A040", SIZE)).draw(row(expression, yaw), frame)
    return to_rgb(frame)


def _part(shown: np.ndarray, pack: Pack, above: float, below: float, aside: float) -> np.ndarray:
    """Around the middle between the eyes, canvas pixels."""
    framing = pack.manifest.framing
    scale, x, y = place(framing, Layout.FULL, SIZE)
    rows = slice(round(y + scale * (framing.eyes + above)), round(y + scale * (framing.eyes + below)))
    middle = x + scale * framing.centre
    return shown[rows, round(middle - scale * aside) : round(middle + scale * aside)]


def _white(part: np.ndarray) -> int:
    """Pixels as the white of an eye: bright, and without the colour that skin has."""
    spread = part.max(-1).astype(int) - part.min(-1)
    return int(((spread < 30) & (part.min(-1) > 110)).sum())


def _mouth(pack: Pack, shown: np.ndarray) -> np.ndarray:
    height = pack.manifest.framing.chin - pack.manifest.framing.eyes
    return _part(shown, pack, 0.5 * height, 0.85 * height, 70)


def _eyes(pack: Pack, shown: np.ndarray) -> float:
    """Where the dark of the pupils lies, pixels from the left."""
    return float(np.nonzero(_part(shown, pack, -7, 6, 120).mean(-1) < 55)[1].mean())


def _green(shown: np.ndarray) -> np.ndarray:
    return np.abs(shown.astype(int) - GREEN).max(-1) < 24


def _spent() -> float:
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
