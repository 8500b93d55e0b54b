"""Child processes: none outlives a parent that was killed.

    python -m rostra.children PARENT MODULE ARGUMENT…

runs a module so, see `command`.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1  # Linux: a signal for when the parent ends


def command(module: str, *arguments: str) -> list[str]:
    """What to execute for a child of this process that runs a module and ends with its parent."""
    return [sys.executable, "-m", "rostra.children", str(os.getpid()), module, *arguments]


def end_with_parent(parent: int) -> None:
    """Let this process be killed when its parent ends, however that ends; on Linux only.

    Args:
        parent: process id; if that has ended before it could be said, this process ends at once.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """The command."""
    end_with_parent(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
