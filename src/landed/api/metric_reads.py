"""What metrics there are, and any of them over any time, split and filtered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec

from landed.api.reads import PERIOD, Asked, Parameter, Read
from landed.errors import InvalidInputError
from landed.insights import Answer, AnswerRow, Estimate, Period, fetch_answer
from landed.metrics import FILTER_HELP, METRICS, RELATIONS, UNIT_WORDS, Metric, parse_question

__all__ = [
    "METRIC_READS",
    "EstimateCell",
    "MetricAnswer",
    "MetricList",
    "PeriodSpan",
    "estimate_cell",
    "period_span",
]


class MetricCard(msgspec.Struct, frozen=True, omit_defaults=True):
    """The definition of a metric.

    Attributes:
        name: Its one name.
        title: Its label.
        question: What it answers.
        unit: What one of it is.
        formula: How it is computed.
        direction: Whether more of it is good news.
        area: Part of the product.
        grain: What is counted once.
        source: The events that it is made from; empty: every event.
        dimensions: What it may be split and filtered by, besides variant.EXPERIMENT.
        caveat: What to know before trusting it.
        endpoint: The route that answers it, where `query` does not.
    """

    name: str
    title: str
    question: str
    unit: str
    formula: str
    direction: str
    area: str
    grain: str
    source: tuple[str, ...]
    dimensions: tuple[str, ...]
    caveat: str = ""
    endpoint: str = ""


class MetricList(msgspec.Struct, frozen=True):
    """Every metric there is."""

    metrics: tuple[MetricCard, ...]


class EstimateCell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number.

    Attributes:
        value: None where there is nothing to compute it from; that is not zero.
        n: How many rows it rests on, or what stands below the line.
        ci_low: Lower end of the 95 % interval.
        ci_high: Upper end.
        matured_rate: Share of the rows whose late outcome is known.
    """

    value: float | None
    n: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    matured_rate: float | None = None


class MetricRow(msgspec.Struct, frozen=True):
    """The numbers of one time and group.

    Attributes:
        at: Start of the hour, day, week or month in the zone; None for the whole period.
        by: Dimension → value; empty text where an event has none.
        values: Metric → number.
    """

    at: datetime | None
    by: dict[str, str]
    values: dict[str, EstimateCell]


class PeriodSpan(msgspec.Struct, frozen=True):
    """A time of whole days.

    Attributes:
        from_: The first day.
        to: The last day, which counts.
        zone: In which days begin.
        until: The moment at which counting stopped: now, where the last day goes on.
    """

    from_: date = msgspec.field(name="from")
    to: date
    zone: str
    until: datetime


class MetricAnswer(msgspec.Struct, frozen=True):
    """Metrics over a time.

    Attributes:
        period: The time.
        grain: How it is cut.
        rows: In order of time, or the largest groups first.
        previous_period: The time before of the same length, where it was asked for.
        previous_rows: Its rows.
    """

    period: PeriodSpan
    grain: str
    rows: tuple[MetricRow, ...]
    previous_period: PeriodSpan | None = None
    previous_rows: tuple[MetricRow, ...] | None = None


def _card(one: Metric) -> MetricCard:
    relation = RELATIONS[one.relation]
    split = () if one.measure is None else tuple(relation.dimensions)
    also = ("property.NAME",) if split and relation.has_properties else ()
    return MetricCard(
        name=one.name,
        title=one.title,
        question=one.question,
        unit=UNIT_WORDS[one.unit],
        formula=one.formula,
        direction=one.direction,
        area=one.area,
        grain=one.grain,
        source=one.source,
        dimensions=split + also,
        caveat=one.caveat,
        endpoint=one.endpoint,
    )


def _list_metrics(_: Asked) -> MetricList:
    return MetricList(tuple(_card(one) for one in METRICS.values()))


def _answer_metrics(asked: Asked) -> MetricAnswer:
    period = asked.period()
    compare = asked.one("compare", "none")
    if compare not in {"none", "previous"}:
        raise InvalidInputError(
            f"compare is {compare[:20]!r}; it must be previous or none", detail="compare"
        )
    rows = _ask(asked, period)
    if compare == "none":
        return MetricAnswer(period_span(period), asked.one("grain", "total"), rows)
    before = period.previous()
    return MetricAnswer(
        period_span(period),
        asked.one("grain", "total"),
        rows,
        period_span(before),
        _ask(asked, before),
    )


def _ask(asked: Asked, period: Period) -> tuple[MetricRow, ...]:
    question = parse_question(
        asked.params,
        since=period.since,
        until=period.seen_until,
        as_of=asked.now,
        zone=period.zone,
    )
    answer = fetch_answer(asked.store, question)
    return tuple(_row(answer, row) for row in answer.rows)


def _row(answer: Answer, row: AnswerRow) -> MetricRow:
    names = [str(one) for one in answer.question.by]
    return MetricRow(
        at=row.at,
        by=dict(zip(names, row.by, strict=True)),
        values={name: estimate_cell(estimate) for name, estimate in row.estimates.items()},
    )


def estimate_cell(estimate: Estimate) -> EstimateCell:
    """Show an estimate."""
    return EstimateCell(
        estimate.value, estimate.n, estimate.ci_low, estimate.ci_high, estimate.matured_rate
    )


def period_span(period: Period) -> PeriodSpan:
    """Show a period."""
    return PeriodSpan(period.first_on, period.last_on, period.zone, period.seen_until)


METRIC_READS: Final = (
    Read(
        path="/api/analytics/metrics",
        summary="Every metric and its definition",
        text="What can be measured: question, unit, formula, direction and dimensions of each.",
        answer=MetricList,
        make=_list_metrics,
    ),
    Read(
        path="/api/analytics/query",
        summary="Metrics over a time",
        text="Any metrics over any time, cut into hours to months, split by dimensions, filtered, "
        "and compared with the period before.",
        answer=MetricAnswer,
        make=_answer_metrics,
        parameters=(
            Parameter(
                "metrics",
                "Names of metrics with commas between, at most 20.",
                "applications,interview_rate",
                required=True,
            ),
            *PERIOD,
            Parameter("grain", "total, hour, day, week or month; else total.", "week"),
            Parameter("by", "At most three dimensions with commas between.", "tier"),
            Parameter(
                "filter",
                "Which rows count: DIMENSION:OPERATOR:VALUE, any number of times. Operators: is, "
                f"is_not, contains, gt, gte, lt, lte, set, unset; {FILTER_HELP}.",
                "tier:is:optimal|stretch",
            ),
            Parameter(
                "users",
                "all; new: first seen in the 30 days before the end; active: came on two days of "
                "these 30; power: ten sessions or analyses in them.",
                "new",
            ),
            Parameter("compare", "previous adds the period before; else none.", "previous"),
            Parameter("limit", "The most groups without a grain, the largest first.", "20"),
        ),
    ),
)
"""The reads of metrics as such."""
