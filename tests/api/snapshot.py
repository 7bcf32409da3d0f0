"""The reviewed snapshot of the OpenAPI document: `python -m tests.api.snapshot` rewrites it."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from landed.api.openapi import build_document
from landed.events import PLAN
from tests.api.asking import make_app, make_services

__all__ = ["REMEDY", "SNAPSHOT", "fresh_document", "reviewed_part", "write_snapshot"]

SNAPSHOT: Final = Path(__file__).with_name("openapi.json")
REMEDY: Final = (
    "The API has changed. If it should have: run `python -m tests.api.snapshot`, look at the "
    "difference in tests/api/openapi.json, and commit it."
)
NOWHERE: Final = "clickhouse://127.0.0.1:1/landed"


def fresh_document() -> dict[str, Any]:
    """What the snapshot should hold for the application as it is."""
    with tempfile.TemporaryDirectory() as data:
        services = make_services(Path(data), store=NOWHERE)
        document = build_document(make_app(services))
        services.spool.close()
    return reviewed_part(document)


def reviewed_part(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out the version, and what docs/reference keeps: planned events, answers of reads."""
    document = copy.deepcopy(document)
    for operations in document["paths"].values():
        for operation in operations.values():
            for content in operation["responses"].get("200", {}).get("content", {}).values():
                content.pop("example", None)
    info = {**document["info"], "version": "any"}
    components = document["components"]
    schemas = {name: each for name, each in components["schemas"].items() if name not in PLAN}
    return {**document, "info": info, "components": {**components, "schemas": schemas}}


def write_snapshot() -> None:
    """Write the snapshot anew."""
    text = json.dumps(fresh_document(), indent=1, sort_keys=True, ensure_ascii=False)
    SNAPSHOT.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_snapshot()
