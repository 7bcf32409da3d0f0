"""From an experiment to statements that sum up what its units did; no unit leaves the store.

Like those of `metric_sql` the statements are put together from texts of ours: the relations,
the declarations of the metrics and the fragments of `experiment_columns`. Keys of experiments
and variants travel as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from string import Template
from typing import Any, Final

from landed.metrics import Distinct, Incidence, People, Quantile
from landed.store.clauses import add_columns, add_condition, planned_columns, read_relation
from landed.store.experiment_columns import (
    Asked,
    Exposed,
    after,
    look_map,
    matured,
    row_pair,
    row_value,
    seconds_of,
    unit_columns,
)
from landed.store.metric_sql import events_of, leaving, life_table, measure_of
from landed.store.sql_files import read_statement

__all__ = [
    "SEGMENTS",
    "Asked",
    "Exposed",
    "Statement",
    "build_bounds",
    "build_days",
    "build_followed",
    "build_health",
    "build_influence",
    "build_life_tables",
    "build_newcomers",
    "build_outside",
    "build_quantiles",
    "build_sums",
    "build_waiting",
]

Statement = tuple[str, dict[str, Any]]

SEGMENTS: Final[Mapping[str, str]] = {
    "device": "ifNull(context.device.type, '')",
    "country": "ifNull(context.country, '')",
    "browser": "ifNull(context.browser.name, '')",
}
"""What is known of a person at the first exposure, and results may be split by."""

_CAP: Final = 0.999
_HAVE_EXPOSURES: Final = frozenset({"events", "activity"})
"""Relations with rows of exposures: to meet a variant is no act, or everybody would be active."""
_HOUR: Final = 3600


class _Parts:
    """A statement while it is put together: its values, and the texts that name them."""

    def __init__(
        self, exposed: Exposed, asked: Sequence[Asked] = (), *, is_everybody: bool = False
    ) -> None:
        self.exposed = exposed
        self.is_everybody = is_everybody
        self.asked = asked
        self.parameters: dict[str, Any] = {
            "experiment": exposed.experiment,
            "variants": list(exposed.variants),
            "exposed_since": exposed.since,
            "exposed_until": exposed.until,
            "as_of": exposed.as_of,
        }

    def bind(self, kind: str, value: Any) -> str:
        """Give a value a placeholder."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def statement(self, sql: str) -> Statement:
        """The statement with those of the values that it names."""
        used = {name: one for name, one in self.parameters.items() if f"{{{name}:" in sql}
        return sql, used

    def units(self, fields: Mapping[str, str], columns: Mapping[str, str]) -> str:
        """Who met which variant, with further fields of the exposures and columns of them."""
        place = "indexOf({variants:Array(String)}, properties.variant)"
        if self.exposed.by_unit:
            # Who does not say which unit was met cannot be put into one.
            place = f"if(unit = '', 0, {place})"
            fields = {**fields, "unit": "ifNull(toString(getSubcolumn(properties, 'unit')), '')"}
            columns = {**columns, "unit": "argMin(unit, occurred_at)"}
        units = Template(read_statement("experiment_units")).substitute(
            place=place,
            fields="".join(f",\n        {text} AS {name}" for name, text in fields.items()),
            columns="".join(f",\n    {text} AS {name}" for name, text in columns.items()),
        )
        if not self.exposed.by_unit:
            return units
        return Template(read_statement("experiment_clusters")).substitute(
            units=units,
            columns="".join(f",\n    {name}" for name in columns if name != "unit"),
            followed=self.followed(),
        )

    def followed(self) -> str:
        """For each window whether a unit has been followed for it; the first is no window."""
        return f"[{', '.join(['1', *map(matured, self.exposed.windows)])}]"

    def segments(self, names: Sequence[str]) -> str:
        """Who met which variant, with what is known of them at the first exposure."""
        if self.is_everybody:
            return read_statement("experiment_arrivals")
        firsts = {name: f"argMin({name}, occurred_at)" for name in names}
        return self.units({name: SEGMENTS[name] for name in names}, firsts)

    def rows(self, texts: Sequence[str]) -> str:
        """The rows of the relation that the metrics are made from."""
        name = self.asked[0].metric.relation
        base = read_relation(name)
        if name in _HAVE_EXPOSURES:
            base = add_condition(base, "event != 'experiment_exposed'")
        self.parameters |= {"since": self.exposed.since - self.lookback, "until": self._until()}
        if "{events:" not in base:
            return base
        self.parameters["events"] = events_of([one.metric for one in self.asked])
        return add_columns(base, planned_columns(texts))

    @property
    def lookback(self) -> timedelta:
        return max((one.lookback for one in self.asked if one.lookback), default=timedelta())

    def _until(self) -> datetime:
        late = any(one.window and not one.follows_rows for one in self.asked)
        return self.exposed.as_of if late else min(self.exposed.until, self.exposed.as_of)

    def joined(self, name: str, columns: Mapping[str, str], segments: Sequence[str] = ()) -> str:
        """Rows of those who met a variant, put into a statement with columns over them."""
        reach = "r.at >= e.exposed_at"
        if self.lookback:
            reach += f" - toIntervalSecond({seconds_of(self.lookback)})"
        keys = [*(["unit"] if self.exposed.by_unit else []), *segments]
        return Template(read_statement(name)).substitute(
            keys=",\n    ".join(["e.variant AS variant", *(f"e.{key} AS {key}" for key in keys)]),
            columns=_aliased(columns),
            rows=self.rows(list(columns.values())),
            people=self.segments(segments),
            reach=reach,
            groups=", ".join(["variant", *keys]),
        )

    def of_units(self, columns: Mapping[str, str], segments: Sequence[str] = ()) -> str:
        """What each unit has: a person, or the sum over the people of a unit that is none."""
        people = self.joined("experiment_people", columns, segments)
        if not self.exposed.by_unit:
            return people
        keys = ", ".join(["variant", *segments])
        together = {name: f"{'any' if name[0] == 'm' else 'sum'}({name})" for name in columns}
        return Template(read_statement("experiment_members")).substitute(
            keys=keys, columns=_aliased(together), people=people, groups=keys
        )


def _aliased(columns: Mapping[str, str]) -> str:
    return ",\n    ".join(f"{text} AS {name}" for name, text in columns.items())


def build_health(exposed: Exposed) -> Statement:
    """Put the statement together that counts who met which variant.

    Args:
        exposed: Whose exposures.

    Returns:
        The statement and the values of its placeholders.
    """
    parts = _Parts(exposed)
    followed = parts.followed()
    columns = {"units": followed}
    if exposed.by_unit:
        columns = {
            "units": f"arrayMap((one, all) -> if(one, one / all, 0), {followed}, members)",
            "people": followed,
            "squares": f"arrayMap((one, all) -> one * all, {followed}, members)",
        }
    firsts = {name: f"argMin({name}, occurred_at)" for name in SEGMENTS}
    inner = {f"sum_of_{name}": f"sumForEach({text})" for name, text in columns.items()}
    sql = Template(read_statement("experiment_health")).substitute(
        names=", ".join(columns),
        outer=_aliased({name: f"sumForEach(sum_of_{name})" for name in columns}),
        inner=_aliased(inner),
        units=parts.units(SEGMENTS, {**firsts, "strays": "countIf(place = 0)"}),
    )
    return parts.statement(sql)


def build_outside(exposed: Exposed, phases: Sequence[tuple[datetime, datetime]]) -> Statement:
    """Put the statement together that counts exposures in no phase.

    Args:
        exposed: Of which experiment.
        phases: Start and end of each.

    Returns:
        The statement and the values of its placeholders.
    """
    parts = _Parts(exposed)
    for name, moments in zip(("starts", "ends"), zip(*phases, strict=True), strict=True):
        parts.parameters[name] = [round(one.timestamp() * 1000) for one in moments]
    return parts.statement(read_statement("experiment_outside"))


def build_sums(
    exposed: Exposed,
    asked: Sequence[Asked],
    *,
    segments: Sequence[str] = (),
    is_everybody: bool = False,
) -> Statement:
    """Put the statement together that sums up what units add to metrics of one relation.

    Args:
        exposed: Whose rows.
        asked: Metrics of one relation.
        segments: Names of `SEGMENTS` that the sums are split by, each by itself.
        is_everybody: Whether all people count from their first act in the phase on, as one
            variant, since nobody was exposed yet.

    Returns:
        The statement and the values of its placeholders. Its rows have `variant`, the place in
        `exposed.variants` from 1, and for metric number i `s{i}`: the sums of its columns, then
        their products (the upper triangle, row by row), then how many units have a covariate, and
        how many have something below the line, where there are such.
        Where they are split, `dimension` and `value` say by what.
    """
    parts = _Parts(exposed, asked, is_everybody=is_everybody)
    columns = [unit_columns(one, at, exposed, parts.bind) for at, one in enumerate(asked)]
    sums = {f"s{number}": _sums(list(part)) for number, part in enumerate(columns)}
    every = {name: text for part in columns for name, text in part.items()}
    units = parts.of_units(every, segments)
    if segments:
        sums = {**_split(segments), **sums}
    return parts.statement(_summed(units, sums, segments))


def _sums(names: Sequence[str]) -> str:
    """Sums of the columns, of their products, and how many units have which of them."""
    products = [f"sum({one} * {other})" for at, one in enumerate(names) for other in names[at:]]
    past = [f"{name} != 0" for name in names if name[0] in "xw"]
    kinds = [past, [f"{name} != 0" for name in names if name[0] == "z"]]
    counted = [f"toFloat64(countIf({' OR '.join(kind)}))" for kind in kinds if kind]
    return f"[{', '.join([*(f'sum({name})' for name in names), *products, *counted])}]"


def _split(segments: Sequence[str]) -> dict[str, str]:
    names = ", ".join(f"grouping({name}) = 0, '{name}'" for name in segments)
    values = ", ".join(f"grouping({name}) = 0, {name}" for name in segments)
    return {"dimension": f"multiIf({names}, '')", "value": f"multiIf({values}, '')"}


def _summed(units: str, sums: Mapping[str, str], segments: Sequence[str] = ()) -> str:
    sets = ", ".join(f"(variant, {name})" for name in segments)
    return Template(read_statement("experiment_sums")).substitute(
        sums=_aliased(sums),
        units=units,
        groups=f"GROUPING SETS ({sets})" if sets else "variant",
    )


def build_bounds(exposed: Exposed, asked: Sequence[Asked]) -> Statement:
    """Put the statement together that finds what people's sums are cut at.

    Args:
        exposed: Whose rows, all variants together: a bound of each would hide an effect.
        asked: Metrics of one relation, without bounds.

    Returns:
        The statement and the values of its placeholders. Its row has for metric number i the
        bound `b{i}` and the largest sum `t{i}`; NaN where nobody has any.
    """
    parts = _Parts(exposed, asked)
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
        columns=_aliased(found), people=people
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
    parts = _Parts(exposed, asked)
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
    parts = _Parts(exposed, [asked])
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
    parts = _Parts(exposed, [asked])
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
    parts = _Parts(exposed, [asked])
    window = asked.window or timedelta()
    rows = row_pair(asked, "r.at >= e.exposed_at", parts.bind)[0][1]
    rows += f" AND r.at < e.exposed_at + toIntervalSecond({seconds_of(window)})"
    columns = {
        "n": f"countIf({rows})",
        "first": f"toUInt32(intDiv(minIf({_SECONDS_SINCE}, {rows}), {_HOUR}))",
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
    parts = _Parts(exposed)
    sql = Template(read_statement("experiment_followed")).substitute(
        hours=_hours_followed(window), people=parts.segments(())
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
    parts = _Parts(exposed)
    sql = Template(read_statement("experiment_newcomers")).substitute(
        followed="true" if window is None else matured(window),
        people=read_statement("experiment_arrivals"),
    )
    return parts.statement(sql)


def build_days(exposed: Exposed, asked: Asked) -> Statement | None:
    """Put the statement together that gives a metric's sums as they stood on each day.

    Args:
        exposed: Whose rows.
        asked: The metric; its units are people.

    Returns:
        The statement and the values of its placeholders; None of distinct things and quantiles,
        which are no sums over days. Its rows have `variant`, `looks` and `trend`: days, then
        for each what is added above the line and below it, and to the three products.
    """
    if exposed.by_unit or isinstance(asked.metric.measure, Distinct | Quantile):
        return None
    parts = _Parts(exposed, [asked])
    counted = after(asked, exposed)
    pair = row_pair(asked, counted, parts.bind)
    y, z = (row_value(*one) for one in (*pair, ("0", "false"))[:2])
    rows = " OR ".join(f"({where})" for _, where in pair)
    people = isinstance(asked.metric.measure, People)
    columns = {
        "look": look_map(asked, y, z, rows, is_once=people),
        "since": f"sumMapIf([{_SINCE}], [{y}], [{z}], ({rows}) AND {_WHOLE_DAY})",
    }
    bound = "" if asked.bound is None else parts.bind("Float64", asked.bound)
    sql = Template(read_statement("experiment_days")).substitute(
        cut=f"arrayMap(a -> least(a, {bound}), arrayCumSum(look.2))" if bound else _CUMULATIVE,
        once="arrayMap(a -> least(a, 1), since.2)" if people else "since.2",
        people=parts.joined("experiment_people", columns),
    )
    return parts.statement(sql)


_CUMULATIVE: Final = "arrayCumSum(look.2)"
_SECONDS_SINCE: Final = "dateDiff('second', e.exposed_at, r.at)"
_SINCE: Final = f"toInt32(intDiv({_SECONDS_SINCE}, 86400))"
_WHOLE_DAY: Final = (
    f"{_SINCE} < 28 AND toDate(e.exposed_at) + {_SINCE} + 1 < "
    "toDate({exposed_until:DateTime64(3, 'UTC')})"
)


def _hours_followed(window: timedelta) -> str:
    span = "dateDiff('second', e.exposed_at, {as_of:DateTime64(3, 'UTC')})"
    return f"toUInt32(intDiv(least({span}, {seconds_of(window)}), {_HOUR}))"
