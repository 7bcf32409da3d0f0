"""Routes that read numbers: one form for all of them.

A `Read` names its parameters and makes its answer; everything else is the same for each: the
key, unknown parameters refused, answers kept for a while and made by one caller only, `ETag`
and `Cache-Control`, and an envelope that says how fresh the numbers are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from landed.api.audit import note_subject
from landed.api.auth import find_viewer, require_admin, require_reader
from landed.errors import InvalidInputError
from landed.insights import BriefCache, Period, parse_period
from landed.store import Store
from landed.wiring import Services

__all__ = [
    "ANALYTICS",
    "DASHBOARD",
    "LIVE",
    "PERIOD",
    "Asked",
    "Parameter",
    "Read",
    "build_caches",
    "read_handler",
]

ANALYTICS: Final = timedelta(minutes=15)
"""How long an answer of an analysis is kept."""

DASHBOARD: Final = timedelta(minutes=1)
"""How long an answer of the dashboard is kept."""

LIVE: Final = timedelta(seconds=2)
"""How long an answer about this moment is kept: it only spares the store a crowd."""

_MAX_KEPT: Final = 64
_PLACE: Final = re.compile(r"\{(\w+):\w+\}")

AnyRequest = Request[Any, Any, Any]
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address, for the reference and for the check of names.

    Attributes:
        name: As it stands in the address.
        text: What it does, in one sentence.
        example: A value that works.
        required: Whether there is no answer without it.
    """

    name: str
    text: str
    example: str = ""
    required: bool = False


PERIOD: Final = (
    Parameter("range", "Days until today (7, 28, 30, 90 or 365), or custom; else 28.", "30"),
    Parameter("from", "First day of a custom range.", "2026-10-01"),
    Parameter("to", "Last day of a custom range.", "2026-10-31"),
    Parameter("zone", "Time zone in which days begin; else UTC.", "Europe/Berlin"),
)
"""The parameters of a time."""


@dataclass(frozen=True)
class Asked:
    """One request to a read.

    Attributes:
        store: Answers queries.
        services: Everything else.
        now: The time of looking, aware UTC.
        params: Parameters of the address; each may be given several times.
        places: Parts of the path, such as the user's id.
    """

    store: Store
    services: Services
    now: datetime
    params: Mapping[str, Sequence[str]]
    places: Mapping[str, str]

    def one(self, name: str, default: str = "") -> str:
        """The last value of a parameter that is given once."""
        return self.params.get(name, (default,))[-1]

    def period(self) -> Period:
        """The time asked for.

        Raises:
            InvalidInputError: It breaks its rule; the message names the parameter.
        """
        return parse_period({name: values[-1] for name, values in self.params.items()}, self.now)

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number within bounds.

        Raises:
            InvalidInputError: It is none, or out of its bounds.
        """
        text = self.one(name, str(default))
        digits = text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004 - fits int32
        if not digits or not low <= int(text) <= high:
            raise InvalidInputError(
                f"{name} is {text[:20]!r}; it must be a whole number from {low} to {high}",
                detail=name,
            )
        return int(text)


@dataclass(frozen=True, kw_only=True)
class Read:
    """A route that answers with numbers.

    Attributes:
        path: Of the route, such as `/api/analytics/query`.
        summary: For the reference, a few words.
        text: What it answers and when to use it.
        answer: The type of `make`'s result.
        make: Reads the parameters and fetches the answer.
        parameters: The only parameters that it takes.
        keep: How long an answer is kept.
        tag: Group in the reference.
    """

    path: str
    summary: str
    text: str
    answer: Any
    make: Callable[[Asked], Any]
    parameters: tuple[Parameter, ...] = ()
    keep: timedelta = ANALYTICS
    tag: str = "Analytics"

    @property
    def is_personal(self) -> bool:
        """Whether it tells of one person, which only admins may ask for."""
        return "{user_id" in self.path

    @property
    def operation_id(self) -> str:
        """Its one name in clients that are made from the reference."""
        plain = _PLACE.sub("", self.path.removeprefix("/api/analytics/")).strip("/")
        return "get_" + re.sub(r"\W+", "_", plain)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it was made."""

    body: bytes
    etag: str
    good_until: datetime


def build_caches(clock: Callable[[], datetime]) -> dict[timedelta, BriefCache[Any]]:
    """Make the caches of an application, by how long they keep an answer.

    Args:
        clock: The time, aware.
    """
    return {keep: BriefCache(keep, clock, size=_MAX_KEPT) for keep in (ANALYTICS, DASHBOARD, LIVE)}


def read_handler(read: Read) -> HTTPRouteHandler:
    """Make the route of a read.

    Answers are kept per role, so that nobody is shown what was made for another. A request
    with `Cache-Control: no-cache` is answered anew.
    """

    @get(
        read.path,
        opt={"audit": "read_person"} if read.is_personal else {},
        guards=[require_admin if read.is_personal else require_reader],
        sync_to_thread=True,
        tags=[read.tag],
        operation_id=read.operation_id,
        name=read.operation_id,
        summary=read.summary,
        description=read.text,
    )
    def handler(request: AnyRequest) -> Response[bytes]:
        services: Services = request.app.state.services
        params = _params(request, read)
        places = {name: str(value) for name, value in request.path_params.items()}
        if read.is_personal:
            note_subject(request, services.subject_key(places["user_id"]))
        cache: BriefCache[_Kept] = request.app.state.answers[read.keep]
        now = services.clock()
        asked = Asked(services.store, services, now, params, places)
        if request.headers.get("cache-control") == "no-cache":
            return _respond(_make(read, asked), request, now)
        viewer = find_viewer(request)
        key = (
            viewer.role if viewer else "",
            read.path,
            *sorted((name, tuple(values)) for name, values in params.items()),
            *places.items(),
        )
        return _respond(cache.get(key, lambda: _make(read, asked)), request, now)

    return handler


def _params(request: AnyRequest, read: Read) -> dict[str, list[str]]:
    params = request.query_params.dict()
    known = {one.name for one in read.parameters}
    for name in params:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise InvalidInputError(
                f"parameter {name[:40]!r} is not known here; the parameters are: {listed}",
                detail=name[:40],
            )
    for one in read.parameters:
        if one.required and not any(params.get(one.name, ())):
            raise InvalidInputError(
                f"{one.name} is missing; send one such as {one.name}={one.example}",
                detail=one.name,
            )
    return params


def _make(read: Read, asked: Asked) -> _Kept:
    answer = msgspec.json.encode(read.make(asked))
    good_until = asked.now + read.keep
    head = _encode({"as_of": asked.now, "good_until": good_until})
    # The tag speaks of the numbers, not of the moment at which they were asked for.
    etag = f'W/"{hashlib.sha256(answer).hexdigest()[:32]}"'
    return _Kept(head[:-1] + b',"answer":' + answer + b"}", etag, good_until)


def _respond(kept: _Kept, request: AnyRequest, now: datetime) -> Response[bytes]:
    left = max(0, int((kept.good_until - now).total_seconds()))
    headers = {
        "ETag": kept.etag,
        "Cache-Control": f"private, max-age={left}",
        "Vary": "Authorization, Cookie, X-API-Key",
    }
    if request.headers.get("if-none-match") == kept.etag:
        return Response(b"", status_code=304, headers=headers, media_type="application/json")
    return Response(kept.body, headers=headers, media_type="application/json")
