"""Signing in: the form, the cookie and its end, the limit, and what stays closed without."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from landed.api.auth import SESSION_COOKIE, make_session, verify_session
from landed.privacy import Keys
from landed.wiring import Services
from tests.api.asking import (
    ADMIN,
    ADMIN_KEY,
    WRITE,
    WRITE_KEY,
    Client,
    assert_problem,
    make_client,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = {"Accept": "text/html"}
KEYS = Keys(write_key=WRITE_KEY, admin_key=ADMIN_KEY, pseudonym_secret=b"s" * 32)


def sign_in(client: Client, key: str = ADMIN_KEY) -> str:
    answer = client.post("/login", data={"key": key}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/overview")
    return answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/login", "/docs"])
def test_pages_without_session_have_security_headers(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "onclick" not in answer.text


def test_the_form_is_never_stored(client: Client) -> None:
    answer = client.get("/login")
    assert answer.headers["cache-control"] == "no-store"
    assert 'type="password"' in answer.text
    assert 'action="/login"' in answer.text


def test_the_cookie_of_a_session(services: Services) -> None:
    with make_client(services) as client:
        cookie = sign_in(client, f" {ADMIN_KEY}\n")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Max-Age=604800" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
        assert ADMIN_KEY not in cookie
        assert client.get("/overview.json").status_code == 200
        assert client.get("/api/admin/quarantine").status_code == 200


def test_over_tls_the_cookie_stays_there(services: Services) -> None:
    with make_client(services) as client:
        client.base_url = client.base_url.copy_with(scheme="https")
        assert "Secure" in sign_in(client)


def test_a_session_is_not_enough_for_sql(services: Services) -> None:
    """Another site's form could send a POST with the cookie."""
    with make_client(services) as client:
        sign_in(client)
        assert_problem(client.post("/api/admin/sql", json={"sql": "SELECT 1"}), 401, "unauthorized")
        assert_problem(client.post("/api/admin/quarantine/replay"), 401, "unauthorized")


def test_signing_out_removes_the_cookie(services: Services) -> None:
    with make_client(services) as client:
        sign_in(client)
        answer = client.post("/logout", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert client.get("/overview.json").status_code == 401


@pytest.mark.parametrize(("key", "status"), [("x", 401), ("", 401), ("<b>", 401), (WRITE_KEY, 403)])
def test_a_wrong_key_shows_the_form_again(services: Services, key: str, status: int) -> None:
    with make_client(services) as client:
        answer = client.post("/login", data={"key": key})
        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert "<b>" not in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"other=1", "application/x-www-form-urlencoded"),
        (b'{"key": 1}', "application/json"),
        (b"\xff\xfe", "text/plain"),
    ],
)
def test_what_is_no_form(services: Services, body: bytes, kind: str) -> None:
    with make_client(services) as client:
        answer = client.post("/login", content=body, headers={"Content-Type": kind})
        assert "key" in assert_problem(answer, 400, "malformed_request")["message"]


def test_guessing_is_slowed_down(services: Services) -> None:
    with make_client(services) as client:
        answers = [client.post("/login", data={"key": "guess"}) for _ in range(21)]
        assert [answer.status_code for answer in answers] == [401] * 20 + [429]
        assert_problem(answers[-1], 429, "rate_limited")
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert client.post("/login", data={"key": ADMIN_KEY}).status_code == 429


@pytest.mark.parametrize("path", ["/", "/overview", "/overview/live", "/overview.json"])
def test_without_session_pages_are_closed(client: Client, path: str) -> None:
    answer = client.get(path, headers=PAGE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    answer = client.get(path, follow_redirects=False)
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert client.get(path, headers=WRITE, follow_redirects=False).status_code == 401


def test_the_admin_key_opens_pages_without_a_session(client: Client) -> None:
    assert client.get("/overview.json", headers=ADMIN).status_code == 200


def test_an_open_dashboard_opens_pages_and_nothing_else(services: Services) -> None:
    assert not services.settings.open_dashboard
    opened = services.settings.model_copy(update={"open_dashboard": True})
    with make_client(replace(services, settings=opened)) as client:
        assert client.get("/overview.json").status_code == 200
        assert client.get("/overview", headers=PAGE).status_code == 200
        assert_problem(client.get("/api/admin/quarantine"), 401, "unauthorized")


@pytest.mark.parametrize(
    "cookie", ["", "x", ".", "9" * 5_000 + ".x", "1.\u00e9", "\u00b2.x", "\xff\xfe.x", "-1.x"]
)
def test_a_made_up_session_opens_nothing(client: Client, cookie: str) -> None:
    headers = {b"cookie": f"{SESSION_COOKIE}={cookie}".encode("latin-1")}
    assert client.get("/overview.json", headers=headers).status_code == 401
    assert not verify_session(cookie, KEYS, NOW)


def test_a_session_ends_after_a_week_and_with_the_admin_key() -> None:
    token = make_session(KEYS, NOW)
    assert verify_session(token, KEYS, NOW + timedelta(days=6, hours=23))
    assert not verify_session(token, KEYS, NOW + timedelta(days=7, seconds=1))
    assert not verify_session(token, replace(KEYS, admin_key="la_new"), NOW)
    ends, _, signature = token.partition(".")
    assert not verify_session(f"{int(ends) + 1}.{signature}", KEYS, NOW)


def test_an_old_cookie_is_refused_by_the_app(services: Services) -> None:
    with make_client(replace(services, clock=lambda: NOW)) as client:
        client.cookies.set(SESSION_COOKIE, make_session(services.keys, NOW - timedelta(days=8)))
        assert client.get("/api/admin/quarantine").status_code == 401
        client.cookies.set(SESSION_COOKIE, make_session(services.keys, NOW - timedelta(days=6)))
        assert client.get("/api/admin/quarantine").status_code == 200
