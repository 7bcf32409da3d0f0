"""JSON values as JavaScript sees them: as text, as a number, as true or false.

Conditions come from GrowthBook, whose libraries compare the string "8" with the number 5, and
an attribute that is missing with 0. The same person must be in or out in each of them.
"""

from __future__ import annotations

import re
from math import isnan, nan
from typing import Any, Final

__all__ = ["as_number", "as_text", "is_same", "is_truthy", "type_of"]

_NUMBER: Final = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?\d++)?", re.ASCII)
_WHOLE: Final = 1e21
_WORDS: Final = {None: "null", True: "true", False: "false"}


def as_text(value: Any) -> str:
    """Write a value as JavaScript's `value + ""` does.

    Examples:
        >>> as_text(True), as_text(None), as_text(3.0), as_text(["a", 1])
        ('true', 'null', '3', 'a,1')
    """
    match value:
        case str():
            return value
        case None | bool():
            return _WORDS[value]
        case int():
            return str(value)
        case float():
            return _float_text(value)
        case list():
            return ",".join(_element_text(one) for one in value)
        case _:
            return "[object Object]"


def _element_text(value: Any) -> str:
    return "" if value is None or isinstance(value, list) else as_text(value)


def _float_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else str(value)


def as_number(value: Any) -> float:
    """Read a value as JavaScript's `value * 1` does; lists and objects are no numbers.

    Examples:
        >>> as_number("8"), as_number(None), as_number(True), as_number("eight")
        (8.0, 0, 1, nan)
    """
    match value:
        case int() | float():
            return +value
        case None:
            return 0
        case str():
            return _read_number(value)
        case _:
            return nan


def _read_number(text: str) -> float:
    text = text.strip()
    if not text:
        return 0
    return float(text) if _NUMBER.fullmatch(text) else nan


def is_truthy(value: Any) -> bool:
    """Say whether JavaScript takes a value for true: an empty list or object is, too."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and not (isinstance(value, float) and isnan(value))


def is_same(one: Any, other: Any) -> bool:
    """Compare two JSON values deeply; true is not 1, and 1 is 1.0.

    Examples:
        >>> is_same({"a": [1]}, {"a": [1.0]}), is_same(True, 1), is_same("1", 1)
        (True, False, False)
    """
    if type_of(one) != type_of(other):
        return False
    match one:
        case list():
            return len(one) == len(other) and all(map(is_same, one, other))
        case dict():
            return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
        case _:
            return bool(one == other)


def type_of(value: Any) -> str:
    """Name a value's type in JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case _:
            return "object"
