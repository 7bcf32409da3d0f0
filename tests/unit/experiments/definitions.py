"""Random definitions, units and attributes, for laws that must hold for all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

from hypothesis import strategies as st

from landed.experiments import (
    Algorithm,
    Decision,
    Experiment,
    Flag,
    Holdout,
    Phase,
    Rule,
    Slice,
    Split,
    State,
    Variant,
)

__all__ = ["attributes", "definitions", "units"]

KEYS = ("control", "a", "b", "c")
ALGORITHMS: st.SearchStrategy[Algorithm] = st.sampled_from(get_args(Algorithm))
STATES: tuple[State, ...] = ("running", "running", "stopped", "decided")
PLACES = st.sampled_from((0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0))
WEIGHTS = ((1.0,), (0.5, 0.5), (0.2, 0.3, 0.5), (0.1, 0.2, 0.3, 0.4))
VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.just({"a": [1]})
TEXTS = st.text(max_size=6) | st.sampled_from(("DE", "pro", "2.10.0", "😀"))
ranges = st.tuples(PLACES, PLACES).map(lambda two: (min(two), max(two)))
slices = st.builds(
    Slice, layer=TEXTS, ranges=st.lists(ranges, max_size=2).map(tuple), algorithm=ALGORITHMS
)
units: st.SearchStrategy[str] = st.sampled_from(
    ("", "user-1", "user-2", "7", "😀", "a\U0001f600b", "ü")
) | st.text(max_size=8)
attributes = st.dictionaries(
    st.sampled_from(("country", "plan", "age", "app", "tags", "company")),
    TEXTS | st.integers(-5, 50) | st.booleans() | st.none() | st.lists(TEXTS, max_size=2),
    max_size=4,
)
conditions: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    (
        {},
        {"country": "DE"},
        {"country": {"$in": ["DE", "AT"]}},
        {"age": {"$gte": 18}},
        {"app": {"$vgte": "2.9.0"}},
        {"$or": [{"plan": "pro"}, {"tags": {"$elemMatch": {"$eq": "pro"}}}]},
        {"plan": {"$regex": "^p"}},
        {"tags": {"$size": {"$gt": 0}}},
        {"$not": {"plan": {"$exists": True}}},
    )
)


@st.composite
def splits(draw: st.DrawFn, count: int) -> Split:
    return Split(
        salt=draw(TEXTS),
        weights=WEIGHTS[count - 1],
        coverage=draw(PLACES),
        algorithm=draw(ALGORITHMS),
        ranges=tuple(draw(ranges) for _ in range(count)) if draw(st.booleans()) else (),
    )


@st.composite
def experiments(draw: st.DrawFn, overrides: dict[str, str]) -> Experiment:
    count = draw(st.integers(2, 4))
    state: State = draw(st.sampled_from(STATES))
    decision = Decision(variant=KEYS[count - 1], made_at=datetime(2026, 1, 1, tzinfo=UTC), why="w")
    return Experiment(
        key=draw(st.sampled_from(("tips", "ranking"))),
        unit=draw(st.sampled_from(("user_id", "anonymous_id", "company"))),
        variants=tuple(Variant(key=key, value=draw(VALUES)) for key in KEYS[:count]),
        phases=(Phase(split=draw(splits(count))),),
        layer=draw(st.none() | slices),
        holdout=draw(st.none() | st.builds(Holdout, salt=TEXTS, share=PLACES)),
        targeting=draw(conditions),
        overrides=overrides,
        state=state,
        decision=decision if state == "decided" else None,
    )


@st.composite
def flags(draw: st.DrawFn, overrides: dict[str, str]) -> Flag:
    count = draw(st.integers(1, 4))
    keys = KEYS[:count]
    return Flag(
        key=draw(st.sampled_from(("editor", "prompt"))),
        kind="json",
        unit=draw(st.sampled_from(("user_id", "company"))),
        variants=tuple(Variant(key=key, value=draw(VALUES)) for key in keys),
        default="control",
        enabled=draw(st.sampled_from((True, True, False))),
        rules=tuple(draw(rules(keys)) for _ in range(draw(st.integers(0, 3)))),
        overrides=overrides,
    )


@st.composite
def rules(draw: st.DrawFn, keys: tuple[str, ...]) -> Rule:
    is_dealt = draw(st.booleans())
    named = keys[: draw(st.integers(1, len(keys)))] if is_dealt else (draw(st.sampled_from(keys)),)
    return Rule(
        variants=named,
        id=draw(st.sampled_from(("", "r1", "r2"))),
        condition=draw(conditions),
        layer=draw(st.none() | slices),
        split=draw(splits(len(named))) if is_dealt else None,
    )


def definitions(overrides: dict[str, str]) -> st.SearchStrategy[Experiment | Flag]:
    """Experiments and flags with these testers."""
    return experiments(overrides) | flags(overrides)
