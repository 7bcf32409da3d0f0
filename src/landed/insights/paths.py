"""What people do after something, or before it: `landed.metrics.paths` has the definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from landed.events import GROUPS
from landed.insights.types import Queries
from landed.metrics import PathQuestion

__all__ = [
    "END",
    "IGNORED",
    "OTHER",
    "PathLink",
    "PathNode",
    "PathQueries",
    "Paths",
    "Sequenced",
    "build_paths",
    "fetch_paths",
]

IGNORED: Final = tuple(
    sorted(
        {
            *(name for group in ("operations", "consent", "identity") for name in GROUPS[group]),
            *(name for group in ("experiments", "predictions") for name in GROUPS[group]),
            "session_started",
            "session_ended",
            "page_left",
        }
    )
)
"""What machines record and no person does; it is no place of a path, though it may anchor one."""

OTHER: Final = "(other)"
END: Final = "(end)"


_EVENTS_IN_FULL: Final = 2_000_000


class PathQueries(Queries, Protocol):
    """What paths need of a store."""

    def query_paths(
        self, question: PathQuestion, ignored: Sequence[str], /
    ) -> list[dict[str, Any]]:
        """Answer a question to the paths."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PathNode:
    """The people at one place of their path under one label.

    Attributes:
        place: 1 at the anchor.
        label: Event or page; `OTHER` for the labels that are not named; `END` where the path
            ended before.
        people: How many.
    """

    place: int
    label: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLink:
    """The people who went from one node to one of the next place.

    Attributes:
        place: Of the node they come from.
        source: Its label.
        target: Label of the node they go to.
        people: How many.
    """

    place: int
    source: str
    target: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequenced:
    """The people whose whole path is this one; `ended` when nothing came after it."""

    labels: tuple[str, ...]
    people: int
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The answer to a question.

    Attributes:
        sampled_rate: Share of the people who were read; all numbers are of those.
        people: Everybody with a path.
        sequences: The most frequent ones.
        nodes: At each place the most frequent labels, the end, and the others together.
        links: Between them; what leaves a node is what is in it, but at the last place.
    """

    sampled_rate: float
    people: int
    sequences: tuple[Sequenced, ...]
    nodes: tuple[PathNode, ...]
    links: tuple[PathLink, ...]


def fetch_paths(store: PathQueries, question: PathQuestion) -> Paths:
    """Ask the store: for everybody's path, or every so many people's where there are many events.

    Args:
        store: The store.
        question: A checked question.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    span = {"since": question.since, "until": question.until}
    events = int(store.query("event_volume", span)[0]["events"])
    sampled = replace(question, stride=max(1, -(-events // _EVENTS_IN_FULL)))
    return build_paths(sampled, store.query_paths(sampled, IGNORED))


def build_paths(question: PathQuestion, rows: Sequence[Mapping[str, Any]]) -> Paths:
    """Read the store's rows: whole paths, and totals per place, label and link.

    Args:
        question: What was asked.
        rows: The most frequent first, within a place and number of labels; an empty label is
            the end of a path.
    """
    counts = {(int(row["place"]), tuple(row["labels"])): int(row["people"]) for row in rows}
    kept = {place: _kept(question, counts, place) for place in range(1, question.places + 1)}
    nodes = [
        PathNode(place=place, label=label, people=people)
        for place, found in kept.items()
        for label, people in found.items()
    ]
    links = [link for place in range(1, question.places) for link in _links(counts, kept, place)]
    return Paths(
        sampled_rate=1 / question.stride,
        people=counts.get((1, ()), 0),
        sequences=_sequences(question, counts),
        nodes=tuple(nodes),
        links=tuple(links),
    )


Counts = Mapping[tuple[int, tuple[str, ...]], int]


def _sequences(question: PathQuestion, counts: Counts) -> tuple[Sequenced, ...]:
    whole = [(labels, people) for (place, labels), people in counts.items() if place == 0]
    return tuple(
        Sequenced(
            labels=tuple(label for label in labels if label),
            people=people,
            ended=labels[-1] == "",
        )
        for labels, people in whole[: question.top]
    )


def _kept(question: PathQuestion, counts: Counts, place: int) -> dict[str, int]:
    """The nodes of a place: the largest labels, the end, and the rest."""
    found = {labels[0]: n for (at, labels), n in counts.items() if at == place and len(labels) == 1}
    ended = found.pop("", 0)
    top = dict(list(found.items())[: question.top])
    rest = counts.get((place, ()), 0) - ended - sum(top.values())
    return top | ({OTHER: rest} if rest else {}) | ({END: ended} if ended else {})


def _links(counts: Counts, kept: Mapping[int, Mapping[str, int]], place: int) -> list[PathLink]:
    """Named to named as counted; what is left of each side goes to and comes from the others."""
    nodes, targets = dict(kept[place]), dict(kept[place + 1])
    nodes.pop(END, 0)
    found: dict[tuple[str, str], int] = {}
    for source in nodes:
        for target in targets:
            labels = (source, "" if target == END else target)
            people = counts.get((place, labels), 0)
            if people and OTHER not in (source, target):
                found[source, target] = people
    for source, people in nodes.items():
        if source != OTHER:
            found[source, OTHER] = people - sum(n for (one, _), n in found.items() if one == source)
    for target, people in targets.items():
        left = people - sum(n for (_, one), n in found.items() if one == target)
        found[OTHER, target] = left
    return [
        PathLink(place=place, source=source, target=target, people=people)
        for (source, target), people in found.items()
        if people
    ]
