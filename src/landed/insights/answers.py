"""Answers to questions about metrics: rows of the store in, estimates out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from landed.insights.buckets import bucket_starts
from landed.insights.estimates import Estimate, incidence_within, read_life_table
from landed.metrics import Count, Distinct, Incidence, Metric, People, Question, Total

__all__ = ["Answer", "AnswerRow", "MetricQueries", "build_answer", "fetch_answer"]


class MetricQueries(Protocol):
    """What answers need of a store."""

    def query_metrics(self, question: Question, relation: str, /) -> list[dict[str, Any]]:
        """Answer the part of a question that is made from one relation."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """The numbers of one time and group.

    Attributes:
        at: Start of the hour, day, week or month in the reporting zone; None for the whole.
        by: Values of the dimensions, in the order of the question; empty text where an event
            has none.
        estimates: By the name of the metric; a metric is left out where its relation has no
            row of this group.
    """

    at: datetime | None
    by: tuple[str, ...]
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of a question: in order of time, or the largest groups first."""

    question: Question
    rows: tuple[AnswerRow, ...]


def fetch_answer(store: MetricQueries, question: Question) -> Answer:
    """Ask the store, once for each relation that the metrics are made from.

    Args:
        store: The store.
        question: A checked question.

    Raises:
        QueryError: The store refused a query: limits or time.
        StoreError: The store is away.
    """
    found = {relation: store.query_metrics(question, relation) for relation in question.relations()}
    return build_answer(question, found)


def build_answer(question: Question, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Answer:
    """Put the rows of all relations together by time and group.

    A question with a grain and without a split has a row for every hour, day, week or month,
    with zero where nothing was counted.

    Args:
        question: What was asked.
        found: Rows by relation, with the columns that the store's `build_statement` names.
    """
    zone = ZoneInfo(question.zone)
    merged: dict[tuple[datetime | None, tuple[str, ...]], dict[str, Estimate]] = {}
    if question.grain != "total" and not question.by:
        empty = {one.name: _nothing(one) for one in question.metrics}
        merged = {
            (at.astimezone(UTC), ()): dict(empty)
            for at in bucket_starts(question.since, question.until, question.grain, zone)
        }
    for relation, metrics in question.relations().items():
        for row in found[relation]:
            key = (_bucket(row), _group(row, len(question.by)))
            merged.setdefault(key, {}).update(
                (one.name, _estimate(one, row, number)) for number, one in enumerate(metrics)
            )
    found_rows = list(merged.items())
    if question.grain != "total":
        found_rows.sort(key=lambda one: (one[0][0] or question.since, one[0][1]))
    rows = (
        AnswerRow(at=at and at.astimezone(zone), by=by, estimates=cells)
        for (at, by), cells in found_rows
    )
    return Answer(question=question, rows=tuple(rows))


def _bucket(row: Mapping[str, Any]) -> datetime | None:
    """Its start in UTC: on the wall clock the hour in which summer ends comes twice."""
    at: datetime | None = row.get("bucket")
    return None if at is None else at.astimezone(UTC)


def _group(row: Mapping[str, Any], dimensions: int) -> tuple[str, ...]:
    return tuple(str(row[f"d{number}"]) for number in range(dimensions))


def _estimate(one: Metric, row: Mapping[str, Any], number: int) -> Estimate:
    value = row[f"m{number}"]
    if isinstance(one.measure, Incidence):
        return incidence_within(read_life_table(*value), one.measure.within.days)
    n = row.get(f"n{number}")
    return Estimate(value=_number(value), n=None if n is None else _number(n))


def _nothing(one: Metric) -> Estimate:
    counts = isinstance(one.measure, Count | People | Distinct | Total)
    return Estimate(value=0.0 if counts else None)


def _number(value: Any) -> float | None:
    """ClickHouse says NaN for an average of nothing."""
    if value is None or math.isnan(value):
        return None
    return float(value)
