"""Who is meant: rules on attributes in GrowthBook's condition language.

A condition is JSON: `{"country": {"$in": ["DE", "AT"]}, "age": {"$gte": 18}}`. All its lines
must hold. The meaning of each operator is that of GrowthBook's JavaScript library, with its
comparisons between types, so that the same person is in or out in both; what does not fit
together is false, never an error. `conditions` says before that what makes no sense.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import nan
from types import MappingProxyType, NoneType
from typing import Any, Final, TypeAlias

from landed.experiments.patterns import search
from landed.experiments.values import as_number, as_text, is_same, is_truthy, type_of
from landed.experiments.versions import padded_version

__all__ = ["LOGICAL", "NO_GROUPS", "OPERATORS", "Groups", "is_operators", "matches"]

Groups: TypeAlias = Mapping[str, Collection[Any]]
"""Lists by name that `$inGroup` asks for; a frozenset answers at once, a list is searched."""

NO_GROUPS: Final[Groups] = MappingProxyType({})

_LOOKED_UP: Final = (str, int, float)
_SCALARS: Final = (str, int, float, NoneType)

_Operator: TypeAlias = Callable[[Any, Any, Groups], bool]


def matches(condition: object, attributes: object, *, groups: Groups = NO_GROUPS) -> bool:
    """Say whether a condition holds.

    Args:
        condition: In GrowthBook's language; the empty one holds.
        attributes: A JSON object; a dot in a condition's path goes into it.
        groups: What `$inGroup` may name.

    Examples:
        >>> matches({"$or": [{"plan": "pro"}, {"age": {"$lt": 30}}]}, {"plan": "free", "age": 28})
        True
        >>> matches({"user.app": {"$vgte": "2.10.0"}}, {"user": {"app": "2.9.4"}})
        False
    """
    if not isinstance(condition, Mapping):
        return False
    for path, wanted in condition.items():
        logical = LOGICAL.get(path)
        if logical is not None:
            if not logical(attributes, wanted, groups):
                return False
        elif not _fits(wanted, _at(attributes, path), groups):
            return False
    return True


def _at(attributes: object, path: str) -> Any:
    found: Any = attributes
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def _any_of(attributes: object, conditions: Any, groups: Groups) -> bool:
    if not isinstance(conditions, list):
        return False
    return not conditions or any(matches(one, attributes, groups=groups) for one in conditions)


def _all_of(attributes: object, conditions: Any, groups: Groups) -> bool:
    if not isinstance(conditions, list):
        return False
    return all(matches(one, attributes, groups=groups) for one in conditions)


LOGICAL: Final[Mapping[str, _Operator]] = {
    "$or": _any_of,
    "$and": _all_of,
    "$nor": lambda attributes, wanted, groups: not _any_of(attributes, wanted, groups),
    "$not": lambda attributes, wanted, groups: not matches(wanted, attributes, groups=groups),
}
"""What joins conditions, by name."""


def _fits(wanted: Any, actual: Any, groups: Groups) -> bool:
    if isinstance(wanted, dict) and is_operators(wanted):
        return all(_holds(name, actual, wanted[name], groups) for name in wanted)
    return _equals(wanted, actual)


def is_operators(wanted: Mapping[str, Any]) -> bool:
    """Say whether an object asks by operators; another one is compared as it is."""
    return bool(wanted) and all(name.startswith("$") for name in wanted)


def _equals(wanted: Any, actual: Any) -> bool:
    match wanted:
        case str():
            return as_text(actual) == wanted
        case bool():
            return actual is not None and is_truthy(actual) is wanted
        case int() | float():
            return as_number(actual) == wanted
        case _:
            return is_same(actual, wanted)


def _holds(name: str, actual: Any, wanted: Any, groups: Groups) -> bool:
    operator = OPERATORS.get(name)
    return operator is not None and operator(actual, wanted, groups)


def _identical(actual: Any, wanted: Any) -> bool:
    return not isinstance(actual, dict | list) and is_same(actual, wanted)


def _contains(values: Collection[Any], actual: Any) -> bool:
    if isinstance(values, frozenset) and type(actual) in _LOOKED_UP:
        return actual in values
    return any(_identical(actual, value) for value in values)


def _is_in(actual: Any, values: Collection[Any]) -> bool:
    if not isinstance(actual, list):
        return _contains(values, actual)
    if isinstance(values, frozenset):
        return any(_contains(values, one) for one in actual)
    # Looked up, since a hundred times a thousand comparisons would hold a server up.
    return not _scalars(values).isdisjoint(_scalars(actual))


def _scalars(values: Collection[Any]) -> set[tuple[bool, Any]]:
    """What can be identical to something, each with whether it is a boolean: true is not 1."""
    return {
        (isinstance(value, bool), value)
        for value in values
        if isinstance(value, _SCALARS) and value == value  # noqa: PLR0124 - NaN is not itself
    }


def _folded(value: Any) -> Any:
    if isinstance(value, list):
        return [one.lower() if isinstance(one, str) else one for one in value]
    return value.lower() if isinstance(value, str) else value


def _is_in_folded(actual: Any, values: list[Any]) -> bool:
    return _is_in(_folded(actual), _folded(values))


def _has_all(actual: Any, wanted: Any, groups: Groups) -> bool:
    if not isinstance(actual, list) or not isinstance(wanted, list):
        return False
    return all(any(_fits(one, value, groups) for value in actual) for one in wanted)


def _has_all_folded(actual: Any, wanted: Any, groups: Groups) -> bool:
    return _has_all(_folded(actual), _folded(wanted), groups)


def _some_element(actual: Any, wanted: Any, groups: Groups) -> bool:
    if not isinstance(actual, list):
        return False
    if isinstance(wanted, dict) and is_operators(wanted):
        return any(is_truthy(one) and _fits(wanted, one, groups) for one in actual)
    return any(is_truthy(one) and matches(wanted, one, groups=groups) for one in actual)


def _group(groups: Groups, name: Any) -> Collection[Any]:
    return groups.get(name, ()) if isinstance(name, str) else ()


def _compared(actual: Any, wanted: Any) -> float:
    """Give less than 0, 0 or more than 0, as JavaScript compares; NaN: neither."""
    if isinstance(actual, str) and isinstance(wanted, str):
        return float((actual > wanted) - (actual < wanted))
    one, other = as_number(actual), as_number(wanted)
    if one == other:
        return 0.0
    return -1.0 if one < other else 1.0 if one > other else nan


def _version(actual: Any, wanted: Any) -> float:
    return _compared(padded_version(actual), padded_version(wanted))


OPERATORS: Final[Mapping[str, _Operator]] = {
    "$eq": lambda actual, wanted, _: _identical(actual, wanted),
    "$ne": lambda actual, wanted, _: not _identical(actual, wanted),
    "$lt": lambda actual, wanted, _: _compared(actual, wanted) < 0,
    "$lte": lambda actual, wanted, _: _compared(actual, wanted) <= 0,
    "$gt": lambda actual, wanted, _: _compared(actual, wanted) > 0,
    "$gte": lambda actual, wanted, _: _compared(actual, wanted) >= 0,
    "$veq": lambda actual, wanted, _: _version(actual, wanted) == 0,
    "$vne": lambda actual, wanted, _: _version(actual, wanted) != 0,
    "$vlt": lambda actual, wanted, _: _version(actual, wanted) < 0,
    "$vlte": lambda actual, wanted, _: _version(actual, wanted) <= 0,
    "$vgt": lambda actual, wanted, _: _version(actual, wanted) > 0,
    "$vgte": lambda actual, wanted, _: _version(actual, wanted) >= 0,
    "$exists": lambda actual, wanted, _: (actual is not None) is is_truthy(wanted),
    "$in": lambda actual, wanted, _: isinstance(wanted, list) and _is_in(actual, wanted),
    "$nin": lambda actual, wanted, _: isinstance(wanted, list) and not _is_in(actual, wanted),
    "$ini": lambda actual, wanted, _: isinstance(wanted, list) and _is_in_folded(actual, wanted),
    "$nini": lambda actual, wanted, _: (
        isinstance(wanted, list) and not _is_in_folded(actual, wanted)
    ),
    "$inGroup": lambda actual, wanted, groups: _is_in(actual, _group(groups, wanted)),
    "$notInGroup": lambda actual, wanted, groups: not _is_in(actual, _group(groups, wanted)),
    "$not": lambda actual, wanted, groups: not _fits(wanted, actual, groups),
    "$size": lambda actual, wanted, groups: (
        isinstance(actual, list) and _fits(wanted, len(actual), groups)
    ),
    "$elemMatch": _some_element,
    "$all": _has_all,
    "$alli": _has_all_folded,
    "$regex": lambda actual, wanted, _: search(wanted, as_text(actual)),
    "$regexi": lambda actual, wanted, _: search(wanted, as_text(actual), ignore_case=True),
    "$type": lambda actual, wanted, _: type_of(actual) == wanted,
}
"""What asks a single value, by name."""
