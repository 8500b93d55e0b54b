"""All presenters at once: on one picture, in one film, on the scales."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from commands import rostra
from rostra.errors import UnknownNameError
from rostra.presenters.catalogue import Card, Catalogue
from rostra.production import weigh
from rostra.production.introductions import introductions


def card(name: str, greeting: str = "") -> Card:
    return Card.model_validate(
        {"id": name.lower(), "name": name, "greeting": greeting, "voice": {"name": "heart:fast"}}
    )


def test_everyone_stands_on_the_sheet(capfd: pytest.CaptureFixture[str], house: Path):
    outcome = rostra(capfd, "presenters", "--sheet", "cast.jpg", "--background", "#204060")
    assert outcome.code == 0, outcome.err
    count = len(Catalogue([Path("nowhere")]).files()) + 1  # and the ellipse
    assert f"{count} presenters" in outcome.out
    with Image.open(house / "cast.jpg") as page:
        across = min(6, count)
        assert page.width > across * 480
        assert page.height > -(-count // across) * 480


def test_a_sheet_needs_the_name_of_a_picture(capfd: pytest.CaptureFixture[str], house: Path):
    outcome = rostra(capfd, "presenters", "--sheet", "cast.txt")
    assert outcome.code != 0
    assert ".png" in outcome.err


def test_each_introduces_themselves_before_another_background():
    people = [card("Ada", "[smile] I am Ada, and I count."), card("Ben"), card("Cy")]
    scenes = introductions(people, ["office-1", "home-1"]).scenes
    assert [scene.presenter for scene in scenes] == ["ada", "ben", "cy"]
    assert [scene.background for scene in scenes] == ["office-1", "home-1", "office-1"]
    assert scenes[0].narration == "[smile] I am Ada, and I count."
    assert scenes[1].narration == "Hello, I am Ben."
    assert [scene.presenter for scene in introductions(people, ["x"], ["cy", "ada"]).scenes] == ["cy", "ada"]


def test_nobody_unknown_is_introduced():
    with pytest.raises(UnknownNameError, match="ada"):
        introductions([card("Ada")], ["office-1"], ["adda"])


def test_the_demo_is_a_film_with_captions(capfd: pytest.CaptureFixture[str], house: Path):
    outcome = rostra(capfd, "demo", "ellipse", "-o", "film.mp4", "--size", "320x180")
    assert outcome.code == 0, outcome.err
    assert "1 presenters" in outcome.out
    assert "Hello, I am" in (house / "film.vtt").read_text()
    assert (house / "film.mp4").stat().st_size > 1000


def test_each_is_weighed(capfd: pytest.CaptureFixture[str], house: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weigh, "TEXT", "One short line.")
    outcome = rostra(capfd, "bench", "presenters", "ellipse", "--json", "out/weights.json")
    assert outcome.code == 0, outcome.err
    [told] = json.loads((house / "out/weights.json").read_text())["weights"]
    assert told.pop("presenter") == "ellipse"
    assert set(weigh.REACH) < set(told)
    assert all(value > 0 for value in told.values())
    assert f"{told['memory']:.1f} MB" in outcome.out


def test_nobody_unknown_is_weighed(capfd: pytest.CaptureFixture[str], house: Path):
    outcome = rostra(capfd, "bench", "presenters", "elipse")
    assert outcome.code == 2
    assert "ellipse" in outcome.err
