"""Which texts are a person's own: they are kept sealed, under a key of that person.

Derived from the plan: what it calls a free text in the events of people, and any long text that it
does not know. Numbers, labels and ids stay readable: metrics are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from landed.events.catalogue import describe
from landed.events.plan import MACHINE_EVENTS, PLAN

__all__ = ["LONGEST_PLAIN", "is_sealed", "sealed_names"]

LONGEST_PLAIN: Final = 200
"""Characters of the longest text that stays readable where the plan does not know it."""


@cache
def sealed_names() -> frozenset[str]:
    """The names of people's free texts; custom events that use one of them mean the same.

    Examples:
        >>> "suggestions" in sealed_names(), "tier" in sealed_names()
        (True, False)
    """
    people = PLAN.keys() - set(MACHINE_EVENTS)
    return frozenset(
        field.name
        for event in people
        for field in describe(event).fields
        if field.type == "free text"
    )


def is_sealed(event: str, name: str, text: str) -> bool:
    """Tell whether a text of an event is a person's own.

    Args:
        event: Canonical name of the event.
        name: Of the property; of the innermost one where one lies in another.
        text: Its value.

    Examples:
        >>> is_sealed("feedback_given", "suggestions", "More remote jobs, please")
        True
        >>> is_sealed("error_occurred", "message", "no text layer")
        False
        >>> is_sealed("quiz_finished", "essay", "word " * 50)
        True
    """
    if name in _plain_names().get(event, ()):
        return False
    return len(text) > LONGEST_PLAIN or (text != "" and name in sealed_names())


@cache
def _plain_names() -> Mapping[str, frozenset[str]]:
    """What the plan knows of an event and leaves readable; of machines that is all."""
    return MappingProxyType(
        {
            event: frozenset(
                field.name
                for field in describe(event).fields
                if event in MACHINE_EVENTS or field.type != "free text"
            )
            for event in PLAN
        }
    )
