"""What the catalogue tells about events and their properties."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct

__all__ = ["EventInfo", "FieldInfo", "FieldType"]

FieldType: TypeAlias = Literal[
    "id", "label", "free text", "choice", "list", "date", "number", "whole number", "yes or no"
]
"""How a property is sent, in the words of the reference page."""


class FieldInfo(Struct, frozen=True, kw_only=True):
    """One property of a planned event.

    Attributes:
        name: The property's name.
        type: How it is sent.
        unit: Unit of a number or code, else empty.
        rule: What a value must be, as a phrase: `a number from 0 to 10`.
        required: Whether the event is refused without it.
        description: What it means.
        choices: The values of a choice, else empty.
        example: A valid value.
    """

    name: str
    type: FieldType
    unit: str
    rule: str
    required: bool
    description: str
    choices: tuple[str, ...]
    example: Any


class EventInfo(Struct, frozen=True, kw_only=True):
    """One planned event.

    Attributes:
        name: Name under which it is sent.
        group: Name of its group, a key of `GROUPS`.
        summary: What happened, in one sentence.
        when: When to send it.
        fields: Its properties, required ones first.
    """

    name: str
    group: str
    summary: str
    when: str
    fields: tuple[FieldInfo, ...]
