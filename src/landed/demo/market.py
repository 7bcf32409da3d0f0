"""The market itself: day after day, slice after slice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from landed.demo.accounts import leave_and_change, subscribe, welcome
from landed.demo.calendar import Day
from landed.demo.frames import Frame, concat_frames, render
from landed.demo.identifiers import uuid_bytes
from landed.demo.operations import fixed_events, run_servers, screen_candidates
from landed.demo.outcomes import record_due
from landed.demo.population import COUNTRIES
from landed.demo.ranking import play_lists
from landed.demo.resumes import work_on_resumes
from landed.demo.scene import Scene, Turn, Visits, build_scene
from landed.demo.truth import build_truth
from landed.demo.types import MarketConfig, MarketEvents
from landed.demo.visits import browse, draw_visits, end_sessions, start_sessions
from landed.demo.vocabulary import APP_VERSIONS, DEVICES

__all__ = ["Market", "simulate", "truth"]

_SESSIONS_PER_TURN: Final = 1_000
_ROWS_PER_SLICE: Final = 20_000
_PRIOR_SESSIONS: Final = 60
_PRIOR_EVENTS_PER_SESSION: Final = 23.0


class Market:
    """One simulated market: take its `slices`, then ask for its `truth`.

    Args:
        config: Which market.

    Examples:
        >>> from datetime import UTC, datetime
        >>> end = datetime(2026, 3, 1, tzinfo=UTC)
        >>> market = Market(MarketConfig(events=2_000, days=7, end=end))
        >>> total = sum(len(part) for part in market.slices())
        >>> total == sum(market.truth()["counts"]["events"].values())
        True
    """

    def __init__(self, config: MarketConfig) -> None:
        self._config = config
        self._scene = build_scene(config)
        self._names = self._scene.people.names()
        self._events = 0
        self._contexts = _contexts()

    def slices(self) -> Iterator[MarketEvents]:
        """Play the market; give its log in slices, each in order of time.

        A slice holds some 20,000 events, whole days of a small market or a part of a day of
        a large one; the slices' days never run backwards. Memory does not grow with the
        number of events, only with the number of people (some 300 bytes each).

        Yields:
            The next slice, with raw ids.
        """
        for frames in self._frames():
            yield self._write(frames)

    def play(self) -> None:
        """Play without writing events: for the truth alone, in a third of the time."""
        for _ in self._frames():
            pass

    def truth(self) -> dict[str, Any]:
        """True parameters and exact counts of what was played so far, ready for JSON."""
        return build_truth(self._scene)

    def _frames(self) -> Iterator[list[Frame]]:
        """Play all days; give the frames of each slice, counted and cut at the end."""
        waiting: list[Frame] = []
        rows = 0
        # A fresh scene, so that a second run of the same market gives the same bytes.
        self._scene, self._events = build_scene(self._config), 0
        for day in self._scene.days:
            for made in _play_day(self._scene, day):
                kept = [part for part in map(self._cut, made) if len(part)]
                for part in kept:
                    self._scene.tally.count(part)
                waiting += kept
                rows += sum(map(len, kept))
                if rows >= _ROWS_PER_SLICE:
                    yield waiting
                    waiting, rows = [], 0
        if waiting:
            yield waiting

    def _cut(self, part: Frame) -> Frame:
        """Keep what lies in the market's window."""
        inside = (part.at >= self._config.start_ms) & (part.at < self._config.end_ms)
        return part if inside.all() else part.select(inside)

    def _write(self, frames: list[Frame]) -> MarketEvents:
        parts = concat_frames(frames)
        at = np.concatenate([part.at for part in parts])
        order = np.argsort(at, kind="stable")
        at = at[order]
        properties = pa.concat_arrays([render(part) for part in parts])
        message = np.arange(self._events, self._events + len(at), dtype=np.int64)
        self._events += len(at)
        session = np.concatenate([part.session for part in parts])[order]
        person = np.concatenate([part.person for part in parts])[order]
        context = np.concatenate([part.context for part in parts])[order]
        seed = self._config.seed
        return MarketEvents(
            event=_names_of(parts, order),
            user_id=pa.DictionaryArray.from_arrays(pa.array(person, pa.int32()), self._names),
            session_id=_binary(uuid_bytes(seed, "session", session)),
            message_id=_binary(uuid_bytes(seed, "message", message)),
            occurred_at=_timestamps(at),
            received_at=_timestamps(self._arrival(at, message)),
            context=self._contexts.take(pa.array(context)),
            properties=properties.take(pa.array(order)),
        )

    def _arrival(self, at: npt.NDArray[np.int64], message: npt.NDArray[np.int64]) -> Any:
        """40 to 900 ms later, never after the market's end."""
        delay = 40 + message * 7_919 % 860
        return np.minimum(at + delay, self._config.end_ms)


def simulate(config: MarketConfig) -> Iterator[MarketEvents]:
    """Play a market and give its log; see `Market.slices`.

    Args:
        config: Which market; equal configurations give equal bytes.

    Yields:
        Slices of the log, in order of days, with raw ids: keep them in memory only.

    Examples:
        >>> from datetime import UTC, datetime
        >>> first = next(simulate(MarketConfig(events=2_000, end=datetime(2026, 3, 1, tzinfo=UTC))))
        >>> first.occurred_at[0].as_py() >= datetime(2025, 12, 1, tzinfo=UTC)
        True
    """
    yield from Market(config).slices()


def truth(config: MarketConfig) -> dict[str, Any]:
    """What is true of a market: its parameters and the exact counts of its log.

    It plays the market without writing events. Who streams the events anyway takes
    `Market.truth()` after the last slice instead.

    Args:
        config: Which market.

    Examples:
        >>> from datetime import UTC, datetime
        >>> known = truth(MarketConfig(events=2_000, days=7, end=datetime(2026, 3, 1, tzinfo=UTC)))
        >>> known["experiment"]["click_lift"]
        0.18
    """
    market = Market(config)
    market.play()
    return market.truth()


def _play_day(scene: Scene, day: Day) -> Iterator[list[Frame]]:
    """Play one day in turns of some sessions; the last turn is what needs no session."""
    rng = np.random.default_rng([scene.config.seed, 1 + day.index])
    turn = Turn(scene, day, rng, [])
    leave_and_change(turn)
    visits = draw_visits(turn, _planned_sessions(turn))
    scene.tally.sessions += len(visits)
    for start in range(0, len(visits), _SESSIONS_PER_TURN):
        rows = np.arange(start, min(start + _SESSIONS_PER_TURN, len(visits)))
        _play_sessions(turn, visits.select(rows))
        yield _taken(turn)
    screen_candidates(turn)
    run_servers(turn)
    record_due(turn)
    yield _taken(turn)


def _play_sessions(turn: Turn, visits: Visits) -> None:
    start_sessions(turn, visits)
    welcome(turn, visits)
    browse(turn, visits)
    work_on_resumes(turn, visits)
    play_lists(turn, visits)
    subscribe(turn, visits)
    end_sessions(turn, visits)


def _taken(turn: Turn) -> list[Frame]:
    made = list(turn.frames)
    turn.frames.clear()
    return made


def _planned_sessions(turn: Turn) -> int:
    """How many sessions the day needs, so that the run ends near the wanted number.

    The rest of the budget is shared among the rest of the days by their weights; a session
    is taken to bring as many events as the sessions before it did.
    """
    scene, day = turn.scene, turn.day
    rest = scene.days[day.index :]
    elsewhere = fixed_events(turn) * sum(later.share for later in rest)
    budget = scene.config.events - scene.tally.total - elsewhere
    past = fixed_events(turn) * sum(earlier.share for earlier in scene.days[: day.index])
    made = max(scene.tally.total - past, 0.0) + _PRIOR_SESSIONS * _PRIOR_EVENTS_PER_SESSION
    per_session = made / (scene.tally.sessions + _PRIOR_SESSIONS)
    share = day.weight / sum(later.weight for later in rest)
    return max(round(budget * share / per_session), 0)


def _names_of(parts: list[Frame], order: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    names = sorted({part.event for part in parts})
    codes = np.concatenate([np.full(len(part), names.index(part.event)) for part in parts])
    return pa.DictionaryArray.from_arrays(
        pa.array(codes[order], pa.int32()), pa.array(names, pa.string())
    )


def _binary(ids: npt.NDArray[np.uint8]) -> pa.FixedSizeBinaryArray:
    buffer = pa.py_buffer(np.ascontiguousarray(ids))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(ids), [None, buffer])


def _timestamps(at: npt.NDArray[np.int64]) -> pa.TimestampArray:
    return pa.array(at, pa.int64()).cast(pa.timestamp("ms", "UTC"))


def _contexts() -> pa.StringArray:
    """The pool of contexts, in the order of `scene.context_codes`."""
    contexts: list[dict[str, Any]] = [{}]
    contexts += [
        {
            "library": {"name": "landed-demo", "version": "1"},
            "app": {"version": version},
            "device": {"type": device.type},
            "os": {"name": device.os},
            "browser": {"name": device.browser},
            "country": country,
        }
        for country in COUNTRIES
        for device in DEVICES
        for version in APP_VERSIONS
    ]
    texts = [json.dumps(context, separators=(",", ":")) for context in contexts]
    return pa.array(texts, pa.string())
