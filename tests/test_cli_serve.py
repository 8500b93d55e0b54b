"""`rostra serve` as its user runs it: a process that listens, answers and stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rostra.cli.serve import bound
from rostra.errors import OutputError


def serve(folder: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    """A server and its address."""
    code = "from rostra.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "ROSTRA_HOME": str(folder), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout
    return process, process.stdout.readline().split()[-1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_keeps_its_secrets_and_stops_cleanly(tmp_path: Path, stop: signal.Signals):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process, origin = serve(tmp_path / "kept", port)
        try:
            assert origin.startswith("http://localhost:")
            assert not origin.endswith(f":{port}")
            transport = httpx.HTTPTransport(retries=20)
            with httpx.Client(
                transport=transport, base_url=origin.replace("localhost", "127.0.0.1")
            ) as client:
                assert client.get("/healthz").text == "ok"
        finally:
            process.send_signal(stop)
            err = process.communicate(timeout=30)[1]
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert f"Port {port} is taken." in err
    assert (tmp_path / "kept" / "partner-102.env").stat().st_mode & 0o777 == 0o600


def test_an_address_of_another_machine_is_told():
    with pytest.raises(OutputError, match="ROSTRA_HOST"):
        bound("192.0.2.1", 8080)
