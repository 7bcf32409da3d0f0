"""OpenFeature's remote protocol (OFREP 0.3): one flag, or all of them with a tag."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from landed.api.auth import key_from_headers
from landed.api.evaluating import (
    MAX_BODY_BYTES,
    AnyRequest,
    let_in,
    may_deal,
    snapshot_of,
    tells_why,
)
from landed.collect.decode import read_body
from landed.errors import InvalidInputError, MalformedRequestError
from landed.experiments.asking import Asked, read_context
from landed.experiments.catalogue import Snapshot
from landed.experiments.ofrep import OfrepAnswer, OfrepFailure, answer_ofrep

__all__ = ["OfrepAnswers", "OfrepQuestion", "ofrep_handlers"]

_NO_STORE: Final = {"Cache-Control": "no-store"}
_encode: Final = msgspec.json.Encoder().encode
_VERSION: Final = version("landed").encode()
_TAG_BYTES: Final = 16


class OfrepQuestion(msgspec.Struct, frozen=True):
    """For whom an answer is.

    Attributes:
        context: `targetingKey`, the person's id, and what conditions may ask for.
    """

    context: Any = None


class OfrepAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gets of everything.

    Attributes:
        flags: Answers, or why there is none: each an OfrepAnswer or an OfrepFailure.
        metadata: The number of this state of the definitions.
    """

    flags: list[Any]
    metadata: dict[str, str]


_decode: Final = msgspec.json.Decoder(OfrepQuestion).decode


async def _question(request: AnyRequest) -> object:
    """The context that was sent.

    Raises:
        MalformedRequestError: The body is no JSON object.
        TooLargeError: It is over its limit.
    """
    encoding = request.headers.get("content-encoding")
    body = read_body(await request.body(), content_encoding=encoding, max_bytes=MAX_BODY_BYTES)
    if not body.strip():
        return None
    try:
        return _decode(body).context
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequestError('The body is no JSON such as {"context": {…}}.') from error


async def _asked(request: AnyRequest, key: str) -> Asked | OfrepFailure:
    """Whom it is for, or what is wrong with the question, in OpenFeature's words."""
    let_in(request, key_from_headers(request.headers))
    try:
        return read_context(await _question(request))
    except MalformedRequestError as error:
        return OfrepFailure(key=key, error_code="PARSE_ERROR", error_details=error.message)
    except InvalidInputError as error:
        return OfrepFailure(key=key, error_code="INVALID_CONTEXT", error_details=error.message)


def _told(
    answer: OfrepAnswer | OfrepFailure | OfrepAnswers, *, tag: str | None = None
) -> Response[bytes]:
    status = 200
    if isinstance(answer, OfrepFailure):
        status = 404 if answer.error_code == "FLAG_NOT_FOUND" else 400
    headers = {"Cache-Control": "private, no-cache", "ETag": tag} if tag else _NO_STORE
    return Response(
        _encode(answer), status_code=status, media_type="application/json", headers=headers
    )


@post(
    "/ofrep/v1/evaluate/flags/{key:path}",
    status_code=200,
    tags=["Flags"],
    operation_id="evaluate_flag",
    summary="OFREP: one flag or experiment",
)
async def evaluate_one(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """Say what somebody gets of a flag or an experiment."""
    key = key.removeprefix("/")
    asked = await _asked(request, key)
    if isinstance(asked, OfrepFailure):
        return _told(asked)
    definition = snapshot_of(request).served.get(key)
    if definition is None:
        details = f"There is no flag and no running experiment {key[:100]!r}."
        return _told(OfrepFailure(key=key, error_code="FLAG_NOT_FOUND", error_details=details))
    is_allowed, why = may_deal(request, asked.people), tells_why(request)
    return _told(answer_ofrep(definition, asked, is_allowed=is_allowed, tells_why=why))


@post(
    "/ofrep/v1/evaluate/flags",
    status_code=200,
    tags=["Flags"],
    operation_id="evaluate_flags",
    summary="OFREP: all flags and experiments",
)
async def evaluate_all(request: AnyRequest) -> Response[bytes]:
    """Say what somebody gets of everything; 304 where it is what they have."""
    asked = await _asked(request, "")
    if isinstance(asked, OfrepFailure):
        return _told(asked)
    snapshot, is_allowed = snapshot_of(request), may_deal(request, asked.people)
    why = tells_why(request)
    tag = _tag(snapshot, asked, is_allowed=is_allowed, tells_why=why)
    if tag in _known_tags(request):
        return Response(b"", status_code=304, headers={"ETag": tag})
    flags = [
        answer_ofrep(one, asked, is_allowed=is_allowed, tells_why=why)
        for one in snapshot.served.values()
    ]
    return _told(OfrepAnswers(flags=flags, metadata={"number": str(snapshot.number)}), tag=tag)


def _tag(snapshot: Snapshot, asked: Asked, *, is_allowed: bool, tells_why: bool) -> str:
    """What an answer follows from: definitions, context, the person's word, who asks, this code."""
    told = [snapshot.digest, asked.person, asked.attributes, is_allowed, tells_why]
    said = msgspec.json.encode(told, order="deterministic")
    return f'"{hashlib.blake2b(said, key=_VERSION, digest_size=_TAG_BYTES).hexdigest()}"'


def _known_tags(request: AnyRequest) -> set[str]:
    told = request.headers.get("if-none-match", "")
    return {one.strip().removeprefix("W/") for one in told.split(",")}


def ofrep_handlers() -> list[Any]:
    """Handlers of OFREP."""
    return [evaluate_one, evaluate_all]
