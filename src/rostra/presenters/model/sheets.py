"""Sheets: the layers of a pack while they are made, and how they become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.model.scene import Target
from rostra.presenters.pack import MAX_VERTICES, KeyInfo, Pack, Texture
from rostra.presenters.sheet import Sheet as KeyedSheet
from rostra.presenters.sheet import assemble

Points = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Look:
    """What a layer looks like in one key.

    Args:
        texture: name of the picture.
        uv: (n, 2) canvas pixels where each vertex is seen in it.
        mask: (n,) how much each vertex may take of it.
        drive: what brings it up.
    """

    texture: str
    uv: Points
    mask: Points
    drive: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """One layer.

    Args:
        name: of the layer.
        vertices: (n, 3) canvas units.
        triangles: (t, 3) in draw order.
        looks: its keys, the rest first.
        head: (n,) how much vertices follow the head.
        breath: (n, 2) shift at full breath.
        shapes: channel -> vertices and canvas units of shift.
        gaze: 1 or 2 for what turns with the left or right eyeball, else 0.
        fine: has thin edges that move.
    """

    name: str
    vertices: Points
    triangles: Indices
    looks: Sequence[Look]
    head: Points
    breath: Points
    shapes: Mapping[str, Target] = field(default_factory=dict)
    gaze: int = 0
    fine: bool = False


def assembled(
    sheets: Sequence[Sheet], manifest: Mapping[str, object], textures: Mapping[str, Texture]
) -> Pack:
    """A pack of layers.

    Args:
        sheets: in draw order.
        manifest: the fields of `Manifest` except shapes, layers and textures.
        textures: the pictures by name.

    Raises:
        ModelError: more vertices than a pack holds.
    """
    count = sum(len(sheet.vertices) for sheet in sheets)
    if count > MAX_VERTICES:
        raise ModelError(
            f"{count} vertices of the model are in sight; a pack holds {MAX_VERTICES}.",
            "Simplify its meshes.", "meshes",
        )  # fmt: skip
    return assemble([_keyed(sheet) for sheet in sheets], manifest, textures)


def _keyed(sheet: Sheet) -> KeyedSheet:
    return KeyedSheet(
        name=sheet.name,
        vertices=sheet.vertices,
        triangles=sheet.triangles,
        keys=[KeyInfo(texture=look.texture, drive=dict(look.drive)) for look in sheet.looks],
        uv=np.stack([look.uv for look in sheet.looks]),
        mask=np.stack([look.mask for look in sheet.looks]),
        head=sheet.head,
        breath=sheet.breath,
        shapes=sheet.shapes,
        gaze=sheet.gaze,
        fine=sheet.fine,
    )
