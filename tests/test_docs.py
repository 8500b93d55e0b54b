"""The documents say what is so."""

import re
import subprocess
import sys
from pathlib import Path

import rostra.app  # noqa: F401 - so that all services are known
from endpoints import V1, V3
from rostra.identity.partners import OPTIONS
from rostra.production.script import read
from rostra.settings import Settings, markdown, table
from rostra.studio.errors import STATES

ROOT = Path(__file__).parent.parent
STALE = "is stale: run make docs"


def test_the_page_of_settings_is_fresh():
    assert (ROOT / "docs/settings.md").read_text() == markdown(), f"docs/settings.md {STALE}"


def test_every_setting_has_a_sentence_of_help():
    for name, _, _, help_ in table():
        assert len(help_) > 20, name
        assert help_.endswith("."), name


def test_every_setting_is_used():
    source = "".join(path.read_text() for path in (ROOT / "src/rostra").rglob("*.py"))
    for name in Settings.model_fields:
        assert re.search(rf"(settings\(\)|chosen)\.{name}\b", source), name


def test_the_page_of_commands_is_fresh(tmp_path: Path):
    page = tmp_path / "cli.md"
    titled = ["--name", "rostra", "--title", "The command line", "--output", str(page)]
    subprocess.run(
        [sys.executable, "-m", "typer", "rostra.cli.app", "utils", "docs", *titled],
        check=True, capture_output=True, cwd=ROOT,
    )  # fmt: skip
    assert page.read_text() == (ROOT / "docs/cli.md").read_text(), f"docs/cli.md {STALE}"


def test_every_endpoint_code_and_option_is_told():
    vod, v3 = ((ROOT / f"docs/{name}.md").read_text() for name in ("vod-api", "api-v3"))
    for told in [*(row.path for row in V1), *STATES]:
        assert f"`{told}`" in vod, told
    for row in V3:
        service, action = row.path.split(".")
        for told in filter(None, (service, action)):
            assert f"`{told}`".lower() in v3.lower(), row.path
    for told in OPTIONS:
        assert told in vod + v3, told


def test_the_commands_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text()))
    assert {"video", "test"} <= named <= targets


def test_the_links_of_the_documents_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            if not link.startswith("docs/images/"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_no_registry_is_named_in_the_lock_files():
    for lock in (ROOT / "locks").iterdir():
        assert "//" not in lock.read_text(), lock


def test_the_examples_are_scripts():
    for path in (ROOT / "examples").glob("*.json"):
        assert read(path).scenes
    for path in (ROOT / "examples").glob("*.yaml"):
        assert read(path).scenes
