"""From a result to what its page shows: words, places, and never a NaN."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from landed.dashboard.experiments.building import build_result
from landed.dashboard.experiments.effects import build_effects, signed_margin
from landed.dashboard.experiments.listing import build_flag, build_line, common_scale, list_axis
from landed.dashboard.experiments.planning import build_plan, decided_words
from landed.dashboard.experiments.scale import Scale, fit_scale
from landed.dashboard.experiments.segments import build_segments
from landed.dashboard.experiments.timelines import build_late, build_trend
from landed.dashboard.experiments.words import VERDICTS, difference_words, pick_unit, value_words
from landed.experiments.analysis.results import Estimate, Guard, Lifts, Look, Reading, Verdict
from landed.experiments.types import (
    Decision,
    Experiment,
    Flag,
    Guardrail,
    Holdout,
    Phase,
    Rule,
    Slice,
    Split,
    Variant,
)
from tests.unit.dashboard.experiment_results import (
    NAMES,
    NOW,
    SINCE,
    a_comparison,
    a_guardrail,
    a_health,
    a_metric,
    a_result,
    a_silent_metric,
    an_estimate,
    an_experiment,
    an_outlook,
    looks,
    segments,
)

UNTRUSTED = Verdict(kind="untrusted", words="Do not read the result.")


def effects(*metrics: Any) -> Any:
    found = build_effects(a_result(metrics=metrics), NAMES)
    assert found is not None
    return found


def test_every_verdict_has_a_word_a_sign_and_a_tone_of_its_own() -> None:
    assert len({look.word for look in VERDICTS.values()}) == len(VERDICTS)
    assert all(look.icon for look in VERDICTS.values())
    assert VERDICTS["ship"].tone == "good"
    assert {VERDICTS[kind].tone for kind in ("harmful", "untrusted")} == {"bad"}


def test_effects_stand_on_one_axis_with_zero() -> None:
    found = effects(a_metric(), a_guardrail(), a_silent_metric())
    first, guard, silent = found.rows
    assert first.bar.left > found.axis.zero
    assert first.bar.left < first.bar.dot < first.bar.left + first.bar.width
    assert (first.word, first.tone, first.sign) == ("better", "good", "▲")
    assert first.change == "+12.0%"
    assert first.difference == "+2.40 pp (+1.30 to +3.50 pp)"
    assert first.control.text == "20.0%"
    assert (guard.word, guard.tone) == ("holds", "good")
    assert guard.bar.margin.place > found.axis.zero  # more milliseconds are harm
    assert guard.bar.margin.left == guard.bar.margin.place
    assert "accepted up to +5.0%" in guard.bar.words
    assert silent.bar is None
    assert silent.reason == "fewer than two units with a value"
    assert (found.control, found.treated, found.has_margins) == ("As before", "Tips", True)
    assert any(tick.is_zero and tick.words == "0" for tick in found.axis.ticks)


def test_a_wild_interval_is_cut_and_says_so() -> None:
    wild = a_metric(comparisons=(a_comparison(relative=an_estimate(0.5, 9.0)),))
    found = effects(a_metric(), a_metric(), a_metric(), wild)
    bar = found.rows[-1].bar
    assert (bar.goes_left, bar.goes_right) == (True, True)
    assert (bar.left, bar.width) == (0.0, 100.0)
    assert found.rows[0].bar.width > 5


def test_what_has_no_relative_change_still_has_its_difference() -> None:
    found = effects(a_metric(comparisons=(a_comparison(relative=None),)))
    assert found.rows[0].bar is None
    assert found.rows[0].reason == ""
    assert found.rows[0].difference.startswith("+2.40 pp")
    assert build_effects(a_result(metrics=()), NAMES) is None
    assert build_effects(a_result(metrics=(a_metric(comparisons=()),)), NAMES) is None


def test_a_missing_reading_and_chance_are_words() -> None:
    odd = a_metric(
        readings=(Reading(variant="control", units=0, reason="nobody was exposed"),),
        comparisons=(
            a_comparison(chance_to_win=0.0, significant=True, is_better=False, adjusted_p=None),
            a_comparison(variant="more", chance_to_win=None, reason=""),
        ),
    )
    found = effects(odd)
    assert (found.rows[0].control.note, found.rows[0].treated.note) == (
        "nobody was exposed",
        "not reported",
    )
    assert (found.rows[0].chance, found.rows[1].chance) == ("< 0.1%", "")
    assert found.rows[0].word == "worse"
    assert found.has_variants
    assert found.treated == "Variant"
    nothing = a_metric(readings=(), comparisons=(a_comparison(absolute=None),))
    assert effects(nothing).rows[0].reason == "not enough data"


def test_margins_in_the_metrics_own_unit_are_drawn_by_the_controls_value() -> None:
    guard = Guard(margin=0.02, scale="absolute", state="harmed", bound=-0.05)
    metric = a_guardrail(
        wish="increase",
        unit="share",
        readings=a_metric().readings,
        comparisons=(a_comparison(guard=guard, significant=False, is_better=None),),
    )
    assert signed_margin(metric, metric.comparisons[0]) == pytest.approx(-0.1)
    found = effects(metric)
    assert (found.rows[0].word, found.rows[0].tone) == ("harmed", "bad")
    assert "-2.00 pp is accepted, at worst -5.00 pp" in found.table.rows[0][10].text
    unknown = a_guardrail(
        readings=(Reading(variant="control", units=0),), comparisons=metric.comparisons
    )
    assert signed_margin(unknown, metric.comparisons[0]) is None


def test_a_better_guardrail_is_called_better() -> None:
    guard = Guard(margin=0.05, scale="relative", state="holds")
    metric = a_guardrail(comparisons=(a_comparison(guard=guard),), capped_at=900.0, family="two")
    found = effects(metric)
    assert found.rows[0].word == "better"
    assert "single units cut at 900 ms; corrected for two" in found.table.rows[0][-1].text


def test_a_failed_ratio_hides_every_effect_and_says_where_to_look() -> None:
    health = a_health(srm_p=1e-9, srm_failed=True, srm_by=(("device = mobile", 1e-8),))
    found = build_result(a_result(health=health, verdict=UNTRUSTED), NAMES)
    assert found.is_hidden
    assert (found.effects, found.trend, found.segments) == (None, None, None)
    assert (found.late, found.lifts) == ((), ())
    assert "It is uneven in: device = mobile" in found.hidden_words[1]
    assert not found.checks[0].is_well
    assert "below 1 in 10,000" in found.checks[0].note


def test_another_failed_check_hides_them_too() -> None:
    health = a_health(crossed=90, crossed_share=0.02, stray=1, outside=7, earlier=1)
    found = build_result(a_result(health=health, verdict=UNTRUSTED), NAMES)
    assert found.is_hidden
    assert len(found.hidden_words) == 1
    notes = [check.note for check in found.checks]
    assert "90 units (2.00%) seen in two variants; left out" in notes
    assert "1 exposure to a variant without weight, or to none" in notes
    assert any(
        one.startswith("7 exposures before or after the phase, not counted; ") for one in notes
    )
    assert any("1 person is left out, known to the run before" in one for one in notes)
    assert [check.is_well for check in found.checks] == [True, False, False, True, True]
    even = build_result(a_result(health=a_health(srm_failed=True), verdict=UNTRUSTED), NAMES)
    assert not any("uneven in" in words for words in even.hidden_words)


def test_variants_that_were_unlike_before_are_named() -> None:
    alike = build_result(a_result(health=a_health(past_p=0.43)), NAMES).checks[-1]
    assert (alike.name, alike.is_well) == ("Alike before", True)
    assert "no metric differs in the time before exposure (the most: p = 0.43)" in alike.note
    health = a_health(past_p=1e-5, unlike=(("applications in tips", 1e-5),))
    unlike = build_result(a_result(health=health, verdict=UNTRUSTED), NAMES)
    assert unlike.is_hidden
    assert not unlike.checks[-1].is_well
    assert unlike.checks[-1].note.endswith("beyond chance: applications in tips (p = 1e-05)")


def test_reported_assignments_are_shown_beside_the_units() -> None:
    told = a_health(
        earlier=2, assigned={"control": 2500, "tips": 2501}, unexposed={"control": 400, "tips": 410}
    )
    found = build_result(a_result(health=told), NAMES)
    check = found.checks[-1]
    assert (check.name, check.is_well) == ("Met what was dealt", True)
    assert check.note == "810 of 5,001 assigned units have met no variant; not counted"
    assert "2 people are left out, known to the run" in found.checks[-3].note
    assert [one.title for one in found.shares.headers][-2:] == ["Assigned", "Unmet"]
    assert [cell.text for cell in found.shares.rows[0]][-2:] == ["2,500", "400"]
    failed = replace(told, assigned_srm_failed=True, assigned_srm_p=1e-5)
    check = build_result(a_result(health=failed, verdict=UNTRUSTED), NAMES).checks[-1]
    assert not check.is_well
    assert check.note.startswith("assigned unevenly beyond chance (p = 1e-05); 810 of")


def test_progress_says_what_is_left() -> None:
    found = build_result(a_result(), NAMES).progress
    assert (found.units, found.planned, found.share) == ("4,191", "9,000", 46.6)
    assert (found.days, found.days_share) == ("12 of 28 days", 44.3)
    assert found.left == "about 16 more days"
    unknown = an_outlook(planned_units=None, days_left=None, mde_now=None)
    view = build_result(a_result(outlook=unknown), NAMES)
    assert (view.progress.planned, view.progress.share) == ("", None)
    assert view.progress.left == "how long it still takes is not known yet"
    assert "today: not known yet" in view.outlook[2].text
    done = build_result(a_result(outlook=an_outlook(complete=True)), NAMES).progress
    assert done.left == "size and time are reached"
    last = build_result(a_result(outlook=an_outlook(days_left=1, planned_units=0)), NAMES)
    assert (last.progress.left, last.progress.share) == ("about 1 more day", 100.0)


def test_lifts_are_named_as_the_seed_names_them() -> None:
    tiles = build_result(a_result(), NAMES).lifts
    assert [tile.title for tile in tiles] == [
        "Conversion lift",
        "Engagement lift",
        "Revenue lift",
        "Significance",
    ]
    assert [tile.tone for tile in tiles] == ["good", "bad", "flat", "flat"]
    assert tiles[2].value == "—"
    assert tiles[3].value == "> 99.9%"
    flat = Lifts(variant="tips", conversion=an_estimate(0.0, 0.1), significance=0.4)
    assert [tile.value for tile in build_result(a_result(lifts=flat), NAMES).lifts] == [
        "0.0%",
        "—",
        "—",
        "40.0%",
    ]
    unknown = build_result(a_result(lifts=Lifts(variant="tips")), NAMES)
    assert unknown.lifts[3].value == "—"
    assert build_result(a_result(lifts=None), NAMES).lifts == ()


def test_the_effect_over_time_narrows() -> None:
    found = build_trend(a_result(), NAMES)
    assert found is not None
    assert found.lines is not None
    (curve,) = found.lines.curves
    assert curve.name == "Tips"
    assert curve.place == 2
    assert curve.band.endswith("Z")
    assert curve.line.count(" L") == 10  # the first day had not enough
    assert found.table.rows[-1][2].text == "not enough data"
    assert {tick.words for tick in found.lines.across} <= {f"{day} Nov" for day in range(2, 14)}
    once = build_trend(a_result(looks=looks(2)), NAMES)
    assert once is not None
    assert once.lines is None
    assert build_trend(a_result(looks=()), NAMES) is None
    assert build_trend(a_result(metrics=()), NAMES) is None
    silent = Look(at=NOW, units=0, effects={"tips": None})
    empty = build_trend(a_result(looks=(silent,)), NAMES)
    assert empty is not None
    assert empty.lines is None


def test_late_outcomes_stand_beside_the_naive_share_with_a_warning() -> None:
    (card,) = build_late(a_result(), NAMES)
    assert card.lines is not None
    assert [curve.band for curve in card.lines.curves] == ["", ""]
    assert "Only 33% of the units" in card.warning
    control, tips = card.table.rows
    assert control[2].text == "11.0% (9.0% to 13.0%)"
    assert tips[3].text == "+2.00 pp (-0.80 to +4.80 pp)"
    assert tips[4].text == "—"
    late = a_result().metrics[3].late
    assert late is not None
    known = type(late)(
        window_days=30,
        matured_share={"control": 1.0},
        naive={"control": 0.1},
        incidence={"control": None},
        differences={},
        curve={"control": ()},
    )
    (old,) = build_late(a_result(metrics=(a_metric(late=known),)), NAMES)
    assert (old.warning, old.lines, old.legend) == ("", None, ())
    assert old.table.rows[0][2].text == "—"


def test_segments_are_drawn_twice() -> None:
    found = build_segments(a_result(), NAMES)
    assert found is not None
    assert [row.value for row in found.rows] == ["desktop", "mobile", "(not named)"]
    assert [row.bar.tone for row in found.rows] == ["good", "good", "flat"]
    assert found.rows[0].variant == ""
    assert found.rows[0].raw.width > found.rows[0].bar.width
    assert found.rows[1].note == ""
    worse = a_metric(wish="decrease", comparisons=(a_comparison(), a_comparison(variant="more")))
    other = build_segments(a_result(metrics=(worse,)), NAMES)
    assert other is not None
    assert other.rows[0].bar.tone == "bad"
    assert other.rows[0].variant == "Tips"
    assert build_segments(a_result(segments=()), NAMES) is None
    still = segments()[0]
    zero = Estimate(value=0.0, ci_low=0.0, ci_high=0.0)
    flat = type(still)(dimension="os", value="x", variant="tips", units=1, raw=zero, shrunk=zero)
    assert build_segments(a_result(segments=(flat,)), NAMES) is not None


def test_the_plan_says_everything_that_was_planned() -> None:
    experiment = an_experiment(
        targeting={"plan": "premium"},
        layer=Slice(layer="ranking", ranges=((0.0, 0.5),)),
        holdout=Holdout(salt="all", share=0.05),
        overrides={"0" * 32: "tips"},
        guardrails=(
            Guardrail(metric="p95_response_ms", margin=0.05),
            Guardrail(metric="gone", margin=2, scale="absolute"),
        ),
        horizon_weeks=1,
    )
    plan = build_plan(experiment, experiment.phase)
    facts = {fact.title: fact.text for fact in plan.facts}
    assert facts["Primary metric"] == "Click-through rate, should go up"
    assert facts["Guardrails"].endswith("no worse than by 5%; gone, no worse than by 2")
    assert facts["Time"].startswith("1 week planned, since 1 Nov 2026; an outcome counts for 30")
    assert "without a hold-out of 5%, 1 testers" in facts["Who"]
    assert "in its slice of the layer ranking" in facts["Who"]
    assert '"plan": "premium"' in plan.targeting
    assert plan.amendments[0].text == "mde: Half is too rare."
    assert plan.phases == ()


def test_a_bare_draft_has_a_plan_too() -> None:
    split = Split(salt="a", weights=(0.5,))
    variants = (Variant(key="control"), Variant(key="tips"))
    draft = Experiment(key="a", variants=variants, phases=(Phase(split=split),))
    plan = build_plan(draft, draft.phase)
    facts = {fact.title: fact.text for fact in plan.facts}
    assert facts["Hypothesis"] == "none was written down"
    assert facts["Primary metric"] == "none yet: a start needs one"
    assert facts["Time"] == "2 weeks planned, not begun"
    assert plan.variants.rows[1][2].text == "—"
    assert decided_words(draft) == ""
    line = build_line(draft, None, None)
    assert line.metric == "no primary metric yet"


def test_phases_can_be_chosen() -> None:
    first = Phase(split=Split(salt="a", weights=(0.5, 0.5)), started_at=SINCE, ended_at=NOW)
    second = Phase(split=first.split, number=2, started_at=NOW)
    draft = Phase(split=first.split, number=3)
    experiment = an_experiment(phases=(first, second, draft))
    links = build_plan(experiment, first).phases
    assert [link.href for link in links] == [
        "/experiments/resume-tips?phase=1",
        "/experiments/resume-tips?phase=2",
    ]
    assert [link.is_chosen for link in links] == [True, False]
    assert links[0].words == "Phase 1, 1 Nov 2026 to 13 Nov 2026"


def test_a_verdict_calls_variants_by_their_names() -> None:
    result = a_result()
    told = build_result(result, NAMES).verdict.words
    assert result.verdict.words.startswith("Ship tips: ")
    assert told.startswith("Ship Tips: click-through rate +2.4 pp (1.3 to 3.5)")
    line = build_line(an_experiment(), result, None)
    assert line.verdict is not None
    assert line.verdict.words == told
    nothing = a_result(metrics=(), verdict=Verdict(kind="not_enough", words="Not started yet."))
    assert build_result(nothing, NAMES).verdict.words == "Not started yet."


def test_a_guardrail_that_cannot_be_judged_says_why() -> None:
    guard = Guard(margin=0.1, scale="relative", state="open", reason="both variants are at zero")
    found = effects(a_metric(), a_guardrail(comparisons=(a_comparison(guard=guard),)))
    assert found.rows[1].doubts == ("both variants are at zero",)
    told = found.table.rows[1][10].text
    assert told == "open: -10.0% is accepted; both variants are at zero"


def test_an_axis_has_more_than_two_ticks() -> None:
    for high in (0.1, 0.13, 0.2, 0.34, 0.5, 0.9, 1.3, 1.85, 2.0, 3.7):
        ticks = Scale(low=-0.35 * high, high=high).ticks("{:g}".format)
        assert 3 <= len(ticks) <= 8


def test_a_line_of_the_list_tells_how_it_stands() -> None:
    result = a_result(health=a_health(warnings=("3 people met two variants",)))
    scale = common_scale([result])
    assert list_axis(scale) is not None
    line = build_line(an_experiment(), result, scale, alarms=("a guardrail is harmed",))
    assert line.change == "+12.0% (+6.0% to +18.0%)"
    assert line.bar is not None
    assert line.alarms == ("3 people met two variants", "a guardrail is harmed")
    bare = a_result(metrics=(a_metric(comparisons=(a_comparison(relative=None, reason="few"),)),))
    assert common_scale([bare]) is None
    assert list_axis(None) is None
    assert build_line(an_experiment(), bare, scale).bar is None
    assert build_line(an_experiment(), bare, None).change == "few"
    hidden = a_result(verdict=UNTRUSTED)
    assert build_line(an_experiment(), hidden, scale).change == ""
    decision = Decision(variant="tips", made_at=NOW, why="It is better.")
    ended = an_experiment(state="decided", decision=decision)
    assert build_line(ended, None, None).note == (
        "Decided: everybody gets Tips since 13 Nov 2026. It is better."
    )


def test_the_list_shows_the_variant_that_the_verdict_speaks_of() -> None:
    more = a_comparison(variant="more", relative=an_estimate(0.3, 0.1))
    verdict = Verdict(kind="ship", variant="more", words="Ship more.")
    result = a_result(metrics=(a_metric(comparisons=(a_comparison(), more)),), verdict=verdict)
    assert build_line(an_experiment(), result, None).change.startswith("+30.0%")


def test_a_flag_says_whom_it_serves() -> None:
    variants = (Variant(key="off", value=False), Variant(key="on", value=True))
    plain = Flag(key="a", variants=variants, default="off", enabled=False)
    assert build_flag(plain).share == "off: 100%"
    assert not build_flag(plain).is_on
    rules = (
        Rule(variants=("on",), condition={"plan": "premium"}),
        Rule(variants=("on",), split=Split(salt="a", weights=(1.0,), coverage=0.2)),
    )
    some = Flag(key="a", variants=variants, default="off", rules=rules)
    assert build_flag(some).share == "on: 100% of those its rule fits, 1 more rules"


def test_values_have_as_many_digits_as_they_need() -> None:
    assert value_words(None, "share") == "—"
    assert value_words(12345.6, "events") == "12,346"
    assert difference_words(0.12, "share") == "+12.0 pp"
    assert difference_words(0.0, "events") == "±0"
    assert pick_unit(a_metric(unit="parsecs")) == "events"


def test_an_axis_always_has_room() -> None:
    assert fit_scale([]) == Scale(low=-1.12, high=1.12)
    assert fit_scale([-0.99, 3.0], floor=-1.0).low == -1.0


def test_nothing_is_ever_a_nan() -> None:
    for words in (repr(build_result(a_result(), NAMES)), repr(effects(a_silent_metric()))):
        assert not re.search(r"\bnan\b|\binf\b", words)
