"""Expressions: what tags, words and paragraphs do to a face, and that the lips still say what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from babbling import FPS, blinks, channel, sentence
from rostra.acting import INDEX, Actor, Manner, Mood
from rostra.acting.expression import LOOKS
from rostra.acting.wording import GREETING, SOBER, feelings, items, questions
from rostra.speech.marks import END, GESTURES, HELD, TAGS
from rostra.speech.speech import Mark, Speech, Word

PLAIN = Manner(sway=0.0, posture=0.0)


def words(text: str) -> list[Word]:
    return [Word(word, float(place), place + 1.0) for place, word in enumerate(text.split())]


def act(pieces: list[Speech], seed: int = 6, manner: Manner = PLAIN) -> np.ndarray:
    actor = Actor(manner, seed=seed)
    parts = [actor.perform(piece).curves for piece in pieces]
    return np.concatenate([*parts, actor.finish().curves])


def marked(*marks: Mark, seed: int = 1, pause: float = 0.5) -> Speech:
    return sentence(seed, count=60, marks=marks, pause=pause)


def at(time: float) -> int:
    return round(time * FPS)


def shown(tag: str, name: str, seed: int = 6) -> np.ndarray:
    """What a tag at 1.5 s changes in a channel, frame by frame."""
    pieces = [sentence(1, count=60), sentence(2, count=60)]
    without = act(pieces, seed)
    pieces[0] = replace(pieces[0], marks=(Mark(tag, 1.5),))
    return channel(act(pieces, seed), name) - channel(without, name)


def test_every_tag_is_acted() -> None:
    assert set(HELD) <= set(LOOKS)
    assert set(HELD) | set(GESTURES) == set(TAGS)
    for tag in GESTURES:
        pieces = [sentence(1, count=60)]
        tagged = [replace(pieces[0], marks=(Mark(tag, 1.5),))]
        assert np.abs(act(tagged) - act(pieces)).max() > 0.03, tag


@pytest.mark.parametrize(
    ("tag", "name", "least"),
    [
        ("smile", "mouthSmileLeft", 0.15),
        ("happy", "cheekSquintRight", 0.30),
        ("serious", "browDownLeft", 0.40),
        ("sad", "mouthFrownLeft", 0.40),
        ("sad", "browInnerUp", 0.50),
        ("concerned", "browDownRight", 0.25),
        ("surprised", "eyeWideLeft", 0.25),
        ("curious", "browOuterUpLeft", 0.20),
        ("thinking", "browDownLeft", 0.20),
    ],
)
def test_a_look_eases_in_at_its_word_and_holds(tag: str, name: str, least: float) -> None:
    change = shown(tag, name)
    assert np.abs(change[: at(1.25)]).max() < 0.02
    assert change[at(2.0) : at(6.0)].mean() > least
    assert change[at(6.0) : at(9.0)].mean() > 0.5 * least  # into the next sentence
    if name.startswith(("brow", "cheek")):
        assert np.abs(np.diff(change)).max() < 0.15


def test_the_next_tag_takes_over() -> None:
    rows = act([marked(Mark("happy", 0.5), Mark("sad", 3.0))])
    assert channel(rows, "cheekSquintLeft")[at(2.0)] > 0.3
    assert channel(rows, "mouthFrownLeft")[at(2.0)] < 0.01
    assert channel(rows, "cheekSquintLeft")[at(4.5)] < 0.05
    assert channel(rows, "mouthFrownLeft")[at(4.5)] > 0.4


def test_a_look_ends_with_its_paragraph() -> None:
    first = marked(Mark("happy", 0.5), pause=0.9)
    end = first.words[-1].end
    ended = replace(first, marks=(*first.marks, Mark(END, end)))
    rows, held = (act([piece, sentence(2, count=60)]) for piece in (ended, first))
    assert channel(rows, "cheekSquintLeft")[at(end)] > 0.35
    assert channel(rows, "cheekSquintLeft")[at(end + 1.9)] < 0.1
    assert channel(held, "cheekSquintLeft")[at(end + 1.9)] > 0.35


def test_a_look_ends_when_one_stops_talking() -> None:
    actor = Actor(PLAIN, seed=6)
    actor.perform(marked(Mark("sad", 0.5)))
    rows = actor.rest(4.0, Mood.LISTENING).curves
    assert channel(rows, "mouthFrownLeft")[10] > 0.2
    assert channel(rows, "mouthFrownLeft")[60:].max() < 0.01


def test_an_interruption_ends_a_look() -> None:
    actor = Actor(PLAIN, seed=6)
    actor.perform(marked(Mark("sad", 0.3)))
    actor.interrupt(50)
    rows = actor.rest(3.0, Mood.LISTENING).curves
    assert channel(rows, "mouthFrownLeft")[40:].max() < 0.01


def test_neutral_gives_the_presenter_its_own_face_back() -> None:
    rows = act([marked(Mark("happy", 0.5), Mark("neutral", 2.5))])
    plain = act([marked()])
    assert channel(rows, "mouthSmileLeft")[at(4.0) :] == pytest.approx(
        channel(plain, "mouthSmileLeft")[at(4.0) :], abs=0.02
    )


def test_a_tag_goes_before_what_the_words_ask_for() -> None:
    text = "Hello and welcome to our little house on the hill by the sea. Yes."
    greeted, serious = (
        act([sentence(1, count=60, text=text, marks=marks)]) for marks in ((), (Mark("serious", 0.1),))
    )
    middle = slice(at(1.0), at(2.5))
    assert channel(greeted, "cheekSquintLeft")[middle].mean() > 0.25
    assert channel(serious, "cheekSquintLeft")[middle].max() < 0.02


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("seed", [1, 2])
def test_no_look_parts_the_lips_where_they_must_meet(tag: str, seed: int) -> None:
    piece = sentence(seed, count=60)
    phones = tuple(
        phone._replace(symbol="mbp"[i % 3] if i % 4 == 2 else phone.symbol)
        for i, phone in enumerate(piece.phones)
    )
    piece = replace(piece, phones=phones, marks=(Mark(tag, 0.4),))
    rows = act([piece])
    for phone in piece.phones:
        if phone.symbol in "mbp":
            row = rows[round((phone.start + phone.end) / 2 * FPS - 0.5)]
            assert row[INDEX["mouthClose"]] == pytest.approx(row[INDEX["jawOpen"]])
            assert row[INDEX["mouthLowerDownLeft"]] == row[INDEX["mouthUpperUpLeft"]] == 0


def test_nodding_goes_down_and_shaking_to_both_sides() -> None:
    nod, shake = shown("nod", "headPitch"), shown("shake", "headYaw")
    assert nod[at(1.4) : at(2.3)].max() > 0.03
    assert nod[at(2.8) :].max() < 0.005
    assert shake[at(1.3) : at(2.6)].max() > 0.015
    assert shake[at(1.3) : at(2.6)].min() < -0.015


def test_a_wink_shuts_one_eye() -> None:
    left, right = (shown("wink", f"eyeBlink{side}")[at(1.3) : at(2.2)].max() for side in ("Left", "Right"))
    assert max(left, right) == pytest.approx(1.0, abs=0.01)
    assert min(left, right) < 0.01


def test_a_smile_is_not_quite_even_and_reaches_the_eyes() -> None:
    rows = act([marked(Mark("happy", 0.3))])[at(1.5) : at(4.0)]
    left, right = channel(rows, "mouthSmileLeft"), channel(rows, "mouthSmileRight")
    assert 0.005 < abs(left - right).mean() / left.mean() < 0.2
    assert channel(rows, "eyeSquintLeft").mean() > 0.2
    assert channel(rows, "cheekSquintLeft").mean() > 0.4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello everybody.", [GREETING]),
        ("So, thank you all.", [GREETING]),
        ("Good morning!", [GREETING]),
        ("Gracias a todos.", [GREETING]),
        ("I am so sorry, really.", [SOBER]),
        ("Warning: the floor is wet.", [SOBER]),
        ("Unfortunately it rains.", [SOBER]),
        ("I am not sorry.", []),
        ("It isn't dangerous.", []),
        ("They never thanked us, the child said.", []),
        ("The highway is shiny.", []),
        ("— !", []),
    ],
)
def test_words_that_want_a_look(text: str, expected: list[str]) -> None:
    assert [felt.look for felt in feelings(words(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bring water, gloves, and music.", ["water,", "gloves,", "music."]),
        ("We sell red apples, green pears and plums.", ["apples,", "green pears", "plums."]),
        ("One, two, or three?", ["One,", "two,", "three?"]),
        ("However, it rained.", []),
        ("He came, and we left.", []),
        ("Yes, and no.", []),
        ("If it rains tomorrow, we stay in the old house by the river and play cards.", []),
    ],
)
def test_lists_are_told_from_other_commas(text: str, expected: list[str]) -> None:
    found = words(text)
    spans = [" ".join(word.text for word in found[item.first : item.last + 1]) for item in items(found)]
    assert spans == expected


def test_open_questions_are_told_from_the_others() -> None:
    asked = questions(words("Why did he go? Did he? He did."))
    assert [(question.first, question.last, question.open) for question in asked] == [
        (0, 3, True),
        (4, 5, False),
    ]


def test_the_head_tells_off_the_items_of_a_list() -> None:
    text = "Bring some water, warm gloves, and music."
    rows, flat = (
        act([sentence(3, count=60, every=7, text=line)], manner=replace(PLAIN, energy=1.0))
        for line in (text, text.replace(",", ""))
    )
    yaw = channel(rows, "headYaw") - channel(flat, "headYaw")
    assert np.ptp(yaw) > 0.015


def test_an_apology_takes_the_smile_away() -> None:
    manner = replace(PLAIN, smile=0.3)
    text = "We are sorry for the long wait at the gate."
    sorry = act([sentence(1, count=60, text=text)], manner=manner)
    plain = act([sentence(1, count=60, text=text.replace("sorry", "ready"))], manner=manner)
    assert channel(sorry, "cheekSquintLeft").min() < 0.01
    assert channel(plain, "cheekSquintLeft").min() > 0.1
    assert channel(sorry, "browInnerUp").max() > channel(plain, "browInnerUp").max()


def test_a_yes_or_no_question_keeps_the_brows_up_to_its_end() -> None:
    asked = channel(act([sentence(1, text="Would you like to come with us then?")]), "browOuterUpLeft")
    told = channel(act([sentence(1, text="We would like to come with you then.")]), "browOuterUpLeft")
    end = at(sentence(1).words[-1].end)
    assert (asked - told)[end - 15 : end].min() > 0.1
    assert asked[end + 25 :].max(initial=0.0) < 0.3


def test_the_end_of_a_paragraph_is_seen() -> None:
    lower, winks = [], 0
    for seed in range(12):
        piece = sentence(seed, pause=1.2)
        end = piece.words[-1].end
        ended = replace(piece, marks=(Mark(END, end),))
        last, more = act([ended], seed), act([piece], seed)
        after = slice(at(end + 0.1), at(end + 0.9))
        lower.append(float((channel(last, "headPitch") - channel(more, "headPitch"))[after].mean()))
        winks += any(at(end - 0.2) <= row <= at(end + 0.8) for row in blinks(last))
    assert np.mean(lower) > 0.008  # rad: it sinks lower, and nods
    assert winks >= 10


def test_a_new_paragraph_opens_with_the_brows() -> None:
    piece = sentence(1, pause=0.9)
    ended = replace(piece, marks=(Mark(END, piece.words[-1].end),))
    nexts = sentence(2)
    start = at(piece.duration)
    opened, went_on = (act([first, nexts], manner=replace(PLAIN, brow=1.0)) for first in (ended, piece))
    lift = channel(opened, "browInnerUp") - channel(went_on, "browInnerUp")
    assert lift[start : start + 15].max() > 0.1


def test_a_long_sentence_takes_a_deeper_breath_and_lips_part_for_it() -> None:
    deep, shallow = ([], [])
    for seed in range(6):
        for count, found in ((90, deep), (10, shallow)):
            actor = Actor(PLAIN, seed=seed)
            actor.perform(Speech(np.zeros(8000, np.int16), 16000, (), ()))
            found.append(actor.perform(sentence(seed, count=count)).curves)
    breaths = [np.mean([channel(rows, "breath")[:20].max() for rows in found]) for found in (deep, shallow)]
    assert breaths[0] > breaths[1] + 0.1


def test_lips_part_to_breathe_before_one_speaks() -> None:
    rows, dead = (
        act([sentence(3, count=60, pause=0.42), sentence(4, count=60)], manner=replace(PLAIN, breath=breath))
        for breath in (1.0, 0.0)
    )
    parted = channel(rows, "jawOpen") - channel(dead, "jawOpen")
    assert parted.max() > 0.02
    assert (channel(rows, "mouthClose") <= channel(rows, "jawOpen") + 1e-6).all()


def test_the_gaze_is_back_when_a_paragraph_ends() -> None:
    away = []
    for seed in range(30):
        piece = sentence(seed, count=50, pause=1.0)
        end = piece.words[-1].end
        rows = act([replace(piece, marks=(Mark(END, end),))], seed)
        sight = np.hypot(
            channel(rows, "gazeYaw") + channel(rows, "headYaw"),
            channel(rows, "gazePitch") + channel(rows, "headPitch"),
        )
        away.append(sight[at(end)] > np.radians(3.5))
    assert np.mean(away) < 0.05


def test_listeners_nod_raise_their_brows_and_look_at_one() -> None:
    rows = Actor(seed=3).rest(120, Mood.LISTENING).curves
    idle = Actor(seed=3).rest(120, Mood.IDLE).curves
    nodding = [np.abs(np.diff(channel(one, "headPitch"))).mean() for one in (rows, idle)]
    assert nodding[0] > 1.5 * nodding[1]
    assert channel(rows, "browInnerUp").std() > 1.5 * channel(idle, "browInnerUp").std()
    assert channel(rows, "headRoll").std() > 2 * channel(idle, "headRoll").std()
    assert channel(rows, "bodyLean").mean() > channel(idle, "bodyLean").mean() + 0.15
    sight = [
        np.hypot(
            channel(one, "gazeYaw") + channel(one, "headYaw"),
            channel(one, "gazePitch") + channel(one, "headPitch"),
        )
        for one in (rows, idle)
    ]
    assert (sight[0] > 0.06).mean() < 0.6 * (sight[1] > 0.06).mean()


def test_thinkers_press_their_lips_and_blink_slowly() -> None:
    rows = Actor(seed=3).rest(120, Mood.THINKING).curves
    idle = Actor(seed=3).rest(120, Mood.IDLE).curves
    assert channel(rows, "mouthPressLeft").mean() > channel(idle, "mouthPressLeft").mean() + 0.1
    half = [((channel(one, "eyeBlinkLeft") > 0.3).sum() / len(blinks(one))) for one in (rows, idle)]
    assert half[0] > half[1] * 1.15
    assert len(blinks(rows)) < len(blinks(idle))


def test_who_has_asked_waits_with_the_head_up() -> None:
    sunk = []
    for asks in (True, False):
        angles = []
        for seed in range(12):
            piece = sentence(seed, question=asks, pause=1.2)
            end = piece.words[-1].end
            rows = act([replace(piece, marks=(Mark(END, end),))], seed)
            angles.append(channel(rows, "headPitch")[at(end + 0.2) : at(end + 0.9)].mean())
        sunk.append(float(np.mean(angles)))
    assert sunk[1] > sunk[0] + 0.02  # rad
