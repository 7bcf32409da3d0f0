"""How well lists are ordered, how wide they reach, and how the new fare in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from landed.insights.estimates import Estimate
from landed.insights.period import Period
from landed.insights.positions import Sample, choose_sample
from landed.insights.types import Queries
from landed.stats import (
    gini,
    grouped_ratio,
    hit,
    ndcg,
    novelty_bits,
    reciprocal_rank,
    top_share,
)

__all__ = [
    "CUTS",
    "FEW_IMPRESSIONS",
    "ColdStart",
    "OrderQuality",
    "RankingQuality",
    "Reach",
    "build_cold_start",
    "build_order_quality",
    "build_ranking_quality",
    "build_reach",
    "fetch_ranking_quality",
]

Floats = npt.NDArray[np.float64]
Rows = Sequence[Mapping[str, Any]]
Places = tuple[int, ...]
Lists = tuple[int, Places, int]
"""Group of people, places of what was wanted, and how many lists are so."""

CUTS: Final = (1, 3, 5, 10)
"""After how many places a list is cut for NDCG and hit rate."""

FEW_IMPRESSIONS: Final = 20
"""People with fewer earlier impressions are new to the recommender."""

_SAMPLED: Final = 200_000
_GROUPS: Final = 40
_TOP: Final = 0.1
_Z: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuality:
    """How high what was wanted stood in its list.

    Attributes:
        wanted: `clicks` or `applications`.
        ndcg: By cut: over lists in which something was wanted, 1 is the best order.
        hit_rate: By cut: share of all lists with something wanted in the first places.
        mean_reciprocal_rank: Over lists in which something was wanted.
    """

    wanted: str
    ndcg: Mapping[int, Estimate]
    hit_rate: Mapping[int, Estimate]
    mean_reciprocal_rank: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How impressions fall on jobs.

    Attributes:
        jobs_shown: Different jobs shown in the period.
        jobs_known: Jobs shown or applied for in the period or in the one before.
        catalogue_coverage: The first over the second.
        novelty_bits: Mean of -log2 of a job's share of all impressions.
        impression_gini: 0: all jobs are shown equally often; near 1: few have all impressions.
        top_decile_share: Share of the impressions that the most shown tenth of jobs has.
    """

    jobs_shown: int
    jobs_known: int
    catalogue_coverage: float | None
    novelty_bits: float | None
    impression_gini: float | None
    top_decile_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """How the new and the known compare.

    Attributes:
        who: `new_people`, `known_people`, `new_jobs` or `known_jobs`.
        size: How many of them there are.
        shown: Their impressions.
        click_through_rate: With an interval over people, or over jobs.
        application_rate: The same.
    """

    who: str
    size: int
    shown: int
    click_through_rate: Estimate
    application_rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingQuality:
    """Order, variety, reach and cold start of the lists of a period.

    Attributes:
        lists: Lists that were read.
        sampled_rate: Share of the impressions that were read for order and variety.
        order: For clicks, and for applications.
        tier_diversity: Share of the pairs of jobs of a list that differ in tier.
        industry_diversity: The same for industry.
        reach: How impressions fall on jobs.
        cold_start: New and known people, new and known jobs.
    """

    lists: int
    sampled_rate: float
    order: tuple[OrderQuality, ...]
    tier_diversity: Estimate
    industry_diversity: Estimate
    reach: Reach
    cold_start: tuple[ColdStart, ...]


def fetch_ranking_quality(store: Queries, period: Period) -> RankingQuality:
    """Ask the store for the lists, jobs and people of a period.

    Order and variety are measured on a sample of whole days where there are many impressions.

    Args:
        store: Answers named queries.
        period: The time; jobs and people are new by the time of the same length before it.
    """
    span = {"since": period.since, "until": period.seen_until}
    volume = int(store.query("recommendation_volume", span)[0]["shown"])
    sample = choose_sample(volume, period.days, wanted=_SAMPLED)
    given = span | sample.parameters
    before = {"before": period.since - timedelta(days=period.days)}
    return build_ranking_quality(
        sample,
        lists=store.query("recommendation_lists", given),
        diversity=store.query("recommendation_diversity", given),
        jobs=store.query("recommendation_jobs", span | before),
        people=store.query("recommendation_people", span | before | {"few": FEW_IMPRESSIONS}),
    )


def build_ranking_quality(
    sample: Sample, *, lists: Rows, diversity: Rows, jobs: Rows, people: Rows
) -> RankingQuality:
    """Put the answers together.

    Args:
        sample: Which part of the impressions was read for lists and diversity.
        lists: Rows of `recommendation_lists`.
        diversity: Rows of `recommendation_diversity`.
        jobs: Rows of `recommendation_jobs`.
        people: Rows of `recommendation_people`.
    """
    return RankingQuality(
        lists=sum(int(row["lists"]) for row in lists),
        sampled_rate=1 / sample.stride,
        order=(
            build_order_quality("clicks", lists, "clicked"),
            build_order_quality("applications", lists, "applied"),
        ),
        tier_diversity=_diversity(diversity, "tiers"),
        industry_diversity=_diversity(diversity, "industries"),
        reach=build_reach(jobs),
        cold_start=build_cold_start(people, jobs),
    )


def build_order_quality(wanted: str, lists: Rows, column: str) -> OrderQuality:
    """Measure the order of lists by what was wanted in them.

    Args:
        wanted: What to call it.
        lists: Rows of `recommendation_lists`.
        column: Which places: `clicked` or `applied`.
    """
    every = [
        (int(row["people_group"]), tuple(map(int, row[column])), int(row["lists"])) for row in lists
    ]
    found = [one for one in every if one[1]]
    return OrderQuality(
        wanted=wanted,
        ndcg={k: _mean(found, partial(ndcg, k=k)) for k in CUTS},
        hit_rate={k: _mean(every, partial(hit, k=k)) for k in CUTS},
        mean_reciprocal_rank=_mean(found, reciprocal_rank),
    )


def _mean(lists: Sequence[Lists], measure: Callable[[Places], float]) -> Estimate:
    total, size = np.zeros(_GROUPS), np.zeros(_GROUPS)
    value_of = cache(measure)  # the same few places come back in every group of people
    for group, places, n in lists:
        total[group] += n * value_of(places)
        size[group] += n
    return _grouped(total, size)


def _grouped(total: Floats, size: Floats) -> Estimate:
    found = grouped_ratio(total, size)
    if found is None:
        return Estimate(value=None, n=0)
    if found.ci_low is None or found.ci_high is None:
        return Estimate(value=found.value, n=found.size)
    low, high = max(0.0, found.ci_low), min(1.0, found.ci_high)  # each value lies between them
    return Estimate(value=found.value, n=found.size, ci_low=low, ci_high=high)


def _diversity(rows: Rows, column: str) -> Estimate:
    total = np.array([float(row[column]) for row in rows])
    size = np.array([float(row["lists"]) for row in rows])
    return _grouped(total, size)


def build_reach(jobs: Rows) -> Reach:
    """Say how impressions fall on jobs.

    Args:
        jobs: Rows of `recommendation_jobs`.
    """
    known = sum(int(row["jobs"]) for row in jobs)
    seen = [row for row in jobs if row["shown"]]
    shown = np.array([float(row["shown"]) for row in seen])
    items = np.array([float(row["jobs"]) for row in seen])
    return Reach(
        jobs_shown=int(items.sum()),
        jobs_known=known,
        catalogue_coverage=float(items.sum()) / known if known else None,
        novelty_bits=novelty_bits(shown, items),
        impression_gini=gini(shown, items),
        top_decile_share=top_share(shown, items, _TOP),
    )


def build_cold_start(people: Rows, jobs: Rows) -> tuple[ColdStart, ...]:
    """Compare the new with the known.

    Args:
        people: Rows of `recommendation_people`.
        jobs: Rows of `recommendation_jobs`.
    """
    shown_jobs = [_job_sums(row) for row in jobs if row["shown"]]
    parts = (("people", people), ("jobs", shown_jobs))
    return tuple(
        _cold(f"{age}_{noun}", noun, [row for row in rows if bool(row["is_new"]) is (age == "new")])
        for noun, rows in parts
        for age in ("new", "known")
    )


def _job_sums(row: Mapping[str, Any]) -> dict[str, Any]:
    """Sums over the jobs with one number of impressions, as those over people are."""
    each, jobs = int(row["shown"]), int(row["jobs"])
    return {
        **row,
        "shown": each * jobs,
        "shown_squares": each * each * jobs,
        "clicked_shown": each * int(row["clicked"]),
        "applied_shown": each * int(row["applied"]),
    }


def _cold(who: str, noun: str, rows: Rows) -> ColdStart:
    return ColdStart(
        who=who,
        size=sum(int(row[noun]) for row in rows),
        shown=sum(int(row["shown"]) for row in rows),
        click_through_rate=_ratio(rows, "clicked"),
        application_rate=_ratio(rows, "applied"),
    )


def _ratio(rows: Rows, name: str) -> Estimate:
    """A ratio of sums whose unit is the person or the job: the delta method's interval."""

    def add(column: str) -> float:
        return float(sum(int(row[column]) for row in rows))

    shown, above = add("shown"), add(name)
    if not shown:
        return Estimate(value=None, n=0)
    rate = above / shown
    squares = (
        add(f"{name}_squares") - 2 * rate * add(f"{name}_shown") + rate**2 * add("shown_squares")
    )
    width = _Z * math.sqrt(max(0.0, squares)) / shown
    return Estimate(value=rate, n=shown, ci_low=max(0.0, rate - width), ci_high=rate + width)
