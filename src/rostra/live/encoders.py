"""Encoders of a live picture and sound: each picture and each 20 ms leave at once.

x264 and libvpx as FFmpeg has them, with no picture held back, no B-frames, key frames only when asked for or
every ten seconds. Their bit rate may change at any time.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal, TypeAlias

import av
import numpy as np
from av.video.frame import PictureType

from rostra.live.budget import LEAST
from rostra.live.dimensions import level
from rostra.live.performance import RATE
from rostra.picture.encoder import FilmFrame
from rostra.picture.frame import Size
from rostra.speech.speech import Pcm

Codec = Literal["H264", "VP8"]
AnyPacket: TypeAlias = "av.Packet[Any]"  # of PyAV, typed by its stream

VIDEO_CLOCK = 90_000  # Hz, of RTP time stamps (RFC 6184, RFC 7741)
KEY_EVERY = 10  # s
RENEWED = 0.25  # change of the bit rate from which VP8 is begun anew
PATIENCE = 2  # s between two such beginnings
BIT_RATE = {"H264": 500_000, "VP8": 600_000}  # bit/s at 512x512 and 25 fps
# QP of x264, quantizer of libvpx, 46 dB: at rest, the rate would buy what nobody sees
FINEST = {"H264": 20, "VP8": 12}
SOUND_BIT_RATE = 40_000  # bit/s, mono speech
EXPECTED_LOSS = 10  # per cent, where packets get lost: how well each holds the one before
PACKET = 960  # samples of one Opus packet, 20 ms


def bit_rate(codec: Codec, size: Size, fps: int) -> int:
    """What a picture of this size should cost, bit/s: less for each pixel the more there are."""
    share = (size.width * size.height * fps) / (512 * 512 * 25)
    return int(BIT_RATE[codec] * share**0.75)


class PictureEncoder:
    """One encode of a session's picture, for all viewers of its codec. One thread at a time."""

    def __init__(self, codec: Codec, size: Size, fps: int) -> None:
        self._codec, self._size, self._fps = codec, size, fps
        self._most = bit_rate(codec, size, fps)
        self._wanted = self._most
        self._asked, self._given = 1, 0  # key frames; counted, because two threads are at it
        self._begin(0)

    def _begin(self, number: int) -> None:
        """A new stream from this picture on."""
        size, fps, rate = self._size, self._fps, self._wanted
        context: Any = av.CodecContext.create("libx264" if self._codec == "H264" else "libvpx", "w")
        context.width, context.height, context.pix_fmt = *size, "yuv420p"
        context.framerate, context.time_base = Fraction(fps), Fraction(1, VIDEO_CLOCK)
        context.bit_rate, context.thread_count = rate, 1
        context.gop_size = KEY_EVERY * fps
        context.colorspace, context.color_range = 1, 1
        context.options = _h264(rate, level(size, fps)) if self._codec == "H264" else _vp8(rate)
        if self._codec == "H264":
            context.profile = "Baseline"
        context.open()
        self._context, self._begun = context, number

    def key(self) -> None:
        """Make the next picture one from which a viewer can start."""
        self._asked += 1

    def aim(self, rate: float) -> None:
        """Spend at most so many bit/s, as far as a picture of this size can do with so few."""
        self._wanted = round(min(max(rate, LEAST * self._most), self._most))

    def encode(self, frame: FilmFrame, number: int) -> AnyPacket | None:
        """Encode a picture; its number gives its time stamp."""
        if self._context.bit_rate != self._wanted:
            self._adapt(number)
        picture = frame.picture
        picture.pts = number * VIDEO_CLOCK // self._fps
        picture.time_base = self._context.time_base
        asked = self._asked
        picture.pict_type = PictureType.NONE if asked == self._given else PictureType.I
        self._given = asked
        return _joined(self._context.encode(picture), picture.pts, VIDEO_CLOCK)

    def _adapt(self, number: int) -> None:
        """Take on the wanted rate; FFmpeg cannot tell libvpx, so that VP8 begins anew, not too often."""
        if self._codec == "H264":
            self._context.bit_rate = self._wanted
        elif (
            abs(self._wanted / self._context.bit_rate - 1) > RENEWED
            and number - self._begun >= PATIENCE * self._fps
        ):
            self._begin(number)


class SoundEncoder:
    """Opus, mono. One thread at a time.

    Where packets get lost each holds the one before once more, roughly. Only Opus's speech coder can do that;
    it takes twice the time, and 4 ms more until it is heard.
    """

    def __init__(self) -> None:
        self._begin(careful=False)

    def _begin(self, careful: bool) -> None:
        context: Any = av.CodecContext.create("libopus", "w")
        context.bit_rate, context.format, context.layout = SOUND_BIT_RATE, "s16", "mono"
        context.sample_rate, context.time_base = RATE, Fraction(1, RATE)
        context.options = {"frame_duration": "20", "compression_level": "1"} | _opus(careful)
        context.open()
        self._context, self._careful = context, careful

    def encode(self, sound: Pcm, start: int, careful: bool = False) -> list[AnyPacket]:
        """Packets of a sound.

        Args:
            sound: (n * PACKET,) int16.
            start: number of its first sample.
            careful: whether packets get lost.
        """
        if careful != self._careful:
            self._begin(careful)
        packets = []
        for at in range(0, len(sound), PACKET):
            piece = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[at : at + PACKET]).reshape(1, -1), "s16", "mono"
            )
            piece.sample_rate, piece.pts, piece.time_base = RATE, start + at, Fraction(1, RATE)
            packet = _joined(self._context.encode(piece), start + at, RATE)
            if packet:
                packets.append(packet)
        return packets


def _joined(packets: list[Any], pts: int, clock: int) -> AnyPacket | None:
    """All that an encoder gave for one input as one packet, stamped anew."""
    data = b"".join(bytes(packet) for packet in packets)
    if not data:
        return None
    packet = av.Packet(data)
    packet.pts, packet.time_base = pts, Fraction(1, clock)
    packet.is_keyframe = bool(packets[0].is_keyframe)
    return packet


def _opus(careful: bool) -> dict[str, str]:
    if careful:
        return {"application": "voip", "fec": "1", "packet_loss": str(EXPECTED_LOSS)}
    return {"application": "lowdelay"}


def _h264(rate: int, level: int) -> dict[str, str]:
    return {
        "preset": "superfast",
        "tune": "zerolatency",
        "maxrate": str(rate),
        "bufsize": str(rate // 2),
        "level": str(level),
        "forced-idr": "1",
        # Without adaptive quantisation: a fifth less work, and no worse for a still camera
        "x264-params": f"repeat-headers=1:scenecut=0:aq-mode=0:partitions=none:qpmin={FINEST['H264']}",
    }


def _vp8(rate: int) -> dict[str, str]:
    return {
        "deadline": "realtime",
        "cpu-used": "-8",
        "lag-in-frames": "0",
        "error-resilient": "default",
        "maxrate": str(rate),
        "bufsize": str(rate // 2),
        "auto-alt-ref": "0",
        "qmin": str(FINEST["VP8"]),
    }
