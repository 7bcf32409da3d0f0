"""The catalogue: what each planned event means, read from its own type."""

from __future__ import annotations

import inspect as python_inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, cast

from msgspec import Struct
from msgspec import inspect as shape

from landed.errors import NotFoundError
from landed.events.plan import GROUPS, PLAN
from landed.events.types import EventInfo, FieldInfo, FieldType

__all__ = ["describe", "example"]

_GROUP_OF: Final = {name: group for group, names in GROUPS.items() for name in names}
_TYPE_NAMES: Final[Mapping[type[shape.Type], FieldType]] = {
    shape.LiteralType: "choice",
    shape.ListType: "list",
    shape.DateType: "date",
    shape.FloatType: "number",
    shape.IntType: "whole number",
    shape.BoolType: "yes or no",
}


class _Facts(Struct):
    """What the layers of annotation around a property's type say together."""

    core: shape.Type
    notes: dict[str, Any]


@lru_cache(maxsize=512)
def describe(name: str) -> EventInfo:
    """What a planned event means and which properties it has.

    Use it for reference pages, completion and error messages.

    Args:
        name: Canonical name of a planned event.

    Raises:
        NotFoundError: No such event is in the plan.

    Examples:
        >>> info = describe("resume_copied")
        >>> info.group, info.summary
        ('behaviour', 'A person copied the text of a résumé.')
        >>> info.fields[0].name, info.fields[0].type, info.fields[0].required
        ('resume_id', 'id', False)
    """
    if name not in PLAN:
        raise NotFoundError(
            "There is no planned event of this name; `landed events` lists the plan."
        )
    kind = PLAN[name]
    summary, _, when = python_inspect.cleandoc(kind.__doc__ or "").partition("\n\n")
    described = cast("shape.StructType", shape.type_info(kind))
    fields = sorted(map(_field_info, described.fields), key=lambda field: not field.required)
    return EventInfo(
        name=name,
        group=_GROUP_OF[name],
        summary=summary,
        when=" ".join(when.split()),
        fields=tuple(fields),
    )


def example(name: str) -> dict[str, Any]:
    """Valid example properties of a planned event, every property filled.

    Args:
        name: Canonical name of a planned event.

    Returns:
        A new dictionary, ready to be sent.

    Raises:
        NotFoundError: No such event is in the plan.

    Examples:
        >>> example("feature_used")
        {'feature': 'resume_builder', 'duration_seconds': 2.5, 'success': True}
    """
    return {field.name: field.example for field in describe(name).fields}


def _field_info(field: shape.Field) -> FieldInfo:
    facts = _facts(field.type)
    notes = facts.notes
    kind: FieldType = notes.get("kind") or _TYPE_NAMES[type(facts.core)]
    return FieldInfo(
        name=field.name,
        type=kind,
        unit=notes.get("unit", ""),
        rule=notes.get("rule") or _rule(kind, facts.core),
        required=field.required,
        description=notes["description"],
        choices=tuple(getattr(facts.core, "values", ())),
        example=notes["examples"][0],
    )


def _facts(node: shape.Type) -> _Facts:
    if isinstance(node, shape.Metadata):
        inner = _facts(node.type)
        outer = {**(node.extra_json_schema or {}), **(node.extra or {})}
        return _Facts(inner.core, {**inner.notes, **outer})
    if isinstance(node, shape.UnionType):
        return _facts(next(one for one in node.types if not isinstance(one, shape.NoneType)))
    return _Facts(node, {})


def _rule(kind: FieldType, core: shape.Type) -> str:
    if isinstance(core, shape.FloatType | shape.IntType):
        return f"a {kind} from {_bound(core.ge)} to {_bound(core.le)}"
    if isinstance(core, shape.LiteralType):
        return "one of " + ", ".join(map(str, core.values))
    if isinstance(core, shape.ListType):
        return f"a list of at most {core.max_length} short texts"
    if isinstance(core, shape.StrType):
        text = f"a text of {core.min_length or 0} to {core.max_length} characters"
        return f"{text} or a whole number" if kind == "id" else text
    return "true or false" if kind == "yes or no" else "a day written as YYYY-MM-DD"


def _bound(value: float | None) -> str:
    return f"{value:,.16g}"
