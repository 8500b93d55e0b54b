"""The machine: what numbers were measured on."""

from __future__ import annotations

import os
import platform
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import av


@dataclass(frozen=True)
class Machine:
    """What a measurement has to be read with."""

    processor: str
    cores: int  # that this process may use
    memory: float  # GiB
    system: str
    python: str
    ffmpeg: str  # version of libavcodec

    def line(self) -> str:
        """In one line."""
        return f"{self.processor}, {self.cores} cores, {self.memory:.0f} GiB, {self.system}"

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def describe() -> Machine:
    """This machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Machine(
        processor=_processor(),
        cores=cores(),
        memory=memory,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        ffmpeg=".".join(str(part) for part in av.library_versions["libavcodec"]),
    )


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peak_memory() -> float:
    """Most memory that this process has held so far, MiB."""
    status = Path("/proc/self/status")  # getrusage would tell the most of our parent, too
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def cpu_seconds() -> float:
    """Seconds of processor time of all threads of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
