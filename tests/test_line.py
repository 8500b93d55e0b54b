"""The line: sound is the clock, takes join without a gap, memory stays flat."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from rostra.acting.actor import Actor
from rostra.acting.motion import CHANNELS, FloatArray
from rostra.errors import EngineError
from rostra.picture.frame import Size, Yuv420
from rostra.production.line import DISSOLVE, Clock, Line, takes
from rostra.production.meter import Meter
from rostra.production.script import Broll, Scene
from rostra.speech.speech import Pcm, Phone, Speech, Word

SIZE = Size(64, 32)
CLOCK = Clock(fps=25, rate=24_000)


def piece(text: str, samples: int, rate: int = 24_000) -> Speech:
    end = samples / rate
    pcm = (8000 * np.sin(np.arange(samples) * 0.05)).astype(np.int16)
    return Speech(pcm, rate, (Phone("ɑ", 0.0, end, 1),), (Word(text, 0.0, end),), text)


class Grey:
    """Paints everything in one shade, and the pose into the first pixels."""

    def __init__(self, shade: int) -> None:
        self.shade = shade

    def draw(self, row: FloatArray, out: Yuv420) -> None:
        assert row.shape == (len(CHANNELS),)
        out.y[:] = self.shade
        out.y[0, : len(row)] = (np.clip(row, 0, 1) * 255).astype(np.uint8)


class Company:
    """Says each narration as pieces of 0.7 s; painters go by the presenter."""

    shades: ClassVar = {"jane": 50, "adam": 200}

    def __init__(self, rate: int = 24_000) -> None:
        self.rate = rate

    def speak(self, scene: Scene, number: int) -> Iterator[Speech]:
        for sentence in scene.narration.split(". "):
            yield piece(sentence, 16_801, self.rate)

    def actor(self, scene: Scene, number: int) -> Actor:
        return Actor(seed=number)

    def painter(self, scene: Scene, number: int) -> Grey:
        return Grey(self.shades[scene.presenter])


class Reel:
    """A film that remembers; it has two frames, one drawn and one held back."""

    def __init__(self) -> None:
        self.samples = 0
        self.frames: list[np.ndarray] = []
        self.ring = [Yuv420.empty(SIZE), Yuv420.empty(SIZE)]

    def frame(self) -> Yuv420:
        return self.ring.pop()

    def write(self, frame: Yuv420) -> None:
        self.frames.append(frame.y.copy())
        self.ring.append(frame)

    def sound(self, pcm: Pcm) -> None:
        self.samples += len(pcm)


def film(
    scenes: Sequence[Scene], cast: Company | None = None, clock: Clock = CLOCK, reel: Reel | None = None
) -> tuple[Reel, list[tuple[str, float]], list[float]]:
    reel, heard, shares = reel or Reel(), [], []
    line = Line(
        scenes, cast or Company(), reel, clock, SIZE,
        heard=lambda speech, at: heard.append((speech.text, at)), report=shares.append, meter=Meter(),
    )  # fmt: skip
    line.run()
    return reel, heard, shares


JANE = Scene("One. Two. Three.", presenter="jane")
ADAM = Scene("Four. Five.", presenter="adam")


def test_scenes_of_one_look_are_one_take_and_clips_always_start_anew():
    clip = Scene("Six.", layout="broll", broll=Broll(Path("a.mp4")))
    assert takes([JANE, JANE, ADAM, clip, clip, JANE]) == [
        range(0, 2), range(2, 3), range(3, 4), range(4, 5), range(5, 6)
    ]  # fmt: skip


@pytest.mark.parametrize("clock", [CLOCK, Clock(30, 24_000), Clock(60, 24_000), Clock(29, 24_000)])
def test_pictures_and_sound_have_the_same_length(clock: Clock):
    reel, _, _ = film([JANE, ADAM, JANE, ADAM, JANE], clock=clock)
    assert reel.samples == clock.samples(len(reel.frames))


def test_pieces_are_told_at_the_second_at_which_they_are_heard():
    _, heard, _ = film([JANE, ADAM])
    assert [text for text, _ in heard] == ["One", "Two", "Three.", "Four", "Five."]
    starts = [at for _, at in heard]
    assert starts[:3] == pytest.approx([0.5, 0.5 + 16_801 / 24_000, 0.5 + 2 * 16_801 / 24_000])
    assert starts[3] > starts[2] + 0.7


def test_a_new_look_dissolves_from_the_old_one():
    reel, heard, _ = film([JANE, ADAM])
    shades = [int(frame[1, 0]) for frame in reel.frames]
    change = next(number for number, shade in enumerate(shades) if shade != 50)
    between = shades[change : change + round(DISSOLVE * 25)]
    assert all(50 < shade < 200 for shade in between)
    assert between == sorted(between)
    assert set(shades[change + len(between) :]) == {200}
    assert change / 25 < heard[3][1]


def test_the_same_seed_gives_the_same_frames():
    one, two = film([JANE, ADAM])[0], film([JANE, ADAM])[0]
    assert all((a == b).all() for a, b in zip(one.frames, two.frames, strict=True))


def test_progress_grows_to_the_whole():
    _, _, shares = film([JANE, ADAM])
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_voice_of_another_rate_is_refused():
    with pytest.raises(EngineError, match="16000 Hz"):
        film([JANE], cast=Company(rate=16_000))


def test_an_encoder_that_fails_ends_the_line():
    class Full(Reel):
        def write(self, frame: Yuv420) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        film([JANE] * 5, reel=Full())
