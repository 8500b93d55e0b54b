"""The embedded voices, for real."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from rostra.errors import EngineError, InputError, MissingError, UnknownNameError
from rostra.speech import espeak, graph, hibari, models
from rostra.speech.align import align
from rostra.speech.catalogue import voice, voices
from rostra.speech.colour import NATURAL, Colour
from rostra.speech.espeak import languages
from rostra.speech.lexicon import from_mapping
from rostra.speech.loudness import TARGET, guard, loudness
from rostra.speech.voice import Pace
from test_speech_words import check

TEXT = "Dr. Smith paid $9.99 at 7:30 pm. Was it — 😀 — worth it?\n\nYes, on 3 March 2026!"


def say(text: str, name: str = "heart:fast", pace: Pace | None = None):
    return list(voice(name).speak(text, pace or Pace()))


def sound(pieces) -> np.ndarray:
    return np.concatenate([piece.pcm for piece in pieces])


def hiss(piece, start: float, end: float) -> float:
    """Share of the energy above 2 kHz."""
    part = piece.pcm[round(start * piece.rate) : round(end * piece.rate)].astype(float)
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    return float(power[np.fft.rfftfreq(len(part), 1 / piece.rate) > 2000].sum() / power.sum())


def test_a_fast_voice_speaks_with_times_that_fit():
    pieces = say(TEXT)
    check(pieces)
    assert [word.text for piece in pieces for word in piece.words] == TEXT.split()
    assert len(pieces) == 3 and all(piece.rate == 24000 for piece in pieces)


def test_sibilants_hiss_where_their_phones_are():
    (piece,) = say("The chef sells six fish.")
    spoken = [phone for phone in piece.phones if phone.symbol in "sʃɛɪ"]
    hissing = [hiss(piece, phone.start, phone.end) > 0.3 for phone in spoken]
    assert hissing == [phone.symbol in "sʃ" for phone in spoken]


def test_words_lie_within_80_ms_of_what_an_aligner_hears():
    pytest.importorskip("pocketsphinx", reason="the extra align is not installed")
    (piece,) = say("Follow the blue path past the old mill, and cross the footbridge.")
    phones, words = align(piece.pcm, piece.rate, piece.text)
    assert [word.text for word in words] == piece.text.split()
    assert phones[0].start == 0 and phones[-1].end == pytest.approx(piece.duration)
    gaps = [abs(ours.start - heard.start) for ours, heard in zip(piece.words, words, strict=True)]
    assert max(gaps) < 0.08


def test_the_same_text_always_sounds_the_same():
    assert np.array_equal(sound(say("Hello there.")), sound(say("Hello there.")))


def test_pace_changes_length_pitch_and_pauses():
    plain, quick = (
        say("One two three. Four five six."),
        say("One two three. Four five six.", pace=Pace(rate=1.5)),
    )
    close = say("One two three. Four five six.", pace=Pace(pauses=0))
    assert len(sound(quick)) < 0.8 * len(sound(plain))
    assert plain[0].duration - close[0].duration == pytest.approx(0.28, abs=0.02)
    f0 = hibari.hibari().pitch("həlˈO ðˈɛɹ.")
    voiced = f0 > 50
    assert np.median(NATURAL.bend(f0, 12.0)[voiced] / f0[voiced]) == pytest.approx(2.0, rel=0.01)


def test_a_pace_out_of_range_names_its_field():
    with pytest.raises(InputError) as caught:
        Pace(rate=9)
    assert caught.value.field == "rate"


def test_colours_tell_speakers_apart():
    f0 = hibari.hibari().pitch("ðə blˈu pˈæθ.")
    voiced = f0 > 50
    assert np.median(Colour(pitch=0.55).bend(f0)[voiced]) < 0.6 * np.median(f0[voiced])
    assert not np.array_equal(sound(say("Hi.", "michael:fast")), sound(say("Hi.", "heart:fast")))


def test_fast_voices_are_equally_loud_and_unclipped():
    text = (
        "Follow the blue path past the old mill, and cross the footbridge near the town hall. "
        "Every morning we open the doors at eight, so that you can enjoy a fresh cup of coffee."
    )
    for speaker in voices()[::3]:
        pcm = sound(say(text, f"{speaker.name}:fast")) / np.float32(32768)
        assert loudness(pcm, 24000) == pytest.approx(TARGET, abs=2.0), speaker.name
        assert np.abs(pcm).max() < 0.98, speaker.name


def test_pieces_begin_and_end_in_silence():
    for piece in say(TEXT):
        assert abs(int(piece.pcm[0])) <= 1 and abs(int(piece.pcm[-1])) <= 1
        assert 0.05 < piece.phones[0].end < 0.15


def test_loud_peaks_are_bent_not_cut():
    assert np.abs(guard(np.linspace(-3, 3, 101, dtype=np.float32))).max() <= 0.97


def test_threads_share_one_model_and_hear_the_same():
    heard: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: heard.append(sound(say("Shared by all.")))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 4 and all(np.array_equal(heard[0], other) for other in heard)
    assert hibari.hibari() is hibari.hibari()


def test_a_voice_learns_pronunciations():
    taught = voice("heart:fast").with_lexicon(from_mapping({"Xq": "banana"}))
    (piece,) = taught.speak("Xq.")
    assert [phone.symbol for phone in piece.phones if phone.symbol != "sil"] == list("bənænə")


def test_an_unknown_voice_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="heart"):
        voice("haert")
    with pytest.raises(UnknownNameError):
        voice("heart:loud")


def test_without_weights_the_fast_form_speaks_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "has", lambda vector, folder: False)
    plain = voice("michael", tmp_path)
    assert plain.name == "michael:fast" and "rostra models fetch" in plain.note
    with pytest.raises(MissingError, match="fine form"):
        voice("michael:fine", tmp_path)


@pytest.mark.parametrize("lacking", ["hibari", "onnxruntime"])
def test_without_the_extra_the_catalogue_works_and_speaking_names_it(lacking):
    code = f"""
import sys; sys.modules[{lacking!r}] = None
from rostra.errors import MissingError
from rostra.speech.catalogue import voice, voices
assert len(voices()) == 63
try:
    list(voice("heart:fast").speak("Hi."))
except MissingError as error:
    assert "rostra[voices]" in error.remedy
else:
    raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_graph_extension_is_plain_protobuf():
    assert graph.with_output(b"", "/x") == b"\x3a\x06\x62\x04\x0a\x02/x"


@pytest.mark.skipif(
    not models.has("af_heart"), reason="the weights of the fine voices are not here (rostra models fetch)"
)
def test_a_fine_voice_speaks_with_times_that_fit():
    pieces = say("Six fish.", "heart:fine")
    check(pieces)
    (piece,) = pieces
    spoken = [phone for phone in piece.phones if phone.symbol in "sʃɪ"]
    hissing = [hiss(piece, phone.start, phone.end) > 0.3 for phone in spoken]
    assert hissing == [phone.symbol in "sʃ" for phone in spoken]
    assert loudness(piece.pcm / np.float32(32768), 24000) == pytest.approx(TARGET, abs=5.0)


@pytest.mark.skipif("es" not in languages(), reason="espeak-ng is not installed")
def test_other_languages_are_spoken_by_espeak():
    text = "Hola, buenos días a todos. ¿Qué tal? 😀"
    pieces = say(text, "es")
    check(pieces)
    assert [word.text for piece in pieces for word in piece.words] == text.split()
    assert loudness(sound(pieces) / np.float32(32768), 24000) == pytest.approx(TARGET, abs=2.0)


def test_without_espeak_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(espeak.shutil, "which", lambda _: None)
    with pytest.raises(MissingError, match="apt install espeak-ng"):
        voice("es")


def test_a_sound_that_does_not_say_the_text_is_refused():
    pytest.importorskip("pocketsphinx", reason="the extra align is not installed")
    with pytest.raises(EngineError):
        align(np.zeros(4000, np.int16), 24000, "This is a rather long sentence for a very short silence.")


def test_the_models_folder_may_be_anywhere(tmp_path: Path):
    assert models.weights()["af_heart.bin"].place(tmp_path) is None
