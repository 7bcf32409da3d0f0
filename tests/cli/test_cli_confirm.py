"""`landed privacy confirm`: what was asked for at /me, answered at a server and in a folder."""

from __future__ import annotations

from pathlib import Path

import httpx

from landed.cli.local import opened
from landed.config import Settings
from landed.state import AuditWish
from landed.wiring import take_own_erasure
from tests.cli.commands import landed
from tests.cli.conftest import Running
from tests.serving import ADMIN_KEY

ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}


def ask_at_own_page(url: str, user_id: str) -> str:
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as browser:
        made = browser.post("/api/admin/person-link", json={"user_id": user_id}, headers=ADMIN)
        page = browser.get(made.json()["path"], headers={"Accept": "text/html"}).text
        seal = page.partition('name="seal" value="')[2].partition('"')[0]
        browser.post("/me/erasure", data={"seal": seal, "answer": "yes", "sure": "yes"})
    listed = httpx.get(f"{url}/api/privacy/erasures", headers=ADMIN, timeout=60).json()
    return next(str(one["request_id"]) for one in listed if one["state"] == "asked")


def test_at_a_server(running: Running) -> None:
    request_id = ask_at_own_page(running.server.url, "asks-at-a-server")
    assert (
        f"{request_id}  erasure  asked" in landed("privacy", "report", "--data", running.data).out
    )
    run = landed("privacy", "confirm", request_id, "--decline", "--data", running.data)
    assert (run.code, run.out) == (0, f"{request_id} is declined.\n")
    again = landed("privacy", "confirm", request_id, "--data", running.data)
    assert again.code == 1
    assert "is declined" in again.err


def test_in_a_folder(tmp_path: Path) -> None:
    with opened(Settings(data=tmp_path)) as services:
        key = services.subject_key("asks-in-a-folder")
        request_id = take_own_erasure(services, key, b"").request_id
    run = landed("privacy", "confirm", request_id, "--data", tmp_path)
    assert (run.code, run.out) == (0, f"{request_id} is received.\n")
    assert "no request" in landed("privacy", "confirm", "nonsense", "--data", tmp_path).err
    with opened(Settings(data=tmp_path)) as services:
        rows = services.audit.fetch(AuditWish(action="confirm_erasure"))
    assert {row.actor for row in rows} == {"command line"}
