"""Teeth: two rows of rounded crowns in their gums, along the arches of the base's helper teeth.

Widths are those of a grown-up's teeth (Wheeler's Dental Anatomy), scaled to the arch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casting.blender import linear
from casting.sculpt import step

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

AROUND, ALONG = 20, 14  # points of a crown
ENAMEL, NECK, GUM = "#f1ebe0", "#dccbb0", "#c56f6a"
SQUARE = 0.55  # exponent of the crowns' outline; 1 would be an ellipse


@dataclass(frozen=True)
class Row:
    """One row of teeth.

    Args:
        edge: helper vertices along the biting edge, from right to left.
        gum: those along the gum, likewise.
        widths: of the teeth from the middle outwards, mm.
        heights: of their crowns, mm.
        drop: dm that the row is moved down.
        back: dm that it is moved back.
        down: +1 if the crowns point down, -1 if up.
    """

    edge: tuple[int, ...]
    gum: tuple[int, ...]
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    drop: float
    back: float
    down: int


def _row(middle: int, left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return (*reversed(right), middle, *left)


UPPER = Row(
    edge=_row(
        15069,
        (15086, 15071, 15070, 15085, 15078, 15077, 15076, 15080),
        (15119, 15105, 15104, 15118, 15112, 15111, 15110, 15113),
    ),
    gum=_row(15061, tuple(range(15060, 15061)) + tuple(range(15062, 15069)), tuple(range(15096, 15104))),
    widths=(8.6, 6.7, 7.6, 7.0, 6.8, 9.5, 9.0),
    heights=(10.0, 8.9, 9.6, 8.4, 7.8, 7.2, 6.8),
    drop=0.030,
    back=0.010,
    down=1,
)
LOWER = Row(
    edge=_row(15010, tuple(range(15001, 15009)), tuple(range(15036, 15044))),
    gum=_row(14993, (14992, *range(14994, 15001)), tuple(range(15028, 15036))),
    widths=(5.4, 5.9, 6.9, 7.0, 7.1, 10.5, 10.0),
    heights=(8.3, 8.6, 9.2, 8.2, 7.6, 7.0, 6.6),
    drop=0.022,
    back=0.045,
    down=-1,
)


@dataclass(frozen=True)
class Teeth:
    """A built row: (n, 3) points, (f, 4) faces, (n, 4) colours whose alpha is 1 on gums."""

    points: Points
    faces: Indices
    colours: Points


def built(points: Points, row: Row) -> Teeth:
    """A row of teeth with its gum.

    Args:
        points: (COUNT, 3) of the person at rest.
        row: which.
    """
    arch = _Arch(points[list(row.edge)], points[list(row.gum)], row)
    scale = arch.length / (2 * sum(row.widths))
    parts = [arch.gum(scale)]
    for sign in (-1, 1):
        place = 0.0
        for width, height in zip(row.widths, row.heights, strict=True):
            parts.append(arch.crown(sign * (place + width / 2) * scale, width * scale, height * scale))
            place += width
    return _joined(parts)


class _Arch:
    """The curve along which a row stands; `s` is the length along it from the middle, + to the left."""

    def __init__(self, edge: Points, gum: Points, row: Row) -> None:
        moved = np.array([0, -row.drop, -row.back])
        self.edge, self.root, self.row = edge + moved, gum + moved, row
        steps = np.linalg.norm(np.diff(self.edge[:, [0, 2]], axis=0), axis=1)
        path = np.concatenate([[0], np.cumsum(steps)])
        self.s = path - path[len(path) // 2]
        self.length = float(path[-1])
        self.fit = [np.polyfit(self.s, self.edge[:, axis], 6) for axis in range(3)]
        self.fit[0][-1] = 0.0  # the middle stays in the middle

    def at(self, s: Points) -> Points:
        """(n, 3) biting edge."""
        return np.stack([np.polyval(fit, s) for fit in self.fit], axis=-1)

    def frame(self, s: Points) -> tuple[Points, Points]:
        """(n, 3) unit vectors along the arch and out of the mouth."""
        along = np.stack([np.polyval(np.polyder(fit), s) for fit in self.fit], axis=-1)
        along[..., 1] = 0
        along /= np.linalg.norm(along, axis=-1, keepdims=True)
        out = np.cross(along, [0.0, 1.0, 0.0])
        return along, out * np.sign((out * [0, 0, 1]).sum(axis=-1, keepdims=True).sum())

    def crown(self, s: float, width: float, height: float) -> tuple[Points, Indices, Points]:
        """One tooth."""
        along, out = self.frame(np.array([s]))
        depth = 0.075 + 0.6 * abs(s) * 0.10
        theta = np.linspace(0.02, np.pi - 0.02, ALONG)
        phi = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
        t, p = (grid.ravel() for grid in np.meshgrid(theta, phi, indexing="ij"))
        ring = _power(np.sin(t), SQUARE * 0.9)
        u, w, v = ring * _power(np.cos(p), SQUARE), ring * _power(np.sin(p), 0.8), _power(np.cos(t), SQUARE)
        toward = (1 - v) / 2  # 0 at the gum .. 1 at the biting edge
        narrow = 0.80 + 0.20 * step(0.0, 0.65, toward)
        thin = 1.0 - 0.55 * step(0.35, 1.0, toward)
        lean = 0.010 * (1 - toward)
        place = self.at(np.array([s]))[0]
        rise = self.row.down * height * (1 - toward)
        points = (
            place
            + along * (0.5 * 0.985 * width * narrow * u)[:, None]
            + out * (0.5 * depth * thin * w + lean - 0.5 * depth)[:, None]
        )
        points[:, 1] += rise
        colour = _blend(linear(ENAMEL), linear(NECK), 0.8 * step(0.45, 0.05, toward))
        colour = colour * (1 - 0.55 * step(0.30, 0.75, abs(s) / (self.length / 2)))
        return points, _tube(ALONG, AROUND), np.concatenate([colour, np.zeros((len(t), 1))], axis=1)

    def gum(self, scale: float) -> tuple[Points, Indices, Points]:
        """The gum from behind the crowns' necks up."""
        row, count, steps = self.row, 181, 10
        s = np.linspace(-0.5, 0.5, count) * self.length * 0.995
        bounds = np.concatenate([[0], np.cumsum(row.widths)]) * scale
        tooth = np.clip(np.searchsorted(bounds, np.abs(s), side="right") - 1, 0, len(row.widths) - 1)
        inside = (np.abs(s) - bounds[tooth]) / (bounds[tooth + 1] - bounds[tooth])
        arch = np.sin(np.pi * np.clip(inside, 0, 1))
        line = np.array(row.heights)[tooth] * scale * (0.62 + 0.24 * arch)
        along, out = self.frame(s)
        del along
        v = np.linspace(0, 1, steps)
        height = line[:, None] + (0.13 if row.down > 0 else 0.07) * v
        bulge = (
            0.004
            + (0.022 if row.down > 0 else 0.012)
            * np.sin(np.pi * np.clip(v * 1.2, 0, 1))
            * (0.7 + 0.3 * arch[:, None])
            - (0.09 if row.down > 0 else 0.13) * v**2
        )
        bulge[:, 0] = -0.03
        points = self.at(s)[:, None] + out[:, None] * bulge[..., None]
        points[..., 1] += row.down * height
        colour = np.tile(linear(GUM), (count * steps, 1))
        colour = (
            colour * (1 - 0.5 * step(0.3, 0.75, np.repeat(np.abs(s), steps) / (self.length / 2)))[:, None]
        )
        alpha = np.ones((count * steps, 1))
        return points.reshape(-1, 3), _sheet(count, steps), np.concatenate([colour, alpha], axis=1)


def _power(value: Points, exponent: float) -> Points:
    result: Points = np.sign(value) * np.abs(value) ** exponent
    return result


def _blend(low: tuple[float, ...], high: tuple[float, ...], share: Points) -> Points:
    result: Points = np.array(low) + (np.array(high) - np.array(low)) * np.asarray(share)[:, None]
    return result


def _tube(rings: int, around: int) -> Indices:
    i, j = (g.ravel() for g in np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij"))
    k = (j + 1) % around
    return np.stack([i * around + j, (i + 1) * around + j, (i + 1) * around + k, i * around + k], axis=1)


def _sheet(rows: int, columns: int) -> Indices:
    i, j = (g.ravel() for g in np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij"))
    here = i * columns + j
    return np.stack([here, here + 1, here + columns + 1, here + columns], axis=1)


def _joined(parts: list[tuple[Points, Indices, Points]]) -> Teeth:
    sizes = np.cumsum([0] + [len(points) for points, _, _ in parts])
    faces = [faces + start for (_, faces, _), start in zip(parts, sizes, strict=False)]
    return Teeth(
        np.concatenate([points for points, _, _ in parts]),
        np.concatenate(faces),
        np.concatenate([colours for _, _, colours in parts]),
    )
