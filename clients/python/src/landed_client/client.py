"""The client: typed events out, numbers in."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from landed_client.delivery import Delivery
from landed_client.encoding import encode_event, time_text
from landed_client.events import MACHINE_EVENTS, Events
from landed_client.events.about import About, Id
from landed_client.flags import FlagBook, FlagReader, Whom
from landed_client.flags.dealing import Answer
from landed_client.flags.reading import Exposures
from landed_client.sender import Sender
from landed_client.session import Session
from landed_client.spool import Spool

__all__ = ["AsyncClient", "Client"]

_log = logging.getLogger("landed_client")
_DEFAULT_URL = "http://127.0.0.1:8000"
_FLAGS_SECONDS = 3.0  # the first question waits for them
_Told = TypeVar("_Told")
_MOST_BYTES = 128 * 1024  # of one event: what the server takes


class Client(Events):
    """Sends events in the background and reads numbers.

    Make one per process and keep it. Sending returns at once, never waits for the network and
    never raises for what the server or the network does: see `dropped` and `set_aside`. Events
    are gathered for a second, sent in gzipped batches, and sent again until the server has them;
    each has an id, so that it counts once.

    Args:
        url: Where landed listens; else `LANDED_URL`, else this machine's port 8000.
        write_key: Sends events; else `LANDED_WRITE_KEY`.
        read_key: Reads numbers; else `LANDED_ADMIN_KEY`. Programs that only send need none.
        spool: Folder for events while the server is away. Without it they wait in memory, and
            what waits is lost with the process. Events hold personal data: keep the folder private.
        max_spool_bytes: How much may wait there.
        max_waiting: How many events may wait in memory; more are dropped and counted.
        every_seconds: How long events are gathered.
        timeout_seconds: For one request.
        context: Said with every event, such as `{"app": {"version": "2.4.1"}}`.
        service: Whose the events are that programs report of themselves.
        flags_key: Reads the definitions of flags: a key of scope `flags`; else the read key.
        flags_every_seconds: How often they are read anew.
        enabled: False: nothing is sent, kept or read, as in a test of the host's.

    Attributes:
        service: As given.
        exposures: Tells who met which variant, each once.

    Raises:
        ValueError: The address is no HTTP address, or there is no write key.
        OSError: The spool's folder cannot be made.

    Examples:
        >>> client = Client("http://127.0.0.1:8000", "lw_…", enabled=False)
        >>> message_id = client.recommendation_clicked(user_id="u-1", job_id="job-9", position=2)
        >>> client.flush()
        True
    """

    def __init__(
        self,
        url: str | None = None,
        write_key: str | None = None,
        *,
        read_key: str | None = None,
        spool: str | Path | None = None,
        max_spool_bytes: int = 100_000_000,
        max_waiting: int = 10_000,
        every_seconds: float = 1.0,
        timeout_seconds: float = 10.0,
        context: Mapping[str, Any] | None = None,
        service: str = "service",
        flags_key: str | None = None,
        flags_every_seconds: float = 30.0,
        enabled: bool = True,
    ) -> None:
        key = write_key or os.environ.get("LANDED_WRITE_KEY", "")
        if enabled and not key:
            raise ValueError("there is no write key: give write_key or set LANDED_WRITE_KEY")
        where = url or os.environ.get("LANDED_URL", _DEFAULT_URL)
        reads = read_key or os.environ.get("LANDED_ADMIN_KEY", "")
        self._delivery = Delivery(where, key, reads, timeout_seconds)
        self._sender = Sender(
            self._delivery,
            Spool(Path(spool), max_spool_bytes) if spool is not None and enabled else None,
            every_seconds=every_seconds,
            max_waiting=max_waiting,
        )
        self._context = dict(context or {})
        self._enabled = enabled
        self.service = service
        flags = Delivery(where, key, flags_key or reads, min(timeout_seconds, _FLAGS_SECONDS))
        self._book = FlagBook(flags.fetch_flags, every_seconds=flags_every_seconds)
        self.exposures = Exposures(self._take)
        self._flags = FlagReader(self._book, self.exposures)

    @property
    def dropped(self) -> int:
        """Events that will never arrive: no room, too large, or refused as a whole."""
        return self._sender.dropped

    @property
    def set_aside(self) -> int:
        """Events that the server could not read; `landed quarantine list` shows them."""
        return self._sender.set_aside

    def capture(self, event: str, about: About, properties: Mapping[str, Any]) -> str:
        """Send an event of any name: the typed methods are forms of this one.

        Args:
            event: Its name, `object_verb` in the past tense.
            about: Whose it is, and when and where it happened.
            properties: What is told; what is None is left out.

        Returns:
            The id under which it counts once.

        Raises:
            TypeError: Nobody is named whose event it is, or `about` has an unknown field.

        Examples:
            >>> client = Client(write_key="lw_…", enabled=False)
            >>> client.capture("coffee_ordered", {"user_id": 7, "message_id": "m-1"}, {"cups": 2})
            'm-1'
        """
        unknown = about.keys() - About.__annotations__.keys()
        if unknown:
            raise TypeError(
                f"{event} has no field {min(unknown)!r}; what is not planned goes into more="
            )
        body = self._body(event, about, {**properties, **(about.get("more") or {})})
        self._put(event, body)
        return str(body["message_id"])

    def _take(self, event: str, about: About, properties: Mapping[str, Any]) -> bool:
        """As `capture`, saying whether the event was taken."""
        return self._put(event, self._body(event, about, dict(properties)))

    def _body(self, event: str, about: About, told: dict[str, Any]) -> dict[str, Any]:
        user_id, anonymous_id = about.get("user_id"), about.get("anonymous_id")
        if user_id is None and anonymous_id is None:
            if event not in MACHINE_EVENTS:
                raise TypeError(f"{event} needs user_id or anonymous_id: whose is it?")
            user_id = self.service
        body = {
            "event": event,
            "user_id": user_id,
            "anonymous_id": anonymous_id,
            "session_id": about.get("session_id"),
            "message_id": about.get("message_id") or str(uuid.uuid4()),
            "occurred_at": time_text(about.get("occurred_at")),
            "properties": {name: value for name, value in told.items() if value is not None},
            "context": {**self._context, **(about.get("context") or {})},
        }
        return {name: value for name, value in body.items() if value is not None}

    def _put(self, event: str, body: dict[str, Any]) -> bool:
        if not self._enabled:
            return False
        try:
            line = encode_event(event, body, most_bytes=_MOST_BYTES)
        except ValueError as error:
            self._sender.drop(str(error))
            return False
        return self._sender.put(line)

    def session(self, user_id: Id, **started: Any) -> Session:
        """Begin a visit: a context manager that says when it began and ended.

        Args:
            user_id: Whose visit.
            **started: Properties of `session_started`, such as `device_type`.

        Examples:
            >>> client = Client(write_key="lw_…", enabled=False)
            >>> with client.session("u-1", device_type="desktop") as visit:
            ...     message_id = visit.page_viewed(path="/jobs")
        """
        return Session(self, user_id, started)

    def flag(
        self,
        key: str,
        default: Any = None,
        *,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        attributes: Mapping[str, Any] | None = None,
        consent: bool | None = None,
        expose: bool = True,
    ) -> Any:
        """Give the value of a flag, or of an experiment.

        It is found here, from definitions that are read anew in the background. While the server
        is away, what was known holds. Only the first question of a process may wait for it.

        Args:
            key: Of the flag or experiment.
            default: What is given where nothing is known of it.
            user_id: Your id of the person.
            anonymous_id: That of the device.
            attributes: What conditions may ask for, and other units.
            consent: Whether the person allows to be dealt variants; None: they said nothing to
                you, and the purpose's basis decides.
            expose: Whether the person meets it now, which is told once where it is an experiment.
                If not, it is told once that they were assigned it.

        Examples:
            >>> client = Client(write_key="lw_…", enabled=False)
            >>> client.flag("new-editor", False, user_id="u-1")
            False
        """
        found = self._ask(
            key, Whom(user_id, anonymous_id, attributes or {}, consent), expose=expose
        )
        return default if found is None or found.value is None else found.value

    def variant(
        self,
        key: str,
        default: str | None = None,
        *,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        attributes: Mapping[str, Any] | None = None,
        consent: bool | None = None,
        expose: bool = True,
    ) -> str | None:
        """Give the variant that somebody gets; who is not in the experiment gets the control.

        Args:
            key: As in `flag`; so are the others.
            default: What is given where nothing is known of it.
            user_id: Your id of the person.
            anonymous_id: That of the device.
            attributes: What conditions may ask for, and other units.
            consent: Whether the person allows it.
            expose: Whether the person meets it now, or was only assigned it.

        Examples:
            >>> client = Client(write_key="lw_…", enabled=False)
            >>> client.variant("resume-tips", "control", user_id="u-1")
            'control'
        """
        found = self._ask(
            key, Whom(user_id, anonymous_id, attributes or {}, consent), expose=expose
        )
        return default if found is None else found.variant

    def exposed(
        self,
        key: str,
        *,
        user_id: Id | None = None,
        anonymous_id: Id | None = None,
        attributes: Mapping[str, Any] | None = None,
        consent: bool | None = None,
    ) -> bool:
        """Tell that somebody meets their variant now, after `variant(…, expose=False)`.

        Args:
            key: As in `flag`; so are the others.
            user_id: Your id of the person.
            anonymous_id: That of the device.
            attributes: What conditions may ask for, and other units.
            consent: Whether the person allows it.

        Returns:
            Whether it is an exposure: not for testers, not for whom the experiment is not, and not
            for a unit such as a company without a person whose event it would be.
        """
        found = self._ask(key, Whom(user_id, anonymous_id, attributes or {}, consent), expose=True)
        return found is not None and found.is_exposure

    def _ask(self, key: str, whom: Whom, *, expose: bool) -> Answer | None:
        return self._flags.ask(key, whom, expose=expose) if self._enabled else None

    @property
    def knows_flags(self) -> bool:
        """Whether definitions of flags were read."""
        return self._book.is_known

    def refresh_flags(self) -> bool:
        """Read the definitions of flags now.

        Returns:
            Whether they changed.

        Raises:
            LandedError: The server refuses or is away; what was known holds.
        """
        return self._enabled and self._book.refresh()

    def read(self, path: str, **params: Any) -> Any:
        """Read an answer of the server's.

        Args:
            path: Such as `/api/analytics/dashboard/overview`.
            **params: Of the query.

        Raises:
            LandedError: The server refuses or is away.
        """
        return self._delivery.read(path, params)

    def open(self, path: str, **params: Any) -> Any:
        """Open an answer to read it in pieces; close it after use.

        Args:
            path: As in `read`.
            **params: Of the query.

        Raises:
            LandedError: The server refuses or is away.
        """
        return self._delivery.open(path, params)

    def query(self, *metrics: str, **params: Any) -> Any:
        """Ask for metrics by name.

        Args:
            *metrics: Names, as in the metric reference.
            **params: `range`, `grain`, `by`, `users`, `timezone` and so on.

        Raises:
            LandedError: The server refuses, naming what is wrong, or is away.
        """
        return self.read("/api/analytics/query", metrics=metrics, **params)

    def flush(self, timeout_seconds: float = 10.0) -> bool:
        """Send all that waits, in memory and in the spool.

        Args:
            timeout_seconds: How long to try.

        Returns:
            Whether the server has everything.
        """
        return self._sender.flush(timeout_seconds)

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Send what waits, or keep it in the spool, and end. Runs at exit by itself.

        Args:
            timeout_seconds: How long to try.
        """
        self._book.stop()
        self._sender.close(timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(Events):
    """The same client for asyncio: events are sent without `await`, the rest is awaited.

    Args:
        *args: As those of `Client`.
        **kwargs: As those of `Client`.

    Examples:
        >>> async def main() -> bool:
        ...     async with AsyncClient(write_key="lw_…", enabled=False) as client:
        ...         client.goal_set(user_id="u-1", goal_type="new_job")
        ...         return await client.flush()
        >>> asyncio.run(main())
        True
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.client = Client(*args, **kwargs)

    def capture(self, event: str, about: About, properties: Mapping[str, Any]) -> str:
        """As `Client.capture`: it returns at once."""
        return self.client.capture(event, about, properties)

    def session(self, user_id: Id, **started: Any) -> Session:
        """As `Client.session`; `async with` works as well."""
        return self.client.session(user_id, **started)

    async def flag(self, key: str, default: Any = None, **whom: Any) -> Any:
        """As `Client.flag`; only before anything is known it waits."""
        return await self._asked(partial(self.client.flag, key, default, **whom))

    async def variant(self, key: str, default: str | None = None, **whom: Any) -> str | None:
        """As `Client.variant`."""
        return await self._asked(partial(self.client.variant, key, default, **whom))

    async def exposed(self, key: str, **whom: Any) -> bool:
        """As `Client.exposed`."""
        return await self._asked(partial(self.client.exposed, key, **whom))

    async def _asked(self, ask: Callable[[], _Told]) -> _Told:
        return ask() if self.client.knows_flags else await asyncio.to_thread(ask)

    async def read(self, path: str, **params: Any) -> Any:
        """As `Client.read`."""
        return await asyncio.to_thread(self.client.read, path, **params)

    async def query(self, *metrics: str, **params: Any) -> Any:
        """As `Client.query`."""
        return await asyncio.to_thread(self.client.query, *metrics, **params)

    async def flush(self, timeout_seconds: float = 10.0) -> bool:
        """As `Client.flush`."""
        return await asyncio.to_thread(self.client.flush, timeout_seconds)

    async def close(self, timeout_seconds: float = 5.0) -> None:
        """As `Client.close`."""
        await asyncio.to_thread(self.client.close, timeout_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
