"""Definitions: every metric, what it answers and how it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from landed.dashboard.types import Frame
from landed.metrics import METRICS, UNIT_WORDS, Area, Metric

__all__ = ["Chapter", "DefinitionsView", "Entry", "build_definitions_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One metric.

    Attributes:
        name: Its one name.
        title: Its label.
        question: What it answers.
        formula: How it is computed.
        facts: Unit and what is counted.
        caveat: What a reader must know.
        explore_href: Where it is shown; empty where an endpoint of its own answers.
        endpoint: That endpoint, else empty.
    """

    name: str
    title: str
    question: str
    formula: str
    facts: str
    caveat: str
    explore_href: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The metrics of an area."""

    name: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsView:
    """What the page writes."""

    frame: Frame
    chapters: tuple[Chapter, ...]
    count: int


def build_definitions_view(frame: Frame) -> DefinitionsView:
    """Write all metrics, by area.

    Args:
        frame: What every page has.
    """
    chapters = tuple(
        Chapter(
            name=area,
            title=area.capitalize(),
            entries=tuple(_entry(one) for one in METRICS.values() if one.area == area),
        )
        for area in get_args(Area)
    )
    return DefinitionsView(frame=frame, chapters=chapters, count=len(METRICS))


def _entry(one: Metric) -> Entry:
    return Entry(
        name=one.name,
        title=one.title,
        question=one.question,
        formula=one.formula,
        facts=f"{UNIT_WORDS[one.unit]} · {one.grain}",
        caveat=one.caveat,
        explore_href=f"/explore?metric={one.name}" if one.measure else "",
        endpoint=one.endpoint,
    )
