"""Live sessions through a TURN server: Debian's coturn, with the configuration that we give out."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aioice import stun
from aioice.ice import get_host_addresses
from aioice.turn import create_turn_endpoint

from browsing import browsing, chromium
from rostra import web
from rostra.live.ice import credential
from rostra.trial import Trial

CONFIGURATION = Path(__file__).parent.parent / "deploy" / "coturn" / "turnserver.conf"
SECRET = "a secret that the server and coturn share"
PATIENCE = 30  # s
HERE = next(iter(get_host_addresses(use_ipv4=True, use_ipv6=False)), "")  # where a server's media are

pytestmark = [
    pytest.mark.skipif(not shutil.which("turnserver"), reason="there is no coturn: apt install coturn"),
    pytest.mark.skipif(not HERE, reason="this machine has no address but the loopback"),
]


def configured(folder: Path, port: int) -> Path:
    """Our configuration with its marked lines changed for this machine."""
    text = CONFIGURATION.read_text()
    text = re.sub(r"(?m)^external-ip=.*$", f"external-ip={HERE}\nlistening-ip={HERE}\nrelay-ip={HERE}", text)
    text = re.sub(r"(?m)^listening-port=.*$", f"listening-port={port}", text)
    text = re.sub(r"(?m)^static-auth-secret=.*$", f"static-auth-secret={SECRET}", text)
    text = text.replace("\nsyslog\n", f"\nlog-file=stdout\npidfile={folder}/pid\nuserdb={folder}/db\n")
    text = re.sub(r"(?m)^#allowed-peer-ip=.*$", f"allowed-peer-ip={HERE}", text)
    file = folder / "turnserver.conf"
    file.write_text(text)
    return file


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[int]:
    """A running coturn; gives its port."""
    with socket.socket() as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    log = (tmp_path / "coturn.log").open("wb")
    command = ["turnserver", "-c", str(configured(tmp_path, port))]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        ends = time.monotonic() + PATIENCE
        while not listens(port):
            assert process.poll() is None and time.monotonic() < ends, (tmp_path / "coturn.log").read_text()
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()
        log.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HERE, port)) == 0


async def relay(port: int, user: str, password: str, peer: str) -> None:
    """Have a datagram relayed to a peer."""
    transport, _ = await create_turn_endpoint(asyncio.DatagramProtocol, (HERE, port), user, password)
    try:
        await transport._TurnTransport__inner_protocol.send_data(b"hello", (peer, 40000))
    finally:
        transport.close()


def known(seconds: int = 60) -> tuple[str, str]:
    user = f"{int(time.time()) + seconds}:s_1"
    return user, credential(SECRET, user)


def test_coturn_takes_the_credentials_that_a_session_gets(turn: int):
    asyncio.run(relay(turn, *known(), HERE))


@pytest.mark.parametrize(
    "user, password",
    [(known()[0], "wrong"), known(-60), ("s_1", credential(SECRET, "s_1"))],
    ids=["a wrong password", "expired", "without an end"],
)
def test_coturn_refuses_other_credentials(turn: int, user: str, password: str):
    with pytest.raises(stun.TransactionFailed) as refused:
        asyncio.run(relay(turn, user, password, HERE))
    assert refused.value.response.attributes["ERROR-CODE"][0] == 401


@pytest.mark.parametrize("peer", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.1.1", "224.0.0.1"])
def test_coturn_relays_nothing_into_private_networks(turn: int, peer: str):
    with pytest.raises(stun.TransactionFailed) as refused:
        asyncio.run(relay(turn, *known(), peer))
    assert refused.value.response.attributes["ERROR-CODE"][0] == 403


@pytest.mark.skipif(not chromium(), reason="there is no Chromium: apt install chromium")
@pytest.mark.skipif(not web.built(), reason="the pages for browsers are not built: make web")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_page_plays_through_the_relay_alone(turn: int, transport: str, tmp_path: Path, people: Path):
    settings = {
        "ROSTRA_TURN_URL": f"turn:{HERE}:{turn}?transport={transport}", "ROSTRA_TURN_SECRET": SECRET,
        "ROSTRA_PRESENTERS": str(people), "ROSTRA_RENDERERS": "1",
    }  # fmt: skip
    with Trial(tmp_path / "home", **settings) as trial, browsing(tmp_path / "browser") as page:
        page.go(f"{trial.origin}/live?presenter=ellipse&relay")
        page.until("document.documentElement.dataset.state === 'live'")
        page.receives("video", "framesDecoded", 50)
        way = page.value("""(async () => {
            const report = await window.peers.at(-1).getStats();
            const { selectedCandidatePairId } = [...report.values()].find(({ type }) => type === "transport");
            const own = report.get(report.get(selectedCandidatePairId).localCandidateId);
            return [own.candidateType, own.relayProtocol];
        })()""")
        assert way == ["relay", transport]
        page.write("#text", "Good evening, through the relay.")
        page.click("#say")
        page.until("!!document.querySelector('#frame.speaking')")
        page.receives("audio", "totalAudioEnergy", 1e-4)
        page.click("#end")
        page.until("document.documentElement.dataset.state === 'ended'")
        assert page.troubles == []
