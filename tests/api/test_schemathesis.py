"""Requests made from the OpenAPI document, to a real server: it keeps what the document says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.snapshot import SNAPSHOT
from tests.serving import ADMIN_KEY, Server, serving


@schemathesis.serializer("application/vnd.apache.arrow.stream")
def as_bytes(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """No stream at all: what is one is tried in test_exports.py."""
    return json.dumps(value).encode()


# The snapshot is the served document: another test compares them.
SCHEMA = schemathesis.openapi.from_path(SNAPSHOT)
# A hundred deliberate cases for each operation: 3 minutes, for once in a while.
SCHEMA.config.phases.coverage.enabled = False
# Not among them is that data which break the schema get a 4xx: a bad event of a batch goes to
# the quarantine, and the request is answered 200.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
# What fits the schema is taken; SQL, text in an address and the time of a call may still be wrong.
OWN = "api/analytics/(events|import)"
TAKES_WHAT_FITS = re.compile(rf"/(v1|i|batch|capture|e|track|engage|{OWN})\b")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # It tries wrong keys, many of them and fast.
    open_gate = {"LANDED_LOCK_OUT_GUESSES": "0", "LANDED_RATE_READ": "0"}
    with serving(tmp_path_factory.mktemp("fuzzed"), **open_gate) as running:
        yield running
        assert running.ready()


@SCHEMA.parametrize()
@settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_what_the_document_says(
    case: schemathesis.Case[Any], server: Server
) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    checks = [*CHECKS]
    if case.method == "POST" and TAKES_WHAT_FITS.match(case.path):
        checks.append(positive_data_acceptance)
    case.call_and_validate(base_url=server.url, headers=headers, checks=checks, timeout=30)
