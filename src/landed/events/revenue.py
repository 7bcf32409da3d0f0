"""Revenue: leads and subscriptions, from the first to the last day."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from landed.events.base import Amount, Count, Event, Label
from landed.events.fields import (
    BillingAmount,
    BillingCurrency,
    BillingInterval,
    Company,
    Industry,
    Plan,
    SubscriptionId,
)

__all__ = ["LeadCreated", "SubscriptionCancelled", "SubscriptionChanged", "SubscriptionStarted"]


class LeadCreated(Event, frozen=True, kw_only=True):
    """A company showed interest in an enterprise contract.

    Send it when sales takes the contact over; the contact's name stays in the sales system.
    """

    plan: Plan | None = None
    company: Company | None = None
    industry: Industry | None = None
    seat_count: Annotated[Count | None, Meta(description="Seats asked for.", examples=[25])] = None
    channel: Annotated[Label | None, Meta(description="How it came in.", examples=["website"])] = (
        None
    )


class SubscriptionStarted(Event, frozen=True, kw_only=True):
    """A person began to pay for a plan.

    Send it with the first payment, or with `is_trial` when a trial begins.
    """

    plan: Plan
    amount: BillingAmount
    currency: BillingCurrency | None = None
    interval: BillingInterval | None = None
    subscription_id: SubscriptionId | None = None
    previous_plan: Annotated[Label | None, Meta(description="Plan before.", examples=["free"])] = (
        None
    )
    is_trial: Annotated[
        bool | None, Meta(description="Whether nothing is paid yet.", examples=[False])
    ] = None


class SubscriptionChanged(Event, frozen=True, kw_only=True):
    """A subscription moved to another plan, price or interval.

    Send it when the change takes effect.
    """

    plan: Plan
    amount: BillingAmount
    previous_plan: Annotated[Label | None, Meta(description="Plan before.", examples=["free"])] = (
        None
    )
    previous_amount: Annotated[
        Amount | None, Meta(description="Price before.", examples=[19.0])
    ] = None
    currency: BillingCurrency | None = None
    interval: BillingInterval | None = None
    subscription_id: SubscriptionId | None = None
    reason: Annotated[
        Label | None, Meta(description="Why, from the host's list.", examples=["upgrade"])
    ] = None


class SubscriptionCancelled(Event, frozen=True, kw_only=True):
    """A subscription ended.

    Send it when the paid time is over, not when the button is pressed.
    """

    plan: Plan | None = None
    amount: BillingAmount | None = None
    currency: BillingCurrency | None = None
    interval: BillingInterval | None = None
    subscription_id: SubscriptionId | None = None
    reason: Annotated[
        Label | None, Meta(description="Why, from the host's list.", examples=["found_a_job"])
    ] = None
