"""A real server on the loopback, in a thread of the test's process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import uvicorn

from rostra.app import Engines, Fixed, OnAir, create
from rostra.live.sessions import Terms
from rostra.presenters.catalogue import Catalogue
from rostra.speech.catalogue import voice
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from rostra.studio.excerpts import Excerpts

PARTNER, SECRET, USER_SECRET = 700, "the admin's secret", "the users' secret"


@contextmanager
def serving(
    folder: Path, presenters: Path | None = None, private: bool = False,
    database: str = "", media: str = "", **more: object,
) -> Iterator[str]:  # fmt: skip
    """A server that keeps in a folder what it keeps not elsewhere; gives its origin. `more` is of `Fixed`."""
    structlog.reset_defaults()  # a command of an earlier test may have sent logs to what is closed by now
    known = {"largest_upload": 20 << 20, "fetch_private": private, **more}
    fixed = Fixed(PARTNER, SECRET, USER_SECRET, **known)  # type: ignore[arg-type]
    setup = {
        "presenters": [str(presenters)] if presenters else [], "models": "", "threads": 1,
        "form": "fine", "previews": "fine",
        "memory": str(folder / "speech"), "encoding": ["ultrafast", 28, 1],
    }  # fmt: skip
    folders = [presenters] if presenters else []
    engines = Engines(Catalogue(folders), {"office-1": "Bright office"}, setup, 2, Excerpts(), warm=False)
    on_air = OnAir(Terms(b"the key of live sessions' tokens", most=3), None, voice)
    kept = Database(database or f"sqlite:///{folder / 'rostra.db'}")
    app = create(kept, MediaStore(folder, media), engines, fixed, on_air)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app.state.listening = listener.getsockname()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
