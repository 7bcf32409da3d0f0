"""What is counted while the market is played: the exact numbers of truth.json."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from landed.demo.calendar import DAY_MS
from landed.demo.frames import Frame
from landed.demo.parameters import LIST_LENGTH, OUTCOMES, TIERS
from landed.demo.vocabulary import LEAVE_REASONS

__all__ = ["ARMS", "Tally"]

Array = npt.NDArray[Any]

ARMS = ("outside", "control", "treatment")
"""Which ranking made a list: before or outside the experiment, or one of its arms."""

_HORIZONS_DAYS = (7, 14, 30, 60)


class Tally:
    """Counts of one run. Only what lies before the market's end is counted, unless it says so.

    Attributes:
        events, by_day: Events by name and by UTC day.
        sessions: Sessions drawn, also those at the very end.
        impressions: Of each position, by arm and order of the list (ranked, shuffled).
        clicks, relevance: By arm, order and position; relevance is summed without the lift.
        tier_impressions, tier_clicks: By tier.
        applications: Sent, by tier; the last entry is without a recommendation.
        chances, eventual, observed: Outcomes by tier: summed true probabilities, what
            happens one day, what happened before the market's end.
        interviewed_within: Applications with an interview within some days, by tier.
        applications_by_arm, eventual_interviews_by_arm: By arm of the experiment.
        requests, failures: API requests outside and inside the bad deployment.
        started, changed, cancelled: Subscriptions; the cancelled ones by reason.
        llm_cost_usd, income_changes, income_gain_usd: Sums.
    """

    def __init__(self, people: int, first_day: int, days: int) -> None:
        self._people = people
        self._first_day = first_day
        self.by_day = np.zeros(days, dtype=np.int64)
        self.events: dict[str, int] = {}
        self._reached: dict[str, npt.NDArray[np.bool_]] = {}
        shape = (len(ARMS), 2, LIST_LENGTH)
        self.impressions = np.zeros(shape[:2], dtype=np.int64)
        self.clicks = np.zeros(shape, dtype=np.int64)
        self.relevance = np.zeros(shape)
        self.tier_impressions = np.zeros(len(TIERS), dtype=np.int64)
        self.tier_clicks = np.zeros(len(TIERS), dtype=np.int64)
        self.applications_by_arm = np.zeros(len(ARMS), dtype=np.int64)
        kinds = len(TIERS) + 1
        self.applications = np.zeros(kinds, dtype=np.int64)
        self.chances = np.zeros((kinds, len(OUTCOMES)))
        self.eventual = np.zeros((kinds, len(OUTCOMES)), dtype=np.int64)
        self.observed = np.zeros((kinds, len(OUTCOMES)), dtype=np.int64)
        self.interviewed_within = np.zeros((kinds, len(_HORIZONS_DAYS)), dtype=np.int64)
        self.requests = np.zeros(2, dtype=np.int64)
        self.failures = np.zeros(2, dtype=np.int64)
        self.llm_cost_usd = 0.0
        self.started = self.changed = 0
        self.sessions = 0
        self.cancelled = np.zeros(len(LEAVE_REASONS), dtype=np.int64)
        self.income_changes = 0
        self.income_gain_usd = 0
        self.eventual_interviews_by_arm = np.zeros(len(ARMS), dtype=np.int64)

    @property
    def total(self) -> int:
        """Events so far."""
        return sum(self.events.values())

    def count(self, part: Frame) -> None:
        """Count a frame that is about to be written."""
        self.events[part.event] = self.events.get(part.event, 0) + len(part)
        day = part.at // DAY_MS - self._first_day
        self.by_day += np.bincount(day, minlength=len(self.by_day))
        self.mark(part.event, part.person)

    def mark(self, what: str, person: Array) -> None:
        """Note that these people did something; services and recruiters are no such people."""
        reached = self._reached.setdefault(what, np.zeros(self._people, dtype=np.bool_))
        reached[person[person < self._people]] = True

    def people(self, what: str) -> int:
        """How many different seekers did something at least once."""
        return int(self._reached[what].sum()) if what in self._reached else 0

    def people_by_event(self) -> dict[str, int]:
        """Different seekers per event and milestone."""
        return {what: self.people(what) for what in sorted(self._reached)}

    def count_lists(
        self, *, arm: Array, shuffled: Array, relevance: Array, clicked: Array, tier: Array
    ) -> None:
        """Count whole lists: arrays of shape (lists, positions), `arm` and order per list."""
        for code in range(len(ARMS)):
            for order in (0, 1):
                rows = (arm == code) & (shuffled == order)
                self.impressions[code, order] += int(rows.sum())
                self.clicks[code, order] += clicked[rows].sum(axis=0)
                self.relevance[code, order] += relevance[rows].sum(axis=0)
        self.tier_impressions += np.bincount(tier.ravel(), minlength=len(TIERS))
        self.tier_clicks += np.bincount(tier[clicked], minlength=len(TIERS))

    def count_requests(self, bad: Array, failed: Array) -> None:
        """Count API requests and failures, outside and inside the bad deployment."""
        self.requests += np.bincount(bad, minlength=2)
        self.failures += np.bincount(bad[failed], minlength=2)

    def add_income(self, before: Array, after: Array) -> None:
        """Count changes of income and sum them."""
        self.income_changes += len(after)
        self.income_gain_usd += int((after - before).sum())

    def add_subscriptions(
        self, *, started: int = 0, changed: int = 0, cancelled: Array | None = None
    ) -> None:
        """Count subscriptions that began, changed and ended (by code of the reason)."""
        self.started += started
        self.changed += changed
        if cancelled is not None:
            self.cancelled += cancelled

    def add_llm_cost(self, cost_usd: Array) -> None:
        """Add what language-model calls cost."""
        self.llm_cost_usd += float(cost_usd.sum())

    def count_applications(self, tier: Array, chances: Array, times: Array, sent_at: Array) -> None:
        """Count applications with what will become of them, also after the market's end.

        Args:
            tier: Tier code; `len(TIERS)` without a recommendation.
            chances: True probability of each outcome, shape (applications, outcomes).
            times: When each outcome happens, UTC milliseconds; infinite: never.
            sent_at: When the applications were sent.
        """
        kinds = len(TIERS) + 1
        self.applications += np.bincount(tier, minlength=kinds)
        happens = np.isfinite(times)
        np.add.at(self.chances, tier, chances)
        np.add.at(self.eventual, tier, happens)
        waiting = (times[:, OUTCOMES.index("interview_scheduled")] - sent_at) / 86_400_000
        within = waiting[:, None] <= np.array(_HORIZONS_DAYS)
        np.add.at(self.interviewed_within, tier, within)

    def count_arms(self, arm: Array, times: Array) -> None:
        """Count applications by arm, and those that will have an interview one day."""
        size = len(ARMS)
        interviewed = np.isfinite(times[:, OUTCOMES.index("interview_scheduled")])
        self.applications_by_arm += np.bincount(arm, minlength=size)
        self.eventual_interviews_by_arm += np.bincount(arm[interviewed], minlength=size)

    def applications_truth(self) -> dict[str, Any]:
        """Rates by tier: true mean probability, eventual count, and count by the end."""
        names = (*TIERS, "direct")
        return {name: self._application_row(code) for code, name in enumerate(names)}

    def _application_row(self, code: int) -> dict[str, Any]:
        sent = int(self.applications[code])
        return {
            "applications": sent,
            "mean_probability": _named(self.chances[code] / max(sent, 1)),
            "eventual": _named(self.eventual[code]),
            "observed_by_end": _named(self.observed[code]),
            "interviewed_within_days": {
                str(days): int(count)
                for days, count in zip(_HORIZONS_DAYS, self.interviewed_within[code], strict=True)
            },
        }


def _named(values: Array) -> dict[str, Any]:
    return dict(zip(OUTCOMES, values.tolist(), strict=True))
