"""The OpenAPI document: reviewed, valid, complete, and readable without a network."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta
from litestar import Litestar

from landed.api.analytics import READS
from landed.api.reads import Read
from landed.dashboard.areas import AREAS
from landed.events import PLAN, example, json_schema
from tests.api.asking import Client
from tests.api.snapshot import REMEDY, SNAPSHOT, fresh_document, reviewed_part, write_snapshot


@pytest.fixture(scope="module")
def document(shared_client: Client) -> dict[str, Any]:
    served: dict[str, Any] = shared_client.get("/openapi.json").json()
    return served


def test_it_is_the_reviewed_one(document: dict[str, Any]) -> None:
    assert reviewed_part(document) == json.loads(SNAPSHOT.read_text("utf-8")), REMEDY


def test_the_command_writes_what_is_compared(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path_factory.mktemp("snapshot") / "openapi.json"
    monkeypatch.setattr("tests.api.snapshot.SNAPSHOT", target)
    write_snapshot()
    assert target.read_text("utf-8") == SNAPSHOT.read_text("utf-8"), REMEDY


def test_it_can_be_made_twice(document: dict[str, Any]) -> None:
    assert fresh_document() == reviewed_part(document)


def test_every_schema_is_valid_and_every_reference_has_an_end(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        meta.validate(schema)
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert used <= schemas.keys()


def test_every_route_that_takes_events_or_administers_is_in_it(
    shared_client: Client, document: dict[str, Any]
) -> None:
    pages = {"/", "/login", "/logout", "/docs", "/openapi.json", "/overview", "/overview/live"}
    pages |= {
        "/landed.js",
        "/landed.d.ts",
        "/landed-training.js",
        "/landed-training.d.ts",
        "/definitions",
        "/me/enter",
        "/me/data",
        "/me/consents",
        "/me/restriction",
        "/me/erasure",
        "/overview.csv",
    }
    for area in AREAS:
        pages |= {f"{area.path}{kind}" for kind in ("", ".csv", "/live", "/saved")}
    app: Litestar = shared_client.app
    routes = {
        route.path.replace(":str}", "}").replace(":path}", "}")
        for route in app.routes
        if route.path not in pages | {"/favicon.ico"}
        and not route.path.startswith(("/static", "/experiments"))
    }
    assert document["paths"].keys() == routes


def test_the_planned_events_are_those_of_the_plan(document: dict[str, Any]) -> None:
    for name, schema in json_schema()["$defs"].items():
        assert document["components"]["schemas"][name] == schema


def test_operations_are_named_once(document: dict[str, Any]) -> None:
    operations = [each for item in document["paths"].values() for each in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for operation in operations)


def validator_of(document: dict[str, Any], name: str) -> Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(root)


@pytest.mark.parametrize("event", PLAN)
def test_examples_of_the_plan_fit_our_own_form(document: dict[str, Any], event: str) -> None:
    one = {"event": event, "user_id": "u", "properties": example(event)}
    form = validator_of(document, "Landed_events")
    assert form.is_valid(one)
    assert form.is_valid({"events": [one]})
    assert not form.is_valid({"events": [{**one, "usr": 1}]})
    assert event in document["components"]["schemas"]


@pytest.mark.parametrize("read", READS, ids=lambda read: read.path)
def test_examples_of_answers_fit_their_schemas(document: dict[str, Any], read: Read) -> None:
    found = document["paths"][read.path.replace(":str}", "}")]["get"]["responses"]["200"]
    content = found["content"]["application/json"]
    root = {**content["schema"], "components": document["components"]}
    Draft202012Validator(root).validate(content["example"])


def test_a_segment_call_without_a_person_does_not_fit(document: dict[str, Any]) -> None:
    form = validator_of(document, "Segment_batch")
    call = {"type": "track", "event": "Job Viewed", "userId": "u"}
    assert form.is_valid({"batch": [call]})
    assert not form.is_valid({"batch": [{"type": "track", "event": "Job Viewed"}]})
    assert not form.is_valid({"batch": [{"event": "Job Viewed", "userId": "u"}]})


class Addresses(HTMLParser):
    """Collects what a page loads and links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        for name, value in attrs:
            if name in {"href", "src", "action"} and value is not None:
                self.found.append(value)
            if name == "id" and value is not None:
                self.ids.add(value)


def test_the_reference_is_readable_without_a_network(client: Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    addresses = Addresses()
    addresses.feed(page.text)
    for address in set(addresses.found):
        if address.startswith("#"):
            assert address[1:] in addresses.ids
        else:
            assert address.startswith("/")
            assert not address.startswith("//")
    for address in {each for each in addresses.found if each.startswith("/static/")}:
        assert client.get(address).status_code == 200


def test_the_reference_shows_every_route_and_schema(
    client: Client, document: dict[str, Any]
) -> None:
    page = client.get("/docs").text
    assert all(f'data-path="{path}"' in page for path in document["paths"])
    assert all(f'id="schema-{name}"' in page for name in document["components"]["schemas"])
