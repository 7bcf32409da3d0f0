"""The rules of single fields that every form shares: ids, event names, paths."""

from __future__ import annotations

import re
from typing import Any, Final

from landed.errors import InvalidEventError

__all__ = ["MAX_ID_CHARS", "MAX_NAME_CHARS", "Id", "check_name", "is_name", "path_of", "text_id"]

Id = str | int | float | None
"""An id as clients send it: hosts whose keys are numbers send numbers."""

MAX_ID_CHARS: Final = 512
MAX_NAME_CHARS: Final = 200
MAX_PATH_CHARS: Final = 300

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PATH: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?(?://[^/?#]*)?([^?#]*)")


def text_id(value: Id, field: str) -> str:
    """An id as text; empty when there is none.

    Args:
        value: As decoded. A number becomes its digits, `12.0` becomes `12`.
        field: The JSON path of the field, for the error.

    Raises:
        InvalidEventError: It is longer than 512 characters.

    Examples:
        >>> text_id(42, "$.userId"), text_id(42.0, "$.userId"), text_id(None, "$.userId")
        ('42', '42', '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        value = int(value) if isinstance(value, float) and value.is_integer() else value
        value = str(value)
    if len(value) > MAX_ID_CHARS:
        raise InvalidEventError(
            f"The id is longer than {MAX_ID_CHARS} characters; send a shorter one.", detail=field
        )
    return "" if value.isspace() else value


def is_name(value: Any) -> bool:
    """Whether it can be the name of an event.

    Examples:
        >>> is_name("Job Viewed"), is_name(" "), is_name(7)
        (True, False, False)
    """
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_NAME_CHARS
        and not value.isspace()
        and (value.isprintable() or _CONTROL.search(value) is None)
    )


def check_name(value: str | None, field: str = "$.event") -> str:
    """The name of an event, as sent.

    Args:
        value: As decoded.
        field: The JSON path of the field, for the error.

    Raises:
        InvalidEventError: It is missing, blank, too long, or has control characters.

    Examples:
        >>> check_name("Job Viewed")
        'Job Viewed'
    """
    if value is None or not is_name(value):
        raise InvalidEventError(
            f"An event needs a name of 1 to {MAX_NAME_CHARS} characters without control "
            "characters; send one such as recommendation_clicked.",
            detail=field,
        )
    return value


def path_of(url: str) -> str:
    """The path of a URL, without scheme, host, query and fragment; at most 300 characters.

    Examples:
        >>> path_of("https://jobs.example/offers/7?ref=mail#top"), path_of("https://jobs.example")
        ('/offers/7', '/')
    """
    match = _PATH.match(url)
    return (match[1][:MAX_PATH_CHARS] if match else "") or "/"
