"""Room: the camera, the light, and the photograph.

The presenter stands 1.5 m before the camera and is put into the picture later. So the camera focuses on
empty air at that distance with a fast lens, and the room behind falls softly out of focus, as in a portrait.
The key light of all presenters comes from the upper left of the picture: windows and main lamps stand there.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray
from PIL import Image

from casting.backdrops import paint
from casting.backdrops.shapes import Point

SENSOR = 36.0  # mm, width of a full-frame camera's sensor
DETAIL = 1 / 2  # rendered size of the finished one: nothing here is sharp, so no detail is lost
QUALITY = 88  # of WebP
GRAIN = 0.0035  # standard deviation of the film grain, of full scale; hides the steps of an 8-bit gradient


@dataclass(frozen=True)
class Shot:
    """How a room is photographed."""

    lens: float = 40.0  # mm
    height: float = 1.35  # m, of the camera: the presenter's eyes
    focus: float = 1.5  # m, where the presenter stands
    stop: float = 1.6  # f-number
    horizon: float = 0.58  # of the picture's height, where eye height lies
    exposure: float = 0.0  # stops
    warmth: float = 0.0  # -1..1, the last touch of the grade: cooler or warmer
    vignette: float = 0.16  # darkening of the corners, of full scale
    bloom: float = 0.12  # share of the brightest light that the lens scatters
    look: str = "AgX - Medium High Contrast"


@dataclass(frozen=True)
class Backdrop:
    """A background of the library: what the catalogue says of it, and how it is made."""

    id: str
    name: str
    description: str
    shot: Shot
    build: Callable[[], None]


def photograph(backdrop: Backdrop, path: Path, size: tuple[int, int], samples: int) -> None:
    """Build a room, render it and write the picture (WebP, or what the suffix says)."""
    scene = _empty_scene()
    _camera(scene, backdrop.shot)
    backdrop.build()
    _develop(scene, backdrop.shot, (round(size[0] * DETAIL), round(size[1] * DETAIL)), samples)
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "raw.png")
        bpy.ops.render.render(write_still=True)
        pixels = _read(Path(scene.render.filepath))
    finished = _finish(_enlarged(pixels, size), backdrop.shot)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(finished).save(path, quality=QUALITY, method=6)


def _empty_scene() -> Any:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


def _camera(scene: Any, shot: Shot) -> None:
    lens = bpy.data.cameras.new("camera")
    lens.lens, lens.sensor_width, lens.clip_end = shot.lens, SENSOR, 400.0
    lens.shift_y = (0.5 - shot.horizon) * 9 / 16
    lens.dof.use_dof = True
    lens.dof.focus_distance, lens.dof.aperture_fstop = shot.focus, shot.stop
    camera = bpy.data.objects.new("camera", lens)
    camera.location, camera.rotation_euler = (0, 0, shot.height), (np.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera


def _develop(scene: Any, shot: Shot, size: tuple[int, int], samples: int) -> None:
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.use_persistent_data = False
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_adaptive_sampling, cycles.adaptive_threshold = (
        "CPU",
        samples,
        True,
        0.02,
    )
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces, cycles.transparent_max_bounces = (
        6,
        4,
        3,
        12,
    )
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect, cycles.blur_glossy = 4.0, 1.0
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", shot.look
    scene.view_settings.exposure = shot.exposure
    scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "PNG", "16"
    scene.render.image_settings.color_mode = "RGB"
    if shot.bloom:
        _bloom(scene, shot.bloom)


def _bloom(scene: Any, share: float) -> None:
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    layers, glare, out = (
        tree.nodes.new(f"CompositorNode{kind}") for kind in ("RLayers", "Glare", "Composite")
    )
    glare.glare_type = "BLOOM"
    for name, value in {"Threshold": 1.0, "Strength": share, "Size": 0.6, "Smoothness": 0.5}.items():
        glare.inputs[name].default_value = value
    tree.links.new(layers.outputs["Image"], glare.inputs["Image"])
    tree.links.new(glare.outputs["Image"], out.inputs["Image"])


def _read(path: Path) -> NDArray[np.float32]:
    """A 16-bit picture as (height, width, 3), 0..1, top row first."""
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    flat = np.empty(image.size[0] * image.size[1] * image.channels, np.float32)
    image.pixels.foreach_get(flat)
    return flat.reshape(image.size[1], image.size[0], -1)[::-1, :, :3]


def _enlarged(pixels: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    channels = [Image.fromarray(pixels[..., c]).resize(size, Image.Resampling.BICUBIC) for c in range(3)]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def _finish(pixels: NDArray[np.float32], shot: Shot) -> NDArray[np.uint8]:
    """The print: vignette, warmth, and a grain that is the same each time."""
    rows, columns = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    corner = np.clip((x**2 + y**2) / 2, 0, 1) ** 1.3
    tint = 1 + 0.05 * shot.warmth * np.array([1.0, 0.1, -1.2])
    grain = np.random.default_rng(7).normal(0, GRAIN, (rows, columns, 1))
    printed = pixels * (1 - shot.vignette * corner[..., None]) * tint + grain
    finished: NDArray[np.uint8] = (np.clip(printed, 0, 1) * 255 + 0.5).astype(np.uint8)
    return finished


def ambience(colour: str, strength: float) -> None:
    """Faint light from everywhere: rooms are open behind the camera, and this is what comes in there."""
    world = bpy.data.worlds.new("ambience")
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = paint.linear(colour)
    background.inputs["Strength"].default_value = strength
    bpy.context.scene.world = world


def soft_light(at: Point, towards: Point, size: tuple[float, float], colour: str, watts: float) -> Any:
    """A soft box (width, height in metres) at a point, turned towards another; it is not seen itself."""
    lamp = bpy.data.lights.new("soft light", "AREA")
    lamp.shape, lamp.size, lamp.size_y = "RECTANGLE", *size
    thing = _hang(lamp, at, colour, watts)
    thing.rotation_euler = _aim(at, towards)
    thing.visible_camera = thing.visible_glossy = False
    return thing


def sun(towards: Point, colour: str, strength: float, softness: float = 0.03) -> Any:
    """Sunlight that falls in a direction; `softness` in radians, `strength` in W/m2."""
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.angle = softness
    thing = _hang(lamp, (0, 0, 0), colour, strength)
    thing.rotation_euler = _aim((0, 0, 0), towards)
    return thing


def bulb(at: Point, colour: str, watts: float, radius: float = 0.04) -> Any:
    """A lamp's bulb."""
    lamp = bpy.data.lights.new("bulb", "POINT")
    lamp.shadow_soft_size = radius
    return _hang(lamp, at, colour, watts)


def spot(
    at: Point, towards: Point, colour: str, watts: float, angle: float = 1.0, radius: float = 0.15
) -> Any:
    """A spotlight with a soft edge; `angle` of the whole cone in radians."""
    lamp = bpy.data.lights.new("spot", "SPOT")
    lamp.spot_size, lamp.spot_blend, lamp.shadow_soft_size = angle, 1.0, radius
    thing = _hang(lamp, at, colour, watts)
    thing.rotation_euler = _aim(at, towards)
    return thing


def _hang(lamp: Any, at: Point, colour: str, power: float) -> Any:
    lamp.color, lamp.energy = paint.linear(colour)[:3], power
    thing = bpy.data.objects.new(lamp.name, lamp)
    thing.location = at
    bpy.context.collection.objects.link(thing)
    return thing


def _aim(at: Point, towards: Point) -> Any:
    return (Vector(towards) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
