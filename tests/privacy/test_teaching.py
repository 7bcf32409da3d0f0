"""What people say of training, on real servers: the zone follows, at once or when it is back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from tests.privacy.test_allowing import ask, say
from tests.privacy.test_erasure import ADMIN, landed
from tests.serving import Server, serving
from tests.training.sending import a_click, a_resume


def teach(server: Server, *people: str, **more: str) -> None:
    for person in people:
        body = {"events": [a_resume(person, **more), a_click(person, **more)]}
        assert server.post("/api/training/log", body).json()["accepted"] == 2


def zone_rows(server: Server) -> int:
    answer = httpx.get(f"{server.url}/api/training/report", headers=ADMIN, timeout=60)
    return sum(one["rows"] for one in answer.raise_for_status().json() if one["step"] == 0)


def taught(server: Server, person: str) -> list[Any]:
    found: list[Any] = ask(server, "access", {"user_id": person})["training"]
    return found


def removed(server: Server, since: str) -> dict[str, int]:
    address = f"{server.url}/api/training/removed"
    answer = httpx.get(address, params={"since": since}, headers=ADMIN, timeout=60)
    found = answer.raise_for_status().json()
    return {name: found[name] for name in ("withdrawn", "erased", "restricted")}


def test_the_zone_follows_what_people_say(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, LANDED_TRAINING="1") as server:
        server.wait_for("SELECT 1")
        teach(server, "ann", "bob", "cem", "dee")
        assert zone_rows(server) == 8
        run = landed(
            *("training", "export", "set", "--k", "2", "--data", str(data)), folder=tmp_path
        )
        assert run.returncode == 0, run.stderr
        manifest = json.loads((tmp_path / "set" / "manifest.json").read_text())
        parts = {one["table"]: (one["rows"], one["people"]) for one in manifest["tables"]}
        assert parts == {"resume_events": (4, 4), "interactions": (4, 4)}
        assert (manifest["k"], manifest["l"], manifest["consent_version"]) == (2, 1, 0)
        assert pl.read_parquet(tmp_path / "set" / "interactions").height == 4

        say(server, "ann", analytics=False)  # another purpose: nothing happens here
        assert zone_rows(server) == 8
        say(server, "ann", training=False)
        assert zone_rows(server) == 6  # whoever reads it waits until it is done
        assert taught(server, "ann") == []
        ask(server, "restrictions", {"user_id": "bob", "restricted": True})
        assert zone_rows(server) == 4
        assert len(taught(server, "bob")) == 2
        since = manifest["exported_at"]
        assert removed(server, since) == {"withdrawn": 1, "erased": 0, "restricted": 1}
        told = landed("training", "removed", "set", "--data", str(data), folder=tmp_path)
        assert "      1 took their yes back since\n      0 were erased" in told.stdout

        ask(server, "restrictions", {"user_id": "bob", "restricted": False})
        assert zone_rows(server) == 6
        say(server, "ann", training=True)
        zone_rows(server)
        teach(server, "ann")
        assert zone_rows(server) == 8
        answer = httpx.get(f"{server.url}/api/training/removed?since=x", headers=ADMIN)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        naive = httpx.get(
            f"{server.url}/api/training/removed?since=2026-01-01T00:00", headers=ADMIN
        )
        assert (naive.status_code, naive.json()["path"]) == (400, "since"), naive.text


def test_what_was_said_while_the_zone_was_off_is_done_at_its_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, LANDED_TRAINING="1") as server:
        teach(server, "ann", "bob", "cem")
    with serving(data) as server:
        say(server, "ann", training=False)
        ask(server, "restrictions", {"user_id": "bob", "restricted": True})
    # And a person by hand, without a server.
    told = landed(
        *("privacy", "consent", "cem", "--refuse", "training", "--data", str(data)),
        folder=tmp_path,
    )
    assert told.returncode == 0, told.stderr
    with serving(data, LANDED_TRAINING="1") as server:
        end = time.monotonic() + 60
        while zone_rows(server):
            assert time.monotonic() < end
            time.sleep(0.2)
        assert [len(taught(server, one)) for one in ("ann", "bob", "cem")] == [0, 2, 0]


def test_a_folder_that_is_no_set_is_told(tmp_path: Path) -> None:
    for text in (None, "{", '{"exported_at": "2026-01-01T00:00:00", "k": 2, "l": 1}'):
        if text is not None:
            (tmp_path / "manifest.json").write_text(text)
        told = landed(
            *("training", "removed", str(tmp_path), "--data", str(tmp_path / "x")), folder=tmp_path
        )
        assert told.returncode == 1
        assert "no manifest of a training set" in told.stderr
