"""Sends planted events in every form, with canaries in all that surrounds them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx

from tests.privacy.planting import CANARIES, contexts, planted_events
from tests.serving import WRITE_KEY, Server

__all__ = ["send_all", "send_broken"]

_BATCH = 40
Event = tuple[int, str, dict[str, Any], str]


def send_all(server: Server) -> int:
    """Send every planted event once, the forms taking turns; return how many."""
    forms: list[list[Event]] = [[] for _ in _FORMS]
    sent = 0
    for number, (name, properties) in enumerate(planted_events()):
        text = CANARIES[number // 7 % len(CANARIES)].text
        # A group of three belongs to one event type: the next canary's goes another way.
        forms[(number // 3 + number // 157) % len(forms)].append((number, name, properties, text))
        sent += 1
    with _client(server) as client:
        for (path, body), events in zip(_FORMS, forms, strict=True):
            for start in range(0, len(events), _BATCH):
                part = events[start : start + _BATCH]
                answer = client.post(path, json=body(part), headers=_headers(part[0][3]))
                assert answer.status_code == 200, answer.text
    return sent


def send_broken(server: Server) -> None:
    """Send what cannot be taken: bad events, bodies, keys and routes, with canaries in each."""
    with _client(server) as client:
        for canary in CANARIES:
            text, headers = canary.text, _headers(canary.text)
            answer = client.post("/v1/batch", json={"batch": [*_bad_items(text)]}, headers=headers)
            assert answer.status_code == 200, answer.text
            answer = client.post(
                "/api/analytics/events", json={"events": [*_bad_items(text)]}, headers=headers
            )
            assert answer.status_code == 200, answer.text
            _send_refused(client, text, headers)


def _send_refused(client: httpx.Client, text: str, headers: dict[bytes, bytes]) -> None:
    for status, path, body in (
        (400, "/v1/batch", f'{{"batch": [{{"userId": "{text}"'),
        (400, "/v1/track", f"userId={quote(text)}"),
        (400, "/batch/", f'{{"batch": "{text}"}}'),
        (400, "/capture", text),
        (404, f"/v1/{quote(text)}", "{}"),
    ):
        answer = client.post(path, content=body.encode(), headers=headers)
        assert answer.status_code == status, (path, answer.text)
    sent_key = {b"Authorization": f"Bearer {quote(text)}".encode()}
    event = {"event": text, "userId": text}
    for answer in (
        client.post("/v1/track", json=event, headers={**headers, **sent_key}),
        client.post("/capture", json={"event": text, "distinct_id": text, "api_key": text}),
    ):
        assert answer.status_code in {401, 403}, answer.text
    client.get("/overview", params={"q": text}, headers=headers)
    client.post("/api/admin/sql", json={"sql": f"SELECT '{text}'"}, headers=headers)


def _client(server: Server) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60, headers={"Connection": "keep-alive"})


def _headers(text: str) -> dict[bytes, bytes]:
    key = base64.b64encode(f"{WRITE_KEY}:".encode())
    encoded = quote(text).encode()
    text = text.replace("\n", " ")  # else it is no header
    return {
        b"Authorization": b"Basic " + key,
        b"User-Agent": f"Mozilla/5.0 ({text})".encode(),
        b"X-Forwarded-For": text.encode(),
        b"X-Real-IP": encoded,
        b"Forwarded": b"for=" + encoded,
        b"Referer": b"https://app.example/?q=" + encoded,
        b"Cookie": b"session=" + encoded,
        b"X-Request-ID": encoded,
    }


def _bad_items(text: str) -> Iterator[Any]:
    """Events that go to the quarantine, one for each reason."""
    person = {"userId": text, "user_id": text, "type": "track", "context": contexts(text)}
    yield {
        **person,
        "event": "recommendation_clicked",
        "properties": {"job_id": text, "score": text},
    }
    yield {**person, "event": "recommendation_clicked", "properties": {"score": 99, text: text}}
    yield {**person, "event": "job_saved", "properties": text}
    yield {**person, "event": "job_saved", "timestamp": text, "occurred_at": text}
    yield {**person, "event": f"{'x' * 300} {text}"}
    yield {**person, "event": [text], "traits": {"name": text, text: text}}
    yield {**person, "type": text, "event": text, text: text, "nope": {text: [text]}}
    yield {"event": text, "properties": {"note": text}, "remark": text}
    yield {**person, "event": "deep", "properties": _deep(text)}
    yield {**person, "event": "big", "properties": {"amount": 10**30, "note": text}}
    yield {**person, "event": "job_saved", "messageId": [text], "message_id": {text: text}}
    yield {**person, "event": "job_saved", "context": {"sessionId": [text]}, "session_id": [text]}
    yield {**person, "event": "job_saved", "userId": text * 100, "user_id": text * 100}
    yield text
    yield [text, {text: text}]


def _deep(text: str) -> dict[str, Any]:
    value: dict[str, Any] = {"note": text}
    for _ in range(40):
        value = {text: value}
    return value


def _segment(events: list[Event]) -> dict[str, Any]:
    return {"batch": [_segment_item(*event) for event in events], "context": contexts(events[0][3])}


def _segment_item(number: int, name: str, properties: dict[str, Any], text: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "type": "track",
        "event": name,
        "properties": properties,
        "userId": text,
        "anonymousId": f"anon {text}",
        "messageId": f"{text} {number} {next(_numbers)}",
        "context": {**contexts(text), "sessionId": f"{text} s"},
        "integrations": {text: text},
    }
    # What Segment names otherwise arrives by its own call.
    if name == "person_identified":
        item |= {"type": "identify", "traits": {**properties, **contexts(text)["traits"]}}
    if name in {"page_viewed", "screen_viewed"}:
        item |= {"type": name.partition("_")[0], "name": text, "category": text}
        item["properties"] = {**properties, "url": f"https://x.example/{quote(text)}?e={text}"}
    if name == "group_joined":
        item |= {"type": "group", "groupId": text, "traits": properties}
    if name == "person_aliased":
        item |= {"type": "alias", "previousId": text}
    return item


def _posthog(events: list[Event]) -> dict[str, Any]:
    return {"api_key": WRITE_KEY, "batch": [_posthog_item(*event) for event in events]}


def _posthog_item(number: int, name: str, properties: dict[str, Any], text: str) -> dict[str, Any]:
    theirs = {
        "$ip": text,
        "$session_id": text,
        "$device_id": text,
        "$anon_distinct_id": text,
        "$current_url": f"https://x.example/u/{quote(text)}?q={quote(text)}",
        "$pathname": f"/profile/{text}",
        "$title": text,
        "$referrer": f"https://www.linkedin.com/in/{quote(text)}",
        "$raw_user_agent": text,
        "$browser": text,
        "$os": text,
        "$lib": text,
        "$set": {"name": text, "about": text, text: text},
        "$set_once": {"email": text},
        "utm_campaign": text,
        "$geoip_city_name": text,
        "distinct_id": text,
    }
    return {
        "event": _POSTHOG_NAMES.get(name, name),
        "distinct_id": text,
        "uuid": f"{text} {number} {next(_numbers)}",
        "properties": {**theirs, **properties},
        "$set": {"name": text, "about": text},
    }


def _own(events: list[Event]) -> dict[str, Any]:
    return {"events": [_own_item(*event) for event in events], "context": contexts(events[0][3])}


def _own_item(number: int, name: str, properties: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "event": name,
        "user_id": text,
        "anonymous_id": f"device of {text}",
        "message_id": f"{text} {number} {next(_numbers)}",
        "session_id": f"{text} session",
        "properties": properties,
        "context": contexts(text),
    }


_numbers = count()
_POSTHOG_NAMES = {
    "person_identified": "$identify",
    "page_viewed": "$pageview",
    "screen_viewed": "$screen",
}
Build = Callable[[list[Event]], dict[str, Any]]
_FORMS: tuple[tuple[str, Build], ...] = (
    ("/v1/batch", _segment),
    ("/batch/", _posthog),
    (f"/capture?_=1&email={quote(CANARIES[0].text)}", _posthog),
    ("/api/analytics/events", _own),
)
