"""The skeleton: arms that hang, and how much each point follows head and eyes.

VRM says which node is which bone; other rigs are known by their bones' names. A model without a skeleton
is turned by height alone: what lies above the jaw is head, what lies below the neck is not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model import names
from rostra.presenters.model.container import Document
from rostra.presenters.model.nodes import Matrices, Tree

HANGING = np.array([0.30, -0.95, 0.05])  # direction of a left upper arm at rest: out, down, a little forward
NEAR = 0.9  # cosine from which an arm hangs already
NECK = 0.45  # how much the neck's own part follows the head

Points = NDArray[np.float64]


def bones(document: Document, tree: Tree, known: dict[str, int]) -> dict[str, int]:
    """The bones of a model: those that VRM names, and others by their nodes' names."""
    joints = {
        joint
        for skin in document.every("skins")
        for joint in _list(skin.get("joints"))
        if isinstance(joint, int)
    }
    valid = {bone: node for bone, node in known.items() if 0 <= node < len(tree.names)}
    return names.bones(tree.names, joints) | valid


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def lowered(tree: Tree, found: dict[str, int]) -> Tree:
    """The tree with its arms hanging."""
    for side, sign in (("left", 1.0), ("right", -1.0)):
        upper, lower = found.get(f"{side}UpperArm"), found.get(f"{side}LowerArm")
        if upper is not None and lower is not None and tree.below(upper)[lower]:
            tree = _turned(tree, upper, lower, sign)
    return tree


def _turned(tree: Tree, upper: int, lower: int, sign: float) -> Tree:
    """The tree with one upper arm turned to where arms hang."""
    placed = tree.placed()
    arm = placed[lower, :3, 3] - placed[upper, :3, 3]
    length = np.linalg.norm(arm)
    outward = np.sign(arm[0]) if abs(arm[0]) > 0.3 * length else sign
    goal = HANGING * [outward, 1, 1] / np.linalg.norm(HANGING)
    if length <= 0 or arm @ goal > NEAR * length:
        return tree
    turn = np.eye(4)
    turn[:3, :3] = between(arm / length, goal)
    turn[:3, 3] = placed[upper, :3, 3] - turn[:3, :3] @ placed[upper, :3, 3]
    parent = tree.parents[upper]
    above = np.eye(4) if parent < 0 else placed[parent]
    local = tree.local.copy()
    local[upper] = np.linalg.solve(above, turn @ placed[upper])
    return replace(tree, local=local)


def between(start: Points, stop: Points) -> Points:
    """(3, 3) the shortest rotation from one unit vector to another that is not its opposite."""
    cross, dot = np.cross(start, stop), float(start @ stop)
    skew = np.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]], [-cross[1], cross[0], 0]])
    result: Points = np.eye(3) + skew + skew @ skew / max(1 + dot, 1e-6)
    return result


def following(tree: Tree, found: dict[str, int], weights: dict[int, Points], bone: str) -> Points | None:
    """(n,) how much vertices hang on a bone or what is below it; None if there is no such bone.

    Args:
        tree: the nodes.
        found: the bones.
        weights: node -> (n,).
        bone: its name.
    """
    if bone not in found:
        return None
    below = tree.below(found[bone])
    total = [weight for node, weight in weights.items() if below[node]]
    if not total:
        return None
    result: Points = np.clip(np.sum(total, axis=0), 0, 1)
    return result


def head(tree: Tree, found: dict[str, int], weights: dict[int, Points]) -> Points | None:
    """(n,) how much vertices follow the head; None if no bone says it."""
    whole = following(tree, found, weights, "head")
    if whole is None:
        return None
    neck = following(tree, found, weights, "neck")
    below = np.zeros_like(whole) if neck is None else np.maximum(neck - whole, 0)
    result: Points = np.clip(whole + NECK * below, 0, 1)
    return result


def place(matrices: Matrices, found: dict[str, int], bone: str) -> Points | None:
    """(3,) where a bone starts, or None."""
    if bone not in found:
        return None
    origin: Points = matrices[found[bone], :3, 3]
    return origin
