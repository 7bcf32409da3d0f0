"""Recommendation lists: shown, examined, clicked, saved, dismissed, applied for.

A click needs two independent things: the person looks at the position (examination) and
finds the job worth it (relevance).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from landed.demo.frames import Column, Maybe, Tagged, Words
from landed.demo.outcomes import Applications, file_outcomes, outcome_chances
from landed.demo.parameters import LIST_LENGTH, OUTCOMES, TIERS, TRUE
from landed.demo.resumes import call_models
from landed.demo.scene import Turn, Visits, sigmoid
from landed.demo.vocabulary import COMPANIES, INDUSTRIES, JOB_TITLES, REGIONS

__all__ = ["Lists", "play_lists"]

Array = npt.NDArray[Any]

_ALGORITHMS: Final = ("ranking_v1", "ranking_v2", "exploration")
_EXPLORATION: Final = 2
_SURFACES: Final = ("dashboard", "recommendations", "email")
_TITLES: Final = tuple(title for titles in JOB_TITLES for title in titles)
_REASONS: Final = ("too_far", "salary", "not_my_field", "seen_before")
_METHODS: Final = ("direct", "job_board", "recruiter", "referral")
_OPTIMIZATIONS: Final = (
    (),
    ("keywords",),
    ("keywords", "layout"),
    ("keywords", "layout", "summary"),
)
_STEPS: Final = ("profile_matching", "ranking", "explanation")
_TREATMENT: Final = 2
_CV_HASHES: Final = tuple(f"{code * 2_654_435_761 % 2**32:08x}" for code in range(4_096))


class Lists(msgspec.Struct, frozen=True):
    """Lists shown in sessions: per list (L) or per list and position (L, LIST_LENGTH).

    Attributes:
        rows: The session's index (L).
        person, at, number: Who, when, which list (L).
        arm: 0 outside the experiment, 1 control, 2 treatment (L).
        shuffled: True where the order is random (L).
        surface: Where it was shown (L).
        job, tier, score, match, relevance, potential: Of each position (L, LIST_LENGTH).
    """

    rows: Array
    person: Array
    at: Array
    number: Array
    arm: Array
    shuffled: Array
    surface: Array
    job: Array
    tier: Array
    score: Array
    match: Array
    relevance: Array
    potential: Array

    def __len__(self) -> int:
        """How many lists there are."""
        return len(self.rows)


def play_lists(turn: Turn, visits: Visits) -> None:
    """Show lists in some of the sessions and play what follows from them."""
    showing = ~visits.bounced & turn.chance(TRUE.list_probability, len(visits))
    at = visits.at + 4_000 + (visits.length * turn.rng.uniform(0.05, 0.3, len(visits))).astype(int)
    rows = np.flatnonzero(showing & turn.known(at))
    lists = _make_lists(turn, visits, rows, at[rows])
    _expose(turn, visits, lists)
    _prepare(turn, visits, lists)
    _show(turn, visits, lists)
    clicked_at = _click(turn, visits, lists)
    _apply(turn, visits, lists, clicked_at)
    _apply_directly(turn, visits)


def _make_lists(turn: Turn, visits: Visits, rows: Array, at: Array) -> Lists:
    rng, scene, n = turn.rng, turn.scene, len(rows)
    person, shape = visits.person[rows], (n, LIST_LENGTH)
    job = scene.jobs.draw_lists(scene.people.industry[person], rng)
    tier = rng.choice(len(TIERS), size=shape, p=TRUE.tier_shares)
    match = sigmoid(
        TRUE.match_skill_slope * scene.people.skill[person][:, None]
        + np.array(TRUE.tier_match_shift)[tier]
        + TRUE.match_noise * rng.standard_normal(shape)
    )
    score = np.clip(2.5 + 6.0 * match + TRUE.score_noise * rng.standard_normal(shape), 0, 10)
    shuffled = turn.chance(TRUE.shuffled_share, n)
    order = np.argsort(np.where(shuffled[:, None], rng.random(shape), -score), axis=1)
    running = at >= scene.experiment_start
    uplift = np.array(TRUE.tier_salary_uplift)[tier] + (scene.jobs.pay[job] - 1)
    salary = scene.people.salary_usd[person][:, None]
    columns = {
        "job": job,
        "tier": tier,
        "score": np.round(score, 1),
        "match": match,
        "relevance": np.array(TRUE.tier_relevance)[tier] * (0.4 + 1.2 * match),
        "potential": np.round(salary * uplift, -2).astype(np.int64),
    }
    return Lists(
        rows=rows,
        person=person,
        at=at,
        number=scene.number("list", n),
        arm=np.where(running, 1 + scene.people.arm[person], 0),
        shuffled=shuffled,
        surface=rng.choice(len(_SURFACES), size=n, p=[0.5, 0.35, 0.15]),
        **{name: np.take_along_axis(column, order, axis=1) for name, column in columns.items()},
    )


def _expose(turn: Turn, visits: Visits, lists: Lists) -> None:
    """Record the first list that a person sees in the experiment."""
    people = turn.scene.people
    new = np.flatnonzero((lists.arm > 0) & (people.exposed_at[lists.person] == 0))
    new = new[np.unique(lists.person[new], return_index=True)[1]]
    people.exposed_at[lists.person[new]] = lists.at[new]
    arm = lists.arm[new] - 1
    turn.emit_in(
        visits,
        lists.rows[new],
        "experiment_exposed",
        lists.at[new] - 50,
        experiment_id=TRUE.experiment_id,
        variant=Words.of(("control", "treatment"), arm),
        algorithm=Words.of(_ALGORITHMS, arm),
        experiment_version=1,
    )


def _prepare(turn: Turn, visits: Visits, lists: Lists) -> None:
    """What the servers did before the list stood there."""
    call_models(
        turn,
        visits,
        lists.rows,
        lists.at - 300,
        operation="chat",
        feature="recommendations",
        size=0,
    )
    timed = np.flatnonzero(turn.chance(0.25, len(lists)))
    for step, name in enumerate(_STEPS):
        n = len(timed)
        seconds = np.round(turn.rng.gamma(4.0, 0.12 * (step + 1), n), 3)
        turn.emit_in(
            visits,
            lists.rows[timed],
            "workflow_step_completed",
            lists.at[timed] - 250 + 50 * step,
            workflow="recommendation",
            step=name,
            duration_seconds=seconds,
            success=turn.chance(0.995, n),
            item_count=LIST_LENGTH,
        )


def _facts(turn: Turn, lists: Lists, row: Array, place: Array) -> dict[str, Column]:
    """The properties that all events about a recommended job share."""
    jobs, job = turn.scene.jobs, lists.job[row, place]
    exploring = lists.shuffled[row]
    algorithm = np.where(exploring, _EXPLORATION, lists.arm[row] == _TREATMENT)
    return {
        "recommendation_id": Tagged("rec", lists.number[row] * LIST_LENGTH + place),
        "job_id": Tagged("job", job),
        "tier": Words.of(TIERS, lists.tier[row, place]),
        "score": lists.score[row, place],
        "position": place + 1,
        "salary_potential_usd": lists.potential[row, place],
        "surface": Words.of(_SURFACES, lists.surface[row]),
        "algorithm": Words.of(_ALGORITHMS, algorithm),
        "industry": Words.of(INDUSTRIES, jobs.industry[job]),
        "region": Words.of([region.name for region in REGIONS], jobs.region[job]),
    }


def _show(turn: Turn, visits: Visits, lists: Lists) -> None:
    row = np.repeat(np.arange(len(lists)), LIST_LENGTH)
    place = np.tile(np.arange(LIST_LENGTH), len(lists))
    turn.emit_in(
        visits,
        lists.rows[row],
        "recommendation_shown",
        lists.at[row],
        **_facts(turn, lists, row, place),
        list_id=Tagged("list", lists.number[row]),
        list_count=LIST_LENGTH,
        propensity=np.where(lists.shuffled[row], 1 / LIST_LENGTH, 1.0),
    )


def _click(turn: Turn, visits: Visits, lists: Lists) -> Array:
    """Play examination and clicks; give the moment of each click, 0 where there is none."""
    rng, shape = turn.rng, (len(lists), LIST_LENGTH)
    examined = rng.random(shape) < np.array(TRUE.examination)
    lift = 1 + TRUE.click_lift * (lists.arm == _TREATMENT)
    wanted = rng.random(shape) < lists.relevance * lift[:, None]
    at = lists.at[:, None] + 3_500 * np.arange(1, LIST_LENGTH + 1) + rng.integers(0, 15_000, shape)
    clicked = examined & wanted & turn.known(at)
    turn.scene.tally.count_lists(
        arm=lists.arm,
        shuffled=lists.shuffled,
        relevance=lists.relevance,
        clicked=clicked,
        tier=lists.tier,
    )
    dismissed = examined & ~wanted & (rng.random(shape) < TRUE.dismiss_probability)
    _record_clicks(turn, visits, lists, np.where(clicked, at, 0))
    _record_dismissals(turn, visits, lists, np.where(dismissed, at, 0))
    return np.where(clicked, at, 0)


def _record_clicks(turn: Turn, visits: Visits, lists: Lists, at: Array) -> None:
    row, place = np.nonzero(at)
    when, jobs = at[row, place], turn.scene.jobs
    job = lists.job[row, place]
    facts = {
        **_facts(turn, lists, row, place),
        "job_title": Words.of(_TITLES, jobs.title[job]),
        "company": Words.of(COMPANIES, jobs.company[job]),
    }
    turn.emit_in(visits, lists.rows[row], "recommendation_clicked", when, **facts)
    for event, probability in (
        ("recommendation_viewed", TRUE.view_probability),
        ("recommendation_saved", TRUE.save_probability),
    ):
        chosen = np.flatnonzero(turn.chance(probability, len(row)))
        seconds = np.round(np.exp(3.6 + 0.8 * turn.rng.standard_normal(len(chosen))), 1)
        columns = _facts(turn, lists, row[chosen], place[chosen])
        if event == "recommendation_viewed":
            columns["time_spent_seconds"] = seconds
        later = when[chosen] + 1_000 + (seconds * 1_000).astype(np.int64)
        turn.emit_in(visits, lists.rows[row[chosen]], event, later, **columns)


def _record_dismissals(turn: Turn, visits: Visits, lists: Lists, at: Array) -> None:
    row, place = np.nonzero(at)
    reason = turn.rng.integers(0, len(_REASONS), len(row))
    turn.emit_in(
        visits,
        lists.rows[row],
        "recommendation_dismissed",
        at[row, place],
        **_facts(turn, lists, row, place),
        reason=Words.of(_REASONS, reason),
    )


def _apply(turn: Turn, visits: Visits, lists: Lists, clicked_at: Array) -> None:
    """Some clicks become applications, in the treatment group more of them."""
    row, place = np.nonzero(clicked_at)
    tier = lists.tier[row, place]
    lift = 1 + TRUE.application_lift * (lists.arm[row] == _TREATMENT)
    base = np.array(TRUE.tier_application)[tier] * (0.5 + lists.match[row, place])
    pressed_at = clicked_at[row, place] + turn.rng.integers(60_000, 420_000, len(row))
    sent_at = pressed_at + turn.rng.integers(15_000, 90_000, len(row))
    applies = turn.chance(base * lift, len(row)) & turn.known(sent_at)
    row, place, sent_at = row[applies], place[applies], sent_at[applies]
    number = turn.scene.number("application", len(row))
    arm = lists.arm[row]
    turn.emit_in(
        visits,
        lists.rows[row],
        "recommendation_applied",
        pressed_at[applies],
        **_facts(turn, lists, row, place),
        application_id=Tagged("app", number),
    )
    recommendation = lists.number[row] * LIST_LENGTH + place
    _send(
        turn,
        visits,
        lists.rows[row],
        sent_at,
        number=number,
        job=lists.job[row, place],
        tier=tier[applies],
        arm=arm,
        recommendation_id=Tagged("rec", recommendation),
    )
    _convert(turn, visits, lists.rows[row], sent_at)


def _apply_directly(turn: Turn, visits: Visits) -> None:
    """Some apply for a job that they found by themselves."""
    applies = ~visits.bounced & turn.chance(TRUE.direct_application_probability, len(visits))
    sent_at = visits.at + visits.length // 2 + 30_000
    rows = np.flatnonzero(applies & turn.known(sent_at))
    job = turn.scene.jobs.draw(turn.scene.people.industry[visits.person[rows]], turn.rng)
    _send(
        turn,
        visits,
        rows,
        sent_at[rows],
        number=turn.scene.number("application", len(rows)),
        job=job,
        tier=np.full(len(rows), len(TIERS)),
        arm=np.zeros(len(rows), dtype=np.int64),
    )


def _send(
    turn: Turn,
    visits: Visits,
    rows: Array,
    sent_at: Array,
    *,
    number: Array,
    job: Array,
    tier: Array,
    arm: Array,
    **recommendation: Column,
) -> None:
    """Predict, send, and decide what will become of it."""
    scene, person = turn.scene, visits.person[rows]
    salary = _salaries(turn, person, job, tier)
    applications = Applications(
        number=number,
        person=person,
        job=job,
        tier=tier,
        sent_at=sent_at,
        salary=salary,
        skill=scene.people.skill[person],
        ats_score=scene.people.ats_score[person],
    )
    chances = outcome_chances(applications)
    predicted, shown = _predict(turn, visits, rows, applications, chances)
    times = file_outcomes(turn, applications)
    scene.tally.count_applications(tier, chances, times, sent_at)
    scene.tally.count_arms(arm, times)
    if recommendation:
        recommendation["tier"] = Words.of(TIERS, tier)
    _record_sent(
        turn,
        visits,
        rows,
        applications=applications,
        recommendation=recommendation,
        predicted=Maybe(predicted, shown),
    )


def _salaries(turn: Turn, person: Array, job: Array, tier: Array) -> Array:
    uplift = 1 + np.array(TRUE.tier_salary_uplift)[tier]
    noise = np.exp(0.04 * turn.rng.standard_normal(len(person)))
    pay = turn.scene.people.salary_usd[person] * uplift * turn.scene.jobs.pay[job] * noise
    salaries: Array = np.round(pay, -2).astype(np.int64)
    return salaries


def _predict(
    turn: Turn, visits: Visits, rows: Array, applications: Applications, chances: Array
) -> tuple[Array, Array]:
    """Predict the interview for some, too confidently by a known amount."""
    n = len(rows)
    truth = np.clip(chances[:, OUTCOMES.index("interview_scheduled")], 1e-6, 1 - 1e-6)
    logit = np.log(truth / (1 - truth))
    noise = TRUE.prediction_noise * turn.rng.standard_normal(n)
    p = np.round(sigmoid(TRUE.prediction_slope * logit + TRUE.prediction_intercept + noise), 4)
    shown = turn.chance(TRUE.prediction_share, n)
    asked, at = rows[shown], applications.sent_at[shown] - 12_000
    ids = Tagged("pred", turn.scene.number("prediction", len(asked)))
    job = Tagged("job", applications.job[shown])
    turn.emit_in(
        visits, asked, "prediction_requested", at, target="interview", prediction_id=ids, job_id=job
    )
    turn.emit_in(
        visits,
        asked,
        "prediction_made",
        at + 60,
        target="interview",
        prediction_id=ids,
        job_id=job,
        application_id=Tagged("app", applications.number[shown]),
        probability=p[shown],
        interval_low=np.round(np.maximum(p[shown] - 0.1, 0), 4),
        interval_high=np.round(np.minimum(p[shown] + 0.1, 1), 4),
        model_version="interview-3",
        latency_ms=np.round(turn.rng.gamma(6.0, 6.0, len(asked)), 1),
    )
    return p, shown


def _record_sent(
    turn: Turn,
    visits: Visits,
    rows: Array,
    *,
    applications: Applications,
    recommendation: dict[str, Column],
    predicted: Maybe,
) -> None:
    n, jobs, job = len(rows), turn.scene.jobs, applications.job
    version = turn.scene.people.cv_version[applications.person]
    turn.emit_in(
        visits,
        rows,
        "application_submitted",
        applications.sent_at,
        application_id=Tagged("app", applications.number),
        job_id=Tagged("job", job),
        job_title=Words.of(_TITLES, jobs.title[job]),
        company=Words.of(COMPANIES, jobs.company[job]),
        industry=Words.of(INDUSTRIES, jobs.industry[job]),
        region=Words.of([region.name for region in REGIONS], jobs.region[job]),
        salary_min=np.round(applications.salary * 0.92, -2),
        salary_max=np.round(applications.salary * 1.12, -2),
        currency="USD",
        application_method=Words.of(_METHODS, turn.rng.choice(4, n, p=[0.52, 0.3, 0.1, 0.08])),
        cv_version=Words.of(_CV_HASHES, (applications.person * 31 + version) % len(_CV_HASHES)),
        ats_score=np.round(applications.ats_score, 1),
        optimizations_applied=Words.of(_OPTIMIZATIONS, np.minimum(version, 3)),
        predicted_interview_rate=predicted,
        **recommendation,
    )


def _convert(turn: Turn, visits: Visits, rows: Array, at: Array) -> None:
    """Record the first application after the exposure as the experiment's success."""
    people, person = turn.scene.people, visits.person[rows]
    exposed = (people.exposed_at[person] > 0) & (people.exposed_at[person] <= at)
    new = np.flatnonzero(exposed & ~people.converted[person])
    new = new[np.unique(person[new], return_index=True)[1]]
    people.converted[person[new]] = True
    turn.emit_in(
        visits,
        rows[new],
        "experiment_converted",
        at[new] + 500,
        experiment_id=TRUE.experiment_id,
        variant=Words.of(("control", "treatment"), people.arm[person[new]].astype(np.int64)),
        conversion_type="application_submitted",
        experiment_version=1,
    )
