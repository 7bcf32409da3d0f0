"""What PostHog's own events and properties mean in the tracking plan's words.

Names that begin with `$` are PostHog's. Some are facts (a page was viewed, a variant was
met) and become planned events; some describe the device and move to the context, in the
Segment form; the rest is housekeeping and is not kept. IP addresses never are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from landed.collect.decode.fields import path_of, text_id
from landed.errors import InvalidEventError

__all__ = ["UNCOUNTED", "Call", "sort_properties", "translate"]

Properties = dict[str, Any]

# An empty group: the field stands by itself.
_CONTEXT: Final[Mapping[str, tuple[str, str]]] = {
    "$locale": ("", "locale"),
    "$browser_language": ("", "locale"),
    "$timezone": ("", "timezone"),
    "$raw_user_agent": ("", "userAgent"),
    "$user_agent": ("", "userAgent"),
    "$lib": ("library", "name"),
    "$lib_version": ("library", "version"),
    "$os": ("os", "name"),
    "$os_version": ("os", "version"),
    "$browser": ("browser", "name"),
    "$browser_version": ("browser", "version"),
    "$device_type": ("device", "type"),
    "$device_model": ("device", "model"),
    "$device_manufacturer": ("device", "manufacturer"),
    "$screen_width": ("screen", "width"),
    "$screen_height": ("screen", "height"),
    "$app_name": ("app", "name"),
    "$app_version": ("app", "version"),
    "$app_build": ("app", "build"),
    "$geoip_country_code": ("location", "country"),
    "$referrer": ("page", "referrer"),
    "utm_source": ("campaign", "source"),
    "utm_medium": ("campaign", "medium"),
    "utm_campaign": ("campaign", "name"),
    "utm_term": ("campaign", "term"),
    "utm_content": ("campaign", "content"),
}
# Copies of what the envelope holds, and the key: raw, they do not belong to properties.
_ENVELOPE: Final = frozenset({"token", "distinct_id", "locally_evaluated"})
_KEPT_SCALARS: Final = (str, int, float)
UNCOUNTED: Final = ("Tester", "Decided")
"""Reasons of our answers to `/flags` with which a variant is met that no analysis counts."""


class Call(msgspec.Struct, gc=False):
    """One PostHog event, sorted.

    Attributes:
        event: PostHog's name of it.
        user_id: The distinct id.
        own: The host's properties, without PostHog's.
        theirs: All properties as sent.
        set_traits: The top-level `$set`, or that of the properties.
        set_once_traits: Likewise `$set_once`.
    """

    event: str
    user_id: str
    own: Properties
    theirs: Properties
    set_traits: Properties
    set_once_traits: Properties


def sort_properties(properties: Properties) -> tuple[Properties, Properties]:
    """Part the host's own properties from the context.

    Args:
        properties: All properties as sent.

    Returns:
        The host's properties, and the context in the Segment form.

    Examples:
        >>> sort_properties({"job_id": "j9", "$os": "Linux", "$ip": "10.0.0.1"})
        ({'job_id': 'j9'}, {'os': {'name': 'Linux'}})
    """
    own: Properties = {}
    context: Properties = {}
    for key, value in properties.items():
        place = _CONTEXT.get(key)
        if place is not None:
            _place(context, *place, value)
        elif key[:1] != "$" and key not in _ENVELOPE:
            own[key] = value
    path = _path(properties)
    if path:
        _place(context, "page", "path", path)
    return own, context


def translate(call: Call) -> tuple[str, str, Properties]:
    """The planned event that a PostHog event is, or the event itself.

    Args:
        call: The event, sorted.

    Returns:
        The person's id, the event's name and its properties.

    Raises:
        InvalidEventError: A property that the meaning stands on is missing.
    """
    meaning = _MEANINGS.get(call.event)
    return (call.user_id, call.event, call.own) if meaning is None else meaning(call)


def _place(context: Properties, group: str, field: str, value: Any) -> None:
    if isinstance(value, _KEPT_SCALARS):
        home = context.setdefault(group, {}) if group else context
        home[field] = value


def _path(properties: Properties) -> str:
    for key in ("$pathname", "$current_url"):
        if isinstance(properties.get(key), str):
            return path_of(properties[key])
    return ""


def _identified(call: Call) -> tuple[str, str, Properties]:
    own = {key: value for key, value in call.own.items() if key != "alias"}
    return (
        call.user_id,
        "person_identified",
        {**own, **call.set_once_traits, **call.set_traits},
    )


def _grouped(call: Call) -> tuple[str, str, Properties]:
    traits = call.theirs.get("$group_set")
    joined: Properties = dict(traits) if isinstance(traits, dict) else {}
    joined["group_id"] = _needed(call, "$group_key")
    joined["group_type"] = _needed(call, "$group_type")
    return call.user_id, "group_joined", joined


def _aliased(call: Call) -> tuple[str, str, Properties]:
    """Every library sends the id it had as distinct_id and the id to come as alias."""
    return _needed(call, "alias"), "person_aliased", {"previous_id": call.user_id}


def _viewed(call: Call) -> tuple[str, str, Properties]:
    properties = {key: value for key, value in call.own.items() if key != "url"}
    path = _path(call.theirs)
    if path:
        properties["path"] = path
    title = call.theirs.get("$title")
    if isinstance(title, str):
        properties.setdefault("title", title)
    return call.user_id, "page_viewed", properties


def _screened(call: Call) -> tuple[str, str, Properties]:
    name = call.theirs.get("$screen_name")
    named = {"screen": name} if isinstance(name, str) else {}
    return call.user_id, "screen_viewed", {**call.own, **named}


def _exposed(call: Call) -> tuple[str, str, Properties]:
    """A variant that was met; asking for a plain flag, or without being in, is no exposure."""
    key, answer = _needed(call, "$feature_flag"), call.theirs.get("$feature_flag_response")
    if not isinstance(answer, str) or _is_uncounted(call.theirs):
        told = answer if isinstance(answer, str) else str(answer).lower()
        return call.user_id, "feature_flag_called", {**call.own, "flag_key": key, "answer": told}
    exposure: Properties = {"experiment_id": key, "variant": answer}
    version = call.theirs.get("$feature_flag_version")
    if type(version) is int and version > 0:
        exposure["experiment_version"] = version
    return call.user_id, "experiment_exposed", {**call.own, **exposure}


def _is_uncounted(theirs: Properties) -> bool:
    """Whether our own answer said that it is no experiment, or nobody who counts."""
    is_flag = theirs.get("$feature_flag_has_experiment") is False
    return is_flag or theirs.get("$feature_flag_reason") in UNCOUNTED


def _interacted(call: Call) -> tuple[str, str, Properties]:
    action = call.theirs.get("$event_type")
    path = _path(call.theirs)
    properties = {**call.own, "action": action if isinstance(action, str) else "click"}
    if path:
        properties["page_path"] = path
    return call.user_id, "interaction_recorded", properties


def _needed(call: Call, field: str) -> str:
    value = call.theirs.get(field)
    where = f"$.properties.{field}"
    text = "" if isinstance(value, bool) else _text(value, where)
    if not text:
        raise InvalidEventError(f"{field} is missing; this event needs it.", detail=where)
    return text


def _text(value: Any, where: str) -> str:
    return text_id(value, where) if isinstance(value, str | int | float) else ""


_MEANINGS: Final[Mapping[str, Callable[[Call], tuple[str, str, Properties]]]] = {
    "$identify": _identified,
    "$set": _identified,
    "$set_once": _identified,
    "$groupidentify": _grouped,
    "$create_alias": _aliased,
    "$pageview": _viewed,
    "$screen": _screened,
    "$feature_flag_called": _exposed,
    "$autocapture": _interacted,
}
