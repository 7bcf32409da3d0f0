"""What is said of a result: data first, harm before gain, and no claim that is not shown."""

from __future__ import annotations

from typing import Any

import pytest

from landed.experiments.analysis.results import (
    Comparison,
    Estimate,
    Guard,
    Health,
    MetricResult,
    Outlook,
    Reading,
)
from landed.experiments.analysis.verdict import judge

WORTH = 0.05


def a_health(**changes: Any) -> Health:
    values: dict[str, Any] = {
        "units": {"control": 500, "tips": 500},
        "expected_shares": {},
    } | changes
    return Health(**values)


def an_outlook(**changes: Any) -> Outlook:
    values: dict[str, Any] = {
        "units": 1000,
        "planned_units": 1000,
        "planned_days": 14,
        "days_run": 14.0,
        "days_left": 0,
        "mde_planned": WORTH,
        "mde_now": None,
        "complete": False,
    } | changes
    return Outlook(**values)


def a_metric(*parts: Comparison, **changes: Any) -> MetricResult:
    reading = Reading(
        variant="control", units=500, estimate=Estimate(value=0.2, ci_low=0.1, ci_high=0.3)
    )
    values: dict[str, Any] = {
        "metric": "interview_rate",
        "title": "Interview rate",
        "unit": "share",
        "role": "primary",
        "wish": "increase",
        "method": "",
        "readings": (reading,),
        "comparisons": parts,
    } | changes
    return MetricResult(**values)


def compared(low: float, high: float, *, better: bool | None = None, **more: Any) -> Comparison:
    found = Estimate(value=(low + high) / 2, ci_low=low, ci_high=high, p_value=0.01)
    values: dict[str, Any] = {"variant": "tips", "absolute": found, "is_better": better} | more
    return Comparison(**values, significant=better is not None)


def guarded(
    state: Any, variant: str = "tips", *, title: str = "Bounce rate", reason: str = ""
) -> MetricResult:
    guard = Guard(margin=0.1, scale="relative", state=state, reason=reason)
    part = compared(-0.01, 0.01, variant=variant, guard=guard)
    return a_metric(part, role="guardrail", title=title)


GAIN = compared(0.002, 0.014, better=True)
LOSS = compared(-0.014, -0.002, better=False)
OPEN = compared(-0.03, 0.03)


@pytest.mark.parametrize(
    ("kind", "words", "health", "metrics", "outlook"),
    [
        (
            "ship",
            "rate +0.8 pp (0.2 to 1.4), valid at any time; the guardrail holds.",
            {},
            [a_metric(GAIN), guarded("holds")],
            {},
        ),
        ("ship", "valid at any time.", {}, [a_metric(GAIN)], {}),
        (
            "harmful",
            "rate -0.00003 pp (-0.00004 to -0.00002), valid",
            {},
            [a_metric(compared(-4e-7, -2e-7, better=False))],
            {},
        ),
        (
            "keep_running",
            "rate -6.0 pp (-12.2 to 0.2) so far",
            {},
            [a_metric(compared(-0.122, 0.002))],
            {},
        ),
        ("keep_running", "rate +5 pp (0 to 10) so far", {}, [a_metric(compared(0.0, 0.1))], {}),
        (  # no bound beside zero is written as zero
            "ship",
            "rate +0.71 pp (0.01 to 1.41), valid",
            {},
            [a_metric(compared(0.0001, 0.0141, better=True))],
            {},
        ),
        (
            "keep_running",
            "that the guardrail bounce rate holds.",
            {},
            [a_metric(GAIN), guarded("open")],
            {},
        ),
        (
            "harmful",
            "it harms the guardrail bounce rate by",
            {},
            [a_metric(GAIN), guarded("harmed")],
            {},
        ),
        ("harmful", "Stop tips: interview rate -0.8 pp", {}, [a_metric(LOSS)], {}),
        ("keep_running", "so far. About 1 more day", {}, [a_metric(OPEN)], {"days_left": 1}),
        ("keep_running", "so far.", {}, [a_metric(OPEN)], {"days_left": None}),
        (
            "no_difference",
            "No difference of 5% or more",
            {},
            [a_metric(compared(-0.005, 0.005))],
            {"complete": True},
        ),
        (
            "keep_control",
            "Keep control: no gain of 5% or more",
            {},
            [a_metric(compared(-0.05, 0.005))],
            {"complete": True},
        ),
        ("keep_running", "without an answer", {}, [a_metric(OPEN)], {"complete": True}),
        (
            "not_enough",
            "Not enough data for interview rate: an arm has no units.",
            {},
            [a_metric(Comparison(variant="tips", reason="an arm has no units"))],
            {},
        ),
        ("not_enough", "nothing to compare", {}, [a_metric()], {}),
        ("not_enough", "Nobody was exposed", {"units": {"control": 0}}, [a_metric()], {}),
        ("not_enough", "no primary metric", {}, [], {}),
        (
            "untrusted",
            "dealt unevenly",
            {"srm_failed": True, "srm_p": 1e-6, "warnings": ("the units are dealt unevenly",)},
            [a_metric(GAIN)],
            {},
        ),
        ("untrusted", "Do not read", {"crossed_share": 0.02}, [a_metric(GAIN)], {}),
        (
            "untrusted",
            "Do not read",
            {"unlike": (("applications in tips", 1e-5),)},
            [a_metric(GAIN)],
            {},
        ),
        ("untrusted", "Do not read", {"stray": 200}, [a_metric(GAIN)], {}),
        ("untrusted", "Do not read", {"srm_by": (("device = x", 1e-5),)}, [a_metric(GAIN)], {}),
    ],
)
def test_the_verdict(
    kind: str,
    words: str,
    health: dict[str, Any],
    metrics: list[MetricResult],
    outlook: dict[str, Any],
) -> None:
    found = judge(a_health(**health), metrics, an_outlook(**outlook))
    assert found.kind == kind
    assert words in found.words


def test_variants_are_called_by_their_names_where_these_are_known() -> None:
    names = {"control": "As before", "tips": "Tips"}
    told = [
        judge(a_health(), [a_metric(part), *guards], an_outlook(complete=done), names=names)
        for part, guards, done in (
            (GAIN, [guarded("holds"), guarded("holds", title="Errors")], False),
            (GAIN, [guarded("harmed"), guarded("harmed", title="API error rate")], False),
            (GAIN, [guarded("open"), guarded("open", title="Errors")], False),
            (LOSS, [], False),
            (compared(-0.05, 0.005), [], True),
            (OPEN, [], True),
        )
    ]
    expected = (
        "Ship Tips: interview rate +0.8 pp (0.2 to 1.4), valid at any time; guardrails hold.",
        "Stop Tips: it harms the guardrails bounce rate and API error rate by more than was",
        "Tips is better: interview rate +0.8 pp (0.2 to 1.4), valid at any time. Keep running: it",
        "Stop Tips: interview rate -0.8 pp (-1.4 to -0.2), valid at any time.",
        "Keep As before: no gain of 5% or more: interview rate -2.3 pp (-5.0 to 0.5).",
        "The planned size is reached without an answer: interview rate +0.0 pp (-3.0 to 3.0)",
    )
    for one, words in zip(told, expected, strict=True):
        assert one.words.startswith(words)
    assert told[2].words.endswith("not yet shown that the guardrails bounce rate and errors hold.")
    assert told[-1].words.endswith("Keep As before, or run longer.")
    assert [one.variant for one in told] == ["tips"] * 4 + ["control", "tips"]


def test_of_a_guardrail_that_nothing_can_be_said_of_it_says_why() -> None:
    silent = guarded("open", title="Errors", reason="both variants are at zero")
    found = judge(a_health(), [a_metric(GAIN), silent], an_outlook())
    assert found.words.endswith(
        "valid at any time. Nothing can be said of the guardrail errors: both variants are at zero."
    )
    both = judge(a_health(), [a_metric(GAIN), silent, guarded("open")], an_outlook())
    assert "Keep running: it is not yet shown that the guardrail bounce rate holds." in both.words
    assert both.kind == "keep_running"


def test_nothing_is_shipped_within_a_week_and_harm_is_told_at_once() -> None:
    early = an_outlook(days_run=6.9)
    found = judge(a_health(), [a_metric(GAIN), guarded("holds")], early)
    assert found.kind == "keep_running"
    assert found.words.endswith(
        "valid at any time. It has not run for a whole week, and weekdays differ."
    )
    open_guard = judge(a_health(), [a_metric(GAIN), guarded("open")], early)
    assert open_guard.words.endswith("that the guardrail bounce rate holds.")
    assert judge(a_health(), [a_metric(LOSS)], early).kind == "harmful"
    assert judge(a_health(), [a_metric(GAIN), guarded("harmed")], early).kind == "harmful"


def test_what_is_found_before_the_planned_end_is_likely_smaller() -> None:
    told = [
        judge(a_health(), [a_metric(GAIN)], an_outlook(complete=done)).words.endswith(
            "Found before the planned end, it is likely to be smaller than it looks."
        )
        for done in (False, True)
    ]
    assert told == [True, False]


def test_of_several_the_best_whose_guardrails_hold_is_shipped() -> None:
    better = compared(0.01, 0.05, better=True, variant="hints")
    primary = a_metric(GAIN, better)
    both = {
        state: a_metric(
            *guarded("holds").comparisons,
            *guarded(state, "hints").comparisons,
            role="guardrail",
            title="Bounce rate",
        )
        for state in ("holds", "harmed")
    }
    assert judge(a_health(), [primary, both["harmed"]], an_outlook()).variant == "tips"
    assert judge(a_health(), [primary, both["holds"]], an_outlook()).variant == "hints"


def test_a_guardrail_of_which_nothing_is_known_does_not_hold() -> None:
    gone = a_metric(role="guardrail", title="Gone")
    found = judge(a_health(), [a_metric(GAIN), gone], an_outlook())
    assert found.kind == "keep_running"
    assert "not yet shown that the guardrail gone holds" in found.words


def test_where_less_is_better_a_fall_is_the_gain() -> None:
    part = compared(-0.03, 0.005)
    falls = a_metric(part, wish="decrease")
    found = judge(a_health(), [falls], an_outlook(complete=True))
    assert found.kind == "keep_running"
    rises = a_metric(compared(-0.005, 0.05), wish="decrease")
    assert judge(a_health(), [rises], an_outlook(complete=True)).kind == "keep_control"
