"""Attacks on a running server by whoever can reach it, and what must come of them.

Forged log lines, files above the folder, requests that the server is to make for somebody, forged
webhooks. What hides identifiers is in tests/unit/privacy/test_scrubber_attacks.py and,
down to the disk, in test_canaries.py; who may do what is tried for each route and key in
tests/api/test_access.py, and forged certificates in tests/unit/privacy/test_certificates.py.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.cli.commands import landed
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, start, wait_until_ready

SERVE = """
import sys
from unittest import mock
from landed.cli import main
def fail(*_, **__):
    raise RuntimeError("jane@canary.example")
sys.argv = ["landed", "serve", "--port", "0", "--data", sys.argv[1]]
with mock.patch("landed.wiring.Services.fetch_person", fail):
    main()
"""
FORGED = "forgedlogline"
BREAKS = [
    "\n",
    "\r\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x1b[2K\r",
    "\x9b2K",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
]
ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}


def forged(line_break: str) -> str:
    """What is sent: an id or name, and behind a break a line as the log has them."""
    told = {"event": FORGED, "level": "error", "timestamp": "2026-01-01T00:00:00Z"}
    return f"a{line_break}{json.dumps(told)}{line_break}"


@dataclass
class Elsewhere:
    """A server that nobody should be made to ask."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/canary"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands have the server's keys."""
    monkeypatch.setenv("LANDED_ADMIN_KEY", ADMIN_KEY)
    monkeypatch.setenv("LANDED_WRITE_KEY", WRITE_KEY)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    found = Elsewhere()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


@dataclass(frozen=True)
class Attacked:
    """A server, its folder and its log."""

    server: Server
    data: Path
    log: Path

    def lines(self) -> list[str]:
        """Lines as any reader may break them, wherever that is."""
        return self.log.read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    base = tmp_path_factory.mktemp("attacked")
    data, log = base / "data", base / "server.log"
    settings = {"LANDED_LOG_LEVEL": "debug", "LANDED_LOCK_OUT_GUESSES": "0"}
    with log.open("wb") as output:
        process = start(data, output.fileno(), **settings)
        try:
            yield Attacked(wait_until_ready(process, data), data, log)
        finally:
            process.terminate()
            process.wait(timeout=60)


def raw(server: Server, head: bytes, body: bytes = b"") -> bytes:
    """Send bytes that no client library would, and read what comes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        connection.sendall(head + length + body)
        told = b""
        while piece := connection.recv(65536):
            told += piece
    return told


def test_a_log_line_stays_one_line(attacked: Attacked) -> None:
    server, banner = attacked.server, len(attacked.lines())
    for number, line_break in enumerate(BREAKS):
        text = forged(line_break)
        person = {"user_id": text, "message_id": text, "session_id": text}
        for event in (
            {"event": text, **person},
            {"event": "job_viewed", "properties": {"job_id": text, text: text}, **person},
            {"event": "job_viewed", text: text, "context": {"userAgent": text, "page": text}},
        ):
            server.post("/api/analytics/events", {"events": [event]})
        server.post("/v1/track", {"event": text, "userId": text, "type": text})
        for path in ("access", "erasures", "restrictions", "consents", "purposes"):
            body = {"user_id": text, "source": text, "purpose": text}
            server.post(f"/api/privacy/{path}", body, key=ADMIN_KEY)
        server.post("/api/admin/keys", {"name": text, "scope": text}, key=ADMIN_KEY)
        server.post("/api/admin/sql", {"sql": f"SELECT {text}"}, key=ADMIN_KEY)
        server.post("/api/privacy/access", {"user_id": "x"}, key=f"k{number}")
        address = quote(text, safe="")
        httpx.get(f"{server.url}/{address}", headers=ADMIN)
        httpx.get(f"{server.url}/api/privacy/erasures/{address}", headers=ADMIN)
        httpx.get(f"{server.url}/overview", params={"range": text}, headers=ADMIN)
        httpx.post(f"{server.url}/login", data={"key": text, "next": text})
        as_header = text.encode("utf-8").replace(b"\n", b"\n ").replace(b"\x00", b"")
        for name in (b"User-Agent", b"X-Forwarded-For", b"X-Request-ID", b"Authorization"):
            raw(server, b"GET /overview HTTP/1.1\r\nHost: x\r\n%s: %s\r\n" % (name, as_header))
    assert server.ready()
    for line in attacked.lines()[banner:]:
        told = json.loads(line)
        assert {"event", "level", "timestamp"} <= told.keys()
        assert told["event"] != FORGED
    assert FORGED not in (attacked.data / "store" / "engine.log").read_text("utf-8")


def test_an_audit_entry_stays_one_entry(attacked: Attacked) -> None:
    text = forged("\n")
    entries = "SELECT 1"
    attacked.server.post("/api/admin/sql", {"sql": entries}, key=ADMIN_KEY)
    before = landed("audit", "list", "--limit", 100_000, "--data", attacked.data)
    server = attacked.server
    server.post("/api/privacy/access", {"user_id": text}, key=ADMIN_KEY)
    server.post("/api/admin/keys", {"name": text, "scope": "read"}, key=ADMIN_KEY)
    server.post(
        "/api/privacy/purposes", {"purpose": text, "basis": text, "text": text}, key=ADMIN_KEY
    )
    httpx.delete(f"{server.url}/api/admin/keys/{quote(text, safe='')}", headers=ADMIN)
    wish = {"kind": text, "since": text, "until": text, "epsilon": 1, "by": [text]}
    server.post("/api/privacy/public-aggregates", wish, key=ADMIN_KEY)
    after = landed("audit", "list", "--limit", 100_000, "--data", attacked.data)
    # Five requests, and the list that was read before.
    assert len(after.out.splitlines()) == len(before.out.splitlines()) + 6
    assert FORGED not in after.out
    assert all(re.match(r" *\d+  \d{4}-", line) for line in after.out.splitlines())
    assert landed("audit", "verify", "--data", attacked.data).code == 0


def test_a_terminal_is_told_nothing_but_text(attacked: Attacked) -> None:
    """What was refused is shown to whoever runs the server: it must not move their cursor."""
    for line_break in BREAKS:
        text = forged(line_break)
        event = {"event": text, "user_id": "u", "properties": {text: text}}
        attacked.server.post("/api/analytics/events", {"events": [event]})
        typo = {"event": "job_viewed", "user_id": "u", "properties": {"job_id": 1, "score": text}}
        attacked.server.post("/api/analytics/events", {"events": [typo]})
    attacked.server.wait_for("SELECT 1 FROM quarantine LIMIT 1")
    told = landed("quarantine", "list", "--content", "--limit", 1000, "--data", attacked.data)
    assert told.code == 0
    assert "job_viewed" in told.out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", told.out)


PATHS = [
    "/static/../../keys/admin.key",
    "/static/..%2f..%2fkeys%2fadmin.key",
    "/static/%2e%2e/%2e%2e/keys/admin.key",
    "/static/..%252f..%252fkeys%252fadmin.key",
    "/static/vega/..%5c..%5ckeys%5cadmin.key",
    "/static//etc/passwd",
    "//etc/passwd",
    "/../../../../etc/passwd",
    "/landed.js/../../keys/admin.key",
    "/api/privacy/erasures/..%2f..%2f..%2fkeys%2fadmin.key",
    "/api/analytics/dashboard/export?type=..%2f..%2fkeys&format=csv",
    "/api/analytics/dashboard/export?type=everything&format=..%2f..%2fetc%2fpasswd",
    "/api/analytics/dashboard/export?since=%2fetc%2fpasswd",
    "/api/training/export?table=..%2f..%2fusers&period=2026-01-01",
    "/overview.csv?panel=..%2f..%2fkeys%2fadmin.key",
    "/explore.csv?panel=..%2f..%2f..%2fetc%2fpasswd",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_file_above_the_folder_is_given(attacked: Attacked, path: str) -> None:
    key = (attacked.data / "keys" / "pseudonym.key").read_text().strip().encode()
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_KEY}\r\n"
    told = raw(attacked.server, head.encode())
    status = int(told.split()[1])
    assert 400 <= status < 500
    assert key not in told
    assert b"root:" not in told


def test_the_name_of_an_exported_file_is_ours(attacked: Attacked) -> None:
    place = f"{attacked.server.url}/api/analytics/dashboard/export"
    answer = httpx.get(place, params={"type": "everything", "format": "csv"}, headers=ADMIN)
    name = answer.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="landed-everything-[\d-]{10}\.csv"', name)


def test_public_numbers_go_into_the_file_that_was_named(tmp_path: Path) -> None:
    """A value or a release cannot name another one."""
    by = "plan=../../outside"
    period = ("--since", "2026-01-01", "--until", "2026-02-01")
    run = landed(
        *("public", "release", "people", tmp_path / "a.csv", *period, "--by", by),
        *("--data", tmp_path / "data"),
    )
    assert "no value for plan" in run.err
    assert [one.name for one in tmp_path.iterdir()] in ([], ["data"])


def test_nobody_can_make_the_server_ask_another(attacked: Attacked, elsewhere: Elsewhere) -> None:
    """Only settings name whom landed speaks to; addresses that are sent are never followed."""
    url, server = elsewhere.url, attacked.server
    document = httpx.get(f"{server.url}/openapi.json").json()
    context = {"page": {"url": url, "referrer": url}, "traits": {"avatar": url}, "ip": url}
    body = {"event": "job_viewed", "user_id": "u", "userId": "u", "context": context, "type": "x"}
    body |= {
        "properties": {
            "job_id": url,
            "callback": url,
            "webhook_url": url,
            "html": f"<img src='{url}'>",
        }
    }
    tried = 0
    with httpx.Client(
        base_url=server.url, timeout=60, headers={"Referer": url, "Origin": url}
    ) as client:
        for path, operations in document["paths"].items():
            place = re.sub(r"\{\w+\}", quote(url, safe=""), path)
            for method, operation in operations.items():
                # Of the admin key alone, and what ClickHouse reads then is whatever it names.
                if path == "/api/admin/sql" or method == "delete":
                    continue
                names = [one["name"] for one in operation.get("parameters", ())]
                asked = {name: url for name in names if name not in {"api_key", "token"}}
                sent = None if method == "get" else body
                for key in (WRITE_KEY, ADMIN_KEY):
                    headers = {"Authorization": f"Bearer {key}"}
                    answer = client.request(method, place, params=asked, json=sent, headers=headers)
                    assert answer.status_code != 500, (path, answer.text)
                    tried += 1
    assert tried > 100
    # And what the pages draw of it: pictures and reports are made here.
    for path in ("/", "/overview", "/report.json", "/recommendations", "/events"):
        httpx.get(f"{server.url}{path}", headers=ADMIN, timeout=60)
    assert elsewhere.asked == []
    # The trap is one: who asks it is seen.
    httpx.get(url)
    assert elsewhere.asked == ["/canary"]


def test_no_route_takes_webhooks(attacked: Attacked) -> None:
    """There is nothing to forge. Whoever adds one, checks signatures and tests forged ones here."""
    document = httpx.get(f"{attacked.server.url}/openapi.json").json()
    assert [path for path in document["paths"] if re.search("hook|callback", path)] == []


def test_an_unexpected_failure_logs_the_route_and_not_the_address(tmp_path: Path) -> None:
    """The address of a person's route holds the id as the host sends it."""
    log = tmp_path / "log"
    environment = os.environ | {"LANDED_ADMIN_KEY": ADMIN_KEY, "LANDED_WRITE_KEY": WRITE_KEY}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(tmp_path / "data")], stderr=output, env=environment
        )
        try:
            server = wait_until_ready(process, tmp_path / "data")
            place = f"{server.url}/api/privacy/subjects/jane.canary/export"
            assert httpx.get(place, headers=ADMIN).status_code == 500
        finally:
            process.terminate()
            process.wait(timeout=60)
    told = log.read_text()
    assert '"event": "unexpected"' in told
    assert "/api/privacy/subjects/{user_id}/export" in told
    assert "canary" not in told
