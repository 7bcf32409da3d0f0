"""The pages of experiments in a real Chromium, over the demo's own experiment."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.dashboard.conftest import Opener, Site
from tests.serving import Server

pytestmark = pytest.mark.browser

LIST, ONE = "/experiments", "/experiments/ranking_v2"
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="module", autouse=True)
def pictures() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everybody_can_read_it(market: Server, opened: Opener, *, dark: bool) -> None:
    look = "dark" if dark else "light"
    with opened(market, ONE, dark=dark) as seen:
        expect(seen.page.locator(".verdict-card .call strong")).to_be_visible()
        expect(seen.page.locator(".side a[aria-current]")).to_have_text("Experiments")
        assert seen.page.locator("svg.interval").count() >= 7
        assert seen.page.locator("svg.curves").count() >= 2
        for twin in seen.page.locator("details summary").all():
            twin.click()
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
        seen.page.goto(market.url + ONE)
        seen.page.screenshot(path=PICTURES / f"experiment-{look}.png", full_page=True)
    with opened(market, LIST, dark=dark) as seen:
        expect(seen.page.locator("svg.interval")).to_have_count(1)
        seen.page.locator(".new-draft summary").click()
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", [LIST, ONE])
def test_it_fits_a_phone(market: Server, opened: Opener, path: str) -> None:
    with opened(market, path, width=390) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        name = path.strip("/").replace("/", "-")
        seen.page.screenshot(path=PICTURES / f"{name}-phone.png", full_page=True)


def test_it_needs_no_scripts(market: Server, opened: Opener) -> None:
    with opened(market, ONE, scripts=False) as seen:
        expect(seen.page.locator("svg.interval").first).to_be_visible()
        expect(seen.page.locator("table.effects").first).to_contain_text("Click-through rate")


def test_the_report_opens_from_a_file(market: Server, opened: Opener, tmp_path: Path) -> None:
    with opened(market, ONE) as seen:
        with seen.page.expect_download() as waiting:
            seen.page.get_by_role("link", name="Report as a file").click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        asked: list[str] = []
        alone = seen.context.new_page()
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(file.as_uri())
        expect(alone.locator("h1")).to_be_visible()
        assert alone.locator("svg.interval").count() >= 7
        assert asked == [file.as_uri()]
        # The sheet is in force: else the verdict would have the size of text.
        assert (
            alone.locator(".verdict-card .call").evaluate(
                "one => parseFloat(getComputedStyle(one).fontSize)"
            )
            > 20
        )
    with opened(market, f"{ONE}/report.html") as seen:
        expect(seen.page.locator("h1")).to_be_visible()


def test_an_experiment_is_made_by_keyboard(market: Server, opened: Opener) -> None:
    with opened(market, LIST) as seen:
        page = seen.page
        page.locator(".new-draft summary").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Key, in code").focus()
        page.keyboard.type("by-keyboard")
        page.get_by_label("Hypothesis").fill("Keys are enough.")
        page.get_by_label("Primary metric").select_option("click_through_rate")
        page.get_by_role("button", name="Save the draft").press("Enter")
        page.wait_for_url("**/experiments/by-keyboard")
        expect(page.get_by_text("nobody is dealt yet")).to_be_visible()
        page.get_by_text("Start …").press("Enter")
        page.get_by_label("The plan is right.").press("Space")
        page.get_by_role("button", name="Start", exact=True).press("Enter")
        expect(page.locator(".pill")).to_have_text("Running")
        expect(page.get_by_text("Not enough data yet")).to_be_visible()
        page.get_by_text("Stop …").click()
        page.get_by_label("It has run long enough.").check()
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator(".pill")).to_have_text("Stopped")
        page.get_by_text("Decide …").click()
        page.get_by_label("Why").fill("Nothing came of it.")
        page.get_by_role("button", name="Decide", exact=True).click()
        expect(page.locator(".pill")).to_have_text("Decided")
        page.get_by_text("Archive …").click()
        page.get_by_label("Put it away.").check()
        page.get_by_role("button", name="Archive", exact=True).click()
        expect(page.locator(".pill")).to_have_text("Archived")


def test_a_flag_is_switched_by_clicking(market: Server, opened: Opener) -> None:
    with opened(market, LIST) as seen:
        page = seen.page
        name = "Switch Salary insights beside each job"
        for before, after in (("off", "on"), ("on", "off")):
            page.get_by_role("button", name=f"{name} {before}").click()
            expect(page.get_by_role("button", name=f"{name} {after}")).to_be_visible()


def test_the_empty_page_complains_of_nothing(empty_site: Site, opened: Opener) -> None:
    with opened(empty_site, LIST) as seen:
        expect(seen.page.get_by_text("Make the first experiment")).to_be_visible()
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
