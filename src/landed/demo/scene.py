"""The state that the market carries from day to day, and one day's turn of it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from landed.demo.calendar import DAY_MS, HOUR_MS, Agenda, Day, build_days
from landed.demo.frames import Column, Frame, frame
from landed.demo.parameters import TRUE
from landed.demo.population import Jobs, Population, make_jobs, make_people
from landed.demo.tally import Tally
from landed.demo.types import MarketConfig
from landed.demo.vocabulary import APP_VERSIONS, DEVICES

__all__ = ["Scene", "Turn", "Visits", "build_scene", "sigmoid"]

Array = npt.NDArray[Any]


class Scene(msgspec.Struct):
    """The market as it stands.

    Attributes:
        config: What was asked for.
        days: The days to be played.
        people, jobs: Who is there and what is on offer.
        agenda: What is due on later days.
        tally: What has been counted.
        bad_deployment: Window of the bad deployment, UTC milliseconds, half open.
        experiment_start: When the experiment began, UTC milliseconds.
    """

    config: MarketConfig
    days: list[Day]
    people: Population
    jobs: Jobs
    agenda: Agenda
    tally: Tally
    bad_deployment: tuple[int, int]
    experiment_start: int
    counters: dict[str, int] = {}

    def number(self, what: str, count: int) -> npt.NDArray[np.int64]:
        """Take the next running numbers of sessions, lists, applications."""
        first = self.counters.get(what, 0)
        self.counters[what] = first + count
        return np.arange(first, first + count, dtype=np.int64)

    def in_bad_deployment(self, at: Array) -> Array:
        """Which moments lie in the bad deployment."""
        low, high = self.bad_deployment
        inside: Array = (at >= low) & (at < high)
        return inside


def build_scene(config: MarketConfig) -> Scene:
    """Set the stage: people, jobs, an empty agenda, nothing counted."""
    days = build_days(config)
    rng = np.random.default_rng([config.seed, 0])
    people = make_people(config, days, rng)
    window = config.end_ms - config.start_ms
    back = min(TRUE.bad_days_before_end * DAY_MS, 0.25 * window)
    # The start is cut to the hour, as a deployment that somebody notes down would be.
    bad_start = int(config.end_ms - back) // HOUR_MS * HOUR_MS
    bad_length = int(min(TRUE.bad_hours * HOUR_MS, 0.1 * window))
    return Scene(
        config=config,
        days=days,
        people=people,
        jobs=make_jobs(config, rng),
        agenda=Agenda(days),
        tally=Tally(people.seekers, days[0].opens // DAY_MS, len(days)),
        bad_deployment=(bad_start, bad_start + bad_length),
        experiment_start=config.start_ms + int(TRUE.experiment_start_share * window),
    )


class Visits(msgspec.Struct, frozen=True):
    """Sessions that begin on one day.

    Attributes:
        person, session, at: Who, which and when.
        context: Index into the pool of contexts.
        device, version: Codes into the vocabularies.
        first: True for the session in which the person signs up.
        bounced: True when nothing but one page was seen.
        entry: Code of the first page.
        length: Planned length in milliseconds.
        last: When the last event of the session was; grows while events are made.
        pages: Pages and screens seen; grows while events are made.
    """

    person: Array
    session: Array
    at: Array
    context: Array
    device: Array
    version: Array
    first: Array
    bounced: Array
    entry: Array
    length: Array
    last: Array
    pages: Array

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self.at)

    def select(self, rows: Array) -> Visits:
        """Keep the sessions of a mask or of indices."""
        return Visits(*(getattr(self, field)[rows] for field in self.__struct_fields__))


class Turn(msgspec.Struct, frozen=True):
    """One day being played: the scene, its day, its dice, and the events made so far."""

    scene: Scene
    day: Day
    rng: np.random.Generator
    frames: list[Frame]

    def chance(self, probability: Any, count: int) -> npt.NDArray[np.bool_]:
        """Toss a coin per row; the probability may differ by row."""
        heads: npt.NDArray[np.bool_] = self.rng.random(count) < probability
        return heads

    def known(self, at: Array) -> Array:
        """Which moments lie before the market's end: only these may change its state."""
        known: Array = at < self.scene.config.end_ms
        return known

    def emit(self, event: str, person: Array, at: Array, **columns: Column) -> None:
        """Add events that belong to no session."""
        if len(at):
            self.frames.append(frame(event, person, at, columns))

    def emit_in(
        self, visits: Visits, rows: Array, event: str, at: Array, **columns: Column
    ) -> None:
        """Add events to sessions: `rows` says to which, one entry per event."""
        if not len(at):
            return
        np.maximum.at(visits.last, rows, at)
        self.frames.append(
            frame(
                event,
                visits.person[rows],
                at,
                columns,
                session=visits.session[rows],
                context=visits.context[rows],
            )
        )


def context_codes(country: Array, device: Array, version: Array) -> Array:
    """Index of a session's context in the pool; 0 is the empty context."""
    codes: Array = 1 + (country * len(DEVICES) + device) * len(APP_VERSIONS) + version
    return codes


def sigmoid(x: Any) -> Array:
    """The logistic function."""
    value: Array = 1.0 / (1.0 + np.exp(-x))
    return value
