"""`python -m casting.bake jane adam`: recipes become packs of the distribution."""

from __future__ import annotations

import argparse
from pathlib import Path

from casting.bake.bake import SAMPLES, bake
from casting.recipe import FOLDER, names

PACKS = Path("src/rostra/presenters/packs")


def main() -> None:
    """Bake the people named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="casting.bake", description=__doc__)
    parser.add_argument("ids", nargs="*", help="people to bake; all if none is named")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="per pixel (%(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the recipes are")
    parser.add_argument("--renders", type=Path, default=Path("build/casting"), help="where renders are kept")
    parser.add_argument("--out", type=Path, default=PACKS, help="where packs go (%(default)s)")
    options = parser.parse_args()
    for name in options.ids or names(options.folder):
        target = options.out / f"{name}.pack"
        bake(name, target, options.renders, options.samples, recipes=options.folder)
        print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
