"""The skin of a face: its own triangles, with pictures of far expressions that the drawing blends in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.keys import KEYS, Key, Region
from rostra.presenters.model import keys, nets
from rostra.presenters.model.cover import Cover, depth_of, nearness
from rostra.presenters.model.cutter import FACE_SCALE, LIVELY, Cutter, blurred
from rostra.presenters.model.photograph import Box
from rostra.presenters.model.portrait import HEIGHT, WIDTH, seen
from rostra.presenters.model.roles import CANVAS, Role
from rostra.presenters.model.sheets import Look, Sheet

KEY_SCALE, LID_SCALE = 1.3, 1.6  # texels per canvas pixel
NEARLY = 4.0  # canvas units by which a vertex may lie behind the front and still be seen
TUCK = 4  # rows of hidden points that take the colour of a seen one
DEEP = 0.55  # distances from mouth to eyes behind the eyes where the back of the head begins
COVERED = 16.0  # canvas pixels inside the outline of hair from which the skin below is left out

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Skin:
    """Makes the layers of the head's skin.

    Args:
        cutter: of the figure; the hair has been photographed.
    """

    def __init__(self, cutter: Cutter) -> None:
        self._cutter = cutter
        self._figure, self._roles, self._places = cutter.figure, cutter.roles, cutter.places
        self._poses: dict[str, Points] = {}

    def head(self) -> Sheet | None:
        """The still part of the head behind the face: it must never come before an eye or the mouth."""
        figure, whole = self._figure, self._roles.of(Role.FACE)
        self._filled("face", self._cutter.near(whole), FACE_SCALE, figure.points, self._cutter.light, None)
        triangles = self._bare(self._cutter.kept(whole))
        triangles = triangles[self._deep(triangles)]
        if not len(triangles):
            return None
        return self._cutter.cut(
            "head", self._cutter.sorted(triangles, figure.points), [("face", figure.points)]
        )

    def _deep(self, triangles: Indices) -> Flags:
        """(t,) which triangles lie well behind the eyes and hardly move."""
        figure, eyes = self._figure, self._places.left[2]
        limit = eyes - DEEP * (self._places.mouth[1] - self._places.left[1])
        deep = (figure.points[:, 2] < limit) & (self._cutter.liveliness < LIVELY)
        found: Flags = deep[figure.triangles[triangles]].any(axis=1)
        return found

    def face(self) -> Sheet:
        """The face with its keys."""
        figure = self._figure
        whole = self._roles.of(Role.FACE)
        triangles = self._bare(self._cutter.kept(whole))
        triangles = triangles[~self._deep(triangles)]
        shown = self._shown(figure.points, whole)
        triangles = self._cutter.sorted(triangles, figure.points)
        hidden = ~shown[figure.triangles[triangles]].all(axis=1)
        triangles = triangles[np.argsort(~hidden, kind="stable")]
        sheet = self._cutter.cut("face", triangles, [("face", figure.points)])
        used = np.unique(figure.triangles[triangles])
        rest = sheet.looks[0]
        areas = keys.regions(figure, self._places)
        looks = [Look(rest.texture, rest.uv, shown[used].astype(np.float64))]
        looks += [
            self._key(key, areas, whole, used, sheet.triangles)
            for key in KEYS
            if any(name in figure.shifts for name in key.drive)
        ]
        return Sheet(**{**vars(sheet), "looks": self._adopted(looks, areas, rest.uv)})

    def _bare(self, triangles: Indices) -> Indices:
        """Without still skin well below hair: when the head turns, hair shows there."""
        if "hair-back" not in self._cutter.textures:
            return triangles
        figure, front = self._figure, self._roles.of(Role.HAIR)
        cover = Cover(figure.points, figure.triangles[front], CANVAS, 0.25)
        deep = 1 - blurred((cover.ids < 0).astype(np.float64), COVERED / 4) >= 1 - 1e-9
        row, column = (
            np.clip((figure.pixels[:, k] / 4).astype(np.int64), 0, deep.shape[1 - k] - 1) for k in (1, 0)
        )
        above = cover.depth[row, column] > nearness(figure.points)
        hidden = deep[row, column] & above & (self._cutter.liveliness < LIVELY)
        return triangles[~hidden[figure.triangles[triangles]].all(axis=1)]

    def _filled(
        self, name: str, triangles: Indices, scale: float, points: Points, light: NDArray[np.float32],
        box: Box | None,
    ) -> None:  # fmt: skip
        """Photograph skin so that its picture has no holes: the mesh alone says where it ends."""
        shown, _ = self._cutter.photograph(name, triangles, scale, points, light, box)
        image = self._cutter.textures[name].image
        edge = blurred((~shown).astype(np.float64), 1) > 1e-6
        image[edge, 3] = 255
        far = ~shown & (image[..., :3].max(axis=-1) == 0)
        if shown.any():
            image[far, :3] = image[shown][:, :3].mean(axis=0)

    def _key(self, key: Key, areas: dict[str, Region], whole: Indices, used: Indices, local: Indices) -> Look:
        """The face in a far expression."""
        figure, points = self._figure, self._pose(key.picture)
        if key.picture not in self._cutter.textures:
            light = self._cutter.light if key.picture != "open" else self._cutter.reaching(points)
            scale = LID_SCALE if key.picture == "blink" else KEY_SCALE
            self._filled(
                key.picture, self._cutter.near(whole), scale, points, light, self._key_box(key, areas, used)
            )
        shown = self._shown(points, whole)[used]
        uv = self._tucked(seen(points[used]), shown, local)
        share = areas[key.region].share(figure.pixels[used]) * shown
        return Look(key.picture, uv, share, key.drive)

    def _pose(self, picture: str) -> Points:
        if picture not in self._poses:
            pose = next(key.pose for key in KEYS if key.picture == picture)
            self._poses[picture] = self._figure.posed(pose)
        return self._poses[picture]

    def _key_box(self, key: Key, areas: dict[str, Region], used: Indices) -> Box:
        names = ("left", "right") if key.picture == "blink" else (key.region,)
        rest, moved = self._figure.pixels[used], seen(self._pose(key.picture)[used])
        inside = np.max([areas[name].share(rest) for name in names], axis=0) > 0
        if not inside.any():
            return 0.0, 0.0, 1.0, 1.0
        return keys.box_around(np.clip(np.concatenate([rest[inside], moved[inside]]), 0, [WIDTH, HEIGHT]))

    def _shown(self, points: Points, triangles: Indices) -> Flags:
        """(n,) which vertices are seen of these triangles alone."""
        figure = self._figure
        cover = Cover(points, figure.triangles[triangles], CANVAS)
        pixels = seen(points)
        column, row = (np.floor(pixels[:, k]).astype(np.int64) for k in (0, 1))
        inside = (column >= 1) & (column < WIDTH - 1) & (row >= 1) & (row < HEIGHT - 1)
        column, row = np.clip(column, 1, WIDTH - 2), np.clip(row, 1, HEIGHT - 2)
        front = np.max([cover.depth[row + a, column + b] for a in (-1, 0, 1) for b in (-1, 0, 1)], axis=0)
        depth = depth_of(np.maximum(cover.depth[row, column], 1e-3))
        near = points[:, 2] > depth - NEARLY
        facing = figure.turned(points)[:, 2] > 0.02
        shown: Flags = near & facing & inside & (front > 0)
        return shown

    def _tucked(self, uv: Points, shown: Flags, local: Indices) -> Points:
        """Positions where hidden points beside seen ones take the place of these."""
        uv, known, pairs = uv.copy(), shown.copy(), nets.links(local)
        for _ in range(TUCK):
            usable = pairs[~known[pairs[:, 0]] & known[pairs[:, 1]]]
            count = np.bincount(usable[:, 0], minlength=len(uv))
            found = count > 0
            for axis in range(2):
                total = np.bincount(usable[:, 0], uv[usable[:, 1], axis], len(uv))
                uv[found, axis] = total[found] / count[found]
            known |= found
        return uv

    def _adopted(self, looks: list[Look], areas: dict[str, Region], rest: Points) -> list[Look]:
        """Give points that no picture shows the key of their region, or else the rest."""
        mask = np.array([look.mask for look in looks])
        lost = mask.max(axis=0) == 0
        by_picture = {look.texture: row for row, look in enumerate(looks)}
        for picture, names in (("open", ("mouth",)), ("blink", ("left", "right"))):
            if picture in by_picture:
                near = np.max([areas[name].share(rest) for name in names], axis=0) > 0
                mask[by_picture[picture], lost & near] = 1
        mask[0, mask.max(axis=0) == 0] = 1
        return [Look(look.texture, look.uv, row, look.drive) for look, row in zip(looks, mask, strict=True)]
