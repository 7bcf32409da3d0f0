"""Bad input: a clear error that names the field, and nothing lost of the good neighbours."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
import zstandard

from tests.api.asking import WRITE, Client, Count, assert_problem

OWN = "/api/analytics/events"
FORMS: list[tuple[str, str, str, dict[str, str]]] = [
    ("/v1/batch", "batch", "userId", {"type": "track"}),
    ("/batch", "batch", "distinct_id", {}),
    ("/i/v0/e", "batch", "distinct_id", {}),
    ("/capture", "batch", "distinct_id", {}),
    ("/i/v1/analytics/events", "batch", "distinct_id", {}),
    (OWN, "events", "user_id", {}),
    ("/api/analytics/import", "events", "user_id", {}),
    ("/v1/import", "batch", "userId", {"type": "track"}),
]
DEEP = b"[" * 5_000 + b"]" * 5_000
BAD_PROPERTIES = {
    "NaN": b'{"score": NaN}',
    "Infinity": b'{"score": -Infinity}',
    "half an emoji": b'{"note": "\\ud83d"}',
    "invalid UTF-8": b'{"note": "\xff\xfe"}',
    "deep nesting": b'{"note": ' + DEEP + b"}",
    "no object": b'"text"',
    "a number too large": b'{"score": 1e999}',
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form[0])
@pytest.mark.parametrize("bad", BAD_PROPERTIES.values(), ids=BAD_PROPERTIES)
def test_one_bad_event_harms_no_other(
    client: Client,
    count: Count,
    name: str,
    form: tuple[str, str, str, dict[str, str]],
    bad: bytes,
) -> None:
    path, several, person, more = form
    good = json.dumps({"event": name, person: "u1", **more}).encode()
    rotten = good[:-1] + b', "properties": ' + bad + b"}"
    body = b'{"%s": [%s, %s, %s]}' % (several.encode(), good, rotten, good)
    answer = client.post(path, content=body, headers=WRITE)
    assert answer.status_code == 200, answer.text
    assert count(name) == 2


@pytest.mark.parametrize(
    "time",
    ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "yesterday", 10**30, True, "2026-13-01"],
)
def test_impossible_times_name_their_field(
    client: Client, count: Count, name: str, time: object
) -> None:
    good = {"event": name, "user_id": "u"}
    body = {"events": [good, {**good, "occurred_at": time}]}
    answer = client.post(OWN, json=body, headers=WRITE).json()
    assert (answer["accepted"], [each["index"] for each in answer["rejected"]]) == (1, [1])
    assert count(name) == 1
    assert count(name, "quarantine") == 1


def test_huge_integers_are_kept_or_told(client: Client, count: Count, name: str) -> None:
    good = {"event": name, "user_id": 2**63}
    events = [good, {**good, "properties": {"big": 2**64, "bigger": 10**400, "small": -(2**70)}}]
    answer = client.post(OWN, json={"events": events}, headers=WRITE).json()
    assert answer["accepted"] + len(answer["rejected"]) == 2
    assert count(name) == answer["accepted"] >= 1


def test_of_duplicate_keys_the_last_counts(client: Client, count: Count, name: str) -> None:
    body = b'{"event": "quiz_first_sent", "event": "%s", "user_id": "u"}' % name.encode()
    assert client.post(OWN, content=body, headers=WRITE).json()["accepted"] == 1
    assert count(name) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"text"',
        b"\xff\xfe{}",
        b"\x00",
        b'{"batch": 5}',
        b'{"batch": {"a": 1}}',
        DEEP,
        b"{" * 5_000,
        b"<html>",
    ],
    ids=lambda body: repr(body[:12]),
)
@pytest.mark.parametrize("path", ["/v1/batch", "/batch/", "/i/v1/analytics/events"])
def test_a_body_that_is_no_batch(client: Client, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers=WRITE)
    assert_problem(answer, 400, "malformed_request")


@pytest.mark.parametrize("path", ["/v1/track", "/capture", OWN])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"nul", b'{"event": '])
def test_a_body_that_is_no_json(client: Client, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers=WRITE)
    assert_problem(answer, 400, "malformed_request")


def test_wrong_types_name_their_path(client: Client, name: str) -> None:
    events: list[Any] = [
        {"event": 5, "user_id": "u"},
        {"event": name},
        {"event": name, "user_id": "u", "properties": []},
        {"event": name, "user_id": "u", "user": "x"},
        17,
    ]
    answer = client.post(OWN, json={"events": events}, headers=WRITE).json()
    assert answer["accepted"] == 0
    assert [each["index"] for each in answer["rejected"]] == [0, 1, 2, 3, 4]
    assert all(each["reason"] for each in answer["rejected"])


@pytest.mark.parametrize(
    ("path", "most"),
    [("/v1/batch", 512_000), ("/batch", 6 << 20), (OWN, 6 << 20), ("/v1/track", 512_000)],
)
def test_a_body_over_its_limit(client: Client, path: str, most: int) -> None:
    body = b'{"batch": [], "pad": "' + b"x" * (10 << 20) + b'"}'
    answer = client.post(path, content=body, headers=WRITE)
    assert str(most) in assert_problem(answer, 413, "too_large")["message"].replace(",", "")


def test_a_body_over_the_limit_of_the_server(client: Client) -> None:
    answer = client.post("/v1/batch", content=b"x" * ((20 << 20) + 1), headers=WRITE)
    assert_problem(answer, 413, "too_large")


def test_an_event_over_its_limit_leaves_its_neighbours(
    client: Client, count: Count, name: str
) -> None:
    good = {"type": "track", "event": name, "userId": "u"}
    fat = {**good, "properties": {"text": "x" * 33_000}}
    answer = client.post("/v1/batch", json={"batch": [good, fat, good]}, headers=WRITE)
    assert answer.json() == {"success": True}
    assert count(name) == 2


def test_a_batch_of_too_many(client: Client) -> None:
    answer = client.post("/v1/batch", json={"batch": [{}] * 2_501}, headers=WRITE)
    assert_problem(answer, 413, "too_large")


BOMB = b'{"batch": []}' + b" " * (64 << 20)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BOMB, mtime=0)),
        ("deflate", zlib.compress(BOMB)),
        ("zstd", zstandard.compress(BOMB)),
    ],
)
def test_a_bomb_is_not_inflated(client: Client, encoding: str, packed: bytes) -> None:
    headers = {**WRITE, "Content-Encoding": encoding}
    assert_problem(client.post("/v1/batch", content=packed, headers=headers), 413, "too_large")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "br", "gzip, gzip"])
def test_broken_or_unknown_compression(client: Client, encoding: str) -> None:
    headers = {**WRITE, "Content-Encoding": encoding}
    answer = client.post("/v1/batch", content=b"\x1f\x8bnot really", headers=headers)
    assert_problem(answer, 400, "malformed_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "x"])
def test_content_type_is_not_looked_at(
    client: Client, count: Count, name: str, content_type: str
) -> None:
    body = gzip.compress(json.dumps({"event": name, "userId": "u"}).encode())
    headers = {**WRITE, "Content-Type": content_type}
    assert client.post("/v1/track", content=body, headers=headers).status_code == 200
    assert count(name) == 1


@pytest.mark.parametrize("path", ["/batch", "/batch/", "/i/v0/e/", "/capture/", "/e/"])
def test_with_and_without_a_slash(client: Client, count: Count, name: str, path: str) -> None:
    body = {"batch": [{"event": name, "distinct_id": "u"}]}
    assert client.post(path, json=body, headers=WRITE).status_code == 200
    assert count(name) == 1


@pytest.mark.parametrize("signal", ["Sec-GPC", "DNT"])
def test_a_browser_that_objects_is_not_recorded(
    client: Client, count: Count, name: str, signal: str
) -> None:
    body = {"event": name, "user_id": "u"}
    answer = client.post(OWN, json=body, headers={**WRITE, signal: "1"})
    assert answer.json() == {"accepted": 0, "withheld": 1, "rejected": []}
    answer = client.post(OWN, json=body, headers={**WRITE, signal: "0"})
    assert answer.json() == {"accepted": 1, "withheld": 0, "rejected": []}
    assert count(name) == 1


def test_an_answer_for_each_event_in_version_one(client: Client, name: str) -> None:
    good, bad = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    batch = [
        {"event": name, "distinct_id": "u", "uuid": good},
        {"event": "", "distinct_id": "u", "uuid": bad},
    ]
    answer = client.post("/i/v1/analytics/events", json={"batch": batch}, headers=WRITE)
    results = answer.json()["results"]
    assert results[good] == {"result": "ok"}
    assert results[bad]["result"] == "drop"
    assert results[bad]["details"]
