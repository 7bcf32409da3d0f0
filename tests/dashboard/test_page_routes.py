"""The routes in process: addresses, headers, errors, the JSON twin, static files."""

from __future__ import annotations

import csv
import gzip
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.testing import TestClient

from landed.charts import bundle_name
from landed.config import Settings
from landed.dashboard import (
    CONTENT_SECURITY_POLICY,
    page_handlers,
    page_lifespan,
    pages_of,
    static_path,
)
from landed.insights import BriefCache
from tests.dashboard.small_app import SmallServices
from tests.unit.insights.overview_rows import NOW, MemoryStore, freshness_rows


@dataclass
class Site:
    client: TestClient[Litestar]
    store: MemoryStore

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, follow_redirects=False, **more)


def at_noon() -> datetime:
    return NOW


def make_app(store: MemoryStore, data: Path, **more: Any) -> Litestar:
    settings = Settings.model_validate({"data": data})
    services = SmallServices(store=store, settings=settings, clock=at_noon)
    return Litestar(
        page_handlers(**more),
        state=State({"services": services}),
        openapi_config=None,
        lifespan=[page_lifespan],
    )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    store = MemoryStore()
    # The library's files are there, so that no test waits for the worker process.
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / bundle_name()).write_bytes(b"var vega;")
    (folder / f"{bundle_name()}.gz").write_bytes(gzip.compress(b"var vega;"))
    with TestClient(make_app(store, tmp_path)) as client:
        yield Site(client, store)


def test_the_start_leads_to_the_overview(site: Site) -> None:
    answer = site.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/overview")


def test_the_overview_is_a_page_with_strict_headers(site: Site) -> None:
    answer = site.get("/overview?range=7&compare=previous")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "14 Nov to 20 Nov 2026" in answer.text
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("query", ["range=31", "compare=yes", "range=custom&from=x&to=y"])
def test_a_wrong_address_is_a_clear_page(site: Site, query: str) -> None:
    answer = site.get(f"/overview?{query}")
    assert answer.status_code == 422
    assert "it must be" in answer.text
    assert 'href="/overview"' in answer.text
    for path in ("/overview.json", "/overview/live"):
        body = site.get(f"{path}?{query}")
        assert body.status_code == 422
        assert body.json()["code"] == "invalid_input"


def test_what_came_in_the_address_is_escaped(site: Site) -> None:
    answer = site.get("/overview?range=%3Cscript%3Ealert(1)")
    assert "<script>alert" not in answer.text


def test_the_json_twin_has_the_same_numbers(site: Site) -> None:
    twin = site.get("/overview.json?range=7").json()
    assert twin["totals"]["active_users"] == 110
    assert twin["totals"]["click_through_rate"] == 0.265
    assert twin["interview_rate"]["value"] == pytest.approx(0.1)
    assert twin["period"] == {
        "since": "2026-11-14T00:00:00Z",
        "until": "2026-11-21T00:00:00Z",
        "days": 7,
        "is_unfinished": True,
    }
    assert len(twin["daily"]) == 7
    assert twin["missing"] == []


def test_the_json_twin_says_what_is_missing(site: Site) -> None:
    site.store.broken = {"*"}
    twin = site.get("/overview.json?range=7").json()
    assert twin["totals"] is None
    assert "freshness" in {part["name"] for part in twin["missing"]}


def table_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a file, by the heads of its columns."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_every_table_is_a_file_with_the_numbers_of_the_json_twin(site: Site) -> None:
    asked = "range=7&compare=previous"
    twin = site.get(f"/overview.json?{asked}").json()
    found = {
        name: table_of(site.get(f"/overview.csv?{asked}&panel={name}"))
        for name in ("trend", "funnel", "events", "ats", "catalogue")
    }
    days, before = twin["daily"], twin["previous_daily"]
    assert found["trend"] == [
        {
            "day": day["day"],
            "active_users": str(day["active_users"]),
            "compared_with": then["day"],
            "active_users_then": str(then["active_users"]),
        }
        for day, then in zip(days, before, strict=True)
    ]
    assert found["events"] == [
        {"day": day["day"], "events": str(day["events"])} for day in twin["daily"]
    ]
    assert [(row["day"], float(row["avg_ats_score"])) for row in found["ats"]] == [
        (day["day"], day["avg_ats_score"]) for day in days if day["avg_ats_score"] is not None
    ]
    steps = twin["funnel"]
    assert [int(row["funnel_people"]) for row in found["funnel"]] == [100, 60, 30, 8, 2]
    assert [row["funnel_people"] for row in found["funnel"]] == [str(s["people"]) for s in steps]
    assert found["funnel"][0]["funnel_conversion"] == ""
    for row, step in zip(found["funnel"][1:], steps[1:], strict=True):
        rate = step["from_before"]
        assert float(row["funnel_conversion"]) == rate["value"]
        assert float(row["funnel_conversion_ci_low"]) == rate["ci_low"]
        assert float(row["funnel_conversion_ci_high"]) == rate["ci_high"]
    kinds = [(row["event"], int(row["events"]), int(row["people"])) for row in found["catalogue"]]
    assert kinds == [(row["event"], row["events"], row["people"]) for row in twin["catalogue"]]
    assert [row["kind"] for row in found["catalogue"]] == ["planned", "custom"]
    assert found["catalogue"][0]["last_seen"] == "2026-11-20T12:27:00+00:00"


def test_a_file_has_a_name_and_no_comparison_where_none_is_asked(site: Site) -> None:
    answer = site.get("/overview.csv?range=7&compare=none&panel=trend")
    assert list(table_of(answer)[0]) == ["day", "active_users"]
    assert answer.headers["content-disposition"] == 'attachment; filename="overview-trend.csv"'
    assert answer.text.count("\r\n") == 8
    assert site.get("/overview.csv?range=7&compare=none").text == answer.text


def test_a_file_has_all_kinds_of_events_and_no_formulas(site: Site) -> None:
    site.store.rows["overview_events"] = lambda _: [
        {"event": name, "events": 1, "people": 1, "last_seen": NOW}
        for name in ("=1+1", *(f"kind_{place}" for place in range(20)))
    ]
    rows = table_of(site.get("/overview.csv?panel=catalogue"))
    assert (len(rows), rows[0]["event"]) == (21, "'=1+1")


def test_a_wrong_table_is_told_which_there_are(site: Site) -> None:
    missing = site.get("/overview.csv?panel=%3Cnothing%3E")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert missing.headers["content-type"] == "application/problem+json"
    listed = "the parts of this page are: trend, funnel, events, ats, catalogue"
    assert listed in missing.json()["detail"]
    wrong = site.get("/overview.csv?range=31")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")


def test_a_file_is_not_written_from_old_or_missing_numbers(site: Site) -> None:
    pages_of(site.client.app).watch._overviews = BriefCache(timedelta(0), at_noon)
    assert len(table_of(site.get("/overview.csv?panel=funnel"))) == 5
    site.store.broken = {"funnel"}
    assert "The numbers are the last known ones." in site.get("/overview").text
    missing = site.get("/overview.csv?panel=funnel")
    assert (missing.status_code, missing.json()["code"]) == (503, "store_unavailable")
    assert len(table_of(site.get("/overview.csv?panel=trend"))) == 28


def test_the_links_of_the_page_lead_to_files_of_its_days(site: Site) -> None:
    page = site.get("/overview?range=7&compare=none").text
    links = [html.unescape(one) for one in re.findall(r'<a href="([^"]+)" download>CSV</a>', page)]
    assert [link.rpartition("=")[2] for link in links] == [
        "trend",
        "funnel",
        "events",
        "ats",
        "catalogue",
    ]
    for link in links:
        assert link.startswith("/overview.csv?range=7&compare=none&")
        assert table_of(site.get(link))
    assert re.findall(r'data-png="(\w+)"', page) == ["trend", "funnel", "events", "ats"]


def test_before_the_first_event_the_page_teaches(site: Site) -> None:
    site.store.rows["freshness"] = lambda _: freshness_rows(0)
    page = site.get("/overview", headers={"host": "stats.example:9000"}).text
    assert "Send your first event" in page
    assert 'analytics.write_key = "lw_test_key"' in page
    assert "http://stats.example:9000/v1/track" in page


def test_while_the_store_is_away_the_page_is_there(site: Site) -> None:
    site.store.broken = {"*"}
    answer = site.get("/overview")
    assert answer.status_code == 200
    assert "Waiting for the store" in answer.text


def test_static_files_are_immutable_and_packed(site: Site) -> None:
    answer = site.get(f"{static_path()}/page.css", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    plain = site.get(f"{static_path()}/page.css", headers={"accept-encoding": "identity"})
    assert plain.text == answer.text
    assert plain.headers["content-type"].startswith("text/css")


def test_the_icon_is_where_browsers_look(site: Site) -> None:
    assert site.get("/favicon.ico").headers["content-type"].startswith("image/svg")


def test_a_file_of_another_version_is_not_kept(site: Site) -> None:
    answer = site.get("/static/000000000000/page.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "path", [f"{static_path()}/none.css", "/static/vega/vega-0.js", f"{static_path()}/..%2fx"]
)
def test_other_files_are_not_found(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


def test_the_chart_library_is_sent_packed(site: Site) -> None:
    answer = site.get(f"/static/vega/{bundle_name()}", headers={"accept-encoding": "gzip"})
    assert answer.text == "var vega;"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


def test_a_library_that_cannot_be_made_is_an_answer_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landed.dashboard.routes._BUNDLE_WAIT_SECONDS", 0)
    monkeypatch.setattr("landed.charts.bundle.VegaBundle._load", lambda _: None)
    bundle = pages_of(site.client.app).bundle
    bundle.wait(5)  # the one that the start began
    bundle._content = None
    answer = site.get(f"/static/vega/{bundle_name()}")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")


async def nobody(
    _connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    raise NotAuthorizedException


def test_guards_hold_the_pages_and_leave_the_static_files(tmp_path: Path) -> None:
    app = make_app(MemoryStore(), tmp_path, guards=[nobody])
    with TestClient(app) as client:
        for path in ("/", "/overview", "/overview.json", "/overview.csv", "/overview/live"):
            assert client.get(path, follow_redirects=False).status_code == 401
        assert client.get(f"{static_path()}/page.css").status_code == 200
