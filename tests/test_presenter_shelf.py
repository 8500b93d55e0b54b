"""Own presenters: names, the folder they are kept in, their commands."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commands import rostra
from packs import synthetic
from rostra.errors import InputError, OutputError, TakenError, UnknownNameError
from rostra.picture.backdrop import colour
from rostra.picture.frame import Size, Yuv420, to_rgb
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.own import Profile, Shelf, home
from rostra.presenters.pack import Pack, load
from rostra.production.pose import row
from rostra.settings import settings


@pytest.fixture(scope="module")
def pack() -> Pack:
    return synthetic(step=32.0, detail=0.5)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty folder of own presenters."""
    folder = tmp_path / "own"
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(folder))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "id_"), [("Zora", "zora"), ("Ana María", "ana-maria"), ("  Dr. K  ", "dr-k"), ("Me 2", "me-2")]
)
def test_an_id_follows_from_the_name(name: str, id_: str):
    assert Profile(name).id == id_


@pytest.mark.parametrize("name", ["", "42", "../up", "...", "名前", "x" * 65])
def test_a_name_that_makes_no_id_is_refused(name: str):
    if name == "../up":
        assert Profile(name).id == "up"  # nothing of a path is left
        return
    with pytest.raises(InputError, match="Begin with a letter") as refused:
        Profile(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize("field", ["consent", "mark"])
def test_a_text_that_is_too_long_is_named(field: str):
    with pytest.raises(InputError, match=field):
        Profile("Zora", **{field: "x" * 3000})


def test_a_pack_on_the_shelf_is_found_and_removed(tmp_path: Path, pack: Pack):
    shelf = Shelf(tmp_path / "made" / "when" / "needed")
    place = shelf.add(pack)
    assert load(place).manifest == pack.manifest
    assert list(shelf.files()) == ["ellipse"]
    assert shelf.remove("Ellipse") == place
    assert list(shelf.folder.iterdir()) == []


def test_a_name_is_given_once(tmp_path: Path, pack: Pack):
    shelf = Shelf(tmp_path)
    before = shelf.add(pack).read_bytes()
    with pytest.raises(TakenError, match="remove ellipse"):
        shelf.add(pack)
    assert shelf.find("ellipse").read_bytes() == before
    with pytest.raises(TakenError, match="comes with Rostra"):
        shelf.reserve("jane")


def test_who_is_not_there_cannot_be_removed(tmp_path: Path, pack: Pack):
    shelf = Shelf(tmp_path)
    shelf.add(pack)
    with pytest.raises(UnknownNameError, match="ellipse"):
        shelf.remove("elipse")
    with pytest.raises(UnknownNameError, match="comes with Rostra"):
        shelf.remove("jane")


def test_a_folder_that_cannot_be_written_is_said_before_any_work(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="ROSTRA_PRESENTERS"):
        Shelf(tmp_path / "file" / "own").reserve("zora")


def test_a_full_disk_leaves_nothing(tmp_path: Path, people: Path):
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from rostra.errors import OutputError; from rostra.presenters.own import Shelf\n"
        "from rostra.presenters.pack import load\n"
        "pack = load(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))\n"
        "try: Shelf(Path(sys.argv[2])).add(pack)\n"
        "except OutputError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(people / "ellipse.pack"), str(tmp_path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "ellipse.pack cannot be written" in told
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_own_presenters_are_in_the_data_folder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert home() == Path("/data/rostra/presenters")


def test_the_commands_list_show_and_remove(capfd: pytest.CaptureFixture[str], own: Path, pack: Pack):
    Shelf(own).add(pack)
    assert "ellipse" in rostra(capfd, "presenter", "list").out
    shown = rostra(capfd, "presenter", "preview", "ellipse", "--background", "#204060", "-o", "all.png")
    assert shown.code == 0, shown.err
    assert (own.parent / "all.png").stat().st_size > 10_000
    assert rostra(capfd, "presenter", "remove", "ellipse").code == 0
    assert "ellipse" not in rostra(capfd, "presenter", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("Zora",), 2, "--photo"),
        (("jane", "--photo", "me.jpg"), 2, "comes with Rostra"),
        (("42", "--photo", "me.jpg"), 2, "Begin with a letter"),
        (("Zora", "--photo", "me.jpg", "--voice", "hart"), 2, "heart"),
    ],
)
def test_what_cannot_be_added_says_why(
    capfd: pytest.CaptureFixture[str], own: Path, arguments: tuple[str, ...], code: int, hint: str
):
    outcome = rostra(capfd, "presenter", "add", *arguments)
    assert outcome.code == code
    assert hint in outcome.err
    assert outcome.err.count("\n") == 1
    assert not own.exists() or not list(own.iterdir())


@pytest.mark.parametrize("layout", list(Layout))
def test_a_mark_is_in_the_corner_of_every_picture(pack: Pack, layout: Layout):
    size = Size(640, 360)
    marked = replace(pack, manifest=pack.manifest.model_copy(update={"origin": {"mark": "AI presenter"}}))
    bare, shown = (_drawn(one, layout, size) for one in (pack, marked))
    differs = np.argwhere((bare != shown).any(axis=-1))
    assert len(differs) > 100
    assert differs[:, 0].max() < 0.1 * size.height
    assert differs[:, 1].max() < 0.3 * size.width


def _drawn(pack: Pack, layout: Layout, size: Size) -> np.ndarray:
    frame = Yuv420.empty(size)
    stage = Stage(pack, layout, size, colour("#204060", size))
    stage.draw(row("aa"), frame)
    stage.draw(row(), frame)
    return to_rgb(frame)
