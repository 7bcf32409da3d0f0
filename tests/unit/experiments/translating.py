"""GrowthBook's features and experiments as our definitions, and what has no counterpart here."""

from __future__ import annotations

from typing import Any, Final

from landed.experiments.hashing import Algorithm, equal_weights
from landed.experiments.testers import fingerprint
from landed.experiments.types import Experiment, Flag, Phase, Rule, Slice, Split, Variant

__all__ = ["LEFT_OUT", "experiment_of", "flag_of", "left_out"]

LEFT_OUT: Final = {
    "unknown": "a flag that there is not has no definition to evaluate: the route answers 404",
    "bandit": "contextual bandits: weights that move by themselves mislead a fixed comparison",
    "prerequisite": "a flag that asks for another one: copy the condition, it stays readable",
    "passthrough": "an experiment as a hold-out: `Experiment.holdout` is one",
    "url": "a variant by the address of a page: testers are named in `overrides`",
    "qa": "QA mode: testers are named in `overrides`",
    "force": "one variant for everybody in an experiment: that is a flag, or a decision",
    "second attribute": "two attributes that are hashed in one experiment: only one is its unit",
    "one variant": "nothing to compare: `checking` refuses it",
    "unknown hash": "a hash of the future: the definition does not decode",
}
"""What the cases ask for that is left out on purpose, and why."""

_ALGORITHMS: Final[dict[int, Algorithm]] = {1: "growthbook_v1", 2: "growthbook_v2"}


def left_out(context: dict[str, Any], rules: list[dict[str, Any]]) -> str:
    """Give the kind of what is left out that a case needs; empty: nothing."""
    wanted = {
        "bandit": "contextualBandits" in context,
        "prerequisite": any("parentConditions" in rule for rule in rules),
        "passthrough": any("passthrough" in meta for rule in rules for meta in _meta(rule)),
        "url": "url" in context,
        "qa": "qaMode" in context,
        "force": any("force" in rule and "variations" in rule for rule in rules),
        "second attribute": any(_attributes(rule) - {_unit(rules)} for rule in rules),
        "one variant": any(len(rule.get("variations", "ab")) == 1 for rule in rules),
        "unknown hash": any(rule.get("hashVersion", 1) not in _ALGORITHMS for rule in rules),
    }
    return next((kind for kind, is_wanted in wanted.items() if is_wanted), "")


def flag_of(context: dict[str, Any], key: str) -> Flag:
    """Make a flag of a feature."""
    feature = context["features"][key]
    variants = [Variant(key="default", value=feature.get("defaultValue"))]
    rules, overrides = [], {}
    for number, rule in enumerate(feature.get("rules", [])):
        values = rule.get("variations", [rule["force"]] if "force" in rule else [])
        names = [f"{number}.{place}" for place in range(len(values))]
        variants += map(lambda name, value: Variant(key=name, value=value), names, values)
        rules += [_rule(key, rule, names)] if values else []
        if key in context.get("forcedVariations", {}) and "variations" in rule:
            overrides[fingerprint(key, context["attributes"]["id"])] = names[
                context["forcedVariations"][key]
            ]
    return Flag(
        key=key,
        kind="json",
        unit=_unit(feature.get("rules", [])),
        variants=tuple(variants),
        default="default",
        rules=tuple(rules),
        overrides=overrides,
    )


def experiment_of(context: dict[str, Any], given: dict[str, Any]) -> Experiment:
    """Make an experiment of an experiment."""
    key, forced = given["key"], context.get("forcedVariations", {})
    runs = given.get("active", True) and context.get("enabled", True)
    return Experiment(
        key=key,
        unit=_unit([given]),
        variants=tuple(
            Variant(key=str(number), value=value)
            for number, value in enumerate(given["variations"])
        ),
        phases=(Phase(split=_split(key, given, len(given["variations"]))),),
        layer=_layer(given),
        targeting=given.get("condition", {}),
        overrides=_testers(key, context, forced),
        state="running" if runs else "stopped",
    )


def _testers(key: str, context: dict[str, Any], forced: dict[str, int]) -> dict[str, str]:
    unit = context.get("attributes", {}).get("id", "")
    return {fingerprint(key, unit): str(forced[key])} if key in forced else {}


def _rule(key: str, rule: dict[str, Any], names: list[str]) -> Rule:
    deals = not {"variations", "coverage", "range"}.isdisjoint(rule)
    return Rule(
        id=rule.get("id", ""),
        variants=tuple(names),
        condition=rule.get("condition", {}),
        layer=_layer(rule),
        split=_split(key, rule, len(names)) if deals else None,
    )


def _split(key: str, rule: dict[str, Any], count: int) -> Split:
    ranges = rule.get("ranges", [rule["range"]] if "range" in rule else [])
    return Split(
        salt=rule.get("seed", rule.get("key", key)),
        weights=tuple(rule.get("weights", equal_weights(count))),
        coverage=rule.get("coverage", 1.0),
        algorithm=_ALGORITHMS[rule.get("hashVersion", 1)],
        ranges=tuple((start, end) for start, end in ranges),
    )


def _layer(rule: dict[str, Any]) -> Slice | None:
    if "filters" in rule:  # GrowthBook's newer form, which takes precedence
        (one,) = rule["filters"]
        return Slice(layer=one["seed"], ranges=tuple((low, high) for low, high in one["ranges"]))
    if "namespace" not in rule:
        return None
    name, start, end = rule["namespace"]
    return Slice(layer=name, ranges=((start, end),), algorithm="growthbook_v1")


def _unit(rules: list[dict[str, Any]]) -> str:
    names: set[str] = {rule["hashAttribute"] for rule in rules if "hashAttribute" in rule}
    return names.pop() if len(names) == 1 else "id"


def _attributes(rule: dict[str, Any]) -> set[str]:
    given = {rule["hashAttribute"]} if "hashAttribute" in rule else set()
    return given | {one.get("attribute", "id") for one in rule.get("filters", [])}


def _meta(rule: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rule.get("meta", [])
    return found
