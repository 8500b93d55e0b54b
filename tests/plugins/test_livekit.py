"""The LiveKit plug-in against the real framework: its runner, its queues, its native audio and video sources.

Only the room is not there: nothing is sent to a server.
"""

from __future__ import annotations

import asyncio
import warnings
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # theirs
    pytest.importorskip("livekit.agents")
pytest.importorskip("hibari")
pytest.importorskip("pocketsphinx")

from livekit import rtc
from livekit.agents.voice.avatar import AudioSegmentEnd, AvatarRunner, QueueAudioOutput, VideoGenerator
from tests.plugins.sounds import chunks, in_step, lag, speech

from rostra.errors import InputError, UnknownNameError
from rostra.plugins.livekit import RostraAvatar
from rostra.plugins.player import FPS, Look

LOOK = Look("jane", "office-1", 256, 256)
PATIENCE = 120  # s, for a busy machine


class Watched(VideoGenerator):
    """Notes all that an avatar hands to the runner."""

    def __init__(self, avatar: RostraAvatar) -> None:
        self.avatar, self.given = avatar, []

    async def push_audio(self, frame):
        await self.avatar.push_audio(frame)

    def clear_buffer(self):
        self.given.append("cleared")
        self.avatar.clear_buffer()

    async def __aiter__(self):
        async for frame in self.avatar:
            self.given.append(frame)
            yield frame

    def of(self, kind) -> list:
        return [frame for frame in self.given if isinstance(frame, kind)]


class Publication:
    async def wait_for_subscription(self):
        pass


async def publish_track(track, options):
    return Publication()


def room():
    return SimpleNamespace(
        isconnected=lambda: True, on=lambda *_: None, off=lambda *_: None,
        local_participant=SimpleNamespace(publish_track=publish_track),
    )  # fmt: skip


async def run(play) -> Watched:
    """Let an avatar run in the framework while something is played to it."""
    avatar = RostraAvatar(LOOK)
    watched, audio = Watched(avatar), QueueAudioOutput(wait_playback_start=True)
    runner = AvatarRunner(room(), audio_recv=audio, video_gen=watched, options=avatar.options)
    try:
        async with asyncio.timeout(PATIENCE):
            await avatar.start()
            await runner.start()
            await play(audio, watched)
    finally:
        await runner.aclose()
        await avatar.aclose()
    return watched


async def say(audio: QueueAudioOutput) -> None:
    pcm, rate = speech()
    for piece in chunks(pcm, rate):
        await audio.capture_frame(rtc.AudioFrame(piece, rate, 1, len(piece) // 2))
    audio.flush()


def picture(frame: rtc.VideoFrame) -> np.ndarray:
    return np.frombuffer(frame.data, np.uint8)[: 256 * 256].reshape(256, 256).astype(np.int16)


def test_speech_comes_back_with_pictures_in_step_and_its_end_is_told():
    notices = []

    async def play(audio, watched):
        audio.on("playback_started", lambda _: notices.append("started"))
        audio.on("playback_finished", notices.append)
        for _ in range(2):
            await say(audio)
            await audio.wait_for_playout()

    watched = asyncio.run(run(play))
    pcm, rate = speech()
    assert [type(notice).__name__ for notice in notices] == ["str", "PlaybackFinishedEvent"] * 2
    ends = [place for place, frame in enumerate(watched.given) if isinstance(frame, AudioSegmentEnd)]
    assert len(ends) == 2
    for notice, turn in zip(
        notices[1::2], (watched.given[: ends[0]], watched.given[ends[0] : ends[1]]), strict=True
    ):
        sounds = [frame for frame in turn if isinstance(frame, rtc.AudioFrame)]
        assert not notice.interrupted
        assert notice.playback_position == pytest.approx(len(sounds) / FPS)
        media = [
            np.frombuffer(frame.data, np.int16) if isinstance(frame, rtc.AudioFrame) else None
            for frame in turn
            if isinstance(frame, (rtc.AudioFrame, rtc.VideoFrame))
        ]
        first = next(place for place, one in enumerate(media) if one is not None)
        assert media[first + 1] is not None  # silence leads
        assert media[-1] is None  # pictures follow one frame behind
        assert lag(pcm, rate, in_step(media), 48_000) == pytest.approx(0, abs=0.02)
    assert {frame.samples_per_channel for frame in watched.of(rtc.AudioFrame)} == {48_000 // FPS}
    assert {(frame.width, frame.height) for frame in watched.of(rtc.VideoFrame)} == {(256, 256)}


def test_the_mouth_moves_while_something_is_said_and_rests_while_nothing_is():
    async def play(audio, watched):
        await say(audio)
        await audio.wait_for_playout()
        for _ in range(1000):
            if isinstance(watched.given[-1], AudioSegmentEnd) or len(watched.given) > 250:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(1)

    watched = asyncio.run(run(play))
    sounds = [place for place, frame in enumerate(watched.given) if isinstance(frame, rtc.AudioFrame)]
    spoken = [picture(f) for f in watched.given[sounds[2] : sounds[-1]] if isinstance(f, rtc.VideoFrame)]
    silent = [picture(f) for f in watched.given[sounds[-1] + 8 :] if isinstance(f, rtc.VideoFrame)]

    def moving(pictures: list) -> float:  # in the box of the mouth
        box = (slice(125, 160), slice(105, 151))
        return float(np.mean([np.abs(two[box] - one[box]).mean() for one, two in pairwise(pictures)]))

    assert len(silent) > 10
    assert moving(spoken) > 2 * moving(silent)


def test_clearing_stops_the_sound_at_once_and_what_comes_next_is_heard():
    notices = []

    async def play(audio, watched):
        audio.on("playback_finished", notices.append)
        await say(audio)
        while len(watched.of(rtc.AudioFrame)) < 20:
            await asyncio.sleep(0.01)
        audio.clear_buffer()
        await audio.wait_for_playout()
        count = len(watched.of(rtc.VideoFrame))
        while len(watched.of(rtc.VideoFrame)) < count + 15:
            await asyncio.sleep(0.01)
        await say(audio)
        await audio.wait_for_playout()

    watched = asyncio.run(run(play))
    cleared = watched.given.index("cleared")
    after = watched.given[cleared + 1 :]
    again = next(place for place, frame in enumerate(after) if isinstance(frame, rtc.AudioFrame))
    assert sum(isinstance(frame, rtc.VideoFrame) for frame in after[:again]) >= 15  # alive, silent
    assert [notice.interrupted for notice in notices] == [True, False]
    assert 0.5 < notices[0].playback_position < 1.2
    assert sum(isinstance(frame, AudioSegmentEnd) for frame in watched.given) == 1


def test_the_colours_are_those_that_webrtc_expects():
    async def first() -> rtc.VideoFrame:
        avatar = RostraAvatar(Look("jane", "#c02010", 256, 256))
        frame = await anext(aiter(avatar))
        await avatar.aclose()
        return frame

    frame = asyncio.run(first()).convert(rtc.VideoBufferType.RGB24)
    corner = np.frombuffer(frame.data, np.uint8).reshape(256, 256, 3)[4:12, 4:12].mean((0, 1))
    assert np.abs(corner - [0xC0, 0x20, 0x10]).max() < 6


def test_stereo_is_mixed_and_an_unknown_presenter_is_named():
    async def play() -> None:
        avatar = RostraAvatar(LOOK)
        await avatar.push_audio(rtc.AudioFrame(bytes(4 * 4800), 48_000, 2, 4800))
        await avatar.aclose()
        with pytest.raises(InputError, match="has left"):
            await avatar.push_audio(AudioSegmentEnd())
        with pytest.raises(UnknownNameError, match="jane"):
            await RostraAvatar(Look("jame")).start()

    asyncio.run(play())
    with pytest.raises(InputError, match="width is 333"):
        Look(width=333)
