"""The benchmark measures what it says, in one run, and keeps it as JSON."""

import json
import tempfile
from pathlib import Path

import numpy as np

from commands import rostra
from rostra.picture.frame import Size, Yuv420
from rostra.production import bench


def test_everything_is_measured_printed_and_saved(capfd, house: Path, monkeypatch):
    monkeypatch.setattr(bench, "TEXT", "One short line.")
    monkeypatch.setattr(bench, "SENTENCES", ("Hello.", "Thank you."))
    monkeypatch.setattr(tempfile, "tempdir", str(house))
    options = ("--presenter", "ellipse", "--voice", "heart:fast", "--background", "#204060")
    outcome = rostra(capfd, "bench", "render", "--rounds", 1, "--json", "out/bench.json", *options)
    assert outcome.code == 0, outcome.err
    told = json.loads((house / "out/bench.json").read_text())
    assert set(bench.REACH) <= set(told["figures"])
    assert told["stages"].keys() == {"speech", "acting", "picture", "encoding"}
    assert all(value > 0 for value in {**told["figures"], **told["stages"]}.values())
    assert told["frames"] == round(told["seconds"] * told["fps"])
    assert f"{told['figures']['ratio']:.2f}" in outcome.out
    assert told["machine"]["processor"] in outcome.out
    assert {path.name for path in house.iterdir()} == {"out"}


def test_kept_frames_come_back_as_they_were(tmp_path: Path):
    size = Size(64, 32)
    rng = np.random.default_rng(1)
    given = []
    with bench._Raw(tmp_path / "raw", size) as raw:
        for _ in range(3):
            frame = raw.frame()
            for plane in (frame.y, frame.u, frame.v):
                plane[:] = rng.integers(0, 256, plane.shape)
            given.append(frame.copy())
            raw.write(frame)
    with (tmp_path / "raw").open("rb") as file:
        back = Yuv420.empty(size)
        for frame in given:
            assert bench._read(file.readinto, back)
            assert (back.y == frame.y).all()
            assert (back.u == frame.u).all()
            assert (back.v == frame.v).all()
        assert not bench._read(file.readinto, back)
