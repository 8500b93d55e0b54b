"""Wardrobe: a pack's pictures, made ready for one size.

Every texture is resampled once to about one texel per pixel of the frame, turned into premultiplied
YUV and laid into one long array (see `raster` for the texels). Stages of the same pack and scale share it,
and the last few stay for the next ones.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rostra.picture.compiled import compiled
from rostra.picture.fill import KEYS
from rostra.picture.frame import OFFSET, TO_YUV
from rostra.picture.outline import edges
from rostra.picture.raster import EDGE, Texels
from rostra.presenters.pack import Layer, Pack, Texture

Floats = NDArray[np.float32]

DENSITY = 1.3  # texels per pixel of the frame: at 1.0 a slow shift blurs and sharpens the picture visibly
TOLERANCE = 1.15  # a texture this much denser is left as it is
CLEAR, FULL = 4, 251  # alpha up to and from here counts as 0 and 255: what lossy packing leaves
KEPT = 4  # wardrobes that stay although nobody uses them
INSET = 0.05  # texels a position keeps from a texture's end, more than its rounding can add up to


@dataclass(frozen=True, eq=False)
class Wardrobe:
    """Textures and what follows from them for each vertex and triangle.

    Args:
        pack: what it was made from.
        texels: (m,) uint32, all textures; see `raster`.
        base, stride: (layers, KEYS) uint64, where a key's texture starts, texels of its row.
        keys: (layers,) int32.
        uv: (2 n, KEYS, 2) float32 texels; the second half repeats the first, for outlines.
        triangles: (t, 3) int32 in draw order, those without any visible texel left out.
        layer: (t,) int32.
        solid: (t,) uint8, bit k: the texture of key k has no hole there.
        edges: of the triangles with outlines, see `outline.edges`.
    """

    pack: Pack
    texels: Texels
    base: NDArray[np.uint64]
    stride: NDArray[np.uint64]
    keys: NDArray[np.int32]
    uv: NDArray[np.float32]
    triangles: NDArray[np.int32]
    layer: NDArray[np.int32]
    solid: NDArray[np.uint8]
    edges: NDArray[np.int32]


_ready: WeakValueDictionary[tuple[int, int], Wardrobe] = WeakValueDictionary()
_last: deque[Wardrobe] = deque(maxlen=KEPT)
_lock = threading.Lock()


def wardrobe(pack: Pack, scale: float) -> Wardrobe:
    """The textures of a pack for frames with `scale` pixels per canvas unit."""
    key = (id(pack), round(scale * 4096))
    with _lock:
        found = _ready.get(key)
        if found is None:
            found = _ready[key] = _make(pack, scale)
        if found in _last:
            _last.remove(found)
        _last.append(found)
        return found


class _Hung:
    """A texture in its place: where it starts, how wide its rows are, canvas to texel."""

    def __init__(self, texture: Texture, scale: float, start: int) -> None:
        image, info = texture.image, texture.info
        height, width = image.shape[:2]
        wanted = scale * DENSITY / info.scale
        if wanted * TOLERANCE < 1:
            size = (max(1, round(width * wanted)), max(1, round(height * wanted)))
            image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3))
        padded = np.pad(image, ((EDGE, EDGE), (EDGE, EDGE), (0, 0)), "edge")
        self.texels = np.empty(padded.shape[:2], np.uint32)
        _widen(padded, TO_YUV, OFFSET, CLEAR, FULL, self.texels)
        self.start, self.width = start, padded.shape[1]
        self.factor = info.scale * np.array([image.shape[1] / width, image.shape[0] / height])
        self.origin = np.array([info.x, info.y])

    def position(self, uv: Floats) -> Floats:
        """Canvas positions (n, 2) to texels, kept inside the texture."""
        limit = np.array(self.texels.shape[::-1]) - 1 - INSET
        place = np.clip((uv - self.origin) * self.factor - 0.5 + EDGE, INSET, limit)
        return np.asarray(place, np.float32)


def _make(pack: Pack, scale: float) -> Wardrobe:
    hung: dict[str, _Hung] = {}
    start = 0
    for name, picture in pack.textures.items():
        hung[name] = _Hung(picture, scale, start)
        start += hung[name].texels.size
    count, layers = len(pack.vertices), len(pack.layers)
    base, stride = np.zeros((layers, KEYS), np.uint64), np.zeros((layers, KEYS), np.uint64)
    keys = np.array([len(layer.info.keys) for layer in pack.layers], np.int32)
    uv = np.zeros((2 * count, KEYS, 2), np.float32)
    kept, solids, counts = [], [], []
    for number, layer in enumerate(pack.layers):
        run = slice(layer.info.start, layer.info.stop)
        for key, info in enumerate(layer.info.keys):
            texture = hung[info.texture]
            base[number, key], stride[number, key] = texture.start, texture.width
            uv[run, key] = texture.position(layer.uv[key])
        solid, seen = _solid(layer, uv, [hung[info.texture].texels for info in layer.info.keys])
        kept.append(layer.triangles[seen])
        solids.append(solid[seen])
        counts.append(int(seen.sum()))
    uv[count:] = uv[:count]
    triangles = np.ascontiguousarray(np.concatenate(kept), np.int32)
    fine = [layer.info.fine for layer in pack.layers]
    return Wardrobe(
        pack=pack,
        texels=np.concatenate([texture.texels.ravel() for texture in hung.values()]),
        base=base,
        stride=stride,
        keys=keys,
        uv=uv,
        triangles=triangles,
        layer=np.repeat(np.arange(layers, dtype=np.int32), counts),
        solid=np.concatenate(solids),
        edges=edges(triangles, np.repeat(fine, counts)),
    )


def _solid(
    layer: Layer, uv: NDArray[np.float32], textures: list[Texels]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Per triangle: which keys are opaque all over it, and whether any that it may take shows something."""
    triangles = layer.triangles
    solid = np.zeros(len(triangles), np.uint8)
    seen = np.zeros(len(triangles), np.bool_)
    for key, texels in enumerate(textures):
        taken = (layer.mask[key] > 0)[triangles - layer.info.start].any(1)
        _survey(triangles, taken, uv[:, key], texels, np.uint8(1 << key), solid, seen)
    return solid, seen


@compiled
def _survey(triangles: Any, taken: Any, uv: Any, texels: Any, bit: Any, solid: Any, seen: Any) -> None:
    """Look at the texels that a triangle can touch: set its bit if all are opaque, `seen` if one shows."""
    for t in range(len(triangles)):
        if not taken[t]:
            continue
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        left, right = min(uv[a, 0], uv[b, 0], uv[c, 0]), max(uv[a, 0], uv[b, 0], uv[c, 0])
        top, bottom = min(uv[a, 1], uv[b, 1], uv[c, 1]), max(uv[a, 1], uv[b, 1], uv[c, 1])
        least, most = np.uint32(255), np.uint32(0)
        for y in range(int(top), min(int(bottom) + 2, texels.shape[0])):
            for x in range(int(left), min(int(right) + 2, texels.shape[1])):
                alpha = texels[y, x] >> np.uint32(24)
                least, most = min(least, alpha), max(most, alpha)
        if least == np.uint32(255):
            solid[t] |= bit
        if most > np.uint32(0):
            seen[t] = True


@compiled
def _widen(rgba: Any, matrix: Any, offset: Any, clear: Any, full: Any, out: Any) -> None:
    """RGBA with straight alpha to texels."""
    for y in range(rgba.shape[0]):
        for x in range(rgba.shape[1]):
            alpha = int(rgba[y, x, 3])
            alpha = 255 if alpha >= full else (0 if alpha <= clear else alpha)
            texel = np.uint32(alpha) << np.uint32(24)
            for lane in range(3):
                value = offset[lane]
                for c in range(3):
                    value += matrix[lane, c] * np.float32(rgba[y, x, c])
                weighed = int(value * np.float32(alpha) / np.float32(255) + np.float32(0.5))
                texel |= np.uint32(weighed) << np.uint32(8 * lane)
            out[y, x] = texel
