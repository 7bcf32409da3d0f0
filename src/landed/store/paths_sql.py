"""From a question to the paths to one statement."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template
from typing import Any, Final

from landed.metrics import PathLabel, PathQuestion
from landed.store.clauses import Parts, add_columns, build_condition, read_relation, read_segment
from landed.store.sql_files import read_statement

__all__ = ["build_paths_statement"]

_NAMES: Final = "multiIf(r.event = 'page_viewed', r.path, r.event = 'screen_viewed', r.screen, '')"
_COLUMNS: Final = ("toString(properties.path) AS path", "toString(properties.screen) AS screen")
# A place without a name is called by its event, so that no label is empty.
_LABELS: Final[dict[PathLabel, str]] = {
    "event": "toString(r.event)",
    "path": f"if({_NAMES} = '', toString(r.event), {_NAMES})",
}
_PAGES: Final = ("page_viewed", "screen_viewed")
_AFTER: Final = "r.at >= t0 AND r.at < t0 + toIntervalMillisecond({window_ms:Int64})"
_BEFORE: Final = "r.at <= t0 AND r.at > t0 - toIntervalMillisecond({window_ms:Int64})"


def build_paths_statement(
    question: PathQuestion, ignored: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """Put the statement together that answers a question to the paths.

    Args:
        question: A checked question.
        ignored: Kinds of events that are no place of a path.

    Returns:
        The statement and the values of its placeholders.
    """
    parts = Parts(_values(question) | {"ignored": list(ignored)})
    conditions = [build_condition(one, parts) for one in question.anchor.filters]
    if question.users != "all":
        conditions.append(f"r.subject_key IN\n(\n{read_segment(question.users)})")
    if question.stride > 1:
        # By a hash: the same people every time, and nothing else about them.
        stride = parts.bind("UInt32", question.stride)
        conditions.append(f"cityHash64(r.subject_key) % {stride} = 0")
    rows = add_columns(read_relation("events"), _COLUMNS)
    for name in ("since", "until", "events"):
        rows = rows.replace(f"{{{name}:", f"{{move_{name}:")
    sql = Template(read_statement("paths")).substitute(
        label=_LABELS[question.label],
        anchor_rows=add_columns(read_relation("events"), [*_COLUMNS, *parts.columns]),
        anchor_where=" AND ".join(conditions) or "true",
        joins="\n".join(parts.joins),
        move_rows=rows,
        in_window=_BEFORE if question.is_end else _AFTER,
        sorted="arrayReverseSort(moments)" if question.is_end else "arraySort(moments)",
    )
    return sql, parts.parameters


def _values(question: PathQuestion) -> dict[str, Any]:
    window, back = question.window, question.is_end
    return {
        "since": question.since,
        "until": question.until,
        "events": [question.anchor.event],
        "move_since": question.since - window if back else question.since,
        "move_until": question.until if back else question.until + window,
        "move_events": list(_PAGES) if question.label == "path" else [],
        "window_ms": round(window.total_seconds() * 1000),
        "places": question.places,
    }
