"""Fit properties to the store's typed columns.

The tracking plan gives some property names a column type, for all events alike. A custom
event may use such a name otherwise (`score: "high"`); the store would refuse the row, so the
value moves aside, to the same name under `other`, and nothing is lost. Dots in names become
underscores, since the store reads them as paths.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from landed.events import hint_types

__all__ = ["fit_columns"]

_INT64: Final = 2**63
# ClickHouse: a text column takes numbers as their digits; hosts number their jobs.
_TEXT: Final = frozenset({str, int, float})
_NUMBER: Final = frozenset({float, int})
_WHOLE: Final = frozenset({int})
_BOOL: Final = frozenset({bool})
_TYPES: Final = {
    "String": _TEXT,
    "LowCardinality(String)": _TEXT,
    "Nullable(Float64)": _NUMBER,
    "Nullable(Int64)": _WHOLE,
    "Nullable(Bool)": _BOOL,
}
_HINTED: Final = {name: _TYPES[kind] for name, kind in hint_types().items()}


def fit_columns(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties with misfits of typed columns under `other`; nulls of them go.

    No value is lost: where a name is taken already, the one that moves gets an underscore more.

    Examples:
        >>> fit_columns({"score": 7.5, "mood": None})
        {'score': 7.5, 'mood': None}
        >>> fit_columns({"score": "high", "tier": None, "job_id": "j1"})
        {'job_id': 'j1', 'other': {'score': 'high'}}
        >>> fit_columns({"utm.source": "mail"})
        {'utm_source': 'mail'}
    """
    # The hot path: most events fit, and one pass without a call for each property tells.
    for name, value in properties.items():
        if name in _HINTED:
            kinds = _HINTED[name]
            if type(value) not in kinds or (kinds is _WHOLE and not _fits(value, kinds)):
                return _moved_aside(properties)
        elif "." in name:
            return _moved_aside(properties)
    return properties


def _fits(value: Any, kinds: frozenset[type]) -> bool:
    return type(value) in kinds and (kinds is not _WHOLE or -_INT64 <= value < _INT64)


def _moved_aside(properties: dict[str, Any]) -> dict[str, Any]:
    fitting: dict[str, Any] = {}
    moved: dict[str, Any] = {}
    for dotted, value in properties.items():
        name = dotted
        if "." in dotted:
            name = _free_name(dotted.replace(".", "_"), properties, fitting, moved)
        if name not in _HINTED or _fits(value, _HINTED[name]):
            fitting[name] = value
        elif value is not None:
            moved[name] = value
    if moved:
        fitting["other"] = _beside(moved, fitting.get("other"))
    return fitting


def _beside(moved: dict[str, Any], other: Any) -> dict[str, Any]:
    if other is None:
        return moved
    both = dict(other) if isinstance(other, dict) else {"other": other}
    for name, value in moved.items():
        both[_free_name(name, both)] = value
    return both


def _free_name(name: str, *taken: Container[str]) -> str:
    while any(name in names for names in taken):
        name += "_"
    return name
