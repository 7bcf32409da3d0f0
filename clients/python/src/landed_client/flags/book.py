"""What the server offers, in memory and read anew from time to time."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from landed_client.errors import LandedError
from landed_client.flags.dealing import Definition

__all__ = ["Fetch", "FlagBook", "Offer"]

_log = logging.getLogger("landed_client")
_AGAIN_SECONDS: Final = 5.0


class Offer(NamedTuple):
    """What the server offers at a time.

    Attributes:
        tag: By which the server knows it again.
        needs_consent: Whether silence is a no to being dealt anything.
        definitions: By key.
    """

    tag: str
    needs_consent: bool
    definitions: Mapping[str, Definition]


Fetch = Callable[[str], tuple[Mapping[str, Any], str] | None]
"""Reads the offer, given the tag of the known one; None: it is still that one."""


class FlagBook:
    """Holds the definitions; a daemon thread reads them anew. What was known holds meanwhile.

    The first question of a process reads them before it answers. Later ones never wait.

    Args:
        fetch: Reads them.
        every_seconds: How often.
    """

    def __init__(self, fetch: Fetch, *, every_seconds: float) -> None:
        self._fetch = fetch
        self._every = every_seconds
        self._offer: Offer | None = None
        self._begin()
        os.register_at_fork(after_in_child=_forgetting(self))

    def _begin(self) -> None:
        """A forked child knows what its parent knew, and reads anew by itself."""
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._is_watched = False

    @property
    def is_known(self) -> bool:
        """Whether there is anything to answer from."""
        return self._offer is not None

    def current(self) -> Offer | None:
        """Give what is offered; None: the server was never there."""
        if not self._is_watched and not self._stopping.is_set():
            self._watch()
        return self._offer

    def _watch(self) -> None:
        with self._lock:
            if self._is_watched:
                return
            if self._offer is None:
                self._try()
            threading.Thread(target=self._read_on, name="landed-flags", daemon=True).start()
            self._is_watched = True

    def _read_on(self) -> None:
        stopping = self._stopping
        while not stopping.wait(self._every if self._offer else min(self._every, _AGAIN_SECONDS)):
            self._try()

    def _try(self) -> None:
        try:
            self.refresh()
        except LandedError as error:
            _log.warning("flags are %s: %s", "old" if self._offer else "unknown", error)

    def refresh(self) -> bool:
        """Read the definitions now.

        Returns:
            Whether they changed.

        Raises:
            LandedError: The server refuses, is away, or tells no offer; what was known holds.
        """
        known = self._offer
        found = self._fetch(known.tag if known else "")
        if found is None:
            return False
        try:
            self._offer = _read(*found)
        except (KeyError, TypeError, AttributeError) as error:
            raise LandedError(0, "no_offer", "The answer is no offer of flags.") from error
        return True

    def stop(self) -> None:
        """Read no more."""
        self._stopping.set()


def _read(body: Mapping[str, Any], tag: str) -> Offer:
    both = [*body["flags"], *body["experiments"]]
    return Offer(tag, bool(body["needs_consent"]), {one["key"]: one for one in both})


def _forgetting(book: FlagBook) -> Callable[[], None]:
    known = weakref.ref(book)

    def begin() -> None:
        one = known()
        if one is not None:
            one._begin()  # noqa: SLF001 - our own

    return begin
