"""What a unit gets of a definition that the server offers: the server's answer, made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from landed_client.flags.hashing import NAMESPACE_PREFIX, bucket, bucket_ranges, choose, fingerprint
from landed_client.flags.targeting import matches
from landed_client.flags.values import as_text

__all__ = ["PEOPLE", "Answer", "Definition", "evaluate", "evaluate_undealt", "unit_of"]

PEOPLE: Final = ("user_id", "anonymous_id")
"""Units that are people."""

Definition: TypeAlias = Mapping[str, Any]
"""A flag or an experiment, as `GET /api/flags/definitions` offers it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a unit gets.

    Attributes:
        key: Of the flag or experiment.
        version: Of its definition.
        variant: The variant's key.
        value: Its value.
        reason: Why, in the server's words.
        rule: The id of the rule that decided; empty: none did.
        is_exposure: Whether meeting the value is an exposure that the analysis counts.
    """

    key: str
    version: int
    variant: str
    value: Any
    reason: str
    rule: str = ""
    is_exposure: bool = False


def unit_of(
    definition: Definition,
    user_id: object,
    anonymous_id: object,
    attributes: Mapping[str, Any],
) -> str:
    """Give the unit that a definition deals; empty: nobody said.

    Args:
        definition: As the server offers it.
        user_id: The host's id of the person.
        anonymous_id: That of the device.
        attributes: What else is known.
    """
    named = _id_text(attributes.get(definition["unit"]))
    if named or definition["unit"] not in PEOPLE:
        return named
    ids = (_id_text(user_id), _id_text(anonymous_id))
    first, second = ids if definition["unit"] == "user_id" else ids[::-1]
    return first or second


def _id_text(value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    text = as_text(value)
    return "" if text.isspace() else text


def evaluate(definition: Definition, unit: str, attributes: Mapping[str, Any]) -> Answer:
    """Say what a unit gets.

    Args:
        definition: As the server offers it.
        unit: Who or what is dealt; empty: there is none.
        attributes: What conditions may ask for.
    """
    if "split" in definition:
        return _of_experiment(definition, unit, attributes)
    return _of_flag(definition, unit, attributes)


def _forced(definition: Definition, unit: str) -> str | None:
    overrides = definition["overrides"]
    forced = overrides.get(fingerprint(definition["key"], unit)) if overrides else None
    return forced if forced in _keys(definition) else None


def _keys(definition: Definition) -> set[str | None]:
    return {one["key"] for one in definition["variants"]}


def _of_experiment(definition: Definition, unit: str, attributes: Mapping[str, Any]) -> Answer:
    forced = _forced(definition, unit)
    if forced is not None:
        return _answer(definition, forced, "override")
    if _may_take_part(definition, unit, attributes):
        number = _deal(definition["split"], unit)
        if number is not None:
            key = definition["variants"][number]["key"]
            return _answer(definition, key, "split", is_exposure=True)
    return _at_the_end(definition, "control")


def _at_the_end(definition: Definition, otherwise: str) -> Answer:
    if definition["decision"] is not None:
        return _answer(definition, definition["decision"], "decided")
    return _answer(definition, definition["variants"][0]["key"], otherwise)


def _may_take_part(definition: Definition, unit: str, attributes: Mapping[str, Any]) -> bool:
    holdout = definition["holdout"]
    return (
        definition["is_running"]
        and bool(unit)
        and not (holdout and bucket(holdout["salt"], unit) < holdout["share"])
        and _within(definition["layer"], unit)
        and matches(definition["targeting"], attributes)
    )


def _of_flag(definition: Definition, unit: str, attributes: Mapping[str, Any]) -> Answer:
    forced = _forced(definition, unit)
    if forced is not None:
        return _answer(definition, forced, "override")
    if not definition["enabled"]:
        return _answer(definition, definition["default"], "disabled")
    for rule in definition["rules"]:
        found = _apply(rule, unit, attributes)
        if found is not None:
            reason = "split" if rule.get("split") else "targeting_match"
            return _answer(definition, found, reason, rule=rule.get("id", ""))
    return _answer(definition, definition["default"], "default")


def _apply(rule: Mapping[str, Any], unit: str, attributes: Mapping[str, Any]) -> str | None:
    layer, split = rule.get("layer"), rule.get("split")
    if layer is not None and not (unit and _within(layer, unit)):
        return None
    if not matches(rule.get("condition", {}), attributes):
        return None
    number = 0 if split is None else _deal(split, unit)
    return None if number is None else str(rule["variants"][number])


def _within(layer: Mapping[str, Any] | None, unit: str) -> bool:
    if layer is None:
        return True
    algorithm = layer.get("algorithm", "growthbook_v2")
    salt = layer["layer"] if algorithm != "growthbook_v1" else NAMESPACE_PREFIX + layer["layer"]
    return choose(bucket(salt, unit, algorithm), layer["ranges"]) is not None


def _deal(split: Mapping[str, Any], unit: str) -> int | None:
    if not unit:
        return None
    weights = tuple(split["weights"])
    ranges = split.get("ranges") or bucket_ranges(len(weights), split.get("coverage", 1.0), weights)
    return choose(bucket(split["salt"], unit, split.get("algorithm", "growthbook_v2")), ranges)


def _answer(
    definition: Definition, variant: str, reason: str, *, rule: str = "", is_exposure: bool = False
) -> Answer:
    value = next(one["value"] for one in definition["variants"] if one["key"] == variant)
    is_named = value is None and "split" in definition
    return Answer(
        definition["key"],
        definition["version"],
        variant,
        variant if is_named else value,
        reason,
        rule,
        is_exposure,
    )


def evaluate_undealt(definition: Definition, attributes: Mapping[str, Any]) -> Answer:
    """Say what somebody gets who refused to be dealt anything: rules that do not deal, alone.

    Args:
        definition: As the server offers it.
        attributes: What conditions may ask for.
    """
    if "split" in definition:
        return _at_the_end(definition, "no_consent")
    if not definition["enabled"]:
        return _answer(definition, definition["default"], "disabled")
    for rule in definition["rules"]:
        if not _deals(rule) and matches(rule.get("condition", {}), attributes):
            return _answer(
                definition, rule["variants"][0], "targeting_match", rule=rule.get("id", "")
            )
    reason = "no_consent" if any(map(_deals, definition["rules"])) else "default"
    return _answer(definition, definition["default"], reason)


def _deals(rule: Mapping[str, Any]) -> bool:
    layer, split = rule.get("layer"), rule.get("split")
    if layer is not None or split is None:
        return layer is not None
    is_whole = len(rule["variants"]) == 1 and split.get("coverage", 1.0) >= 1
    return bool(not is_whole or split.get("ranges"))
