"""The wheel carries what browsers get, and nothing of what it was built with."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from rostra import web

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    if not web.built():
        pytest.skip("the pages for browsers are not built: make web")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    return ZipFile(file)


def test_the_wheel_has_the_session_sdk_with_its_types(wheel: ZipFile):
    sdk = "rostra/web/dist/sdk/session"
    names = set(wheel.namelist())
    assert {f"{sdk}/session.js", f"{sdk}/session.umd.js", f"{sdk}/types/index.d.ts"} <= names
    assert b"KalturaAvatarSession" in wheel.read(f"{sdk}/session.js")
    assert b"KalturaAvatarSession" in wheel.read(f"{sdk}/session.umd.js")


def test_the_wheel_has_the_live_page_with_all_that_it_names(wheel: ZipFile):
    page = wheel.read("rostra/web/dist/live/index.html").decode()
    named = [part.split('"')[0] for part in page.split('="./')[1:]]
    files = [name for name in named if name]
    assert len(files) >= 3
    for name in files:
        assert f"rostra/web/dist/live/{name}" in wheel.namelist()


def test_the_wheel_has_no_sources_of_the_pages(wheel: ZipFile):
    assert not [name for name in wheel.namelist() if "node_modules" in name or name.startswith("web/")]
    assert not [name for name in wheel.namelist() if name.endswith("/.built")]
