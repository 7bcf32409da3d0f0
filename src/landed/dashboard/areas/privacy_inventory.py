"""The inventory on the page: table by table, and field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from landed.config import Settings
from landed.dashboard.areas.privacy_words import count_tile
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Block, Panel
from landed.privacy import HeldField, fetch_rules, list_held
from landed.state import State

__all__ = ["build_inventory", "fetch_inventory"]

_ABOUT_PEOPLE: Final = frozenset({"pseudonym", "digest", "scrubbed text"})


def fetch_inventory(state: State, settings: Settings) -> Block:
    """Make the inventory as the settings and what was published have it.

    Args:
        state: Has the purposes.
        settings: In force.

    Raises:
        StateError: The database is away.
    """
    bases = {purpose: rule.basis for purpose, rule in fetch_rules(state).items()}
    limits = {
        "events": settings.keep_events_days,
        "quarantine": settings.keep_quarantine_days,
        "training": settings.keep_training_days,
    }
    return build_inventory(list_held(bases=bases, limits=limits))


def build_inventory(held: Sequence[HeldField]) -> Block:
    """Write what is kept where.

    Args:
        held: Every field.
    """
    tile = count_tile(
        "kept_fields",
        "Fields kept",
        "How many fields can be kept?",
        "columns of all tables, with the fields of contexts and of the tracking plan",
        f"{len(held):,}",
        note=f"in {len({one.table for one in held})} tables",
    )
    return Block(tiles=(tile,), panels=(_tables_panel(held), _fields_panel(held)))


def _tables_panel(held: Sequence[HeldField]) -> Panel:
    tables = {one.table: one for one in held}
    sizes = Counter(one.table for one in held)
    return Panel(
        id="inventory",
        title="What is kept where",
        sub="Made from the tables, the tracking plan and the settings",
        grid=Grid(
            columns=(
                Column(title="Table"),
                Column(title="Zone"),
                Column(title="Fields", unit="events"),
                Column(title="Of people", name="contents", is_long=True),
                Column(title="What for", name="purpose"),
                Column(title="Lawful basis", name="basis", is_long=True),
                Column(title="Kept", is_long=True),
                Column(title="Seen by", is_long=True),
            ),
            rows=tuple(
                (
                    table,
                    one.zone,
                    sizes[table],
                    _contents(held, table),
                    one.purpose,
                    one.basis,
                    one.kept,
                    one.seen_by,
                )
                for table, one in tables.items()
            ),
        ),
        is_open=True,
        size="wide",
    )


def _contents(held: Sequence[HeldField], table: str) -> str:
    found = {one.content for one in held if one.table == table} & _ABOUT_PEOPLE
    return ", ".join(sorted(found)) or "nothing"


def _fields_panel(held: Sequence[HeldField]) -> Panel:
    return Panel(
        id="inventory.fields",
        title="Every field",
        sub="The record of processing (GDPR, Article 30) lists the same: "
        "docs/reference/data-inventory.md",
        grid=Grid(
            columns=(
                Column(title="Field"),
                Column(title="Table"),
                Column(title="Zone"),
                Column(title="Holds", name="content"),
                Column(title="What it says", name="meaning", is_long=True),
                Column(title="What for", name="purpose"),
                Column(title="Lawful basis", name="basis", is_long=True),
                Column(title="Kept", is_long=True),
                Column(title="Seen by", is_long=True),
            ),
            rows=tuple(
                (
                    one.field,
                    one.table,
                    one.zone,
                    one.content,
                    one.meaning,
                    one.purpose,
                    one.basis,
                    one.kept,
                    one.seen_by,
                )
                for one in held
            ),
        ),
        size="wide",
    )
