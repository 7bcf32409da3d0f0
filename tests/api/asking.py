"""How the tests here make the application, ask it, and read its errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from litestar import Litestar
from litestar.testing import TestClient

from landed.api import create_app
from landed.config import Settings
from landed.dashboard import page_handlers, page_lifespan, render_plain
from landed.wiring import Services, build_services
from tests.bundles import lend_bundle

WRITE_KEY = "lw_test_key"
ADMIN_KEY = "la_test_key"
WRITE = {"Authorization": f"Bearer {WRITE_KEY}"}
ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}
Client = TestClient[Litestar]


class Count(Protocol):
    """Counts the rows of a name in a table."""

    def __call__(self, event: str, table: str = "events") -> int: ...


def make_services(data: Path, **settings: Any) -> Services:
    """Services over a folder, not started."""
    lend_bundle(data)
    keys = {"write_key": WRITE_KEY, "admin_key": ADMIN_KEY}
    # All tests here ask from one address, and some with wrong keys.
    limits = {"rate_read": 0, "lock_out_guesses": 0}
    return build_services(Settings.model_validate({"data": data, **keys, **limits, **settings}))


def make_app(services: Services) -> Litestar:
    """The application as `landed serve` makes it."""
    return create_app(services, page_handlers, render_plain, [page_lifespan])


def make_client(services: Services) -> Client:
    """A client of an app over services; a context manager, for the app's life."""
    return TestClient(make_app(services), raise_server_exceptions=False)


def assert_problem(answer: Any, status: int, code: str) -> dict[str, str]:
    """Check that an answer is an error as every client expects it; return its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, str] = answer.json()
    assert body["code"] == code
    assert {"code", "message", "detail", "error"} <= body.keys()
    assert all(body[field] for field in ("message", "detail", "error"))
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    return body
