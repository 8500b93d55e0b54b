"""The rig: a row of motion to vertices on the screen and weights of the keys.

The order is that of the pack format: shapes, eyeballs, breath, head, sway, perspective; then the
canvas is laid into the frame. Results are rounded to 1/256 pixel, so that a picture depends on its row
alone and two equal poses are equal to the last bit.
"""

from __future__ import annotations

from math import cos, sin
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rostra.acting.motion import CHANNELS, INDEX
from rostra.errors import PackError
from rostra.picture.compiled import compiled, inlined
from rostra.picture.fill import KEYS
from rostra.picture.layout import Placing
from rostra.picture.raster import LEAST, WHOLE
from rostra.presenters.pack import MIN_DRIVE, Pack

FACTORS = 3  # most channels in a product
FAINT = 1e-4  # shapes that weigh less are not summed
SWAY_ROLL = 0.012  # rad of the whole person at bodySway 1
SWAY_SHIFT = 0.006  # parts of the canvas width at bodySway 1
LEAN = 0.014  # growth of the whole person at bodyLean 1
STEP = 0.5  # pixels: breath, sway and lean go in steps of this, so that most frames leave the body as it is

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_OWN = [INDEX[name] for name in (
    "gazeYaw", "gazePitch", "breath", "headYaw", "headPitch", "headRoll", "bodySway", "bodyLean",
)]  # fmt: skip


class Rig:
    """Poses of one pack in one place; owns the arrays that `pose` fills.

    Attributes:
        xs, ys: (2 n,) int32, 1/256 pixel. The second half belongs to the outlines (see `outline`).
        weight: (2 n, KEYS) float32, weights of the keys; the second half is 0.
        flags: (2 n,) uint8, what `raster.paint` needs to know of a vertex first.
    """

    def __init__(self, pack: Pack, placing: Placing) -> None:
        info, count = pack.manifest, len(pack.vertices)
        self.xs, self.ys = np.zeros(2 * count, np.int32), np.zeros(2 * count, np.int32)
        self.weight = np.zeros((2 * count, KEYS), np.float32)
        self.weight[:count, 0] = pack.alpha
        self.flags = np.zeros(2 * count, np.uint8)
        self.flags[:count] = np.uint8(1) + WHOLE * (pack.alpha >= 1)
        self._pack = pack
        self._factors = np.array([_factors(name) for name in info.shapes], np.int32).reshape(-1, FACTORS)
        self._work = np.empty((count, 3), np.float32)
        eyes = [info.eyes.get(side, (0.0, 0.0, 0.0)) for side in ("left", "right")]
        self._eyes = np.array(eyes, np.float32)
        self._pivot = np.array(info.pivot, np.float32)
        self._view = np.array([*info.canvas, info.distance, *placing], np.float64)
        self._steps = _steps(pack, placing.scale)
        self._keys = _keys(pack)

    def pose(self, row: Floats) -> None:
        """Move to one row of motion, (len(CHANNELS),) float32."""
        pack = self._pack
        if row.shape != (len(CHANNELS),):
            raise ValueError(f"a row of motion has {len(CHANNELS)} channels, not {row.shape}")
        row = np.where(np.isfinite(row), row, 0).astype(np.float32)
        self._work[:] = pack.vertices
        _deform(row, self._factors, pack.delta_start, pack.delta_vertex, pack.delta, self._work)
        gaze_yaw, gaze_pitch, lung, yaw, pitch, roll, sway, lean = (float(row[place]) for place in _OWN)
        lung, sway, lean = (
            round(value / step) * step for value, step in zip((lung, sway, lean), self._steps, strict=True)
        )
        _turn(
            self._work, pack.gaze, pack.breath, pack.head, _rotation(gaze_yaw, gaze_pitch, 0.0),
            _rotation(yaw, pitch, roll), lung, sway, lean, self._eyes, self._pivot, self._view,
            self.xs, self.ys,
        )  # fmt: skip
        _weigh(row, *self._keys, pack.alpha, self.weight, self.flags)


class _Keys(NamedTuple):
    """The keys of all layers that have several.

    Attributes:
        runs: (m, 3) vertices of a layer, from and to; its keys.
        starts: (m * KEYS + 1,) where the products of a key's drive start.
        factors: (products, FACTORS) channels, -1 for none; gains: (products,).
        mask: (KEYS, n) the layers' masks; 0 elsewhere.
        levels: (KEYS,) scratch.
    """

    runs: NDArray[np.int64]
    starts: NDArray[np.int64]
    factors: Ints
    gains: Floats
    mask: Floats
    levels: Floats


def _keys(pack: Pack) -> _Keys:
    several = [layer for layer in pack.layers if len(layer.info.keys) > 1]
    runs = [(layer.info.start, layer.info.stop, len(layer.info.keys)) for layer in several]
    mask = np.zeros((KEYS, len(pack.vertices)), np.float32)
    starts, factors = [0], []
    gains: list[float] = []
    for layer in several:
        mask[: len(layer.mask), layer.info.start : layer.info.stop] = layer.mask
        for key in range(KEYS):
            drive = layer.info.keys[key].drive if key < len(layer.info.keys) else {}
            factors += [_factors(name) for name in drive]
            gains += drive.values()
            starts.append(len(gains))
    return _Keys(
        np.array(runs, np.int64).reshape(-1, 3),
        np.array(starts, np.int64),
        np.array(factors, np.int32).reshape(-1, FACTORS),
        np.array(gains, np.float32),
        mask,
        np.zeros(KEYS, np.float32),
    )


def _steps(pack: Pack, scale: float) -> tuple[float, float, float]:
    """Changes of breath, bodySway and bodyLean that move no vertex by more than STEP pixels."""
    width, height = pack.manifest.canvas
    rise = float(np.hypot(*np.abs(pack.breath).max(axis=0, initial=0)))
    moves = (max(rise, 1.0), SWAY_SHIFT * width + SWAY_ROLL * height, LEAN * height)
    return tuple(STEP / (move * scale) for move in moves)  # type: ignore[return-value]


def _factors(name: str) -> list[int]:
    """The channels of a product such as `jawOpen*mouthPucker`, filled up with -1."""
    parts = [part.strip() for part in name.split("*")]
    unknown = [part for part in parts if part not in INDEX]
    if unknown or len(parts) > FACTORS:
        what = f"the unknown channel {unknown[0]!r}" if unknown else f"more than {FACTORS} factors"
        raise PackError(f"The pack's shape {name!r} has {what}.", "Bake it with this version.", "shapes")
    return [INDEX[part] for part in parts] + [-1] * (FACTORS - len(parts))


@inlined
def _product(row: Any, factors: Any) -> Any:
    product = np.float32(1)
    for channel in factors:
        if channel >= 0:
            product *= row[channel]
    return product


@compiled
def _deform(row: Any, factors: Any, starts: Any, vertex: Any, delta: Any, out: Any) -> None:
    """Add the weighted shapes to the vertices."""
    for shape in range(len(factors)):
        weight = _product(row, factors[shape])
        if abs(weight) <= FAINT:
            continue
        for m in range(starts[shape], starts[shape + 1]):
            v = vertex[m]
            out[v, 0] += weight * delta[m, 0]
            out[v, 1] += weight * delta[m, 1]
            out[v, 2] += weight * delta[m, 2]


def _rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Roll, then pitch, then yaw; x right, y down, z to the viewer. Signs as in `acting.motion`."""
    cy, sy, cp, sp, cr, sr = cos(yaw), sin(yaw), cos(pitch), sin(pitch), cos(roll), sin(roll)
    return np.array(
        [
            [cy * cr + sy * sp * sr, sy * sp * cr - cy * sr, sy * cp],
            [cp * sr, cp * cr, -sp],
            [cy * sp * sr - sy * cr, sy * sr + cy * sp * cr, cy * cp],
        ]
    )


@compiled
def _turn(
    work: Any, gaze: Any, breath: Any, head: Any, eyeball: Any, skull: Any, lung: Any, sway: Any, lean: Any,
    eyes: Any, pivot: Any, view: Any, xs: Any, ys: Any,
) -> None:  # fmt: skip
    """Eyeballs, breath, head, sway, perspective, frame."""
    width, height, distance, scale, left, top = view[0], view[1], view[2], view[3], view[4], view[5]
    grown = 1.0 + LEAN * lean
    sway_cos, sway_sin = np.cos(SWAY_ROLL * sway) * grown, np.sin(SWAY_ROLL * sway) * grown
    shift = SWAY_SHIFT * width * sway
    for v in range(len(work)):
        x, y, z = np.float64(work[v, 0]), np.float64(work[v, 1]), np.float64(work[v, 2])
        if gaze[v] > 0:
            eye = eyes[gaze[v] - 1]
            a, b, c = x - eye[0], y - eye[1], z - eye[2]
            x = eye[0] + eyeball[0, 0] * a + eyeball[0, 1] * b + eyeball[0, 2] * c
            y = eye[1] + eyeball[1, 0] * a + eyeball[1, 1] * b + eyeball[1, 2] * c
            z = eye[2] + eyeball[2, 0] * a + eyeball[2, 1] * b + eyeball[2, 2] * c
        x += breath[v, 0] * lung
        y += breath[v, 1] * lung
        follow = head[v]
        if follow > 0:
            a, b, c = x - pivot[0], y - pivot[1], z - pivot[2]
            x += follow * (skull[0, 0] * a + skull[0, 1] * b + skull[0, 2] * c - a)
            y += follow * (skull[1, 0] * a + skull[1, 1] * b + skull[1, 2] * c - b)
            z += follow * (skull[2, 0] * a + skull[2, 1] * b + skull[2, 2] * c - c)
        a, b = x - width / 2, y - height
        x = width / 2 + shift + sway_cos * a - sway_sin * b
        y = height + sway_sin * a + sway_cos * b
        near = scale * distance / (distance - z)
        x = left + scale * width / 2 + (x - width / 2) * near
        y = top + scale * height / 2 + (y - height / 2) * near
        xs[v] = np.int32(np.rint(min(max(x, -8000.0), 8000.0) * 256.0))
        ys[v] = np.int32(np.rint(min(max(y, -8000.0), 8000.0) * 256.0))


@compiled
def _weigh(
    row: Any, runs: Any, starts: Any, factors: Any, gains: Any, mask: Any, levels: Any,
    alpha: Any, out: Any, flags: Any,
) -> None:  # fmt: skip
    """Weights of the keys at the vertices of layers that have several.

    The least drive counts as far as the rest does not show a vertex: where the rest is whole, a key at
    0 takes nothing and costs nothing.
    """
    for n in range(len(runs)):
        keys = runs[n, 2]
        for key in range(1, keys):
            level = np.float32(0)
            for m in range(starts[n * KEYS + key], starts[n * KEYS + key + 1]):
                level += gains[m] * _product(row, factors[m])
            levels[key] = min(max(level, np.float32(0)), np.float32(1))
        for v in range(runs[n, 0], runs[n, 1]):
            others = np.float32(0)
            for key in range(1, keys):
                others += mask[key, v]
            if others == 0 and mask[0, v] > 0:
                continue  # the rest alone, as it was set at the start
            hidden = np.float32(MIN_DRIVE) * (np.float32(1) - mask[0, v])
            total = np.float32(0)
            for key in range(1, keys):
                share = mask[key, v] * max(levels[key], hidden)
                out[v, key] = share
                total += share
            out[v, 0] = mask[0, v] * max(np.float32(0), np.float32(1) - total)
            total += out[v, 0]
            if total > 0:
                for key in range(keys):
                    out[v, key] *= alpha[v] / total
            else:
                out[v, 0] = alpha[v]
            flags[v] &= WHOLE
            for key in range(keys):
                if out[v, key] >= LEAST:
                    flags[v] |= np.uint8(1 << key)
