"""Pronunciations from mappings and PLS documents."""

import pytest

from rostra.errors import InputError
from rostra.speech import english
from rostra.speech.lexicon import COMMON, EMPTY, Entry, Lexicon, from_mapping, from_pls, load

PLS = """<?xml version="1.0"?>
<lexicon version="1.0" alphabet="ipa" xml:lang="en-US" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon">
  <lexeme><grapheme>Kvasir</grapheme><phoneme>ˈkvɑːsɪr</phoneme><phoneme>x</phoneme></lexeme>
  <lexeme><grapheme>W3C</grapheme><grapheme>w3c</grapheme><alias>World Wide Web Consortium</alias></lexeme>
</lexicon>"""


def symbols(text: str, lexicon: Lexicon) -> str:
    return english.read(text, lexicon).symbols


def test_an_alias_is_read_instead():
    assert symbols("Ask SQL now.", from_mapping({"SQL": "sequel"})) == symbols("Ask sequel now.", EMPTY)


def test_phonemes_are_said_as_they_stand_and_belong_to_the_word():
    read = english.read("Hello Xyzzy, friend.", from_mapping({"Xyzzy": "/zˈɪzi/"}))
    at = read.symbols.index("zˈɪzi")
    assert set(read.owners[at : at + 5]) == {1}


def test_lower_case_entries_match_any_case_and_others_exactly():
    lexicon = from_mapping({"tomato": "/təmˈɑtO/", "US": "you ess"})
    assert "təmˈɑtO" in symbols("Tomato soup.", lexicon)
    assert symbols("Tell us.", lexicon) == symbols("Tell us.", EMPTY)


def test_pls_gives_aliases_and_phonemes():
    assert from_pls(PLS).entries == (
        Entry("Kvasir", phonemes="ˈkvɑːsɪr"),
        Entry("W3C", alias="World Wide Web Consortium"),
        Entry("w3c", alias="World Wide Web Consortium"),
    )


def test_pls_with_entities_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><lexicon><lexeme><grapheme>&a;</grapheme></lexeme></lexicon>'
    with pytest.raises(InputError, match="entities"):
        from_pls(bomb)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pls", "<lexicon"),
        ("a.json", "{"),
        ("a.yaml", "- 1"),
        ("a.json", '{"x": ""}'),
        ("a.yaml", ": :\n- ]"),
    ],
)
def test_a_broken_lexicon_is_a_clear_error(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.field == "lexicon"


def test_lexicons_load_from_yaml_and_json(tmp_path):
    (tmp_path / "a.yaml").write_text("Kaltura: /kæltˈʊɹə/\nSQL: sequel\n")
    (tmp_path / "a.json").write_text('{"Kaltura": "/kæltˈʊɹə/", "SQL": "sequel"}')
    assert load(tmp_path / "a.yaml") == load(tmp_path / "a.json")


def test_earlier_lexicons_win():
    both = from_mapping({"x": "one"}) + from_mapping({"x": "two"})
    assert symbols("Say x.", both) == symbols("Say one.", EMPTY)


def test_entries_meet_what_the_author_wrote_before_it_is_read_out():
    assert symbols("Use H.264 now.", from_mapping({"H.264": "banana"})) == symbols("Use banana now.", EMPTY)


@pytest.mark.parametrize("stop", ["", ".", "!", "?", ",", "..."])
def test_an_entry_is_spoken_whatever_follows_it(stop):
    pytest.importorskip("hibari")
    said = english.read(f"Welcome to Rostra{stop}", COMMON)
    assert "ɹˈɑstɹə" in said.symbols
    assert said.words[-1] == f"Rostra{stop}"
