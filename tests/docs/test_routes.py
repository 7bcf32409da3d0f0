"""Every route of the application is in the HTTP reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from tests.api.asking import make_app, make_services

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
TEXT = (REFERENCE / "http-api.md").read_text("utf-8")
# Written from the routes that read numbers, with an answer of each.
READS = (REFERENCE / "analytics.md").read_text("utf-8")
# Files and streams of the pages, which nobody calls by hand.
OF_THE_PAGES = re.compile(r"/$|/static/|/favicon\.ico$|/\w+/live$")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litestar]:
    services = make_services(tmp_path_factory.mktemp("routes"), store="clickhouse://127.0.0.1:1/x")
    yield make_app(services)
    services.spool.close()


def documented() -> set[str]:
    """Paths between back quotes, after a method or alone."""
    found = re.findall(r"`(?:(?:GET|POST|PUT|PATCH|DELETE) )?(/[^\s`?]*)`", TEXT)
    found += re.findall(r"^`GET (/\S+)`$", READS, re.MULTILINE)
    return {path.rstrip("/") for path in found}


def paths(app: Litestar) -> set[str]:
    """Paths of the routes as a reader writes them."""
    return {re.sub(r":\w+}", "}", route.path) for route in app.routes}


def test_every_route_is_documented(app: Litestar) -> None:
    routes = {path for path in paths(app) if not OF_THE_PAGES.match(path)}
    assert routes - documented() == set(), "describe them, or run tests.api.answers"


def test_every_documented_route_exists(app: Litestar) -> None:
    assert documented() - paths(app) == set(), "take them out of docs/reference/http-api.md"


def test_every_status_of_the_api_is_explained() -> None:
    for status in (200, 400, 401, 403, 404, 405, 413, 422, 429, 503):
        assert re.search(rf"^\| {status} \|", TEXT, re.MULTILINE), status
