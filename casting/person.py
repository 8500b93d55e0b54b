"""A person: everything of a presenter, built in Blender, with a face that can be posed.

python -m casting.person jane --pose jawOpen=.5 --yaw 0 -o out.png
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from casting import beard, expressions, eyes, face, human, mouth, sculpt, seams, skin, studio
from casting.blender import mesh, reset, set_attribute, surface, to_blender
from casting.camera import Camera
from casting.landmarks import BODY, ball, body_faces, body_uv
from casting.recipe import FOLDER, Recipe, read

Points = NDArray[np.float64]

BELOW = 4.4  # dm under the eyes where the body ends
USED = 0.6  # share of a unit held at rest by which the unit itself gets smaller
CORRECTION = "correction"  # the shape key that holds what a plain sum of the units gets wrong


class Person:
    """The built scene of one presenter.

    Args:
        recipe: what they are made from.

    Attributes:
        points: (COUNT, 3) rest points of the base, decimetres.
        camera: the portrait camera.
        roles: the objects by role: skin, lash, brow, eye_left, eye_right, teeth_upper, teeth_lower, tongue,
            hair, clothes, accessory.
        followers: called with the (COUNT, 3) points of each new expression.
    """

    def __init__(self, recipe: Recipe) -> None:
        reset()
        self.recipe = recipe
        self.points, self.units = shape(recipe)
        middle = (ball(self.points, "left")[0] + ball(self.points, "right")[0]) / 2
        self.camera = Camera((float(middle[0]), float(middle[1]), float(middle[2])))
        self.roles: dict[str, list[Any]] = {role: [] for role in ROLES}
        self.followers: list[Callable[[Points], None]] = []
        self._skin()
        self._parts()
        self._worn()
        studio.prepare(self)

    def _skin(self) -> None:
        """The skin above the waist, with its shape keys."""
        faces = body_faces()
        high = self.points[:BODY, 1] > self.camera.eyes[1] - BELOW
        keep = high[faces].all(axis=1)
        self.kept, local = np.unique(faces[keep], return_inverse=True)
        zones = skin.zones(self.points)
        attributes: dict[str, ArrayLike] = {name: values[self.kept] for name, values in zones.items()}
        attributes["brow"] = face.brow_shade(self.points, self.recipe.brows)[self.kept]
        attributes["rest"] = to_blender(self.points[self.kept])
        thing = mesh(
            "skin",
            self.points[self.kept],
            local.reshape(-1, 4),
            skin.material(self.recipe.skin, self.recipe.lips, self.recipe.brows),
            attributes,
            body_uv()[keep],
        )
        set_attribute(thing.data, "base_index", self.kept)
        thing.shape_key_add(name="Basis")
        for name, (vertices, shifts) in self.units.items():
            moved = self.points.copy()
            moved[vertices] += shifts
            self._key(thing, name, moved)
        self._key(thing, CORRECTION, self.points)
        modifier = thing.modifiers.new("subdivision", "SUBSURF")
        modifier.levels = modifier.render_levels = 2
        modifier.boundary_smooth = "PRESERVE_CORNERS"
        self.roles["skin"] = [thing]

    def _key(self, thing: Any, name: str, points: Points) -> None:
        key = thing.shape_key_add(name=name, from_mix=False)
        key.data.foreach_set("co", to_blender(points[self.kept]).ravel())

    def _parts(self) -> None:
        recipe = self.recipe
        self.roles.update(eyes.add_eyes(self.points, recipe.eyes, self.camera.place))
        inside, follow = mouth.add_mouth(self.points)
        self.roles.update(inside)
        brows, follow_brows = face.add_brows(self.points, surface(self.roles["skin"][0]), recipe.brows)
        lashes, follow_lashes = face.add_lashes(self.points, recipe.lashes)
        self.roles["brow"], self.roles["lash"] = [brows], [lashes]
        self.followers += [follow, follow_brows, follow_lashes]
        if recipe.beard:
            self._beard()

    def _beard(self) -> None:
        """The beard; its hairs are drawn with the brows, as part of the skin's pictures."""
        skin = surface(self.roles["skin"][0])
        hairs, follow = beard.add_beard(self.points, skin, beard.Beard(**self.recipe.beard))
        self.roles["brow"] += hairs
        self.followers.append(follow)

    def _worn(self) -> None:
        """Hair, clothes and what else is worn, where the recipe has it."""
        for role, module, maker, model in WORN:
            part = getattr(self.recipe, module, {})
            if not part or importlib.util.find_spec(f"casting.{module}") is None:
                continue
            room: Any = importlib.import_module(f"casting.{module}")
            self.roles[role] += getattr(room, maker)(self.points, getattr(room, model)(**part))

    def posed(self, weights: Mapping[str, float]) -> Points:
        """(COUNT, 3) points of the base in an expression."""
        return expressions.posed(self.points, self.units, weights)

    def pose(self, weights: Mapping[str, float]) -> None:
        """Set the expression: face units (0..1); those not named go to 0."""
        posed = self.posed(weights)
        plain = self.points.copy()
        blocks = self.roles["skin"][0].data.shape_keys.key_blocks
        for name, (vertices, shifts) in self.units.items():
            weight = float(weights.get(name, 0.0))
            blocks[name].slider_min, blocks[name].slider_max = -1.0, 2.0
            blocks[name].value = weight
            plain[vertices] += weight * shifts
        correction = blocks[CORRECTION]
        correction.data.foreach_set("co", to_blender((self.points + posed - plain)[self.kept]).ravel())
        correction.value = 1.0
        for follow in self.followers:
            follow(posed)
        self.roles["skin"][0].data.update()

    def turn(self, degrees: float) -> None:
        """Turn the whole person about the neck, for looking only; + to the person's left."""
        pivot = bpy.data.objects.new("pivot", None)
        bpy.context.scene.collection.objects.link(pivot)
        pivot.location = to_blender(human.joint(self.points, "head"))
        bpy.context.view_layer.update()
        for things in self.roles.values():
            for thing in things:
                thing.parent = pivot
                thing.matrix_parent_inverse = pivot.matrix_world.inverted()
        pivot.rotation_euler = (0, 0, np.radians(degrees))


ROLES = (
    "skin", "lash", "brow", "eye_left", "eye_right", "teeth_upper", "teeth_lower", "tongue",
    "hair", "clothes", "accessory",
)  # fmt: skip

# role, module and table of the recipe, function, its model
WORN = (
    ("hair", "hair", "add_hair", "Hair"),
    ("hair", "headscarf", "add_headscarf", "Headscarf"),
    ("clothes", "clothes", "add_clothes", "Clothes"),
    ("accessory", "jewellery", "add_jewellery", "Jewellery"),
    ("accessory", "glasses", "add_glasses", "Glasses"),
)


def shape(recipe: Recipe) -> tuple[Points, dict[str, human.Target]]:
    """(COUNT, 3) points of a person at rest and the face units that fit them."""
    build = human.Build(**recipe.build.model_dump())
    points = sculpt.drawn(human.lower_arms(human.shaped(build)), recipe.face)
    rest = expressions.posed(points, expressions.fitted(points), recipe.face.rest)
    rest = seams.mouth().closed(expressions.kept_outside(rest, rest))
    units = expressions.fitted(rest)
    for name, weight in recipe.face.rest.items():  # part of the way is done at rest already
        vertices, shifts = units[name]
        units[name] = vertices, shifts * (1 - USED * weight)
    return rest, expressions.corrected(rest, units)


def main() -> None:
    """Render a still from the command line."""
    parser = argparse.ArgumentParser(description="Render a still of a presenter.")
    parser.add_argument("name")
    parser.add_argument("--pose", nargs="*", default=[], metavar="UNIT=WEIGHT")
    parser.add_argument("--yaw", type=float, default=0.0, help="degrees, for looking only")
    parser.add_argument("--scale", type=float, default=0.375)
    parser.add_argument("--crop", type=float, nargs=4, metavar=("X", "Y", "W", "H"))
    parser.add_argument("--samples", type=int, default=studio.SAMPLES)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the recipes are")
    parser.add_argument("--bare", action="store_true", help="without hair and clothes")
    parser.add_argument("-o", "--output", default="person.png")
    options = parser.parse_args()
    recipe = read(options.name, options.folder)
    if options.bare:
        recipe = recipe.model_copy(
            update={key: {} for key in ("hair", "headscarf", "clothes", "beard", "glasses")}
        )
    person = Person(recipe)
    person.pose({name: float(value) for name, value in (item.split("=") for item in options.pose)})
    if options.yaw:
        person.turn(options.yaw)
    studio.render(person, options.output, None, (), options.scale, options.crop, options.samples)


if __name__ == "__main__":
    main()
