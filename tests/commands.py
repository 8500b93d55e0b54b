"""Running `rostra` in tests: in this process, and as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from rostra.cli.app import run

SMALL = ("--presenter", "ellipse", "--voice", "heart:fast", "--size", "320x180", "--background", "#204060")


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


def rostra(capfd: pytest.CaptureFixture[str], *arguments: object) -> Outcome:
    """Run a command in this process."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        run([str(argument) for argument in arguments])
    text = capfd.readouterr()
    return Outcome(int(ended.value.code or 0), text.out, text.err)


def process(*arguments: object, **options: object) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    command = [sys.executable, "-c", "from rostra.cli import main; main()", *map(str, arguments)]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def clip(path: Path, seconds: float, shade: int = 90) -> Path:
    """A film of one shade, without sound."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for _ in range(round(seconds * 25)):
            picture = av.VideoFrame.from_ndarray(np.full((135, 160), shade, np.uint8), "yuv420p")
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return path


def frames(path: Path) -> list[np.ndarray]:
    """The pictures of a film, grey."""
    with av.open(str(path)) as file:
        return [picture.to_ndarray(format="gray") for picture in file.decode(video=0)]
