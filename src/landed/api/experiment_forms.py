"""What admins do about experiments and flags on their pages: each form comes here.

Each carries the seal of its session, so that no other site's form can do it. Where the pages are
open to everybody there is no session: then a browser that says it comes from elsewhere is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from litestar import Request, Response, post
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body
from litestar.response import Redirect

from landed.api.experiment_answers import act_of
from landed.api.login import require_admin_viewer
from landed.api.sessions import SESSION_COOKIE, is_sealed
from landed.decoding import tell_fault
from landed.errors import InvalidInputError, LandedError
from landed.experiments.drafting import ExperimentDraft
from landed.wiring import Services
from landed.wiring.experimenting import (
    Act,
    amend_experiment,
    archive_experiment,
    create_experiment,
    decide_experiment,
    start_experiment,
    stop_experiment,
    switch_flag,
)

__all__ = [
    "AmendForm",
    "DecideForm",
    "DraftForm",
    "FlagForm",
    "SealedForm",
    "SureForm",
    "experiment_form_handlers",
]

_PATH: Final = "/experiments"
_CENT: Final = 100.0
_OURS: Final = frozenset({"same-origin", "none"})
AnyRequest = Request[Any, Any, Any]

F = TypeVar("F", bound="SealedForm")
_Change: TypeAlias = Callable[[Services, str, F, Act], Any]


@dataclass(frozen=True, kw_only=True)
class SealedForm:
    """What each form sends: the seal of the session, and why where it is asked."""

    seal: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class SureForm(SealedForm):
    """A step that must be meant: `sure` is the box that must be ticked."""

    sure: str = ""


@dataclass(frozen=True, kw_only=True)
class DecideForm(SealedForm):
    """Which variant everybody gets, and why."""

    variant: str


@dataclass(frozen=True, kw_only=True)
class AmendForm(SealedForm):
    """What may change while it runs, and why; sizes in per cent."""

    name: str = ""
    hypothesis: str = ""
    mde: str = ""
    weeks: str = ""

    @property
    def changes(self) -> dict[str, Any]:
        """The fields as a definition has them; what is empty stays as it was."""
        given = {
            "name": self.name.strip(),
            "hypothesis": self.hypothesis.strip(),
            "mde": _per_cent(self.mde, "mde") if self.mde.strip() else "",
            "horizon_weeks": _whole(self.weeks, "weeks") if self.weeks.strip() else "",
        }
        return {name: value for name, value in given.items() if value != ""}


@dataclass(frozen=True, kw_only=True)
class FlagForm(SealedForm):
    """Whether a flag is on."""

    answer: Literal["yes", "no"]


@dataclass(frozen=True, kw_only=True)
class DraftForm(SealedForm):
    """A new draft as the form has it: lists with commas, sizes in per cent."""

    key: str
    variants: str
    name: str = ""
    hypothesis: str = ""
    weights: str = ""
    primary: str = ""
    direction: Literal["", "increase", "decrease"] = ""
    guardrail: str = ""
    margin: str = ""
    segments: str = "device, country"
    mde: str = "5"
    weeks: str = "2"
    maturation: str = ""
    coverage: str = "100"
    unit: str = "user_id"
    targeting: str = ""

    def draft(self) -> ExperimentDraft:
        """Read it.

        Raises:
            InvalidInputError: A field is not what it must be.
        """
        plan: dict[str, Any] = {
            "key": self.key.strip(),
            "name": self.name.strip(),
            "hypothesis": self.hypothesis.strip(),
            "unit": self.unit,
            "variants": _list(self.variants),
            "weights": [_number(one, "weights") for one in _list(self.weights)],
            "coverage": _per_cent(self.coverage, "coverage"),
            "segments": _list(self.segments),
            "mde": _per_cent(self.mde, "mde"),
            "horizon_weeks": _whole(self.weeks, "weeks"),
            "targeting": _rule(self.targeting),
        }
        if self.primary:
            plan["primary"] = {"metric": self.primary, "direction": self.direction or None}
        if self.guardrail:
            margin = _per_cent(self.margin, "margin")
            plan["guardrails"] = [{"metric": self.guardrail, "margin": margin}]
        if self.maturation.strip():
            plan["maturation_days"] = _whole(self.maturation, "maturation")
        try:
            return msgspec.convert(plan, ExperimentDraft)
        except msgspec.ValidationError as error:
            said = tell_fault(error, ExperimentDraft)
            raise InvalidInputError(f"The draft cannot be read: {said}") from error


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(
            f"{field} is {text[:40]!r}; it must be a number, such as 5 or 0.5", detail=field
        ) from None


def _per_cent(text: str, field: str) -> float:
    return _number(text, field) / _CENT


def _whole(text: str, field: str) -> int:
    number = _number(text, field)
    if not number.is_integer():
        raise InvalidInputError(
            f"{field} is {text[:40]!r}; it must be a whole number", detail=field
        )
    return int(number)


def _rule(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        return msgspec.json.decode(text.encode(), type=dict[str, Any])
    except msgspec.DecodeError:
        raise InvalidInputError(
            f'targeting is {text[:60]!r}; it must be a JSON object such as {{"plan": "premium"}}',
            detail="targeting",
        ) from None


def _handler(step: str, audit: str, form: type[F], change: _Change[F]) -> HTTPRouteHandler:
    """What takes a form, does what it asks for, and leads back to the page."""

    async def take(request: AnyRequest, data: F) -> Response[Any]:
        key = data.key.strip() if isinstance(data, DraftForm) else request.path_params["key"]
        return await _done(
            request, data, key, lambda services, act: change(services, key, data, act)
        )

    take.__annotations__["data"] = Annotated[form, Body(media_type=RequestEncodingType.URL_ENCODED)]
    return post(
        f"{_PATH}/{step}",
        opt={"audit": audit},
        guards=[require_admin_viewer],
        include_in_schema=False,
    )(take)


async def _done(
    request: AnyRequest, form: SealedForm, key: str, change: Callable[[Services, Act], Any]
) -> Response[Any]:
    """Do it, and lead back to the page; what is wrong is told on a page too."""
    services: Services = request.app.state.services
    try:
        _check_origin(request, services, form)
        await asyncio.to_thread(change, services, act_of(request, key, form.why))
    except LandedError as error:
        return _tell(request, error)
    services.forget_answers()
    place = _PATH if isinstance(form, FlagForm) else f"{_PATH}/{quote(key)}"
    return Redirect(place, status_code=303)


def _check_origin(request: AnyRequest, services: Services, form: SealedForm) -> None:
    if isinstance(form, SureForm) and form.sure != "yes":
        raise InvalidInputError("The box was not ticked. Go back, and tick it.", detail="sure")
    token = request.cookies.get(SESSION_COOKIE, "")
    if not is_sealed(services.keys, token, form.seal) or (not token and not _is_ours(request)):
        raise InvalidInputError(
            "This form does not belong to your session. Open the page again, and repeat it there.",
            detail="seal",
        )


def _is_ours(request: AnyRequest) -> bool:
    """Whether the browser says that the form stood on a page of ours; programs say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _tell(request: AnyRequest, error: LandedError) -> Response[Any]:
    body = (
        '<section class="card login"><h1>This could not be done</h1>'
        f'<p role="alert">{escape(error.message)}</p>'
        f'<p><a href="{_PATH}">Back to the experiments</a></p></section>'
    )
    role = str(request.state.get("role", ""))
    html = request.app.state.render_page("This could not be done", _PATH, body, role)
    headers = {"Cache-Control": "no-store"}
    return Response(html, status_code=error.status, media_type="text/html", headers=headers)


def experiment_form_handlers() -> list[Any]:
    """Handlers of this module: where a form goes, what the audit log calls it, and what it does."""
    return [
        _handler(
            "create",  # no experiment can have this key
            "create_experiment",
            DraftForm,
            lambda services, _, form, act: create_experiment(services, form.draft(), act),
        ),
        _handler(
            "{key:str}/start",
            "start_experiment",
            SureForm,
            lambda services, key, _, act: start_experiment(services, key, act),
        ),
        _handler(
            "{key:str}/stop",
            "stop_experiment",
            SureForm,
            lambda services, key, _, act: stop_experiment(services, key, act),
        ),
        _handler(
            "{key:str}/decide",
            "decide_experiment",
            DecideForm,
            lambda services, key, form, act: decide_experiment(services, key, form.variant, act),
        ),
        _handler(
            "{key:str}/amend",
            "amend_experiment",
            AmendForm,
            lambda services, key, form, act: amend_experiment(services, key, form.changes, act),
        ),
        _handler(
            "{key:str}/archive",
            "archive_experiment",
            SureForm,
            lambda services, key, _, act: archive_experiment(services, key, act),
        ),
        _handler(
            "{key:str}/switch",
            "switch_flag",
            FlagForm,
            lambda services, key, form, act: switch_flag(
                services, key, act, is_on=form.answer == "yes"
            ),
        ),
    ]
