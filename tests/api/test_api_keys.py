"""Who may do what: the places of a key, and what each key opens."""

from __future__ import annotations

import base64
import json

import pytest

from tests.api.asking import ADMIN, ADMIN_KEY, WRITE, WRITE_KEY, Client, Count, assert_problem

ADMIN_ROUTES = [
    ("POST", "/api/admin/sql"),
    ("GET", "/api/admin/quarantine"),
    ("POST", "/api/admin/quarantine/replay"),
]


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    "headers",
    [
        WRITE,
        ADMIN,
        {"Authorization": f"bearer  {WRITE_KEY} "},
        {"X-API-Key": WRITE_KEY},
        basic(f"{WRITE_KEY}:"),
        basic(f":{WRITE_KEY}"),
        basic(WRITE_KEY),
    ],
)
def test_a_key_in_a_header_may_send(
    client: Client, count: Count, name: str, headers: dict[str, str]
) -> None:
    event = {"event": name, "user_id": "u1"}
    answer = client.post("/api/analytics/events", json=event, headers=headers)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert count(name) == 1


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/api/analytics/events", {"write_key": WRITE_KEY, "user_id": "u"}),
        ("/v1/track", {"writeKey": WRITE_KEY, "userId": "u"}),
        ("/capture", {"api_key": WRITE_KEY, "distinct_id": "u"}),
        ("/capture", {"token": WRITE_KEY, "distinct_id": "u"}),
        (f"/e?api_key={WRITE_KEY}", {"distinct_id": "u"}),
        (f"/e?token={WRITE_KEY}", {"distinct_id": "u"}),
    ],
)
def test_a_key_in_the_body_or_the_address_may_send(
    client: Client, count: Count, name: str, path: str, key: dict[str, str]
) -> None:
    answer = client.post(path, json={"event": name, **key})
    assert answer.status_code == 200, answer.text
    assert count(name) == 1


def test_a_key_in_a_get(client: Client, count: Count, name: str) -> None:
    data = json.dumps({"event": name, "distinct_id": "u"})
    answer = client.get("/e", params={"data": data, "api_key": WRITE_KEY, "_": "1795227957500"})
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    assert count(name) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer lw_wrong"},
        {"Authorization": "Bearer l\u00e9"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic /w=="},
        {"Authorization": f"Digest {WRITE_KEY}"},
        {"X-API-Key": "lw_wrong"},
        basic("lw_wrong:"),
    ],
)
def test_without_a_known_key_nothing_is_taken(
    client: Client, count: Count, name: str, headers: dict[str, str]
) -> None:
    raw = {key.encode(): value.encode("latin-1") for key, value in headers.items()}
    answer = client.post("/v1/track", json={"event": name, "userId": "u"}, headers=raw)
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert count(name) == 0


def test_a_wrong_key_in_a_header_is_not_mended_by_one_in_the_body(client: Client) -> None:
    body = {"event": "goal_set", "userId": "u", "writeKey": WRITE_KEY}
    assert_problem(
        client.post("/v1/track", json=body, headers={"X-API-Key": "x"}), 401, "unauthorized"
    )


@pytest.mark.parametrize("wrong", ["lw_wrong", 5, None, {"a": 1}])
def test_a_wrong_key_in_the_body(client: Client, count: Count, name: str, wrong: object) -> None:
    body = {"event": name, "userId": "u", "writeKey": wrong}
    assert_problem(client.post("/v1/track", json=body), 401, "unauthorized")
    assert count(name) == 0


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_the_write_key_opens_no_admin_route(client: Client, method: str, path: str) -> None:
    answer = client.request(method, path, headers=WRITE, json={"sql": "SELECT 1"})
    assert "admin key" in assert_problem(answer, 403, "forbidden")["message"]


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}])
def test_admin_routes_need_a_key(
    client: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.request(method, path, headers=headers, json={"sql": "SELECT 1"})
    assert_problem(answer, 401, "unauthorized")


@pytest.mark.parametrize("headers", [ADMIN, {"X-API-Key": ADMIN_KEY}, basic(f"{ADMIN_KEY}:")])
@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_the_admin_key_opens_all_of_them(
    client: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = client.request(method, path, headers=headers, json={"sql": "SELECT 1"})
    assert answer.status_code == 200, answer.text
