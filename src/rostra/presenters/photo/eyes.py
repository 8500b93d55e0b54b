"""Eyes: the white and the iris, parted, and the lid that a blink shows.

The photo shows what the lids leave of an iris. The white under it is filled in from beside it; the
iris is completed from its own colours by distance from the pupil. Then it can turn with the gaze. A
closed lid is painted from the skin above and below the eye, with the lashes' line where the lids meet,
so that no stretched picture of lashes is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rostra.presenters.pack import KeyInfo, Texture, TextureInfo
from rostra.presenters.photo import topology
from rostra.presenters.photo.face import Face
from rostra.presenters.photo.matte import Floats, filled, inside, soft, step
from rostra.presenters.photo.portrait import AREA, CANVAS, DISTANCE, Portrait
from rostra.presenters.sheet import Sheet, net, placed, plain

Points = NDArray[np.float64]

SCALE = 2.0  # texels per canvas pixel: eyes are looked at most
EYEBALL = 2.05  # radius of an eyeball, iris radii
SIZES = (0.9, 1.0, 1.1, 1.2, 1.3)  # of the landmarks' iris radius that are tried
SHIFTS = (-0.16, -0.08, 0.0, 0.08, 0.16)  # of the radius, by which its centre may be off
MARGIN = 14.0  # canvas pixels around an eye in its pictures
SIDES = {"left": 1, "right": 2}
REGION = (0.52, 0.40, 0.36)  # eye distances that a lid's picture reaches aside, up and down
SHADE, SHADE_COLOUR = 0.6, (30, 18, 14)  # opacity and colour of a lid's shadow on the eye
_SHADE = TextureInfo(x=0, y=0, scale=1)
LASHED = 0.1  # how far lashes reach beyond the corners of an eye, eye distances
LASH = 0.018  # thickness of the painted lash line, eye distances


@dataclass(frozen=True)
class Patch:
    """A small part of the canvas at its own scale.

    Args:
        low: (2,) canvas place of its corner.
        picture: (h, w, 3) colours of the portrait there, 0..255.
        scale: texels per canvas pixel.
    """

    low: Points
    picture: Floats
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width, texels."""
        return self.picture.shape[0], self.picture.shape[1]

    def texels(self, places: Points) -> Points:
        """Canvas places to texels."""
        moved: Points = (places - self.low) * self.scale
        return moved

    def axes(self) -> tuple[Points, Points]:
        """Canvas x and y of every texel, (1, w) and (h, 1)."""
        x = self.low[0] + (np.arange(self.shape[1]) + 0.5) / self.scale
        y = self.low[1] + (np.arange(self.shape[0]) + 0.5) / self.scale
        return x[None], y[:, None]

    def holds(self, outline: Points) -> Floats:
        """(h, w) how far each texel lies in a polygon on the canvas."""
        return inside(self.shape, self.texels(outline))

    def texture(self, picture: Floats, alpha: Floats | float = 1.0) -> Texture:
        """A texture of this patch."""
        opacity = np.broadcast_to(np.asarray(255 * np.asarray(alpha), np.float32), self.shape)[..., None]
        rgba = np.concatenate([picture, opacity], axis=-1)
        info = TextureInfo(x=float(self.low[0]), y=float(self.low[1]), scale=self.scale)
        return Texture(np.rint(np.clip(rgba, 0, 255)).astype(np.uint8), info)


def patch(portrait: Portrait, low: Points, high: Points, scale: float = SCALE) -> Patch:
    """A part of a portrait, resampled."""
    size = np.ceil((high - low) * scale).astype(int)
    corner = portrait.texels(low)
    box = (*corner, *(corner + size / scale * portrait.scale))
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(portrait.picture[..., channel])).resize(
                (int(size[0]), int(size[1])), Image.Resampling.BICUBIC, box
            )
        )
        for channel in range(3)
    ]
    return Patch(low, np.stack(planes, axis=-1), scale)


def eyes(portrait: Portrait, shape: Face) -> tuple[list[Sheet], dict[str, Texture], dict[str, Points]]:
    """Whites and irises: their sheets in draw order, textures, and the centres of the eyeballs."""
    sheets, textures, centres = [], {}, {}
    for side, eye in topology.EYES.items():
        loop = shape.seen[list(eye.loop)]
        part = patch(portrait, loop.min(axis=0) - MARGIN, loop.max(axis=0) + MARGIN)
        open_ = _opening(part, loop)
        iris = _found(part, open_, _Iris.of(portrait.points[list(eye.iris), :2]))
        white = _white(part, open_, iris)
        depth = float(shape.depth[list(eye.loop)].mean())
        textures[f"white-{side}"] = part.texture(white)
        textures[f"iris-{side}"] = _iris(part, open_, iris, white)
        sheets += [
            _white_sheet(side, part, depth),
            _iris_sheet(side, iris, depth),
            _shade_sheet(side, eye, shape),
        ]
        behind = np.array([depth - EYEBALL * iris.radius])
        centres[side] = placed(iris.centre[None], behind, CANVAS, DISTANCE)[0]
    textures |= {"shade": _shade(), "clear": Texture(np.zeros((4, 4, 4), np.uint8), _SHADE)}
    return sheets, textures, centres


@dataclass(frozen=True)
class _Iris:
    """Where an iris is, canvas pixels."""

    centre: Points
    radius: float

    @classmethod
    def of(cls, points: Points) -> _Iris:
        """From its landmarks, (5, 2)."""
        return cls(points[0], float(np.linalg.norm(points[[1, 3]] - points[0], axis=1).mean()))

    def away(self, part: Patch) -> Floats:
        """(h, w) distance of every texel from the pupil, iris radii."""
        x, y = part.axes()
        away = np.hypot(x - self.centre[0], y - self.centre[1]) / self.radius
        return np.asarray(away, np.float32)


def _found(part: Patch, open_: Floats, guess: _Iris) -> _Iris:
    """The circle near a guess with the clearest rim, dark within and bright outside, between the lids."""
    light = part.picture.mean(axis=-1)
    tried = [
        _Iris(guess.centre + np.array([dx, dy]) * guess.radius, size * guess.radius)
        for size in SIZES
        for dx in SHIFTS
        for dy in SHIFTS
    ]
    return max(tried, key=lambda iris: _contrast(light, open_, iris.away(part)))


def _contrast(light: Floats, open_: Floats, away: Floats) -> float:
    """How much brighter it is just outside a circle than just within."""
    within = open_ * (away > 0.78) * (away < 0.97)
    outside = open_ * (away > 1.03) * (away < 1.22)
    if outside.sum() < 12 or within.sum() < 12:
        return -1.0
    return float((light * outside).sum() / outside.sum() - (light * within).sum() / within.sum())


def _opening(part: Patch, loop: Points) -> Floats:
    """(h, w) how surely a texel shows the eye, not lids or lashes."""
    return step(0.5, 0.95, soft(part.holds(loop), 1.2 * part.scale))


def _white(part: Patch, open_: Floats, iris: _Iris) -> Floats:
    """The eye without its iris."""
    beside = open_ * step(1.12, 1.35, iris.away(part))
    return filled(part.picture, beside)


def _iris(part: Patch, open_: Floats, iris: _Iris, white: Floats) -> Texture:
    """The whole iris, also what the lids hide."""
    away = iris.away(part)
    profile = _profile(part.picture, away, open_)
    known = open_ * (away < 1)
    whole = profile + filled(part.picture - profile, known)
    picture = part.picture * open_[..., None] + whole * (1 - open_[..., None])
    return part.texture(np.where(away[..., None] < 1.3, picture, white), 1 - step(0.94, 1.06, away))


def _profile(picture: Floats, away: Floats, open_: Floats) -> Floats:
    """(h, w, 3) the middle colour at each distance from the pupil."""
    rings = np.arange(0, 1.31, 0.1)
    colours, at = [], []
    for low in rings:
        ring = (np.abs(away - low) < 0.09) & (open_ > 0.8)
        if ring.sum() >= 6:
            colours.append(np.median(picture[ring], axis=0))
            at.append(low)
    if not at:
        return np.broadcast_to(np.array([60, 45, 40], np.float32), picture.shape)
    table = np.array(colours)
    return np.stack([np.interp(away, at, table[:, c]) for c in range(3)], axis=-1).astype(np.float32)


def _white_sheet(side: str, part: Patch, depth: float) -> Sheet:
    """A net behind the opening and beyond it, where wide eyes look for it."""
    high = part.low + np.array(part.shape[::-1]) / part.scale
    seen, triangles = net(part.low, high, MARGIN)
    depths = np.full(len(seen), depth - 2.0)
    return plain(f"white-{side}", f"white-{side}", placed(seen, depths, CANVAS, DISTANCE), triangles, seen)


def _iris_sheet(side: str, iris: _Iris, depth: float) -> Sheet:
    """A net over the iris, curved like the eyeball."""
    reach = 1.08 * iris.radius
    seen, triangles = net(iris.centre - reach, iris.centre + reach, reach / 3)
    ball = EYEBALL * iris.radius
    flat = np.linalg.norm(seen - iris.centre, axis=1)
    depths = depth - ball + np.sqrt(np.clip(ball**2 - flat**2, 0, None))
    vertices = placed(seen, depths, CANVAS, DISTANCE)
    return plain(f"iris-{side}", f"iris-{side}", vertices, triangles, seen, gaze=SIDES[side])


def _shade() -> Texture:
    """The shadow that a lid throws down on the eye."""
    fall = np.clip(1 - (np.arange(32) + 0.5) / 30, 0, 1) ** 1.5
    rgba = np.zeros((32, 32, 4), np.uint8)
    rgba[..., :3] = SHADE_COLOUR
    rgba[..., 3] = np.rint(255 * SHADE * fall)[:, None]
    return Texture(rgba, _SHADE)


def _shade_sheet(side: str, eye: topology.Eye, shape: Face) -> Sheet:
    """A strip below the upper lid that shows as it comes down; at rest the photo has its own shade."""
    edge = [eye.corners[0], *eye.upper, eye.corners[1]]
    opening = np.linalg.norm(shape.rest[list(eye.upper)] - shape.rest[list(eye.lower)], axis=1).max()
    count, rest = len(edge), shape.rest[edge]
    seen = np.concatenate([rest + np.array([0, part * opening]) for part in (-0.1, 0.8)])
    name = f"eyeBlink{side.capitalize()}"
    depth = np.tile(shape.depth[edge], 2) - 1.0
    n = np.arange(count - 1)
    strip = np.stack([n, n + 1, count + n, n + 1, count + n + 1, count + n], axis=-1).reshape(-1, 3)
    uv = np.concatenate([np.tile([16.0, 1.0], (count, 1)), np.tile([16.0, 31.0], (count, 1))])
    return Sheet(
        f"shade-{side}", placed(seen, depth, CANVAS, DISTANCE), strip,
        [KeyInfo(texture="clear"), KeyInfo(texture="shade", drive={name: 2.0})],
        np.stack([uv, uv]), np.ones((2, 2 * count)), np.ones(2 * count), np.zeros((2 * count, 2)),
        {name: np.tile(shape.shifts[name][edge], (2, 1))},
    )  # fmt: skip


def lids(portrait: Portrait, shape: Face) -> Texture:
    """Both eyes closed: a picture of the face in full blink, in the places that it then has."""
    every = np.concatenate([shape.seen[list(eye.loop)] for eye in topology.EYES.values()])
    reach = np.array(REGION[:2]) * portrait.unit
    low = np.maximum(every.min(axis=0) - reach, np.array(AREA[:2]))
    part = patch(portrait, low, every.max(axis=0) + reach, 1.6)
    picture = part.picture
    for side, eye in topology.EYES.items():
        shut = shape.shifts[f"eyeBlink{side.capitalize()}"][:, :2]
        picture = _lid(part, picture, shape, eye, shut, portrait.unit)
    return part.texture(picture)


def _lid(part: Patch, picture: Floats, shape: Face, eye: topology.Eye, shut: Points, unit: float) -> Floats:
    """Paint one closed eye."""
    loop = shape.seen[list(eye.loop)]
    hidden = step(0.02, 0.5, soft(part.holds(_lashed(shape, eye, unit)), 0.012 * unit * part.scale))
    skin = filled(picture, 1 - step(0.0, 0.1, hidden)) * _bulge(part, loop)[..., None]
    painted = picture + (skin - picture) * hidden[..., None]
    line, strength = _line(part, shape, eye, shut, unit)
    dark = _lash_colour(picture, part, shape.seen[list(eye.upper)])
    return np.asarray(painted + (dark - painted) * (line * strength)[..., None], np.float32)


def _lashed(shape: Face, eye: topology.Eye, unit: float) -> Points:
    """(n, 2) outline of an eye with its lashes and the edges of its lids."""
    upper, above = shape.seen[list(eye.upper)], shape.seen[list(eye.above)]
    lower, below = shape.seen[list(eye.lower)], shape.seen[list(eye.below)]
    corners = shape.seen[list(eye.corners)]
    out = LASHED * unit * (corners - corners[::-1]) / np.linalg.norm(corners[1] - corners[0])
    first, last = corners + out
    top, base = upper + 0.7 * (above - upper), lower + 0.35 * (below - lower)
    return np.concatenate([first[None], top, last[None], base[::-1]])


def _bulge(part: Patch, loop: Points) -> Floats:
    """(h, w) light on a closed lid: a little brighter on the ball."""
    x, y = part.axes()
    low, high = loop.min(axis=0), loop.max(axis=0)
    centre, half = (low + high) / 2, (high - low) / 2
    away = np.hypot((x - centre[0]) / half[0], (y - centre[1]) / (1.2 * half[1]))
    return np.asarray(1.0 + 0.04 * np.exp(-1.5 * away**2), np.float32)


def _line(part: Patch, shape: Face, eye: topology.Eye, shut: Points, unit: float) -> tuple[Floats, float]:
    """Where the lashes of closed lids are, and how dark."""
    meeting = shape.rest[list(eye.upper)] + shut[list(eye.upper)]
    path = np.concatenate([shape.rest[[eye.corners[0]]], meeting, shape.rest[[eye.corners[1]]]])
    x, y = part.axes()
    height = np.interp(x[0], path[:, 0], path[:, 1])
    along = np.interp(x[0], path[:, 0], np.sin(np.linspace(0.12, np.pi - 0.12, len(path))) ** 0.5)
    along = along * (x[0] > path[0, 0]) * (x[0] < path[-1, 0])
    off = (y - height[None]) / (LASH * unit)
    shade = np.exp(-(np.abs(np.where(off < 0, off / 0.8, off / 1.3)) ** 1.6)) * along[None]
    return np.asarray(shade, np.float32), 0.85


def _lash_colour(picture: Floats, part: Patch, upper: Points) -> Floats:
    """The dark of the upper lid's edge in the photo."""
    places = np.clip(np.rint(part.texels(upper)).astype(int), 2, np.array(part.shape[::-1]) - 3)
    around = [picture[y + dy, x] for x, y in places.tolist() for dy in (-2, -1, 0, 1)]
    values = np.array(around)
    dark = values[np.argsort(values.sum(axis=1))[: max(4, len(values) // 5)]]
    return np.asarray(dark.mean(axis=0), np.float32)
