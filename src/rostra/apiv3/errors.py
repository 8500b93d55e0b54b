"""Errors of API v3: a code, a message for people, and what it is about, by name."""

from __future__ import annotations

from rostra.errors import AccessError, BusyError, InputError, KsError, RostraError


class ApiError(RostraError):
    """An error with a code of its own.

    Args:
        code: as clients know it.
        message: for people.
        about: what the message is about, `ENTRY_ID="1_abc"` say.
    """

    status = 200

    def __init__(self, code: str, message: str, **about: object) -> None:
        super().__init__(message)
        self.wire_code = code
        self.about = {name: str(value) for name, value in about.items()}


class RequestError(InputError):
    """A request that cannot be read at all."""


def missing(name: str) -> ApiError:
    """A parameter that was not sent."""
    return ApiError("MANDATORY_PARAMETER_MISSING", f'Missing parameter "{name}"', PARAM_NAME=name)


def invalid(name: str, why: str) -> ApiError:
    """A parameter with a value that it cannot have."""
    return ApiError("INVALID_FIELD_VALUE", f'Invalid value for "{name}": {why}', FIELD_NAME=name)


def forbidden(service: str, action: str) -> ApiError:
    """A call that this session may not make."""
    called = f"{service}.{action}"
    return ApiError("SERVICE_FORBIDDEN", f"The access to service [{called}] is forbidden", SERVICE=called)


def told(error: RostraError) -> ApiError:
    """Any error of ours as one of API v3."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, KsError):
        return ApiError(
            error.code, str(error), KSID=error.shown, ERR_CODE=error.number, ERR_DESC=error.reason
        )
    if isinstance(error, BusyError):
        return ApiError(error.code, str(error), RETRY_AFTER=error.after)
    if isinstance(error, InputError):
        return invalid(error.field or "request", str(error))
    if isinstance(error, AccessError):
        return ApiError("SERVICE_FORBIDDEN", str(error), SERVICE="")
    return ApiError("INTERNAL_SERVER_ERROR", str(error), ERR_TEXT=str(error))
