"""Drafts: files that appear whole or not at all.

Each is written beside its place and moved there when everything is ready, so that nobody ever sees
half a video, and what was there before stays until then. A draft is a hidden file: who lists a
folder leaves it out.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from rostra.errors import OutputError

ELSEWHERE = "Write somewhere else."


class Drafts:
    """Files in the making; those that are not published when the block ends are deleted.

    Args:
        elsewhere: what to do when nothing can be written there.
    """

    def __init__(self, elsewhere: str = ELSEWHERE) -> None:
        self._elsewhere = elsewhere
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
            raise refusal(error, place, field, self._elsewhere) from error
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
                raise refusal(error, place, elsewhere=self._elsewhere) from error
            del self._places[draft]

    def __enter__(self) -> Drafts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for draft in self._places:
            draft.unlink(missing_ok=True)


@contextmanager
def draft(place: Path, field: str = "output", elsewhere: str = ELSEWHERE) -> Iterator[Path]:
    """One file that appears when the block ends well.

    Raises:
        OutputError: it cannot be written; says why.
    """
    with Drafts(elsewhere) as drafts:
        path = drafts.add(place, field)
        try:
            yield path
        except OSError as error:
            raise refusal(error, place, field, elsewhere) from error
        drafts.publish()


def refusal(error: OSError, place: Path, field: str = "output", elsewhere: str = ELSEWHERE) -> OutputError:
    """The error of an operating system that will not write, in our words."""
    reason, remedy = {
        errno.ENOSPC: ("the disk is full", "Make room and try again."),
        errno.EDQUOT: ("your share of the disk is used up", "Make room and try again."),
        errno.EFBIG: ("files may not be that large here", elsewhere),
        errno.EROFS: ("the disk is read-only", elsewhere),
        errno.EACCES: ("you may not write there", elsewhere),
        errno.EPERM: ("you may not write there", elsewhere),
        errno.ENAMETOOLONG: ("the name is too long", "Give it a shorter one."),
    }.get(error.errno or 0, ((error.strerror or type(error).__name__).lower(), elsewhere))
    return OutputError(f"{place} cannot be written: {reason}.", remedy, field)
