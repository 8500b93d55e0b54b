"""Paint: what the surfaces of a room are made of.

Every function returns a new Blender material. Colours are written as the eye knows them, `#rrggbb` in sRGB;
`linear` turns them into the light values that a renderer needs. Plaster, wood and cloth get their life
from noise textures, because a perfectly even surface is the surest sign of a drawing made by a machine.
"""

from typing import Any

import bpy

TINT = "tint"  # name of the colour attribute that `tinted` and `foliage` read


def linear(colour: str) -> tuple[float, float, float, float]:
    """`#rrggbb` (sRGB) as scene-linear red, green, blue, and an alpha of 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue, 1.0


def _socket(name: str) -> str:
    """`coat_weight` as Blender labels it: "Coat Weight"."""
    return name.replace("_", " ").title().replace("Ior", "IOR")


class Nodes:
    """The node tree of one material, with short ways to add and to connect."""

    def __init__(self, name: str):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.surface = self.tree.nodes["Principled BSDF"]
        self.output = self.tree.nodes["Material Output"]

    def add(self, kind: str, **values: Any) -> Any:
        """A node of this kind; a value goes to the input socket of that name, or else to the property."""
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in values.items():
            if _socket(name) in node.inputs:
                node.inputs[_socket(name)].default_value = value
            else:
                setattr(node, name, value)
        return node

    def link(self, source: Any, target: Any) -> None:
        """Connect an output socket with an input socket."""
        self.tree.links.new(source, target)

    def coordinates(self, scale: tuple[float, float, float]) -> Any:
        """Object coordinates (metres), scaled per axis."""
        mapping = self.add("Mapping")
        mapping.inputs["Scale"].default_value = scale
        self.link(self.add("TexCoord").outputs["Object"], mapping.inputs["Vector"])
        return mapping.outputs["Vector"]

    def noise(self, scale: float, stretch: tuple[float, float, float] = (1, 1, 1), detail: float = 4) -> Any:
        """Smooth noise of about `scale` waves a metre, 0..1."""
        noise = self.add("TexNoise", scale=scale, detail=detail, roughness=0.55)
        self.link(self.coordinates(stretch), noise.inputs["Vector"])
        return noise.outputs["Fac"]

    def blend(self, factor: Any, stops: list[tuple[float, str]]) -> Any:
        """A colour ramp over a 0..1 factor."""
        ramp = self.add("ValToRGB")
        elements = ramp.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position = position
            element.color = linear(colour)
        self.link(factor, ramp.inputs["Fac"])
        return ramp.outputs["Color"]

    def bump(self, height: Any, depth: float) -> None:
        """Let the surface rise and fall with a 0..1 height, `depth` metres high."""
        bump = self.add("Bump", strength=1.0, distance=depth)
        self.link(height, bump.inputs["Height"])
        self.link(bump.outputs["Normal"], self.surface.inputs["Normal"])

    def set(self, **values: float) -> None:
        """Set inputs of the Principled surface: `coat_weight=0.2` is its socket "Coat Weight"."""
        for name, value in values.items():
            self.surface.inputs[_socket(name)].default_value = value

    def colour(self, socket: Any) -> None:
        """Take the surface's colour from a node."""
        self.link(socket, self.surface.inputs["Base Color"])


def shade(colour: str, factor: float) -> str:
    """The same colour darker (factor < 1) or lighter (> 1), in sRGB steps."""
    channels = (min(255, round(int(colour[at : at + 2], 16) * factor)) for at in (1, 3, 5))
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def plaster(colour: str, mottle: float = 0.07, roughness: float = 0.8, scale: float = 1.4) -> Any:
    """A painted or lime-washed wall: uneven by `mottle` of its brightness, with a fine grain."""
    nodes = Nodes("plaster")
    stops = [(0.3, shade(colour, 1 - mottle)), (0.7, shade(colour, 1 + mottle))]
    nodes.colour(nodes.blend(nodes.noise(scale, detail=6), stops))
    nodes.set(roughness=roughness)
    nodes.bump(nodes.noise(60), 0.002)
    return nodes.material


def wood(light: str, dark: str, along: int = 2, roughness: float = 0.4) -> Any:
    """Oiled wood whose grain runs along one axis (0 x, 1 y, 2 z)."""
    nodes = Nodes("wood")
    stretch = [9.0, 9.0, 9.0]
    stretch[along] = 0.7
    grain = nodes.noise(1.6, (stretch[0], stretch[1], stretch[2]), detail=7)
    nodes.colour(nodes.blend(grain, [(0.32, dark), (0.5, shade(light, 0.92)), (0.68, light)]))
    nodes.set(roughness=roughness, coat_weight=0.15, coat_roughness=0.25)
    nodes.bump(grain, 0.002)
    return nodes.material


def fabric(colour: str, fuzz: float = 0.4) -> Any:
    """Woven cloth with a soft sheen at grazing angles."""
    nodes = Nodes("fabric")
    stops = [(0.35, shade(colour, 0.93)), (0.65, shade(colour, 1.06))]
    nodes.colour(nodes.blend(nodes.noise(14, detail=8), stops))
    nodes.set(roughness=0.9, sheen_weight=fuzz, sheen_roughness=0.5)
    nodes.bump(nodes.noise(220), 0.002)
    return nodes.material


def voile(colour: str) -> Any:
    """A thin curtain: most of the light comes through, softened."""
    nodes = Nodes("voile")
    diffuse = nodes.add("BsdfDiffuse", color=linear(colour))
    through = nodes.add("BsdfTranslucent", color=linear(colour))
    clear = nodes.add("BsdfTransparent")
    cloth = nodes.add("MixShader", fac=0.62)
    weave = nodes.add("MixShader", fac=0.3)
    nodes.link(diffuse.outputs[0], cloth.inputs[1])
    nodes.link(through.outputs[0], cloth.inputs[2])
    nodes.link(cloth.outputs[0], weave.inputs[1])
    nodes.link(clear.outputs[0], weave.inputs[2])
    nodes.link(weave.outputs[0], nodes.output.inputs["Surface"])
    return nodes.material


def lacquer(colour: str, roughness: float = 0.35, coat: float = 0.0) -> Any:
    """Plastic, ceramic or lacquer."""
    nodes = Nodes("lacquer")
    nodes.surface.inputs["Base Color"].default_value = linear(colour)
    nodes.set(roughness=roughness, coat_weight=coat)
    return nodes.material


def metal(colour: str, roughness: float = 0.3) -> Any:
    """Brushed or powder-coated metal."""
    nodes = Nodes("metal")
    nodes.surface.inputs["Base Color"].default_value = linear(colour)
    nodes.set(metallic=1.0, roughness=roughness)
    return nodes.material


def glass(tint: str = "#f4fbfa", shine: float = 1.0) -> Any:
    """A pane without thickness: it mirrors at grazing angles and lets the rest through unbent."""
    nodes = Nodes("glass")
    clear = nodes.add("BsdfTransparent", color=linear(tint))
    mirror = nodes.add("BsdfGlossy", roughness=0.02)
    mix = nodes.add("MixShader")
    amount = nodes.add("Math", operation="MULTIPLY")
    amount.inputs[1].default_value = shine
    nodes.link(nodes.add("Fresnel", ior=1.45).outputs[0], amount.inputs[0])
    nodes.link(amount.outputs[0], mix.inputs["Fac"])
    nodes.link(clear.outputs[0], mix.inputs[1])
    nodes.link(mirror.outputs[0], mix.inputs[2])
    nodes.link(mix.outputs[0], nodes.output.inputs["Surface"])
    return nodes.material


def tinted(roughness: float = 0.55, fuzz: float = 0.0) -> Any:
    """Paint whose colour each piece brings along (see `shapes.Heap`)."""
    nodes = Nodes("tinted")
    nodes.colour(nodes.add("Attribute", attribute_name=TINT).outputs["Color"])
    nodes.set(roughness=roughness, sheen_weight=fuzz)
    return nodes.material


def foliage(roughness: float = 0.38) -> Any:
    """Leaves: waxy above, and light shines through them."""
    nodes = Nodes("foliage")
    colour = nodes.add("Attribute", attribute_name=TINT).outputs["Color"]
    nodes.colour(colour)
    nodes.set(roughness=roughness, coat_weight=0.12, coat_roughness=0.3)
    through = nodes.add("BsdfTranslucent")
    mix = nodes.add("MixShader", fac=0.3)
    nodes.link(colour, through.inputs["Color"])
    nodes.link(nodes.surface.outputs[0], mix.inputs[1])
    nodes.link(through.outputs[0], mix.inputs[2])
    nodes.link(mix.outputs[0], nodes.output.inputs["Surface"])
    return nodes.material


def glow(colour: str, strength: float, lights: bool = True) -> Any:
    """A shining surface. With `lights=False` it is seen, but does not cost time as a lamp."""
    nodes = Nodes("glow")
    shine = nodes.add("Emission", color=linear(colour), strength=strength)
    nodes.link(shine.outputs[0], nodes.output.inputs["Surface"])
    if not lights:
        nodes.material.cycles.emission_sampling = "NONE"
    return nodes.material


def tinted_glow(strength: float) -> Any:
    """Shining pieces, each in its own colour (see `shapes.Heap`); they are seen but light nothing."""
    nodes = Nodes("tinted glow")
    shine = nodes.add("Emission", strength=strength)
    nodes.link(nodes.add("Attribute", attribute_name=TINT).outputs["Color"], shine.inputs["Color"])
    nodes.link(shine.outputs[0], nodes.output.inputs["Surface"])
    nodes.material.cycles.emission_sampling = "NONE"
    return nodes.material


def clouded(
    stops: list[tuple[float, str]], scale: float, strength: float = 0.0, roughness: float = 0.7
) -> Any:
    """Soft clouds of several colours, as paint, or shining when `strength` is above 0."""
    nodes = Nodes("clouded")
    colour = nodes.blend(nodes.noise(scale, detail=5), stops)
    nodes.colour(colour)
    nodes.set(roughness=roughness)
    if strength:
        nodes.link(colour, nodes.surface.inputs["Emission Color"])
        nodes.set(emission_strength=strength, roughness=1.0, specular_ior_level=0.0)
        nodes.material.cycles.emission_sampling = "NONE"
    return nodes.material
