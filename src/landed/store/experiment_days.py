"""From a metric to the statement that says how its sums grew, and what each day since brings."""

from __future__ import annotations

from string import Template

from landed.metrics import Distinct, People, Quantile
from landed.store.experiment_columns import Asked, Exposed, after, row_pair, seconds_of
from landed.store.experiment_parts import ExperimentParts, Statement
from landed.store.sql_files import read_statement

__all__ = ["build_days"]


def build_days(exposed: Exposed, asked: Asked) -> Statement | None:
    """Put the statement together that gives a metric's sums as they stood on each day.

    Args:
        exposed: Whose rows.
        asked: The metric; its units are people.

    Returns:
        The statement and the values of its placeholders; None of distinct things and quantiles,
        which are no sums over days. Its rows have `variant` and `day`: days since 1970, or -1 less
        the days since a unit's own exposure; then what the day adds above the line (`y`) and below
        it (`z`), to the three products and to the units with something below the line.
    """
    if exposed.by_unit or isinstance(asked.metric.measure, Distinct | Quantile):
        return None
    parts = ExperimentParts(exposed, [asked])
    pair = row_pair(asked, after(asked, exposed), parts.bind)
    rows = " OR ".join(f"({where})" for _, where in pair)
    columns = {"at": f"groupArrayIf(r.at, {rows})", "exposed_at": "any(e.exposed_at)"}
    for name, (value, where) in zip("yz", pair, strict=False):
        # What a row adds, as a number: nothing where it does not count.
        added = f"toFloat64(if({where}, ifNull({value}, 0), 0))"
        columns[name] = f"groupArrayIf({added}, {rows})"
    columns.setdefault("z", "emptyArrayFloat64()")
    is_once = isinstance(asked.metric.measure, People)
    bound = "1" if is_once else ""
    if asked.bound is not None:
        bound = parts.bind("Float64", asked.bound)
    sql = Template(read_statement("experiment_days")).substitute(
        known=_known(asked),
        above=_cut("after_y", bound),
        above_before=_cut("after_y - y", bound),
        # Of a single day only what a person has or has not is cut.
        above_day=_cut("arraySum(one)", "1" if is_once else ""),
        people=parts.joined("experiment_people", columns),
    )
    return parts.statement(sql)


def _cut(text: str, bound: str) -> str:
    return f"least({text}, {bound})" if bound else text


def _known(asked: Asked) -> str:
    """When a row is known, of which one of late outcomes is later."""
    if asked.window is None:
        return "one"
    start = "one" if asked.follows_rows else "exposed_at"
    return f"{start} + toIntervalSecond({seconds_of(asked.window)})"
