"""Where the commands of experiments and flags do their work: in the state, and with the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from landed.cli.local import RunningServer, find_server, opened, opened_state, settings_for
from landed.errors import InvalidInputError, LandedError
from landed.experiments.analysis import HistoryPlan, Result, analyse
from landed.experiments.catalogue import Catalogue
from landed.experiments.drafting import ExperimentDraft
from landed.state import State
from landed.wiring import build_audit, utc_now
from landed.wiring.experimenting import Act, find_experiment, plan_experiment

__all__ = [
    "CommandDesk",
    "act",
    "changing",
    "fetch_plan",
    "fetch_result",
    "looking",
    "read_file",
    "read_json",
    "read_pairs",
]

_PATIENCE_SECONDS: Final = 120.0
_ACTOR: Final = "command line"
_T = TypeVar("_T")


@dataclass(frozen=True)
class CommandDesk:
    """What a command has of an installation; a running server hears of it within a second.

    Attributes:
        state: Where definitions are kept.
        catalogue: All of them.
        clock: Aware UTC time.
    """

    state: State
    catalogue: Catalogue
    clock: Callable[[], datetime] = utc_now


@contextmanager
def looking(data: Path | None) -> Iterator[State]:
    """Open the state to look at definitions."""
    with opened_state(settings_for(data)) as state:
        yield state


@contextmanager
def changing(data: Path | None, action: str, key: str) -> Iterator[CommandDesk]:
    """Open the state to change a definition, and note what was done.

    Args:
        data: Folder of all that is kept.
        action: One of `landed.privacy.AUDIT_ACTIONS`.
        key: Of the definition.
    """
    settings = settings_for(data)
    with opened_state(settings) as state:
        yield CommandDesk(state, Catalogue(state))
        log = build_audit(settings, state)
        log.append(action, actor=_ACTOR, detail={"key": key}, now=utc_now())


def act(why: str = "") -> Act:
    """Say that somebody at the command line does it, and why."""
    return Act(actor=_ACTOR, why=why)


def fetch_plan(
    data: Path | None, key: str, draft: ExperimentDraft | None, weeks: int
) -> HistoryPlan:
    """Ask the running server how long a test would take, or read the log in the folder.

    Raises:
        NotFoundError: There is no such experiment.
        InvalidInputError: The draft is wrong.
        LandedError: The server refused.
        StoreError: The store did not come up, or another process owns the folder.
    """
    settings = settings_for(data)
    server = find_server(settings)
    if server is None:
        with opened(settings) as services:
            return plan_experiment(
                services.state,
                services.store,
                key="" if draft else key,
                draft=draft,
                now=services.clock(),
                weeks=weeks,
            )
    body = {"draft": draft, "weeks": weeks} if draft else {"test_id": key, "weeks": weeks}
    plain = msgspec.to_builtins(body)
    return msgspec.convert(_ask(server, "POST", "plan", json=plain), HistoryPlan)


def _ask(server: RunningServer, method: str, path: str, **more: Any) -> Any:
    answer = httpx.request(
        method,
        f"{server.url}/api/analytics/ab-tests/{path}",
        headers={"Authorization": f"Bearer {server.keys.admin_key}", "Cache-Control": "no-cache"},
        timeout=_PATIENCE_SECONDS,
        verify=server.verify,
        **more,
    )
    if answer.is_error:
        raise LandedError(str(answer.json()["message"]))
    return answer.json()


def fetch_result(data: Path | None, key: str, phase: int | None) -> Result:
    """Ask the running server for a result, or read the log in the folder.

    Raises:
        NotFoundError: There is no such experiment.
        LandedError: The server refused.
        StoreError: The store did not come up, or another process owns the folder.
    """
    settings = settings_for(data)
    server = find_server(settings)
    if server is None:
        with opened(settings) as services:
            kept = find_experiment(services.state, key)
            now = services.clock()
            return analyse(services.store, kept.definition, as_of=now, phase=phase)
    params = {} if phase is None else {"phase": phase}
    answer = _ask(server, "GET", f"{quote(key, safe='')}/results", params=params)
    return msgspec.convert(answer["answer"], Result)


def read_file(path: Path, kind: type[_T]) -> _T:
    """Read a definition from a file.

    Raises:
        InvalidInputError: It cannot be read, or is no such definition.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {type(error).__name__}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path}: {error}") from None


def read_json(text: str) -> Any:
    """Read JSON; what is none is a text, so that quotes may be left out."""
    try:
        return msgspec.json.decode(text.encode("utf-8", "surrogateescape"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text


def read_pairs(pairs: list[str] | None, example: str) -> dict[str, str]:
    """Read options of the form name=value.

    Args:
        pairs: As they were given.
        example: One that works, for the message.

    Raises:
        InvalidInputError: One has no equals sign.
    """
    found = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InvalidInputError(f"{pair[:60]!r} must be written as {example}")
        found[name] = value
    return found
