"""Experiments and flags over HTTP: seed 002's routes, and all that belongs to them."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from landed.privacy import fetch_requests
from landed.state import AuditWish
from landed.wiring import Services
from tests.api.asking import ADMIN, Client, assert_problem

ROUTE = "/api/analytics/ab-tests"


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def analyst(services: Services) -> dict[str, str]:
    return {"Authorization": f"Bearer {services.keys.analyst_key}"}


def a_draft(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": "Tips beside the editor",
        "hypothesis": "Tips bring more interviews, since CVs get finished.",
        "variants": ["control", "tips"],
        "primary": "interview_rate",
        **changes,
    }


def post(client: Client, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    answer = client.post(f"{ROUTE}/{path}", json=body, headers=ADMIN)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(client: Client, path: str, body: Any, status: int, code: str) -> str:
    answer = client.post(f"{ROUTE}/{path}", json=body, headers=ADMIN)
    return assert_problem(answer, status, code)["message"]


def test_the_four_routes_of_the_seed_do_a_test_from_begin_to_end(
    client: Client, key: str, analyst: dict[str, str]
) -> None:
    made = post(client, "create", {"key": key, "name": "Tips"}, 201)
    assert (made["test_id"], made["state"]) == (key, "draft")
    assert [one["field"] for one in made["missing"]] == [
        "variants", "phases[0].split.weights", "hypothesis", "primary",
    ]  # fmt: skip
    added = post(client, f"{key}/add-variant", {"key": "tips", "name": "With tips"})
    assert added["definition"]["phases"][0]["split"]["weights"] == [0.5, 0.5]
    more = {"hypothesis": "Tips help.", "primary": "interview_rate", "maturation_days": 21}
    edited = client.patch(f"{ROUTE}/{key}", json=more, headers=ADMIN)
    assert edited.json()["missing"] == []
    started = post(client, f"{key}/start")
    assert started["state"] == "running"
    results = client.get(f"{ROUTE}/{key}/results", headers=analyst)
    assert results.status_code == 200, results.text
    answer = results.json()["answer"]
    assert (answer["experiment"], answer["state"]) == (key, "running")
    assert answer["verdict"]["kind"] == "not_enough"
    again = client.get(f"{ROUTE}/{key}/results", headers=analyst)
    assert again.json() == results.json(), "the answer is kept for a while"
    post(client, f"{key}/stop", {"why": "enough"})
    anew = client.get(f"{ROUTE}/{key}/results", headers=analyst).json()
    assert anew["answer"]["state"] == "stopped", "a change throws kept answers away"


def test_everything_in_one_call_and_all_steps(client: Client, key: str, services: Services) -> None:
    draft = a_draft(
        key,
        weights=[0.8, 0.2],
        coverage=0.5,
        guardrails=[{"metric": "bounce_rate", "margin": 0.02}],
        targeting={"country": "DE"},
        testers={"user-42": "tips"},
    )
    made = post(client, "create", draft, 201)
    assert "user-42" not in str(made)
    assert list(made["definition"]["overrides"].values()) == ["tips"]
    assert made["definition"]["maturation_days"] == 21
    post(client, f"{key}/start", {"why": "go"})
    assert key in services.catalogue.current().served
    weighed = post(client, f"{key}/weights", {"weights": [0.5, 0.5], "why": "healthy"})
    assert [one["number"] for one in weighed["definition"]["phases"]] == [1, 2]
    post(client, f"{key}/coverage", {"coverage": 1, "why": "healthy"})
    amended = post(client, f"{key}/amend", {"changes": {"mde": 0.1}, "why": "too small"})
    assert amended["version"] == 4
    first = client.get(f"{ROUTE}/{key}/results?phase=1", headers=ADMIN).json()["answer"]
    last = client.get(f"{ROUTE}/{key}/results", headers=ADMIN).json()["answer"]
    assert (first["phase"], last["phase"]) == (1, 2)
    post(client, f"{key}/stop")
    decided = post(client, f"{key}/decide", {"variant": "tips", "why": "more interviews"})
    assert decided["definition"]["decision"]["variant"] == "tips"
    post(client, f"{key}/archive")
    again = post(client, f"{key}/rerun", {"why": "in the high season"})
    assert again["definition"]["phases"][-1]["split"]["salt"] == f"{key}:2"
    shown = client.get(f"{ROUTE}/{key}", headers=ADMIN).json()
    assert [one["action"] for one in shown["history"]][::-1] == [
        "create", "start", "weights", "coverage", "amend", "stop", "decide", "archive", "rerun",
    ]  # fmt: skip
    assert shown["history"][0]["actor"] == "admin key"
    assert shown["history"][0]["why"] == "in the high season"
    assert shown["experiment"]["definition"]["amendments"][-1]["why"] == "too small"
    noted = services.audit.fetch(AuditWish(limit=50))
    actions = [one.action for one in noted if f'"key": "{key}"' in one.detail][::-1]
    assert actions == [
        "create_experiment", "start_experiment", *["amend_experiment"] * 3, "stop_experiment",
        "decide_experiment", "archive_experiment", "rerun_experiment",
    ]  # fmt: skip


def test_the_list_and_what_stands_so(client: Client, key: str, analyst: dict[str, str]) -> None:
    post(client, "create", a_draft(key), 201)
    drafts = client.get(f"{ROUTE}?state=draft", headers=analyst).json()
    assert drafts[0]["test_id"] == key
    running = client.get(f"{ROUTE}?state=running", headers=analyst).json()
    assert key not in {one["test_id"] for one in running}
    answer = client.get(f"{ROUTE}?state=asleep", headers=analyst)
    assert "draft, running" in assert_problem(answer, 422, "invalid_input")["message"]


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"weights": [0.5, 0.6]}, 422, "sum to 1.1 and must sum to 1"),
        ({"primary": "hires"}, 422, "'hires' is no metric"),
        ({"key": "no key"}, 422, "is no key"),
        ({"salt": 7}, 400, "Expected `str`, got `int`"),
        ({"states": "running"}, 400, "unknown field `states`"),
        ({"state": "running"}, 400, "unknown field `state`"),
        ({"targeting": {"user_id": "user-42"}}, 422, "name them as testers"),
        ({"variants": ["a"] * 2}, 422, "stands there 2 times"),
    ],
)
def test_a_wrong_plan_is_told(
    client: Client, key: str, changes: dict[str, Any], status: int, message: str
) -> None:
    code = {400: "malformed_request", 422: "invalid_input"}[status]
    assert message in refused(client, "create", a_draft(key) | changes, status, code)


def test_what_is_not_json_is_told(client: Client) -> None:
    for body in (b"", b"{", b"\xff", b"[]"):
        answer = client.post(f"{ROUTE}/create", content=body, headers=ADMIN)
        assert_problem(answer, 400, "malformed_request")


def test_how_long_a_test_would_take(client: Client, key: str, analyst: dict[str, str]) -> None:
    post(client, "create", a_draft(key), 201)
    thought = {"draft": {"key": "an-idea", "variants": ["a", "b"], "primary": "applications"}}
    for body in ({"test_id": key}, {"test_id": key, "weeks": 1}, thought):
        answer = client.post(f"{ROUTE}/plan", json=body, headers=analyst)
        assert answer.status_code == 200, answer.text
        assert answer.json()["weeks"] == body.get("weeks", 4)
    for wrong in ({}, {"test_id": key, **thought}):
        assert "one of them" in refused(client, "plan", wrong, 422, "invalid_input")
    alone = {"draft": {"key": "an-idea", "primary": "applications"}}
    assert client.post(f"{ROUTE}/plan", json=alone, headers=analyst).status_code == 200
    refused(client, "plan", {"test_id": "none"}, 404, "not_found")
    refused(client, "plan", {"test_id": key, "weeks": 0}, 400, "malformed_request")


def test_steps_out_of_order_are_told(client: Client, key: str) -> None:
    post(client, "create", a_draft(key, primary=None), 201)
    message = refused(client, f"{key}/start", None, 422, "invalid_input")
    assert "primary: there is none" in message
    client.patch(f"{ROUTE}/{key}", json={"primary": "applications"}, headers=ADMIN)
    post(client, f"{key}/start")
    assert "is running" in refused(client, f"{key}/start", None, 422, "invalid_input")
    edited = client.patch(f"{ROUTE}/{key}", json={"name": "x"}, headers=ADMIN)
    assert "amend it while it runs" in assert_problem(edited, 422, "invalid_input")["message"]
    assert_problem(client.get(f"{ROUTE}/none/results", headers=ADMIN), 404, "not_found")
    phase = client.get(f"{ROUTE}/{key}/results?phase=9", headers=ADMIN)
    assert_problem(phase, 422, "invalid_input")
    assert "is the key of" in refused(client, "create", a_draft(key), 409, "conflict")


def test_a_body_that_never_ends_is_refused(client: Client, key: str) -> None:
    answer = client.patch(f"{ROUTE}/{key}", content=b'{"a":' * 5_000, headers=ADMIN)
    assert_problem(answer, 400, "malformed_request")


def test_a_segment_that_is_none_is_told_with_those_that_are(client: Client, key: str) -> None:
    message = refused(client, "create", a_draft(key, segments=["age"]), 400, "malformed_request")
    assert "it can be browser, country, device, users" in message
    post(client, "create", a_draft(key, segments=["users"]), 201)
    edited = client.patch(f"{ROUTE}/{key}", json={"segments": ["age"]}, headers=ADMIN)
    assert "it can be browser, country" in assert_problem(edited, 422, "invalid_input")["message"]


def test_who_was_slower_gets_409(client: Client, key: str) -> None:
    made = client.post(f"{ROUTE}/create", json=a_draft(key), headers=ADMIN)
    mine = {**ADMIN, "If-Match": made.headers["etag"]}
    assert client.patch(f"{ROUTE}/{key}", json={"name": "a"}, headers=mine).status_code == 200
    slower = client.patch(f"{ROUTE}/{key}", json={"name": "b"}, headers=mine)
    assert "somebody else" in assert_problem(slower, 409, "conflict")["message"]
    wrong = client.patch(f"{ROUTE}/{key}", json={}, headers={**ADMIN, "If-Match": "latest"})
    assert_problem(wrong, 422, "invalid_input")


def test_a_tester_who_is_forgotten_is_no_tester_any_more(
    client: Client, key: str, services: Services
) -> None:
    raw = f"person-{key}"
    made = post(client, "create", a_draft(key, testers={raw: "tips"}), 201)
    [fingerprint] = made["definition"]["overrides"]
    flag = client.put(f"/api/flags/{key}-flag", json={"testers": {raw: "on"}}, headers=ADMIN)
    assert list(flag.json()["definition"]["overrides"].values()) == ["on"]
    asked = client.post("/api/privacy/erasures", json={"user_id": raw}, headers=ADMIN)
    assert asked.status_code == 202, asked.text
    shown = client.get(f"{ROUTE}/{key}", headers=ADMIN)
    assert shown.json()["experiment"]["definition"]["overrides"] == {}
    assert fingerprint not in shown.text
    assert (
        client.get(f"/api/flags/{key}-flag", headers=ADMIN).json()["flag"]["definition"][
            "overrides"
        ]
        == {}
    )
    assert services.catalogue.current().experiments[key].overrides == {}
    [request] = fetch_requests(services.store, asked.json()["request_id"])
    assert request.testers == 2  # each definition has one version


def test_a_flag_from_roll_out_to_its_end(
    client: Client, key: str, services: Services, analyst: dict[str, str]
) -> None:
    path = f"/api/flags/{key}"
    made = client.put(path, json={"name": "The new editor", "rollout": 0.25}, headers=ADMIN)
    assert made.status_code == 200, made.text
    assert made.json()["definition"]["rules"][0]["split"]["coverage"] == 0.25
    off = client.post(f"{path}/off", json={"why": "it loses text"}, headers=ADMIN)
    assert off.json()["is_on"] is False
    assert services.catalogue.current().flags[key].enabled is False
    assert client.post(f"{path}/on", headers=ADMIN).json()["version"] == 3
    body = {"kind": "string", "variants": [{"key": "a", "value": "x"}], "version": 3}
    assert client.put(path, json=body, headers=ADMIN).json()["version"] == 4
    slower = client.put(path, json=body, headers=ADMIN)
    assert_problem(slower, 409, "conflict")
    assert key in {one["key"] for one in client.get("/api/flags", headers=analyst).json()}
    shown = client.get(path, headers=analyst).json()
    assert [one["action"] for one in shown["history"]] == ["edit", "on", "off", "create"]
    assert shown["history"][2]["why"] == "it loses text"
    assert client.delete(path, headers=ADMIN).status_code == 200
    assert_problem(client.get(path, headers=analyst), 404, "not_found")
    assert_problem(client.put(path, json={"rollout": 2}, headers=ADMIN), 422, "invalid_input")


def test_another_process_is_heard_within_a_second(
    client: Client, key: str, services: Services
) -> None:
    from landed.experiments.catalogue import Catalogue

    elsewhere = Catalogue(services.state)
    elsewhere.refresh()
    post(client, "create", a_draft(key), 201)
    end = time.monotonic() + 5
    while key not in services.catalogue.current().experiments:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert key not in elsewhere.current().experiments
    elsewhere.refresh()
    assert key in elsewhere.current().experiments
