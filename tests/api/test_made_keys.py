"""Keys that are made by the admin: what each opens, and that they end at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from landed.wiring import Services
from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem, make_client

ROUTE = "/api/admin/keys"


def make_key(client: Client, scope: str, **wishes: Any) -> tuple[str, dict[str, str]]:
    """A fresh key's name, and the header that sends it."""
    name = f"key-{uuid.uuid4().hex[:12]}"
    answer = client.post(ROUTE, json={"name": name, "scope": scope, **wishes}, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return name, {"Authorization": f"Bearer {answer.json()['key']}"}


def test_a_key_to_send_with_sends_and_nothing_else(client: Client, count: Count, name: str) -> None:
    _, key = make_key(client, "write")
    event = {"event": name, "user_id": "u1"}
    assert client.post("/api/analytics/events", json=event, headers=key).status_code == 200
    inside = {**event, "write_key": key["Authorization"].removeprefix("Bearer ")}
    assert client.post("/api/analytics/events", json=inside).status_code == 200
    assert count(name) == 2
    for path in ("/api/admin/keys", "/api/analytics/query?metrics=events", "/overview.json"):
        assert client.get(path, headers=key).status_code in {401, 403}, path


def test_a_key_to_read_sees_numbers_and_nobody(client: Client, name: str) -> None:
    _, key = make_key(client, "read")
    assert client.get("/api/analytics/query?metrics=events", headers=key).status_code == 200
    assert client.get("/overview.json", headers=key).status_code == 200
    answer = client.post("/api/analytics/events", json={"event": name, "user_id": "u"}, headers=key)
    told = assert_problem(answer, 403, "forbidden")["message"]
    assert told == "The scope of this key is read; this route needs write."
    asked = client.post("/api/privacy/access", json={"user_id": "u"}, headers=key)
    assert_problem(asked, 403, "forbidden")


def test_a_key_for_requests_of_people_answers_those_and_no_others(client: Client) -> None:
    _, key = make_key(client, "subject")
    someone = {"user_id": "asks for a copy"}
    assert client.post("/api/privacy/access", json=someone, headers=key).status_code == 200
    assert client.post("/api/admin/person-link", json=someone, headers=key).status_code == 200
    assert client.get("/api/privacy/erasures", headers=key).status_code == 200
    for method, path in (("POST", "/api/admin/sql"), ("GET", ROUTE), ("GET", "/overview.json")):
        answer = client.request(method, path, json={"sql": "SELECT 1"}, headers=key)
        assert answer.status_code in {401, 403}, path


def test_a_key_of_an_admin_does_everything(client: Client) -> None:
    _, key = make_key(client, "admin", expires="1h")
    assert client.post("/api/admin/sql", json={"sql": "SELECT 1"}, headers=key).status_code == 200
    assert client.get(ROUTE, headers=key).status_code == 200


def test_a_revoked_key_ends_at_once_with_its_sessions(services: Services) -> None:
    with make_client(services) as client:
        name, key = make_key(client, "read")
        entered = {"key": key["Authorization"].removeprefix("Bearer ")}
        signed = client.post("/login", data=entered, follow_redirects=False)
        assert signed.status_code == 303
        assert client.get("/overview.json").status_code == 200
        answer = client.delete(f"{ROUTE}/{name}", headers=ADMIN)
        assert (answer.status_code, answer.json()) == (200, {"revoked": 1})
        assert client.get("/overview.json").status_code == 401
        client.cookies.clear()
        told = assert_problem(client.get(ROUTE, headers=key), 401, "unauthorized")["message"]
        assert told.endswith("… was revoked. Ask for another one.")
        assert_problem(client.delete(f"{ROUTE}/{name}", headers=ADMIN), 404, "not_found")


def test_an_admin_signs_in_with_a_key_of_their_own(services: Services) -> None:
    with make_client(services) as client:
        _, key = make_key(client, "admin")
        entered = {"key": key["Authorization"].removeprefix("Bearer ")}
        client.post("/login", data=entered, follow_redirects=False)
        assert client.get(ROUTE).status_code == 200
        _, sender = make_key(client, "write")
        entered = {"key": sender["Authorization"].removeprefix("Bearer ")}
        assert client.post("/login", data=entered).status_code == 403


def test_a_key_is_rotated(client: Client) -> None:
    name, old = make_key(client, "read", expires="30d")
    answer = client.post(f"{ROUTE}/{name}/rotate", json={"overlap": "1h"}, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    new = {"X-API-Key": answer.json()["key"]}
    for key in (old, new):
        assert client.get("/overview.json", headers=key).status_code == 200
    listed = [one for one in client.get(ROUTE, headers=ADMIN).json() if one["name"] == name]
    assert [one["state"] for one in listed] == ["good", "good"]
    assert listed[0]["expires_at"] > listed[1]["expires_at"]
    assert all(key["prefix"].startswith("lk_") for key in listed)
    assert client.post(f"{ROUTE}/{name}/rotate", headers=ADMIN).status_code == 200


def test_the_list_shows_no_key(client: Client) -> None:
    _, key = make_key(client, "read")
    text = client.get(ROUTE, headers=ADMIN).text
    assert key["Authorization"].removeprefix("Bearer ")[:10] in text
    assert key["Authorization"].removeprefix("Bearer ")[10:] not in text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "name"),
        ({"name": "A", "scope": "read"}, "name"),
        ({"name": "a", "scope": "root"}, "scope"),
        ({"name": "a", "scope": "read", "expires": "soon"}, "expires"),
        ({"name": "a", "scope": "read", "days": 1}, "days"),
    ],
)
def test_a_key_that_cannot_be_made(client: Client, body: dict[str, str], word: str) -> None:
    problem = assert_problem(client.post(ROUTE, json=body, headers=ADMIN), 400, "malformed_request")
    assert word in f"{problem['message']} {problem['detail']}"


def test_what_breaks_a_rule_is_told(client: Client) -> None:
    long = {"name": "too-long", "scope": "read", "expires": "3651d"}
    assert_problem(client.post(ROUTE, json=long, headers=ADMIN), 422, "invalid_input")
    name, _ = make_key(client, "read")
    again = {"name": name, "scope": "read"}
    assert_problem(client.post(ROUTE, json=again, headers=ADMIN), 422, "invalid_input")
    gone = client.post(f"{ROUTE}/no-such-key/rotate", headers=ADMIN)
    assert_problem(gone, 404, "not_found")


@pytest.mark.parametrize("headers", [{}, WRITE])
def test_only_admins_make_keys(client: Client, headers: dict[str, str]) -> None:
    body = {"name": "mine", "scope": "admin"}
    assert client.post(ROUTE, json=body, headers=headers).status_code in {401, 403}
    assert client.delete(f"{ROUTE}/mine", headers=headers).status_code in {401, 403}
