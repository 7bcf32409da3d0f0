"""Behaviour: sessions, pages, interactions, features and work on résumés."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from landed.events.base import Count, Event, Label, Score100, Share, Years
from landed.events.fields import (
    AppVersion,
    AtsScore,
    Browser,
    Category,
    CharacterCount,
    Country,
    DeviceType,
    DurationSeconds,
    EducationLevel,
    ErrorType,
    ExperienceYears,
    FileSize,
    FileType,
    FormattingScore,
    Industry,
    IsRefinement,
    JdScore,
    JobDescription,
    JobId,
    OperatingSystem,
    PageCount,
    PagePath,
    ReferrerDomain,
    ResumeId,
    ResumeText,
    ResumeVersion,
    Success,
    TailoredText,
    TailoringMode,
    UtmCampaign,
    UtmMedium,
    UtmSource,
)

__all__ = [
    "FeatureUsed",
    "InteractionRecorded",
    "PageLeft",
    "PageViewed",
    "ResumeAnalyzed",
    "ResumeCopied",
    "ResumeDownloaded",
    "ResumeParsed",
    "ResumeRefined",
    "ResumeTailored",
    "ResumeUploaded",
    "ScreenViewed",
    "SessionEnded",
    "SessionStarted",
]


class SessionStarted(Event, frozen=True, kw_only=True):
    """A person began a visit.

    Send it once when a visit begins, with the same session id as the visit's other events.
    """

    device_type: DeviceType | None = None
    browser: Browser | None = None
    os: OperatingSystem | None = None
    country: Country | None = None
    app_version: AppVersion | None = None
    referrer_domain: ReferrerDomain | None = None
    entry_path: PagePath | None = None
    utm_source: UtmSource | None = None
    utm_medium: UtmMedium | None = None
    utm_campaign: UtmCampaign | None = None


class SessionEnded(Event, frozen=True, kw_only=True):
    """A visit was over.

    Send it when the visit is closed or has been idle for your time limit (usually 30 minutes).
    """

    duration_seconds: DurationSeconds | None = None
    page_count: PageCount | None = None
    exit_path: PagePath | None = None


class PageViewed(Event, frozen=True, kw_only=True):
    """A page was shown to a person.

    Send it when a page of the web application is shown; `page` calls of Segment libraries
    become this event.
    """

    path: PagePath | None = None
    title: Annotated[Label | None, Meta(description="Title of the page.", examples=["Jobs"])] = None
    page_name: Annotated[
        Label | None, Meta(description="The host's name of the page.", examples=["Home"])
    ] = None
    category: Category | None = None
    referrer_domain: ReferrerDomain | None = None
    duration_seconds: DurationSeconds | None = None
    job_id: JobId | None = None


class PageLeft(Event, frozen=True, kw_only=True):
    """A person left a page, or put it out of sight.

    Send it each time that the page goes out of sight, with the time for which it was seen since
    it came into sight; `landed.js` does. The sum over a page's events is the time spent on it.
    """

    path: PagePath | None = None
    duration_seconds: DurationSeconds | None = None


class ScreenViewed(Event, frozen=True, kw_only=True):
    """A screen of a mobile application was shown to a person.

    Send it when the screen is shown; `screen` calls of Segment libraries become this event.
    """

    screen: Annotated[
        Label | None, Meta(description="The host's name of the screen.", examples=["Job list"])
    ] = None
    category: Category | None = None
    duration_seconds: DurationSeconds | None = None


class InteractionRecorded(Event, frozen=True, kw_only=True):
    """A person did something with an element of the page.

    Send it on clicks, hovers, scrolls and inputs that have no event of their own.
    """

    action: Annotated[Label, Meta(description="What the person did.", examples=["click"])]
    element: Annotated[
        Label | None,
        Meta(description="The element's id or role in the page.", examples=["refine-button"]),
    ] = None
    page_path: PagePath | None = None
    interaction_type: Annotated[
        Label | None,
        Meta(description="The host's class of interaction.", examples=["recommendation_click"]),
    ] = None


class FeatureUsed(Event, frozen=True, kw_only=True):
    """A person used a feature of the product.

    Send it once per use, when the use ends; adoption counts people per feature.
    """

    feature: Annotated[Label, Meta(description="The feature.", examples=["resume_builder"])]
    duration_seconds: DurationSeconds | None = None
    success: Success | None = None


class ResumeUploaded(Event, frozen=True, kw_only=True):
    """A person uploaded a résumé.

    Send it when the file has arrived, before it is parsed.
    """

    resume_id: ResumeId | None = None
    file_type: FileType | None = None
    file_size_bytes: FileSize | None = None
    character_count: CharacterCount | None = None
    page_count: PageCount | None = None
    version: ResumeVersion | None = None
    resume_text: ResumeText | None = None


class ResumeParsed(Event, frozen=True, kw_only=True):
    """A résumé was read into its parts, or failed to be.

    Send it when parsing ends, with `success` false when it failed. The counts describe the
    résumé and feed the prediction models.
    """

    resume_id: ResumeId | None = None
    success: Success | None = None
    duration_seconds: DurationSeconds | None = None
    error_type: ErrorType | None = None
    file_type: FileType | None = None
    character_count: CharacterCount | None = None
    version: ResumeVersion | None = None
    word_count: Annotated[
        Count | None, Meta(description="Words of the résumé.", examples=[640])
    ] = None
    section_count: Annotated[
        Count | None, Meta(description="Sections of the résumé.", examples=[6])
    ] = None
    experience_years: ExperienceYears | None = None
    job_change_count: Annotated[
        Count | None, Meta(description="Positions held so far.", examples=[4])
    ] = None
    average_tenure_years: Annotated[
        Years | None, Meta(description="Average time in a position.", examples=[1.6])
    ] = None
    technical_skill_count: Annotated[
        Count | None, Meta(description="Technical skills found.", examples=[14])
    ] = None
    soft_skill_count: Annotated[
        Count | None, Meta(description="Soft skills found.", examples=[5])
    ] = None
    education_level: EducationLevel | None = None


class ResumeAnalyzed(Event, frozen=True, kw_only=True):
    """A résumé was scored.

    Send it when an analysis for applicant tracking systems ends, before or after tailoring.
    """

    resume_id: ResumeId | None = None
    ats_score: AtsScore | None = None
    jd_score: JdScore | None = None
    formatting_score: FormattingScore | None = None
    progression_score: Annotated[
        Score100 | None, Meta(description="How steadily the career rises.", examples=[66.0])
    ] = None
    education_relevance_rate: Annotated[
        Share | None, Meta(description="How well the education fits the job.", examples=[0.8])
    ] = None
    skill_diversity_rate: Annotated[
        Share | None, Meta(description="How widely the skills are spread.", examples=[0.55])
    ] = None
    missing_skill_count: Annotated[
        Count | None, Meta(description="Skills asked for that the résumé lacks.", examples=[3])
    ] = None
    industry: Industry | None = None
    job_id: JobId | None = None
    version: ResumeVersion | None = None
    duration_seconds: DurationSeconds | None = None


class _ResumeWork(Event, frozen=True, kw_only=True):
    """What the events about tailored résumés share."""

    resume_id: ResumeId | None = None
    version: ResumeVersion | None = None
    job_id: JobId | None = None
    is_refinement: IsRefinement | None = None
    ats_score: AtsScore | None = None
    jd_score: JdScore | None = None
    tailoring_mode: TailoringMode | None = None
    resume_text: ResumeText | None = None
    job_description: JobDescription | None = None
    tailored_text: TailoredText | None = None
    duration_seconds: DurationSeconds | None = None


class ResumeTailored(_ResumeWork, frozen=True, kw_only=True):
    """A résumé was tailored to a job.

    Send it when the tailored text is shown. The texts are optional: send them only with the
    person's consent to model training.
    """

    ats_score_before: Annotated[
        Score100 | None, Meta(description="The ats_score before tailoring.", examples=[61.0])
    ] = None
    applied_suggestion_count: Annotated[
        Count | None, Meta(description="Suggestions that were taken over.", examples=[7])
    ] = None


class ResumeRefined(_ResumeWork, frozen=True, kw_only=True):
    """A tailored résumé was improved once more.

    Send it when the person asked for another round and its text is shown.
    """


class ResumeCopied(_ResumeWork, frozen=True, kw_only=True):
    """A person copied the text of a résumé.

    Send it when the text is put on the clipboard.
    """


class ResumeDownloaded(_ResumeWork, frozen=True, kw_only=True):
    """A person downloaded a résumé.

    Send it when the file is handed out.
    """

    file_type: FileType | None = None
    file_size_bytes: FileSize | None = None
