"""From an experiment to statements that sum up what its units did; no unit leaves the store.

Like those of `metric_sql` the statements are put together from texts of ours: the relations,
the declarations of the metrics and the fragments of `experiment_columns`. Keys of experiments
and variants travel as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import prod
from string import Template
from typing import Final

from landed.metrics import Incidence, Quantile
from landed.store.experiment_columns import (
    Asked,
    Exposed,
    after,
    matured,
    row_pair,
    seconds_of,
    unit_columns,
)
from landed.store.experiment_parts import (
    NEW_FOR,
    UNIT,
    USERS,
    ExperimentParts,
    Split,
    Statement,
    aliased,
    strides,
)
from landed.store.metric_sql import leaving, life_table, measure_of
from landed.store.sql_files import read_statement

__all__ = [
    "NEW_FOR",
    "USERS",
    "Asked",
    "Exposed",
    "Split",
    "Statement",
    "build_assigned",
    "build_bounds",
    "build_followed",
    "build_health",
    "build_influence",
    "build_life_tables",
    "build_met",
    "build_newcomers",
    "build_quantiles",
    "build_sums",
    "build_waiting",
    "read_cell",
]

_CAP: Final = 0.999
_HOUR: Final = 3600


def build_health(exposed: Exposed) -> Statement:
    """Put the statement together that counts who met which variant.

    Args:
        exposed: Whose exposures.

    Returns:
        The statement and the values of its placeholders.
    """
    parts = ExperimentParts(exposed)
    followed = parts.followed()
    columns = {"units": followed}
    if exposed.by_unit:
        columns = {
            "units": f"arrayMap((one, all) -> if(one, one / all, 0), {followed}, members)",
            "people": followed,
            "squares": f"arrayMap((one, all) -> one * all, {followed}, members)",
        }
    inner = {f"sum_of_{name}": f"sumForEach({text})" for name, text in columns.items()}
    units, segments = parts.told_apart({"strays": parts.strays()})
    sets = [*segments, "day"]
    sql = Template(read_statement("experiment_health")).substitute(
        names=", ".join(columns),
        dimensions=", ".join(f"grouping({name}) = 0, '{name}'" for name in sets),
        values=", ".join(f"dimension = '{name}', toString({name})" for name in sets),
        outer=aliased({name: f"sumForEach(sum_of_{name})" for name in columns}),
        segments=", ".join(segments),
        inner=aliased(inner),
        units=units,
        sets=", ".join(f"(variant, {name})" for name in sets),
    )
    return parts.statement(sql)


def build_met(exposed: Exposed, phases: Sequence[tuple[datetime, datetime]]) -> Statement:
    """Put the statement together that counts exposures: of the phase, and those in none.

    Args:
        exposed: Of which experiment and phase.
        phases: Start and end of each phase of the experiment.

    Returns:
        The statement and the values of its placeholders. Its row has `inside` and `assigned`,
        exposures and assignments from the start of the run on, and `outside`.
    """
    parts = ExperimentParts(exposed)
    for name, moments in zip(("starts", "ends"), zip(*phases, strict=True), strict=True):
        parts.parameters[name] = [round(one.timestamp() * 1000) for one in moments]
    sql = Template(read_statement("experiment_met")).substitute(since=parts.since)
    return parts.statement(sql)


def build_assigned(exposed: Exposed) -> Statement:
    """Put the statement together that counts who was assigned which variant, and met one.

    Args:
        exposed: Of which experiment and phase.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant`, `units`, those
        that were assigned it, and `met`, those of them that met a variant.
    """
    parts = ExperimentParts(exposed)
    sql = Template(read_statement("experiment_assigned")).substitute(
        unit=UNIT if exposed.by_unit else "subject_key",
        since=parts.since,
        part=parts.part + ("\n            AND unit != ''" if exposed.by_unit else ""),
    )
    return parts.statement(sql)


def build_sums(
    exposed: Exposed,
    asked: Sequence[Asked],
    *,
    split: Split | None = None,
    is_everybody: bool = False,
) -> Statement:
    """Put the statement together that sums up what units add to metrics of one relation.

    Args:
        exposed: Whose rows.
        asked: Metrics of one relation.
        split: What the sums are split by, all dimensions at once: names of `SEGMENTS`, or
            `USERS`, → values. Units must be people.
        is_everybody: Whether all people count from their first act in the phase on, as one
            variant, since nobody was exposed yet.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant`, the place in
        `exposed.variants` from 1, and for metric number i `s{i}`: the sums of its columns, then
        their products (the upper triangle, row by row), then how many units have a covariate, and
        how many have something below the line, where there are such.
        Where they are split, `cell` stands for the variant: `read_cell` takes it apart.
    """
    parts = ExperimentParts(exposed, asked, is_everybody=is_everybody)
    columns = [unit_columns(one, at, exposed, parts.bind) for at, one in enumerate(asked)]
    # What two metrics have in common is made, and multiplied, once.
    names: dict[str, str] = {}
    sums = {}
    for number, part in enumerate(columns):
        shared = [(kind[0], names.setdefault(text, kind)) for kind, text in part.items()]
        sums[f"s{number}"] = _sums(shared)
    units = parts.of_units({name: text for text, name in names.items()}, split)
    return parts.statement(_summed(units, sums, "cell" if split else "variant"))


def _sums(columns: Sequence[tuple[str, str]]) -> str:
    """Sums of the columns, of their products, and how many units have which of them."""
    names = [name for _, name in columns]
    products = [f"sum({one} * {other})" for at, one in enumerate(names) for other in names[at:]]
    past = [f"{name} != 0" for kind, name in columns if kind in "xw"]
    kinds = [past, [f"{name} != 0" for kind, name in columns if kind == "z"]]
    counted = [f"toFloat64(countIf({' OR '.join(kind)}))" for kind in kinds if kind]
    return f"[{', '.join([*(f'sum({name})' for name in names), *products, *counted])}]"


def _summed(units: str, sums: Mapping[str, str], key: str = "variant") -> str:
    return Template(read_statement("experiment_sums")).substitute(
        sums=aliased(sums), units=units, key=key
    )


def read_cell(cell: int, split: Split) -> tuple[int, dict[str, str | None]]:
    """Say what a cell of split sums is of.

    Args:
        cell: Its number.
        split: What the sums are split by.

    Returns:
        The place of the variant from 1, and of each dimension the value; None: another one.

    Examples:
        >>> read_cell(8, {"device": ["mobile"], "country": ["DE", "FR"]})
        (1, {'device': None, 'country': 'FR'})
    """
    found: dict[str, str | None] = {}
    for name, step in strides(split).items():
        place = cell // step % (len(split[name]) + 1)
        found[name] = split[name][place - 1] if place else None
    return cell // prod(len(values) + 1 for values in split.values()), found


def build_bounds(exposed: Exposed, asked: Sequence[Asked]) -> Statement:
    """Put the statement together that finds what people's sums are cut at.

    Args:
        exposed: Whose rows, all variants together: a bound of each would hide an effect.
        asked: Metrics of one relation, without bounds.

    Returns:
        The statement and the values of its placeholders. Its row has for metric number i the
        bound `b{i}` and the largest sum `t{i}`; NaN where nobody has any.
    """
    parts = ExperimentParts(exposed, asked)
    columns = {
        f"y{at}": unit_columns(one, at, exposed, parts.bind)[f"y{at}"]
        for at, one in enumerate(asked)
    }
    found = {}
    for at in range(len(asked)):
        found[f"b{at}"] = f"quantileExactIf({_CAP})(y{at}, y{at} != 0)"
        found[f"t{at}"] = f"max(y{at})"
    people = parts.joined("experiment_people", columns)
    sql = Template(read_statement("experiment_bounds")).substitute(
        columns=aliased(found), people=people
    )
    return parts.statement(sql)


def build_quantiles(
    exposed: Exposed, asked: Sequence[Asked], levels: Sequence[Sequence[float]]
) -> Statement:
    """Put the statement together that reads quantiles of rows in each variant.

    Args:
        exposed: Whose rows.
        asked: Quantiles of one relation.
        levels: Of each, 0 to 1.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant` and for metric
        number i `q{i}`, the values at the levels; NaN where there is no row.
    """
    parts = ExperimentParts(exposed, asked)
    columns = {}
    for at, (one, wanted) in enumerate(zip(asked, levels, strict=True)):
        measure = measure_of(one.metric)
        if not isinstance(measure, Quantile):
            raise TypeError(one.metric.name)
        known = row_pair(one, after(one, exposed), parts.bind)[1][1]
        listed = ", ".join(repr(level) for level in wanted)
        columns[f"q{at}"] = f"quantilesExactInclusiveIf({listed})({measure.of}, {known})"
    return parts.statement(parts.joined("experiment_rows", columns))


def build_life_tables(exposed: Exposed, asked: Asked) -> Statement:
    """Put the statement together that counts when rows of a late outcome leave the risk.

    Args:
        exposed: Whose rows.
        asked: The outcome.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant` and `life`:
        the three tables of `metric_sql.life_table`.
    """
    parts = ExperimentParts(exposed, [asked])
    # What came before the exposure is not looked at, and what comes after the phase is nobody's.
    columns = {"life": life_table(_incidence(asked))}
    return parts.statement(parts.joined("experiment_rows", columns))


def _incidence(asked: Asked) -> Incidence:
    measure = measure_of(asked.metric)
    if not isinstance(measure, Incidence):
        raise TypeError(asked.metric.name)
    return measure


def build_influence(
    exposed: Exposed, asked: Asked, influences: Sequence[Sequence[Sequence[float]]]
) -> Statement:
    """Put the statement together that sums up the influence of the rows of each unit.

    Args:
        exposed: Whose rows.
        asked: The late outcome.
        influences: For each variant three lists by hour: of rows that leave by the event, by
            what excludes it, and by the end of view. They are numbers of ours, in the text.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant`, `units`, those
        with a row, and `squares`, the sum of their squared influences.
    """
    parts = ExperimentParts(exposed, [asked])
    leaves = leaving(_incidence(asked))
    # One flat list for all variants: of nested ones the engine would copy one for each row.
    width = len(influences[0][0])
    tables = [
        "[" + ", ".join(f"{one:.9g}" for by in influences for one in by[kind]) + "]"
        for kind in range(3)
    ]
    event, other, view = (
        f"{table}[{width} * (e.variant - 1) + {leaves.hour(seconds)} + 1]"
        for table, seconds in zip(tables, (leaves.event, leaves.other, leaves.view), strict=True)
    )
    influence = f"multiIf({leaves.happened}, {event}, {leaves.excluded}, {other}, {view})"
    counts = after(asked, exposed)
    units = parts.of_units({"y": f"sumIf({influence}, {counts})", "n": f"countIf({counts})"})
    sums = {"units": "countIf(n > 0)", "squares": "sum(y * y)"}
    return parts.statement(_summed(units, sums))


def build_waiting(exposed: Exposed, asked: Asked) -> Statement:
    """Put the statement together that counts how long people wait for their first such row.

    Args:
        exposed: Whose rows.
        asked: Of people, with a window.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant`, `reached`: hour
        of the first row → people, and `followed`: hours that those were followed → people.
    """
    parts = ExperimentParts(exposed, [asked])
    window = asked.window or timedelta()
    rows = row_pair(asked, "r.at >= e.exposed_at", parts.bind)[0][1]
    rows += f" AND r.at < e.exposed_at + toIntervalSecond({seconds_of(window)})"
    since = "dateDiff('second', e.exposed_at, r.at)"
    columns = {
        "n": f"countIf({rows})",
        "first": f"toUInt32(intDiv(minIf({since}, {rows}), {_HOUR}))",
        "followed": f"any({_hours_followed(window)})",
    }
    sums = {
        "reached": "sumMapIf([first], [toUInt64(1)], n > 0)",
        "left": "sumMapIf([followed], [toUInt64(1)], n > 0)",
    }
    return parts.statement(_summed(parts.joined("experiment_people", columns), sums))


def build_followed(exposed: Exposed, window: timedelta) -> Statement:
    """Put the statement together that counts for how many hours people were followed.

    Args:
        exposed: Who.
        window: The most that counts.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant` and `hours`.
    """
    parts = ExperimentParts(exposed)
    sql = Template(read_statement("experiment_followed")).substitute(
        hours=_hours_followed(window), people=parts.people()
    )
    return parts.statement(sql)


def build_newcomers(exposed: Exposed, window: timedelta | None) -> Statement:
    """Put the statement together that counts who comes for the first time in a period, by day.

    Args:
        exposed: The period.
        window: How long people are followed; None: they need not be.

    Returns:
        The statement and the values of its placeholders. Its rows have `day` from 0, `people` and
        `followed`, those who have been followed for the window.
    """
    parts = ExperimentParts(exposed)
    sql = Template(read_statement("experiment_newcomers")).substitute(
        followed="true" if window is None else matured(window),
        people=read_statement("experiment_arrivals"),
    )
    return parts.statement(sql)


def _hours_followed(window: timedelta) -> str:
    span = "dateDiff('second', e.exposed_at, {as_of:DateTime64(3, 'UTC')})"
    return f"toUInt32(intDiv(least({span}, {seconds_of(window)}), {_HOUR}))"
