"""OFREP, PostHog's flags and the definitions: shapes, errors, tags, consent, keys."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from landed.experiments import Decision, Experiment, Flag, Phase, Rule, Split, Variant
from landed.experiments.asking import Asked
from landed.privacy import make_api_key
from landed.wiring import Services, restrict_person, take_consents
from tests.api.asking import ADMIN, WRITE, WRITE_KEY, Client, Count, assert_problem
from tests.definitions import keep_definitions

ONE = "/ofrep/v1/evaluate/flags"
HALVES = Split(salt="tips-1", weights=(0.5, 0.5))
TIPS = Experiment(
    key="tips",
    hypothesis="a secret plan",
    variants=(Variant(key="control"), Variant(key="tips")),
    phases=(Phase(split=HALVES),),
    state="running",
    version=3,
)
SMALL = Experiment(
    key="small",
    variants=(Variant(key="control"), Variant(key="tips")),
    phases=(Phase(split=Split(salt="small", weights=(0.0, 1.0), coverage=0.5)),),
    state="running",
)
ADS = Experiment(
    key="ads",
    unit="company",
    variants=(Variant(key="control"), Variant(key="big", value={"rows": 9})),
    phases=(Phase(split=Split(salt="ads", weights=(0.0, 1.0))),),
    state="running",
)
WON = Experiment(
    key="won",
    variants=(Variant(key="control"), Variant(key="new")),
    phases=(Phase(split=HALVES),),
    state="decided",
    decision=Decision(variant="new", made_at=datetime(2026, 1, 1, tzinfo=UTC), why="it is better"),
)
DRAFT = Experiment(
    key="later", variants=(Variant(key="control"),), phases=(Phase(split=HALVES),), state="draft"
)
ON_OFF = (Variant(key="off", value=False), Variant(key="on", value=True))
EDITOR = Flag(
    key="editor",
    variants=ON_OFF,
    default="off",
    rules=(
        Rule(id="pros", variants=("on",), condition={"plan": "pro"}),
        Rule(id="some", variants=("on",), split=Split(salt="e", weights=(1.0,), coverage=0.5)),
    ),
)
PLAIN = Flag(key="plain", variants=ON_OFF, default="on")
KILLED = Flag(key="killed", variants=ON_OFF, default="off", enabled=False, rules=EDITOR.rules)
RATE = Flag(
    key="rate",
    kind="number",
    variants=(Variant(key="one", value=1), Variant(key="half", value=0.5)),
    default="one",
)
PROMPT = Flag(
    key="prompt",
    kind="json",
    variants=(Variant(key="none"), Variant(key="short", value=["a", {"b": 1}])),
    default="none",
    rules=(Rule(variants=("short",), condition={"plan": "pro"}),),
)
LONG = json.dumps(list(range(101))).encode()
MANY = json.dumps({f"a{number}": 1 for number in range(201)}).encode()
ALL = (TIPS, SMALL, ADS, WON, DRAFT, EDITOR, PLAIN, KILLED, RATE, PROMPT)


@pytest.fixture(scope="module", autouse=True)
def _kept(services: Services) -> None:
    keep_definitions(services.state, *ALL)
    services.catalogue.refresh()


@pytest.fixture
def person(services: Services) -> Iterator[str]:
    """Somebody whose word is taken back after the test, so that others find an open book."""
    name = f"person-{uuid.uuid4().hex[:8]}"
    yield name
    take_consents(services, name, {"personalisation": True}, source="test")


def ask(client: Client, key: str = "", context: Any = None, **headers: str) -> Any:
    """Ask by OFREP; without a key for all."""
    path = f"{ONE}/{key}" if key else ONE
    told = {} if context is None else {"context": context}
    return client.post(path, json=told, headers={**WRITE, **headers})


def someone(variant: str) -> str:
    """An id that the experiment deals to a variant."""
    from landed.experiments import assign

    ids = (f"user-{number}" for number in range(99))
    return next(one for one in ids if assign(TIPS, one, {}).variant == variant)


def test_an_experiment_says_how_it_dealt(client: Client) -> None:
    user = someone("tips")
    answer = ask(client, "tips", {"targetingKey": user})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "key": "tips",
        "value": "tips",
        "variant": "tips",
        "reason": "SPLIT",
        "metadata": {
            "kind": "experiment",
            "experiment": "tips",
            "unit": "user_id",
            "version": 3,
            "phase": 1,
            "salt": "tips-1",
            "algorithm": "growthbook_v2",
            "why": "split",
            "exposure": True,
        },
    }


@pytest.mark.parametrize(
    ("key", "context", "variant", "reason"),
    [
        ("won", None, "new", "STATIC"),
        ("plain", None, "on", "STATIC"),
        ("killed", None, "off", "DISABLED"),
        ("editor", {"plan": "pro"}, "on", "TARGETING_MATCH"),
        ("prompt", {"plan": "free"}, "none", "DEFAULT"),
        ("ads", {"company": 7}, "big", "SPLIT"),
        ("ads", {"company": "acme", "targetingKey": "u"}, "big", "SPLIT"),
    ],
)
def test_reasons_are_openfeatures(
    client: Client, key: str, context: Any, variant: str, reason: str
) -> None:
    answer = ask(client, key, context).json()
    assert (answer["variant"], answer["reason"]) == (variant, reason)


def test_values_keep_their_type(client: Client) -> None:
    assert '"value":1.0' in ask(client, "rate").text  # typed clients tell 1 from 1.0
    assert ask(client, "prompt", {"plan": "pro"}).json()["value"] == ["a", {"b": 1}]
    assert "value" not in ask(client, "prompt").json()  # the code's own default
    assert ask(client, "ads", {"company": "x"}).json()["value"] == {"rows": 9}


@pytest.mark.parametrize(
    ("key", "body", "code", "status"),
    [
        ("tips", b"{}", "TARGETING_KEY_MISSING", 400),
        ("tips", b'{"context": {"targetingKey": " "}}', "TARGETING_KEY_MISSING", 400),
        ("editor", b"", "TARGETING_KEY_MISSING", 400),
        ("ads", b'{"context": {"targetingKey": "u"}}', "INVALID_CONTEXT", 400),
        ("tips", b'{"context": 5}', "INVALID_CONTEXT", 400),
        ("tips", b'{"context": {"targetingKey": ["u"]}}', "INVALID_CONTEXT", 400),
        ("tips", b'{"context": {"targetingKey": "%s"}}' % (b"u" * 513), "INVALID_CONTEXT", 400),
        ("tips", b'{"context": {"a": %s}}' % LONG, "INVALID_CONTEXT", 400),
        ("tips", b'{"context": {"a": [[{"b": %s}]]}}' % LONG, "INVALID_CONTEXT", 400),
        ("tips", b'{"context": %s}' % MANY, "INVALID_CONTEXT", 400),
        ("tips", b'{"context": {"a": {"b": %s}}}' % MANY, "INVALID_CONTEXT", 400),
        ("tips", b"{", "PARSE_ERROR", 400),
        ("tips", b'"text"', "PARSE_ERROR", 400),
        ("tips", b'{"context": {"a": NaN}}', "PARSE_ERROR", 400),
        ("tips", b"\xff", "PARSE_ERROR", 400),
        ("tips", b'{"context": {"targetingKey": "\\ud83d"}}', "PARSE_ERROR", 400),
        ("tips", b'{"context": ' + b"[" * 9_999, "PARSE_ERROR", 400),
        ("none", b"{}", "FLAG_NOT_FOUND", 404),
        ("later", b"{}", "FLAG_NOT_FOUND", 404),
        ("weird%20key/with:slash%2F%F0%9F%98%80", b"{}", "FLAG_NOT_FOUND", 404),
        ("__proto__", b"{}", "FLAG_NOT_FOUND", 404),
    ],
)
def test_errors_are_openfeatures(
    client: Client, key: str, body: bytes, code: str, status: int
) -> None:
    answer = client.post(f"{ONE}/{key}", content=body, headers=WRITE)
    assert answer.status_code == status
    assert answer.json()["errorCode"] == code
    assert answer.json()["errorDetails"]
    assert answer.json().keys() == {"key", "errorCode", "errorDetails"}


def test_the_key_that_was_asked_for_comes_back(client: Client) -> None:
    assert ask(client, "weird%20key/with:slash").json()["key"] == "weird key/with:slash"


def test_numbers_that_nothing_can_hold_do_no_harm(client: Client) -> None:
    for number in ("9" * 5_000, "1e999", "-0"):
        body = f'{{"context": {{"targetingKey": "u", "plan": {number}}}}}'
        answer = client.post(f"{ONE}/editor", content=body, headers=WRITE)
        assert answer.status_code in {200, 400}, number


def test_too_large_a_question_is_refused(client: Client) -> None:
    big = gzip.compress(b'{"context": {"a": "%s"}}' % (b"a" * 200_000))
    answer = client.post(ONE, content=big, headers={**WRITE, "Content-Encoding": "gzip"})
    assert_problem(answer, 413, "too_large")


def test_all_at_once_has_a_tag(client: Client, services: Services) -> None:
    context = {"targetingKey": "user-1", "plan": "pro"}
    first = ask(client, "", context)
    flags = {one["key"]: one for one in first.json()["flags"]}
    assert flags.keys() >= {one.key for one in ALL} - {"later"}
    assert "later" not in flags
    assert flags["ads"]["errorCode"] == "INVALID_CONTEXT"
    assert flags["tips"]["reason"] == "SPLIT"
    tag = first.headers["etag"]
    again = ask(client, "", {"plan": "pro", "targetingKey": "user-1"}, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    weak = ask(client, "", context, **{"If-None-Match": f'"x", W/{tag}'})
    assert weak.status_code == 304
    other = ask(client, "", {"targetingKey": "user-2"}, **{"If-None-Match": tag})
    assert other.status_code == 200
    keep_definitions(services.state, PLAIN)
    services.catalogue.refresh()
    assert ask(client, "", context, **{"If-None-Match": tag}).status_code == 200
    assert ask(client, "", 5).json()["errorCode"] == "INVALID_CONTEXT"


def test_who_refuses_is_dealt_nothing_at_once(
    client: Client, services: Services, person: str
) -> None:
    context = {"targetingKey": person, "plan": "pro"}
    tag = ask(client, "", context).headers["etag"]
    take_consents(services, person, {"personalisation": False}, source="test")
    refused = ask(client, "tips", context, **ADMIN).json()
    assert (refused["value"], refused["reason"]) == ("control", "DEFAULT")
    assert refused["metadata"]["why"] == "no_consent"
    assert refused["metadata"]["exposure"] is False
    assert ask(client, "editor", context).json()["value"] is True  # what a plan pays for
    assert ask(client, "editor", {"targetingKey": person}).json()["value"] is False
    assert ask(client, "plain", context).json()["value"] is True
    assert ask(client, "won", context).json()["variant"] == "new"
    assert ask(client, "", context, **{"If-None-Match": tag}).status_code == 200
    # The device of somebody who refused, and the other way round.
    device = {"targetingKey": "device-1", "user_id": person}
    assert ask(client, "tips", device, **ADMIN).json()["metadata"]["why"] == "no_consent"
    told = client.post("/flags?v=2", json={"distinct_id": person}, headers=ADMIN).json()
    said = told["flags"]["tips"]
    assert (said["enabled"], said["reason"]["code"]) == (False, "no_consent")
    take_consents(services, person, {"personalisation": True}, source="test")
    assert ask(client, "tips", context).json()["reason"] == "SPLIT"


def test_a_write_key_does_not_learn_who_refused(
    client: Client, services: Services, person: str
) -> None:
    """A refusal says what it says of somebody who is simply not dealt; the variants tell more."""

    def learned(one: str, *, path: str = "") -> Any:
        return ask(client, path, {"targetingKey": one}).json()

    def posthogs(one: str) -> Any:
        told = {"token": WRITE_KEY, "distinct_id": one}
        return client.post("/flags?v=2", json=told).json()["flags"]

    left_out = next(
        one
        for one in (f"user-{number}" for number in range(99))
        if learned(one, path="small")["value"] == "control"
        and learned(one, path="editor")["value"] is False
    )
    take_consents(services, person, {"personalisation": False}, source="test")
    for path in ("small", "editor"):
        assert learned(person, path=path) == learned(left_out, path=path)
        assert posthogs(person)[path] == posthogs(left_out)[path]
    assert learned(person, path="small")["metadata"] == {
        "kind": "experiment",
        "experiment": "small",
        "unit": "user_id",
        "version": 1,
        "why": "control",
        "exposure": False,
    }


def test_who_may_read_learns_why_somebody_is_not_dealt(client: Client) -> None:
    found = [
        ask(client, "small", {"targetingKey": f"user-{number}"}, **ADMIN).json()["metadata"]
        for number in range(20)
    ]
    assert {one["why"] for one in found} == {"split", "out_of_coverage"}
    assert {one["exposure"] for one in found if "salt" in one} == {True}
    assert {one["exposure"] for one in found if "salt" not in one} == {False}


def test_who_is_restricted_is_dealt_nothing(
    client: Client, services: Services, person: str
) -> None:
    restrict_person(services, person, is_wanted=True)
    found = ask(client, "tips", {"targetingKey": person}, **ADMIN).json()
    restrict_person(services, person, is_wanted=False)
    assert found["metadata"]["why"] == "no_consent"


@pytest.mark.parametrize("signal", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_with_a_signal_nobody_is_dealt_anything(client: Client, signal: dict[str, str]) -> None:
    found = ask(client, "tips", {"targetingKey": "user-1"}, **signal, **ADMIN).json()
    assert (found["variant"], found["metadata"]["why"]) == ("control", "no_consent")


@pytest.mark.parametrize("kind", ["experiment_exposed", "experiment_assigned"])
def test_exposures_of_who_refused_are_a_bare_count(
    client: Client, services: Services, person: str, count: Count, kind: str
) -> None:
    take_consents(services, person, {"personalisation": False}, source="test")
    exposure = {
        "event": kind,
        "user_id": person,
        "properties": {"experiment_id": "tips", "variant": "tips"},
    }
    saved = {"event": "job_saved", "user_id": person, "properties": {"job_id": "j"}}
    before = count(kind)
    answer = client.post("/api/analytics/events", json={"events": [exposure, saved]}, headers=WRITE)
    assert answer.json() == {"accepted": 1, "withheld": 1, "rejected": []}
    assert count(kind) == before
    others = {**exposure, "user_id": "somebody-else"}
    assert client.post("/api/analytics/events", json=others, headers=WRITE).json()["accepted"] == 1
    assert count(kind) == before + 1


@pytest.mark.parametrize("experiment", ["never-heard-of", "won", "later"])
def test_exposures_of_unknown_and_ended_experiments_are_kept(
    client: Client, count: Count, experiment: str
) -> None:
    before = count("experiment_exposed")
    told = {
        "event": "experiment_exposed",
        "user_id": "u",
        "properties": {"experiment_id": experiment, "variant": "x", "salt": "s"},
    }
    assert client.post("/api/analytics/events", json=told, headers=WRITE).json()["accepted"] == 1
    assert count("experiment_exposed") == before + 1


def test_wrong_and_weak_keys_are_refused(client: Client, services: Services) -> None:
    now = services.clock()
    keys = {
        scope: make_api_key(
            services.state, f"{scope}-{uuid.uuid4().hex[:6]}", scope, expires=None, now=now
        )[0]
        for scope in ("training", "flags", "write")
    }
    services.book.refresh()
    assert_problem(client.post(ONE, json={}), 401, "unauthorized")
    wrong = client.post(ONE, json={}, headers={"X-API-Key": "lk_wrong"})
    assert_problem(wrong, 401, "unauthorized")
    training = client.post(ONE, json={}, headers={"X-API-Key": keys["training"]})
    assert_problem(training, 403, "forbidden")
    assert client.post(ONE, json={}, headers={"X-API-Key": keys["flags"]}).status_code == 200
    path = "/api/flags/definitions"
    assert_problem(client.get(path, headers={"X-API-Key": keys["write"]}), 403, "forbidden")
    assert client.get(path, headers={"X-API-Key": keys["flags"]}).status_code == 200


def test_definitions_hold_what_deals_and_nothing_else(client: Client) -> None:
    answer = client.get("/api/flags/definitions", headers=ADMIN)
    told = answer.json()
    assert {one["key"] for one in told["experiments"]} >= {"tips", "ads", "won"}
    assert {one["key"] for one in told["flags"]} >= {"editor", "plain", "killed", "rate", "prompt"}
    assert "secret plan" not in answer.text
    assert "it is better" not in answer.text
    assert told["needs_consent"] is False
    tag = {**ADMIN, "If-None-Match": answer.headers["etag"]}
    assert client.get("/api/flags/definitions", headers=tag).status_code == 304


def test_the_same_number_of_another_backup_is_another_answer(
    client: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, now = "/api/flags/definitions", services.catalogue.current()
    tags = [client.get(path, headers=ADMIN).headers["etag"], ask(client).headers["etag"]]
    monkeypatch.setattr(services.catalogue, "_snapshot", replace(now, flags={"plain": PLAIN}))
    told = client.get(path, headers={**ADMIN, "If-None-Match": tags[0]})
    assert told.status_code == 200
    assert ask(client, **{"If-None-Match": tags[1]}).status_code == 200


def posthog(client: Client, path: str = "/flags/?v=2", **more: Any) -> Any:
    """Ask as PostHog's libraries do."""
    told = {"token": WRITE_KEY, "distinct_id": someone("tips"), **more}
    answer = client.post(path, json=told)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_posthogs_version_2(client: Client) -> None:
    told = posthog(client, person_properties={"plan": "pro"}, groups={"company": "acme"})
    assert told["errorsWhileComputingFlags"] is False
    flags = told["flags"]
    assert flags.keys() >= {one.key for one in ALL} - {"later"}
    assert "later" not in flags
    tips = flags["tips"]
    assert (tips["enabled"], tips["variant"], tips["metadata"]["version"]) == (True, "tips", 3)
    assert tips["metadata"]["has_experiment"] is True
    assert "value" not in tips
    assert (flags["editor"]["enabled"], flags["editor"]["variant"]) == (True, None)
    assert flags["killed"]["enabled"] is False
    assert (flags["ads"]["variant"], flags["ads"]["metadata"]["payload"]) == ("big", '{"rows":9}')
    assert flags["rate"]["metadata"]["payload"] == "1"
    assert flags["prompt"]["metadata"]["payload"] == '["a",{"b":1}]'


def test_posthogs_version_4_has_typed_values(client: Client) -> None:
    flags = posthog(client, "/flags?v=4", flag_keys_to_evaluate=["tips", "plain", "none"])["flags"]
    assert {key: one["value"] for key, one in flags.items()} == {"tips": "tips", "plain": True}


def test_a_flag_is_answered_once_however_often_it_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def count_up(asked_for: Asked, definition: Flag | Experiment, **how: bool) -> Any:
        asked.append(definition.key)
        return evaluated(asked_for, definition, **how)

    evaluated = Asked.evaluate
    monkeypatch.setattr(Asked, "evaluate", count_up)
    flags = posthog(client, flag_keys_to_evaluate=["tips", "plain"] * 500)["flags"]
    assert (flags.keys(), asked) == ({"tips", "plain"}, ["tips", "plain"])


@pytest.mark.parametrize("path", ["/decide", "/decide/?v=3", "/flags/", "/flags?v=1"])
def test_posthogs_older_form(client: Client, path: str) -> None:
    told = posthog(client, path)
    assert told["featureFlags"]["tips"] == "tips"
    assert told["featureFlags"]["plain"] is True
    assert told["featureFlags"]["ads"] is False  # no company, so it is not in
    assert told["featureFlagPayloads"]["rate"] == "1"


@pytest.mark.parametrize("pack", [gzip.compress, lambda body: b"data=" + base64.b64encode(body)])
def test_posthogs_bodies_are_packed_as_browsers_do(client: Client, pack: Any) -> None:
    body = json.dumps({"token": WRITE_KEY, "distinct_id": "u"}).encode()
    answer = client.post("/flags/?v=2&compression=any", content=pack(body))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"token": "lw_test_key"}', 400),
        (b'{"token": "lw_test_key", "distinct_id": ""}', 400),
        (b'{"token": "lw_test_key", "distinct_id": {}}', 400),
        (b'{"token": "lw_test_key", "distinct_id": "%s"}' % (b"u" * 600), 400),
        (b'{"token": "lw_test_key", "distinct_id": "u", "person_properties": %s}' % MANY, 400),
        (b'{"token": "lw_test_key", "distinct_id": "u", "groups": {"a": %s}}' % LONG, 400),
        (b'{"token": {}, "distinct_id": "u"}', 401),
        (b'{"token": "lw_wrong", "distinct_id": "u"}', 401),
        (b"", 401),
    ],
)
def test_bad_questions_in_posthogs_form(client: Client, body: bytes, status: int) -> None:
    assert client.post("/flags/?v=2", content=body).status_code == status


def test_pages_of_other_origins_may_ask(client: Client) -> None:
    headers = {
        "Origin": "https://jobs.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,if-none-match,content-type",
    }
    asked = client.options(ONE, headers=headers)
    assert asked.status_code == 204
    told = client.post(ONE, json={}, headers={**WRITE, "Origin": "https://jobs.example"})
    assert told.headers["access-control-allow-origin"] == "*"
    assert "etag" in told.headers["access-control-expose-headers"].lower()
