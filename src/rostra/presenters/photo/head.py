"""Head and body: the two sheets that show the person.

The head (face, hair, ears) turns; the body (neck, clothes, hair on the shoulders) stays. The head lies
over the body and ends at the line of the jaw; under it the neck goes on, painted in, so that a chin
that drops or turns slides over the neck and stretches nothing. Beside the face, where hair runs from
one to the other, both follow the head equally and no seam shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.pack import KeyInfo, Texture
from rostra.presenters.photo import topology
from rostra.presenters.photo.eyes import REGION
from rostra.presenters.photo.face import Face
from rostra.presenters.photo.matte import Floats, filled, soft, step
from rostra.presenters.photo.portrait import AREA, CANVAS, DISTANCE, EYES, MIDDLE, Portrait
from rostra.presenters.sheet import Sheet, net, placed, plain

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

RINGS = (1.06, 1.13, 1.22, 1.34, 1.5, 1.75, 2.1, 2.6, 3.3)  # copies of the face's rim, its size
EDGE = (1.045, 1.10)  # rim sizes between which the head ends at the jaw
PAINTED = 1.13  # rim size up to which the body is painted over below the face
BESIDE = 1.17  # rim size at which one looks whether there is a neck beside the jaw
FADE = 1.36  # rim size at which expressions have faded
FLAT = -0.55  # depth of hair beside the face, eye distances
STEP = 40.0  # canvas pixels between points of the body's net
BREATH = 3.0  # canvas pixels that the chest rises
NECK = 0.52  # of the way from the eyes to the chin: below it the neck begins to stay behind
ROOT = 0.55  # as far below the chin it stays quite still
EARLY = 1.6  # a blink shows the painted lid before it is complete: stretched lashes look smeared
LIP_BOX = {number for pair in topology.LIP_RINGS for row in pair for number in row}


@dataclass(frozen=True)
class Ground:
    """What head and body share.

    Args:
        centre: (2,) middle of the face's rim.
        angles, radii, depths: (36,) the rim around it, by rising angle.
        chin: canvas y of the chin.
        mouth: canvas y of the mouth.
        flat: depth of hair beside the face.
    """

    centre: Points
    angles: Points
    radii: Points
    depths: Points
    chin: float
    mouth: float
    flat: float

    def size(self, places: Points) -> Points:
        """(...) how many rim sizes places (..., 2) are from the middle."""
        away = places - self.centre
        rim = np.interp(np.arctan2(away[..., 1], away[..., 0]), self.angles, self.radii, period=2 * np.pi)
        size: Points = np.hypot(away[..., 0], away[..., 1]) / rim
        return size

    def depth(self, places: Points) -> Points:
        """(...) depth around the face: it leaves the rim's gently and ends flat, with no cliff to fold."""
        away = places - self.centre
        rim = np.interp(np.arctan2(away[..., 1], away[..., 0]), self.angles, self.depths, period=2 * np.pi)
        share = step(1.0, 1.7, self.size(places))
        depth: Points = rim * (1 - share) + self.flat * share
        return depth

    def follow(self, places: Points) -> Points:
        """(n,) how much the body follows the head at canvas places."""
        height = self.chin - EYES
        low, high = EYES + NECK * height, self.chin + ROOT * height
        fall = 1 - step(low, high, places[..., 1])
        aside = step(0.75 * height, 1.5 * height, np.abs(places[..., 0] - self.centre[0]))
        below = step(self.chin - 0.2 * height, self.chin + 0.3 * height, places[..., 1])
        follow: Points = (fall * (1 - aside * below)).astype(np.float64)
        return follow


def ground(shape: Face, unit: float) -> Ground:
    """Measure a face's rim."""
    rim = shape.seen[list(topology.OVAL)]
    centre = (rim.min(axis=0) + rim.max(axis=0)) / 2
    away = rim - centre
    angles = np.arctan2(away[:, 1], away[:, 0])
    order = np.argsort(angles)
    mouth = float(shape.seen[list(topology.UPPER_LIP), 1].mean())
    radii = np.hypot(away[:, 0], away[:, 1])
    depths = shape.depth[list(topology.OVAL)]
    return Ground(
        centre, angles[order], radii[order], depths[order],
        float(shape.seen[topology.CHIN, 1]), mouth, FLAT * unit,
    )  # fmt: skip


def textures(portrait: Portrait, base: Ground) -> dict[str, Texture]:
    """The pictures of head and body."""
    x, y = portrait.axes()
    places = np.stack(np.broadcast_arrays(x, y), axis=-1)
    size = np.asarray(base.size(places), np.float32)
    head = portrait.alpha * (1 - _beyond(size, y, base))
    picture, alpha = _body(portrait, head, size, y, base)
    alpha = np.minimum(alpha, np.where(size < PAINTED, _outside(portrait, base, places), 1))
    return {"body": portrait.texture(picture, alpha), "head": portrait.texture(portrait.picture, head)}


def _beyond(size: Floats, y: Points, base: Ground) -> Floats:
    """(h, w) how far a texel is past the edge of the head: the jaw below, nothing above the eyes."""
    loose = 1 - step(EYES + 10, base.mouth + 10, y)  # 1 at the eyes, 0 from the mouth down
    first = EDGE[0] + 8.0 * loose**2
    return np.asarray(np.clip((size - first) / (EDGE[1] - EDGE[0]), 0, 1), np.float32)


def _body(portrait: Portrait, head: Floats, size: Floats, y: Points, base: Ground) -> tuple[Floats, Floats]:
    """Colours and opacity of the body, with the neck going on under the face."""
    below = step(EYES - 60, EYES, y)
    hidden = (size < PAINTED) & (y > EYES - 60)
    known = step(0.9, 0.99, portrait.alpha) * ~hidden * (y > EYES - 20)
    rows = slice(max(0, int((EYES - 100 - AREA[1]) * portrait.scale)), None)
    picture = portrait.picture.copy()
    fill = filled(picture[rows], known[rows].astype(np.float32))
    soft_edge = soft(hidden[rows].astype(np.float32), 2 * portrait.scale)
    picture[rows] += (fill - picture[rows]) * np.maximum(soft_edge, hidden[rows])[..., None]
    neck = round((base.chin + 0.07 * (base.chin - EYES) - AREA[1]) * portrait.scale)
    column = portrait.alpha[min(neck, len(portrait.alpha) - 1)]
    alpha = np.where(hidden, np.minimum(portrait.alpha, column[None]), _rest(portrait.alpha, head)) * below
    return picture, np.asarray(alpha, np.float32)


def _outside(portrait: Portrait, base: Ground, places: Points) -> Floats:
    """(h, w) whether the person goes on beyond the face in the direction of each place, 0..1.

    Where a jaw stands before the background, no neck may show beside it when it turns away.
    """
    angles = np.linspace(-np.pi, np.pi, 181)
    reach = BESIDE * np.interp(angles, base.angles, base.radii, period=2 * np.pi)
    rim = base.centre + reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    at = np.clip(portrait.texels(rim).astype(int), 0, np.array(portrait.alpha.shape[::-1]) - 1)
    seen = portrait.alpha[at[:, 1], at[:, 0]]
    away = places - base.centre
    outside = np.interp(np.arctan2(away[..., 1], away[..., 0]), angles, seen)
    return np.asarray(outside, np.float32)


def _rest(whole: Floats, upper: Floats) -> Floats:
    """What must lie under a sheet of opacity `upper`, so that both together have the opacity `whole`."""
    under = 1 - (1 - whole) / np.maximum(1 - upper, 1e-3)
    return np.asarray(np.where(whole > 0.98, 1.0, np.clip(under, 0, 1)), np.float32)


def body(portrait: Portrait, base: Ground, shown: Texture) -> Sheet:
    """The body's sheet, over what its texture shows."""
    seen, triangles = net(*_box(shown), STEP)
    height = base.chin - EYES
    beside = 1 - step(base.mouth, base.chin, seen[:, 1])  # where the head's sheet goes on in the body's
    depth = base.flat + beside * (base.depth(seen) - base.flat)
    rise = step(base.chin + 0.2 * height, base.chin + 1.3 * height, seen[:, 1])
    breath = np.stack([np.zeros(len(seen)), -BREATH * rise], axis=1)
    vertices = placed(seen, depth, CANVAS, DISTANCE)
    return plain("body", "body", vertices, triangles, seen, base.follow(seen), breath)


def head(portrait: Portrait, shape: Face, base: Ground, shown: Texture) -> Sheet:
    """The head's sheet: the face, and rings around it for hair and ears."""
    rim = list(topology.OVAL)
    scales = np.array(RINGS)
    rings = base.centre + (shape.seen[rim] - base.centre) * scales[:, None, None]
    rings = np.clip(rings, *_box(shown))  # beyond its edge a texture would be stretched
    fade = np.clip((FADE - scales) / (FADE - 1), 0, 1) ** 2
    seen = np.concatenate([shape.seen, rings.reshape(-1, 2)])
    moved = rings + fade[:, None, None] * (shape.rest - shape.seen)[rim]
    rest = np.concatenate([shape.rest, moved.reshape(-1, 2)])
    depth = np.concatenate([shape.depth, base.depth(rings).ravel()])
    shifts = {
        name: np.concatenate([shift, (fade[:, None, None] * shift[rim]).reshape(-1, 3)])
        for name, shift in shape.shifts.items()
    }
    triangles = np.concatenate([_bands(), _ordered(depth, shape)])
    vertices = placed(rest, depth, CANVAS, DISTANCE)
    uv, mask, keys = _looks(seen, rest, shifts, portrait.unit)
    return Sheet(
        "head", vertices, triangles, keys, uv, mask, _head_follow(base, seen), np.zeros((len(seen), 2)),
        shifts, fine=True,
    )  # fmt: skip


def _box(texture: Texture) -> tuple[Points, Points]:
    """The corners of a texture on the canvas."""
    low = np.array([texture.info.x, texture.info.y])
    return low, low + np.array(texture.image.shape[1::-1]) / texture.info.scale


def _head_follow(base: Ground, seen: Points) -> Points:
    """(n,) 1 on the face, as the body follows beside it."""
    size = base.size(seen)
    share = step(1.12, 1.34, size)
    follow: Points = (1 - share) + share * base.follow(seen)
    return follow


def _bands() -> Indices:
    """Triangles between the rim and the rings, the outermost first."""
    rim, count = np.array(topology.OVAL), len(topology.OVAL)
    rows = [rim, *(topology.COUNT + count * ring + np.arange(count) for ring in range(len(RINGS)))]
    bands = []
    for inner, outer in zip(rows[-2::-1], rows[:0:-1], strict=True):
        inner_next, outer_next = np.roll(inner, -1), np.roll(outer, -1)
        bands += [np.stack([outer, outer_next, inner], 1), np.stack([outer_next, inner_next, inner], 1)]
    return np.concatenate(bands).astype(np.int64)


def _ordered(depth: Points, shape: Face) -> Indices:
    """The face's triangles from far to near, then the lower lip, then the upper."""
    triangles = topology.reference().triangles
    far = depth[triangles].mean(axis=1)
    lips = np.array([set(t) <= LIP_BOX for t in triangles.tolist()])
    upper = _of_lip(triangles, 0)
    rank = np.where(lips, 1e6 + 1e6 * upper, far // 25)
    ordered: Indices = triangles[np.argsort(rank, kind="stable")]
    return ordered


def _of_lip(triangles: Indices, which: int) -> NDArray[np.bool_]:
    """Which triangles belong to the upper (0) or lower (1) lip."""
    numbers = {number for pair in topology.LIP_RINGS for number in pair[which]}
    return np.array([set(t) <= numbers for t in triangles.tolist()])


def _looks(
    seen: Points, rest: Points, shifts: dict[str, Points], unit: float
) -> tuple[Points, Points, list[KeyInfo]]:
    """Where and how much each vertex is seen in the photo and in the picture of closed lids."""
    uv, mask = [seen], [np.ones(len(seen))]
    keys = [KeyInfo(texture="head")]
    for side, eye in topology.EYES.items():
        name = f"eyeBlink{side.capitalize()}"
        uv.append(rest + shifts[name][:, :2])
        mask.append(_around(rest, rest[list(eye.loop)].mean(axis=0), unit))
        keys.append(KeyInfo(texture="lids", drive={name: EARLY}))
    return np.array(uv), np.array(mask), keys


def _around(places: Points, centre: Points, unit: float) -> Points:
    """(n,) 1 at an eye, 0 outside its region."""
    aside, up, down = (part * unit * 0.9 for part in REGION[:3])
    x, y = (places - centre).T
    gap = np.hypot(x / aside, y / np.where(y < 0, up, down))
    near: Points = 1 - step(0.7, 1.0, gap).astype(np.float64)
    return near


def crown(portrait: Portrait) -> float:
    """Canvas y of the top of the hair."""
    x, _ = portrait.axes()
    ahead = np.abs(x[0] - MIDDLE) < 200
    rows = np.flatnonzero((portrait.alpha[:, ahead] > 0.5).sum(axis=1) > 4)
    return AREA[1] + float(rows[0]) / portrait.scale


def extent(alpha: Floats, scale: float, rows: Sequence[float]) -> tuple[float, float]:
    """Canvas x range that is shown between two canvas y."""
    top, bottom = (int((row - AREA[1]) * scale) for row in rows)
    columns = np.flatnonzero((alpha[top:bottom] > 0.5).any(axis=0))
    return AREA[0] + float(columns[0]) / scale, AREA[0] + float(columns[-1]) / scale
