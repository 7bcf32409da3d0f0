"""A clean environment for commands, and one server for those that need one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.serving import ADMIN_KEY, WRITE_KEY, Server, serving


@pytest.fixture(autouse=True, scope="module")
def plain_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("LANDED_"):
                patch.delenv(name)
        patch.setenv("LANDED_PORT", "0")
        patch.setenv("LANDED_WRITE_KEY", WRITE_KEY)
        patch.setenv("LANDED_ADMIN_KEY", ADMIN_KEY)
        patch.setenv("COLUMNS", "250")
        yield


@dataclass(frozen=True)
class Running:
    """A server and the folder that it owns."""

    server: Server
    data: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("running")
    with serving(data, LANDED_OPEN_DASHBOARD="1") as server:
        yield Running(server, data)
