"""A head as a 3D model, written as GLB: small, with everything that a presenter needs."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from casting.glb import Document
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float64]

CENTRE = np.array([0.0, 1.60, 0.0])  # metres
RADII = np.array([0.078, 0.115, 0.095])
ROWS, COLUMNS = 61, 96
EYES = {"Left": (0.031, 1.615), "Right": (-0.031, 1.615)}
EYE_HALF, EYE_OPEN = 0.016, 0.007  # metres
MOUTH_Y, MOUTH_HALF = 1.545, 0.024
SKIN, HAIR, SHIRT = (214, 160, 130), (70, 45, 30), (40, 80, 130)

VOWELS: dict[str, dict[str, float]] = {
    "aa": {"jawOpen": 0.7},
    "ih": {"jawOpen": 0.15, "mouthStretchLeft": 0.6, "mouthStretchRight": 0.6},
    "ou": {"jawOpen": 0.12, "mouthPucker": 0.9},
    "ee": {"jawOpen": 0.3, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "oh": {"jawOpen": 0.4, "mouthPucker": 0.6},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "happy": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
}


class Head:
    """The head's document.

    Args:
        spell: how a blendshape is written, by its ARKit name; those that become "" are left out.
        mixes: other blendshapes than ARKit's: name -> weights of these.
        turn: quarters that the whole model is turned about y.
        bones: with a skeleton: head, neck, eyes, arms.
        hair: entries of the hair's material.
    """

    def __init__(
        self,
        spell: Callable[[str], str] = str,
        mixes: Mapping[str, Mapping[str, float]] | None = None,
        turn: int = 0,
        bones: bool = True,
        hair: Mapping[str, Any] | None = None,
    ) -> None:
        self.document = Document()
        self._spell, self._mixes, self._bones = spell, mixes, bones
        self._skin = self._skeleton() if bones else None
        self._meshes: list[int] = []
        self._face()
        for side in EYES:
            self._eye(side)
        self._box("teeth_upper", (0, MOUTH_Y - 0.003, 0.070), (0.018, 0.004, 0.004), (240, 235, 225), {})
        jaw = {"jawOpen": np.array([0, -0.022, -0.002])}
        self._box("teeth_lower", (0, MOUTH_Y - 0.012, 0.067), (0.016, 0.004, 0.004), (235, 230, 220), jaw)
        self._hair({**(hair or {"pbrMetallicRoughness": _colour(HAIR)})})
        self._body()
        self._scene(turn)

    def bytes(self) -> bytes:
        return self.document.bytes()

    def _skeleton(self) -> int:
        places = {
            "Hips": (None, (0, 1.0, 0)), "Neck": ("Hips", (0, 1.44, -0.01)),
            "Head": ("Neck", (0, 1.52, -0.01)),
            "LeftEye": ("Head", (EYES["Left"][0], EYES["Left"][1], 0.06)),
            "RightEye": ("Head", (EYES["Right"][0], EYES["Right"][1], 0.06)),
            "LeftUpperArm": ("Hips", (0.16, 1.38, 0)), "LeftLowerArm": ("LeftUpperArm", (0.42, 1.38, 0)),
            "RightUpperArm": ("Hips", (-0.16, 1.38, 0)), "RightLowerArm": ("RightUpperArm", (-0.42, 1.38, 0)),
        }  # fmt: skip
        self.joints = {name: number for number, name in enumerate(places)}
        inverse = np.tile(np.eye(4), (len(places), 1, 1))
        for name, (parent, place) in places.items():
            origin = np.array(places[parent][1]) if parent else np.zeros(3)
            shift = (np.array(place) - origin).tolist()
            self.document.add("nodes", {"name": name, "translation": shift, "children": []})
            if parent:
                self.document.json["nodes"][self.joints[parent]]["children"].append(self.joints[name])
            inverse[self.joints[name], 3, :3] = -np.array(place)
        for node in self.document.json["nodes"]:
            if not node["children"]:
                del node["children"]
        matrices = self.document.add_array(inverse, "f4")
        joints = list(range(len(places)))
        return self.document.add("skins", {"joints": joints, "inverseBindMatrices": matrices})

    def _face(self) -> None:
        points, triangles = _ball(ROWS, COLUMNS)
        points = CENTRE + RADII * points
        base = len(points)
        upper = np.ones(base, bool)
        slits = [(0.0, MOUTH_Y, MOUTH_HALF), *((x, y, EYE_HALF) for x, y in EYES.values())]
        copies: list[NDArray[np.int64]] = []
        for x, y, half in slits:
            points, triangles, copied = _slit(points, triangles, base, x, y, half)
            copies.append(copied)
        upper = np.concatenate([upper, np.zeros(len(points) - base, bool)])
        for (x, y), copied in zip(EYES.values(), copies[1:], strict=True):
            _open_eye(points, x, y, copied, upper)
        shapes = _shapes(points, copies, upper)
        uv = np.column_stack([np.arctan2(points[:, 0], points[:, 2]) / np.pi / 2 + 0.5,
                              1 - (points[:, 1] - 1.4) / 0.4])  # fmt: skip
        material = self.document.add(
            "materials",
            {"name": "skin", "pbrMetallicRoughness": {
                "metallicFactor": 0, "roughnessFactor": 0.6,
                "baseColorTexture": {"index": self.document.add_picture(picture([[SKIN] * 4] * 4))}}},
        )  # fmt: skip
        self._put("face", points, triangles, material, {"TEXCOORD_0": (uv, "f4")}, shapes, "Head")

    def _eye(self, side: str) -> None:
        points, triangles = _ball(15, 24)
        points = points[:, [0, 2, 1]] * [1, 1, 1]
        colours = np.tile([0.9, 0.9, 0.9, 1.0], (len(points), 1))
        colours[points[:, 2] > 0.86] = [0.02, 0.02, 0.02, 1.0]
        x, y = EYES[side]
        place = np.array([x, y, 0.06]) + 0.018 * points
        material = self._material(f"eye {side}", {"pbrMetallicRoughness": {"metallicFactor": 0}})
        self._put(
            f"eye{side}", place, triangles[:, ::-1], material, {"COLOR_0": (colours, "f4")}, {}, f"{side}Eye"
        )

    def _box(
        self, name: str, middle: Sequence[float], half: Sequence[float], colour: tuple[int, int, int],
        shift: Mapping[str, Array],
    ) -> None:  # fmt: skip
        points, triangles = _ball(9, 16)
        points = np.array(middle) + np.array(half) * np.clip(1.6 * points, -1, 1)
        shapes = {unit: np.tile(move, (len(points), 1)) for unit, move in shift.items()}
        self._put(
            name,
            points,
            triangles,
            self._material(name, {"pbrMetallicRoughness": _colour(colour)}),
            {},
            shapes,
            "Head",
        )

    def _hair(self, material: dict[str, Any]) -> None:
        points, triangles = _ball(31, 48)
        kept = (points[triangles, 1].mean(1) > 0.45) | (points[triangles, 2].mean(1) < -0.35)
        uv = np.column_stack([np.full(len(points), 0.25), np.full(len(points), 0.5)])
        number = self._material("hair", {"doubleSided": True, **material})
        self._put(
            "hair",
            CENTRE + 1.1 * RADII * points,
            triangles[kept],
            number,
            {"TEXCOORD_0": (uv, "f4")},
            {},
            "Head",
        )

    def _body(self) -> None:
        number = self._material("shirt", {"pbrMetallicRoughness": _colour(SHIRT)})
        points, triangles = _ball(25, 40)
        self._put(
            "torso",
            np.array([0, 1.2, -0.02]) + [0.18, 0.22, 0.11] * points,
            triangles,
            number,
            {},
            {},
            "Hips",
        )
        neck, skin = np.array([0, 1.46, -0.02]) + [0.045, 0.1, 0.045] * points, _colour(SKIN)
        self._put(
            "neck", neck, triangles, self._material("neck", {"pbrMetallicRoughness": skin}), {}, {}, "Neck"
        )
        for side, sign in (("Left", 1), ("Right", -1)):
            arm = np.array([sign * 0.36, 1.38, 0]) + [0.22, 0.045, 0.045] * points
            self._put(f"arm{side}", arm, triangles, number, {}, {}, f"{side}UpperArm")

    def _material(self, name: str, info: Mapping[str, Any]) -> int:
        return self.document.add("materials", {"name": name, **info})

    def _put(
        self, name: str, points: Array, triangles: NDArray[np.int64], material: int,
        attributes: dict[str, tuple[Array, str]], shapes: Mapping[str, Array], bone: str,
    ) -> None:  # fmt: skip
        named = self._named(shapes, len(points))
        attributes = dict(attributes)
        if self._bones:
            joints = np.zeros((len(points), 4), np.int64)
            joints[:, 0] = self.joints[bone]
            attributes["JOINTS_0"] = (joints, "u1")
            attributes["WEIGHTS_0"] = (np.tile([1.0, 0, 0, 0], (len(points), 1)), "f4")
        primitive = self.document.add_primitive(points, triangles, material, attributes, list(named.values()))
        mesh = {"name": name, "primitives": [primitive]}
        if named:
            mesh["extras"] = {"targetNames": list(named)}
        number = self.document.add("meshes", mesh)
        skin = {} if self._skin is None else {"skin": self._skin}
        self._meshes.append(self.document.add("nodes", {"name": name, "mesh": number, **skin}))

    def _named(self, shapes: Mapping[str, Array], count: int) -> dict[str, Array]:
        if self._mixes is None:
            return {self._spell(name): move for name, move in shapes.items() if self._spell(name)}
        nothing = np.zeros((count, 3))
        return {
            name: sum((w * shapes.get(unit, nothing) for unit, w in mix.items()), nothing)
            for name, mix in self._mixes.items()
            if any(unit in shapes for unit in mix)
        }

    def _scene(self, turn: int) -> None:
        roots = [*([0] if self._bones else []), *self._meshes]
        half = turn * np.pi / 4
        top = self.document.add(
            "nodes", {"rotation": [0, float(np.sin(half)), 0, float(np.cos(half))], "children": roots}
        )
        self.document.add("scenes", {"nodes": [top]})

    def as_vrm(self) -> bytes:
        """The same as VRM 1.0; the targets' own names say nothing."""
        names = list(self._mixes or {})
        binds: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for number, node in enumerate(self.document.json["nodes"]):
            mesh = self.document.json["meshes"][node["mesh"]] if "mesh" in node else {}
            for index, name in enumerate(mesh.get("extras", {}).get("targetNames", [])):
                binds[name].append({"node": number, "index": index, "weight": 1.0})
        for mesh in self.document.json["meshes"]:
            mesh.pop("extras", None)
        self.document.json["extensions"] = {
            "VRMC_vrm": {
                "specVersion": "1.0",
                "humanoid": {
                    "humanBones": {n[0].lower() + n[1:]: {"node": j} for n, j in self.joints.items()}
                },
                "expressions": {"preset": {name: {"morphTargetBinds": rows} for name, rows in binds.items()}},
            }
        }
        return self.bytes()

    def as_old_vrm(self) -> bytes:
        """The same as VRM 0.x, whose presets have other names and whose weights go to 100."""
        old = {"aa": "a", "ih": "i", "ou": "u", "ee": "e", "oh": "o", "blink": "blink", "happy": "joy"}
        groups = []
        for name, preset in old.items():
            binds = [
                {"mesh": number, "index": mesh["extras"]["targetNames"].index(name), "weight": 100}
                for number, mesh in enumerate(self.document.json["meshes"])
                if name in mesh.get("extras", {}).get("targetNames", [])
            ]
            groups.append({"presetName": preset, "name": preset.upper(), "binds": binds})
        for mesh in self.document.json["meshes"]:
            mesh.pop("extras", None)
        bones = [{"bone": n[0].lower() + n[1:], "node": j} for n, j in self.joints.items()]
        self.document.json["extensions"] = {
            "VRM": {"humanoid": {"humanBones": bones}, "blendShapeMaster": {"blendShapeGroups": groups}}
        }
        return self.bytes()


def picture(pixels: Sequence[Sequence[tuple[int, ...]]]) -> bytes:
    """A PNG of these pixels."""
    buffer = io.BytesIO()
    Image.fromarray(np.array(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def linear(code: int) -> float:
    """sRGB 0..255 to linear light."""
    value = code / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _colour(code: tuple[int, int, int]) -> dict[str, Any]:
    return {"baseColorFactor": [*map(linear, code), 1.0], "metallicFactor": 0, "roughnessFactor": 0.8}


def _ball(rows: int, columns: int) -> tuple[Array, NDArray[np.int64]]:
    """A unit ball, rows from the top; triangles counter-clockwise from outside."""
    down = np.linspace(0.02, np.pi - 0.02, rows)
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    theta, phi = (grid.ravel() for grid in np.meshgrid(down, around, indexing="ij"))
    points = np.column_stack([np.sin(theta) * np.sin(phi), np.cos(theta), np.sin(theta) * np.cos(phi)])
    row, column = (g.ravel() for g in np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij"))
    after = (column + 1) % columns
    a, b = row * columns + column, row * columns + after
    c, d = a + columns, b + columns
    return points, np.concatenate([np.column_stack([a, c, b]), np.column_stack([b, c, d])])


def _slit(
    points: Array, triangles: NDArray[np.int64], base: int, x: float, y: float, half: float
) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Cut the front along a row of points: what lies below gets copies of them."""
    levels = np.unique(points[:base, 1].round(9))
    level = levels[np.abs(levels - y).argmin()]
    on = np.flatnonzero(
        (np.abs(points[:base, 1] - level) < 1e-8)
        & (np.abs(points[:base, 0] - x) < half)
        & (points[:base, 2] > 0)
    )
    copies = np.arange(len(points), len(points) + len(on))
    twin = np.arange(len(points) + len(on))
    twin[on] = copies
    below = points[triangles, 1].mean(1) < level - 1e-9
    triangles = triangles.copy()
    triangles[below] = twin[triangles[below]]
    return np.concatenate([points, points[on]]), triangles, copies


def _reach(points: Array, x: float, y: float, wide: float, high: float) -> Array:
    bell: Array = np.exp(-(((points[:, 0] - x) / wide) ** 2) - ((points[:, 1] - y) / high) ** 2)
    return bell * (points[:, 2] > 0.02)


def _open_eye(points: Array, x: float, y: float, copies: NDArray[np.int64], upper: NDArray[np.bool_]) -> None:
    """Part the lids."""
    level = points[copies, 1].mean()
    bell = np.clip(1 - ((points[:, 0] - x) / EYE_HALF) ** 2, 0, 1) * (points[:, 2] > 0)
    over = upper & (points[:, 1] > level - 1e-7)
    fade = np.clip(1 - np.abs(points[:, 1] - level) / 0.02, 0, 1)
    lower = np.zeros(len(points), bool)
    lower[copies] = True
    lower |= points[:, 1] < level - 1e-7
    points[:, 1] += EYE_OPEN * bell * fade * np.where(over & ~lower, 1.0, -1.0)


def _shapes(points: Array, copies: list[NDArray[np.int64]], upper: NDArray[np.bool_]) -> dict[str, Array]:
    x, y, z = points.T
    shapes: dict[str, Array] = {}
    lower = (y < y[copies[0]].min() - 1e-6) & (z > 0)
    lower[copies[0]] = True
    lower[~upper & (y > 1.58)] = False
    jaw = np.where(lower, np.exp(-((x / 0.05) ** 2)) * np.clip(1 - (MOUTH_Y - y) / 0.12, 0, 1), 0)
    corners = np.clip(1 - (x / MOUTH_HALF) ** 2, 0, 1)
    jaw = np.where(np.isin(np.arange(len(x)), copies[0]), corners, jaw)
    shapes["jawOpen"] = np.outer(jaw, [0, -0.024, -0.003])
    near = _reach(points, 0, MOUTH_Y, 0.04, 0.03)
    shapes["mouthPucker"] = np.column_stack([-0.5 * x * near, 0 * x, 0.008 * near])
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        corner = _reach(points, sign * 0.028, MOUTH_Y, 0.02, 0.02)
        shapes[f"mouthSmile{side}"] = np.outer(corner, [sign * 0.006, 0.008, 0])
        shapes[f"mouthStretch{side}"] = np.outer(corner, [sign * 0.008, 0, 0])
    for (side, (ex, ey)), copied in zip(EYES.items(), copies[1:], strict=True):
        level = ey
        bell = np.clip(1 - ((x - ex) / EYE_HALF) ** 2, 0, 1) * (z > 0)
        fade = np.clip(1 - np.abs(y - level) / 0.03, 0, 1)
        above = (y > level) & ~np.isin(np.arange(len(x)), copied)
        move = np.where(above, -1.9 * EYE_OPEN, 0.15 * EYE_OPEN) * bell * fade / max(1 - EYE_OPEN / 0.03, 0.1)
        shapes[f"eyeBlink{side}"] = np.column_stack([0 * x, move, 0.004 * bell * fade])
    shapes["browInnerUp"] = np.outer(_reach(points, 0, 1.65, 0.04, 0.012), [0, 0.006, 0])
    return shapes
