"""Explore and definitions in a real browser: choosing, keys, dark, without scripts, on a phone."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import Opener, Site

pytestmark = pytest.mark.browser


def test_choosing_shows_at_once_and_the_address_says_it(site: Site, opened: Opener) -> None:
    with opened(site, "/explore") as watched:
        page = watched.page
        page.locator("[data-chart=explore][data-drawn] svg").wait_for(timeout=30_000)
        page.get_by_label("Metric").select_option("click_through_rate")
        page.wait_for_url("**metric=click_through_rate**")
        page.get_by_label("Split").select_option("tier")
        page.wait_for_url("**by=tier**")
        expect(page.get_by_role("rowheader").first).to_be_visible()
        page.locator("[data-chart=explore][data-drawn] svg").wait_for()
        page.keyboard.press("n")
        page.wait_for_url("**range=90**by=tier**")
        expect(page.get_by_label("Metric")).to_have_value("click_through_rate")
        page.get_by_label("Time").select_option("total")
        page.wait_for_url("**grain=total**")
        page.locator("[data-chart=explore][data-drawn] svg").wait_for()


def test_without_scripts_numbers_and_choices_are_there(site: Site, opened: Opener) -> None:
    with opened(site, "/explore?metric=applications&grain=week", scripts=False) as watched:
        page = watched.page
        expect(page.get_by_role("rowheader").first).to_be_visible()
        page.get_by_label("Time").select_option("total")
        page.get_by_role("button", name="Show").last.click()
        expect(page.get_by_text("Whole period")).to_be_visible()


def test_what_cannot_be_followed_and_what_is_wrong(site: Site, opened: Opener) -> None:
    with opened(site, "/explore?metric=active_users&by=tier") as watched:
        expect(watched.page.get_by_text("cannot be split by tier")).to_be_visible()
    answer = httpx.get(f"{site.url}/explore?metric=no_such")
    assert answer.status_code in {404, 422}
    assert "This address cannot be shown" in answer.text
    assert 'href="/explore"' in answer.text


def test_the_file(site: Site) -> None:
    answer = httpx.get(f"{site.url}/explore.csv?metric=applications&grain=week")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "explore-explore.csv" in answer.headers["content-disposition"]
    head = "from,applications,applications_ci_low,applications_ci_high,applications_n"
    assert answer.text.splitlines()[0] == head
    wrong = httpx.get(f"{site.url}/explore.csv?metric=no_such")
    assert wrong.headers["content-type"] == "application/problem+json"
