"""Operations: requests, work steps, screening, model calls, warnings and errors."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from landed.events.base import (
    Bytes,
    Count,
    Days,
    Event,
    FreeText,
    Id,
    Label,
    Percent,
    Seconds,
    Share,
    Usd,
)
from landed.events.fields import (
    AnalysisId,
    CharacterCount,
    CostUsd,
    DocumentCount,
    DocumentSize,
    DurationMs,
    DurationSeconds,
    Endpoint,
    ErrorType,
    FileSize,
    FileType,
    Provider,
    RetryCount,
    Success,
    WarningType,
)

__all__ = [
    "ApiRequestCompleted",
    "CandidateFileProcessed",
    "DocumentWarningAnswered",
    "DocumentWarningShown",
    "ErrorOccurred",
    "InfrastructureCostRecorded",
    "LlmCallCompleted",
    "RateLimitHit",
    "ScreeningAnalysisCompleted",
    "SupportTicketOpened",
    "SystemSampled",
    "WorkflowStepCompleted",
]


class ApiRequestCompleted(Event, frozen=True, kw_only=True):
    """The host answered a request.

    Send it from the server when the answer has left; the error rate counts status 500
    and above.
    """

    endpoint: Endpoint
    status: Annotated[
        int,
        Meta(
            ge=100,
            le=599,
            description="Status of the answer.",
            examples=[200],
            extra={"unit": "HTTP status"},
        ),
    ]
    method: Annotated[
        Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] | None,
        Meta(description="HTTP method.", examples=["GET"]),
    ] = None
    duration_ms: DurationMs | None = None
    error_type: ErrorType | None = None
    response_bytes: Annotated[
        Bytes | None, Meta(description="Size of the answer's body.", examples=[18_200])
    ] = None


class WorkflowStepCompleted(Event, frozen=True, kw_only=True):
    """A step of a longer work was done, or failed.

    Send it when the step ends: for example parsing, matching and ranking of one
    recommendation run.
    """

    workflow: Annotated[Label, Meta(description="The whole.", examples=["recommendation"])]
    step: Annotated[Label, Meta(description="The step of it.", examples=["ranking"])]
    duration_seconds: DurationSeconds | None = None
    success: Success | None = None
    error_type: ErrorType | None = None
    item_count: Annotated[
        Count | None, Meta(description="Things that it worked on.", examples=[40])
    ] = None
    cost_usd: CostUsd | None = None


class SystemSampled(Event, frozen=True, kw_only=True):
    """The load of a machine was measured.

    Send it at a steady pace, for example once a minute, from each machine.
    """

    host: Annotated[
        Label | None, Meta(description="Name of the machine.", examples=["worker-1"])
    ] = None
    cpu_percent: Annotated[
        Percent | None, Meta(description="Processor time in use.", examples=[41.5])
    ] = None
    memory_percent: Annotated[
        Percent | None, Meta(description="Memory in use.", examples=[63.0])
    ] = None
    disk_percent: Annotated[Percent | None, Meta(description="Disk in use.", examples=[38.2])] = (
        None
    )
    memory_bytes: Annotated[
        Bytes | None, Meta(description="Memory in use.", examples=[4_100_000_000])
    ] = None
    concurrent_job_count: Annotated[
        Count | None, Meta(description="Jobs that run at this moment.", examples=[3])
    ] = None


class ErrorOccurred(Event, frozen=True, kw_only=True):
    """Something failed.

    Send it where the error is caught; people's data do not belong into its message.
    """

    error_type: ErrorType
    severity: Annotated[
        Literal["info", "warning", "error", "critical"] | None,
        Meta(description="How bad it is.", examples=["error"]),
    ] = None
    component: Annotated[
        Label | None, Meta(description="Part of the host that failed.", examples=["parser"])
    ] = None
    endpoint: Endpoint | None = None
    message: Annotated[
        FreeText | None, Meta(description="The error's message.", examples=["no text layer"])
    ] = None


class ScreeningAnalysisCompleted(Event, frozen=True, kw_only=True):
    """A batch of candidates was screened against a job description.

    Send it once when the batch ends, also when it failed. Scores are shares from 0 to 1.
    """

    analysis_id: AnalysisId
    analysis_status: Annotated[
        Literal["completed", "partial", "failed"] | None,
        Meta(description="How it ended.", examples=["completed"]),
    ] = None
    duration_seconds: DurationSeconds | None = None
    candidate_count: Annotated[
        Count | None, Meta(description="Candidates screened.", examples=[50])
    ] = None
    criterion_count: Annotated[
        Count | None, Meta(description="Criteria applied.", examples=[12])
    ] = None
    jd_file_size_bytes: Annotated[
        Bytes | None, Meta(description="Size of the job description.", examples=[48_000])
    ] = None
    jd_character_count: Annotated[
        Count | None, Meta(description="Characters of the job description.", examples=[4_100])
    ] = None
    total_resume_file_size_bytes: Annotated[
        Bytes | None, Meta(description="Size of all résumés.", examples=[9_200_000])
    ] = None
    avg_resume_character_count: Annotated[
        Count | None, Meta(description="Average length of a résumé.", examples=[5_200])
    ] = None
    min_resume_character_count: Annotated[
        Count | None, Meta(description="Length of the shortest résumé.", examples=[900])
    ] = None
    max_resume_character_count: Annotated[
        Count | None, Meta(description="Length of the longest résumé.", examples=[18_000])
    ] = None
    api_call_count: Annotated[
        Count | None, Meta(description="Calls of outside APIs.", examples=[104])
    ] = None
    total_tokens: Annotated[
        Count | None, Meta(description="Tokens of all calls.", examples=[420_000])
    ] = None
    cost_usd: CostUsd | None = None
    rate_limit_hit_count: Annotated[
        Count | None, Meta(description="Calls refused for their rate.", examples=[1])
    ] = None
    rate_limit_retry_count: Annotated[
        Count | None, Meta(description="Calls repeated for that.", examples=[2])
    ] = None
    avg_overall_score: Annotated[
        Share | None, Meta(description="Average overall score.", examples=[0.61])
    ] = None
    median_overall_score: Annotated[
        Share | None, Meta(description="Median overall score.", examples=[0.63])
    ] = None
    min_overall_score: Annotated[
        Share | None, Meta(description="Lowest overall score.", examples=[0.12])
    ] = None
    max_overall_score: Annotated[
        Share | None, Meta(description="Highest overall score.", examples=[0.94])
    ] = None
    candidates_above_70_percent_count: Annotated[
        Count | None, Meta(description="Candidates with a score of 0.7 or more.", examples=[14])
    ] = None
    candidates_50_to_70_percent_count: Annotated[
        Count | None, Meta(description="Candidates from 0.5 to below 0.7.", examples=[23])
    ] = None
    candidates_below_50_percent_count: Annotated[
        Count | None, Meta(description="Candidates with a score below 0.5.", examples=[13])
    ] = None
    insight_count: Annotated[Count | None, Meta(description="Written insights.", examples=[10])] = (
        None
    )
    insight_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time to write them.", examples=[31.0])
    ] = None
    insight_tokens: Annotated[
        Count | None, Meta(description="Tokens to write them.", examples=[52_000])
    ] = None
    insight_cost_usd: Annotated[
        Usd | None, Meta(description="Cost to write them.", examples=[0.31])
    ] = None
    extraction_cost_usd: Annotated[
        Usd | None, Meta(description="Cost of text extraction.", examples=[0.05])
    ] = None
    embedding_cost_usd: Annotated[
        Usd | None, Meta(description="Cost of embeddings.", examples=[0.11])
    ] = None
    similarity_cost_usd: Annotated[
        Usd | None, Meta(description="Cost of similarity search.", examples=[0.02])
    ] = None
    cost_per_candidate_usd: Annotated[
        Usd | None, Meta(description="Cost per candidate.", examples=[0.0098])
    ] = None
    cost_per_criterion_usd: Annotated[
        Usd | None, Meta(description="Cost per criterion.", examples=[0.0408])
    ] = None
    extraction_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time for text extraction, summed.", examples=[14.2])
    ] = None
    embedding_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time for embeddings.", examples=[9.8])
    ] = None
    similarity_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time for similarity search.", examples=[0.6])
    ] = None
    database_write_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time to write the results.", examples=[1.1])
    ] = None
    error_count: Annotated[Count | None, Meta(description="Errors on the way.", examples=[0])] = (
        None
    )
    error_details: Annotated[
        FreeText | None, Meta(description="What failed.", examples=["2 files without text"])
    ] = None


class CandidateFileProcessed(Event, frozen=True, kw_only=True):
    """One candidate's file of a screening was processed, or failed to be.

    Send one for each file when it is done.
    """

    analysis_id: AnalysisId
    candidate_id: Annotated[
        Id | None, Meta(description="The host's id of the candidate.", examples=["cand-18"])
    ] = None
    file_type: FileType | None = None
    file_size_bytes: FileSize | None = None
    character_count: CharacterCount | None = None
    chunk_count: Annotated[
        Count | None, Meta(description="Pieces that the text was cut into.", examples=[9])
    ] = None
    extraction_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time for text extraction.", examples=[0.3])
    ] = None
    analysis_duration_seconds: Annotated[
        Seconds | None, Meta(description="Time for the analysis.", examples=[1.9])
    ] = None
    overall_score: Annotated[
        Share | None, Meta(description="The candidate's overall score.", examples=[0.72])
    ] = None
    success: Success | None = None
    error_type: ErrorType | None = None
    message: Annotated[
        FreeText | None, Meta(description="The error's message.", examples=["no text layer"])
    ] = None


class LlmCallCompleted(Event, frozen=True, kw_only=True):
    """A language model answered, or failed to.

    Send one for each call. The fields follow the meaning of OpenTelemetry's GenAI
    conventions: input tokens include cached ones, output tokens include reasoning.
    """

    model: Annotated[Label, Meta(description="Model that answered.", examples=["gpt-4o-mini"])]
    provider: Provider | None = None
    operation: Annotated[
        Label | None,
        Meta(description="What it was asked for: chat, embeddings …", examples=["chat"]),
    ] = None
    feature: Annotated[
        Label | None, Meta(description="Feature that asked.", examples=["resume_builder"])
    ] = None
    input_tokens: Annotated[
        Count | None, Meta(description="Tokens sent, cached ones included.", examples=[1_850])
    ] = None
    output_tokens: Annotated[
        Count | None, Meta(description="Tokens received, with reasoning.", examples=[420])
    ] = None
    cached_input_tokens: Annotated[
        Count | None, Meta(description="Sent tokens that were read from a cache.", examples=[1_024])
    ] = None
    reasoning_tokens: Annotated[
        Count | None, Meta(description="Received tokens that were reasoning.", examples=[128])
    ] = None
    cost_usd: CostUsd | None = None
    duration_ms: DurationMs | None = None
    success: Success | None = None
    error_type: ErrorType | None = None
    retry_count: RetryCount | None = None
    analysis_id: AnalysisId | None = None


class DocumentWarningShown(Event, frozen=True, kw_only=True):
    """A person was warned that documents are too long or too many.

    Send it when the warning appears.
    """

    warning_type: WarningType
    document_count: DocumentCount | None = None
    document_size_bytes: DocumentSize | None = None
    limit_count: Annotated[
        Count | None, Meta(description="The limit that was passed.", examples=[200])
    ] = None
    analysis_id: AnalysisId | None = None


class DocumentWarningAnswered(Event, frozen=True, kw_only=True):
    """A person decided what to do about a warning.

    Send it on the decision, also when the person leaves.
    """

    warning_type: WarningType
    user_action: Annotated[
        Literal["continued", "abandoned", "reduced_batch", "override"],
        Meta(description="What the person did.", examples=["reduced_batch"]),
    ]
    document_count: DocumentCount | None = None
    document_size_bytes: DocumentSize | None = None
    analysis_id: AnalysisId | None = None


class RateLimitHit(Event, frozen=True, kw_only=True):
    """A call was refused because there were too many.

    Send it for each refusal, by an outside API or by the host itself.
    """

    provider: Provider | None = None
    endpoint: Endpoint | None = None
    retry_after_seconds: Annotated[
        Seconds | None, Meta(description="Wait that was asked for.", examples=[20.0])
    ] = None
    retry_count: RetryCount | None = None
    analysis_id: AnalysisId | None = None


class SupportTicketOpened(Event, frozen=True, kw_only=True):
    """A person asked for help.

    Send it when the ticket is opened; its text stays in the help desk.
    """

    ticket_id: Annotated[
        Id | None, Meta(description="The help desk's id of it.", examples=["ticket-77"])
    ] = None
    topic: Annotated[Label | None, Meta(description="What it is about.", examples=["billing"])] = (
        None
    )
    channel: Annotated[Label | None, Meta(description="How it came in.", examples=["email"])] = None


class InfrastructureCostRecorded(Event, frozen=True, kw_only=True):
    """The cost of running the product became known.

    Send it when a bill or its daily share is known, one for each service.
    """

    cost_usd: CostUsd
    provider: Provider | None = None
    service: Annotated[
        Label | None, Meta(description="Service that was paid for.", examples=["compute"])
    ] = None
    period_days: Annotated[
        Days | None, Meta(description="Time that the cost covers.", examples=[1.0])
    ] = None
