"""The pages that are made of panels: each says what it is made of, and is written by one form."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from landed.dashboard.area_routes import Area
from landed.dashboard.areas.audit_log import plan_audit
from landed.dashboard.areas.engagement import plan_engagement
from landed.dashboard.areas.event_log import plan_events
from landed.dashboard.areas.explore import plan_explore
from landed.dashboard.areas.funnels import plan_funnels
from landed.dashboard.areas.own import plan_own
from landed.dashboard.areas.performance import plan_performance
from landed.dashboard.areas.person import plan_person
from landed.dashboard.areas.privacy import plan_privacy
from landed.dashboard.areas.recommendations import plan_recommendations
from landed.dashboard.areas.retention import plan_retention
from landed.dashboard.areas.revenue import plan_revenue
from landed.dashboard.areas.success import plan_success

__all__ = ["AREAS"]

AREAS: Final = (
    Area(path="/recommendations", make=plan_recommendations),
    Area(path="/success", make=plan_success),
    Area(path="/revenue", make=plan_revenue),
    Area(path="/funnels", make=plan_funnels, can_save=True),
    Area(
        path="/person",
        make=plan_person,
        template="person.html",
        audience="admins",
        audit="read_person",
    ),
    Area(path="/me", make=plan_own, audience="person", audit="read_own"),
    Area(path="/privacy", make=plan_privacy, audience="admins", audit="read_privacy"),
    Area(
        path="/audit",
        make=plan_audit,
        keep=timedelta(seconds=2),
        audience="admins",
        audit="read_audit",
    ),
    Area(path="/events", make=plan_events, keep=timedelta(seconds=2), is_live=True),
    Area(path="/engagement", make=plan_engagement),
    Area(path="/retention", make=plan_retention),
    Area(path="/performance", make=plan_performance, keep=timedelta(seconds=2), is_live=True),
    Area(path="/explore", make=plan_explore, can_save=True),
)
"""The pages, by their addresses."""
