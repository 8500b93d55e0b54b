"""The bake: from a model's file to a pack.

Everything happens here, on the CPU and without a window: afterwards only the pack is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model import faces, pictures, skeleton
from rostra.presenters.model.container import Document, read
from rostra.presenters.model.cutter import Cutter
from rostra.presenters.model.faces import Face
from rostra.presenters.model.figure import Figure
from rostra.presenters.model.keys import Places
from rostra.presenters.model.layers import layers
from rostra.presenters.model.materials import BLEND, Material, materials
from rostra.presenters.model.nodes import Tree, tree
from rostra.presenters.model.photograph import Studio
from rostra.presenters.model.portrait import (
    DISTANCE,
    EYE_LINE,
    HEIGHT,
    WIDTH,
    Landmarks,
    Portrait,
    faced,
    landmarks,
    portrait,
    turned,
)
from rostra.presenters.model.roles import Sorter
from rostra.presenters.model.scene import Scene, scene
from rostra.presenters.model.sheets import assembled
from rostra.presenters.model.vrm import vrm
from rostra.presenters.own import Profile
from rostra.presenters.pack import Pack, Texture

NECK = 0.55  # distances from mouth to eyes below the chin where a neck ends, if no bone says it
JAW = 0.15  # the same above the chin where the head begins
PIVOT = (0.45, 1.25)  # where a head turns without a bone: below the eyes, behind them
SIDES = ("left", "right")

Points = NDArray[np.float64]


def from_model(source: Path, profile: Profile, bio: str = "") -> Pack:
    """Make a presenter from a 3D model.

    Args:
        source: a .glb, .gltf or .vrm with ARKit's blendshapes or VRM's expressions.
        profile: who it is.
        bio: one line about them.

    Raises:
        ModelError: the file cannot be read, or lacks what a presenter needs; names the part.
    """
    document = read(source)
    subject = _Subject(document)
    cutter = subject.cutter()
    sheets = layers(cutter)
    manifest = {
        "id": profile.id,
        "name": profile.name,
        "kind": profile.kind,
        "bio": bio,
        "voice": profile.choice,
        "origin": profile.origin("model", _digest(document)),
        **subject.manifest(cutter.textures),
    }
    return assembled(sheets, manifest, cutter.textures)


def _digest(document: Document) -> str:
    """SHA-256 of a document and its buffers."""
    digest = hashlib.sha256(document.text)
    for buffer in document.buffers:
        digest.update(buffer)
    return digest.hexdigest()


class _Subject:
    """A model before the camera."""

    def __init__(self, document: Document) -> None:
        self._known = vrm(document)
        nodes = tree(document)
        self._bones = skeleton.bones(document, nodes, self._known.bones)
        nodes = skeleton.lowered(nodes, self._bones)
        raw = scene(document, nodes, faces.filter_for(self._known))
        face = Face(raw, self._known)
        turn = faced(raw, face.opening(), face.blinking())
        self._scene = turned(raw, turn)
        self._placed = nodes.placed()
        self._placed[:, :3, 3] = self._placed[:, :3, 3] @ turn.T
        self._face = Face(self._scene, self._known)
        self._materials = materials(document)
        self._document = document
        self._look(nodes)

    def _look(self, nodes: Tree) -> None:
        """Find the face and set up the camera."""
        found, shown = self._bones, self._scene
        hung = {side: skeleton.following(nodes, found, dict(shown.bones), f"{side}Eye") for side in SIDES}
        head = skeleton.head(nodes, found, dict(shown.bones))
        spots = {
            side: place
            for side in SIDES
            if (place := skeleton.place(self._placed, found, f"{side}Eye")) is not None
            and hung[side] is not None
        }
        self._spots = spots
        self.landmarks: Landmarks = landmarks(
            shown.points, self._face.opening(), self._face.blinking(), head, spots
        )
        self.portrait: Portrait = portrait(self.landmarks)
        self._head = self._by_height(shown) if head is None else head
        self._hung = hung

    def _by_height(self, shown: Scene) -> Points:
        """(n,) how much vertices follow the head, by their height alone."""
        face = self.landmarks
        low, high = face.chin - NECK * face.height, face.chin + JAW * face.height
        rise = np.clip((shown.points[:, 1] - low) / (high - low), 0, 1)
        smooth: Points = rise * rise * (3 - 2 * rise)
        return smooth

    def figure(self) -> Figure:
        """The model on the canvas."""
        shown, face, camera = self._scene, self.landmarks, self.portrait
        channels = self._face.channels(float(face.eyes[0]), face.eyes, face.mouth)
        eyeball = np.zeros(len(shown.points), np.int8)
        for number, side in enumerate(SIDES, 1):
            weight = self._hung[side]
            if weight is not None:
                eyeball[weight > 0.5] = number
        return Figure(
            points=camera.canvas(shown.points),
            normals=shown.normals,
            uv=self._coordinates(shown),
            colours=shown.colours,
            triangles=shown.triangles,
            material=shown.material,
            shifts={name: (where, camera.shifts(moves)) for name, (where, moves) in channels.items()},
            head=self._head,
            eyeball=eyeball,
            labels=shown.labels,
            titles=shown.titles,
        )

    def _coordinates(self, shown: Scene) -> Points:
        """(n, 2) the set of texture coordinates that each vertex's material uses."""
        channel = np.zeros(len(shown.points), np.int64)
        by_triangle = np.array([material.channel for material in self._materials])[shown.material]
        channel[shown.triangles] = by_triangle[:, None]
        uv: Points = shown.uv[np.arange(len(channel)), channel]
        return uv

    def cutter(self) -> Cutter:
        """What makes the layers."""
        figure, camera, face = self.figure(), self.portrait, self.landmarks
        textures = {self._materials[n].texture for n in np.unique(figure.material)}
        used = sorted(texture for texture in textures if texture is not None)
        hung = pictures.hang(self._document, used)
        numbers = {texture: number for number, texture in enumerate(used)}
        left, right, mouth = camera.canvas(np.stack([face.left, face.right, face.mouth]))
        places = Places(left, right, mouth)
        bones = {side: camera.canvas(place[None])[0] for side, place in self._spots.items()}
        roles = Sorter(figure, places, bones).roles()
        self._centres, self._roles = roles.centres, roles
        shown = {n: _untextured(m) if m.texture not in numbers else m for n, m in enumerate(self._materials)}
        studio = Studio(figure, list(shown.values()), hung, numbers)
        clear = np.array([material.mode == BLEND for material in self._materials])[figure.material]
        neck = float(camera.canvas(np.array([[0.0, face.chin - NECK * face.height, 0.0]]))[0, 1])
        return Cutter(figure, roles, places, studio, neck, clear)

    def manifest(self, textures: Mapping[str, Texture]) -> dict[str, object]:
        """Where things lie on the canvas."""
        return {
            "canvas": (WIDTH, HEIGHT),
            "distance": DISTANCE,
            "pivot": self._pivot(),
            "eyes": {side: tuple(map(float, centre)) for side, centre in self._centres.items()},
            "framing": self._framing(textures),
        }

    def _pivot(self) -> tuple[float, float, float]:
        face = self.landmarks
        default = face.eyes - np.array([0, PIVOT[0], PIVOT[1]]) * face.height
        bone = skeleton.place(self._placed, self._bones, "head")
        sensible = bone is not None and face.chin - face.height < bone[1] < face.eyes[1] + face.height
        x, y, z = self.portrait.canvas((bone if sensible else default)[None])[0]  # type: ignore[index]
        return float(x), float(y), float(z)

    def _framing(self, textures: Mapping[str, Texture]) -> dict[str, float]:
        camera, face = self.portrait, self.landmarks
        chin = float(camera.canvas(np.array([[0.0, face.chin, face.mouth[2]]]))[0, 1])
        top = min(_extent(textures[name])[1] for name in ("hair", "hair-back", "face") if name in textures)
        low = _extent(textures.get("body", textures["face"]))
        return {
            "top": min(top, EYE_LINE - 40.0),
            "chin": chin,
            "eyes": EYE_LINE,
            "centre": WIDTH / 2,
            "bottom": max(low[3], chin + 20.0),
            "left": low[0],
            "right": low[2],
        }


def _untextured(material: Material) -> Material:
    return Material(**{**vars(material), "texture": None})


def _extent(texture: Texture) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a picture on the canvas."""
    info, (height, width) = texture.info, texture.image.shape[:2]
    return info.x, info.y, info.x + width / info.scale, min(float(HEIGHT), info.y + height / info.scale)
