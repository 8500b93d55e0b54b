"""The presenters' thirty-six voices."""

import numpy as np
import pytest

from rostra.speech import hibari, kokoro, models
from rostra.speech.catalogue import has_fine, voice, voices
from rostra.speech.colour import BANDS, Colour, melody
from rostra.speech.loudness import TARGET, loudness
from rostra.speech.speakers import VECTORS, Speaker, cast, speakers
from rostra.speech.voice import Pace
from test_speech_words import check

PRESENTERS = """
    adam amir ben cristina david derek dylan elizabeth gloria harper harry henry james jane jason jennifer
    julia kevin larry lisa maria maya mia miguel ming rita sam sara sharon sophia taylor theodore tim
    victoria william yasmin
""".split()  # noqa: SIM905
OLD = ("larry", "henry", "gloria", "theodore", "elizabeth", "william", "sharon")
YOUNG = ("mia", "dylan", "maya", "kevin", "sophia")
TEXT = """
    Follow the blue path past the old mill, and cross the bridge near the town hall. My brother repairs old
    radios for fun. Could you send me the second chapter again? Nobody expected this to end so early.
"""

needs_weights = pytest.mark.skipif(
    not models.has("am_liam"), reason="the weights of the fine voices are not here (rostra models fetch)"
)


@pytest.fixture(scope="module")
def curve():
    """Hz, 80 a second, of the fast voice as she comes."""
    return hibari.hibari().pitch("fˈɑlO ðə blˈu pˈæθ pˈæst ðɪ ˈOld mˈɪl.")


def test_every_presenter_has_a_voice_of_that_name():
    assert sorted(cast()) == PRESENTERS
    assert {speaker.name for speaker in voices()} == {*PRESENTERS, *(name[3:] for name in VECTORS.split())}
    assert speakers()["adam"].age and not speakers()["heart"].age


@pytest.mark.parametrize("speaker", cast().values(), ids=lambda speaker: speaker.name)
def test_a_recipe_names_vectors_that_exist_in_shares_of_one(speaker: Speaker):
    assert set(speaker.vectors) <= set(VECTORS.split())
    assert sum(share for _, share in speaker.timbre) == pytest.approx(1)
    assert sum(share for _, share in speaker.melody) == pytest.approx(1)
    assert 25 <= speaker.age <= 65 and speaker.gender in ("woman", "man")


def test_the_old_speak_slower_and_from_a_longer_throat_than_the_young():
    people = cast()
    assert all(people[name].age >= 58 and people[name].rate < 1 for name in OLD)
    assert all(people[name].age <= 28 and people[name].rate > 1 for name in YOUNG)
    assert max(people[name].formants for name in OLD) < min(people[name].formants for name in YOUNG)


def test_no_two_voices_are_made_alike():
    made = {(speaker.timbre, speaker.melody, speaker.pitch, speaker.formants) for speaker in cast().values()}
    assert len(made) == len(PRESENTERS)
    colours = {name: voice(f"{name}:fast").synthesise.keywords["colour"] for name in PRESENTERS}
    assert all(colour.habit.shape == (2 * BANDS, BANDS) for colour in colours.values())
    assert len({tuple(colour.bands) for colour in colours.values()}) == len(PRESENTERS)
    assert len({(c.span, c.accents, c.fall) for c in colours.values()}) == len(PRESENTERS)


def test_a_style_takes_its_halves_from_timbre_and_melody(monkeypatch):
    sound = {"one": 1.0, "two": 3.0, "three": 7.0}
    monkeypatch.setattr(
        kokoro, "_vector", lambda name, _: np.full(kokoro.STYLE_SHAPE, sound[name], np.float32)
    )
    style = kokoro.style((("one", 0.75), ("two", 0.25)), (("three", 1.0),))
    assert style.shape == kokoro.STYLE_SHAPE and style.dtype == np.float32
    assert np.all(style[:, :128] == 1.5) and np.all(style[:, 128:] == 7.0)


def test_a_fine_form_needs_every_vector_of_its_blend(monkeypatch):
    monkeypatch.setattr(models, "has", lambda vector, folder=None: vector != "am_santa")
    assert has_fine(speakers()["james"])
    assert not has_fine(speakers()["theodore"])
    assert "rostra models fetch" in voice("theodore").note and voice("theodore").name == "theodore:fast"


@pytest.mark.parametrize("name", PRESENTERS)
def test_every_fast_form_speaks_equally_loud_and_unclipped(name):
    pieces = list(voice(f"{name}:fast").speak(TEXT))
    check(pieces)
    pcm = np.concatenate([piece.pcm for piece in pieces]) / np.float32(32768)
    assert loudness(pcm, 24000) == pytest.approx(TARGET, abs=1.5)
    assert np.abs(pcm).max() < 0.98


def test_the_parts_of_a_melody_add_up(curve):
    slow, quick, place = melody(curve)
    voiced = curve > 50
    plain = Colour(pitch=2.0).bend(curve)
    assert np.allclose(plain[voiced], 2 * curve[voiced], rtol=1e-4)
    assert np.std(slow) > 0 and np.std(quick) > 0 and place[0] == -0.5 and place[-1] == 0.5


def test_each_factor_moves_its_part_of_the_melody(curve):
    voiced = curve > 50
    flat = np.log2(Colour(span=0, accents=0).bend(curve)[voiced])
    assert np.ptp(flat) < 1e-4
    falling = np.log2(Colour(span=0, accents=0, fall=0.5).bend(curve)[voiced])
    assert falling[0] - falling[-1] == pytest.approx(0.5, abs=0.01)
    lively, calm = (np.std(np.log2(Colour(accents=a).bend(curve)[voiced])) for a in (1.8, 0.4))
    assert lively > calm


def test_breath_adds_noise_only_where_there_is_voice():
    spectra = [np.zeros((601, 4), np.float32) for _ in range(3)]
    f0 = np.array([0, 200, 200, 0], np.float32)
    harmonics, noise, rest = Colour(breath=6.0).paint(*spectra, f0)
    assert not harmonics.any() and not rest.any()
    assert np.allclose(noise[0], np.array([0, 6, 6, 0]) * np.log(10) / 20)


def test_a_habit_answers_to_what_is_said():
    habit = np.zeros((2 * BANDS, BANDS), np.float32)
    habit[5, 5] = 3.0  # dB for each neper in band 5 of the harmonics
    quiet, loud = np.zeros((601, 1), np.float32), np.ones((601, 1), np.float32)
    spectra = np.hstack([quiet, loud]), np.zeros((601, 2), np.float32), np.zeros((601, 2), np.float32)
    harmonics, _, _ = Colour(habit=habit).paint(*spectra, np.zeros(2))
    lifted = harmonics - np.array([0.0, 1.0])
    assert np.abs(lifted[:, 0]).max() < 1e-6 and 0.1 < lifted[:, 1].max() < 0.4


def test_british_speakers_are_british_in_both_forms():
    assert voice("victoria:fast").british and not voice("jane:fast").british
    (piece,) = voice("victoria:fast").speak("Water the garden.")
    check([piece])
    assert "ɹ" not in {phone.symbol for phone in piece.phones}


@needs_weights
@pytest.mark.parametrize("name", ["theodore", "mia"])
def test_a_fine_form_with_moved_formants_keeps_times_that_fit(name):
    (piece,) = voice(f"{name}:fine").speak("Six fish.")
    check([piece])
    (slow,) = voice(f"{name}:fine").speak("Six fish.", Pace(rate=0.7))
    assert slow.duration > piece.duration
