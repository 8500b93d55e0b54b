"""What clothes are made of, as Blender materials: wool, cotton, knit, buttons."""

from __future__ import annotations

from typing import Any

from casting.blender import Shader, linear

STITCH = 0.05  # decimetres from a rim to the line it is sewn along


def wool(colour: str, name: str = "wool") -> Any:
    """Suiting: matt, a soft sheen, fine twill, a stitched line along the rims."""
    shader, surface = _cloth(name, colour, roughness=0.78, sheen=0.22, mottle=0.10)
    weave = _weave(shader, 46.0, 0.22)
    _bump(shader, surface, weave, 0.25, 0.010)
    return shader.finish(surface.outputs[0])


def cotton(colour: str, name: str = "cotton") -> Any:
    """Shirting: smooth and light, thin enough to glow a little."""
    shader, surface = _cloth(name, colour, roughness=0.66, sheen=0.10, mottle=0.03)
    shader.put(surface.inputs["Subsurface Weight"], 0.15)
    shader.put(surface.inputs["Subsurface Scale"], 0.03)
    _bump(shader, surface, _weave(shader, 60.0, 0.1), 0.12, 0.006)
    return shader.finish(surface.outputs[0])


def knit(colour: str, name: str = "knit") -> Any:
    """Fine jersey: soft ribs of wool with fuzz."""
    shader, surface = _cloth(name, colour, roughness=0.85, sheen=0.45, mottle=0.06)
    where = shader.node("TexCoord").outputs["Object"]
    ribs = shader.node(
        "TexWave", {"bands_direction": "X"}, Vector=where, Scale=9.0, Distortion=0.3, Detail=0.0
    )
    height = shader.math(
        "ADD", ribs.outputs["Fac"], shader.math("MULTIPLY", shader.noise(where, 60.0, 2.0), 0.5)
    )
    _bump(shader, surface, height, 0.45, 0.012)
    return shader.finish(surface.outputs[0])


def horn(colour: str, name: str = "button") -> Any:
    """Buttons."""
    shader = Shader(name)
    surface = shader.node("BsdfPrincipled", Base_Color=linear(colour), Roughness=0.28)
    return shader.finish(surface.outputs[0])


def metal(colour: str, name: str = "metal") -> Any:
    """Jewellery."""
    shader = Shader(name)
    surface = shader.node("BsdfPrincipled", Base_Color=linear(colour), Roughness=0.18, Metallic=1.0)
    return shader.finish(surface.outputs[0])


def _cloth(name: str, colour: str, roughness: float, sheen: float, mottle: float) -> tuple[Shader, Any]:
    shader = Shader(name)
    where = shader.node("TexCoord").outputs["Object"]
    base = linear(colour)
    grain = shader.noise(where, 55.0, 2.0)
    dark = tuple(value * (1 - mottle) for value in base)
    light = tuple(min(1.0, value * (1 + mottle) + 0.004 * mottle) for value in base)
    shade = shader.mix(dark, light, shader.smooth(grain, 0.3, 0.7))
    surface = shader.node("BsdfPrincipled", Base_Color=shade, Roughness=roughness)
    shader.put(surface.inputs["Specular IOR Level"], 0.22)
    shader.put(surface.inputs["Sheen Weight"], sheen)
    shader.put(surface.inputs["Sheen Roughness"], 0.45)
    shader.put(surface.inputs["Sheen Tint"], tuple(0.5 + 0.5 * value for value in base))
    return shader, surface


def _weave(shader: Shader, scale: float, noise: float) -> Any:
    """Threads: a diagonal wave with some noise, 0..1."""
    where = shader.node("TexCoord").outputs["Object"]
    wave = shader.node(
        "TexWave", {"bands_direction": "DIAGONAL"}, Vector=where, Scale=scale, Distortion=2.0, Detail=1.0
    )
    rough = shader.noise(where, scale * 1.6, 2.0)
    return shader.math("ADD", wave.outputs["Fac"], shader.math("MULTIPLY", rough, noise * 4))


def _bump(shader: Shader, surface: Any, height: Any, strength: float, distance: float) -> None:
    """Weave, broad creases and the stitched line of a rim, as bump."""
    where = shader.node("TexCoord").outputs["Object"]
    crease = shader.noise(where, 2.6, 2.0, 0.5)
    fine = shader.node("Bump", Strength=strength, Distance=distance, Height=height)
    broad = shader.node("Bump", Strength=0.35, Distance=0.10, Height=crease, Normal=fine.outputs[0])
    seam = shader.math("ABSOLUTE", shader.attribute("seam").outputs["Fac"])
    rim = shader.attribute("rim").outputs["Fac"]
    stitch = shader.math("ABSOLUTE", shader.math("SUBTRACT", rim, STITCH))
    stitched = shader.smooth(stitch, 0.0, 0.012, 0.45, 1.0)
    sewn = shader.node("Bump", Strength=0.8, Distance=0.02, Normal=broad.outputs[0])
    shader.put(sewn.inputs["Height"], shader.math("MINIMUM", shader.smooth(seam, 0.0, 0.035), stitched))
    shader.put(surface.inputs["Normal"], sewn.outputs[0])
