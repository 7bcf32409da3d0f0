from __future__ import annotations

from typing import Any

import pytest

from landed.events import (
    GROUPS,
    PLAN,
    describe,
    json_schema,
    openapi_components,
    reference_markdown,
)

BODIES: dict[str, Any] = json_schema()["$defs"]


@pytest.mark.parametrize("name", PLAN)
def test_the_schema_says_what_the_struct_says(name: str) -> None:
    body = BODIES[name]
    info = describe(name)
    assert body["title"] == name
    assert body["description"].startswith(info.summary)
    assert list(body["properties"]) == list(PLAN[name].__struct_fields__)
    assert body["required"] == [f.name for f in info.fields if f.required]
    assert "additionalProperties" not in body


def test_openapi_has_the_same_bodies() -> None:
    assert openapi_components() == json_schema()["$defs"]


def test_bounds_and_choices_reach_the_schema() -> None:
    shown = json_schema()["$defs"]["recommendation_shown"]["properties"]
    assert {"type": "number", "minimum": 0, "maximum": 10} in [
        {key: one[key] for key in ("type", "minimum", "maximum")}
        for one in shown["score"]["anyOf"]
        if one["type"] == "number"
    ]
    assert ["conservative", "optimal", "stretch"] in [
        one.get("enum") for one in shown["tier"]["anyOf"]
    ]


def test_the_page_has_each_group_event_and_property() -> None:
    page = reference_markdown()
    for group, names in GROUPS.items():
        assert f"\n## {group.capitalize()}\n" in page
        for name in names:
            assert page.count(f"\n### {name}\n") == 1
            for field in describe(name).fields:
                assert f"\n| `{field.name}`" in page
