"""Health and figures, also while the store or the disk is away; answers without a route."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from landed.collect import Collector, Spool
from landed.errors import KeyChangedError
from landed.wiring import Services
from tests.api.asking import (
    ADMIN,
    WRITE,
    WRITE_KEY,
    Client,
    Count,
    assert_problem,
    make_client,
    make_services,
)

NOWHERE = "clickhouse://127.0.0.1:1/landed"


def full_disk(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "_append", refuse)


def test_alive(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert {check["name"] for check in answer.json()["checks"]} == {"store", "spool", "writer"}


def test_a_store_that_is_away_degrades_and_events_are_taken(tmp_path: Path) -> None:
    services = make_services(tmp_path, store=NOWHERE)
    services.state.migrate()
    services.spool.start()
    with make_client(services) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        store = next(check for check in answer.json()["checks"] if check["name"] == "store")
        assert (store["ok"], "starting" in store["note"]) == (False, True)
        services.store_ready.set_result(None)
        store = next(c for c in client.get("/readyz").json()["checks"] if c["name"] == "store")
        assert (store["ok"], "does not answer" in store["note"]) == (False, True)
        body = {"event": "goal_set", "user_id": "u", "properties": {"goal": "new_job"}}
        taken = client.post("/api/analytics/events", json=body, headers=WRITE)
        assert taken.status_code == 200
        answer = client.post("/api/admin/sql", json={"sql": "SELECT 1"}, headers=ADMIN)
        assert_problem(answer, 503, "store_unavailable")
        assert answer.headers["retry-after"] == "2"
        answer = client.get("/api/admin/quarantine", headers=ADMIN)
        assert_problem(answer, 503, "store_unavailable")
    services.spool.close()


def test_a_store_of_another_key_is_told(tmp_path: Path) -> None:
    services = make_services(tmp_path, store=NOWHERE)
    services.store_ready.set_exception(KeyChangedError("another key"))
    with make_client(services) as client:
        (store, *_) = client.get("/readyz").json()["checks"]
        assert (store["ok"], store["note"]) == (False, "another key")
    services.spool.close()


def test_the_embedded_engine_has_a_check_and_figures(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    with make_client(services) as client:
        checks = {check["name"]: check["ok"] for check in client.get("/readyz").json()["checks"]}
        assert checks["engine"] is False
        assert "landed_engine_running 0.0" in client.get("/metrics").text
    services.spool.close()


def test_a_full_disk_is_answered_503_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services(tmp_path, store=NOWHERE)
    services.spool.start()
    body = {"event": "goal_set", "user_id": "u"}
    with make_client(services) as client, monkeypatch.context() as patch:
        full_disk(services.spool, patch)
        answer = client.post("/api/analytics/events", json=body, headers=WRITE)
        assert_problem(answer, 503, "spool_full")
        assert int(answer.headers["retry-after"]) > 0
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
        assert "landed_spool_writable 0.0" in client.get("/metrics").text
        patch.undo()
        assert client.post(
            "/v1/track", json={"event": "a", "userId": "u"}, headers=WRITE
        ).is_success
        assert client.get("/readyz").status_code == 200
    services.spool.close()


def test_a_full_spool_refuses_before_any_work(tmp_path: Path) -> None:
    services = make_services(tmp_path, store=NOWHERE, spool_max_bytes=1 << 20)
    services.state.migrate()  # which keeps the keys of what people write
    services.spool.start()
    batch = [{"event": "goal_set", "user_id": "u", "properties": {"goal": "x" * 900}}] * 1_000
    with make_client(services) as client:
        answer = client.get("/healthz")
        end = time.monotonic() + 20
        while answer.is_success and time.monotonic() < end:
            answer = client.post("/api/analytics/events", json={"events": batch}, headers=WRITE)
        assert "LANDED_SPOOL_MAX_BYTES" in assert_problem(answer, 503, "spool_full")["message"]
        assert int(answer.headers["retry-after"]) > 0
    services.spool.close()


def test_figures_in_both_expositions(client: Client, name: str) -> None:
    good = {"event": name, "user_id": "u"}
    client.post("/api/analytics/events", json={"events": [good, {"event": name}]}, headers=WRITE)
    client.post("/api/analytics/events", json=good, headers={**WRITE, "DNT": "1"})
    plain = client.get("/metrics")
    assert plain.headers.get_list("content-type") == ["text/plain; version=0.0.4; charset=utf-8"]
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    modern = client.get("/metrics", headers=accept)
    assert modern.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert modern.text.endswith("# EOF\n")
    families = {family.name: family for family in parse_openmetrics(modern.text)}  # type: ignore[no-untyped-call]  # the library annotates the other one only
    assert families.keys() == {family.name for family in parse_text(plain.text)}
    fates = {sample.labels["fate"] for sample in families["landed_events"].samples}
    assert fates >= {"accepted", "quarantined", "withheld"}
    assert families["landed_spool_writable"].samples[0].value == 1


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/v1/nothing", "/api/admin", "/openapi", "/openapi/openapi.json", "/%ff%fe"],
)
def test_no_such_route(client: Client, path: str) -> None:
    assert_problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/v1/batch", "POST"), ("DELETE", "/healthz", "GET"), ("PUT", "/login", "POST")],
)
def test_a_method_that_the_route_does_not_know(
    client: Client, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert_problem(answer, 405, "method_not_allowed")
    assert allowed in answer.headers["allow"].split(", ")


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/login", "/overview"],
)
def test_head_is_get_without_the_body(client: Client, path: str) -> None:
    got, answer = client.get(path, headers=ADMIN), client.head(path, headers=ADMIN)
    assert (answer.status_code, answer.content) == (got.status_code, b"")
    assert answer.headers.keys() == got.headers.keys()
    assert answer.headers["content-type"] == got.headers["content-type"]


def test_head_is_refused_as_get_is(client: Client) -> None:
    for path, status in {"/nowhere": 404, "/v1/batch": 405, "/api/admin/quarantine": 401}.items():
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (status, b"")


def test_head_takes_no_events(client: Client, count: Count, name: str) -> None:
    event = {"api_key": WRITE_KEY, "event": name, "distinct_id": "u"}
    for path in ("/e", "/capture/"):
        answer = client.head(path, params={"data": json.dumps(event)})
        assert (answer.status_code, answer.content) == (405, b"")
    assert count(name) == 0
    assert client.get("/e", params={"data": json.dumps(event)}).status_code == 200
    assert count(name) == 1


def test_browsers_of_other_origins_may_send(client: Client) -> None:
    asking = {
        "Origin": "https://jobs.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-encoding",
    }
    answer = client.options("/v1/batch", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-encoding" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    refused = client.options(
        "/v1/batch", headers={**asking, "Access-Control-Request-Method": "PUT"}
    )
    assert refused.status_code == 400
    for headers, status in ((WRITE, 200), ({}, 401)):
        event = {"event": "goal_set", "userId": "u"}
        origin = {"Origin": "https://jobs.example"}
        answer = client.post("/v1/track", json=event, headers={**headers, **origin})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*")


def test_what_nobody_expected_shows_no_inside(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Collector):
        def check_room(self) -> None:
            raise ValueError("ann@example.com")

    broken = replace(services, collector=Broken.__new__(Broken))
    with make_client(broken) as client:
        answer = client.post("/v1/track", json={"event": "a", "userId": "u"}, headers=WRITE)
    assert_problem(answer, 500, "internal_error")
    logged = capsys.readouterr()
    assert "ann@example.com" not in answer.text + logged.out + logged.err
    assert "ValueError" in logged.out + logged.err


def test_a_server_loads_no_heavy_part_before_it_needs_it() -> None:
    # Each costs every installation 20 to 60 MB of memory and a part of a second at its start.
    heavy = ["altair", "apprise", "chdb", "pandas", "scipy.optimize", "scipy.stats", "vl_convert"]
    script = f"import sys, landed.api.app; print([one for one in {heavy} if one in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
