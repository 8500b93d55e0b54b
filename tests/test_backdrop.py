"""What is behind the presenter: colours, pictures, clips."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from packs import synthetic
from rostra.acting.motion import CHANNELS
from rostra.errors import InputError, MediaError, UnknownNameError
from rostra.picture.backdrop import backdrop, catalogue
from rostra.picture.broll import Clip
from rostra.picture.frame import Rect, Size, Yuv420, to_rgb, to_yuv
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage

SIZE = Size(320, 180)


def quarters(width: int, height: int) -> np.ndarray:
    """A picture whose corners are red, green, blue and white."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (200, 30, 30)
    picture[: height // 2, width // 2 :] = (30, 180, 30)
    picture[height // 2 :, : width // 2] = (30, 30, 200)
    picture[height // 2 :, width // 2 :] = (230, 230, 230)
    return picture


def corners(frame: Yuv420) -> list[str]:
    rgb = to_rgb(frame).astype(int)
    names = {"red": (200, 30, 30), "green": (30, 180, 30), "blue": (30, 30, 200), "white": (230, 230, 230)}
    found = []
    for y, x in ((20, 20), (20, -20), (-20, 20), (-20, -20)):
        found.append(min(names, key=lambda name: np.abs(rgb[y, x] - names[name]).sum()))
        assert np.abs(rgb[y, x] - names[found[-1]]).max() < 14
    return found


@pytest.mark.parametrize("shape", [(640, 360), (400, 400), (100, 300), (33, 21)])
def test_a_picture_of_any_shape_covers_the_frame(tmp_path: Path, shape: tuple[int, int]) -> None:
    Image.fromarray(quarters(*shape)).save(tmp_path / "a.png")
    assert corners(backdrop("a.png", SIZE, tmp_path).next()) == ["red", "green", "blue", "white"]


def test_a_turned_photo_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by 90 degrees
    Image.fromarray(quarters(400, 300)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    assert corners(backdrop("a.jpg", SIZE, tmp_path).next()) == ["blue", "red", "white", "green"]


@pytest.mark.parametrize("value", ["#12345", "#GGGGGG", "#"])
def test_a_wrong_colour_says_how_to_write_one(value: str) -> None:
    with pytest.raises(InputError, match="#RRGGBB"):
        backdrop(value, SIZE)


@pytest.mark.parametrize("name", catalogue())
def test_each_background_of_the_library_can_be_shown(name: str) -> None:
    frame = backdrop(name, SIZE).next()
    assert frame.size == SIZE and frame.y.std() > 3


def test_an_unknown_background_suggests_the_nearest() -> None:
    assert "office-1" in catalogue()
    with pytest.raises(UnknownNameError, match="office-1"):
        backdrop("ofice-1", SIZE)


def bad_picture(name: str, folder: Path) -> None:
    path = folder / "a.png"
    if name == "text":
        path.write_text("not a picture")
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "huge":
        Image.new("1", (12000, 9000)).save(path)
    elif name == "cut":
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)).save(path)
        path.write_bytes(path.read_bytes()[:50_000])


@pytest.mark.parametrize("name", ["text", "empty", "huge", "cut", "missing"])
def test_a_bad_picture_is_told(tmp_path: Path, name: str) -> None:
    bad_picture(name, tmp_path)
    with pytest.raises(MediaError) as told:
        backdrop("a.png", SIZE, tmp_path)
    assert told.value.field == "background" and told.value.remedy


def film(
    path: Path, pictures: list[np.ndarray], fps: float = 10, codec: str = "libx264", **options: str
) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        file.mux(stream.encode(None))
    return path


def greys(count: int) -> list[np.ndarray]:
    return [np.full((120, 160, 3), 20 + 10 * number, np.uint8) for number in range(count)]


def level(frame: Yuv420) -> int:
    """Which of `greys` it is."""
    return round((float(to_rgb(frame).mean()) - 20) / 10)


def test_a_clip_of_another_rate_keeps_its_time(tmp_path: Path) -> None:
    clip = Clip(film(tmp_path / "a.mp4", greys(20), fps=10), SIZE, fps=25)
    assert [level(clip.next()) for _ in range(50)] == [number * 10 // 25 for number in range(50)]


def test_a_fast_clip_drops_pictures(tmp_path: Path) -> None:
    clip = Clip(film(tmp_path / "a.mp4", greys(20), fps=50), SIZE, fps=25)
    assert [level(clip.next()) for _ in range(9)] == [0, 2, 4, 6, 8, 10, 12, 14, 16]


@pytest.mark.parametrize("start", [0.7, 0.75])
def test_a_clip_starts_where_it_is_told(tmp_path: Path, start: float) -> None:
    clip = Clip(film(tmp_path / "a.mp4", greys(20), fps=10), SIZE, fps=10, start=start)
    assert [level(clip.next()) for _ in range(3)] == [7, 8, 9]


def test_a_short_clip_stops_at_its_last_picture_and_says_so(tmp_path: Path) -> None:
    told: list[float] = []
    clip = Clip(film(tmp_path / "a.mp4", greys(5), fps=10), SIZE, fps=10, on_end=told.append)
    assert [level(clip.next()) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert not clip.ended
    assert [level(clip.next()) for _ in range(7)] == [4] * 7
    assert clip.ended and told == [0.5]


def test_a_start_after_the_end_shows_the_last_picture(tmp_path: Path) -> None:
    clip = Clip(film(tmp_path / "a.mp4", greys(5), fps=10), SIZE, fps=10, start=60)
    assert [level(clip.next()) for _ in range(3)] == [4, 4, 4]
    assert clip.ended


@pytest.mark.parametrize(("shape", "codec", "name"), [
    ((640, 360), "libx264", "a.mp4"), ((360, 640), "libvpx-vp9", "a.webm"), ((500, 500), "mpeg4", "a.avi"),
])  # fmt: skip
def test_a_clip_of_any_shape_and_codec_covers_the_frame(
    tmp_path: Path, shape: tuple[int, int], codec: str, name: str
) -> None:
    clip = Clip(film(tmp_path / name, [quarters(*shape)] * 3, codec=codec), SIZE, fps=25)
    assert corners(clip.next()) == ["red", "green", "blue", "white"]


def test_a_turned_clip_stands_upright(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", [quarters(400, 300)] * 3)
    turned = turn(tmp_path / "a.mp4")
    assert corners(Clip(turned, SIZE, fps=25).next()) == ["blue", "red", "white", "green"]


def turn(path: Path) -> Path:
    """Write into a film's track header that it is to be shown turned by 90 degrees clockwise."""
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    one, zero, less = (number.to_bytes(4, "big", signed=True) for number in (1 << 16, 0, -(1 << 16)))
    last = (1 << 30).to_bytes(4, "big")
    data[matrix : matrix + 36] = zero + one + zero + less + zero + zero + zero + zero + last
    turned = path.with_name("turned.mp4")
    turned.write_bytes(data)
    return turned


def silence(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=24000, layout="mono")
        piece = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.int16), "s16", "mono")
        piece.sample_rate = 24000
        file.mux(stream.encode(piece))
        file.mux(stream.encode(None))


BAD: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("not a film"),
    "empty": lambda path: path.write_bytes(b""),
    "sound only": silence,
    "cut": lambda path: path.write_bytes(film(path, greys(20)).read_bytes()[:400]),
    "missing": lambda path: None,
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_clip_is_told(tmp_path: Path, name: str) -> None:
    BAD[name](tmp_path / "a.mp4")
    with pytest.raises(MediaError) as told:
        Clip(tmp_path / "a.mp4", SIZE, fps=25)
    assert told.value.field == "broll" and told.value.remedy


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.mp4\n#EXT-X-ENDLIST\n"
TYPED: dict[str, str] = {  # what FFmpeg would play although it is no film
    "text.png": "No picture, only its name.\n" * 40,
    "text.jpg": "No picture, only its name.\n" * 40,
    "text.txt": "Typed as on a screen.\n" * 40,
    "art.ans": "\x1b[31mRed\x1b[0m\r\n" * 40,
    "art.xbin": "XBIN\x1a\x50\0\x19\0\x10\0" + "A\x07" * 2000,
    "series%03d.png": "",
    "titles.srt": "1\n00:00:00,000 --> 00:00:02,000\nHello.\n\n",
    "list.txt": "ffconcat version 1.0\nfile real.mp4\n",
    "list.ffconcat": "ffconcat version 1.0\nfile real.mp4\n",
    "list.m3u8": PLAYLIST,
    "session.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\n",
}


@pytest.mark.parametrize("name", TYPED)
def test_text_and_lists_of_other_files_are_no_clips(tmp_path: Path, name: str) -> None:
    film(tmp_path / "real.mp4", greys(5))
    (tmp_path / "series001.png").write_bytes((tmp_path / "real.mp4").read_bytes())
    (tmp_path / name).write_text(TYPED[name])
    with pytest.raises(MediaError, match="is not a video"):
        Clip(tmp_path / name, SIZE, fps=25)


@pytest.mark.parametrize(
    "form", ["concat:{0}|{0}", "subfile,,start,0,end,0,,:{0}", "http://127.0.0.1:9/a.mp4"]
)
def test_a_clip_is_a_file_and_no_other_address(tmp_path: Path, form: str) -> None:
    real = film(tmp_path / "real.mp4", greys(5))
    with pytest.raises(MediaError, match="no such file"):
        Clip(Path(form.format(real)), SIZE, fps=25)


def test_a_picture_may_stand_for_a_clip(tmp_path: Path) -> None:
    Image.fromarray(quarters(640, 360)).save(tmp_path / "a.png")
    clip = Clip(tmp_path / "a.png", SIZE, fps=25)
    assert [corners(clip.next()) for _ in range(2)] == [["red", "green", "blue", "white"]] * 2


def test_the_presenter_stands_over_a_clip_in_the_lower_right_corner(tmp_path: Path) -> None:
    path = film(
        tmp_path / "a.mp4", [quarters(640, 360)] * 3 + [np.zeros((360, 640, 3), np.uint8)] * 3, fps=25
    )
    plain = Clip(path, SIZE, fps=25)
    stage = Stage(synthetic(step=24, detail=0.5), Layout.OVERLAY, SIZE, Clip(path, SIZE, fps=25))
    out = Yuv420.empty(SIZE)
    for _ in range(5):
        assert stage.draw(np.zeros(len(CHANNELS), np.float32), out) == Rect(0, 0, *SIZE)
        differs = np.argwhere(out.y != plain.next().y)
        assert differs[:, 0].min() > SIZE.height / 2 and differs[:, 0].max() == SIZE.height - 1
        assert differs[:, 1].min() > SIZE.width / 2


def test_colours_survive_the_way_to_a_frame_and_back() -> None:
    picture = quarters(64, 64)
    assert np.abs(to_rgb(to_yuv(picture)).astype(int) - picture)[4:28, 4:28].max() <= 2
