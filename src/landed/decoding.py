"""What is wrong with a value that does not decode, in words that name what it could have been."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import inspect

__all__ = ["read_fault", "split_fault", "tell_fault"]

_STEP: Final = re.compile(r"\.(\w+)|\[")
_KEY: Final = "a key"


def split_fault(error: Exception) -> tuple[str, str]:
    """Take msgspec's words apart.

    Args:
        error: What decoding raised.

    Returns:
        What is wrong, and where: a JSON path, or "key` in `" and a path; empty: the whole value.

    Examples:
        >>> split_fault(ValueError("Expected `str`, got `int` - at `$.event`"))
        ('Expected `str`, got `int`', '$.event')
    """
    said, _, place = str(error).partition(" - at `")
    return said, place.rstrip("`")


def read_fault(error: Exception, kind: Any) -> tuple[str, str]:
    """Say what msgspec finds wrong with a value, and what it could have been.

    Args:
        error: What decoding raised.
        kind: The wanted type.

    Returns:
        The words, and the JSON path; empty: the whole value.

    Examples:
        >>> import msgspec
        >>> from typing import Literal
        >>> kind = list[Literal["day", "week"]]
        >>> try:
        ...     msgspec.json.decode(b'["day", "year"]', type=kind)
        ... except msgspec.ValidationError as error:
        ...     read_fault(error, kind)
        ("Invalid enum value 'year'; it can be day, week", '$[1]')
    """
    said, path = split_fault(error)
    key, _, place = path.rpartition("` in `")
    if said.startswith("Invalid enum value"):
        steps = [found[1] for found in _STEP.finditer(place)]
        choices = dict.fromkeys(_choices(inspect.type_info(kind), [*steps, *([_KEY] * bool(key))]))
        said = f"{said}; it can be {', '.join(choices)}" if choices else said
    return f"A key: {said}" if key else said, place


def tell_fault(error: Exception, kind: Any) -> str:
    """Say the same in one sentence without its full stop.

    Args:
        error: What decoding raised.
        kind: The wanted type.
    """
    said, place = read_fault(error, kind)
    return f"{said}, at {place}" if place else said


def _choices(kind: inspect.Type, steps: Sequence[str | None]) -> Iterator[str]:
    """What may stand at a place; a step is a field, None into a list or an object, or a key."""
    if isinstance(kind, inspect.LiteralType):
        yield from map(str, kind.values)
    for one in _inside(kind, steps):
        yield from _choices(one, steps if isinstance(kind, inspect.UnionType) else steps[1:])


def _inside(kind: inspect.Type, steps: Sequence[str | None]) -> Iterator[inspect.Type]:
    """What the next step leads to; a union is no step."""
    if isinstance(kind, inspect.UnionType):
        yield from kind.types
    elif isinstance(kind, inspect.StructType):
        yield from (one.type for one in kind.fields if [one.encode_name] == [*steps[:1]])
    elif steps and isinstance(kind, inspect.CollectionType):
        yield kind.item_type
    elif steps and isinstance(kind, inspect.DictType):
        yield kind.key_type if steps[0] == _KEY else kind.value_type
