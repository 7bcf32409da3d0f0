"""Applications whose interviews come late, with the demo's own chances and waiting times.

The treatment makes people work on their CV first: they apply some days later than the control, and
better. So at any time its applications are younger, and of fewer of them the outcome is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.demo import Market, MarketConfig
from landed.demo.calendar import DAY_MS
from landed.demo.frames import Frame, Tagged, Words
from landed.demo.outcomes import Applications, file_outcomes, record_due
from landed.demo.parameters import OUTCOMES, TIERS, TRUE
from landed.demo.scene import Scene, Turn, build_scene
from landed.metrics.windows import OUTCOME_WINDOW

Floats = npt.NDArray[np.float64]

END: Final = datetime(2026, 11, 20, tzinfo=UTC)
DAYS: Final = 35
START: Final = END - timedelta(days=DAYS)
BETTER_ATS: Final = 3.5
"""Points of the ATS score that the treatment adds: a few per cent more interviews."""
LATER_DAYS: Final = (6.0, 12.0)
"""How much later the treatment applies, evenly spread."""

_PEOPLE_PER_EVENT: Final = 1 / TRUE.people_per_event
_SCHEDULED: Final = OUTCOMES.index("interview_scheduled")
_KEPT: Final = frozenset(
    (
        "experiment_exposed",
        "application_submitted",
        "application_outcome_recorded",
        "application_closed",
    )
)


class LateMarket(Market):
    """One application of each person of an experiment that began on the market's first day."""

    def __init__(self, seed: int, people: int) -> None:
        events = round(people * _PEOPLE_PER_EVENT)
        super().__init__(MarketConfig(seed=seed, days=DAYS, events=events, end=END))

    def _frames(self) -> Iterator[list[Frame]]:
        self._scene, self._events = build_scene(self._config), 0
        turns = [_turn(self._scene, number) for number in range(len(self._scene.days))]
        _apply(turns[0])
        frames: list[Frame] = []
        for turn in turns:
            record_due(turn)
            frames += [part for part in map(self._cut, turn.frames) if part.event in _KEPT]
        yield [part for part in frames if len(part)]


def _turn(scene: Scene, number: int) -> Turn:
    rng = np.random.default_rng([scene.config.seed, 1 + number])
    return Turn(scene, scene.days[number], rng, [])


def _apply(turn: Turn) -> None:
    """Everybody meets a variant, applies, and what becomes of it goes on the agenda."""
    scene, n = turn.scene, turn.scene.people.seekers
    person, arm = np.arange(n), scene.people.arm
    met_at = turn.rng.integers(scene.config.start_ms, scene.config.end_ms, n)
    sent = _applications(turn, person, met_at, treated=arm)
    file_outcomes(turn, sent)
    turn.emit(
        "experiment_exposed",
        person,
        met_at,
        experiment_id=TRUE.experiment_id,
        variant=Words.of(("control", "treatment"), arm.astype(np.int64)),
    )
    ids = Tagged("app", sent.number)
    turn.emit("application_submitted", person, sent.sent_at, application_id=ids)


def _applications(turn: Turn, person: Any, met_at: Any, *, treated: Any) -> Applications:
    people, n = turn.scene.people, len(person)
    waits = turn.rng.uniform(0.0, 1.0, n) + treated * turn.rng.uniform(*LATER_DAYS, n)
    return Applications(
        number=np.arange(n),
        person=person,
        job=np.zeros(n, dtype=np.int64),
        tier=turn.rng.choice(len(TIERS), size=n, p=TRUE.tier_shares),
        sent_at=met_at + (waits * DAY_MS).astype(np.int64),
        salary=np.full(n, 60_000),
        skill=people.skill[person],
        ats_score=people.ats_score[person] + BETTER_ATS * treated,
    )


@cache
def true_rates() -> tuple[float, float]:
    """Chance of an interview within the window of each arm, control first, as nobody can see it.

    The same applications, a million of each arm, with all the time in the world: to 0.0004.
    """
    scene = build_scene(MarketConfig(seed=99, days=DAYS, events=5_000_000, end=END))
    turn, n = _turn(scene, 0), scene.people.seekers
    rates = []
    for treated in (False, True):
        shares = []
        for _ in range(20):
            sent = _applications(
                turn,
                np.arange(n),
                np.full(n, scene.config.end_ms),  # so late that nothing is put on the agenda
                treated=np.full(n, treated),
            )
            waited = _interview_times(turn, sent) - sent.sent_at
            shares.append(float((waited <= OUTCOME_WINDOW / timedelta(milliseconds=1)).mean()))
        rates.append(float(np.mean(shares)))
    return rates[0], rates[1]


def _interview_times(turn: Turn, sent: Applications) -> Floats:
    times: Floats = file_outcomes(turn, sent)[:, _SCHEDULED]
    return times
