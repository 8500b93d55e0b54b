"""Recipes: all of them can be read, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from casting.recipe import FOLDER, names, read

from rostra.errors import InputError
from rostra.speech.marks import plain
from rostra.speech.speakers import cast

JANE = (FOLDER / "jane.toml").read_text()


@pytest.mark.parametrize("name", names())
def test_each_recipe_can_be_baked_and_speaks_with_its_own_voice(name: str) -> None:
    recipe = read(name)
    assert recipe.id == name
    assert recipe.voice.name in cast()
    assert recipe.bio
    assert 4 <= len(plain(recipe.greeting).split()) <= 14  # about three seconds


def test_no_two_people_share_a_voice_or_a_greeting() -> None:
    people = [read(name) for name in names()]
    assert len(people) == 36
    assert len({one.voice.name for one in people}) == 36
    assert len({one.greeting for one in people}) == 36


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("blush_strength = 0.48", "blush_strength = 4.8", "skin.blush_strength: .* less than or equal to 1"),
        ("blush_strength = 0.48", "blusher = 1", "skin.blusher: .* not permitted"),
        ("age = 27", "age = 7", "build.age: .* greater than or equal to 18"),
        ('colour = "#e2a07e"', 'colour = "peach"', "skin.colour: .*pattern"),
        ('kind = "woman"', 'kind = "cat"', "kind: .*'woman', 'man' or 'person'"),
        ('style = "warm"', 'style = "warn"', "manner: .*'warn'. Did you mean warm"),
        ('name = "jane"\n', "", "voice.name: .* required"),
        ('id = "jane"', 'id = "jane', "not TOML"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(
    right: str, wrong: str, told: str, tmp_path: Path
) -> None:
    assert right in JANE
    (tmp_path / "jane.toml").write_text(JANE.replace(right, wrong, 1))
    with pytest.raises(InputError, match=told):
        read("jane", tmp_path)


def test_a_recipe_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="jane"):
        read("janet")
