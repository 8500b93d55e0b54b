"""How written English is read aloud, and whose word each spoken word is."""

import pytest

from rostra.speech.normalise import normalise, written


def read(text: str, british: bool = False) -> str:
    return " ".join(normalise(written(text.split()), british).text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$9.99", "nine dollars and ninety-nine cents"),
        ("$1", "one dollar"),
        ("$1.2 million,", "one point two million dollars,"),
        ("£5m", "five million pounds"),
        ("€0.50", "fifty cents"),
        ("5 €", "five euros"),
        ("1.5M users", "one point five million users"),
        ("3½ hours", "3 and a half hours"),
        ("Mon-Fri, 9am-5pm", "Monday to Friday, nine A.M to five P.M"),
        ("9.81 m/s²", "nine point eight one meters per second squared"),
        ("$5–$10", "five to ten dollars"),
        ("3.14", "three point one four"),
        ("2.50", "two point five zero"),
        ("1,250", "1,250"),
        ("007", "zero zero seven"),
        ("10-20 people", "ten to twenty people"),
        ("1990–2000", "1990 to 2000"),
        ("1/2 cup", "one half cup"),
        ("3/4", "three quarters"),
        ("-5 °C", "minus five degrees Celsius"),
        ("5 km/h", "five kilometers per hour"),
        ("1 kg", "one kilogram"),
        ("3 GB", "three gigabytes"),
        ("50%", "fifty percent"),
        ("10 m²", "ten square meters"),
        ("7:30 pm", "seven thirty P.M"),
        ("09:05", "nine oh five"),
        ("9:00", "nine o'clock"),
        ("5 p.m. sharp", "five P.M sharp"),
        ("2026-03-04", "March fourth, 2026"),
        ("March 3rd, 2026", "March third, 2026"),
        ("3 March 2026", "the third of March 2026"),
        ("the 5 Sept. show", "the fifth of September show"),
        ("Dr. Who", "Dr Who"),
        ("Prof. Lee", "Professor Lee"),
        ("St. Mary", "Saint Mary"),
        ("Main St. is", "Main Street is"),
        ("e.g. this", "for example this"),
        ("No. 5", "number 5"),
        ("KS", "K.S"),
        ("NASA", "NASA"),
        ("C++", "C plus plus"),
        ("R&D", "R and D"),
        ("#1", "number 1"),
        ("jo@example.com", "jo at example dot com"),
        ("https://www.rostra.dev/docs?x=1", "rostra dot dev slash docs"),
        ("+1 (555) 123-4567", "plus one, five five five, one two three, four five six seven"),
        ("v2.3", "version two point three"),
        ("build 2.3.1 is", "build two point three point one is"),
        ("Python 3.11", "Python three point eleven"),
        ("1920x1080", "1920 by 1080"),
        ("World War II", "World War two"),
        ("Henry VIII", "Henry the eighth"),
        ("**bold** and `code`", "bold and code"),
        ("snake_case", "snake case"),
        ("[here](https://a.b/c)", "here"),
        ("he’s ‘fine’", "he's 'fine'"),
        ("𝗯𝗼𝗹𝗱 ﬁne", "bold fine"),
        ("20000000000000000000", "two" + " zero" * 19),
    ],
)
def test_text_is_read_as_a_speaker_would(text, expected):
    assert read(text) == expected


def test_dates_follow_the_accent():
    assert read("03/04/2026") == "March fourth, 2026"
    assert read("03/04/2026", british=True) == "the third of April, 2026"
    assert read("25/12/2026") == "December twenty-fifth, 2026"


def test_emoji_and_control_characters_are_not_read():
    assert read("Hi 👩‍👩‍👧 there\u200b ✅ \ue000") == "Hi there"


def test_each_spoken_word_knows_the_authors_word():
    text = normalise(
        written(["I", "paid", "$9.99", "on", "3", "March", "2026", "for", "2.5", "million", "of", "it"])
    )
    said: dict[int, str] = {}
    for char, owner in zip(text.text, text.owners, strict=True):
        if owner >= 0:
            said[owner] = said.get(owner, "") + char
    assert said[2] == "ninedollarsandninety-ninecents"
    assert said[4] == "thethirdof"
    assert (said[5], said[6]) == ("March", "2026")
    assert said[8] == "twopointfive" and said[9] == "million"
