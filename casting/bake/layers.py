"""Layers: the sheets of a person, from figure and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from casting import human, landmarks
from casting.bake import nets, patch
from casting.bake.figure import REST, Expression, Figure
from casting.camera import HEIGHT, WIDTH
from rostra.presenters.keys import KEYS, LIT, PARTED, Key, Region
from rostra.presenters.pack import KeyInfo, Texture
from rostra.presenters.sheet import LEAST, Sheet, placed

Points = NDArray[np.float64]
Flags = NDArray[np.bool_]

MIDDLE = np.array([WIDTH / 2, HEIGHT / 2])
STEP = 20.0  # canvas pixels between the points of a net
CALM = 24  # rounds of evening out between neighbours of the net around a face
DRAPE = 40  # the same for hair and clothes, which hang smoothly
FINE_STEP = 9.0  # the same over teeth, tongue and eyes
BREATH = 3.0  # canvas pixels that the chest rises
TONGUE_TIP = (0.0, 0.07, 0.05)  # decimetres that `tongueUp` lifts the tip
DROOP = 0.6  # how far lashes swing below a closed lid, of how far they rise above an open one
TIGHT = {"mouth": 0.8, "left": 1.0, "right": 1.0}  # how much of a key's picture is blended in
TUCK = 4  # rows of hidden points that take the colour of a seen one
SLICE = 60.0  # canvas units of depth within which the order of a face's triangles does not matter
EYE_REACH = (1.1, 0.74)  # radii from the centre of an eyeball to where lids end, sideways and up or down
MOUTH_BOX = (0.36, 0.16)
SMILE = {"mouthSmileLeft": 0.6, "mouthSmileRight": 0.6}
DEEP = 0.62  # dm behind the eyes: where the face ends and the side of the head begins


class Builder:
    """Makes the sheets of one figure."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.camera = figure.camera
        points = figure.person.points
        self.neck = float(human.joint(points, "neck")[1])
        self.jaw = float(human.joint(points, "jaw")[1])
        self.eyes = {"left": human.joint(points, "l-eye"), "right": human.joint(points, "r-eye")}
        self.mouth = self._mouth()
        self.visible = figure.seen(REST)
        self.face = self._patch()

    def _mouth(self) -> Points:
        """(3,) the middle of the lips, decimetres."""
        figure = self.figure
        lips = landmarks.painted("lips")[figure.index] > 0.5
        middle = figure.rest[lips & (np.abs(figure.rest[:, 0]) < 0.06)]
        high, low = middle[:, 1].max(), middle[:, 1].min()
        return np.array([0.0, (high + low) / 2, middle[:, 2].max()])

    # The parts every sheet needs

    def head(self, height: Points) -> Points:
        """(n,) how much points at these heights (dm) follow the head."""
        rise = np.clip((height - self.neck) / (self.jaw - self.neck), 0, 1)
        smooth: Points = rise * rise * (3 - 2 * rise)
        return smooth

    def breath(self, height: Points) -> Points:
        """(n, 2) shift of points at these heights at full breath."""
        down = np.clip((self.neck + 0.1 - height) / 0.9, 0, 1)
        return np.stack([np.zeros_like(down), -BREATH * down * down * (3 - 2 * down)], axis=1)

    def height(self, seen: Points) -> Points:
        """(n,) decimetres of canvas points, if they lay in the plane of the eyes."""
        height: Points = self.camera.centre[1] - (seen[:, 1] - MIDDLE[1]) / self.camera.scale
        return height

    def shifts(self, points: Points, shapes: Mapping[str, Points]) -> dict[str, Points]:
        """Shape shifts in canvas units, without those that move nothing."""
        flip = np.array([1.0, -1.0, 1.0]) * self.camera.scale
        result = {name: shift * flip for name, shift in shapes.items()}
        return {name: shift for name, shift in result.items() if np.abs(shift).max() > LEAST}

    # The skin

    def skin(self, textures: Mapping[str, Texture]) -> tuple[Sheet, Sheet]:
        """The skin of head, neck and body; and the dark of the mouth behind it."""
        net, triangles, vertices, shapes = self._around(textures["skin"])
        rest = self.camera.canvas(self.figure.rest[self.face.vertices])
        shapes = {
            name: np.concatenate([shift[self.face.vertices], shapes[name]])
            for name, shift in self.figure.shapes.items()
        }
        vertices = np.concatenate([rest, vertices])
        height = np.concatenate([self.figure.rest[self.face.vertices, 1], self.height(net)])
        shifts = self.shifts(vertices, shapes)
        uv, mask, keys = self._looks(vertices, shifts, textures)
        skin = Sheet(
            name="skin",
            vertices=vertices,
            triangles=np.concatenate([nets.in_bands(triangles, vertices), self._order(vertices)]),
            keys=keys,
            uv=uv,
            mask=mask,
            head=self.head(height),
            breath=self.breath(height),
            shapes=shifts,
            fine=True,
        )
        cavity = self._cavity(skin, shifts)
        self._membranes(skin, shifts)
        return skin, cavity

    def _around(self, texture: Texture) -> tuple[Points, NDArray[np.int64], Points, dict[str, Points]]:
        """The net around the face: canvas points, triangles, vertices, shape shifts."""
        face = self.face
        outline = self.camera.seen(self.figure.rest[face.vertices[face.outline]])
        net, triangles = nets.around(outline, self._extent(texture), STEP)
        points, shapes = self._calm(net, triangles)
        depth = self.camera.canvas(points)[:, 2]
        names = np.concatenate([np.array(face.outline), len(face.vertices) + np.arange(len(net))])
        return net, names[triangles], placed(net, depth, (WIDTH, HEIGHT), self.camera.distance), shapes

    def _membranes(self, skin: Sheet, shifts: Mapping[str, Points]) -> None:
        """Close the eye openings with the rest's own picture: lids that come down never tint them."""
        corners, triangles = np.unique(self.face.membranes, return_inverse=True)
        count = len(skin.vertices)
        skin.triangles = np.concatenate([triangles.reshape(-1, 3) + count, skin.triangles])
        skin.vertices = np.concatenate([skin.vertices, skin.vertices[corners]])
        skin.uv = np.concatenate([skin.uv, skin.uv[:, corners]], axis=1)
        only_rest = np.zeros((len(skin.mask), len(corners)))
        only_rest[0] = 1
        skin.mask = np.concatenate([skin.mask, only_rest], axis=1)
        skin.head = np.concatenate([skin.head, skin.head[corners]])
        skin.breath = np.concatenate([skin.breath, skin.breath[corners]])
        skin.shapes = {name: np.concatenate([shift, shift[corners]]) for name, shift in shifts.items()}

    def _order(self, vertices: Points) -> NDArray[np.int64]:
        """The face in drawing order: what is hidden at rest, then the rest, the upper lip last."""
        face = self.face
        triangles = nets.in_bands(face.triangles, vertices)
        triangles = triangles[np.argsort(_depth(triangles, vertices) // SLICE, kind="stable")]
        points = self.figure.rest[face.vertices]
        box = patch.Opening("mouth", self.mouth[:2] - MOUTH_BOX, self.mouth[:2] + MOUTH_BOX)
        # What a smile hides in the corners of full lips would come out over the cheek.
        shown = self.visible & (self.figure.seen(SMILE) | ~box.holds(self.figure.rest))
        hidden = ~shown[face.vertices][triangles].all(axis=1)
        triangles[hidden] = _by_depth(triangles[hidden], vertices)
        upper = (box.holds(points) & (points[:, 1] > self._parting(points)))[triangles].all(axis=1)
        return triangles[np.argsort(np.where(hidden, 0, 1 + upper), kind="stable")]

    def _parting(self, points: Points) -> Points:
        """(n,) height at which closed lips meet, above each point's x."""
        down = self.figure.shapes["jawOpen"][:, 1]
        lips = landmarks.painted("lips")[self.figure.index] > 0.5
        lower = lips & self.visible & (down < 0.5 * down[lips & self.visible].min())
        rest = self.figure.rest[lower]
        edges = np.linspace(-MOUTH_BOX[0], MOUTH_BOX[0], 13)
        centres = (edges[1:] + edges[:-1]) / 2
        tops = np.array([_highest(rest, low, high) for low, high in pairwise(edges)])
        known = np.isfinite(tops)
        heights: Points = np.interp(points[:, 0], centres[known], tops[known]) + 0.004
        return heights

    def _patch(self) -> patch.Patch:
        figure = self.figure
        half = np.array(MOUTH_BOX)
        boxes = [patch.Opening("mouth", self.mouth[:2] - half, self.mouth[:2] + half)]
        for name, eye in self.eyes.items():
            reach = self.radius(name) * np.array(EYE_REACH)
            boxes.append(patch.Opening(name, eye[:2] - reach, eye[:2] + reach))
        deep = figure.rest[:, 2] < self.eyes["left"][2] - DEEP
        low = figure.rest[:, 1] < self.neck
        lids = boxes[1].holds(figure.rest) | boxes[2].holds(figure.rest)
        shown = self.visible | figure.seen({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})
        behind = lids & ~shown
        return patch.cut(figure.rest, figure.faces, self.visible, deep | low, boxes, behind)

    def _calm(self, net: Points, triangles: NDArray[np.int64]) -> tuple[Points, dict[str, Points]]:
        """What lies under a net on the skin, evened out: contours jump in depth, a mesh should not."""
        _, points, shapes = self.figure.hits(net)
        edge = self.face.vertices[self.face.outline]
        links = nets.links(triangles)

        def calm(rim: Points, values: Points) -> Points:
            every = np.concatenate([rim, values])
            for _ in range(CALM):
                every = nets.even(every, links)
                every[: len(rim)] = rim
            return every[len(rim) :]

        rest, moves = self.figure.rest, self.figure.shapes
        return calm(rest[edge], points), {name: calm(moves[name][edge], shapes[name]) for name in shapes}

    def _extent(self, texture: Texture) -> tuple[Points, Points]:
        low = np.array([texture.info.x, texture.info.y])
        size = np.array(texture.image.shape[1::-1]) / texture.info.scale
        return low - STEP, low + size + STEP

    def _looks(
        self, vertices: Points, shifts: Mapping[str, Points], textures: Mapping[str, Texture]
    ) -> tuple[Points, Points, list[KeyInfo]]:
        """Where and how much each vertex is seen in each key."""
        face, rest = self.face, self._project(vertices)
        count = len(face.vertices)
        shown = np.ones(len(vertices), dtype=bool)
        shown[:count] = self.visible[face.vertices]
        regions = self.regions()
        uv, mask, keys = [rest], [shown.astype(float)], [KeyInfo(texture="skin")]
        for key in KEYS:
            if key.picture not in textures:
                continue
            seen = np.zeros(len(vertices))
            seen[:count] = self.figure.seen(key.pose)[face.vertices]
            share = regions[key.region].share(rest, TIGHT[key.region]) * seen
            uv.append(self._project(_moved(vertices, shifts, key.pose)))
            self._tuck(uv[-1][:count], seen[:count] > 0)
            mask.append(share)
            keys.append(KeyInfo(texture=key.picture, drive=dict(key.drive)))
        table = np.array(mask)
        self._adopt(table, rest, regions)
        return np.array(uv), table, keys

    def _tuck(self, uv: Points, seen: Flags) -> None:
        """Let points of the face that a picture hides take the colour of the nearest that it shows.

        Just inside a lip's edge the picture shows the dark of the mouth, which must not run along the lip.
        """
        links, known = nets.links(self.face.triangles), seen.copy()
        for _ in range(TUCK):
            usable = links[~known[links[:, 0]] & known[links[:, 1]]]
            count = np.bincount(usable[:, 0], minlength=len(uv))
            total = np.zeros_like(uv)
            np.add.at(total, usable[:, 0], uv[usable[:, 1]])
            found = count > 0
            uv[found] = total[found] / count[found, None]
            known |= found

    def _adopt(self, mask: Points, rest: Points, regions: Mapping[str, Region]) -> None:
        """Give vertices that no picture shows the key of their region, so that they have a colour."""
        lost = mask.max(axis=0) == 0
        for row, key in enumerate(KEYS, start=1):
            if row < len(mask) and key.name in {"open", "blink-left", "blink-right"}:
                near = lost & (regions[key.region].share(rest) > 0)
                mask[row, near] = 1.0
        mask[0, mask.max(axis=0) == 0] = 1.0

    def regions(self) -> dict[str, Region]:
        """Where on the canvas keys apply."""
        unit = self.camera.scale
        mouth = self.camera.seen(self.mouth[None])[0]
        result = {"mouth": Region(mouth, 0.74 * unit, 0.44 * unit, 0.80 * unit)}
        for name, eye in self.eyes.items():
            centre = self.camera.seen((eye + np.array([0, 0, 0.1]))[None])[0]
            result[name] = Region(centre, 0.31 * unit, 0.27 * unit, 0.24 * unit)
        return result

    def box(self, key: Key, face_shifts: Sheet | None = None) -> tuple[float, float, float, float]:
        """The part of the canvas that a key's picture must show."""
        regions = self.regions()
        names = [
            name for name in regions if name == key.region or (key.picture == "blink" and name != "mouth")
        ]
        rest = self.figure.rest[self.visible]
        moved = self.figure.points(key.pose)[self.visible]
        inside = np.zeros(len(rest), dtype=bool)
        for name in names:
            inside |= regions[name].share(self.camera.seen(rest)) > 0
        places = np.concatenate([self.camera.seen(rest[inside]), self.camera.seen(moved[inside])])
        low, high = places.min(axis=0) - 12, places.max(axis=0) + 12
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    def _project(self, vertices: Points) -> Points:
        factor = self.camera.distance / (self.camera.distance - vertices[:, 2:])
        shown: Points = MIDDLE + (vertices[:, :2] - MIDDLE) * factor
        return shown

    def _cavity(self, skin: Sheet, shifts: Mapping[str, Points]) -> Sheet:
        loop = np.array(self.face.mouth)
        flat = skin.vertices[loop, :2]
        triangles = patch.fill(flat * [1, -1], list(range(len(loop))))
        count = len(loop)
        return Sheet(
            name="cavity",
            vertices=skin.vertices[loop] - [0, 0, 4],
            triangles=triangles,
            keys=[KeyInfo(texture="cavity")],
            uv=np.tile(MIDDLE, (1, count, 1)),
            mask=np.ones((1, count)),
            head=np.ones(count),
            breath=np.zeros((count, 2)),
            shapes={name: shift[loop] for name, shift in shifts.items()},
        )

    # Inside the head

    def inner(self, role: str, texture: Texture) -> Sheet:
        """Teeth or tongue, rendered between parted lips."""
        surface = self.figure.surface(role)
        places, triangles = self._net(texture, FINE_STEP)
        shifts = self.shifts(surface.points, surface.shapes)
        if role == "tongue":
            shifts["tongueUp"] = self._tip(surface.points)
        elif role == "teeth_upper":
            shifts = {}
        parted = surface.points + sum(
            (weight * surface.shapes[name] for name, weight in PARTED.items() if name in shifts),
            start=np.zeros_like(surface.points),
        )
        near = self._nearest(self.camera.seen(parted), parted[:, 2], places)
        depth = self.camera.canvas(parted)[near, 2]
        own = {name: shift[near] for name, shift in shifts.items()}
        back = _moved(np.zeros((len(places), 3)), own, PARTED)
        vertices = placed(places, depth, (WIDTH, HEIGHT), self.camera.distance) - back
        count = len(places)
        return Sheet(
            name=role.replace("_", "-"),
            vertices=vertices,
            triangles=triangles,
            keys=[KeyInfo(texture=f"{role}_dim"), KeyInfo(texture=role, drive=LIT)],
            uv=np.stack([places, places]),
            mask=np.ones((2, count)),
            head=np.ones(count),
            breath=np.zeros((count, 2)),
            shapes=own,
        )

    def _tip(self, points: Points) -> Points:
        front = points[:, 2].max()
        share = np.clip((points[:, 2] - (front - 0.25)) / 0.25, 0, 1)[:, None]
        flip = np.array([1.0, -1.0, 1.0]) * self.camera.scale
        shift: Points = share * np.array(TONGUE_TIP) * flip
        return shift

    def _nearest(self, seen: Points, depth: Points, places: Points) -> NDArray[np.int64]:
        """For each place the front-most of the nearest surface points."""
        _, near = cKDTree(seen).query(places, k=8)
        near = near.reshape(len(places), -1)
        front: NDArray[np.int64] = near[np.arange(len(places)), depth[near].argmax(axis=1)]
        return front

    def eye(self, side: str, texture: Texture) -> Sheet:
        """An eyeball in open light, which turns with the gaze."""
        places, triangles = self._net(texture, FINE_STEP)
        depth = self._ball(side, places)
        return self._plain(
            f"eye-{side}", f"eye_{side}", places, triangles, depth, gaze=1 if side == "left" else 2
        )

    def lid_shade(self, side: str, texture: Texture) -> Sheet:
        """The shadow of the lids on an eyeball, which stays."""
        places, triangles = self._net(texture, FINE_STEP)
        return self._plain(f"lid-{side}", f"lid_{side}", places, triangles, self._ball(side, places) + 1)

    def lashes(self, texture: Texture) -> Sheet:
        """The lashes: they ride on the edges of the lids, and the upper ones swing down as these close."""
        places, triangles = self._net(texture, FINE_STEP)
        canvas = self.camera.canvas(self.figure.rest)
        depth = self._along_lids(places, canvas[:, 2:])[:, 0] + 4
        vertices = placed(places, depth, (WIDTH, HEIGHT), self.camera.distance)
        moves = {name: shift for name, shift in self.figure.shapes.items() if name.startswith("eye")}
        shifts = self.shifts(
            vertices, {name: self._along_lids(places, shift) for name, shift in moves.items()}
        )
        edge = self._along_lids(places, self.camera.seen(self.figure.rest)[:, 1:])[:, 0]
        rise = np.where(self.upper_lid(places), edge - places[:, 1], 0)
        for name, shift in shifts.items():
            if name.startswith("eyeBlink"):
                near = (places[:, 0] > MIDDLE[0]) == name.endswith("Left")
                shift[:, 1] += np.where(near, (1 + DROOP) * rise, 0)
        result = self._plain("lash", "lash", places, triangles, vertices[:, 2])
        result.shapes = shifts
        return result

    def upper_lid(self, places: Points) -> Flags:
        """Which canvas points near the eyes lie above the line between an eye's corners."""
        line = np.zeros(len(places))
        for side, loop in self.face.lids.items():
            near = (places[:, 0] > MIDDLE[0]) == (side == "left")
            corners = self._corners(self.face.vertices[loop])
            line[near] = np.interp(places[near, 0], corners[:, 0], corners[:, 1])
        above: Flags = places[:, 1] < line
        return above

    def _corners(self, loop: NDArray[np.int64]) -> Points:
        """(2, 2) the corners of an eye, canvas pixels, from left to right."""
        seen = self.camera.seen(self.figure.rest[loop])
        corners: Points = seen[[seen[:, 0].argmin(), seen[:, 0].argmax()]]
        return corners

    def _along_lids(self, places: Points, values: Points) -> Points:
        """(n, k) values of vertices, read off the edge of the lid above or below which a place lies."""
        result, above = np.zeros((len(places), values.shape[1])), self.upper_lid(places)
        for side, loop in self.face.lids.items():
            edge = self.face.vertices[loop]
            seen = self.camera.seen(self.figure.rest[edge])
            for upper in (True, False):
                which = ((places[:, 0] > MIDDLE[0]) == (side == "left")) & (above == upper)
                lid = self.upper_lid(seen) == upper
                lid[[seen[:, 0].argmin(), seen[:, 0].argmax()]] = True
                order = np.flatnonzero(lid)[np.argsort(seen[lid, 0])]
                for column in range(values.shape[1]):
                    result[which, column] = np.interp(
                        places[which, 0], seen[order, 0], values[edge[order], column]
                    )
        return result

    def _ball(self, side: str, places: Points) -> Points:
        """(n,) depth of an eyeball under canvas points."""
        centre, radius = self.eyes[side], self.radius(side) * self.camera.scale
        flat = np.linalg.norm(places - self.camera.seen(centre[None])[0], axis=1)
        middle = self.camera.canvas(centre[None])[0, 2]
        depth: Points = middle + np.sqrt(np.clip(radius**2 - flat**2, (0.15 * radius) ** 2, None))
        return depth

    def radius(self, side: str) -> float:
        """Decimetres of an eyeball."""
        start, stop = human.RANGES[f"eye_{side}"]
        points = self.figure.person.points[start:stop]
        return float(np.median(np.linalg.norm(points - self.eyes[side], axis=1)))

    # Around the head

    def outer(self, name: str, texture: Texture, lift: float, flat: bool = False) -> Sheet:
        """Hair, clothes or what is worn.

        Args:
            name: of the layer and its texture.
            texture: what it looks like.
            lift: decimetres before the skin under it.
            flat: lies in the plane of the head's middle instead (what is behind the head).
        """
        places, triangles = self._net(texture, STEP)
        if flat:
            depth = np.full(len(places), (lift - 0.75) * self.camera.scale)
        else:
            _, points, _ = self.figure.hits(places)
            depth = self.camera.canvas(points)[:, 2]
            for _ in range(DRAPE):
                depth = nets.even(depth[:, None], nets.links(triangles))[:, 0]
            depth += lift * self.camera.scale
        return self._plain(name, name, places, triangles, depth)

    def _plain(
        self,
        name: str,
        texture: str,
        places: Points,
        triangles: NDArray[np.int64],
        depth: Points,
        gaze: int = 0,
    ) -> Sheet:
        height = self.height(places)
        return Sheet(
            name=name,
            vertices=placed(places, depth, (WIDTH, HEIGHT), self.camera.distance),
            triangles=triangles,
            keys=[KeyInfo(texture=texture)],
            uv=places[None],
            mask=np.ones((1, len(places))),
            head=self.head(height),
            breath=self.breath(height),
            gaze=gaze,
        )

    def _net(self, texture: Texture, step: float) -> tuple[Points, NDArray[np.int64]]:
        info = texture.info
        return nets.grid(texture.image[..., 3], (info.x, info.y), info.scale, step)


def _highest(points: Points, low: float, high: float) -> float:
    """The greatest height among points between two x; minus infinity if there is none."""
    between = points[(points[:, 0] >= low) & (points[:, 0] < high), 1]
    return float(between.max()) if len(between) else -np.inf


def _by_depth(triangles: NDArray[np.int64], vertices: Points) -> NDArray[np.int64]:
    """Triangles from the farthest to the nearest."""
    ordered: NDArray[np.int64] = triangles[np.argsort(_depth(triangles, vertices), kind="stable")]
    return ordered


def _depth(triangles: NDArray[np.int64], vertices: Points) -> Points:
    depth: Points = vertices[triangles][..., 2].mean(axis=1)
    return depth


def _moved(vertices: Points, shifts: Mapping[str, Points], pose: Expression) -> Points:
    return vertices + sum(
        (weight * shifts[name] for name, weight in pose.items() if name in shifts),
        start=np.zeros_like(vertices),
    )
