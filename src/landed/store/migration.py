"""Numbered migrations: what the store's tables are, step by step.

A migration is `migrations/NNNN_name.sql`, with `NNNN_name.cluster.sql` beside it for what only
a cluster needs. Each statement can run again without harm, so that two processes may start at
once: both do the work, and readers take the highest version that is recorded.

The log of events has its migrations in `migrations/`, the training zone, which is a database of its
own, in `migrations/training/`.

In the text, `$local` is empty, or `_local` on a cluster, where the data lie in `…_local`
tables under Distributed ones; `$engine` is MergeTree or its replicated form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template
from typing import Any, Final, Literal, Protocol, TypeAlias

import structlog

from landed.errors import StoreError
from landed.events import clickhouse_hints
from landed.store.refusals import RefusedError
from landed.store.sql_files import quote_name

__all__ = ["MigrationTarget", "Step", "Zone", "list_steps", "migrate", "render_statements"]

_log = structlog.get_logger(__name__)
_FOLDER: Final = files("landed.store") / "migrations"
_FOLDERS: Final = {"analytics": _FOLDER, "training": _FOLDER / "training"}
_STEP_NAME: Final = re.compile(r"\d{4}_\w+\.sql")
_THROWN: Final = 395
_TYPED_PATH: Final = re.compile(r"`?(\w+)`? ((?:\w+\()?\w+\)?)(?=[,)])")
_STATEMENT_END: Final = re.compile(r";\s*$", re.MULTILINE)
_REPLICATED: Final = "ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')"

Zone: TypeAlias = Literal["analytics", "training"]
"""Whose tables: those of the log of events, or those of the training zone."""


class MigrationTarget(Protocol):
    """What a migration needs of a store."""

    @property
    def cluster(self) -> str | None:
        """Name of the cluster, None for a single server."""
        ...

    @property
    def database(self) -> str:
        """Name of the database that holds our tables."""
        ...

    def execute(
        self, sql: str, parameters: dict[str, Any] | None = None, *, in_database: bool = True
    ) -> None:
        """Run one statement."""
        ...

    def query(self, name: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Answer a named query."""
        ...

    def schema_version(self) -> int:
        """Return the number of the last migration that was applied."""
        ...


@dataclass(frozen=True)
class Step:
    """One migration as it stands in its files.

    Attributes:
        version: Its number, from 1.
        name: For people, such as `events`.
        sql: What every store runs.
        cluster_sql: What a cluster runs after that.
    """

    version: int
    name: str
    sql: str
    cluster_sql: str


def migrate(
    store: MigrationTarget, *, hints: str | None = None, zone: Zone = "analytics"
) -> list[str]:
    """Bring the tables up to date, and the types inside `properties` after the tracking plan.

    Safe to call at every start and from several processes at once.

    Args:
        store: Whose tables.
        hints: Typed paths of the `properties` column; None: those of the tracking plan.
        zone: Whose tables these are; a zone has a database of its own.

    Returns:
        What was done, in order: names of migrations, and `hints` where the types changed.

    Raises:
        StoreError: The store is away, or was migrated by a newer version of landed.
    """
    hints = clickhouse_hints() if hints is None else hints
    store.execute(_fill("database.sql", store, hints), in_database=False)
    current, steps = store.schema_version(), list_steps(zone)
    if current > steps[-1].version:
        raise StoreError(
            f"The store has schema {current}, this version of landed knows {steps[-1].version}; "
            "update landed."
        )
    done = []
    for step in steps[current:]:
        for statement in render_statements(step, store, hints):
            store.execute(statement)
        store.execute(_read("record.sql"), {"version": step.version, "name": step.name})
        done.append(f"{step.version:04}_{step.name}")
    return done if zone == "training" else done + _follow_hints(store, hints)


@cache
def list_steps(zone: Zone = "analytics") -> tuple[Step, ...]:
    """Return the migrations in order.

    Args:
        zone: Whose tables.

    Examples:
        >>> list_steps()[0].name
        'events'
    """
    folder = _FOLDERS[zone]
    names = sorted(path.name for path in folder.iterdir() if _STEP_NAME.fullmatch(path.name))
    return tuple(_read_step(folder, name) for name in names)


def render_statements(step: Step, store: MigrationTarget, hints: str) -> list[str]:
    """Return the statements of a migration for this store.

    Examples:
        >>> from landed.store.client import connect
        >>> with connect("clickhouse://h/landed", cluster="two") as store:
        ...     first = render_statements(list_steps()[0], store, "`score` Float64")[0]
        >>> "ON CLUSTER `two`" in first and "ReplicatedMergeTree" in first
        True
    """
    text = step.sql + (step.cluster_sql if store.cluster else "")
    filled = _substitute(text, store, hints)
    return [part.strip() for part in _STATEMENT_END.split(filled) if part.strip()]


def _follow_hints(store: MigrationTarget, hints: str) -> list[str]:
    """Change the types of `properties` where they are not those of the hints any more."""
    table = "events_local" if store.cluster else "events"
    state = store.query("hints_state", {"hints": hints, "table": table})[0]
    if state["stored"] == state["wanted"]:
        return []
    stored, wanted = (_typed_paths(state[name]) for name in ("stored", "wanted"))
    for path, kind in list(wanted.items()):
        if stored.get(path) != kind and not _fits(store, path, kind):
            reason = "stored events do not fit its new type"
            _log.warning("hint_not_followed", path=path, reason=reason)
            wanted.pop(path)
            if path in stored:
                wanted[path] = stored[path]
    if wanted == stored:
        return []
    change = Step(0, "hints", _read("hints.sql"), _read("hints.cluster.sql"))
    possible = ", ".join(f"`{path}` {kind}" for path, kind in wanted.items())
    for statement in render_statements(change, store, possible):
        store.execute(statement)
    return ["hints"]


def _fits(store: MigrationTarget, path: str, kind: str) -> bool:
    try:
        store.execute(Template(_read("hints_trial.sql")).substitute(path=path, type=kind))
    except RefusedError as error:
        if not (error.is_about_data or error.clickhouse_code == _THROWN):
            raise
        return False
    return True


def _typed_paths(column_type: str) -> dict[str, str]:
    """The typed paths of a JSON column's type."""
    return dict(_TYPED_PATH.findall(column_type))


def _read_step(folder: Traversable, name: str) -> Step:
    number, _, title = name.removesuffix(".sql").partition("_")
    cluster = name.replace(".sql", ".cluster.sql")
    texts = [
        path.read_text("utf-8") if path.is_file() else ""
        for path in (folder / name, folder / cluster)
    ]
    return Step(int(number), title, *texts)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _fill(name: str, store: MigrationTarget, hints: str) -> str:
    return _substitute(_read(name), store, hints)


def _substitute(text: str, store: MigrationTarget, hints: str) -> str:
    database = quote_name(store.database)
    single = {"local": "", "on_cluster": "", "engine": "MergeTree", "shards": ""}
    if store.cluster is None:
        return Template(text).substitute(single, database=database, hints=hints)
    cluster = quote_name(store.cluster)
    return Template(text).substitute(
        local="_local",
        on_cluster=f" ON CLUSTER {cluster}",
        engine=_REPLICATED,
        shards=f"{cluster}, {database}",
        database=database,
        hints=hints,
    )
