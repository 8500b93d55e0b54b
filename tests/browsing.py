"""A real Chromium without a window, told what to do over its DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
    "--autoplay-policy=no-user-gesture-required", "--mute-audio", "--remote-debugging-port=0",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
WITNESS = """
    window.peers = []; window.tokens = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...how) { super(...how); window.peers.push(this); }
    };
    const ask = window.fetch;
    window.fetch = (where, how) => {
        const [, token] = /^Bearer (.+)/.exec(how?.headers?.Authorization ?? "") ?? [];
        if (token) window.tokens.push([String(where), token]);
        return ask(where, how);
    };
"""  # what a page asks and receives, noted before any script of its own runs
PATIENCE = 120.0  # s that anything may take
EVERY = 0.1  # s between two looks


def chromium() -> str | None:
    """The browser, where there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """A tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.troubles: list[str] = []  # what the page threw or logged as an error
        for domain in ("Page", "Runtime", "DOM"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WITNESS)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(PATIENCE))
            self._hear(message)
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                return message["result"]

    def go(self, address: str) -> None:
        """Open a page."""
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, script: str) -> Any:
        """The value of an expression as soon as it is true."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            if value := self.value(script):
                return value
            time.sleep(EVERY)
        state = self.value("document.body.innerText")
        raise AssertionError(f"never came true: {script}\n{self.troubles}\n{state}")

    def received(self, kind: str, figure: str) -> float:
        """A figure of what comes in by the page's newest connection, from the browser's statistics."""
        return self.value(f"""(async () => {{
            for (const one of (await window.peers.at(-1).getStats()).values())
                if (one.type === "inbound-rtp" && one.kind === "{kind}") return one.{figure} ?? 0;
            return 0;
        }})()""")

    def receives(self, kind: str, figure: str, more: float) -> None:
        """Wait until a figure has grown."""
        wanted, ends = self.received(kind, figure) + more, time.monotonic() + PATIENCE
        while self.received(kind, figure) < wanted:
            assert time.monotonic() < ends, f"{figure} of {kind} did not grow by {more}"
            time.sleep(EVERY)

    def click(self, selector: str) -> None:
        """A click, as a visitor's: it counts as a touch of the page."""
        box = self.until(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            if (!element || element.disabled) return null;
            element.scrollIntoView({{ block: "center", behavior: "instant" }});
            const box = element.getBoundingClientRect();
            return box.width ? [box.x + box.width / 2, box.y + box.height / 2] : null;
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def write(self, selector: str, text: str) -> None:
        """Put a text into a field that has none."""
        self.until(f"!document.querySelector({json.dumps(selector)}).disabled")
        self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        self.value("document.activeElement.select?.()")
        self.call("Input.insertText", text=text)

    def choose(self, selector: str, file: Path) -> None:
        """Give a file to a field for files."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def resize(self, width: int, height: int, scale: int = 1) -> None:
        """The size of the window."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=width < 600,
        )  # fmt: skip

    def shoot(self, file: Path) -> None:
        """A picture of the window."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(data))

    def _hear(self, message: dict[str, Any]) -> None:
        about = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            self.troubles.append(details.get("exception", {}).get("description") or details["text"])
        if message.get("method") == "Runtime.consoleAPICalled" and about["type"] == "error":
            self.troubles.append(" ".join(str(one.get("value", one)) for one in about["args"]))


@contextmanager
def browsing(folder: Path, *flags: str) -> Iterator[Page]:
    """A browser with one empty page; it keeps its profile in a folder and ends with this."""
    program = chromium()
    assert program, "there is no Chromium"
    folder.mkdir(parents=True)  # a profile that was used has an address of the past
    log = (folder / "chromium.log").open("wb")
    process = subprocess.Popen(
        [program, *FLAGS, *flags, f"--user-data-dir={folder}", "about:blank"], stdout=log, stderr=log
    )
    try:
        with connect(_address(folder, process), max_size=None, open_timeout=PATIENCE) as browser:
            target = _ask(browser, "Target.getTargets")["targetInfos"][0]["targetId"]
            port = browser.remote_address[1]
            with connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", max_size=None) as socket:
                yield Page(socket)
            _ask(browser, "Browser.close")
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        log.close()


def _address(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the browser listens: it writes this down once it does."""
    note = folder / "DevToolsActivePort"
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        if note.exists() and len(lines := note.read_text().split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(EVERY)
    raise AssertionError(f"Chromium did not start: {(folder / 'chromium.log').read_text()[-2000:]}")


def _ask(socket: ClientConnection, method: str) -> dict[str, Any]:
    socket.send(json.dumps({"id": 0, "method": method}))
    while True:
        message = json.loads(socket.recv(PATIENCE))
        if message.get("id") == 0:
            return message["result"]
