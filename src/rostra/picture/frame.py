"""Frames: one picture as planar YUV420, and the colours in it.

Everything drawn is BT.709 in the limited range, the kind that H.264 players expect of HD video:

    Y  =  16 + 219 (0.2126 R + 0.7152 G + 0.0722 B)
    Cb = 128 + 224 (B - Y') / 1.8556
    Cr = 128 + 224 (R - Y') / 1.5748          (R, G, B, Y' in 0..1)

Chroma sits in the middle of its 2x2 pixels: it is their plain mean.

Source: ITU-R BT.709-6, sections 3 and 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # BT.709 luma of the primaries
TO_YUV = np.array(
    [
        [219 * RED, 219 * GREEN, 219 * BLUE],
        [224 * -RED / 1.8556, 224 * -GREEN / 1.8556, 224 * (1 - BLUE) / 1.8556],
        [224 * (1 - RED) / 1.5748, 224 * -GREEN / 1.5748, 224 * -BLUE / 1.5748],
    ],
    np.float32,
) / np.float32(255)
TO_RGB = np.linalg.inv(TO_YUV.astype(np.float64)).astype(np.float32)
OFFSET = np.array([16, 128, 128], np.float32)


class Size(NamedTuple):
    """Width and height of a picture, pixels."""

    width: int
    height: int


class Rect(NamedTuple):
    """A box of pixels, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.right <= self.left or self.bottom <= self.top

    def union(self, other: Rect) -> Rect:
        """The smallest box that holds both."""
        if self.empty or other.empty:
            return other if self.empty else self
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, size: Size) -> Rect:
        """The part inside a picture, grown to even pixels so that chroma is whole."""
        return Rect(
            max(self.left, 0) & ~1,
            max(self.top, 0) & ~1,
            min(self.right + 1 & ~1, size.width),
            min(self.bottom + 1 & ~1, size.height),
        )


NOTHING = Rect(0, 0, 0, 0)


class Yuv420:
    """One picture: three planes, Y at full size, U and V at half. Width and height are even.

    A stage draws only what changed since it last drew into the same frame. `owner` and `turn` tell
    it when that was; `spoilt` is what others have painted over since (see `spoil`).
    """

    __slots__ = ("owner", "spoilt", "turn", "u", "v", "y")

    def __init__(self, y: Bytes, u: Bytes, v: Bytes) -> None:
        height, width = y.shape
        if height % 2 or width % 2 or u.shape != (height // 2, width // 2) or v.shape != u.shape:
            raise ValueError(f"planes of {y.shape}, {u.shape}, {v.shape} are no YUV420 picture")
        self.y, self.u, self.v = y, u, v
        self.owner: object = None
        self.turn = -1
        self.spoilt = NOTHING

    @classmethod
    def empty(cls, size: Size) -> Yuv420:
        """A black frame."""
        half = (size.height // 2, size.width // 2)
        return cls(
            np.full((size.height, size.width), 16, np.uint8),
            np.full(half, 128, np.uint8),
            np.full(half, 128, np.uint8),
        )

    @property
    def size(self) -> Size:
        """Width and height, pixels."""
        return Size(self.y.shape[1], self.y.shape[0])

    def spoil(self, box: Rect) -> None:
        """Tell that somebody painted into `box`: its owner will draw it again."""
        self.spoilt = self.spoilt.union(box)

    def copy(self) -> Yuv420:
        """A frame of its own with the same picture."""
        return Yuv420(self.y.copy(), self.u.copy(), self.v.copy())

    def copy_from(self, other: Yuv420) -> None:
        """Take the picture of another frame of the same size."""
        self.y[:], self.u[:], self.v[:] = other.y, other.u, other.v
        self.owner = None


def yuv_of(rgb: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 3) RGB 0..255 to (..., 3) Y, U, V, not rounded."""
    return rgb.astype(np.float32) @ TO_YUV.T + OFFSET


def to_yuv(rgb: Bytes) -> Yuv420:
    """(height, width, 3) RGB with even sides to a frame."""
    full = yuv_of(rgb)
    height, width = rgb.shape[:2]
    chroma = full[..., 1:].reshape(height // 2, 2, width // 2, 2, 2).mean((1, 3), np.float32)
    return Yuv420(_bytes(full[..., 0]), _bytes(chroma[..., 0]), _bytes(chroma[..., 1]))


def to_rgb(frame: Yuv420) -> Bytes:
    """A frame to (height, width, 3) RGB; chroma is interpolated."""
    planes = (frame.y, _doubled(frame.u), _doubled(frame.v))
    full = np.stack([plane.astype(np.float32) for plane in planes], -1) - OFFSET
    return _bytes((full @ TO_RGB.T).astype(np.float32))


def _doubled(plane: Bytes) -> NDArray[np.float32]:
    """A chroma plane at full size: each pixel takes 3/4 of its own sample and 1/4 of the nearest other."""
    out = plane.astype(np.float32)
    for axis in (0, 1):
        before = np.concatenate([out.take([0], axis), out.take(range(out.shape[axis] - 1), axis)], axis)
        after = np.concatenate([out.take(range(1, out.shape[axis]), axis), out.take([-1], axis)], axis)
        pair = np.stack([0.75 * out + 0.25 * before, 0.75 * out + 0.25 * after], axis + 1)
        shape = [side * (1 + (place == axis)) for place, side in enumerate(out.shape)]
        out = pair.reshape(shape).astype(np.float32)
    return out


def _bytes(values: NDArray[np.float32]) -> Bytes:
    return np.ascontiguousarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
