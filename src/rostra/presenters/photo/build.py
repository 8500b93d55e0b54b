"""Building: from a photo to a pack."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.own import Profile
from rostra.presenters.pack import Pack, Texture
from rostra.presenters.photo import eyes, fitness, head, mouth, reading, topology
from rostra.presenters.photo.environment import interpreter
from rostra.presenters.photo.face import Face, face
from rostra.presenters.photo.portrait import CANVAS, DISTANCE, EYES, MIDDLE, Portrait, portray
from rostra.presenters.photo.sight import see
from rostra.presenters.photo.smile import softened
from rostra.presenters.sheet import assemble

PIVOT = (0.3, -1.3)  # of the way from eyes to chin: how far below the eyes; eye distances behind them
CLOSE = 4.0  # canvas pixels at the photo's lower end that are not shown


def from_photo(source: Path | bytes, profile: Profile, python: Path | None = None) -> Pack:
    """Make a presenter from one photo.

    Args:
        source: the photo's file, or what is in the file: JPEG, PNG or WebP.
        profile: who it is.
        python: the interpreter that has mediapipe; what is set up on this machine without it.

    Raises:
        MediaError: the photo cannot be used; says why and what to do.
        MissingError: mediapipe is not set up.
        EngineError: the face finder failed.
    """
    runner = interpreter(python)
    photo = reading.read(source)
    sight = see(photo.picture, runner)
    fitness.require(sight, photo.picture)
    return build(portray(photo.picture, sight), profile, photo.sha256)


def build(portrait: Portrait, profile: Profile, sha256: str) -> Pack:
    """The pack of a portrait."""
    portrait = softened(portrait)
    shape = face(portrait)
    base = head.ground(shape, portrait.unit)
    textures = head.textures(portrait, base)
    whites, pictures, centres = eyes.eyes(portrait, shape)
    inner, lent = mouth.mouth(shape, portrait.unit, profile.kind, _light(portrait, pictures))
    textures |= pictures | lent | {"lids": eyes.lids(portrait, shape)}
    back = head.body(portrait, base, textures["body"])
    front = head.head(portrait, shape, base, textures["head"])
    return assemble(
        [back, *whites, *inner, front], _manifest(portrait, profile, shape, centres, sha256), textures
    )


def _light(portrait: Portrait, pictures: dict[str, Texture]) -> mouth.Light:
    """The light on a face: from the white of its eyes or, if that lies in the shade, from its skin."""
    whites = [picture.image for name, picture in pictures.items() if name.startswith("white")]
    colours = np.concatenate([white[..., :3].reshape(-1, 3) for white in whites]).astype(np.float64)
    white = np.percentile(colours, 80, axis=0)
    places = portrait.texels(portrait.points[list(topology.CHEEKS), :2]).astype(int)
    skin = np.median(portrait.picture[places[:, 1], places[:, 0]], axis=0)
    brighter = max(1.0, float(skin.mean() / white.mean()))
    return mouth.Light(brighter * white, float(skin.max() - skin.min()))


def _manifest(
    portrait: Portrait, profile: Profile, shape: Face, centres: dict[str, NDArray[np.float64]], sha256: str
) -> dict[str, object]:
    chin = float(shape.rest[152, 1])
    low, behind = PIVOT
    bottom = portrait.bottom - CLOSE if portrait.bottom < CANVAS[1] else CANVAS[1]
    left, right = head.extent(portrait.alpha, portrait.scale, (chin, bottom))
    return {
        "id": profile.id,
        "name": profile.name,
        "kind": profile.kind,
        "canvas": CANVAS,
        "distance": DISTANCE,
        "pivot": (MIDDLE, EYES + low * (chin - EYES), behind * portrait.unit),
        "eyes": {side: tuple(centre) for side, centre in centres.items()},
        "framing": {
            "top": head.crown(portrait),
            "chin": chin,
            "eyes": EYES,
            "centre": MIDDLE,
            "bottom": bottom,
            "left": left,
            "right": right,
        },
        "voice": profile.choice,
        "origin": profile.origin("photo", sha256),
    }
