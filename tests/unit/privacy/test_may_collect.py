from __future__ import annotations

from typing import Any

import pytest

from landed.privacy import may_collect, may_train


@pytest.mark.parametrize(("gpc", "dnt"), [(True, False), (False, True), (True, True)])
def test_a_signal_of_the_browser_wins_over_everything(*, gpc: bool, dnt: bool) -> None:
    context = {"consent": {"analytics": True, "categoryPreferences": {"Analytics": True}}}
    assert not may_collect(context, gpc=gpc, dnt=dnt)


@pytest.mark.parametrize(
    "consent",
    [
        None,
        {},
        True,
        "granted",
        {"analytics": True},
        {"analytics": None},
        {"categoryPreferences": {"Advertising": False, "Analytics": True}},
        {"categoryPreferences": ["Analytics"]},
        {"categoryPreferences": {}},
    ],
)
def test_silence_and_yes_let_an_event_pass(consent: Any) -> None:
    assert may_collect({"consent": consent}, gpc=False, dnt=False)
    assert may_collect({}, gpc=False, dnt=False)


@pytest.mark.parametrize(
    "consent",
    [
        False,
        0,
        "denied",
        " No ",
        {"analytics": False},
        {"analytics": "false"},
        {"Analytics": 0},
        {"categoryPreferences": {"Analytics": False}},
        {"categoryPreferences": {"STATISTICS": False}},
        {"categoryPreferences": {"C0002": False, "C0004": True}},
        {"analytics": True, "categoryPreferences": {"analytics": False}},
    ],
)
def test_any_no_keeps_an_event_out(consent: Any) -> None:
    assert not may_collect({"consent": consent}, gpc=False, dnt=False)


@pytest.mark.parametrize(
    "consent",
    [
        {"training": True},
        {"Training": "granted"},
        {"model_training": 1},
        {"categoryPreferences": {"Model Training": True, "Advertising": False}},
        {"training": True, "analytics": False},
    ],
)
def test_a_yes_to_training_lets_teach(consent: Any) -> None:
    assert may_train({"consent": consent}, gpc=False, dnt=False)
    assert not may_train({"consent": consent}, gpc=True, dnt=False)
    assert not may_train({"consent": consent}, gpc=False, dnt=True)


@pytest.mark.parametrize(
    "consent",
    [
        None,
        True,
        "granted",
        {},
        {"analytics": True},
        {"training": None},
        {"training": False},
        {"training": "maybe"},
        {"training": 2},
        {"training": True, "model_training": False},
        {"training": True, "categoryPreferences": {"training": False}},
        {"categoryPreferences": ["training"]},
    ],
)
def test_silence_on_training_is_a_no(consent: Any) -> None:
    assert not may_train({"consent": consent}, gpc=False, dnt=False)
    assert not may_train({}, gpc=False, dnt=False)
