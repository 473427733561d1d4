"""The few kinds of failure Desirepath knows. `web/errors.py` and the doors turn a code into a status."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """What went wrong, as the machine-readable `error.code` of every answer."""

    INVALID = "invalid"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


STATUS: dict[Code, int] = {
    Code.INVALID: 400,
    Code.UNAUTHORIZED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.TIMEOUT: 408,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.RATE_LIMITED: 429,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
}


class DesirepathError(Exception):
    """A failure with a sentence for the person who caused or must mend it.

    `field` names the input at fault, `retry_after` is in seconds.
    """

    code = Code.INTERNAL

    def __init__(self, message: str, *, field: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.retry_after = retry_after


class Invalid(DesirepathError):
    """The request says something that cannot be; `field` tells where."""

    code = Code.INVALID


class Unauthorized(DesirepathError):
    """No key, token or session, or one that is not valid."""

    code = Code.UNAUTHORIZED


class Forbidden(DesirepathError):
    """Known, but not allowed to do this."""

    code = Code.FORBIDDEN


class NotFound(DesirepathError):
    """There is no such thing, or the viewer may not know of it."""

    code = Code.NOT_FOUND


class Conflict(DesirepathError):
    """It clashes with what is there already."""

    code = Code.CONFLICT


class TimedOut(DesirepathError):
    """The client took too long to send its request."""

    code = Code.TIMEOUT


class TooLarge(DesirepathError):
    """More bytes or items than a request may carry."""

    code = Code.TOO_LARGE


class RateLimited(DesirepathError):
    """Too many events in too short a time."""

    code = Code.RATE_LIMITED


class Unavailable(DesirepathError):
    """The server's surroundings (disk, lock, full queue) do not let it keep its promise now."""

    code = Code.UNAVAILABLE
