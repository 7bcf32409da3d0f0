"""Answers as PostHog's libraries read them.

There a flag is off, on, or a variant with a payload. Who is not in an experiment gets `false`,
not the control: what is no `false` comes back as an exposure.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from landed.experiments.flags import Evaluation
from landed.experiments.hashing import fnv1a32
from landed.experiments.types import Experiment, Flag

__all__ = ["NO_EXPOSURE", "PostHogFlag", "posthog_flag"]

_WORDS: Final = {
    "override": "Tester",
    "disabled": "Switched off",
    "targeting_match": "Rule",
    "split": "Dealt",
    "default": "Default",
    "decided": "Decided",
    "control": "Not in the experiment",
    "no_consent": "No consent",
}

NO_EXPOSURE: Final = frozenset({"Tester", "Decided"})
"""Reasons with which a variant is met that the analysis does not count; clients send them back."""

_LARGEST_ID: Final = 0x7FFFFFFF
_encode: Final = msgspec.json.Encoder().encode


class PostHogFlag(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gets.

    Attributes:
        key: Of the flag or experiment.
        answer: Off, on, or the variant.
        payload: The variant's value as JSON text; None: it has none of its own.
        code: Why, in our words.
        version: Of the definition.
        is_experiment: Whether meeting it may be an exposure.
    """

    key: str
    answer: bool | str
    payload: str | None
    code: str
    version: int
    is_experiment: bool

    def record(self, *, is_typed: bool) -> dict[str, Any]:
        """Write it as `/flags` of version 2 does.

        Args:
            is_typed: Version 4, which has a typed value besides.
        """
        variant = self.answer if isinstance(self.answer, str) else None
        told: dict[str, Any] = {
            "key": self.key,
            "enabled": bool(self.answer),
            "variant": variant,
            "reason": {
                "code": self.code,
                "condition_index": None,
                "description": _WORDS[self.code],
            },
            "metadata": {
                "id": fnv1a32(self.key) & _LARGEST_ID,
                "version": self.version,
                "description": None if not is_typed else "",
                "payload": self.payload,
                "has_experiment": self.is_experiment,
            },
        }
        return {**told, "value": self.answer} if is_typed else told


def posthog_flag(definition: Flag | Experiment, found: Evaluation | None) -> PostHogFlag:
    """Say what somebody gets.

    Args:
        definition: A flag or an experiment.
        found: What it answers; None: nobody said whom to deal.

    Examples:
        >>> from landed.experiments.flags import evaluate
        >>> from landed.experiments.types import Variant
        >>> big = Variant(key="big", value={"rows": 9})
        >>> flag = Flag(key="size", kind="json", variants=(big,), default="big")
        >>> found = posthog_flag(flag, evaluate(flag, "user-1", {}))
        >>> found.answer, found.payload
        ('big', '{"rows":9}')
    """
    answer: bool | str = False
    payload = None
    if found is not None and (isinstance(definition, Flag) or _is_in(found)):
        answer, payload = _rendered(definition, found)
    return PostHogFlag(
        key=definition.key,
        answer=answer,
        payload=payload,
        code="control" if found is None else found.reason,
        version=definition.version,
        is_experiment=isinstance(definition, Experiment),
    )


def _is_in(found: Evaluation) -> bool:
    return found.reason in {"split", "override", "decided"}


def _rendered(definition: Flag | Experiment, found: Evaluation) -> tuple[bool | str, str | None]:
    value = found.value
    if isinstance(definition, Experiment):
        own = None if value == found.variant else _encode(value).decode()
        return found.variant, own
    if value is None or isinstance(value, bool | str):
        return (False if value is None else value), None
    return found.variant, _encode(value).decode()
