"""Replay: what left the quarantine is what live traffic would have made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa
import pytest

from landed.collect import Decoded, Pipeline, Spool, pipeline
from landed.collect.decode import decode_own, decode_posthog_batch, decode_segment
from landed.collect.replay import list_quarantined, replay_quarantine
from landed.errors import InvalidEventError
from landed.privacy import ContextCleaner, Keys, Pseudonymiser, Scrubber

SECRET = bytes(range(32))
KEYS = Keys(SECRET, "lw_1", "la_1", "lr_1")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCRUBBER = Scrubber("US")
PIPELINE = Pipeline(Pseudonymiser(SECRET), SCRUBBER, ContextCleaner(SCRUBBER))
STRICT = "the plan is stricter today"
Row = dict[str, Any]


class MemoryQuarantine:
    """A quarantine in memory, ordered as the store's query orders it."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.failing = 0

    def query(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        assert name == "quarantine_list"
        asked = dict(parameters or {})
        found = [row for row in self.rows if row["received_at"] < asked["until"]]
        found.sort(key=lambda row: (-row["received_at"].timestamp(), str(row["quarantine_id"])))
        return found[asked["offset"] : asked["offset"] + min(asked["limit"], 3)]

    def remove_quarantined(self, ids: Sequence[str]) -> None:
        if self.failing:
            self.failing -= 1
            raise ConnectionError
        self.rows = [row for row in self.rows if str(row["quarantine_id"]) not in set(ids)]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path)
    spool.start()
    yield spool
    spool.close()


@pytest.fixture
def strictly(monkeypatch: pytest.MonkeyPatch) -> Callable[[Decoded, str], list[Row]]:
    """Quarantine everything that a decoder made, as a stricter plan would."""

    def quarantine(decoded: Decoded, source: str) -> list[Row]:
        def refuse(_name: str, _properties: dict[str, Any]) -> None:
            raise InvalidEventError(STRICT, detail="$.properties.x")

        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "check", refuse)
            built = PIPELINE.build_rows(decoded, received_at=NOW, source=source)
        assert built.events == []
        return [as_queried(row) for row in built.quarantine]

    return quarantine


def as_queried(row: tuple[Any, ...]) -> Row:
    names = ("quarantine_id", "received_at", "source", "event", "path", "reason", "content")
    found = dict(zip(names, row, strict=True))
    found["quarantine_id"] = UUID(bytes=found["quarantine_id"])
    found["received_at"] = NOW
    return found


def stored(spool: Spool) -> list[Row]:
    spool.flush()
    rows: list[Row] = []
    for segment in spool.sealed():
        assert segment.lane == "events"
        rows += pa.ipc.open_stream(segment.path.read_bytes()).read_all().to_pylist()
    return rows


def replay(store: MemoryQuarantine, spool: Spool, until: datetime | None = None) -> tuple[int, int]:
    until = until or NOW + timedelta(seconds=1)
    return replay_quarantine(store, spool, PIPELINE, keys=KEYS, until=until)


def live(decoded: Decoded, source: str) -> list[tuple[Any, ...]]:
    return list(PIPELINE.build_rows(decoded, received_at=NOW, source=source).events)


def own(*events: Row) -> Decoded:
    return decode_own(msgspec.json.encode({"events": events}), received_at=NOW)


def segment(*calls: Row) -> Decoded:
    return decode_segment("batch", msgspec.json.encode({"batch": calls}), received_at=NOW)


def posthog(*events: Row) -> Decoded:
    return decode_posthog_batch(msgspec.json.encode({"batch": events}), received_at=NOW)


@pytest.mark.parametrize(
    ("decoded", "source"),
    [
        (
            own(
                {
                    "event": "job_saved",
                    "user_id": "user-42",
                    "anonymous_id": "phone-1",
                    "message_id": "my message",
                    "session_id": "my session",
                    "occurred_at": "2026-04-30T10:00:00.250Z",
                    "properties": {"job_id": "j1", "user_id": "user-7", "note": "a@mail.example"},
                    "context": {"locale": "de-AT"},
                }
            ),
            "landed",
        ),
        (
            segment(
                {
                    "type": "track",
                    "event": "Job Saved",
                    "userId": "user-42",
                    "anonymousId": "phone-1",
                    "messageId": "m",
                    "properties": {"job_id": "j1"},
                    "context": {"locale": "de-AT", "traits": {"email": "a@mail.example"}},
                }
            ),
            "segment",
        ),
        (
            segment({"type": "alias", "userId": "new", "previousId": "old", "messageId": "m"}),
            "segment",
        ),
        (
            segment({"type": "group", "userId": "u", "groupId": "acme", "messageId": "m"}),
            "segment",
        ),
        (
            posthog(
                {
                    "event": "job_saved",
                    "uuid": "12345678-1234-4234-8234-123456789abc",
                    "properties": {"distinct_id": "user-42", "job_id": "j", "$session_id": "s"},
                }
            ),
            "posthog",
        ),
        (
            posthog(
                {
                    "event": "$create_alias",
                    "distinct_id": "old",
                    "uuid": "m",
                    "properties": {"alias": "new"},
                }
            ),
            "posthog",
        ),
    ],
)
def test_a_replayed_event_is_as_if_it_had_come_live(
    decoded: Decoded,
    source: str,
    spool: Spool,
    strictly: Callable[[Decoded, str], list[Row]],
) -> None:
    (expected,) = live(decoded, source)
    store = MemoryQuarantine(strictly(decoded, source))
    assert replay(store, spool) == (1, 0)
    assert store.rows == []
    (row,) = stored(spool)
    row["occurred_at"] = int(row["occurred_at"].timestamp() * 1000)
    row["received_at"] = int(row["received_at"].timestamp() * 1000)
    assert row.pop("properties") == expected[8].decode()
    assert tuple(row.values()) == expected[:8]


@pytest.mark.parametrize(
    ("source", "decode", "item", "mend"),
    [
        (
            "segment",
            segment,
            {"type": "group", "userId": "u", "groupId": "acme", "messageId": "m", "timestamp": 1},
            "timestamp",
        ),
        (
            "posthog",
            posthog,
            {
                "event": "$groupidentify",
                "uuid": "m",
                "timestamp": 1,
                "properties": {"distinct_id": "u", "$group_key": "acme", "$group_type": "org"},
            },
            "timestamp",
        ),
        (
            "landed",
            own,
            {"event": "a", "user_id": "u", "message_id": "m", "context": []},
            "context",
        ),
    ],
)
def test_what_the_decoder_refused_comes_back_in_its_own_form(
    source: str, decode: Callable[..., Decoded], item: Row, mend: str, spool: Spool
) -> None:
    built = PIPELINE.build_rows(decode(item), received_at=NOW, source=source)
    row = as_queried(built.quarantine[0])
    store = MemoryQuarantine([row])
    assert replay(store, spool) == (0, 1)
    content = msgspec.json.decode(row["content"])
    del content[mend]
    row["content"] = msgspec.json.encode(content).decode()
    assert replay(store, spool) == (1, 0)
    (expected,) = live(decode({name: part for name, part in item.items() if name != mend}), source)
    (found,) = stored(spool)
    assert found["message_id"] == expected[1]
    assert found["subject_key"] == expected[2]
    assert msgspec.json.decode(found["properties"]) == msgspec.json.decode(expected[8])


def test_events_without_ids_stay_many_and_an_interrupted_replay_repeats_theirs(
    spool: Spool, strictly: Callable[[Decoded, str], list[Row]]
) -> None:
    decoded = own(*({"event": "a", "user_id": "u", "properties": {"n": n}} for n in range(5)))
    store = MemoryQuarantine(strictly(decoded, "landed"))
    store.failing = 1
    with pytest.raises(ConnectionError):
        replay(store, spool)
    assert replay(store, spool) == (5, 0)
    ids = [row["message_id"] for row in stored(spool)]
    assert len(ids) == 8  # the page of three that was spooled, then all five
    assert len(set(ids)) == 5


def test_those_that_are_still_bad_stay_and_do_not_hide_the_others(
    spool: Spool, strictly: Callable[[Decoded, str], list[Row]]
) -> None:
    good = strictly(own(*({"event": "a", "user_id": "u"} for _ in range(4))), "landed")
    bad = as_queried(good_row_without_content(good[0]))
    refused = strictly(own({"event": "job_saved", "user_id": "u"}), "landed")
    refused[0]["content"] = refused[0]["content"].replace("job_saved", "recommendation_clicked")
    store = MemoryQuarantine([bad, *good, *refused, *nothing_readable()])
    assert replay(store, spool) == (4, 4)
    assert len(store.rows) == 4
    assert len(stored(spool)) == 4


def good_row_without_content(row: Row) -> tuple[Any, ...]:
    content = '"(content not kept: it could not be scrubbed safely)"'
    return (bytes(16), NOW, row["source"], row["event"], row["path"], row["reason"], content)


def nothing_readable() -> list[Row]:
    contents = ('{"event": "a"}', '{"event": "a", "user_id": "' + "x" * 32 + '", "context": 7}')
    return [
        as_queried((bytes([n + 1] * 16), NOW, "landed", "", "$", "no", content))
        for n, content in enumerate(contents)
    ]


def test_what_came_after_the_start_waits_for_the_next(
    spool: Spool, strictly: Callable[[Decoded, str], list[Row]]
) -> None:
    store = MemoryQuarantine(strictly(own({"event": "a", "user_id": "u"}), "landed"))
    assert replay(store, spool, until=NOW) == (0, 0)
    assert list_quarantined(store, until=NOW + timedelta(seconds=1), limit=5) == store.rows


def test_a_raw_id_in_the_quarantine_is_a_key_only_if_it_looks_like_one(spool: Spool) -> None:
    content = '{"event": "a", "user_id": "' + "z" * 32 + '"}'
    store = MemoryQuarantine([as_queried((bytes(16), NOW, "landed", "", "$", "no", content))])
    assert replay(store, spool) == (1, 0)
    assert stored(spool)[0]["subject_key"] == Pseudonymiser(SECRET).subject_key("z" * 32)
