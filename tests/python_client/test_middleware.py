"""What the middleware reports, without a server between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from landed_client import About, Client, ReportRequests, ReportWsgiRequests
from landed_client.asgi import template_of

from tests.python_client import hosts

TOLD = ("endpoint", "status", "method", "duration_ms", "error_type")


class Notes(Client):
    """Notes reports and sends none."""

    def __init__(self) -> None:
        super().__init__(enabled=False)
        self.reports: list[tuple[Any, ...]] = []

    def capture(self, event: str, about: About, properties: Mapping[str, Any]) -> str:
        assert event == "api_request_completed"
        self.reports.append(tuple(properties[name] for name in TOLD))
        return super().capture(event, about, properties)


@pytest.fixture
def notes() -> Notes:
    return Notes()


async def ask(app: Any, method: str, path: str) -> int:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
        return (await client.request(method, path)).status_code


@pytest.mark.parametrize(
    ("method", "path", "endpoint", "status"),
    [
        ("GET", "/jobs/4711?name=Ann", "/jobs/{job_id}", 200),
        ("GET", "/jobs/0042", "(unmatched)", 200),  # converted to 42: the path would tell it
        ("POST", "/jobs/4711", "/jobs/{job_id}", 405),
        ("GET", "/nobody/4711", "(unmatched)", 404),
        ("GET", "/files/ann/cv.pdf", "/files/*", 200),
        ("GET", "/teams/9/jobs/8", "/teams/{team}/jobs/{job_id}", 200),
        ("GET", "/teams/9/people/8", "/teams/{team}/*", 404),
    ],
)
async def test_the_template_and_never_the_path(
    notes: Notes, method: str, path: str, endpoint: str, status: int
) -> None:
    app = hosts.starlette_app(client=notes)
    assert await ask(app, method, path) == status
    ((found, told, verb, duration, error),) = notes.reports
    assert (found, told, verb, error) == (endpoint, status, method, None)
    assert 0 < duration < 5_000


async def test_an_error_is_reported_and_goes_on(notes: Notes) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError(scope, receive, send)

    reported = ReportRequests(app, client=notes)
    with pytest.raises(LookupError):
        await reported({"type": "http", "path": "/", "method": "GET"}, None, _take)
    assert notes.reports[0][:3] == ("(unmatched)", 500, "GET")
    assert notes.reports[0][4] == "LookupError"


async def test_an_error_within_an_answer_keeps_its_status(notes: Notes) -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise LookupError

    with pytest.raises(LookupError):
        await ReportRequests(app, client=notes)({"type": "http", "path": "/"}, None, _take)
    assert (notes.reports[0][1], notes.reports[0][4]) == (200, "LookupError")


async def test_who_goes_away_before_an_answer_is_not_reported(notes: Notes) -> None:
    async def app(_: Any, __: Any, ___: Any) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ReportRequests(app, client=notes)({"type": "http", "path": "/"}, None, _take)
    assert notes.reports == []


async def test_what_is_no_request_passes(notes: Notes) -> None:
    seen = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope["type"])

    await ReportRequests(app, client=notes)({"type": "lifespan"}, None, _take)
    assert (seen, notes.reports) == (["lifespan"], [])


async def _take(_: Any) -> None:
    """Send nowhere."""


async def test_work_after_the_answer_is_not_its_time_and_a_stream_has_none(notes: Notes) -> None:
    app = hosts.starlette_app(client=notes)
    await ask(app, "GET", "/after")
    await ask(app, "GET", "/stream")
    (_, _, _, after, _), (_, _, _, stream, _) = notes.reports
    assert after < 250
    assert stream is None


async def test_fastapi_s_routes_have_their_templates(notes: Notes) -> None:
    await ask(hosts.fastapi_app(client=notes), "GET", "/jobs/7")
    assert notes.reports[0][:3] == ("/jobs/{job_id}", 200, "GET")


async def test_litestar_s_templates_lose_their_types(notes: Notes) -> None:
    await ask(hosts.litestar_app(client=notes), "GET", "/jobs/7")
    assert notes.reports[0][:3] == ("/jobs/{job_id}", 200, "GET")


def test_the_root_is_a_path() -> None:
    assert template_of({"path": "/", "endpoint": template_of}) == "/"


def test_flask_s_templates_lose_their_types(notes: Notes) -> None:
    with hosts.flask_app(client=notes).test_client() as client:
        assert client.get("/jobs/7", buffered=True).json == {"job": 7}
        assert client.get("/nobody", buffered=True).status_code == 404
        assert client.post("/broken", buffered=True).status_code == 500
    assert [report[:3] for report in notes.reports] == [
        ("/jobs/{job_id}", 200, "GET"),
        ("(unmatched)", 404, "GET"),
        ("/broken", 500, "POST"),
    ]


def run_wsgi(app: Any, notes: Notes) -> list[bytes]:
    """Run an application as a server does."""
    answer = ReportWsgiRequests(app, client=notes)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    try:
        return list(answer)
    finally:
        answer.close()  # type: ignore[attr-defined]  # every answer of the middleware has it


def test_wsgi_pieces_are_closed_and_reported_once(notes: Notes) -> None:
    closed = []

    class Pieces(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(_: Any, start: Any) -> Iterable[bytes]:
        start("201 Created", [])
        return Pieces([b"a", b"b"])

    assert run_wsgi(app, notes) == [b"a", b"b"]
    assert closed == [True]
    assert [report[1] for report in notes.reports] == [201]


def test_wsgi_errors_are_reported_and_go_on(notes: Notes) -> None:
    def at_once(_: Any, __: Any) -> Iterable[bytes]:
        raise LookupError

    def later(_: Any, start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"a"
        raise LookupError

    for app in (at_once, later):
        with pytest.raises(LookupError):
            run_wsgi(app, notes)
    assert [(report[1], report[4]) for report in notes.reports] == [
        (500, "LookupError"),
        (200, "LookupError"),
    ]
