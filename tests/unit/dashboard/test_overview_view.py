from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from landed.dashboard.rendering import make_frame, render_html
from landed.dashboard.types import OverviewView
from landed.dashboard.view import build_overview_view
from landed.insights import Estimate, Overview, fetch_overview, parse_period
from landed.metrics import METRICS
from tests.dashboard.small_app import SmallCheck, SmallHealth, all_well
from tests.unit.insights.overview_rows import (
    NOW,
    MemoryStore,
    daily_rows,
    freshness_rows,
    funnel_rows,
    health_rows,
    total_rows,
)

FRAME = make_frame("Overview", "/overview")


def an_overview(
    store: MemoryStore | None = None, asked: dict[str, str] | None = None, *, compare: bool = True
) -> Overview:
    with ThreadPoolExecutor(2) as pool:
        return fetch_overview(
            store or MemoryStore(), parse_period(asked or {}, NOW), NOW, pool=pool, compare=compare
        )


def view_of(overview: Overview, *, compare: bool = True) -> OverviewView:
    return build_overview_view(overview, all_well(), FRAME, compare=compare)


def html_of(overview: Overview, *, compare: bool = True) -> str:
    return render_html("overview.html", view_of(overview, compare=compare))


def test_the_tiles_are_the_headline_numbers() -> None:
    before = total_rows(active_users=100)
    store = MemoryStore(
        {
            "overview_totals": lambda given: (
                total_rows() if given["until"] == NOW.replace(microsecond=0) else before
            )
        }
    )
    tiles = view_of(an_overview(store)).tiles
    assert [(tile.definition.name, tile.value) for tile in tiles] == [
        ("active_users", "110"),
        ("recommendations_shown", "2,000"),
        ("click_through_rate", "26.5%"),
        ("applications", "90"),
        ("interview_rate", "10.0%"),
        ("offers", "3"),
    ]
    assert tiles[0].delta
    assert tiles[0].delta.words == "up 10.0% from the period before"
    assert tiles[4].note == "of 90 · 67% known"


def test_every_number_on_the_page_names_a_metric_of_the_registry() -> None:
    html = html_of(an_overview())
    named = re.findall(r'aria-describedby="([^"]+)"', html)
    assert len(named) == len(set(named)) == 17
    for one in named:
        assert html.count(f'id="{one}"') == 1
        assert one.split("-", 2)[2] in METRICS


def test_a_small_change_of_the_interview_rate_is_not_news() -> None:
    overview = an_overview()
    small = Estimate(value=4 / 35, std_error=0.054)
    large = Estimate(value=0.4, std_error=0.008)
    before = Estimate(value=0.2, std_error=0.03)
    noisy = replace(overview, interview_rate=small, previous_interview_rate=before)
    change = view_of(noisy).tiles[4].delta
    assert change
    assert (change.tone, change.words[-19:]) == ("flat", "which may be chance")
    certain = replace(overview, interview_rate=large, previous_interview_rate=before)
    change = view_of(certain).tiles[4].delta
    assert change
    assert change.tone == "good"


@pytest.mark.parametrize(
    ("rate", "note"),
    [
        (Estimate(value=None, n=12, matured_rate=0.0), "12 still open"),
        (Estimate(value=None, n=0), "none sent"),
        (None, ""),
    ],
)
def test_an_interview_rate_that_is_not_known_is_no_zero(rate: Estimate | None, note: str) -> None:
    tile = view_of(replace(an_overview(), interview_rate=rate)).tiles[4]
    assert (tile.value, tile.note) == ("—", note)


@pytest.mark.parametrize(
    ("people", "matured", "words"),
    [
        ((100, 60, 30, 8, 2), (80, 50, 20, 6, 1), "Rates are of the 80 people whose 21 days"),
        ((9, 5, 2, 0, 0), (0, 0, 0, 0, 0), "Nobody has had their 21 days yet"),
        ((9, 5, 2, 0, 0), (9, 5, 2, 0, 0), "All 9 people have had their 21 days"),
        ((0, 0, 0, 0, 0), (0, 0, 0, 0, 0), "Appears with the first recommendation_shown"),
    ],
)
def test_the_funnel_says_whom_its_rates_are_of(
    people: tuple[int, ...], matured: tuple[int, ...], words: str
) -> None:
    store = MemoryStore({"funnel": lambda _: funnel_rows(people, matured)})
    funnel = view_of(an_overview(store)).funnel
    assert words in funnel.footnote
    assert (funnel.spec is None) == (people[0] == 0)


def test_a_young_installation_has_nothing_to_compare_with() -> None:
    first = NOW - timedelta(days=9)
    view = view_of(an_overview(MemoryStore({"freshness": lambda _: freshness_rows(9, first)})))
    assert view.tiles[0].delta is None
    assert view.tiles[0].note == "no earlier data"
    assert [entry.words for entry in view.trend.legend] == ["This period", "Today so far"]
    assert "before" not in str(view.trend.table)


def test_days_before_the_first_event_are_unknown_and_not_zero() -> None:
    first = NOW - timedelta(days=9)
    view = view_of(an_overview(MemoryStore({"freshness": lambda _: freshness_rows(9, first)})))
    for chart in (view.trend, view.events, view.ats):
        assert chart.spec
        assert len(chart.spec["datasets"]["series"]) == 10
    assert view.trend.footnote == "Events reach back to 11 Nov 2026."


def test_without_comparison_the_page_shows_none() -> None:
    view = view_of(an_overview(compare=False), compare=False)
    assert view.compared_words == ""
    assert {tile.delta for tile in view.tiles} == {None}
    assert view.menu.compare is not None
    assert view.menu.compare.href == "/overview?range=28&compare=previous"
    assert view.live_href == "/overview/live?range=28&compare=none"


def test_a_finished_period_has_no_unfinished_day() -> None:
    asked = {"range": "custom", "from": "2026-10-01", "to": "2026-10-10"}
    view = view_of(an_overview(asked=asked))
    assert view.menu.chosen == "Custom"
    assert view.menu.custom.is_chosen
    assert [entry.words for entry in view.trend.legend] == ["This period", "Period before"]
    assert view.period_words == "1 Oct 2026 to 10 Oct 2026".replace(" 2026 to", " to")


def test_while_the_store_is_away_the_page_says_so_and_stands() -> None:
    html = html_of(an_overview(MemoryStore(broken={"*"})))
    assert "Waiting for the store" in html
    assert "Some numbers are missing." in html
    assert html.count("Nothing to draw yet.") == 4
    assert "Not known while the store is away." in html


def test_old_numbers_are_called_the_last_known() -> None:
    banner = view_of(an_overview(MemoryStore(broken={"funnel"}))).banner
    assert banner
    assert "last known" in banner.text


def test_without_a_scored_cv_the_card_says_what_brings_it() -> None:
    def unscored(given: dict[str, object]) -> list[dict[str, object]]:
        rows = daily_rows(given["since"], given["until"])  # type: ignore[arg-type]  # datetimes
        return [row | {"avg_ats_score": None} for row in rows]

    ats = view_of(an_overview(MemoryStore({"overview_daily": unscored}))).ats
    assert ats.spec is None
    assert "ats_score" in ats.footnote


def test_custom_events_have_a_badge_and_names_are_escaped() -> None:
    html = html_of(an_overview())
    assert html.count(">custom</span>") == 1
    assert "<b>" not in html


def test_health_shows_what_needs_attention() -> None:
    report = SmallHealth(ready=False, checks=(SmallCheck("spool", ok=False, note="disk full"),))
    view = build_overview_view(an_overview(), report, FRAME, compare=True)
    html = render_html("overview.html", view)
    assert "needs attention" in html
    assert "disk full" in html
    assert "Needs attention" in html


def test_unmeasured_health_is_a_dash() -> None:
    store = MemoryStore({"overview_health": lambda _: health_rows(error_rate=None)})
    assert view_of(an_overview(store)).facts[0].value == "—"


def test_more_kinds_of_events_than_fit_are_counted() -> None:
    many = [
        {"event": f"kind_{index}", "events": 1, "people": 1, "last_seen": NOW}
        for index in range(15)
    ]
    view = view_of(an_overview(MemoryStore({"overview_events": lambda _: many})))
    assert view.catalogue
    assert (len(view.catalogue), view.more_events) == (12, 3)
    empty = html_of(an_overview(MemoryStore({"overview_events": lambda _: []})))
    assert "No events in this period." in empty


INLINE: list[Callable[[str], list[str]]] = [
    lambda html: re.findall(r"\sstyle=", html),
    lambda html: re.findall(r"\son[a-z]+=", html),
    lambda html: re.findall(r"<style", html),
    lambda html: re.findall(r"<script(?![^>]*(src=|application/json))", html),
    lambda html: re.findall(r"(?:src|href)=\"(?:https?:)?//", html),
]


@pytest.mark.parametrize("search", INLINE)
def test_nothing_stands_inline_and_nothing_comes_from_elsewhere(
    search: Callable[[str], list[str]],
) -> None:
    assert search(html_of(an_overview())) == []
