"""The audit log: who did what in these days, and how often."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from landed.dashboard.areas.event_words import detail_words
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Asked, Block, PagePlan, Panel, Part, choices
from landed.privacy import AUDIT_ACTIONS
from landed.state import AuditRow, AuditWish

__all__ = ["build_audit_counts", "build_audit_entries", "plan_audit"]

_MOST: Final = 1000
_SUBJECT_DIGITS: Final = 12
_EVERY: Final = {"": "Everything", **AUDIT_ACTIONS}


def plan_audit(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `action`, one of `AUDIT_ACTIONS`, and a period.

    Raises:
        InvalidInputError: There is no such action.
    """
    action = asked.choose("action", _EVERY, "")
    log, period = asked.services.audit, asked.period
    days = AuditWish(since=period.since, until=period.until, limit=_MOST)
    return PagePlan(
        title="Audit",
        sub="who did what; people are digests of pseudonyms",
        fields=(choices("action", "What was done", _EVERY, action),),
        parts=(
            Part(
                name="entries",
                title="The entries",
                fetch=lambda: build_audit_entries(log.fetch(replace(days, action=action))),
            ),
            Part(
                name="actions",
                title="How often",
                fetch=lambda: build_audit_counts(log.count(days)),
            ),
        ),
    )


def build_audit_entries(rows: Sequence[AuditRow]) -> Block:
    """List entries.

    Args:
        rows: The newest first.
    """
    panel = Panel(
        id="entries",
        title="Who did what",
        sub="The newest first. Each entry is tied to the one before it: landed audit verify "
        "finds whether any was altered or taken out",
        grid=Grid(
            columns=(
                Column(title="When", name="at"),
                Column(title="What", name="action"),
                Column(title="Status"),
                Column(title="Who", name="actor"),
                Column(title="Key", name="fingerprint"),
                Column(title="About whom", name="subject"),
                Column(title="Where", name="detail", is_long=True),
                Column(title="Entry", name="number"),
            ),
            rows=tuple(
                (
                    row.at,
                    AUDIT_ACTIONS.get(row.action, row.action),
                    str(row.status),
                    row.actor,
                    row.fingerprint,
                    row.subject[:_SUBJECT_DIGITS],
                    detail_words(json.loads(row.detail)),
                    str(row.number),
                )
                for row in rows
            ),
        ),
        is_open=True,
        size="wide",
        notes=(f"The last {_MOST:,} are listed.",) if len(rows) == _MOST else (),
        empty="Nothing of this kind was done in these days.",
    )
    return Block(panels=(panel,))


def build_audit_counts(counts: Mapping[str, int]) -> Block:
    """List how often each thing was done.

    Args:
        counts: Entries of each action.
    """
    often = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    panel = Panel(
        id="actions",
        title="How often",
        sub="All entries of these days",
        grid=Grid(
            columns=(Column(title="What"), Column(title="Times", unit="events")),
            rows=tuple((AUDIT_ACTIONS.get(action, action), count) for action, count in often),
        ),
        is_open=True,
        empty="Nothing was done in these days.",
    )
    return Block(panels=(panel,))
