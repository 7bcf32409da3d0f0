"""Whom an answer is for: the unit and the attributes, as clients of flags send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from landed.errors import InvalidInputError
from landed.experiments.flags import (
    Evaluation,
    EvaluationReason,
    evaluate,
    evaluate_undealt,
    lacks_unit,
)
from landed.experiments.types import Experiment, Flag
from landed.experiments.values import as_text

__all__ = ["MAX_ID_CHARS", "PEOPLE", "Asked", "read_context"]

PEOPLE: Final = ("user_id", "anonymous_id")
"""Units that are people: for them the targeting key stands."""

MAX_ID_CHARS: Final = 512
_MAX_ATTRIBUTES: Final = 200
_MAX_ITEMS: Final = 100
_TARGETING_KEY: Final = "targetingKey"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom an answer is for.

    Attributes:
        person: Their id, the targeting key; empty: nobody said.
        attributes: What conditions may ask for.
    """

    person: str
    attributes: Mapping[str, Any]

    @property
    def people(self) -> list[str]:
        """All ids under which the person may have said what they allow."""
        named = (self.attributes.get(name) for name in PEOPLE)
        return [one for one in (self.person, *map(_id_text, named)) if one]

    def unit(self, definition: Flag | Experiment) -> str:
        """Give the unit that a definition deals; empty: nobody said.

        Args:
            definition: A flag or an experiment.

        Examples:
            >>> from landed.experiments.types import Variant
            >>> flag = Flag(key="a", unit="company", variants=(Variant(key="on"),), default="on")
            >>> Asked("user-1", {"company": 7}).unit(flag), Asked("user-1", {}).unit(flag)
            ('7', '')
        """
        named = _id_text(self.attributes.get(definition.unit))
        return named or (self.person if definition.unit in PEOPLE else "")

    def evaluate(
        self, definition: Flag | Experiment, *, is_allowed: bool, tells_why: bool
    ) -> Evaluation | None:
        """Say what they get; None: nobody said whom to deal.

        Args:
            definition: A flag or an experiment, checked.
            is_allowed: Whether the person may be dealt anything.
            tells_why: Whether who asks may know why somebody is not dealt.
        """
        found = self._found(definition, is_allowed=is_allowed)
        return found if tells_why or found is None else _without_why(definition, found)

    def _found(self, definition: Flag | Experiment, *, is_allowed: bool) -> Evaluation | None:
        if not is_allowed:
            return evaluate_undealt(definition, self.attributes)
        unit = self.unit(definition)
        if lacks_unit(definition, unit, self.attributes):
            return None
        return evaluate(definition, unit, self.attributes)


def _without_why(definition: Flag | Experiment, found: Evaluation) -> Evaluation:
    """A refusal looks as if the person were simply not dealt: a write key stands in web pages."""
    if found.reason not in {"no_consent", "control"}:
        return found
    reason: EvaluationReason = "default" if isinstance(definition, Flag) else "control"
    return replace(found, reason=reason, assignment=None)


def read_context(context: object) -> Asked:
    """Read OpenFeature's evaluation context.

    Args:
        context: As decoded from JSON; None: there is none.

    Raises:
        InvalidInputError: It is no object, it holds too much, or its targeting key is no id.

    Examples:
        >>> read_context({"targetingKey": "user-1", "plan": "pro"})
        Asked(person='user-1', attributes={'plan': 'pro'})
    """
    if context is None:
        return Asked("", {})
    if not isinstance(context, Mapping):
        raise InvalidInputError("context must be an object; send {} where there is nothing to say")
    _limit(context)
    attributes = {name: value for name, value in context.items() if name != _TARGETING_KEY}
    asked = Asked(_read_id(context.get(_TARGETING_KEY)), attributes)
    for one in asked.people:
        if len(one) > MAX_ID_CHARS:
            raise InvalidInputError(
                f"an id has {len(one)} characters; it may have {MAX_ID_CHARS}", detail="$.context"
            )
    return asked


def _limit(context: Mapping[str, Any]) -> None:
    """Whoever has a write key may ask, and each element is compared with each of a condition's."""
    left: list[Any] = [context]
    while left:  # no recursion: it may be nested as deep as JSON can be
        one = left.pop()
        if isinstance(one, list):
            _must_fit(len(one), _MAX_ITEMS, "a list has {:,} items; it may have {:,}")
            left.extend(one)
        elif isinstance(one, Mapping):
            _must_fit(len(one), _MAX_ATTRIBUTES, "an object has {:,} attributes; it may have {:,}")
            left.extend(one.values())


def _must_fit(size: int, limit: int, rule: str) -> None:
    if size > limit:
        raise InvalidInputError(rule.format(size, limit), detail="$.context")


def _read_id(value: object) -> str:
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
        raise InvalidInputError("targetingKey must be a text", detail="$.context.targetingKey")
    return _id_text(value)


def _id_text(value: object) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    text = as_text(value)
    return "" if text.isspace() else text
