"""PostHog's ways to ask for flags: `/flags` of versions 2 and 4, and `/decide`."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Response, post

from landed.api.auth import key_from_headers
from landed.api.evaluating import (
    MAX_BODY_BYTES,
    AnyRequest,
    let_in,
    may_deal,
    snapshot_of,
    tells_why,
)
from landed.collect.decode import read_body, unwrap_form
from landed.errors import InvalidInputError, MalformedRequestError
from landed.experiments.asking import Asked, read_context
from landed.experiments.posthog_flags import PostHogFlag, posthog_flag
from landed.wiring import Services

__all__ = ["PostHogQuestion", "posthog_flag_handlers"]

_encode: Final = msgspec.json.Encoder().encode
_TYPED: Final = "4"
_RECORDS: Final = frozenset({"2", "3", _TYPED})
_OF_BROWSERS: Final = {
    "supportedCompression": ["gzip", "gzip-js", "base64"],
    "sessionRecording": False,
    "capturePerformance": False,
    "autocapture_opt_out": True,
    "heatmaps": False,
    "surveys": False,
    "siteApps": [],
    "toolbarParams": {},
    "isAuthenticated": False,
}
"""What PostHog's browser library looks for besides: none of it is here."""


class PostHogQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """For whom an answer is.

    Attributes:
        distinct_id: The person's id.
        api_key: The write key.
        token: The same, as browsers send it.
        person_properties: What conditions may ask for.
        groups: Group type → id: units that are no people.
        anonymous_id: The id that the person had before.
        flag_keys: Which ones; null: all.
    """

    distinct_id: str | int | float | None = None
    api_key: Any = None
    token: Any = None
    person_properties: dict[str, Any] | None = None
    groups: dict[str, Any] | None = None
    anonymous_id: str | int | float | None = msgspec.field(default=None, name="$anon_distinct_id")
    flag_keys: list[str] | None = msgspec.field(default=None, name="flag_keys_to_evaluate")

    def asked(self) -> Asked:
        """Whom it is for.

        Raises:
            MalformedRequestError: There is no id, it is too long, or there is too much besides.
        """
        if self.distinct_id in {None, ""}:
            raise MalformedRequestError(
                "distinct_id is missing; send the person's id.", detail="$.distinct_id"
            )
        told = {**(self.groups or {}), **(self.person_properties or {})}
        if self.anonymous_id is not None:
            told["anonymous_id"] = self.anonymous_id
        try:
            return read_context({**told, "targetingKey": self.distinct_id})
        except InvalidInputError as error:  # PostHog's libraries know 400, and no 422
            raise MalformedRequestError(f"{error.message}.") from error


_decode: Final = msgspec.json.Decoder(PostHogQuestion).decode


async def _question(request: AnyRequest) -> PostHogQuestion:
    """What was asked, by whom who may.

    Raises:
        MalformedRequestError: It cannot be read.
        TooLargeError: It is over its limit.
    """
    encoding = request.headers.get("content-encoding")
    plain = read_body(await request.body(), content_encoding=encoding, max_bytes=MAX_BODY_BYTES)
    text = unwrap_form(plain, max_bytes=MAX_BODY_BYTES) if plain.strip() else b"{}"
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequestError(
            'The body is no JSON such as {"token": "…", "distinct_id": "…"}.'
        ) from error


async def _answers(request: AnyRequest) -> list[PostHogFlag]:
    key = key_from_headers(request.headers)
    if key:
        let_in(request, key)
    question = await _question(request)
    if not key:
        inside = question.api_key or question.token or request.query_params.get("token") or ""
        let_in(request, inside if isinstance(inside, str) else "")
    asked = question.asked()
    served = snapshot_of(request).served
    keys = (
        served
        if question.flag_keys is None
        else [one for one in dict.fromkeys(question.flag_keys) if one in served]
    )
    is_allowed, why = may_deal(request, asked.people), tells_why(request)
    return [
        posthog_flag(served[one], asked.evaluate(served[one], is_allowed=is_allowed, tells_why=why))
        for one in keys
    ]


def _told(request: AnyRequest, body: dict[str, Any]) -> Response[bytes]:
    services: Services = request.app.state.services
    told = {
        **body,
        "errorsWhileComputingFlags": False,
        "requestId": str(uuid.uuid4()),
        "evaluatedAt": int(services.clock().timestamp() * 1000),
    }
    headers = {"Cache-Control": "no-store"}
    return Response(_encode(told), status_code=200, media_type="application/json", headers=headers)


def _older(found: list[PostHogFlag]) -> dict[str, Any]:
    return {
        "featureFlags": {one.key: one.answer for one in found},
        "featureFlagPayloads": {one.key: one.payload for one in found if one.payload is not None},
    }


@post(
    "/flags",
    status_code=200,
    tags=["PostHog"],
    operation_id="posthog_flags",
    summary="PostHog form: flags of a person",
)
async def flags(request: AnyRequest) -> Response[bytes]:
    """Say what somebody gets, as PostHog's libraries read it."""
    found = await _answers(request)
    number = request.query_params.get("v", "")
    if number not in _RECORDS:
        return _told(request, _older(found))
    is_typed = number == _TYPED
    return _told(request, {"flags": {one.key: one.record(is_typed=is_typed) for one in found}})


@post(
    "/decide",
    status_code=200,
    tags=["PostHog"],
    operation_id="posthog_decide",
    summary="PostHog's older form of /flags",
)
async def decide(request: AnyRequest) -> Response[bytes]:
    """Say what somebody gets, as PostHog's older libraries read it."""
    return _told(request, {**_OF_BROWSERS, **_older(await _answers(request))})


def posthog_flag_handlers() -> list[Any]:
    """Handlers of PostHog's flags."""
    return [flags, decide]
