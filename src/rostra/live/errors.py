"""Errors of live sessions, with the texts and codes of the control API."""

from __future__ import annotations

from rostra.errors import RostraError

RETRY = 15  # s after which a place may be free

TEXTS = {  # the vendor's clients may show them, so they are the vendor's, word for word
    "INVALID_KS": (401, "Invalid Kaltura Session"),
    "KS_NOT_AUTHORIZED": (403, "Kaltura Session not authorized"),
    "INVALID_TOKEN": (401, "Invalid or expired token"),
    "SESSION_NOT_FOUND": (404, "Session not found"),
    "SESSION_ENDED": (410, "Session ended"),
    "NOT_FOUND": (404, "Not found"),
    "INVALID_REQUEST": (400, "Bad request"),
    "TOO_LARGE": (413, "Too large"),
    "WRONG_TYPE": (415, "Wrong content type"),
    "RATE_LIMITED": (429, "Too many requests"),
    "NO_CAPACITY": (503, "No presenter is free"),
    "INTERNAL_ERROR": (500, "Internal server error"),
}


class LiveError(RostraError):
    """A refusal.

    Args:
        code: of TEXTS.
        message: where it is more exact than the code's own.
        retry_after: seconds after which another try may succeed.
        status: where it is another than the code's own.
    """

    def __init__(
        self, code: str, message: str = "", retry_after: int | None = None, status: int | None = None
    ) -> None:
        usual, text = TEXTS[code]
        super().__init__(message or text)
        self.wire_code, self.http, self.retry_after = code, status or usual, retry_after
