"""Layers: from a figure's parts to the sheets of a pack, in draw order.

    hair (back) · body · back of the head · under the lids · eyeballs · shade of the lids · dark of the mouth
    · inner mouth · face · lashes and brows · hair (front)

Each is photographed alone, so that what moves away in front never leaves its picture behind. What moves with
expressions keeps the model's own triangles, sorted from back to front; the rest hangs on nets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model import nets
from rostra.presenters.model.cover import Cover
from rostra.presenters.model.cutter import Cutter, blurred
from rostra.presenters.model.inside import Inside
from rostra.presenters.model.photograph import Box
from rostra.presenters.model.roles import Role, before_all
from rostra.presenters.model.sheets import Sheet
from rostra.presenters.model.skin import Skin
from rostra.presenters.pack import Texture

EYE_SCALE = 2.0  # texels per canvas pixel: eyes are looked at most
EYE_STEP = 9.0  # canvas pixels between points of a net
UNDER_JAW = 0.8  # what follows the head less than this also belongs to the body's picture
AGREE = 6  # rounds in which neighbouring triangles of hair agree on being before or behind
SHADE, SHADE_REACH = 0.55, 0.055  # of lids on the eyeball: strength, reach in distances between the eyes

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


def layers(cutter: Cutter) -> list[Sheet]:
    """All layers of a figure in draw order."""
    return _Layers(cutter).sheets()


class _Layers:
    def __init__(self, cutter: Cutter) -> None:
        self._cutter = cutter
        self._figure, self._roles, self._places = cutter.figure, cutter.roles, cutter.places

    def sheets(self) -> list[Sheet]:
        cutter, roles = self._cutter, self._roles
        front, back, behind = self._hair()
        body = np.concatenate([roles.of(Role.BODY), self._under_jaw()])
        hair = cutter.net("hair-back", back, behind)
        skin = Skin(cutter)
        found = [
            hair,
            cutter.net("body", body),
            skin.head(),
            cutter.mesh("under", roles.of(Role.UNDER)),
            *self._eyes(),
            *Inside(cutter).sheets(),
            skin.face(),
            cutter.mesh("over", roles.of(Role.OVER)),
            cutter.net("hair", front),
        ]
        return [sheet for sheet in found if sheet is not None]

    def _under_jaw(self) -> Indices:
        """The face's triangles that the body's picture shows too, so that no seam opens at the neck."""
        face = self._roles.of(Role.FACE)
        low: Indices = face[self._figure.head[self._figure.triangles[face]].min(axis=1) < UNDER_JAW]
        return low

    def _hair(self) -> tuple[Indices, Indices, Indices]:
        """What hangs before head and body; pieces of which some hangs behind; and what does."""
        figure, hair = self._figure, self._roles.of(Role.HAIR)
        if not len(hair):
            return hair, hair, hair
        ahead = before_all(figure, hair, self._roles.of(Role.FACE, Role.BODY), figure.points)
        ahead = _agreed(ahead, figure.welded[figure.triangles[hair]])
        piece = figure.pieces[figure.triangles[hair, 0]]
        return hair[ahead], hair[np.isin(piece, piece[~ahead])], hair[~ahead]

    def _eyes(self) -> list[Sheet | None]:
        found: list[Sheet | None] = []
        for number, (side, role) in enumerate((("left", Role.EYE_LEFT), ("right", Role.EYE_RIGHT)), 1):
            triangles = self._roles.of(role)
            if len(triangles):
                found += self._eye(side, triangles, number)
        return found

    def _eye(self, side: str, triangles: Indices, number: int) -> list[Sheet | None]:
        """An eyeball in open light, which turns with the gaze, and the shade that the lids throw on it."""
        name, open_light = f"eye-{side}", np.ones_like(self._cutter.light)
        shown, box = self._cutter.photograph(name, triangles, EYE_SCALE, light=open_light)
        pixels, net = nets.net(shown, box, EYE_SCALE, EYE_STEP)
        if not len(net):
            del self._cutter.textures[name]
            return []
        depth, _ = self._cutter.measured(triangles, box, pixels, net)
        ball = self._cutter.hung(name, pixels, net, depth, np.ones(len(pixels)), number)
        self._cutter.textures[f"lid-{side}"] = self._shade(self._cutter.textures[name], box)
        lid = self._cutter.hung(f"lid-{side}", pixels, net, depth + 1, np.ones(len(pixels)))
        return [ball, lid]

    def _shade(self, eye: Texture, box: Box) -> Texture:
        """A picture of the lids' shadow on an eyeball."""
        figure = self._figure
        lids = figure.triangles[self._roles.of(Role.FACE, Role.OVER)]
        covered = (Cover(figure.points, lids, box, EYE_SCALE).ids >= 0).astype(np.float64)
        reach = SHADE_REACH * self._places.gap * EYE_SCALE
        fallen = np.roll(covered, round(0.6 * reach), axis=0)
        dark = SHADE * blurred(fallen, reach) * (eye.image[..., 3] / 255)
        shape = (min(len(dark), len(eye.image)), min(dark.shape[1], eye.image.shape[1]))
        image = np.zeros((*shape, 4), np.uint8)
        image[..., :3] = 20, 10, 8
        image[..., 3] = np.rint(255 * dark[: shape[0], : shape[1]])
        return Texture(image, eye.info)


def _agreed(flags: Flags, corners: Indices) -> Flags:
    """(t,) flags evened out between neighbouring triangles; corners: (t, 3) shared places."""
    _, places = np.unique(corners, return_inverse=True)
    places = places.reshape(-1, 3)
    share = flags.astype(np.float64)
    for _ in range(AGREE):
        total = np.bincount(places.ravel(), np.repeat(share, 3))
        share = (total / np.bincount(places.ravel()))[places].mean(axis=1)
    return share > 0.5
