"""A viewer: one peer that receives a session's sound and picture by WebRTC.

The packets are made once for all viewers; this only hands them on. A viewer who is too slow loses the
oldest ones, and gets a key frame.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtcpRrPacket, unpack_remb_fci
from aiortc.sdp import H264Profile, SessionDescription, parse_h264_profile_level_id

from rostra.errors import InputError
from rostra.live.budget import Budget
from rostra.live.encoders import AnyPacket, Codec
from rostra.live.errors import RETRY, LiveError
from rostra.live.network import announced, without_hidden

log = structlog.get_logger()

MOST_SDP = 64 * 1024  # characters
MOST_CANDIDATES = 100
MOST_MEDIA = 8  # sections of an offer
CLOSING = 5.0  # s that a peer has to close
WAITING = 50  # packets that a viewer may be behind
STREAM = "rostra"  # the media stream's id: clients ignore tracks without one
CHANNEL = "events"
UNTOLD = 100  # events that wait until the channel is open; older ones are lost
PROFILES = (H264Profile.PROFILE_CONSTRAINED_BASELINE, H264Profile.PROFILE_BASELINE)


class Track(MediaStreamTrack):
    """Ready packets, one after the other."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._packets: asyncio.Queue[AnyPacket] = asyncio.Queue(WAITING)

    def put(self, packet: AnyPacket) -> bool:
        """Hand on a packet; False if an older one was lost for it."""
        lost = self._packets.full()
        if lost:
            self._packets.get_nowait()
        self._packets.put_nowait(packet)
        return not lost

    async def recv(self) -> Any:
        """For aiortc: the next packet."""
        if self.readyState != "live":
            raise MediaStreamError
        return await self._packets.get()


class Viewer:
    """One peer.

    Args:
        offer: the SDP that it sent.
        takes: the codec in which it gets the picture, and the level of H.264; see `read`.
        budget: told what its receiver reports.
        addresses: under which the world reaches us, if others than our own.
        ask_key: called when the viewer needs a key frame.
        reported: called when the budget may have changed.
        gone: called once, when the viewer is there no more.
    """

    def __init__(
        self,
        offer: str,
        takes: tuple[Codec | None, int],
        budget: Budget,
        addresses: Sequence[str],
        ask_key: Callable[[], None],
        reported: Callable[[], None],
        gone: Callable[[Viewer], None],
    ) -> None:
        self.codec, self._level = takes
        self.budget = budget
        self._offer, self._addresses = offer, addresses
        self._ask_key, self._reported, self._gone = ask_key, reported, gone
        self.sound, self.picture = Track("audio"), Track("video")
        self.connected = False
        self.begun = False  # whether it has got a picture from which it can start
        self._answering = asyncio.Lock()  # what is closed meanwhile would keep its sockets
        self._channel: RTCDataChannel | None = None
        self._untold: deque[str] = deque(maxlen=UNTOLD)
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.on("connectionstatechange", self._changed)
        self._peer.on("datachannel", self._opened)

    async def answer(self) -> str:
        """The SDP for it, with all our candidates.

        Raises:
            InputError: the offer cannot be answered.
        """
        async with self._answering:
            return announced(await self._answer(), self._addresses)

    async def _answer(self) -> str:
        peer = self._peer
        peer.addTransceiver(self.sound, "sendonly")
        if self.codec:
            video = peer.addTransceiver(self.picture, "sendonly")
            video.setCodecPreferences(_preferred(self.codec))
            _listen(video.sender, self.budget, self._ask_key, self._reported)
        for sender in peer.getSenders():
            sender._stream_id = STREAM
        try:
            offer = RTCSessionDescription(without_hidden(self._offer), "offer")
            await peer.setRemoteDescription(offer)
            if self.codec == "H264":
                _settle(video, self._offer, self._level)
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # whatever breaks in it: an offer is checked nowhere as a whole
            raise _unanswerable("cannot be answered") from error
        sdp: str = peer.localDescription.sdp
        if "a=candidate" not in sdp:
            raise LiveError("NO_CAPACITY", "No UDP port is free, try again in a moment.", RETRY)
        return sdp

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event, if the viewer has a channel for them, as soon as it is open."""
        self._untold.append(json.dumps(event))
        self._flush()

    def _flush(self) -> None:
        if self._channel and self._channel.readyState == "open":
            with suppress(Exception):  # it may close this very moment
                while self._untold:
                    self._channel.send(self._untold.popleft())

    async def close(self) -> None:
        """Let the viewer go."""
        self.connected = False
        self.sound.stop()
        self.picture.stop()
        try:
            async with asyncio.timeout(CLOSING), self._answering:
                await self._peer.close()
        except Exception:  # a peer that is half made cannot close itself
            for transport in list(self._peer._RTCPeerConnection__iceTransports):  # type: ignore[attr-defined]
                with suppress(Exception):
                    await transport.stop()

    async def _changed(self) -> None:
        state = self._peer.connectionState
        self.connected = state == "connected"
        if self.connected:
            self._ask_key()
        if state in ("failed", "closed"):
            self._gone(self)

    def _opened(self, channel: RTCDataChannel) -> None:
        if channel.label == CHANNEL:
            self._channel = channel
            self._flush()


def read(offer: str, level: int) -> Codec | None:
    """Which of our codecs an offer can take; None: it wants no picture.

    Args:
        offer: SDP.
        level: of H.264 that the picture needs.

    Raises:
        InputError: it is no offer that can be answered.
    """
    if len(offer) > MOST_SDP or offer.count("a=candidate") > MOST_CANDIDATES:
        raise _unanswerable("is too large")
    try:
        media = SessionDescription.parse(offer).media
    except Exception as error:  # the parser checks little
        raise _unanswerable("cannot be read") from error
    if len(media) > MOST_MEDIA:
        raise _unanswerable(f"has more than {MOST_MEDIA} sections")
    if not any(one.kind == "audio" for one in media) and not any(one.kind == "video" for one in media):
        raise _unanswerable("asks for neither sound nor picture")
    wanted = [one for one in media if one.kind == "video" and one.direction != "inactive"]
    if not wanted:
        return None
    codecs = wanted[0].rtp.codecs
    highest = max(map(_level, codecs), default=0)
    if highest >= level:
        return "H264"  # cheaper than VP8
    if any(one.mimeType.lower() == "video/vp8" for one in codecs):
        return "VP8"  # has no levels
    if highest:
        raise InputError(
            f"The offer takes H.264 up to level {highest / 10}, and this picture needs {level / 10}.",
            "Offer VP8, too, or create the session with a smaller picture.",
            "sdp",
        )
    raise _unanswerable("has neither H.264 (constrained baseline) nor VP8")


def _level(codec: Any) -> int:
    """Up to which level a codec of an offer is the H.264 that we send; 0: it is another."""
    how = {name: str(value) for name, value in codec.parameters.items()}
    if codec.mimeType.lower() != "video/h264" or how.get("packetization-mode") != "1":
        return 0
    try:
        profile, level = parse_h264_profile_level_id(how.get("profile-level-id", ""))
    except ValueError:
        return 0
    return int(level) if profile in PROFILES else 0


def _unanswerable(why: str) -> InputError:
    return InputError(f"The offer {why}.", "Send an SDP offer that receives sound and picture.", "sdp")


def _preferred(codec: Codec) -> list[Any]:
    known = RTCRtpSender.getCapabilities("video").codecs
    wanted = [one for one in known if one.mimeType.lower() == f"video/{codec.lower()}"]
    if codec == "H264":
        wanted = [one for one in wanted if one.parameters.get("packetization-mode") == "1"]
    return wanted + [one for one in known if one.mimeType == "video/rtx"]


def _settle(video: Any, offer: str, level: int) -> None:
    """Of the payloads of H.264 that were offered, keep those of a sufficient level, and answer with it.

    aiortc compares profiles alone, and answers with a level of its own.
    """
    offered = next(one for one in SessionDescription.parse(offer).media if one.kind == "video").rtp.codecs
    told = {
        one.payloadType: one.parameters.get("profile-level-id") for one in offered if _level(one) >= level
    }
    kept = []
    for codec in video._codecs:
        if codec.payloadType in told:
            kept.append(
                replace(codec, parameters={**codec.parameters, "profile-level-id": told[codec.payloadType]})
            )
        elif codec.parameters.get("apt") in told:
            kept.append(codec)
    video._codecs = kept


def _listen(sender: Any, budget: Budget, ask_key: Callable[[], None], reported: Callable[[], None]) -> None:
    """Hear what the receiver reports: aiortc forgets it for packets that are ready."""
    handle = sender._handle_rtcp_packet

    async def heard(packet: Any) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            with suppress(ValueError):
                budget.believe(unpack_remb_fci(packet.fci)[0])
                reported()
        if isinstance(packet, RtcpRrPacket):
            for report in packet.reports:
                if report.ssrc == sender._ssrc:
                    budget.lose(report.fraction_lost / 256, report.highest_sequence)
                    reported()
        await handle(packet)

    sender._handle_rtcp_packet = heard
    sender._send_keyframe = ask_key
