"""What an experiment and a flag are: frozen definitions that say all that assignment needs.

They decode strictly from JSON: an unknown field is an error, not a field that is silently
ignored. What a value must be beyond its type is in `checking`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from landed.experiments.hashing import Algorithm, Range

__all__ = [
    "CONTROL",
    "NAMESPACE_PREFIX",
    "Amendment",
    "Condition",
    "Decision",
    "Experiment",
    "Fault",
    "Flag",
    "FlagKind",
    "Guardrail",
    "Holdout",
    "Moment",
    "Phase",
    "Primary",
    "Rule",
    "SegmentBy",
    "Slice",
    "Split",
    "State",
    "Variant",
    "Wish",
]

Condition: TypeAlias = dict[str, Any]
"""A rule on attributes in GrowthBook's language; `{}` holds for everybody. See `targeting`."""

Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]

State = Literal["draft", "running", "stopped", "decided", "archived"]

Wish = Literal["increase", "decrease"]
"""The way in which a metric is meant, or feared, to go."""

SegmentBy = Literal["device", "country", "browser", "users"]
"""What is known of people when they meet a variant: what the exposure says, and whether they are
new (their first act is less than 30 days old) or return."""

FlagKind = Literal["boolean", "string", "number", "json"]

_OF_PEOPLE: Final = frozenset({"user_id", "anonymous_id"})

CONTROL: Final = 0
"""The place of the variant that the others are compared with: the first."""

NAMESPACE_PREFIX: Final = "__"
"""What GrowthBook puts before a namespace's name where it hashes with version 1."""


class Fault(NamedTuple):
    """What is wrong with a definition.

    Attributes:
        field: Where, as a path: `phases[0].split.weights`.
        message: The value, the rule and the remedy.
    """

    field: str
    message: str


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the things that are compared.

    Attributes:
        key: Its name in code and events.
        name: What people call it.
        value: What a flag answers for it: a payload. None in an experiment: the key itself.
    """

    key: str
    name: str = ""
    value: Any = None


class Split(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How units are dealt among variants.

    Attributes:
        salt: What is hashed with the unit. Two splits with one salt deal alike.
        weights: Of the variants, in their order; they sum to 1.
        coverage: The share of units that take part.
        algorithm: The hash.
        ranges: Fixed buckets of each variant instead of those that follow from the weights and
            the coverage, for splits that began elsewhere; empty: none.
    """

    salt: str
    weights: tuple[float, ...]
    coverage: float = 1.0
    algorithm: Algorithm = "growthbook_v2"
    ranges: tuple[Range, ...] = ()


class Slice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a layer that an experiment has for itself.

    Experiments in one layer with slices apart never share a unit. Another layer is another
    shuffle, so its experiments overlap with these at random.

    Attributes:
        layer: Its name, which is its salt.
        ranges: The buckets of the layer that belong to the experiment.
        algorithm: `growthbook_v1` for a namespace that began in GrowthBook.
    """

    layer: str
    ranges: tuple[Range, ...]
    algorithm: Algorithm = "growthbook_v2"


class Holdout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share of all units that no experiment touches, to see what all of them bring together.

    Attributes:
        salt: Its own, the same in all experiments.
        share: Of all units.
    """

    salt: str
    share: float


class Primary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one metric that decides.

    Attributes:
        metric: A name of `landed.metrics`.
        direction: Which way it is meant to go.
    """

    metric: str
    direction: Wish


class Guardrail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A metric that must not get worse by more than a margin (non-inferiority).

    Attributes:
        metric: A name of `landed.metrics`.
        margin: The most harm that is accepted, above zero.
        scale: What the margin is: a share of the control's value, or in the metric's own unit.
        harm: Which way is worse; None: as the metric says.
        alpha: Of its own one-sided test.
    """

    metric: str
    margin: float
    scale: Literal["relative", "absolute"] = "relative"
    harm: Wish | None = None
    alpha: float = 0.05


class Phase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time in which units were dealt in one way; its exposures are analysed apart.

    Attributes:
        number: From 1, over all runs.
        run: From 1. Phases of one run share a salt; another run has another.
        split: How units are dealt.
        version: That of the experiment with which the phase began.
        started_at: Its first exposure is not before; None: not yet started.
        ended_at: Its last exposure is before; None: not yet ended.
    """

    split: Split
    number: int = 1
    run: int = 1
    version: int = 1
    started_at: Moment | None = None
    ended_at: Moment | None = None


class Amendment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was changed after the start, and why: shown wherever the result is shown.

    Attributes:
        version: The one that it made.
        made_at: When.
        why: In words.
        fields: What was changed.
    """

    version: int
    made_at: Moment
    why: str
    fields: tuple[str, ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of it.

    Attributes:
        variant: The one that everybody gets from now on.
        made_at: When.
        why: In words.
    """

    variant: str
    made_at: Moment
    why: str


class Experiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan, written down before the first unit is dealt, and where it stands.

    Attributes:
        key: Its name in code and events.
        name: What people call it.
        hypothesis: What is believed, and why.
        unit: Which attribute is dealt: `user_id`, `anonymous_id` or another one.
        variants: What is compared; the first is the control.
        phases: How units are and were dealt; the last holds.
        primary: The metric that decides.
        secondary: Metrics that explain.
        guardrails: Metrics that must not get worse.
        segments: What the primary metric's effect is looked at by.
        mde: The smallest effect worth finding, as a share of the control's value.
        alpha: How often a false alarm is accepted.
        power: How often an effect of the size `mde` shall be found.
        horizon_weeks: How long it runs; whole weeks, since weekdays differ.
        maturation_days: How long after exposure an outcome counts, the same for all variants.
        layer: The slice of a layer in which it runs; None: beside all others.
        holdout: Whom no experiment touches.
        targeting: Who may take part.
        overrides: Testers: `fingerprint` of the unit → variant. They are never counted.
        state: Where it stands.
        version: From 1; each change after the start makes another.
        amendments: Those changes.
        decision: What came of it.

    Examples:
        >>> Experiment(
        ...     key="resume-tips",
        ...     variants=(Variant(key="control"), Variant(key="tips")),
        ...     phases=(Phase(split=Split(salt="resume-tips", weights=(0.5, 0.5))),),
        ... ).phase.split.algorithm
        'growthbook_v2'
    """

    key: str
    name: str = ""
    hypothesis: str = ""
    unit: str = "user_id"
    variants: Annotated[tuple[Variant, ...], msgspec.Meta(min_length=1)]
    phases: Annotated[tuple[Phase, ...], msgspec.Meta(min_length=1)]
    primary: Primary | None = None
    secondary: tuple[str, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    segments: tuple[SegmentBy, ...] = ("device", "country")
    mde: float = 0.05
    alpha: float = 0.05
    power: float = 0.8
    horizon_weeks: int = 2
    maturation_days: int = 0
    layer: Slice | None = None
    holdout: Holdout | None = None
    targeting: Condition = {}
    overrides: dict[str, str] = {}
    state: State = "draft"
    version: int = 1
    amendments: tuple[Amendment, ...] = ()
    decision: Decision | None = None

    @property
    def phase(self) -> Phase:
        """The phase that holds."""
        return self.phases[-1]

    @property
    def deals_people(self) -> bool:
        """Whether its units are people."""
        return self.unit in _OF_PEOPLE


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a flag: who gets what.

    Attributes:
        variants: What is dealt by the split; one of them without a split: everybody gets it.
        id: Its name in answers.
        condition: Whom it is for.
        layer: The slice of a layer whose units it is for.
        split: How units are dealt; one variant with a coverage is a roll-out.
    """

    variants: tuple[str, ...]
    id: str = ""
    condition: Condition = {}
    layer: Slice | None = None
    split: Split | None = None


class Flag(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A switch: an experiment without analysis.

    Attributes:
        key: Its name in code.
        name: What people call it.
        kind: What its values are.
        unit: Which attribute is dealt.
        variants: Its values by name.
        default: The variant that is served where no rule fits, or while it is off.
        enabled: The kill switch.
        rules: The first that fits decides.
        overrides: Testers: `fingerprint` of the unit → variant.
        version: From 1; each change makes another.

    Examples:
        >>> Flag(
        ...     key="new-editor",
        ...     variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
        ...     default="off",
        ... ).kind
        'boolean'
    """

    key: str
    name: str = ""
    kind: FlagKind = "boolean"
    unit: str = "user_id"
    variants: tuple[Variant, ...]
    default: str
    enabled: bool = True
    rules: tuple[Rule, ...] = ()
    overrides: dict[str, str] = {}
    version: int = 1
