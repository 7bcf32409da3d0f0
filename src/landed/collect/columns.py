"""Fit properties to the store's typed columns.

The tracking plan gives some property names a column type, for all events alike. A custom
event may use such a name otherwise (`score: "high"`); the store would refuse the row, so the
value moves aside, to the same name under `other`, and nothing is lost. Dots in names become
underscores, since the store reads them as paths.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from landed.events import hint_types

__all__ = ["fit_columns"]

_INT64: Final = 2**63


def _is_text(value: Any) -> bool:
    # ClickHouse: a text column takes numbers as their digits; hosts number their jobs.
    return type(value) in (str, int, float)


def _is_number(value: Any) -> bool:
    return type(value) in (float, int)


def _is_whole(value: Any) -> bool:
    return type(value) is int and -_INT64 <= value < _INT64


def _is_bool(value: Any) -> bool:
    return type(value) is bool


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "String": _is_text,
    "LowCardinality(String)": _is_text,
    "Nullable(Float64)": _is_number,
    "Nullable(Int64)": _is_whole,
    "Nullable(Bool)": _is_bool,
}
_HINTED: Final = {name: _CHECKS[kind] for name, kind in hint_types().items()}


def fit_columns(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties with misfits of typed columns under `other`; nulls of them go.

    Examples:
        >>> fit_columns({"score": 7.5, "mood": None})
        {'score': 7.5, 'mood': None}
        >>> fit_columns({"score": "high", "tier": None, "job_id": "j1"})
        {'job_id': 'j1', 'other': {'score': 'high'}}
        >>> fit_columns({"utm.source": "mail"})
        {'utm_source': 'mail'}
    """
    if any("." in name for name in properties):
        # ClickHouse: a dotted name and an object of the same path refuse the whole insert.
        properties = {name.replace(".", "_"): value for name, value in properties.items()}
    misfits = [
        name for name in properties if name in _HINTED and not _HINTED[name](properties[name])
    ]
    if not misfits:
        return properties
    fitting = {name: value for name, value in properties.items() if name not in misfits}
    moved = {name: properties[name] for name in misfits if properties[name] is not None}
    if moved:
        other = fitting.get("other")
        fitting["other"] = {**other, **moved} if isinstance(other, dict) else moved
    return fitting
