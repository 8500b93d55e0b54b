"""The page at `/docs`, and whether the interface is as it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from endpoints import V1
from serving import serving
from test_apiv3 import started

EXAMPLES = 25  # of each endpoint


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, people: Path):
    with serving(tmp_path_factory.mktemp("server"), people) as url:
        yield url


def test_the_page_loads_nothing_from_elsewhere(origin: str):
    page = httpx.get(f"{origin}/docs").text
    assert "//" not in re.sub(r"^\s*//.*$", "", page, flags=re.MULTILINE).replace("<!-- ", "")
    wanted = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert len(wanted) == 3
    for url in wanted:
        answer = httpx.get(origin + url)
        assert answer.status_code == 200 and answer.content
    assert httpx.get(f"{origin}/docs/other.js").status_code == 404
    assert httpx.get(f"{origin}/redoc").status_code == 404


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
def test_a_browser_without_the_internet_shows_it(origin: str, tmp_path: Path):
    arguments = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        f"--user-data-dir={tmp_path}", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--virtual-time-budget=8000", "--dump-dom", f"{origin}/docs",
    ]  # fmt: skip
    shown = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "/api/v1/video/generate" in shown
    assert "Failed to load" not in shown


@pytest.fixture(scope="module")
def described(origin: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{origin}/openapi.json")


@pytest.fixture(scope="module")
def ks(origin: str) -> str:
    return started(origin, userId="anybody")


@pytest.mark.parametrize("path", [row.path for row in V1])
def test_whatever_is_asked_is_answered_as_described(described: schemathesis.BaseSchema, ks: str, path: str):
    headers, checks = {"Authorization": f"Bearer {ks}"}, [not_a_server_error, status_code_conformance]

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=described[f"/api/v1/{path}"]["POST"].as_strategy())
    def asked(case: schemathesis.Case) -> None:
        assert case.call_and_validate(headers=headers, checks=checks, timeout=60).status_code != 401

    asked()
