"""Child processes end when the one that started them is killed, however early that is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra import children

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")

# Each says the child's process id, and waits to be killed.
WORKER = """
import subprocess, time
from rostra.children import command
child = subprocess.Popen(command("http.server", "0"), stderr=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""
VOICE = """
import asyncio
from rostra.live.speaker import _Process
async def ask():
    process = _Process(None)
    asyncio.create_task(process.ask(print, 60.0))
    while not process.ids:
        await asyncio.sleep(0)
    print(*process.ids, flush=True)
    await asyncio.sleep(60)
asyncio.run(ask())
"""


def running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(params=[WORKER, VOICE], ids=["worker", "voice"])
def parent(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, "-c", request.param]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@linux
@pytest.mark.parametrize("later", [0.0, 0.05, 0.5])
def test_a_child_ends_with_its_parent(parent: subprocess.Popen[str], later: float):
    assert parent.stdout
    child = int(parent.stdout.readline())
    time.sleep(later)
    parent.send_signal(signal.SIGKILL)
    late = time.monotonic() + 30
    while running(child) and time.monotonic() < late:
        time.sleep(0.02)
    assert not running(child)


def test_a_child_whose_parent_has_already_ended_does_nothing():
    command = children.command("this")
    command[3] = "1" if command[3] != "1" else "2"
    ended = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    assert (ended.returncode, ended.stdout) == (1, b"")


def test_a_child_gets_its_arguments():
    command = children.command("timeit", "-n1", "-r1", "print('here')")
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    assert ran.stdout.startswith(b"here\n")
