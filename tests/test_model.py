"""Own presenters from 3D models: they speak, blink, look and turn, whatever their shapes are called."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from heads import HAIR, VOWELS, Head, linear, picture
from rostra.acting.motion import ARKIT
from rostra.errors import ModelError
from rostra.picture.backdrop import Still
from rostra.picture.frame import Size, Yuv420
from rostra.picture.layout import Layout
from rostra.picture.layout import place as placing
from rostra.picture.stage import Stage
from rostra.presenters.model import from_model, names
from rostra.presenters.own import Profile
from rostra.presenters.pack import Pack, check, load, save
from rostra.production.pose import row

SIZE = Size(480, 480)
GREY = 150


def baked(folder: Path, data: bytes, suffix: str = ".glb") -> Pack:
    path = folder / f"head{suffix}"
    path.write_bytes(data)
    return from_model(path, Profile("Head"))


@pytest.fixture(scope="session")
def head(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return baked(tmp_path_factory.mktemp("arkit"), Head().bytes())


@pytest.fixture(scope="session")
def vrm(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return baked(tmp_path_factory.mktemp("vrm"), Head(mixes=VOWELS).as_vrm(), ".vrm")


@pytest.fixture(scope="session")
def old_vrm(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return baked(tmp_path_factory.mktemp("vrm"), Head(mixes=VOWELS).as_old_vrm(), ".vrm")


def drawn(pack: Pack, expression: str = "rest", yaw: float = 0, grey: int = GREY) -> NDArray[np.float64]:
    """(h, w) luma of a still, with a grey backdrop."""
    behind, frame = Yuv420.empty(SIZE), Yuv420.empty(SIZE)
    behind.y[:], behind.u[:], behind.v[:] = grey, 128, 128
    Stage(pack, Layout.FULL, SIZE, Still(behind)).draw(row(expression, yaw), frame)
    return frame.y.astype(np.float64)


def around(pack: Pack, place: tuple[float, float], half: tuple[int, int]) -> tuple[slice, slice]:
    """The pixels about a canvas place in `drawn`."""
    scale, x, y = placing(pack.manifest.framing, Layout.FULL, SIZE)
    column, line = round(x + scale * place[0]), round(y + scale * place[1])
    return slice(line - half[1], line + half[1]), slice(column - half[0], column + half[0])


def mouth(pack: Pack, picture_: NDArray[np.float64]) -> NDArray[np.float64]:
    chin = pack.manifest.framing.chin
    part: NDArray[np.float64] = picture_[around(pack, (640, chin - 105), (22, 18))]
    return part


def eyes(pack: Pack, picture_: NDArray[np.float64]) -> NDArray[np.float64]:
    left, right = pack.manifest.eyes["left"], pack.manifest.eyes["right"]
    return np.concatenate([picture_[around(pack, eye[:2], (14, 8))] for eye in (left, right)])


def right_iris(pack: Pack, picture_: NDArray[np.float64]) -> float:
    """Column of the right iris, which is on the left of the picture, in a strip of 64 columns."""
    strip = picture_[around(pack, (640, 440), (52, 7))][:, :64]
    return float(np.nonzero(strip < 70)[1].mean())


def darkest(part: NDArray[np.float64]) -> float:
    return float(np.sort(part.ravel())[: part.size // 20].mean())


@pytest.mark.parametrize("which", ["head", "vrm", "old_vrm"])
def test_a_model_speaks(which: str, request: pytest.FixtureRequest) -> None:
    pack = request.getfixturevalue(which)
    rest, aa, m = (mouth(pack, drawn(pack, expression)) for expression in ("rest", "aa", "m"))
    assert darkest(aa) < darkest(rest) - 40  # the mouth opens
    assert np.abs(m - rest).mean() < 2.5  # lips shut although the jaw has dropped


@pytest.mark.parametrize("which", ["head", "vrm", "old_vrm"])
def test_rounded_and_spread_lips_differ(which: str, request: pytest.FixtureRequest) -> None:
    pack = request.getfixturevalue(which)
    spread, rounded = (mouth(pack, drawn(pack, expression)) for expression in ("ee", "oo"))
    assert np.abs(spread - rounded).max() > 25


@pytest.mark.parametrize("which", ["head", "vrm", "old_vrm"])
def test_a_blink_shuts_the_eyes(which: str, request: pytest.FixtureRequest) -> None:
    pack = request.getfixturevalue(which)
    opened, shut = eyes(pack, drawn(pack)), eyes(pack, drawn(pack, "blink"))
    assert darkest(opened) < 70  # irises are seen
    assert darkest(shut) > darkest(opened) + 25
    assert np.median(shut) > 110  # what is seen is skin


def test_the_gaze_turns_the_eyeballs(head: Pack) -> None:
    def iris(part: NDArray[np.float64]) -> float:
        return float(np.nonzero(part < 70)[1].mean())

    ahead, aside = eyes(head, drawn(head)), eyes(head, drawn(head, "gazeYaw=0.4"))
    assert iris(aside) > iris(ahead) + 1.5
    assert {1, 2} <= set(np.unique(head.gaze))


def test_the_head_turns_and_the_body_stays(head: Pack) -> None:
    ahead, turned = drawn(head), drawn(head, yaw=18)
    assert right_iris(head, turned) > right_iris(head, ahead) + 15
    assert np.abs(ahead[-60:] - turned[-60:]).mean() < 1


def test_no_backdrop_shows_through_a_turned_face(head: Pack) -> None:
    for yaw in (-14, 14):
        part = around(head, (640, 540), (50, 40))
        bright, dark = (drawn(head, yaw=yaw, grey=grey)[part] for grey in (40, 220))
        assert np.array_equal(bright, dark)


def test_arms_of_a_t_pose_hang(head: Pack) -> None:
    framing = head.manifest.framing
    assert framing.right - framing.left > 500
    picture_ = drawn(head)
    scale_free = np.abs(picture_ - GREY) > 3
    assert not scale_free[: SIZE.height // 2, :60].any()  # no arm beside the face
    assert scale_free[-4:, 10:100].any()


def test_a_pack_of_a_model_survives_its_file(head: Pack, tmp_path: Path) -> None:
    check(head)
    save(head, tmp_path / "head.pack")
    again = load(tmp_path / "head.pack")
    assert again.manifest == head.manifest
    assert again.manifest.origin["tool"] == "model"


def test_a_model_that_looks_elsewhere_is_turned(head: Pack, tmp_path: Path) -> None:
    back = baked(tmp_path, Head(turn=2).bytes())
    assert np.abs(drawn(back) - drawn(head)).mean() < 0.5


def test_a_model_without_bones_turns_its_head(tmp_path: Path) -> None:
    pack = baked(tmp_path, Head(bones=False).bytes())
    ahead, turned = drawn(pack), drawn(pack, yaw=18)
    assert right_iris(pack, turned) > right_iris(pack, ahead) + 15
    assert {1, 2} <= set(np.unique(pack.gaze))  # round things behind lids are eyeballs


def test_a_model_lies_in_a_gltf_with_its_buffer_beside_it(head: Pack, tmp_path: Path) -> None:
    data = Head().bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + length])
    (tmp_path / "head data.bin").write_bytes(data[28 + length :])
    document["buffers"][0]["uri"] = "head%20data.bin"
    pack = baked(tmp_path, json.dumps(document).encode(), ".gltf")
    assert np.array_equal(drawn(pack), drawn(head))


@pytest.mark.parametrize("name", ["jawOpen", "mouthSmileLeft", "browInnerUp", "eyeBlinkRight"])
def test_common_spellings_of_blendshapes_are_known(name: str) -> None:
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    sided = name.replace("Left", "_L").replace("Right", "_R")
    for spelling in (name, name[0].upper() + name[1:], snake, sided, f"Face.{name}", f"head_{name}"):
        assert names.channel(spelling) == name


def test_every_channel_of_arkit_is_its_own() -> None:
    assert [names.channel(name) for name in ARKIT] == list(ARKIT)
    assert names.channel("Basis") is None
    assert names.channel("smile") is None


def test_other_spellings_speak(tmp_path: Path) -> None:
    def spell(name: str) -> str:
        return "Face." + name[0].upper() + name[1:].replace("Left", "_L").replace("Right", "_R")

    pack = baked(tmp_path, Head(spell).bytes())
    assert {"jawOpen", "eyeBlinkLeft", "mouthSmileRight", "mouthClose"} <= set(pack.manifest.shapes)


def test_a_model_without_blendshapes_is_told_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refused:
        baked(tmp_path, Head(lambda _: "").bytes())
    for lacking in ("jawOpen", "aa", "mouthPucker", "eyeBlinkLeft", "blink"):
        assert lacking in refused.value.message


def test_a_model_is_told_of_the_one_shape_that_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lacks blendshapes: eyeBlinkRight") as refused:
        baked(tmp_path, Head(lambda name: "" if name == "eyeBlinkRight" else name).bytes())
    assert "jawOpen" not in refused.value.message


def hair(pack: Pack) -> NDArray[np.uint8]:
    """The middle texel of the front hair."""
    image = pack.textures["hair"].image
    middle: NDArray[np.uint8] = image[image.shape[0] // 4, image.shape[1] // 2]
    return middle


def unlit(**more: object) -> dict[str, object]:
    return {"extensions": {"KHR_materials_unlit": {}}, **more}


def test_unlit_hair_keeps_its_colour(tmp_path: Path) -> None:
    surface = {"baseColorFactor": [*map(linear, HAIR), 1.0]}
    pack = baked(tmp_path, Head(hair=unlit(pbrMetallicRoughness=surface)).bytes())
    assert np.abs(hair(pack)[:3].astype(int) - HAIR).max() <= 1


def test_see_through_hair_stays_see_through(tmp_path: Path) -> None:
    surface = {"baseColorFactor": [0.2, 0.1, 0.1, 0.5]}
    blend = baked(tmp_path, Head(hair=unlit(pbrMetallicRoughness=surface, alphaMode="BLEND")).bytes())
    solid = baked(tmp_path, Head(hair=unlit(pbrMetallicRoughness=surface)).bytes())
    masked = baked(
        tmp_path, Head(hair=unlit(pbrMetallicRoughness=surface, alphaMode="MASK", alphaCutoff=0.6)).bytes()
    )
    assert 100 < hair(blend)[3] < 220  # one or two sheets of it
    assert hair(solid)[3] == 255
    assert "hair" not in masked.textures


def test_a_texture_transform_moves_the_picture(tmp_path: Path) -> None:
    def coloured(transform: dict[str, object]) -> NDArray[np.uint8]:
        model = Head(hair={})
        colours = [[(250, 0, 0), (0, 0, 250)]]
        texture = {
            "index": model.document.add_picture(picture(colours)),
            "extensions": {"KHR_texture_transform": transform},
        }
        info = next(m for m in model.document.json["materials"] if m["name"] == "hair")
        info |= unlit(pbrMetallicRoughness={"baseColorTexture": texture})
        return hair(baked(tmp_path, model.bytes()))

    red, blue = coloured({}), coloured({"offset": [0.5, 0.0]})
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


def test_one_of_our_own_heads_comes_back(tmp_path: Path) -> None:
    pytest.importorskip("bpy")
    from casting.export_gltf import Export  # noqa: PLC0415 - needs Blender
    from casting.recipe import read  # noqa: PLC0415

    data = Export(read("jane")).document.bytes()
    pack = baked(tmp_path, data)
    assert {"face", "teeth-upper", "teeth-lower", "tongue", "eye-left", "eye-right"} <= {
        layer.info.name for layer in pack.layers
    }
    assert set(ARKIT) - set(pack.manifest.shapes) <= {"cheekPuff"}
