"""Roles: which triangles of a model are face, eyes, inner mouth, hair, body.

Models name their parts as they like, so mostly the geometry decides: the face is what moves with the mouth
and is seen; eyeballs hang on the eyes' bones or are round things behind the lids; what hides behind closed
lips is the inner mouth; small moving things before the face (lashes, brows) lie over it, those behind it
(whites of eyes) under it. The rest is head or body by what it follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.keys import PARTED
from rostra.presenters.model.cover import Cover, depth_of
from rostra.presenters.model.figure import Figure
from rostra.presenters.model.keys import Places
from rostra.presenters.model.portrait import HEIGHT, WIDTH, seen

MOVED = 2.0  # canvas pixels from which a piece counts as moving
SEEN = 0.04  # share of a piece's own pixels from which it is seen
FACE_PART = 0.12  # of the largest face piece's area: from here a piece is face too
BALL = 0.06  # of its radius that an eyeball may be uneven
BALL_SIZE = (0.08, 0.6)  # radius, in distances between the eyes
EYE_REACH = 0.42  # distances between the eyes within which an eyeball's middle lies
MOUTH_REACH = (1.1, 0.95)  # the same around the mouth for what is inside: sideways, up and down
MOSTLY = 0.5  # share of a piece's vertices that must move for it to count as moving
HEADED = 0.5  # how much the head must move a piece that is the head's
BEFORE_TEETH = 14.0  # canvas units before the teeth where the inside of the lips begins
INSIDE = 0.22  # distances from mouth to eyes behind the lips: what faces inwards there is throat
AROUND_PARTS = 0.2  # of their size by which throat and sockets may exceed teeth and eyeballs
IN_FRONT = 8.0  # canvas units that hair may lie behind head and body and still count as before them

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

# What moves with the mouth, and with lids and brows.
MOUTH = ("jaw", "mouth", "tongue", "cheek")
LIDS = ("eyeBlink", "eyeSquint", "eyeWide", "brow")
NOT_EYES = ("lash", "brow", "lid", "line", "shadow", "socket")


CANVAS = (0.0, 0.0, float(WIDTH), float(HEIGHT))


class Role(IntEnum):
    """What a triangle is part of."""

    BODY = 0
    HAIR = 1
    FACE = 2
    UNDER = 3
    OVER = 4
    INNER = 5
    EYE_LEFT = 6
    EYE_RIGHT = 7
    BAG = 8


@dataclass(frozen=True)
class Roles:
    """The parts of a figure.

    Args:
        role: (t,) `Role` of each triangle.
        centres: `left`, `right`: (3,) canvas units about which an eyeball turns.
    """

    role: Indices
    centres: dict[str, Points]

    def of(self, *roles: Role) -> Indices:
        """Numbers of the triangles with one of these roles."""
        return np.flatnonzero(np.isin(self.role, [int(role) for role in roles]))


class Sorter:
    """Finds the roles.

    Args:
        figure: the model.
        places: its landmarks.
        bones: `left`, `right`: (3,) canvas units of the eyes' bones, if there are any.
    """

    def __init__(self, figure: Figure, places: Places, bones: dict[str, Points]) -> None:
        self._figure, self._places, self._bones = figure, places, bones
        self._piece = figure.pieces[figure.triangles[:, 0]]
        self._count = int(figure.pieces.max()) + 1
        self._measure()

    def roles(self) -> Roles:
        """The role of each triangle.

        Raises:
            ModelError: nothing that moves with the mouth is seen from the front.
        """
        by_piece = np.where(self._head > HEADED, Role.HAIR, Role.BODY)
        centres: dict[str, Points] = {}
        for side in ("left", "right"):
            self._eyes(side, by_piece, centres)
        eyes = (by_piece == Role.EYE_LEFT) | (by_piece == Role.EYE_RIGHT)
        speaks = (self._mouth > MOVED) & ~eyes
        face = self._faces(speaks)
        by_piece[face] = Role.FACE
        inner = ~eyes & ~face & self._near_mouth() & (self._seen < SEEN) & self._behind()
        by_piece[inner] = Role.INNER
        moving = (self._lively > MOSTLY) & ~eyes & ~face & ~inner & (self._head > HEADED)
        within = np.where(self._near_mouth() & ~self._near_eyes(), Role.INNER, Role.UNDER)
        by_piece[moving] = np.where(self._before(face), Role.OVER, within)[moving]
        by_piece[self._near_eyes() & ~eyes & ~face & ~inner & ~moving & ~self._before(face)] = Role.UNDER
        role = by_piece[self._piece]
        role[(role == Role.FACE) & ~self._on_head()] = Role.BODY
        self._behind_parts(role, centres)
        return Roles(role, centres)

    def _measure(self) -> None:
        """Numbers of each piece: how far it moves, what it follows, how much of it is seen."""
        figure, pieces = self._figure, self._figure.pieces
        self._mouth = np.zeros(self._count)
        most = np.zeros(len(figure.points))
        for name, (vertices, moves) in figure.shifts.items():
            size = np.linalg.norm(moves, axis=1)
            if name.startswith(MOUTH):
                np.maximum.at(self._mouth, pieces[vertices], size)
            if name.startswith((*MOUTH, *LIDS)):
                np.maximum.at(most, vertices, size)
        count = np.maximum(np.bincount(pieces, minlength=self._count), 1)
        self._most = most
        self._lively = np.bincount(pieces, most > MOVED, self._count) / count
        self._head = np.bincount(pieces, figure.head, self._count) / count
        self._middle = np.stack(
            [np.bincount(pieces, figure.points[:, k], self._count) / count for k in range(3)], axis=1
        )
        self._measure_sight()

    def _measure_sight(self) -> None:
        figure = self._figure
        every = Cover(figure.points, figure.triangles, CANVAS)
        self._sighted = np.zeros(len(figure.triangles), np.bool_)
        self._sighted[every.ids[every.ids >= 0]] = True
        shown = np.bincount(self._piece[every.ids[every.ids >= 0]], minlength=self._count)
        corners = figure.pixels[figure.triangles]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        area = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
        facing = figure.normals[figure.triangles].mean(axis=1)[:, 2] > 0
        size = np.bincount(self._piece[facing], area[facing], self._count)
        self._shown, self._seen = shown, shown / np.maximum(size, 1)

    def _eyes(self, side: str, by_piece: Indices, centres: dict[str, Points]) -> None:
        role = Role.EYE_LEFT if side == "left" else Role.EYE_RIGHT
        number = 1 if side == "left" else 2
        figure, pieces = self._figure, self._figure.pieces
        share = np.bincount(pieces, figure.eyeball == number, self._count)
        hung = share > 0.5 * np.bincount(pieces, minlength=self._count)
        found = hung.copy()
        centre = self._bones.get(side) if hung.any() else None
        for piece in np.flatnonzero(self._round_enough(side)):
            ball = self._ball(int(piece))
            if ball is not None:
                found[piece] = True
                centre = ball if centre is None else centre
        if centre is not None:
            by_piece[found] = role
            centres[side] = centre

    def _round_enough(self, side: str) -> Flags:
        """Pieces at an eye that may be an eyeball."""
        goal: Points = getattr(self._places, side)
        away = np.linalg.norm((self._middle - goal)[:, :2], axis=1)
        lively = self._mouth > MOVED
        near: Flags = (away < EYE_REACH * self._places.gap) & ~lively
        return near

    def _ball(self, piece: int) -> Points | None:
        """The centre of a piece that is a ball of an eye's size."""
        points = self._figure.points[self._figure.pieces == piece]
        title = self._figure.titles[self._figure.labels[self._figure.pieces == piece][0]]
        if len(points) < 12 or any(word in title for word in NOT_EYES):
            return None
        rows = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
        found = np.linalg.lstsq(rows, (points**2).sum(axis=1), rcond=None)[0]
        centre = found[:3]
        radius = float(np.sqrt(max(found[3] + centre @ centre, 0)))
        low, high = (limit * self._places.gap for limit in BALL_SIZE)
        uneven = np.abs(np.linalg.norm(points - centre, axis=1) - radius)
        deep = np.ptp(points[:, 2]) > 0.5 * radius  # no mere cap
        if low < radius < high and np.quantile(uneven, 0.8) < BALL * radius and deep:
            return np.asarray(centre, np.float64)
        return None

    def _faces(self, speaks: Flags) -> Flags:
        most = self._shown[speaks].max(initial=0)
        if most <= 0:
            raise ModelError(
                "Nothing of the model that moves with the mouth is seen from the front.",
                "Export it with its face towards +Z.", "blendshapes",
            )  # fmt: skip
        found: Flags = speaks & (self._shown > FACE_PART * most)
        return found

    def _near_mouth(self) -> Flags:
        away = np.abs(self._middle - self._places.mouth) / self._places.gap
        near: Flags = (away[:, 0] < MOUTH_REACH[0]) & (away[:, 1] < MOUTH_REACH[1])
        return near

    def _near_eyes(self) -> Flags:
        found = np.zeros(self._count, np.bool_)
        for goal in (self._places.left, self._places.right):
            away = np.linalg.norm((self._middle - goal)[:, :2], axis=1)
            found |= (away < EYE_REACH * self._places.gap) & (self._head > HEADED)
        return found & (self._shown > 0)

    def _behind(self) -> Flags:
        behind: Flags = self._middle[:, 2] < self._places.mouth[2]
        return behind

    def _before(self, face: Flags) -> Flags:
        """(pieces,) which lie before the face for the most part."""
        figure = self._figure
        surface = Cover(figure.points, figure.triangles[face[self._piece]], CANVAS)
        hit, under = surface.values(figure.points[:, 2:], figure.pixels)
        before = figure.points[:, 2] > under[:, 0] - 0.5
        inside = np.bincount(figure.pieces[hit], minlength=self._count)
        ahead = np.bincount(figure.pieces[hit & before], minlength=self._count)
        most: Flags = ahead >= 0.5 * np.maximum(inside, 1)
        return most

    def _behind_parts(self, role: Indices, centres: dict[str, Points]) -> None:
        """Take from the face what lies behind teeth or eyeballs: throat and sockets."""
        figure = self._figure
        parted = figure.posed(PARTED)
        self._give(role, Role.INNER, parted, BEFORE_TEETH, Role.BAG)
        for side, eye in (("left", Role.EYE_LEFT), ("right", Role.EYE_RIGHT)):
            if side in centres:
                self._give(role, eye, figure.points, 0.0, Role.UNDER, centres[side])

    def _give(
        self, role: Indices, part: Role, points: Points, ahead: float, to: Role, centre: Points | None = None
    ) -> None:
        """Give the face's unseen triangles around a part another role.

        Args:
            role: (t,) changed.
            part: around what.
            points: (n, 3) of the pose.
            ahead: canvas units before the part up to which triangles count as behind it.
            to: the role that they get.
            centre: (3,) of an eyeball: all that face it count as behind it. Of other parts what lies behind
                and faces their middle does, which leaves out the skin below the chin.
        """
        figure, others = self._figure, np.flatnonzero(role == part)
        if not len(others):
            return
        face = np.flatnonzero(role == Role.FACE)
        middle = points[figure.triangles[face]].mean(axis=1)
        corners = points[figure.triangles[others]].reshape(-1, 3)
        low, high = corners.min(axis=0), corners.max(axis=0)
        reach = AROUND_PARTS * (high - low)[:2]
        near = ((middle[:, :2] > low[:2] - reach) & (middle[:, :2] < high[:2] + reach)).all(axis=1)
        behind = ~before_all(figure, face, others, points, -ahead)
        surface = figure.normals[figure.triangles[face]].mean(axis=1) * [1, -1, 1]
        goal = (low + high) / 2 if centre is None else centre
        toward: Flags = np.greater(((goal - middle) * surface).sum(axis=1), 0)
        if centre is None:
            deep = INSIDE * (self._places.mouth[1] - self._places.left[1])
            behind = (behind | (middle[:, 2] < self._places.mouth[2] - deep)) & toward
        else:
            behind = np.logical_or(behind, toward)
        role[face[near & behind & ~self._sighted[face]]] = to

    def _on_head(self) -> Flags:
        """(t,) which triangles follow the head, or move with the face."""
        figure = self._figure
        follow = (figure.head > HEADED) | (self._most > MOVED)
        followed: Flags = np.asarray(follow[figure.triangles].any(axis=1), np.bool_)
        return followed


def before_all(
    figure: Figure, triangles: Indices, others: Indices, points: Points, margin: float = IN_FRONT
) -> Flags:
    """(triangles,) which lie before other triangles, or beside them and nearer than their outline.

    Args:
        figure: the model.
        triangles: numbers of those asked about.
        others: numbers of those before or behind which they lie.
        points: (n, 3) canvas units of the pose.
        margin: canvas units that they may lie behind and still count as before.
    """
    box, step = (-160.0, -160.0, WIDTH + 320.0, HEIGHT + 320.0), 4.0
    surface = Cover(points, figure.triangles[others], box, 1 / step)
    depth = np.where(surface.ids >= 0, surface.depth.astype(np.float64), np.nan)
    filled = _filled(depth)
    middle = points[figure.triangles[triangles]].mean(axis=1)
    pixels = seen(middle)
    column, row = (
        np.clip(((pixels[:, k] - box[k]) / step).astype(np.int64), 0, filled.shape[1 - k] - 1) for k in (0, 1)
    )
    z = depth_of(filled[row, column])
    ahead: Flags = middle[:, 2] > z - margin
    return ahead


def _filled(values: Points) -> Points:
    """A picture with its gaps filled from what is nearest in the row, or else above or below."""
    result = values.copy()
    for turn in range(2):
        view = result if turn == 0 else result.T
        known = ~np.isnan(view)
        columns = np.arange(view.shape[1])
        before = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
        after = np.minimum.accumulate(np.where(known, columns, 1 << 30)[:, ::-1], axis=1)[:, ::-1]
        near = np.where((columns - before <= after - columns) & (before >= 0), before, after)
        near = np.where((before < 0) & (after >= 1 << 30), 0, np.where(near >= 1 << 30, before, near))
        view[:] = np.take_along_axis(view, np.maximum(near, 0), axis=1)
    return np.nan_to_num(result, nan=1.0)
