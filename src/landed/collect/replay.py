"""Replay: give quarantined events another chance, after the plan or a mapping was mended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from landed.collect.decode import decode_own, decode_posthog_batch, decode_segment
from landed.collect.pipeline import Pipeline
from landed.collect.rows import EventRow
from landed.collect.spool import Spool
from landed.collect.types import Decoded
from landed.errors import LandedError
from landed.privacy import Keys, Pseudonymiser, open_texts, sender_of

__all__ = ["Quarantine", "list_quarantined", "replay_quarantine"]

_PAGE: Final = 1_000
_is_key: Final = re.compile("[0-9a-f]{32}").fullmatch
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Quarantine(Protocol):
    """What a replay needs of a store."""

    def query(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run a named query."""
        ...

    def remove_quarantined(self, ids: Sequence[str]) -> None:
        """Remove rows from the quarantine."""
        ...


class _KeptKeys(Pseudonymiser):
    """Quarantined content holds keys where ids stood: they stay the keys they are."""

    def subject_key(self, raw: str) -> bytes:
        if _is_key(raw):
            return bytes.fromhex(raw)
        return super().subject_key(raw)


def replay_quarantine(
    store: Quarantine, spool: Spool, pipeline: Pipeline, *, keys: Keys, until: datetime
) -> tuple[int, int]:
    """Try every quarantined event again; those that are good now leave the quarantine.

    An event keeps its message id, so a replay that is interrupted and run again counts once.

    Args:
        store: Holds the quarantine.
        spool: Takes the rows; they are durable before anything is removed.
        pipeline: One of the caller's thread, as live traffic has.
        keys: Of the installation.
        until: Events that were quarantined before this time, aware UTC.

    Returns:
        How many were replayed, and how many stay.

    Raises:
        SpoolFullError: The spool takes no more now; run it again later.
        StateError: Texts are to be opened, and the state, which keeps their keys, is away.
    """
    keeping = replace(pipeline, pseudonymiser=_KeptKeys.of(keys))
    replayed = kept = 0
    while rows := store.query("quarantine_list", _page(until, kept)):
        good = {}
        for row in rows:
            built = _build(keeping, row)
            if built is None:
                kept += 1
            else:
                good[str(row["quarantine_id"])] = built
        if good:
            size = sum(len(built[-1]) for built in good.values())
            spool.submit({"events": list(good.values())}, size=size).result()
            store.remove_quarantined(list(good))
            replayed += len(good)
    return replayed, kept


def list_quarantined(store: Quarantine, *, until: datetime, limit: int) -> list[dict[str, Any]]:
    """Return quarantined events, newest first, their content scrubbed as it was kept."""
    return store.query("quarantine_list", {**_page(until, 0), "limit": limit})


def _page(until: datetime, offset: int) -> dict[str, Any]:
    return {"since": _BEGINNING, "until": until, "limit": _PAGE, "offset": offset}


def _build(pipeline: Pipeline, row: Mapping[str, Any]) -> EventRow | None:
    received_at: datetime = row["received_at"].replace(tzinfo=UTC)
    try:
        content = msgspec.json.decode(row["content"], type=dict[str, Any])
    except msgspec.MsgspecError:
        return None
    opened = _opened(content, pipeline)
    try:
        decoded = _decode(opened, row, received_at)
    except (msgspec.MsgspecError, LandedError):
        return None
    built = pipeline.build_rows(decoded, received_at=received_at, source=row["source"])
    return built.events[0] if built.events else None


def _opened(content: dict[str, Any], pipeline: Pipeline) -> dict[str, Any]:
    """The content with its texts readable: they are checked and sealed again as events have it."""
    person = sender_of(content)
    if pipeline.texts is None or person is None:
        return content
    opened: dict[str, Any] = open_texts(content, person, pipeline.texts.find([person]).get(person))
    return opened


def _decode(content: dict[str, Any], row: Mapping[str, Any], received_at: datetime) -> Decoded:
    """Decode as at first; an event without an id of its own is known by its place here."""
    message_id = str(UUID(str(row["quarantine_id"])))
    as_sent = "occurred_at" not in content  # what the pipeline refused is in our own form
    if row["source"] == "segment" and as_sent:
        body = {"batch": [{"messageId": message_id, **content}]}
        return decode_segment("import", msgspec.json.encode(body), received_at=received_at)
    if row["source"] == "posthog" and as_sent:
        body = {"batch": [{"uuid": message_id, **content}]}
        return decode_posthog_batch(msgspec.json.encode(body), received_at=received_at)
    event = {name: value for name, value in content.items() if value not in ("", None)}
    body = {"events": [{"message_id": message_id, **event}]}
    return decode_own(msgspec.json.encode(body), received_at=received_at)
