"""Privacy: what a data-protection officer asks first, on one page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from landed.charts import Bar, bars_chart
from landed.dashboard.areas.event_words import detail_words
from landed.dashboard.areas.privacy_consents import fetch_consents
from landed.dashboard.areas.privacy_inventory import fetch_inventory
from landed.dashboard.areas.privacy_words import count_tile, days_words
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Asked, Block, PagePlan, Panel, Part
from landed.dashboard.types import Check
from landed.dashboard.wording import day_words, number
from landed.insights import Scrubbed, fetch_scrubbed
from landed.privacy import (
    AUDIT_ACTIONS,
    AuditVerdict,
    KeyAge,
    PrivacyRequest,
    fetch_key_ages,
    fetch_requests,
)
from landed.state import AuditRow, AuditWish
from landed.wiring import KeptThing

__all__ = [
    "build_audit",
    "build_kept",
    "build_keys",
    "build_requests",
    "build_scrubbed",
    "plan_privacy",
]

_LAST_ENTRIES: Final = 8
_VERIFIED: Final = 1_000
_SUBJECT_DIGITS: Final = 12
_MOST_FIELDS: Final = 200
_LIMITED_BY: Final[Mapping[tuple[str, str], str]] = {
    ("log", "events"): "LANDED_KEEP_EVENTS_DAYS",
    ("log", "quarantine"): "LANDED_KEEP_QUARANTINE_DAYS",
    ("training", "resume_events"): "LANDED_KEEP_TRAINING_DAYS",
    ("training", "interactions"): "LANDED_KEEP_TRAINING_DAYS",
}
"""Kinds that a setting ends; the others stay as long as docs/privacy.md says, on purpose."""
_STATES: Final[Mapping[str, str]] = {
    "asked": "asked at /me, to be confirmed",
    "received": "received",
    "erasing": "being erased",
    "erased": "erased; old files go",
    "done": "done",
    "withdrawn": "taken back",
    "declined": "declined",
}


def plan_privacy(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: A period.
    """
    services, period, now = asked.services, asked.period, asked.now
    state, settings, audit = services.state, services.settings, services.audit
    return PagePlan(
        title="Privacy",
        sub="what people ask and allow, what is kept, and who looked",
        parts=(
            Part(
                name="requests",
                title="The requests",
                fetch=lambda: build_requests(fetch_requests(asked.store), period.since, now),
            ),
            Part(
                name="consents",
                title="What people allow",
                fetch=lambda: fetch_consents(state, period),
            ),
            Part(
                name="kept",
                title="How long it is kept",
                fetch=lambda: build_kept(services.fetch_kept()),
            ),
            Part(
                name="scrubbed",
                title="What was scrubbed",
                fetch=lambda: build_scrubbed(
                    fetch_scrubbed(asked.store, period.since, period.seen_until)
                ),
            ),
            Part(
                name="keys",
                title="The keys",
                fetch=lambda: build_keys(
                    fetch_key_ages(
                        state,
                        settings.data / "keys",
                        settings.tls_certificate,
                        now,
                        vault=services.vault,
                        pseudonym_days=settings.pseudonym_days,
                    )
                ),
            ),
            Part(
                name="audit",
                title="The audit log",
                fetch=lambda: build_audit(
                    audit.fetch(AuditWish(limit=_LAST_ENTRIES)), audit.verify(last=_VERIFIED)
                ),
            ),
            Part(
                name="inventory",
                title="The inventory",
                fetch=lambda: fetch_inventory(state, settings),
            ),
        ),
    )


def build_requests(found: Sequence[PrivacyRequest], since: datetime, now: datetime) -> Block:
    """List what people asked for: what is open with its deadline, and what was closed lately.

    Args:
        found: All requests.
        since: Closed ones before then are left out.
        now: The time of looking.
    """
    waiting = sorted((one for one in found if one.is_open), key=lambda one: one.due_at)
    closed = [one for one in found if not one.is_open and (one.noted_at or now) >= since]
    late = sum(one.due_at < now for one in waiting)
    tile = count_tile(
        "open_requests",
        "Open requests",
        "How many requests of people are not done?",
        "requests whose state is not done, declined or taken back",
        str(len(waiting)),
        note=f"{late} overdue" if late else "none overdue",
    )
    return Block(tiles=(tile,), panels=(_open_panel(waiting, late, now), _closed_panel(closed)))


def _open_panel(waiting: Sequence[PrivacyRequest], late: int, now: datetime) -> Panel:
    needs_word = any(one.state == "asked" for one in waiting)
    return Panel(
        id="requests",
        title="Open requests",
        sub="To be forgotten; the law gives a month",
        checks=(_verdict(waiting, late, now),) if waiting else (),
        grid=Grid(
            columns=(
                Column(title="Request"),
                Column(title="State"),
                Column(title="Asked"),
                Column(title="Due"),
                Column(title="Time left", name="time_left"),
            ),
            rows=tuple(
                (
                    one.request_id,
                    _STATES[one.state],
                    one.received_at.date(),
                    one.due_at.date(),
                    days_words(one.due_at, now),
                )
                for one in waiting
            ),
        ),
        is_open=True,
        size="wide",
        notes=(
            "What somebody asked at /me waits for a word: landed privacy confirm REQUEST, or "
            "--decline, or POST /api/privacy/confirmations."
            if needs_word
            else "",
        ),
        empty="Nobody waits. Requests come by POST /api/privacy/erasures, landed privacy forget, "
        "or a person's own page.",
    )


def _verdict(waiting: Sequence[PrivacyRequest], late: int, now: datetime) -> Check:
    left = days_words(waiting[0].due_at, now)
    note = f"{late} of {len(waiting)}; the oldest {left}" if late else f"the next: {left}"
    return Check(name="Overdue" if late else "In time", is_well=not late, note=note)


def _closed_panel(closed: Sequence[PrivacyRequest]) -> Panel:
    return Panel(
        id="requests.closed",
        title="Requests closed lately",
        sub="A certificate has the name of its request: landed privacy certificate REQUEST FILE",
        grid=Grid(
            columns=(
                Column(title="Request"),
                Column(title="State"),
                Column(title="Closed", name="closed_at"),
                Column(title="Rows erased", name="rows", unit="events"),
                Column(title="Certificate"),
            ),
            rows=tuple(
                (
                    one.request_id,
                    _STATES[one.state],
                    one.noted_at,
                    one.events + one.quarantined,
                    "signed" if one.certificate else "none",
                )
                for one in closed
            ),
        ),
        is_open=True,
        size="wide",
        empty="No request was closed in these days.",
    )


def build_scrubbed(found: Scrubbed) -> Block:
    """Show in how many events something was taken out, by kind, and by field.

    Args:
        found: Of the latest events.
    """
    tile = count_tile(
        "scrubbed_events",
        "Scrubbed events",
        "In how many events did hosts send what identifies people?",
        "events with a mark such as ⟨EMAIL⟩ / events that were looked at",
        number(found.any_kind.value, "share"),
        unit="share",
        note=f"of {found.looked_at:,} looked at",
    )
    about = (
        f"{found.looked_at:,} of about {found.all_events:,} events of these days were looked at: "
        f"of those since {day_words(found.since.date())} {found.since:%H:%M} UTC."
        if found.looked_at < found.all_events
        else f"All {found.looked_at:,} events of these days were looked at."
    )
    return Block(tiles=(tile,), panels=(_kinds_panel(found, about), _fields_panel(found)))


def _kinds_panel(found: Scrubbed, about: str) -> Panel:
    shares = [one for _, one in found.kinds]
    bars = [
        Bar(group=_mark(kind), value=one.value, ci_low=one.ci_low, ci_high=one.ci_high)
        for kind, one in found.kinds
    ]
    return Panel(
        id="scrubbed",
        title="What the scrubber took out",
        sub="Share of events in which each mark stands, with its 95 % interval",
        spec=bars_chart(bars, "share") if shares else None,
        grid=Grid(
            columns=(
                Column(title="Mark"),
                Column(title="Events", name="share_of_events", unit="share"),
            ),
            rows=tuple((_mark(kind), one) for kind, one in found.kinds),
        ),
        notes=(about,),
        empty="Nothing had to be taken out of what came in: hosts send no names, addresses or "
        "numbers.",
    )


def _fields_panel(found: Scrubbed) -> Panel:
    rows = found.fields[:_MOST_FIELDS]
    return Panel(
        id="scrubbed.fields",
        title="Which fields to stop sending",
        sub="Share of the events of a kind in which something was taken out of a field",
        grid=Grid(
            columns=(
                Column(title="Event"),
                Column(title="Field"),
                Column(title="Mark"),
                Column(title="Events", name="share_of_events", unit="share"),
            ),
            rows=tuple((one.event, one.field, _mark(one.kind), one.marked) for one in rows),
        ),
        is_open=True,
        size="wide",
        notes=("A field that is scrubbed each time tells nothing: let the host leave it out.",)
        if rows
        else (),
        empty="No field had anything that had to be taken out.",
    )


def _mark(kind: str) -> str:
    return f"⟨{kind}⟩"


def _kind_words(kind: str) -> str:
    return kind.replace("_", " ")


def build_kept(kept: Sequence[KeptThing]) -> Block:
    """Show how long what is kept, and what goes soon.

    Args:
        kept: By zone and kind.
    """
    endless = {
        _kind_words(one.kind): _LIMITED_BY[one.zone, one.kind]
        for one in kept
        if one.days is None and (one.zone, one.kind) in _LIMITED_BY
    }
    settings = " and ".join(dict.fromkeys(endless.values()))
    panel = Panel(
        id="kept",
        title="How long it is kept",
        sub="And what goes by itself: the tables delete what is older",
        checks=(
            Check(
                name="Limits",
                is_well=not endless,
                note=f"none for {', '.join(endless)}" if endless else "are set",
            ),
        ),
        grid=Grid(
            columns=(
                Column(title="Zone"),
                Column(title="Kind"),
                Column(title="Kept for", name="days"),
                Column(title="Rows", unit="events"),
                Column(title="Oldest"),
                Column(title="Goes soon", name="goes_in_30_days", unit="events"),
            ),
            rows=tuple(
                (
                    one.zone,
                    _kind_words(one.kind),
                    one.stays if one.days is None else f"{one.days} days",
                    one.rows,
                    one.oldest.date() if one.oldest else "",
                    one.due + one.soon,
                )
                for one in kept
            ),
        ),
        is_open=True,
        notes=(
            "Goes soon: within 30 days.",
            f"What is not needed any more may not stay (GDPR, Article 5): set {settings}."
            if endless
            else "",
        ),
    )
    return Block(panels=(panel,))


def build_keys(keys: Sequence[KeyAge]) -> Block:
    """List keys and certificates with their ages, and what is due.

    Args:
        keys: All of them.
    """
    due = sum(bool(one.due) for one in keys)
    panel = Panel(
        id="keys",
        title="Keys and certificates",
        sub="How old they are, and which should be changed",
        checks=(
            Check(
                name="Due",
                is_well=not due,
                note=f"{due} of {len(keys)}: see below" if due else "nothing",
            ),
        ),
        grid=Grid(
            columns=(
                Column(title="Key"),
                Column(title="What it does", name="what", is_long=True),
                Column(title="Made", name="made_at"),
                Column(title="Ends", name="ends_at"),
                Column(title="Last used", name="used_on"),
                Column(title="Due", is_long=True),
            ),
            rows=tuple(
                (
                    one.name,
                    one.what,
                    one.made_at.date() if one.made_at else "",
                    one.ends_at.date() if one.ends_at else "",
                    one.used_on,
                    one.due,
                )
                for one in keys
            ),
        ),
        is_open=True,
        size="wide",
        empty="There are no keys in the data folder.",
    )
    tile = count_tile(
        "keys_due",
        "Keys due",
        "How many keys and certificates should be changed?",
        "keys that end within 30 days, are older than a year, or were not used for 90 days",
        str(due),
        note=f"of {len(keys)}",
    )
    return Block(tiles=(tile,), panels=(panel,))


def build_audit(rows: Sequence[AuditRow], verdict: AuditVerdict) -> Block:
    """Show the last entries of the audit log, and whether it is whole.

    Args:
        rows: The newest first.
        verdict: Of the last entries.
    """
    seen = min(verdict.entries, _VERIFIED)
    note = verdict.fault or f"the last {seen:,} entries; landed audit verify looks at all"
    panel = Panel(
        id="audit",
        title="Audit",
        sub="Who did what last; people are digests",
        checks=(
            Check(
                name="In order" if not verdict.fault else "Altered",
                is_well=not verdict.fault,
                note=note,
            ),
        ),
        grid=Grid(
            columns=(
                Column(title="When", name="at"),
                Column(title="What", name="action"),
                Column(title="Who", name="actor"),
                Column(title="About whom", name="subject"),
                Column(title="Where", name="detail", is_long=True),
            ),
            rows=tuple(
                (
                    row.at,
                    AUDIT_ACTIONS.get(row.action, row.action),
                    row.actor,
                    row.subject[:_SUBJECT_DIGITS],
                    detail_words(json.loads(row.detail)),
                )
                for row in rows
            ),
        ),
        is_open=True,
        size="wide",
        links=(("/audit", "The whole log"),),
        empty="Nothing was done yet.",
    )
    return Block(panels=(panel,))
