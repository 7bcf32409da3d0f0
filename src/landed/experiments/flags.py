"""What a flag answers: rules from the top, the first that fits decides.

Flags and experiments share one mechanism: the same hash, layers, targeting and overrides. What
is asked of a flag can be asked of an experiment, so code does not change when a flag becomes a
test or a test is decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from landed.experiments.assignment import Assignment, assign, deal, forced_variant, within
from landed.experiments.targeting import NO_GROUPS, Groups, matches
from landed.experiments.types import CONTROL, Experiment, Flag, Rule, Variant

__all__ = ["Evaluation", "EvaluationReason", "evaluate", "evaluate_undealt", "lacks_unit"]

EvaluationReason = Literal[
    "override",
    "disabled",
    "targeting_match",
    "split",
    "default",
    "decided",
    "control",
    "no_consent",
]
"""Why the answer is what it is: a tester's; the kill switch; a rule for all whom it fits; a rule
or experiment that dealt; no rule; the end of an experiment; not in an experiment; a person who
refused to be dealt anything."""


class Evaluation(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a unit gets of a flag or an experiment.

    Attributes:
        key: Of the flag or the experiment.
        version: Of its definition.
        variant: The variant's key.
        value: Its value.
        reason: Why.
        rule: The id of the rule that decided; empty: none did.
        assignment: How the experiment dealt; None for a flag.
    """

    key: str
    version: int
    variant: str
    value: Any
    reason: EvaluationReason
    rule: str = ""
    assignment: Assignment | None = None

    @property
    def is_exposure(self) -> bool:
        """Whether meeting the value is an exposure that the analysis counts."""
        return self.assignment is not None and self.assignment.is_counted


def evaluate(
    definition: Flag | Experiment,
    unit: str,
    attributes: Mapping[str, Any],
    *,
    groups: Groups = NO_GROUPS,
) -> Evaluation:
    """Say what a unit gets.

    Args:
        definition: A flag or an experiment, checked.
        unit: The value of the attribute that `definition.unit` names; empty: there is none, and
            only rules without a split fit.
        attributes: What conditions may ask for.
        groups: Lists that conditions may name.

    Examples:
        >>> from landed.experiments.types import Split
        >>> editor = Flag(
        ...     key="new-editor",
        ...     variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
        ...     default="off",
        ...     rules=(
        ...         Rule(variants=("on",), condition={"staff": True}),
        ...         Rule(variants=("on",), split=Split(salt="new", weights=(1.0,), coverage=0.2)),
        ...     ),
        ... )
        >>> evaluate(editor, "user-1", {"staff": True}).value
        True
        >>> evaluate(editor, "user-1", {}).reason
        'default'
    """
    if isinstance(definition, Experiment):
        return _of_experiment(definition, assign(definition, unit, attributes, groups=groups))
    forced = forced_variant(definition, unit)
    if forced is not None:
        return _answer(definition, forced, "override")
    if not definition.enabled:
        return _answer(definition, definition.default, "disabled")
    for rule in definition.rules:
        found = _apply(rule, unit, attributes, groups)
        if found is not None:
            reason: EvaluationReason = "split" if rule.split else "targeting_match"
            return _answer(definition, found, reason, rule=rule.id)
    return _answer(definition, definition.default, "default")


def _apply(rule: Rule, unit: str, attributes: Mapping[str, Any], groups: Groups) -> str | None:
    if rule.layer is not None and not (unit and within(rule.layer, unit)):
        return None
    if not matches(rule.condition, attributes, groups=groups):
        return None
    if rule.split is None:
        return rule.variants[0]
    number = deal(rule.split, unit)
    return None if number is None else rule.variants[number]


def _answer(flag: Flag, variant: str, reason: EvaluationReason, *, rule: str = "") -> Evaluation:
    return Evaluation(
        key=flag.key,
        version=flag.version,
        variant=variant,
        value=_named(flag.variants, variant).value,
        reason=reason,
        rule=rule,
    )


def _named(variants: tuple[Variant, ...], key: str) -> Variant:
    return next(variant for variant in variants if variant.key == key)


def _of_experiment(experiment: Experiment, assignment: Assignment) -> Evaluation:
    key, reason = _served(experiment, assignment)
    variant = _named(experiment.variants, key)
    return Evaluation(
        key=experiment.key,
        version=experiment.version,
        variant=key,
        value=key if variant.value is None else variant.value,
        reason=reason,
        assignment=assignment,
    )


def _served(experiment: Experiment, assignment: Assignment) -> tuple[str, EvaluationReason]:
    if assignment.variant is not None:
        return assignment.variant, "override" if assignment.reason == "override" else "split"
    if experiment.decision is not None:
        return experiment.decision.variant, "decided"
    return experiment.variants[CONTROL].key, "control"


def evaluate_undealt(
    definition: Flag | Experiment, attributes: Mapping[str, Any] | None = None
) -> Evaluation:
    """Say what somebody gets who refused to be dealt anything.

    Testers' lists and rules with a layer or a split are passed over, but for a roll-out to all
    whom the rule fits: it asks for what the host said, and draws nobody. What remains are such
    rules, as what a plan of theirs pays for; the default, the control, and the end of an
    experiment.

    Args:
        definition: A flag or an experiment, checked.
        attributes: What conditions may ask for.

    Examples:
        >>> from landed.experiments.types import Phase, Split
        >>> split = Split(salt="tips", weights=(0.5, 0.5))
        >>> tips = Experiment(
        ...     key="tips",
        ...     variants=(Variant(key="control"), Variant(key="tips")),
        ...     phases=(Phase(split=split),),
        ...     state="running",
        ... )
        >>> found = evaluate_undealt(tips)
        >>> found.variant, found.reason, found.is_exposure
        ('control', 'no_consent', False)
    """
    if isinstance(definition, Experiment):
        return _undealt_experiment(definition)
    if not definition.enabled:
        return _answer(definition, definition.default, "disabled")
    for rule in definition.rules:
        if not _deals(rule) and matches(rule.condition, attributes or {}):
            return _answer(definition, rule.variants[0], "targeting_match", rule=rule.id)
    reason: EvaluationReason = "no_consent" if any(map(_deals, definition.rules)) else "default"
    return _answer(definition, definition.default, reason)


def _undealt_experiment(experiment: Experiment) -> Evaluation:
    decision = experiment.decision
    key = experiment.variants[CONTROL].key if decision is None else decision.variant
    value = _named(experiment.variants, key).value
    return Evaluation(
        key=experiment.key,
        version=experiment.version,
        variant=key,
        value=key if value is None else value,
        reason="no_consent" if decision is None else "decided",
    )


def _deals(rule: Rule) -> bool:
    """Whether who gets it depends on the draw; a roll-out to all whom it fits has ended."""
    if rule.layer is not None or rule.split is None:
        return rule.layer is not None
    is_whole = len(rule.variants) == 1 and rule.split.coverage >= 1
    return bool(not is_whole or rule.split.ranges)


def lacks_unit(definition: Flag | Experiment, unit: str, attributes: Mapping[str, Any]) -> bool:
    """Say whether a definition cannot be answered, since nobody said whom to deal.

    Args:
        definition: A flag or an experiment, checked.
        unit: As `evaluate` has it; empty: there is none.
        attributes: What conditions may ask for.

    Examples:
        >>> flag = Flag(key="a", variants=(Variant(key="on", value=True),), default="on")
        >>> lacks_unit(flag, "", {})
        False
    """
    if unit:
        return False
    if isinstance(definition, Experiment):
        return definition.state == "running"
    for rule in definition.rules if definition.enabled else ():
        if matches(rule.condition, attributes):
            return rule.split is not None or rule.layer is not None
    return False
