"""An audience: a program that watches live sessions as browsers do, and notes when what comes.

It runs beside the server, not in it: `python -m rostra.live.audience ORIGIN KS latency|load ...` prints JSON.
Under load it only counts what comes, so that it costs the machine that it measures little.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import av
import httpx
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import SessionDescription

ARRIVAL = 0.4  # s after which the next one comes
LOUD = 0.02  # of 1: somebody speaks
SENTENCE = "Thank you for asking, I will look that up for you right now, one moment please."
TEXT = (
    "Good afternoon, and thank you for joining. On Thursday the warehouse in Bristol moves to the new "
    "building. Please pack before noon, label both sides, and leave heavy things where they are. Who drives "
    "the second van? Maybe Phoebe, if the weather stays fine. We began with five people; by half past three "
    "we need twelve. Bring water, gloves, and whatever music you like. "
)


class Watcher:
    """One viewer of one session of its own."""

    def __init__(self, client: httpx.AsyncClient, ks: str, avatar: str) -> None:
        self._client, self._ks, self._avatar = client, ks, avatar
        self._decoder: Any = av.CodecContext.create("opus", "r")
        self.frames = 0
        self.loud = 0.0  # when the last loud packet came
        self.first_loud = 0.0  # since `quiet`
        self.first_frame = asyncio.Event()

    async def open(self, attentive: bool) -> None:
        """Create a session and watch it.

        Args:
            attentive: whether sound and picture are decoded as they come, or frames only counted.
        """
        given = {"visualConfig": {"avatarId": self._avatar}}
        made = await self._client.post(
            "/v1/avatar-session/create", json=given, headers={"Authorization": f"KS {self._ks}"}
        )
        made.raise_for_status()
        self._path = f"/v1/avatar-session/{made.json()['sessionId']}"
        self._headers = {"Authorization": f"Bearer {made.json()['token']}"}
        where = (await self.call("init-client")).json()["whepUrl"]
        self._peer = peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.on("track", self._take)
        sound = peer.addTransceiver("audio", "recvonly")
        picture = peer.addTransceiver("video", "recvonly")
        if attentive:
            _each_packet(sound.receiver, self._hear)
        await peer.setLocalDescription(await peer.createOffer())
        kind = {"content-type": "application/sdp"}
        answer = await self._client.post(where, content=peer.localDescription.sdp, headers=kind)
        answer.raise_for_status()
        await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        if not attentive:
            [video] = (one for one in SessionDescription.parse(answer.text).media if one.kind == "video")
            self._count(picture.receiver.transport.transport, video.rtp.codecs[0])

    async def call(self, name: str, **body: Any) -> httpx.Response:
        """A call of the control API."""
        return await self._client.post(f"{self._path}/{name}", json=body, headers=self._headers)

    async def close(self) -> None:
        """End the session."""
        await self.call("end")
        await self._peer.close()

    def quiet(self) -> None:
        """From now on, the first loud packet is looked for."""
        self.first_loud = 0.0

    def _take(self, track: Any) -> None:
        self._pulling = asyncio.ensure_future(self._pull(track))

    async def _pull(self, track: Any) -> None:
        try:
            while True:
                await track.recv()
                if track.kind == "video":
                    self.first_frame.set()
        except MediaStreamError:
            return

    def _count(self, transport: Any, codec: Any) -> None:
        """Count frames by the headers of their last packets, which are not encrypted, and drop all media."""
        receive, last = transport._recv, codec.payloadType | 0x80

        async def rest() -> bytes:
            while True:
                packet: bytes = await receive()
                if not 0x80 <= packet[0] < 0xC0:  # not RTP: RFC 7983
                    return packet
                self.frames += packet[1] == last

        transport._recv = rest

    def _hear(self, packet: Any) -> None:
        for frame in self._decoder.decode(av.Packet(packet.payload)):
            if np.abs(frame.to_ndarray()).max() > LOUD:
                self.loud = time.perf_counter()
                self.first_loud = self.first_loud or self.loud


async def latency(client: httpx.AsyncClient, ks: str, rounds: int) -> dict[str, list[float]]:
    """ms: from create to the first decoded frame, from text to sound, from interrupt to the last sound."""
    told: dict[str, list[float]] = {"frame": [], "sound": [], "interrupt": []}
    for turn in range(rounds):
        watcher, start = Watcher(client, ks, "jane"), time.perf_counter()
        await watcher.open(attentive=True)
        await asyncio.wait_for(watcher.first_frame.wait(), 20)
        told["frame"].append((time.perf_counter() - start) * 1e3)
        await asyncio.sleep(0.3 + turn * 0.013)
        watcher.quiet()
        start = time.perf_counter()
        await watcher.call("say-text", text=f"{turn} {SENTENCE}")
        await _until(lambda watcher=watcher: watcher.first_loud > 0)  # type: ignore[misc]
        told["sound"].append((watcher.first_loud - start) * 1e3)
        await asyncio.sleep(1.0 + turn * 0.017)
        start = time.perf_counter()
        await watcher.call("interrupt")
        await asyncio.sleep(0.5)
        told["interrupt"].append(max(0.0, (watcher.loud - start) * 1e3))
        await watcher.close()
    return told


async def load(client: httpx.AsyncClient, ks: str, count: int, seconds: float) -> dict[str, Any]:
    """So many sessions that speak without pause; frames that each viewer got in a second."""
    watchers = [Watcher(client, ks, "jane") for _ in range(count)]
    for watcher in watchers:
        await watcher.open(attentive=False)
        await watcher.call("say-text", text=TEXT * 5)
        await asyncio.sleep(ARRIVAL)
    print(json.dumps({"ready": count}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    before, start = [watcher.frames for watcher in watchers], time.perf_counter()
    await asyncio.sleep(seconds)
    span = time.perf_counter() - start
    rates = [(watcher.frames - old) / span for watcher, old in zip(watchers, before, strict=True)]
    print(json.dumps({"rates": rates}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for watcher in watchers:
        await watcher.close()
    return {"rates": rates}


def _each_packet(receiver: Any, told: Callable[[Any], None]) -> None:
    """Tell of each RTP packet as it comes, before any buffer."""
    handle = receiver._handle_rtp_packet

    async def handled(packet: Any, arrival_time_ms: int) -> None:
        told(packet)
        await handle(packet, arrival_time_ms=arrival_time_ms)

    receiver._handle_rtp_packet = handled


async def _until(done: Callable[[], bool], patience: float = 20.0) -> None:
    end = time.perf_counter() + patience
    while not done() and time.perf_counter() < end:
        await asyncio.sleep(0.002)


async def _main(origin: str, ks: str, what: str, *numbers: str) -> None:
    async with httpx.AsyncClient(base_url=origin, timeout=60) as client:
        if what == "latency":
            print(json.dumps(await latency(client, ks, int(numbers[0]))), flush=True)
        else:
            await load(client, ks, int(numbers[0]), float(numbers[1]))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
