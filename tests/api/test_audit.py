"""What the audit log says of requests, and that nothing is told before it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import text

from landed.api.auth import require_admin, require_subject
from landed.api.login import require_admin_viewer, require_person
from landed.privacy import AUDIT_ACTIONS, digest_subject
from landed.state import AuditRow, AuditWish
from landed.wiring import Services
from tests.api.asking import ADMIN, ADMIN_KEY, WRITE, Client, assert_problem, make_client

PAGE = {"Accept": "text/html"}
JANE = {"user_id": "jane of the audit"}
GUARDS = {require_admin, require_subject, require_admin_viewer, require_person}
# It tells how far a request is and is asked each second; its certificate names digests only.
# They tell of nobody, or what was told and noted before.
UNNOTED = {"get_erasure", "list_purposes", "show_retention", "plan_public", "list_public"}


def last(services: Services) -> AuditRow:
    return services.audit.fetch(AuditWish(limit=1))[0]


def numbers(services: Services) -> int:
    return last(services).number


def whom(services: Services, user_id: str = JANE["user_id"]) -> str:
    return digest_subject(services.subject_key(user_id))


def test_every_route_of_admins_and_about_people_has_its_word(client: Client) -> None:
    seen = set()
    for route in client.app.routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler)
            guards = {getattr(one, "func", one) for one in handler.resolve_guards()}
            is_preflight = handler.http_methods == {"OPTIONS"}  # the framework's own
            if GUARDS & guards and not is_preflight and handler.operation_id not in UNNOTED:
                assert handler.opt.get("audit") in AUDIT_ACTIONS, route.path
                seen.add(route.path)
    assert {"/person", "/me", "/api/admin/sql", "/api/privacy/access", "/audit.csv"} <= seen


def test_an_access_request_is_noted_with_whom_and_by_whom(
    client: Client, services: Services
) -> None:
    assert client.post("/api/privacy/access", json=JANE, headers=ADMIN).status_code == 200
    row = last(services)
    assert (row.action, row.actor, row.status) == ("access", "admin key", 200)
    assert row.subject == whom(services)
    assert row.fingerprint == services.audit.fingerprint(ADMIN_KEY)
    assert json.loads(row.detail) == {"route": "POST /api/privacy/access"}
    assert JANE["user_id"] not in str(row)


def test_a_reading_of_one_person_is_noted_also_when_the_answer_was_kept(
    client: Client, services: Services
) -> None:
    path = "/api/analytics/user-behavior/metrics/nobody-of-that-id"
    for _ in range(2):
        before = numbers(services)
        client.get(path, headers=ADMIN)
        row = last(services)
        assert (row.number, row.action) == (before + 1, "read_person")
        assert row.subject == whom(services, "nobody-of-that-id")


def test_a_page_of_a_person_is_noted(services: Services) -> None:
    with make_client(services) as client:
        client.post("/login", data={"key": ADMIN_KEY}, follow_redirects=False)
        row = last(services)
        assert (row.action, row.actor, row.status) == ("sign_in", "admin key", 303)
        client.post("/person", data=JANE, headers=PAGE, follow_redirects=False)
        assert (last(services).subject, last(services).status) == (whom(services), 303)
        key = services.subject_key(JANE["user_id"]).hex()
        assert client.get(f"/person?person={key}", headers=PAGE).status_code == 200
        row = last(services)
        assert (row.action, row.actor) == ("read_person", "session of admin key")
        assert row.subject == whom(services)
        page = client.get("/audit?action=read_person", headers=PAGE)
        assert page.status_code == 200
        assert row.subject[:12] in page.text
        assert last(services).action == "read_audit"
        table = client.get("/audit.csv?panel=entries&action=sign_in").text
        assert table.startswith("at,action,status,actor,")
        assert "Signed in" in table
        assert client.get("/audit?action=nonsense", headers=PAGE).status_code == 422


def test_who_reads_of_themselves_is_noted_as_a_person(services: Services) -> None:
    with make_client(services) as client:
        made = client.post("/api/admin/person-link", json=JANE, headers=ADMIN).json()
        assert (last(services).action, last(services).subject) == ("make_link", whom(services))
        client.get(made["path"], headers=PAGE, follow_redirects=False)
        assert (last(services).action, last(services).subject) == ("enter", whom(services))
        client.get("/me/data")
        row = last(services)
        assert (row.action, row.actor, row.subject) == ("read_own", "person", whom(services))


def test_a_failed_log_in_is_noted_without_what_was_entered(services: Services) -> None:
    with make_client(services) as client:
        client.post("/login", data={"key": "a wrong key"})
        row = last(services)
        assert (row.action, row.actor, row.status) == ("sign_in", "nobody", 401)
        assert "wrong" not in str(row)
        client.get("/me/enter?token=nonsense")
        row = last(services)
        assert (row.action, row.actor, row.status) == ("enter", "nobody", 403)


def test_what_is_refused_to_a_known_key_is_noted_and_to_nobody_is_not(
    client: Client, services: Services
) -> None:
    client.post("/api/privacy/access", json=JANE, headers=WRITE)
    row = last(services)
    assert (row.action, row.actor, row.status) == ("access", "write key", 403)
    client.post("/api/privacy/access", json=JANE)
    client.post("/api/privacy/access", json=JANE, headers={"X-API-Key": "guess"})
    client.post("/api/analytics/events", json={"event": "goal_set", **JANE}, headers=WRITE)
    client.get("/api/analytics/query?metrics=events", headers=ADMIN)
    assert numbers(services) == row.number


def test_keys_are_noted_by_name(client: Client, services: Services) -> None:
    body = {"name": "for-the-audit", "scope": "subject"}
    key = client.post("/api/admin/keys", json=body, headers=ADMIN).json()["key"]
    made = {"route": "POST /api/admin/keys", **body}
    assert (last(services).action, json.loads(last(services).detail)) == ("make_key", made)
    client.post("/api/privacy/access", json=JANE, headers={"X-API-Key": key})
    row = last(services)
    assert row.actor == "key for-the-audit"
    assert row.fingerprint
    assert key[:10] not in str(row)
    client.delete("/api/admin/keys/for-the-audit", headers=ADMIN)
    assert last(services).action == "revoke_key"
    assert json.loads(last(services).detail)["name"] == "for-the-audit"
    client.delete("/api/admin/keys/Jane%20Doe", headers=ADMIN)
    assert (last(services).action, last(services).status) == ("revoke_key", 404)
    assert "Jane" not in last(services).detail


@contextmanager
def log_is_away(services: Services) -> Iterator[None]:
    try:
        with services.state.writing() as connection:
            connection.execute(text("ALTER TABLE audit RENAME TO gone"))
        yield
    finally:
        with services.state.writing() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO audit"))


ASKED: list[tuple[str, str, Any]] = [
    ("POST", "/api/privacy/access", JANE),
    ("POST", "/api/admin/sql", {"sql": "SELECT 'a secret' FROM numbers(100000)"}),
    ("GET", "/api/admin/quarantine", None),
    ("GET", "/person", None),
    ("HEAD", "/api/admin/quarantine", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ASKED)
def test_what_cannot_be_noted_is_not_told(
    client: Client, services: Services, method: str, path: str, body: Any
) -> None:
    with log_is_away(services):
        answer = client.request(method, path, json=body, headers=ADMIN)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    if method != "HEAD":
        assert_problem(answer, 503, "state_unavailable")
        assert "secret" not in answer.text
    assert client.request(method, path, json=body, headers=ADMIN).status_code == 200


def test_events_are_taken_while_the_log_is_away(client: Client, services: Services) -> None:
    with log_is_away(services):
        sent = {"event": "goal_set", "user_id": "u"}
        assert client.post("/api/analytics/events", json=sent, headers=WRITE).status_code == 200
        query = client.get("/api/analytics/query?metrics=events", headers=ADMIN)
        assert query.status_code == 200


def test_the_log_of_all_this_is_in_order(services: Services) -> None:
    verdict = services.audit.verify()
    assert verdict.fault == ""
    assert verdict.entries == numbers(services)
