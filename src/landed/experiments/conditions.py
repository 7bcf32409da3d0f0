"""What makes no sense in a condition, said when it is written and not when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from landed.errors import InvalidInputError
from landed.experiments.patterns import compile_pattern
from landed.experiments.targeting import LOGICAL, OPERATORS, is_operators
from landed.experiments.types import Fault

__all__ = ["condition_faults"]

_MAX_DEPTH: Final = 10
_MAX_VALUES: Final = 1_000
_TYPES: Final = ("array", "boolean", "null", "number", "object", "string")


def condition_faults(condition: Any, field: str) -> Iterator[Fault]:
    """Say what is wrong with a condition.

    Args:
        condition: In GrowthBook's language.
        field: Where it stands, for the messages.

    Examples:
        >>> [fault.message for fault in condition_faults({"age": {"$gtt": 5}}, "targeting")]
        ['$gtt is no operator; there are $all, $alli, $elemMatch, $eq, $exists, $gt, ...]
    """
    yield from _object(condition, field, 0)


def _object(condition: Any, field: str, depth: int) -> Iterator[Fault]:
    if not isinstance(condition, dict):
        yield Fault(field, 'a condition is an object, such as {"country": "DE"}')
    elif depth > _MAX_DEPTH:
        yield Fault(field, f"it is nested more than {_MAX_DEPTH} deep; write it flatter")
    else:
        for path, wanted in condition.items():
            yield from _line(path, wanted, f"{field}.{path}", depth + 1)


def _line(path: str, wanted: Any, field: str, depth: int) -> Iterator[Fault]:
    if path == "$not":
        yield from _object(wanted, field, depth)
    elif path in LOGICAL:
        yield from _list(wanted, field, lambda one, where: _object(one, where, depth))
    elif path in OPERATORS:
        yield Fault(field, "an operator stands under the attribute that it asks")
    else:
        yield from _wanted(wanted, field, depth)


def _list(values: Any, field: str, check: Callable[[Any, str], Iterator[Fault]]) -> Iterator[Fault]:
    if not isinstance(values, list):
        yield Fault(field, "it takes a list")
    elif len(values) > _MAX_VALUES:
        yield Fault(field, f"it has {len(values):,} values; above {_MAX_VALUES:,} make a group")
    else:
        for number, one in enumerate(values):
            yield from check(one, f"{field}[{number}]")


def _wanted(wanted: Any, field: str, depth: int) -> Iterator[Fault]:
    if not isinstance(wanted, dict) or not any(name.startswith("$") for name in wanted):
        return
    if not is_operators(wanted):
        yield Fault(field, "operators and other names stand together; nothing would fit")
        return
    if depth > _MAX_DEPTH:
        yield Fault(field, f"it is nested more than {_MAX_DEPTH} deep; write it flatter")
        return
    for name, operand in wanted.items():
        yield from _operator(name, operand, f"{field}.{name}", depth + 1)


def _operator(name: str, operand: Any, field: str, depth: int) -> Iterator[Fault]:
    if name not in OPERATORS:
        known = ", ".join(sorted(OPERATORS))
        yield Fault(field, f"{name} is no operator; there are {known}")
    elif name in {"$not", "$size"} or (name == "$elemMatch" and _asks(operand)):
        yield from _wanted(operand, field, depth)
    elif name == "$elemMatch":
        yield from _object(operand, field, depth)
    else:
        yield from _OPERANDS.get(name, _anything)(operand, field)


def _asks(operand: Any) -> bool:
    return isinstance(operand, dict) and is_operators(operand)


def _anything(_: Any, __: str) -> Iterator[Fault]:
    return iter(())


def _values(operand: Any, field: str) -> Iterator[Fault]:
    return _list(operand, field, _anything)


def _pattern(operand: Any, field: str) -> Iterator[Fault]:
    if not isinstance(operand, str):
        yield Fault(field, "it takes a pattern as text")
        return
    try:
        compile_pattern(operand)
    except InvalidInputError as error:
        yield Fault(field, error.message)


def _group(operand: Any, field: str) -> Iterator[Fault]:
    if not isinstance(operand, str) or not operand:
        yield Fault(field, "it takes the name of a group")


def _type(operand: Any, field: str) -> Iterator[Fault]:
    if operand not in _TYPES:
        yield Fault(field, f"{operand!r} is no type; there are {', '.join(_TYPES)}")


_OPERANDS: Final[Mapping[str, Callable[[Any, str], Iterator[Fault]]]] = {
    **dict.fromkeys(("$in", "$nin", "$ini", "$nini", "$all", "$alli"), _values),
    **dict.fromkeys(("$regex", "$regexi"), _pattern),
    **dict.fromkeys(("$inGroup", "$notInGroup"), _group),
    "$type": _type,
}
