"""Nodes: the tree of a scene, and where everything in it stands.

Source: Khronos glTF 2.0 specification, section 3.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.model.container import REPAIR, Document, Json, whole

MAX_NODES = 10_000
MAX_DEPTH = 512  # nodes below each other
FAR = 1e5  # metres: what stands farther away is a mistake

Matrix = NDArray[np.float64]
Matrices = NDArray[np.float64]


@dataclass(frozen=True)
class Tree:
    """The nodes of the shown scene.

    Args:
        names: of all nodes of the document.
        parents: of each, -1 for a root.
        local: (n, 4, 4) transforms against the parent.
        order: the shown nodes, parents before children.
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    local: Matrices
    order: tuple[int, ...]

    def placed(self) -> Matrices:
        """(n, 4, 4) transforms against the scene; the unit for nodes that are not shown."""
        result = np.tile(np.eye(4), (len(self.names), 1, 1))
        for node in self.order:
            parent = self.parents[node]
            result[node] = self.local[node] if parent < 0 else result[parent] @ self.local[node]
        return result

    def below(self, node: int) -> NDArray[np.bool_]:
        """(n,) which nodes are this one or hang below it."""
        result = np.zeros(len(self.names), np.bool_)
        result[node] = True
        for other in self.order:
            if self.parents[other] >= 0 and result[self.parents[other]]:
                result[other] = True
        return result


def tree(document: Document) -> Tree:
    """The tree of the scene that the document shows.

    Raises:
        ModelError: nodes hang in a circle, have two parents, or stand nowhere sensible; names the node.
    """
    nodes = document.every("nodes")
    if len(nodes) > MAX_NODES:
        raise ModelError(f"The model has more than {MAX_NODES} nodes.", "Simplify the model.", "nodes")
    parents = np.full(len(nodes), -1, np.int64)
    children = [_children(info, number, len(nodes)) for number, info in enumerate(nodes)]
    for number, below in enumerate(children):
        for child in below:
            if parents[child] >= 0:
                raise ModelError(f"nodes[{child}] hangs below two nodes.", REPAIR, f"nodes[{child}]")
            parents[child] = number
    local = np.array([_local(info, f"nodes[{n}]") for n, info in enumerate(nodes)]).reshape(-1, 4, 4)
    order = _walk(_roots(document, parents), children)
    names = tuple(str(info.get("name", "")) for info in nodes)
    result = Tree(names, parents, local, order)
    if not (np.abs(result.placed()) < FAR).all():
        raise ModelError("Nodes of the model stand absurdly far away.", REPAIR, "nodes")
    return result


def _children(info: Json, number: int, count: int) -> list[int]:
    children = info.get("children", [])
    if not isinstance(children, list) or not all(whole(c) and 0 <= c < count for c in children):
        raise ModelError(f"nodes[{number}] names a child that is not there.", REPAIR, f"nodes[{number}]")
    return children


def _roots(document: Document, parents: NDArray[np.int64]) -> list[int]:
    if document.every("scenes"):
        roots = document.one("scenes", document.json.get("scene", 0)).get("nodes", [])
        if not isinstance(roots, list) or not all(whole(r) and 0 <= r < len(parents) for r in roots):
            raise ModelError("The scene names a node that is not there.", REPAIR, "scenes")
        return roots
    roots = [int(node) for node in np.flatnonzero(parents < 0)]
    if len(parents) and not roots:
        raise ModelError("The model's nodes hang in a circle.", REPAIR, "nodes")
    return roots


def _walk(roots: list[int], children: list[list[int]]) -> tuple[int, ...]:
    """Nodes, parents first."""
    order: list[int] = []
    seen: set[int] = set()
    waiting = [(root, 1) for root in reversed(roots)]
    while waiting:
        node, depth = waiting.pop()
        if node in seen or depth > MAX_DEPTH:
            what = "hangs in a circle" if node in seen else "hangs too deep"
            raise ModelError(f"nodes[{node}] {what}.", REPAIR, f"nodes[{node}]")
        seen.add(node)
        order.append(node)
        waiting.extend((child, depth + 1) for child in reversed(children[node]))
    return tuple(order)


def _local(info: Json, name: str) -> Matrix:
    """(4, 4) a node's own transform."""
    if "matrix" in info:
        return np.array(_floats(info["matrix"], 16, name)).reshape(4, 4).T
    x, y, z, w = _floats(info.get("rotation", [0, 0, 0, 1]), 4, name)
    result = np.eye(4)
    result[:3, :3] = turn(np.array([x, y, z, w])) * _floats(info.get("scale", [1, 1, 1]), 3, name)
    result[:3, 3] = _floats(info.get("translation", [0, 0, 0]), 3, name)
    return result


def turn(quaternion: NDArray[np.float64]) -> Matrix:
    """(3, 3) rotation of a quaternion x, y, z, w."""
    length = float(np.linalg.norm(quaternion))
    x, y, z, w = quaternion / length if length > 0 else np.array([0.0, 0.0, 0.0, 1.0])
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _floats(value: Any, count: int, name: str) -> list[float]:
    fine = isinstance(value, list) and len(value) == count
    if not fine or not all(isinstance(n, int | float) and abs(n) < FAR for n in value):
        raise ModelError(f"{name} has a broken transform.", REPAIR, name)
    return [float(n) for n in value]
