"""The inside of a mouth: throat, teeth, tongue, or plain darkness, photographed between parted lips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.keys import LIT, PARTED
from rostra.presenters.model import nets
from rostra.presenters.model.cover import Cover
from rostra.presenters.model.cutter import Cutter
from rostra.presenters.model.photograph import Box
from rostra.presenters.model.portrait import MIDDLE, WIDTH, placed
from rostra.presenters.model.roles import Role
from rostra.presenters.model.scene import Target
from rostra.presenters.model.sheets import Look, Sheet
from rostra.presenters.pack import Texture, TextureInfo

MOUTH_SCALE = 1.5  # texels per canvas pixel
STEP = 9.0  # canvas pixels between points of a net
CAVITY = (34, 13, 12, 255)  # the dark of a mouth without an inside
CAVITY_DEPTH = 24.0  # canvas units behind the lips
LICK = 1.5  # how much more `tongueOut` than the jaw must move a tongue
DROPS = 0.5  # of the most that the jaw moves anything inside: what moves more is lower teeth
TIP = (0.12, 0.08)  # distances from mouth to eyes that `tongueUp` lifts the tip, and brings it forward
DIM = 0.5  # brightness of teeth behind lips that hardly part

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Inside:
    """Makes the layers of the inner mouth.

    Args:
        cutter: of the figure.
    """

    def __init__(self, cutter: Cutter) -> None:
        self._cutter = cutter
        self._figure, self._roles, self._places = cutter.figure, cutter.roles, cutter.places
        self._parted = self._figure.posed(PARTED)
        self._parted_light = cutter.reaching(self._parted)

    def sheets(self) -> list[Sheet | None]:
        """From the back to the front; what the model lacks is None."""
        figure = self._figure
        jaw, tongue = (self._mean_shift(name) for name in ("jawOpen", "tongueOut"))
        inner = self._roles.of(Role.INNER)
        first = figure.pieces[figure.triangles[inner, 0]]
        licks = (tongue[first] > LICK * np.maximum(jaw[first], 1.0)) | self._titled(inner, "tongue")
        drops = jaw[first] > DROPS * jaw[first].max(initial=0)
        return [
            self._cavity(),
            self._throat(),
            self._inside("teeth-lower", inner[drops & ~licks]),
            self._inside("tongue", inner[licks]),
            self._inside("teeth-upper", inner[~drops & ~licks]),
        ]

    def _mean_shift(self, name: str) -> Points:
        """(pieces,) how far a channel moves each piece, canvas units."""
        figure = self._figure
        vertices, moves = figure.shifts.get(name, (np.zeros(0, np.int64), np.zeros((0, 3))))
        count = int(figure.pieces.max()) + 1
        total = np.bincount(figure.pieces[vertices], np.linalg.norm(moves, axis=1), count)
        mean: Points = total / np.maximum(np.bincount(figure.pieces, minlength=count), 1)
        return mean

    def _titled(self, triangles: Indices, word: str) -> Flags:
        named = np.array([word in title for title in self._figure.titles], np.bool_)
        found: Flags = named[self._figure.labels[self._figure.triangles[triangles, 0]]]
        return found

    def _throat(self) -> Sheet | None:
        """The inside of the cheeks, which belongs to the face's own surface."""
        triangles = self._cutter.near(self._roles.of(Role.BAG))
        if not len(triangles):
            return None
        self._cutter.photograph("throat", triangles, MOUTH_SCALE, self._parted, self._parted_light)
        return self._cutter.cut(
            "throat", self._cutter.sorted(triangles, self._parted), [("throat", self._parted)]
        )

    def _inside(self, name: str, triangles: Indices) -> Sheet | None:
        """A part of the inner mouth on a net, darker as the lips close."""
        if not len(triangles):
            return None
        shown, box = self._cutter.photograph(name, triangles, MOUTH_SCALE, self._parted, self._parted_light)
        pixels, net = nets.net(shown, box, MOUTH_SCALE, STEP)
        if not len(net):
            del self._cutter.textures[name]
            return None
        picture = self._cutter.textures[name]
        dim = np.rint(picture.image * [DIM, DIM, DIM, 1]).astype(np.uint8)
        self._cutter.textures[f"{name}-dim"] = Texture(dim, picture.info)
        vertices, shapes = self._moved_net(triangles, box, pixels, net)
        whole = np.ones(len(pixels))
        return Sheet(
            name=name,
            vertices=vertices,
            triangles=net,
            looks=[Look(f"{name}-dim", pixels, whole), Look(name, pixels, whole, LIT)],
            head=whole,
            breath=np.zeros((len(pixels), 2)),
            shapes=shapes | (self._tip(vertices) if name == "tongue" else {}),
        )

    def _moved_net(
        self, triangles: Indices, box: Box, pixels: Points, net: Indices
    ) -> tuple[Points, dict[str, Target]]:
        """Where the points of a net over parted lips lie at rest, and how expressions move them."""
        figure = self._figure
        cover = Cover(self._parted, figure.triangles[triangles], box, MOUTH_SCALE)
        used = np.unique(figure.triangles[triangles])
        names = [name for name, shift in self._cutter.shapes(used).items() if np.abs(shift[1]).max() > 0.5]
        table = np.zeros((len(figure.points), 1 + 3 * len(names)))
        table[:, 0] = self._parted[:, 2]
        for place, name in enumerate(names):
            vertices, moves = figure.shifts[name]
            table[vertices, 1 + 3 * place : 4 + 3 * place] = moves
        known, values = cover.values(table, pixels)
        calm = nets.even(nets.spread(values, known, net), net, 2)
        every = np.arange(len(pixels))
        shapes = {name: (every, calm[:, 1 + 3 * n : 4 + 3 * n]) for n, name in enumerate(names)}
        back = sum(
            (w * shapes[name][1] for name, w in PARTED.items() if name in shapes), np.zeros((len(pixels), 3))
        )
        return placed(pixels, calm[:, 0]) - back, shapes

    def _tip(self, vertices: Points) -> dict[str, Target]:
        """What `tongueUp` does: the front of the tongue rises."""
        height = self._places.mouth[1] - self._places.left[1]
        share = np.clip((vertices[:, 2] - vertices[:, 2].max()) / (0.35 * height) + 1, 0, 1)[:, None]
        return {"tongueUp": (np.arange(len(vertices)), share * [0, -TIP[0] * height, TIP[1] * height])}

    def _cavity(self) -> Sheet | None:
        """The dark behind open lips, where the model itself leaves a hole."""
        figure, height = self._figure, self._places.mouth[1] - self._places.left[1]
        x, y = self._places.mouth[:2] - [0.7 * height, 0.4 * height]
        box = (float(x), float(y), 1.4 * float(height), 1.4 * float(height))
        face = self._roles.of(Role.FACE)
        front = figure.triangles[face[self._cutter.facing(self._parted, face) > 0]]
        hole = enclosed(Cover(self._parted, front, box, 0.5).ids < 0)
        rows, columns = np.nonzero(hole)
        if not len(rows):
            return None
        self._cutter.textures["cavity"] = Texture(
            np.full((16, 16, 4), CAVITY, np.uint8), TextureInfo(x=0, y=0, scale=16 / WIDTH)
        )
        low = np.array([x + 2 * columns.min() - 8, y + 2 * rows.min() - 8])
        high = np.array([x + 2 * columns.max() + 10, y + 2 * rows.max() + 10])
        corners = np.array([low, [high[0], low[1]], [low[0], high[1]], high])
        depth = np.full(4, self._places.mouth[2] - CAVITY_DEPTH)
        sheet = self._cutter.hung("cavity", corners, np.array([[0, 1, 2], [1, 3, 2]]), depth, np.ones(4))
        look = Look("cavity", np.tile(MIDDLE, (4, 1)), np.ones(4))
        return Sheet(**{**vars(sheet), "looks": [look]})


def enclosed(empty: Flags) -> Flags:
    """(h, w) which empty places do not reach the border."""
    outside = np.zeros_like(empty)
    outside[[0, -1]], outside[:, [0, -1]] = empty[[0, -1]], empty[:, [0, -1]]
    while True:
        grown = outside.copy()
        grown[1:] |= outside[:-1]
        grown[:-1] |= outside[1:]
        grown[:, 1:] |= outside[:, :-1]
        grown[:, :-1] |= outside[:, 1:]
        grown &= empty
        if (grown == outside).all():
            return empty & ~outside
        outside = grown
