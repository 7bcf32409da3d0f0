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

__all__ = ["Evaluation", "EvaluationReason", "evaluate"]

EvaluationReason = Literal[
    "override", "disabled", "targeting_match", "split", "default", "decided", "control"
]
"""Why the answer is what it is: a tester's; the kill switch; a rule for all whom it fits; a rule
or experiment that dealt; no rule; the end of an experiment; not in an experiment."""


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
