"""How much one address or one key may ask for, and how often somebody may guess at keys.

Both are kept in this process: behind several servers each has its own count. Behind a proxy
everybody has the proxy's address; raise the limits there, and let the proxy limit.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import structlog

from landed.config import Settings
from landed.errors import RateLimitedError

__all__ = ["Buckets", "Gate", "Guesses", "address_of", "network_of"]

_log = structlog.get_logger(__name__)
_BURST_SECONDS: Final = 10.0
_OWN_RATE: Final = 1 / 10
_OWN_BURST_SECONDS: Final = 120.0
_MOST_NAMES: Final = 50_000
_GUESSING_SECONDS: Final = 600.0
_FIRST_LOCK_SECONDS: Final = 60.0
_LONGEST_LOCK_SECONDS: Final = 3600.0
_FORGET_SECONDS: Final = 86_400.0
_LARGEST_POWER: Final = 10
Monotonic = Callable[[], float]


@lru_cache(4096)
def network_of(host: str) -> str:
    """Give what stands for whoever has an address: itself, or of IPv6 the first 64 bits.

    Args:
        host: An address.

    Examples:
        >>> network_of("192.0.2.7"), network_of("2001:db8::1:2:3:4"), network_of("::ffff:192.0.2.7")
        ('192.0.2.7', '2001:db8::', '192.0.2.7')
    """
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)


def address_of(scope: Mapping[str, Any]) -> str:
    """Give the address that a request comes from; empty where the server cannot tell.

    Args:
        scope: Of the request.
    """
    client = scope.get("client")
    return str(client[0]) if client else ""


class Buckets:
    """Lets each name pass at a rate, with a burst of what some seconds would let pass.

    Args:
        rate: Times per second; 0: always.
        clock: Seconds that never go back.
        burst: How many seconds' worth may come at once.

    Examples:
        >>> buckets = Buckets(1, lambda: 100.0)
        >>> [buckets.take("one") for _ in range(11)][-2:], buckets.take("two")
        ([0.0, 1.0], 0.0)
    """

    def __init__(
        self, rate: float, clock: Monotonic = time.monotonic, *, burst: float = _BURST_SECONDS
    ) -> None:
        self._step = 1 / rate if rate else 0.0
        self._clock = clock
        self._burst = max(burst, self._step)
        # When each name's bucket is full again: one number says all that is needed.
        self._full_at: dict[str, float] = {}

    def take(self, name: str) -> float:
        """Let a name pass, or tell after how many seconds it may try again.

        Args:
            name: Of whoever asks.
        """
        if not self._step:
            return 0.0
        now = self._clock()
        full_at = max(self._full_at.get(name, now), now)
        wait = full_at + self._step - now - self._burst
        if wait > 1e-9:  # noqa: PLR2004 - what sums of floats may be off
            return wait
        if len(self._full_at) >= _MOST_NAMES:
            self._forget(now)
        self._full_at[name] = full_at + self._step
        return 0.0

    def _forget(self, now: float) -> None:
        # A list first: guards run on several threads.
        kept = {name: at for name, at in list(self._full_at.items()) if at > now}
        # Somebody with that many addresses is not stopped by limits on each.
        self._full_at = kept if len(kept) < _MOST_NAMES else {}


@dataclass(slots=True)
class _Guesser:
    """What is remembered of an address from which wrong keys came."""

    since: float
    keys: set[bytes] = field(default_factory=set)
    locked_until: float = 0.0
    locks: int = 0


class Guesses:
    """Locks an address out for a while that tries one wrong key after another.

    The same wrong key again is no guess: a client with an old key shall not lock its neighbours
    out. Each lock of a day is twice as long as the one before it.

    Args:
        most: Different wrong keys in ten minutes; 0: as many as somebody likes.
        clock: Seconds that never go back.

    Examples:
        >>> guesses = Guesses(2, lambda: 100.0)
        >>> [guesses.note("192.0.2.7", key) for key in ("one", "one", "two")]
        [False, False, True]
        >>> guesses.seconds_locked("192.0.2.7"), guesses.seconds_locked("192.0.2.8")
        (60.0, 0.0)
    """

    def __init__(self, most: int, clock: Monotonic = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._guessers: dict[str, _Guesser] = {}

    def seconds_locked(self, name: str) -> float:
        """Tell how long an address is still locked out; 0: it is not.

        Args:
            name: As `network_of` gives it.
        """
        found = self._guessers.get(name)
        return 0.0 if found is None else max(0.0, found.locked_until - self._clock())

    def note(self, name: str, key: str) -> bool:
        """Remember a wrong key; tell whether the address is locked out from now on.

        Args:
            name: Of the address that sent it.
            key: As it was sent; only a digest is remembered.
        """
        if not self._most:
            return False
        now = self._clock()
        one = self._guesser(name, now)
        if len(one.keys) < self._most:  # also while it is locked out, and goes on
            one.keys.add(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8])
        is_enough = len(one.keys) >= self._most and now >= one.locked_until
        if is_enough:
            length = _FIRST_LOCK_SECONDS * 2 ** min(one.locks, _LARGEST_POWER)
            one.locked_until = now + min(length, _LONGEST_LOCK_SECONDS)
            one.locks += 1
            one.keys.clear()
            one.since = now
        return is_enough

    def _guesser(self, name: str, now: float) -> _Guesser:
        if len(self._guessers) >= _MOST_NAMES:
            self._guessers.pop(next(iter(self._guessers)), None)
        one = self._guessers.setdefault(name, _Guesser(now))
        if now - one.since > _GUESSING_SECONDS:
            one.keys.clear()
            if now - one.since > _FORGET_SECONDS:
                one.locks = 0
            one.since = now
        return one


class Gate:
    """The limits of one application.

    Args:
        settings: In force.
    """

    def __init__(self, settings: Settings) -> None:
        self._addresses = {True: Buckets(settings.rate_write), False: Buckets(settings.rate_read)}
        self._keys = {True: Buckets(settings.rate_write), False: Buckets(settings.rate_read)}
        self._guesses = Guesses(settings.lock_out_guesses)
        self._own = Buckets(_OWN_RATE, burst=_OWN_BURST_SECONDS)

    def take_address(self, host: str, *, sends: bool) -> None:
        """Let a request of an address pass.

        Args:
            host: The address.
            sends: Whether it is to a route that takes events.

        Raises:
            RateLimitedError: It asks too often.
        """
        _pass(self._addresses[sends].take(network_of(host)), "this address")

    def take_key(self, secret: str, *, sends: bool) -> None:
        """Let a request with a key pass.

        Args:
            secret: The key, or its digest.
            sends: Whether it is to send events.

        Raises:
            RateLimitedError: It is used too often.
        """
        _pass(self._keys[sends].take(secret), "this key")

    def take_own(self, subject: str) -> None:
        """Let a person pass to what reads or moves all that is kept about them.

        Args:
            subject: Pseudonym of the person.

        Raises:
            RateLimitedError: They ask too often.
        """
        wait = self._own.take(subject)
        if wait:
            raise RateLimitedError(
                "That was asked for a few times just now. Try again after the time in Retry-After.",
                wait_seconds=math.ceil(wait),
            )

    def seconds_locked(self, host: str) -> float:
        """Tell how long an address is still locked out.

        Args:
            host: The address.
        """
        return self._guesses.seconds_locked(network_of(host))

    def note_guess(self, host: str, key: str) -> None:
        """Remember that a wrong key came from an address.

        Args:
            host: The address.
            key: As it was sent.
        """
        if self._guesses.note(network_of(host), key):
            _log.warning("address_locked_out")  # the address itself is somebody's


def _pass(wait: float, who: str) -> None:
    if wait:
        raise RateLimitedError(
            f"Too many requests with {who}. Send again after the time in Retry-After; "
            "LANDED_RATE_READ and LANDED_RATE_WRITE set how many a second there may be.",
            wait_seconds=math.ceil(wait),
        )
