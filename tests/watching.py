"""A viewer of a live session, as a browser is one: aiortc on the loopback, and what it saw and heard."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from onair import SOON, Guest

SDP = {"content-type": "application/sdp"}
HEARD = 1500  # of int16: somebody speaks


async def until(true: Callable[[], Any], most: float = SOON) -> None:
    """Wait for something that must become true."""
    end = time.monotonic() + most
    while not true():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.02)


class Browser:
    """One viewer.

    Args:
        codecs: of pictures that it can take, "H264" or "VP8"; none: sound alone.
    """

    def __init__(self, codecs: tuple[str, ...] = ("H264", "VP8")) -> None:
        self.pictures: list[Any] = []
        self.sound: list[np.ndarray] = []  # of 20 ms
        self.events: list[dict[str, Any]] = []
        self.peer = peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._tasks: list[asyncio.Task[None]] = []
        channel = peer.createDataChannel("events")
        channel.on("message", lambda text: self.events.append(json.loads(text)))
        peer.on("track", lambda track: self._tasks.append(asyncio.ensure_future(self._pull(track))))
        peer.addTransceiver("audio", "recvonly")
        if codecs:
            video = peer.addTransceiver("video", "recvonly")
            known = RTCRtpReceiver.getCapabilities("video").codecs
            video.setCodecPreferences(
                [one for one in known if one.mimeType.removeprefix("video/") in (*codecs, "rtx")]
            )

    async def offer(self) -> str:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        sdp: str = self.peer.localDescription.sdp
        return sdp

    async def watch(self, guest: Guest, where: str = "") -> Browser:
        """Come to see a session; returns when it is connected."""
        where = where or (await guest.ok("init-client"))["whepUrl"]
        answer = await guest.house.client.post(where, content=await self.offer(), headers=SDP)
        assert answer.status_code == 201, answer.text
        self.place, self.answer = answer.headers["location"], answer.text
        await self.join(answer.text)
        return self

    async def join(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: self.peer.connectionState == "connected")

    async def see(self, more: int = 1) -> None:
        """Wait for so many more pictures."""
        count = len(self.pictures) + more
        await until(lambda: len(self.pictures) >= count)

    def kinds(self) -> list[str]:
        """What happened, but for words and the first picture."""
        return [event["type"] for event in self.events if event["type"] not in ("word", "first-frame")]

    def loud(self, since: int = 0) -> int:
        """Pieces of sound, from a number on, in which somebody speaks."""
        return sum(int(np.abs(piece).max() > HEARD) for piece in self.sound[since:])

    async def close(self) -> None:
        await self.peer.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def vanish(self) -> None:
        """Be gone without a word, as a laptop that is shut."""
        for transceiver in self.peer.getTransceivers():
            ice = transceiver.receiver.transport.transport._connection
            for protocol in ice._protocols:
                protocol.transport.abort()

    @property
    def key_frames(self) -> int:
        return sum(bool(picture.key_frame) for picture in self.pictures)

    async def _pull(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    self.pictures.append(frame)
                else:
                    self.sound.append(frame.to_ndarray().ravel())
        except MediaStreamError:
            return
