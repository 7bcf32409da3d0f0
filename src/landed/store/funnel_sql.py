"""From a question to the funnel to one statement.

Every event that matters becomes one number, its code: the millisecond, then the place of the
first step that it fits, then a bit for each step that it fits. So the codes of a person stand
in the order in which `landed.metrics.funnels` takes events, and are one array, which costs a
quarter of four. The entries, mostly impressions, are many and only the first one matters: they
are aggregated apart from the moves that come after.

ClickHouse's own windowFunnel is not used: it may enter a person anew at a later first step,
cannot follow moves past the period without taking entries there as well, gives no times, and
costs twice as much.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from string import Template
from typing import Any, Final

from landed.metrics import FunnelQuestion, Step
from landed.store.clauses import (
    Parts,
    add_columns,
    build_condition,
    build_dimension,
    read_relation,
    read_segment,
)
from landed.store.sql_files import read_statement

__all__ = ["MAX_GROUPS", "build_funnel_statement"]

MAX_GROUPS: Final = 200
"""The most groups that a funnel is split into: those with the most people."""

# In a code: 10 bits for the steps, above them 4 bits for the first that fits (from 0).
_EXCLUDED: Final = 15 << 10
_OTHER: Final = 14 << 10
_LATER_STEPS: Final = (1 << 10) - 2
_FIRST_FIT: Final = "(bitCount(bitXor(mask, mask - 1)) - 1) * 1024 + mask"
_MILLISECONDS: Final = "toUnixTimestamp64Milli(r.at) * 16384"


def build_funnel_statement(question: FunnelQuestion) -> tuple[str, dict[str, Any]]:
    """Put the statement together that answers a question to the funnel.

    Args:
        question: A checked question.

    Returns:
        The statement and the values of its placeholders.
    """
    first, *others = question.steps
    late = {step.event for step in (*others, *question.exclusions)}
    if question.order == "strict":
        late.add(first.event)
    entry = Parts(_values(question, first, sorted(late)))
    # The moves have joins of their own; the values are those of one statement.
    moves = Parts(entry.parameters)
    texts = {
        "entry_mask": _mask(question.steps, {first.event}, entry),
        "code": f"{_MILLISECONDS} + {_FIRST_FIT}",
        "split_by": build_dimension(question.by, entry) if question.by else "''",
        "entry_where": _entry_condition(question, entry),
        "move_mask": _mask(question.steps, late, moves),
        "is_excluded": _any_of(question.exclusions, late, moves),
        "move_code": f"{_MILLISECONDS} + "
        f"multiIf(is_excluded, {_EXCLUDED}, mask = 0, {_OTHER}, {_FIRST_FIT})",
        "move_where": _move_condition(question, moves),
    }
    texts["entry_rows"] = add_columns(read_relation("events"), entry.columns)
    texts["move_rows"] = add_columns(_later_rows(), moves.columns)
    texts["entry_joins"] = "\n".join(entry.joins)
    texts["move_joins"] = "\n".join(moves.joins)
    sql = Template(read_statement("funnel")).substitute(
        texts, **_ways(question), **_groups(question)
    )
    return sql, entry.parameters


def _values(question: FunnelQuestion, first: Step, late: Sequence[str]) -> dict[str, Any]:
    return {
        "since": question.since,
        "until": question.until,
        "events": [first.event],
        "late_until": question.until + question.window,
        "late_events": late,
        "window_ms": round(question.window.total_seconds() * 1000),
        "as_of": question.as_of,
    }


def _later_rows() -> str:
    rows = read_relation("events")
    return rows.replace("{until:", "{late_until:").replace("{events:", "{late_events:")


def _fits(step: Step, events: Collection[str], parts: Parts) -> str:
    """The condition that a row, which is of one of these kinds of events, fits a step."""
    conditions = [build_condition(one, parts) for one in step.filters]
    if len(events) > 1:
        conditions.insert(0, f"r.event = {parts.bind('String', step.event)}")
    return f"ifNull({' AND '.join(conditions)}, false)" if conditions else "true"


def _mask(steps: Sequence[Step], events: Collection[str], parts: Parts) -> str:
    """A bit for each step that a row fits, which is of one of these kinds of events."""
    return " + ".join(
        f"{1 << place} * ({_fits(step, events, parts)})"
        for place, step in enumerate(steps)
        if step.event in events
    )


def _any_of(steps: Sequence[Step], events: Collection[str], parts: Parts) -> str:
    fits = [_fits(step, events, parts) for step in steps if step.event in events]
    return " OR ".join(fits) or "false"


def _entry_condition(question: FunnelQuestion, parts: Parts) -> str:
    excluded = _any_of(question.exclusions, {question.steps[0].event}, parts)
    conditions = ["bitTest(mask, 0)", f"NOT ({excluded})"]
    if question.users != "all":
        conditions.append(f"r.subject_key IN\n(\n{read_segment(question.users)})")
    return "\n                AND ".join(conditions)


def _move_condition(question: FunnelQuestion, parts: Parts) -> str:
    if question.order != "strict":
        return f"is_excluded OR bitAnd(mask, {_LATER_STEPS}) != 0"
    kinds = parts.bind("Array(String)", sorted({step.event for step in question.steps}))
    # Only the first step again is neither here nor there.
    return f"is_excluded OR (mask != 1 AND r.event IN {kinds})"


def _ways(question: FunnelQuestion) -> dict[str, str]:
    """When each step was reached, and what else than the window ends a way."""
    places = range(2, len(question.steps) + 1)
    names = ", ".join(["t1", *(f"t{place}" for place in places)])
    in_any_order = question.order == "any"
    times = [
        _earliest(
            f"bitTest(move, {place - 1}) AND move "
            + (">= t1" if in_any_order else f"> t{place - 1}")
        )
        + f" AS t{place}"
        for place in places
    ]
    ends = ["never"]
    if question.exclusions:
        ends.append(_earliest(f"bitAnd(move, {_EXCLUDED}) = {_EXCLUDED} AND move > t1"))
    if question.order == "strict":
        ends.append(_out_of_turn(names))
    return {
        "times": ",\n            ".join(times),
        "taken": f"arraySort([{names}])" if in_any_order else f"[{names}]",
        "ends": ", ".join(ends),
    }


def _out_of_turn(names: str) -> str:
    """The first event that fits no step, or one whose step before was not yet reached."""
    first_fit = "bitShiftRight(bitAnd(move, 15360), 10)"
    return _earliest(
        f"move > t1 AND ({first_fit} = 14 OR "
        f"({first_fit} BETWEEN 2 AND 13 AND move < [{names}][{first_fit}]))"
    )


def _earliest(condition: str) -> str:
    return f"arrayMin(move -> if({condition}, move, never), arrayPushBack(moves, 0))"


def _groups(question: FunnelQuestion) -> dict[str, str]:
    if question.by is None:
        return {"is_whole": "true", "name": "''", "grouping": ""}
    return {
        "is_whole": "grouping(split) = 1",
        "name": "split",
        "grouping": "GROUP BY GROUPING SETS ((), (split))\n"
        f"ORDER BY is_whole DESC, people[1] DESC, name\nLIMIT {MAX_GROUPS + 1}",
    }
