"""What numbers for the public are made of: how much each person adds to each cell, and the sums.

The statement is put together from texts of ours only; what a client sent travels as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any, Final, Literal

from landed.store.clauses import add_columns, read_relation
from landed.store.client import Store
from landed.store.limits import ADMIN
from landed.store.sql_files import read_statement

__all__ = ["PUBLIC_DIMENSIONS", "Added", "ask_public_cells"]

Added = Literal["acts", "funnel", "chance", "salary"]
"""What a person adds: one of the files `statements/public_….sql`."""

_OF_EVENTS: Final = ("country", "device", "industry", "plan", "region", "surface", "tier")
PUBLIC_DIMENSIONS: Final[Mapping[Added, tuple[str, ...]]] = {
    "acts": _OF_EVENTS,
    "funnel": (),
    "chance": ("country", "device", "industry", "method", "region", "tier"),
    "salary": ("country", "device", "industry", "region", "surface", "tier"),
}
"""By what the cells of each may be told apart."""

_BUCKETS: Final = {
    "total": "''",
    "day": "toString(toDate(r.at, 'UTC'))",
    "week": "toString(toMonday(r.at, 'UTC'))",
    "month": "toString(toStartOfMonth(r.at, 'UTC'))",
}


def ask_public_cells(
    store: Store, added: Added, *, grain: str, by: Sequence[str], parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Sum up what people add to each cell, each person to at most `most_cells` of them.

    Args:
        store: Of the log of events.
        added: What a person adds.
        grain: total, day, week or month, in UTC.
        by: At most two of `PUBLIC_DIMENSIONS[added]`; `values_0` and `values_1` are their values,
            and `other` is what every other value is called.
        parameters: Values of the placeholders.

    Returns:
        Rows with `bucket`, `d0`, `d1`, `m0` and `m1`; cells that nobody is in are missing.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away or busy.
    """
    return store.answer(build_public_statement(added, grain, by), parameters, limits=ADMIN)


def build_public_statement(added: Added, grain: str, by: Sequence[str]) -> str:
    """Put the statement together.

    Args:
        added: What a person adds.
        grain: A key of `_BUCKETS`.
        by: As for `ask_public_cells`.

    Examples:
        >>> sql = build_public_statement("acts", "day", ["tier"])
        >>> "toString(toDate(r.at, 'UTC')) AS bucket" in sql
        True
    """
    if not set(by) <= set(PUBLIC_DIMENSIONS[added]):
        raise ValueError(by)
    events = read_relation("events")
    of_person = Template(read_statement(f"public_{added}")).substitute(
        bucket=_BUCKETS[grain],
        d0=_dimension(by, 0),
        d1=_dimension(by, 1),
        events=events,
        salaries=add_columns(events, ["properties.salary_potential_usd AS salary"]),
        applications=read_relation("applications"),
    )
    return Template(read_statement("public_cells")).substitute(added=of_person)


def _dimension(by: Sequence[str], number: int) -> str:
    """Its value where that is declared, else what others are called."""
    if number >= len(by):
        return "''"
    column, values = f"toString(r.{by[number]})", f"{{values_{number}:Array(String)}}"
    return f"if(ifNull({column} IN {values}, false), {column}, {{other:String}})"
