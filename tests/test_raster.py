"""Triangles: no pixel left out, none drawn twice, each with the right value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.picture.fill import KEYS, PLAN, WORD
from rostra.picture.raster import ALL_KEYS, LEAST, WHOLE, from_planes, paint, settle, to_planes

WIDTH, HEIGHT = 96, 80
PAPER = 0xFF808010


def texture(alpha: int = 255) -> np.ndarray:
    """A gradient: Y grows to the right, V downwards, U with both."""
    y, x = np.mgrid[0:64, 0:64]
    lanes = [x * 3 + 20, (x + y) + 30, y * 3 + 20, np.full_like(x, 255)]
    weighed = [np.rint(lane * alpha / 255).astype(np.uint32) for lane in lanes]
    return weighed[0] | weighed[1] << 8 | weighed[2] << 16 | weighed[3] << 24


class Board:
    """A canvas and what `paint` needs beside the triangles."""

    def __init__(self, *textures: np.ndarray) -> None:
        self.canvas = np.full((HEIGHT, WIDTH), PAPER, np.uint32)
        self.texels = np.concatenate([one.ravel() for one in textures]).astype(np.uint32)
        self.base, self.stride = np.zeros((1, KEYS), np.uint64), np.zeros((1, KEYS), np.uint64)
        start = 0
        for key, one in enumerate(textures):
            self.base[0, key], self.stride[0, key] = start, one.shape[1]
            start += one.size
        self.keys = np.array([len(textures)], np.int32)

    def draw(
        self, points: np.ndarray, triangles: np.ndarray, uv: np.ndarray, weight: np.ndarray,
        solid: int | np.ndarray = 0, box: tuple[int, int, int, int] = (0, 0, WIDTH, HEIGHT),
    ) -> np.ndarray:  # fmt: skip
        """Paint over what is there; points (n, 2) pixels, uv (n, keys, 2) texels, weight (n, keys)."""
        count = len(points)
        places, weights = np.zeros((count, KEYS, 2), np.float32), np.zeros((count, KEYS), np.float32)
        places[:, : uv.shape[1]], weights[:, : weight.shape[1]] = uv, weight
        flags = np.zeros(count, np.uint8)
        for key in range(KEYS):
            flags |= np.where(weights[:, key] >= LEAST, 1 << key, 0).astype(np.uint8)
        flags |= np.where(weights.sum(1) >= 1, WHOLE, 0).astype(np.uint8)
        grid = np.rint(points * 256).astype(np.int32)
        top, mask = np.zeros_like(self.canvas), np.zeros((HEIGHT, -(-WIDTH // WORD)), np.uint64)
        paint(
            top.reshape(-1), WIDTH, np.array(box), grid[:, 0].copy(), grid[:, 1].copy(), places,
            weights, flags, triangles.astype(np.int32), np.zeros(len(triangles), np.int32),
            np.full(len(triangles), solid, np.uint8), 0, len(triangles),
            self.texels, self.base, self.stride, self.keys,
            np.zeros(WIDTH, np.uint64), np.zeros(PLAN, np.int64), mask,
        )  # fmt: skip
        settle(top, np.array(box), self.canvas, mask)
        left, upper, right, lower = box
        self.canvas[upper:lower, left:right] = top[upper:lower, left:right]
        self.mask = mask
        return self.canvas


def mesh(rng: np.random.Generator, cells: int, shake: float) -> tuple[np.ndarray, np.ndarray]:
    """A grid over part of the canvas with its inner points moved about, split along either diagonal."""
    line = np.linspace(8, 72, cells + 1)
    points = np.stack(np.meshgrid(line, line), -1)
    points[1:-1, 1:-1] += rng.uniform(-shake, shake, (cells - 1, cells - 1, 2))
    corner = (np.arange(cells)[:, None] * (cells + 1) + np.arange(cells)).ravel()
    a, b, c, d = corner, corner + 1, corner + cells + 1, corner + cells + 2
    flip = rng.random(len(corner))[:, None] < 0.5
    first = np.where(flip, np.stack([a, b, c], -1), np.stack([a, b, d], -1))
    second = np.where(flip, np.stack([b, d, c], -1), np.stack([a, d, c], -1))
    return points.reshape(-1, 2), np.concatenate([first, second])


def lanes(canvas: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(canvas).view(np.uint8).reshape(*canvas.shape, 4)


@given(st.integers(0, 10_000), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_a_translucent_mesh_covers_every_pixel_exactly_once(seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    points, triangles = mesh(rng, cells, shake=12 / cells)  # too little to fold
    board = Board(np.full((64, 64), 0x80404060, np.uint32))
    uv = np.full((len(points), 1, 2), 30.0)
    canvas = board.draw(points, triangles, uv, np.ones((len(points), 1)))
    inside = canvas[8:72, 8:72]
    assert len(np.unique(inside)) == 1 and inside[0, 0] != PAPER
    canvas[8:72, 8:72] = PAPER
    assert len(np.unique(canvas)) == 1


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_mesh_with_fading_weights_has_no_seams(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, triangles = mesh(rng, 7, shake=12 / 7)  # too little to fold
    board = Board(np.full((64, 64), 0xFFC0C0C0, np.uint32))
    weight = np.full((len(points), 1), 0.5)
    inside = board.draw(points, triangles, np.full((len(points), 1, 2), 30.0), weight)[8:72, 8:72]
    assert len(np.unique(inside)) == 1


def test_a_texture_laid_on_pixels_is_copied() -> None:
    board = Board(texture())
    points = np.array([[10, 10], [60, 10], [10, 60], [60, 60.0]])
    uv = (points - 10 - 0.5 + 2)[:, None]
    canvas = board.draw(points, np.array([[0, 1, 2], [1, 3, 2]]), uv, np.ones((4, 1)), solid=1)
    assert np.array_equal(canvas[10:60, 10:60], texture()[2:52, 2:52])


@pytest.mark.parametrize("solid", [0, 1])
def test_a_stretched_texture_is_sampled_between_texels(solid: int) -> None:
    board = Board(texture())
    points = np.array([[3.3, 5.1], [90.7, 8.4], [6.2, 77.7], [88.8, 74.2]])
    uv = np.array([[2.5, 3.5], [60.2, 4.1], [3.3, 58.8], [59.9, 60.6]])
    canvas = board.draw(points, np.array([[0, 1, 2], [1, 3, 2]]), uv[:, None], np.ones((4, 1)), solid)
    x, y = 30, 40
    inverse = np.linalg.solve(np.column_stack([points[:3], np.ones(3)]), uv[:3])
    u, v = np.array([x + 0.5, y + 0.5, 1]) @ inverse
    expected = [u * 3 + 20, u + v + 30, v * 3 + 20, 255]
    assert np.abs(lanes(canvas)[y, x] - expected).max() <= 1


def plain(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangles that lie over each other, every other one opaque: corners, colours (n, 4), alphas."""
    alpha = np.where(np.arange(count) % 2, 255, rng.integers(20, 235, count))
    colour = rng.integers(20, 235, (count, 4))
    colour[:, 3] = 255
    return rng.uniform(-10, 100, (count, 3, 2)), colour, alpha


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_front_to_back_shows_the_same_as_one_over_the_other(seed: int) -> None:
    corners, colour, alpha = plain(np.random.default_rng(seed), 12)
    weighed = np.rint(colour * alpha[:, None] / 255).astype(np.uint32)
    words = weighed[:, 0] | weighed[:, 1] << 8 | weighed[:, 2] << 16 | weighed[:, 3] << 24
    board = Board(np.broadcast_to(words[:, None, None], (12, 8, 8)).reshape(-1, 8))
    uv = np.repeat(np.stack([np.full(12, 4.0), np.arange(12) * 8 + 3.5], -1), 3, 0)[:, None]
    triangles = np.arange(36).reshape(12, 3)
    solid = np.where(alpha == 255, 1, 0).astype(np.uint8)
    together = board.draw(corners.reshape(-1, 2), triangles, uv, np.ones((36, 1)), solid)
    expected = np.tile(lanes(np.array([[PAPER]], np.uint32)).astype(float), (HEIGHT, WIDTH, 1))
    for n in range(12):
        alone = Board(np.full((8, 8), 0xFFFFFFFF, np.uint32))
        drawn = alone.draw(corners[n], np.array([[0, 1, 2]]), np.full((3, 1, 2), 3.0), np.ones((3, 1)))
        part = (drawn != PAPER)[..., None] * alpha[n] / 255
        expected += part * (colour[n] - expected)
    assert np.abs(lanes(together) - expected).max() <= 3


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_mask_holds_exactly_what_is_opaque(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-10, 100, (9, 2))
    triangles = np.arange(9).reshape(3, 3)
    board = Board(np.full((64, 64), 0xFF404040, np.uint32))
    canvas = board.draw(points, triangles, np.full((9, 1, 2), 30.0), np.ones((9, 1)), solid=1)
    bits = np.unpackbits(board.mask.view(np.uint8), axis=1, bitorder="little")[:, :WIDTH]
    assert np.array_equal(bits == 1, canvas != PAPER)


def test_keys_blend_by_weight_and_stay_opaque() -> None:
    dark, light = np.full((64, 64), 0xFF404040, np.uint32), np.full((64, 64), 0xFFC0C0C0, np.uint32)
    board = Board(dark, light)
    points = np.array([[0, 0], [96, 0], [0, 80], [96, 80.0]])
    ramp = np.array([[1, 0], [0, 1], [1, 0], [0, 1.0]])
    uv = np.full((4, 2, 2), 30.0)
    canvas = board.draw(points, np.array([[0, 1, 2], [1, 3, 2]]), uv, ramp, solid=int(ALL_KEYS))
    got = lanes(canvas)
    assert (got[..., 3] == 255).all()
    expected = 0x40 + 0x80 * (np.arange(WIDTH) + 0.5) / WIDTH
    assert np.abs(got[..., 0] - expected).max() <= 1.01


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_what_is_drawn_does_not_depend_on_the_box(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, triangles = mesh(rng, 5, shake=4)
    uv = rng.uniform(1, 62, (len(points), 2, 2))
    weight = rng.dirichlet([1, 1], len(points))
    whole, parts = Board(texture(), texture(120)), Board(texture(), texture(120))
    whole.draw(points, triangles, uv, weight)
    x, y = int(rng.integers(1, WIDTH)), int(rng.integers(1, HEIGHT))
    for box in ((0, 0, x, y), (x, 0, WIDTH, y), (0, y, x, HEIGHT), (x, y, WIDTH, HEIGHT)):
        parts.draw(points, triangles, uv, weight, box=box)
    assert np.array_equal(whole.canvas, parts.canvas)


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=3, max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_triangle_stays_on_the_canvas_and_in_the_texture(corners: list[tuple[float, float]]) -> None:
    board = Board(texture())
    uv = np.array([[0.05, 0.05], [62.9, 0.05], [0.05, 62.9]])[:, None]
    canvas = board.draw(np.array(corners), np.array([[0, 1, 2]]), uv, np.ones((3, 1)), solid=1)
    drawn = lanes(canvas[canvas != PAPER])
    assert (drawn[..., 0] >= 19).all() and (drawn[..., 0] <= 63 * 3 + 21).all()


def test_a_packed_picture_goes_to_planes_and_back_unchanged() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(16, 235, (HEIGHT, WIDTH), dtype=np.uint8)
    u, v = (rng.integers(16, 240, (HEIGHT // 2, WIDTH // 2), dtype=np.uint8) for _ in range(2))
    canvas = np.zeros((HEIGHT, WIDTH), np.uint32)
    box = np.array([0, 0, WIDTH, HEIGHT])
    from_planes(canvas, box, y, u, v)
    out = [np.zeros_like(plane) for plane in (y, u, v)]
    to_planes(canvas, box, *out)
    assert all(np.array_equal(a, b) for a, b in zip(out, (y, u, v), strict=True))
