"""The client and a real server: what is told is what is stored; the contract's quick start."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from landed_client import AnalyticsIntegration, Client, LandedError

from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "002_013d11745f72326d.txt"


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("landed")) as running:
        yield running


@pytest.fixture
def client(landed: Server) -> Iterator[Client]:
    with Client(landed.url, WRITE_KEY, read_key=ADMIN_KEY) as one:
        yield one


def wait_for_count(landed: Server, count: int) -> None:
    end = time.monotonic() + 20
    while landed.count() < count:
        assert time.monotonic() < end, f"{landed.count()} events of {count}"
        time.sleep(0.05)


def test_what_is_told_is_what_is_stored(landed: Server, client: Client) -> None:
    known = landed.count()
    with client.session("u-1", device_type="desktop") as visit:
        for place in range(1, 4):
            visit.recommendation_shown(job_id=f"told-{place}", tier="optimal", position=place)
        visit.recommendation_clicked(job_id="told-2", tier="optimal", position=2)
    assert client.flush()
    wait_for_count(landed, known + 6)
    rows = landed.sql(
        "SELECT event, count() AS times, uniqExact(session_id) AS visits FROM events "
        "WHERE session_id IN (SELECT session_id FROM events WHERE properties.job_id LIKE 'told-%') "
        "GROUP BY event ORDER BY event"
    )
    found = {row["event"]: (int(row["times"]), int(row["visits"])) for row in rows}
    assert found["recommendation_shown"] == (3, 1)
    assert found["recommendation_clicked"] == found["session_ended"] == (1, 1)


def test_a_bad_event_is_set_aside_and_its_neighbours_are_kept(
    landed: Server, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    known = landed.count()
    client.recommendation_shown(user_id="u-2", job_id="j", position="first")  # type: ignore[arg-type]
    client.recommendation_shown(user_id="u-2", job_id="j", position=1)
    assert client.flush()
    wait_for_count(landed, known + 1)
    assert (client.set_aside, client.dropped) == (1, 0)
    assert "position" in caplog.text


def test_nothing_is_lost_while_the_server_is_away(tmp_path: Path) -> None:
    with serving(tmp_path / "landed") as first:
        client = Client(first.url, WRITE_KEY, spool=tmp_path / "spool", every_seconds=0.05)
        client.goal_set(user_id="u", goal_type="a")
        assert client.flush()
    client.goal_set(user_id="u", goal_type="b")
    time.sleep(0.3)
    client.close()
    with serving(tmp_path / "landed") as second:
        with Client(second.url, WRITE_KEY, spool=tmp_path / "spool") as later:
            assert later.flush()
        wait_for_count(second, 2)
        rows = second.sql("SELECT toString(properties.goal_type) AS goal FROM events ORDER BY goal")
        assert [row["goal"] for row in rows] == ["a", "b"]


def test_numbers_are_read_and_problems_are_told(client: Client) -> None:
    found = client.query("sessions", range=7, grain="day")
    assert "sessions" in str(found["answer"])
    with pytest.raises(LandedError) as caught:
        client.query("sesions")
    assert (caught.value.status, caught.value.code) == (422, "invalid_input")
    assert "GET /api/analytics/metrics lists them" in caught.value.detail
    with pytest.raises(LandedError, match="404"):
        client.read("/api/nowhere")


def test_the_quick_start_runs_as_it_is_written(
    landed: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDED_URL", landed.url)
    monkeypatch.setenv("LANDED_WRITE_KEY", WRITE_KEY)
    monkeypatch.setenv("LANDED_ADMIN_KEY", ADMIN_KEY)
    text = SEED.read_text("utf-8", errors="replace")
    usage = text[text.index("### 2. Basic Usage") :]
    code = usage[usage.index("```python") + 9 : usage.index("\n```\n", usage.index("```python"))]
    ours = "from landed_client import AnalyticsIntegration"
    code = code.replace(
        "from backend.analytics.analytics_integration import AnalyticsIntegration", ours
    )
    assert ours in code
    names: dict[str, Any] = {}
    exec(compile(textwrap.dedent(code), "seed 002", "exec"), names)  # noqa: S102 - the contract's own
    assert names["results"]["tracked"] == 1
    behaviour = names["summary"]["user_behavior"]
    assert behaviour["sessions"] == 1
    analytics = names["analytics"]
    assert isinstance(analytics, AnalyticsIntegration)
    analytics.client.close()


def test_the_facade_tells_and_reads(client: Client) -> None:
    analytics = AnalyticsIntegration(client)
    visit = analytics.user_behavior.start_user_session("u-9", device_type="mobile")
    analytics.user_behavior.track_interaction("u-9", visit, "click", element="apply")
    analytics.user_behavior.end_user_session("u-9", visit, duration_seconds=12)
    found = analytics.track_recommendation_workflow("u-9", visit, {"recommendations": []})
    assert found == {"recommendation_ids": [], "tracked": 0}
    with pytest.raises(KeyError, match="recommendation 1 has no job_id"):
        analytics.track_recommendation_workflow("u-9", visit, {"recommendations": [{}]})
    summary = analytics.get_user_analytics_summary("u-9", days=1)
    assert summary["user_behavior"]["interactions"] == 1
    with pytest.raises(LandedError, match="404"):
        analytics.get_user_analytics_summary("nobody")
    dashboard = analytics.admin_dashboard
    assert dashboard.get_dashboard_overview(range=7)["answer"]
    assert dashboard.get_quality_report(range=30)["answer"]
    assert dashboard.get_success_stories()["answer"]


def test_an_export_is_text_or_bytes(landed: Server, client: Client) -> None:
    known = landed.count()
    client.goal_set(user_id="u-7", goal_type="exported")
    assert client.flush()
    wait_for_count(landed, known + 1)
    dashboard = AnalyticsIntegration(client).admin_dashboard
    now = datetime.now(UTC)
    # As the contract's example has it: times without a zone are this machine's.
    text = dashboard.export_analytics_data(
        data_type="success",
        start_date=datetime.now() - timedelta(days=30),  # noqa: DTZ005 - as above
        end_date=now + timedelta(minutes=1),
        format="json",
    )
    assert isinstance(text, str)
    assert "exported" in {row["properties"]["goal_type"] for row in json.loads(text)}
    packed = dashboard.export_analytics_data(data_type="success", format="parquet")
    assert isinstance(packed, bytes)
    assert packed.startswith(b"PAR1")
    with pytest.raises(LandedError, match="type is 'no'"):
        dashboard.export_analytics_data(data_type="no")
