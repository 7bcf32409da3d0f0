"""The demo market without all that an experiment on its lists does not need: to play it often.

Its people, lists, clicks, applications and outcomes come from the demo's own functions, with the
same parameters and so the same truth; what the hosts' servers, CVs and payments do is left out,
and so are the days before the experiment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from landed.demo import Market, MarketConfig, to_batch
from landed.demo.frames import Frame
from landed.demo.ranking import play_lists
from landed.demo.scene import Scene, Turn, build_scene
from landed.demo.visits import draw_visits
from landed.experiments import Experiment, Phase, Primary, Split, Variant
from landed.privacy import Pseudonymiser
from landed.store import Store

EVENTS_PER_SESSION = 23
LISTS = frozenset(
    (
        "experiment_exposed",
        "recommendation_shown",
        "recommendation_clicked",
        "recommendation_applied",
    )
)


class LeanMarket(Market):
    """Only the lists, from the start of the experiment to the market's end, in one slice."""

    def _frames(self) -> Iterator[list[Frame]]:
        self._scene, self._events = build_scene(self._config), 0
        frames: list[Frame] = []
        for turn in _turns(self._scene):
            visits = draw_visits(turn, _sessions(self._scene, turn))
            play_lists(turn, visits)
            frames += [_bare(part) for part in map(self._cut, turn.frames) if part.event in LISTS]
        yield [part for part in frames if len(part)]

    @property
    def scene(self) -> Scene:
        """What was played."""
        return self._scene


def _bare(part: Frame) -> Frame:
    """Only an exposure needs its properties; those of a list take most of an insert's time."""
    return part if part.event == "experiment_exposed" else replace(part, columns={})


def _turns(scene: Scene) -> Iterator[Turn]:
    for day in scene.days:
        if day.closes > scene.experiment_start:
            rng = np.random.default_rng([scene.config.seed, 1 + day.index])
            yield Turn(scene, day, rng, [])


def _sessions(scene: Scene, turn: Turn) -> int:
    share = turn.day.weight / sum(day.weight for day in scene.days)
    return round(scene.config.events / EVENTS_PER_SESSION * share)


def store_market(store: Store, market: Market, *, token: str) -> None:
    """Play a market into a store."""
    pseudonymiser = Pseudonymiser(bytes(32))
    for number, part in enumerate(market.slices()):
        batch = to_batch(part, pseudonymiser)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        store.insert("events", bytes(sink.getvalue()), token=f"{token}/{number}")


def lean(seed: int, events: int, end: datetime, days: int = 60) -> LeanMarket:
    """A lean market of a size: as many lists as a whole market of so many events has."""
    return LeanMarket(MarketConfig(seed=seed, days=days, events=events, end=end))


def ranking_v2(market: Market) -> Experiment:
    """The demo's experiment, as its plan would have been written down."""
    known = market.truth()["experiment"]
    started_at = datetime.fromisoformat(known["starts_at"])
    split = Split(salt=known["experiment_id"], weights=(0.5, 0.5))
    return Experiment(
        key=known["experiment_id"],
        hypothesis="The second ranking shows jobs that fit better.",
        variants=(Variant(key="control"), Variant(key="treatment")),
        phases=(Phase(split=split, started_at=started_at),),
        primary=Primary(metric="click_through_rate", direction="increase"),
        secondary=("application_rate",),
        mde=0.1,
        horizon_weeks=5,
        state="running",
    )
