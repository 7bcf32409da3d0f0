"""Answers as OpenFeature's remote protocol (OFREP 0.3) has them."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from landed.experiments.asking import PEOPLE, Asked
from landed.experiments.flags import Evaluation
from landed.experiments.types import Experiment, Flag, Rule

__all__ = ["ErrorCode", "OfrepAnswer", "OfrepFailure", "answer_ofrep"]

ErrorCode = Literal[
    "PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "FLAG_NOT_FOUND", "GENERAL"
]

_REASONS: Final = {
    "override": "TARGETING_MATCH",
    "disabled": "DISABLED",
    "targeting_match": "TARGETING_MATCH",
    "split": "SPLIT",
    "default": "DEFAULT",
    "decided": "STATIC",
    "control": "DEFAULT",
    "no_consent": "DEFAULT",
}


class OfrepAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gets.

    Attributes:
        key: Of the flag or experiment.
        reason: In OpenFeature's words.
        variant: The variant's key.
        metadata: What else is known: kind, version, why, and of an exposure how it was dealt.
        value: Its value; left out: the code's own default.
    """

    key: str
    reason: str
    variant: str
    metadata: dict[str, str | int | bool]
    value: Any = msgspec.UNSET


class OfrepFailure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why there is no answer.

    Attributes:
        key: Of what was asked for.
        error_code: In OpenFeature's words.
        error_details: For people.
    """

    key: str
    error_code: ErrorCode
    error_details: str


def answer_ofrep(
    definition: Flag | Experiment, asked: Asked, *, is_allowed: bool, tells_why: bool
) -> OfrepAnswer | OfrepFailure:
    """Say what somebody gets.

    Args:
        definition: A flag or an experiment, checked.
        asked: For whom.
        is_allowed: Whether the person may be dealt anything.
        tells_why: Whether who asks may know why somebody is not dealt.

    Examples:
        >>> from landed.experiments.types import Variant
        >>> flag = Flag(key="new-editor", variants=(Variant(key="on", value=True),), default="on")
        >>> answer_ofrep(flag, Asked("", {}), is_allowed=True, tells_why=True).reason
        'STATIC'
    """
    found = asked.evaluate(definition, is_allowed=is_allowed, tells_why=tells_why)
    if found is None:
        return _no_unit(definition)
    return OfrepAnswer(
        key=definition.key,
        reason=_reason(definition, found),
        variant=found.variant,
        metadata=_metadata(definition, found),
        value=_value(definition, found.value),
    )


def _no_unit(definition: Flag | Experiment) -> OfrepFailure:
    if definition.unit in PEOPLE:
        return OfrepFailure(
            key=definition.key,
            error_code="TARGETING_KEY_MISSING",
            error_details=f"{definition.key} deals people; send their id as targetingKey.",
        )
    return OfrepFailure(
        key=definition.key,
        error_code="INVALID_CONTEXT",
        error_details=f"{definition.key} deals by {definition.unit}; send it in the context.",
    )


def _reason(definition: Flag | Experiment, found: Evaluation) -> str:
    """Static is what nobody's context could change."""
    if isinstance(definition, Flag):
        if found.reason == "default" and not definition.rules:
            return "STATIC"
        if found.reason == "targeting_match" and not _asks(definition.rules[0]):
            return "STATIC"
    return _REASONS[found.reason]


def _asks(rule: Rule) -> bool:
    return bool(rule.condition) or rule.layer is not None or rule.split is not None


def _metadata(definition: Flag | Experiment, found: Evaluation) -> dict[str, str | int | bool]:
    told: dict[str, str | int | bool] = {
        "version": found.version,
        "why": found.reason,
        "exposure": found.is_exposure,
    }
    if isinstance(definition, Flag):
        return {"kind": "flag", **told, "rule": found.rule}
    dealt = found.assignment
    told |= {"kind": "experiment", "experiment": definition.key, "unit": definition.unit}
    if dealt is not None and found.reason == "control":
        told["why"] = dealt.reason
    if dealt is not None and found.is_exposure:  # who sends exposures needs it, and nobody else
        told |= {"phase": dealt.phase, "salt": dealt.salt, "algorithm": dealt.algorithm}
    return told


def _value(definition: Flag | Experiment, value: Any) -> Any:
    """Numbers of a flag are all whole or all not: typed clients tell 1 from 1.0."""
    if value is None:
        return msgspec.UNSET
    if type(value) is int and any(type(one.value) is float for one in definition.variants):
        return float(value)
    return value
