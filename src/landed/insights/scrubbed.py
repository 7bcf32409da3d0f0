"""What the scrubber took out of the events that came in lately, by kind and by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from landed.insights.estimates import Estimate, share
from landed.privacy import Kind

__all__ = ["MarkedField", "Scrubbed", "ScrubbedQueries", "fetch_scrubbed"]

_MOST: Final = 5_000
_MARKS: Final = f"⟨({'|'.join(Kind.__members__)})(?:_[0-9]+)?⟩"
"""Also numbered ones, which a client may have written."""


class ScrubbedQueries(Protocol):
    """What answers the questions."""

    def query(self, name: str, parameters: dict[str, Any] | None = None, /) -> list[dict[str, Any]]:
        """Answer a named query."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedField:
    """A property in which marks stand.

    Attributes:
        event: Of which kind of event.
        field: Its name.
        kind: Which mark.
        marked: In how many events of the kind it stands, of those that were looked at.
    """

    event: str
    field: str
    kind: str
    marked: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """What the scrubber took out.

    Attributes:
        since: From when on events were looked at: the latest ones.
        looked_at: How many.
        all_events: How many there are in the period, about.
        any_kind: In how many of them something was taken out.
        kinds: The same for each kind of mark, the most frequent first.
        fields: Where, the most frequent first.
    """

    since: datetime
    looked_at: int
    all_events: int
    any_kind: Estimate
    kinds: tuple[tuple[str, Estimate], ...]
    fields: tuple[MarkedField, ...]


def fetch_scrubbed(store: ScrubbedQueries, since: datetime, until: datetime) -> Scrubbed:
    """Look at the latest events of a time, some thousands at most.

    Args:
        store: Answers the questions.
        since: From when on.
        until: Before.

    Raises:
        StoreError: The store is away.
    """
    (span,) = store.query("latest_span", {"since": since, "until": until, "most": _MOST})
    every = max(1, round(int(span["events"]) / _MOST))
    wanted = {"since": span["begun_at"], "until": until, "every": every, "marks": _MARKS}
    rows = store.query("scrubbed", wanted)
    sizes = {row["event"]: int(row["events"]) for row in rows if not row["kind"]}
    size = sum(sizes.values())
    return Scrubbed(
        since=span["begun_at"],
        looked_at=size,
        all_events=max(int(span["all_events"]), size),
        any_kind=share(_sum(rows, "*"), size),
        kinds=tuple(sorted(_kinds(rows, size), key=lambda one: (-(one[1].value or 0), one[0]))),
        fields=tuple(
            MarkedField(
                event=row["event"],
                field=row["field"],
                kind=row["kind"],
                marked=share(int(row["events"]), sizes[row["event"]]),
            )
            for row in rows
            if row["field"]
        ),
    )


def _kinds(rows: Sequence[dict[str, Any]], size: int) -> list[tuple[str, Estimate]]:
    found = {row["kind"] for row in rows} - {"", "*"}
    return [(kind, share(_sum(rows, kind), size)) for kind in found]


def _sum(rows: Sequence[dict[str, Any]], kind: str) -> int:
    return sum(int(row["events"]) for row in rows if row["kind"] == kind and not row["field"])
