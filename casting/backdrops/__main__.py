"""Render backgrounds of the library: `python -m casting.backdrops office-1 --size 960x540 -o out.webp`."""

import argparse
import json
from pathlib import Path

from PIL import Image

from casting.backdrops import BACKDROPS
from casting.backdrops.room import photograph

LIBRARY = Path(__file__).parents[2] / "src/rostra/picture/backdrops"
PREVIEW = (480, 270)  # pixels, of the small picture that a person picks from


def main() -> None:
    """Render one background or all of them; the library's index and previews follow."""
    wanted = _arguments()
    names = list(BACKDROPS) if wanted.id == "all" else [wanted.id]
    for name in names:
        path = wanted.output or LIBRARY / f"{name}.webp"
        photograph(BACKDROPS[name], path, wanted.size, wanted.samples)
        print(path)
    if wanted.output is None:
        _write_previews()
        _write_index()


def _write_previews() -> None:
    folder = LIBRARY / "previews"
    folder.mkdir(exist_ok=True)
    for path in LIBRARY.glob("*.webp"):
        with Image.open(path) as picture:
            picture.resize(PREVIEW, Image.Resampling.LANCZOS).save(folder / path.name, quality=82, method=6)


def _write_index() -> None:
    index = [{"id": b.id, "name": b.name, "description": b.description} for b in BACKDROPS.values()]
    (LIBRARY / "index.json").write_text(json.dumps(index, indent=2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="casting.backdrops", description=__doc__)
    parser.add_argument("id", choices=[*BACKDROPS, "all"])
    parser.add_argument(
        "--size", type=_size, default=(1920, 1080), help="WIDTHxHEIGHT, pixels (default 1920x1080)"
    )
    parser.add_argument("--samples", type=int, default=48, help="light paths per pixel (default 48)")
    parser.add_argument("-o", "--output", type=Path, help="picture file (default: the library)")
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    width, height = text.lower().split("x")
    return int(width), int(height)


if __name__ == "__main__":
    main()
