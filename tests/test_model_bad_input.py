"""Models that are broken, hostile or of the wrong kind: one clear refusal that names the part."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from commands import rostra
from heads import Head
from rostra.errors import ModelError
from rostra.presenters.model import container, from_model
from rostra.presenters.model.faces import filter_for
from rostra.presenters.model.materials import materials
from rostra.presenters.model.nodes import tree
from rostra.presenters.model.scene import scene
from rostra.presenters.model.vrm import vrm
from rostra.presenters.own import Profile
from rostra.settings import settings as own_settings

Json = dict[str, Any]
WHOLE = Head().bytes()


def parts(data: bytes = WHOLE) -> tuple[Json, bytes]:
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def joined(document: Json, binary: bytes) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(binary), 0x004E4942) + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


def changed(change: Callable[[Json], None]) -> bytes:
    document, binary = parts()
    change(document)
    return joined(document, binary)


def refused(folder: Path, data: bytes, name: str = "bad.glb") -> ModelError:
    path = folder / name
    path.write_bytes(data)
    with pytest.raises(ModelError) as error:
        from_model(path, Profile("Bad"))
    assert error.value.remedy
    return error.value


def png(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    return buffer.getvalue()


def put(*path: str | int, value: Any) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def position(document: Json, name: str) -> int:
    mesh = next(mesh for mesh in document["meshes"] if mesh["name"] == name)
    return int(mesh["primitives"][0]["attributes"]["POSITION"])


def circle(document: Json) -> None:
    nodes = document["nodes"]
    nodes.append({"children": [len(nodes) + 1]})
    nodes.append({"children": [len(nodes) - 1]})
    document["scenes"][0]["nodes"] = [len(nodes) - 2]


def shared(document: Json) -> None:
    document["nodes"].append({"children": [1]})


def far_index(document: Json) -> None:
    mesh = document["meshes"][0]["primitives"][0]
    document["accessors"][mesh["attributes"]["POSITION"]]["count"] = 3
    for target in mesh["targets"]:
        document["accessors"][target["POSITION"]]["count"] = 3


def unequal(document: Json) -> None:
    target = document["meshes"][0]["primitives"][0]["targets"][0]
    document["accessors"][target["POSITION"]]["count"] -= 1


def huge_count(document: Json) -> None:
    document["accessors"][position(document, "face")]["count"] = 2_000_000_000


def many(document: Json) -> None:
    document["accessors"][position(document, "face")]["count"] += 1000


def out_of_view(document: Json) -> None:
    accessor = document["accessors"][position(document, "face")]
    document["bufferViews"][accessor["bufferView"]]["byteOffset"] = 1 << 40


def joint(document: Json) -> None:
    document["skins"][0]["joints"][0] = 9999


def matrices(document: Json) -> None:
    document["accessors"][document["skins"][0]["inverseBindMatrices"]]["count"] = 2


CASES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no glTF"),
    "text": (b"hello" * 100, "no glTF"),
    "only a magic": (b"glTF", "header"),
    "half": (WHOLE[: len(WHOLE) // 2], "cut off"),
    "glTF 1": (b"glTF" + struct.pack("<II", 1, 20) + bytes(8), "glTF 1"),
    "a long chunk": (b"glTF" + struct.pack("<IIII", 2, 20, 1 << 31, 0x4E4F534A), "chunk"),
    "no JSON": (b"glTF" + struct.pack("<IIII", 2, 20, 0, 0x004E4942), "JSON chunk"),
    "broken JSON": (b"glTF" + struct.pack("<IIII", 2, 24, 4, 0x4E4F534A) + b"{{{{", "JSON"),
    "deep JSON": (changed(put("extras", value=json.loads("[" * 200 + "]" * 200))), "document"),
    "another version": (changed(put("asset", "version", value="1.0")), "2.0"),
    "a circle of nodes": (changed(circle), "nodes"),
    "a node below two": (changed(shared), "below two nodes"),
    "a child that is not there": (changed(put("nodes", 0, "children", value=[12345])), "nodes[0]"),
    "nodes that are no list": (changed(put("nodes", value={})), "nodes"),
    "a transform of letters": (changed(put("nodes", 0, "translation", value=["a", 0, 0])), "nodes[0]"),
    "a node far away": (changed(put("nodes", 0, "translation", value=[1e30, 0, 0])), "nodes[0]"),
    "a huge accessor": (changed(huge_count), "2000000000 elements"),
    "an accessor out of its view": (changed(many), "out of its buffer"),
    "a view out of its buffer": (changed(out_of_view), "out of its buffer"),
    "an index out of range": (changed(far_index), "indices"),
    "a target of another length": (changed(unequal), "targets[0]"),
    "a joint that is not there": (changed(joint), "skins[0]"),
    "too few matrices": (changed(matrices), "skins[0]"),
    "a buffer that is too short": (changed(put("buffers", 0, "byteLength", value=1 << 28)), "buffers[0]"),
    "a buffer of no size": (changed(put("buffers", 0, "byteLength", value=-1)), "buffers[0]"),
    "a web address": (changed(put("buffers", 0, "uri", value="https://example.org/a.bin")), "outside"),
    "a file outside": (changed(put("buffers", 0, "uri", value="../../etc/passwd")), "outside"),
    "Draco": (changed(put("extensionsRequired", value=["KHR_draco_mesh_compression"])), "Draco"),
    "an unknown alphaMode": (changed(put("materials", 0, "alphaMode", value="GLOW")), "alphaMode"),
    "no meshes": (changed(put("scenes", 0, "nodes", value=[0])), "triangles"),
    "a scene that is not there": (changed(put("scene", value=7)), "scenes[7]"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_bad_model_is_refused(case: str, tmp_path: Path) -> None:
    data, told = CASES[case]
    assert told in refused(tmp_path, data).message


@pytest.mark.parametrize(
    ("picture", "told"),
    [(png((9000, 10)), "9000x10"), (b"\x89PNG" + bytes(40), "images[0]"), (b"<svg/>", "images[0]")],
)
def test_a_bad_picture_is_refused(picture: bytes, told: str, tmp_path: Path) -> None:
    data = "data:image/png;base64," + base64.b64encode(picture).decode()
    assert told in refused(tmp_path, changed(put("images", 0, value={"uri": data}))).message


@pytest.mark.parametrize(
    "uri", ["../a.bin", "/etc/passwd", "http://a/b.bin", "a\\..\\b.bin", "file:///etc/passwd", "%2e%2e/a.bin"]
)
def test_a_gltf_reads_nothing_outside_its_folder(uri: str, tmp_path: Path) -> None:
    document, binary = parts()
    (tmp_path / "a.bin").write_bytes(binary)
    home = tmp_path / "home"
    home.mkdir()
    document["buffers"][0]["uri"] = uri
    assert "outside" in refused(home, json.dumps(document).encode(), "bad.gltf").message


def test_a_gltf_follows_no_link_out_of_its_folder(tmp_path: Path) -> None:
    document, binary = parts()
    (tmp_path / "a.bin").write_bytes(binary)
    home = tmp_path / "home"
    home.mkdir()
    (home / "a.bin").symlink_to(tmp_path / "a.bin")
    document["buffers"][0]["uri"] = "a.bin"
    assert "outside" in refused(home, json.dumps(document).encode(), "bad.gltf").message


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    document, binary = parts()
    accessor = document["accessors"][position(document, "face")]
    start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    poisoned = binary[:start] + np.float32("nan").tobytes() + binary[start + 4 :]
    assert "not finite" in refused(tmp_path, joined(document, poisoned)).message


def test_a_model_on_its_back_is_refused(tmp_path: Path) -> None:
    lying = put("nodes", -1, "rotation", value=[-0.7071068, 0, 0, 0.7071068])
    assert "upright" in str(refused(tmp_path, changed(lying)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_to_the_document_is_refused_or_harmless(tmp_path: Path, data: st.DataObject) -> None:
    (length,) = struct.unpack_from("<I", WHOLE, 12)
    spoilt = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(20, 19 + length))] = data.draw(st.sampled_from(b'0919,:{}[]"-e.tnx'))
    path = tmp_path / "spoilt.glb"
    path.write_bytes(bytes(spoilt))
    try:
        document = container.read(path)
        materials(document)
        scene(document, tree(document), filter_for(vrm(document)))
    except ModelError as error:
        assert error.message


def test_the_command_adds_a_model_and_refuses_a_bad_one(
    house: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(house / "own"))
    own_settings.cache_clear()
    (house / "head.glb").write_bytes(WHOLE)
    (house / "bad.glb").write_bytes(WHOLE[:5000])
    added = rostra(capfd, "presenter", "add", "Mo Del", "--model", "head.glb", "--kind", "man")
    assert added.code == 0, added.err
    assert (house / "own" / "mo-del.pack").exists()
    assert "mo-del" in rostra(capfd, "presenter", "list").out
    bad = rostra(capfd, "presenter", "add", "Other", "--model", "bad.glb")
    assert (bad.code, "cut off" in bad.err) == (2, True)
    both = rostra(capfd, "presenter", "add", "Other", "--model", "head.glb", "--photo", "me.jpg")
    assert both.code == 2
    assert [path.name for path in (house / "own").iterdir()] == ["mo-del.pack"]
