from __future__ import annotations

from typing import Any

import pytest

from landed.api import guard_hosts, trust_proxies
from landed.errors import InvalidInputError


class Told:
    """An application that notes whom it takes the other side for."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert receive is send is None
        self.seen.append((scope["client"][0], scope["scheme"]))


def scope(client: str, **headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": "http",
        "client": (client, 5),
        "headers": [
            (name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()
        ],
    }


SAID = {"x_forwarded_for": "198.51.100.9", "x_forwarded_proto": "https"}


async def test_only_a_named_proxy_is_believed() -> None:
    told = Told()
    app = trust_proxies(told, ["10.0.0.0/24", "192.0.2.7"])
    for client in ("10.0.0.3", "192.0.2.7", "10.0.1.3", "198.51.100.1"):
        await app(scope(client, **SAID), None, None)  # type: ignore[arg-type] # a made-up request
    believed = ("198.51.100.9", "https")
    assert told.seen == [believed, believed, ("10.0.1.3", "http"), ("198.51.100.1", "http")]


async def test_a_client_cannot_put_an_address_before_its_own() -> None:
    told = Told()
    app = trust_proxies(told, ["10.0.0.1"])
    forged = {**SAID, "x_forwarded_for": "127.0.0.1, 198.51.100.9"}
    await app(scope("10.0.0.1", **forged), None, None)  # type: ignore[arg-type] # a made-up request
    assert told.seen == [("198.51.100.9", "https")]


def test_nobody_is_believed_and_any_name_answered_unless_told() -> None:
    told = Told()
    assert trust_proxies(told, []) is told
    assert guard_hosts(told, []) is told


@pytest.mark.parametrize("proxy", ["*", "proxy.internal", "10.0.0.0/40", "10.0.0.1:80"])
def test_what_is_no_address_is_refused(proxy: str) -> None:
    with pytest.raises(InvalidInputError, match="LANDED_TRUSTED_PROXIES"):
        trust_proxies(Told(), [proxy])


@pytest.mark.parametrize(
    ("hosts", "passes"),
    [
        ([b"jobs.example"], True),
        ([b"JOBS.example:443"], True),
        ([b"[::1]:8000"], True),
        ([b"[::1]"], True),
        ([b"localhost:1"], True),
        ([b"jobs.example", b"jobs.example"], False),
        ([b"jobs.example", b"evil.example"], False),
        ([b"jobs.example:x"], False),
        ([b"jobs.example@evil.example"], False),
        ([b"\xff"], False),
        ([], False),
    ],
)
async def test_one_known_name_is_asked_for_or_nothing_is_answered(
    hosts: list[bytes], *, passes: bool
) -> None:
    told, sent = Told(), []
    asked = {**scope("10.0.0.1"), "headers": [(b"host", host) for host in hosts]}

    async def send(message: Any) -> None:
        sent.append(message)

    app = guard_hosts(told, ["jobs.example"])
    await app(asked, None, None if passes else send)  # type: ignore[arg-type] # a made-up request
    assert bool(told.seen) is passes
    if not passes:
        assert sent[0]["status"] == 421
        assert dict(sent[0]["headers"])[b"content-length"] == str(len(sent[1]["body"])).encode()
