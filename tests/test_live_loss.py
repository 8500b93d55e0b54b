"""A bad network between a session and its viewers: packets are lost and come late."""

from __future__ import annotations

import asyncio
import random
import re
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from onair import Guest, on_air
from rostra.live.budget import CLEAN, ENOUGH, FAR, GROWTH, LEAST, NUMBERS, Budget
from rostra.live.encoders import PictureEncoder, SoundEncoder
from rostra.live.performance import RATE
from rostra.picture.encoder import FilmFrame
from rostra.picture.warm import warm
from watching import SDP, Browser, until

MOST = 500_000.0
STORY = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """So that no viewer waits for it."""
    warm()


# The budget


class Receiver:
    """Reports to a budget, each time after enough packets."""

    def __init__(self, first: int = 7) -> None:
        self.budget, self._last = Budget(MOST), first
        self.budget.lose(0.0, first)

    def report(self, share: float, packets: int = ENOUGH) -> float:
        self._last = (self._last + packets) % NUMBERS
        self.budget.lose(share, self._last)
        return self.budget.rate


def test_much_loss_takes_half_its_share_off_the_rate():
    receiver = Receiver()
    assert receiver.report(0.2) == pytest.approx(0.9 * MOST)
    assert receiver.report(0.5) == pytest.approx(0.9 * 0.75 * MOST)


def test_some_loss_changes_nothing_and_little_lets_it_grow_up_to_the_most():
    receiver = Receiver()
    low = receiver.report(0.5)
    for share in (0.02, 0.05, 0.10):
        assert receiver.report(share) == low
    assert receiver.report(0.01) == pytest.approx(GROWTH * low)
    for _ in range(20):
        receiver.report(0.0)
    assert receiver.budget.rate == MOST


def test_a_rate_has_bounds_and_comes_back_from_the_lowest():
    receiver = Receiver()
    for _ in range(50):
        receiver.report(1.0)
    assert receiver.budget.rate == LEAST * MOST
    rates = [receiver.report(0.0) for _ in range(40)]
    assert rates[0] == pytest.approx(GROWTH * LEAST * MOST)
    assert rates[-1] == MOST


def test_the_smaller_of_both_reports_counts():
    receiver = Receiver()
    receiver.budget.believe(0.5 * MOST)
    assert receiver.report(0.0) == 0.5 * MOST
    receiver.budget.believe(10 * MOST)
    assert receiver.budget.rate == MOST
    receiver.budget.believe(0)
    assert receiver.budget.rate == LEAST * MOST
    receiver.budget.believe(10 * MOST)
    for _ in range(3):
        receiver.report(0.5)
    assert receiver.budget.rate < 0.5 * MOST


def test_loss_is_expected_for_a_while_after_some():
    receiver = Receiver()
    assert not receiver.budget.lossy
    receiver.report(0.05)
    for _ in range(CLEAN):
        assert receiver.budget.lossy
        receiver.report(0.01)
    assert not receiver.budget.lossy


def test_sound_holds_what_came_before_once_more_where_packets_get_lost():
    times = np.arange(RATE) / RATE
    voice = (8000 * np.sin(2 * np.pi * 150 * times) * np.sin(2 * np.pi * 3 * times)).astype(np.int16)
    encoder = SoundEncoder()

    def packets(careful: bool) -> list[bytes]:
        return [bytes(packet) for packet in encoder.encode(voice, 0, careful)]

    def repeats(packet: bytes) -> bool:  # RFC 6716, 3.1 and 4.2.3: of the speech coder, with a second copy
        return packet[0] >> 3 < 16 and bool(packet[1] & 0x40)

    assert not any(map(repeats, packets(careful=False)))
    assert sum(map(repeats, packets(careful=True))) > 20  # of 50; silence needs none
    assert not any(map(repeats, packets(careful=False)))


def test_reports_of_few_packets_are_taken_together():
    receiver = Receiver()
    assert receiver.report(0.9, 5) == MOST  # one of five: says nothing yet
    assert receiver.report(0.0, ENOUGH - 6) == MOST
    assert receiver.report(0.0, 1) == pytest.approx(MOST * (1 - 0.9 * 5 / ENOUGH / 2))


@pytest.mark.parametrize("packets", [0, FAR, NUMBERS - 3])
def test_reports_that_go_back_or_too_far_are_none(packets: int):
    receiver = Receiver()
    assert receiver.report(1.0, packets) == MOST
    assert receiver.report(0.2) == pytest.approx(0.9 * MOST)


def test_numbers_of_packets_begin_anew():
    assert Receiver(NUMBERS - 3).report(0.2) == pytest.approx(0.9 * MOST)


# On the way


class Relay(asyncio.DatagramProtocol):
    """Between one viewer and the session: loses and delays what comes by.

    Args:
        to: the session.
        loss: share of packets.
        jitter: s.
    """

    def __init__(self, to: tuple[str, int], loss: float, jitter: float) -> None:
        self._to, self.loss, self.jitter = to, loss, jitter
        self._viewer: Any = None
        self._rng = random.Random(11)
        self.lost = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        if address != self._to:
            self._viewer = address
        if self._rng.random() < self.loss:
            self.lost += 1
            return
        target = self._viewer if address == self._to else self._to
        loop = asyncio.get_running_loop()
        loop.call_later(self._rng.uniform(0, self.jitter), self._send, data, target)

    def _send(self, data: bytes, target: Any) -> None:
        if target and not self.transport.is_closing():
            self.transport.sendto(data, target)


@asynccontextmanager
async def through_relay(guest: Guest, loss: float, jitter: float):
    """A viewer all of whose packets go through a relay."""
    viewer = Browser(("H264",))
    where = (await guest.ok("init-client"))["whepUrl"]
    offer = re.sub(r"a=candidate.*\r\n", "", await viewer.offer())  # or they would meet without the relay
    made = await guest.house.client.post(where, content=offer, headers=SDP)
    assert made.status_code == 201, made.text
    lines = made.text.split("\r\n")
    own = next(
        line.split()
        for line in lines
        if line.startswith("a=candidate") and " udp " in line and "." in line.split()[4]
    )
    _, relay = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Relay((own[4], int(own[5])), loss, jitter), local_addr=(own[4], 0)
    )
    own[4:6] = map(str, relay.transport.get_extra_info("sockname"))
    kept = [line for line in lines if not line.startswith("a=candidate")]
    at = next(n for n, line in enumerate(kept) if line.startswith("a=end-of-candidates"))
    try:
        await viewer.join("\r\n".join([*kept[:at], " ".join(own), *kept[at:]]))
        yield viewer, relay
    finally:
        await viewer.close()
        relay.transport.close()


def spied(guest: Guest) -> list[int]:
    """Numbers of packets that the session sends again, from now on."""
    again: list[int] = []
    for viewer in guest.session.viewers.values():
        for sender in viewer._peer.getSenders():
            send = sender._retransmit

            async def noted(number: int, send: Any = send) -> None:
                again.append(number)
                await send(number)

            sender._retransmit = noted
    return again


@pytest.mark.slow
def test_a_network_that_loses_a_twentieth_and_delays_is_borne():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            async with through_relay(guest, 0.05, 0.1) as (viewer, relay):
                again, news = spied(guest), guest.session.listen()
                await viewer.see(5)
                await guest.say(STORY)
                await until(lambda: "speaking-end" in viewer.kinds())
                await viewer.see(20)
                assert relay.lost > 5
                assert again  # what was asked for anew
                assert guest.session._ear._careful
                assert viewer.loud() > 100  # of 250 pieces of 20 ms
                told = [news.get_nowait() for _ in range(news.qsize())]
                assert not [event for event in told if event["type"] in ("error", "ended", "degraded")]
                assert guest.session.viewers

    asyncio.run(scene())


@pytest.mark.slow
def test_a_network_that_loses_a_fifth_gets_less_and_more_again_when_it_is_well(
    monkeypatch: pytest.MonkeyPatch,
):
    rng = np.random.default_rng(4)
    encode = PictureEncoder.encode

    def restless(self: PictureEncoder, frame: FilmFrame, number: int) -> Any:
        """The small picture of tests costs nothing: this one has grain."""
        frame.y[:] = rng.integers(118, 138, frame.y.shape, np.uint8)
        return encode(self, frame, number)

    monkeypatch.setattr(PictureEncoder, "encode", restless)

    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            async with through_relay(guest, 0.0, 0.01) as (viewer, relay):
                await viewer.see(5)
                encoder = guest.session._camera._encoders["H264"]
                (seat,) = guest.session.viewers.values()
                seat.budget.believe = lambda _: None  # the receiver's own belief would hide the rule
                seat.budget._believed = float("inf")
                relay.loss = 0.2
                await until(lambda: encoder._wanted < 0.7 * encoder._most)
                assert guest.session.viewers
                lowest = encoder._wanted
                relay.loss = 0.0
                await until(lambda: encoder._wanted > 1.2 * lowest)
                seen = len(viewer.pictures)
                await until(lambda: len(viewer.pictures) > seen + 10)

    asyncio.run(scene())


def test_the_slowest_of_several_viewers_counts():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            slow, fast = [await Browser(("H264",)).watch(guest) for _ in range(2)]
            for viewer in (slow, fast):
                await viewer.see(2)
            encoder = guest.session._camera._encoders["H264"]
            first, second = guest.session.viewers.values()
            first.budget._kept = 0.3 * encoder._most
            guest.session._aim(second)
            assert encoder._wanted == round(0.3 * encoder._most)
            await slow.close()
            await until(lambda: len(guest.session.viewers) == 1)
            await until(lambda: encoder._wanted == encoder._most)  # the other's next report
            await fast.close()

    asyncio.run(scene())
