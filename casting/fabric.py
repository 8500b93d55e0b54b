"""What clothes are made of, as Blender materials: wool, cotton, jersey, knit, ribs, silk; buttons, metal.

A cloth may be given a `Pattern`: a second colour in stripes, checks or dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from casting.blender import Shader, linear

STITCH = 0.05  # decimetres from a rim to the line it is sewn along
LOOP = (0.050, 0.036)  # decimetres: width and height of a stitch of knitting
RIB = 0.052  # decimetres from rib to rib


@dataclass(frozen=True)
class Pattern:
    """A second colour on a cloth.

    Args:
        kind: plain, stripes, check, dots or bands (stripes across).
        colour: #rrggbb.
        pitch: decimetres from one stripe or dot to the next.
        share: of the pitch that has this colour.
    """

    kind: str = "plain"
    colour: str = "#ffffff"
    pitch: float = 0.12
    share: float = 0.3


PLAIN = Pattern()


def wool(colour: str, pattern: Pattern = PLAIN) -> Any:
    """Suiting: matt, a soft sheen, fine twill, a stitched line along the rims."""
    shader, surface = _cloth("wool", colour, pattern, roughness=0.78, sheen=0.22, mottle=0.10)
    _bump(shader, surface, _weave(shader, 46.0, 0.22), 0.25, 0.010)
    return shader.finish(surface.outputs[0])


def cotton(colour: str, pattern: Pattern = PLAIN) -> Any:
    """Shirting: smooth and light, thin enough to glow a little."""
    shader, surface = _cloth("cotton", colour, pattern, roughness=0.66, sheen=0.10, mottle=0.03)
    shader.put(surface.inputs["Subsurface Weight"], 0.15)
    shader.put(surface.inputs["Subsurface Scale"], 0.03)
    _bump(shader, surface, _weave(shader, 60.0, 0.1), 0.12, 0.006)
    return shader.finish(surface.outputs[0])


def silk(colour: str, pattern: Pattern = PLAIN) -> Any:
    """Blouses and ties: fine, with a soft gleam on its folds."""
    shader, surface = _cloth("silk", colour, pattern, roughness=0.50, sheen=0.25, mottle=0.03)
    shader.put(surface.inputs["Specular IOR Level"], 0.3)
    _bump(shader, surface, _weave(shader, 80.0, 0.1), 0.05, 0.004, stitched=False)
    return shader.finish(surface.outputs[0])


def jersey(colour: str, pattern: Pattern = PLAIN) -> Any:
    """Fine jersey: soft ribs of wool with fuzz."""
    shader, surface = _cloth("jersey", colour, pattern, roughness=0.85, sheen=0.45, mottle=0.06)
    where = shader.node("TexCoord").outputs["Object"]
    ribs = shader.node(
        "TexWave", {"bands_direction": "X"}, Vector=where, Scale=9.0, Distortion=0.3, Detail=0.0
    )
    fuzz = shader.math("MULTIPLY", shader.noise(where, 60.0, 2.0), 0.5)
    _bump(shader, surface, shader.math("ADD", ribs.outputs["Fac"], fuzz), 0.45, 0.012)
    return shader.finish(surface.outputs[0])


def pique(colour: str, pattern: Pattern = PLAIN) -> Any:
    """The waffled cotton of polo shirts."""
    shader, surface = _cloth("pique", colour, pattern, roughness=0.8, sheen=0.25, mottle=0.05)
    where = shader.node("TexCoord").outputs["Object"]
    cells = shader.node("TexVoronoi", Vector=where, Scale=34.0).outputs["Distance"]
    _bump(shader, surface, cells, 0.35, 0.008)
    return shader.finish(surface.outputs[0])


def knit(colour: str, pattern: Pattern = PLAIN, gauge: float = 1.0) -> Any:
    """Knitting whose stitches are seen: columns of small Vs.

    Args:
        colour: #rrggbb.
        pattern: a second colour.
        gauge: size of a stitch, of `LOOP`.
    """
    shader, surface = _cloth("knit", colour, pattern, roughness=0.88, sheen=0.5, mottle=0.08)
    where = shader.node("TexCoord").outputs["Object"]
    place = shader.node("SeparateXYZ", Vector=where).outputs
    width, height = LOOP[0] * gauge, LOOP[1] * gauge
    column = shader.math("SUBTRACT", shader.math("FRACT", shader.math("DIVIDE", place[0], width)), 0.5)
    lean = shader.math("MULTIPLY", shader.math("ABSOLUTE", column), -1.6)
    row = shader.math("FRACT", shader.math("MULTIPLY_ADD", place[2], 1 / height, lean))
    loop = shader.math("SINE", shader.math("MULTIPLY", row, np.pi))
    round_ = shader.math("ABSOLUTE", shader.math("SINE", shader.math("MULTIPLY", column, 2 * np.pi)))
    stitch = shader.math("MULTIPLY", shader.math("POWER", loop, 0.6), shader.math("POWER", round_, 0.5))
    fuzz = shader.math("MULTIPLY", shader.noise(where, 70.0, 2.0), 0.35)
    _bump(shader, surface, shader.math("ADD", stitch, fuzz), 0.55, 0.016 * gauge, stitched=False)
    return shader.finish(surface.outputs[0])


def rib(colour: str, pattern: Pattern = PLAIN, pitch: float = RIB) -> Any:
    """Ribbed knitting for strips: ribs stand across the strip (attribute `along`, decimetres)."""
    shader, surface = _cloth("rib", colour, pattern, roughness=0.88, sheen=0.5, mottle=0.08)
    along = shader.attribute("along").outputs["Fac"]
    wave = shader.math("ABSOLUTE", shader.math("SINE", shader.math("MULTIPLY", along, np.pi / pitch)))
    where = shader.node("TexCoord").outputs["Object"]
    fuzz = shader.math("MULTIPLY", shader.noise(where, 70.0, 2.0), 0.25)
    height = shader.math("ADD", shader.math("POWER", wave, 0.7), fuzz)
    _bump(shader, surface, height, 0.85, 0.022, stitched=False)
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


def _cloth(
    name: str, colour: str, pattern: Pattern, roughness: float, sheen: float, mottle: float
) -> tuple[Shader, Any]:
    shader = Shader(name)
    where = shader.node("TexCoord").outputs["Object"]
    base = linear(colour)
    grain = shader.smooth(shader.noise(where, 55.0, 2.0), 0.3, 0.7)
    shade = _mottled(shader, colour, mottle, grain)
    if pattern.kind != "plain":
        second = _mottled(shader, pattern.colour, mottle, grain)
        shade = shader.mix(shade, second, _printed(shader, where, pattern))
    surface = shader.node("BsdfPrincipled", Base_Color=shade, Roughness=roughness)
    shader.put(surface.inputs["Specular IOR Level"], 0.22)
    shader.put(surface.inputs["Sheen Weight"], sheen)
    shader.put(surface.inputs["Sheen Roughness"], 0.45)
    shader.put(surface.inputs["Sheen Tint"], tuple(0.5 + 0.5 * value for value in base))
    return shader, surface


def _mottled(shader: Shader, colour: str, mottle: float, grain: Any) -> Any:
    base = linear(colour)
    dark = tuple(value * (1 - mottle) for value in base)
    light = tuple(min(1.0, value * (1 + mottle) + 0.004 * mottle) for value in base)
    return shader.mix(dark, light, grain)


def _printed(shader: Shader, where: Any, pattern: Pattern) -> Any:
    """0..1: where the second colour of a pattern is."""
    place = shader.node("SeparateXYZ", Vector=where).outputs
    across, up = (_wave(shader, place[axis], pattern.pitch) for axis in (0, 2))
    line = 1 - pattern.share
    if pattern.kind == "bands":
        return shader.smooth(up, line - 0.06, line + 0.06)
    if pattern.kind == "stripes":
        return shader.smooth(across, line - 0.06, line + 0.06)
    if pattern.kind == "check":
        both = [shader.smooth(value, line - 0.06, line + 0.06) for value in (across, up)]
        return shader.math("MULTIPLY", shader.math("ADD", *both), 0.5)
    near = shader.math("ADD", shader.math("POWER", across, 2.0), shader.math("POWER", up, 2.0))
    spot = 1 + line * line
    return shader.smooth(near, spot - 0.08, spot + 0.08)


def _wave(shader: Shader, value: Any, pitch: float) -> Any:
    """1 at multiples of the pitch, 0 midway."""
    share = shader.math("FRACT", shader.math("DIVIDE", value, pitch))
    return shader.math("ABSOLUTE", shader.math("MULTIPLY_ADD", share, 2.0, -1.0))


def _weave(shader: Shader, scale: float, noise: float) -> Any:
    """Threads: a diagonal wave with some noise, 0..1."""
    where = shader.node("TexCoord").outputs["Object"]
    wave = shader.node(
        "TexWave", {"bands_direction": "DIAGONAL"}, Vector=where, Scale=scale, Distortion=2.0, Detail=1.0
    )
    rough = shader.noise(where, scale * 1.6, 2.0)
    return shader.math("ADD", wave.outputs["Fac"], shader.math("MULTIPLY", rough, noise * 4))


def _bump(
    shader: Shader, surface: Any, height: Any, strength: float, distance: float, stitched: bool = True
) -> None:
    """Weave, broad creases and, where it is stitched, the line along a rim, as bump."""
    where = shader.node("TexCoord").outputs["Object"]
    crease = shader.noise(where, 2.6, 2.0, 0.5)
    fine = shader.node("Bump", Strength=strength, Distance=distance, Height=height)
    broad = shader.node("Bump", Strength=0.35, Distance=0.10, Height=crease, Normal=fine.outputs[0])
    seam = shader.math("ABSOLUTE", shader.attribute("seam").outputs["Fac"])
    line: Any = 1.0
    if stitched:
        rim = shader.attribute("rim").outputs["Fac"]
        off = shader.math("ABSOLUTE", shader.math("SUBTRACT", rim, STITCH))
        line = shader.smooth(off, 0.0, 0.012, 0.45, 1.0)
    sewn = shader.node("Bump", Strength=0.8, Distance=0.02, Normal=broad.outputs[0])
    shader.put(sewn.inputs["Height"], shader.math("MINIMUM", shader.smooth(seam, 0.0, 0.035), line))
    shader.put(surface.inputs["Normal"], sewn.outputs[0])
