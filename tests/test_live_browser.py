"""Live sessions as a visitor has them: in a real browser, in the quick start's application and the page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from browsing import Page, browsing, chromium
from commands import process
from rostra import web
from rostra.speech.catalogue import voice
from serving import PARTNER, SECRET, serving

APPLICATION = Path(__file__).parent.parent / "examples" / "live"
SILENCE = 1e-6  # energy of a second in which nobody speaks; full scale is 1
SPEECH = 1e-4  # energy after a moment of speech
LONG = "This goes on and on, so that there is time to cut it off before it is over. " * 6

pytestmark = [
    pytest.mark.skipif(not chromium(), reason="there is no Chromium: apt install chromium"),
    pytest.mark.skipif(not web.built(), reason="the pages for browsers are not built: make web"),
]


@pytest.fixture
def origin(tmp_path: Path, people: Path) -> Iterator[str]:
    with serving(tmp_path, people) as origin:
        yield origin


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with browsing(tmp_path / "browser") as page:
        yield page
        assert page.troubles == []


@pytest.fixture
def application(origin: str) -> Iterator[str]:
    """The application of the quick start, on a port of its own."""
    if not shutil.which("node"):
        pytest.skip("there is no Node")
    if not (APPLICATION / "node_modules").exists():
        pytest.skip("the application is not set up: npm ci, in examples/live")
    ks = httpx.post(
        f"{origin}/api_v3/service/session/action/start",
        json={"format": 1, "secret": SECRET, "partnerId": PARTNER, "type": 2},
    ).json()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "AVATAR_API_KEY": ks, "AVATAR_BASE_URL": f"{origin}/v1/avatar-session",
        "AVATAR_SDK_URL": f"{origin}/sdk/session/session.js", "PORT": str(port),
    }  # fmt: skip
    process = subprocess.Popen(
        ["node", "server.js"], cwd=APPLICATION, env={**os.environ, **settings}, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        assert process.stdout.readline(), "the application did not start"
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.communicate()


def told(page: Page, *states: str) -> None:
    """Wait until the application has shown these states of speech, one after the other."""
    page.until(f"window.spoken.length >= {len(states)}")
    assert page.value("window.spoken") == list(states)


def silent(page: Page, within: int) -> None:
    """A second without speech is heard, after so many seconds of sound at most.

    What was on its way is still heard; how long that is depends on how busy the machine is.
    """
    for _ in range(within):
        before = page.received("audio", "totalAudioEnergy")
        page.receives("audio", "totalSamplesDuration", 1.0)
        if page.received("audio", "totalAudioEnergy") - before < SILENCE:
            return
    raise AssertionError(f"{within} s of sound, and none was silent")


def over(page: Page) -> bool:
    """Whether the server says that the page's session has ended."""
    where, token = page.value("window.tokens.at(-1)")
    place = where.rpartition("/")[0]
    answer = httpx.post(f"{place}/keep-alive", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 410


def test_the_quick_start_shows_a_presenter_who_speaks_and_is_interrupted_and_ends(
    page: Page, application: str
):
    page.go(application)
    page.value("""(() => {
        window.spoken = [];
        const note = () => window.spoken.push(document.getElementById("speech").value);
        const speech = document.getElementById("speech");
        new MutationObserver(note).observe(speech, { childList: true, subtree: true, characterData: true });
    })()""")
    page.write("#avatar", "ellipse")
    page.click("#start")
    page.until("document.getElementById('state').value === 'READY'")
    assert page.value("document.getElementById('connection').value") == "CONNECTED"
    page.until("document.querySelector('#avatar-container video').videoWidth")
    assert page.value("(({videoWidth: w, videoHeight: h}) => [w, h])(document.querySelector('video'))") == [
        512, 512,
    ]  # fmt: skip
    page.receives("video", "framesDecoded", 50)
    silent(page, within=1)

    page.write("#text", "Hello there, and a warm welcome to everybody who is watching us today.")
    page.click("#say")
    page.receives("audio", "totalAudioEnergy", SPEECH)
    told(page, "speaking", "silent")

    page.write("#text", LONG)
    page.click("#say")
    told(page, "speaking", "silent", "speaking")
    page.receives("audio", "totalAudioEnergy", SPEECH)
    page.click("#interrupt")
    told(page, "speaking", "silent", "speaking", "silent")
    silent(page, within=6)

    page.click("#end")
    page.until("document.getElementById('state').value === 'ENDED'")
    assert page.value("document.getElementById('connection').value") == "CLOSED"
    assert page.value("document.querySelectorAll('video').length") == 0
    assert page.value("document.getElementById('error').textContent") == ""
    page.until("window.tokens.at(-1)[0].endsWith('/end')")
    ends = time.monotonic() + 30
    while not over(page):
        assert time.monotonic() < ends


def test_the_page_shows_whom_one_chooses_and_says_what_one_writes(page: Page, origin: str):
    page.go(f"{origin}/live")
    page.until("document.querySelector('[data-id=ellipse] img')?.naturalWidth")
    page.click("[data-id=ellipse]")
    page.until("document.documentElement.dataset.state === 'live'")
    page.until("!!document.querySelector('#frame.playing')")
    page.receives("video", "framesDecoded", 25)
    page.write("#text", "Good evening, and welcome.")
    page.click("#say")
    page.until("!!document.querySelector('#frame.speaking')")
    page.until("document.getElementById('feed').innerText.includes('Good evening, and welcome.')")
    page.until("!document.querySelector('#frame.speaking')")
    page.until("Number(document.querySelector('[data-figure=fps]').dataset.value) > 0")
    page.click("#end")
    page.until("document.documentElement.dataset.state === 'ended'")
    page.click("#veil-action")
    page.until("document.documentElement.dataset.state === 'live'")


def test_the_page_plays_a_recording_and_cuts_it_off(page: Page, origin: str, tmp_path: Path):
    said = list(voice("jane:fast").speak(LONG[: len(LONG) // 3]))
    recording = tmp_path / "said.wav"
    with wave.open(str(recording), "wb") as file:
        file.setparams((1, 2, said[0].rate, 0, "NONE", ""))
        file.writeframes(np.concatenate([one.pcm for one in said]).tobytes())
    page.go(f"{origin}/live?presenter=ellipse")
    page.until("document.documentElement.dataset.state === 'live'")
    page.choose("#file", recording)
    page.until("!!document.querySelector('#frame.speaking')")
    page.receives("audio", "totalAudioEnergy", SPEECH)
    page.click("#interrupt")
    page.until("!document.querySelector('#frame.speaking')")
    page.until("document.getElementById('feed').innerText.includes('Speech was cut off')")


def test_a_visitor_who_leaves_ends_the_session(page: Page, origin: str):
    page.go(f"{origin}/live?presenter=ellipse")
    page.until("document.documentElement.dataset.state === 'live'")
    where, token = page.value("window.tokens.at(-1)")
    page.go(f"{origin}/live/icon.svg")
    ends = time.monotonic() + 30
    while True:
        place = where.rpartition("/")[0]
        answer = httpx.post(f"{place}/keep-alive", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code == 410:
            break
        assert time.monotonic() < ends, answer.text
        time.sleep(0.2)


def test_a_portrait_is_asked_for_by_the_address_of_the_page(page: Page, origin: str):
    page.go(f"{origin}/live?presenter=ellipse&size=360x640")
    page.until("document.documentElement.dataset.state === 'live'")
    page.until("!!document.querySelector('#frame.playing')")
    page.receives("video", "framesDecoded", 25)
    assert page.value("(({videoWidth: w, videoHeight: h}) => [w, h])(document.querySelector('video'))") == [
        360, 640,
    ]  # fmt: skip


def test_a_page_whose_server_was_killed_and_started_again_says_that_its_session_is_gone(
    tmp_path: Path, people: Path
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"ROSTRA_HOME": str(tmp_path / "kept"), "ROSTRA_PRESENTERS": str(people), "PYTHONUNBUFFERED": "1"}

    def serve() -> subprocess.Popen[str]:
        started = process("serve", "--port", port, env={**os.environ, **given})
        assert started.stdout
        assert f":{port}" in started.stdout.readline()
        return started

    server = serve()
    try:
        with browsing(tmp_path / "browser") as page:
            page.go(f"http://localhost:{port}/live?presenter=ellipse")
            page.until("document.documentElement.dataset.state === 'live'")
            where, token = page.value("window.tokens.at(-1)")
            server.send_signal(signal.SIGKILL)
            server.communicate()
            server = serve()
            page.until("document.documentElement.dataset.state === 'problem'")
            assert "The session is over" in page.value("document.getElementById('veil-title').textContent")
            place = where.rpartition("/")[0]
            with httpx.Client(transport=httpx.HTTPTransport(retries=50)) as client:
                answer = client.post(f"{place}/keep-alive", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 404
            assert answer.json()["code"] == "SESSION_NOT_FOUND"
            page.click("#veil-action")  # and a new one is to be had
            page.until("document.documentElement.dataset.state === 'live'")
    finally:
        server.kill()
        server.communicate()
