"""The sums of every metric on a demo market, against Polars person by person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import polars as pl
import pytest

from landed.events import MACHINE_EVENTS
from landed.experiments import Experiment, Guardrail, Phase, Primary, Split, Variant
from landed.experiments.analysis import analyse, counting
from landed.experiments.analysis.counting import Counts, fetch_counts
from landed.experiments.analysis.scope import Scope, Tracked, make_scope
from landed.experiments.analysis.sums import fetch_sums, make_arm
from landed.experiments.types import SegmentBy
from landed.metrics import METRICS, Incidence, Mean, Quantile, Ratio
from landed.stats import Arm
from landed.store.experiment_sql import Asked
from tests.queries.market_log import END, MarketLog
from tests.queries.second_ways import SECOND, Between

MEASURED = [name for name, one in METRICS.items() if one.measure is not None]
SUMMED = [
    name
    for name in MEASURED
    if not isinstance(METRICS[name].measure, Quantile | Incidence | Mean | Ratio)
]
DIVIDED = [name for name in MEASURED if isinstance(METRICS[name].measure, Mean | Ratio)]
LOOKBACK = timedelta(days=14)


@pytest.fixture(scope="module")
def exposures(market: MarketLog) -> pl.DataFrame:
    """Person, variant and first exposure."""
    return (
        market.events.filter(pl.col("event") == "experiment_exposed")
        .sort("at")
        .group_by("person", maintain_order=True)
        .agg(pl.col("variant").first().alias("arm"), pl.col("at").first().alias("exposed_at"))
    )


def the_experiment(market: MarketLog, primary: str = "click_through_rate") -> Experiment:
    started = market.config.start + timedelta(days=20)
    return Experiment(
        key="ranking_v2",
        variants=(Variant(key="control"), Variant(key="treatment")),
        phases=(Phase(split=Split(salt="r", weights=(0.5, 0.5)), started_at=started),),
        primary=Primary(metric=primary, direction="increase"),
        state="running",
    )


@pytest.fixture(scope="module")
def scope(market: MarketLog) -> Scope:
    experiment = the_experiment(market)
    return make_scope(experiment, experiment.phase, END)


@pytest.fixture(scope="module")
def counts(market: MarketLog, scope: Scope) -> Counts:
    return fetch_counts(market.store, scope)


def tracked(name: str) -> Tracked:
    return Tracked(name=name, metric=METRICS[name], role="secondary", wish="increase")


def rows_of(market: MarketLog, exposures: pl.DataFrame, name: str) -> pl.DataFrame:
    one = METRICS[name]
    frame = market.relation(one.relation).join(exposures, on="person")
    if one.relation == "events" and one.source:
        frame = frame.filter(pl.col("event").is_in(one.source))
    # To meet a variant is no act.
    return frame.filter(pl.col("event") != "experiment_exposed") if "event" in frame else frame


def by_person(rows: pl.DataFrame, name: str) -> dict[bytes, float]:
    found = {}
    for person, part in rows.partition_by("person", as_dict=True).items():
        value = SECOND[name](part)
        # Of people there is a sketch's bound of one person.
        found[bytes(person[0])] = round(value.high) if isinstance(value, Between) else value or 0.0
    return found


@pytest.mark.parametrize("name", SUMMED)
def test_sums_and_products_are_those_of_each_person(
    market: MarketLog, exposures: pl.DataFrame, scope: Scope, counts: Counts, name: str
) -> None:
    asked = Asked(metric=METRICS[name], lookback=LOOKBACK)
    sums = fetch_sums(market.store, scope, counts, {name: asked})[name].whole
    rows = rows_of(market, exposures, name)
    since = pl.col("at") - pl.col("exposed_at")
    before = rows.filter((since < timedelta()) & (since >= -LOOKBACK))
    for key in ("control", "treatment"):
        y = by_person(rows.filter((pl.col("arm") == key) & (since >= timedelta())), name)
        x = by_person(before.filter(pl.col("arm") == key), name)
        found = sums[key].moments
        assert found.size == len(exposures.filter(pl.col("arm") == key))
        assert found.sums[0] == pytest.approx(sum(y.values()))
        assert found.products[0][0] == pytest.approx(sum(one**2 for one in y.values()))
        if METRICS[name].relation != "sessions":  # those that go on are not from before
            assert found.sums[1] == pytest.approx(sum(x.values()))
            assert found.products[1][1] == pytest.approx(sum(one**2 for one in x.values()))
            both = sum(one * y.get(person, 0.0) for person, one in x.items())
            assert found.products[0][1] == pytest.approx(both)
            assert sums[key].with_past == sum(1 for one in x.values() if one)


@pytest.mark.parametrize("name", DIVIDED)
def test_a_ratio_is_that_of_all_rows_of_the_arm(
    market: MarketLog, exposures: pl.DataFrame, scope: Scope, counts: Counts, name: str
) -> None:
    sums = fetch_sums(market.store, scope, counts, {name: Asked(metric=METRICS[name])})[name].whole
    rows = rows_of(market, exposures, name).filter(pl.col("at") >= pl.col("exposed_at"))
    for key in ("control", "treatment"):
        expected = SECOND[name](rows.filter(pl.col("arm") == key))
        arm = make_arm(sums[key], tracked(name))
        if isinstance(arm, Arm):
            assert arm.mean == pytest.approx(expected)
        else:  # of one person nobody can say how people differ
            assert not expected or sums[key].with_rows == 1


def test_products_with_the_denominator(
    market: MarketLog, exposures: pl.DataFrame, scope: Scope, counts: Counts
) -> None:
    name = "click_through_rate"
    asked = Asked(metric=METRICS[name], lookback=LOOKBACK)
    sums = fetch_sums(market.store, scope, counts, {name: asked})[name].whole
    rows = rows_of(market, exposures, name)
    clicked, shown = (
        (pl.col("event") == f"recommendation_{what}").cast(pl.Float64)
        for what in ("clicked", "shown")
    )
    since = pl.col("at") - pl.col("exposed_at")
    after, before = since >= timedelta(), (since < timedelta()) & (since >= -LOOKBACK)
    table = rows.group_by("person", "arm").agg(
        (clicked * after).sum().alias("y"),
        (shown * after).sum().alias("z"),
        (clicked * before).sum().alias("x"),
        (shown * before).sum().alias("w"),
    )
    for key in ("control", "treatment"):
        columns = table.filter(pl.col("arm") == key).select("y", "z", "x", "w").to_numpy()
        assert sums[key].moments.sums == pytest.approx(columns.sum(axis=0))
        products = columns.T @ columns
        for found, expected in zip(sums[key].moments.products, products, strict=True):
            assert found == pytest.approx(expected)


def test_sums_of_segments_are_those_of_who_had_that_device_when_exposed(
    market: MarketLog, exposures: pl.DataFrame, scope: Scope, counts: Counts
) -> None:
    devices = (
        market.events.filter(pl.col("event") == "experiment_exposed")
        .sort("at")
        .group_by("person", maintain_order=True)
        .agg(pl.col("device").first().alias("then"), pl.col("country").first().alias("there"))
    )
    split = {"device": ("mobile", "desktop"), "country": ("US",)}
    asked = {"click_through_rate": Asked(metric=METRICS["click_through_rate"])}
    sums = fetch_sums(market.store, scope, counts, asked, split=split)["click_through_rate"]
    rows = rows_of(market, exposures.join(devices, on="person"), "click_through_rate")
    rows = rows.filter(pl.col("at") >= pl.col("exposed_at"))
    for column, dimension in (("then", "device"), ("there", "country")):
        for value, arms in sums.segments[dimension].items():
            for key, found in arms.items():
                part = rows.filter((pl.col("arm") == key) & (pl.col(column) == value))
                shown = part.filter(pl.col("event") == "recommendation_shown")
                each = shown.group_by("person").len()["len"].to_list()
                assert found.moments.sums == (len(part) - len(shown), len(shown))
                assert found.moments.products[1][1] == sum(one**2 for one in each)
                assert found.moments.size == counts.by[dimension][value][key][0].units
    whole = fetch_sums(market.store, scope, counts, asked)["click_through_rate"]
    assert sums.whole == whole.whole
    assert whole.segments == {}


def test_new_are_those_whose_first_act_is_less_than_thirty_days_old(
    market: MarketLog, exposures: pl.DataFrame
) -> None:
    experiment = msgspec.structs.replace(
        the_experiment(market), segments=("browser", "users", "device", "country")
    )
    scope = make_scope(experiment, experiment.phase, END)
    counts = fetch_counts(market.store, scope)
    firsts = (
        market.events.filter(~pl.col("event").is_in(list(MACHINE_EVENTS)))
        .group_by("person")
        .agg(pl.col("at").min().alias("first_at"))
    )
    aged = exposures.join(firsts, on="person", how="left").with_columns(
        returns=pl.col("first_at") <= pl.col("exposed_at") - timedelta(days=30)
    )
    split: dict[str, tuple[str, ...]] = {
        name: tuple(counts.by[name]) for name in experiment.segments
    }
    assert split["users"] == ("new", "returning")
    asked = {"click_through_rate": Asked(metric=METRICS["click_through_rate"])}
    sums = fetch_sums(market.store, scope, counts, asked, split=split)["click_through_rate"]
    rows = rows_of(market, aged, "click_through_rate")
    rows = rows.filter(pl.col("at") >= pl.col("exposed_at"))
    for value, arms in sums.segments["users"].items():
        for key, found in arms.items():
            theirs = (pl.col("arm") == key) & (pl.col("returns") == (value == "returning"))
            part = rows.filter(theirs)
            shown = part.filter(pl.col("event") == "recommendation_shown")
            assert found.moments.sums == (len(part) - len(shown), len(shown))
            assert found.moments.size == len(aged.filter(theirs)) > 0
    whole = fetch_sums(market.store, scope, counts, asked)["click_through_rate"]
    assert sums.whole == whole.whole


def test_nobody_is_told_from_new_people_by_a_log_that_is_younger_than_that(
    market: MarketLog,
) -> None:
    experiment = msgspec.structs.replace(the_experiment(market), segments=("users", "device"))
    early = analyse(market.store, experiment, as_of=END)
    assert early.left_out[0].startswith("new and returning users")
    assert {one.dimension for one in early.segments} == {"device"}
    started = market.config.start + timedelta(days=31)
    phase = msgspec.structs.replace(experiment.phase, started_at=started)
    late = analyse(market.store, msgspec.structs.replace(experiment, phases=(phase,)), as_of=END)
    assert late.left_out == ()
    assert "users" in {one.dimension for one in late.segments}


def test_all_segments_that_are_shown_are_one_family(market: MarketLog) -> None:
    def adjusted(*segments: SegmentBy) -> dict[tuple[str, str], float]:
        experiment = msgspec.structs.replace(the_experiment(market), segments=segments)
        found = analyse(market.store, experiment, as_of=END).segments
        return {(one.dimension, one.value): one.adjusted_p or 0.0 for one in found}

    alone, all_of_them = adjusted("device"), adjusted("device", "country", "browser")
    assert set(alone) < set(all_of_them)
    assert all(all_of_them[name] >= p for name, p in alone.items())
    assert adjusted() == {}


@pytest.mark.parametrize("name", MEASURED)
def test_every_metric_can_be_the_primary_one(market: MarketLog, name: str) -> None:
    """All of it runs, and nothing of it is a NaN."""
    experiment = msgspec.structs.replace(
        the_experiment(market, name),
        maturation_days=14,
        guardrails=(Guardrail(metric=name, margin=0.1),),
    )
    result = analyse(market.store, experiment, as_of=END)
    assert b"NaN" not in msgspec.json.encode(result)
    assert "nan" not in str(msgspec.to_builtins(result)).replace("finance", "")
    assert result.health.units == {"control": 111, "treatment": 109}
    (primary, guardrail) = result.metrics
    assert primary.role == "primary"
    assert guardrail.role == "guardrail"
    assert all(one.estimate or one.reason for one in primary.readings)
    assert all(one.absolute or one.reason for one in primary.comparisons)


@pytest.mark.parametrize(
    "name", ["click_through_rate", "feature_users", "interview_rate", "llm_cost_usd", "promotions"]
)
def test_parts_of_the_people_add_up_to_all(
    market: MarketLog, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    experiment = msgspec.structs.replace(
        the_experiment(market, name),
        maturation_days=14,
        segments=("device", "users"),
        guardrails=(Guardrail(metric="application_rate", margin=0.1),),
        secondary=("interviews", "avg_recommendation_score"),
    )
    phase = msgspec.structs.replace(
        experiment.phase, started_at=market.config.start + timedelta(days=31)
    )
    experiment = msgspec.structs.replace(experiment, phases=(phase,))
    whole = analyse(market.store, experiment, as_of=END)
    monkeypatch.setattr(counting, "PART", 50)
    scope = make_scope(experiment, phase, END)
    assert fetch_counts(market.store, scope).parts == 3
    parts = analyse(market.store, experiment, as_of=END)
    assert flat(parts) == pytest.approx(flat(whole), rel=1e-9, abs=1e-12)


def flat(value: Any, path: str = "") -> dict[str, float]:
    """Every number of a result by its place, and every word."""
    plain = msgspec.to_builtins(value)
    if isinstance(plain, dict | list | tuple):
        items = plain.items() if isinstance(plain, dict) else enumerate(plain)
        return {at: one for key, inner in items for at, one in flat(inner, f"{path}.{key}").items()}
    return {path: plain} if isinstance(plain, int | float) else {f"{path} {plain}": 0}


def test_the_health_is_that_of_the_exposures(exposures: pl.DataFrame, counts: Counts) -> None:
    by_arm = dict(exposures.group_by("arm").len().iter_rows())
    assert {key: parts[0].units for key, parts in counts.followed.items()} == by_arm
    devices = sum(parts[0].units for by in counts.by["device"].values() for parts in by.values())
    days = sum(parts[0].units for by in counts.days.values() for parts in by.values())
    assert devices == days == counts.units == len(exposures)


@pytest.mark.parametrize(
    "name",
    [
        "applications",
        "click_through_rate",
        "feature_users",
        "llm_cost_usd",
        "session_duration_median",  # no sum over days, so read anew
        "offers",
    ],
)
def test_looks_are_those_of_an_analysis_on_each_day(market: MarketLog, name: str) -> None:
    experiment = the_experiment(market, name)
    looks = analyse(market.store, experiment, as_of=END).looks
    assert looks[-1].at == END
    for look in (looks[len(looks) // 2], looks[-2]):
        then = analyse(market.store, experiment, as_of=look.at)
        (comparison,) = then.metrics[0].comparisons
        plain = comparison.unadjusted or comparison.absolute
        found = look.effects["treatment"]
        assert look.units == then.outlook.units
        assert (found is None) == (plain is None)
        if found and plain and then.metrics[0].capped_at is None:
            assert (found.value, found.ci_low) == pytest.approx((plain.value, plain.ci_low))
