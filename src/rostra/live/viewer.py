"""A viewer: one peer that receives a session's sound and picture by WebRTC.

The packets are made once for all viewers; this only hands them on. A viewer who is too slow loses the
oldest ones, and gets a key frame.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
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
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, unpack_remb_fci
from aiortc.sdp import SessionDescription

from rostra.errors import InputError
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
PROFILES = ("42e01f", "42001f")  # of H.264, constrained baseline and baseline


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
        addresses: under which the world reaches us, if others than our own.
        ask_key: called when the viewer needs a key frame.
        told_rate: called with the bit/s that the viewer says it can take.
        gone: called once, when the viewer is there no more.

    Raises:
        InputError: the offer cannot be answered.
    """

    def __init__(
        self,
        offer: str,
        addresses: Sequence[str],
        ask_key: Callable[[], None],
        told_rate: Callable[[float], None],
        gone: Callable[[Viewer], None],
    ) -> None:
        self.codec = read(offer)
        self._offer, self._addresses = offer, addresses
        self._ask_key, self._told_rate, self._gone = ask_key, told_rate, gone
        self.sound, self.picture = Track("audio"), Track("video")
        self.connected = False
        self.rate = math.inf  # bit/s that it can take
        self._answering = asyncio.Lock()  # what is closed meanwhile would keep its sockets
        self._channel: RTCDataChannel | None = None
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
            _listen(video.sender, self._ask_key, self._told_rate)
        for sender in peer.getSenders():
            sender._stream_id = STREAM
        try:
            offer = RTCSessionDescription(without_hidden(self._offer), "offer")
            await peer.setRemoteDescription(offer)
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # whatever breaks in it: an offer is checked nowhere as a whole
            raise _unanswerable("cannot be answered") from error
        sdp: str = peer.localDescription.sdp
        if "a=candidate" not in sdp:
            raise LiveError("NO_CAPACITY", "No UDP port is free, try again in a moment.", RETRY)
        return sdp

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event, if the viewer has a channel for them."""
        if self._channel and self._channel.readyState == "open":
            with suppress(Exception):  # it may close this very moment
                self._channel.send(json.dumps(event))

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


def read(offer: str) -> Codec | None:
    """Which of our codecs an offer can take; None: it wants no picture.

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
    if any(_is_our_h264(one) for one in codecs):
        return "H264"  # cheaper than VP8
    if any(one.mimeType.lower() == "video/vp8" for one in codecs):
        return "VP8"
    raise _unanswerable("has neither H.264 (constrained baseline) nor VP8")


def _is_our_h264(codec: Any) -> bool:
    how = {name: str(value).lower() for name, value in codec.parameters.items()}
    profile = how.get("profile-level-id")
    return (
        codec.mimeType.lower() == "video/h264"
        and profile in PROFILES
        and how.get("packetization-mode") == "1"
    )


def _unanswerable(why: str) -> InputError:
    return InputError(f"The offer {why}.", "Send an SDP offer that receives sound and picture.", "sdp")


def _preferred(codec: Codec) -> list[Any]:
    known = RTCRtpSender.getCapabilities("video").codecs
    wanted = [one for one in known if one.mimeType.lower() == f"video/{codec.lower()}"]
    if codec == "H264":
        wanted = [one for one in wanted if one.parameters.get("packetization-mode") == "1"]
    return wanted + [one for one in known if one.mimeType == "video/rtx"]


def _listen(sender: Any, ask_key: Callable[[], None], told_rate: Callable[[float], None]) -> None:
    """Hear what the receiver reports: aiortc forgets both for packets that are ready."""
    handle = sender._handle_rtcp_packet

    async def heard(packet: Any) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            with suppress(ValueError):
                told_rate(unpack_remb_fci(packet.fci)[0])
        await handle(packet)

    sender._handle_rtcp_packet = heard
    sender._send_keyframe = ask_key
