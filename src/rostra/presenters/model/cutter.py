"""The cutter: what every layer is made with.

A part of a figure is photographed alone and becomes a sheet: one that moves with expressions keeps the
model's own triangles, sorted from back to front; one that bends little hangs on a net.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model import keys, nets
from rostra.presenters.model.cover import Cover
from rostra.presenters.model.figure import Figure, on_canvas
from rostra.presenters.model.keys import Places
from rostra.presenters.model.light import reaching
from rostra.presenters.model.photograph import Box, Studio
from rostra.presenters.model.portrait import HEIGHT, WIDTH, placed, seen
from rostra.presenters.model.roles import Roles
from rostra.presenters.model.scene import Target
from rostra.presenters.model.sheets import Look, Sheet
from rostra.presenters.pack import Texture

FACE_SCALE, PLAIN_SCALE = 1.3, 1.2  # texels per canvas pixel
STEP = 18.0  # canvas pixels between points of a net
CALM = 14  # rounds in which the depth of a net is evened out
TURNED = -0.4  # cosine up to which a triangle may face away and still come into sight
LIVELY = 5.0  # canvas pixels of shift from which a triangle is kept whichever way it faces
BREATH = 3.0  # canvas pixels that the chest rises

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Cutter:
    """Makes sheets of a figure's parts, and keeps their pictures.

    Args:
        figure: the model.
        roles: its parts.
        places: its landmarks.
        studio: photographs it.
        neck: canvas y of the neck: breath is seen below.
        clear: (t,) which triangles are see-through and throw no shadow.

    Attributes:
        light: (n, 2) what reaches the vertices at rest.
        textures: the pictures taken so far, by name.
    """

    def __init__(
        self, figure: Figure, roles: Roles, places: Places, studio: Studio, neck: float, clear: Flags
    ) -> None:
        self.figure, self.roles, self.places = figure, roles, places
        self._studio, self._neck = studio, neck
        self._solid = figure.triangles[~clear & on_canvas(figure.points, figure.triangles)]
        self.light = self.reaching(figure.points)
        self.textures: dict[str, Texture] = {}

    def reaching(self, points: Points) -> NDArray[np.float32]:
        """(n, 2) how much light reaches the vertices of a pose; see `light.reaching`."""
        return reaching(points, self.figure.turned(points), self._solid)

    def net(self, name: str, triangles: Indices, behind: Indices | None = None) -> Sheet | None:
        """A layer that bends little.

        Args:
            name: of the layer and its picture.
            triangles: what it shows.
            behind: lie flat at the depth of these triangles, behind everything.
        """
        triangles = self.near(triangles)
        shown, box = self.photograph(name, triangles, PLAIN_SCALE)
        pixels, net = nets.net(shown, box, PLAIN_SCALE, STEP)
        if not len(net):
            self.textures.pop(name, None)
            return None
        depth, head = self.measured(triangles, box, pixels, net)
        if behind is not None:
            deep = self.figure.points[self.figure.triangles[self.near(behind)], 2]
            depth = np.full(len(pixels), float(np.median(deep)) if deep.size else float(depth.min()))
        return self.hung(name, pixels, net, depth, head)

    def near(self, triangles: Indices) -> Indices:
        """Those of some triangles that are on the canvas or near it."""
        return triangles[on_canvas(self.figure.points, self.figure.triangles[triangles])]

    def photograph(
        self, name: str, triangles: Indices, scale: float, points: Points | None = None,
        light: NDArray[np.float32] | None = None, box: Box | None = None,
    ) -> tuple[Flags, Box]:  # fmt: skip
        """Photograph triangles as texture `name`; where it shows anything, and its box."""
        figure = self.figure
        points = figure.points if points is None else points
        light = self.light if light is None else light
        box = self.box(triangles, points) if box is None else box
        self.textures[name], shown = self._studio.take(triangles, points, light, box, scale)
        return shown, box

    def box(self, triangles: Indices, points: Points) -> Box:
        """The part of the canvas that triangles cover."""
        if not len(triangles):
            return 0.0, 0.0, 1.0, 1.0
        pixels = np.clip(seen(points[np.unique(self.figure.triangles[triangles])]), 0, [WIDTH, HEIGHT])
        x, y, width, height = keys.box_around(pixels)
        left, top = max(x, 0.0), max(y, 0.0)
        return left, top, min(x + width, WIDTH) - left, min(y + height, HEIGHT) - top

    def measured(self, triangles: Indices, box: Box, pixels: Points, net: Indices) -> tuple[Points, Points]:
        """(n,) depth and share of the head at the points of a net, evened out."""
        figure = self.figure
        cover = Cover(figure.points, figure.triangles[triangles], box)
        known, values = cover.values(np.column_stack([figure.points[:, 2], figure.head]), pixels)
        calm = nets.even(nets.spread(values, known, net), net, CALM)
        return calm[:, 0], np.clip(calm[:, 1], 0, 1)

    def hung(
        self, name: str, pixels: Points, net: Indices, depth: Points, head: Points, gaze: int = 0
    ) -> Sheet:
        """A sheet on a net, seen at canvas pixels (n, 2) with (n,) depths."""
        look = Look(name, pixels, np.ones(len(pixels)))
        return Sheet(
            name=name,
            vertices=placed(pixels, depth),
            triangles=net,
            looks=[look],
            head=head,
            breath=self.breath(pixels[:, 1], head),
            gaze=gaze,
        )

    def breath(self, height: Points, head: Points) -> Points:
        """(n, 2) shift at full breath of what is seen at a canvas y."""
        down = np.clip((height - self._neck) / 220.0, 0, 1) * (1 - head)
        return np.stack([np.zeros_like(down), -BREATH * down * down * (3 - 2 * down)], axis=1)

    def mesh(self, name: str, triangles: Indices) -> Sheet | None:
        """A moving layer with one picture."""
        triangles = self.kept(triangles)
        if not len(triangles):
            return None
        self.photograph(name, triangles, FACE_SCALE)
        return self.cut(name, self.sorted(triangles, self.figure.points), [(name, self.figure.points)])

    def kept(self, triangles: Indices) -> Indices:
        """Without what always faces away."""
        figure = self.figure
        triangles = self.near(triangles)
        facing = self.facing(figure.points, triangles) > TURNED
        lively = self.liveliness[figure.triangles[triangles]].max(axis=1) > LIVELY
        found: Indices = triangles[facing | lively]
        return found

    def facing(self, points: Points, triangles: Indices) -> Points:
        """(t,) cosine between triangles and the way to the viewer; see-through both ways counts as front."""
        corners = points[self.figure.triangles[triangles]]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        cosine: Points = -across[:, 2] / np.maximum(np.linalg.norm(across, axis=1), 1e-9)
        return cosine

    @cached_property
    def liveliness(self) -> Points:
        """(n,) farthest that any expression moves a vertex."""
        most = np.zeros(len(self.figure.points))
        for vertices, moves in self.figure.shifts.values():
            np.maximum.at(most, vertices, np.linalg.norm(moves, axis=1))
        return most

    def sorted(self, triangles: Indices, points: Points) -> Indices:
        """From back to front."""
        depth = points[self.figure.triangles[triangles], 2].mean(axis=1)
        return triangles[np.argsort(depth, kind="stable")]

    def cut(self, name: str, triangles: Indices, looks: Sequence[tuple[str, Points]]) -> Sheet:
        """A sheet of the model's own triangles.

        Args:
            name: of the layer.
            triangles: in draw order.
            looks: pictures, and the (n, 3) points of the pose in each.
        """
        figure = self.figure
        used, local = np.unique(figure.triangles[triangles], return_inverse=True)
        whole = np.ones(len(used))
        return Sheet(
            name=name,
            vertices=figure.points[used],
            triangles=local.reshape(-1, 3),
            looks=[Look(picture, seen(points[used]), whole) for picture, points in looks],
            head=figure.head[used],
            breath=self.breath(figure.pixels[used, 1], figure.head[used]),
            shapes=self.shapes(used),
            fine=True,
        )

    def shapes(self, used: Indices) -> dict[str, Target]:
        """How expressions move some vertices, by their places among these."""
        place = np.full(len(self.figure.points), -1, np.int64)
        place[used] = np.arange(len(used))
        result = {}
        for name, (vertices, moves) in self.figure.shifts.items():
            there = place[vertices] >= 0
            if there.any():
                result[name] = place[vertices[there]], moves[there]
        return result


def blurred(values: Points, reach: float) -> Points:
    """(h, w) values blurred by two boxes of about `reach` texels."""
    size = max(1, round(reach))
    for _ in range(2):
        for axis in (0, 1):
            padded = np.pad(values, [(size, size) if k == axis else (0, 0) for k in (0, 1)], "edge")
            total = np.cumsum(np.insert(padded, 0, 0, axis=axis), axis=axis)
            length = values.shape[axis]
            ends = np.take(total, np.arange(length) + 2 * size + 1, axis=axis)
            values = (ends - np.take(total, np.arange(length), axis=axis)) / (2 * size + 1)
    return values
