"""A question to the metrics: which numbers, when, split and filtered by what.

`parse_question` turns the parameters of an address into a `Question` or says what is wrong
with them; `landed.store` turns a `Question` into SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast, get_args

from landed.errors import InvalidInputError
from landed.events import HINTED
from landed.metrics.registry import METRICS
from landed.metrics.relations import RELATIONS, Relation
from landed.metrics.types import Metric

__all__ = [
    "FILTER_HELP",
    "MAX_METRICS",
    "Dimension",
    "Filter",
    "Grain",
    "Operator",
    "Question",
    "Users",
    "parse_choice",
    "parse_dimension",
    "parse_filter",
    "parse_question",
]

Grain = Literal["total", "hour", "day", "week", "month"]
"""How long one row's time is: the whole period, or hours to months of the reporting zone."""

Users = Literal["all", "new", "active", "power"]
"""Whose rows count: see `store/segments`."""

Operator = Literal["is", "is_not", "contains", "gt", "gte", "lt", "lte", "set", "unset"]

MAX_METRICS: Final = 20
MAX_DIMENSIONS: Final = 3
MAX_FILTERS: Final = 20
MAX_TEXT: Final = 300
MAX_ROWS: Final = 10_000
FILTER_HELP: Final = "filter=tier:is:optimal|stretch or filter=property.NAME:contains:TEXT"

_NUMERIC: Final = frozenset({"gt", "gte", "lt", "lte"})
_EMPTY: Final = frozenset({"set", "unset"})
_PROPERTY: Final = "property."
_VARIANT: Final = "variant."
_FILTER: Final = re.compile(
    rf"(?P<name>.+?):(?P<operator>{'|'.join(get_args(Operator))})(?::(?P<value>.*))?", re.DOTALL
)
_PRINTABLE: Final = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a number is split or filtered by.

    Attributes:
        kind: A column of the relation, a custom property, or the variant of an experiment.
        name: The column, the property, or the experiment's id.
    """

    kind: Literal["column", "property", "variant"]
    name: str

    def __str__(self) -> str:
        """As it stands in an address."""
        return self.name if self.kind == "column" else f"{self.kind}.{self.name}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows count.

    Attributes:
        dimension: What is looked at.
        operator: How.
        values: With what: several for `is` and `is_not`, none for `set` and `unset`.
    """

    dimension: Dimension
    operator: Operator
    values: tuple[str, ...]

    def __str__(self) -> str:
        """As it stands in an address."""
        value = ("|".join(self.values),) if self.values else ()
        return ":".join((str(self.dimension), self.operator, *value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Metrics over a time, checked.

    Attributes:
        metrics: What is asked for; each has a measure.
        since: First moment, aware.
        until: The moment after the last, aware.
        as_of: Until when late outcomes are known, aware.
        grain: How the time is cut.
        zone: Name of the reporting time zone, in which days begin.
        by: What the numbers are split by.
        filters: Which rows count; all must hold.
        users: Whose rows count.
        limit: The most groups to give, the largest first; of a question without a grain.
    """

    metrics: tuple[Metric, ...]
    since: datetime
    until: datetime
    as_of: datetime
    grain: Grain = "total"
    zone: str = "UTC"
    by: tuple[Dimension, ...] = ()
    filters: tuple[Filter, ...] = ()
    users: Users = "all"
    limit: int = 1000

    def dimensions(self) -> tuple[Dimension, ...]:
        """Everything that it splits and filters by."""
        return (*self.by, *(one.dimension for one in self.filters))

    def relations(self) -> dict[str, list[Metric]]:
        """The metrics by the relation that they are made from."""
        found: dict[str, list[Metric]] = {}
        for one in self.metrics:
            found.setdefault(one.relation, []).append(one)
        return found


def parse_question(
    params: Mapping[str, Sequence[str]],
    *,
    since: datetime,
    until: datetime,
    as_of: datetime,
    zone: str = "UTC",
) -> Question:
    """Read a question from the parameters of an address; its time was read before.

    Args:
        params: `metrics` (names with commas between), `grain`, `by` (dimensions with commas
            between), `filter` (any number), `users`, `limit`.
        since: First moment, aware.
        until: The moment after the last, aware.
        as_of: The time of looking, aware.
        zone: The reporting time zone.

    Raises:
        InvalidInputError: A parameter breaks its rule; `detail` names it.

    Examples:
        >>> from datetime import UTC
        >>> start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC)
        >>> span = {"since": start, "until": end, "as_of": end}
        >>> asked = {"metrics": ["applications"], "by": ["tier"], "filter": ["device:is:mobile"]}
        >>> question = parse_question(asked, **span)
        >>> [str(one) for one in question.by], question.filters[0].values
        (['tier'], ('mobile',))
        >>> parse_question({"metrics": ["hires"]}, **span)
        Traceback (most recent call last):
        landed.errors.InvalidInputError: metric 'hires' is not known; GET /api/analytics/metrics ...
    """
    metrics = tuple(_parse_metric(name) for name in _listed(params, "metrics", MAX_METRICS))
    if not metrics:
        raise InvalidInputError(
            "metrics is missing; name some, such as metrics=active_users,applications",
            detail="metrics",
        )
    relations = [RELATIONS[one.relation] for one in metrics]
    by = tuple(
        parse_dimension(text, "by", relations) for text in _listed(params, "by", MAX_DIMENSIONS)
    )
    texts = params.get("filter", ())
    if len(texts) > MAX_FILTERS:
        raise InvalidInputError(
            f"there are {len(texts)} filters; at most {MAX_FILTERS} are taken", detail="filter"
        )
    return Question(
        metrics=metrics,
        since=since,
        until=until,
        as_of=as_of,
        grain=cast(Grain, parse_choice(params, "grain", get_args(Grain), "total")),
        zone=zone,
        by=by,
        filters=tuple(parse_filter(text, relations) for text in texts),
        users=cast(Users, parse_choice(params, "users", get_args(Users), "all")),
        limit=_parse_limit(params),
    )


def _listed(params: Mapping[str, Sequence[str]], name: str, most: int) -> list[str]:
    texts = [part for text in params.get(name, ()) for part in text.split(",") if part]
    unique = list(dict.fromkeys(texts))
    if len(unique) > most:
        raise InvalidInputError(
            f"{name} names {len(unique)} things; at most {most} are taken", detail=name
        )
    return unique


def parse_choice(
    params: Mapping[str, Sequence[str]], name: str, allowed: Sequence[str], default: str
) -> str:
    """Read a parameter that is one of a few words.

    Args:
        params: Parameters of an address.
        name: Of the parameter.
        allowed: The words.
        default: The word when the parameter is not given.

    Raises:
        InvalidInputError: It is another word.
    """
    texts = params.get(name, ())
    text = texts[-1] if texts else default
    if text not in allowed:
        raise InvalidInputError(
            f"{name} is {text[:40]!r}; it must be one of {', '.join(allowed)}", detail=name
        )
    return text


def _parse_limit(params: Mapping[str, Sequence[str]]) -> int:
    texts = params.get("limit", ())
    text = texts[-1] if texts else "1000"
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= MAX_ROWS:
        raise InvalidInputError(
            f"limit is {text[:20]!r}; it must be a whole number from 1 to {MAX_ROWS}",
            detail="limit",
        )
    return int(text)


def _parse_metric(name: str) -> Metric:
    found = METRICS.get(name)
    if found is None:
        raise InvalidInputError(
            f"metric {name[:60]!r} is not known; GET /api/analytics/metrics lists them",
            detail="metrics",
        )
    if found.measure is None:
        raise InvalidInputError(
            f"metric {name!r} is the work of an endpoint of its own: {found.endpoint}",
            detail="metrics",
        )
    return found


def parse_dimension(text: str, field: str, relations: Sequence[Relation]) -> Dimension:
    """Read a dimension that all of the relations have.

    Args:
        text: A column, `property.NAME` or `variant.EXPERIMENT`.
        field: Name of the parameter, for the error.
        relations: What is split or filtered.

    Raises:
        InvalidInputError: One of the relations has no such dimension.
    """
    dimension = _read_dimension(text, field)
    for relation in relations:
        allowed = dimension.kind != "property" or relation.has_properties
        if dimension.kind == "column":
            allowed = dimension.name in relation.dimensions
        if not allowed:
            names = ", ".join(relation.dimensions)
            also = ", property.NAME" if relation.has_properties else ""
            raise InvalidInputError(
                f"{text[:60]!r} is no dimension of {relation.name} ({relation.row}); "
                f"use one of {names}{also} or variant.EXPERIMENT",
                detail=field,
            )
    return dimension


def _read_dimension(text: str, field: str) -> Dimension:
    for prefix, kind in ((_PROPERTY, "property"), (_VARIANT, "variant")):
        if text.startswith(prefix):
            name = text.removeprefix(prefix)
            if not name or len(name) > MAX_TEXT or not _PRINTABLE.fullmatch(name):
                raise InvalidInputError(
                    f"{text[:60]!r} names nothing; write {prefix}NAME, at most {MAX_TEXT} "
                    "characters",
                    detail=field,
                )
            if kind == "property":
                _check_property(name, field)
            return Dimension(cast(Literal["property", "variant"], kind), name)
    return Dimension("column", text)


def _check_property(name: str, field: str) -> None:
    """Refuse names that the store would read as its own: inner columns and types of a path."""
    if name.partition(".")[0] in {*HINTED} - {name} or ".:`" in name:
        raise InvalidInputError(
            f"property {name[:60]!r} has no parts; name the property itself", detail=field
        )


def parse_filter(text: str, relations: Sequence[Relation]) -> Filter:
    """Read a filter such as `tier:is:optimal|stretch`.

    Args:
        text: DIMENSION:OPERATOR:VALUE.
        relations: What is filtered; all must have the dimension.

    Raises:
        InvalidInputError: It is no filter, or not for these relations.
    """
    # The first colon before an operator divides: names of properties may hold colons too.
    found = _FILTER.fullmatch(text)
    if found is None:
        raise InvalidInputError(
            f"filter {text[:60]!r} is not DIMENSION:OPERATOR:VALUE with an operator of "
            f"{', '.join(get_args(Operator))}, as in {FILTER_HELP}",
            detail="filter",
        )
    dimension = parse_dimension(found["name"], "filter", relations)
    operator = cast(Operator, found["operator"])
    return Filter(dimension, operator, _parse_operand(operator, found["value"] or ""))


def _parse_operand(operator: str, operand: str) -> tuple[str, ...]:
    if operator in _EMPTY:
        return ()
    if len(operand) > MAX_TEXT * 10 or "\0" in operand:
        raise InvalidInputError("the filter's value is too long or holds a NUL", detail="filter")
    if operator in _NUMERIC:
        try:
            float(operand)
        except ValueError:
            raise InvalidInputError(
                f"filter value {operand[:40]!r} is no number; {operator} compares numbers",
                detail="filter",
            ) from None
        return (operand,)
    return tuple(operand.split("|")) if operator in {"is", "is_not"} else (operand,)
