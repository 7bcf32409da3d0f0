"""From an experiment to statements that sum up what its units did; no unit leaves the store.

Like those of `metric_sql` the statements are put together from texts of ours: the relations,
the declarations of the metrics and the fragments here. Keys of experiments and variants travel
as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Template
from typing import Any, Final

from landed.metrics import (
    Count,
    Distinct,
    Incidence,
    Mean,
    Metric,
    People,
    Quantile,
    Ratio,
    Total,
)
from landed.store.clauses import add_columns, planned_columns, read_relation
from landed.store.metric_sql import both_hold, events_of, kinds_condition, leaving, measure_of
from landed.store.sql_files import read_statement

__all__ = ["Asked", "Exposed", "Statement", "build_health", "build_outside", "build_sums"]

Statement = tuple[str, dict[str, Any]]
_AFTER: Final = "r.at >= e.exposed_at"
_PRODUCTS: Final = "sum({one} * {other})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """Whose rows are summed: those who met a variant of an experiment in one of its phases.

    Attributes:
        experiment: Its key, as exposures name it.
        variants: Keys of the variants that have traffic; all others are strays.
        since: First moment of an exposure.
        until: The moment after the last.
        as_of: Until when rows are read.
        windows: How long units are followed, where a metric says so.
        by_unit: Whether the property `unit` says what was dealt; else it is the person.
    """

    experiment: str
    variants: tuple[str, ...]
    since: datetime
    until: datetime
    as_of: datetime
    windows: tuple[timedelta, ...] = ()
    by_unit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One metric, and which rows of a unit count for it.

    Attributes:
        metric: With a measure.
        window: How long after its exposure a unit's rows count, and only of units for which
            that time has passed; None: as long as the phase runs.
        lookback: How long before the exposure rows make a covariate; None: there is none.
        bound: What a unit's sum is cut at; None: nothing.
        quantiles: Of a quantile: its value in each variant.
    """

    metric: Metric
    window: timedelta | None = None
    lookback: timedelta | None = None
    bound: float | None = None
    quantiles: tuple[float, ...] = ()


def build_health(exposed: Exposed) -> Statement:
    """Put the statement together that counts who met which variant.

    Args:
        exposed: Whose exposures.

    Returns:
        The statement and the values of its placeholders.
    """
    fields = {
        "device": "ifNull(context.device.type, '')",
        "country": "ifNull(context.country, '')",
        "browser": "ifNull(context.browser.name, '')",
    }
    firsts = {name: f"argMin({name}, occurred_at)" for name in fields}
    followed = _followed(exposed)
    parts = {"units": followed}
    if exposed.by_unit:
        parts = {
            "units": f"arrayMap((one, all) -> if(one, one / all, 0), {followed}, members)",
            "people": followed,
            "squares": f"arrayMap((one, all) -> one * all, {followed}, members)",
        }
    sql = Template(read_statement("experiment_health")).substitute(
        names=", ".join(parts),
        outer=",\n    ".join(f"sumForEach(sum_of_{name}) AS {name}" for name in parts),
        inner=",\n        ".join(
            f"sumForEach({text}) AS sum_of_{name}" for name, text in parts.items()
        ),
        units=_units(exposed, fields, {**firsts, "strays": "countIf(place = 0)"}),
    )
    return _used(sql, _parameters(exposed))


def build_outside(exposed: Exposed, phases: Sequence[tuple[datetime, datetime]]) -> Statement:
    """Put the statement together that counts exposures in no phase.

    Args:
        exposed: Of which experiment.
        phases: Start and end of each.

    Returns:
        The statement and the values of its placeholders.
    """
    starts, ends = (
        [round(one.timestamp() * 1000) for one in part] for part in zip(*phases, strict=True)
    )
    parameters = {"experiment": exposed.experiment, "as_of": exposed.as_of}
    return read_statement("experiment_outside"), {**parameters, "starts": starts, "ends": ends}


def build_sums(exposed: Exposed, asked: Sequence[Asked]) -> Statement:
    """Put the statement together that sums up what units add to metrics of one relation.

    Args:
        exposed: Whose rows.
        asked: Metrics of one relation.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant`, the place in
        `exposed.variants` from 1, and for metric number i `s{i}`: the sums of its columns, then
        their products (the upper triangle, row by row), then units with a covariate.
    """
    relation = asked[0].metric.relation
    columns = [_unit_columns(one, number, exposed) for number, one in enumerate(asked)]
    texts = [text for part in columns for text in part.values()]
    base = read_relation(relation)
    parameters = _parameters(exposed)
    parameters |= {"since": exposed.since - _lookback(asked), "until": _reads_until(exposed, asked)}
    if "{events:" in base:
        parameters["events"] = events_of([one.metric for one in asked])
        base = add_columns(base, planned_columns(texts))
    people = Template(read_statement("experiment_people")).substitute(
        keys="e.variant AS variant" + (",\n    e.unit AS unit" if exposed.by_unit else ""),
        columns=_aliased(columns),
        rows=base,
        people=_units(exposed, {}, {}),
        reach=_reach(asked),
        groups="variant, unit" if exposed.by_unit else "variant",
    )
    sql = Template(read_statement("experiment_sums")).substitute(
        keys="variant",
        sums=",\n    ".join(f"{_sums(list(part))} AS s{i}" for i, part in enumerate(columns)),
        units=_of_members(people, columns) if exposed.by_unit else people,
    )
    return _used(sql, parameters)


def _aliased(columns: Sequence[Mapping[str, str]]) -> str:
    return ",\n    ".join(f"{text} AS {name}" for part in columns for name, text in part.items())


def _of_members(people: str, columns: Sequence[Mapping[str, str]]) -> str:
    """The same of units that are no people: the sum over theirs."""
    together = [
        {name: f"{'any' if name[0] == 'm' else 'sum'}({name})" for name in part} for part in columns
    ]
    return Template(read_statement("experiment_members")).substitute(
        keys="variant", columns=_aliased(together), people=people, groups="variant"
    )


def _parameters(exposed: Exposed) -> dict[str, Any]:
    return {
        "experiment": exposed.experiment,
        "variants": list(exposed.variants),
        "exposed_since": exposed.since,
        "exposed_until": exposed.until,
        "as_of": exposed.as_of,
    }


def _used(sql: str, parameters: Mapping[str, Any]) -> Statement:
    """A statement with those of the values that it names."""
    return sql, {name: value for name, value in parameters.items() if f"{{{name}:" in sql}


def _units(exposed: Exposed, fields: dict[str, str], columns: dict[str, str]) -> str:
    """The people of the experiment with further fields of their exposures."""
    place = "indexOf({variants:Array(String)}, properties.variant)"
    if exposed.by_unit:
        # Who does not say which unit was met cannot be put into one.
        place = f"if(unit = '', 0, {place})"
        fields = fields | {"unit": "ifNull(toString(getSubcolumn(properties, 'unit')), '')"}
        columns = columns | {"unit": "argMin(unit, occurred_at)"}
    units = Template(read_statement("experiment_units")).substitute(
        place=place,
        fields="".join(f",\n        {text} AS {name}" for name, text in fields.items()),
        columns="".join(f",\n    {text} AS {name}" for name, text in columns.items()),
    )
    if not exposed.by_unit:
        return units
    return Template(read_statement("experiment_clusters")).substitute(
        units=units,
        columns="".join(f",\n    {name}" for name in columns if name != "unit"),
        followed=_followed(exposed),
    )


def _followed(exposed: Exposed) -> str:
    """For each window whether a unit has been followed for it; the first is no window."""
    return f"[{', '.join(['1', *(_matured(one, '') for one in exposed.windows)])}]"


def _matured(window: timedelta, table: str) -> str:
    until = "{as_of:DateTime64(3, 'UTC')}"
    return f"{table}exposed_at <= {until} - toIntervalSecond({_seconds(window)})"


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _lookback(asked: Sequence[Asked]) -> timedelta:
    return max((one.lookback for one in asked if one.lookback), default=timedelta())


def _reads_until(exposed: Exposed, asked: Sequence[Asked]) -> datetime:
    late = any(one.window for one in asked)
    return exposed.as_of if late else min(exposed.until, exposed.as_of)


def _reach(asked: Sequence[Asked]) -> str:
    lookback = _lookback(asked)
    return f"{_AFTER} - toIntervalSecond({_seconds(lookback)})" if lookback else _AFTER


def _unit_columns(one: Asked, number: int, exposed: Exposed) -> dict[str, str]:
    """What one unit has: `y` above the line, `z` below it, `x` and `w` the same before."""
    after = _after(one)
    columns = _pair(one, after)
    names = [f"y{number}", f"z{number}"]
    found = dict(zip(names, columns, strict=False))
    if one.lookback:
        names = [f"x{number}", f"w{number}"]
        found |= dict(zip(names, _pair(one, _before(one, one.lookback)), strict=False))
    if exposed.by_unit and len(columns) == 1:
        place = 0 if one.window is None else 1 + exposed.windows.index(one.window)
        found[f"m{number}"] = f"toFloat64(any(e.members)[{place + 1}])"
    return found


def _after(one: Asked) -> str:
    if one.window is None:
        return _AFTER
    if isinstance(one.metric.measure, Incidence):
        return _AFTER
    end = f"e.exposed_at + toIntervalSecond({_seconds(one.window)})"
    return f"{_AFTER} AND r.at < {end} AND {_matured(one.window, 'e.')}"


def _before(one: Asked, lookback: timedelta) -> str:
    # A session that goes on while its person is exposed is not from before.
    begins = "r.at" if one.metric.relation != "sessions" else _SESSION_ENDS
    return f"{begins} < e.exposed_at AND {_AFTER} - toIntervalSecond({_seconds(lookback)})"


_SESSION_ENDS: Final = "r.at + toIntervalMillisecond(toInt64(1000 * duration_seconds))"


def _pair(one: Asked, rows: str) -> tuple[str, ...]:
    """What a unit has above the line, and below it where the metric has a line."""
    measure = measure_of(one.metric)
    kinds = both_hold(kinds_condition(one.metric, one.metric.relation), rows)
    match measure:
        case Ratio():
            return _sum(measure.above, kinds), _sum(measure.below, kinds)
        case Incidence():
            leaves = leaving(measure)
            known = f"followed_seconds >= {_seconds(measure.within)} AND {kinds}"
            return _count(f"{leaves.happened} AND {known}"), _count(known)
        case _:
            return _plain(measure, both_hold(measure.where, kinds))


def _plain(measure: Any, rows: str) -> tuple[str, ...]:
    match measure:
        case Count():
            return (_count(rows),)
        case People():
            return (f"toFloat64(countIf({rows}) > 0)",)
        case Distinct():
            return (f"toFloat64(uniqExactIf({measure.of}, {rows}))",)
        case Total():
            return (_sum(measure.of, rows),)
        case Mean():
            known = f"({measure.of}) IS NOT NULL AND {rows}"
            return _sum(measure.of, known), _count(known)
        case Quantile():
            return (_count(rows),)
    raise AssertionError


def _count(rows: str) -> str:
    return f"toFloat64(countIf({rows}))"


def _sum(of: str, rows: str) -> str:
    return f"ifNull(sumIf(toFloat64({of}), {rows}), 0)"


def _sums(names: list[str]) -> str:
    """Sums of the columns, of their products, and how many units have a covariate."""
    products = [f"sum({one} * {other})" for at, one in enumerate(names) for other in names[at:]]
    past = [f"{name} != 0" for name in names if name[0] in "xw"]
    counted = [f"toFloat64(countIf({' OR '.join(past)}))"] if past else []
    return f"[{', '.join([*(f'sum({name})' for name in names), *products, *counted])}]"
