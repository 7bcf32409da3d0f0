"""Where alerts go: each place has a queue of its own, so that a dead one holds up no other."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from pydantic import SecretStr

from landed.config import Settings
from landed.errors import InvalidInputError

__all__ = ["Mailer", "Outlet", "Outlets", "open_mailers", "open_outlets"]

# It logs addresses, which hold passwords; what failed is said here without them.
logging.getLogger("apprise").setLevel(logging.CRITICAL)

_log = structlog.get_logger(__name__)
# Addresses may hold commas: only one before another address parts them.
_BETWEEN: Final = re.compile(r"[\s,]+(?=[a-z0-9]+://)|\s+", re.IGNORECASE)
_MOST_WAITING: Final = 100
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 300.0

Done = Callable[[], object]


@dataclass(frozen=True, slots=True)
class _Waiting:
    title: str
    text: str
    done: Done | None
    name: Hashable


class Outlet(Protocol):
    """Sends one message to one place; false where it did not arrive."""

    def __call__(self, title: str, text: str, /) -> bool:
        """Send it, however long that takes."""
        ...


class Mailer(Protocol):
    """Sends one report to one place; false where it did not arrive."""

    def __call__(self, title: str, html: str, file: str, /) -> bool:
        """Send the text with the file beside it, however long that takes."""
        ...


class Outlets:
    """Sends messages to every place, in order, until each has arrived.

    Args:
        places: What sends.
        first_wait: Seconds until a failed message is tried again; doubled each time, up to five
            minutes.
    """

    def __init__(
        self, places: Sequence[Outlet], *, first_wait: float = _FIRST_WAIT_SECONDS
    ) -> None:
        self._places = places
        self._first_wait = first_wait
        self._queues: list[asyncio.Queue[_Waiting]] = [asyncio.Queue(_MOST_WAITING) for _ in places]
        self._held: Counter[Hashable] = Counter()

    def holds(self, name: Hashable) -> bool:
        """Whether a message of that name still waits for one of the places."""
        return self._held[name] > 0

    def put(
        self, title: str, text: str, done: Done | None = None, *, name: Hashable = None
    ) -> bool:
        """Send a message when its turn comes. Where a hundred wait already, the oldest goes.

        Args:
            title: Of the message.
            text: What it says.
            done: Called in another thread each time that it has arrived at a place.
            name: By which `holds` knows it.

        Returns:
            Whether there is a place for it to go to.
        """
        for number, queue in enumerate(self._queues, 1):
            if queue.full():
                self._let_go(queue.get_nowait())
                _log.warning("alert_dropped", outlet=number, reason="too many wait")
            queue.put_nowait(_Waiting(title, text, done, name))
            self._held[name] += 1
        return bool(self._queues)

    async def send_forever(self) -> None:
        """Send what is put; ends only by being cancelled."""
        await asyncio.gather(*(self._serve(number) for number in range(len(self._places))))

    async def _serve(self, number: int) -> None:
        while True:
            message = await self._queues[number].get()
            await self._deliver(number, message.title, message.text)
            if message.done is not None:
                await asyncio.to_thread(_call, message.done)
            self._let_go(message)

    def _let_go(self, message: _Waiting) -> None:
        self._held -= Counter([message.name])  # drops what is at zero

    async def _deliver(self, number: int, title: str, text: str) -> None:
        wait = self._first_wait
        while not await asyncio.to_thread(_send, self._places[number], title, text):
            _log.warning("alert_not_sent", outlet=number + 1, again_in_seconds=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)


def _send(place: Outlet, title: str, text: str) -> bool:
    try:
        return place(title, text)
    except Exception as error:  # noqa: BLE001 - a plugin of any kind must not end the alerts
        _log.warning("alert_outlet_failed", kind=type(error).__name__)
        return False


def _call(done: Done) -> None:
    try:
        done()
    except Exception as error:  # noqa: BLE001 - it has arrived, and the next must too
        _log.warning("alert_not_noted", kind=type(error).__name__)


def open_outlets(settings: Settings) -> Outlets:
    """Read the addresses of the settings.

    Args:
        settings: In force.

    Raises:
        InvalidInputError: One of them is no address that apprise knows; the message tells which,
            and not what it says.
    """
    return Outlets([_outlet(service) for service in _open_all("alert_urls", settings.alert_urls)])


def open_mailers(settings: Settings) -> list[Mailer]:
    """Read where reports go.

    Args:
        settings: In force.

    Raises:
        InvalidInputError: One of them is no address that apprise knows; the message tells which,
            and not what it says.
    """
    return [_mailer(service) for service in _open_all("report_urls", settings.report_urls)]


def _open_all(setting: str, urls: SecretStr | None) -> list[Any]:
    text = urls.get_secret_value() if urls else ""
    found = [url for url in _BETWEEN.split(text.strip()) if url]
    return [_open(setting, number, url) for number, url in enumerate(found, 1)]


def _open(setting: str, number: int, url: str) -> Any:
    # 0.3 s of the start and 30 MB, which only those shall pay who want to be told.
    import apprise  # noqa: PLC0415

    asset = apprise.AppriseAsset(app_id="landed", app_desc="landed", async_mode=False)
    service = apprise.Apprise(asset=asset)
    if not service.add(url):
        raise InvalidInputError(
            f"LANDED_{setting.upper()}: address {number} is none that apprise knows; it must look "
            "like mailtos://user:password@example.com or json://host/path.",
            detail=setting,
        )
    return service


def _outlet(service: Any) -> Outlet:
    def send(title: str, text: str) -> bool:
        return bool(service.notify(title=title, body=text))

    return send


def _mailer(service: Any) -> Mailer:
    def send(title: str, html: str, file: str) -> bool:
        return bool(service.notify(title=title, body=html, body_format="html", attach=file))

    return send
