"""HLS: a film in pieces for players that want it so; the pieces are ranges of one file, encoded as it was."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import av

from rostra import films
from rostra.errors import MediaError

FIELD = "entry"
LENGTH = 6  # s of a piece, about
OPTIONS = {
    "hls_segment_type": "fmp4",
    "hls_flags": "single_file",
    "hls_time": str(LENGTH),
    "hls_playlist_type": "vod",
}
LIST, PIECES = "index.m3u8", "index.m4s"


def make(film: Path, folder: Path) -> None:
    """Write playlist and pieces of a film into a folder, unless they are there.

    Raises:
        MediaError: the film cannot be read.
    """
    if (folder / LIST).exists() and (folder / PIECES).exists():
        return
    draft = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        target = str(draft / LIST)
        with films.opened(film, FIELD) as file, av.open(target, "w", format="hls", options=OPTIONS) as out:
            streams = {
                one.index: out.add_stream_from_template(one)
                for one in file.streams
                if one.type in ("video", "audio") and one.codec_context
            }
            for packet in file.demux(*(one for one in file.streams if one.index in streams)):
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
        _move(draft, folder)
    except (OSError, av.FFmpegError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise MediaError(f"The film cannot be cut ({error}).", "", FIELD) from error


def _move(draft: Path, folder: Path) -> None:
    """Put a finished folder into its place; another one may have come first."""
    try:
        draft.rename(folder)
    except OSError:
        if not (folder / LIST).exists() or not (folder / PIECES).exists():  # half of it was tidied away
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
        else:
            shutil.rmtree(draft, ignore_errors=True)


def playlist(folder: Path, pieces: str) -> str:
    """The playlist, with the address of the pieces in it."""
    return (folder / LIST).read_text().replace(PIECES, pieces)
