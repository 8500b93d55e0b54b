"""Partners and sessions on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from KalturaClient import KalturaClient

from commands import rostra
from rostra.settings import settings


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty folder for what the server keeps."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROSTRA_HOME", "kept")
    settings.cache_clear()
    yield tmp_path / "kept"
    settings.cache_clear()


def test_the_first_partner_has_secrets_that_only_the_owner_can_read(capfd, at_home: Path):
    outcome = rostra(capfd, "partner", "show")
    assert outcome.code == 0, outcome.err
    place = at_home / "partner-102.env"
    assert place.stat().st_mode & 0o777 == 0o600
    assert at_home.stat().st_mode & 0o777 == 0o700
    lines = dict(line.split("=") for line in place.read_text().splitlines())
    assert lines["ROSTRA_PARTNER_ID"] == "102"
    assert lines["ROSTRA_ADMIN_SECRET"] in outcome.out
    assert rostra(capfd, "partner", "show").out == outcome.out


def test_a_ks_is_minted_and_inspected(capfd, at_home: Path):
    ks = rostra(capfd, "ks", "mint", "--user", "ana", "--admin", "--privileges", "sview:*").out.strip()
    told = rostra(capfd, "ks", "inspect", ks)
    assert told.code == 0, told.err
    for part in ("102", "ana", "administrator", "sview:*", "good"):
        assert part in told.out
    refused = rostra(capfd, "ks", "inspect", ks[:-4] + "AAAA")
    assert refused.code != 0
    assert "INVALID_STR" in refused.err


def test_what_the_vendors_client_signs_with_a_fixed_secret_is_good(capfd, at_home: Path, monkeypatch):
    monkeypatch.setenv("ROSTRA_PARTNER_ID", "700")
    monkeypatch.setenv("ROSTRA_ADMIN_SECRET", "fixed by the owner")
    settings.cache_clear()
    assert "700" in rostra(capfd, "partner", "show").out
    for life, state in ((3600, "good"), (-5, "EXPIRED")):
        ks = KalturaClient.generateSessionV2("fixed by the owner", "ben", 0, 700, life, "").decode()
        assert state in rostra(capfd, "ks", "inspect", ks).out
    assert "fixed by the owner" not in rostra(capfd, "settings").out


def test_partners_are_added_listed_and_renewed(capfd, at_home: Path):
    assert "103" in rostra(capfd, "partner", "add", "Shop", "--id", 103).out
    old = (at_home / "partner-103.env").read_text()
    assert rostra(capfd, "partner", "rotate", 103).code == 0
    assert (at_home / "partner-103.env").read_text() != old
    assert "Shop" in rostra(capfd, "partner", "list").out
    for wrong in (
        ("add", "x", "--id", 103),
        ("add", "x", "--id", 99),
        ("rotate", 104),
        ("show", "--id", 104),
    ):
        assert rostra(capfd, "partner", *wrong).code == 2


def test_options_of_a_partner_are_switched(capfd, at_home: Path):
    shown = rostra(capfd, "partner", "set", "library.private", "true")
    assert shown.code == 0, shown.err
    assert "true" in next(line for line in shown.out.splitlines() if line.startswith("library.private"))
    assert rostra(capfd, "partner", "set", "library.privat", "true").code == 2
