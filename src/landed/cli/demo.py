"""`landed demo`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import typer
from rich.console import Console

from landed.cli.checkpoints import progress_bar
from landed.cli.local import opened, settings_for, wait_until_stored
from landed.cli.options import HostOption, PortOption
from landed.cli.serve import show_welcome
from landed.collect.decode import decode_own
from landed.config import Settings
from landed.demo import (
    Market,
    MarketConfig,
    demo_experiment,
    demo_flag,
    live_events,
    to_batch,
)
from landed.errors import InvalidInputError, LandedError
from landed.wiring import Services, utc_now
from landed.wiring.demonstrating import keep_definitions

__all__ = ["demo"]

_ROOM_SECONDS = 600.0
_EVENTS_PER_SECOND = 3.0
_ACTOR = "landed demo"
_DEFAULT_FOLDER = Path("landed-demo")


def demo(
    events: Annotated[int, typer.Option(help="How many events, about.")] = 300_000,
    days: Annotated[int, typer.Option(help="Length of the simulated past.")] = 90,
    seed: Annotated[int, typer.Option(help="Another seed is another market.")] = 1,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder to fill. [landed-demo]")
    ] = None,
    host: HostOption = None,
    port: PortOption = None,
    serve: Annotated[bool, typer.Option(help="Show the dashboard when the data are there.")] = True,
) -> None:
    """Make a simulated career market, load it like live traffic, and show its dashboard.

    What is true of the market is written beside the data, in truth.json. A folder that holds
    the market already is only served.

    Examples:

        landed demo

        landed demo --events 10_000_000 --days 365 --data /tmp/big --no-serve
    """
    settings = settings_for(
        data or _DEFAULT_FOLDER, host=host, port=port, open_dashboard=True, open_writes=True
    )
    config = _config(
        settings.data, MarketConfig(seed=seed, days=days, events=events, end=utc_now())
    )
    if _complete(settings.data):
        console = Console(stderr=True, highlight=False)
        console.print(f"{settings.data} holds the market already.", markup=False, soft_wrap=True)
    else:
        _load(settings, config)
    if serve:
        from landed.cli.server import run_server  # noqa: PLC0415 - as in `landed serve`

        run_server(settings, alongside=lambda services, url: _live(services, url, config))


def _marker(data: Path) -> Path:
    return data / "demo.json"


def _complete(data: Path) -> bool:
    return bool(json.loads(_marker(data).read_text())["complete"])


def _config(data: Path, asked: MarketConfig) -> MarketConfig:
    """The market that the folder holds, or the one that is asked for, noted in the folder."""
    try:
        held = msgspec.json.decode(_marker(data).read_bytes())["market"]
    except FileNotFoundError:
        _note(data, asked, complete=False)
        return asked
    config = msgspec.convert(held, MarketConfig)
    if (config.seed, config.days, config.events) != (asked.seed, asked.days, asked.events):
        raise InvalidInputError(
            f"{data} holds another market (seed {config.seed}, {config.days} days, "
            f"{config.events:,} events). Choose another folder with --data, or delete this one."
        )
    return config


def _note(data: Path, config: MarketConfig, *, complete: bool) -> None:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = msgspec.json.encode({"market": msgspec.to_builtins(config), "complete": complete})
    fresh = _marker(data).with_suffix(".new")
    fresh.write_bytes(text)
    fresh.replace(_marker(data))


def _load(settings: Settings, config: MarketConfig) -> None:
    market = Market(config)
    with opened(settings) as services, progress_bar(Console(stderr=True)) as progress:
        pseudonymiser = services.fresh_pipeline().pseudonymiser
        task = progress.add_task("simulating and loading", total=config.events)
        loaded = 0
        for chunk in market.slices():
            services.spool.append_when_room(
                "events", to_batch(chunk, pseudonymiser), timeout=_ROOM_SECONDS
            )
            loaded += len(chunk)
            progress.update(task, completed=min(loaded, config.events))
        progress.update(task, completed=config.events, description="waiting for the store")
        wait_until_stored(services)
        keep_definitions(services, [demo_experiment(config), demo_flag()], _ACTOR)
    truth = settings.data / "truth.json"
    truth.write_text(json.dumps(market.truth(), indent=2))
    _note(settings.data, config, complete=True)
    Console(stderr=True, highlight=False).print(f"{loaded:,} events; what is true of them: {truth}")


async def _live(services: Services, url: str, config: MarketConfig) -> None:
    """Keep the page moving: a few plausible events a second, until the server stops."""
    show_welcome(services.settings, url, write_key=services.keys.write_key)
    Console(stderr=True, highlight=False).print(f"  [bold]open        {url}/overview[/]\n")
    rng = np.random.default_rng()
    for event in live_events(config, rng, datetime.now(UTC)):
        await asyncio.sleep(float(rng.exponential(1 / _EVENTS_PER_SECOND)))
        event["occurred_at"] = services.clock().isoformat()
        body = msgspec.json.encode({"events": [event]})
        with contextlib.suppress(LandedError):
            received_at = services.clock()
            services.collector.submit(
                decode_own(body, received_at=received_at),
                size=len(body),
                source="demo",
                received_at=received_at,
            )
