"""A presenter made of ellipses: small enough for tests, with everything that a pack can have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.pack import (
    Framing,
    KeyInfo,
    Layer,
    LayerInfo,
    Manifest,
    Pack,
    Texture,
    TextureInfo,
    VoiceChoice,
)

WIDTH, HEIGHT = 1280, 1200
CENTRE = 640.0
FACE = (640.0, 400.0, 205.0, 270.0)  # centre, radii
MOUTH = (640.0, 535.0, 75.0)  # centre, half width
EYES = {"left": (725.0, 365.0), "right": (555.0, 365.0)}  # the presenter's left is on our right
EYE_WIDTH = 48.0

Array = NDArray[np.float64]


def synthetic(step: float = 16.0, detail: float = 1.0) -> Pack:
    """The pack. `step`: canvas pixels between vertices of the face; `detail`: texels per canvas pixel."""
    bake = _Bake(detail)
    bake.add("hair-back", _grid((370, 80, 910, 620), step * 2), "hair-back", head=1.0, depth=-60)
    bake.add("body", _grid((60, 640, 1220, 1200), step * 2), "body", neck=True)
    bake.add("cavity", _grid((555, 495, 725, 620), step), "cavity", head=1.0, depth=150)
    bake.add("teeth", _grid((580, 522, 700, 548), step), "teeth", head=1.0, depth=155)
    for number, (x, y) in enumerate(EYES.values(), 1):
        box = (x - 60, y - 40, x + 60, y + 40)
        bake.add(f"eye-{number}", _grid(box, step), "eyes", head=1.0, depth=160, gaze=number)
    bake.add_face(step)
    bake.add("hair-front", _grid((420, 90, 860, 330), step * 2), "hair-front", head=1.0, depth=190)
    return bake.pack()


def _grid(box: tuple[float, float, float, float], step: float) -> tuple[Array, NDArray[np.int32]]:
    xs = np.linspace(box[0], box[2], max(2, round((box[2] - box[0]) / step) + 1))
    ys = np.linspace(box[1], box[3], max(2, round((box[3] - box[1]) / step) + 1))
    points = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    corner = (np.arange(len(ys) - 1)[:, None] * len(xs) + np.arange(len(xs) - 1)).ravel()
    a, b, c, d = corner, corner + 1, corner + len(xs), corner + len(xs) + 1
    return points, np.stack([a, b, c, b, d, c], -1).reshape(-1, 3).astype(np.int32)


def _ellipse(x: Array, y: Array, cx: float, cy: float, rx: float, ry: float) -> Array:
    """About the distance inside an ellipse, canvas pixels, negative outside."""
    return (1 - np.hypot((x - cx) / rx, (y - cy) / ry)) * min(rx, ry)


class _Bake:
    def __init__(self, detail: float) -> None:
        self.detail = detail
        self.points: list[Array] = []
        self.rows: dict[str, list[Array]] = {"head": [], "gaze": [], "breath": []}
        self.layers: list[Layer] = []
        self.count = 0
        self.deltas: dict[str, list[tuple[NDArray[np.int64], Array]]] = {}

    def add(
        self, name: str, mesh: tuple[Array, NDArray[np.int32]], texture: str,
        head: float = 0.0, depth: float = 0.0, gaze: int = 0, neck: bool = False,
    ) -> None:  # fmt: skip
        points, triangles = mesh
        follow = np.full(len(points), head)
        if neck:
            near = np.exp(-(((points[:, 0] - CENTRE) / 140) ** 2))
            follow = np.clip((800 - points[:, 1]) / 160, 0, 1) * near
        lift = np.stack([np.zeros(len(points)), np.full(len(points), -5.0 if neck else -3.0)], -1)
        self._put(name, points, np.full(len(points), depth), triangles, [KeyInfo(texture=texture)],
                  np.ones((1, len(points))), follow, gaze, lift)  # fmt: skip

    def add_face(self, step: float) -> None:
        """The face: split along the mouth and the lids, which open."""
        cx, cy, rx, ry = FACE
        points, triangles = _grid((cx - rx - 20, cy - ry - 20, cx + rx + 20, cy + ry + 20), step)
        slits = [(MOUTH[0], MOUTH[1], MOUTH[2])] + [(x, y, EYE_WIDTH) for x, y in EYES.values()]
        levels = np.unique(points[:, 1])
        for x, y, half in slits:
            level = levels[np.argmin(abs(levels - y))]
            on = np.flatnonzero((points[:, 1] == level) & (abs(points[:, 0] - x) < half))
            points[on, 1] = y
            copies = np.arange(len(points), len(points) + len(on))
            points = np.concatenate([points, points[on]])
            twin = dict(zip(on.tolist(), copies.tolist(), strict=True))
            under = triangles.max(1) < len(points) - len(on)
            lower = under & (points[triangles].mean(1)[:, 1] > y)
            triangles[lower] = np.vectorize(lambda v, t=twin: t.get(int(v), int(v)))(triangles[lower])
        above, under = self._sides(points, triangles)
        depth = 190 * np.sqrt(
            np.clip(1 - ((points[:, 0] - cx) / 260) ** 2 - ((points[:, 1] - cy) / 340) ** 2, 0, 1)
        )
        flat = points.copy()
        rest = points.copy()
        for x, y in EYES.values():
            bell = self._bell(points, x, y, EYE_WIDTH, 40)
            rest[:, 1] += np.where(above, -17, 12) * bell * (above | under)
            index = np.flatnonzero(bell > 0.01)
            side = "Left" if x > CENTRE else "Right"
            move = np.zeros((len(index), 3))
            move[:, 1] = (flat[index, 1] - rest[index, 1]) + 8 * bell[index]
            self._delta(f"eyeBlink{side}", index, move)
        self._mouth(points, above, under)
        mask = np.ones((2, len(points)))
        mask[1] = 0.9
        keys = [KeyInfo(texture="face"), KeyInfo(texture="face-open", drive={"jawOpen": 1.2})]
        lift = np.stack([np.zeros(len(points)), np.full(len(points), -3.0)], -1)
        self._put("face", rest, depth, triangles, keys, mask, np.ones(len(points)), 0, lift, fine=True)

    def _sides(
        self, points: Array, triangles: NDArray[np.int32]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether a vertex lies above or below the slit nearest to it, by the triangles that use it."""
        middle = points[triangles].mean(1)[:, 1]
        total, uses = np.zeros(len(points)), np.zeros(len(points))
        for corner in range(3):
            np.add.at(total, triangles[:, corner], middle)
            np.add.at(uses, triangles[:, corner], 1)
        mean = total / np.maximum(uses, 1)
        slit = np.where(points[:, 1] < (EYES["left"][1] + MOUTH[1]) / 2, EYES["left"][1], MOUTH[1])
        on = abs(points[:, 1] - slit) < 1e-6
        above = np.where(on, mean < slit, points[:, 1] < slit)
        return above, ~above

    def _bell(self, points: Array, x: float, y: float, half: float, reach: float) -> Array:
        along = np.clip(1 - ((points[:, 0] - x) / half) ** 2, 0, 1)
        return along * np.clip(1 - abs(points[:, 1] - y) / reach, 0, 1)

    def _mouth(self, points: Array, above: NDArray[np.bool_], under: NDArray[np.bool_]) -> None:
        x, y, half = MOUTH
        reach = np.clip(1 - ((points[:, 0] - x) / (half * 1.3)) ** 2, 0, 1)
        lower = under & (points[:, 1] > y - 60)
        open_ = np.where(lower, reach * np.clip(1 - (points[:, 1] - y) / 160, 0, 1), 0)
        at_slit = abs(points[:, 1] - y) < 1e-6
        edge = np.clip(1 - ((points[:, 0] - x) / half) ** 2, 0, 1)
        open_ = np.where(at_slit & lower, edge, open_)
        index = np.flatnonzero(open_ > 0.01)
        move = np.zeros((len(index), 3))
        move[:, 1] = 62 * open_[index]
        self._delta("jawOpen", index, move)
        wide = np.exp(-(((points[:, 0] - x) / 110) ** 2) - ((points[:, 1] - y) / 70) ** 2)
        index = np.flatnonzero(wide > 0.02)
        pull = np.zeros((len(index), 3))
        pull[:, 0] = 0.25 * (points[index, 0] - x) * wide[index]
        self._delta("mouthSmileLeft*mouthSmileRight", index, pull)
        self._delta("mouthPucker", index, -2 * pull)

    def _delta(self, shape: str, index: NDArray[np.int64], move: Array) -> None:
        self.deltas.setdefault(shape, []).append((index + self.count, move))

    def _put(
        self, name: str, points: Array, depth: Array, triangles: NDArray[np.int32], keys: list[KeyInfo],
        mask: Array, head: Array, gaze: int, breath: Array, fine: bool = False,
    ) -> None:  # fmt: skip
        stop = self.count + len(points)
        uv = np.repeat(points[None], len(keys), 0).astype(np.float32)
        # The camera is undone, so that at rest each texture is seen where it lies.
        near = (2200 - depth) / 2200
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        self.points.append(np.column_stack([middle + (points - middle) * near[:, None], depth]))
        self.rows["head"].append(head)
        self.rows["gaze"].append(np.full(len(points), gaze))
        self.rows["breath"].append(breath)
        info = LayerInfo(name=name, start=self.count, stop=stop, keys=keys, fine=fine)
        self.layers.append(Layer(info, triangles + np.int32(self.count), uv, mask.astype(np.float32)))
        self.count = stop

    def pack(self) -> Pack:
        runs = [
            [np.concatenate(column) for column in zip(*parts, strict=True)] for parts in self.deltas.values()
        ]
        starts = np.cumsum([0] + [len(run[0]) for run in runs]).astype(np.int32)
        textures = {name: self._texture(name) for name in _PAINT}
        manifest = Manifest(
            id="ellipse", name="Ellipse", canvas=(WIDTH, HEIGHT), distance=2200.0,
            pivot=(640.0, 660.0, -40.0),
            eyes={side: (x, y, 130.0) for side, (x, y) in EYES.items()},
            framing=Framing(top=110, chin=670, eyes=365, centre=CENTRE, bottom=1190, left=90, right=1190),
            voice=VoiceChoice(name="heart:fast"), shapes=list(self.deltas),
            layers=[layer.info for layer in self.layers],
            textures={name: texture.info for name, texture in textures.items()},
        )  # fmt: skip
        return Pack(
            manifest=manifest,
            vertices=np.concatenate(self.points).astype(np.float32),
            head=np.concatenate(self.rows["head"]).astype(np.float32),
            alpha=np.ones(self.count, np.float32),
            gaze=np.concatenate(self.rows["gaze"]).astype(np.int8),
            breath=np.concatenate(self.rows["breath"]).astype(np.float32),
            delta_start=starts,
            delta_vertex=np.concatenate([run[0] for run in runs]).astype(np.int32),
            delta=np.concatenate([run[1] for run in runs]).astype(np.float32),
            layers=tuple(self.layers),
            textures=textures,
        )

    def _texture(self, name: str) -> Texture:
        left, top, right, bottom = _PAINT[name][0]
        size = round((right - left) * self.detail), round((bottom - top) * self.detail)
        x, y = np.meshgrid(
            left + (np.arange(size[0]) + 0.5) / self.detail, top + (np.arange(size[1]) + 0.5) / self.detail
        )
        colour, inside = _PAINT[name][1](x, y)
        alpha = np.clip(inside * self.detail / 2 + 0.5, 0, 1)
        rgba = np.concatenate([np.clip(colour, 0, 255), 255 * alpha[..., None]], -1)
        return Texture(np.rint(rgba).astype(np.uint8), TextureInfo(x=left, y=top, scale=self.detail))


def _flat(x: Array, r: float, g: float, b: float) -> Array:
    return np.broadcast_to(np.array([r, g, b], np.float64), (*x.shape, 3)).copy()


def _hair(x: Array, y: Array) -> Array:
    return _flat(x, 70, 45, 35) * (1 + 0.25 * np.sin(x / 4 + 3 * np.sin(y / 60)))[..., None]


def _hair_back(x: Array, y: Array) -> tuple[Array, Array]:
    return _hair(x, y), _ellipse(x, y, 640, 350, 260, 262)


def _hair_front(x: Array, y: Array) -> tuple[Array, Array]:
    return _hair(x, y), np.minimum(_ellipse(x, y, 640, 300, 215, 200), _ellipse(x, y, 640, 90, 240, 150))


def _body(x: Array, y: Array) -> tuple[Array, Array]:
    shoulders = np.maximum(_ellipse(x, y, 640, 1250, 540, 450), np.minimum(95 - abs(x - 640), y - 640))
    skin = (abs(x - 640) < 95) & (y < 860)
    cloth = _flat(x, 40, 70, 120) * (1 + 0.1 * np.sin(x / 3) * np.sin(y / 3))[..., None]
    return np.where(skin[..., None], _flat(x, 205, 150, 125), cloth), shoulders


def _cavity(x: Array, y: Array) -> tuple[Array, Array]:
    return _flat(x, 60, 15, 20), np.full(x.shape, 9.0)


def _teeth(x: Array, y: Array) -> tuple[Array, Array]:
    return _flat(x, 235, 232, 225) - 60 * (abs((x - 640) % 20 - 10) < 1)[..., None], 9 - abs(y - 535) + 0 * x


def _eyes(x: Array, y: Array) -> tuple[Array, Array]:
    centre = np.where(x > CENTRE, EYES["left"][0], EYES["right"][0])
    away = np.hypot(x - centre, y - EYES["left"][1])
    colour = np.where((away < 19)[..., None], _flat(x, 70, 110, 90), _flat(x, 238, 238, 235))
    return np.where((away < 9)[..., None], _flat(x, 12, 12, 14), colour), np.full(x.shape, 9.0)


def _face(x: Array, y: Array) -> tuple[Array, Array]:
    colour = (
        _flat(x, 222, 165, 138) * (1 - 0.25 * np.hypot((x - 600) / 260, (y - 330) / 330))[..., None] * 1.1
    )
    lips = _ellipse(x, y, MOUTH[0], MOUTH[1], MOUTH[2] + 8, 26)
    colour += np.clip(lips / 3, 0, 1)[..., None] * (_flat(x, 175, 70, 75) - colour)
    for ex, ey in EYES.values():
        brow = _ellipse(x, y, ex, ey - 55, 62, 10)
        colour += np.clip(brow / 3, 0, 1)[..., None] * (_flat(x, 60, 40, 32) - colour)
        lash = 3.0 - abs(_ellipse(x, y, ex, ey - 2, EYE_WIDTH + 3, 20))
        colour += 0.8 * np.clip(lash / 3, 0, 1)[..., None] * (_flat(x, 40, 25, 22) - colour)
    return colour, _ellipse(x, y, *FACE)


def _face_open(x: Array, y: Array) -> tuple[Array, Array]:
    colour, inside = _face(x, y)
    fold = np.exp(-((abs(x - 640) - 110) ** 2) / 60) * np.exp(-(((y - 520) / 60) ** 2))
    return colour * (1 - 0.35 * fold)[..., None], inside


_PAINT = {
    "hair-back": ((370, 80, 910, 620), _hair_back),
    "body": ((60, 640, 1220, 1200), _body),
    "cavity": ((555, 495, 725, 620), _cavity),
    "teeth": ((575, 515, 705, 555), _teeth),
    "eyes": ((490, 320, 790, 410), _eyes),
    "face": ((415, 110, 865, 690), _face),
    "face-open": ((415, 110, 865, 690), _face_open),
    "hair-front": ((420, 90, 860, 330), _hair_front),
}
