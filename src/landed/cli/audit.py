"""`landed audit`: who did what, and whether anybody altered it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from landed.cli.local import opened_state, settings_for
from landed.cli.options import DataOption
from landed.errors import InvalidInputError, LandedError
from landed.privacy import AUDIT_ACTIONS
from landed.state import AuditRow, AuditWish
from landed.wiring import build_audit, utc_now

__all__ = ["app"]

app = typer.Typer(help="Who did what, and whether anybody altered it.", no_args_is_help=True)
_SUBJECT_DIGITS: Final = 12


@app.command("list")
def list_entries(
    since: Annotated[str | None, typer.Option(help="A day, such as 2026-05-01, or a time.")] = None,
    action: Annotated[str, typer.Option(help="Only this one, such as access.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 50,
    data: DataOption = None,
) -> None:
    """List who did what, the newest first: when, what, how it went, who, about whom, and where.

    People are shown as the digests under which requests are kept too.

    Examples:

        landed audit list --since 2026-05-01 --action access
    """
    if action and action not in AUDIT_ACTIONS:
        raise InvalidInputError(
            f"action is {action[:40]!r}; it must be one of {', '.join(AUDIT_ACTIONS)}",
            detail="action",
        )
    wish = AuditWish(since=_time(since), action=action, limit=limit)
    settings = settings_for(data)
    with opened_state(settings) as state:
        log = build_audit(settings, state)
        rows = log.fetch(wish)
        log.append("read_audit", actor="command line", now=utc_now())
    for row in rows:
        typer.echo(_line(row))


@app.command("verify")
def verify(data: DataOption = None) -> None:
    """Look at every entry; exit with 1, and name the first bad one, if anything was altered.

    Finds entries that were changed, put in or taken out, and an end that was cut off.

    Examples:

        landed audit verify
    """
    settings = settings_for(data)
    with opened_state(settings) as state:
        verdict = build_audit(settings, state).verify()
    if verdict.fault:
        raise LandedError(f"{verdict.fault} {verdict.entries:,} entries before it are in order.")
    typer.echo(f"good: {verdict.entries:,} entries, none altered, none missing.")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            f"since is {text[:40]!r}; it must be a day or a time such as 2026-05-01",
            detail="since",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _line(row: AuditRow) -> str:
    who = f"{row.actor} {row.fingerprint}".strip()
    whom = f"  about {row.subject[:_SUBJECT_DIGITS]}" if row.subject else ""
    return (
        f"{row.number:>6}  {row.at:%Y-%m-%d %H:%M:%S}  {row.action:17}  {row.status}  "
        f"{who}{whom}  {row.detail}"
    )
