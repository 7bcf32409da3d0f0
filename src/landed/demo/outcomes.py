"""What becomes of applications: chances, waiting times, and the events when they are due."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from landed.demo.calendar import AGENDA_ROW, DAY_MS
from landed.demo.frames import Tagged, Words
from landed.demo.parameters import OUTCOMES, TRUE
from landed.demo.scene import Turn, sigmoid
from landed.demo.vocabulary import ADVANCEMENTS, GOALS, INDUSTRIES

__all__ = ["Applications", "file_outcomes", "outcome_chances", "record_due"]

Array = npt.NDArray[Any]

_VIEWED, _SCREEN, _SCHEDULED, _COMPLETED, _REFERENCE, _OFFER, _ACCEPTED, _DECLINED, _REJECTED = (
    range(len(OUTCOMES))
)
_STAGES: Final = (
    *("screening", "screening", "interview", "interview", "final"),
    *("offer", "closed", "closed", "closed"),
)
_RESULTS: Final = ("hired", "rejected", "no_response", "withdrawn")
_HIRED, _REFUSED, _SILENCE, _WITHDRAWN = range(len(OUTCOMES), len(OUTCOMES) + len(_RESULTS))
_INCOME: Final = _WITHDRAWN + 1
_FOLLOW_UP: Final = _INCOME + 1
_REASONS: Final = ("experience", "skills", "salary", "position_filled")


class Applications(msgspec.Struct, frozen=True):
    """Applications of one moment of the simulation.

    Attributes:
        number: Running number, the tail of the application id.
        person, job: Who applied for what.
        tier: Tier code; `len(TIERS)` without a recommendation.
        sent_at: UTC milliseconds.
        salary: What an offer would pay, US dollars a year.
        skill, ats_score: Of the person when applying.
    """

    number: Array
    person: Array
    job: Array
    tier: Array
    sent_at: Array
    salary: Array
    skill: Array
    ats_score: Array

    def __len__(self) -> int:
        """How many applications there are."""
        return len(self.number)


def outcome_chances(applications: Applications) -> npt.NDArray[np.float64]:
    """True probability of each outcome of each application, seen from when it is sent.

    Returns:
        Shape (applications, outcomes), columns as in `parameters.OUTCOMES`.
    """
    screen, offer = _conditional(applications)
    chances = np.empty((len(applications), len(OUTCOMES)))
    chances[:, _VIEWED] = (1 - TRUE.withdrawn_probability) * TRUE.viewed_probability
    chances[:, _SCREEN] = chances[:, _VIEWED] * screen
    chances[:, _SCHEDULED] = chances[:, _SCREEN] * TRUE.scheduled_probability
    chances[:, _COMPLETED] = chances[:, _SCHEDULED] * TRUE.completed_probability
    chances[:, _OFFER] = chances[:, _COMPLETED] * offer
    chances[:, _REFERENCE] = chances[:, _OFFER] * TRUE.reference_probability
    chances[:, _ACCEPTED] = chances[:, _OFFER] * TRUE.accepted_probability
    chances[:, _DECLINED] = chances[:, _OFFER] - chances[:, _ACCEPTED]
    failed = chances[:, _VIEWED] - chances[:, _OFFER]
    chances[:, _REJECTED] = failed * TRUE.rejection_probability
    return chances


def _conditional(applications: Applications) -> tuple[Array, Array]:
    """P(phone screen | viewed) and P(offer | interview completed)."""
    screen = np.array(TRUE.tier_screen)[applications.tier]
    offer = np.array(TRUE.tier_offer)[applications.tier]
    ats = (applications.ats_score - 68) / 10
    return (
        sigmoid(
            np.log(screen / (1 - screen))
            + TRUE.screen_skill_slope * applications.skill
            + TRUE.screen_ats_slope * ats
        ),
        sigmoid(np.log(offer / (1 - offer)) + TRUE.offer_skill_slope * applications.skill),
    )


def file_outcomes(turn: Turn, applications: Applications) -> npt.NDArray[np.float64]:
    """Decide what becomes of applications and put it on the agenda.

    Returns:
        When each outcome happens, UTC milliseconds, infinite where it never does; also for
        what lies after the market's end.
    """
    withdrawn = turn.chance(TRUE.withdrawn_probability, len(applications))
    times = _outcome_times(turn, applications, ~withdrawn)
    rows = [_agenda_rows(applications, kind, times[:, kind]) for kind in range(len(OUTCOMES))]
    rows += _endings(turn, applications, times, withdrawn)
    for part in rows:
        turn.scene.agenda.add(part)
    return times


def _outcome_times(turn: Turn, applications: Applications, active: Array) -> Array:
    """Walk the steps: each is tossed when the one before it happened, and waits from it."""
    n = len(applications)
    screen, offer = _conditional(applications)
    times = np.full((n, len(OUTCOMES)), np.inf)
    reached, last = active.copy(), applications.sent_at.astype(np.float64)
    for kind, probability in (
        (_VIEWED, TRUE.viewed_probability),
        (_SCREEN, screen),
        (_SCHEDULED, TRUE.scheduled_probability),
        (_COMPLETED, TRUE.completed_probability),
    ):
        reached &= turn.chance(probability, n)
        last = _wait(turn, times, kind, reached, last)
    reached &= turn.chance(offer, n)
    checked = reached & turn.chance(TRUE.reference_probability, n)
    last = _wait(turn, times, _REFERENCE, checked, last)
    last = _wait(turn, times, _OFFER, reached, last)
    accepted = turn.chance(TRUE.accepted_probability, n)
    _wait(turn, times, _ACCEPTED, reached & accepted, last)
    _wait(turn, times, _DECLINED, reached & ~accepted, last)
    told = turn.chance(TRUE.rejection_probability, n)
    failed = np.isfinite(times[:, _VIEWED]) & ~reached & told
    _wait(turn, times, _REJECTED, failed, last)
    return times


def _wait(turn: Turn, times: Array, kind: int, happens: Array, last: Array) -> Array:
    """Write the times of one outcome; give the time of the last step so far."""
    delay = TRUE.delays[OUTCOMES[kind]]
    waiting = delay.median_days * np.exp(delay.sigma * turn.rng.standard_normal(len(last)))
    when = last + waiting * DAY_MS
    times[happens, kind] = when[happens]
    return np.where(happens, when, last)


def _endings(turn: Turn, applications: Applications, times: Array, withdrawn: Array) -> list[Array]:
    """How applications close, what a hire earns, and who is asked how it went."""
    n = len(applications)
    ended = np.isfinite(times[:, [_ACCEPTED, _DECLINED, _REJECTED]]).any(axis=1)
    steps = np.where(np.isfinite(times), times, 0).max(axis=1)
    silence = np.maximum(steps, applications.sent_at) + TRUE.no_response_days * DAY_MS
    gives_up = applications.sent_at + turn.rng.uniform(2, 20, n) * DAY_MS
    delay = TRUE.delays["income_changed"]
    starts = delay.median_days * np.exp(delay.sigma * turn.rng.standard_normal(n)) * DAY_MS
    asked = (times.min(axis=1) - applications.sent_at > 7 * DAY_MS) & turn.chance(0.6, n)
    moments = {
        _HIRED: times[:, _ACCEPTED] + 3_600_000,
        _REFUSED: times[:, _REJECTED] + 60_000,
        _SILENCE: np.where(ended | withdrawn, np.inf, silence),
        _WITHDRAWN: np.where(withdrawn, gives_up, times[:, _DECLINED] + 60_000),
        _INCOME: times[:, _ACCEPTED] + starts,
        _FOLLOW_UP: np.where(asked & ~withdrawn, applications.sent_at + 7 * DAY_MS, np.inf),
    }
    return [_agenda_rows(applications, kind, when) for kind, when in moments.items()]


def _agenda_rows(applications: Applications, kind: int, when: Array) -> npt.NDArray[Any]:
    chosen = np.isfinite(when)
    rows = np.empty(int(chosen.sum()), AGENDA_ROW)
    rows["due"] = when[chosen].astype(np.int64)
    rows["kind"] = kind
    rows["application"] = applications.number[chosen]
    rows["applied_at"] = applications.sent_at[chosen]
    rows["person"] = applications.person[chosen]
    rows["job"] = applications.job[chosen]
    rows["tier"] = applications.tier[chosen]
    rows["salary"] = applications.salary[chosen]
    return rows


def record_due(turn: Turn) -> None:
    """Record everything that is due on the day."""
    rows = turn.scene.agenda.take(turn.day)
    kind = rows["kind"]
    _record_outcomes(turn, rows[kind < len(OUTCOMES)])
    _record_closings(turn, rows[(kind >= _HIRED) & (kind <= _WITHDRAWN)])
    _record_careers(turn, rows[kind == _INCOME])
    _record_follow_ups(turn, rows[kind == _FOLLOW_UP])


def _record_outcomes(turn: Turn, rows: Array) -> None:
    kind, tally = rows["kind"].astype(np.int64), turn.scene.tally
    np.add.at(tally.observed, (rows["tier"], kind), 1)
    tally.mark("interview", rows["person"][np.isin(kind, (_SCHEDULED, _COMPLETED))])
    tally.mark("offer", rows["person"][kind == _OFFER])
    turn.emit(
        "application_outcome_recorded",
        rows["person"],
        rows["due"],
        application_id=Tagged("app", rows["application"]),
        job_id=Tagged("job", rows["job"]),
        outcome_type=Words.of(OUTCOMES, kind),
        stage=Words.of(_STAGES, kind),
    )


def _record_closings(turn: Turn, rows: Array) -> None:
    days = np.round((rows["due"] - rows["applied_at"]) / DAY_MS, 2)
    for code, result in enumerate(_RESULTS):
        chosen = rows["kind"] == _HIRED + code
        part = rows[chosen]
        extra: dict[str, Any] = {}
        if _HIRED + code == _HIRED:
            extra = {
                "salary_offered_usd": part["salary"],
                "initial_offer_usd": np.round(part["salary"] * 0.96, -2),
                "negotiated": turn.chance(0.35, len(part)),
            }
            _settle(turn, part)
        if _HIRED + code == _REFUSED:
            reason = turn.rng.integers(0, len(_REASONS), len(part))
            extra = {"rejection_reason": Words.of(_REASONS, reason)}
        turn.emit(
            "application_closed",
            part["person"],
            part["due"],
            application_id=Tagged("app", part["application"]),
            job_id=Tagged("job", part["job"]),
            result=result,
            time_to_result_days=days[chosen],
            **extra,
        )


def _settle(turn: Turn, hired: Array) -> None:
    """Many who were hired leave the product within days, most payers because of it."""
    people = turn.scene.people
    leaves = turn.chance(TRUE.leave_after_hire, len(hired))
    person = hired["person"][leaves]
    day = turn.day.index + turn.rng.integers(2, 9, len(person))
    sooner = day < people.leave_day[person]
    people.leave_day[person[sooner]] = day[sooner]
    people.leave_reason[person[sooner]] = 0


def _record_careers(turn: Turn, rows: Array) -> None:
    people, person, n = turn.scene.people, rows["person"], len(rows)
    # Two hires of one person on one day: the second starts from the same income.
    before = people.salary_usd[person]
    people.salary_usd[person] = rows["salary"]
    jobs = turn.scene.jobs
    turn.emit(
        "income_changed",
        person,
        rows["due"],
        current_usd=rows["salary"],
        previous_usd=before,
        reason="new_job",
        application_id=Tagged("app", rows["application"]),
    )
    turn.emit(
        "career_advanced",
        person,
        rows["due"] + 1_000,
        advancement_type=Words.of(ADVANCEMENTS, turn.rng.choice(2, n, p=[0.35, 0.65])),
        industry=Words.of(INDUSTRIES, jobs.industry[rows["job"]]),
        salary_increase_usd=rows["salary"] - before,
    )
    reached = np.flatnonzero(people.has_goal[person])
    turn.emit(
        "goal_achieved",
        person[reached],
        rows["due"][reached] + 2_000,
        goal_type=Words.of(GOALS, people.goal[person[reached]]),
        goal_id=Tagged("goal", person[reached]),
        achieved_value=rows["salary"][reached],
    )
    people.has_goal[person] = False
    turn.scene.tally.add_income(before, rows["salary"])


def _record_follow_ups(turn: Turn, rows: Array) -> None:
    turn.emit(
        "follow_up_sent",
        rows["person"],
        rows["due"],
        application_id=Tagged("app", rows["application"]),
        job_id=Tagged("job", rows["job"]),
        days_since_application=7,
        channel="email",
    )
