"""The mouth's inside: teeth with gums and a tongue.

A photo shows them at best in part and in one pose. So they are those of a presenter that comes with
Rostra, brought to this face's size, place and light.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.catalogue import Catalogue
from rostra.presenters.pack import Layer, Pack, Texture, TextureInfo
from rostra.presenters.photo import topology
from rostra.presenters.photo.face import Face
from rostra.presenters.photo.portrait import CANVAS, DISTANCE
from rostra.presenters.sheet import Sheet, placed, plain

Points = NDArray[np.float64]

LENDERS = {"woman": "jane", "man": "adam"}  # whose mouth, by kind
LENDER = "jane"
PARTS = ("teeth-lower", "tongue", "teeth-upper")
CAVITY = (34, 13, 12, 255)  # the dark of the mouth
WIDER = (0.85, 1.15)  # how much wider than its face's size a mouth may be
GAIN = (np.array([0.46, 0.44, 0.4]), np.array([1.1, 1.06, 1.0]))  # how far from the lender's colours
COLOURED = 14.0  # between the channels of skin in a photo that is not grey, 0..255
AHEAD = 0.17  # eye distances from the middle within which the lower rim of a hollow is level
MEETING = 0.025  # eye distances that lips meet above the hollow's lower rim
VISIBLE = 0.76  # of the hollow's width that lies between the corners of the lips
YAW = 0.4  # of the head's turn in the photo that teeth take part in
WHITE = np.array([205.0, 203.0, 200.0])  # colour of the lender's eyes
DIM = {"teeth-lower": 0.66, "tongue": 0.55, "teeth-upper": 0.8}  # brightness behind lips that hardly part


def mouth(shape: Face, unit: float, kind: str, light: Light) -> tuple[list[Sheet], dict[str, Texture]]:
    """The sheets in draw order, and their textures.

    Args:
        shape: the face around it.
        unit: distance between the eyes, canvas pixels.
        kind: woman, man or person.
        light: on the face.
    """
    lender = Catalogue().find(LENDERS.get(kind, LENDER))
    loan = _Loan(lender, shape, unit)
    layers = {layer.info.name: layer for layer in lender.layers}
    gain = np.clip(light.white / WHITE, *GAIN)
    colour = float(np.clip(light.colour / COLOURED, 0, 1))
    sheets, textures = [_cavity(shape)], {"cavity": _lit(_dark(), gain, colour)}
    for part in PARTS:
        sheets.append(loan.sheet(layers[part]))
        for key in layers[part].info.keys:
            lit = key.texture.removesuffix("_dim")
            share = 1.0 if lit == key.texture else DIM[part]
            textures[key.texture] = _lit(lender.textures[lit], share * gain, colour)
    return sheets, textures


@dataclass(frozen=True)
class Light:
    """The light on a face.

    Args:
        white: (3,) what is white in it, 0..255.
        colour: between the strongest and the weakest channel of the skin; 0 in a grey photo.
    """

    white: Points
    colour: float


class _Loan:
    """How a lender's mouth comes into another face.

    Args:
        lender: whose.
        shape: the other face.
        unit: its distance between the eyes.
    """

    def __init__(self, lender: Pack, shape: Face, unit: float) -> None:
        self.lender = lender
        eyes = lender.manifest.eyes
        own = float(np.linalg.norm(np.subtract(eyes["left"], eyes["right"])))
        hollow = next(layer for layer in lender.layers if layer.info.name == "cavity")
        rim = lender.vertices[hollow.info.start : hollow.info.stop].astype(np.float64)
        seen = self._seen(rim)
        low, high = seen[:, 0].min(), seen[:, 0].max()
        ahead = np.abs(seen[:, 0] - (low + high) / 2) < AHEAD * own
        floor = seen[ahead & (seen[:, 1] > seen[:, 1].mean()), 1].mean()
        self.source = np.array([(low + high) / 2, floor - MEETING * own])
        self.near_source = float(rim[:, 2].max()) + 4.0
        width = _width(shape.rest) / (VISIBLE * (high - low))
        self.scale = float(np.clip(width, WIDER[0] * unit / own, WIDER[1] * unit / own))
        self.turn = _half_turned(shape.pose) * self.scale
        self.target = _middle(shape.rest)
        self.near = float(shape.depth[list(topology.UPPER_LIP)][3:8].mean())

    def _seen(self, vertices: Points) -> Points:
        """(n, 2) where the lender's vertices are seen on its canvas."""
        info = self.lender.manifest
        middle = np.array(info.canvas) / 2
        seen: Points = middle + (vertices[:, :2] - middle) * info.distance / (info.distance - vertices[:, 2:])
        return seen

    def sheet(self, layer: Layer) -> Sheet:
        """One layer of the lender in the other face."""
        run = slice(layer.info.start, layer.info.stop)
        vertices = self.lender.vertices[run].astype(np.float64)
        away = np.column_stack([self._seen(vertices) - self.source, vertices[:, 2] - self.near_source])
        moved = away @ self.turn.T
        places, depth = self.target + moved[:, :2], self.near + moved[:, 2]
        return Sheet(
            name=layer.info.name,
            vertices=placed(places, depth, CANVAS, DISTANCE),
            triangles=layer.triangles.astype(np.int64) - layer.info.start,
            keys=list(layer.info.keys),
            uv=layer.uv.astype(np.float64),
            mask=layer.mask.astype(np.float64),
            head=np.ones(len(vertices)),
            breath=np.zeros((len(vertices), 2)),
            shapes=self._shapes(run),
        )

    def _shapes(self, run: slice) -> dict[str, Points]:
        pack, found = self.lender, {}
        for number, name in enumerate(pack.manifest.shapes):
            span = slice(pack.delta_start[number], pack.delta_start[number + 1])
            vertex, delta = pack.delta_vertex[span], pack.delta[span].astype(np.float64)
            ours = (vertex >= run.start) & (vertex < run.stop)
            if ours.any():
                shift = np.zeros((run.stop - run.start, 3))
                shift[vertex[ours] - run.start] = delta[ours] @ self.turn.T
                found[name] = shift
        return found


def _half_turned(pose: Points) -> Points:
    """(3, 3) a pose with less of its yaw: no cheek is there inside to hide what all of it would bare."""
    roll = np.array([pose[0, 0], pose[1, 0]]) / np.hypot(pose[0, 0], pose[1, 0])
    flat = np.array([[roll[0], -roll[1], 0], [roll[1], roll[0], 0], [0, 0, 1.0]])
    turned: Points = YAW * pose + (1 - YAW) * flat
    return turned


def _width(points: Points) -> float:
    return float(np.linalg.norm(points[topology.UPPER_LIP[0], :2] - points[topology.UPPER_LIP[-1], :2]))


def _middle(points: Points) -> Points:
    """(2,) the middle of the line between closed lips."""
    both = (points[list(topology.UPPER_LIP)] + points[list(topology.LOWER_LIP)]) / 2
    middle: Points = both[3:8].mean(axis=0)
    return middle


def _cavity(shape: Face) -> Sheet:
    """The dark behind the lips: it fills exactly what they leave open."""
    loop = [*topology.UPPER_LIP, *topology.LOWER_LIP[-2:0:-1]]
    vertices = placed(shape.rest[loop], shape.depth[loop] - 4.0, CANVAS, DISTANCE)
    upper, lower = list(range(11)), [0, *range(19, 10, -1), 10]
    strip = [(upper[n], upper[n + 1], lower[n]) for n in range(10)]
    strip += [(upper[n + 1], lower[n + 1], lower[n]) for n in range(10)]
    anywhere = np.tile(np.array(CANVAS) / 2.0, (len(loop), 1))
    sheet = plain("cavity", "cavity", vertices, np.array(strip), anywhere)
    return replace(sheet, shapes={name: shift[loop] for name, shift in shape.shifts.items()})


def _dark() -> Texture:
    """One colour over the whole canvas."""
    return Texture(np.full((16, 16, 4), CAVITY, np.uint8), TextureInfo(x=0, y=0, scale=16 / CANVAS[0]))


def _lit(texture: Texture, gain: Points, colour: float) -> Texture:
    """A texture in another light; with `colour` 0 it is grey."""
    image = texture.image.astype(np.float32)
    grey = image[..., :3].mean(axis=-1, keepdims=True)
    image[..., :3] = grey + colour * (image[..., :3] - grey)
    image[..., :3] = np.clip(image[..., :3] * gain, 0, 255)
    return Texture(np.rint(image).astype(np.uint8), texture.info)
