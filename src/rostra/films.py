"""Films of unknown origin: opened so that nothing but the file itself is read.

FFmpeg also plays lists of other files and addresses, numbered series of pictures, and plain text as if
typed on a screen. A film comes from whoever sent it, so only the formats named here are opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from rostra.errors import MediaError

FORMATS = (  # FFmpeg's names
    *("mov", "matroska", "avi", "mpegts", "mpeg", "ogg", "flv", "asf", "mxf", "nut", "dv", "ivf", "rm"),
    *("h264", "hevc", "obu", "av1", "m4v", "mpegvideo", "mjpeg", "vc1", "yuv4mpegpipe"),  # bare pictures
    *("gif", "apng", "png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe", "jpegxl_pipe"),
    *("wav", "mp3", "flac", "aac", "aiff"),
)
OPTIONS = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
MOST_PIXELS = 8192 * 4320  # of one picture


def opened(path: Path, field: str) -> Any:
    """An open container of PyAV.

    Args:
        path: of the file.
        field: of the request that names it, for errors.

    Raises:
        MediaError: there is no such file, or it is of no format that we open.
    """
    try:
        if not path.is_file():
            raise unreadable(path, "there is no such file", field)
        return av.open(f"file:{path}", options=OPTIONS)
    except (OSError, av.FFmpegError) as error:
        raise unreadable(path, "it is not a video", field) from error


def film(file: Any) -> Any:
    """The first film in a file, None if there is none; the cover of a sound file is none."""
    cover = av.stream.Disposition.attached_pic
    films = (one for one in file.streams.video if one.codec_context and not one.disposition & cover)
    return next(films, None)


def check_size(path: Path, width: int, height: int, field: str) -> None:
    """Refuse pictures that are too large to be unpacked.

    Raises:
        MediaError: they are.
    """
    if width * height > MOST_PIXELS:
        raise MediaError(f"{path} has pictures of {width}x{height}.", "Give a film of 8K at most.", field)


def unreadable(path: Path, why: str, field: str) -> MediaError:
    """The error for a file that is no film."""
    return MediaError(f"{path} cannot be read: {why}.", "Give a video file, such as MP4 or WebM.", field)
