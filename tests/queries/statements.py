"""One question for each form of a relation, to be read as SQL.

The statements lie in `snapshots`, so that a change of the compiler is seen as a change of SQL:
`python -m tests.queries.statements` writes them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from landed.metrics import Question, parse_question
from landed.store.metric_sql import MetricStatement, build_statement

__all__ = ["QUESTIONS", "SNAPSHOTS", "a_question", "render", "statement"]

SNAPSHOTS: Final = Path(__file__).parent / "snapshots"
SINCE = datetime(2026, 3, 1, 23, tzinfo=UTC)  # midnight in Berlin
UNTIL = datetime(2026, 3, 8, 23, tzinfo=UTC)
AS_OF = datetime(2026, 3, 20, 9, 31, 7, tzinfo=UTC)

QUESTIONS: Final[Mapping[str, tuple[str, dict[str, list[str]]]]] = {
    "events": (
        "events",
        {
            "metrics": ["interviews,click_through_rate,avg_ats_score,llm_cost_usd,p95_response_ms"],
            "by": ["tier,property.campaign,variant.ranking_v2"],
            "filter": ["device:is:mobile|tablet", "variant.ranking_v2:set", "position:lte:3"],
            "users": ["new"],
            "limit": ["50"],
        },
    ),
    "events_daily": ("events", {"metrics": ["applications"], "grain": ["day"]}),
    "activity": (
        "activity",
        {"metrics": ["active_users"], "by": ["variant.ranking_v2"], "users": ["power"]},
    ),
    "activity_rollup": (
        "activity",
        {"metrics": ["active_users"], "grain": ["day"], "filter": ["country:is_not:US"]},
    ),
    "sessions": (
        "sessions",
        {
            "metrics": ["sessions,bounce_rate,session_duration_median"],
            "grain": ["week"],
            "by": ["device"],
            "filter": ["app_version:contains:4.", "os:unset"],
            "users": ["active"],
        },
    ),
    "applications": (
        "applications",
        {"metrics": ["interview_rate,days_to_offer_median"], "by": ["tier"]},
    ),
}
"""Snapshot → relation and parameters of an address."""


def a_question(params: Mapping[str, list[str]]) -> Question:
    """The question of some parameters, over a week of Berlin."""
    return parse_question(params, since=SINCE, until=UNTIL, as_of=AS_OF, zone="Europe/Berlin")


def statement(name: str) -> MetricStatement:
    """The statement of a snapshot's question."""
    relation, params = QUESTIONS[name]
    return build_statement(a_question(params), relation)


def render(name: str) -> str:
    """The statement as it lies in the snapshot, its values below."""
    made = statement(name)
    values = "".join(f"-- {key} = {value!r}\n" for key, value in made.parameters.items())
    return f"{made.sql.rstrip()}\n\n{values}"


if __name__ == "__main__":
    for one in QUESTIONS:
        (SNAPSHOTS / f"{one}.sql").write_text(render(one))
