"""Conversion: what a new file is, a rendition that browsers play, and a poster; in a process of its own.

    python -m rostra.library.convert SOURCE FOLDER

writes `web.mp4` (or `web.m4a`; nothing where browsers play the source itself) and `poster.jpg` into
FOLDER and prints facts as JSON. A file that lies
about itself, or breaks a decoder, breaks this process and nothing else; it ends with its parent.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
from PIL import Image, ImageOps

from rostra import films
from rostra.errors import MediaError, RostraError

FIELD = "resource"
VIDEO, IMAGE, AUDIO = 1, 2, 5  # as API v3 counts them
WIDEST, HIGHEST = 1920, 1080  # of the rendition
FASTEST = 60  # pictures per second
RATE, FRAME = 48_000, 1024  # samples per second and per piece of the rendition's sound
POSTER = 1280  # pixels, the longer side
POSTER_AT = 0.1  # of the film
STILLS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
UPRIGHT = (  # FFmpeg's filters that turn a picture by no, one, two, three quarters against the clock
    (), (("transpose", "cclock"),), (("hflip", ""), ("vflip", "")), (("transpose", "clock"),),
)  # fmt: skip
SOURCE = "source"  # in place of a file: the source itself
LONGEST = 24 * 3600  # s
TOLERATED = 1.0  # s that a film may be shorter or longer than it says, and a hundredth
MEMORY = 4 << 30  # bytes that this process may take
MOST_HELD = 30_000  # packets of sound, ten minutes, that come before the first picture
FAULTS = 50  # damaged packets in a row that are passed over


@dataclass
class Facts:
    """What a file is.

    Args:
        media: VIDEO, IMAGE or AUDIO.
        duration: ms.
        width, height: pixels as seen, upright.
        bitrate: kbit/s.
        rate: pictures per second.
        codec: of the film, or of the sound.
        container: FFmpeg's name.
        made: names of the files that were written: role -> file.
    """

    media: int
    duration: int = 0
    width: int = 0
    height: int = 0
    bitrate: int = 0
    rate: float = 0.0
    codec: str = ""
    container: str = ""
    made: dict[str, str] = field(default_factory=dict)


def convert(source: Path, folder: Path) -> Facts:
    """Look at a file and make its rendition and poster.

    Raises:
        MediaError: it holds nothing that can be shown or heard.
    """
    if is_still(source):
        return _still(source, folder)
    with films.opened(source, FIELD) as file:
        film, sound = films.film(file), next(iter(file.streams.audio), None)
        if film is None and (sound is None or not sound.codec_context):
            raise MediaError("The file has no picture and no sound.", "Send another one.", FIELD)
        facts, plays = _facts(file, film, sound), _plays(file, film, sound)
    if facts.duration > 1000 * LONGEST:
        raise _endless()
    plays = plays and _true(source)
    name = SOURCE if plays else "web.mp4" if film is not None else "web.m4a"
    shown = source if plays else folder / name
    if not plays:
        web = Rendition(source, shown)
        facts.duration = round(1000 * web.make())
        facts.width, facts.height = web.size
    facts.made["web"] = name
    if film is not None:
        picture(shown, facts.duration / 1000 * POSTER_AT).save(folder / "poster.jpg", quality=88)
        facts.made["poster"] = "poster.jpg"
    return facts


def _plays(file: Any, film: Any, sound: Any) -> bool:
    """Whether browsers play a file as it is: MP4 with H.264 and AAC, upright, not too large."""
    if film is None or sound is None or "mp4" not in file.format.name:
        return False
    shape = film.codec_context
    frame = next((one for _, one in _decoded(file, film)), None)
    return bool(
        (shape.name, sound.codec_context.name) == ("h264", "aac")
        and shape.pix_fmt in ("yuv420p", "yuvj420p")
        and max(shape.width, shape.height) <= WIDEST
        and frame is not None
        and not frame.rotation
    )


def _true(source: Path) -> bool:
    """Whether an MP4 lasts as long as its header says, which is what browsers show."""
    with films.opened(source, FIELD) as file:
        end = 0.0
        for packet in file.demux(*file.streams.video, *file.streams.audio):
            if packet.pts is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return abs(end - _announced(source)) < TOLERATED + end / 100


def _announced(source: Path) -> float:
    """Seconds that an MP4's header says it lasts; 0 where it says nothing.

    Source: ISO/IEC 14496-12, boxes `moov` and `mvhd`.
    """
    with source.open("rb") as file:
        end, place = source.stat().st_size, 0
        while place + 8 <= end:
            file.seek(place)
            head = file.read(16)
            size, kind = int.from_bytes(head[:4]), head[4:8]
            length = int.from_bytes(head[8:]) if size == 1 else size or end - place
            if kind == b"moov":  # its first box is `mvhd`
                start = 8 + (8 if size == 1 else 0)
                file.seek(place + start)
                box = file.read(44)
                wide = 8 if box[8:9] == b"\x01" else 4  # bytes of a time
                at = 12 + 2 * wide
                rate, count = int.from_bytes(box[at : at + 4]), int.from_bytes(box[at + 4 : at + 4 + wide])
                return count / rate if box[4:8] == b"mvhd" and rate else 0.0
            place += max(length, 8)
    return 0.0


def is_still(path: Path) -> bool:
    """Whether a file is a picture that does not move."""
    try:
        with Image.open(path, formats=STILLS) as image:
            return not getattr(image, "is_animated", False)
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _still(source: Path, folder: Path) -> Facts:
    try:
        with Image.open(source, formats=STILLS) as image:
            films.check_size(source, *image.size, FIELD)
            kind, upright = (image.format or "").lower(), ImageOps.exif_transpose(image)
            facts = Facts(IMAGE, width=upright.width, height=upright.height, codec=kind, container=kind)
            upright.thumbnail((POSTER, POSTER))
            flat = Image.new("RGB", upright.size, "white")
            layered = upright.convert("RGBA")
            flat.paste(layered, mask=layered)
            flat.save(folder / "poster.jpg", quality=88)
    except (OSError, ValueError) as error:
        raise MediaError(f"The picture is damaged ({error}).", "Send it again.", FIELD) from error
    facts.made["poster"] = "poster.jpg"
    return facts


def _endless() -> MediaError:
    return MediaError(f"The file lasts more than {LONGEST // 3600} hours.", "Send it in parts.", FIELD)


def _facts(file: Any, film: Any, sound: Any) -> Facts:
    main = film if film is not None else sound
    return Facts(
        media=VIDEO if film is not None else AUDIO,
        duration=round((file.duration or 0) / 1000),
        bitrate=round((file.bit_rate or 0) / 1000),
        width=film.codec_context.width if film is not None else 0,
        height=film.codec_context.height if film is not None else 0,
        rate=float((film.average_rate or 0) if film is not None else 0),
        codec=main.codec_context.name,
        container=file.format.name.partition(",")[0],
    )


class Rendition:
    """H.264 and AAC in an MP4 that starts at once, at a constant rate, with sound even where there was none.

    Args:
        source: the file.
        target: to write.

    Attributes:
        size: of the pictures.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._source, self._target = source, target
        self.size = (0, 0)
        self._graph: Any = None
        self._film: Any = None
        self._sound: Any = None
        self._held: list[Any] | None = (
            None  # sound that waits for the pictures to begin: then all streams are known
        )
        self._heard = 0  # samples written
        self._seen = 0.0  # s of pictures written

    def make(self) -> float:
        """Write it; returns its seconds."""
        try:
            with (
                films.opened(self._source, FIELD) as file,
                av.open(str(self._target), "w", options={"movflags": "+faststart"}) as out,
            ):
                self._write(file, out)
        except (OSError, av.FFmpegError) as error:
            raise MediaError(f"The file is damaged ({error}).", "Send it again.", FIELD) from error
        seconds = max(self._seen, self._heard / RATE)
        if not seconds:
            raise MediaError("Nothing in the file can be read.", "Send another one.", FIELD)
        return seconds

    def _write(self, file: Any, out: Any) -> None:
        film, sound = films.film(file), next((one for one in file.streams.audio if one.codec_context), None)
        if film is not None:
            film.thread_type = "AUTO"
            self._held = [] if film is not None else None
        self._sound = out.add_stream("aac", rate=RATE, layout="stereo")
        resampler = av.AudioResampler("fltp", "stereo", RATE, FRAME)
        for stream, frame in _decoded(file, film, sound):
            if stream is film:
                self._show(frame, out)
            else:
                for piece in resampler.resample(frame):
                    self._hear(piece, out)
        self._end(out)
        for piece in resampler.resample(None) if sound is not None else ():
            self._hear(piece, out)
        if sound is None:
            self._silence(out)
        out.mux(self._sound.encode(None))

    def _show(self, frame: Any, out: Any) -> None:
        """Turn upright, scale, bring to the constant rate, encode."""
        if (frame.time or 0.0) + float((frame.duration or 0) * (frame.time_base or 0)) > LONGEST:
            raise _endless()
        if self._graph is None:
            self._begin(frame, out)
        self._graph.push(frame)
        self._drain(out)

    def _begin(self, frame: Any, out: Any) -> None:
        films.check_size(self._source, frame.width, frame.height, FIELD)
        rate = Fraction(self._rate).limit_denominator(1001)
        turns = round(frame.rotation / 90) % 4
        wide, high = (frame.width, frame.height) if turns % 2 == 0 else (frame.height, frame.width)
        scale = min(1.0, max(WIDEST, HIGHEST) / max(wide, high), min(WIDEST, HIGHEST) / min(wide, high))
        width, height = (max(2, round(side * scale / 2) * 2) for side in (wide, high))
        self.size = width, height
        flat = (("fps", f"fps={rate}"), ("scale", f"{width}:{height}"), ("format", "yuv420p"))
        steps = (*UPRIGHT[turns], *flat, ("buffersink", ""))
        graph = av.filter.Graph()
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format.name, time_base=frame.time_base
        )
        for name, options in steps:
            step = graph.add(name, options) if options else graph.add(name)
            last.link_to(step)
            last = step
        graph.configure()
        self._graph = graph
        self._film = out.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "22"})
        self._film.width, self._film.height = self.size
        self._film.pix_fmt = "yuv420p"
        self._release(out)

    @property
    def _rate(self) -> float:
        with films.opened(self._source, FIELD) as file:
            rate = float(films.film(file).average_rate or 25)
        return min(max(rate, 1.0), FASTEST)

    def _drain(self, out: Any) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (BlockingIOError, EOFError):
                return
            frame.pict_type = 0
            self._seen = frame.time + 1 / float(self._film.average_rate)
            out.mux(self._film.encode(frame))

    def _end(self, out: Any) -> None:
        self._release(out)
        if self._graph is not None:
            self._graph.push(None)
            self._drain(out)
            out.mux(self._film.encode(None))

    def _release(self, out: Any) -> None:
        """Write the sound that has waited."""
        held, self._held = self._held, None
        out.mux(held or [])

    def _hear(self, piece: Any, out: Any) -> None:
        piece.pts, piece.time_base = self._heard, Fraction(1, RATE)
        self._heard += piece.samples
        packets = self._sound.encode(piece)
        if self._held is None:
            out.mux(packets)
            return
        self._held += packets
        if len(self._held) > MOST_HELD:
            raise MediaError("The pictures of the file do not begin.", "Send another one.", FIELD)

    def _silence(self, out: Any) -> None:
        while self._heard / RATE < self._seen:
            piece = av.AudioFrame.from_ndarray(np.zeros((2, FRAME), np.float32), "fltp", "stereo")
            piece.sample_rate = RATE
            self._hear(piece, out)


def _decoded(file: Any, *streams: Any) -> Iterator[tuple[Any, Any]]:
    """(stream, frame) of all that can be read; some damaged packets are passed over."""
    faults = 0
    for packet in file.demux(*(one for one in streams if one is not None)):
        try:
            for frame in packet.decode():
                faults = 0
                yield packet.stream, frame
        except av.FFmpegError:
            faults += 1
            if faults > FAULTS:
                return


def picture(path: Path, at: float) -> Image.Image:
    """The picture of a film at a second, or its last one.

    Raises:
        MediaError: none can be read.
    """
    with films.opened(path, FIELD) as file:
        stream = films.film(file)
        if stream is None:
            raise MediaError("The file has no picture.", "", FIELD)
        file.seek(max(0, int(at * av.time_base)))
        found = None
        for _, frame in _decoded(file, stream):
            if found is not None and frame.time is not None and frame.time > at + 1e-3:
                break
            found = frame
        if found is None:
            raise MediaError("The film has no picture that can be read.", "", FIELD)
        image: Image.Image = found.to_image()
        return image


def main() -> int:
    """The command."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source, folder = map(Path, sys.argv[1:3])
    try:
        facts = convert(source, folder)
    except RostraError as error:
        print(json.dumps({"error": error.message}))
        return 1
    print(json.dumps(asdict(facts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
