"""What we ask of Blender: objects from arrays, materials from nodes.

Everything outside this module speaks person's coordinates (x left, y up, z front); Blender's are
(x, -z, y). Only this module and `studio` know that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Colour = tuple[float, float, float]


def reset() -> None:
    """Empty the scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def to_blender(points: ArrayLike) -> NDArray[np.float32]:
    """(..., 3) person's coordinates -> Blender's."""
    p = np.asarray(points, dtype=np.float32)
    return np.stack([p[..., 0], -p[..., 2], p[..., 1]], axis=-1)


def from_blender(points: ArrayLike) -> Points:
    """(..., 3) Blender's coordinates -> person's."""
    p = np.asarray(points, dtype=np.float64)
    return np.stack([p[..., 0], p[..., 2], -p[..., 1]], axis=-1)


def linear(colour: str) -> Colour:
    """`#rrggbb` (sRGB) -> linear light."""
    code = colour.lstrip("#")
    value = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float(light[0]), float(light[1]), float(light[2])


def mesh(
    name: str,
    points: ArrayLike,
    faces: NDArray[np.int64],
    material: Any = None,
    attributes: Mapping[str, ArrayLike] | None = None,
    uv: ArrayLike | None = None,
) -> Any:
    """A smooth mesh object.

    Args:
        name: of the object.
        points: (n, 3) person's coordinates.
        faces: (f, 3 or 4) vertex indices, counter-clockwise seen from outside.
        material: what it is made of.
        attributes: (n,) numbers, (n, 3) vectors or (n, 4) colours per vertex, for the shader; whole numbers
            stay whole.
        uv: (f, corners, 2) texture coordinates.
    """
    data = bpy.data.meshes.new(name)
    place = to_blender(points)
    corners = faces.shape[1]
    data.vertices.add(len(place))
    data.vertices.foreach_set("co", place.ravel())
    data.loops.add(faces.size)
    data.loops.foreach_set("vertex_index", faces.astype(np.int32).ravel())
    data.polygons.add(len(faces))
    data.polygons.foreach_set("loop_start", np.arange(0, faces.size, corners, dtype=np.int32))
    data.update(calc_edges=True)
    data.polygons.foreach_set("use_smooth", np.ones(len(faces), dtype=bool))
    for key, values in (attributes or {}).items():
        set_attribute(data, key, values)
    if uv is not None:
        layer = data.uv_layers.new(name="UVMap")
        layer.uv.foreach_set("vector", np.asarray(uv, dtype=np.float32).ravel())
    if material:
        data.materials.append(material)
    data.update()
    return _linked(name, data)


def set_attribute(data: Any, name: str, values: ArrayLike) -> None:
    """Write a per-vertex attribute of a mesh, creating it if needed."""
    table = np.asarray(values)
    kinds = {1: ("FLOAT", "value"), 3: ("FLOAT_VECTOR", "vector"), 4: ("FLOAT_COLOR", "color")}
    kind, field = kinds[1 if table.ndim == 1 else table.shape[1]]
    if table.dtype.kind == "i":
        kind = "INT"
    attribute = data.attributes.get(name) or data.attributes.new(name, kind, "POINT")
    form = np.int32 if kind == "INT" else np.float32
    attribute.data.foreach_set(field, table.astype(form).ravel())


def curves(name: str, strands: ArrayLike, radii: ArrayLike, material: Any, tip: float = 0.15) -> Any:
    """Hair strands.

    Args:
        name: of the object.
        strands: (n, k, 3) person's coordinates, root first.
        radii: (n,) decimetres at the root; strands thin towards the tip.
        material: what they are made of.
        tip: radius of the tip as a share of the root's.
    """
    table = to_blender(strands)
    count, steps, _ = table.shape
    data = bpy.data.hair_curves.new(name)
    data.add_curves([steps] * count)
    data.attributes["position"].data.foreach_set("vector", table.ravel())
    radius = data.attributes.get("radius") or data.attributes.new("radius", "FLOAT", "POINT")
    along = np.linspace(0, 1, steps)
    profile = 1 - along**2.0 * (1 - tip)
    width = np.broadcast_to(np.asarray(radii, dtype=np.float32).reshape(-1, 1), (count, 1)) * profile
    radius.data.foreach_set("value", width.astype(np.float32).ravel())
    data.materials.append(material)
    return _linked(name, data)


def move(thing: Any, points: ArrayLike) -> None:
    """Give a mesh's vertices or a curves object's points new places."""
    place = to_blender(points).ravel()
    if thing.type == "MESH":
        thing.data.vertices.foreach_set("co", place)
        thing.data.update()
    else:
        thing.data.attributes["position"].data.foreach_set("vector", place)
        thing.data.update_tag()


def surface(thing: Any) -> tuple[Points, NDArray[np.int64]]:
    """The points and triangles of an object as rendered (after its modifiers)."""
    graph = bpy.context.evaluated_depsgraph_get()
    shown = thing.evaluated_get(graph)
    data = shown.to_mesh()
    data.calc_loop_triangles()
    place = np.empty(len(data.vertices) * 3, dtype=np.float32)
    data.vertices.foreach_get("co", place)
    triangles = np.empty(len(data.loop_triangles) * 3, dtype=np.int32)
    data.loop_triangles.foreach_get("vertices", triangles)
    shown.to_mesh_clear()
    return from_blender(place.reshape(-1, 3)), triangles.reshape(-1, 3).astype(np.int64)


def _linked(name: str, data: Any) -> Any:
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


class Shader:
    """A material under construction: nodes made and joined by plain calls.

    A *value* is a number, a colour, or the output socket of another node.
    """

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.out = self.tree.nodes.new("ShaderNodeOutputMaterial")

    def node(self, kind: str, settings: Mapping[str, Any] | None = None, **inputs: Any) -> Any:
        """A node `ShaderNode<kind>`; inputs by name, `_` for a space."""
        made = self.tree.nodes.new(f"ShaderNode{kind}")
        for key, value in (settings or {}).items():
            setattr(made, key, value)
        for key, value in inputs.items():
            self.put(made.inputs[key.replace("_", " ")], value)
        return made

    def put(self, socket: Any, value: Any) -> None:
        """Set an input to a value."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif socket.type == "RGBA" and isinstance(value, (tuple, list)):
            socket.default_value = (*value[:3], 1.0)
        else:
            socket.default_value = value

    def attribute(self, name: str) -> Any:
        """The node of a mesh attribute (outputs Color, Vector, Fac, Alpha)."""
        return self.node("Attribute", {"attribute_name": name})

    def math(self, operation: str, *values: Any) -> Any:
        """A number from numbers: ADD, MULTIPLY, POWER …"""
        made = self.node("Math", {"operation": operation})
        for socket, value in zip(made.inputs, values, strict=False):
            self.put(socket, value)
        return made.outputs[0]

    def mix(self, low: Any, high: Any, share: Any, blend: str = "MIX") -> Any:
        """A colour between two."""
        made = self.node("Mix", {"data_type": "RGBA", "blend_type": blend})
        self.put(made.inputs[0], share)
        self.put(made.inputs[6], low)
        self.put(made.inputs[7], high)
        return made.outputs[2]

    def smooth(self, value: Any, low: float, high: float, start: float = 0.0, stop: float = 1.0) -> Any:
        """A number taken smoothly from `start` to `stop` while the value goes from low to high."""
        made = self.node("MapRange", {"interpolation_type": "SMOOTHSTEP"})
        for socket, number in zip(made.inputs, (value, low, high, start, stop), strict=False):
            self.put(socket, number)
        return made.outputs[0]

    def noise(self, where: Any, scale: float, detail: float = 3.0, roughness: float = 0.55) -> Any:
        """Smooth noise 0..1 at a vector."""
        made = self.node("TexNoise", Vector=where, Scale=scale, Detail=detail, Roughness=roughness)
        return made.outputs[0]

    def finish(self, closure: Any) -> Any:
        """Join the closure to the output; returns the material."""
        self.tree.links.new(closure, self.out.inputs["Surface"])
        return self.material
