"""Media from addresses: fetched whole, and from nowhere that nobody should reach."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from commands import clip
from rostra.errors import InputError
from rostra.library.fetch import fetch
from serving import serving
from test_apiv3 import ask, started
from test_library import client_of, settled


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server with a film and some ways to it."""
    film = clip(tmp_path / "film.mp4", 0.5).read_bytes()
    files = {"/film.mp4": film, "/lines.srt": b"1\n00:00:01,000 --> 00:00:02,500\nHello\n"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/round"):
                self.send_response(302)
                self.send_header("Location", "/round")
            elif self.path == "/there":
                self.send_response(302)
                self.send_header("Location", "film.mp4?x=1")
            elif self.path == "/inside":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/secrets")
            elif self.path.partition("?")[0] in files:
                data = files[self.path.partition("?")[0]]
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                return
            else:
                self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(url: str, target: Path, largest: int = 1 << 20, private: bool = True) -> str:
    return asyncio.run(fetch(url, target, largest, private))


def test_a_file_is_fetched_over_a_redirect(web: str, tmp_path: Path):
    assert fetched(f"{web}/there", tmp_path / "got") == "film.mp4"
    assert (tmp_path / "got").read_bytes() == (tmp_path / "film.mp4").read_bytes()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.1/x", "http://192.168.1.1/x",
        "http://169.254.169.254/latest", "http://0.0.0.0/x", "http://[::ffff:127.0.0.1]/x", "http://2130706433/x",
    ],
)  # fmt: skip
def test_nothing_inside_is_reached(url: str, tmp_path: Path):
    with pytest.raises(InputError, match=r"public|There is no"):
        fetched(url, tmp_path / "got", private=False)
    assert not (tmp_path / "got").exists()


@pytest.mark.parametrize(
    "url", ["", "film.mp4", "file:///etc/passwd", "ftp://a/b", "http://", "http://u:p@a/b"]
)
def test_what_is_no_address_is_refused(url: str, tmp_path: Path):
    with pytest.raises(InputError, match="address"):
        fetched(url, tmp_path / "got")


@pytest.mark.parametrize(
    ("path", "told"), [("/nothing", "404"), ("/round", "leads on"), ("/film.mp4", "larger than")]
)
def test_what_gives_no_file_is_told(web: str, path: str, told: str, tmp_path: Path):
    with pytest.raises(InputError, match=told):
        fetched(web + path, tmp_path / "got", largest=100)


def test_an_entry_is_filled_from_an_address(web: str, tmp_path: Path):
    with serving(tmp_path, private=True) as origin:
        ks, client = started(origin, userId="ana"), client_of(origin, "ana")
        for path, status in (("/film.mp4", "2"), ("/nothing", "-2")):
            entry = ask(origin, "service/media/action/add", ks=ks, entry={"name": "far"})["id"]
            resource = {"objectType": "KalturaUrlResource", "url": web + path}
            told = ask(origin, "service/media/action/addContent", ks=ks, entryId=entry, resource=resource)
            assert told["status"] == 0
            assert settled(client, entry).status.getValue() == status
        assert list((tmp_path / "staging").iterdir()) == []
