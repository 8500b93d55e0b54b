"""Baking on a disk that fills: one line says so, and nothing half written is left. Blender is not needed."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest
from casting.bake import __main__ as command
from casting.bake import base
from casting.bake.files import keep_pack, keep_render
from casting.bake.state import fresh
from PIL import Image

from rostra.errors import OutputError
from rostra.presenters.pack import load

FULL = "/x/adam.pack cannot be written: the disk is full. Make room and try again."
Usage = namedtuple("Usage", "total used free")

# `python -m casting.bake adam` where files may have 4 kB and Blender's part is done.
ALONE = """
import resource, sys, types
from pathlib import Path
from casting.bake import __main__ as command, base
from casting.bake.files import keep_pack
from rostra.presenters.pack import load
pack = load(Path(sys.argv.pop(1)))
stub = types.ModuleType("casting.bake.bake")
stub.bake = lambda name, target, *_, **__: keep_pack(pack, target)
sys.modules |= {"casting.bake.bake": stub, "casting.studio": types.ModuleType("casting.studio")}
base.fetch = lambda: None
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
command.main()
"""


def test_a_pack_that_does_not_fit_ends_with_one_line_and_leaves_the_old_one(tmp_path: Path, people: Path):
    old = tmp_path / "adam.pack"
    old.write_bytes(b"as it was")
    arguments = [people / "ellipse.pack", "adam", "--out", tmp_path]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == OutputError.exit_code, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"{old} cannot be written" in done.stderr
    assert old.read_bytes() == b"as it was"
    assert list(tmp_path.iterdir()) == [old]


def test_on_a_full_disk_nobody_else_is_begun(tmp_path: Path, monkeypatch, capsys):
    begun = []

    def bake(arguments: list[str], **_: object) -> SimpleNamespace:
        begun.append(arguments[3])
        full = arguments[3] == "adam"
        return SimpleNamespace(returncode=4 if full else 0, stdout="ready\n", stderr=f"noise\n{FULL}\n")

    _given(monkeypatch, tmp_path, "ben", "adam", "jane", "tim")
    monkeypatch.setattr(command.subprocess, "run", bake)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == OutputError.exit_code
    assert begun == ["ben", "adam"]
    assert capsys.readouterr().err == f"{FULL} Not baked: adam, jane, tim.\n"


def test_one_who_fails_otherwise_stops_nobody(tmp_path: Path, monkeypatch, capsys):
    begun = []

    def bake(arguments: list[str], **_: object) -> SimpleNamespace:
        begun.append(arguments[3])
        return SimpleNamespace(returncode=int(arguments[3] == "adam"), stdout="ready\n", stderr="a fault\n")

    _given(monkeypatch, tmp_path, "adam", "jane")
    monkeypatch.setattr(command.subprocess, "run", bake)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1
    assert begun == ["adam", "jane"]
    assert "Not baked: adam." in capsys.readouterr().err


def test_a_wrong_recipe_is_told_before_anybody_is_baked(tmp_path: Path, monkeypatch, capsys):
    _given(monkeypatch, tmp_path, "jane", "janet")
    monkeypatch.setattr(command.subprocess, "run", lambda *_, **__: pytest.fail("somebody was baked"))
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_render_that_was_cut_off_is_not_kept_and_the_others_are(tmp_path: Path):
    """Blender says that it has saved a picture, even if the disk took half of it."""
    whole, folder, rendered = _png(tmp_path / "whole.png"), tmp_path / "renders", []

    def render(place: Path) -> None:
        rendered.append(place)
        place.write_bytes(whole if len(rendered) != 2 else whole[: len(whole) // 2])

    keep_render(folder / "skin.png", render)
    with pytest.raises(OutputError, match=r"open\.png was not written to its end. Make room"):
        keep_render(folder / "open.png", render)
    assert [path.name for path in folder.iterdir()] == ["skin.png"]
    for name in ("skin", "open"):  # and again, when there is room
        keep_render(folder / f"{name}.png", render)
    assert len(rendered) == 3
    assert sorted(path.name for path in folder.iterdir()) == ["open.png", "skin.png"]


def test_a_folder_of_renders_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "renders").write_text("in the way")
    with pytest.raises(OutputError, match="renders"):
        keep_render(tmp_path / "renders" / "adam" / "skin.png", lambda _: pytest.fail("it was rendered"))


def test_without_room_the_base_mesh_is_not_fetched(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(base.shutil, "disk_usage", lambda _: Usage(1, 1, 5_000_000))
    monkeypatch.setattr(base.human, "data", lambda _: pytest.fail("it was fetched"))
    with pytest.raises(OutputError, match="has 5 MB of room"):
        base.fetch(tmp_path)


def test_a_base_mesh_that_was_unpacked_by_half_is_not_kept(tmp_path: Path, monkeypatch):
    full = [True]

    def data(folder: Path) -> None:
        made = folder / base.DATA
        made.mkdir(parents=True)
        (made / "base.obj").write_text("v 0 0 0")
        if full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(base.human, "data", data)
    with pytest.raises(OutputError, match="the disk is full"):
        base.fetch(tmp_path)
    assert list(tmp_path.iterdir()) == []
    full[0] = False
    base.fetch(tmp_path)
    assert (tmp_path / base.DATA / "base.obj").exists()
    monkeypatch.setattr(base.human, "data", lambda _: pytest.fail("it was fetched twice"))
    base.fetch(tmp_path)


def test_a_damaged_pack_is_baked_again(tmp_path: Path, people: Path):
    pack = tmp_path / "jane.pack"
    keep_pack(load(people / "ellipse.pack"), pack)
    pack.write_bytes(pack.read_bytes()[:1000])
    assert not fresh("jane", pack)


def _given(monkeypatch: pytest.MonkeyPatch, out: Path, *names: str) -> None:
    monkeypatch.setattr(sys, "argv", ["casting.bake", *names, "--out", str(out), "--jobs", "1"])
    monkeypatch.setattr(command.base, "fetch", lambda: None)


def _png(path: Path) -> bytes:
    Image.effect_noise((64, 64), 60).convert("RGBA").save(path)
    return path.read_bytes()
