"""The portrait: where the camera stands before a model, and what is where on the canvas.

The face is found by what moves: the lids by the blink, the mouth by what opens it. From these come the
direction that the model faces, its size on the canvas, and the landmarks of the pack. The canvas is that of
the built-in presenters: eyes at the same height, head of the same size, the same distance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.model.scene import Scene, Target

WIDTH, HEIGHT = 1280, 1200  # canvas pixels
EYE_LINE = 440.0  # canvas y of the eyes
HEAD = 540.0  # canvas pixels from the crown to the chin
CROWN = 395.0  # most canvas pixels above the eyes
DISTANCE = 4800.0  # canvas units from the camera to the plane of the eyes
MIDDLE = np.array([WIDTH / 2, HEIGHT / 2])
STRONG = 0.5  # share of the greatest shift that counts as moved
FLIP = np.array([1.0, -1.0, 1.0])  # y up to y down

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Landmarks:
    """Places of a face, metres (y up, z to the viewer).

    Args:
        left: (3,) the person's left eye; on the right of the picture.
        right: (3,) the right one.
        mouth: (3,) where closed lips meet, in the middle.
        chin: its y.
        top: y of the crown with hair.
    """

    left: Points
    right: Points
    mouth: Points
    chin: float
    top: float

    @property
    def eyes(self) -> Points:
        """(3,) between the eyes."""
        middle: Points = (self.left + self.right) / 2
        return middle

    @property
    def height(self) -> float:
        """From the mouth to the eyes."""
        return float(self.eyes[1] - self.mouth[1])

    @property
    def gap(self) -> float:
        """Between the eyes."""
        return float(self.left[0] - self.right[0])


@dataclass(frozen=True)
class Portrait:
    """The camera.

    Args:
        eyes: (3,) metres, seen at (WIDTH / 2, EYE_LINE); the plane z = 0 of the canvas.
        scale: canvas pixels per metre.
    """

    eyes: Points
    scale: float

    def canvas(self, points: Points) -> Points:
        """(n, 3) metres -> canvas units before perspective."""
        placed: Points = (points - self.eyes) * self.scale * FLIP + [WIDTH / 2, EYE_LINE, 0]
        return placed

    def shifts(self, moves: Points) -> Points:
        """(n, 3) metres of shift -> canvas units."""
        scaled: Points = moves * self.scale * FLIP
        return scaled


def seen(canvas: Points) -> Points:
    """(n, 2) canvas pixels where canvas units (n, 3) are seen."""
    factor = DISTANCE / np.maximum(DISTANCE - canvas[:, 2:], 1.0)
    shown: Points = MIDDLE + (canvas[:, :2] - MIDDLE) * factor
    return shown


def placed(pixels: Points, depth: Points) -> Points:
    """(n, 3) canvas units of what is seen at (n, 2) pixels with (n,) depths."""
    spread = ((DISTANCE - depth) / DISTANCE)[:, None]
    return np.concatenate([MIDDLE + (pixels - MIDDLE) * spread, depth[:, None]], axis=1)


def faced(scene: Scene, opening: Target, blinking: Target) -> Points:
    """(3, 3) the turn about y, in quarters, after which the model looks along z.

    Raises:
        ModelError: the lids do not lie above the mouth.
    """
    eyes, mouth = _middle(scene.points, blinking), _middle(scene.points, opening)
    height = eyes[1] - mouth[1]
    if not height > max(1e-4, float(np.linalg.norm((eyes - mouth)[[0, 2]]))):
        raise ModelError(
            "The model's lids do not lie above its mouth.", "Export it upright, with y up.", "blendshapes"
        )
    level = np.abs(scene.points[:, 1] - (eyes[1] + mouth[1]) / 2) < 1.5 * height
    near = level & (np.linalg.norm((scene.points - eyes)[:, [0, 2]], axis=1) < 8 * height)
    low, high = scene.points[near].min(axis=0), scene.points[near].max(axis=0)
    ahead = (eyes + mouth) / 2 - (low + high) / 2
    quarter = round(float(np.arctan2(ahead[0], ahead[2])) / (np.pi / 2))
    sin, cos = [(0, 1), (1, 0), (0, -1), (-1, 0)][quarter % 4]
    return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]], dtype=np.float64)


def turned(scene: Scene, turn: Points) -> Scene:
    """The scene turned by a (3, 3) rotation."""
    if np.array_equal(turn, np.eye(3)):
        return scene
    targets = {source: (vertices, moves @ turn.T) for source, (vertices, moves) in scene.targets.items()}
    return replace(scene, points=scene.points @ turn.T, normals=scene.normals @ turn.T, targets=targets)


def _middle(points: Points, shift: Target) -> Points:
    """(3,) the middle of what a shift moves."""
    vertices, moves = shift
    size = np.linalg.norm(moves, axis=1)
    if not size.sum() > 0:
        raise ModelError("A blendshape of the model moves nothing.", "Export its shapes.", "blendshapes")
    middle: Points = (points[vertices] * size[:, None]).sum(axis=0) / size.sum()
    return middle


def landmarks(
    points: Points, opening: Target, blinking: Target, head: Points | None, eyes: dict[str, Points]
) -> Landmarks:
    """Find the face.

    Args:
        points: (n, 3) metres, looking along z.
        opening: the shift that opens the mouth.
        blinking: the one that closes both eyes.
        head: (n,) what follows the head, if bones say it.
        eyes: `left` and `right`: (3,) where the eyes' bones stand, if there are any.
    """
    middle = float(_middle(points, blinking)[0])
    left, right = (_eye(points, blinking, middle, sign) for sign in (1.0, -1.0))
    if set(eyes) == {"left", "right"} and eyes["left"][0] > eyes["right"][0]:
        left, right = eyes["left"], eyes["right"]
    centre = (left + right) / 2
    mouth = _mouth(points, opening, float(centre[0]), float(left[0] - right[0]))
    height = float(centre[1] - mouth[1])
    if not height > 0:
        raise ModelError(
            "The model's mouth does not lie below its eyes.", "Export it upright.", "blendshapes"
        )
    chin = _chin(points, mouth, centre, height, float(left[0] - right[0]))
    crown = points[:, 1] > centre[1]
    crown &= np.abs(points[:, 0] - centre[0]) < 1.2 * height
    if head is not None:
        crown &= head > 0.5
    top = float(points[crown, 1].max()) if crown.any() else float(centre[1] + 1.5 * height)
    return Landmarks(left, right, mouth, chin, top)


def _eye(points: Points, blinking: Target, middle: float, sign: float) -> Points:
    vertices, moves = blinking
    side = (points[vertices, 0] - middle) * sign > 0
    return _middle(points, (vertices[side], moves[side]))


def _mouth(points: Points, opening: Target, middle: float, gap: float) -> Points:
    """(3,) the upper edge of what opening moves, in the middle of the face."""
    vertices, moves = opening
    size = np.linalg.norm(moves, axis=1)
    place = points[vertices]
    strong = (moves[:, 1] < -STRONG * size.max()) & (np.abs(place[:, 0] - middle) < 0.15 * gap)
    if not strong.any():
        strong = size > STRONG * size.max()
    front = place[strong, 2] > np.quantile(place[strong, 2], 0.5)
    lips = place[strong][front]
    high = float(np.quantile(lips[:, 1], 0.95))
    ahead = float(lips[lips[:, 1] > high - 0.2 * gap, 2].max())
    return np.array([middle, high, ahead])


def _chin(points: Points, mouth: Points, eyes: Points, height: float, gap: float) -> float:
    ahead = (np.abs(points[:, 0] - mouth[0]) < 0.15 * gap) & (points[:, 1] < mouth[1])
    ahead &= (points[:, 1] > mouth[1] - 0.8 * height) & (points[:, 2] > min(mouth[2], eyes[2]) - 0.3 * height)
    return float(points[ahead, 1].min()) if ahead.any() else float(mouth[1] - 0.62 * height)


def portrait(face: Landmarks) -> Portrait:
    """The camera before a face."""
    scale = min(HEAD / (face.top - face.chin), CROWN / (face.top - face.eyes[1]))
    return Portrait(face.eyes, scale)
