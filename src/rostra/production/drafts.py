"""Drafts: files that appear whole or not at all.

Each is written beside its place and moved there when everything is ready, so that nobody ever sees
half a video, and what was there before stays until then.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import TracebackType

from rostra.errors import OutputError


class Drafts:
    """Files in the making; those that are not published when the block ends are deleted."""

    def __init__(self) -> None:
        self._places: dict[Path, Path] = {}  # draft -> where it goes

    def add(self, place: Path, field: str = "output") -> Path:
        """An empty file beside `place`, to be written to.

        Raises:
            OutputError: nothing can be written there; says why.
        """
        try:
            if place.is_dir():
                raise OutputError(f"{place} is a folder.", "Name a file.", field)
            if not place.parent.is_dir():
                raise OutputError(f"There is no folder {place.parent}.", "Make it first.", field)
            draft = place.with_name(f".{place.stem}.{os.getpid()}{place.suffix}")
            draft.touch()
        except OSError as error:
            raise refusal(error, place, field) from error
        self._places[draft] = place
        return draft

    def publish(self) -> None:
        """Move every file to its place.

        Raises:
            OutputError: one cannot be moved.
        """
        for draft, place in list(self._places.items()):
            try:
                draft.replace(place)
            except OSError as error:
                raise refusal(error, place) from error
            del self._places[draft]

    def __enter__(self) -> Drafts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for draft in self._places:
            draft.unlink(missing_ok=True)


def refusal(error: OSError, place: Path, field: str = "output") -> OutputError:
    """The error of an operating system that will not write, in our words."""
    reason, remedy = {
        errno.ENOSPC: ("the disk is full", "Make room and try again."),
        errno.EDQUOT: ("your share of the disk is used up", "Make room and try again."),
        errno.EFBIG: ("files may not be that large here", "Write to another disk."),
        errno.EROFS: ("the disk is read-only", "Write somewhere else."),
        errno.EACCES: ("you may not write there", "Write somewhere else, or change the permission."),
        errno.EPERM: ("you may not write there", "Write somewhere else, or change the permission."),
        errno.ENAMETOOLONG: ("the name is too long", "Give it a shorter one."),
    }.get(error.errno or 0, ((error.strerror or type(error).__name__).lower(), "Write somewhere else."))
    return OutputError(f"{place} cannot be written: {reason}.", remedy, field)
