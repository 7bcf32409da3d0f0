"""Nothing raw on the disk: canaries in every field of every event, then a search of every byte.

The same folder is served three times: with the engine, with a store that is away (so that
the spool holds everything), and with the engine again, which takes what was spooled.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from landed.events import PLAN
from landed.store.supervisor import free_port
from tests.privacy.planting import ALLOWED, CANARIES, NAMES, Canary, traces
from tests.privacy.senders import send_all, send_broken
from tests.serving import ADMIN_KEY, WRITE_KEY, Server, wait_until_ready

EVERYONE = (*CANARIES, *NAMES)
TABLES = """
SELECT database, name FROM system.tables
WHERE engine LIKE '%MergeTree' OR engine LIKE '%Log' ORDER BY database, name
"""


@dataclass(frozen=True)
class Left:
    """What three runs of the server left behind.

    Attributes:
        data: The data folder.
        spooled: Copy of the spool while the store was away.
        logs: Standard error of the servers.
        dump: Every row of every table, as text.
        sent: How many events were planted.
    """

    data: Path
    spooled: Path
    logs: Path
    dump: Path
    sent: int


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    base = tmp_path_factory.mktemp("canaries")
    left = Left(base / "data", base / "spooled", base / "logs", base / "dump", 0)
    left.logs.mkdir()
    left.dump.mkdir()
    with logged(left) as server:
        sent = send_all(server)
        send_broken(server)
        send_twins(server)
        import_history(left, base)
    with logged(left, LANDED_STORE=f"clickhouse://default:x@127.0.0.1:{free_port()}/x") as server:
        sent += send_all(server)
        send_broken(server)
        (left.dump / "metrics").write_text(httpx.get(f"{server.url}/metrics").text)
    shutil.copytree(left.data / "spool", left.spooled)
    with logged(left) as server:
        wait_until_drained(server)
        dump_tables(server, left.dump)
    return Left(left.data, left.spooled, left.logs, left.dump, sent)


@contextmanager
def logged(left: Left, **settings: str) -> Iterator[Server]:
    """Serve the folder at the chattiest log level, all that is written kept in a file."""
    log = left.logs / f"server-{len([*left.logs.iterdir()])}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            landed("serve", "--port", "0", "--data", str(left.data)),
            env=environment(**settings),
            stdout=output,
            stderr=output,
        )
        try:
            yield wait_until_ready(process, left.data, store="LANDED_STORE" not in settings)
        finally:
            process.terminate()
            process.wait(timeout=60)


def landed(*words: str) -> list[str]:
    return [sys.executable, "-m", "landed", *words]


def environment(**settings: str) -> dict[str, str]:
    keys = {"LANDED_WRITE_KEY": WRITE_KEY, "LANDED_ADMIN_KEY": ADMIN_KEY}
    # Canaries are sent as keys too, which looks like guessing.
    keys["LANDED_LOCK_OUT_GUESSES"] = "0"
    found = os.environ | keys | {"LANDED_LOG_LEVEL": "debug", **settings}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def import_history(left: Left, base: Path) -> None:
    """Import a file with a canary in each column; some rows cannot be taken."""
    columns = ["who", "session", "message", "what", "note", "when"]
    rows = [dict.fromkeys(columns, canary.text) for canary in CANARIES]
    good = [{**row, "when": "2026-05-01T12:00:00Z"} for row in rows]
    file, mapping = base / "history.jsonl", base / "map.toml"
    file.write_text("".join(json.dumps(row) + "\n" for row in (*rows, *good)))
    mapping.write_text(
        '[event]\ncolumn = "what"\n[envelope]\nuser_id = "who"\nsession_id = "session"\n'
        'message_id = "message"\noccurred_at = "when"\n[properties]\nremark = "note"\n'
    )
    command = landed("import", str(file), "--map", str(mapping), "--data", str(left.data))
    with (left.logs / "import.log").open("wb") as log:
        subprocess.run(command, env=environment(), stdout=log, stderr=log, check=True)
    assert [*(left.data / "imports").iterdir()]


def send_twins(server: Server) -> None:
    """The same person through three forms."""
    body = {"event": "twin_seen", "properties": {"marker": ALLOWED}}
    for path, person in (
        ("/v1/track", {"userId": CANARIES[0].text}),
        ("/capture", {"distinct_id": CANARIES[0].text}),
        ("/api/analytics/events", {"user_id": CANARIES[0].text}),
    ):
        assert server.post(path, {**body, **person}).status_code == httpx.codes.OK


def wait_until_drained(server: Server) -> None:
    """Wait until the store has everything that was spooled."""
    end = time.monotonic() + 60
    while spooled_segments(server):
        assert time.monotonic() < end, "the spool is not empty"
        time.sleep(0.1)


def spooled_segments(server: Server) -> bool:
    """Whether segments wait for the store."""
    figures = dict(
        line.rsplit(" ", 1)
        for line in httpx.get(f"{server.url}/metrics").text.splitlines()
        if not line.startswith("#")
    )
    return float(figures["landed_spool_segments"]) > 0


def dump_tables(server: Server, folder: Path) -> None:
    """Write every row of every table, decompressed."""
    for table in server.sql(TABLES):
        name = f"{table['database']}.{table['name']}"
        answer = httpx.post(
            f"{server.url}/api/admin/sql",
            json={"sql": f"SELECT * FROM {name}", "format": "csv"},  # noqa: S608 - its own tables
            headers={"Authorization": f"Bearer {ADMIN_KEY}"},
            timeout=60,
        )
        (folder / name).write_bytes(answer.raise_for_status().content)


def rows(left: Left, table: str) -> list[str]:
    return (left.dump / f"landed.{table}").read_text().splitlines()[1:]


def test_no_canary_is_in_any_byte_on_the_disk(left: Left) -> None:
    assert traces([left.data, left.spooled, left.logs, left.dump], EVERYONE) == []


def test_the_search_finds_what_is_there(left: Left) -> None:
    allowed = [Canary("allowed", ALLOWED, (ALLOWED,))]
    found = traces([left.spooled, left.dump], allowed)
    assert "allowed in landed.events" in found
    assert "allowed in landed.quarantine" in found
    assert any(place.startswith("allowed in events/") for place in found)
    assert any(place.startswith("allowed in quarantine/") for place in found)


@pytest.mark.parametrize("canary", EVERYONE, ids=lambda canary: canary.kind)
def test_the_search_would_find_each_canary(canary: Canary, tmp_path: Path) -> None:
    (tmp_path / "leak").write_text(
        f"\x00{canary.text.upper()}" if canary.text.isascii() else canary.text
    )
    assert traces([tmp_path], [canary]) == [f"{canary.kind} in leak"]


def test_every_planted_event_is_in_one_of_the_two_tables(left: Left) -> None:
    events = rows(left, "events")
    assert {name for name in PLAN if any(row.startswith(f'"{name}",') for row in events)} == set(
        PLAN
    )
    assert any('"import"' in row for row in events)
    assert len(events) + len(rows(left, "quarantine")) >= left.sent


def test_a_person_is_the_same_in_every_form(left: Left) -> None:
    twins = [row.split(",")[2] for row in rows(left, "events") if row.startswith('"twin_seen",')]
    assert len(twins) == 3
    assert len(set(twins)) == 1


@pytest.mark.parametrize("canary", EVERYONE, ids=lambda canary: canary.kind)
def test_no_needle_is_found_by_chance(canary: Canary) -> None:
    assert all(not re.fullmatch("[a-z0-9]{,5}", needle) for needle in canary.needles)
