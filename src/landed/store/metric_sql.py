"""From a question about metrics to one statement per relation.

The statement is put together from texts of ours only: the relation's and the segment's files,
the declarations of the metrics, and the fragments below. What a client sent travels as
parameters, names of properties and experiments included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from landed.metrics import (
    Count,
    Distinct,
    Grain,
    Incidence,
    Mean,
    Measure,
    Metric,
    People,
    Quantile,
    Question,
    Ratio,
    Total,
)
from landed.store.clauses import (
    Parts,
    add_columns,
    build_condition,
    build_dimension,
    planned_columns,
    read_relation,
    read_segment,
)

__all__ = [
    "Leaving",
    "MetricStatement",
    "both_hold",
    "build_statement",
    "events_of",
    "kinds_condition",
    "leaving",
    "life_table",
    "measure_of",
]

_BUCKETS: Final[dict[Grain, str]] = {
    "total": "",
    "hour": "INTERVAL 1 HOUR",
    "day": "INTERVAL 1 DAY",
    "week": "INTERVAL 1 WEEK",
    "month": "INTERVAL 1 MONTH",
}
_SECONDS_IN_HOUR: Final = 3600
_SECONDS_IN_QUARTER: Final = 900


@dataclass(frozen=True)
class MetricStatement:
    """One statement and its values.

    Attributes:
        sql: Columns `at` (when there is a grain), `d0`, `d1` … for the dimensions, and for the
            metric number i `m{i}` and, where the measure has one, `n{i}`: how many it rests on.
        parameters: Values of the placeholders.
        metrics: The metrics in the order of their numbers.
    """

    sql: str
    parameters: dict[str, Any]
    metrics: tuple[Metric, ...]


def build_statement(question: Question, relation: str) -> MetricStatement:
    """Put the statement together that answers the part of a question on one relation.

    Args:
        question: A checked question.
        relation: One of `question.relations()`.
    """
    metrics = tuple(question.relations()[relation])
    span = {"since": question.since, "until": question.until}
    parts = Parts(dict(span))
    base = read_relation(_form(question, relation))
    if "{as_of:" in base:
        parts.parameters["as_of"] = question.as_of
    if "{events:" in base:
        parts.parameters["events"] = events_of(metrics)
    groups = _groups(question, parts)
    _add_filters(question, parts)
    values = [
        column
        for number, one in enumerate(metrics)
        for column in _value_columns(number, one, relation)
    ]
    columns = [f"{text} AS {alias}" for alias, text in groups.items()] + values
    if relation == "events":
        base = add_columns(base, [*planned_columns(values), *parts.columns])
    lines = ["SELECT", "    " + ",\n    ".join(columns), f"FROM\n(\n{base})  AS r"]
    lines += parts.joins
    if parts.conditions:
        lines.append("WHERE " + "\n    AND ".join(parts.conditions))
    if groups:
        lines.append("GROUP BY " + ", ".join(groups))
    lines.append(_order(question, parts, groups))
    return MetricStatement("\n".join(lines), parts.parameters, metrics)


def _form(question: Question, relation: str) -> str:
    """The relation, or its form in the words of a rollup, where that gives the same answer."""
    if relation != "activity" or any(one.kind == "variant" for one in question.dimensions()):
        return relation
    # Nothing is known yet of the rest of the quarter in which a time up to now ends.
    whole = _is_quarter(question.until) or question.until >= question.as_of
    return "activity.rollup" if whole and _is_quarter(question.since) else relation


def _is_quarter(at: datetime) -> bool:
    return at.timestamp() % _SECONDS_IN_QUARTER == 0


def events_of(metrics: Sequence[Metric]) -> list[str]:
    """The kinds of events that must be read; none named: all."""
    if any(not one.source for one in metrics):
        return []
    return sorted({name for one in metrics for name in one.source})


def _groups(question: Question, parts: Parts) -> dict[str, str]:
    groups: dict[str, str] = {}
    interval = _BUCKETS[question.grain]
    if interval:
        zone = parts.bind("String", question.zone)
        groups["bucket"] = f"toDateTime(toStartOfInterval(r.at, {interval}, {zone}), {zone})"
    for number, dimension in enumerate(question.by):
        groups[f"d{number}"] = build_dimension(dimension, parts)
    return groups


def _add_filters(question: Question, parts: Parts) -> None:
    parts.conditions += [build_condition(one, parts) for one in question.filters]
    if question.users != "all":
        segment = read_segment(question.users)
        parts.conditions.append(f"r.subject_key IN\n(\n{segment})")


def _order(question: Question, parts: Parts, groups: dict[str, str]) -> str:
    if question.grain != "total":
        return "ORDER BY " + ", ".join(groups)
    if not question.by:
        return ""
    limit = parts.bind("UInt32", question.limit)
    return "ORDER BY count() DESC, " + ", ".join(groups) + f"\nLIMIT {limit}"


def _value_columns(number: int, one: Metric, relation: str) -> list[str]:
    measure, rests_on = _aggregates(measure_of(one), kinds_condition(one, relation))
    columns = [f"{measure} AS m{number}"]
    return [*columns, f"{rests_on} AS n{number}"] if rests_on else columns


def measure_of(one: Metric) -> Measure:
    """How its number comes from the rows; an endpoint's own metric has nothing here."""
    if one.measure is None:
        raise ValueError(one.name)
    return one.measure


def kinds_condition(one: Metric, relation: str) -> str:
    """The condition that a row is of the metric's own kinds of events."""
    if relation != "events" or not one.source:
        return ""
    # Names of the tracking plan: letters and underscores.
    return "event IN (" + ", ".join(f"'{name}'" for name in one.source) + ")"


def both_hold(kinds: str, where: str) -> str:
    """The condition that is left of two of which either may say nothing."""
    return " AND ".join(text for text in (kinds, where) if text and text != "true") or "true"


def _aggregates(measure: Measure, kinds: str) -> tuple[str, str]:
    """The expression of the number, and of how many rows it rests on (empty: the same)."""
    match measure:
        case Incidence():
            return life_table(measure), ""
        case Ratio():
            rows = kinds or "true"
            below = f"sumIf({measure.below}, {rows})"
            return f"sumIf({measure.above}, {rows}) / nullIf({below}, 0)", below
        case Count() | People() | Distinct():
            return _count(measure, both_hold(kinds, measure.where)), ""
        case _:
            return _spread(measure, both_hold(kinds, measure.where))


def _count(measure: Count | People | Distinct, rows: str) -> str:
    match measure:
        case Count():
            return f"countIf({rows})"
        case People():
            # Without a condition in the words of the rollup.
            every = rows == "true"
            return (
                f"uniqCombined64{'' if every else 'If'}(subject_key{'' if every else f', {rows}'})"
            )
        case Distinct():
            return f"uniqExactIf({measure.of}, {rows})"


def _spread(measure: Total | Mean | Quantile, rows: str) -> tuple[str, str]:
    known = f"countIf(({measure.of}) IS NOT NULL AND {rows})"
    match measure:
        case Total():
            return f"ifNull(sumIf({measure.of}, {rows}), 0)", known
        case Mean():
            return f"avgIf({measure.of}, {rows})", known
        case Quantile():
            return f"quantileTDigestIf({measure.level})({measure.of}, {rows})", known


def life_table(measure: Incidence) -> str:
    """Three counts of rows by the hour at which they leave the risk: event, other, end of view."""
    leaves = leaving(measure)
    tables = [
        f"sumMapIf([{leaves.hour(seconds)}], [toUInt64(1)], {rows})"
        for seconds, rows in (
            (leaves.event, leaves.happened),
            (leaves.other, leaves.excluded),
            (leaves.view, f"NOT ({leaves.happened}) AND NOT ({leaves.excluded})"),
        )
    ]
    return f"tuple({', '.join(tables)})"


@dataclass(frozen=True)
class Leaving:
    """When and why a row leaves the risk, as expressions.

    Attributes:
        event: Seconds until the event; very many: never.
        other: Seconds until what excludes it, likewise.
        view: Seconds until nothing more is known, or the horizon.
    """

    event: str
    other: str
    view: str

    @property
    def happened(self) -> str:
        """Whether the event came first."""
        return f"{self.event} <= {self.view} AND {self.event} <= {self.other}"

    @property
    def excluded(self) -> str:
        """Whether what excludes it came first."""
        return f"{self.other} <= {self.view} AND {self.other} < {self.event}"

    @staticmethod
    def hour(seconds: str) -> str:
        """The hour of the life table."""
        return f"toUInt32(intDiv({seconds}, {_SECONDS_IN_HOUR}))"


def leaving(measure: Incidence) -> Leaving:
    """Say when and why a row of a late outcome leaves the risk."""
    horizon = int(measure.within.total_seconds())
    never = "toInt64(9000000000000)"
    return Leaving(
        event=f"ifNull({measure.seconds_to}, {never})",
        other=f"ifNull({measure.seconds_to_other}, {never})",
        view=f"least(followed_seconds, {horizon})",
    )
