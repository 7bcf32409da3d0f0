"""`landed migrate`."""

from __future__ import annotations

from rich.console import Console

from landed.cli.local import find_server, opened, settings_for
from landed.cli.options import DataOption

__all__ = ["migrate"]


def migrate(data: DataOption = None) -> None:
    """Bring the store's tables to this version. `landed serve` does it at every start.

    Run it by hand before a roll-out on a server or cluster (LANDED_STORE, LANDED_CLUSTER).
    It can be run any number of times, also by several machines at once. What rewrites a large log
    takes minutes; a terminal shows how many of its parts are left.
    """
    settings = settings_for(data)
    console = Console(highlight=False)
    if settings.store is None and find_server(settings) is not None:
        console.print("The running server has migrated its store at its start; nothing to do.")
        return
    with opened(settings) as services:
        console.print(f"The store is at schema version {services.store.schema_version()}.")
