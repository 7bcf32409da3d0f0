"""What goes wrong when numbers or flags are read."""

from __future__ import annotations

__all__ = ["InvalidInputError", "LandedError"]


class LandedError(Exception):
    """The server refused an answer, or there is none.

    Sending events never raises it: see `Client.dropped`.

    Attributes:
        status: HTTP status; 0 where there was no answer.
        code: The server's short name of the problem, such as `unknown_metric`.
        detail: What is wrong and what to do.

    Examples:
        >>> print(LandedError(404, "not_found", "There is no such person."))
        There is no such person. (404 not_found)
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{detail} ({f'{status} ' if status else ''}{code})")
        self.status = status
        self.code = code
        self.detail = detail


class InvalidInputError(ValueError):
    """A definition of a flag holds what has no sense; it fits nobody."""
