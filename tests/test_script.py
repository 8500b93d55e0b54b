"""Scripts: what is read, what is filled in, what is refused and how."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import RostraError, ScriptError
from rostra.production.script import Choices, Limits, parse, read


def refused(text: str, kind: str = "", folder: Path | None = None) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        parse(text, kind, folder)
    assert "\n" not in str(caught.value)
    return caught.value


def test_each_paragraph_of_plain_text_is_a_scene():
    script = parse("First line\nstill first.\n\n  \nSecond.\n", ".txt")
    assert [scene.narration for scene in script.scenes] == ["First line still first.", "Second."]


def test_an_open_end_is_filled_from_scene_then_choice_then_script_then_default():
    text = json.dumps(
        {
            "presenter": "adam",
            "voice": "george",
            "scenes": [
                {"narration": "One."},
                {"narration": "Two.", "presenter": "eve", "background": "#102030"},
            ],
        }
    )
    one, two = parse(text).scenes
    assert (one.presenter, one.background, one.voice) == ("adam", "office-1", "george")
    assert (two.presenter, two.background) == ("eve", "#102030")
    one, two = parse(text, choices=Choices(presenter="jane", background="loft", voice="heart")).scenes
    assert (one.presenter, one.background, one.voice) == ("jane", "loft", "heart")
    assert (two.presenter, two.background) == ("eve", "#102030")


def test_json_and_yaml_mean_the_same():
    raw = {"scenes": [{"narration": "Hello.", "voice": "heart"}], "lexicon": {"Rostra": "ross tra"}}
    yaml = "lexicon: {Rostra: ross tra}\nscenes:\n- narration: Hello.\n  voice: heart\n"
    assert parse(json.dumps(raw), ".json") == parse(yaml, ".yaml")


def test_a_bare_list_is_a_list_of_scenes():
    assert parse('[{"narration": "Hi."}]').scenes[0].narration == "Hi."


def test_files_are_looked_for_beside_the_script(tmp_path: Path):
    (tmp_path / "wall.png").touch()
    (tmp_path / "tour.mp4").touch()
    path = tmp_path / "script.json"
    scene = {"narration": "Hi.", "background": "wall.png", "broll": {"file": "tour.mp4", "start": 2}}
    path.write_text(json.dumps([scene]))
    (read_back,) = read(path).scenes
    assert read_back.background == str(tmp_path / "wall.png")
    assert read_back.broll and read_back.broll.file == tmp_path / "tour.mp4"
    assert (read_back.layout, read_back.broll.start) == ("broll", 2.0)


def test_a_clip_is_kept_but_not_shown_in_a_full_screen_scene(tmp_path: Path):
    (tmp_path / "tour.mp4").touch()
    text = '[{"narration": "Hi.", "layout": "full-screen", "broll": {"file": "tour.mp4"}}]'
    assert parse(text, folder=tmp_path).scenes[0].layout == "full-screen"


@pytest.mark.parametrize("text", ["", "  \n\n ", "{}", '{"scenes": []}', "[]"])
def test_an_empty_script_is_refused(text: str):
    assert refused(text).field == "scenes"


@pytest.mark.parametrize("narration", ["", "   ", "...", "🎉🎉", "—!?", "\u200b"])
def test_a_scene_in_which_nothing_is_said_is_named(narration: str):
    text = json.dumps([{"narration": "Fine."}, {"narration": narration}])
    assert refused(text).field == "scenes[1].narration"


def test_a_paragraph_of_emoji_is_named():
    assert refused("Hello.\n\n🎉🎉\n", ".txt").field == "scenes[1].narration"


@pytest.mark.parametrize(
    ("scene", "field"),
    [
        ({}, "scenes[0].narration"),
        ({"narration": 5}, "scenes[0].narration"),
        ({"narration": "Hi.", "layout": "wide"}, "scenes[0].layout"),
        ({"narration": "Hi.", "layout": "broll"}, "scenes[0].broll"),
        ({"narration": "Hi.", "broll": {}}, "scenes[0].broll.file"),
        ({"narration": "Hi.", "broll": {"file": "gone.mp4"}}, "scenes[0].broll.file"),
        ({"narration": "Hi.", "broll": {"file": "a.mp4", "start": -1}}, "scenes[0].broll.start"),
        ({"narration": "Hi.", "broll": {"file": "a.mp4", "start": "NaN"}}, "scenes[0].broll.start"),
        ({"narration": "Hi.", "presentr": "jane"}, "scenes[0].presentr"),
    ],
)
def test_the_field_to_blame_is_named(scene: dict[str, object], field: str):
    error = refused(json.dumps([scene]))
    assert error.field == field
    assert "scenes[0]" in str(error)


def test_a_misspelt_key_gets_the_nearest_one():
    assert "presenter" in refused('[{"narration": "Hi.", "presentr": "jane"}]').remedy


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{", ".json"),
        ("[" * 100_000, ".json"),
        ("a: [", ".yaml"),
        ("a: &a [*a]", ".yml"),
        ("5", ".json"),
        ('"x"', ".yaml"),
        ("!!python/object/apply:os.system [ls]", ".yaml"),
    ],
)
def test_broken_structure_is_one_clear_line(text: str, kind: str):
    refused(text, kind)


def test_more_than_the_limits_is_refused_with_the_setting_to_raise():
    with pytest.raises(ScriptError, match="ROSTRA_MAX_SCRIPT_BYTES"):
        read(io.BytesIO(b"word " * 250_000))
    with pytest.raises(ScriptError, match="ROSTRA_MAX_SCENES"):
        parse("a\n\n" * 11, limits=Limits(scenes=10))


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\x00\x00", b"abc\x00def"])
def test_what_is_no_text_is_refused(data: bytes):
    with pytest.raises(ScriptError, match="text"):
        read(io.BytesIO(data))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path):
    for path in (tmp_path / "gone.txt", tmp_path):
        with pytest.raises(ScriptError):
            read(path)


@given(st.text(), st.sampled_from(["", ".json", ".yaml", ".txt"]))
def test_any_text_is_a_script_or_a_clear_refusal(text: str, kind: str):
    try:
        script = parse(text, kind)
    except RostraError:
        return
    assert all(any(character.isalnum() for character in scene.narration) for scene in script.scenes)


def test_a_plain_script_may_begin_with_a_tag():
    assert [scene.narration for scene in parse("[smile] Hello.\n\n[sad]\n\nBye.\n\n[nod]").scenes] == [
        "[smile] Hello.",
        "[sad] Bye. [nod]",
    ]


@pytest.mark.parametrize("text", ["[smile]", "[smile]\n\n[nod]", '[{"narration": "[smile] ..."}]'])
def test_tags_alone_are_nothing_to_say(text: str):
    assert "nothing that can be spoken" in refused(text).message


def test_yaml_is_told_to_quote_a_tag():
    assert "quotes" in refused("scenes:\n- narration: [smile] Hello.\n", ".yaml").remedy
    assert parse('scenes:\n- narration: "[smile] Hello."\n', ".yaml").scenes[0].narration == "[smile] Hello."
