"""The routes of the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from litestar import MediaType, Request, Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, ServerSentEvent
from litestar.types import ControllerRouterHandler, Guard

from landed.charts import bundle_name
from landed.dashboard.area_routes import (
    NO_STORE,
    Audience,
    area_handlers,
    asked_of,
    csv_answer,
    html_answer,
    no_such_panel,
    problem_answer,
    role_of,
)
from landed.dashboard.areas import AREAS
from landed.dashboard.assets import IMMUTABLE, find_asset, static_path
from landed.dashboard.definitions import build_definitions_view
from landed.dashboard.experiments.routes import experiment_handlers
from landed.dashboard.headers import SECURITY_HEADERS
from landed.dashboard.live import Rendered, follow
from landed.dashboard.overview_grids import OVERVIEW_TABLES, check_known, overview_grids
from landed.dashboard.pages import Pages, pages_of
from landed.dashboard.rendering import make_frame, render_error, render_html
from landed.dashboard.report import fetch_report
from landed.dashboard.types import EmptyView
from landed.dashboard.view import build_checks, build_overview_view
from landed.errors import InvalidInputError, LandedError, NotFoundError
from landed.insights import Overview, Period, parse_period

__all__ = ["page_handlers"]

_BUNDLE_WAIT_SECONDS: Final = 20
_SCRIPT: Final = "text/javascript; charset=utf-8"

AnyRequest = Request[Any, Any, Any]


def page_handlers(
    guards: Sequence[Guard] = (), personal: Sequence[Guard] = (), own: Sequence[Guard] = ()
) -> list[ControllerRouterHandler]:
    """Return the routes of the pages.

    They need `request.app.state.services` (`landed.dashboard.Services`). The static files
    are not guarded: a log-in page needs them too, and they hold nothing of an installation.

    Args:
        guards: Who may see the pages.
        personal: Who may see one person.
        own: Who may see a person's own page.

    Examples:
        >>> len(page_handlers())
        4
    """
    audiences: dict[Audience, tuple[Sequence[Guard], list[ControllerRouterHandler]]] = {
        "viewers": (
            guards,
            [
                show_start,
                show_overview,
                show_overview_json,
                send_overview_csv,
                show_overview_live,
                show_report_json,
                show_definitions,
                *experiment_handlers(),
            ],
        ),
        "admins": (personal, [find_person]),
        "person": (own, []),
    }
    for area in AREAS:
        audiences[area.audience][1].extend(area_handlers(area))
    routers = [
        Router(path="/", route_handlers=found, guards=[*who], response_headers=SECURITY_HEADERS)
        for who, found in audiences.values()
    ]
    static = Router(
        path="/",
        route_handlers=[send_static, send_vega, send_icon],
        response_headers=SECURITY_HEADERS,
    )
    return [*routers, static]


@get("/", sync_to_thread=False, include_in_schema=False)
def show_start() -> Redirect:
    """Lead to the overview."""
    return Redirect("/overview", status_code=302)


@get("/overview", sync_to_thread=True, include_in_schema=False)
def show_overview(request: AnyRequest) -> Response[str]:
    """Show the overview; its address is its state."""
    pages = pages_of(request.app)
    try:
        html = _overview_page(pages, request, _now(pages)).html
    except InvalidInputError as error:
        return html_answer(render_error(error, "/overview", role_of(request)), error.status)
    return html_answer(html, 200)


@get("/overview.json", sync_to_thread=True)
def show_overview_json(request: AnyRequest) -> Response[Any]:
    """Answer the overview as JSON: the same numbers that the page shows."""
    pages = pages_of(request.app)
    try:
        period, compare = _asked(request.query_params, _now(pages))
        overview = pages.watch.overview(period, compare=compare)
    except InvalidInputError as error:
        return problem_answer(error)
    return Response(_json_twin(overview), headers=NO_STORE)


@get("/overview.csv", sync_to_thread=True, include_in_schema=False)
def send_overview_csv(request: AnyRequest) -> Response[Any]:
    """Send one of the overview's tables: the one that the address names, else the first."""
    pages = pages_of(request.app)
    name = request.query_params.get("panel") or next(iter(OVERVIEW_TABLES))
    try:
        if name not in OVERVIEW_TABLES:
            raise no_such_panel(name, [*OVERVIEW_TABLES])
        period, compare = _asked(request.query_params, _now(pages))
        overview = pages.watch.overview(period, compare=compare)
        check_known(overview, name)
    except LandedError as error:
        return problem_answer(error)
    return csv_answer("overview", name, overview_grids(overview)[name])


@get("/report.json", sync_to_thread=True, summary="The report's content")
def show_report_json(request: AnyRequest) -> Response[Any]:
    """Answer what `landed report` writes: headline numbers, sections, and charts to be drawn."""
    try:
        found = fetch_report(asked_of(pages_of(request.app), request))
    except InvalidInputError as error:
        return problem_answer(error)
    return Response(found, headers=NO_STORE)


@get("/overview/live", sync_to_thread=False, include_in_schema=False)
def show_overview_live(request: AnyRequest) -> Response[Any]:
    """Stream the changes of the overview to one viewer."""
    pages = pages_of(request.app)
    try:
        _asked(request.query_params, _now(pages))
    except InvalidInputError as error:
        return problem_answer(error)
    messages = follow(
        pages.watch.freshness,
        lambda: _overview_page(pages, request, _now(pages), timeless=True),
        stopping=pages.stopping,
        timing=pages.timing,
    )
    return ServerSentEvent(messages, retry_duration=2000)


@dataclass(frozen=True)
class PersonForm:
    """What the form of one person sends: the id as the host product sends it, and the days."""

    user_id: str
    range: str = ""


@post("/person", opt={"audit": "read_person"}, sync_to_thread=False, include_in_schema=False)
def find_person(
    request: AnyRequest,
    data: Annotated[PersonForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Turn an id into its pseudonym at once, so that no address and no log ever holds it."""
    key = pages_of(request.app).services.subject_key(data.user_id.strip())
    request.scope["state"]["audit_subject"] = key
    days = {"range": data.range} if data.range else {}
    return Redirect(f"/person?{urlencode({**days, 'person': key.hex()})}", status_code=303)


@get("/definitions", sync_to_thread=False, include_in_schema=False)
def show_definitions(request: AnyRequest) -> Response[str]:
    """Show what every metric is."""
    frame = make_frame("Definitions", "/definitions", role_of(request))
    view = build_definitions_view(frame)
    return html_answer(render_html("definitions.html", view), 200)


@get("/static/vega/{name:str}", sync_to_thread=True, include_in_schema=False)
def send_vega(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Send the chart library; waits while it is still being made."""
    if name != bundle_name():
        return _not_found(NotFoundError("this chart library is of another version; reload"))
    try:
        plain, packed = pages_of(request.app).bundle.wait(_BUNDLE_WAIT_SECONDS)
    except LandedError as error:
        return _not_found(error)
    return _file(request, plain, packed, _SCRIPT)


@get("/static/{folder:str}/{name:str}", sync_to_thread=False, include_in_schema=False)
def send_static(request: AnyRequest, folder: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Send one of our own files under the address of this version."""
    try:
        asset = find_asset(name)
    except NotFoundError as error:
        return _not_found(error)
    is_current = static_path() == f"/static/{folder}"
    return _file(
        request,
        asset.content,
        asset.packed,
        asset.media_type,
        cache=IMMUTABLE if is_current else "",
    )


@get("/favicon.ico", sync_to_thread=False, include_in_schema=False)
def send_icon(request: AnyRequest) -> Response[bytes]:
    """Send the icon to browsers that look at an answer which is no page."""
    icon = find_asset("icon.svg")
    return _file(request, icon.content, icon.packed, icon.media_type, cache="max-age=86400")


def _file(
    request: AnyRequest, plain: bytes, packed: bytes, media_type: str, *, cache: str = IMMUTABLE
) -> Response[bytes]:
    headers = {"Cache-Control": cache or "no-store", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(packed, media_type=media_type, headers=headers)
    return Response(plain, media_type=media_type, headers=headers)


def _not_found(error: LandedError) -> Response[bytes]:
    return Response(
        error.message.encode(),
        media_type=MediaType.TEXT,
        status_code=error.status,
        headers=NO_STORE,
    )


def _now(pages: Pages) -> datetime:
    return pages.services.clock().astimezone(UTC)


def _asked(params: Mapping[str, str], now: datetime) -> tuple[Period, bool]:
    compare = params.get("compare") or "previous"
    if compare not in {"previous", "none"}:
        raise InvalidInputError(
            f"compare is {compare[:20]!r}; it must be previous or none", detail="compare"
        )
    return parse_period(params, now), compare == "previous"


def _overview_page(
    pages: Pages, request: AnyRequest, now: datetime, *, timeless: bool = False
) -> Rendered:
    """Write the page; timeless without the moment of fetching, so that equal stays equal."""
    period, compare = _asked(request.query_params, now)
    overview = pages.watch.overview(period, compare=compare)
    mark = overview.freshness.mark if overview.freshness else None
    if overview.is_empty:
        return Rendered(render_html("empty.html", _empty_view(pages, request)), mark)
    report = pages.services.health()
    frame = make_frame("Overview", "/overview", role_of(request))
    view = build_overview_view(overview, report, frame, compare=compare)
    if timeless:
        view = replace(view, fetched_at="", fetched_words="")
    return Rendered(render_html("overview.html", view), mark)


def _empty_view(pages: Pages, request: AnyRequest) -> EmptyView:
    report = pages.services.health()
    return EmptyView(
        frame=make_frame("Send your first event", "/overview", role_of(request)),
        origin=str(request.base_url).rstrip("/"),
        write_key=pages.services.keys.write_key,
        live_href="/overview/live",
        checks=build_checks(report),
        is_ready=report.ready,
    )


def _json_twin(overview: Overview) -> dict[str, Any]:
    twin = asdict(overview)
    # Derived numbers are properties, which asdict leaves out.
    for part in ("totals", "previous_totals"):
        if twin[part] is not None:
            twin[part]["click_through_rate"] = getattr(overview, part).click_through_rate
    period = overview.period
    twin["period"] = {
        "since": period.since,
        "until": period.until,
        "days": period.days,
        "is_unfinished": period.is_unfinished,
    }
    return twin
