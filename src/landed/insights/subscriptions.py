"""What subscriptions bring a month: every change of it, in order, and the state at any time.

The book has one entry for each change of a subscription's monthly amount, and says what it is
to the customer, who may hold several: `new` (never paid before), `reactivation` (paid before,
then nothing), `expansion`, `contraction` and `churned` (nothing is left). An entry is
`discovered` where the log shows a subscription that it has not seen begin, because its history
was not imported: what it brought before counts from that moment on, since nobody knows when it
began. So the recurring revenue at a time is the sum of all entries before it, always.

* A yearly price counts a twelfth a month, a trial nothing until something is paid.
* Amounts in two currencies are never added up: each currency has its own book. A subscription
  that changes its currency leaves the one and enters the other.
* Events count in the order in which they happened, however late they arrive. The last one
  states the subscription: a change after a cancellation begins it again.
* A cancellation without a currency is in the one that the subscription had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from landed.insights.types import Queries

__all__ = [
    "MOVEMENTS",
    "Entry",
    "Movement",
    "Standing",
    "build_book",
    "fetch_book",
    "standing_at",
]

Movement = Literal["new", "expansion", "contraction", "churned", "reactivation", "discovered"]

MOVEMENTS: Final[tuple[Movement, ...]] = (
    "new",
    "expansion",
    "contraction",
    "churned",
    "reactivation",
    "discovered",
)
"""Every kind of change; the recurring revenue moves by their sum."""

_DEFAULT_CURRENCY: Final = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of what a subscription brings a month.

    Attributes:
        at: When.
        movement: What it is to the customer; None where nothing is paid before or after.
        subscription: Its id.
        customer: Who holds it: the person of its first event.
        currency: Of the amounts.
        plan: From now on; empty where no event said it.
        before: What it brought a month.
        after: What it brings from now on.
        customers: 1 where it makes a customer, -1 where it ends one, else 0.
        cancelled: Whether the subscription ended here.
        reason: Why, from the host's list.
    """

    at: datetime
    movement: Movement | None
    subscription: str
    customer: str
    currency: str
    plan: str
    before: float
    after: float
    customers: int = 0
    cancelled: bool = False
    reason: str = ""

    @property
    def change(self) -> float:
        """By how much the recurring revenue moves."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A subscription that brings something at a time."""

    customer: str
    currency: str
    plan: str
    monthly: float


@dataclass(slots=True)
class _Subscription:
    """What is known of one while the log is read."""

    customer: str
    currency: str
    plan: str
    monthly: float


def fetch_book(store: Queries, until: datetime) -> tuple[Entry, ...]:
    """Read all subscription events before a time and put them into a book.

    Args:
        store: The store.
        until: Aware.

    Raises:
        QueryError: The store refused the query: limits (a million events) or time.
        StoreError: The store is away.
    """
    return build_book(store.query("revenue_log", {"until": until}))


def build_book(rows: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Put subscription events into a book.

    Args:
        rows: As `revenue_log` gives them, in order of time.

    Examples:
        >>> from datetime import UTC
        >>> row = {"subscription": "s1", "person": "p", "plan": "premium", "currency": "USD",
        ...        "reason": "", "is_trial": 0, "monthly_before": None}
        >>> first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
        >>> book = build_book([
        ...     row | {"event": "subscription_started", "at": first, "monthly": 19.0},
        ...     row | {"event": "subscription_cancelled", "at": last, "monthly": None},
        ... ])
        >>> [(entry.movement, entry.change) for entry in book]
        [('new', 19.0), ('churned', -19.0)]
    """
    return tuple(_Book().read(rows))


class _Book:
    """The state of all subscriptions and customers while the log is read."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, _Subscription] = {}
        # What each customer pays for in each currency. Summed anew for each entry, so that a
        # customer without subscriptions pays exactly nothing.
        self._paying: dict[tuple[str, str], dict[str, float]] = {}
        self._has_paid: set[tuple[str, str]] = set()

    def read(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
        for row in rows:
            known = self._subscriptions.get(row["subscription"])
            if known is None:
                known = self._begin(row)
                yield from self._discover(row, known)
            yield from self._move(row, known)

    def _begin(self, row: Mapping[str, Any]) -> _Subscription:
        currency = row["currency"] or _DEFAULT_CURRENCY
        known = _Subscription(row["person"], currency, row["plan"], 0.0)
        self._subscriptions[row["subscription"]] = known
        return known

    def _discover(self, row: Mapping[str, Any], known: _Subscription) -> Iterator[Entry]:
        if row["event"] == "subscription_started":
            return
        said = row["monthly_before"]
        paid = row["monthly"] if said is None else said
        if paid:
            yield self._write(row, known, paid, discovered=True)

    def _move(self, row: Mapping[str, Any], known: _Subscription) -> Iterator[Entry]:
        cancelled = row["event"] == "subscription_cancelled"
        after = 0.0 if cancelled else row["monthly"] or 0.0
        currency = row["currency"] or known.currency
        if currency != known.currency:
            yield self._write(row, known, 0.0)
            known.currency = currency
            if cancelled:
                return
        plan, known.plan = known.plan, row["plan"] or known.plan
        if cancelled or after != known.monthly or known.plan != plan:
            yield self._write(row, known, after, cancelled=cancelled)

    def _write(
        self,
        row: Mapping[str, Any],
        known: _Subscription,
        after: float,
        *,
        cancelled: bool = False,
        discovered: bool = False,
    ) -> Entry:
        book = known.customer, known.currency
        held = self._paying.setdefault(book, {})
        before, had = known.monthly, sum(held.values())
        held[row["subscription"]] = known.monthly = after
        has = sum(held.values())
        movement = _movement(had, has, has_paid=book in self._has_paid)
        if has:
            self._has_paid.add(book)
        return Entry(
            at=row["at"],
            movement="discovered" if discovered else movement,
            subscription=row["subscription"],
            customer=known.customer,
            currency=known.currency,
            plan=known.plan,
            before=before,
            after=after,
            customers=(has > 0) - (had > 0),
            cancelled=cancelled,
            reason=row["reason"] if cancelled else "",
        )


def _movement(had: float, has: float, *, has_paid: bool) -> Movement | None:
    if had == has:
        return None
    if not had:
        return "reactivation" if has_paid else "new"
    if not has:
        return "churned"
    return "expansion" if has > had else "contraction"


def standing_at(book: Sequence[Entry], at: datetime) -> tuple[Standing, ...]:
    """Say which subscriptions bring something at a time.

    Args:
        book: Entries in order of time.
        at: Aware; what happens at this very moment has not happened yet.
    """
    last: dict[tuple[str, str], Entry] = {}
    for entry in book:
        if entry.at >= at:
            break
        last[entry.subscription, entry.currency] = entry
    return tuple(
        Standing(
            customer=entry.customer,
            currency=entry.currency,
            plan=entry.plan,
            monthly=entry.after,
        )
        for entry in last.values()
        if entry.after
    )
