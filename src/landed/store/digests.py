"""Digests of people inside statements: many would be too long for parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from landed.errors import InvalidInputError

__all__ = ["quote_digests", "quote_words"]

_DIGEST: Final = re.compile("[0-9a-f]{64}")


def quote_digests(digests: Iterable[str]) -> str:
    """Write digests as a list, after a look at every one.

    Raises:
        InvalidInputError: One is no digest.

    Examples:
        >>> quote_digests([])
        "splitByChar(',', '')"
        >>> quote_digests(["' OR 1"])
        Traceback (most recent call last):
        ...
        landed.errors.InvalidInputError: A digest must be 64 hexadecimal digits.
    """
    listed = list(digests)
    if not all(map(_DIGEST.fullmatch, listed)):
        raise InvalidInputError("A digest must be 64 hexadecimal digits.")
    return quote_words(listed)


def quote_words(words: Iterable[str]) -> str:
    """Write a list as one literal: of one literal each, some ten thousand are too large a tree.

    Args:
        words: Digits and hyphens only; whoever calls has looked.
    """
    return f"splitByChar(',', '{','.join(words)}')"
