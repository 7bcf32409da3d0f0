"""Consent: what a person allows."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from landed.events.base import Event, Label

__all__ = ["ConsentChanged"]


class ConsentChanged(Event, frozen=True, kw_only=True):
    """A person gave or took back consent to a purpose.

    Send it at once when the choice is made, one for each purpose.
    """

    purpose: Annotated[Label, Meta(description="The purpose.", examples=["analytics"])]
    granted: Annotated[bool, Meta(description="Whether it is allowed now.", examples=[True])]
    policy_version: Annotated[
        Label | None, Meta(description="Version of the text that was shown.", examples=["2025-01"])
    ] = None
    lawful_basis: Annotated[
        Literal[
            "consent",
            "contract",
            "legal_obligation",
            "vital_interests",
            "public_task",
            "legitimate_interest",
        ]
        | None,
        Meta(description="Basis in the GDPR's article 6.", examples=["consent"]),
    ] = None
