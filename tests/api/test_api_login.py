"""Signing in: the form, the cookie and its end, the limit, and what stays closed without."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from landed.api.sessions import SESSION_COOKIE, Viewer, make_session, verify_session
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
KEYS = Keys(
    write_key=WRITE_KEY,
    admin_key=ADMIN_KEY,
    analyst_key="lr_for_the_numbers",
    pseudonym_secret=b"s" * 32,
)
BOSS = Viewer("admin")
ANALYST = Viewer("analyst")
WEEK = timedelta(days=7)


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
    token = make_session(KEYS, BOSS, NOW + WEEK)
    assert verify_session(token, KEYS, NOW + timedelta(days=6, hours=23)) == BOSS
    assert verify_session(token, KEYS, NOW + timedelta(days=7, seconds=1)) is None
    assert verify_session(token, replace(KEYS, admin_key="la_new"), NOW) is None
    assert verify_session(token, replace(KEYS, analyst_key="lr_new"), NOW) == BOSS
    ends = str(int((NOW + WEEK).timestamp()))
    assert ends in token
    assert verify_session(token.replace(ends, str(int(ends) + 1)), KEYS, NOW) is None


def test_nobody_makes_more_of_a_session_than_it_is() -> None:
    token = make_session(KEYS, ANALYST, NOW + WEEK)
    assert verify_session(token, KEYS, NOW) == ANALYST
    assert verify_session(token.replace("analyst", "admin"), KEYS, NOW) is None
    assert verify_session(token, replace(KEYS, analyst_key="lr_new"), NOW) is None
    mine = make_session(KEYS, Viewer("person", "0" * 32), NOW + WEEK)
    assert verify_session(mine, KEYS, NOW) == Viewer("person", "0" * 32)
    assert verify_session(mine.replace("0" * 32, "1" * 32), KEYS, NOW) is None
    assert verify_session(mine.replace("person", "admin"), KEYS, NOW) is None


def test_an_old_cookie_is_refused_by_the_app(services: Services) -> None:
    old, new = (make_session(services.keys, BOSS, NOW + timedelta(days=days)) for days in (-1, 1))
    with make_client(replace(services, clock=lambda: NOW)) as client:
        client.cookies.set(SESSION_COOKIE, old)
        assert client.get("/api/admin/quarantine").status_code == 401
        client.cookies.set(SESSION_COOKIE, new)
        assert client.get("/api/admin/quarantine").status_code == 200


def test_an_analyst_sees_numbers_and_no_single_person(services: Services) -> None:
    key = {"Authorization": f"Bearer {services.keys.analyst_key}"}
    with make_client(services) as client:
        assert client.get("/overview.json", headers=key).status_code == 200
        numbers = client.get("/api/analytics/query?metrics=events", headers=key)
        assert numbers.status_code == 200
        one = client.get("/api/analytics/user-behavior/metrics/u-1", headers=key)
        assert "needs the admin key" in assert_problem(one, 403, "forbidden")["message"]
        for path in ("/person", "/person.csv", "/me", "/me/data"):
            assert client.get(path, headers=key).status_code == 403
        for path in ("/api/admin/quarantine", "/api/analytics/dashboard/export"):
            assert_problem(client.get(path, headers=key), 403, "forbidden")
        sent = client.post("/v1/track", json={"userId": "u", "event": "e"}, headers=key)
        assert_problem(sent, 403, "forbidden")


def test_an_analyst_signs_in_and_is_told_what_is_not_there(services: Services) -> None:
    with make_client(services) as client:
        sign_in(client, services.keys.analyst_key)
        page = client.get("/definitions", headers=PAGE).text
        assert "One person" not in page
        assert "Signed in as analyst" in page
        closed = client.get("/person", headers=PAGE)
        assert closed.status_code == 403
        assert "shown to admins only" in closed.text
        assert "Sign out" in closed.text
        assert client.get("/api/analytics/query?metrics=events").status_code == 200
        assert client.get("/api/admin/quarantine").status_code == 403


def test_an_admin_is_signed_in_with_all_pages(services: Services) -> None:
    with make_client(services) as client:
        sign_in(client)
        page = client.get("/definitions", headers=PAGE).text
        assert "One person" in page
        assert "Signed in as admin" in page
        assert client.get("/person", headers=PAGE).status_code == 200


def test_a_person_comes_by_a_link_and_sees_what_is_theirs(services: Services) -> None:
    with make_client(services) as client:
        made = client.post("/api/admin/person-link", json={"user_id": "by a link"}, headers=ADMIN)
        assert made.status_code == 200
        link = made.json()["path"]
        assert "link" not in link.partition("=")[2]
        answer = client.get(link, headers=PAGE, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
        assert answer.headers["referrer-policy"] == "no-referrer"
        page = client.get("/me", headers=PAGE)
        assert page.status_code == 200
        assert "What is kept about you" in page.text
        assert 'aria-label="Pages"' not in page.text
        assert 'href="/me/data?format=html"' in page.text
        kept = client.get("/me/data")
        assert (kept.status_code, kept.json()["events"]) == (200, [])
        assert "What is kept about you" in client.get("/me/data?format=html").text
        for path in ("/overview", "/person", "/explore", "/overview.json"):
            assert client.get(path, headers=PAGE).status_code == 403, path
        assert client.get("/api/analytics/query?metrics=events").status_code == 403


@pytest.mark.parametrize("token", ["", "x", "admin..9999999999." + "0" * 64])
def test_a_link_that_is_not_good_opens_nothing(client: Client, token: str) -> None:
    answer = client.get(f"/me/enter?token={token}", headers=PAGE, follow_redirects=False)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "Open the page from the product again" in answer.text


def test_the_session_of_somebody_else_is_no_link(services: Services) -> None:
    with make_client(services) as client:
        boss = make_session(services.keys, BOSS, services.clock() + WEEK)
        answer = client.get(f"/me/enter?token={boss}", follow_redirects=False)
        assert_problem(answer, 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "user_id"),
        ({"user_id": ""}, "length >= 1"),
        ({"user_id": "u", "minutes": 0}, "minutes"),
        ({"user_id": "u", "minutes": 1441}, "minutes"),
        ({"user_id": "u", "days": 1}, "days"),
    ],
)
def test_a_link_that_cannot_be_made(client: Client, body: dict[str, object], word: str) -> None:
    answer = client.post("/api/admin/person-link", json=body, headers=ADMIN)
    problem = assert_problem(answer, 400, "malformed_request")
    assert word in f"{problem['message']} {problem['detail']}"
    assert client.post("/api/admin/person-link", json=body, headers=WRITE).status_code == 403
