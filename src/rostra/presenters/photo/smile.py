"""Smiles: the folds that a photo's smile leaves in the skin when the rest takes the smile away.

Only what is darker than its surroundings is lightened, only beside nose and mouth, and only as far as
the photo smiles: folds of age stay.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rostra.presenters.photo import topology
from rostra.presenters.photo.matte import soft
from rostra.presenters.photo.portrait import Points, Portrait

CHEEKS = (
    (98, 129, 142, 36, 205, 187, 207, 214, 212, 216, 206, 165, 203),
    (327, 358, 371, 266, 425, 411, 427, 434, 432, 436, 426, 391, 423),
)  # around the fold from nose to mouth, the presenter's right and left
SLIGHT, FULL = 0.05, 0.13  # lift of the corners of the mouth, eye distances: no smile, a broad one
WIDTH = 0.07  # of a fold, eye distances
STRENGTH = 0.7  # of a fold that is taken away


def strength(points: Points, unit: float) -> float:
    """How much a face smiles, 0..1, from its landmarks."""
    upper, lower = points[list(topology.UPPER_LIP), :2], points[list(topology.LOWER_LIP), :2]
    middle = (upper[5] + lower[5]) / 2
    right, left = topology.eye_middles(points[:, :2])
    across = (left - right) / np.linalg.norm(left - right)
    down = np.array([-across[1], across[0]])
    lift = float((middle - (upper[0] + upper[-1]) / 2) @ down) / unit
    return float(np.clip((lift - SLIGHT) / (FULL - SLIGHT), 0, 1))


def softened(portrait: Portrait) -> Portrait:
    """A portrait with weaker folds of its smile."""
    share = STRENGTH * strength(portrait.points, portrait.unit)
    if share < 0.02:
        return portrait
    reach = WIDTH * portrait.unit * portrait.scale
    mask = np.zeros_like(portrait.alpha)
    for cheek in CHEEKS:
        outline = portrait.points[list(cheek), :2]
        around = outline[np.argsort(np.arctan2(*(outline - outline.mean(axis=0)).T))]
        mask = np.maximum(mask, portrait.shape(around))
    mask = soft(mask, 0.6 * reach)
    even = soft(portrait.picture, reach)
    lighter = np.maximum(even - portrait.picture, 0) * (share * mask)[..., None]
    return replace(portrait, picture=portrait.picture + lighter)
