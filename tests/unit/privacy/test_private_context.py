from __future__ import annotations

import json
from typing import Any

import pytest

from landed.privacy import ContextCleaner, Scrubber, private_context
from landed.privacy import context as module
from landed.privacy.useragents import UserAgent, parse_user_agent

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.6478.61 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
SENT = {
    "ip": "203.0.113.9",
    "traits": {"email": "zoe@rossi.example", "name": "Zoe Rossi"},
    "library": {"name": "analytics.js", "version": "2.11.1"},
    "device": {
        "id": "B5372DB0",
        "model": "Pixel 8",
        "name": "Zoe's phone",
        "manufacturer": "Google",
    },
    "os": {"name": "Android", "version": "14"},
    "app": {"name": "Jobs", "version": "1.2.3.4", "build": "77", "namespace": "com.x"},
    "userAgent": CHROME,
    "screen": {"width": 1080, "height": 2400, "density": 2},
    "locale": "de-AT",
    "timezone": "Europe/Vienna",
    "location": {"country": "at", "city": "Graz", "latitude": 47.07},
    "campaign": {
        "source": "newsletter",
        "medium": "email",
        "name": "spring",
        "term": "zoe@rossi.example",
    },
    "page": {
        "url": "https://app.example/jobs?email=zoe@rossi.example",
        "path": "/jobs/4711",
        "title": "Zoe Rossi",
        "referrer": "https://www.google.com/search?q=zoe",
        "search": "?q=zoe",
    },
    "network": {"carrier": "T-Mobile"},
}
KEPT = {
    "library": {"name": "analytics.js", "version": "2.11.1"},
    "device": {"type": "desktop", "model": "Pixel 8", "manufacturer": "Google"},
    "os": {"name": "Android", "version": "14"},
    "app": {"name": "Jobs", "version": "1.2.3.4", "build": "77"},
    "browser": {"name": "Chrome", "version": "126"},
    "screen": {"width": 1080, "height": 2400},
    "locale": "de-AT",
    "timezone": "Europe/Vienna",
    "country": "AT",
    "campaign": {"source": "newsletter", "medium": "email", "name": "spring"},
    "page": {"path": "/jobs/:id", "referrer": "google"},
}


@pytest.fixture
def cleaner() -> ContextCleaner:
    return ContextCleaner(Scrubber("US"))


def test_only_the_useful_and_common_parts_pass(cleaner: ContextCleaner) -> None:
    assert cleaner.clean(SENT) == KEPT
    assert private_context(SENT) == KEPT


def test_the_json_is_the_same_each_time_and_holds_no_canary(cleaner: ContextCleaner) -> None:
    first, second = cleaner.clean_json(SENT), cleaner.clean_json(SENT)
    assert first == second
    assert json.loads(first) == KEPT
    for canary in ("203.0", "zoe", "Zoe", "B5372DB0", "47.07", "app.example"):
        assert canary not in first


def test_the_memory_holds_hashes_and_is_bounded(
    cleaner: ContextCleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    for width in range(1, 6):
        cleaner.clean_json({"screen": {"width": width}})
    assert len(cleaner._recent) <= 2
    assert all(isinstance(mark, int) for mark in cleaner._recent)


@pytest.mark.parametrize("odd", [None, [], "text", 7])
def test_anything_but_an_object_is_empty(cleaner: ContextCleaner, odd: Any) -> None:
    assert cleaner.clean_json(odd) == "{}"


@pytest.mark.parametrize(
    "odd", [{"os": object()}, {"n": 2**70, "locale": "de"}, {1.5: {2, 3}, "x": {(1,): 2}}]
)
def test_what_cannot_be_encoded_is_cleaned_all_the_same(cleaner: ContextCleaner, odd: Any) -> None:
    assert json.loads(cleaner.clean_json(odd)) in ({}, {"locale": "de"})


@pytest.mark.parametrize(
    "context",
    [
        {"screen": {"width": True, "height": -1}},
        {"screen": {"width": 10**9, "height": "9"}},
        {"locale": "not a locale at all"},
        {"timezone": "Jane/Smith"},
        {"country": "Germany"},
        {"app": {"name": "zoe@rossi.example", "version": "415.555.0123x"}},
        {"library": {"name": "Maria Rossi", "version": "call 5"}},
        {"os": "Android", "page": "x", "campaign": [], "userAgent": 5},
        {"page": {"url": "http://[broken"}},
        {"page": {"path": "no slash", "url": "http://[broken"}},
        {"device": {"model": "+43 660 1234567"}},
    ],
)
def test_what_does_not_look_right_does_not_pass(
    cleaner: ContextCleaner, context: dict[str, Any]
) -> None:
    assert cleaner.clean(context) == {}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "/"),
        ("/jobs/data-science", "/jobs/data-science"),
        ("/jobs?email=a@b.example#top", "/jobs"),
        ("/users/zoe", "/users/:id"),
        ("/verify/zoe@rossi.example/done", "/verify/:id/done"),
        ("/cv/maria-rossi", "/cv/:id"),
        ("/blog/maria-rossi", "/blog/:id"),
        ("/v2/a/", "/v2/a/"),
        ("/" + "x" * 60, "/:id"),
        ("/a" * 20, "/a" * 8),
    ],
)
def test_a_path_keeps_words_and_loses_ids(cleaner: ContextCleaner, path: str, kept: str) -> None:
    assert cleaner.clean({"page": {"path": path}}) == {"page": {"path": kept}}


def test_a_path_is_taken_from_the_url_if_need_be(cleaner: ContextCleaner) -> None:
    assert cleaner.clean({"page": {"url": "https://h.example/jobs?q=1"}}) == {
        "page": {"path": "/jobs"}
    }


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("https://www.linkedin.com/in/zoe", "linkedin"),
        ("https://google.co.uk/", "google"),
        ("https://lnkd.in/x", "linkedin"),
        ("https://zoe-rossi.example/cv", "other"),
        ("android-app://com.slack", "other"),
        ("http://[broken", "other"),
        ("about:blank", "other"),
    ],
)
def test_a_referrer_is_a_known_site_or_other(
    cleaner: ContextCleaner, referrer: str, kept: str
) -> None:
    assert cleaner.clean({"page": {"referrer": referrer}}) == {"page": {"referrer": kept}}


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (CHROME, UserAgent("Chrome", "126", "Windows", "desktop")),
        (CHROME + " Edg/126.0.0.0", UserAgent("Edge", "126", "Windows", "desktop")),
        (IPHONE, UserAgent("Safari", "17", "iOS", "mobile")),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) FxiOS/127.0 Safari/605.1.15",
            UserAgent("Firefox", "127", "iOS", "tablet"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0 Safari/537.36",
            UserAgent("Chrome", "126", "Android", "tablet"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
            UserAgent("Samsung Internet", "25", "Android", "mobile"),
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", UserAgent("", "", "", "bot")),
        ("python-requests/2.32 by Zoe", UserAgent()),
        ("", UserAgent()),
    ],
)
def test_a_user_agent_tells_browser_system_and_kind(agent: str, expected: UserAgent) -> None:
    assert parse_user_agent(agent) == expected
