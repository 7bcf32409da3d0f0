"""Every metric, each declared once.

Pages, the API, exports, experiments and the reference in the docs read these declarations; a
number without one cannot be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from landed.errors import NotFoundError
from landed.metrics.behaviour import BEHAVIOUR
from landed.metrics.journeys import JOURNEYS
from landed.metrics.operations import OPERATIONS
from landed.metrics.recommendations import APPLICATIONS, RECOMMENDATIONS
from landed.metrics.revenue import REVENUE
from landed.metrics.success import SUCCESS
from landed.metrics.types import Metric

__all__ = ["METRICS", "metric"]

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        one.name: one
        for area in (
            BEHAVIOUR,
            JOURNEYS,
            RECOMMENDATIONS,
            APPLICATIONS,
            SUCCESS,
            REVENUE,
            OPERATIONS,
        )
        for one in area
    }
)
"""Every metric by name, area by area."""


def metric(name: str) -> Metric:
    """Find the definition of a metric by its name.

    Args:
        name: For example `active_users`.

    Raises:
        NotFoundError: There is no metric of this name.

    Examples:
        >>> metric("active_users").title
        'Active users'
    """
    found = METRICS.get(name)
    if found is None:
        raise NotFoundError(
            f"metric {name[:60]!r} is not defined; GET /api/analytics/metrics lists them",
            detail="$.metric",
        )
    return found
