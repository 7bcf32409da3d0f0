"""Every route with every key: nothing is reachable that the table does not allow."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from landed.api.sessions import SESSION_COOKIE, Viewer, make_session
from landed.privacy import KEY_SCOPES, make_api_key, revoke_api_key
from landed.wiring import Services
from tests.api.access import (
    GROUPS,
    PAGE,
    REMEDY,
    ROLES,
    Operation,
    group_of,
    operations,
    render_page,
)
from tests.api.asking import ADMIN_KEY, WRITE_KEY, Client, make_client

REFUSED = {401, 403}
WAY_IN = next(group for group in GROUPS if group.title == "Sending events")
ANSWERS = next(group for group in GROUPS if group.title == "Answers of flags and experiments")
OPEN = next(group for group in GROUPS if group.title == "Open to everybody")


@pytest.fixture(scope="module")
def own_client(services: Services) -> Iterator[Client]:
    with make_client(services) as client:
        yield client


def make_key(services: Services, scope: str, days: int = 1) -> tuple[str, str]:
    name = f"matrix-{uuid.uuid4().hex[:12]}"
    now = services.clock()
    made = now if days > 0 else now - timedelta(days=2)
    span = timedelta(days=1)
    return name, make_api_key(services.state, name, scope, expires=span, now=made)[0]


@pytest.fixture(scope="module")
def headers(services: Services) -> dict[str, dict[str, str]]:
    """What each role sends."""
    keys = {"write": WRITE_KEY, "admin": ADMIN_KEY, "analyst": services.keys.analyst_key}
    keys |= {f"made {scope}": make_key(services, scope)[1] for scope in KEY_SCOPES}
    keys["expired"] = make_key(services, "admin", days=0)[1]
    name, keys["revoked"] = make_key(services, "admin")
    revoke_api_key(services.state, name, services.clock())
    services.book.refresh()
    viewers = {
        "analyst session": Viewer("analyst"),
        "admin session": Viewer("admin"),
        "person": Viewer("person", uuid.uuid4().hex),
    }
    ends_at = services.clock() + timedelta(hours=1)
    sent = {role: {"Authorization": f"Bearer {key}"} for role, key in keys.items()}
    sent |= {
        role: {"Cookie": f"{SESSION_COOKIE}={make_session(services.keys, viewer, ends_at)}"}
        for role, viewer in viewers.items()
    }
    return {"nobody": {}, **sent}


def status_of(client: Client, one: Operation, headers: dict[str, str]) -> int:
    path = re.sub(r"\{\w+:(?:str|path)\}", f"none-{uuid.uuid4().hex[:8]}", one.path)
    # HEAD is GET without the body, and ends also where GET would go on for ever.
    is_sent = one.method != "GET" or group_of(one) is WAY_IN
    more: dict[str, Any] = {} if one.method == "GET" else {"json": {}}
    client.cookies.clear()
    answer = client.request(
        one.method if is_sent else "HEAD", path, headers=headers, follow_redirects=False, **more
    )
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_reachable_that_the_table_does_not_allow(
    own_client: Client, headers: dict[str, dict[str, str]], role: str
) -> None:
    wrong = []
    for one in set(operations(own_client.app)):
        group = group_of(one)
        status = status_of(own_client, one, headers[role])
        if role in group.roles:
            is_right = status not in REFUSED and status < 500
        elif group is WAY_IN and "Authorization" not in headers[role]:
            # The key may stand in the body, which is read first; this one has none.
            is_right = status in {400, *REFUSED}
        else:
            is_right = status in REFUSED or (one.path == "/me/enter" and status == 429)
        if not is_right:
            wrong.append(f"{one.words}: {status}")
    assert wrong == []


def test_every_role_is_tried(headers: dict[str, dict[str, str]]) -> None:
    assert headers.keys() == ROLES.keys()
    assert {f"made {scope}" for scope in KEY_SCOPES} <= ROLES.keys()


@pytest.mark.parametrize("role", ["write", "made write"])
def test_a_stolen_write_key_can_only_write_and_ask_for_flags(role: str) -> None:
    assert [group for group in GROUPS if role in group.roles] == [OPEN, WAY_IN, ANSWERS]


def test_keys_that_ended_open_what_no_key_opens() -> None:
    for group in GROUPS:
        ended = {"nobody", "expired", "revoked"} & group.roles
        assert len(ended) in {0, 3}


def test_the_page_is_that_of_the_table(own_client: Client) -> None:
    assert PAGE.read_text("utf-8") == render_page(own_client.app), REMEDY
