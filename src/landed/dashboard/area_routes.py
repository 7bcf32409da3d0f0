"""The routes of pages made of panels: one form for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from time import monotonic
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, urlencode

from litestar import MediaType, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body
from litestar.response import Redirect, ServerSentEvent

from landed.collect.decode import replies
from landed.dashboard.grids import Grid, show_grid, write_csv
from landed.dashboard.live import Rendered, follow
from landed.dashboard.pages import Pages, pages_of
from landed.dashboard.panels import Asked, Block, PagePlan, PageView, Panel, PanelView, Part
from landed.dashboard.period_menu import build_period_menu
from landed.dashboard.rendering import make_frame, render_error, render_html
from landed.dashboard.saving import SavedView, fetch_saved_views, save_view
from landed.dashboard.types import Definition
from landed.dashboard.wording import define, span_words
from landed.errors import LandedError, NotFoundError
from landed.insights import Period, parse_period

__all__ = [
    "NO_STORE",
    "Area",
    "Audience",
    "area_handlers",
    "asked_of",
    "csv_answer",
    "html_answer",
    "no_such_panel",
    "problem_answer",
    "role_of",
]

NO_STORE: Final = {"Cache-Control": "no-store"}
_PATIENCE_SECONDS: Final = 8.0
_PERIOD_NAMES: Final = frozenset({"range", "from", "to", "zone"})
_SLOW: Final = "is still being computed; reload the page in a moment"

AnyRequest = Request[Any, Any, Any]
Audience = Literal["viewers", "admins", "person"]
Params = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A page.

    Attributes:
        path: Its address.
        make: Says what it is made of, for a request.
        keep: How long what was fetched is good.
        template: Its form, where it has more than panels.
        is_live: Whether it changes by itself while it is looked at.
        audience: Who may see it: those who see the pages, of them the admins only, or the person
            whom it is about.
        can_save: Whether its addresses can be given names.
        audit: What the audit log calls a look at it; empty: it is not noted.
    """

    path: str
    make: Callable[[Asked], PagePlan]
    keep: timedelta = timedelta(minutes=1)
    template: str = "panels.html"
    is_live: bool = False
    audience: Audience = "viewers"
    can_save: bool = False
    audit: str = ""


@dataclass(frozen=True)
class ViewForm:
    """What the form of a saved view sends: its name, what is chosen, and days to keep with it."""

    name: str
    address: str
    days: str = ""

    @property
    def whole(self) -> str:
        """The address with the days, where they are kept; without an address the name goes."""
        return f"{self.days}&{self.address}" if self.days and self.address else self.address


def area_handlers(area: Area) -> list[HTTPRouteHandler]:
    """Make the routes of a page: the page, its tables as files, and its changes if it is live.

    Args:
        area: The page.
    """
    name = area.path.strip("/")

    noted = {"audit": area.audit} if area.audit else {}

    @get(area.path, opt=noted, sync_to_thread=True, include_in_schema=False, name=f"page_{name}")
    def show(request: AnyRequest) -> Response[str]:
        pages = pages_of(request.app)
        try:
            return html_answer(_page(area, pages, asked_of(pages, request)), 200)
        except LandedError as error:
            return html_answer(render_error(error, area.path, role_of(request)), error.status)

    @get(
        f"{area.path}.csv",
        opt=noted,
        sync_to_thread=True,
        include_in_schema=False,
        name=f"csv_{name}",
    )
    def send_csv(request: AnyRequest) -> Response[Any]:
        pages = pages_of(request.app)
        try:
            panel = _find_panel(area, pages, request)
        except LandedError as error:
            return problem_answer(error)
        return csv_answer(name, panel.id, panel.grid)

    handlers: list[HTTPRouteHandler] = [show, send_csv]
    if area.is_live:
        handlers.append(_live_handler(area, name))
    if area.can_save:
        handlers.append(_saving_handler(area, name))
    return handlers


def _live_handler(area: Area, name: str) -> HTTPRouteHandler:
    @get(f"{area.path}/live", sync_to_thread=False, include_in_schema=False, name=f"live_{name}")
    def send_changes(request: AnyRequest) -> ServerSentEvent:
        pages = pages_of(request.app)
        messages = follow(
            pages.watch.freshness,
            lambda: _rendered(area, pages, request),
            stopping=pages.stopping,
            timing=pages.timing,
        )
        return ServerSentEvent(messages, retry_duration=2000)

    return send_changes


def _saving_handler(area: Area, name: str) -> HTTPRouteHandler:
    @post(f"{area.path}/saved", sync_to_thread=True, include_in_schema=False, name=f"save_{name}")
    def save(
        request: AnyRequest,
        data: Annotated[ViewForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
    ) -> Response[Any]:
        pages = pages_of(request.app)
        try:
            _check_address(area, pages, data.whole)
            kept = save_view(pages.services.store, area.path, data.name, data.whole)
        except LandedError as error:
            return html_answer(render_error(error, area.path, role_of(request)), error.status)
        return Redirect(f"{area.path}?{kept.address}", status_code=303)

    return save


def _check_address(area: Area, pages: Pages, address: str) -> None:
    """An address that the page cannot follow is not kept."""
    params: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(address):
        params[name] = (*params.get(name, ()), value)
    area.make(_ask(pages, params))


def role_of(request: AnyRequest) -> str:
    """The role of who signed in, as the guard found it; empty where nobody had to.

    Args:
        request: To a page.
    """
    return str(request.state.get("role", ""))


def html_answer(html: str, status: int) -> Response[str]:
    """An answer that is never kept by the browser.

    Args:
        html: The page.
        status: Of the answer.
    """
    return Response(html, media_type=MediaType.HTML, status_code=status, headers=NO_STORE)


def csv_answer(page: str, panel: str, grid: Grid | None) -> Response[str]:
    """A table as a file with a name.

    Args:
        page: That it stands on.
        panel: Its own name there.
        grid: What it holds; None: nothing.
    """
    file = f'attachment; filename="{page}-{panel.replace(".", "-")}.csv"'
    return Response(
        write_csv(grid) if grid else "",
        media_type="text/csv",
        headers={**NO_STORE, "Content-Disposition": file},
    )


def problem_answer(error: LandedError) -> Response[Any]:
    """What is wrong, for programs.

    Args:
        error: What was raised.
    """
    return Response(
        replies.error(error), status_code=error.status, media_type="application/problem+json"
    )


def no_such_panel(wanted: str, names: Sequence[str]) -> NotFoundError:
    """The error where an address names a panel that its page has not.

    Args:
        wanted: As the address has it.
        names: Of the parts of the page.
    """
    return NotFoundError(
        f"panel is {wanted[:40]!r}; the parts of this page are: {', '.join(names)}", detail="panel"
    )


def asked_of(pages: Pages, request: AnyRequest) -> Asked:
    """Read what a request asks for.

    Args:
        pages: Of the application.
        request: To a page.

    Raises:
        InvalidInputError: The period breaks its rule.
    """
    params = {name: tuple(values) for name, values in request.query_params.dict().items()}
    asked = _ask(pages, params)
    return replace(
        asked,
        role=role_of(request),
        subject=str(request.state.get("subject", "")),
        seal=str(request.state.get("seal", "")),
    )


def _ask(pages: Pages, params: Params) -> Asked:
    now = pages.services.clock().astimezone(UTC)
    period = parse_period({name: values[-1] for name, values in params.items()}, now)
    return Asked(services=pages.services, now=now, period=period, params=params)


def _rendered(area: Area, pages: Pages, request: AnyRequest) -> Rendered:
    try:
        mark = pages.watch.freshness().mark
        return Rendered(_page(area, pages, asked_of(pages, request)), mark)
    except LandedError as error:
        return Rendered(render_error(error, area.path, role_of(request)), None)


def _page(area: Area, pages: Pages, asked: Asked) -> str:
    plan = area.make(asked)
    fetched = _fetch(area, pages, asked, plan.parts)
    blocks = [one for one in fetched if isinstance(one, Block)]
    missing = [one for one in fetched if isinstance(one, str)]
    address = _address(asked.period, plan)
    panels = [panel for block in blocks for panel in block.panels]
    view = PageView(
        frame=make_frame(plan.title, area.path, asked.role),
        plan=plan,
        menu=build_period_menu(area.path, asked.period, _kept(plan)),
        hidden=(*asked.period.to_query().items(), *plan.kept),
        period_words=span_words(asked.period.first_on, asked.period.last_on),
        tiles=tuple(tile for block in blocks for tile in block.tiles),
        panels=tuple(_panel_view(panel, f"{area.path}.csv", address) for panel in panels),
        missing=tuple(missing),
        saved=_saved(area, pages),
        address=urlencode(_kept(plan)),
        days=asked.period.to_query_string(),
        live_href=f"{area.path}/live?{urlencode(address)}" if area.is_live else "",
    )
    return render_html(area.template, view)


def _saved(area: Area, pages: Pages) -> tuple[SavedView, ...] | None:
    if not area.can_save:
        return None
    try:
        return fetch_saved_views(pages.services.store, area.path)
    except LandedError:
        return ()  # the page's own parts say what is wrong with the store


def _fetch(area: Area, pages: Pages, asked: Asked, parts: Sequence[Part]) -> list[Block | str]:
    """Each part's block, or what is said where it is missing."""
    started = monotonic()
    waiting = [(part, _start(area, pages, asked, part)) for part in parts]
    return [
        _outcome(part, future, _PATIENCE_SECONDS - (monotonic() - started))
        for part, future in waiting
    ]


def _start(area: Area, pages: Pages, asked: Asked, part: Part) -> Future[Block]:
    """Fetch on a thread, or take what was fetched a moment ago."""
    if part.is_fresh:
        return pages.pool.submit(part.fetch)
    wishes = tuple(sorted(asked.params.items()))
    key = (area.path, asked.role, asked.subject, wishes, part.name)
    return pages.pool.submit(pages.blocks(area.keep).get, key, part.fetch)


def _outcome(part: Part, future: Future[Block], seconds: float) -> Block | str:
    try:
        return future.result(max(0.0, seconds))
    except TooSlow:
        return f"{part.title} {_SLOW}."
    except LandedError as error:
        return f"{part.title}: {error.message}"


def _panel_view(panel: Panel, path: str, address: Sequence[tuple[str, str]]) -> PanelView:
    return PanelView(
        panel=panel,
        definition=_define(panel) if panel.metric else None,
        table=show_grid(panel.grid) if panel.grid and panel.grid.rows else None,
        csv_href=f"{path}?{urlencode([*address, ('panel', panel.id)])}",
    )


def _define(panel: Panel) -> Definition:
    return replace(define(panel.metric, panel.id.replace(".", "-")), title=panel.title)


def _kept(plan: PagePlan) -> list[tuple[str, str]]:
    return [
        *((field.name, field.chosen) for field in plan.fields if field.chosen),
        *plan.kept,
    ]


def _address(period: Period, plan: PagePlan) -> list[tuple[str, str]]:
    return [*period.to_query().items(), *_kept(plan)]


def _find_panel(area: Area, pages: Pages, request: AnyRequest) -> Panel:
    """The panel that the address names; its first one where it names none."""
    asked = asked_of(pages, request)
    wanted = asked.one("panel")
    wishes = {name: value for name, value in asked.params.items() if name != "panel"}
    asked = replace(asked, params=wishes)
    parts = area.make(asked).parts
    for part in parts:
        if not wanted or part.name == wanted.partition(".")[0]:
            block = _start(area, pages, asked, part).result()
            for panel in block.panels:
                if panel.grid is not None and panel.id == (wanted or panel.id):
                    return panel
    raise no_such_panel(wanted, [part.name for part in parts])
