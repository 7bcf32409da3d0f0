"""Metrics of how the host product runs and what it costs."""

from __future__ import annotations

from typing import Final

from landed.metrics.measures import Count, Mean, Quantile, Ratio, Total
from landed.metrics.types import Metric

__all__ = ["OPERATIONS"]

_API: Final = ("api_request_completed",)
_STEP: Final = ("workflow_step_completed",)
_SUMMARY: Final = "/api/analytics/performance/summary"
_LLM: Final = ("llm_call_completed",)
_COSTS: Final = ("infrastructure_cost_recorded", "llm_call_completed")


def _response_time(name: str, title: str, question: str, level: float) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="ms",
        formula=f"quantile {level:g} of duration_ms over api_request_completed (t-digest)",
        direction="down_is_good",
        source=_API,
        grain="a request",
        area="operations",
        measure=Quantile(level=level, of="properties.duration_ms"),
    )


def _sampled(name: str, title: str, question: str, of: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="per_cent",
        formula=f"mean of {of} over system_sampled",
        direction="down_is_good",
        source=("system_sampled",),
        grain="a sample of a machine; split it by property.host",
        caveat="A mean of samples hides short peaks.",
        area="operations",
        measure=Mean(of=f"toFloat64OrNull(toString(properties.{of}))"),
    )


def _sampled_p95(name: str, title: str, question: str, of: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="per_cent",
        formula=f"95th percentile of {of} over system_sampled (t-digest)",
        direction="down_is_good",
        source=("system_sampled",),
        grain="a sample of a machine; split it by property.host",
        area="operations",
        measure=Quantile(level=0.95, of=f"toFloat64OrNull(toString(properties.{of}))"),
    )


OPERATIONS: Final = (
    Metric(
        name="api_requests",
        title="API requests",
        question="How busy was the host product's API?",
        unit="events",
        formula="number of api_request_completed",
        direction="neutral",
        source=_API,
        grain="a request",
        area="operations",
        measure=Count(),
    ),
    Metric(
        name="error_rate",
        title="API error rate",
        question="How often did the host product fail to answer?",
        unit="share",
        formula="api_request_completed with status 500 or more ÷ all api_request_completed",
        direction="down_is_good",
        source=_API,
        grain="a request",
        area="operations",
        measure=Ratio(above="properties.status >= 500", below="1"),
    ),
    Metric(
        name="mean_response_ms",
        title="Response time, mean",
        question="How long does a request take on average?",
        unit="ms",
        formula="mean of duration_ms over api_request_completed",
        direction="down_is_good",
        source=_API,
        grain="a request",
        caveat="A few slow requests pull it up: the median says more of the typical one.",
        area="operations",
        measure=Mean(of="properties.duration_ms"),
    ),
    _response_time(
        "p50_response_ms", "Response time, median", "How long does the typical request take?", 0.5
    ),
    _response_time(
        "p95_response_ms",
        "Response time, p95",
        "How long do the slowest one in twenty requests take?",
        0.95,
    ),
    _response_time(
        "p99_response_ms",
        "Response time, p99",
        "How long do the slowest one in a hundred requests take?",
        0.99,
    ),
    Metric(
        name="errors",
        title="Errors",
        question="How many errors did the host product report?",
        unit="events",
        formula="number of error_occurred",
        direction="down_is_good",
        source=("error_occurred",),
        grain="an error report",
        area="operations",
        measure=Count(),
    ),
    Metric(
        name="step_seconds_mean",
        title="Step time, mean",
        question="How long does a step of the work behind a page take on average?",
        unit="seconds",
        formula="mean of duration_seconds over workflow_step_completed",
        direction="down_is_good",
        source=_STEP,
        grain="a step; split it by property.workflow and property.step",
        area="operations",
        measure=Mean(of="properties.duration_seconds"),
    ),
    Metric(
        name="step_seconds_median",
        title="Step time, median",
        question="How long does a step of the work behind a page take?",
        unit="seconds",
        formula="median of duration_seconds over workflow_step_completed",
        direction="down_is_good",
        source=_STEP,
        grain="a step; split it by property.workflow and property.step",
        area="operations",
        measure=Quantile(level=0.5, of="properties.duration_seconds"),
    ),
    Metric(
        name="step_seconds_p95",
        title="Step time, p95",
        question="How long do the slowest one in twenty steps take?",
        unit="seconds",
        formula="95th percentile of duration_seconds over workflow_step_completed (t-digest)",
        direction="down_is_good",
        source=_STEP,
        grain="a step; split it by property.workflow and property.step",
        area="operations",
        measure=Quantile(level=0.95, of="properties.duration_seconds"),
    ),
    Metric(
        name="workflow_seconds",
        title="Processing time",
        question="How long does the work behind a page take from its first step to its last?",
        unit="seconds",
        formula="sum over the steps of a workflow of the mean duration_seconds",
        direction="down_is_good",
        source=_STEP,
        grain="a workflow",
        caveat="Steps do not say which run they belong to, so there is a mean and no percentile. "
        "It is too long where steps run beside each other, and where a step is skipped or "
        "repeated it is that of a run with each step once.",
        area="operations",
        endpoint=_SUMMARY,
    ),
    Metric(
        name="step_failure_rate",
        title="Step failures",
        question="How often does a step of the work fail?",
        unit="share",
        formula="workflow_step_completed without success ÷ those that say whether they succeeded",
        direction="down_is_good",
        source=_STEP,
        grain="a step",
        area="operations",
        measure=Ratio(
            above="NOT ifNull(properties.success, true)", below="properties.success IS NOT NULL"
        ),
    ),
    _sampled("cpu_percent", "Processor in use", "How busy are the machines?", "cpu_percent"),
    _sampled("memory_percent", "Memory in use", "How full is the memory?", "memory_percent"),
    _sampled("disk_percent", "Disk in use", "How full are the disks?", "disk_percent"),
    _sampled_p95(
        "cpu_percent_p95",
        "Processor in use, p95",
        "How busy are the machines in their busiest twentieth of the time?",
        "cpu_percent",
    ),
    _sampled_p95(
        "memory_percent_p95",
        "Memory in use, p95",
        "How full is the memory in the fullest twentieth of the time?",
        "memory_percent",
    ),
    Metric(
        name="health_score",
        title="Health score",
        question="How well does the host product run, in one number?",
        unit="points",
        formula="weighted mean of five parts, each 100 while its target is met and falling evenly "
        "beyond: p95_response_ms (0.3), error_rate (0.3) and workflow_seconds (0.2) to 0 at twice "
        "the target, cpu_percent (0.1) and memory_percent (0.1) of the worst machine to 0 at 100",
        direction="up_is_good",
        source=(*_API, *_STEP, "system_sampled"),
        grain="a time",
        caveat="Parts without events are left out and the others weigh more: look at the parts.",
        area="operations",
        endpoint=_SUMMARY,
    ),
    Metric(
        name="llm_calls",
        title="LLM calls",
        question="How often was a language model asked?",
        unit="events",
        formula="number of llm_call_completed",
        direction="neutral",
        source=_LLM,
        grain="a call",
        area="operations",
        measure=Count(),
    ),
    Metric(
        name="llm_cost_usd",
        title="LLM cost",
        question="What did the calls to language models cost?",
        unit="usd",
        formula="sum of cost_usd over llm_call_completed",
        direction="neutral",
        source=_LLM,
        grain="a call",
        caveat="Calls sent without a cost count as 0.",
        area="operations",
        measure=Total(of="properties.cost_usd"),
    ),
    Metric(
        name="llm_tokens",
        title="LLM tokens",
        question="How many tokens went to language models and came back?",
        unit="tokens",
        formula="sum of input_tokens + output_tokens over llm_call_completed",
        direction="neutral",
        source=_LLM,
        grain="a call",
        area="operations",
        measure=Total(
            of="ifNull(properties.input_tokens, 0) + ifNull(properties.output_tokens, 0)"
        ),
    ),
    Metric(
        name="infrastructure_cost_usd",
        title="Infrastructure cost",
        question="What did servers and services cost?",
        unit="usd",
        formula="sum of cost_usd over infrastructure_cost_recorded",
        direction="down_is_good",
        source=("infrastructure_cost_recorded",),
        grain="a bill",
        caveat="A bill counts whole on its day, whatever time it covers.",
        area="operations",
        measure=Total(of="properties.cost_usd"),
    ),
    Metric(
        name="cost_usd",
        title="Cost",
        question="What does the product cost to run?",
        unit="usd",
        formula="sum of cost_usd over llm_call_completed and infrastructure_cost_recorded",
        direction="down_is_good",
        source=_COSTS,
        grain="a call or a bill",
        caveat="A bill counts whole on its day, whatever time it covers.",
        area="operations",
        measure=Total(of="properties.cost_usd"),
    ),
    Metric(
        name="cost_per_recommendation_usd",
        title="Cost per recommendation",
        question="What does it cost to show one recommendation?",
        unit="usd",
        formula="cost_usd of llm_call_completed and infrastructure_cost_recorded ÷ "
        "recommendation_shown",
        direction="down_is_good",
        source=(*_COSTS, "recommendation_shown"),
        grain="an impression",
        caveat="All costs are laid on the recommendations, also those of other features.",
        area="operations",
        measure=Ratio(
            above="ifNull(properties.cost_usd, 0)", below="event = 'recommendation_shown'"
        ),
    ),
    Metric(
        name="quarantined_events",
        title="Refused events",
        question="How many events did not fit the tracking plan?",
        unit="events",
        formula="rows of the quarantine by the time they were received",
        direction="down_is_good",
        source=(),
        grain="a refused event",
        caveat="They are kept, scrubbed, and can be replayed: landed quarantine list.",
        area="operations",
        endpoint="/api/admin/quarantine",
    ),
)
"""In the order of the reference page."""
