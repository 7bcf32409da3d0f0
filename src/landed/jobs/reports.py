"""The report by e-mail: sending it, and when it is due."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import structlog

from landed.config import Settings
from landed.errors import InvalidInputError, StoreError
from landed.jobs.outlets import open_mailers

__all__ = ["next_report_at", "report_forever", "send_report"]

_log = structlog.get_logger(__name__)
_HOUR: Final = 7
_DAYS: Final = {"day": "7", "week": "7", "month": "28"}


def send_report(settings: Settings, title: str, html: str) -> int:
    """Send the report to every place of the settings, with the file beside the text.

    Args:
        settings: With the addresses.
        title: Its subject.
        html: The report.

    Returns:
        To how many places it went.

    Raises:
        InvalidInputError: There is no address, or one is none that apprise knows.
        StoreError: It did not arrive at one of them; the others have it.
    """
    mailers = open_mailers(settings)
    if not mailers:
        raise InvalidInputError(
            "LANDED_REPORT_URLS names no place that the report could go to.", detail="report_urls"
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "landed-report.html")
        file.write_text(html, "utf-8")
        sent = [mailer(title, html, str(file)) for mailer in mailers]
    failed = [number for number, is_sent in enumerate(sent, 1) if not is_sent]
    if failed:
        listed = ", ".join(map(str, failed))
        raise StoreError(f"The report did not arrive at address {listed} of LANDED_REPORT_URLS.")
    return len(sent)


def next_report_at(every: Literal["day", "week", "month"], now: datetime) -> datetime:
    """Say when the next report is due: at seven in the morning, UTC.

    Args:
        every: Each day, each Monday, or the first of each month.
        now: The time.

    Examples:
        >>> friday = datetime(2026, 11, 20, 12, tzinfo=UTC)
        >>> [next_report_at(every, friday).day for every in ("day", "week", "month")]
        [21, 23, 1]
    """
    due = now.astimezone(UTC).replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    while due <= now or not _fits(every, due):
        due += timedelta(days=1)
    return due


def _fits(every: str, due: datetime) -> bool:
    if every == "week":
        return due.weekday() == 0
    return every == "day" or due.day == 1


async def report_forever(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    most_seconds: float = 3600.0,
) -> None:
    """Send a report whenever one is due; ends only by being cancelled.

    Each is made by a process of its own, since drawing takes some 200 MB for a moment.

    Args:
        settings: In force; `report_every` is set.
        clock: The time.
        most_seconds: The longest sleep, since clocks are set.
    """
    every = settings.report_every
    if not every:
        return
    due = next_report_at(every, clock())
    while True:
        left = (due - clock()).total_seconds()
        if left > 0:
            await asyncio.sleep(min(left, most_seconds))
            continue
        due = next_report_at(every, clock())
        await _send(settings, _DAYS[every])


async def _send(settings: Settings, days: str) -> None:
    command = ["-m", "landed", "report", "--send", "--range", days, "--data", str(settings.data)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=dict(os.environ), stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    if process.returncode:
        # The command's own words name no address and no person.
        _log.warning("report_not_sent", reason=told.decode("utf-8", "replace").strip()[-300:])
    else:
        _log.info("report_sent", days=days)
