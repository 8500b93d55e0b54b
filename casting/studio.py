"""The studio: camera, lights, colour management, and the render of chosen parts of a person."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import mathutils

from casting.blender import linear, to_blender
from casting.camera import HEIGHT, WIDTH

if TYPE_CHECKING:
    from casting.person import Person

THREADS = 2
SAMPLES = 12

# name: place relative to the eyes (dm, person's coordinates), width, height (dm), watts, colour
LIGHTS = {
    "key": ((-3.2, 3.4, 5.0), 3.0, 3.0, 335.0, "#fff0e0"),
    "fill": ((4.6, 0.6, 4.6), 4.0, 4.0, 72.0, "#eef2ff"),
    "under": ((0.4, -3.2, 4.0), 2.6, 1.6, 14.0, "#ffeadb"),
    "rim right": ((3.4, 2.2, -3.4), 1.4, 3.0, 210.0, "#eaf1ff"),
    "rim left": ((-3.6, 1.4, -3.4), 1.2, 3.0, 150.0, "#ffe9d2"),
    "top": ((0.0, 4.8, -1.2), 2.0, 2.0, 60.0, "#ffffff"),
}
DULL = (0.12, 0.03)  # share of the rim lamps that the blackest hair gets; brightness of hair that gets all
GLINT = ((-1.7, 1.4, 6.0), 1.7, 390.0)  # place, diameter, watts
WORLD = ("#e9eefc", 0.28)


def prepare(person: Person) -> None:
    """Set up camera, lights, world and colour for a person."""
    scene, light = bpy.context.scene, person.recipe.light
    _engine(scene)
    _camera(scene, person)
    _world(scene)
    hair, others = _apart("hair", person.roles["hair"])
    for name, (offset, width, height, watts, colour) in LIGHTS.items():
        behind = name.startswith("rim")
        share = light.gain * (light.rim if behind else 1.0)
        lamp = _area(name, person.camera.eyes, offset, (width, height), watts * share, colour)
        if behind and hair.objects:
            lamp.light_linking.receiver_collection = others
            own = watts * share * _gloss(str(person.recipe.hair.get("colour", "#ffffff")))
            lamp = _area(f"{name} hair", person.camera.eyes, offset, (width, height), own, colour)
            lamp.light_linking.receiver_collection = hair
    _glint(person)


def _gloss(colour: str) -> float:
    """How much light from behind hair of a colour gets: the glare makes dark hair grey."""
    least, full = DULL
    return min(1.0, max(least, sum(linear(colour)) / 3 / full))


def _apart(name: str, things: Collection[Any]) -> tuple[Any, Any]:
    """For lamps: a collection that stands for these things, and one for all others."""
    own, others = bpy.data.collections.new(name), bpy.data.collections.new(f"not {name}")
    for thing in things:
        own.objects.link(thing)
        others.objects.link(thing)
    for link in others.collection_objects:
        link.light_linking.link_state = "EXCLUDE"
    return own, others


def _glint(person: Person) -> None:
    """A lamp that only the corneas see: the light in the eyes.

    The reflections of large lamps would break it up, and lie like fog over dark irises.
    """
    offset, size, watts = GLINT
    lamp = _area("glint", person.camera.eyes, offset, (size, size), watts, "#fffaf4")
    lamp.data.shape = "DISK"
    corneas, others = _apart("corneas", [person.roles[f"eye_{side}"][1] for side in ("left", "right")])
    lamp.light_linking.receiver_collection = corneas
    for large in ("key", "fill", "under"):
        bpy.data.objects[large].light_linking.receiver_collection = others


def _engine(scene: Any) -> None:
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_prefilter = "FAST"
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.02
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 2, 3
    cycles.transparent_max_bounces = 12
    cycles.sample_clamp_indirect = 4.0
    scene.render.threads_mode = "FIXED"
    scene.render.threads = THREADS
    scene.render.film_transparent = True
    scene.render.use_persistent_data = True
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGBA", "8"
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "Medium High Contrast"
    scene.view_settings.exposure = 0.25


def _camera(scene: Any, person: Person) -> None:
    data = bpy.data.cameras.new("camera")
    thing = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(thing)
    thing.location = to_blender(person.camera.place)
    thing.rotation_euler = (math.pi / 2, 0, 0)
    data.sensor_fit = "HORIZONTAL"
    data.angle = person.camera.field
    data.clip_end = 200
    scene.camera = thing


def _world(scene: Any) -> None:
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (*linear(WORLD[0]), 1)
    background.inputs[1].default_value = WORLD[1]
    scene.world = world


def _area(name: str, eyes: Any, offset: Any, size: tuple[float, float], watts: float, colour: str) -> Any:
    data = bpy.data.lights.new(name, "AREA")
    data.energy, data.color = watts, linear(colour)
    data.shape, data.size, data.size_y = "RECTANGLE", *size
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    centre = to_blender([eyes[0], eyes[1] - 0.3, eyes[2] - 0.3])
    place = centre + to_blender(offset)
    thing.location = place
    aim = mathutils.Vector((centre - place).tolist())
    thing.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    return thing


def render(
    person: Person,
    path: str | Path,
    show: Collection[str] | None = None,
    hold: Collection[str] = (),
    scale: float = 1.0,
    crop: tuple[float, float, float, float] | None = None,
    samples: int = SAMPLES,
    without: Collection[str] = (),
) -> Path:
    """Render parts of a person as PNG, RGBA with straight alpha.

    Args:
        person: the built scene.
        path: of the picture.
        show: roles the camera sees; all if None. The others still give light and shadow.
        hold: roles that cut a hole.
        scale: picture pixels per canvas pixel.
        crop: x, y, width, height in canvas pixels; the whole canvas if None.
        samples: per pixel.
        without: roles that are not there at all: no shadow either.
    """
    scene = bpy.context.scene
    for role, things in person.roles.items():
        for thing in things:
            thing.visible_camera = show is None or role in show or role in hold
            thing.is_holdout = role in hold
            thing.hide_render = role in without
    scene.cycles.samples = samples
    _frame(scene.render, scale, crop)
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    scene.render.filepath = str(target)
    bpy.ops.render.render(write_still=True)
    return target


def _frame(settings: Any, scale: float, crop: tuple[float, float, float, float] | None) -> None:
    settings.resolution_x, settings.resolution_y = round(WIDTH * scale), round(HEIGHT * scale)
    settings.resolution_percentage = 100
    x, y, width, height = crop or (0, 0, WIDTH, HEIGHT)
    settings.use_border = settings.use_crop_to_border = crop is not None
    settings.border_min_x, settings.border_max_x = x / WIDTH, (x + width) / WIDTH
    settings.border_min_y, settings.border_max_y = 1 - (y + height) / HEIGHT, 1 - y / HEIGHT
