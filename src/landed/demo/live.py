"""A trickle of single events, as a client would send them: it keeps the page moving."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

import msgspec
import numpy as np

from landed.demo.parameters import LIST_LENGTH, TIERS, TRUE
from landed.demo.population import COUNTRIES, seeker_count
from landed.demo.types import MarketConfig
from landed.demo.vocabulary import (
    APP_VERSIONS,
    DEVICES,
    ELEMENTS,
    ENDPOINTS,
    FEATURES,
    INDUSTRIES,
    MODELS,
    PAGES,
)

__all__ = ["live_events"]

_VISITORS: Final = 9
_STEP: Final = timedelta(seconds=1) / 3
_ACTIONS: Final = (
    ("page_viewed", 0.28),
    ("interaction_recorded", 0.20),
    ("api_request_completed", 0.26),
    ("feature_used", 0.08),
    ("list", 0.11),
    ("resume_tailored", 0.04),
    ("llm_call_completed", 0.03),
)


class _Visitor(msgspec.Struct):
    """Somebody who is here now, and what their client will send next."""

    user_id: str
    session_id: str
    began: datetime
    left: int
    waiting: list[tuple[str, dict[str, Any]]]
    pages: int = 1


def live_events(
    config: MarketConfig, rng: np.random.Generator, now: datetime | Callable[[], datetime]
) -> Iterator[dict[str, Any]]:
    """Give plausible events of the market's people, one by one, without end.

    Some visitors are here at a time; each goes through a session: pages, lists of
    recommendations, clicks, now and then an application. The caller does the timing: 2 to 5
    events a second look natural.

    Args:
        config: The market whose people come; only its size is used.
        rng: The dice.
        now: The clock, aware UTC, asked once per event; or the moment of the first event,
            then the next ones are a third of a second apart.

    Yields:
        Events in the product's own HTTP form.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
        >>> feed = live_events(MarketConfig(end=noon), np.random.default_rng(1), lambda: noon)
        >>> event = next(feed)
        >>> event["event"], event["occurred_at"], event["user_id"][:5]
        ('session_started', '2026-03-01T12:00:00.000Z', 'user-')
    """
    clock = now if callable(now) else _steady(now)
    people = seeker_count(config)
    here: list[_Visitor] = []
    while True:
        moment = clock()
        if len(here) < _VISITORS and rng.random() < 1 / (1 + len(here)):
            here.append(_arrive(rng, people, moment))
        visitor = here[int(rng.integers(len(here)))]
        name, properties = _next(rng, visitor, moment)
        if name == "session_ended":
            here.remove(visitor)
        yield _message(rng, visitor, name, properties, moment)


def _steady(first: datetime) -> Callable[[], datetime]:
    moments = (first + step * _STEP for step in count())
    return lambda: next(moments)


def _message(
    rng: np.random.Generator,
    visitor: _Visitor,
    name: str,
    properties: dict[str, Any],
    moment: datetime,
) -> dict[str, Any]:
    return {
        "event": name,
        "user_id": visitor.user_id,
        "session_id": visitor.session_id,
        "occurred_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "message_id": _uuid(rng),
        "properties": properties,
    }


def _uuid(rng: np.random.Generator) -> str:
    return str(uuid.UUID(bytes=rng.bytes(16), version=4))


def _pick(rng: np.random.Generator, values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def _arrive(rng: np.random.Generator, people: int, moment: datetime) -> _Visitor:
    device = _pick(rng, DEVICES)
    started = {
        "device_type": device.type,
        "os": device.os,
        "browser": device.browser,
        "country": _pick(rng, COUNTRIES),
        "app_version": APP_VERSIONS[-1],
        "entry_path": _pick(rng, PAGES)[0],
    }
    return _Visitor(
        user_id=f"user-{int(rng.integers(people)):06d}",
        session_id=_uuid(rng),
        began=moment,
        left=2 + int(rng.poisson(12)),
        waiting=[("session_started", started)],
    )


def _next(
    rng: np.random.Generator, visitor: _Visitor, moment: datetime
) -> tuple[str, dict[str, Any]]:
    """What the visitor's client sends next: what waits, the end, or something new."""
    if visitor.waiting:
        return visitor.waiting.pop(0)
    visitor.left -= 1
    if visitor.left <= 0:
        seconds = max((moment - visitor.began) / timedelta(seconds=1), 0.0)
        ended = {"duration_seconds": round(seconds, 1), "page_count": visitor.pages}
        return "session_ended", ended
    name = str(rng.choice([name for name, _ in _ACTIONS], p=[share for _, share in _ACTIONS]))
    if name == "list":
        visitor.waiting = _play_list(rng)
        return visitor.waiting.pop(0)
    visitor.pages += name == "page_viewed"
    return name, _properties(rng, name)


def _properties(rng: np.random.Generator, name: str) -> dict[str, Any]:
    path, title = _pick(rng, PAGES)
    endpoint, method, factor = _pick(rng, ENDPOINTS)
    noise = float(np.exp(TRUE.request_sigma * rng.standard_normal()))
    failed = bool(rng.random() < TRUE.request_error_rate)
    score = float(np.clip(rng.normal(73, 6), 0, 100))
    tokens = int(rng.integers(200, 4_000))
    price_in, price_out = TRUE.llm_prices_usd_per_million[0]
    made: dict[str, dict[str, Any]] = {
        "page_viewed": {"path": path, "title": title},
        "interaction_recorded": {"action": "click", "element": _pick(rng, ELEMENTS)},
        "api_request_completed": {
            "endpoint": endpoint,
            "method": method,
            "status": 500 if failed else 200,
            "duration_ms": round(TRUE.request_median_ms * factor * noise, 1),
        },
        "feature_used": {"feature": _pick(rng, FEATURES)[0], "success": True},
        "resume_tailored": {"ats_score": round(score, 1), "tailoring_mode": "personalized"},
        "llm_call_completed": {
            "provider": "atlas",
            "model": MODELS[0],
            "input_tokens": tokens,
            "output_tokens": tokens // 4,
            "cost_usd": round((tokens * price_in + tokens // 4 * price_out) / 1e6, 6),
            "success": True,
        },
    }
    return made[name]


def _play_list(rng: np.random.Generator) -> list[tuple[str, dict[str, Any]]]:
    """A list of recommendations, what is clicked in it, and what is applied for."""
    number = int(rng.integers(10**9, 10**10))
    scores = np.sort(np.round(rng.uniform(3, 9, LIST_LENGTH), 1))[::-1]
    shown, after = [], []
    for place in range(LIST_LENGTH):
        tier = int(rng.choice(len(TIERS), p=TRUE.tier_shares))
        item = {
            "recommendation_id": f"rec-{number * LIST_LENGTH + place}",
            "job_id": f"job-{int(rng.integers(1_600))}",
            "tier": TIERS[tier],
            "score": float(scores[place]),
            "position": place + 1,
            "surface": "dashboard",
            "industry": _pick(rng, INDUSTRIES),
        }
        shown.append(("recommendation_shown", item))
        if rng.random() < TRUE.examination[place] * TRUE.tier_relevance[tier]:
            after += _after_click(rng, item, tier)
    return shown + after


def _after_click(
    rng: np.random.Generator, item: dict[str, Any], tier: int
) -> list[tuple[str, dict[str, Any]]]:
    seconds = round(float(np.exp(3.6 + 0.8 * rng.standard_normal())), 1)
    steps = [
        ("recommendation_clicked", item),
        ("recommendation_viewed", {**item, "time_spent_seconds": seconds}),
    ]
    if rng.random() < TRUE.tier_application[tier]:
        names = ("job_id", "recommendation_id", "tier", "industry")
        sent = {name: item[name] for name in names}
        sent["application_id"] = f"app-live-{item['recommendation_id'].removeprefix('rec-')}"
        applied = {**item, "application_id": sent["application_id"]}
        steps += [("recommendation_applied", applied), ("application_submitted", sent)]
    return steps
