"""The judgement on the voices: what is counted, and what happens without a judge."""

import io
import json
import pickle
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from commands import rostra
from rostra.errors import InputError, MissingError, OutputError
from rostra.production import audition as stage
from rostra.production import ears
from rostra.production.audition import Audition, Take, audition
from rostra.production.ears import Ears, Heard, word_errors
from rostra.production.machine import describe
from rostra.production.takes import Takes, fingerprint, sentences_of
from rostra.speech.catalogue import voice
from rostra.speech.speakers import cast
from rostra.speech.voiceprint import read_archive, spectra, voiceprint

JUDGE = Path(__file__).parents[1] / ".venv-judge/bin/python"


class Deaf:
    """Ears that hear everything as it is written, and tell voices apart by their level."""

    def __init__(self) -> None:
        self.asked = 0

    def hear(self, sound: np.ndarray, words: bool = True) -> Heard:
        text = (*stage.KNOWING, *stage.TEST)[self.asked % 16]
        self.asked += 1
        print_ = np.zeros(256, np.float32)
        print_[(self.asked - 1) // 16 % 2] = 1.0
        return Heard(text.replace("castle", "cattle"), print_)


def take(speaker: str, form: str, known: list[int], tested: list[int]) -> Take:
    rows = np.eye(4)
    return Take(speaker, form, 0, 10, (), 100.0, 3.0, 12.0, -20.0, 0.5, rows[known], rows[tested])


def test_errors_are_the_fewest_edits_and_marks_do_not_count():
    assert word_errors("Please open the window, it's warm.", "please open the window its warm") == (0, 6)
    assert word_errors("one two three four", "one too three") == (2, 4)
    assert word_errors("one two", "so one two three") == (2, 2)


def test_pairs_count_the_sentences_that_are_nearer_to_their_own():
    takes = (take("jane", "fine", [0, 0], [0, 0, 1, 0]), take("adam", "fine", [1, 1], [1, 1, 1, 1]))
    (pair,) = Audition(describe(), (), takes).pairs("fine")
    assert pair.apart == pytest.approx(7 / 8) and pair.alike == pytest.approx(0)


def test_a_fast_form_finds_its_place_among_the_fine_ones():
    fine = [take("jane", "fine", [0], [0]), take("adam", "fine", [1], [1])]
    fast = [take("jane", "fast", [0], [0, 0, 1]), take("adam", "fast", [0], [0, 0, 1])]
    found = Audition(describe(), (), (*fine, *fast))
    assert [found.place(each) for each in found.takes] == [None, None, 1, 2]


def test_an_audition_tells_what_was_heard_wrongly_and_how_the_voices_sound():
    people = [cast()["jane"], cast()["larry"]]
    found = audition(people, ["fast"], voice, Deaf(), lambda share: None)
    jane, larry = found.takes
    assert (jane.wrong, jane.words) == (1, sum(len(text.split()) for text in stage.TEST))
    assert jane.missed == ("Would you like to join our tour of the old cattle?",)
    assert larry.pitch < 110 < 150 < jane.pitch and larry.rate < jane.rate
    assert found.pairs("fast")[0].apart == 1.0
    told = json.loads(found.json())
    assert [each["speaker"] for each in told["takes"]] == ["jane", "larry"]
    assert "known" not in told["takes"][0]
    assert any("larry" in row for row in found.rows())
    assert ("  worst pair", "100% jane, larry", ">= 95%") in list(found.summary())


def test_the_sentences_of_the_test_are_not_those_that_the_colours_were_tuned_by():
    house = Path(__file__).parents[1] / "benchmarks"
    tuning = runpy.run_path(str(house / "voice_apart.py"))["TUNING"]
    measured = runpy.run_path(str(house / "voice_colours.py"))["TEXT"]
    assert not {*stage.TEST} & {*stage.KNOWING, *tuning}
    assert not any(text in measured for text in stage.TEST)


def test_only_a_voice_that_sounds_otherwise_is_read_again(tmp_path):
    listener, kept = Deaf(), Takes(tmp_path)
    first = audition([cast()["jane"]], ["fast"], voice, listener, lambda share: None, kept=kept)
    assert listener.asked == 16
    again = audition([cast()["jane"]], ["fast"], voice, listener, lambda share: None, kept=kept)
    assert listener.asked == 16
    assert list(again.rows()) == list(first.rows()) and np.array_equal(
        again.takes[0].tested, first.takes[0].tested
    )
    audition([cast()["jane"]], ["fast"], lambda _: voice("mia:fast"), listener, lambda share: None, kept=kept)
    assert listener.asked == 32


def test_a_damaged_take_is_read_again_and_an_unwritable_folder_is_named(tmp_path):
    kept = Takes(tmp_path)
    kept.keep(take("jane", "fast", [0], [0, 1]), "mark")
    found = kept.find("jane", "fast", "mark")
    assert found and np.array_equal(found.tested, np.eye(4)[[0, 1]])
    assert kept.find("jane", "fast", "other") is None and kept.find("adam", "fast", "mark") is None
    (tmp_path / "jane-fast.json").write_text('{"mark": "mark", "take": {"speaker"')
    assert kept.find("jane", "fast", "mark") is None
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="--takes"):
        Takes(tmp_path / "file").keep(take("jane", "fast", [0], [0]), "mark")


def test_a_fingerprint_changes_with_the_sound_and_with_the_sentences():
    jane, mia = (list(voice(f"{name}:fast").speak("One.")) for name in ("jane", "mia"))
    assert len({fingerprint(["a"], jane), fingerprint(["b"], jane), fingerprint(["a"], mia)}) == 3


def test_a_file_of_sentences_is_read_line_by_line_or_refused(tmp_path):
    path = tmp_path / "sentences.txt"
    path.write_text("One fish.\n\n  Two fish. \n")
    assert sentences_of(path) == ("One fish.", "Two fish.")
    for text, why in (
        ("One.", "holds 1 sentences"),
        ("Fish.\n" * 201, "holds 201"),
        ("One.\n42.", "Sentence 2"),
        ("One.\n" + "a " * 200, "Sentence 2"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=why) as refusal:
            sentences_of(path)
        assert refusal.value.field == "sentences" and refusal.value.remedy
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        sentences_of(path)
    with pytest.raises(InputError, match="cannot be read"):
        sentences_of(tmp_path / "none.txt")


def test_without_a_judge_one_line_says_what_to_do(capfd, house):
    outcome = rostra(capfd, "bench", "voices", "jane", "--form", "fast", "--judge", "/bin/false")
    assert outcome.code == 3 and "make .venv-judge/.set" in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
    gone = rostra(capfd, "bench", "voices", "jane", "--judge", "/no/such/python")
    assert gone.code == 3 and "cannot be run" in gone.err


def test_an_unknown_voice_or_form_is_refused_with_the_nearest(capfd, house):
    outcome = rostra(capfd, "bench", "voices", "jan")
    assert outcome.code == 2 and "jane" in outcome.err
    outcome = rostra(capfd, "bench", "voices", "jane", "--form", "finest")
    assert outcome.code == 2 and "fine" in outcome.err


def test_an_archive_that_would_run_code_is_refused():
    evil = io.BytesIO(b"".join(pickle.dumps(0) for _ in range(3)) + b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(pickle.UnpicklingError, match=r"os\.system"):
        read_archive(evil)


def test_a_spectrum_peaks_where_the_tone_is():
    time = np.arange(16000) / 16000
    low, high = (spectra(np.sin(2 * np.pi * f * time).astype(np.float32))[50].argmax() for f in (300, 3000))
    assert low < high
    assert spectra(np.zeros(16000, np.float32)).shape[1] == 40


@pytest.mark.slow
@pytest.mark.skipif(not JUDGE.exists(), reason="The judge is not set up: run make .venv-judge/.set")
def test_the_judge_understands_and_recognises_a_voice():
    said = ["Please open the window.", "The train is late again."]
    with Ears(JUDGE) as listener:
        heard = {
            name: [listener.hear(stage._listenable(list(voice(f"{name}:fast").speak(text)))) for text in said]
            for name in ("jane", "larry")
        }
    assert word_errors(said[0], heard["jane"][0].text) == (0, 4)
    jane, larry = ([each.print for each in heard[name]] for name in ("jane", "larry"))
    assert jane[0] @ jane[1] > max(jane[0] @ larry[0], jane[1] @ larry[1]) + 0.05


def test_the_judge_is_the_named_one_else_the_checkouts_else_this(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ears.judge(None) == Path(sys.executable) and ears.judge(Path("x")) == Path("x")
    ears.HOME.parent.mkdir(parents=True)
    ears.HOME.touch()
    assert ears.judge(None) == ears.HOME


@pytest.mark.skipif(find_spec("resemblyzer") is not None, reason="its weights are here")
def test_without_weights_a_voiceprint_says_what_to_install():
    with pytest.raises(MissingError, match="resemblyzer"):
        voiceprint(np.random.default_rng(0).standard_normal(16000).astype(np.float32))
