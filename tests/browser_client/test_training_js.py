"""landed-training.js in a real Chromium on another origin, against a real zone."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route

from tests.api.asking import ADMIN
from tests.browser_client.hosting import hosting
from tests.serving import WRITE_KEY, Server, serving

pytestmark = pytest.mark.browser

Load = Callable[..., Page]
LOG = "**/api/training/log"
TAILORING = {
    "userId": "user-id",
    "resumeId": "resume-id",
    "isRefinement": False,
    "resumeText": "resume text",
    "jobDescription": "job description",
    "tailoredText": "tailored resume text",
    "atsScore": 85,
    "jdScore": 90,
    "tailoringMode": "personalized",
    "version": 1,
}
CALL = "([name, event]) => window.hooks.then(hooks => hooks[name](event))"


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("training"), LANDED_TRAINING="1") as running:
        yield running


@pytest.fixture
def load(landed: Server, browser: Browser) -> Iterator[Load]:
    """Open a page of a host that loads the module."""
    with ExitStack() as made:

        def open_page(*, training: bool | None = True, before: str = "") -> Page:
            site = made.enter_context(hosting(landed.url, WRITE_KEY))
            context = made.enter_context(browser.new_context())
            page = context.new_page()
            if before:
                page.add_init_script(before)
            page.goto(site)
            page.evaluate(
                """async ([home, key, training]) => {
                  window.hooks = import(home + "/landed-training.js");
                  const consent = training === null ? undefined : { training: training };
                  (await window.hooks).configure({ key: key, consent: consent, wait: 50 });
                }""",
                [landed.url, WRITE_KEY, training],
            )
            return page

        yield open_page


def call(page: Page, name: str, event: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(CALL, [name, event])
    return found


def _note(sent: list[str], request: Request) -> None:
    # A browser asks for a page's icon and landed.js tells of the visit, both sometimes late.
    if not request.url.endswith(("/favicon.ico", "/api/analytics/events")):
        sent.append(request.url)


def clicks(landed: Server) -> int:
    """How many interactions are in the zone."""
    answer = httpx.get(f"{landed.url}/api/training/report", headers=ADMIN, timeout=60)
    return next(int(one["rows"]) for one in answer.json() if one["table"] == "interactions")


def test_the_hooks_of_the_contract_arrive(landed: Server, load: Load) -> None:
    page = load()
    assert call(page, "logResumeTailoringEvent", TAILORING) == {"status": "accepted"}
    click = {"userId": "user-id", "action": "click", "element": "refine-button"}
    assert call(page, "logInteractionEvent", click) == {"status": "accepted"}
    upload = {"userId": "user-id", "resumeId": 7, "action": "uploaded"}
    assert call(page, "logResumeEvent", upload) == {"status": "accepted"}
    assert landed.alive()


def test_without_a_yes_nothing_leaves_the_page(load: Load) -> None:
    click = {"userId": "user-id", "action": "click", "element": "refine-button"}
    signal = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"
    for page in (load(training=None), load(training=False), load(before=signal)):
        sent: list[str] = []
        page.on("request", partial(_note, sent))
        assert call(page, "logInteractionEvent", click) == {"status": "withheld"}
        page.wait_for_timeout(200)
        assert sent == []


def test_a_bad_event_is_told_and_its_neighbours_are_taken(load: Load) -> None:
    page = load()
    found = page.evaluate(
        """async (event) => { const hooks = await window.hooks; return Promise.all([
          hooks.logInteractionEvent({ userId: "u", action: "click", element: "a" }),
          hooks.logResumeTailoringEvent(Object.assign({}, event, { atsScore: 400 })),
        ]); }""",
        TAILORING,
    )
    assert found[0] == {"status": "accepted"}
    assert found[1]["status"] == "rejected"
    assert found[1]["reason"].startswith("$.events[1].ats_score: ")


def test_it_is_sent_again_until_it_arrives(load: Load) -> None:
    page = load()
    asked: list[str] = []

    def away(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "")["events"][0]["message_id"])
        if len(asked) == 1:
            route.fulfill(status=503, body="{}", headers={"Access-Control-Allow-Origin": "*"})
        elif len(asked) == 2:
            route.abort()
        else:
            route.continue_()

    page.route(LOG, away)
    click = {"userId": "u", "action": "click", "element": "again"}
    assert call(page, "logInteractionEvent", click) == {"status": "accepted"}
    assert len(asked) == 3
    assert len(set(asked)) == 1


def test_long_texts_go_at_once_and_whole(load: Load) -> None:
    page = load()
    # 3 bytes each: what a browser lets outlive a page is counted in bytes.
    long = {**TAILORING, "resumeText": "求" * 30_000}
    assert call(page, "logResumeTailoringEvent", long) == {"status": "accepted"}


def test_closing_the_page_loses_nothing(landed: Server, load: Load) -> None:
    known = clicks(landed)
    page = load()
    page.evaluate(
        """async () => { const hooks = await window.hooks; hooks.configure({ wait: 60000 });
        hooks.logInteractionEvent({ userId: "leaver", action: "click", element: "last" }); }"""
    )
    page.goto("about:blank")
    end = time.monotonic() + 20
    while clicks(landed) < known + 1:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_it_is_small_and_has_types(landed: Server) -> None:
    answer = httpx.get(f"{landed.url}/landed-training.js")
    assert len(gzip.compress(answer.content, 9)) < 4_096
    assert answer.headers["content-type"].startswith("text/javascript")
    types = httpx.get(f"{landed.url}/landed-training.d.ts").text
    for name in ("configure", "logResumeTailoringEvent", "logInteractionEvent", "flush"):
        assert f"export function {name}(" in types
