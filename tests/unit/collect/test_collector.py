"""The collector: rows are durable before the receipt says so, and everything is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from landed.collect import Collector, Decoded, Pipeline, RawEvent, Rejected, Spool
from landed.errors import SpoolFullError
from landed.privacy import ContextCleaner, Pseudonymiser, Scrubber

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path, max_pending_bytes=1 << 16)
    spool.start()
    yield spool
    spool.close()


@pytest.fixture
def collector(spool: Spool) -> Collector:
    scrubber = Scrubber("US")
    pipeline = Pipeline(Pseudonymiser(bytes(32)), scrubber, ContextCleaner(scrubber))
    return Collector(pipeline, spool, lambda: NOW)


def mixed() -> Decoded:
    denied = RawEvent("b", {}, "u", context={"consent": False})
    broken = Rejected(index=2, path="$", reason="no", content={})
    return Decoded([RawEvent("a", {}, "u"), denied], [broken])


def test_good_and_refused_rows_are_on_disk_when_the_receipt_says_so(
    collector: Collector, spool: Spool
) -> None:
    receipt = collector.submit(mixed(), size=100, source="segment", received_at=NOW)
    receipt.durable.result()
    spool.flush()
    assert {segment.lane for segment in spool.sealed()} == {"events", "quarantine"}
    assert (len(receipt.built.events), receipt.built.withheld) == (1, 1)
    assert collector.counts() == {
        ("segment", "accepted"): 1,
        ("segment", "quarantined"): 1,
        ("segment", "withheld"): 1,
    }


def test_nothing_to_keep_is_durable_at_once(collector: Collector, spool: Spool) -> None:
    receipt = collector.submit(mixed(), size=1, source="a", received_at=NOW, gpc=True)
    assert receipt.durable.done()
    spool.flush()
    assert spool.sealed() == []
    assert collector.counts() == {("a", "withheld"): 3}


def test_do_not_track_is_passed_on(collector: Collector) -> None:
    assert collector.submit(mixed(), size=1, source="a", received_at=NOW, dnt=True).built.withheld


def test_a_full_spool_refuses_and_counts_nothing(tmp_path: Path) -> None:
    scrubber = Scrubber("US")
    pipeline = Pipeline(Pseudonymiser(bytes(32)), scrubber, ContextCleaner(scrubber))
    spool = Spool(tmp_path, max_pending_bytes=10)  # not started: nothing is committed
    collector = Collector(pipeline, spool, lambda: NOW)
    collector.check_room()
    collector.submit(mixed(), size=11, source="a", received_at=NOW)
    counted = dict(collector.counts())
    with pytest.raises(SpoolFullError):
        collector.check_room()
    with pytest.raises(SpoolFullError):
        collector.submit(mixed(), size=1, source="a", received_at=NOW)
    assert collector.counts() == counted
    spool.close()


def test_it_tells_the_servers_time(collector: Collector) -> None:
    assert collector.now() == NOW
