"""Everything that can go wrong, as one tree.

    RostraError
    ├── InputError              the caller gave something unusable: do not retry, change it
    │   ├── ScriptError         a script that cannot be performed
    │   ├── UnknownNameError    a presenter, voice, background … that is not there
    │   ├── TakenError          a name that somebody else has
    │   ├── MediaError          a picture, clip or sound that cannot be read
    │   ├── PackError           a presenter's pack that is damaged or of another version
    │   └── ModelError          a 3D model that cannot become a presenter
    ├── MissingFileError        a file of the media store that is not there
    ├── AwayError               a store that does not do what it is asked for: try again
    ├── AccessError             who asks may not
    │   └── KsError             a Kaltura session that is none, is over, or may not be used here
    ├── BusyError               too much at once: wait and ask again
    ├── MissingError            something that this machine lacks: an extra, a model, a program
    ├── OutputError             the result cannot be written (place, permission, space)
    └── EngineError             an engine failed although its input was right

Each error carries a stable `code`, the HTTP `status`, whether a `retry` can help, the `field` that
is to blame and a `remedy`: one sentence of what to do. Every surface renders these in its own shape;
the command line prints `message. remedy` and ends with `exit_code`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class RostraError(Exception):
    """The root: what happened and what to do about it."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str = "", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InputError(RostraError):
    """The caller gave something unusable."""

    code = "INVALID_INPUT"
    status = 400
    exit_code = 2


class ScriptError(InputError):
    """A script that cannot be performed."""

    code = "INVALID_SCRIPT"


class UnknownNameError(InputError):
    """A name that is not in a catalogue; suggests the nearest ones."""

    code = "UNKNOWN_NAME"
    status = 404

    def __init__(self, kind: str, name: str, known: Iterable[str], field: str | None = None) -> None:
        known = sorted(known)
        near = get_close_matches(name.lower(), known, n=3, cutoff=0.5) or known[:6]
        remedy = f"Did you mean {' or '.join(near)}?" if near else f"There is no {kind} at all."
        super().__init__(f"There is no {kind} {name!r}.", remedy, field or kind)


class TakenError(InputError):
    """A name that somebody else has."""

    code = "NAME_TAKEN"
    status = 409


class MediaError(InputError):
    """A picture, clip or sound that cannot be read."""

    code = "INVALID_MEDIA"


class PackError(InputError):
    """A presenter's pack that is damaged or of another version."""

    code = "INVALID_PACK"


class ModelError(InputError):
    """A 3D model that cannot become a presenter."""

    code = "INVALID_MODEL"


class MissingFileError(RostraError):
    """A file of the media store that is not there."""

    code = "FILE_NOT_FOUND"
    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(f"The media store has no {key}.", "", "media")


class AwayError(RostraError):
    """A store on another machine that does not answer, or refuses."""

    code = "STORE_AWAY"
    status = 503
    retry = True


class AccessError(RostraError):
    """Who asks may not."""

    code = "FORBIDDEN"
    status = 403


class KsError(AccessError):
    """A Kaltura session that cannot be used.

    Args:
        reason: a name of REASONS.
        shown: what may be shown of it.
    """

    code = "INVALID_KS"
    status = 401
    REASONS: ClassVar[dict[str, int]] = {
        "INVALID_STR": -1,
        "INVALID_PARTNER": -2,
        "INVALID_USER": -3,
        "INVALID_TYPE": -4,
        "EXPIRED": -5,
        "LOGOUT": -6,
        "EXCEEDED_ACTIONS_LIMIT": -8,
        "EXCEEDED_RESTRICTED_IP": -9,
        "EXCEEDED_RESTRICTED_URI": -11,
    }

    def __init__(self, reason: str, shown: str) -> None:
        super().__init__(f"Invalid KS [{shown}]. Error [{self.REASONS[reason]},{reason}]", "", "ks")
        self.reason = reason
        self.shown = shown

    @property
    def number(self) -> int:
        """The reason as a number."""
        return self.REASONS[self.reason]


class BusyError(RostraError):
    """Too much at once.

    Args:
        message: for people.
        after: seconds to wait.
    """

    code = "TOO_MANY_REQUESTS"
    status = 429
    retry = True

    def __init__(self, message: str, after: int) -> None:
        super().__init__(message, f"Try again in {after} s.")
        self.after = after


class MissingError(RostraError):
    """Something that this machine lacks."""

    code = "NOT_INSTALLED"
    status = 501
    exit_code = 3


class OutputError(RostraError):
    """The result cannot be written."""

    code = "CANNOT_WRITE"
    status = 507
    retry = True
    exit_code = 4


class EngineError(RostraError):
    """An engine failed although its input was right."""

    code = "ENGINE_FAILED"
    retry = True
    exit_code = 5
