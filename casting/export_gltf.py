"""A built-in person as a 3D model: GLB with the 52 ARKit blendshapes, or VRM with expressions.

    python -m casting.export_gltf jane -o jane.glb
    python -m casting.export_gltf jane --vrm -o jane.vrm

The skin, eyes, teeth and tongue of a recipe, with simple hair and a shirt from the base's helpers and a
small skeleton. It serves as an example, and as a check of `rostra presenter add --model`.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casting import face, human, landmarks, skin, teeth
from casting.blender import linear
from casting.glb import Document, split
from casting.person import shape
from casting.recipe import Recipe, read
from rostra.acting.motion import ARKIT

Points = NDArray[np.float64]
Weights = NDArray[np.float64]

METRES = 0.1  # of a decimetre
BELOW = 6.5  # dm under the eyes where the body ends
RINGS, SPOKES = 40, 48  # of an eyeball
PUFF = 0.05  # dm that the shirt stands off the skin
COLLAR = -0.02  # dm below the neck's joint where the shirt ends in front; higher behind
CAP = 0.16  # dm that the hair stands off the head
HAIRLINE = (0.70, 0.80)  # dm above and behind the eyes where hair begins
ENAMEL, TONGUE, SCLERA = "#f1ebe0", "#b8605a", "#efe9e3"
BONES = ("hips", "chest", "neck", "head", "leftEye", "rightEye")

# What VRM's expressions are made of here.
EXPRESSIONS: Mapping[str, Mapping[str, float]] = {
    "aa": {"jawOpen": 0.62, "mouthUpperUpLeft": 0.15, "mouthUpperUpRight": 0.15},
    "ih": {
        "jawOpen": 0.16, "mouthStretchLeft": 0.35, "mouthStretchRight": 0.35, "mouthSmileLeft": 0.3,
        "mouthSmileRight": 0.3, "mouthLowerDownLeft": 0.35, "mouthLowerDownRight": 0.35,
        "mouthUpperUpLeft": 0.3, "mouthUpperUpRight": 0.3,
    },
    "ou": {"jawOpen": 0.12, "mouthPucker": 0.85, "mouthFunnel": 0.35},
    "ee": {
        "jawOpen": 0.34, "mouthStretchLeft": 0.25, "mouthStretchRight": 0.25, "mouthSmileLeft": 0.15,
        "mouthSmileRight": 0.15, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15,
    },
    "oh": {"jawOpen": 0.38, "mouthFunnel": 0.7, "mouthPucker": 0.3},
    "blinkLeft": {"eyeBlinkLeft": 1.0},
    "blinkRight": {"eyeBlinkRight": 1.0},
    "happy": {
        "mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5,
        "eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5,
    },
    "surprised": {
        "browInnerUp": 0.9, "browOuterUpLeft": 0.9, "browOuterUpRight": 0.9, "jawOpen": 0.2,
        "eyeWideLeft": 0.6, "eyeWideRight": 0.6,
    },
    "angry": {"browDownLeft": 0.9, "browDownRight": 0.9, "mouthFrownLeft": 0.4, "mouthFrownRight": 0.4},
}  # fmt: skip


class Export:
    """One person's document.

    Args:
        recipe: whom.
        vrm: with VRM 1.0's expressions and humanoid instead of ARKit's names.
    """

    def __init__(self, recipe: Recipe, vrm: bool = False) -> None:
        self.recipe = recipe
        self.points, self.units = shape(recipe)
        self.shapes = EXPRESSIONS if vrm else {name: {name: 1.0} for name in ARKIT if name in self.units}
        self.document = Document()
        self.joints = self._joints()
        self.skin = self._skeleton()
        self._parts()
        if vrm:
            self._expressions()

    def _joints(self) -> dict[str, Points]:
        points = self.points
        neck = human.joint(points, "neck")
        return {
            "hips": human.joint(points, "pelvis"),
            "chest": neck - [0, 1.5, 0],
            "neck": neck,
            "head": human.joint(points, "head"),
            "leftEye": landmarks.ball(points, "left")[0],
            "rightEye": landmarks.ball(points, "right")[0],
        }

    def _skeleton(self) -> int:
        parents = {"chest": "hips", "neck": "chest", "head": "neck", "leftEye": "head", "rightEye": "head"}
        for bone in BONES:
            origin = self.joints[parents[bone]] if bone in parents else np.zeros(3)
            self.document.add(
                "nodes", {"name": bone, "translation": (METRES * (self.joints[bone] - origin)).tolist()}
            )
        for bone, parent in parents.items():
            self.document.json["nodes"][BONES.index(parent)].setdefault("children", []).append(
                BONES.index(bone)
            )
        inverse = np.tile(np.eye(4), (len(BONES), 1, 1))
        for number, bone in enumerate(BONES):
            inverse[number, 3, :3] = -METRES * self.joints[bone]  # columns lie in rows
        matrices = self.document.add_array(inverse, "f4")
        return self.document.add(
            "skins", {"joints": list(range(len(BONES))), "inverseBindMatrices": matrices}
        )

    def _parts(self) -> None:
        self.meshes: list[int] = []
        self._skin()
        for side in ("left", "right"):
            self._eye(side)
        self._teeth()
        self._helper("tongue", ("helper-tongue",), TONGUE, rough=0.4)
        self._hair()
        self._shirt()
        roots = [0, *range(len(BONES), len(self.document.json["nodes"]))]
        self.document.add("scenes", {"nodes": roots})

    def _skin(self) -> None:
        faces = landmarks.body_faces()
        eyes = self.joints["leftEye"][1]
        kept = (self.points[faces, 1] > eyes - BELOW).all(axis=1)
        colours = self._skin_colours()
        self._mesh("skin", faces[kept], colours, 0.45)

    def _skin_colours(self) -> Points:
        """(COUNT, 3) linear light."""
        zones, part, lips = skin.zones(self.points), self.recipe.skin, self.recipe.lips
        colour = np.tile(linear(part.colour), (landmarks.BODY, 1))
        for name, paint, strength in (
            ("blush", linear(part.blush), part.blush_strength),
            ("socket", linear(part.shadow), part.shadow_strength),
            ("liner", (0.02, 0.012, 0.01), part.liner),
            ("lips", linear(lips.colour), lips.strength),
            ("inner", (0.16, 0.03, 0.028), 1.0),
        ):
            share = strength * zones[name][:, None]
            colour = colour * (1 - share) + share * np.array(paint)
        brow = 0.9 * face.brow_shade(self.points, self.recipe.brows)[:, None]
        colour = colour * (1 - brow) + brow * np.array(linear(self.recipe.brows.colour))
        return np.concatenate([colour, np.ones((human.COUNT - landmarks.BODY, 3))])

    def _eye(self, side: str) -> None:
        centre, radius = landmarks.ball(self.points, side)
        polar = np.pi * np.linspace(0, 1, RINGS) ** 1.4
        around = np.linspace(0, 2 * np.pi, SPOKES, endpoint=False)
        theta, phi = (grid.ravel() for grid in np.meshgrid(polar, around, indexing="ij"))
        shell = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1)
        iris = np.arcsin(self.recipe.eyes.size)
        colour = np.tile(linear(SCLERA), (len(theta), 1))
        fibre = (1.3 + 0.4 * np.sin(23 * phi) * np.sin(9 * phi))[:, None]
        colour = np.where(theta[:, None] < iris, np.array(linear(self.recipe.eyes.iris)) * fibre, colour)
        colour[(theta < iris) & (theta > 0.85 * iris)] *= 0.3
        colour[theta < 0.42 * iris] = 0.004
        ring, spoke = (g.ravel() for g in np.meshgrid(np.arange(RINGS - 1), np.arange(SPOKES), indexing="ij"))
        after = (spoke + 1) % SPOKES
        quads = np.stack(
            [ring * SPOKES + spoke, (ring + 1) * SPOKES + spoke,
             (ring + 1) * SPOKES + after, ring * SPOKES + after], axis=1,
        )  # fmt: skip
        bone = np.full(len(shell), BONES.index(f"{side}Eye"))
        self._write(f"eye_{side}", centre + radius * shell, split(quads), colour, 0.12, bone, {})

    def _teeth(self) -> None:
        for name, row in (("teeth_upper", teeth.UPPER), ("teeth_lower", teeth.LOWER)):
            built = teeth.built(self.points, row)
            helper = np.array(row.edge + row.gum)
            shifts = {}
            for unit, weights in self.shapes.items():
                move = self._moved(weights)[helper].mean(axis=0)
                if np.abs(move).max() > 1e-5:
                    shifts[unit] = np.tile(move, (len(built.points), 1))
            bone = np.full(len(built.points), BONES.index("head"))
            triangles = split(built.faces) if built.faces.shape[1] == 4 else built.faces
            self._write(name, built.points, triangles, built.colours[:, :3], 0.25, bone, shifts)

    def _helper(self, name: str, groups: tuple[str, ...], colour: str, rough: float = 0.7) -> None:
        colours = np.tile(linear(colour), (human.COUNT, 1))
        self._mesh(name, landmarks.faces_of(*groups), colours, rough)

    def _hair(self) -> None:
        """A plain cap of hair: the skin of the head behind the hairline, moved outwards."""
        _, y, z = (self.points[: landmarks.BODY] - self.joints["leftEye"]).T
        jaw = human.joint(self.points, "jaw")[1] - self.joints["leftEye"][1]
        above, behind = HAIRLINE
        edge = np.minimum(np.maximum(y - above, -z - behind), (y - jaw + 0.3) / 0.5)
        edge = np.minimum(edge, 0.5 - landmarks.smoothed(landmarks.painted("ears"), 4))
        rise = landmarks.smoothed(np.clip(edge / 0.25, 0, 1), 6)
        faces = landmarks.body_faces()
        faces = faces[(rise[faces] > 0.02).all(axis=1)]
        normals = landmarks.vertex_normals(self.points, landmarks.body_faces())
        thick = np.concatenate([CAP * np.sqrt(rise), np.zeros(human.COUNT - landmarks.BODY)])
        streaks = 1 + 0.35 * np.sin(90 * np.arctan2(self.points[:, 0], self.points[:, 1] - self.points[:, 2]))
        colour = np.array(linear(str(_of(self.recipe.hair, "colour", "#3b1f12"))))
        colours = np.clip(colour * streaks[:, None], 0, 1)
        self._mesh("hair", faces, colours, 0.5, thick[:, None] * normals, still=True)

    def _shirt(self) -> None:
        """A plain shirt: the skin below the neck, moved outwards."""
        faces = landmarks.body_faces()
        low = self.joints["leftEye"][1] - BELOW
        neck = self.joints["neck"]
        top = neck[1] - COLLAR - 0.35 * (self.points[:, 2] - neck[2])
        inside = (self.points[:, 1] < top) & (self.points[:, 1] > low)
        faces = faces[inside[faces].all(axis=1)]
        normals = landmarks.vertex_normals(self.points, landmarks.body_faces())
        colour = str(_of(self.recipe.clothes, "outer_colour", "#1d4a63"))
        colours = np.tile(linear(colour), (human.COUNT, 1))
        self._mesh("shirt", faces, colours, 0.9, PUFF * normals, still=True)

    def _mesh(
        self, name: str, quads: NDArray[np.int64], colours: Points, rough: float,
        off: Points | None = None, still: bool = False,
    ) -> None:  # fmt: skip
        """A part of the base, with its units unless it is still."""
        used, local = np.unique(quads, return_inverse=True)
        points = self.points if off is None else self.points + off
        shifts = {}
        for unit, weights in self.shapes.items() if not still else ():
            shift = self._moved(weights)[used]
            if np.abs(shift).max() > 1e-5:
                shifts[unit] = shift
        self._write(name, points[used], split(local.reshape(quads.shape)), colours[used], rough, None, shifts)

    def _moved(self, weights: Mapping[str, float]) -> Points:
        shift = np.zeros((human.COUNT, 3))
        for unit, weight in weights.items():
            vertices, shifts = self.units[unit]
            shift[vertices] += weight * shifts
        return shift

    def _write(
        self, name: str, points: Points, triangles: NDArray[np.int64], colours: Points, rough: float,
        bone: NDArray[np.int64] | None, shifts: Mapping[str, Points],
    ) -> None:  # fmt: skip
        document = self.document
        material = document.add(
            "materials",
            {"name": name, "doubleSided": name == "hair",
             "pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": rough}},
        )  # fmt: skip
        joints, weights = self._weights(points, bone)
        attributes = {
            "COLOR_0": (np.concatenate([colours, np.ones((len(colours), 1))], 1), "f4"),
            "JOINTS_0": (joints, "u1"),
            "WEIGHTS_0": (weights, "f4"),
        }
        names = list(shifts)
        targets = [METRES * shifts[unit] for unit in names]
        primitive = document.add_primitive(METRES * points, triangles, material, attributes, targets)
        mesh: dict[str, Any] = {"name": name, "primitives": [primitive]}
        if names:
            mesh |= {"extras": {"targetNames": names}, "weights": [0.0] * len(names)}
        self.meshes.append(document.add("meshes", mesh))
        document.add("nodes", {"name": name, "mesh": self.meshes[-1], "skin": self.skin})

    def _weights(self, points: Points, bone: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], Points]:
        joints, weights = np.zeros((len(points), 4), dtype=np.int64), np.zeros((len(points), 4))
        if bone is not None:
            joints[:, 0], weights[:, 0] = bone, 1
            return joints, weights
        neck, jaw = self.joints["neck"][1], human.joint(self.points, "jaw")[1]
        rise = np.clip((points[:, 1] - neck) / (jaw - neck), 0, 1)
        low = np.clip((points[:, 1] - neck + 0.8) / 0.8, 0, 1)
        joints[:, :3] = [BONES.index("head"), BONES.index("neck"), BONES.index("chest")]
        weights[:, 0], weights[:, 1], weights[:, 2] = rise, (1 - rise) * low, (1 - rise) * (1 - low)
        return joints, weights

    def _expressions(self) -> None:
        document = self.document.json
        preset = {name: {"morphTargetBinds": self._binds(name)} for name in EXPRESSIONS}
        preset["blink"] = {"morphTargetBinds": self._binds("blinkLeft") + self._binds("blinkRight")}
        bones = {bone: {"node": BONES.index(bone)} for bone in BONES}
        document["extensionsUsed"] = ["VRMC_vrm"]
        document["extensions"] = {
            "VRMC_vrm": {
                "specVersion": "1.0",
                "meta": {"name": self.recipe.name, "authors": ["Rostra"]},
                "humanoid": {"humanBones": bones},
                "expressions": {"preset": preset},
            }
        }
        for mesh in document["meshes"]:  # names say nothing: the expressions do
            names = mesh.get("extras", {}).get("targetNames", [])
            mesh["extras"] = {"targetNames": [f"target_{n}" for n in range(len(names))]}

    def _binds(self, expression: str) -> list[dict[str, Any]]:
        binds = []
        for number, node in enumerate(self.document.json["nodes"]):
            if "mesh" in node:
                names = self.document.json["meshes"][node["mesh"]].get("extras", {}).get("targetNames", [])
                if expression in names:
                    binds.append({"node": number, "index": names.index(expression), "weight": 1.0})
        return binds


def _of(part: object, name: str, default: str) -> object:
    """A value of a recipe's table, which may be a model or a plain table."""
    return part.get(name, default) if isinstance(part, dict) else getattr(part, name, default)


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Export a person as a 3D model.")
    parser.add_argument("name")
    parser.add_argument("--vrm", action="store_true", help="with VRM 1.0's expressions")
    parser.add_argument("-o", "--output", type=Path, default=Path("person.glb"))
    options = parser.parse_args()
    options.output.write_bytes(Export(read(options.name), options.vrm).document.bytes())


if __name__ == "__main__":
    main()
