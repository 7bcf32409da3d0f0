"""A scan of a running HTTPS server: who gets in, what every answer says, what it does not say."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.bundles import lend_bundle
from tests.certificates import Authority
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving

PAGES = ("/overview", "/login", "/me", "/docs", "/definitions")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000",
}


@dataclass(frozen=True)
class Scanned:
    """A server with a certificate, its folder and who signed it."""

    server: Server
    data: Path
    authority: Authority


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    authority = Authority.found(tmp_path_factory.mktemp("certificates"))
    certificate, key = authority.issue()
    settings = {
        "LANDED_TLS_CERTIFICATE": str(certificate),
        "LANDED_TLS_KEY": str(key),
        "LANDED_TRUSTED_HOSTS": "numbers.example.com *.inner.example",
        "LANDED_TRUSTED_PROXIES": "203.0.113.0/24",
    }
    data = tmp_path_factory.mktemp("transport")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.pem"))
        with serving(data, **settings) as server:
            yield Scanned(server, data, authority)


def context_for(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.folder / "ca.pem"))


def serial(scanned: Scanned) -> str:
    """Shake hands anew, and tell the certificate by its number."""
    with (
        socket.create_connection(("127.0.0.1", scanned.server.port), timeout=10) as plain,
        context_for(scanned.authority).wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        found = secure.getpeercert()
    assert found is not None
    return str(found["serialNumber"])


def test_the_address_is_https(scanned: Scanned) -> None:
    assert scanned.server.url.startswith("https://127.0.0.1:")
    assert httpx.get(f"{scanned.server.url}/healthz").status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("version", "speaks"), [(ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1_3, True)]
)
def test_nothing_older_than_1_3_is_spoken(
    scanned: Scanned, version: ssl.TLSVersion, *, speaks: bool
) -> None:
    context = context_for(scanned.authority)
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", scanned.server.port), timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                spoken = secure.version() == "TLSv1.3"
        except (ssl.SSLError, OSError):
            spoken = False
    assert spoken is speaks


def test_who_speaks_plain_http_gets_nothing(scanned: Scanned) -> None:
    with socket.create_connection(("127.0.0.1", scanned.server.port), timeout=10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        told = b""
        try:
            while piece := plain.recv(4096):
                told += piece
        except OSError:
            pass
    assert b"HTTP" not in told


def answers(server: Server) -> Iterator[tuple[int, httpx.Response]]:
    """One answer of each status that a stranger or a bad request meets, with the status."""
    key = {"Authorization": f"Bearer {ADMIN_KEY}"}
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for path in ("/healthz", "/readyz", "/openapi.json", "/landed.js", *PAGES[3:4]):
            yield 200, client.get(path)
        yield 200, client.get("/login")
        yield (
            200,
            client.post(
                "/api/analytics/events",
                json={"event": "goal_set", "user_id": "u"},
                headers={"Authorization": f"Bearer {WRITE_KEY}"},
            ),
        )
        yield 303, client.get("/overview", headers={"Accept": "text/html"})
        yield 400, client.post("/api/analytics/events", content=b"{", headers=write_headers())
        yield 401, client.get("/api/analytics/query")
        yield 401, client.post("/login", data={"key": "wrong"})
        yield (
            403,
            client.get("/api/analytics/query", headers={"Authorization": f"Bearer {WRITE_KEY}"}),
        )
        yield 404, client.get("/no/such/route")
        yield 404, client.get("/static/none.js")
        yield 405, client.delete("/healthz")
        yield (
            413,
            client.post(
                "/api/analytics/events", content=b" " * (21 << 20), headers=write_headers()
            ),
        )
        yield 422, client.get("/api/analytics/query?metric=none", headers=key)
        yield 421, client.get("/healthz", headers={"Host": "evil.example"})
        yield 303, client.post("/login", data={"key": ADMIN_KEY})
        yield 200, client.get("/overview")


def write_headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {WRITE_KEY}", "Content-Type": "application/json"}


def test_every_answer_says_what_browsers_may_not_do_and_nothing_of_us(scanned: Scanned) -> None:
    seen = set()
    for status, answer in answers(scanned.server):
        where = f"{answer.request.method} {answer.request.url.path}: {answer.text[:200]}"
        assert answer.status_code == status, where
        seen.add(status)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, f"{name}; {where}"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], where
        assert answer.headers["server"] == "landed", where
        assert not {"x-powered-by", "via"} & set(answer.headers), where
        if answer.is_error:
            assert not re.search(r"Traceback|\.py\b|site-packages|litestar|granian", answer.text)
    assert seen == {200, 303, 400, 401, 403, 404, 405, 413, 421, 422}


def test_cookies_travel_over_https_only(scanned: Scanned) -> None:
    for path, body in (("/login", {"key": ADMIN_KEY}), ("/logout", {})):
        cookie = httpx.post(f"{scanned.server.url}{path}", data=body).headers["set-cookie"].lower()
        for flag in ("secure", "httponly", "samesite=lax"):
            assert flag in cookie, path


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("numbers.example.com", 200),
        ("Numbers.Example.com:8443", 200),
        ("a.inner.example", 200),
        ("a.b.inner.example:1", 200),
        ("inner.example", 421),
        ("example.com", 421),
        ("numbers.example.com.evil.example", 421),
        ("evil.example", 421),
        ("", 421),
    ],
)
def test_only_known_names_are_answered(scanned: Scanned, host: str, status: int) -> None:
    answer = httpx.get(f"{scanned.server.url}/healthz", headers={"Host": host})
    assert answer.status_code == status
    if status != httpx.codes.OK:
        assert answer.json()["code"] == "misdirected_request"
        assert "LANDED_TRUSTED_HOSTS" in answer.json()["message"]
        assert "evil" not in answer.text


def test_commands_of_this_machine_find_the_server(scanned: Scanned) -> None:
    """Also without the authority in their trust: they know the certificate by its file."""
    for words in (("sql", "SELECT 1 AS one"), ("doctor",), ("quarantine", "list")):
        command = [sys.executable, "-m", "landed", *words, "--data", str(scanned.data)]
        known = {name: text for name, text in os.environ.items() if name != "SSL_CERT_FILE"}
        keys = {"LANDED_WRITE_KEY": WRITE_KEY, "LANDED_ADMIN_KEY": ADMIN_KEY}
        done = subprocess.run(
            command, env={**known, **keys}, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if words == ("doctor",):
            assert scanned.server.url in done.stdout


def test_a_new_certificate_is_taken_while_a_stream_goes_on(scanned: Scanned) -> None:
    before = serial(scanned)
    with (
        httpx.Client(base_url=scanned.server.url, timeout=30) as client,
        client.stream(
            "GET", "/overview/live", headers={"Authorization": f"Bearer {ADMIN_KEY}"}
        ) as live,
    ):
        assert live.status_code == httpx.codes.OK
        # Half of a pair is not taken: the server goes on with what it has.
        certificate, key = scanned.authority.folder / "server.pem", None
        kept = certificate.read_bytes()
        certificate.write_bytes(b"half")
        time.sleep(2.5)
        assert serial(scanned) == before
        certificate.write_bytes(kept)
        certificate, key = scanned.authority.issue()
        end = time.monotonic() + 30
        while serial(scanned) == before:
            assert time.monotonic() < end, "the new certificate is not taken"
            time.sleep(0.2)
        assert key.exists()
        for _ in range(20):
            assert httpx.get(f"{scanned.server.url}/healthz").status_code == httpx.codes.OK
        sent = scanned.server.post("/api/analytics/events", {"event": "goal_set", "user_id": "u"})
        assert sent.status_code == httpx.codes.OK


def test_a_proxy_that_is_named_speaks_for_https(tmp_path: Path) -> None:
    """Cookies and HSTS are as over HTTPS."""
    said = {"X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "https"}
    with serving(tmp_path / "named", LANDED_TRUSTED_PROXIES="127.0.0.1") as server:
        answer = httpx.post(f"{server.url}/login", data={"key": ADMIN_KEY}, headers=said)
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        assert "strict-transport-security" not in httpx.get(f"{server.url}/login").headers


def test_1_2_is_spoken_where_it_is_asked_for(
    scanned: Scanned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = scanned.authority.folder
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    settings = {
        "LANDED_TLS_CERTIFICATE": str(folder / "server.pem"),
        "LANDED_TLS_KEY": str(folder / "server.key"),
        "LANDED_TLS_MINIMUM": "1.2",
    }
    with serving(tmp_path / "older", **settings) as server:
        context = context_for(scanned.authority)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with (
            socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            assert secure.version() == "TLSv1.2"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"LANDED_TLS_CERTIFICATE": "/none"}, "LANDED_TLS_KEY is missing"),
        ({"LANDED_TRUSTED_PROXIES": "everybody"}, "no address and no network"),
        ({"LANDED_TLS_MINIMUM": "1.1"}, "LANDED_TLS_MINIMUM"),
    ],
)
def test_what_is_set_wrong_ends_the_start_in_one_line(
    settings: dict[str, str], told: str, tmp_path: Path
) -> None:
    lend_bundle(tmp_path)
    command = [sys.executable, "-m", "landed", "serve", "--port", "0", "--data", str(tmp_path)]
    done = subprocess.run(
        command,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
