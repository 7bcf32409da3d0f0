"""Where one can go: the pages in the order of the bar at the side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["NAVIGATION", "Link", "LinkGroup"]


@dataclass(frozen=True, slots=True)
class Link:
    """A page: its address and its name."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Pages that belong together."""

    title: str
    links: tuple[Link, ...]


NAVIGATION: Final = (
    LinkGroup(
        "Outcomes",
        (
            Link("/overview", "Overview"),
            Link("/recommendations", "Recommendations"),
            Link("/success", "Success"),
            Link("/revenue", "Revenue"),
        ),
    ),
    LinkGroup(
        "People",
        (
            Link("/engagement", "Engagement"),
            Link("/retention", "Retention"),
            Link("/funnels", "Funnels"),
            Link("/person", "One person"),
        ),
    ),
    LinkGroup(
        "Data",
        (
            Link("/performance", "Performance"),
            Link("/explore", "Explore"),
            Link("/events", "Events"),
            Link("/definitions", "Definitions"),
        ),
    ),
)
"""Every page; the reference of the API follows in the template, since it is another room's."""
