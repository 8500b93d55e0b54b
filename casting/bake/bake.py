"""From a built person to a pack on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import ValidationError

from casting import human
from casting.bake import shots
from casting.bake.figure import Figure
from casting.bake.files import keep_pack
from casting.bake.layers import Builder
from casting.bake.shots import EDGE, Shot
from casting.bake.state import SAMPLES, looks, state
from casting.camera import HEIGHT, WIDTH
from casting.person import Person
from casting.recipe import FOLDER, Recipe, read
from rostra.errors import InputError
from rostra.presenters.keys import DIM, KEYS, PARTED
from rostra.presenters.pack import Pack, Texture, TextureInfo
from rostra.presenters.sheet import Sheet, assemble

EFFORT = {"clothes": 0.75, "accessory": 0.5}  # share of the samples
SKIN_SCALE = 1.3
COLLAR = 300.0  # canvas pixels from each side that no neckline reaches
BACKING = 26.0  # canvas pixels that clothes go on behind the neck
LINING = 70.0  # canvas pixels that a headscarf goes on behind the face
LOWER = 0.7  # opacity of lower lashes
BEHIND = 0.6  # of `DIM`: lips that hardly part let in less light where teeth lie as deep as here
TINT = {"teeth_lower": (1.0, 0.965, 0.9), "teeth_upper": (1.0, 0.965, 0.9), "tongue": (1.0, 1.0, 1.0)}
LINED = 0.7  # light on the roots of hair, of that on the hair
MARGIN = 18.0  # canvas pixels that layers may move against each other
SHARP = 2.0  # canvas pixels that the shadow of hair is softened at rest
EYE_SCALE = 2.0  # texels per canvas pixel: eyes are looked at most
MOUTH_SCALE = 1.5
SIDES = ("left", "right")
EYEBALLS = tuple(f"eye_{side}" for side in SIDES)
FACE = ("skin", "brow")
HAIR = ("hair",)
WORN = ("clothes", "accessory", "hair")
NECKLINE = 1.35  # dm below the neck's joint: no neckline is lower
LASH_SCALE = LID_SCALE = 1.6
INNER = ("teeth_lower", "tongue", "teeth_upper")
# brightness in front, left at the upper edge, and left at both ends
SHELTER = {"teeth_lower": (0.85, 0.9, 0.0), "tongue": (0.7, 0.3, 0.3), "teeth_upper": (1.0, 0.6, 0.12)}
CAVITY = (34, 13, 12, 255)  # the dark of the mouth


class Bake:
    """One person's bake.

    Args:
        person: the built scene.
        folder: where renders are kept between runs.
        samples: per pixel.
    """

    def __init__(self, person: Person, folder: Path, samples: int = SAMPLES) -> None:
        self.person = person
        self.folder = folder
        self.samples = samples
        self.figure = Figure(person)
        self.builder = Builder(self.figure)
        self.textures: dict[str, Texture] = {}

    def run(self) -> Pack:
        """Render what is missing and put the pack together."""
        for name, shot in self._shots().items():
            trim = not name.startswith("eye")
            self.textures[name] = shots.take(self.person, name, shot, self.folder, self.samples, trim)
        for side in SIDES:
            lidded = self.textures.pop(f"eye_{side}_lidded")
            self.textures[f"lid_{side}"] = shots.shade(self.textures[f"eye_{side}"], lidded)
        self._shadow()
        self._conceal()
        self._soften()
        for role in INNER:
            lit = shots.sheltered(shots.tinted(self.textures[role], TINT[role]), *SHELTER[role])
            self.textures[role] = lit
            self.textures[f"{role}_dim"] = shots.dimmed(lit, DIM * BEHIND)
        self.textures["cavity"] = _plain(CAVITY)
        sheets = self._sheets()
        return assemble(sheets, self._manifest(), self.textures)

    def _shadow(self) -> None:
        """Let the hair throw its shadow on the pictures of the skin."""
        haired, bare = self.textures.pop("haired", None), self.textures["skin"]
        if haired is None:
            return
        self.textures["skin"] = shots.shadowed(bare, bare, haired, SHARP)
        for name in {key.picture for key in KEYS}:
            self.textures[name] = shots.shadowed(self.textures[name], bare, haired)

    def _soften(self) -> None:
        """Lower lashes are too thin for the texels, and would be a row of dots."""
        lash = self.textures["lash"]
        lower = ~self.builder.upper_lid(shots.centres(lash)).reshape(lash.image.shape[:2])
        self.textures["lash"] = shots.faded(lash, lower, LOWER)

    def _conceal(self) -> None:
        """Drop what is never seen: skin below clothes and hair, hair behind the head."""
        texture = self.textures
        if "clothes" in texture:
            back = shots.backing(texture["clothes"], texture["skin"], BACKING)
            if back.image[..., 3].any():
                texture["clothes_back"] = back
            texture["skin"] = shots.tucked(texture["skin"], texture["clothes"], MARGIN)
        if self.person.recipe.headscarf:
            texture["hair_back"] = shots.lining(texture["hair"], LINING)
        if "hair_back" in texture:
            texture["hair_back"] = shots.concealed(texture["hair_back"], texture["skin"], 2 * MARGIN)
            texture["hair_back"] = shots.concealed(texture["hair_back"], texture["hair"], 2 * MARGIN)
        if "hair" in texture:
            texture["skin"] = shots.lined(texture["skin"], texture["hair"], LINED)
            texture["skin"] = shots.concealed(texture["skin"], texture["hair"], MARGIN)

    def _shots(self) -> dict[str, Shot]:
        worn = [role for role in WORN if self.person.roles.get(role)]
        return {**self._face_shots(), **self._inner_shots(), **self._worn_shots(worn)}

    def _face_shots(self) -> dict[str, Shot]:
        """The skin at rest and in far expressions without the hair, whose shade is costly; and that shade."""
        boxes = {key.picture: self.builder.box(key) for key in KEYS}
        shot = {"skin": Shot(FACE, EYEBALLS, HAIR, box=self._skin_box(), scale=SKIN_SCALE)}
        if self.person.roles.get("hair"):
            shot["haired"] = Shot(FACE, EYEBALLS, box=self._skin_box(), scale=0.5, effort=0.4)
        for key in KEYS:  # without the teeth, whose roots darken the chin from inside
            scale = LID_SCALE if key.picture == "blink" else SKIN_SCALE
            away = (*HAIR, *INNER)
            shot[key.picture] = Shot(FACE, EYEBALLS, away, key.pose, boxes[key.picture], scale, 0.5)
        shot["lash"] = Shot(("lash",), without=HAIR, box=boxes["blink"], scale=LASH_SCALE)
        return shot

    def _inner_shots(self) -> dict[str, Shot]:
        """Eyeballs, teeth and tongue."""
        shot: dict[str, Shot] = {}
        for side in SIDES:
            eye, box = (f"eye_{side}",), self._eye_box(side)
            shot[f"eye_{side}"] = Shot(eye, without=(*FACE, *HAIR, "lash"), box=box, scale=EYE_SCALE)
            shot[f"eye_{side}_lidded"] = Shot(eye, without=HAIR, box=box, scale=EYE_SCALE)
        for role in INNER:
            hidden = (*FACE, *EYEBALLS, *HAIR, *(other for other in INNER if other != role))
            shot[role] = Shot((role,), (), hidden, PARTED, self._mouth_box(), MOUTH_SCALE)
        return shot

    def _worn_shots(self, worn: list[str]) -> dict[str, Shot]:
        """Hair, clothes and what else is worn; and the hair once more with what the head hides of it."""
        shot: dict[str, Shot] = {}
        for role in worn:
            front = ("skin", *EYEBALLS, *(other for other in worn if other != role))
            shot[role] = Shot((role,), front, effort=EFFORT.get(role, 1.0))
        if "hair" in worn and not self.person.recipe.headscarf:  # cloth hides all that is behind it
            shot["hair_back"] = Shot(("hair",), scale=0.5, effort=0.3)
        return shot

    def _skin_box(self) -> shots.Box:
        """Head and neck, as far as clothes do not cover everything."""
        if not self.person.roles.get("clothes"):
            return 0, 0, WIDTH, HEIGHT
        lowest = self.builder.neck - NECKLINE
        bottom = self.figure.camera.seen(np.array([[0.0, lowest, self.builder.eyes["left"][2]]]))[0, 1]
        return COLLAR, 0, WIDTH - 2 * COLLAR, float(bottom)

    def _eye_box(self, side: str) -> shots.Box:
        centre = self.figure.camera.seen(self.builder.eyes[side][None])[0]
        reach = 1.15 * self.builder.radius(side) * self.figure.camera.scale
        return float(centre[0] - reach), float(centre[1] - reach), 2 * reach, 2 * reach

    def _mouth_box(self) -> shots.Box:
        unit = self.figure.camera.scale
        x, y = self.figure.camera.seen(self.builder.mouth[None])[0]
        return float(x - 0.5 * unit), float(y - 0.35 * unit), 1.0 * unit, 0.95 * unit

    def _sheets(self) -> list[Sheet]:
        build, texture = self.builder, self.textures
        skin, cavity = build.skin(texture)
        sheets = (
            [build.outer("hair_back", texture["hair_back"], 0.0, flat=True)] if "hair_back" in texture else []
        )
        if "clothes_back" in texture:
            sheets.append(build.outer("clothes_back", texture["clothes_back"], 0.1))
        for side in SIDES:
            sheets += [build.eye(side, texture[f"eye_{side}"]), build.lid_shade(side, texture[f"lid_{side}"])]
        sheets += [cavity, *(build.inner(role, texture[role]) for role in INNER), skin]
        sheets.append(build.lashes(texture["lash"]))
        for role, lift in (("clothes", 0.1), ("hair", 0.12), ("accessory", 0.12)):
            if role in texture:
                sheets.append(build.outer(role, texture[role], lift))
        return sheets

    def _manifest(self) -> dict[str, object]:
        recipe, camera, build = self.person.recipe, self.figure.camera, self.builder
        pivot = camera.canvas(human.joint(self.person.points, "head")[None])[0]
        return {
            "id": recipe.id,
            "name": recipe.name,
            "kind": recipe.kind,
            "bio": recipe.bio,
            "greeting": recipe.greeting,
            "canvas": (WIDTH, HEIGHT),
            "distance": camera.distance,
            "pivot": tuple(pivot),
            "eyes": {side: tuple(camera.canvas(eye[None])[0]) for side, eye in build.eyes.items()},
            "framing": self._framing(),
            "voice": recipe.voice,
            "manner": recipe.manner,
            "origin": {"tool": "casting", "state": state(recipe)},
        }

    def _framing(self) -> dict[str, float]:
        camera, rest = self.figure.camera, self.figure.rest
        top = self.textures.get("hair", self.textures["skin"])
        ahead = rest[(np.abs(rest[:, 0]) < 0.1) & (rest[:, 2] > self.builder.eyes["left"][2] - 0.2)]
        chin = ahead[ahead[:, 1] > self.builder.mouth[1] - 0.75]
        body = self.textures.get("clothes", self.textures["skin"])
        return {
            "top": top.info.y + EDGE / top.info.scale,
            "chin": float(camera.seen(chin)[:, 1].max()),
            "eyes": float(camera.seen(self.builder.eyes["left"][None])[0, 1]),
            "centre": WIDTH / 2,
            "bottom": HEIGHT,
            "left": body.info.x + EDGE / body.info.scale,
            "right": body.info.x + (body.image.shape[1] - EDGE) / body.info.scale,
        }


def _plain(colour: tuple[int, int, int, int]) -> Texture:
    """A texture of one colour over the whole canvas."""
    return Texture(np.full((16, 16, 4), colour, dtype=np.uint8), TextureInfo(x=0, y=0, scale=16 / WIDTH))


def bake(
    name: str, target: Path, renders: Path, samples: int = SAMPLES, quality: int = 90, recipes: Path = FOLDER
) -> Pack:
    """Bake one recipe.

    Args:
        name: of the recipe.
        target: where the pack goes.
        renders: folder for the renders, one below it for each state of the recipe and the tool; what is there
            is taken up again after a stop.
        samples: per pixel.
        quality: of the WebP textures.
        recipes: folder of the recipe.

    Raises:
        InputError: the recipe is wrong.
        OutputError: a render or the pack cannot be written; what is whole is kept.
    """
    recipe = read(name, recipes)
    folder = renders / f"{name}-{looks(recipe)}-{samples}"
    pack = Bake(_built(recipe), folder, samples).run()
    keep_pack(pack, target, quality)
    return pack


def _built(recipe: Recipe) -> Person:
    """The scene; what is worn checks its own table of the recipe."""
    try:
        return Person(recipe)
    except ValidationError as error:
        keys = [".".join(map(str, (error.title.lower(), *one["loc"]))) for one in error.errors()]
        told = "; ".join(f"{key}: {one['msg']}" for key, one in zip(keys, error.errors(), strict=True))
        raise InputError(f"{recipe.id}: {told}.", "Correct the recipe.", keys[0]) from error
