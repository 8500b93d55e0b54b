"""Errors of the studio, as clients of its API know them: one table of codes and HTTP states.

Refusals that concern the state or content of a record that exists have the HTTP status 200, because
clients look at the body only when the status is good.
"""

from __future__ import annotations

from rostra.errors import RostraError

STATES = {
    "VIDEO_IS_PROCESSING": 200,
    "VIDEO_CANNOT_COMPOSE": 200,
    "VIDEO_CANNOT_GENERATE": 200,
    "VIDEO_IS_BEING_GENERATED": 200,
    "CANNOT_RESET_STATUS": 200,
    "INVALID_STATUS_TRANSITION": 200,
    "SCENE_NOT_FOUND": 200,
    "SCENE_EMPTY_NARRATION": 200,
    "CAPTIONS_NOT_FOUND": 200,
    "TOO_MANY_SOURCES": 200,
    "VIDEO_AVATAR_NOT_CONFIGURED": 200,
    "AVATAR_NOT_FOUND": 404,
    "AVATAR_TEMPLATE_NOT_FOUND": 404,
    "BACKGROUND_NOT_FOUND": 404,
    "VIDEO_NOT_FOUND": 404,
    "VALIDATION_ERROR": 400,
    "MISSING_KS": 401,
    "INVALID_KS": 401,
    "SERVICE_FORBIDDEN": 403,
    "FEATURE_FORBIDDEN": 403,
    "TOO_MANY_REQUESTS": 429,
    "INTERNAL_SERVER_ERROR": 500,
}


class StudioError(RostraError):
    """A refusal.

    Args:
        code: of STATES.
        message: for people.
        about: of the message, by name.
        http: status, where it is another than the table's.
    """

    def __init__(self, code: str, message: str, http: int | None = None, **about: object) -> None:
        super().__init__(message)
        self.wire_code = code
        self.http = http or STATES[code]
        self.about = {name: str(value) for name, value in about.items()}
