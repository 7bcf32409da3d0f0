"""What the templates of experiments and flags are given."""

from __future__ import annotations

from dataclasses import dataclass

from landed.dashboard.experiments.marks import Bar, Lines
from landed.dashboard.experiments.scale import Tick
from landed.dashboard.experiments.words import Tone, VerdictLook
from landed.dashboard.panels import Fact
from landed.dashboard.types import Check, Frame, TableView

__all__ = [
    "Axis",
    "EffectRow",
    "EffectsView",
    "ExperimentView",
    "FlagLine",
    "FormView",
    "LateCard",
    "LiftTile",
    "LineView",
    "ListView",
    "PhaseLink",
    "PlanView",
    "Progress",
    "ReadingView",
    "ResultView",
    "SegmentRow",
    "SegmentsView",
    "TrendView",
    "VariantLine",
    "VerdictView",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """The verdict: word, sign and colour, and its sentence."""

    look: VerdictLook
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an experiment is.

    Attributes:
        units: Exposed, in words.
        planned: Of how many; empty: not known yet.
        share: Of the planned units, 0 to 100; None: not known.
        days: Run, of planned.
        days_share: Of the planned days, 0 to 100.
        left: What is left, in words.
    """

    units: str
    planned: str
    share: float | None
    days: str
    days_share: float
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The axis that intervals share."""

    ticks: tuple[Tick, ...]
    zero: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """What a variant has of a metric; without a value the reason."""

    text: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """A metric of a variant against the control.

    Attributes:
        metric: Its name, for the definitions.
        title: Its label.
        role: In the experiment, in a word.
        variant: Which; shown where there are several.
        control: What the control has.
        treated: What the variant has.
        change: The relative change, or the reason why there is none.
        difference: In the metric's unit, with its interval.
        bar: The change on the common axis; None: there is none.
        word: Better, worse, not clear; for a guardrail, whether it holds.
        sign: Beside the word.
        tone: Its colour.
        chance: To be better, in words.
        doubts: What to look into.
        reason: Why nothing can be compared; empty: it can.
        is_first: Whether it is the first row of its role.
    """

    metric: str
    title: str
    role: str
    variant: str
    control: ReadingView
    treated: ReadingView
    change: str
    difference: str
    bar: Bar | None
    word: str
    sign: str
    tone: Tone
    chance: str
    doubts: tuple[str, ...]
    reason: str
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectsView:
    """All effects over one axis; `table` has every number and method."""

    rows: tuple[EffectRow, ...]
    axis: Axis
    control: str
    treated: str
    has_variants: bool
    has_margins: bool
    table: TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendView:
    """The cumulative effect over time."""

    metric: str
    lines: Lines | None
    trend: str
    table: TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantLine:
    """An entry of a legend: the variant and its colour's number."""

    name: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCard:
    """An outcome that comes late, read in three ways."""

    metric: str
    title: str
    window: int
    lines: Lines | None
    legend: tuple[VariantLine, ...]
    warning: str
    table: TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """A segment: its effect drawn towards the common one, and the raw one behind it."""

    dimension: str
    value: str
    variant: str
    units: str
    bar: Bar
    raw: Bar
    words: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsView:
    """The primary metric's effect by segment."""

    metric: str
    rows: tuple[SegmentRow, ...]
    axis: Axis
    table: TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftTile:
    """One of seed 002's lifts."""

    title: str
    value: str
    note: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """What is known of a phase.

    Attributes:
        verdict: What to do.
        as_of: When the log was read.
        progress: How far it is.
        checks: Health, the worst first.
        shares: Units by variant beside what the weights promise.
        warnings: What is not as it should be.
        is_hidden: Whether a failed check hides every effect.
        hidden_words: What to look at then.
        effects: Of all metrics.
        lifts: In seed 002's words.
        trend: The primary metric over time.
        late: Outcomes that come late.
        segments: The primary metric by segment.
        outlook: What it can still find.
    """

    verdict: VerdictView
    as_of: str
    progress: Progress
    checks: tuple[Check, ...]
    shares: TableView
    warnings: tuple[str, ...]
    is_hidden: bool
    hidden_words: tuple[str, ...]
    effects: EffectsView | None
    lifts: tuple[LiftTile, ...]
    trend: TrendView | None
    late: tuple[LateCard, ...]
    segments: SegmentsView | None
    outlook: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseLink:
    """A phase to choose."""

    href: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What was written down before the first unit was dealt, and what was changed since."""

    facts: tuple[Fact, ...]
    variants: TableView
    targeting: str
    amendments: tuple[Fact, ...]
    phases: tuple[PhaseLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """What the forms of a page need.

    Attributes:
        seal: Which they send along.
        can_change: Whether who looks may use them.
        steps: What may be done now.
        values: What the fields hold now.
        options: Value and title of what can be chosen: metrics, or variants.
    """

    seal: str
    can_change: bool
    steps: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def value(self, name: str) -> str:
        """What a field holds now; empty: nothing."""
        return dict(self.values).get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentView:
    """The page of one experiment.

    Attributes:
        frame: What every page has.
        key: Its name in code.
        name: What people call it.
        state: Where it stands, in a word.
        state_name: The same as the API has it.
        decided: What was decided, and why; empty: nothing yet.
        result: What is known; None: see `missing`.
        missing: Why there is no result.
        plan: What was planned.
        form: What can be done.
        report_href: The report's address; empty: there is no result.
        phase: Its number.
        style: The style sheet of the report; empty on the page.
    """

    frame: Frame
    key: str
    name: str
    state: str
    state_name: str
    decided: str
    result: ResultView | None
    missing: str
    plan: PlanView
    form: FormView
    report_href: str
    phase: int
    style: str = ""

    @property
    def file_name(self) -> str:
        """What the report is called as a file; keys may hold what no header may."""
        plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in self.key)
        return f"experiment-{plain}-phase-{self.phase}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """An experiment in the list.

    Attributes:
        key: Its name in code.
        name: What people call it.
        state: Where it stands.
        state_name: The same as the API has it.
        verdict: What to do; None: there is no result, see `note`.
        metric: The primary metric.
        change: Its relative change, with the interval in words.
        bar: The same drawn, on the list's own axis.
        progress: How far it is; None: it has not begun.
        alarms: What is wrong.
        note: What else there is to say.
    """

    key: str
    name: str
    state: str
    state_name: str
    verdict: VerdictView | None
    metric: str
    change: str
    bar: Bar | None
    progress: Progress | None
    alarms: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """A flag in the list."""

    key: str
    name: str
    kind: str
    is_on: bool
    share: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """The page of all experiments and flags."""

    frame: Frame
    running: tuple[LineView, ...]
    drafts: tuple[LineView, ...]
    ended: tuple[LineView, ...]
    axis: Axis | None
    flags: tuple[FlagLine, ...]
    form: FormView
