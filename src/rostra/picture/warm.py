"""Warming up: everything that draws is compiled before it is needed.

The first time on a machine this takes seconds; from then on the machine code lies on disk.
"""

from __future__ import annotations

import numpy as np

from rostra.acting.motion import CHANNELS
from rostra.picture.backdrop import Still
from rostra.picture.captions import Cue
from rostra.picture.frame import Size, Yuv420
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.picture.subtitles import Burner
from rostra.presenters.pack import (
    Framing,
    KeyInfo,
    Layer,
    LayerInfo,
    Manifest,
    Pack,
    Texture,
    TextureInfo,
    VoiceChoice,
)
from rostra.speech.speech import Word

SIDE = 32  # pixels of the picture that is drawn


class _Moving(Still):
    moving = True


def warm() -> None:
    """Draw a triangle in every way there is."""
    size, row = Size(SIDE, SIDE), np.zeros(len(CHANNELS), np.float32)
    pack, out = _triangle(), Yuv420.empty(size)
    for backdrop in (Still, _Moving):
        Stage(pack, Layout.FULL, size, backdrop(Yuv420.empty(size))).draw(row, out)
    Burner(size, [Cue(0, 1, ((Word("a", 0, 1),),))]).burn(out, 0.5)


def _triangle() -> Pack:
    corners = np.array([[0, 0], [SIDE, 0], [0, SIDE]], np.float32)
    info = LayerInfo(
        name="all",
        start=0,
        stop=3,
        fine=True,
        keys=[KeyInfo(texture="red"), KeyInfo(texture="red", drive={"jawOpen": 1})],
    )
    layer = Layer(info, np.array([[0, 1, 2]], np.int32), np.stack([corners] * 2), np.ones((2, 3), np.float32))
    red = TextureInfo(x=0, y=0, scale=1)
    frame = Framing(
        top=0, chin=SIDE / 2, eyes=SIDE / 4, centre=SIDE / 2, bottom=SIDE + 20, left=0, right=SIDE
    )
    return Pack(
        manifest=Manifest(
            id="warm", name="", canvas=(SIDE, SIDE), distance=100, pivot=(0, 0, 0), framing=frame,
            voice=VoiceChoice(name="", rate=1.0, pitch=0.0), shapes=["jawOpen"],
            layers=[info], textures={"red": red},
        ),
        vertices=np.column_stack([corners, np.zeros(3)]).astype(np.float32),
        head=np.ones(3, np.float32),
        alpha=np.ones(3, np.float32),
        gaze=np.zeros(3, np.int8),
        breath=np.zeros((3, 2), np.float32),
        delta_start=np.array([0, 1], np.int32),
        delta_vertex=np.zeros(1, np.int32),
        delta=np.zeros((1, 3), np.float32),
        layers=(layer,),
        textures={"red": Texture(np.full((SIDE, SIDE, 4), 255, np.uint8), red)},
    )  # fmt: skip
