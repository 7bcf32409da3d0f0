"""Where one can go: the pages in the order of the bar at the side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

__all__ = ["NAVIGATION", "Link", "LinkGroup", "links_for"]


@dataclass(frozen=True, slots=True)
class Link:
    """A page: its address, its name, and whether only admins may see it."""

    path: str
    title: str
    is_for_admins: bool = False


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
            Link("/experiments", "Experiments"),
        ),
    ),
    LinkGroup(
        "People",
        (
            Link("/engagement", "Engagement"),
            Link("/retention", "Retention"),
            Link("/funnels", "Funnels"),
            Link("/person", "One person", is_for_admins=True),
        ),
    ),
    LinkGroup(
        "Data",
        (
            Link("/performance", "Performance"),
            Link("/explore", "Explore"),
            Link("/events", "Events"),
            Link("/definitions", "Definitions"),
            Link("/privacy", "Privacy", is_for_admins=True),
            Link("/audit", "Audit", is_for_admins=True),
        ),
    ),
)
"""Every page; the reference of the API follows in the template, since it is another room's."""


def links_for(role: str) -> tuple[LinkGroup, ...]:
    """The pages that somebody may see.

    Args:
        role: admin, analyst or person; empty where the pages are open to everybody.

    Examples:
        >>> [len(links_for(role)) for role in ("admin", "analyst", "person")]
        [3, 3, 0]
    """
    if role == "person":
        return ()
    return tuple(
        replace(
            group,
            links=tuple(
                link for link in group.links if role != "analyst" or not link.is_for_admins
            ),
        )
        for group in NAVIGATION
    )
