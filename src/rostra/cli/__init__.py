"""The command line.

Importing this package costs nothing: the parts are loaded when a command needs them.
"""

from __future__ import annotations

import os


def main() -> None:
    """Run `rostra`."""
    # One thread each: the products are so small that the threads of BLAS would only spin. It must be
    # said before numpy is loaded.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from rostra.cli.app import run

    run()
