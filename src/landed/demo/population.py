"""The people of the market and the jobs they look at: arrays, one entry each."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from landed.demo.calendar import Day
from landed.demo.parameters import LIST_LENGTH, TRUE
from landed.demo.types import MarketConfig
from landed.demo.vocabulary import COMPANIES, DEVICES, GOALS, INDUSTRIES, JOB_TITLES, REGIONS

__all__ = [
    "COUNTRIES",
    "FREE",
    "SERVICES",
    "Jobs",
    "Population",
    "make_jobs",
    "make_people",
    "seeker_count",
]

Array = npt.NDArray[Any]

COUNTRIES: Final = tuple(country for region in REGIONS for country in region.countries)
SERVICES: Final = ("service-web", "service-worker", "service-scheduler")
FREE: Final = -1
"""The plan code of somebody who does not pay; others index `TRUE.plan_prices_usd`."""

_STRATUM_SKEW: Final = 1.5


class Population(msgspec.Struct):
    """Everybody, seekers first, then recruiters, then the host product's services.

    Attributes:
        seekers, recruiters: How many of each.
        industry, region, country, device: Codes into the vocabularies.
        experience_years: 0 to 30.
        skill: Standard normal: how good the person is at their trade.
        energy: How often they come, relative to others.
        signup_day: Day index; negative when they were there before the market's start.
        leave_day: The first day on which they no longer come.
        leave_reason: Code of why; see `vocabulary.LEAVE_REASONS`.
        arm: True in the treatment group of the experiment.
        exposed_at: First exposure, UTC milliseconds; 0 while there was none.
        converted: True once an application followed the exposure.
        plan: `FREE` or a plan code; `lapsed` is True once a plan was cancelled.
        ats_score, cv_version: Of the CV as it is now.
        salary_usd: What they earn now.
        goal: Code of the goal they would set; `has_goal` while it is open.
    """

    seekers: int
    recruiters: int
    industry: Array
    region: Array
    country: Array
    device: Array
    experience_years: Array
    skill: Array
    energy: Array
    signup_day: Array
    leave_day: Array
    leave_reason: Array
    arm: Array
    exposed_at: Array
    converted: Array
    plan: Array
    lapsed: Array
    ats_score: Array
    cv_version: Array
    salary_usd: Array
    goal: Array
    has_goal: Array

    def names(self) -> pa.StringArray:
        """The raw ids of everybody, in the order of the arrays."""
        names = [f"user-{number:06d}" for number in range(self.seekers)]
        names += [f"recruiter-{number:05d}" for number in range(self.recruiters)]
        return pa.array([*names, *SERVICES], pa.string())

    def first_service(self) -> int:
        """Index of the first of the services."""
        return self.seekers + self.recruiters

    def pull(self, day: int) -> npt.NDArray[np.float64]:
        """How likely each seeker is to come on a day, relative to the others."""
        tenure = day - self.signup_day
        novelty = TRUE.novelty_floor + (1 - TRUE.novelty_floor) * np.exp(
            -np.maximum(tenure, 0) / TRUE.novelty_days
        )
        here = (tenure > 0) & (day < self.leave_day)
        pull: npt.NDArray[np.float64] = self.energy * novelty * here
        return pull


def seeker_count(config: MarketConfig) -> int:
    """How many seekers a market of this size has."""
    return max(40, round(config.events * TRUE.people_per_event))


def make_people(config: MarketConfig, days: list[Day], rng: np.random.Generator) -> Population:
    """Draw the population; its size follows from how many events are wanted."""
    n = seeker_count(config)
    region = rng.choice(len(REGIONS), size=n, p=[region.share for region in REGIONS])
    experience = np.minimum(rng.gamma(1.8, 4.0, size=n).astype(np.int64), 30)
    skill = rng.standard_normal(n)
    signup = _signup_days(days, rng, n)
    lifetime = TRUE.lifetime_median_days * np.exp(TRUE.lifetime_sigma * rng.standard_normal(n))
    level = np.array([part.salary_factor for part in REGIONS])[region]
    salary = 46_000 * level * (1 + 0.055 * experience) * np.exp(0.08 * skill)
    return Population(
        seekers=n,
        recruiters=max(3, n // 90),
        industry=rng.choice(len(INDUSTRIES), size=n, p=_falling(len(INDUSTRIES))),
        region=region,
        country=_countries(region, rng),
        device=rng.choice(len(DEVICES), size=n, p=[device.share for device in DEVICES]),
        experience_years=experience,
        skill=skill,
        energy=np.exp(TRUE.engagement_sigma * rng.standard_normal(n)),
        signup_day=signup,
        leave_day=np.maximum(signup, 0) + 1 + lifetime.astype(np.int64),
        leave_reason=rng.choice(3, size=n, p=[0.30, 0.45, 0.25]) + 1,
        arm=rng.random(n) < TRUE.treatment_share,
        exposed_at=np.zeros(n, dtype=np.int64),
        converted=np.zeros(n, dtype=np.bool_),
        plan=np.full(n, FREE, dtype=np.int64),
        lapsed=np.zeros(n, dtype=np.bool_),
        ats_score=np.clip(rng.normal(TRUE.base_ats_mean, TRUE.base_ats_sd, n), 20, 90),
        cv_version=np.zeros(n, dtype=np.int64),
        salary_usd=np.round(salary, -2).astype(np.int64),
        goal=rng.integers(0, len(GOALS), size=n),
        has_goal=np.zeros(n, dtype=np.bool_),
    )


def _signup_days(days: list[Day], rng: np.random.Generator, count: int) -> Array:
    """Some were there before; the others come with the traffic."""
    weights = np.array([day.weight for day in days])
    during = rng.choice(len(days), size=count, p=weights / weights.sum())
    before = -1 - rng.exponential(60.0, size=count).astype(np.int64)
    return np.where(rng.random(count) < TRUE.existing_share, before, during)


def _countries(region: Array, rng: np.random.Generator) -> Array:
    sizes = np.array([len(part.countries) for part in REGIONS])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    # The square makes the region's first country its largest.
    place = (rng.random(len(region)) ** 2 * sizes[region]).astype(np.int64)
    countries: Array = first[region] + place
    return countries


def _falling(count: int) -> npt.NDArray[np.float64]:
    weights = 1.0 / (np.arange(count) + 2.0)
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares


class Jobs(msgspec.Struct, frozen=True):
    """The jobs on offer, in blocks of one industry; the first of a block are the popular ones.

    Attributes:
        block_starts: Where each industry's block begins.
        block_size: How many jobs a block has.
        industry, title, company, region: Codes into the vocabularies.
        pay: Factor on what the seeker could earn.
    """

    block_starts: Array
    block_size: int
    industry: Array
    title: Array
    company: Array
    region: Array
    pay: Array

    def draw_lists(self, industry: Array, rng: np.random.Generator) -> Array:
        """Draw `LIST_LENGTH` different jobs per list: one from each stratum of popularity."""
        shape = (len(industry), LIST_LENGTH)
        edges = np.arange(LIST_LENGTH + 1) / LIST_LENGTH
        bounds = (edges**_STRATUM_SKEW * self.block_size).astype(np.int64)
        width = np.diff(bounds)
        place = bounds[:-1] + (rng.random(shape) * width).astype(np.int64)
        jobs: Array = self.block_starts[industry][:, None] + rng.permuted(place, axis=1)
        return jobs

    def draw(self, industry: Array, rng: np.random.Generator) -> Array:
        """Draw one job of each industry."""
        place = (rng.random(len(industry)) ** _STRATUM_SKEW * self.block_size).astype(np.int64)
        jobs: Array = self.block_starts[industry] + place
        return jobs


def make_jobs(config: MarketConfig, rng: np.random.Generator) -> Jobs:
    """Draw the jobs: some hundred per industry, more for a larger market."""
    size = int(np.clip(config.events // 1_500, 80, 2_500))
    kinds = len(INDUSTRIES)
    industry = np.repeat(np.arange(kinds), size)
    per_industry = len(JOB_TITLES[0])
    return Jobs(
        block_starts=np.arange(kinds) * size,
        block_size=size,
        industry=industry,
        title=industry * per_industry + rng.integers(0, per_industry, size=len(industry)),
        company=rng.integers(0, len(COMPANIES), size=len(industry)),
        region=rng.choice(len(REGIONS), size=len(industry), p=[region.share for region in REGIONS]),
        pay=np.exp(0.06 * rng.standard_normal(len(industry))),
    )
