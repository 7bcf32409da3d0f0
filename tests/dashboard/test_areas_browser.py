"""Every page in a real Chromium, over the demo market: light, dark, on a phone, by keyboard."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from landed.dashboard.navigation import NAVIGATION
from tests.dashboard.conftest import Opener
from tests.serving import ADMIN_KEY, Server

pytestmark = pytest.mark.browser

PAGES = [link.path for group in NAVIGATION for link in group.links]
OTHERS = {"/overview", "/definitions", "/person", "/experiments"}
PANELS = [path for path in PAGES if path not in OTHERS]
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
PERSON = "person-17"


def picture(path: str, look: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    # The README's picture of the overview is taken by test_real_server.
    name = "overview-whole" if path == "/overview" else path.strip("/")
    return PICTURES / f"{name}-{look}.png"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_draws_and_everybody_can_read_it(
    market: Server, opened: Opener, path: str, *, dark: bool
) -> None:
    with opened(market, f"{path}?range=90", dark=dark) as seen:
        seen.charts_drawn()
        expect(seen.page.locator("h1")).to_be_visible()
        expect(seen.page.locator(".banner:visible")).to_have_count(0)
        link = seen.page.locator(f'.side a[href="{path}"]')
        expect(link).to_have_attribute("aria-current", "page")
        seen.page.screenshot(
            path=picture(path, "dark" if dark else "light"), full_page=path != "/definitions"
        )
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone(market: Server, opened: Opener, path: str) -> None:
    with opened(market, path, width=390) as seen:
        seen.charts_drawn()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        seen.page.screenshot(path=picture(path, "phone"), full_page=path != "/definitions")


@pytest.mark.parametrize("path", PANELS)
def test_numbers_are_there_without_scripts(market: Server, opened: Opener, path: str) -> None:
    with opened(market, f"{path}?range=90", scripts=False) as seen:
        page = seen.page
        assert page.locator("tbody tr").count() > 2
        for twin in page.locator("details.twin summary").all():
            twin.click()
        expect(page.locator("table").first).to_be_visible()


@pytest.mark.parametrize("path", ["/overview", *PANELS])
def test_every_table_is_a_file(market: Server, opened: Opener, path: str) -> None:
    with opened(market, f"{path}?range=90", scripts=False) as seen:
        links = [
            one.get_attribute("href")
            for one in seen.page.get_by_role("link", name="CSV", exact=True).all()
        ]
    assert links
    for href in links:
        answer = httpx.get(f"{market.url}{href}", timeout=30)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        head, *rows = csv.reader(io.StringIO(answer.text))
        assert rows
        assert {len(row) for row in rows} == {len(head)}
        assert len(set(head)) == len(head), href


@pytest.mark.parametrize("path", ["/engagement", "/funnels"])
def test_the_keyboard_reaches_everything(market: Server, opened: Opener, path: str) -> None:
    with opened(market, path) as seen:
        page = seen.page
        seen.charts_drawn()
        reached = []
        for _ in range(120):
            page.keyboard.press("Tab")
            here = page.evaluate(
                "() => { const e = document.activeElement; return e === document.body ? '' : "
                "e.tagName + ' ' + (e.getAttribute('href') || e.name || e.className || "
                "e.textContent.trim()) }"
            )
            if not here:
                break
            reached.append(here)
        assert reached[0] == "A #main"
        for part in ("A /retention", "SUMMARY tool", "SELECT", "DIV scroll tall", "BUTTON link"):
            assert any(one.startswith(part) for one in reached), (part, reached)
        page.locator('.side a[href="/retention"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/retention")


def test_a_funnel_is_built_by_clicking_and_saved(market: Server, opened: Opener) -> None:
    with opened(market, "/funnels?range=90") as seen:
        page = seen.page
        for place in (5, 4, 3):
            page.get_by_label(f"Step {place}", exact=True).select_option("")
            expect(page.get_by_label(f"Step {place + 1}", exact=True)).to_have_count(0)
        page.get_by_label("Step 1", exact=True).select_option("user_signed_up")
        page.wait_for_url("**step=user_signed_up**")
        page.get_by_label("Step 2", exact=True).select_option("resume_uploaded")
        page.wait_for_url("**step=resume_uploaded**")
        page.get_by_label("Step 3", exact=True).select_option("application_submitted")
        page.wait_for_url("**step=application_submitted**")
        page.get_by_label("Within", exact=True).select_option("7d")
        page.wait_for_url("**window=7d**")
        rows = page.locator("#panel-funnel tbody tr")
        expect(rows).to_have_count(3)
        expect(rows.first).to_contain_text("1. User signed up")
        asked: list[tuple[str, str | int | float | bool | None]] = [
            ("step", "user_signed_up"),
            ("step", "resume_uploaded"),
            ("step", "application_submitted"),
            ("window", "7d"),
            ("range", "90"),
        ]
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        answer = httpx.get(
            f"{market.url}/api/analytics/funnel", params=asked, headers=headers, timeout=30
        )
        people = [step["people"] for step in answer.json()["answer"]["steps"]]
        shown = [int(row.locator("td").first.inner_text().replace(",", "")) for row in rows.all()]
        assert shown == people
        page.get_by_text("Save this view").click()
        page.get_by_label("Name").fill("From sign-up to application")
        page.get_by_role("button", name="Save", exact=True).click()
        saved = page.get_by_role("link", name="From sign-up to application")
        expect(saved).to_have_attribute("aria-current", "true")
        page.goto(f"{market.url}/funnels")
        saved.click()
        expect(page.get_by_label("Step 3", exact=True)).to_have_value("application_submitted")
        expect(page.locator(".menu summary")).to_contain_text("Last 28 days")
        page.get_by_role("button", name="Remove From sign-up to application").click()
        expect(saved).to_have_count(0)


def test_a_saved_view_keeps_its_days_where_that_is_wished(market: Server, opened: Opener) -> None:
    with opened(market, "/explore?metric=offers&range=90") as seen:
        page = seen.page
        page.get_by_text("Save this view").click()
        page.get_by_label("Name").fill("Offers of a quarter")
        keep = page.get_by_label("Keep the days too: last 90 days")
        expect(keep).not_to_be_checked()
        keep.check()
        page.get_by_role("button", name="Save", exact=True).click()
        page.goto(f"{market.url}/explore")
        page.get_by_role("link", name="Offers of a quarter").click()
        page.wait_for_url("**range=90**")
        expect(page.locator(".menu summary")).to_contain_text("Last 90 days")
        saved = page.get_by_role("link", name="Offers of a quarter")
        expect(saved).to_have_attribute("aria-current", "true")
        expect(page.get_by_label("Metric", exact=True)).to_have_value("offers")
        page.keyboard.press("w")
        page.wait_for_url("**range=7**")
        expect(saved).not_to_have_attribute("aria-current", "true")
        page.goto(f"{market.url}/explore?metric=offers&range=custom&from=2026-01-01&to=2026-01-31")
        page.get_by_text("Save this view").click()
        expect(page.get_by_label("Keep the days too: 1 Jan to 31 Jan 2026")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_role("button", name="Remove Offers of a quarter").click()
        expect(saved).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "chart"),
    [("/engagement", "active"), ("/overview", "trend"), ("/overview", "funnel")],
)
def test_a_chart_is_saved_as_a_picture(
    market: Server, opened: Opener, tmp_path: Path, path: str, chart: str
) -> None:
    with opened(market, path) as seen:
        seen.charts_drawn()
        with seen.page.expect_download() as waiting:
            seen.page.locator(f'[data-png="{chart}"]').click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
    assert file.name == f"landed-{path.strip('/')}-{chart}.png"
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


@pytest.mark.parametrize("path", ["/overview", "/engagement"])
def test_without_scripts_there_are_files_and_no_pictures(
    market: Server, opened: Opener, path: str
) -> None:
    with opened(market, path, scripts=False) as seen:
        expect(seen.page.get_by_role("link", name="CSV").first).to_be_visible()
        assert seen.page.locator("[data-png]").count() > 1
        expect(seen.page.locator("[data-png]:visible")).to_have_count(0)


def test_a_person_is_found_and_the_id_goes_nowhere(market: Server, opened: Opener) -> None:
    market.post(
        "/v1/track",
        {"userId": PERSON, "event": "feature_used", "properties": {"feature": "cover_letter"}},
    )
    market.wait_for("SELECT 1 FROM events WHERE event = 'feature_used' AND source != 'demo'")
    with opened(market, "/person") as seen:
        page = seen.page
        page.get_by_label("Id of the person").fill(PERSON)
        page.get_by_role("button", name="Look up").click()
        page.wait_for_url(re.compile(r"person=[0-9a-f]{32}"))
        expect(page.locator("#panel-timeline tbody tr").first).to_contain_text("feature_used")
        expect(page.locator("#panel-behaviour")).to_contain_text("cover_letter")
        page.keyboard.press("n")
        page.wait_for_url("**range=90**")
        expect(page.locator("#panel-timeline tbody tr").first).to_be_visible()
        assert PERSON not in "".join(seen.requests)
        page.get_by_label("Id of the person").fill("nobody at all")
        page.get_by_role("button", name="Look up").click()
        expect(page.locator(".banner")).to_contain_text("there is no event of this person")


@pytest.fixture
def link(market: Server) -> str:
    """A person's own link."""
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    made = httpx.post(
        f"{market.url}/api/admin/person-link", json={"user_id": PERSON}, headers=headers, timeout=30
    )
    return str(made.json()["path"])


@pytest.mark.parametrize(
    ("look", "dark", "width"), [("light", False, 1280), ("dark", True, 1280), ("phone", False, 390)]
)
def test_a_persons_own_page_is_for_everybody_to_read(
    market: Server, opened: Opener, link: str, look: str, width: int, *, dark: bool
) -> None:
    with opened(market, link, dark=dark, width=width) as seen:
        expect(seen.page.locator("#panel-allow .action")).to_have_count(4)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        seen.page.locator(".confirm summary").click()
        seen.page.screenshot(path=picture("/me", look), full_page=True)
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_person_says_yes_and_no_and_asks_to_be_forgotten(
    market: Server, opened: Opener, link: str, *, scripts: bool
) -> None:
    with opened(market, link, scripts=scripts) as seen:
        page = seen.page
        training = page.locator("#panel-allow .action", has_text="Teaching models")
        expect(training.locator(".switch")).to_have_text("not allowed")
        training.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(training.locator(".switch")).to_have_text("allowed")
        training.get_by_role("button", name="Refuse").click()
        expect(training.locator(".switch")).to_have_text("not allowed")
        forget = page.locator("#panel-wishes .action", has_text="Be forgotten")
        forget.locator("summary").click()
        forget.get_by_role("button", name="Ask to be forgotten").click()
        expect(forget.locator(".switch")).to_have_text("not asked for")  # the box is not ticked
        forget.get_by_role("checkbox").check()
        forget.get_by_role("button", name="Ask to be forgotten").click()
        expect(forget.locator(".switch")).to_have_text("asked for")
        row = httpx.get(f"{market.url}/privacy.csv?panel=requests&range=365&days=now", timeout=30)
        assert "asked at /me" in row.text
        forget.get_by_role("button", name="Take it back").click()
        expect(forget.locator(".switch")).to_have_text("not asked for")


def test_the_privacy_page_says_what_is_due(market: Server, opened: Opener) -> None:
    with opened(market, "/privacy") as seen:
        page = seen.page
        seen.charts_drawn()
        fields = page.locator("#panel-scrubbed\\.fields tbody tr", has_text="recruiter_email")
        expect(fields).to_contain_text("⟨EMAIL⟩")
        expect(page.locator("#panel-kept")).to_contain_text("LANDED_KEEP_EVENTS_DAYS")
        expect(page.locator("#panel-kept tbody")).to_contain_text("state")
        expect(page.locator("#panel-audit .check-name")).to_have_text("In order")
        page.get_by_role("button", name="Restricted people").focus()
        expect(page.get_by_role("tooltip", name=re.compile("kept and not used"))).to_be_visible()
        page.get_by_role("link", name="The whole log").click()
        page.wait_for_url("**/audit")


def test_events_are_seen_while_they_arrive(market: Server, opened: Opener) -> None:
    with opened(market, "/events") as seen:
        expect(seen.page.locator("[data-live-state]")).to_have_attribute("data-live-state", "live")
        market.post("/v1/track", {"userId": "u-1", "event": "just_now_happened"})
        first = seen.page.locator("#panel-tail tbody tr", has_text="just_now_happened")
        expect(first).to_be_visible(timeout=15_000)
        seen.page.get_by_label("Kind of event").select_option("recommendation_shown")
        seen.page.wait_for_url("**event=recommendation_shown**")
        expect(seen.page.locator("#panel-properties")).to_contain_text("position")


def test_old_and_wrong_addresses_are_answered(market: Server) -> None:
    with httpx.Client(base_url=market.url, timeout=30) as client:
        assert client.get("/engagement?unknown=1").status_code == 200
        wrong = client.get("/retention?grain=year")
        assert wrong.status_code == 422
        assert "it must be one of day, week, month" in wrong.text
        assert 'href="/retention"' in wrong.text
        assert client.get("/person?person=../etc").status_code == 422
        missing = client.get("/revenue.csv?panel=nothing")
        assert missing.status_code == 404
        assert missing.json()["code"] == "not_found"
        ill = client.post("/funnels/saved", data={"name": " ", "address": "window=7d"})
        assert ill.status_code == 422
        odd = client.post("/funnels/saved", data={"name": "x", "address": "window=1y"})
        assert odd.status_code == 422
        assert client.get("/funnels").text.count("saved-one") == 0
