"""The routes of experiments and flags: the list, a page for each, and its report as a file.

What is changed by a form goes to the API room, which knows who may; pages only show.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from landed.dashboard.area_routes import NO_STORE, html_answer, problem_answer, role_of
from landed.dashboard.experiments.showing import (
    fetch_result,
    report_style,
    show_all,
    show_one,
    show_report,
)
from landed.dashboard.pages import pages_of
from landed.dashboard.rendering import render_error, render_html
from landed.errors import LandedError, StoreError

__all__ = ["experiment_handlers"]

_PATH: Final = "/experiments"
_SAME_SITE: Final = {"Referrer-Policy": "same-origin"}
"""So that a form says where it comes from: without a session, that tells ours from others'."""

AnyRequest = Request[Any, Any, Any]


def experiment_handlers() -> list[HTTPRouteHandler]:
    """Handlers of this module."""
    return [show_experiments, show_experiment, send_report, send_report_json]


@get(_PATH, sync_to_thread=True, include_in_schema=False)
def show_experiments(request: AnyRequest) -> Response[str]:
    """Show all experiments and flags."""
    view = show_all(pages_of(request.app), role_of(request), _seal_of(request))
    return _page("experiments.html", view)


@get(f"{_PATH}/{{key:str}}", sync_to_thread=True, include_in_schema=False)
def show_experiment(request: AnyRequest, key: FromPath[str]) -> Response[str]:
    """Show one experiment."""
    pages, phase = pages_of(request.app), _phase_of(request)
    try:
        view = show_one(pages, key, phase, role_of(request), _seal_of(request))
    except LandedError as error:
        return html_answer(render_error(error, _PATH, role_of(request)), error.status)
    return _page("experiment.html", view)


@get(f"{_PATH}/{{key:str}}/report.html", sync_to_thread=True, include_in_schema=False)
def send_report(request: AnyRequest, key: FromPath[str]) -> Response[str]:
    """Send the page as one file that needs nothing else."""
    try:
        view = show_report(pages_of(request.app), key, _phase_of(request))
    except LandedError as error:
        return html_answer(render_error(error, _PATH, role_of(request)), error.status)
    headers = {
        **NO_STORE,
        "Content-Security-Policy": _report_policy(),
        "Content-Disposition": f'inline; filename="{view.file_name}.html"',
    }
    html = render_html("experiment_report.html", view)
    return Response(html, media_type=MediaType.HTML, headers=headers)


@get(f"{_PATH}/{{key:str}}/report.json", sync_to_thread=True, include_in_schema=False)
def send_report_json(request: AnyRequest, key: FromPath[str]) -> Response[Any]:
    """Send the result for programs."""
    try:
        found = fetch_result(pages_of(request.app), key, _phase_of(request))
        if found.result is None:
            raise StoreError(found.reason)
    except LandedError as error:
        return problem_answer(error)
    return Response(msgspec.json.encode(found.result), media_type=MediaType.JSON, headers=NO_STORE)


def _page(template: str, view: Any) -> Response[str]:
    answer = html_answer(render_html(template, view), 200)
    answer.headers.update(_SAME_SITE)
    return answer


def _report_policy() -> str:
    """Nothing but its own style sheet, known by its digest."""
    digest = hashlib.sha256(report_style().encode()).digest()
    style = base64.b64encode(digest).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _phase_of(request: AnyRequest) -> str:
    return str(request.query_params.get("phase") or "")


def _seal_of(request: AnyRequest) -> str:
    return str(request.state.get("seal", ""))
