"""Shots: the renders that a pack is made of, each done once and kept until the recipe changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from casting import studio
from casting.bake.files import keep_render
from casting.camera import HEIGHT, WIDTH
from casting.person import Person
from rostra.presenters.pack import Texture, TextureInfo

Box = tuple[float, float, float, float]  # x, y, width, height in canvas pixels
Picture = NDArray[np.uint8]

SOFT = 8.0  # canvas pixels over which the shadow of hair is evened out where a face moves
CLEAR = 24  # opacity up to which a picture shows what is below
SLIVER = 3  # texels: narrower strips of skin beside clothes are not meant to be seen
SHADOW = (0.2, 1.6)  # least and most light
UNSEEN = 1e-3  # weight of no shadow at all, where nothing near is known
OPAQUE = 240  # opacity from which a picture hides what is below
INSIDE = 0.6  # light inside a collar, of that on it
OVERLAP = 12.0  # canvas pixels that the lining of a headscarf lies under it
SOFTER = 1.2  # texels that lower lashes run into each other
THICK = 215  # opacity from which hair gives its colour to the skin below: what is thinner lets it shine
EDGE = 8  # texels of clear margin around a picture
BLEED = 24  # texels that colours spread into what is transparent, so that no edge turns dark


@dataclass(frozen=True)
class Shot:
    """One render.

    Args:
        show: roles that are seen.
        hold: roles that cut a hole.
        without: roles that are not there at all, not even as shadow.
        pose: the expression.
        box: part of the canvas, or all of it.
        scale: texels per canvas pixel.
        effort: samples, as a share of the bake's.
    """

    show: tuple[str, ...]
    hold: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    pose: Mapping[str, float] = field(default_factory=dict)
    box: Box | None = None
    scale: float = 1.0
    effort: float = 1.0


def take(person: Person, name: str, shot: Shot, folder: Path, samples: int, trim: bool = True) -> Texture:
    """Render a shot, or read it if it lies in the folder already."""
    path = folder / f"{name}.png"
    box = _whole(shot)

    def render(place: Path) -> None:
        person.pose(shot.pose)
        rounds = max(4, round(samples * shot.effort))
        studio.render(person, place, shot.show, shot.hold, shot.scale, box, rounds, shot.without)

    keep_render(path, render)
    with Image.open(path) as image:
        picture = np.array(image.convert("RGBA"))
    if not trim:
        return Texture(bled(picture), TextureInfo(x=box[0], y=box[1], scale=shot.scale))
    return trimmed(picture, box[0], box[1], shot.scale)


def _whole(shot: Shot) -> Box:
    """The shot's box on whole texels."""
    x, y, width, height = shot.box or (0, 0, WIDTH, HEIGHT)
    step = 1 / shot.scale
    left, top = np.floor(x / step) * step, np.floor(y / step) * step
    return float(left), float(top), float(np.ceil(width / step) * step), float(np.ceil(height / step) * step)


def trimmed(picture: Picture, x: float, y: float, scale: float) -> Texture:
    """A texture with a clear margin of EDGE texels and no more, colours bled outwards.

    Whatever is drawn beyond a picture's edge repeats the edge, also of its smaller copies: it must be clear,
    but where the picture is cut off by the edge it came with.
    """
    shown = picture[..., 3] > 0
    if not shown.any():
        return Texture(np.zeros((2, 2, 4), dtype=np.uint8), TextureInfo(x=x, y=y, scale=scale))
    top, bottom, above, below = _span(shown, 1)
    left, right, before, behind = _span(shown, 0)
    cut = np.pad(picture[top:bottom, left:right], ((above, below), (before, behind), (0, 0)))
    return Texture(
        bled(cut), TextureInfo(x=x + (left - before) / scale, y=y + (top - above) / scale, scale=scale)
    )


def _span(shown: NDArray[np.bool_], across: int) -> tuple[int, int, int, int]:
    """First and end of what is shown, seen across an axis, and the margins before and behind it."""
    places = np.nonzero(shown.any(axis=across))[0]
    first, end = int(places[0]), int(places[-1]) + 1
    return first, end, EDGE if first > 0 else 0, EDGE if end < shown.shape[1 - across] else 0


def bled(picture: Picture) -> Picture:
    """The same picture with the colours of its edges spread into what is transparent."""
    solid = picture[..., 3] > 200
    if solid.all() or not solid.any():
        return picture
    gap, (rows, columns) = ndimage.distance_transform_edt(~solid, return_indices=True)
    result = picture.copy()
    near = (picture[..., 3] < 24) & (gap <= BLEED)
    result[near, :3] = picture[rows[near], columns[near], :3]
    far = (picture[..., 3] == 0) & (gap > BLEED)
    result[far, :3] = picture[solid, :3].mean(axis=0).astype(np.uint8)
    return result


def shade(open_light: Texture, lidded: Texture) -> Texture:
    """What lids do to the light on an eyeball: black, as opaque as the light that they take.

    Args:
        open_light: the eyeball without lids.
        lidded: the same with lids that cast shadow but are not seen.
    """
    light = [texture.image[..., :3].max(axis=2).astype(np.float64) + 1 for texture in (open_light, lidded)]
    taken = ndimage.gaussian_filter(np.clip(1 - light[1] / light[0], 0, 0.92), 1.5 * open_light.info.scale)
    picture = np.zeros_like(open_light.image)
    picture[..., 3] = 255 * taken
    return Texture(picture, open_light.info)


def shadowed(texture: Texture, bare: Texture, haired: Texture, soft: float = SOFT) -> Texture:
    """A picture that was taken without the hair, with the shadow that hair throws on the face.

    Args:
        texture: the expression without hair.
        bare: the rest without hair.
        haired: the rest with it.
        soft: canvas pixels over which the shadow is evened out.
    """
    under, over = _over(bare, texture), _over(haired, texture)
    light = np.clip((over[..., :3] + 4.0) / (under[..., :3] + 4.0), *SHADOW)
    # Only where both show skin: an open eye, seen in neither, says nothing of the lid that will close it.
    known = (np.minimum(under[..., 3:], over[..., 3:]) > OPAQUE).astype(np.float32)
    reach = (soft * texture.info.scale, soft * texture.info.scale, 0)
    share = ndimage.gaussian_filter(known, reach)
    blur = (ndimage.gaussian_filter(light * known, reach) + UNSEEN) / (share + UNSEEN)
    picture = texture.image.copy()
    picture[..., :3] = np.clip(picture[..., :3] * blur, 0, 255).astype(np.uint8)
    return Texture(picture, texture.info)


def _over(source: Texture, place: Texture) -> NDArray[np.float32]:
    """The colours and opacity of one picture over the place of another, smoothed to about a pixel."""
    height, width = place.image.shape[:2]
    own, other = place.info, source.info
    x = (own.x + np.arange(width) / own.scale - other.x) * other.scale
    y = (own.y + np.arange(height) / own.scale - other.y) * other.scale
    grid = np.stack(np.meshgrid(y, x, indexing="ij"))
    blur = max(0.0, other.scale / 0.5 - 1) / 2  # as coarse as the coarser of both
    channels = [
        ndimage.map_coordinates(
            ndimage.gaussian_filter(source.image[..., k].astype(np.float32), blur),
            grid,
            order=1,
            mode="nearest",
        )
        for k in range(4)
    ]
    return np.stack(channels, axis=-1)


def concealed(texture: Texture, cover: Texture, margin: float) -> Texture:
    """A picture without what another always covers.

    Args:
        texture: what lies below.
        cover: what is drawn over it.
        margin: canvas pixels from the edges of the cover that stay, because both may move.
    """
    # Blurred, because a few clear texels between strands of hair let nothing be seen.
    solid = ndimage.gaussian_filter(cover.image[..., 3].astype(np.float32), 2 * cover.info.scale) > OPAQUE
    # What reaches the end of a picture goes on beyond it.
    deep = ndimage.distance_transform_edt(np.pad(solid, 1, mode="edge"))[1:-1, 1:-1]
    return _cleared(texture, _under(texture, cover, deep > margin * cover.info.scale))


def tucked(texture: Texture, cover: Texture, margin: float) -> Texture:
    """A picture of skin without what clothes hide, even where their outline ends before a background.

    Args:
        texture: the skin.
        cover: the clothes.
        margin: canvas pixels from where skin is seen that stay, because both may move.
    """
    worn = _under(texture, cover, cover.image[..., 3] > CLEAR)
    bare = ndimage.binary_opening((texture.image[..., 3] > CLEAR) & ~worn, iterations=SLIVER)
    gap = ndimage.distance_transform_edt(~bare)
    return _cleared(texture, gap > margin * texture.info.scale)


def _under(texture: Texture, cover: Texture, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Flags of a cover's texels, at the texels of what lies below; False beside the cover."""
    height, width = texture.image.shape[:2]
    own, other = texture.info, cover.info
    x = (own.x + np.arange(width) / own.scale - other.x) * other.scale
    y = (own.y + np.arange(height) / own.scale - other.y) * other.scale
    within = (y[:, None] >= 0) & (y[:, None] < len(flags)) & (x[None] >= 0) & (x[None] < flags.shape[1])
    rows, columns = np.clip(y.astype(int), 0, len(flags) - 1), np.clip(x.astype(int), 0, flags.shape[1] - 1)
    below: NDArray[np.bool_] = within & flags[rows[:, None], columns[None]]
    return below


def _cleared(texture: Texture, flags: NDArray[np.bool_]) -> Texture:
    picture = texture.image.copy()
    picture[flags, 3] = 0
    return trimmed(picture, texture.info.x, texture.info.y, texture.info.scale)


def backing(cover: Texture, skin: Texture, reach: float) -> Texture:
    """What clothes hide behind the neck, so that no background shows beside it when it moves.

    Args:
        cover: the clothes, cut out where the neck is before them.
        skin: the neck.
        reach: canvas pixels from where clothes, neck and background meet.
    """
    worn, bare = cover.image[..., 3] > CLEAR, _under(cover, skin, skin.image[..., 3] > CLEAR)
    far = reach * cover.info.scale
    beside = ndimage.distance_transform_edt(worn | bare) < far
    # Along the rows only: nothing stands out above a collar.
    near = ndimage.maximum_filter1d(worn.astype(np.uint8), 2 * round(far) + 1, axis=1) > 0
    _, (rows, columns) = ndimage.distance_transform_edt(~worn, return_indices=True)
    shown = beside & near & (bare | worn)
    picture = np.zeros_like(cover.image)
    picture[..., :3] = cover.image[rows, columns, :3] * INSIDE
    picture[shown, 3] = 255
    return trimmed(picture, cover.info.x, cover.info.y, cover.info.scale)


def lining(scarf: Texture, reach: float) -> Texture:
    """The inside of a headscarf around the face, so that no background shows between both.

    Args:
        scarf: cut out where the face is.
        reach: canvas pixels that it goes on behind the face.
    """
    worn = scarf.image[..., 3] > CLEAR
    gap, (rows, columns) = ndimage.distance_transform_edt(~worn, return_indices=True)
    hole = ndimage.binary_fill_holes(worn) & ~worn
    shown = (ndimage.distance_transform_edt(~hole) < OVERLAP * scarf.info.scale) & (
        gap < reach * scarf.info.scale
    )
    picture = np.zeros_like(scarf.image)
    picture[..., :3] = scarf.image[rows, columns, :3] * INSIDE
    picture[shown, 3] = 255
    return trimmed(picture, scarf.info.x, scarf.info.y, scarf.info.scale)


def lined(texture: Texture, hair: Texture, light: float) -> Texture:
    """A picture of skin in the colour of the hair that lies on it: a turned head shows a strip of it."""
    over = _over(hair, texture)
    share = np.clip((over[..., 3:] - THICK) / (OPAQUE - THICK), 0, 1)
    picture = texture.image.copy()
    picture[..., :3] = picture[..., :3] * (1 - share) + over[..., :3] * light * share
    return Texture(picture, texture.info)


def faded(texture: Texture, flags: NDArray[np.bool_], opacity: float) -> Texture:
    """A picture that is softer and clearer in some texels."""
    picture = texture.image.copy()
    soft = ndimage.gaussian_filter(picture[..., 3].astype(np.float32), SOFTER) * opacity
    picture[..., 3] = np.where(flags, soft, picture[..., 3]).astype(np.uint8)
    return Texture(picture, texture.info)


def tinted(texture: Texture, tint: tuple[float, float, float]) -> Texture:
    """The same picture through coloured glass."""
    picture = texture.image.copy()
    picture[..., :3] = (picture[..., :3] * np.array(tint)).astype(np.uint8)
    return Texture(picture, texture.info)


def centres(texture: Texture) -> NDArray[np.float64]:
    """(height * width, 2) canvas points of the texels, row by row."""
    height, width = texture.image.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    info = texture.info
    return np.stack([info.x + x.ravel() / info.scale, info.y + y.ravel() / info.scale], axis=1)


def sheltered(texture: Texture, front: float, depth: float, side: float) -> Texture:
    """The same picture as lips and cheeks shelter it: darker to the sides and to the top.

    Args:
        texture: teeth or tongue in open light.
        front: brightness that is left where it is lit best.
        depth: share of it that is left at the upper edge.
        side: share of it that is left at both ends.
    """
    picture = texture.image.copy()
    height, width = picture.shape[:2]
    across = np.linspace(-1, 1, width)[None, :, None]
    down = np.linspace(0, 1, height)[:, None, None]
    light = front * (1 - (1 - side) * across**2) * (depth + (1 - depth) * np.minimum(1, 2 * down))
    picture[..., :3] = (picture[..., :3] * light).astype(np.uint8)
    return Texture(picture, texture.info)


def dimmed(texture: Texture, light: float) -> Texture:
    """The same picture darker: what lies behind closed lips gets no light."""
    picture = texture.image.copy()
    picture[..., :3] = (picture[..., :3] * light).astype(np.uint8)
    half = Image.fromarray(picture).resize((max(2, picture.shape[1] // 2), max(2, picture.shape[0] // 2)))
    info = texture.info
    return Texture(np.asarray(half), TextureInfo(x=info.x, y=info.y, scale=info.scale / 2))
