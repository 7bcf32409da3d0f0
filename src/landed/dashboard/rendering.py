"""Templates: Jinja2 with escaping always on and every unknown name an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from landed.charts import bundle_name
from landed.dashboard.assets import static_path
from landed.dashboard.navigation import links_for
from landed.dashboard.types import ErrorView, Frame
from landed.errors import LandedError

__all__ = ["make_frame", "render_error", "render_html"]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("landed.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def make_frame(title: str, path: str, role: str = "") -> Frame:
    """Describe what every page has.

    Args:
        title: Of the page, without the product's name.
        path: Of the page, to mark it in the navigation.
        role: Of who signed in; empty where nobody did.
    """
    return Frame(
        title=title,
        static=static_path(),
        vega=f"/static/vega/{bundle_name()}",
        path=path,
        navigation=links_for(role),
        role=role,
    )


def render_html(template: str, view: Any) -> str:
    """Write a page.

    Args:
        template: File name in the `templates` folder.
        view: What it shows, a frozen dataclass; the template knows it as `view`.

    Examples:
        >>> from landed.dashboard.types import ErrorView
        >>> view = ErrorView(
        ...     frame=make_frame("Oh", "/"), heading="<Oh>", message="No.", field=""
        ... )
        >>> "&lt;Oh&gt;" in render_html("error.html", view)
        True
    """
    return _environment().get_template(template).render(view=view)


def render_error(error: LandedError, path: str, role: str = "") -> str:
    """Write what is wrong with an address, and the way on.

    Args:
        error: What is wrong.
        path: Of the page that was asked for.
        role: Of who signed in; empty where nobody did.
    """
    view = ErrorView(
        frame=make_frame("Cannot be shown", path, role),
        heading="This address cannot be shown",
        message=error.message,
        field=error.detail or "",
    )
    return render_html("error.html", view)
