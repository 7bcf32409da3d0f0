"""The operations of experiments and flags in the OpenAPI document, with bodies that work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from landed.api.operation import Operation
from landed.api.schemas import Json, refer
from landed.experiments import State

__all__ = ["EXPERIMENT_OPERATIONS"]

_JSON: Final = "application/json"
_TESTS: Final = "/api/analytics/ab-tests"
_FLAGS: Final = "/api/flags"
_LOOKS: Final = ("401", "403", "503")
_CHANGES: Final = ("400", *_LOOKS, "404", "409", "413", "422")


def _answer(name: str) -> Mapping[str, Json]:
    return {_JSON: refer(name)}


def _list(name: str) -> Mapping[str, Json]:
    return {_JSON: {"type": "array", "items": refer(name)}}


def _change(answer: str, body: Json, sent: Json, *, status: str = "200") -> Operation:
    return Operation(_answer(answer), _CHANGES, body, sent=sent, status=status)


def _step(body: str, sent: Json) -> dict[str, Operation]:
    return {"post": _change("ExperimentAnswer", refer(body), sent)}


_DRAFT: Final[Json] = {
    "key": "resume-tips",
    "name": "Tips beside the editor",
    "hypothesis": "Tips bring more interviews, since CVs get finished.",
    "variants": ["control", "tips"],
    "primary": "interview_rate",
    "guardrails": [{"metric": "bounce_rate", "margin": 0.02}],
    "horizon_weeks": 4,
}
_WHY: Final = {"why": "The first week looks healthy."}
_FREE: Final[Json] = {"type": "object", "additionalProperties": True}
_STATE: Final[Json] = {
    "name": "state",
    "in": "query",
    "required": False,
    "description": "Only those that stand so.",
    "schema": {"enum": list(get_args(State))},
}
_PHASE: Final[Json] = {
    "name": "phase",
    "in": "query",
    "required": False,
    "description": "Number of the phase; else the last that started.",
    "schema": {"type": "integer", "minimum": 1},
}
_RESULT: Final[Json] = {
    "type": "object",
    "required": ["as_of", "good_until", "answer"],
    "properties": {
        "as_of": {"type": "string", "format": "date-time"},
        "good_until": {"type": "string", "format": "date-time"},
        "answer": refer("Results.Result"),
    },
}
_PATH: Final = _TESTS + "/{test_id}"
_FLAG: Final = _FLAGS + "/{key}"

EXPERIMENT_OPERATIONS: Final[Mapping[str, dict[str, Operation]]] = {
    _TESTS: {
        "get": Operation(_list("ExperimentAnswer"), ("400", *_LOOKS, "422"), parameters=[_STATE])
    },
    f"{_TESTS}/create": {
        "post": _change("ExperimentAnswer", refer("ExperimentDraft"), _DRAFT, status="201")
    },
    f"{_TESTS}/plan": {
        "post": Operation(
            _answer("HistoryPlan"),
            ("400", *_LOOKS, "404", "413", "422"),
            refer("PlanRequest"),
            sent={"draft": {name: _DRAFT[name] for name in ("key", "variants", "primary")}},
        )
    },
    _PATH: {
        "get": Operation(_answer("ExperimentHistory"), (*_LOOKS, "404")),
        "patch": _change("ExperimentAnswer", _FREE, {"horizon_weeks": 3}),
    },
    f"{_PATH}/results": {
        "get": Operation({_JSON: _RESULT}, ("400", *_LOOKS, "404", "422"), parameters=[_PHASE])
    },
    f"{_PATH}/add-variant": _step("VariantRequest", {"key": "short-tips", "name": "Short tips"}),
    f"{_PATH}/start": _step("ReasonRequest", _WHY),
    f"{_PATH}/stop": _step("ReasonRequest", {"why": "The planned size is reached."}),
    f"{_PATH}/decide": _step(
        "DecisionRequest", {"variant": "tips", "why": "More interviews, and guardrails hold."}
    ),
    f"{_PATH}/archive": _step("ReasonRequest", {"why": "It is a part of the product now."}),
    f"{_PATH}/rerun": _step("RerunRequest", {"why": "In the high season once more."}),
    f"{_PATH}/amend": _step(
        "AmendRequest", {"changes": {"horizon_weeks": 3}, "why": "A holiday fell into it."}
    ),
    f"{_PATH}/weights": _step("WeightsRequest", {"weights": [0.5, 0.5], **_WHY}),
    f"{_PATH}/coverage": _step("CoverageRequest", {"coverage": 0.5, **_WHY}),
    _FLAGS: {"get": Operation(_list("FlagAnswer"), _LOOKS)},
    _FLAG: {
        "get": Operation(_answer("FlagHistory"), (*_LOOKS, "404")),
        "put": _change(
            "FlagAnswer", refer("FlagDraft"), {"name": "The new editor", "rollout": 0.1}
        ),
        "delete": Operation(_answer("FlagAnswer"), (*_LOOKS, "404", "409", "422")),
    },
    f"{_FLAG}/on": {"post": _change("FlagAnswer", refer("ReasonRequest"), _WHY)},
    f"{_FLAG}/off": {
        "post": _change("FlagAnswer", refer("ReasonRequest"), {"why": "It loses text."})
    },
}
"""Path → method → operation."""
