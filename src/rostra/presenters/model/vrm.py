"""VRM: what its extension says of a model: the bones of a person and named expressions.

Source: VRM Consortium, VRMC_vrm-1.0 (humanoid, expressions) and VRM 0.x (humanoid, blendShapeMaster).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rostra.presenters.model import names
from rostra.presenters.model.container import Document, Json, whole

OLD_WEIGHTS = 100.0  # a full weight in VRM 0.x
OLD_BONES = {"leftUpperArm", "rightUpperArm", "leftLowerArm", "rightLowerArm", *names.BONES}


class Bind(NamedTuple):
    """One morph target of an expression: of which mesh (and node, if named), which one, how much."""

    mesh: int
    target: int
    weight: float
    node: int | None = None


@dataclass(frozen=True)
class Vrm:
    """What VRM knows of a model.

    Args:
        bones: our name of a bone -> node.
        expressions: name in VRM 1.0 -> its morph targets.
        title: name of the person, if given.
    """

    bones: dict[str, int] = field(default_factory=dict)
    expressions: dict[str, list[Bind]] = field(default_factory=dict)
    title: str = ""


def vrm(document: Document) -> Vrm:
    """What a document's VRM extension says; empty without one. Broken entries are skipped."""
    extensions = _object(document.json.get("extensions"))
    if "VRMC_vrm" in extensions:
        return _new(document, _object(extensions["VRMC_vrm"]))
    if "VRM" in extensions:
        return _old(_object(extensions["VRM"]))
    return Vrm()


def _new(document: Document, info: Json) -> Vrm:
    bones = {
        name: _object(bone)["node"]
        for name, bone in _object(_object(info.get("humanoid")).get("humanBones")).items()
        if name in names.BONES and whole(_object(bone).get("node"))
    }
    groups = _object(info.get("expressions"))
    found: dict[str, list[Bind]] = {}
    for name, expression in [*_object(groups.get("custom")).items(), *_object(groups.get("preset")).items()]:
        known = names.expression(name) or names.channel(name)
        binds = list(_new_binds(document, _object(expression)))
        if known and binds:
            found[known] = binds
    return Vrm(bones, found, str(_object(info.get("meta")).get("name", "")))


def _new_binds(document: Document, expression: Json) -> Iterator[Bind]:
    nodes = document.every("nodes")
    for bind in _objects(expression.get("morphTargetBinds")):
        node, target = bind.get("node"), bind.get("index")
        if whole(node) and whole(target) and 0 <= node < len(nodes):
            mesh = nodes[node].get("mesh")
            if whole(mesh):
                yield Bind(mesh, target, _weight(bind, 1.0), node)


def _old(info: Json) -> Vrm:
    bones = {
        str(bone["bone"]): bone["node"]
        for bone in _objects(_object(info.get("humanoid")).get("humanBones"))
        if bone.get("bone") in OLD_BONES and whole(bone.get("node"))
    }
    found: dict[str, list[Bind]] = {}
    for group in _objects(_object(info.get("blendShapeMaster")).get("blendShapeGroups")):
        preset, title = str(group.get("presetName", "")), str(group.get("name", ""))
        known = names.expression(preset) or names.expression(title) or names.channel(title)
        binds = [
            Bind(bind["mesh"], bind["index"], _weight(bind, OLD_WEIGHTS))
            for bind in _objects(group.get("binds"))
            if whole(bind.get("mesh")) and whole(bind.get("index"))
        ]
        if known and binds:
            found[known] = binds
    return Vrm(bones, found, str(_object(info.get("meta")).get("title", "")))


def _weight(bind: Json, full: float) -> float:
    weight = bind.get("weight", full)
    return min(max(float(weight) / full, 0.0), 1.0) if isinstance(weight, int | float) else 1.0


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [thing for thing in value if isinstance(thing, dict)] if isinstance(value, list) else []
