"""The statements of an experiment, to be read as SQL.

They lie in `experiment_snapshots`; `python -m tests.queries.experiment_statements` writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from landed.metrics import METRICS
from landed.store.experiment_days import build_days
from landed.store.experiment_sql import (
    Asked,
    Exposed,
    Statement,
    build_assigned,
    build_bounds,
    build_followed,
    build_health,
    build_influence,
    build_life_tables,
    build_met,
    build_newcomers,
    build_quantiles,
    build_sums,
    build_waiting,
)

__all__ = ["SNAPSHOTS", "STATEMENTS", "render"]

SNAPSHOTS: Final = Path(__file__).parent / "experiment_snapshots"
SINCE, UNTIL, AS_OF = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 16, 30))
WINDOW: Final = timedelta(days=21)
PEOPLE: Final = Exposed(
    experiment="tips",
    variants=("control", "tips"),
    since=SINCE,
    until=UNTIL,
    as_of=AS_OF,
    windows=(WINDOW,),
)
CLUSTERS: Final = Exposed(
    experiment="tips",
    variants=("control", "tips"),
    since=SINCE,
    until=UNTIL,
    as_of=AS_OF,
    by_unit=True,
)


def asked(name: str, *, late: bool = False, past: bool = False) -> Asked:
    """A metric by name."""
    return Asked(
        metric=METRICS[name],
        window=WINDOW if late else None,
        lookback=timedelta(days=14) if past else None,
    )


_LATER: Final = datetime(2026, 3, 9, tzinfo=UTC)
PEOPLE_LATER: Final = replace(PEOPLE, since=_LATER, run_since=SINCE)
CLUSTERS_LATER: Final = replace(CLUSTERS, since=_LATER, run_since=SINCE)
"""In a second phase of a run."""

CLUSTERS_THEN: Final = replace(CLUSTERS, moments=(_LATER, UNTIL))
"""At two looks."""

DAYS: Final = build_days(PEOPLE, asked("click_through_rate"))

STATEMENTS: Final[Mapping[str, Statement]] = {
    "assigned": build_assigned(PEOPLE),
    "assigned_clusters": build_assigned(CLUSTERS_LATER),
    "bounds": build_bounds(PEOPLE, [asked("llm_cost_usd")]),
    "clusters": build_sums(CLUSTERS, [asked("applications", past=True)]),
    "days": DAYS or ("", {}),
    "followed": build_followed(PEOPLE, WINDOW),
    "health": build_health(PEOPLE),
    "health_of_clusters": build_health(CLUSTERS),
    "later_health": build_health(PEOPLE_LATER),
    "later_health_of_clusters": build_health(CLUSTERS_LATER),
    "influence": build_influence(PEOPLE, asked("interview_rate", late=True), [[[0.5]] * 3] * 2),
    "life_tables": build_life_tables(PEOPLE, asked("interview_rate", late=True)),
    "newcomers": build_newcomers(PEOPLE, WINDOW),
    "looks": build_sums(CLUSTERS_THEN, [replace(asked("applications"), look=n) for n in range(2)]),
    "looks_health": build_health(CLUSTERS_THEN),
    "met": build_met(PEOPLE, [(SINCE, UNTIL)]),
    "part": build_health(replace(PEOPLE, part=(2, 5))),
    "quantiles": build_quantiles(PEOPLE, [asked("p95_response_ms")], [[0.95]]),
    "segments": build_sums(
        PEOPLE, [asked("applications")], split={"device": ["mobile"], "country": ["DE", "FR"]}
    ),
    "health_of_ages": build_health(replace(PEOPLE, tells_new=True)),
    "segments_of_ages": build_sums(
        PEOPLE, [asked("applications")], split={"device": ["mobile"], "users": ["new", "returning"]}
    ),
    "sums": build_sums(
        PEOPLE,
        [asked("interviews", late=True, past=True), asked("click_through_rate", past=True)],
    ),
    "waiting": build_waiting(PEOPLE, asked("promotions", late=True)),
}
"""Snapshot → statement and its values."""


def render(name: str) -> str:
    """The statement as it lies in the snapshot, its values below."""
    sql, parameters = STATEMENTS[name]
    values = "".join(f"-- {key} = {value!r}\n" for key, value in parameters.items())
    return f"{sql.rstrip()}\n\n{values}"


if __name__ == "__main__":
    for one in STATEMENTS:
        (SNAPSHOTS / f"{one}.sql").write_text(render(one))
