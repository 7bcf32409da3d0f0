"""The result of an experiment as API, page and report read it: plain values, never a NaN.

Where there is no number, `reason` says why in words that can stand on a page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from landed.experiments.types import Amendment
from landed.stats import Judgement

__all__ = [
    "Comparison",
    "Estimate",
    "Guard",
    "Health",
    "HistoryPlan",
    "LateView",
    "Lifts",
    "Look",
    "MetricResult",
    "Outlook",
    "Reading",
    "Result",
    "Role",
    "SegmentResult",
    "UnknownExposures",
    "Verdict",
    "VerdictKind",
]

Role = Literal["primary", "secondary", "guardrail"]

VerdictKind = Literal[
    "ship", "keep_control", "harmful", "no_difference", "keep_running", "not_enough", "untrusted"
]
"""What to do: take the variant; leave it; stop, it does harm; nothing of the planned size is
there; wait; too little data to say anything; a health check failed, so that nothing is said."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A value with its interval.

    Attributes:
        value: In the unit of where it stands.
        ci_low: Lower end.
        ci_high: Upper end.
        p_value: Against no effect; None where the method has none.
    """

    value: float
    ci_low: float
    ci_high: float
    p_value: float | None = None

    @classmethod
    def of(cls, found: Judgement) -> Estimate:
        """What was found of an effect, as it is told."""
        return cls(
            value=found.value, ci_low=found.ci_low, ci_high=found.ci_high, p_value=found.p_value
        )


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one variant has of a metric.

    Attributes:
        variant: Its key.
        units: Units that were analysed.
        estimate: The metric's value with a plain interval; None: see `reason`.
        reason: Why there is none.
    """

    variant: str
    units: int
    estimate: Estimate | None = None
    reason: str = ""


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a guardrail holds.

    Attributes:
        margin: The most harm that is accepted, as it was declared.
        scale: `relative` or `absolute`.
        state: Shown to be no worse than the margin; shown to be worse; neither yet.
        bound: The worst that the data leave open, on the same scale; negative is harm.
        p_value: One-sided, against harm of just the margin.
        reason: Why nothing can be said, so that waiting alone does not help.
    """

    margin: float
    scale: Literal["relative", "absolute"]
    state: Literal["holds", "harmed", "open"]
    bound: float | None = None
    p_value: float | None = None
    reason: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One variant against the control, for one metric.

    Attributes:
        variant: Key of the variant that is not the control.
        absolute: The difference in the metric's unit, valid at any time; it decides.
        relative: The change as a share of the control's value, for reading.
        fixed: The difference by the test that may be read once; None before the planned size.
        unadjusted: The difference without what was known before; None where nothing was.
        uncapped: The difference with every unit's whole sum; None where none was cut.
        chance_to_win: By a posterior: that the variant is better. 0 to 1.
        expected_loss: In the metric's unit, if the variant is taken and is worse.
        significant: Whether the absolute interval leaves out zero after the correction for the
            family that it belongs to.
        is_better: Whether it went the good way; None: not significant.
        adjusted_p: The p-value after that correction.
        guard: Where the metric is a guardrail.
        reason: Why there is no absolute difference.
        doubts: What to look into before it is believed, in words.
    """

    variant: str
    absolute: Estimate | None = None
    relative: Estimate | None = None
    fixed: Estimate | None = None
    unadjusted: Estimate | None = None
    uncapped: Estimate | None = None
    chance_to_win: float | None = None
    expected_loss: float | None = None
    significant: bool = False
    is_better: bool | None = None
    adjusted_p: float | None = None
    guard: Guard | None = None
    reason: str = ""
    doubts: tuple[str, ...] = ()


class LateView(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome that comes late, read in two more ways.

    Attributes:
        window_days: How long after exposure, or after sending, an outcome counts.
        matured_share: Variant → share of its units that were followed for the whole window.
        naive: Variant → share that had it so far, young units and all: misleading while units
            are young, shown so that nobody computes it by hand and believes it.
        incidence: Variant → estimate that takes young units for as long as they were followed.
        differences: Variant → difference of the incidence against the control, at any time.
        curve: Variant → points (day, share that had it by then).
    """

    window_days: int
    matured_share: dict[str, float]
    naive: dict[str, float | None]
    incidence: dict[str, Estimate | None]
    differences: dict[str, Estimate | None]
    curve: dict[str, tuple[tuple[float, float], ...]]


class MetricResult(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one metric.

    Attributes:
        metric: Its name in `landed.metrics`.
        title: Its label.
        unit: Of the metric.
        role: In the experiment.
        wish: Which way is good.
        method: How it was computed, in words: share of units, ratio by the delta method …
        capped_at: The bound at which single units were cut; None: none.
        readings: One for each variant, the control first.
        comparisons: One for each other variant.
        family: What the p-values were corrected for, in words; empty: nothing.
        late: For outcomes that come late.
    """

    metric: str
    title: str
    unit: str
    role: Role
    wish: Literal["increase", "decrease"]
    method: str
    capped_at: float | None = None
    readings: tuple[Reading, ...]
    comparisons: tuple[Comparison, ...]
    family: str = ""
    late: LateView | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the data of an experiment can be trusted.

    Attributes:
        units: Variant → units that were exposed and are analysed.
        expected_shares: Variant → share that the weights promise.
        srm_p: Chance of counts as uneven by chance; None: too few units.
        srm_failed: Whether it is below one in a thousand: then nothing else is said.
        srm_by: Dimensions in which the counts are uneven, as `device = mobile`, with p.
        past_p: Of the metric that differs most in the time before exposure, valid at any time,
            corrected for all; None: nothing is known of that time.
        unlike: What differs beyond chance there, as `applications in tips`, with p: then nothing
            is said either.
        crossed: Units that were exposed to two variants; they are left out.
        crossed_share: Of all exposed units.
        earlier: People who met a variant in an earlier phase of the same run, which dealt in other
            shares; they are left out.
        stray: Exposures to variants of weight zero or that do not exist.
        outside: Exposures before the phase began or after it ended, which are not counted.
        assigned: Variant → units whose assignment was reported; empty: nobody reports any.
        unexposed: Variant → those of them that met no variant in the phase; they are not analysed.
        assigned_srm_p: As `srm_p`, of the assigned ones.
        assigned_srm_failed: As `srm_failed`, of the assigned ones.
        warnings: Everything that is not as it should be, in words; empty: all is well.
    """

    units: dict[str, int]
    expected_shares: dict[str, float]
    srm_p: float | None = None
    srm_failed: bool = False
    srm_by: tuple[tuple[str, float], ...] = ()
    past_p: float | None = None
    unlike: tuple[tuple[str, float], ...] = ()
    crossed: int = 0
    crossed_share: float = 0.0
    earlier: int = 0
    stray: int = 0
    outside: int = 0
    assigned: dict[str, int] = {}
    unexposed: dict[str, int] = {}
    assigned_srm_p: float | None = None
    assigned_srm_failed: bool = False
    warnings: tuple[str, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The primary metric's effect as it stood at the end of a day, of those who count now.

    Attributes:
        at: The end of the day, or now.
        units: Exposed until then; with a window, followed for it by then.
        effects: Variant → absolute difference, valid at any time; None: not enough.
    """

    at: datetime
    units: int
    effects: dict[str, Estimate | None]


class SegmentResult(msgspec.Struct, frozen=True, kw_only=True):
    """The primary metric's effect in one segment, drawn towards the common effect.

    Attributes:
        dimension: A declared one: device, country …
        value: Of the dimension.
        variant: That is compared with the control.
        units: In the segment, both arms.
        raw: Measured there alone.
        shrunk: Drawn towards the common effect by as much as its noise calls for, where there are
            three segments or more.
        adjusted_p: After Holm's correction for all segments, of all dimensions and variants.
    """

    dimension: str
    value: str
    variant: str
    units: int
    raw: Estimate
    shrunk: Estimate
    adjusted_p: float | None = None


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """How far the experiment is, and what it can still find.

    Attributes:
        units: Exposed so far.
        planned_units: By its mde, alpha and power; None: the control's value is not known yet.
        planned_days: Horizon in days.
        days_run: Since the start of the phase.
        days_left: Until both the horizon and the planned units are reached, at the pace of the
            last seven days; None: unknown.
        mde_planned: As declared, a share of the control's value.
        mde_now: What can be found with the units of today, read at any time; None: unknown.
        complete: Whether size and horizon are reached.
    """

    units: int
    planned_units: int | None
    planned_days: int
    days_run: float
    days_left: int | None
    mde_planned: float
    mde_now: float | None
    complete: bool


class HistoryPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a test would take here, by what people did in the last weeks.

    Attributes:
        weeks: How many weeks of history it rests on.
        people_per_week: People who came for the first time in those weeks, a week.
        value: The primary metric, each person from the first act on; None: see `reason`.
        std_dev: Of one person, by the delta method where the metric is a ratio.
        units: Of all variants for the declared effect, with a test that is read once.
        days: Until so many have come, in whole weeks; None: never, at that pace.
        units_always: The same with a reading that is valid at any time.
        days_always: The same.
        reason: Why there is nothing to say.
    """

    weeks: int
    people_per_week: float
    value: float | None = None
    std_dev: float | None = None
    units: int | None = None
    days: int | None = None
    units_always: int | None = None
    days_always: int | None = None
    reason: str = ""


class UnknownExposures(msgspec.Struct, frozen=True, kw_only=True):
    """Exposures of an experiment that nobody has defined here.

    Attributes:
        experiment: The id that the exposures name.
        exposures: How many.
        people: How many people, within about 0.5 %.
        last_at: The last of them.
    """

    experiment: str
    exposures: int
    people: int
    last_at: datetime


class Lifts(msgspec.Struct, frozen=True, kw_only=True):
    """What seed 002 names: relative lifts of the best variant against the control.

    Attributes:
        variant: Which; the only one, or the one that the primary metric favours.
        conversion: Applications per exposed unit.
        engagement: Acts on recommendations per exposed unit.
        revenue: Money per exposed unit, capped.
        significance: 1 - p of the primary metric; None without one.
    """

    variant: str
    conversion: Estimate | None = None
    engagement: Estimate | None = None
    revenue: Estimate | None = None
    significance: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, in a word and in a sentence.

    Attributes:
        kind: What to do.
        variant: The variant that it speaks of; empty: none.
        words: As it stands on the page: "Ship tips: interviews +0.8 pp (0.2 to 1.4) …".
    """

    kind: VerdictKind
    variant: str = ""
    words: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of one phase of an experiment.

    Attributes:
        experiment: Its key.
        name: What people call it.
        state: Where it stands.
        phase: Number of the phase.
        version: Of the definition.
        since: Start of the phase.
        until: Its end; None: it runs.
        as_of: When the log was read.
        health: First: a failed check hides the verdict.
        verdict: What to do.
        metrics: The primary first, then guardrails, then secondary ones.
        looks: The primary metric over time; the last one is the result's own.
        trend: Whether the effect fades or grows by day since exposure, in words; empty: unknown.
        segments: Declared segments.
        outlook: How far it is.
        lifts: In seed 002's words.
        left_out: What the store had no time for, or the log does not know; empty: nothing.
        amendments: What was changed after the start.
    """

    experiment: str
    name: str
    state: str
    phase: int
    version: int
    since: datetime
    until: datetime | None
    as_of: datetime
    health: Health
    verdict: Verdict
    metrics: tuple[MetricResult, ...]
    looks: tuple[Look, ...] = ()
    trend: str = ""
    segments: tuple[SegmentResult, ...] = ()
    outlook: Outlook
    lifts: Lifts | None = None
    left_out: tuple[str, ...] = ()
    amendments: tuple[Amendment, ...] = ()
