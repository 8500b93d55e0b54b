"""How viewers find a live session: ports, announced addresses, STUN, credentials for TURN."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import socket
import time
from base64 import b64encode
from pathlib import Path

import pytest
from aioice import stun

from onair import Guest, House, on_air
from rostra.live import ice
from rostra.live.ice import Ice, Responder, credential, respond
from rostra.live.network import announced
from serving import serving
from test_live_api import OFFER, refused
from watching import SDP, Browser

GOLDEN = "j5b1m+WZHsohZgcqwBVS22WF7Eo="  # openssl dgst -sha1 -hmac north, of the user below
HOSTS = re.compile(r"a=candidate:\S+ \d+ udp \d+ (\S+) (\d+) typ host")


def free_ports(count: int) -> tuple[int, int]:
    """A range of UDP ports that are free now."""
    for first in range(42_000, 60_000, count):
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(one := socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                one.bind(("0.0.0.0", port))  # noqa: S104
            return first, first + count - 1
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise AssertionError("no port is free")


async def answer(house: House, guest: Guest) -> str:
    where = (await guest.ok("init-client"))["whepUrl"]
    made = await house.client.post(where, content=OFFER, headers=SDP)
    assert made.status_code == 201, made.text
    return made.text


def test_peers_use_the_ports_that_were_set():
    first, last = free_ports(12)

    async def scene() -> None:
        async with on_air(ports=(first, last)) as house:
            guest = await house.create()
            viewer = await Browser().watch(guest)
            found = HOSTS.findall(viewer.answer)
            assert found
            assert all(first <= int(port) <= last for _, port in found)
            await viewer.see(2)
            await viewer.close()

    asyncio.run(scene())


def test_without_a_free_port_a_viewer_is_sent_away_for_a_while_and_nothing_else_breaks():
    first, last = free_ports(2)

    async def scene() -> None:
        async with on_air(ports=(first, last)) as house:
            guest = await house.create()
            where = (await guest.ok("init-client"))["whepUrl"]
            taken = []
            for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104
                for port in (first, last):
                    taken.append(one := socket.socket(family, socket.SOCK_DGRAM))
                    if family == socket.AF_INET6:
                        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    one.bind((host, port))
            late = await house.client.post(where, content=OFFER, headers=SDP)
            refused(late, 503, "NO_CAPACITY", "UDP")
            assert int(late.headers["retry-after"]) > 0
            assert not guest.session.viewers
            for one in taken:
                one.close()
            await answer(house, guest)

    asyncio.run(scene())


def test_a_viewer_who_hides_its_addresses_is_found_by_its_checks():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            viewer = Browser()
            hidden = re.sub(r"(a=candidate:\S+ \d+ \S+ \d+ )\S+", r"\1ab12-cd34.local", await viewer.offer())
            assert hidden.count(".local ") == hidden.count("a=candidate")
            assert "a=end-of-candidates" in hidden
            where = (await guest.ok("init-client"))["whepUrl"]
            made = await house.client.post(where, content=hidden, headers=SDP)
            assert made.status_code == 201, made.text
            await viewer.join(made.text)
            await viewer.see(2)
            await viewer.close()

    asyncio.run(scene())


def test_announced_addresses_stand_for_our_own():
    sdp = "\r\n".join([
        "a=candidate:1 1 udp 2130706431 10.0.0.5 40001 typ host",
        "a=candidate:2 1 udp 2130706430 fd00::5 40002 typ host",
        "a=candidate:3 1 udp 1694498815 198.51.100.7 40001 typ srflx raddr 10.0.0.5 rport 40001",
        "a=end-of-candidates", "",
    ])  # fmt: skip
    assert announced(sdp, []) == sdp
    told = announced(sdp, ["203.0.113.9", "203.0.113.10"]).split("\r\n")
    assert told == [
        "a=candidate:1 1 udp 2130706431 203.0.113.9 40001 typ host",
        "a=candidate:1 1 udp 2130706431 203.0.113.10 40001 typ host",
        *sdp.split("\r\n")[1:],
    ]


def test_credentials_are_those_that_a_turn_server_computes():
    assert credential("north", "1767225600:s_7Kq2m0") == GOLDEN


def test_a_client_gets_credentials_of_its_own_that_expire():
    async def scene() -> None:
        where = "turn:turn.example.org:3478?transport=udp"
        async with on_air(ice=Ice(where, "north")) as house:
            guest = await house.create()
            turn = (await guest.ok("init-client"))["turn"]
            assert set(turn) == {"url", "username", "credential"}
            assert turn["url"] == where
            until, _, name = turn["username"].partition(":")
            assert name == guest.id
            assert 0 < int(until) - time.time() <= ice.CREDENTIALS_LIVE
            key = hmac.new(b"north", turn["username"].encode(), hashlib.sha1).digest()
            assert turn["credential"] == b64encode(key).decode()
        async with on_air(ice=Ice(where, user="kaltura", password="avatar")) as house:
            turn = (await (await house.create()).ok("init-client"))["turn"]
            assert turn == {"url": where, "username": "kaltura", "credential": "avatar"}
        async with on_air() as house:
            assert (await (await house.create()).ok("init-client"))["turn"] is None

    asyncio.run(scene())


def test_the_name_of_a_stun_server_is_well_formed():
    assert Ice(stun_port=8470).server("s_1", "::1") == {
        "url": "stun:[::1]:8470",
        "username": "",
        "credential": "",
    }
    assert Ice(stun_port=8470).server("s_1", "a.example")["url"] == "stun:a.example:8470"


def question() -> stun.Message:
    return stun.Message(stun.Method.BINDING, stun.Class.REQUEST)


def asked(port: int, data: bytes) -> tuple[bytes, int] | None:
    """What comes back from a UDP port, and the own port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        client.send(data)
        return client.recv(2000), client.getsockname()[1]


def test_a_server_tells_who_asks_where_it_was_asked_from(tmp_path: Path):
    with serving(tmp_path) as origin:
        port = int(origin.rpartition(":")[2])
        message = question()
        data, own = asked(port, bytes(message))
        told = stun.parse_message(data)
        assert told.message_class == stun.Class.RESPONSE
        assert told.transaction_id == message.transaction_id
        assert told.attributes["XOR-MAPPED-ADDRESS"] == ("127.0.0.1", own)
        data, own = asked(port, bytes(question()))
        assert stun.parse_message(data).attributes["XOR-MAPPED-ADDRESS"][1] == own
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as after:
        after.bind(("127.0.0.1", port))  # it was given back


class Wire:
    """Stands for a UDP socket."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, object]] = []

    def sendto(self, data: bytes, address: object) -> None:
        self.sent.append((data, address))


def test_what_is_no_question_gets_no_answer():
    responder, wire = Responder(), Wire()
    responder.connection_made(wire)
    address = ("203.0.113.9", 5000)
    whole = bytes(question())
    reply = bytes(stun.Message(stun.Method.BINDING, stun.Class.RESPONSE))
    for data in (b"", b"\0", b"hello", whole[:-1], whole + b"x" * 2000, reply, b"\xff" * 40, bytes(1400)):
        responder.datagram_received(data, address)
    assert wire.sent == []
    responder.datagram_received(whole, address)
    assert len(wire.sent) == 1
    assert len(wire.sent[0][0]) <= 2 * len(whole)  # nobody can use it to flood others


def test_an_ipv4_client_of_an_ipv6_socket_is_told_its_ipv4_address():
    responder, wire = Responder(), Wire()
    responder.connection_made(wire)
    responder.datagram_received(bytes(question()), ("::ffff:203.0.113.9", 5000, 0, 0))
    told = stun.parse_message(wire.sent[0][0])
    assert told.attributes["XOR-MAPPED-ADDRESS"] == ("203.0.113.9", 5000)


def test_a_taken_port_is_left_alone():
    async def scene() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", 0))
            assert await respond("127.0.0.1", one.getsockname()[1]) is None

    asyncio.run(scene())


@pytest.mark.parametrize("ports", [(42_000, 42_100)])
def test_other_sockets_of_the_loop_are_not_bound_to_the_range(ports: tuple[int, int]):
    async def scene() -> None:
        async with on_air(ports=ports):
            loop = asyncio.get_running_loop()
            first, last = free_ports(1)
            made, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=("127.0.0.1", first)
            )
            assert made.get_extra_info("sockname")[1] == first == last
            made.close()

    asyncio.run(scene())
