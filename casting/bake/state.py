"""The state of a bake: what it depends on, and whether a pack is up to date. Needs no Blender."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from casting.recipe import FOLDER, Recipe, read
from rostra.errors import PackError
from rostra.presenters import keys
from rostra.presenters.pack import load

SAMPLES = 8  # per pixel; denoised: twice as many look the same
UNSEEN = {"name", "kind", "bio", "greeting", "voice", "manner"}  # of a recipe; no render changes with them


def fresh(name: str, pack: Path, recipes: Path = FOLDER) -> bool:
    """Whether a pack is what its recipe and the tool would make now."""
    wanted = state(read(name, recipes))
    try:
        return pack.exists() and load(pack).manifest.origin.get("state") == wanted
    except PackError:
        return False


def state(recipe: Recipe) -> str:
    """A short name of a recipe together with the code that makes a pack of it."""
    return _digest(recipe.model_dump_json(), Path(__file__).parents[1].rglob("*.py"))


def looks(recipe: Recipe) -> str:
    """A short name of what is rendered: the recipe without its words, and the code that builds the person."""
    code = [*Path(__file__).parents[1].glob("*.py"), Path(keys.__file__)]
    return _digest(recipe.model_dump_json(exclude=UNSEEN), code)


def _digest(text: str, code: Iterable[Path]) -> str:
    digest = hashlib.sha256(text.encode())
    for path in sorted(code):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
