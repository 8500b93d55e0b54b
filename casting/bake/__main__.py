"""`python -m casting.bake jane adam`: recipes become packs of the distribution, several at a time."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from casting import studio
from casting.bake.bake import SAMPLES, bake, fresh
from casting.recipe import FOLDER, names

PACKS = Path("src/rostra/presenters/packs")


def main() -> None:
    """Bake the people named on the command line, or all whose recipe or tools have changed."""
    options = _options()
    if len(options.ids) == 1:
        _bake(options.ids[0], options)
        return
    wanted = options.ids or names(options.folder)
    due = [name for name in wanted if options.again or not _fresh(name, options)]
    with ThreadPoolExecutor(options.jobs) as pool:
        failed = [name for name in pool.map(lambda name: _apart(name, options), due) if name]
    if failed:
        sys.exit(f"Not baked: {', '.join(failed)}. Bake one by name to see why.")


def _options() -> argparse.Namespace:
    cores = os.cpu_count() or 1
    parser = argparse.ArgumentParser(prog="casting.bake", description=__doc__)
    parser.add_argument("ids", nargs="*", help="people to bake; all if none is named")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="per pixel (%(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the recipes")
    parser.add_argument("--renders", type=Path, default=Path("build/casting"), help="where renders are kept")
    parser.add_argument("--out", type=Path, default=PACKS, help="where packs go (%(default)s)")
    parser.add_argument("--jobs", type=int, default=cores, help="people at a time (%(default)s)")
    parser.add_argument("--threads", type=int, default=cores, help="of one person's bake (%(default)s)")
    parser.add_argument("--again", action="store_true", help="bake those that are up to date, too")
    return parser.parse_args()


def _fresh(name: str, options: argparse.Namespace) -> bool:
    return fresh(name, options.out / f"{name}.pack", options.folder)


def _bake(name: str, options: argparse.Namespace) -> None:
    target = options.out / f"{name}.pack"
    studio.THREADS = options.threads
    bake(name, target, options.renders, options.samples, recipes=options.folder)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB", flush=True)


def _apart(name: str, options: argparse.Namespace) -> str:
    """Bake one in a process of its own; its name if that failed."""
    values = {key: getattr(options, key) for key in ("samples", "folder", "renders", "out")}
    values["threads"] = max(1, options.threads // options.jobs)
    flags = [part for key, value in values.items() for part in (f"--{key}", str(value))]
    command = [sys.executable, "-m", "casting.bake", name, *flags]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    print(done.stdout.splitlines()[-1] if done.returncode == 0 else f"{name} failed.", flush=True)
    return "" if done.returncode == 0 else name


if __name__ == "__main__":
    main()
