"""Every route of the application is in the HTTP reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from tests.api.asking import make_app, make_services

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "http-api.md").read_text("utf-8")
# Files and streams of the pages, which nobody calls by hand.
OF_THE_PAGES = re.compile(r"/$|/static/|/favicon\.ico$|/overview/live$")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litestar]:
    services = make_services(tmp_path_factory.mktemp("routes"), store="clickhouse://127.0.0.1:1/x")
    yield make_app(services)
    services.spool.close()


def documented() -> set[str]:
    """Paths between back quotes, after a method or alone."""
    found = re.findall(r"`(?:(?:GET|POST) )?(/[^\s`?]*)`", TEXT)
    return {path.rstrip("/") for path in found}


def test_every_route_is_documented(app: Litestar) -> None:
    routes = {route.path for route in app.routes if not OF_THE_PAGES.match(route.path)}
    assert routes - documented() == set(), "describe them in docs/reference/http-api.md"


def test_every_documented_route_exists(app: Litestar) -> None:
    routes = {route.path for route in app.routes}
    assert documented() - routes == set(), "take them out of docs/reference/http-api.md"


def test_every_status_of_the_api_is_explained() -> None:
    for status in (200, 400, 401, 403, 404, 405, 413, 422, 429, 503):
        assert re.search(rf"^\| {status} \|", TEXT, re.MULTILINE), status
