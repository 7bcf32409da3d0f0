"""landed.js in a real Chromium: what the page did is what the store has."""

from __future__ import annotations

import gzip
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from landed.config import Settings
from landed.experiments import Experiment, Phase, Split, Variant
from landed.wiring import build_state
from tests.browser_client.hosting import hosting
from tests.definitions import keep_definitions
from tests.serving import WRITE_KEY, Server, serving

pytestmark = pytest.mark.browser

Row = dict[str, Any]
NUMBERS = itertools.count()


TIPS = Experiment(
    key="tips",
    variants=(Variant(key="control"), Variant(key="tips", value="show tips")),
    phases=(Phase(split=Split(salt="tips-1", weights=(0.0, 1.0))),),
    state="running",
)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("landed")
    with serving(folder) as running:
        state = build_state(Settings(data=folder))
        keep_definitions(state, TIPS)
        state.close()
        yield running


@dataclass
class Visitor:
    """A browser window on the host's website, and what landed heard of it."""

    landed: Server
    site: str
    context: BrowserContext
    page: Page
    tag: str
    requests: list[str]
    complaints: list[str]

    def rows(self) -> list[Row]:
        """The events of this window's pages, in order of time."""
        mine = f"SELECT subject_key FROM events WHERE properties.entry_path = '/{self.tag}'"  # noqa: S608 - our own tag
        return self.landed.sql(
            "SELECT event, toString(session_id) AS visit, toString(subject_key) AS person, "  # noqa: S608 - as above
            "toUnixTimestamp64Milli(occurred_at) AS at, properties FROM events "
            f"WHERE subject_key IN ({mine}) ORDER BY occurred_at, event"
        )

    def wait_for(self, *events: str) -> list[Row]:
        """Wait until these events are stored, as often as they are named."""
        wanted = sorted(events)
        end = time.monotonic() + 30
        while True:
            rows = self.rows()
            names = sorted(row["event"] for row in rows)
            if all(names.count(name) >= wanted.count(name) for name in wanted):
                return rows
            assert time.monotonic() < end, (names, wanted, self.complaints)
            self.page.wait_for_timeout(100)

    def stored(self) -> dict[str, str]:
        """What the browser remembers."""
        found: dict[str, str] = self.page.evaluate("() => ({...localStorage})")
        return found


Visit = Callable[..., Any]


@pytest.fixture
def visit(landed: Server, browser: Browser) -> Visit:
    """Open the website; the script is there when it gives the window."""

    @contextmanager
    def open_window(options: str = "", before: str = "", path: str = "") -> Iterator[Visitor]:
        with hosting(landed.url, WRITE_KEY, options) as site:
            context = browser.new_context()
            if before:
                context.add_init_script(before)
            page = context.new_page()
            requests: list[str] = []
            complaints: list[str] = []
            context.on("request", lambda one: requests.append(f"{one.method} {one.url}"))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            # No random hex: one in some thousand looks like an account number, and is scrubbed.
            tag = f"window-{next(NUMBERS)}"
            page.goto(f"{site}/{tag}{path}")
            page.wait_for_function("() => window.landed && window.landed.track")
            visitor = Visitor(landed, site, context, page, tag, requests, complaints)
            yield visitor
            context.close()
            assert complaints == []

    return open_window


def of(rows: list[Row], event: str) -> list[Row]:
    return [row for row in rows if row["event"] == event]


def told(row: Row) -> Row:
    """The properties that are there."""
    properties = row["properties"]
    found = json.loads(properties) if isinstance(properties, str) else properties
    return {name: value for name, value in found.items() if value not in ("", None)}


def test_a_page_tells_of_its_visit_and_of_what_was_queued_early(visit: Visit) -> None:
    path = "?utm_source=mail&name=Ann"
    with visit(path=path) as window:
        rows = window.wait_for("session_started", "page_viewed", "goal_set")
        (started,) = of(rows, "session_started")
        assert told(started) == {
            "entry_path": f"/{window.tag}",
            "device_type": "desktop",
            "utm_source": "mail",
        }
        (viewed,) = of(rows, "page_viewed")
        assert told(viewed) == {"path": f"/{window.tag}"}
        assert len({row["visit"] for row in rows}) == len({row["person"] for row in rows}) == 1
        assert "Ann" not in json.dumps(rows)


FLAGS = """async () => {
    const flag = await landed.flags({plan: "pro"});
    return [flag("tips", "mine"), flag("tips", "mine"), flag("never-heard-of", "mine")];
}"""


def test_flags_are_answered_and_meeting_a_variant_is_told_once(visit: Visit) -> None:
    with visit() as window:
        assert window.page.evaluate(FLAGS) == ["show tips", "show tips", "mine"]
        rows = window.wait_for("experiment_exposed", "page_viewed")
        (exposed,) = of(rows, "experiment_exposed")
        assert told(exposed) == {
            "experiment_id": "tips",
            "variant": "tips",
            "experiment_version": 1,
            "salt": "tips-1",
            "algorithm": "growthbook_v2",
        }


def test_who_has_not_agreed_gets_the_codes_own_values(visit: Visit) -> None:
    with visit('data-consent="required"') as window:
        assert window.page.evaluate(FLAGS) == ["mine", "mine", "mine"]
        assert not any("ofrep" in one for one in window.requests)


def test_interactions_by_attribute_and_by_call(visit: Visit) -> None:
    with visit() as window:
        page = window.page
        page.get_by_text("Save").click()
        page.get_by_text("Open").click()
        page.get_by_text("Nothing").click()
        page.evaluate("landed.track('resume_uploaded', {file_type: 'pdf'})")
        page.evaluate("document.forms[0].addEventListener('submit', e => e.preventDefault())")
        page.get_by_text("Apply").click()
        rows = window.wait_for(
            *("interaction_recorded", "interaction_recorded"),
            *("recommendation_clicked", "resume_uploaded"),
        )
        saved, sent = (told(row) for row in of(rows, "interaction_recorded"))
        here = f"/{window.tag}"
        assert saved == {"action": "click", "element": "save-search", "page_path": here}
        assert sent == {"action": "submit", "element": "apply-form", "page_path": here}
        (clicked,) = of(rows, "recommendation_clicked")
        assert told(clicked) == {"job_id": "17", "position": 2, "tier": "optimal"}


def test_pages_without_loading_and_the_time_in_sight(visit: Visit) -> None:
    with visit() as window:
        window.page.wait_for_timeout(600)
        window.page.evaluate("history.pushState({}, '', '/jobs')")
        window.page.evaluate("history.pushState({}, '', '/jobs?sort=new')")
        window.page.wait_for_timeout(200)
        window.page.go_back()
        window.page.go_back()
        rows = window.wait_for("page_viewed", "page_viewed", "page_viewed", "page_left")
        assert [told(row)["path"] for row in of(rows, "page_viewed")] == [
            f"/{window.tag}",
            "/jobs",
            f"/{window.tag}",
        ]
        first = told(of(rows, "page_left")[0])
        assert first["path"] == f"/{window.tag}"
        assert 0.5 < first["duration_seconds"] < 10


def test_a_tab_that_is_closed_tells_its_last(visit: Visit) -> None:
    with visit() as window:
        window.wait_for("page_viewed")
        window.page.get_by_text("Save").click()
        keeper = window.context.new_page()  # the window stays
        window.page.close(run_before_unload=True)
        window.page = keeper
        rows = window.wait_for("interaction_recorded", "page_left")
        assert len(of(rows, "page_left")) == 1


def test_offline_and_back(visit: Visit) -> None:
    with visit() as window:
        window.wait_for("page_viewed")
        window.context.set_offline(True)
        window.page.evaluate("landed.track('goal_set', {goal_type: 'offline'})")
        window.page.wait_for_timeout(1_500)
        before = len(window.rows())
        window.context.set_offline(False)
        rows = window.wait_for("goal_set", "goal_set")
        assert len(rows) == before + 1
        late = next(row for row in rows if told(row).get("goal_type") == "offline")
        assert int(late["at"]) < time.time() * 1000 - 1_000


def test_offline_and_closed_the_next_page_tells(visit: Visit) -> None:
    with visit() as window:
        window.wait_for("page_viewed", "goal_set")
        window.context.set_offline(True)
        window.page.evaluate("landed.track('goal_set', {goal_type: 'kept'})")
        window.page.wait_for_timeout(1_300)
        assert any(name.startswith("landed.queue.") for name in window.stored())
        window.context.set_offline(False)
        second = window.context.new_page()
        second.goto(f"{window.site}/again")
        rows = window.wait_for("goal_set", "goal_set", "page_viewed", "page_viewed")
        assert sum(told(row).get("goal_type") == "kept" for row in rows) == 1
        assert len({row["visit"] for row in rows}) == 1


def test_a_server_that_is_busy_gets_it_later_and_once(visit: Visit) -> None:
    with visit() as window:
        window.wait_for("page_viewed", "goal_set")
        answers = [503, 500, 429]

        def refuse(route: Any) -> None:
            if answers:
                route.fulfill(status=answers.pop(0), headers={"Access-Control-Allow-Origin": "*"})
            else:
                route.continue_()

        window.context.route("**/api/analytics/events", refuse)
        window.page.evaluate("landed.track('goal_set', {goal_type: 'busy'})")
        rows = window.wait_for("goal_set", "goal_set")
        assert answers == []
        assert sum(told(row).get("goal_type") == "busy" for row in rows) == 1


def test_without_consent_nothing_is_sent_or_kept(visit: Visit) -> None:
    with visit('data-consent="required"') as window:
        window.page.get_by_text("Save").click()
        window.page.evaluate("landed.identify('user-1')")
        window.page.wait_for_timeout(1_500)
        assert window.stored() == {}
        assert not [one for one in window.requests if one.startswith("POST")]
        window.page.evaluate("landed.consent(true, '2026-01')")
        rows = window.wait_for("consent_changed", "page_viewed", "session_started")
        (given,) = of(rows, "consent_changed")
        assert told(given) == {"purpose": "analytics", "granted": True, "policy_version": "2026-01"}
        window.page.evaluate("landed.consent(false)")
        rows = window.wait_for("consent_changed", "consent_changed")
        assert window.stored() == {"landed.consent": "false"}
        posts = [one for one in window.requests if one.startswith("POST")]
        window.page.get_by_text("Save").click()
        window.page.wait_for_timeout(1_500)
        assert [one for one in window.requests if one.startswith("POST")] == posts


@pytest.mark.parametrize("signal", ["globalPrivacyControl: true", "doNotTrack: '1'"])
def test_a_signal_of_the_browser_is_obeyed(signal: str, visit: Visit) -> None:
    name, value = signal.split(": ")
    before = f"Object.defineProperty(navigator, '{name}', {{ get: () => {value} }})"
    with visit(before=before) as window:
        window.page.get_by_text("Save").click()
        window.page.evaluate("landed.consent(true)")
        window.page.wait_for_timeout(1_300)
        assert not [one for one in window.requests if one.startswith("POST")]
        assert window.stored() in ({}, {"landed.consent": "true"})


def test_a_window_without_storage_tells_all_the_same(visit: Visit) -> None:
    before = "Object.defineProperty(window, 'localStorage', { get: () => { throw Error('no') } })"
    with visit(before=before) as window:
        window.page.get_by_text("Save").click()
        rows = window.wait_for("session_started", "page_viewed", "interaction_recorded")
        assert len({row["visit"] for row in rows}) == 1


def test_a_clock_that_is_wrong_is_set_right(visit: Visit) -> None:
    before = "const then = Date; Date = class extends then { constructor(...a) { "
    before += "a.length ? super(...a) : super(then.now() + 3 * 864e5) } "
    before += "static now() { return then.now() + 3 * 864e5 } }"
    with visit(before=before) as window:
        rows = window.wait_for("page_viewed")
        at = datetime.fromtimestamp(int(of(rows, "page_viewed")[0]["at"]) / 1000, UTC)
        assert abs((datetime.now(UTC) - at).total_seconds()) < 60


def test_a_visit_ends_after_half_an_hour(visit: Visit) -> None:
    with visit() as window:
        window.wait_for("page_viewed")
        window.page.evaluate(
            "localStorage['landed.visit'] = JSON.stringify("
            "{...JSON.parse(localStorage['landed.visit']), at: Date.now() - 31 * 6e4})"
        )
        window.page.get_by_text("Save").click()
        rows = window.wait_for("session_started", "session_started", "interaction_recorded")
        assert len({row["visit"] for row in rows}) == 2
        (saved,) = of(rows, "interaction_recorded")
        assert saved["visit"] == of(rows, "session_started")[1]["visit"]


def test_log_in_and_log_out(visit: Visit, landed: Server) -> None:
    with visit() as window:
        window.wait_for("page_viewed")
        user = f"user-{window.tag}"
        window.page.evaluate(f"landed.identify('{user}', {{plan: 'premium'}})")
        window.page.evaluate("landed.track('goal_achieved', {goal_type: 'x'})")
        window.page.evaluate("landed.reset()")
        window.page.evaluate(f"landed.track('goal_set', {{goal_type: '{window.tag}'}})")
        goals = f"FROM events WHERE properties.goal_type IN ('x', '{window.tag}')"
        landed.wait_for(f"SELECT count() AS n {goals} HAVING n = 2")
        known = landed.sql(f"SELECT toString(subject_key) AS person {goals}")
        assert known[0]["person"] != known[1]["person"]
        assert user not in json.dumps(landed.sql("SELECT * FROM events LIMIT 1000"))


def test_it_is_small_kept_by_browsers_and_open_to_other_sites(landed: Server) -> None:
    answer = httpx.get(f"{landed.url}/landed.js", headers={"Accept-Encoding": "gzip"})
    assert int(answer.headers["content-length"]) < 4_096
    assert len(gzip.compress(answer.content, 9)) < 4_096
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    again = {"If-None-Match": answer.headers["etag"]}
    assert httpx.get(f"{landed.url}/landed.js", headers=again).status_code == 304
    plain = httpx.get(f"{landed.url}/landed.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content
    types = httpx.get(f"{landed.url}/landed.d.ts")
    assert "export interface Landed" in types.text
