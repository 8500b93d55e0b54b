"""Packs: what is saved comes back, what is damaged is refused with a word about what is wrong."""

import contextlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from packs import synthetic
from rostra.acting.manner import Manner
from rostra.errors import PackError
from rostra.presenters import pack as packs
from rostra.presenters.pack import Pack, load, save


@pytest.fixture(scope="module")
def pack() -> Pack:
    return synthetic(step=64.0, detail=0.1)


@pytest.fixture
def file(pack: Pack, tmp_path: Path) -> Path:
    path = tmp_path / "some.pack"
    save(pack, path, quality=100)
    return path


def rewritten(file: Path, name: str, data: bytes) -> bytes:
    """The pack with one member replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, data if entry.filename == name else old.read(entry))
    return buffer.getvalue()


def npy(array: np.ndarray, **options: bool) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def test_what_is_saved_comes_back(pack: Pack, file: Path) -> None:
    again = load(file)
    assert again.manifest == pack.manifest
    np.testing.assert_array_equal(again.vertices, pack.vertices)
    np.testing.assert_allclose(again.delta, pack.delta, atol=0.05)
    for ours, theirs in zip(pack.layers, again.layers, strict=True):
        np.testing.assert_array_equal(ours.triangles, theirs.triangles)
        np.testing.assert_array_equal(ours.uv, theirs.uv)
    for name, texture in pack.textures.items():
        np.testing.assert_array_equal(again.textures[name].image, texture.image)


def test_a_manner_may_start_from_a_style(pack: Pack, tmp_path: Path) -> None:
    manner = {"style": "warm", "nod": 0.8}
    save(replace(pack, manifest=pack.manifest.model_copy(update={"manner": manner})), tmp_path / "warm.pack")
    assert Manner.of(load(tmp_path / "warm.pack").manifest.manner) == Manner.of(manner)


def test_the_same_pack_has_the_same_bytes(pack: Pack, file: Path, tmp_path: Path) -> None:
    save(pack, tmp_path / "again.pack", quality=100)
    assert (tmp_path / "again.pack").read_bytes() == file.read_bytes()


def test_a_file_that_is_no_zip_is_refused() -> None:
    with pytest.raises(PackError, match="not a readable pack"):
        load(b"GIF89a")


def test_a_cut_file_is_refused(file: Path) -> None:
    with pytest.raises(PackError):
        load(file.read_bytes()[: file.stat().st_size // 2])


def test_another_zip_is_refused(file: Path) -> None:
    with pytest.raises(PackError, match="not a presenter's pack"):
        load(rewritten(file, "pack.json", b'{"format": "something"}'))


def test_a_newer_version_is_refused_with_both_numbers(file: Path, pack: Pack) -> None:
    text = json.dumps({**pack.manifest.model_dump(mode="json"), "version": 7})
    with pytest.raises(PackError, match="version 7, this Rostra reads 1"):
        load(rewritten(file, "pack.json", text.encode()))


def test_a_wrong_field_is_named(file: Path, pack: Pack) -> None:
    text = json.dumps({**pack.manifest.model_dump(mode="json"), "distance": -1})
    with pytest.raises(PackError, match="distance"):
        load(rewritten(file, "pack.json", text.encode()))


def test_pickles_are_never_read(file: Path) -> None:
    trap = npy(np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(PackError):
        load(rewritten(file, "arrays/vertices.npy", trap))


def test_a_texture_that_unpacks_to_something_huge_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "MAX_SIDE", 64)
    name = next(name for name in zipfile.ZipFile(file).namelist() if name.startswith("textures/"))
    buffer = io.BytesIO()
    Image.new("RGBA", (65, 2)).save(buffer, "WEBP")
    with pytest.raises(PackError, match="more than 64 pixels"):
        load(rewritten(file, name, buffer.getvalue()))


def test_a_member_that_is_too_large_is_not_unpacked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MAX_FILE", 1000)
    with pytest.raises(PackError, match="larger than"):
        load(file)


def test_textures_that_are_too_much_together_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [texture.image for texture in load(file).textures.values()]
    most = max(picture.shape[0] * picture.shape[1] for picture in pictures)
    assert most < sum(picture.shape[0] * picture.shape[1] for picture in pictures)
    monkeypatch.setattr(packs, "MAX_PIXELS", most)
    with pytest.raises(PackError, match="more than is left"):
        load(file)


@pytest.mark.parametrize("field", ["layers", "textures", "shapes"])
def test_a_manifest_of_thousands_of_parts_is_refused(file: Path, pack: Pack, field: str) -> None:
    told = pack.manifest.model_dump(mode="json")
    many = told[field]
    if isinstance(many, dict):
        told[field] = {f"{name}{k}": one for k in range(2000) for name, one in many.items()}
    else:
        told[field] = list(many) * 2000
    with pytest.raises(PackError, match=field):
        load(rewritten(file, "pack.json", json.dumps(told).encode()))


@pytest.mark.parametrize("text", [b"[]", b"7", b"null", b"{", b"\xff\xfe", b"[" * 20_000])
def test_a_manifest_that_is_no_object_is_refused(file: Path, text: bytes) -> None:
    with pytest.raises(PackError):
        load(rewritten(file, "pack.json", text))


@pytest.mark.parametrize("shape", [(2**40, 3), (2**62,), (2**20, 2**20, 2**20), (-1, 3)])
def test_an_array_that_claims_to_be_huge_is_refused(file: Path, shape: tuple[int, ...]) -> None:
    buffer = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    with pytest.raises(PackError):
        load(rewritten(file, "arrays/vertices.npy", buffer.getvalue() + bytes(24)))


def test_a_wrong_checksum_is_refused_in_every_member(file: Path) -> None:
    data = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    for entry in entries:
        wrong = bytearray(data)
        wrong[entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2] ^= 0xFF
        with pytest.raises(PackError):
            load(bytes(wrong))


@pytest.mark.parametrize("seed", range(200))
def test_any_damage_is_refused_or_harmless(file: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = np.frombuffer(file.read_bytes(), np.uint8).copy()
    where = rng.integers(0, len(data), rng.integers(1, 12))
    data[where] = rng.integers(0, 256, len(where))
    end = len(data) if seed % 3 else int(rng.integers(0, len(data)))
    with contextlib.suppress(PackError):
        load(data[:end].tobytes())


@pytest.mark.parametrize("field", ["vertices", "head", "alpha", "breath", "delta"])
def test_numbers_that_are_not_finite_are_refused(pack: Pack, field: str) -> None:
    array = getattr(pack, field).copy()
    array.flat[0] = np.nan
    with pytest.raises(PackError, match=field):
        packs.check(replace(pack, **{field: array}))


def test_a_triangle_of_another_layer_is_refused(pack: Pack) -> None:
    first = pack.layers[0]
    wrong = first.triangles.copy()
    wrong[0, 0] = len(pack.vertices) + 5
    with pytest.raises(PackError, match=f"layer {first.info.name}"):
        packs.check(replace(pack, layers=(replace(first, triangles=wrong), *pack.layers[1:])))


def test_deltas_that_do_not_add_up_are_refused(pack: Pack) -> None:
    starts = pack.delta_start.copy()
    starts[-1] += 1
    with pytest.raises(PackError, match="delta_start"):
        packs.check(replace(pack, delta_start=starts))
