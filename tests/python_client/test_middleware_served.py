"""The middleware in real applications under a real server, reporting to a real landed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.serving import WRITE_KEY, Server, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("landed")) as running:
        yield running


@contextmanager
def host(app: str, url: str, log: Path) -> Iterator[httpx.Client]:
    """One of the host applications on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    interface = "wsgi" if app == "flask" else "asgi"
    command = [sys.executable, "-m", "granian", "--interface", interface, "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--factory", f"tests.python_client.hosts:{app}_app"],
            cwd=ROOT,
            env={**os.environ, "LANDED_URL": url, "LANDED_KEY": WRITE_KEY},
            stderr=out,
            stdout=out,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            wait_for(client)
            yield client
    finally:
        process.terminate()
        process.wait(30)


def wait_for(client: httpx.Client) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            client.get("/up")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the host did not come up")


def wait_for_count(landed: Server, count: int, log: Path) -> None:
    end = time.monotonic() + 20
    while landed.count() < count:
        if time.monotonic() > end:
            rows = landed.sql("SELECT received_at, properties FROM events ORDER BY received_at")
            set_aside = landed.sql("SELECT reason, content FROM quarantine")
            figures = httpx.get(f"{landed.url}/metrics").text
            raise AssertionError((rows, set_aside, figures, log.read_text()))
        time.sleep(0.05)


@pytest.mark.parametrize("app", ["starlette", "fastapi", "litestar", "flask"])
def test_each_request_is_reported_by_its_template(app: str, landed: Server, tmp_path: Path) -> None:
    known = landed.count()
    expected, log = 1, tmp_path / "host.log"
    with host(app, landed.url, log) as client:
        assert client.get("/jobs/4711?name=Ann").json() == {"job": 4711}
        assert client.get("/nobody/4711").status_code == 404
        if app != "litestar":  # whose middleware sees only what a route takes
            assert client.post("/broken").status_code == 500
            expected = 4  # with the first look whether it is up
        wait_for_count(landed, known + expected, log)
    rows = landed.sql(
        "SELECT properties.endpoint AS endpoint, properties.status AS status, "
        "toString(properties.method) AS method, properties.duration_ms > 0 "
        "AND properties.duration_ms < 5000 AS timed, properties.error_type AS error FROM events"
    )
    found = {(row["endpoint"], int(row["status"]), row["method"]) for row in rows}
    assert ("/jobs/{job_id}", 200, "GET") in found
    if expected > 1:
        assert {("(unmatched)", 404, "GET"), ("/broken", 500, "POST")} <= found
    assert all(row["timed"] for row in rows)
    assert not any("4711" in row["endpoint"] for row in rows)


def test_the_host_answers_as_fast_when_landed_is_away(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections, never answers
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with host("starlette", url, tmp_path / "host.log") as client:
            times = []
            for number in range(200):
                began = time.perf_counter()
                assert client.get(f"/jobs/{number}").status_code == 200
                times.append(time.perf_counter() - began)
    assert sorted(times)[180] < 0.25


def test_nothing_but_the_standard_library_is_imported() -> None:
    script = (
        "import sys; before = set(sys.modules); import landed_client; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names) - {'__mp_main__'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.strip() == "['landed_client']"
