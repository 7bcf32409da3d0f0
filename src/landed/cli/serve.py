"""`landed serve`."""

from __future__ import annotations

import asyncio

from rich.console import Console

from landed.cli.local import settings_for
from landed.cli.options import DataOption, HostOption, PortOption
from landed.config import Settings
from landed.wiring import Services

__all__ = ["serve", "show_welcome"]

_LOOK_SECONDS = 0.1


def serve(host: HostOption = None, port: PortOption = None, data: DataOption = None) -> None:
    """Run the server: take events, keep them, show what they mean.

    Nothing need be configured: the engine, the keys and the tables are made at first start.

    Examples:

        landed serve

        landed serve --host 0.0.0.0 --port 80 --data /var/lib/landed

        LANDED_STORE=clickhouses://user:password@ch.example:8443/landed landed serve
    """
    from landed.cli.server import run_server  # noqa: PLC0415 - a second that no other command shall pay

    settings = settings_for(data, host=host, port=port)
    run_server(settings, alongside=welcome)


async def welcome(services: Services, url: str) -> None:
    """Tell a person at the terminal where things are."""
    show_welcome(services.settings, url, write_key=services.keys.write_key)
    while not services.store_ready.done():  # noqa: ASYNC110 - the future is a thread's
        await asyncio.sleep(_LOOK_SECONDS)
    services.store_ready.result()
    Console(stderr=True).print("[green]●[/] store ready", highlight=False)


def show_welcome(settings: Settings, url: str, *, write_key: str) -> None:
    """Print address, write key and where the admin key lies."""
    console = Console(stderr=True, highlight=False)
    console.print(f"\n[bold]landed[/] listens on [bold cyan]{url}[/]")
    console.print(f"  write key   {write_key}")
    console.print("  admin key   `landed keys show admin` prints it")
    console.print(f"  data        {settings.data}")
    if settings.open_writes:
        console.print("  open        single events from this machine need no key")
    console.print("  stop        Ctrl-C\n")
