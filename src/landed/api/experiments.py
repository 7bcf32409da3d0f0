"""Routes of experiments: make a plan, start it, watch it, stop it, decide."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final, get_args

from litestar import Request, Response, get, patch, post
from litestar.params import FromPath

from landed.api.admin import parse_body
from landed.api.auth import require_admin, require_reader
from landed.api.experiment_answers import (
    AmendRequest,
    CoverageRequest,
    DecisionRequest,
    ExperimentAnswer,
    ExperimentHistory,
    PlanRequest,
    ReasonRequest,
    RerunRequest,
    VariantRequest,
    WeightsRequest,
    act_of,
    answer_changes,
    answer_experiment,
    respond,
)
from landed.api.reads import DASHBOARD, Asked, Parameter, Read, read_handler
from landed.errors import InvalidInputError
from landed.experiments import Experiment, State, Variant
from landed.experiments.analysis import HistoryPlan, Result, analyse
from landed.experiments.drafting import ExperimentDraft
from landed.wiring import Services
from landed.wiring.experimenting import (
    Act,
    Kept,
    add_experiment_variant,
    amend_experiment,
    archive_experiment,
    cover_experiment,
    create_experiment,
    decide_experiment,
    edit_experiment,
    fetch_changes_of,
    fetch_experiments,
    find_experiment,
    plan_experiment,
    rerun_experiment,
    start_experiment,
    stop_experiment,
    weigh_experiment,
)

__all__ = ["RESULTS", "experiment_handlers"]

AnyRequest = Request[Any, Any, Any]
_ROUTE: Final = "/api/analytics/ab-tests"
_TAGS: Final = ["Experiments"]
_REASON: Final = '{"why": "the reason"}'
_Change = Callable[[Services, Act], Kept[Experiment]]


async def _changed(
    request: AnyRequest, key: str, why: str, change: _Change, *, status: int = 200
) -> Response[ExperimentAnswer]:
    services: Services = request.app.state.services
    kept = await asyncio.to_thread(change, services, act_of(request, key, why))
    services.forget_answers()
    return respond(answer_experiment(kept), kept.mark, status=status)


@post(
    f"{_ROUTE}/create",
    opt={"audit": "create_experiment"},
    guards=[require_admin],
    status_code=201,
    tags=_TAGS,
    operation_id="create_experiment",
    summary="Create an experiment",
)
async def create(request: AnyRequest) -> Response[ExperimentAnswer]:
    """Keep the plan of an experiment as a draft; `missing` says what it needs to start.

    Key, hypothesis, variants and the primary metric are enough: the salt is the key, weights are
    equal, the good direction is the metric's own, and late outcomes get the time they need.
    """
    example = '{"key": "resume-tips", "variants": ["control", "tips"]}'
    draft = parse_body(await request.body(), ExperimentDraft, example)
    return await _changed(
        request, draft.key, "", lambda desk, act: create_experiment(desk, draft, act), status=201
    )


@patch(
    _ROUTE + "/{test_id:str}",
    opt={"audit": "edit_experiment"},
    guards=[require_admin],
    tags=_TAGS,
    operation_id="edit_experiment",
    summary="Change a draft",
)
async def edit(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Change fields of a draft; what is left out stays. `If-Match` guards against others."""
    changes = parse_body(await request.body(), dict[str, Any], '{"horizon_weeks": 3}')
    return await _changed(
        request, test_id, "", lambda desk, act: edit_experiment(desk, test_id, changes, act)
    )


@post(
    _ROUTE + "/{test_id:str}/add-variant",
    opt={"audit": "edit_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="add_experiment_variant",
    summary="Add a variant to a draft",
)
async def add(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Give a draft one more variant; without weights, all are equal then."""
    asked = parse_body(await request.body(), VariantRequest, '{"key": "tips"}')
    variant = Variant(key=asked.key, name=asked.name, value=asked.value)

    def change(desk: Services, act: Act) -> Kept[Experiment]:
        return add_experiment_variant(desk, test_id, variant, act, weights=asked.weights)

    return await _changed(request, test_id, asked.why, change)


@post(
    _ROUTE + "/{test_id:str}/start",
    opt={"audit": "start_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="start_experiment",
    summary="Start an experiment",
)
async def start(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Let a draft run; what decides its result is fixed from now on."""
    why = await _why(request)
    return await _changed(
        request, test_id, why, lambda desk, act: start_experiment(desk, test_id, act)
    )


@post(
    _ROUTE + "/{test_id:str}/stop",
    opt={"audit": "stop_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="stop_experiment",
    summary="Stop an experiment",
)
async def stop(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Deal no more; everybody meets the control until it is decided."""
    why = await _why(request)
    return await _changed(
        request, test_id, why, lambda desk, act: stop_experiment(desk, test_id, act)
    )


@post(
    _ROUTE + "/{test_id:str}/decide",
    opt={"audit": "decide_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="decide_experiment",
    summary="Decide an experiment",
)
async def decide(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Give everybody one variant from now on, and say why; the experiment must be stopped."""
    example = '{"variant": "tips", "why": "more interviews"}'
    asked = parse_body(await request.body(), DecisionRequest, example)
    return await _changed(
        request,
        test_id,
        asked.why,
        lambda desk, act: decide_experiment(desk, test_id, asked.variant, act),
    )


@post(
    _ROUTE + "/{test_id:str}/archive",
    opt={"audit": "archive_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="archive_experiment",
    summary="Archive an experiment",
)
async def archive(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Put it away; what was decided is still served."""
    why = await _why(request)
    return await _changed(
        request, test_id, why, lambda desk, act: archive_experiment(desk, test_id, act)
    )


@post(
    _ROUTE + "/{test_id:str}/rerun",
    opt={"audit": "rerun_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="rerun_experiment",
    summary="Draft an experiment anew",
)
async def rerun(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Draft the same experiment with another salt, so that the last run does not carry over."""
    asked = parse_body(await request.body() or b"{}", RerunRequest, '{"salt": ""}')
    return await _changed(
        request,
        test_id,
        asked.why,
        lambda desk, act: rerun_experiment(desk, test_id, act, salt=asked.salt),
    )


@post(
    _ROUTE + "/{test_id:str}/amend",
    opt={"audit": "amend_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="amend_experiment",
    summary="Amend a running experiment",
)
async def amend(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Change what may change while it runs, in a new version that the result shows."""
    example = '{"changes": {"horizon_weeks": 3}, "why": "a holiday"}'
    asked = parse_body(await request.body(), AmendRequest, example)
    return await _changed(
        request,
        test_id,
        asked.why,
        lambda desk, act: amend_experiment(desk, test_id, asked.changes, act),
    )


@post(
    _ROUTE + "/{test_id:str}/weights",
    opt={"audit": "amend_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="weigh_experiment",
    summary="Change the weights of a running experiment",
)
async def weigh(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Deal in other shares, in a new phase that is analysed apart."""
    example = '{"weights": [0.5, 0.5], "why": "all is well"}'
    asked = parse_body(await request.body(), WeightsRequest, example)
    return await _changed(
        request,
        test_id,
        asked.why,
        lambda desk, act: weigh_experiment(desk, test_id, asked.weights, act),
    )


@post(
    _ROUTE + "/{test_id:str}/coverage",
    opt={"audit": "amend_experiment"},
    guards=[require_admin],
    status_code=200,
    tags=_TAGS,
    operation_id="cover_experiment",
    summary="Let more units into a running experiment, or fewer",
)
async def cover(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentAnswer]:
    """Change the share of units that take part; nobody moves between variants."""
    example = '{"coverage": 0.5, "why": "all is well"}'
    asked = parse_body(await request.body(), CoverageRequest, example)
    return await _changed(
        request,
        test_id,
        asked.why,
        lambda desk, act: cover_experiment(desk, test_id, asked.coverage, act),
    )


async def _why(request: AnyRequest) -> str:
    return parse_body(await request.body() or b"{}", ReasonRequest, _REASON).why


@get(
    _ROUTE,
    guards=[require_reader],
    sync_to_thread=True,
    tags=_TAGS,
    operation_id="list_experiments",
    summary="List experiments",
)
def show_all(request: AnyRequest) -> Response[list[ExperimentAnswer]]:
    """List experiments, those that were changed last first; `state` picks those that stand so."""
    services: Services = request.app.state.services
    wanted = _state(request.query_params.get("state", ""))
    kept = fetch_experiments(services.state)
    found = [answer_experiment(one) for one in kept if wanted in {"", one.definition.state}]
    return Response(found, headers={"Cache-Control": "no-store"})


def _state(given: str) -> str:
    """Read by hand: `state` is a word of the framework."""
    if given not in {"", *get_args(State)}:
        raise InvalidInputError(
            f"state is {given[:20]!r}; it must be one of {', '.join(get_args(State))}",
            detail="state",
        )
    return given


@get(
    _ROUTE + "/{test_id:str}",
    guards=[require_reader],
    sync_to_thread=True,
    tags=_TAGS,
    operation_id="show_experiment",
    summary="Show an experiment with its history",
)
def show(request: AnyRequest, test_id: FromPath[str]) -> Response[ExperimentHistory]:
    """Show a definition and every change of it: when, who and why."""
    services: Services = request.app.state.services
    kept = find_experiment(services.state, test_id)
    history = answer_changes(fetch_changes_of(services.state, test_id))
    answer = ExperimentHistory(experiment=answer_experiment(kept), history=history)
    return respond(answer, kept.mark)


@post(
    f"{_ROUTE}/plan",
    guards=[require_reader],
    status_code=200,
    tags=_TAGS,
    operation_id="plan_experiment",
    summary="How long a test would take here",
)
async def plan(request: AnyRequest) -> Response[HistoryPlan]:
    """Say how many units and days a test would take, by what people did in the last weeks."""
    services: Services = request.app.state.services
    asked = parse_body(await request.body(), PlanRequest, '{"test_id": "resume-tips"}')
    ask = partial(
        plan_experiment,
        services.state,
        services.store,
        key=asked.test_id,
        draft=asked.draft,
        now=services.clock(),
        weeks=asked.weeks,
    )
    return Response(await asyncio.to_thread(ask), headers={"Cache-Control": "no-store"})


def _results(asked: Asked) -> Result:
    kept = find_experiment(asked.services.state, asked.places["test_id"])
    most = len(kept.definition.phases)
    phase = asked.whole("phase", 0, low=1, high=most) if asked.one("phase") else None
    return analyse(asked.store, kept.definition, as_of=asked.now, phase=phase)


RESULTS: Final = Read(
    path=_ROUTE + "/{test_id:str}/results",
    summary="What came of an experiment so far",
    text="Health first, then the verdict in words, then each metric with its interval. It may be "
    "read at any time: the intervals that decide hold however often one looks.",
    answer=Result,
    make=_results,
    parameters=(Parameter("phase", "Number of the phase; else the last that started.", "1"),),
    keep=DASHBOARD,
    tag="Experiments",
)
"""The one read that names what an admin made, and so has no example from a demo market."""


def experiment_handlers() -> list[Any]:
    """Handlers of this module."""
    changes = [create, edit, add, start, stop, decide, archive, rerun, amend, weigh, cover]
    return [*changes, plan, show_all, show, read_handler(RESULTS)]
