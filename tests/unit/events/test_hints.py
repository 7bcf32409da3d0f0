from __future__ import annotations

from landed.events import HINTED, PLAN, clickhouse_hints, describe, hint_types


def test_every_hinted_name_is_planned_once() -> None:
    planned = {field.name for name in PLAN for field in describe(name).fields}
    assert set(HINTED) - planned == set()
    assert len(HINTED) == len(set(HINTED))
    assert tuple(hint_types()) == HINTED


def test_types_follow_from_the_plan() -> None:
    kinds = hint_types()
    assert kinds["job_id"] == "String"
    assert kinds["tier"] == kinds["industry"] == "LowCardinality(String)"
    assert kinds["score"] == "Nullable(Float64)"
    assert kinds["position"] == "Nullable(Int64)"
    assert kinds["success"] == "Nullable(Bool)"


def test_no_number_can_be_mistaken_for_zero_when_it_is_absent() -> None:
    texts = {"String", "LowCardinality(String)"}
    assert all(kind in texts or kind.startswith("Nullable(") for kind in hint_types().values())


def test_the_hints_are_one_line_of_column_types() -> None:
    text = clickhouse_hints()
    assert text.startswith("`job_id` String, ")
    assert text.count(", ") == len(HINTED) - 1
    assert "\n" not in text
