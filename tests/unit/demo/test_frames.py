"""Columns become JSON text that any parser reads back as the same values."""

from __future__ import annotations

import json

import numpy as np

from landed.demo.frames import Maybe, Tagged, Words, concat_frames, frame, render, select_column

PEOPLE = np.array([0, 1, 2])
AT = np.array([10, 20, 30])


def test_every_kind_of_column_is_rendered() -> None:
    part = frame(
        "x",
        PEOPLE,
        AT,
        {
            "id": Tagged("job", np.array([7, 8, 9])),
            "tier": Words.of(("optimal", 'a "quoted" wörd'), np.array([0, 1, 0])),
            "list": Words.of(((), ("a", "b")), np.array([0, 1, 1])),
            "score": np.array([7.5, 1e-7, 123456.25]),
            "position": np.array([1, 2, 3]),
            "ok": np.array([True, False, True]),
            "reason": Maybe(Words.of(("late",), np.zeros(3, dtype=int)), np.array([1, 0, 1], bool)),
            "note": Maybe(Tagged("n", np.array([1, 2, 3])), np.array([0, 0, 1], bool)),
            "constant": "USD",
        },
    )
    rows = [json.loads(text) for text in render(part).to_pylist()]
    assert rows[0] == {
        "id": "job-7",
        "tier": "optimal",
        "list": [],
        "score": 7.5,
        "position": 1,
        "ok": True,
        "reason": "late",
        "constant": "USD",
    }
    assert rows[1] == {
        "id": "job-8",
        "tier": 'a "quoted" wörd',
        "list": ["a", "b"],
        "score": 1e-7,
        "position": 2,
        "ok": False,
        "constant": "USD",
    }
    assert rows[2]["note"] == "n-3"


def test_an_event_without_columns_and_one_of_constants_are_rendered_for_each_row() -> None:
    assert render(frame("x", PEOPLE, AT, {})).to_pylist() == ["{}"] * 3
    constants = frame("x", PEOPLE, AT, {"a": 1, "b": True, "c": "d"})
    assert render(constants).to_pylist() == ['{"a":1,"b":true,"c":"d"}'] * 3


def test_frames_of_one_shape_are_joined_and_others_stay_apart() -> None:
    words = Words.of(("a", "b"), np.array([0, 1, 1]))
    shown = np.array([True, False, True])
    first = frame("x", PEOPLE, AT, {"w": words, "t": Tagged("k", AT), "m": Maybe(AT, shown)})
    other = frame("x", PEOPLE, AT, {"w": "constant"})
    joined = concat_frames([first, other, first.select(np.array([2])), other])
    assert [len(part) for part in joined] == [4, 6]
    texts = render(joined[0]).to_pylist()
    assert texts[-1] == '{"w":"b","t":"k-30","m":30}'
    assert json.loads(texts[1]) == {"w": "b", "t": "k-20"}


def test_a_frame_is_selected_by_mask_or_indices() -> None:
    part = frame("x", PEOPLE, AT, {"p": AT, "c": 1})
    assert part.select(AT > 15).at.tolist() == [20, 30]
    assert part.select(np.array([0])).columns == {"p": np.array([10]), "c": 1}
    assert select_column("plain", np.array([0])) == "plain"


def test_events_without_a_session_have_the_empty_context() -> None:
    part = frame("x", PEOPLE, AT, {})
    assert part.session.tolist() == [-1, -1, -1]
    assert part.context.tolist() == [0, 0, 0]
