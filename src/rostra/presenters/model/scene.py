"""The scene: everything that a document shows, as one mesh in its pose of rest.

Skins are applied, so that points stand where a viewer would see them; blendshapes are turned along.
Each primitive of each shown node becomes a run of vertices; those that no triangle uses are left out.

Source: Khronos glTF 2.0 specification, section 3.7 (meshes, morph targets, skins).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.model import accessors
from rostra.presenters.model.container import REPAIR, Document, Json, whole
from rostra.presenters.model.nodes import Tree

MAX_VERTICES = 300_000  # of everything shown
MAX_TRIANGLES = 600_000
MAX_TARGETS = 600  # morph targets of a mesh
MAX_SHIFTS = 20_000_000  # shifts of all morph targets that are read
MAX_JOINTS = 1024
STILL = 1e-6  # of the model's height: shifts below are none

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Target = tuple[Indices, Points]  # vertices, shifts
Source = tuple[int, int, int]  # mesh, target, node


@dataclass(frozen=True)
class Scene:
    """Everything shown.

    Args:
        points: (n, 3) metres, y up.
        normals: (n, 3) unit.
        uv: (n, 2, 2) two sets of texture coordinates.
        colours: (n, 4) linear light.
        triangles: (t, 3) counter-clockwise seen from outside.
        material: (t,) index; the last is the default.
        targets: (mesh, target, node) -> vertices and shifts.
        named: name of a morph target -> where it is.
        bones: node -> (n,) share of its weight at each vertex.
        labels: (n,) index into `titles`.
        titles: names of node, mesh and material of each primitive, in small letters.
    """

    points: Points
    normals: Points
    uv: Points
    colours: Points
    triangles: Indices
    material: Indices
    targets: Mapping[Source, Target]
    named: Mapping[str, list[Source]]
    bones: Mapping[int, Points]
    labels: Indices
    titles: tuple[str, ...]


@dataclass
class _Growing:
    """A scene while it is read."""

    parts: dict[str, list[Any]] = field(
        default_factory=lambda: {
            n: [] for n in ("points", "normals", "uv", "colours", "triangles", "material", "labels")
        }
    )
    targets: dict[Source, list[Target]] = field(default_factory=dict)
    named: dict[str, list[Source]] = field(default_factory=dict)
    bones: dict[int, list[tuple[Indices, Points]]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    count: int = 0
    triangles: int = 0
    shifts: int = 0


def scene(document: Document, tree: Tree, wanted: Callable[[str, Source], bool]) -> Scene:
    """Read what a document shows.

    Args:
        document: the model.
        tree: its nodes, posed.
        wanted: whether a morph target is needed, by name and place.

    Raises:
        ModelError: something is broken, missing or too large; names the part.
    """
    placed, grown = tree.placed(), _Growing()
    for node in tree.order:
        info = document.every("nodes")[node]
        if "mesh" in info:
            _Reader(document, tree, placed, wanted, grown).read(node, info)
    if not grown.triangles:
        raise ModelError("The model shows no triangles.", "Export it with its meshes.", "meshes")
    parts = {name: np.concatenate(arrays) for name, arrays in grown.parts.items()}
    bones = {node: _dense(runs, grown.count) for node, runs in grown.bones.items()}
    joined = {
        source: (np.concatenate([run[0] for run in runs]), np.concatenate([run[1] for run in runs]))
        for source, runs in grown.targets.items()
    }
    return Scene(**parts, targets=joined, named=grown.named, bones=bones, titles=tuple(grown.titles))


def _dense(runs: list[tuple[Indices, Points]], count: int) -> Points:
    result = np.zeros(count)
    for vertices, weights in runs:
        result[vertices] += weights
    return result


class _Reader:
    def __init__(
        self, document: Document, tree: Tree, placed: Points,
        wanted: Callable[[str, Source], bool], grown: _Growing,
    ) -> None:  # fmt: skip
        self._document, self._tree, self._placed = document, tree, placed
        self._wanted, self._grown = wanted, grown

    def read(self, node: int, info: Json) -> None:
        """Add a node's mesh."""
        document = self._document
        mesh = document.one("meshes", info["mesh"])
        primitives = mesh.get("primitives", [])
        if not isinstance(primitives, list) or not all(isinstance(p, dict) for p in primitives):
            raise ModelError(f"meshes[{info['mesh']}] has no primitives.", REPAIR, "meshes")
        skin = self._skin(info["skin"]) if "skin" in info else None
        title = f"{info.get('name', '')} {mesh.get('name', '')}"
        for number, primitive in enumerate(primitives):
            if primitive.get("mode", 4) == 4:  # triangles; points and lines show nothing here
                name = f"meshes[{info['mesh']}].primitives[{number}]"
                self._primitive(primitive, name, node, info["mesh"], mesh, skin, title)

    def _primitive(
        self, info: Json, name: str, node: int, mesh_number: int, mesh: Json, skin: Any, title: str
    ) -> None:
        document, grown = self._document, self._grown
        attributes = info.get("attributes")
        if not isinstance(attributes, dict) or "POSITION" not in attributes:
            raise ModelError(f"{name} has no positions.", REPAIR, name)
        points = accessors.array(document, attributes["POSITION"], f"{name}.POSITION", 3).astype(np.float64)
        triangles = self._triangles(info, name, len(points))
        used, local = np.unique(triangles, return_inverse=True)
        triangles = local.reshape(-1, 3)
        self._budget(len(used), len(triangles))
        matrices = self._matrices(attributes, name, node, skin, used, len(points))
        posed = _moved(matrices, points[used])
        if np.median(np.linalg.det(matrices[:, :3, :3])) < 0:
            triangles = triangles[:, ::-1]
        number = info.get("material")
        material = len(document.every("materials")) if number is None else number
        if number is not None:
            document.one("materials", number)
        parts = grown.parts
        parts["points"].append(posed)
        parts["normals"].append(
            self._normals(attributes, name, used, matrices, posed, triangles, len(points))
        )
        parts["uv"].append(self._coordinates(attributes, name, used, len(points)))
        parts["colours"].append(self._colours(attributes, name, used, len(points)))
        parts["triangles"].append(triangles + grown.count)
        parts["material"].append(np.full(len(triangles), material))
        parts["labels"].append(np.full(len(used), len(grown.titles)))
        label = document.one("materials", number).get("name", "") if number is not None else ""
        grown.titles.append(f"{title} {label}".lower())
        self._targets(info, name, mesh_number, node, mesh, used, matrices, len(points))
        grown.count += len(used)
        grown.triangles += len(triangles)

    def _budget(self, vertices: int, triangles: int) -> None:
        if self._grown.count + vertices > MAX_VERTICES:
            raise ModelError(f"The model has more than {MAX_VERTICES} vertices.", "Simplify it.", "meshes")
        if self._grown.triangles + triangles > MAX_TRIANGLES:
            raise ModelError(f"The model has more than {MAX_TRIANGLES} triangles.", "Simplify it.", "meshes")

    def _triangles(self, info: Json, name: str, count: int) -> Indices:
        if "indices" in info:
            flat = accessors.indices(self._document, info["indices"], f"{name}.indices", 1, count)[:, 0]
        else:
            flat = np.arange(count)
        triangles: Indices = flat[: len(flat) // 3 * 3].reshape(-1, 3)
        return triangles

    def _attribute(self, values: NDArray[Any], name: str, used: Indices, count: int) -> Points:
        if len(values) != count:
            raise ModelError(f"{name} has {len(values)} values for {count} positions.", REPAIR, name)
        kept: Points = values[used].astype(np.float64)
        return kept

    def _normals(
        self, attributes: Json, name: str, used: Indices, matrices: Points, posed: Points,
        triangles: Indices, count: int,
    ) -> Points:  # fmt: skip
        if "NORMAL" not in attributes:
            return normals(posed, triangles)
        name = f"{name}.NORMAL"
        values = accessors.array(self._document, attributes["NORMAL"], name, 3)
        kept = self._attribute(values, name, used, count)
        turned = np.einsum("nij,nj->ni", _cofactors(matrices[:, :3, :3]), kept)
        return _unit(turned * np.sign(np.linalg.det(matrices[:, :3, :3]))[:, None])

    def _coordinates(self, attributes: Json, name: str, used: Indices, count: int) -> Points:
        result = np.zeros((len(used), 2, 2))
        for channel in range(2):
            key = f"TEXCOORD_{channel}"
            if key in attributes:
                values = accessors.array(self._document, attributes[key], f"{name}.{key}", 2)
                result[:, channel] = self._attribute(values, f"{name}.{key}", used, count)
        return np.clip(result, -1e4, 1e4)

    def _colours(self, attributes: Json, name: str, used: Indices, count: int) -> Points:
        if "COLOR_0" not in attributes:
            return np.ones((len(used), 4))
        values = accessors.colours(self._document, attributes["COLOR_0"], f"{name}.COLOR_0")
        return self._attribute(values, f"{name}.COLOR_0", used, count)

    def _skin(self, index: Any) -> tuple[Indices, Points]:
        """The joints of a skin and their matrices."""
        name = f"skins[{index}]"
        info = self._document.one("skins", index)
        joints, nodes = info.get("joints"), len(self._tree.names)
        if not isinstance(joints, list) or not 0 < len(joints) <= MAX_JOINTS:
            raise ModelError(f"{name} has no joints, or more than {MAX_JOINTS}.", REPAIR, name)
        if not all(whole(joint) and 0 <= joint < nodes for joint in joints):
            raise ModelError(f"{name} names a joint that is not there.", REPAIR, name)
        placed = self._placed[joints]
        if "inverseBindMatrices" not in info:
            return np.array(joints), placed
        inverse = accessors.array(self._document, info["inverseBindMatrices"], name, 16).astype(np.float64)
        if len(inverse) < len(joints):
            raise ModelError(f"{name} has fewer matrices than joints.", REPAIR, name)
        return np.array(joints), placed @ inverse[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)

    def _matrices(
        self, attributes: Json, name: str, node: int, skin: Any, used: Indices, count: int
    ) -> Points:
        """(used, 4, 4) what places each vertex; notes the weights of bones."""
        if skin is None or "JOINTS_0" not in attributes:
            self._note(node, np.ones(len(used)))
            return np.broadcast_to(self._placed[node], (len(used), 4, 4))
        joints, matrices = skin
        total, result = np.zeros(len(used)), np.zeros((len(used), 4, 4))
        shares: dict[int, Points] = {}
        for group in range(2):
            if f"JOINTS_{group}" not in attributes:
                continue
            key = f"{name}.JOINTS_{group}"
            numbers = accessors.indices(self._document, attributes[f"JOINTS_{group}"], key, 4, 1 << 16)
            weights = accessors.array(
                self._document, attributes.get(f"WEIGHTS_{group}"), f"{name}.WEIGHTS_{group}", 4
            )
            numbers = self._attribute(numbers, key, used, count).astype(np.int64)
            weights = np.maximum(self._attribute(weights, f"{name}.WEIGHTS_{group}", used, count), 0)
            if (numbers[weights > 0] >= len(joints)).any():
                raise ModelError(f"{key} names a joint that is not there.", REPAIR, key)
            numbers = np.minimum(numbers, len(joints) - 1)
            for column in range(4):
                weight = weights[:, column]
                result += weight[:, None, None] * matrices[numbers[:, column]]
                total += weight
                for joint in np.unique(numbers[weight > 0, column]):
                    share = shares.setdefault(int(joints[joint]), np.zeros(len(used)))
                    share += weight * (numbers[:, column] == joint)
        loose = total <= 1e-6
        total[loose] = 1
        result /= total[:, None, None]
        result[loose] = self._placed[node]
        for joint, share in shares.items():
            self._note(joint, share / total)
        return result

    def _note(self, node: int, weights: Points) -> None:
        vertices = np.flatnonzero(weights > 0)
        self._grown.bones.setdefault(node, []).append((vertices + self._grown.count, weights[vertices]))

    def _targets(
        self, info: Json, name: str, mesh_number: int, node: int, mesh: Json, used: Indices,
        matrices: Points, count: int,
    ) -> None:  # fmt: skip
        targets = info.get("targets", [])
        if not isinstance(targets, list) or len(targets) > MAX_TARGETS:
            raise ModelError(f"{name} has more than {MAX_TARGETS} morph targets.", "Simplify it.", name)
        titles = _target_names(mesh, info)
        grown = self._grown
        for number, target in enumerate(targets):
            title = titles[number] if number < len(titles) else ""
            source = (mesh_number, number, node)
            if not isinstance(target, dict) or "POSITION" not in target or not self._wanted(title, source):
                continue
            part = f"{name}.targets[{number}]"
            shifts = accessors.array(self._document, target["POSITION"], part, 3)
            kept = self._attribute(shifts, part, used, count)
            moved = np.einsum("nij,nj->ni", matrices[:, :3, :3], kept)
            where = np.flatnonzero(np.abs(moved).max(axis=1, initial=0) > STILL)
            grown.shifts += len(where)
            if grown.shifts > MAX_SHIFTS:
                raise ModelError("The model's morph targets are too large.", "Simplify it.", "targets")
            grown.targets.setdefault(source, []).append((where + grown.count, moved[where]))
            if title and source not in grown.named.setdefault(title, []):
                grown.named[title].append(source)


def _target_names(mesh: Json, primitive: Json) -> list[str]:
    for holder in (mesh, primitive):
        extras = holder.get("extras")
        found = extras.get("targetNames") if isinstance(extras, dict) else None
        if isinstance(found, list):
            return [str(name) for name in found]
    return []


def _moved(matrices: Points, points: Points) -> Points:
    moved: Points = np.einsum("nij,nj->ni", matrices[:, :3, :3], points) + matrices[:, :3, 3]
    return moved


def _cofactors(matrices: Points) -> Points:
    """(n, 3, 3) what turns normals: the inverse transposed, times the determinant."""
    a, b, c = matrices[:, 0], matrices[:, 1], matrices[:, 2]
    return np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)


def _unit(vectors: Points) -> Points:
    unit: Points = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit


def normals(points: Points, triangles: Indices) -> Points:
    """(n, 3) unit normals of a mesh, weighed by area."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for k in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, k], face[:, axis], len(points))
    return _unit(total)
