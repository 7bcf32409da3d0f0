"""Pages over a store that is empty, away or slow; and what is kept between requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from landed.dashboard import area_routes
from landed.dashboard.navigation import NAVIGATION
from landed.dashboard.saving import SavedView, fetch_saved_views, save_view
from landed.errors import InvalidInputError
from landed.store import connect
from tests.dashboard.conftest import Opener, Site
from tests.dashboard.test_page_routes import make_app
from tests.unit.insights.overview_rows import MemoryStore

PATHS = [link.path for group in NAVIGATION for link in group.links]
OTHERS = {"/overview", "/definitions", "/person", "/experiments"}
PANELS = [one for one in PATHS if one not in OTHERS]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def client(store: MemoryStore, tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    with TestClient(make_app(store, tmp_path)) as made:
        yield made


def test_an_empty_store_is_an_empty_page_and_no_error(empty_site: Site) -> None:
    person = f"/person?person={'0' * 32}"
    for path in [*PANELS, person, "/events?event=page_viewed", "/funnels?by=device"]:
        answer = httpx.get(empty_site.url + path, timeout=30)
        assert answer.status_code == 200, path
        assert "could not" not in answer.text
    assert "there is no event of this person" in httpx.get(empty_site.url + person).text
    assert "subscription_started" in httpx.get(f"{empty_site.url}/revenue").text


@pytest.mark.browser
def test_an_empty_page_complains_of_nothing(empty_site: Site, opened: Opener) -> None:
    for path in PANELS:
        with opened(empty_site, path) as seen:
            seen.charts_drawn()


def test_a_store_that_is_away_is_told_part_by_part(
    client: TestClient[Litestar], store: MemoryStore
) -> None:
    store.broken.add("*")
    for path in set(PANELS) - {"/audit"}:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "the store does not answer" in answer.text
        assert '<div class="panels">' in answer.text
    assert client.get("/revenue.csv").status_code == 503
    store.broken.clear()
    store.rows["saved_views"] = lambda _: [{"name": "Mine", "address": "window=7d"}]
    store.rows["event_volume"] = lambda _: [{"events": 0}]
    store.broken |= {"funnel", "paths", "resume_processing"}
    page = client.get("/funnels").text
    assert "The funnel: the store does not answer" in page
    assert 'href="/funnels?window=7d"' in page


def test_a_part_that_takes_long_is_named_and_fetched_once(
    client: TestClient[Litestar], store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area_routes, "_PATIENCE_SECONDS", 0.1)
    go = threading.Event()
    asked: list[dict[str, Any]] = []

    def slowly(given: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append(given)
        assert go.wait(20)
        return []

    store.rows["event_tail"] = slowly
    store.rows["overview_events"] = lambda _: []
    first = client.get("/events")
    assert "The last events is still being computed; reload the page in a moment." in first.text
    go.set()
    again = client.get("/events")
    assert "still being computed" not in again.text
    assert "Nothing came in the last seven days." in again.text
    assert len(asked) == 1


def test_an_answer_is_good_for_a_minute(client: TestClient[Litestar], store: MemoryStore) -> None:
    store.rows["retention"] = lambda _: []
    for _ in range(3):
        assert client.get("/retention?range=7").status_code == 200
    assert [name for name, _ in store.asked].count("retention") == 1
    client.get("/retention?range=28")
    assert [name for name, _ in store.asked].count("retention") == 2


def test_an_id_becomes_a_pseudonym_at_once(client: TestClient[Litestar]) -> None:
    answer = client.post(
        "/person", data={"user_id": " user-1 ", "range": "90"}, follow_redirects=False
    )
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert place.startswith("/person?range=90&person=")
    assert "user-1" not in place
    same = client.post("/person", data={"user_id": "user-1"}, follow_redirects=False)
    assert same.headers["location"].rpartition("=")[2] == place.rpartition("=")[2]


def test_views_are_kept_by_the_store_until_they_are_taken_away(database: str) -> None:
    with connect(database) as store:
        store.migrate()
        kept = save_view(store, "/funnels", "  To offers ", "step=a&step=b&window=7d")
        assert kept == SavedView(name="To offers", address="step=a&step=b&window=7d")
        save_view(store, "/explore", "To offers", "metric=offers")
        save_view(store, "/funnels", "A first", "window=1d")
        assert [one.name for one in fetch_saved_views(store, "/funnels")] == [
            "A first",
            "To offers",
        ]
        save_view(store, "/funnels", "To offers", "window=30d")
        assert fetch_saved_views(store, "/funnels")[1].address == "window=30d"
        save_view(store, "/funnels", "To offers", "")
        assert [one.name for one in fetch_saved_views(store, "/funnels")] == ["A first"]
        assert len(fetch_saved_views(store, "/explore")) == 1


def test_a_view_keeps_its_days_where_that_is_wished(
    client: TestClient[Litestar], store: MemoryStore
) -> None:
    kept: list[dict[str, Any]] = []

    def keep(given: dict[str, Any]) -> list[dict[str, Any]]:
        kept.append(given)
        return []

    store.rows |= {"saved_views": lambda _: kept, "save_view": keep}
    asked = {"name": "Ours", "address": "metric=offers&grain=week"}
    days = "range=custom&from=2026-10-01&to=2026-10-31"
    plain = client.post("/explore/saved", data=asked, follow_redirects=False)
    assert plain.headers["location"] == "/explore?metric=offers&grain=week"
    dated = client.post("/explore/saved", data={**asked, "days": days}, follow_redirects=False)
    assert dated.headers["location"] == f"/explore?{days}&metric=offers&grain=week"
    assert [one["address"] for one in kept] == [asked["address"], f"{days}&{asked['address']}"]
    odd = client.post("/explore/saved", data={**asked, "days": "range=31"})
    assert odd.status_code == 422
    assert "it must be" in odd.text
    # A name is taken away with an empty address, which days do not fill.
    client.post("/explore/saved", data={"name": "Ours", "address": "", "days": days})
    assert kept[-1]["address"] == ""


@pytest.mark.parametrize(
    ("name", "address", "field"),
    [
        ("", "a=1", "name"),
        ("x" * 81, "a=1", "name"),
        ("a\nb", "a=1", "name"),
        ("a", "x" * 5000, "address"),
    ],
)
def test_what_is_no_name_or_no_address_is_refused(
    store: MemoryStore, name: str, address: str, field: str
) -> None:
    store.rows["saved_views"] = lambda _: []
    with pytest.raises(InvalidInputError) as refused:
        save_view(store, "/funnels", name, address)
    assert refused.value.detail == field


def test_a_page_holds_a_hundred_views(store: MemoryStore) -> None:
    store.rows["saved_views"] = lambda _: [
        {"name": f"view {place}", "address": "a=1"} for place in range(100)
    ]
    store.rows["save_view"] = lambda _: []
    with pytest.raises(InvalidInputError, match="remove one first"):
        save_view(store, "/funnels", "one more", "a=1")
    save_view(store, "/funnels", "view 7", "a=2")
    save_view(store, "/funnels", "one more", "")
