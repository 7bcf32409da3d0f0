"""Properties that several events share: one name, one type, one meaning each."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from landed.events.base import (
    Amount,
    Bytes,
    Count,
    Currency,
    FreeText,
    Id,
    Label,
    Millis,
    Score10,
    Score100,
    Seconds,
    Share,
    SignedUsd,
    Usd,
    Years,
)

__all__ = [
    "Algorithm",
    "AnalysisId",
    "AppVersion",
    "ApplicationId",
    "ApplicationMethod",
    "AtsScore",
    "BillingAmount",
    "BillingCurrency",
    "BillingInterval",
    "Browser",
    "Category",
    "CharacterCount",
    "Company",
    "CostUsd",
    "Country",
    "DeviceType",
    "DocumentCount",
    "DocumentSize",
    "DurationMs",
    "DurationSeconds",
    "EducationLevel",
    "Endpoint",
    "ErrorType",
    "ExperienceYears",
    "ExperimentId",
    "ExperimentVersion",
    "FileSize",
    "FileType",
    "FormattingScore",
    "GoalId",
    "GoalType",
    "Industry",
    "IsRefinement",
    "JdScore",
    "JobDescription",
    "JobId",
    "JobTitle",
    "Location",
    "ModelVersion",
    "OperatingSystem",
    "PageCount",
    "PagePath",
    "Plan",
    "Position",
    "PredictionId",
    "PredictionTarget",
    "Propensity",
    "Provider",
    "RecommendationId",
    "RecommendationScore",
    "ReferrerDomain",
    "Region",
    "ResumeId",
    "ResumeText",
    "ResumeVersion",
    "RetryCount",
    "SalaryMax",
    "SalaryMin",
    "SalaryPotential",
    "SubscriptionId",
    "Success",
    "Surface",
    "TailoredText",
    "TailoringMode",
    "Tier",
    "TimeSpent",
    "UtmCampaign",
    "UtmMedium",
    "UtmSource",
    "Variant",
    "WarningType",
]

# People, devices and places
DeviceType: TypeAlias = Annotated[
    Label, Meta(description="Kind of device: desktop, mobile, tablet.", examples=["desktop"])
]
Browser: TypeAlias = Annotated[
    Label, Meta(description="Browser family, without details.", examples=["Chrome"])
]
OperatingSystem: TypeAlias = Annotated[
    Label, Meta(description="Operating system family.", examples=["Windows"])
]
Country: TypeAlias = Annotated[
    Label, Meta(description="Country, best as ISO 3166 two-letter code.", examples=["US"])
]
Region: TypeAlias = Annotated[
    Label,
    Meta(description="Job market region, as the host divides it.", examples=["north-america"]),
]
Location: TypeAlias = Annotated[
    Label, Meta(description="Place of the job: city or remote.", examples=["Berlin"])
]
Industry: TypeAlias = Annotated[
    Label, Meta(description="Industry, as the host classifies it.", examples=["technology"])
]
ExperienceYears: TypeAlias = Annotated[
    Years, Meta(description="Working experience.", examples=[6.5])
]
EducationLevel: TypeAlias = Annotated[
    Label, Meta(description="Highest degree, as the host classifies it.", examples=["bachelor"])
]
AppVersion: TypeAlias = Annotated[
    Label, Meta(description="Version of the host's application.", examples=["2.4.1"])
]
ReferrerDomain: TypeAlias = Annotated[
    Label, Meta(description="Domain that the person came from, no path.", examples=["google.com"])
]
UtmSource: TypeAlias = Annotated[
    Label, Meta(description="Campaign source (utm_source).", examples=["newsletter"])
]
UtmMedium: TypeAlias = Annotated[
    Label, Meta(description="Campaign medium (utm_medium).", examples=["email"])
]
UtmCampaign: TypeAlias = Annotated[
    Label, Meta(description="Campaign name (utm_campaign).", examples=["spring-launch"])
]
PagePath: TypeAlias = Annotated[
    Label, Meta(description="Path of the page, without host and query.", examples=["/jobs"])
]
PageCount: TypeAlias = Annotated[Count, Meta(description="Number of pages.", examples=[4])]
Category: TypeAlias = Annotated[
    Label, Meta(description="Group that the host sorts it into.", examples=["Docs"])
]

# How it went
Success: TypeAlias = Annotated[
    bool, Meta(description="Whether it ended without an error.", examples=[True])
]
DurationSeconds: TypeAlias = Annotated[
    Seconds, Meta(description="How long it took or lasted.", examples=[2.5])
]
DurationMs: TypeAlias = Annotated[Millis, Meta(description="How long it took.", examples=[184.0])]
TimeSpent: TypeAlias = Annotated[
    Seconds, Meta(description="Time that the person spent on the item.", examples=[12.5])
]
ErrorType: TypeAlias = Annotated[
    Label, Meta(description="Class of the error, no message text.", examples=["TimeoutError"])
]
RetryCount: TypeAlias = Annotated[
    Count, Meta(description="Attempts after the first one.", examples=[1])
]
CostUsd: TypeAlias = Annotated[Usd, Meta(description="What it cost.", examples=[0.0042])]
Endpoint: TypeAlias = Annotated[
    Label,
    Meta(description="Route template, without ids and query.", examples=["/api/jobs/{job_id}"]),
]
Provider: TypeAlias = Annotated[
    Label, Meta(description="Company or service that was called.", examples=["openai"])
]

# Résumés and documents
ResumeId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the résumé.", examples=["resume-81"])
]
ResumeVersion: TypeAlias = Annotated[
    Count, Meta(description="Version of the résumé, counted from 1.", examples=[2])
]
ResumeText: TypeAlias = Annotated[
    FreeText,
    Meta(description="Text of the résumé, for model training.", examples=["Built data pipelines"]),
]
JobDescription: TypeAlias = Annotated[
    FreeText,
    Meta(description="Text of the job description.", examples=["We look for a data engineer"]),
]
TailoredText: TypeAlias = Annotated[
    FreeText,
    Meta(description="Text of the tailored résumé.", examples=["Built reliable data pipelines"]),
]
TailoringMode: TypeAlias = Annotated[
    Label, Meta(description="How the résumé was tailored.", examples=["personalized"])
]
IsRefinement: TypeAlias = Annotated[
    bool, Meta(description="Whether it refines an earlier tailoring.", examples=[False])
]
AtsScore: TypeAlias = Annotated[
    Score100, Meta(description="Score for applicant tracking systems.", examples=[85.0])
]
JdScore: TypeAlias = Annotated[
    Score100, Meta(description="Match of the résumé with the job description.", examples=[90.0])
]
FormattingScore: TypeAlias = Annotated[
    Score100, Meta(description="How well a machine can read the layout.", examples=[78.0])
]
FileType: TypeAlias = Annotated[
    Label, Meta(description="Type of the file by its ending.", examples=["pdf"])
]
FileSize: TypeAlias = Annotated[Bytes, Meta(description="Size of the file.", examples=[184_320])]
CharacterCount: TypeAlias = Annotated[
    Count, Meta(description="Characters of the extracted text.", examples=[5_400])
]
AnalysisId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the screening analysis.", examples=["analysis-7"])
]
DocumentCount: TypeAlias = Annotated[
    Count, Meta(description="Documents in the batch.", examples=[250])
]
DocumentSize: TypeAlias = Annotated[
    Bytes, Meta(description="Size of the document or batch.", examples=[2_400_000])
]
WarningType: TypeAlias = Annotated[
    Label,
    Meta(
        description="What it warns of: jd_too_long, resume_too_long, batch_too_large.",
        examples=["batch_too_large"],
    ),
]

# Jobs, recommendations and applications
JobId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the job.", examples=["job-456"])
]
JobTitle: TypeAlias = Annotated[
    Label, Meta(description="Title of the job.", examples=["Data Engineer"])
]
Company: TypeAlias = Annotated[
    Label, Meta(description="Employer that offers the job.", examples=["Acme"])
]
RecommendationId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the recommendation.", examples=["rec-9"])
]
Tier: TypeAlias = Annotated[
    Literal["conservative", "optimal", "stretch"],
    Meta(description="How far the job reaches beyond the person's level.", examples=["optimal"]),
]
RecommendationScore: TypeAlias = Annotated[
    Score10, Meta(description="The recommender's score of the job.", examples=[8.5])
]
Position: TypeAlias = Annotated[
    int,
    Meta(
        ge=1,
        le=1_000_000,
        description="Place in the list, 1 at the top.",
        examples=[1],
        extra={"unit": "rank from 1"},
    ),
]
Surface: TypeAlias = Annotated[
    Label,
    Meta(description="Where it stands: page, e-mail, notification.", examples=["dashboard"]),
]
SalaryPotential: TypeAlias = Annotated[
    SignedUsd,
    Meta(description="Yearly salary above the person's present one.", examples=[15_000.0]),
]
Algorithm: TypeAlias = Annotated[
    Label, Meta(description="Algorithm or version that chose it.", examples=["ranking_v2"])
]
ApplicationId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the application.", examples=["app-31"])
]
ApplicationMethod: TypeAlias = Annotated[
    Literal["direct", "job_board", "recruiter", "referral"],
    Meta(description="Way in which the application was sent.", examples=["direct"]),
]
SalaryMin: TypeAlias = Annotated[
    Amount, Meta(description="Lower end of the advertised yearly salary.", examples=[90_000.0])
]
SalaryMax: TypeAlias = Annotated[
    Amount, Meta(description="Upper end of the advertised yearly salary.", examples=[120_000.0])
]
GoalId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the goal.", examples=["goal-3"])
]
GoalType: TypeAlias = Annotated[
    Label,
    Meta(description="What the goal is about: income, role, skill.", examples=["income"]),
]

# Experiments, predictions and money
ExperimentId: TypeAlias = Annotated[
    Id, Meta(description="The experiment.", examples=["ranking-2025"])
]
ExperimentVersion: TypeAlias = Annotated[
    Count, Meta(description="Version of the experiment's set-up, from 1.", examples=[1])
]
Variant: TypeAlias = Annotated[
    Annotated[str, Meta(min_length=1, max_length=300, extra={"kind": "label"})],
    Meta(description="Variant of the experiment.", examples=["treatment"]),
]
PredictionId: TypeAlias = Annotated[
    Id, Meta(description="Id of the prediction.", examples=["pred-12"])
]
PredictionTarget: TypeAlias = Annotated[
    Literal["interview", "offer", "salary", "time_to_hire", "competitiveness"],
    Meta(description="What is predicted.", examples=["interview"]),
]
ModelVersion: TypeAlias = Annotated[
    Label, Meta(description="Version of the model that answered.", examples=["interview-3"])
]
Plan: TypeAlias = Annotated[Label, Meta(description="Subscription plan.", examples=["premium"])]
SubscriptionId: TypeAlias = Annotated[
    Id, Meta(description="The host's id of the subscription.", examples=["sub-5"])
]
BillingAmount: TypeAlias = Annotated[
    Amount, Meta(description="Price per billing interval, before tax.", examples=[29.0])
]
BillingCurrency: TypeAlias = Annotated[
    Currency, Meta(description="Currency of the amounts; absent means USD.", examples=["USD"])
]
BillingInterval: TypeAlias = Annotated[
    Literal["month", "year"],
    Meta(description="Billing interval; absent means month.", examples=["month"]),
]
# Offered or observed chance, for weighting by its inverse.
Propensity: TypeAlias = Annotated[
    Share,
    Meta(description="Chance that this item was placed here by the ranking.", examples=[0.4]),
]
