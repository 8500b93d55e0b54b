"""Portraits: a photo laid out on the canvas, with the person cut out of it.

The eyes come to a fixed place and the face to a fixed size, those of the presenters that come with
Rostra, so that layouts treat all alike. Where the photo ends at its sides, shoulders are continued.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rostra.presenters.pack import Texture, TextureInfo
from rostra.presenters.photo import topology
from rostra.presenters.photo.matte import connected, filled, inside, refined, soft, step
from rostra.presenters.photo.sight import Sight

Points = NDArray[np.float64]
Floats = NDArray[np.float32]

CANVAS = (1280, 1200)
DISTANCE = 4800.0  # canvas units from the camera to the eyes
MIDDLE, EYES = 640.0, 440.0  # canvas x and y of the middle between the eyes
BETWEEN = 146.0  # canvas pixels between the eyes of an average face
TO_CHIN = 252.0  # from there to the chin
AREA = (-340, -160, 1620, 1200)  # part of the canvas that is worked on
SCALES = (0.9, 1.3)  # texels per canvas pixel: no fewer, no more
MARGIN = 0.18  # of the matte: below it nothing is left, above 1 less it everything
FOLD = 70.0  # canvas pixels after which what continues a shoulder is mirrored again
SLOPES = (0.3, 1.2)  # canvas pixels that a shoulder falls per pixel outwards
RELIEF = 0.9  # depth of the landmarks that is believed


@dataclass(frozen=True)
class Portrait:
    """A person on the canvas.

    Args:
        picture: (h, w, 3) 0..255, colours of the person, continued beyond its edge.
        alpha: (h, w) 0..1, where the person is.
        scale: texels per canvas pixel; texel 0 begins at the corner of `AREA`.
        points: (478, 3) landmarks, canvas pixels; z to the camera, 0 at the eyes.
        bottom: canvas y where the photo ends.
        unit: distance between the eyes, canvas pixels, as if the face were not turned.
    """

    picture: Floats
    alpha: Floats
    scale: float
    points: Points
    bottom: float
    unit: float

    def texels(self, places: Points) -> Points:
        """Canvas places to texels, 0.5 = the middle of the first."""
        moved: Points = (places - np.array(AREA[:2])) * self.scale
        return moved

    def axes(self) -> tuple[Points, Points]:
        """Canvas x and y of every texel, (1, w) and (h, 1)."""
        height, width = self.alpha.shape
        x = AREA[0] + (np.arange(width) + 0.5) / self.scale
        y = AREA[1] + (np.arange(height) + 0.5) / self.scale
        return np.asarray(x[None], np.float64), np.asarray(y[:, None], np.float64)

    def shape(self, outline: Points) -> Floats:
        """(h, w) how far each texel lies in a polygon on the canvas."""
        return inside((self.alpha.shape[0], self.alpha.shape[1]), self.texels(outline))

    def texture(self, picture: Floats, alpha: Floats) -> Texture:
        """The part of a picture of this size that shows something."""
        rows, columns = np.nonzero(alpha > 0.016)
        top, bottom = max(0, rows.min() - 2), rows.max() + 3
        left, right = max(0, columns.min() - 2), columns.max() + 3
        rgba = np.concatenate([picture, 255 * alpha[..., None]], -1)[top:bottom, left:right]
        info = TextureInfo(x=AREA[0] + left / self.scale, y=AREA[1] + top / self.scale, scale=self.scale)
        return Texture(np.rint(np.clip(rgba, 0, 255)).astype(np.uint8), info)


def portray(photo: NDArray[np.uint8], sight: Sight) -> Portrait:
    """Lay a photo out on the canvas."""
    factor, origin = _layout(sight.points)
    scale = float(np.clip(1 / factor, *SCALES))
    view = (origin[0] + AREA[0] / factor, origin[1] + AREA[1] / factor,
            origin[0] + AREA[2] / factor, origin[1] + AREA[3] / factor)  # fmt: skip
    size = (round((AREA[2] - AREA[0]) * scale), round((AREA[3] - AREA[1]) * scale))
    picture = _view(photo, view, size)
    person = _view((255 * sight.person).astype(np.uint8), view, size) / np.float32(255)
    inner = _inner(photo.shape, view, size)
    points = _points(sight.points, factor, origin)
    alpha = _matte(person, picture, inner, scale, points)
    picture, alpha = _continued(picture, alpha, inner, scale)
    picture = _clean(picture, alpha)
    bottom = min(CANVAS[1], (photo.shape[0] - origin[1]) * factor)
    across = np.subtract(*topology.eye_middles(points))
    unit = float(np.hypot(np.linalg.norm(across[:2]), across[2] / RELIEF))
    return Portrait(picture, alpha, scale, points, float(bottom), unit)


def _layout(points: Points) -> tuple[float, Points]:
    """Canvas pixels per pixel of the photo, and the pixel at the canvas's corner."""
    right, left = topology.eye_middles(points)
    middle = (right + left) / 2
    chin = float(np.linalg.norm(points[topology.CHIN, :2] - middle[:2]))
    factor = (BETWEEN / float(np.linalg.norm(left - right)) + TO_CHIN / chin) / 2
    return factor, middle[:2] - np.array([MIDDLE, EYES]) / factor


def _points(points: Points, factor: float, origin: Points) -> Points:
    moved = points * factor
    moved[:, :2] -= origin * factor
    moved[:, 2] -= topology.eye_middles(moved)[:, 2].mean()
    moved[:, 2] *= RELIEF
    return moved


def _view(picture: NDArray[np.uint8], view: tuple[float, ...], size: tuple[int, int]) -> Floats:
    """A part of a picture, which may reach beyond it, at another size."""
    left, top = (int(np.floor(value)) - 4 for value in view[:2])
    right, bottom = (int(np.ceil(value)) + 4 for value in view[2:])
    height, width = picture.shape[:2]
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    columns = np.clip(np.arange(left, right), 0, width - 1)
    part = Image.fromarray(np.ascontiguousarray(picture[rows][:, columns]))
    box = (view[0] - left, view[1] - top, view[2] - left, view[3] - top)
    return np.asarray(part.resize(size, Image.Resampling.LANCZOS, box), np.float32)


def _inner(shape: tuple[int, ...], view: tuple[float, ...], size: tuple[int, int]) -> tuple[int, int, int]:
    """Texel columns where the photo begins and ends, and the row where it ends."""
    per_x, per_y = size[0] / (view[2] - view[0]), size[1] / (view[3] - view[1])
    left, right = round(-view[0] * per_x), round((shape[1] - view[0]) * per_x)
    return max(0, left), min(size[0], right), min(size[1], round((shape[0] - view[1]) * per_y))


def _matte(
    person: Floats, picture: Floats, inner: tuple[int, int, int], scale: float, points: Points
) -> Floats:
    """Where the person is, with edges that follow those of the picture."""
    light: Floats = picture @ (np.array([0.299, 0.587, 0.114]) / 255).astype(np.float32)
    fine = refined(person, light, round(7 * scale), 6e-4)
    alpha = np.clip((fine - MARGIN) / (1 - 2 * MARGIN), 0, 1)
    alpha = np.minimum(alpha, step(0.02, 0.3, soft(person, 4 * scale)))
    seed = tuple(int(value) for value in (points[4, 1::-1] - [AREA[1], AREA[0]]) * scale)
    alpha *= soft(connected(alpha > 0.4, (seed[0], seed[1])).astype(np.float32), 5 * scale) > 0.02
    alpha[:, : inner[0]] = 0
    alpha[:, inner[1] :] = 0
    return np.asarray(alpha, np.float32)


def _continued(
    picture: Floats, alpha: Floats, inner: tuple[int, int, int], scale: float
) -> tuple[Floats, Floats]:
    """Shoulders that the photo cuts off at its sides, carried on: mirrored, and falling."""
    left, right, _ = inner
    picture, alpha = picture.copy(), alpha.copy()
    if left > 0:
        flipped = _shoulder(picture[:, left:], alpha[:, left:], left, scale)
        picture[:, :left], alpha[:, :left] = (part[:, ::-1] for part in flipped)
    if right < alpha.shape[1]:
        count = alpha.shape[1] - right
        grown = _shoulder(picture[:, right - 1 :: -1], alpha[:, right - 1 :: -1], count, scale)
        picture[:, right:], alpha[:, right:] = grown
    return picture, alpha


def _shoulder(picture: Floats, alpha: Floats, count: int, scale: float) -> tuple[Floats, Floats]:
    """`count` columns beyond the first column of a part of a picture, the nearest first."""
    height = alpha.shape[0]
    inset, reach = round(3 * scale), round(50 * scale)
    tops = [_top(alpha[:, column]) for column in (inset, min(reach, alpha.shape[1] - 1))]
    if tops[0] >= height:
        return np.repeat(picture[:, :1], count, 1), np.zeros((height, count), np.float32)
    slope = float(np.clip((tops[0] - tops[1]) / max(1, reach - inset), *SLOPES))
    away = np.arange(count) + inset
    fall = slope * away + away**2 / (900 * scale)
    rows = np.arange(height)[:, None] - fall[None]
    fold = FOLD * scale
    columns = inset + np.abs((away + fold) % (2 * fold) - fold)
    source = np.clip(np.rint(rows), 0, height - 1).astype(int)
    columns = np.broadcast_to(np.rint(columns).astype(int), source.shape)
    return picture[source, columns], alpha[source, np.full_like(source, inset)]


def _top(column: Floats) -> int:
    """The row above which a column shows nothing; its length if it shows nothing at all."""
    shown = np.flatnonzero(column > 0.5)
    return int(shown[0]) if len(shown) else len(column)


def _clean(picture: Floats, alpha: Floats) -> Floats:
    """The person's own colours where the background shines through the edge."""
    known = step(0.9, 0.99, alpha)
    fill = filled(picture, known)
    return np.asarray(fill + (picture - fill) * step(0.55, 0.98, alpha)[..., None], np.float32)
