"""Matte: cutting a person out, and painting over what is not to be seen.

Sources: He, Sun & Tang 2010 (guided filter); Gortler et al. 1996 (push-pull filling).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


def blurred(values: Floats, reach: int) -> Floats:
    """(h, w) or (h, w, c) values, each the mean of its square of 2 reach + 1 pixels; edges repeat."""
    result = values.astype(np.float64)
    for axis in (0, 1):
        width = [(0, 0)] * values.ndim
        width[axis] = (reach + 1, reach)
        total = np.pad(result, width, "edge").cumsum(axis)
        size = values.shape[axis]
        upper = total.take(range(2 * reach + 1, 2 * reach + 1 + size), axis)
        result = (upper - total.take(range(size), axis)) / (2 * reach + 1)
    return result.astype(np.float32)


def soft(values: Floats, reach: float) -> Floats:
    """Blurred three times: nearly a Gaussian of this standard deviation, pixels."""
    box = max(1, round(reach))
    for _ in range(3):
        values = blurred(values, box)
    return values


def refined(coarse: Floats, guide: Floats, reach: int, tolerance: float) -> Floats:
    """A coarse matte whose edges follow those of a picture.

    Args:
        coarse: (h, w) 0..1.
        guide: (h, w) brightness, 0..1.
        reach: pixels within which the matte is a line of the brightness.
        tolerance: variance of brightness below which nothing counts as an edge.
    """
    mean_guide, mean = blurred(guide, reach), blurred(coarse, reach)
    slope = (blurred(guide * coarse, reach) - mean_guide * mean) / (
        blurred(guide * guide, reach) - mean_guide**2 + tolerance
    )
    offset = blurred(mean - slope * mean_guide, reach)
    return np.asarray(np.clip(blurred(slope, reach) * guide + offset, 0, 1), np.float32)


def filled(picture: Floats, known: Floats) -> Floats:
    """A picture whose unknown parts flow in from the known ones, smoothly, over any distance.

    Args:
        picture: (h, w, c).
        known: (h, w) 0..1, how far a pixel is to be believed.
    """
    weight = known[..., None].astype(np.float32)
    if min(picture.shape[:2]) < 2 or float(known.min()) >= 1:
        return picture
    small, share = _halved(picture * weight), _halved(weight)
    small = np.where(share > 0, small / np.maximum(share, 1e-6), 0)
    below = filled(small, np.minimum(1, 4 * share[..., 0]))
    return np.asarray(picture * weight + _doubled(below, picture.shape) * (1 - weight), np.float32)


def _halved(values: Floats) -> Floats:
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    cells = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2, -1)
    return np.asarray(cells.mean((1, 3), np.float32))


def _doubled(values: Floats, shape: tuple[int, ...]) -> Floats:
    size = (shape[1], shape[0])
    planes = [
        np.asarray(Image.fromarray(values[..., c]).resize(size, Image.Resampling.BILINEAR))
        for c in range(values.shape[2])
    ]
    return np.stack(planes, axis=-1)


def connected(mask: Flags, seed: tuple[int, int]) -> Flags:
    """The part of a mask that hangs together with a place (row, column), found on a coarse grid."""
    step = max(1, max(mask.shape) // 160)
    coarse = mask[::step, ::step]
    part = np.zeros_like(coarse)
    part[min(seed[0] // step, part.shape[0] - 1), min(seed[1] // step, part.shape[1] - 1)] = True
    while True:
        grown = part.copy()
        grown[1:] |= part[:-1]
        grown[:-1] |= part[1:]
        grown[:, 1:] |= part[:, :-1]
        grown[:, :-1] |= part[:, 1:]
        grown &= coarse
        if (grown == part).all():
            break
        part = grown
    wide = np.kron(part, np.ones((step, step), bool))[: mask.shape[0], : mask.shape[1]]
    return np.asarray(np.pad(wide, [(0, m - w) for m, w in zip(mask.shape, wide.shape, strict=True)], "edge"))


def step(low: float, high: float, values: NDArray[np.float64] | Floats) -> Floats:
    """0 up to `low`, 1 from `high`, smooth between."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def inside(shape: tuple[int, int], outline: NDArray[np.float64], fineness: int = 4) -> Floats:
    """(h, w) how far each pixel lies in a polygon of (n, 2) pixel positions, 0..1."""
    height, width = shape
    image = Image.new("L", (width * fineness, height * fineness))
    ImageDraw.Draw(image).polygon([(x * fineness, y * fineness) for x, y in outline.tolist()], fill=255)
    small = image.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)
