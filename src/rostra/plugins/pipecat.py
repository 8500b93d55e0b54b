"""A presenter for Pipecat: a service between text-to-speech and the output transport.

Speech goes in as the framework's audio frames and comes out again with a picture to each 40 ms of it, and
pictures go on while nothing is said. Whatever else comes down the pipeline while something is being said
(texts, the end of speech) keeps its place in the sound, so that the conversation knows what was heard.

Pictures are pushed just before their sound. The transport wants `video_out_is_live=True` and
`video_out_framerate=25`: it then shows each one frame late, and each sound begins with a frame of silence.

Source: pipecat-ai 1.14, `pipecat.services.ai_service`, `pipecat.transports.base_output`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from rostra.acting.manner import Mood
from rostra.errors import InputError, MissingError, RostraError
from rostra.live.performance import RATE
from rostra.plugins.player import FPS, RESERVE, Look, Player, Shot, mono
from rostra.speech.speech import Pcm

try:
    from pipecat.frames.frames import (
        CancelFrame,
        EndFrame,
        Frame,
        InterruptionFrame,
        OutputAudioRawFrame,
        OutputImageRawFrame,
        OutputTransportReadyFrame,
        SpeechOutputAudioRawFrame,
        StartFrame,
        SystemFrame,
        TTSAudioRawFrame,
        TTSStartedFrame,
        TTSStoppedFrame,
        UserStartedSpeakingFrame,
        UserStoppedSpeakingFrame,
    )
    from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
    from pipecat.services.ai_service import AIService
    from pipecat.services.settings import ServiceSettings
except ImportError as error:
    raise MissingError("Pipecat is not installed.", "Run: pip install 'rostra[pipecat]'") from error

READY = 10.0  # s that the output transport has to become ready
DRAIN = 5.0  # s that the end of a pipeline waits longer than there is sound
MOODS = {
    UserStartedSpeakingFrame: Mood.LISTENING,
    UserStoppedSpeakingFrame: Mood.THINKING,
    TTSStartedFrame: Mood.IDLE,
}


@dataclass
class _Segment:
    """Speech that belongs together."""

    like: OutputAudioRawFrame  # a frame of it
    came: float = 0.0  # s
    left: float = 0.0  # s that were handed on


class _Held(NamedTuple):
    """A frame that waits for its place in the sound."""

    frame: Frame
    segment: str
    place: float  # s of the segment that come before it


class RostraVideoService(AIService):
    """A presenter who says what the bot's voice says.

    Args:
        look: who is seen.
        kwargs: of `AIService`.
    """

    def __init__(self, look: Look = Look(), **kwargs: Any) -> None:  # noqa: B008 - frozen
        super().__init__(settings=ServiceSettings(model=None), **kwargs)
        self._look = look
        self._player: Player | None = None
        self._error: RostraError | None = None
        self._showing: asyncio.Task[None] | None = None
        self._ready_to_show = asyncio.Event()
        self._segments: OrderedDict[str, _Segment] = OrderedDict()
        self._held: deque[_Held] = deque()

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Get ready, before the pipeline starts."""
        await super().setup(setup)
        player = Player(self._look, "rgb")
        try:
            await player.open()
        except RostraError as error:
            self._error = error
        else:
            self._player = player

    async def start(self, frame: StartFrame) -> None:
        """Begin to show the presenter; without one, all passes unchanged."""
        await super().start(frame)
        if self._player:
            self._showing = self.create_task(self._show(self._player))
        elif self._error:
            await self.push_error(str(self._error), exception=self._error, force_treat_as_permanent=True)

    async def stop(self, frame: EndFrame) -> None:
        """All was said."""
        await super().stop(frame)
        await self._leave()

    async def cancel(self, frame: CancelFrame) -> None:
        """Break off."""
        await super().cancel(frame)
        await self._leave()

    async def cleanup(self) -> None:
        """Let everything go."""
        await super().cleanup()
        await self._leave()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take speech, hold what belongs to it, pass all else."""
        if isinstance(frame, EndFrame):
            await self._drain()
        await super().process_frame(frame, direction)
        player, down = self._player, direction is FrameDirection.DOWNSTREAM
        if isinstance(frame, OutputTransportReadyFrame):
            self._ready_to_show.set()
        if player and type(frame) in MOODS:
            player.lips.settle(MOODS[type(frame)])
        if isinstance(frame, InterruptionFrame):
            await self._break_off()
        if player is None or not down or isinstance(frame, (SystemFrame, EndFrame)):
            await self.push_frame(frame, direction)
        elif isinstance(frame, (TTSAudioRawFrame, SpeechOutputAudioRawFrame)):
            await self._hear(player, frame)
        else:
            await self._keep(player, frame)

    async def _hear(self, player: Player, frame: OutputAudioRawFrame) -> None:
        pcm = mono(frame.audio, frame.num_channels)
        try:
            name = await player.lips.hear(pcm, frame.sample_rate)
        except InputError as error:
            await self.push_error(str(error), exception=error)
            return
        if name:
            segment = self._segments.setdefault(name, _Segment(frame))
            segment.came += len(pcm) / frame.sample_rate

    async def _keep(self, player: Player, frame: Frame) -> None:
        """Hold a frame until the sound that came before it was handed on."""
        if not self._segments:
            await self.push_frame(frame)
            return
        name, segment = next(reversed(self._segments.items()))
        closes = isinstance(frame, TTSStoppedFrame)
        if closes:
            player.lips.close()
        self._held.append(_Held(frame, name, float("inf") if closes else segment.came))

    async def _show(self, player: Player) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready_to_show.wait(), READY)
        size = (self._look.width, self._look.height)
        async for shot in player.shots():
            await self.push_frame(OutputImageRawFrame(shot.picture, size, "RGB"))
            if shot.starts and shot.generation == player.generation:
                await self._say(shot, RESERVE, counts=False)
            if shot.sound is not None and shot.generation == player.generation:
                await self._say(shot, shot.sound)
            for name in shot.ended:
                self._segments.pop(name, None)
            await self._release()

    async def _say(self, shot: Shot, pcm: Pcm, counts: bool = True) -> None:
        segment = self._segments[str(shot.segment)]
        segment.left += len(pcm) / RATE if counts else 0.0
        like = segment.like
        sound = {"audio": pcm.tobytes(), "sample_rate": RATE, "num_channels": 1}
        if isinstance(like, TTSAudioRawFrame):
            frame: Any = TTSAudioRawFrame(**sound, context_id=like.context_id)
        else:
            frame = SpeechOutputAudioRawFrame(**sound)
        frame.transport_destination = like.transport_destination
        await self.push_frame(frame)

    async def _release(self) -> None:
        """Hand on what has come to its place."""
        while self._held:
            segment = self._segments.get(self._held[0].segment)
            if segment and segment.left < self._held[0].place:
                break
            await self.push_frame(self._held.popleft().frame)

    async def _break_off(self) -> None:
        """Forget the speech, and what was held but for what nobody may interrupt."""
        if self._player:
            self._player.clear()
        self._segments.clear()
        held, self._held = self._held, deque()
        for one in held:
            if not one.frame.interruptible:
                await self.push_frame(one.frame)

    async def _drain(self) -> None:
        """Wait until all was said."""
        if self._player is None:
            return
        self._player.lips.close()
        loop = asyncio.get_running_loop()
        waiting = sum(segment.came - segment.left for segment in self._segments.values())
        until = loop.time() + waiting + DRAIN
        while (self._segments or self._held) and loop.time() < until:
            await asyncio.sleep(1 / FPS)

    async def _leave(self) -> None:
        showing, self._showing = self._showing, None
        player, self._player = self._player, None
        if showing:
            await self.cancel_task(showing)
        if player:
            await player.close()
