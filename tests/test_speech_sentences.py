"""Where a text is cut."""

import pytest

from rostra.speech.sentences import LIMIT, sentences


def cut(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Smith met Prof. J. K. Lee. They left.", ["Dr. Smith met Prof. J. K. Lee.", "They left."]),
        ("It costs $3.50 here. Fine.", ["It costs $3.50 here.", "Fine."]),
        (
            "Bring fruit, e.g. Apples, etc. The rest is ours.",
            ["Bring fruit, e.g. Apples, etc.", "The rest is ours."],
        ),
        ("We open at 5 p.m. Then we eat.", ["We open at 5 p.m.", "Then we eat."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("“Really?” she asked. “Yes!” He left.", ["“Really?” she asked.", "“Yes!”", "He left."]),
        ("Well… maybe. Wait... What?", ["Well… maybe.", "Wait...", "What?"]),
        ("1. Open the door. 2. Go in.", ["1. Open the door.", "2. Go in."]),
        ("A title\nThe text begins.", ["A title", "The text begins."]),
        ("- one\n- two", ["- one", "- two"]),
        ("See rostra.dev for more. Bye.", ["See rostra.dev for more.", "Bye."]),
    ],
)
def test_sentences_end_where_a_reader_would_pause(text, expected):
    assert cut(text) == expected


def test_hard_wrapped_prose_is_one_sentence():
    text = "This sentence was wrapped by an editor that\nbreaks lines at forty or so characters."
    assert len(cut(text)) == 1


def test_a_blank_line_ends_a_paragraph():
    found = list(sentences("One. Two.\n\nThree."))
    assert [sentence.ends_paragraph for sentence in found] == [False, True, True]


def test_a_long_sentence_is_cut_at_a_clause_and_says_so():
    text = "word " * 50 + "end, " + "word " * 50 + "end."
    found = list(sentences(text))
    assert found[0].text.endswith("end,") and not found[0].whole and found[-1].whole
    assert all(len(sentence.text) <= LIMIT for sentence in found)


@pytest.mark.parametrize(
    "text",
    [" " * 1_000_000, "." * 1_000_000, "a" * 1_000_000, "ab. " * 250_000, "ab " * 330_000, "\n" * 1_000_000],
)
def test_a_megabyte_of_anything_is_cut_in_linear_time(text):
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
