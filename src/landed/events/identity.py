"""Identity: who a person is to the product, without saying who they are."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from landed.events.base import Count, Event, Id, Label
from landed.events.fields import (
    Category,
    Country,
    EducationLevel,
    ExperienceYears,
    Industry,
    JobTitle,
    Plan,
    ReferrerDomain,
    Region,
    UtmCampaign,
    UtmMedium,
    UtmSource,
)

__all__ = ["GroupJoined", "PersonAliased", "PersonIdentified", "UserSignedUp"]


class UserSignedUp(Event, frozen=True, kw_only=True):
    """A person opened an account.

    Send it once, when the account exists.
    """

    plan: Plan | None = None
    signup_method: Annotated[
        Label | None, Meta(description="Way of signing up.", examples=["google"])
    ] = None
    industry: Industry | None = None
    region: Region | None = None
    country: Country | None = None
    referrer_domain: ReferrerDomain | None = None
    utm_source: UtmSource | None = None
    utm_medium: UtmMedium | None = None
    utm_campaign: UtmCampaign | None = None


class PersonIdentified(Event, frozen=True, kw_only=True):
    """The host told what it knows about a person: the traits.

    Send it when traits change; `identify` calls of Segment libraries become this event.
    Further traits are kept; names and addresses are removed before anything is written.
    """

    plan: Plan | None = None
    industry: Industry | None = None
    region: Region | None = None
    country: Country | None = None
    job_title: JobTitle | None = None
    experience_years: ExperienceYears | None = None
    education_level: EducationLevel | None = None


class PersonAliased(Event, frozen=True, kw_only=True):
    """Two ids turned out to be one person.

    Send it when an anonymous visitor logs in; `alias` calls of Segment libraries become
    this event.
    """

    previous_id: Annotated[
        Id | None,
        Meta(description="The earlier id. It becomes previous_key.", examples=["anonymous-12"]),
    ] = None
    previous_key: Annotated[
        Id | None,
        Meta(description="What is kept instead of previous_id.", examples=["5f0c9a12"]),
    ] = None


class GroupJoined(Event, frozen=True, kw_only=True):
    """A person became part of a company, school or team.

    Send it when the membership begins; `group` calls of Segment libraries become this event.
    """

    group_id: Annotated[
        Id | None,
        Meta(description="The host's id of the group. It becomes group_key.", examples=["acme"]),
    ] = None
    group_key: Annotated[
        Id | None,
        Meta(description="What is kept instead of group_id.", examples=["a81d77e0"]),
    ] = None
    group_type: Annotated[
        Label | None, Meta(description="Kind of group.", examples=["company"])
    ] = None
    category: Category | None = None
    plan: Plan | None = None
    industry: Industry | None = None
    employee_count: Annotated[
        Count | None, Meta(description="People in the group.", examples=[120])
    ] = None
