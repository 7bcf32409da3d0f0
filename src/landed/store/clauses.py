"""The clauses of statements that answer questions: relations, dimensions, filters, segments.

What a client sent travels as parameters, names of properties and experiments included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, assert_never

from landed.metrics import Dimension, Filter

__all__ = [
    "Parts",
    "add_columns",
    "add_condition",
    "build_condition",
    "build_dimension",
    "planned_columns",
    "read_relation",
    "read_segment",
]

_ROOM: Final = files("landed.store")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLANNED: Final = re.compile(r"\bproperties\.([a-z_]+)")
_COMPARISONS: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass
class Parts:
    """What is gathered while a statement is put together."""

    parameters: dict[str, Any]
    conditions: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    variants: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)

    def bind(self, kind: str, value: Any) -> str:
        """Give a value a placeholder."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def property_column(self, name: str) -> str:
        """Return the column of a property of the rows `r`; the relation must be given `columns`.

        As an identifier, the property's own column is read. A function over all properties reads
        all of them, which takes ten times as long, but finds names of any signs.
        """
        alias = self.properties.get(name)
        if alias is None:
            alias = self.properties[name] = f"q{len(self.properties)}"
            if _PLAIN.fullmatch(name):
                column = self.bind("Identifier", f"properties.{name}")
            else:
                column = f"getSubcolumn(properties, {self.bind('String', name)})"
            self.columns.append(f"{column} AS {alias}")
        return f"r.{alias}"


@cache
def read_relation(name: str) -> str:
    """Return the SQL of a relation, for example `sessions`."""
    return (_ROOM / "relations" / f"{name}.sql").read_text("utf-8")


def add_columns(relation: str, columns: Sequence[str]) -> str:
    """Give the relation `events` further columns."""
    head, start, tail = relation.partition("\nFROM events\n")
    return ",\n    ".join((head, *columns)) + start + tail


def add_condition(relation: str, condition: str) -> str:
    """Leave rows of the relations `events` and `activity` out."""
    head, start, tail = relation.partition("\nWHERE ")
    return f"{head}{start}{condition} AND {tail}"


def planned_columns(texts: Sequence[str]) -> list[str]:
    """The properties that texts of ours name, as columns of those names."""
    names = sorted({name for text in texts for name in _PLANNED.findall(text)})
    return [f"properties.{name} AS `properties.{name}`" for name in names]


@cache
def read_segment(name: str) -> str:
    """Return the SQL of a segment of people, for example `power`."""
    return (_ROOM / "segments" / f"{name}.sql").read_text("utf-8")


def build_dimension(dimension: Dimension, parts: Parts) -> str:
    """Return the expression of a dimension over rows that are called `r`; joins go to `parts`."""
    if dimension.kind == "column":
        return f"r.{dimension.name}"
    if dimension.kind == "property":
        return f"ifNull(toString({parts.property_column(dimension.name)}), '')"
    alias = parts.variants.get(dimension.name)
    if alias is None:
        alias = f"v{len(parts.variants)}"
        parts.variants[dimension.name] = alias
        experiment = parts.bind("String", dimension.name)
        text = (_ROOM / "segments" / "variants.sql").read_text("utf-8")
        exposed = text.replace("{experiment:String}", experiment)
        parts.joins.append(
            f"LEFT JOIN\n(\n{exposed}) AS {alias} ON {alias}.subject = r.subject_key"
        )
    # A person's rows from before the exposure belong to no variant.
    return f"if(r.at >= {alias}.exposed_at, {alias}.variant, '')"


def build_condition(one: Filter, parts: Parts) -> str:
    """Return the condition of a filter over rows that are called `r`; it may be null."""
    column = f"toString({build_dimension(one.dimension, parts)})"
    match one.operator:
        case "set":
            return f"{column} != ''"
        case "unset":
            return f"{column} = ''"
        case "is":
            return f"{column} IN {parts.bind('Array(String)', list(one.values))}"
        case "is_not":
            return f"{column} NOT IN {parts.bind('Array(String)', list(one.values))}"
        case "contains":
            needle = parts.bind("String", one.values[0])
            return f"positionCaseInsensitiveUTF8({column}, {needle}) > 0"
        case "gt" | "gte" | "lt" | "lte":
            bound = parts.bind("Float64", float(one.values[0]))
            return f"toFloat64OrNull({column}) {_COMPARISONS[one.operator]} {bound}"
        case _ as never:
            assert_never(never)
