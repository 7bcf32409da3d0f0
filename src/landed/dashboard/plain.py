"""Pages whose content another room made: the frame around it is ours."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from landed.dashboard.rendering import make_frame, render_html
from landed.dashboard.types import Frame

__all__ = ["PlainView", "render_plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainView:
    """What `plain.html` shows.

    Attributes:
        frame: What every page has.
        body: Ready-made HTML, every value in it escaped by its maker.
    """

    frame: Frame
    body: Markup


def render_plain(title: str, path: str, body: str, role: str = "") -> str:
    """Put ready-made HTML into the frame that all pages share.

    Args:
        title: Of the page, without the product's name.
        path: Of the page, to mark it in the navigation.
        body: HTML; the caller has escaped every value in it.
        role: Of who looks; a person sees no way to pages that are not theirs.

    Examples:
        >>> "<h1>Sign in</h1>" in render_plain("Sign in", "/login", "<h1>Sign in</h1>")
        True
    """
    # The body is HTML by contract: its makers escape with html.escape, and their tests try.
    view = PlainView(frame=make_frame(title, path, role), body=Markup(body))  # noqa: S704
    return render_html("plain.html", view)
