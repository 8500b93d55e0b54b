"""`python -m casting.bake jane adam`: recipes become packs of the distribution, several at a time.

What goes wrong is told in one line, and ends with the exit code of its error (`rostra.errors`). A pack
appears whole or stays as it was; renders that are done are kept for the next time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from casting.bake import base
from casting.bake.state import SAMPLES, fresh
from casting.recipe import FOLDER, names, read
from rostra.errors import OutputError, RostraError

PACKS = Path("src/rostra/presenters/packs")


@dataclass(frozen=True)
class End:
    """How the bake of one person ended.

    Args:
        name: whose.
        code: exit code of its process.
        told: the last line on its standard error.
    """

    name: str
    code: int
    told: str = ""


def main() -> None:
    """Bake the people named on the command line, or all whose recipe or tools have changed."""
    options = _options()
    try:
        base.fetch()
        if len(options.ids) == 1:
            _bake(options.ids[0], options)
        else:
            _several(options)
    except RostraError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


def _options() -> argparse.Namespace:
    cores = os.cpu_count() or 1
    parser = argparse.ArgumentParser(prog="casting.bake", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ids", nargs="*", help="people to bake; all if none is named")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="per pixel (%(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the recipes")
    parser.add_argument("--renders", type=Path, default=base.PLACE, help="where renders are kept")
    parser.add_argument("--out", type=Path, default=PACKS, help="where packs go (%(default)s)")
    parser.add_argument("--jobs", type=int, default=cores, help="people at a time (%(default)s)")
    parser.add_argument("--threads", type=int, default=cores, help="of one person's bake (%(default)s)")
    parser.add_argument("--again", action="store_true", help="bake those that are up to date, too")
    return parser.parse_args()


def _several(options: argparse.Namespace) -> None:
    """Bake many; where the disk is full, nobody else is begun.

    Raises:
        RostraError: a recipe is wrong, or there was no room.
    """
    wanted = options.ids or names(options.folder)
    for name in wanted:
        read(name, options.folder)
    due = [name for name in wanted if options.again or not _fresh(name, options)]
    full = Event()
    with ThreadPoolExecutor(options.jobs) as pool:
        ends = list(pool.map(lambda name: _apart(name, options, full), due))
    failed = [end for end in ends if end.code]
    if not failed:
        return
    missing = f"Not baked: {', '.join(end.name for end in failed)}."
    if full.is_set():
        told = next(end.told for end in failed if end.code == OutputError.exit_code and end.told)
        print(f"{told} {missing}", file=sys.stderr)
        sys.exit(OutputError.exit_code)
    print(f"{missing} Bake one by name to see why.", file=sys.stderr)
    sys.exit(failed[0].code)


def _fresh(name: str, options: argparse.Namespace) -> bool:
    return fresh(name, options.out / f"{name}.pack", options.folder)


def _bake(name: str, options: argparse.Namespace) -> None:
    from casting import studio  # noqa: PLC0415 - Blender is only there to bake
    from casting.bake.bake import bake  # noqa: PLC0415

    target = options.out / f"{name}.pack"
    studio.THREADS = options.threads
    bake(name, target, options.renders, options.samples, recipes=options.folder)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB", flush=True)


def _apart(name: str, options: argparse.Namespace, full: Event) -> End:
    """Bake one in a process of its own, unless the disk is full already."""
    if full.is_set():
        return End(name, OutputError.exit_code)
    values = {key: getattr(options, key) for key in ("samples", "folder", "renders", "out")}
    values["threads"] = max(1, options.threads // options.jobs)
    flags = [part for key, value in values.items() for part in (f"--{key}", str(value))]
    command = [sys.executable, "-m", "casting.bake", name, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode == 0:
        print(done.stdout.splitlines()[-1], flush=True)
        return End(name, 0)
    if done.returncode == OutputError.exit_code:
        full.set()
    else:
        print(f"{name} failed.", flush=True)
    return End(name, done.returncode, (done.stderr.splitlines() or [""])[-1])


if __name__ == "__main__":
    main()
