"""Layers: from a figure's parts to the sheets of a pack, in draw order.

    hair (back) · body · back of the head · under the lids · eyeballs · shade of the lids · dark of the mouth · inner mouth
    · face · lashes and brows · hair (front)

Each is photographed alone, so that what moves away in front never leaves its picture behind. What moves with
expressions keeps the model's own triangles, sorted from back to front; the rest hangs on nets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model import keys, nets
from rostra.presenters.model.cover import Cover, depth_of, nearness
from rostra.presenters.model.figure import Figure, on_canvas
from rostra.presenters.model.keys import KEYS, LIT, PARTED, Key, Places, Region
from rostra.presenters.model.light import reaching
from rostra.presenters.model.photograph import Box, Studio
from rostra.presenters.model.portrait import HEIGHT, MIDDLE, WIDTH, placed, seen
from rostra.presenters.model.roles import CANVAS, Role, Roles, before_all
from rostra.presenters.model.scene import Target
from rostra.presenters.model.sheets import Look, Sheet
from rostra.presenters.pack import Texture, TextureInfo

FACE_SCALE, KEY_SCALE, LID_SCALE, EYE_SCALE, MOUTH_SCALE, PLAIN_SCALE = 1.3, 1.3, 1.6, 2.0, 1.5, 1.2
STEP, FINE_STEP = 18.0, 9.0  # canvas pixels between points of a net
CALM = 14  # rounds in which the depth of a net is evened out
TURNED = -0.4  # cosine up to which a triangle may face away and still come into sight
LIVELY = 5.0  # canvas pixels of shift from which a triangle is kept whichever way it faces
NEARLY = 4.0  # canvas units by which a vertex may lie behind the front and still be seen
TUCK = 4  # rows of hidden points that take the colour of a seen one
DEEP = 0.55  # distances from mouth to eyes behind the eyes where the back of the head begins
UNDER_JAW = 0.8  # what follows the head less than this also belongs to the body's picture
BREATH = 3.0  # canvas pixels that the chest rises
CAVITY = (34, 13, 12, 255)  # the dark of a mouth without an inside
CAVITY_DEPTH = 24.0  # canvas units behind the lips
LICK = 1.5  # how much more `tongueOut` than the jaw must move a tongue
DROPS = 0.5  # of the most that the jaw moves anything inside: what moves more is lower teeth
TIP = (0.12, 0.08)  # distances from mouth to eyes that `tongueUp` lifts the tip, and brings it forward
AGREE = 6  # rounds in which neighbouring triangles of hair agree on being before or behind
COVERED = 16.0  # canvas pixels inside the outline of hair from which the skin below is left out
DIM = 0.5  # brightness of teeth behind lips that hardly part
SHADE, SHADE_REACH = 0.55, 0.055  # of lids on the eyeball: strength, reach in distances between the eyes

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Layers:
    """Makes the layers of one figure.

    Args:
        figure: the model.
        roles: its parts.
        places: its landmarks.
        studio: photographs it.
        neck: canvas y of the neck: breath is seen below.
        clear: (t,) which triangles are see-through and throw no shadow.
    """

    def __init__(
        self, figure: Figure, roles: Roles, places: Places, studio: Studio, neck: float, clear: Flags
    ) -> None:
        self._figure, self._roles, self._places, self._studio = figure, roles, places, studio
        self._neck = neck
        self._solid = figure.triangles[~clear & on_canvas(figure.points, figure.triangles)]
        self._light = self._reaching(figure.points)
        self.textures: dict[str, Texture] = {}

    def sheets(self) -> list[Sheet]:
        """All layers in draw order; fills `textures`."""
        front, back = self._hair()
        body = np.concatenate([self._roles.of(Role.BODY), self._under_jaw()])
        found = [
            self._net("hair-back", back, flat=True),
            self._net("body", body),
            self._head(),
            self._mesh("under", self._roles.of(Role.UNDER)),
            *self._eyes(),
            self._cavity(),
            *self._inner(),
            self._face(),
            self._mesh("over", self._roles.of(Role.OVER)),
            self._net("hair", front),
        ]
        return [sheet for sheet in found if sheet is not None]

    # Light and parts

    def _reaching(self, points: Points) -> NDArray[np.float32]:
        return reaching(points, self._figure.turned(points), self._solid)

    def _under_jaw(self) -> Indices:
        """The face's triangles that the body's picture shows too, so that no seam opens at the neck."""
        face = self._roles.of(Role.FACE)
        return face[self._figure.head[self._figure.triangles[face]].min(axis=1) < UNDER_JAW]

    def _hair(self) -> tuple[Indices, Indices]:
        """What hangs before head and body; and the whole of the pieces of which some hangs behind."""
        figure, hair = self._figure, self._roles.of(Role.HAIR)
        if not len(hair):
            return hair, hair
        ahead = before_all(figure, hair, self._roles.of(Role.FACE, Role.BODY), figure.points)
        ahead = _agreed(ahead, figure.welded[figure.triangles[hair]])
        piece = figure.pieces[figure.triangles[hair, 0]]
        self._behind = hair[~ahead]
        return hair[ahead], hair[np.isin(piece, piece[~ahead])]

    # Nets

    def _net(self, name: str, triangles: Indices, flat: bool = False) -> Sheet | None:
        """A layer that bends little.

        Args:
            name: of the layer and its picture.
            triangles: what it shows.
            flat: lies in one plane, behind everything.
        """
        triangles = self._near(triangles)
        shown, box = self._photograph(name, triangles, PLAIN_SCALE)
        pixels, net = nets.net(shown, box, PLAIN_SCALE, STEP)
        if not len(net):
            self.textures.pop(name, None)
            return None
        depth, head = self._measured(triangles, box, pixels, net)
        if flat:
            deep = self._figure.points[self._figure.triangles[self._near(self._behind)], 2]
            depth = np.full(len(pixels), float(np.median(deep)) if deep.size else float(depth.min()))
        return self._hung(name, pixels, net, depth, head)

    def _near(self, triangles: Indices) -> Indices:
        return triangles[on_canvas(self._figure.points, self._figure.triangles[triangles])]

    def _photograph(
        self, name: str, triangles: Indices, scale: float, points: Points | None = None,
        light: NDArray[np.float32] | None = None, box: Box | None = None,
    ) -> tuple[Flags, Box]:  # fmt: skip
        """Photograph triangles as texture `name`; where it shows anything, and its box."""
        figure = self._figure
        points = figure.points if points is None else points
        light = self._light if light is None else light
        box = self._box(triangles, points) if box is None else box
        self.textures[name], shown = self._studio.take(triangles, points, light, box, scale)
        return shown, box

    def _box(self, triangles: Indices, points: Points) -> Box:
        """The part of the canvas that triangles cover."""
        if not len(triangles):
            return 0.0, 0.0, 1.0, 1.0
        pixels = np.clip(seen(points[np.unique(self._figure.triangles[triangles])]), 0, [WIDTH, HEIGHT])
        x, y, width, height = keys.box_around(pixels)
        left, top = max(x, 0.0), max(y, 0.0)
        return left, top, min(x + width, WIDTH) - left, min(y + height, HEIGHT) - top

    def _measured(self, triangles: Indices, box: Box, pixels: Points, net: Indices) -> tuple[Points, Points]:
        """(n,) depth and share of the head at the points of a net, evened out."""
        figure = self._figure
        cover = Cover(figure.points, figure.triangles[triangles], box)
        known, values = cover.values(np.column_stack([figure.points[:, 2], figure.head]), pixels)
        calm = nets.even(nets.spread(values, known, net), net, CALM)
        return calm[:, 0], np.clip(calm[:, 1], 0, 1)

    def _hung(
        self, name: str, pixels: Points, net: Indices, depth: Points, head: Points, gaze: int = 0
    ) -> Sheet:
        look = Look(name, pixels, np.ones(len(pixels)))
        return Sheet(
            name=name,
            vertices=placed(pixels, depth),
            triangles=net,
            looks=[look],
            head=head,
            breath=self._breath(pixels[:, 1], head),
            gaze=gaze,
        )

    def _breath(self, height: Points, head: Points) -> Points:
        """(n, 2) shift at full breath of what is seen at a canvas y."""
        down = np.clip((height - self._neck) / 220.0, 0, 1) * (1 - head)
        return np.stack([np.zeros_like(down), -BREATH * down * down * (3 - 2 * down)], axis=1)

    # Eyes

    def _eyes(self) -> list[Sheet | None]:
        found: list[Sheet | None] = []
        for number, (side, role) in enumerate((("left", Role.EYE_LEFT), ("right", Role.EYE_RIGHT)), 1):
            triangles = self._roles.of(role)
            if len(triangles):
                found += self._eye(side, triangles, number)
        return found

    def _eye(self, side: str, triangles: Indices, number: int) -> list[Sheet | None]:
        """An eyeball in open light, which turns with the gaze, and the shade that the lids throw on it."""
        name, open_light = f"eye-{side}", np.ones_like(self._light)
        shown, box = self._photograph(name, triangles, EYE_SCALE, light=open_light)
        pixels, net = nets.net(shown, box, EYE_SCALE, FINE_STEP)
        if not len(net):
            del self.textures[name]
            return []
        depth, _ = self._measured(triangles, box, pixels, net)
        ball = self._hung(name, pixels, net, depth, np.ones(len(pixels)), number)
        self.textures[f"lid-{side}"] = self._shade(self.textures[name], box)
        lid = self._hung(f"lid-{side}", pixels, net, depth + 1, np.ones(len(pixels)))
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

    # What keeps its own triangles

    def _mesh(self, name: str, triangles: Indices) -> Sheet | None:
        """A moving layer with one picture."""
        triangles = self._kept(triangles)
        if not len(triangles):
            return None
        self._photograph(name, triangles, FACE_SCALE)
        return self._cut(name, self._sorted(triangles, self._figure.points), [(name, self._figure.points)])

    def _kept(self, triangles: Indices) -> Indices:
        """Without what always faces away."""
        figure = self._figure
        triangles = self._near(triangles)
        facing = self._facing(figure.points, triangles) > TURNED
        return triangles[facing | (self._liveliness[figure.triangles[triangles]].max(axis=1) > LIVELY)]

    def _facing(self, points: Points, triangles: Indices) -> Points:
        """(t,) cosine between triangles and the way to the viewer; see-through both ways counts as front."""
        corners = points[self._figure.triangles[triangles]]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        cosine: Points = -across[:, 2] / np.maximum(np.linalg.norm(across, axis=1), 1e-9)
        return cosine

    @cached_property
    def _liveliness(self) -> Points:
        """(n,) farthest that any expression moves a vertex."""
        most = np.zeros(len(self._figure.points))
        for vertices, moves in self._figure.shifts.values():
            np.maximum.at(most, vertices, np.linalg.norm(moves, axis=1))
        return most

    def _sorted(self, triangles: Indices, points: Points) -> Indices:
        """From back to front."""
        depth = points[self._figure.triangles[triangles], 2].mean(axis=1)
        return triangles[np.argsort(depth, kind="stable")]

    def _cut(self, name: str, triangles: Indices, looks: Sequence[tuple[str, Points]]) -> Sheet:
        """A sheet of the model's own triangles.

        Args:
            name: of the layer.
            triangles: in draw order.
            looks: pictures, and the (n, 3) points of the pose in each.
        """
        figure = self._figure
        used, local = np.unique(figure.triangles[triangles], return_inverse=True)
        whole = np.ones(len(used))
        return Sheet(
            name=name,
            vertices=figure.points[used],
            triangles=local.reshape(-1, 3),
            looks=[Look(picture, seen(points[used]), whole) for picture, points in looks],
            head=figure.head[used],
            breath=self._breath(figure.pixels[used, 1], figure.head[used]),
            shapes=self._shapes(used),
            fine=True,
        )

    def _shapes(self, used: Indices) -> dict[str, Target]:
        place = np.full(len(self._figure.points), -1, np.int64)
        place[used] = np.arange(len(used))
        result = {}
        for name, (vertices, moves) in self._figure.shifts.items():
            there = place[vertices] >= 0
            if there.any():
                result[name] = place[vertices[there]], moves[there]
        return result

    # The mouth

    def _inner(self) -> list[Sheet | None]:
        """Throat, lower teeth, tongue and upper teeth, photographed between parted lips."""
        figure = self._figure
        self._parted = figure.posed(PARTED)
        self._parted_light = self._reaching(self._parted)
        jaw, tongue = (self._mean_shift(name) for name in ("jawOpen", "tongueOut"))
        inner = self._roles.of(Role.INNER)
        first = figure.pieces[figure.triangles[inner, 0]]
        licks = (tongue[first] > LICK * np.maximum(jaw[first], 1.0)) | self._titled(inner, "tongue")
        drops = jaw[first] > DROPS * jaw[first].max(initial=0)
        return [
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
        triangles = self._near(self._roles.of(Role.BAG))
        if not len(triangles):
            return None
        self._photograph("throat", triangles, MOUTH_SCALE, self._parted, self._parted_light)
        return self._cut("throat", self._sorted(triangles, self._parted), [("throat", self._parted)])

    def _inside(self, name: str, triangles: Indices) -> Sheet | None:
        """A part of the inner mouth on a net, darker as the lips close."""
        if not len(triangles):
            return None
        shown, box = self._photograph(name, triangles, MOUTH_SCALE, self._parted, self._parted_light)
        pixels, net = nets.net(shown, box, MOUTH_SCALE, FINE_STEP)
        if not len(net):
            del self.textures[name]
            return None
        picture = self.textures[name]
        dim = np.rint(picture.image * [DIM, DIM, DIM, 1]).astype(np.uint8)
        self.textures[f"{name}-dim"] = Texture(dim, picture.info)
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
        names = [name for name, shift in self._shapes(used).items() if np.abs(shift[1]).max() > 0.5]
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
        face = figure.triangles[self._roles.of(Role.FACE)]
        hole = enclosed(Cover(figure.posed(PARTED), face, box, 0.5).ids < 0)
        rows, columns = np.nonzero(hole)
        if not len(rows):
            return None
        self.textures["cavity"] = Texture(
            np.full((16, 16, 4), CAVITY, np.uint8), TextureInfo(x=0, y=0, scale=16 / WIDTH)
        )
        low = np.array([x + 2 * columns.min() - 8, y + 2 * rows.min() - 8])
        high = np.array([x + 2 * columns.max() + 10, y + 2 * rows.max() + 10])
        corners = np.array([low, [high[0], low[1]], [low[0], high[1]], high])
        depth = np.full(4, self._places.mouth[2] - CAVITY_DEPTH)
        sheet = self._hung("cavity", corners, np.array([[0, 1, 2], [1, 3, 2]]), depth, np.ones(4))
        look = Look("cavity", np.tile(MIDDLE, (4, 1)), np.ones(4))
        return Sheet(**{**vars(sheet), "looks": [look]})

    # The face

    def _head(self) -> Sheet | None:
        """The still part of the head behind the face: it must never come before an eye or the mouth."""
        figure, whole = self._figure, self._roles.of(Role.FACE)
        self._filled("face", self._near(whole), FACE_SCALE, figure.points, self._light, None)
        triangles = self._bare(self._kept(whole))
        triangles = triangles[self._deep(triangles)]
        if not len(triangles):
            return None
        return self._cut("head", self._sorted(triangles, figure.points), [("face", figure.points)])

    def _deep(self, triangles: Indices) -> Flags:
        """(t,) which triangles lie well behind the eyes and hardly move."""
        figure, eyes = self._figure, self._places.left[2]
        limit = eyes - DEEP * (self._places.mouth[1] - self._places.left[1])
        deep = (figure.points[:, 2] < limit) & (self._liveliness < LIVELY)
        found: Flags = deep[figure.triangles[triangles]].any(axis=1)
        return found

    def _face(self) -> Sheet:
        """The face with its keys."""
        figure = self._figure
        whole = self._roles.of(Role.FACE)
        triangles = self._bare(self._kept(whole))
        triangles = triangles[~self._deep(triangles)]
        shown = self._shown(figure.points, whole)
        triangles = self._sorted(triangles, figure.points)
        hidden = ~shown[figure.triangles[triangles]].all(axis=1)
        triangles = triangles[np.argsort(~hidden, kind="stable")]
        sheet = self._cut("face", triangles, [("face", figure.points)])
        used = np.unique(figure.triangles[triangles])
        rest = sheet.looks[0]
        looks = [Look(rest.texture, rest.uv, shown[used].astype(np.float64))]
        areas = keys.regions(figure, self._places)
        for key in KEYS:
            if any(name in figure.shifts for name in key.drive):
                looks.append(self._key(key, areas, whole, used, sheet.triangles))
        return Sheet(**{**vars(sheet), "looks": self._adopted(looks, areas, rest.uv)})

    def _bare(self, triangles: Indices) -> Indices:
        """Without still skin well below hair: when the head turns, hair shows there."""
        if "hair-back" not in self.textures:
            return triangles
        figure, front = self._figure, self._roles.of(Role.HAIR)
        cover = Cover(figure.points, figure.triangles[front], CANVAS, 0.25)
        deep = 1 - blurred((cover.ids < 0).astype(np.float64), COVERED / 4) >= 1 - 1e-9
        row, column = (
            np.clip((figure.pixels[:, k] / 4).astype(np.int64), 0, deep.shape[1 - k] - 1) for k in (1, 0)
        )
        above = cover.depth[row, column] > nearness(figure.points)
        hidden = deep[row, column] & above & (self._liveliness < LIVELY)
        return triangles[~hidden[figure.triangles[triangles]].all(axis=1)]

    def _filled(
        self, name: str, triangles: Indices, scale: float, points: Points, light: NDArray[np.float32],
        box: Box | None,
    ) -> None:  # fmt: skip
        """Photograph skin so that its picture has no holes: the mesh alone says where it ends."""
        shown, _ = self._photograph(name, triangles, scale, points, light, box)
        image = self.textures[name].image
        edge = blurred((~shown).astype(np.float64), 1) > 1e-6
        image[edge, 3] = 255
        far = ~shown & (image[..., :3].max(axis=-1) == 0)
        if shown.any():
            image[far, :3] = image[shown][:, :3].mean(axis=0)

    def _key(self, key: Key, areas: dict[str, Region], whole: Indices, used: Indices, local: Indices) -> Look:
        """The face in a far expression."""
        figure, points = self._figure, self._pose(key.picture)
        if key.picture not in self.textures:
            light = self._light if key.picture != "open" else self._reaching(points)
            scale = LID_SCALE if key.picture == "blink" else KEY_SCALE
            self._filled(
                key.picture, self._near(whole), scale, points, light, self._key_box(key, areas, used)
            )
        shown = self._shown(points, whole)[used]
        uv = self._tucked(seen(points[used]), shown, local)
        share = areas[key.region].share(figure.pixels[used]) * shown
        return Look(key.picture, uv, share, key.drive)

    def _pose(self, picture: str) -> Points:
        if not hasattr(self, "_poses"):
            self._poses: dict[str, Points] = {}
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


def _agreed(flags: Flags, corners: Indices) -> Flags:
    """(t,) flags evened out between neighbouring triangles; corners: (t, 3) shared places."""
    _, places = np.unique(corners, return_inverse=True)
    places = places.reshape(-1, 3)
    share = flags.astype(np.float64)
    for _ in range(AGREE):
        total = np.bincount(places.ravel(), np.repeat(share, 3))
        share = (total / np.bincount(places.ravel()))[places].mean(axis=1)
    return share > 0.5


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
