"""A presenter for LiveKit Agents: the framework's avatar contract, filled by a presenter of ours.

`livekit.agents.voice.avatar.AvatarRunner` hands the agent's sound to a `VideoGenerator` and gets pictures and
sound back, which it publishes in the room. Sound is handed back only while something is said, because the
runner counts it as what was heard of the agent's speech.

The runner plays sound at once but keeps a picture until its time. So that one late shot is no gap in the
sound, each sound begins with a frame of silence, and pictures follow one frame behind: sound and lips meet.

Source: livekit-agents 1.8, `livekit.agents.voice.avatar`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from rostra.errors import MissingError
from rostra.live.performance import RATE
from rostra.plugins.player import FPS, RESERVE, Look, Player, mono
from rostra.speech.speech import Pcm

try:
    from livekit import rtc
    from livekit.agents.voice.avatar import AudioSegmentEnd, AvatarOptions, VideoGenerator
except ImportError as error:
    raise MissingError("LiveKit Agents is not installed.", "Run: pip install 'rostra[livekit]'") from error


class RostraAvatar(VideoGenerator):
    """A presenter who says what the agent's voice says.

    Args:
        look: who is seen.
    """

    def __init__(self, look: Look = Look()) -> None:  # noqa: B008 - frozen
        self._look = look
        self._player = Player(look, "i420")

    @property
    def options(self) -> AvatarOptions:
        """What `AvatarRunner` wants to know."""
        return AvatarOptions(
            video_width=self._look.width,
            video_height=self._look.height,
            video_fps=FPS,
            audio_sample_rate=RATE,
            audio_channels=1,
        )

    async def start(self) -> None:
        """Get ready before somebody waits; otherwise it happens with the first sound or picture.

        Raises:
            RostraError: the presenter, the background or what listens cannot be had.
        """
        await self._player.open()

    async def push_audio(self, frame: rtc.AudioFrame | AudioSegmentEnd) -> None:
        """More sound of the agent, or the end of what it says in one go."""
        await self._player.open()
        if isinstance(frame, AudioSegmentEnd):
            self._player.lips.close()
        else:
            await self._player.lips.hear(mono(frame.data, frame.num_channels), frame.sample_rate)

    def clear_buffer(self) -> None:
        """Stop speaking, forget what waits."""
        self._player.clear()

    async def aclose(self) -> None:
        """Let everything go; the pictures end."""
        await self._player.close()

    def __aiter__(self) -> AsyncIterator[rtc.VideoFrame | rtc.AudioFrame | AudioSegmentEnd]:
        return self._stream()

    async def _stream(self) -> AsyncIterator[Any]:
        player, last = self._player, None
        async for shot in player.shots():
            if last is not None:
                yield self._picture(last.picture)
                for _ in last.ended if last.generation == player.generation else ():
                    yield AudioSegmentEnd()
            if shot.starts and shot.generation == player.generation:
                yield _sound(RESERVE)
            if shot.sound is not None and shot.generation == player.generation:
                yield _sound(shot.sound)
            last = shot

    def _picture(self, data: bytes) -> rtc.VideoFrame:
        return rtc.VideoFrame(self._look.width, self._look.height, rtc.VideoBufferType.I420, data)


def _sound(pcm: Pcm) -> rtc.AudioFrame:
    return rtc.AudioFrame(pcm.tobytes(), RATE, 1, len(pcm))
