"""The calls that a recommender's code makes, under one roof."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from landed_client.client import Client
from landed_client.errors import LandedError
from landed_client.events.about import About, Id

__all__ = ["AdminDashboard", "AnalyticsIntegration", "UserBehavior"]

_NOT_FOUND = 404
_UNTIL_STORED_SECONDS = 3.0
_NAMES = {
    "recommendation_score": "score",
    "rank": "position",
    "salary_increase_potential": "salary_potential_usd",
}


class AnalyticsIntegration:
    """Tracks a recommender's workflow and reads what became of it.

    Args:
        client: The program's client; else one of its own, made from `settings` and the
            environment (`LANDED_URL`, `LANDED_WRITE_KEY`, `LANDED_ADMIN_KEY`).
        **settings: Of the client of its own.

    Attributes:
        client: Every event of the plan is one of its methods.
        user_behavior: Visits and interactions.
        admin_dashboard: Overview, reports and exports.

    Raises:
        ValueError: There is no client and no key.

    Examples:
        >>> analytics = AnalyticsIntegration(Client(write_key="lw_…", enabled=False))
        >>> visit = analytics.user_behavior.start_user_session(user_id="u-1", browser="Chrome")
        >>> found = analytics.track_recommendation_workflow(
        ...     "u-1", visit, {"recommendations": [{"job_id": "job-1", "tier": "optimal"}]}
        ... )
        >>> found["tracked"]
        1
    """

    def __init__(self, client: Client | None = None, **settings: Any) -> None:
        self.client = client or Client(**settings)
        self.user_behavior = UserBehavior(self.client)
        self.admin_dashboard = AdminDashboard(self.client)

    def track_recommendation_workflow(
        self, user_id: Id, session_id: Id, workflow_data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Tell which jobs were recommended in one run of the recommender, and how long it took.

        Args:
            user_id: To whom.
            session_id: In which visit.
            workflow_data: `recommendations`, a list in the order in which they stand: each with
                `job_id`, and `tier`, `score`, `salary_increase_potential` and whatever else the
                plan's `recommendation_shown` has; `processing_time` in seconds.

        Returns:
            `recommendation_ids` in the same order, to be sent with clicks and applications, and
            `tracked`, how many there are.

        Raises:
            KeyError: A recommendation has no `job_id`.
        """
        about: About = {"user_id": user_id, "session_id": session_id}
        shown = [
            self._show(place, one, about)
            for place, one in enumerate(workflow_data.get("recommendations", ()), 1)
        ]
        took = workflow_data.get("processing_time")
        if took is not None:
            self.client.workflow_step_completed(
                workflow="recommendation",
                step="recommend",
                duration_seconds=took,
                success=True,
                item_count=len(shown),
                **about,
            )
        return {"recommendation_ids": shown, "tracked": len(shown)}

    def _show(self, place: int, recommendation: Mapping[str, Any], about: About) -> str:
        told = {_NAMES.get(name, name): value for name, value in recommendation.items()}
        told = {"position": place, "recommendation_id": str(uuid.uuid4()), **told}
        if "job_id" not in told:
            raise KeyError(f"recommendation {place} has no job_id")
        self.client.capture("recommendation_shown", about, told)
        return str(told["recommendation_id"])

    def get_user_analytics_summary(self, user_id: Id, days: int = 30) -> dict[str, Any]:
        """Read what a person did and what came of it.

        Args:
            user_id: The host's id of the person.
            days: Up to now.

        Returns:
            `user_behavior` and `success`, as the two routes of one person answer.

        Raises:
            LandedError: Nobody of this id did anything, or the server is away.
        """
        # What this program has just told belongs to it.
        self.client.flush()
        person, today = quote(str(user_id), safe=""), datetime.now(UTC).date()
        behavior = self._read_soon(
            f"/api/analytics/user-behavior/metrics/{person}",
            {"range": "custom", "from": today - timedelta(days - 1), "to": today},
        )
        success = self.client.read(f"/api/analytics/success/metrics/{person}")
        return {
            "user_id": user_id,
            "user_behavior": behavior["answer"],
            "success": success["answer"],
        }

    def _read_soon(self, path: str, params: Mapping[str, Any]) -> Any:
        """Read of a person of whom the first events may be on their way into the store."""
        end = time.monotonic() + _UNTIL_STORED_SECONDS
        while True:
            try:
                return self.client.read(path, **params)
            except LandedError as error:
                if error.status != _NOT_FOUND or time.monotonic() > end:
                    raise
            time.sleep(0.2)


class UserBehavior:
    """Visits and what people do in them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def start_user_session(self, user_id: Id, **started: Any) -> str:
        """Tell that a visit began.

        Args:
            user_id: Whose.
            **started: Properties of `session_started`, such as `device_type` and `browser`.

        Returns:
            The visit's id.
        """
        session_id = str(uuid.uuid4())
        self._client.session_started(user_id=user_id, session_id=session_id, **started)
        return session_id

    def end_user_session(self, user_id: Id, session_id: Id, **ended: Any) -> None:
        """Tell that a visit is over.

        Args:
            user_id: Whose.
            session_id: Which.
            **ended: Properties of `session_ended`, such as `duration_seconds`.
        """
        self._client.session_ended(user_id=user_id, session_id=session_id, **ended)

    def track_interaction(self, user_id: Id, session_id: Id, action: str, **told: Any) -> None:
        """Tell what a person did on a page.

        Args:
            user_id: Who.
            session_id: In which visit.
            action: What, such as `recommendation_click`.
            **told: Other properties of `interaction_recorded`, such as `element`.
        """
        self._client.interaction_recorded(
            user_id=user_id, session_id=session_id, action=action, **told
        )


class AdminDashboard:
    """What the people who run the product read."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get_dashboard_overview(self, **params: Any) -> Any:
        """Read the overview; see `GET /api/analytics/dashboard/overview`."""
        return self._client.read("/api/analytics/dashboard/overview", **params)

    def get_success_stories(self, **params: Any) -> Any:
        """Read stories of people who reached something and agreed to be told of."""
        return self._client.read("/api/analytics/dashboard/success-stories", **params)

    def get_quality_report(self, **params: Any) -> Any:
        """Read how good the recommendations are."""
        return self._client.read("/api/analytics/dashboard/quality-report", **params)

    def export_analytics_data(
        self,
        data_type: str,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        format: str = "json",  # noqa: A002 - the word of those who call it
    ) -> str | bytes:
        """Export events. For more than fits into memory: `landed export`.

        Args:
            data_type: user_behavior, recommendations, performance, success, ab_tests or everything.
            start_date: First moment; a time without zone is this machine's.
            end_date: First moment no more.
            format: json, jsonl, csv, sql or parquet.

        Returns:
            The text; bytes for parquet.

        Raises:
            LandedError: The server refuses, naming what is wrong, or is away.
        """
        params = {
            "type": data_type,
            "format": format,
            "since": _moment(start_date),
            "until": _moment(end_date),
        }
        with self._client.open("/api/analytics/dashboard/export", **params) as answer:
            content: bytes = answer.read()
        return content if format == "parquet" else content.decode()


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    return (value if value.tzinfo else value.astimezone()).isoformat()
