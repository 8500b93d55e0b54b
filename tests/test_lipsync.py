"""Lip-sync of sound whose text nobody knows: what goes in comes out, in step with a mouth that moves."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from rostra.acting.actor import Actor
from rostra.acting.motion import INDEX
from rostra.errors import InputError, MissingError
from rostra.live import lipsync
from rostra.live.lipsync import FIRST, LONG, MOST, Incoming, Lipsync
from rostra.live.performance import RATE
from rostra.speech.follow import excerpt, follow
from rostra.speech.speech import SILENCE, Phone

FPS = 25
STEP = RATE // FPS
JAW = INDEX["jawOpen"]


def noise(seconds: float, rate: int = RATE) -> np.ndarray:
    return (8000 * np.random.default_rng(5).standard_normal(round(seconds * rate))).astype(np.int16)


def parts(incoming: Incoming, ahead: float = 0.0) -> list:
    taken = []
    while (part := incoming.take(ahead)) is not None:
        taken.append(part)
    return taken


def test_the_parts_are_the_sound():
    incoming, sound = Incoming(FPS), noise(7.3)
    for start in range(0, len(sound), 480):
        incoming.add(sound[start : start + 480], RATE)
    incoming.close()
    taken = parts(incoming)
    assert taken.pop() == "segment-1"
    assert all(len(part.sound) % STEP == 0 for part in taken)
    whole = np.concatenate([part.sound for part in taken])
    assert len(whole) - len(sound) < STEP
    assert np.array_equal(whole[: len(sound)], sound)
    assert not whole[len(sound) :].any()
    assert np.array_equal(taken[1].before, taken[0].sound[-RATE:])


def test_the_first_part_waits_for_enough_and_later_parts_grow_with_what_waits():
    incoming = Incoming(FPS)
    incoming.add(noise(FIRST - 0.05), RATE)
    assert incoming.take(0.0) is None
    incoming.add(noise(20), RATE)
    lengths = [len(incoming.take(ahead).sound) / RATE for ahead in (0.0, 0.3, 1.5, 5.0)]
    assert lengths[0] == pytest.approx(FIRST, abs=0.3)
    assert lengths[1] < 0.6
    assert 0.7 < lengths[2] < 1.5
    assert LONG * 0.6 < lengths[3] < LONG * 1.4


def test_a_part_ends_where_it_is_quiet():
    sound = noise(4)
    quiet = round(0.92 * RATE)
    sound[quiet - 1500 : quiet + 1500] = 0
    incoming = Incoming(FPS)
    incoming.add(sound, RATE)
    assert abs(len(incoming.take(0.0).sound) - quiet) < STEP


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100])
def test_any_rate_is_brought_to_ours_without_a_seam(rate: int):
    incoming = Incoming(FPS)
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(rate * 2) / rate)).astype(np.int16)
    for start in range(0, len(tone), rate // 50):
        incoming.add(tone[start : start + rate // 50], rate)
    incoming.close()
    whole = np.concatenate([part.sound for part in parts(incoming)[:-1]])
    assert abs(len(whole) - 2 * RATE) <= STEP
    middle = whole[RATE // 10 : -RATE // 10].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    peak = int(spectrum.argmax())
    assert peak * RATE / len(middle) == pytest.approx(440, abs=2)
    assert np.delete(spectrum, range(peak - 8, peak + 9)).max() < spectrum[peak] * 1e-3


@pytest.mark.parametrize("rate", [0, -1, 100, 10**9])
def test_a_rate_that_no_sound_has_is_refused(rate: int):
    with pytest.raises(InputError, match="8000 to 192000"):
        Incoming(FPS).add(noise(0.1), rate)


def test_phones_of_a_part_are_cut_at_its_borders():
    phones = (Phone("a", 0.0, 1.0), Phone("b", 1.0, 2.0), Phone("c", 2.0, 3.0))
    assert excerpt(phones, 0.5, 2.0) == (Phone("a", 0.0, 0.5), Phone("b", 0.5, 1.5))


class Listener:
    """Stands for the process that listens: hears in the test's own."""

    def __init__(self) -> None:
        self.lengths: list[float] = []

    async def follow_part(self, before, sound):
        self.lengths.append(len(sound) / RATE)
        await asyncio.sleep(0)
        start = len(before) / RATE
        heard = follow(np.concatenate([before, sound]), RATE)
        return excerpt(heard, start, start + len(sound) / RATE)


class Mumble:
    """Hears a vowel in everything."""

    async def follow_part(self, before, sound):
        return (Phone("ɑ", 0.0, len(sound) / RATE),)


class Deaf:
    async def follow_part(self, before, sound):
        raise MissingError("No ear.", "Get one.")


async def perform(lips: Lipsync, moments: int, feed=None) -> list:
    """So many moments, with time for listening before each; `feed` is asked for sound before each."""
    listening = asyncio.create_task(lips.listen())
    made = []
    for number in range(moments):
        if feed:
            await feed(number)
        for _ in range(20):
            await asyncio.sleep(0)
        made.append(lips.next())
        lips.heard(made[-1])
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return made


def test_all_sound_is_heard_once_and_in_order_however_it_comes():
    sound = noise(5)

    async def play(chunk: int) -> np.ndarray:
        lips = Lipsync(Actor(), Mumble(), FPS)

        async def feed(number: int) -> None:
            piece = sound[number * chunk : (number + 1) * chunk]
            if len(piece):
                await lips.hear(piece, RATE)
            else:
                lips.close()

        moments = await perform(lips, 250, feed)
        assert lips.ended() == ["segment-1"]
        assert not lips.speaking
        return np.concatenate([moment.sound for moment in moments if moment.turn])

    for chunk in (STEP, 3 * STEP + 17, len(sound)):
        heard = asyncio.run(play(chunk))
        assert np.array_equal(heard[: len(sound)], sound)
        assert len(heard) - len(sound) < STEP


def test_sound_that_comes_as_it_is_spoken_is_heard_without_a_gap_and_little_later():
    sound = noise(6)

    async def play() -> list:
        lips = Lipsync(Actor(), Mumble(), FPS)

        async def feed(number: int) -> None:
            piece = sound[number * STEP : (number + 1) * STEP]
            await lips.hear(piece, RATE) if len(piece) else lips.close()

        return await perform(lips, 200, feed)

    whose = [moment.turn for moment in asyncio.run(play())]
    first = whose.index("segment-1")
    assert first <= round((FIRST + 0.08) * FPS)
    assert whose[first : first + 150] == ["segment-1"] * 150
    assert set(whose[first + 150 :]) == {None}


def test_the_mouth_moves_with_the_sound_and_is_shut_in_silence():
    pytest.importorskip("hibari")
    pytest.importorskip("pocketsphinx")
    from rostra.speech.catalogue import voice as named  # noqa: PLC0415 - an extra

    pieces = [*named("heart:fast").speak("Mama met Bob. We saw eight big orange boats by the shore.")]
    pcm, rate = np.concatenate([piece.pcm for piece in pieces]), pieces[0].rate
    gap = np.zeros(rate, np.int16)
    actor = Actor(seed=3, fps=FPS)
    truth = np.concatenate([actor.perform(piece).curves for piece in pieces] + [actor.finish().curves])[
        :, JAW
    ]

    async def play() -> list:
        lips = Lipsync(Actor(seed=3, fps=FPS), Listener(), FPS)

        async def feed(number: int) -> None:
            if number == 0:
                await lips.hear(np.concatenate([pcm, gap]), rate)
                lips.close()

        return await perform(lips, 200, feed)

    moments = asyncio.run(play())
    heard = [moment for moment in moments if moment.turn]
    jaw = np.array([moment.row[JAW] for moment in heard])
    shared = len(truth)
    assert np.corrcoef(jaw[:shared], truth)[0, 1] > 0.7
    loud = np.array([np.sqrt(np.square(moment.sound.astype(float)).mean()) for moment in heard])
    assert jaw[loud > 1000].mean() > 3 * jaw[-15:].mean()
    assert jaw[-15:].max() < 0.08


def test_clearing_silences_the_next_moment_and_drops_what_waits():
    async def play() -> None:
        lips = Lipsync(Actor(), Mumble(), FPS)

        async def feed(number: int) -> None:
            if number == 0:
                await lips.hear(noise(10), RATE)

        moments = await perform(lips, 50, feed)
        assert moments[-1].turn
        lips.clear()
        after = await perform(lips, 50)
        assert {moment.turn for moment in after} == {None}
        assert not any(moment.sound.any() for moment in after[1:])  # the first one fades
        assert after[10].row[JAW] < 0.1
        assert lips.ended() == []
        assert not lips.speaking

        async def again(number: int) -> None:
            if number == 0:
                await lips.hear(noise(1), RATE)
                lips.close()

        fresh = await perform(lips, 50, again)
        assert sum(moment.turn is not None for moment in fresh) == FPS

    asyncio.run(play())


def test_sound_that_is_listened_to_while_it_is_cleared_is_not_heard():
    class Slow:
        def __init__(self) -> None:
            self.asked, self.may = asyncio.Event(), asyncio.Event()

        async def follow_part(self, before, sound):
            self.asked.set()
            await self.may.wait()
            return (Phone(SILENCE, 0.0, len(sound) / RATE),)

    async def play() -> None:
        ear = Slow()
        lips = Lipsync(Actor(), ear, FPS)
        await lips.hear(noise(2), RATE)
        listening = asyncio.create_task(lips.listen())
        await ear.asked.wait()
        lips.clear()
        ear.may.set()
        listening.cancel()
        assert {moment.turn for moment in await perform(lips, 30)} == {None}

    asyncio.run(play())


def test_a_stall_lets_out_what_there_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lipsync, "STALLED", 0.001)

    async def play() -> None:
        lips = Lipsync(Actor(), Mumble(), FPS)
        await lips.hear(noise(0.2), RATE)
        listening = asyncio.create_task(lips.listen())
        async with asyncio.timeout(10):
            while lips.next().turn is None:
                await asyncio.sleep(0.01)
        listening.cancel()

    asyncio.run(play())


def test_a_flood_waits_and_clearing_lets_it_go():
    async def play() -> None:
        lips = Lipsync(Actor(), Mumble(), FPS)
        await lips.hear(noise(MOST + 1, 8000), 8000)
        more = asyncio.create_task(lips.hear(noise(1), RATE))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not more.done()
        lips.clear()
        assert await more is None
        assert not lips.speaking

    asyncio.run(play())


def test_without_an_ear_the_sound_goes_on_with_a_shut_mouth():
    async def play() -> list:
        lips = Lipsync(Actor(), Deaf(), FPS)

        async def feed(number: int) -> None:
            if number == 0:
                await lips.hear(noise(1), RATE)
                lips.close()

        return await perform(lips, 60, feed)

    heard = [moment for moment in asyncio.run(play()) if moment.turn]
    assert len(heard) == FPS
    assert max(moment.row[JAW] for moment in heard) < 0.1


def test_empty_sound_ends_at_once():
    async def play() -> None:
        lips = Lipsync(Actor(), Mumble(), FPS)
        lips.close()
        await lips.hear(noise(0), RATE)
        lips.close()
        lips.close()
        moments = await perform(lips, 10)
        assert {moment.turn for moment in moments} == {None}
        assert lips.ended() == ["segment-1"]

    asyncio.run(play())
