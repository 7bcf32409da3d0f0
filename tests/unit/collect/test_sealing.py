"""Texts on the way in: sealed in events and in the quarantine, and sealed again by a replay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa
import pytest

from landed.collect import Decoded, Pipeline, Spool, pipeline
from landed.collect.decode import decode_own, decode_posthog_batch, decode_segment
from landed.collect.exported import read_exported_row, seal_rows, to_events_batch
from landed.collect.replay import replay_quarantine
from landed.errors import InvalidEventError
from landed.privacy import (
    FORGOTTEN,
    ContextCleaner,
    Keys,
    Pseudonymiser,
    Scrubber,
    TextKeys,
    open_texts,
)

SECRET = bytes(range(32))
KEYS = Keys(SECRET, "lw_1", "la_1", "lr_1")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCRUBBER = Scrubber("US")
ANN = Pseudonymiser(SECRET).subject_key("ann")
LONG = "All that I ever wanted was to mend bicycles. " * 5
SAID = "More remote jobs"
Row = dict[str, Any]


class MemoryKeys(TextKeys):
    """Keys that lie nowhere."""

    def __init__(self) -> None:
        self.made: dict[bytes, bytes] = {}
        self.asked = 0

    def make(self, people: Collection[bytes]) -> dict[bytes, bytes]:
        self.asked += 1
        return {one: self.made.setdefault(one, one * 2) for one in people}

    def find(self, people: Collection[bytes]) -> dict[bytes, bytes]:
        return {one: self.made[one] for one in people if one in self.made}

    def lack(self, people: Any) -> bool:
        return not self.made.keys() >= set(people)


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def sealing(keys: MemoryKeys) -> Pipeline:
    cleaner = ContextCleaner(SCRUBBER)
    return Pipeline(Pseudonymiser(SECRET), SCRUBBER, cleaner, texts=keys)


def own(*events: Row) -> Decoded:
    sent = [{"user_id": "ann", **event} for event in events]
    return decode_own(msgspec.json.encode({"events": sent}), received_at=NOW)


def feedback(**properties: Any) -> Row:
    return {"event": "feedback_given", "properties": properties}


def properties(sealing: Pipeline, decoded: Decoded) -> list[Row]:
    built = sealing.build_rows(decoded, received_at=NOW, source="landed")
    return [msgspec.json.decode(row[8]) for row in built.events]


def test_a_text_is_sealed_after_it_was_scrubbed(sealing: Pipeline, keys: MemoryKeys) -> None:
    (found,) = properties(
        sealing, own(feedback(suggestions=f"{SAID}, to a@mail.example", would_recommend=True))
    )
    assert found["would_recommend"] is True
    assert found["suggestions"].startswith("sealed:1:")
    opened = open_texts(found, ANN, keys.made[ANN])
    assert opened["suggestions"] == f"{SAID}, to ⟨EMAIL⟩"


def test_what_is_no_text_asks_for_no_key(sealing: Pipeline, keys: MemoryKeys) -> None:
    plain = [
        feedback(overall_satisfaction=4),
        {"event": "quiz_finished", "properties": {"note": "short", "points": [1, None]}},
        {"event": "error_occurred", "properties": {"error_type": "T", "message": LONG}},
        {"event": "page_viewed"},
    ]
    found = properties(sealing, own(*plain))
    assert found[1] == {"note": "short", "points": [1, None]}
    assert found[2]["message"] == LONG
    assert (keys.asked, keys.made) == (0, {})


def test_names_are_those_that_the_store_has(sealing: Pipeline, keys: MemoryKeys) -> None:
    """Dots become paths, misfits of typed columns move aside: it must be opened all the same."""
    said = {"score": LONG, "my.essay": LONG, "deep": {"a.b": [{"c": LONG}]}}
    (found,) = properties(sealing, own({"event": "quiz_finished", "properties": said}))
    assert LONG not in str(found)
    assert open_texts(found, ANN, keys.made[ANN]) == {
        "other": {"score": LONG},
        "my_essay": LONG,
        "deep": {"a.b": [{"c": LONG}]},
    }


def test_a_request_asks_once_for_all_its_people(sealing: Pipeline, keys: MemoryKeys) -> None:
    sent = [{**feedback(suggestions=SAID), "user_id": f"user-{at % 7}"} for at in range(50)]
    properties(sealing, own(*sent))
    assert (keys.asked, len(keys.made)) == (1, 7)


def test_a_draft_holds_no_text_in_its_rows(sealing: Pipeline, keys: MemoryKeys) -> None:
    bad = {"event": "recommendation_clicked", "properties": {"position": "x", "details": SAID}}
    sent = own(feedback(suggestions=SAID), bad)
    draft = sealing.draft(sent, received_at=NOW, source="landed")
    assert draft.people == {ANN}
    assert SAID not in str((draft.events, draft.quarantine))
    assert keys.made == {}
    built = sealing.seal(draft)
    assert (len(built.events), len(built.quarantine)) == (1, 1)
    assert sealing.seal(draft).refusals == built.refusals


def test_an_event_that_fails_late_leaves_nothing_that_waits(sealing: Pipeline) -> None:
    refused = {**feedback(suggestions=SAID), "context": {"a": {"b": 1}}, "session_id": "x"}
    good = feedback(suggestions="second")
    built = sealing.build_rows(own(refused, good), received_at=NOW, source="landed")
    assert len(built.events) == 2
    assert len({row[8] for row in built.events}) == 2


class MemoryQuarantine:
    """A quarantine of one page."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def query(self, _name: str, parameters: Any = None) -> list[Row]:
        return self.rows[parameters["offset"] :]

    def remove_quarantined(self, ids: Any) -> None:
        self.rows = [row for row in self.rows if str(row["quarantine_id"]) not in set(ids)]


def segment(call: Row) -> Decoded:
    return decode_segment("batch", msgspec.json.encode({"batch": [call]}), received_at=NOW)


def posthog(event: Row) -> Decoded:
    return decode_posthog_batch(msgspec.json.encode({"batch": [event]}), received_at=NOW)


FORMS = [
    (own({"event": "quiz_finished", "properties": {"essay": LONG, "points": 3}}), "landed"),
    (
        segment(
            {
                "type": "track",
                "userId": "ann",
                "messageId": "m1",
                "event": "quiz_finished",
                "properties": {"essay": LONG, "points": 3},
            }
        ),
        "segment",
    ),
    (
        posthog(
            {
                "event": "quiz_finished",
                "distinct_id": "ann",
                "properties": {"essay": LONG, "points": 3},
            }
        ),
        "posthog",
    ),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form[1])
@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_replay_opens_and_seals_again(
    sealing: Pipeline,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: tuple[Decoded, str],
    *,
    is_forgotten: bool,
) -> None:
    (decoded, source), keys = form, sealing.texts
    assert isinstance(keys, MemoryKeys)

    def refuse(_name: str, _properties: Row) -> None:
        raise InvalidEventError("the plan is stricter today", detail="$.properties.x")

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "check", refuse)
        built = sealing.build_rows(decoded, received_at=NOW, source=source)
    (row,) = built.quarantine
    assert LONG not in str(row)
    if is_forgotten:
        keys.made.clear()
    store = MemoryQuarantine(
        [
            {
                "quarantine_id": UUID(bytes=row[0]),
                "received_at": NOW,
                "source": source,
                "content": row[6],
            }
        ]
    )
    spool = Spool(tmp_path)
    spool.start()
    until = NOW + timedelta(seconds=1)
    told = replay_quarantine(store, spool, sealing, keys=KEYS, until=until)
    assert told == (1, 0)
    assert store.rows == []
    spool.flush()
    (written,) = spool.sealed()
    (event,) = pa.ipc.open_stream(written.path.read_bytes()).read_all().to_pylist()
    spool.close()
    assert event["subject_key"] == ANN
    assert LONG not in event["properties"]
    opened = open_texts(msgspec.json.decode(event["properties"]), ANN, keys.find([ANN]).get(ANN))
    assert opened["points"] == 3
    assert opened["essay"] == (FORGOTTEN if is_forgotten else LONG)


def test_without_keys_a_pipeline_keeps_texts_as_they_are(sealing: Pipeline) -> None:
    (found,) = properties(replace(sealing, texts=None), own(feedback(suggestions=SAID)))
    assert found == {"suggestions": SAID}


def exported(event: str, **properties: Any) -> Row:
    row = {
        "event": event,
        "message_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "subject_key": str(UUID(bytes=ANN)),
        "session_id": "00000000-0000-0000-0000-000000000000",
        "occurred_at": "2026-05-01T11:00:00Z",
        "received_at": "2026-05-01T11:00:01Z",
        "source": "landed",
        "context": {},
        "properties": properties,
    }
    return read_exported_row(row)


def test_rows_of_an_export_are_sealed_where_they_are_readable(keys: MemoryKeys) -> None:
    plain = to_events_batch([exported("page_viewed", path="/jobs")])
    assert seal_rows(plain, keys) is plain
    batch = to_events_batch(
        [exported("page_viewed", path="/jobs"), exported("feedback_given", suggestions=SAID)]
    )
    once = seal_rows(batch, keys)
    assert once.schema == batch.schema
    first, second = once["properties"].to_pylist()
    assert first == batch["properties"][0].as_py()
    assert open_texts(msgspec.json.decode(second), ANN, keys.made[ANN]) == {"suggestions": SAID}
    assert seal_rows(once, keys) is once


@pytest.mark.parametrize("properties", ["", "7", "[7]", "{", '"text"', "[" * 100_000])
def test_what_is_no_object_is_left_to_the_store(keys: MemoryKeys, properties: str) -> None:
    row = {**exported("feedback_given"), "properties": properties}
    batch = to_events_batch([row])
    assert seal_rows(batch, keys) is batch
