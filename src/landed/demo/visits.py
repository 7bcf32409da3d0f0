"""Sessions: who comes on a day, what they look at, and what that asks of the servers."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.demo.frames import Maybe, Tagged, Words
from landed.demo.parameters import TRUE
from landed.demo.population import COUNTRIES
from landed.demo.scene import Turn, Visits, context_codes
from landed.demo.vocabulary import (
    APP_VERSIONS,
    DEVICES,
    ELEMENTS,
    ENDPOINTS,
    ERROR_TYPES,
    FEATURES,
    PAGES,
    SCREENS,
)

__all__ = ["browse", "draw_visits", "end_sessions", "record_requests", "start_sessions"]

Array = npt.NDArray[Any]

_REFERRERS: Final = ("google.com", "linkedin.com", "other")
_ACTIONS: Final = ("click", "hover", "scroll", "input")
_PATHS: Final = tuple(path for path, _ in PAGES)
_FAILED: Final = 500
_MAX_LENGTH_MS: Final = 45 * 60_000


def draw_visits(turn: Turn, count: int) -> Visits:
    """Draw the day's sessions: one for everybody who signs up, the others by their pull."""
    people, day = turn.scene.people, turn.day
    newcomers = np.flatnonzero(people.signup_day == day.index)
    pull = np.cumsum(people.pull(day.index))
    others = max(count - len(newcomers), 0) if pull[-1] > 0 else 0
    drawn = np.searchsorted(pull, turn.rng.random(others) * pull[-1], side="right")
    person = np.concatenate([newcomers, drawn])
    order = turn.rng.permutation(len(person))
    return _visits(turn, person[order], order < len(newcomers))


def _visits(turn: Turn, person: Array, first: Array) -> Visits:
    rng, people, n = turn.rng, turn.scene.people, len(person)
    at = turn.day.draw_times(rng, n)
    device = people.device[person]
    version = _versions(turn, n)
    bounced = turn.chance(TRUE.bounce_probability, n) & ~first
    length = np.where(
        bounced, 8_000 * np.exp(0.7 * rng.standard_normal(n)), _long_lengths(rng, n)
    ).astype(np.int64)
    return Visits(
        person=person,
        session=turn.scene.number("session", n),
        at=at,
        context=context_codes(people.country[person], device, version),
        device=device,
        version=version,
        first=first,
        bounced=bounced,
        entry=rng.integers(0, len(PAGES), n),
        length=length,
        last=at.copy(),
        pages=np.zeros(n, dtype=np.int64),
    )


def _long_lengths(rng: np.random.Generator, count: int) -> Array:
    lengths: Array = np.minimum(330_000 * np.exp(0.75 * rng.standard_normal(count)), _MAX_LENGTH_MS)
    return lengths


def _versions(turn: Turn, count: int) -> Array:
    """The release of the day for most, the one before it for the rest."""
    newest = min(int(turn.day.progress * len(APP_VERSIONS)), len(APP_VERSIONS) - 1)
    versions: Array = np.maximum(newest - turn.chance(0.2, count), 0)
    return versions


def start_sessions(turn: Turn, visits: Visits) -> None:
    """Record that the sessions began."""
    n = len(visits)
    country = turn.scene.people.country[visits.person]
    turn.emit_in(
        visits,
        np.arange(n),
        "session_started",
        visits.at,
        device_type=Words.of([device.type for device in DEVICES], visits.device),
        browser=Words.of([device.browser for device in DEVICES], visits.device),
        os=Words.of([device.os for device in DEVICES], visits.device),
        country=Words.of(COUNTRIES, country),
        app_version=Words.of(APP_VERSIONS, visits.version),
        entry_path=Words.of(_PATHS, visits.entry),
        referrer_domain=Maybe(
            Words.of(_REFERRERS, turn.rng.choice(3, n, p=[0.5, 0.3, 0.2])), turn.chance(0.45, n)
        ),
    )


def end_sessions(turn: Turn, visits: Visits) -> None:
    """Record that the sessions ended, some seconds after their last event."""
    rest = turn.rng.integers(1_000, 20_000, len(visits))
    at = visits.last + rest
    rows = np.arange(len(visits))
    duration = (at - visits.at) / 1000
    turn.emit_in(
        visits,
        rows,
        "session_ended",
        at,
        duration_seconds=duration,
        page_count=visits.pages,
    )


def browse(turn: Turn, visits: Visits) -> None:
    """Pages or screens, interactions, features, feedback and calls for help of the sessions."""
    _view_pages(turn, visits)
    staying = ~visits.bounced
    _interact(turn, visits, _spread(turn, visits, 2.1 * staying))
    _use_features(turn, visits, _spread(turn, visits, 0.8 * staying))
    _give_feedback(turn, visits, _spread(turn, visits, 0.012 * staying))
    _ask_for_help(turn, visits, _spread(turn, visits, 0.004 * staying))
    record_requests(turn, visits, _spread(turn, visits, TRUE.requests_per_session))


def _spread(turn: Turn, visits: Visits, rate: Any) -> tuple[Array, Array]:
    """Draw events at a rate per session, evenly over its length: rows and moments."""
    counts = turn.rng.poisson(rate, len(visits))
    rows = np.repeat(np.arange(len(visits)), counts)
    offset = (turn.rng.random(len(rows)) * visits.length[rows]).astype(np.int64)
    return rows, visits.at[rows] + 500 + offset


def _view_pages(turn: Turn, visits: Visits) -> None:
    extra = turn.rng.poisson(2.0, len(visits)) * ~visits.bounced
    rows = np.repeat(np.arange(len(visits)), 1 + extra)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(1 + extra) - 1 - extra, 1 + extra)
    visits.pages[:] = 1 + extra
    stay = visits.length[rows] / (1 + extra[rows])
    at = visits.at[rows] + 200 + (place * stay).astype(np.int64)
    seconds = np.round(stay / 1000 * turn.rng.uniform(0.7, 1.0, len(rows)), 1)
    on_phone = np.array([device.type == "mobile" for device in DEVICES])[visits.device][rows]
    web = np.flatnonzero(~on_phone)
    other = turn.rng.integers(0, len(PAGES), len(web))
    page = np.where(place[web] == 0, visits.entry[rows[web]], other)
    turn.emit_in(
        visits,
        rows[web],
        "page_viewed",
        at[web],
        path=Words.of(_PATHS, page),
        title=Words.of([title for _, title in PAGES], page),
        duration_seconds=seconds[web],
    )
    app = np.flatnonzero(on_phone)
    turn.emit_in(
        visits,
        rows[app],
        "screen_viewed",
        at[app],
        screen=Words.of(SCREENS, turn.rng.integers(0, len(SCREENS), len(app))),
        duration_seconds=seconds[app],
    )


def _interact(turn: Turn, visits: Visits, spots: tuple[Array, Array]) -> None:
    rows, at = spots
    turn.emit_in(
        visits,
        rows,
        "interaction_recorded",
        at,
        action=Words.of(_ACTIONS, turn.rng.choice(4, len(rows), p=[0.6, 0.1, 0.2, 0.1])),
        element=Words.of(ELEMENTS, turn.rng.integers(0, len(ELEMENTS), len(rows))),
        page_path=Words.of(_PATHS, turn.rng.integers(0, len(PAGES), len(rows))),
    )


def _use_features(turn: Turn, visits: Visits, spots: tuple[Array, Array]) -> None:
    rows, at = spots
    shares = [share for _, share in FEATURES]
    turn.emit_in(
        visits,
        rows,
        "feature_used",
        at,
        feature=Words.of(
            [name for name, _ in FEATURES], turn.rng.choice(len(FEATURES), len(rows), p=shares)
        ),
        duration_seconds=np.round(turn.rng.gamma(2.0, 20.0, len(rows)), 1),
        success=turn.chance(0.97, len(rows)),
    )


def _give_feedback(turn: Turn, visits: Visits, spots: tuple[Array, Array]) -> None:
    rows, at = spots
    mood = 3.7 + 0.25 * turn.scene.people.skill[visits.person[rows]]
    ratings = [_ratings(turn, mood) for _ in range(3)]
    turn.emit_in(
        visits,
        rows,
        "feedback_given",
        at,
        cv_helpfulness=ratings[0],
        recommendation_quality=ratings[1],
        overall_satisfaction=ratings[2],
        would_recommend=ratings[2] >= 4,  # noqa: PLR2004 - the upper two of five
    )


def _ratings(turn: Turn, mood: Array) -> Array:
    drawn = mood + 0.9 * turn.rng.standard_normal(len(mood))
    ratings: Array = np.clip(np.rint(drawn), 1, 5).astype(np.int64)
    return ratings


def _ask_for_help(turn: Turn, visits: Visits, spots: tuple[Array, Array]) -> None:
    rows, at = spots
    topics = ("billing", "login", "resume_import", "recommendations")
    turn.emit_in(
        visits,
        rows,
        "support_ticket_opened",
        at,
        ticket_id=Tagged("ticket", turn.scene.number("ticket", len(rows))),
        topic=Words.of(topics, turn.rng.integers(0, len(topics), len(rows))),
        channel="chat",
    )


def record_requests(turn: Turn, visits: Visits, spots: tuple[Array, Array]) -> None:
    """Record the host's answers; in the bad deployment they are slow and often errors."""
    rows, at = spots
    n = len(rows)
    endpoint = turn.rng.integers(0, len(ENDPOINTS), n)
    bad = turn.scene.in_bad_deployment(at)
    weight = np.array([factor for _, _, factor in ENDPOINTS])[endpoint]
    noise = np.exp(TRUE.request_sigma * turn.rng.standard_normal(n))
    duration = TRUE.request_median_ms * weight * noise * np.where(bad, TRUE.bad_slowdown, 1.0)
    failed = turn.chance(np.where(bad, TRUE.bad_error_rate, TRUE.request_error_rate), n)
    refused = turn.chance(0.012, n) & ~failed
    error = turn.rng.integers(0, len(ERROR_TYPES), n)
    turn.scene.tally.count_requests(bad[turn.known(at)], failed[turn.known(at)])
    turn.emit_in(
        visits,
        rows,
        "api_request_completed",
        at,
        endpoint=Words.of([path for path, _, _ in ENDPOINTS], endpoint),
        method=Words.of([method for _, method, _ in ENDPOINTS], endpoint),
        status=np.where(failed, _FAILED, np.where(refused, 404, 200)),
        duration_ms=np.round(duration, 1),
        error_type=Maybe(Words.of(ERROR_TYPES, error), failed),
    )
    _record_errors(
        turn, visits, rows[failed], at[failed], endpoint=endpoint[failed], error=error[failed]
    )
    _record_limits(turn, visits, rows, at)


def _record_errors(
    turn: Turn, visits: Visits, rows: Array, at: Array, *, endpoint: Array, error: Array
) -> None:
    severities = ("error", "critical", "warning")
    turn.emit_in(
        visits,
        rows,
        "error_occurred",
        at,
        error_type=Words.of(ERROR_TYPES, error),
        severity=Words.of(severities, turn.rng.choice(3, len(rows), p=[0.8, 0.1, 0.1])),
        component="api",
        endpoint=Words.of([path for path, _, _ in ENDPOINTS], endpoint),
        message="the handler raised an exception",
    )


def _record_limits(turn: Turn, visits: Visits, rows: Array, at: Array) -> None:
    hit = turn.chance(0.0008, len(rows))
    turn.emit_in(
        visits,
        rows[hit],
        "rate_limit_hit",
        at[hit],
        provider="landed-host",
        endpoint="/api/jobs/search",
        retry_after_seconds=5,
    )
