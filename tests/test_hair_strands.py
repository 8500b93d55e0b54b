"""Strands and the distances they lie on: pure numpy, without Blender."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from casting.field import Field, around, level_set
from casting.strands import children, clear, clump, locks, reach, resample, trim


@pytest.fixture
def ball() -> Field:
    axis = np.arange(-1.5, 1.51, 0.1)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = (np.sqrt(x**2 + y**2 + z**2) - 1).astype(np.float32)
    return Field(values, np.full(3, -1.5), 0.1)


@pytest.fixture
def straight() -> np.ndarray:
    rng = np.random.default_rng(1)
    roots = rng.normal(size=(200, 3))
    return roots[:, None] + np.linspace(0, 1, 12)[None, :, None] * np.array([0.0, -2.0, 0.0])


def test_a_level_set_lies_on_the_surface_and_faces_outwards(ball: Field) -> None:
    points, faces = level_set(ball)
    corners = points[faces]
    cross = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 0.02
    assert (np.einsum("ij,ij->i", cross, corners.mean(axis=1)) > 0).all()


def test_distances_from_a_mesh_agree_with_the_ball_it_is_made_from(ball: Field) -> None:
    points, faces = level_set(ball)
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
    field = around(points, triangles, np.full(3, -1.4), np.full(3, 1.4), 0.05)
    places = np.array([[0.0, 0.0, 1.2], [0.9, 0.0, 0.0], [0.0, -1.1, 0.0]])
    assert field(places) == pytest.approx([0.2, -0.1, 0.1], abs=0.03)


def test_hair_cut_to_a_share_keeps_its_root_and_loses_length(straight: np.ndarray) -> None:
    cut = resample(straight, np.full(len(straight), 0.5))
    assert np.allclose(cut[:, 0], straight[:, 0])
    assert reach(cut) == pytest.approx(np.full(len(cut), 1.0), abs=1e-9)


def test_trimmed_hair_ends_at_the_line(straight: np.ndarray) -> None:
    level = straight[:, 0, 1] - 1.0
    assert np.abs(trim(straight, level)[:, -1, 1] - level).max() < 2.0 / 11


def test_hair_takes_only_guides_of_its_own_side_of_the_parting() -> None:
    roots = np.array([[0.1, 0.0, 0.0], [-0.1, 0.0, 0.0], [0.2, 0.0, 0.0], [-0.2, 0.0, 0.0]])
    side = np.sign(roots[:, 0])
    along = np.linspace(0, 1, 8)[None, :, None]
    guides = roots[:, None] + along * (side[:, None] * [1.0, 0.0, 0.0])[:, None]
    new = np.array([[0.01, 0.0, 0.0], [-0.01, 0.0, 0.0]])
    hairs = children(guides, new, np.random.default_rng(0), np.concatenate([side, [1.0, -1.0]]))
    assert hairs[0, -1, 0] > 0.8
    assert hairs[1, -1, 0] < -0.8


def test_locks_gather_tips_and_leave_roots(straight: np.ndarray) -> None:
    lock = locks(straight, 10, np.random.default_rng(2))
    gathered = clump(straight, lock, 1.0, 0.1)
    apart = np.linalg.norm(straight[:, -1] - straight[lock, -1], axis=1).mean()
    assert np.linalg.norm(gathered[:, -1] - gathered[lock, -1], axis=1).mean() < 0.2 * apart
    assert np.allclose(gathered[:, 0], straight[:, 0])


def test_hair_is_pushed_out_of_the_head(ball: Field) -> None:
    inside = np.tile(np.linspace(0.8, 0.9, 6)[None, :, None], (3, 1, 1)) * np.array([0.0, 1.0, 0.0])
    assert ball(clear(inside, ball, 0.05).reshape(-1, 3)).min() > -0.01
