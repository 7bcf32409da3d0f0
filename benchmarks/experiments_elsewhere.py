"""The same ten metrics by tea-tasting, as a team would use it that keeps its events in the store.

Somebody must write the query that makes one row of each exposed person
(`experiment_units.sql`); tea-tasting takes it from there. Both of its fast ways are measured: with
its aggregates computed in the store, through Ibis, and on a Polars frame that the rows are fetched
into.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

import clickhouse_connect
import ibis
import polars as pl
import tea_tasting as tt

from landed.store.target import Target

UNITS_SQL = Template(Path(__file__).with_name("experiment_units.sql").read_text("utf-8"))
COVARIATES = {
    "click_through_rate": tt.RatioOfMeans("clicked", "shown", "clicked_before", "shown_before"),
    "recommendations_clicked": tt.Mean("clicked", "clicked_before"),
    "feature_uses": tt.Mean("feature_uses", "feature_uses_before"),
    "feature_users": tt.Mean("feature_user", "feature_user_before"),
}
METRICS = {
    **COVARIATES,
    "application_rate": tt.RatioOfMeans("applied", "shown"),
    "recommendations_applied": tt.Mean("applied"),
    "applications": tt.Mean("applications"),
    "new_subscribers": tt.Mean("subscriber"),
    "avg_recommendation_score": tt.RatioOfMeans("score", "shown"),
    "interview_rate": tt.RatioOfMeans("interviewed", "matured"),
}


class Elsewhere:
    """A team's notebook beside the store.

    Args:
        target: The store.
        experiment: Key of the experiment.
        since: Its start.
        as_of: When it is analysed.
    """

    def __init__(
        self, target: Target, *, experiment: str, since: datetime, as_of: datetime
    ) -> None:
        self._sql = UNITS_SQL.substitute(
            experiment=experiment, since=_literal(since), as_of=_literal(as_of)
        )
        place: dict[str, Any] = {
            "host": target.host,
            "port": target.port,
            "user": target.user,
            "password": target.password,
            "database": target.database,
        }
        self._client = clickhouse_connect.get_client(**place)
        self._ibis = ibis.clickhouse.connect(**place)
        self._experiment = tt.Experiment(METRICS)

    def in_the_store(self) -> dict[str, Any]:
        """Let Ibis push the sums into the store."""
        return self._analyse(self._ibis.sql(self._sql))

    def in_a_frame(self) -> dict[str, Any]:
        """Fetch a row of each person, and sum them up here."""
        return self._analyse(pl.from_arrow(self._client.query_arrow(self._sql)))

    def _analyse(self, table: Any) -> dict[str, Any]:
        found = self._experiment.analyze(table, control="control")
        return {
            name: (one.effect_size, one.effect_size / one.statistic) for name, one in found.items()
        }


def _literal(at: datetime) -> str:
    return f"toDateTime64('{at:%Y-%m-%d %H:%M:%S}', 3, 'UTC')"
