"""The Pipecat plug-in in a real pipeline, before a real output transport whose sound takes its time."""

from __future__ import annotations

import asyncio
import time
import warnings
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # theirs
    pytest.importorskip("pipecat.transports.base_output")
pytest.importorskip("hibari")
pytest.importorskip("pocketsphinx")

from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputImageRawFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner
from tests.plugins.sounds import chunks, in_step, lag, loud, speech

from rostra.plugins.pipecat import RostraVideoService
from rostra.plugins.player import FPS, Look, Player

SIDE = 256
LOOK = Look("jane", "office-1", SIDE, SIDE)
PATIENCE = 120  # s, for a busy machine
PARAMS = TransportParams(
    audio_out_enabled=True, audio_out_sample_rate=24_000, video_out_enabled=True, video_out_is_live=True,
    video_out_framerate=FPS, video_out_width=SIDE, video_out_height=SIDE,
)  # fmt: skip


@dataclass
class Screen:
    """What was seen and heard at the end of a pipeline, and when."""

    pushed: list = field(default_factory=list)  # as it left the presenter
    heard: list = field(default_factory=list)
    seen: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def of(self, kind) -> list:
        return [frame for frame in self.pushed if isinstance(frame, kind)]

    async def until(self, kind, count: int) -> None:
        while len(self.of(kind)) < count:
            await asyncio.sleep(0.01)


class Tap(FrameProcessor):
    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            self._screen.pushed.append(frame)
        await self.push_frame(frame, direction)


class Wire(BaseOutputTransport):
    """A transport that plays to a screen."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(PARAMS)
        self._screen, self._free = screen, 0.0

    async def start(self, frame):
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame):
        now = time.monotonic()
        self._free = max(self._free, now) + len(frame.audio) / 2 / frame.sample_rate
        self._screen.heard.append((self._free, frame.audio))
        await asyncio.sleep(self._free - now)
        return True

    async def write_video_frame(self, frame):
        self._screen.seen.append((time.monotonic(), frame.image))
        return True


async def run(play, look: Look = LOOK) -> Screen:
    """Let a pipeline run while something is played to it; its end comes behind that."""
    screen = Screen()
    worker = PipelineWorker(
        Pipeline([RostraVideoService(look), Tap(screen), Wire(screen)]),
        cancel_on_idle_timeout=False, enable_rtvi=False,
    )  # fmt: skip
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")
    async def _started(worker, frame):
        started.set()

    @worker.event_handler("on_pipeline_error")
    async def _failed(worker, frame: ErrorFrame):
        screen.errors.append(frame.error)

    async def script() -> None:
        await started.wait()
        await play(worker, screen)
        await worker.queue_frame(EndFrame())

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(runner.run(), script())
    return screen


def is_media(frame) -> bool:
    return isinstance(frame, (OutputImageRawFrame, TTSAudioRawFrame))


def media_of(frame) -> np.ndarray | None:
    return np.frombuffer(frame.audio, np.int16) if isinstance(frame, TTSAudioRawFrame) else None


async def say(worker: PipelineWorker) -> None:
    pcm, rate = speech()
    await worker.queue_frame(TTSStartedFrame(context_id="c"))
    pieces = chunks(pcm, rate)
    for number, piece in enumerate(pieces):
        await worker.queue_frame(TTSAudioRawFrame(piece, rate, 1, context_id="c"))
        if number == len(pieces) // 2:
            await worker.queue_frame(TTSTextFrame("half", "sentence"))
    await worker.queue_frame(TTSStoppedFrame(context_id="c"))


def test_speech_comes_out_with_pictures_in_step_and_all_of_it_before_the_end():
    async def play(worker, screen):
        await screen.until(OutputImageRawFrame, 5)
        assert not screen.of(OutputAudioRawFrame)  # idle life is silent
        await say(worker)

    screen = asyncio.run(run(play))
    pcm, rate = speech()
    sounds = [place for place, frame in enumerate(screen.pushed) if isinstance(frame, TTSAudioRawFrame)]
    media = [media_of(frame) for frame in screen.pushed[: sounds[-1] + 1] if is_media(frame)]
    first = next(place for place, one in enumerate(media) if one is not None)
    assert media[first + 1] is not None  # silence leads
    assert lag(pcm, rate, in_step(media), 48_000) == pytest.approx(0, abs=0.02)
    assert {screen.pushed[place].context_id for place in sounds} == {"c"}
    text = screen.pushed.index(screen.of(TTSTextFrame)[0])
    share = sum(place < text for place in sounds) / len(sounds)
    assert 0.45 < share < 0.6
    stopped = screen.pushed.index(screen.of(TTSStoppedFrame)[0])
    assert sounds[-1] < stopped < screen.pushed.index(screen.of(EndFrame)[0])
    assert {frame.size for frame in screen.of(OutputImageRawFrame)} == {(SIDE, SIDE)}
    assert not screen.errors


def test_the_transport_shows_a_mouth_that_moves_while_it_plays_the_sound():
    async def play(worker, screen):
        await say(worker)
        await screen.until(TTSStoppedFrame, 1)
        await screen.until(OutputImageRawFrame, len(screen.of(OutputImageRawFrame)) + 25)

    screen = asyncio.run(run(play))
    played = np.concatenate([np.frombuffer(audio, np.int16) for _, audio in screen.heard])
    assert len(played) / 24_000 >= len(speech()[0]) / speech()[1]
    loudest = [end for end, audio in screen.heard if loud(audio) > 500]
    box = (slice(125, 160), slice(105, 151))
    seen = [
        (when, np.frombuffer(image, np.uint8).reshape(SIDE, SIDE, 3)[box].astype(int))
        for when, image in screen.seen
    ]
    moves = [(after[0], np.abs(after[1] - before[1]).mean()) for before, after in pairwise(seen)]
    during = [move for when, move in moves if loudest[0] < when < loudest[-1]]
    silent = [move for when, move in moves if when > loudest[-1] + 0.5]
    assert len(silent) > 5
    assert np.mean(during) > 2 * np.mean(silent)


def test_an_interruption_empties_it_and_what_comes_next_is_heard():
    async def play(worker, screen):
        await say(worker)
        await screen.until(TTSAudioRawFrame, 20)
        await worker.queue_frame(InterruptionFrame())
        await screen.until(InterruptionFrame, 1)
        images = len(screen.of(OutputImageRawFrame))
        await screen.until(OutputImageRawFrame, images + 25)
        await say(worker)

    screen = asyncio.run(run(play))
    broken = screen.pushed.index(screen.of(InterruptionFrame)[0])
    again = screen.pushed.index(screen.of(TTSStartedFrame)[1])
    between = screen.pushed[broken + 1 : again]
    assert not [frame for frame in between if isinstance(frame, TTSAudioRawFrame)]
    assert sum(isinstance(frame, OutputImageRawFrame) for frame in between) >= 20
    assert len(screen.of(TTSStoppedFrame)) == 1  # the one of what was broken off is gone
    whole = in_step([media_of(frame) for frame in screen.pushed[again - 1 :] if is_media(frame)])
    pcm, rate = speech()
    assert len(whole) / 48_000 == pytest.approx(len(pcm) / rate, abs=0.06)


def test_the_colours_are_true():
    async def first() -> bytes:
        player = Player(Look("jane", "#c02010", SIDE, SIDE), "rgb")
        shot = await anext(player.shots())
        await player.close()
        return shot.picture

    corner = np.frombuffer(asyncio.run(first()), np.uint8).reshape(SIDE, SIDE, 3)[4:12, 4:12].mean((0, 1))
    assert np.abs(corner - [0xC0, 0x20, 0x10]).max() < 6


def test_without_a_presenter_the_voice_is_heard_all_the_same():
    async def play(worker, screen):
        await say(worker)

    screen = asyncio.run(run(play, Look("jame")))
    assert len(screen.of(TTSAudioRawFrame)) == len(chunks(*speech()))
    assert not screen.of(OutputImageRawFrame)
    assert any("jane" in error for error in screen.errors)
