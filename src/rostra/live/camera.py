"""The camera: a presenter's motion as encoded pictures, once for each codec that somebody watches in."""

from __future__ import annotations

from collections.abc import Iterable

from rostra.acting.motion import FloatArray
from rostra.live.encoders import AnyPacket, Codec, PictureEncoder
from rostra.picture.encoder import FilmFrame
from rostra.picture.stage import Stage


class Camera:
    """One session's picture. One thread at a time shoots; any may ask for key frames and rates."""

    def __init__(self, stage: Stage, fps: int) -> None:
        self._stage, self._fps = stage, fps
        self._frame = FilmFrame.black(stage.size)
        self._encoders: dict[Codec, PictureEncoder] = {}

    def shoot(self, row: FloatArray, number: int, codecs: Iterable[Codec]) -> dict[Codec, AnyPacket]:
        """The picture of one row of motion in each of the codecs."""
        self._stage.draw(row, self._frame)
        shots = {}
        for codec in codecs:
            packet = self._encoder(codec).encode(self._frame, number)
            if packet:
                shots[codec] = packet
        return shots

    def key(self, codec: Codec) -> None:
        """Make the next picture one from which a viewer can start."""
        if codec in self._encoders:
            self._encoders[codec].key()

    def aim(self, codec: Codec, rate: float) -> None:
        """Spend at most so many bit/s."""
        if codec in self._encoders:
            self._encoders[codec].aim(rate)

    def _encoder(self, codec: Codec) -> PictureEncoder:
        if codec not in self._encoders:
            self._encoders[codec] = PictureEncoder(codec, self._stage.size, self._fps)
        return self._encoders[codec]
