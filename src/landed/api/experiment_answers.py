"""Bodies and answers of the routes of experiments and flags, and what both have in common."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response

from landed.api.audit import note_detail
from landed.errors import InvalidInputError
from landed.experiments import Experiment, Flag
from landed.experiments.drafting import ExperimentDraft, missing_faults
from landed.state import DefinitionChange
from landed.wiring.experimenting import Act, Kept

__all__ = [
    "AmendRequest",
    "ChangeAnswer",
    "CoverageRequest",
    "DecisionRequest",
    "ExperimentAnswer",
    "ExperimentHistory",
    "FlagAnswer",
    "FlagHistory",
    "MissingAnswer",
    "PlanRequest",
    "ReasonRequest",
    "RerunRequest",
    "VariantRequest",
    "WeightsRequest",
    "act_of",
    "answer_changes",
    "answer_experiment",
    "answer_flag",
    "respond",
]

AnyRequest = Request[Any, Any, Any]
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", re.ASCII)
_MARK: Final = re.compile(r'(?:W/)?"(\d{1,18})"', re.ASCII)
_Why = Annotated[
    str, msgspec.Meta(max_length=2000, examples=["The first day showed a typing error."])
]


class ReasonRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is done.

    Attributes:
        why: The reason; it stands in the history.
    """

    why: _Why = ""


class VariantRequest(ReasonRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more variant of a draft.

    Attributes:
        key: Its name in code and events.
        name: What people call it.
        value: What a flag answers for it; null: the key.
        weights: Of all variants then; none: equal ones.
    """

    key: str
    name: str = ""
    value: Any = None
    weights: tuple[float, ...] = ()


class DecisionRequest(ReasonRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of an experiment.

    Attributes:
        variant: The one that everybody gets from now on.
    """

    variant: str


class AmendRequest(ReasonRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is changed while it runs, and why.

    Attributes:
        changes: Field → new value: name, hypothesis, secondary, guardrails, segments, mde,
            power, horizon_weeks, testers, overrides.
    """

    changes: dict[str, Any]


class WeightsRequest(ReasonRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other shares from now on, in a new phase.

    Attributes:
        weights: Of the variants, in their order.
    """

    weights: tuple[float, ...]


class CoverageRequest(ReasonRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More units, or fewer.

    Attributes:
        coverage: The share of units that take part.
    """

    coverage: float


class RerunRequest(ReasonRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same experiment anew.

    Attributes:
        salt: Of the new run; empty: the key and the number of the run.
    """

    salt: str = ""


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which test is planned: one that is kept, or one that is only thought of.

    Attributes:
        test_id: Key of one that is kept; empty: see `draft`.
        draft: One that is not, as `create` takes it.
        weeks: How many weeks before now are taken for what comes.
    """

    test_id: str = ""
    draft: ExperimentDraft | None = None
    weeks: Annotated[int, msgspec.Meta(ge=1, le=26)] = 4


class MissingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft lacks before it can start.

    Attributes:
        field: Where.
        message: The rule and the remedy.
    """

    field: str
    message: str


class ExperimentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment as it is kept.

    Attributes:
        test_id: Its key.
        state: Where it stands.
        version: Of the definition.
        mark: The number of its last change; send it as `If-Match: "12"` to change just this.
        changed_at: When that was.
        missing: What a draft lacks before it can start.
        definition: All of it.
    """

    test_id: str
    state: str
    version: int
    mark: int
    changed_at: datetime
    missing: list[MissingAnswer]
    definition: Experiment


class ChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a definition.

    Attributes:
        mark: Its number, of all changes of all definitions.
        action: What was done.
        made_at: When.
        actor: Who: the name of a key, or of another way in.
        why: The reason; may be empty.
        version: Of the definition.
        state: In which it was then.
        definition: As it was then.
    """

    mark: int
    action: str
    made_at: datetime
    actor: str
    why: str
    version: int
    state: str
    definition: dict[str, Any]


class ExperimentHistory(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment with all its changes.

    Attributes:
        experiment: As it is; its amendments are in the definition.
        history: Every change, the last one first.
    """

    experiment: ExperimentAnswer
    history: list[ChangeAnswer]


class FlagAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A flag as it is kept.

    Attributes:
        key: Its name.
        is_on: Whether its rules hold; off: everybody but testers gets the default.
        version: Of the definition.
        mark: The number of its last change; send it as `If-Match: "12"` to change just this.
        changed_at: When that was.
        definition: All of it.
    """

    key: str
    is_on: bool
    version: int
    mark: int
    changed_at: datetime
    definition: Flag


class FlagHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A flag with all its changes.

    Attributes:
        flag: As it is.
        history: Every change, the last one first.
    """

    flag: FlagAnswer
    history: list[ChangeAnswer]


def act_of(request: AnyRequest, key: str, why: str) -> Act:
    """Say who changes a definition, and note for the audit log which one.

    Args:
        request: Of somebody known.
        key: Of the definition; what is no key could be anything, and is not written down.
        why: The reason.

    Raises:
        InvalidInputError: If-Match holds no mark.
    """
    if _KEY.fullmatch(key):
        note_detail(request, key=key)
    caller = request.scope["state"]["caller"]
    return Act(actor=caller.actor, why=why, expected=_expected(request))


def _expected(request: AnyRequest) -> int | None:
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    found = _MARK.fullmatch(given)
    if found is None:
        raise InvalidInputError(
            f'If-Match is {given[:40]!r}; it must be the mark that you read, such as "12"',
            detail="If-Match",
        )
    return int(found[1])


def respond(answer: Any, mark: int, *, status: int = 200) -> Response[Any]:
    """Answer with a definition; its tag is what `If-Match` takes.

    Args:
        answer: What is told.
        mark: The number of its last change.
        status: Of the answer.
    """
    headers = {"ETag": f'"{mark}"', "Cache-Control": "no-store"}
    return Response(answer, status_code=status, headers=headers)


def answer_experiment(kept: Kept[Experiment]) -> ExperimentAnswer:
    """Put an experiment into the words of the API."""
    one = kept.definition
    faults = missing_faults(one) if one.state == "draft" else ()
    return ExperimentAnswer(
        test_id=one.key,
        state=one.state,
        version=one.version,
        mark=kept.mark,
        changed_at=kept.changed_at,
        missing=[MissingAnswer(field=fault.field, message=fault.message) for fault in faults],
        definition=one,
    )


def answer_flag(kept: Kept[Flag]) -> FlagAnswer:
    """Put a flag into the words of the API."""
    return FlagAnswer(
        key=kept.definition.key,
        is_on=kept.definition.enabled,
        version=kept.definition.version,
        mark=kept.mark,
        changed_at=kept.changed_at,
        definition=kept.definition,
    )


def answer_changes(changes: list[DefinitionChange]) -> list[ChangeAnswer]:
    """Put a history into the words of the API."""
    return [
        ChangeAnswer(
            mark=one.row.mark,
            action=one.action,
            made_at=one.row.changed_at,
            actor=one.actor,
            why=one.why,
            version=one.row.version,
            state=one.row.state,
            definition=msgspec.json.decode(one.row.body),
        )
        for one in changes
    ]
