"""Every error that landed raises on purpose: a code, an HTTP status and a remedy.

An error message says the value, the rule and the remedy. Nothing here may carry a
person's data: messages travel to clients and logs.
"""

from __future__ import annotations

__all__ = [
    "AuthError",
    "BudgetSpentError",
    "ConflictError",
    "ForbiddenError",
    "InvalidEventError",
    "InvalidInputError",
    "KeyChangedError",
    "LandedError",
    "MalformedRequestError",
    "NotFoundError",
    "PublicOffError",
    "QueryError",
    "RateLimitedError",
    "SpoolFullError",
    "StateError",
    "StoreError",
    "TooLargeError",
    "TrainingOffError",
]


class LandedError(Exception):
    """Base of all deliberate errors.

    Args:
        message: The value, the rule that it breaks and the remedy, in one or two sentences.
        detail: Where it is wrong: a JSON path such as `$.batch[3].properties.score`.

    Examples:
        >>> error = InvalidInputError("days is 0; it must be at least 1", detail="$.days")
        >>> error.code, error.status, error.detail
        ('invalid_input', 422, '$.days')
    """

    code = "internal_error"
    status = 500
    retry_after_seconds: int | None = None

    def __init__(self, message: str, *, detail: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class InvalidInputError(LandedError):
    """A parameter or setting breaks its rule."""

    code = "invalid_input"
    status = 422


class InvalidEventError(LandedError):
    """One event breaks the tracking plan; its neighbours are unharmed."""

    code = "invalid_event"
    status = 400


class MalformedRequestError(LandedError):
    """The body as a whole cannot be read (no JSON, broken gzip, wrong shape)."""

    code = "malformed_request"
    status = 400


class TooLargeError(LandedError):
    """The body or an event is over its limit."""

    code = "too_large"
    status = 413


class AuthError(LandedError):
    """No key, or a key that is not known."""

    code = "unauthorized"
    status = 401


class ForbiddenError(LandedError):
    """The key is known but has not the scope that the route needs."""

    code = "forbidden"
    status = 403


class NotFoundError(LandedError):
    """There is no such thing under this name."""

    code = "not_found"
    status = 404


class TrainingOffError(LandedError):
    """The training zone is switched off."""

    code = "training_off"
    status = 404


class PublicOffError(LandedError):
    """Numbers for the public are switched off, or what makes their noise is not installed."""

    code = "public_off"
    status = 404


class BudgetSpentError(LandedError):
    """What is left of a dataset's privacy budget does not suffice for a release."""

    code = "budget_spent"
    status = 409


class ConflictError(LandedError):
    """Somebody else changed the thing meanwhile, or it exists already; nothing was changed."""

    code = "conflict"
    status = 409


class KeyChangedError(LandedError):
    """The store was written with another pseudonym key than the one at hand."""

    code = "pseudonym_key_changed"
    status = 503


class SpoolFullError(LandedError):
    """The spool cannot take more now; nothing of this request was kept."""

    code = "spool_full"
    status = 503
    retry_after_seconds = 5


class StoreError(LandedError):
    """The store cannot be reached or refused a query."""

    code = "store_unavailable"
    status = 503
    retry_after_seconds = 2


class StateError(LandedError):
    """The state database cannot be reached or refused."""

    code = "state_unavailable"
    status = 503
    retry_after_seconds = 2


class QueryError(LandedError):
    """The store understood the query and refused it (syntax, limits, time)."""

    code = "query_failed"
    status = 400


class RateLimitedError(LandedError):
    """An address or a key asks too often, or an address tried too many wrong keys.

    Args:
        message: What there was too much of, and what to do.
        detail: As in all errors.
        wait_seconds: After which time it may go well.
    """

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, detail: str | None = None, wait_seconds: int = 1) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_seconds = wait_seconds
