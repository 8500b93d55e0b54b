"""`rostra serve`: the server."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

PATIENCE = 10  # s that running requests have when the server stops
STOPS = (signal.SIGINT, signal.SIGTERM)
SWITCH = 0.0005  # s that a thread may hold the interpreter while others wait: media threads are many
TRIES = 50  # ports after the wanted one
HERE = ("127.0.0.1", "0.0.0.0", "::", "::1")  # noqa: S104 - addresses that a browser here calls localhost


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; ROSTRA_HOST without it.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; the next free one if it is taken.")] = None,
) -> None:
    """Run the server until it is told to stop."""
    from rostra.cli.console import remark
    from rostra.cli.parts import application, at_gate, first_partner, home
    from rostra.settings import settings

    chosen = settings()
    wanted = port or chosen.port
    app, listener = application(), bound(host or chosen.host, wanted)
    from rostra.identity.keyring import write_down

    secrets = write_down(home(), at_gate(first_partner))
    place, own = app.state.listening = listener.getsockname()[:2]
    if own != wanted:
        remark(f"Port {wanted} is taken.")
    shown = "localhost" if place in HERE else place
    typer.echo(f"Rostra listens at {chosen.public_url or f'http://{shown}:{own}'}")
    typer.echo(f"API v3 at /api_v3, documentation at /docs; the first partner's secrets in {secrets}")
    sys.setswitchinterval(SWITCH)
    _run(app, listener)


def _run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until the first SIGINT or SIGTERM; running requests have some seconds to end."""
    import uvicorn

    class Server(uvicorn.Server):
        """One that a signal ends without a traceback."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            before = {number: signal.signal(number, self.handle_exit) for number in STOPS}
            yield
            for number, handler in before.items():
                signal.signal(number, handler)

    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=PATIENCE)
    Server(config).run(sockets=[listener])


def bound(host: str, port: int) -> socket.socket:
    """A socket on the first free port from one on.

    Raises:
        OutputError: there is none, or the address is not this machine's.
    """
    from rostra.errors import OutputError

    for number in range(port, min(port + TRIES, 65536)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise OutputError(
                    f"Nothing can listen on {host} ({error.strerror}).", "Set ROSTRA_HOST.", "host"
                ) from error
            continue
        return listener
    raise OutputError(f"No port from {port} on is free.", "Set ROSTRA_PORT.", "port")
