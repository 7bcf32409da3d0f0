"""All experiments and flags on one page: what runs and how it stands, what comes, what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from landed.dashboard.experiments.building import build_progress, build_verdict
from landed.dashboard.experiments.effects import axis_of, change_scale, pick_tone
from landed.dashboard.experiments.health import is_hidden
from landed.dashboard.experiments.marks import Bar, draw_bar
from landed.dashboard.experiments.planning import decided_words, metric_title, variant_names
from landed.dashboard.experiments.scale import Scale
from landed.dashboard.experiments.views import Axis, FlagLine, LineView
from landed.dashboard.experiments.words import STATE_WORDS, change_words, size_words, span_of
from landed.experiments.analysis.results import Comparison, MetricResult, Result
from landed.experiments.types import Experiment, Flag

__all__ = ["build_flag", "build_line", "common_scale", "list_axis"]


def common_scale(results: Sequence[Result]) -> Scale | None:
    """The axis of relative changes that the list's intervals share; None: nothing to draw.

    Args:
        results: Of the experiments.
    """
    pairs = [pair for one in results if (pair := _leading(one)) and pair[1].relative]
    return change_scale(pairs) if pairs else None


def list_axis(scale: Scale | None) -> Axis | None:
    """The lines of the list's axis.

    Args:
        scale: The axis.
    """
    return axis_of(scale, most=4) if scale else None  # a narrow column


def _leading(result: Result) -> tuple[MetricResult, Comparison] | None:
    """The primary metric with the variant that the verdict speaks of, else the first one."""
    if is_hidden(result) or not result.metrics or not result.metrics[0].comparisons:
        return None
    primary = result.metrics[0]
    chosen = [one for one in primary.comparisons if one.variant == result.verdict.variant]
    return primary, (chosen or list(primary.comparisons))[0]


def build_line(
    one: Experiment,
    result: Result | None,
    scale: Scale | None,
    *,
    note: str = "",
    alarms: Sequence[str] = (),
) -> LineView:
    """Write an experiment for the list.

    Args:
        one: The experiment.
        result: What is known; None: nothing.
        scale: The list's axis.
        note: Why nothing is known.
        alarms: What else is wrong.
    """
    pair = _leading(result) if result else None
    warnings = result.health.warnings if result else ()
    return LineView(
        key=one.key,
        name=one.name or one.key,
        state=STATE_WORDS[one.state],
        state_name=one.state,
        verdict=build_verdict(result, variant_names(one)) if result else None,
        metric=metric_title(one.primary.metric) if one.primary else "no primary metric yet",
        change=_change(pair[1]) if pair else "",
        bar=_bar(pair, scale) if pair and scale else None,
        progress=build_progress(result.outlook) if result else None,
        alarms=(*warnings, *alarms),
        note=decided_words(one) or note,
    )


def _change(other: Comparison) -> str:
    if other.relative is None:
        return other.reason
    return f"{change_words(other.relative.value)} ({span_of(other.relative, None)})"


def _bar(pair: tuple[MetricResult, Comparison], scale: Scale) -> Bar | None:
    primary, other = pair
    if other.relative is None:
        return None
    word, _, tone = pick_tone(other)
    words = f"{primary.title}: {_change(other)}, {word}"
    return draw_bar(other.relative, scale, tone=tone, words=words)


def build_flag(one: Flag) -> FlagLine:
    """Write a flag for the list.

    Args:
        one: The flag.

    Examples:
        >>> from landed.experiments.types import Rule, Split, Variant
        >>> split = Split(salt="new", weights=(1.0,), coverage=0.2)
        >>> build_flag(
        ...     Flag(
        ...         key="new",
        ...         variants=(Variant(key="off", value=False), Variant(key="on", value=True)),
        ...         default="off",
        ...         rules=(Rule(variants=("on",), split=split),),
        ...     )
        ... ).share
        'on: 20%'
    """
    return FlagLine(
        key=one.key,
        name=one.name or one.key,
        kind=one.kind,
        is_on=one.enabled,
        share=_share(one),
        version=one.version,
    )


def _share(one: Flag) -> str:
    if not one.rules:
        return f"{one.default}: 100%"
    first = one.rules[0]
    split = first.split
    coverage = 1.0 if split is None else split.coverage
    weights: Mapping[str, float] = dict(
        zip(first.variants, split.weights if split else (1.0,), strict=False)
    )
    parts = [f"{key}: {size_words(weight * coverage)}" for key, weight in weights.items()]
    more = f", {len(one.rules) - 1} more rules" if len(one.rules) > 1 else ""
    targeted = " of those its rule fits" if first.condition else ""
    return f"{', '.join(parts)}{targeted}{more}"
