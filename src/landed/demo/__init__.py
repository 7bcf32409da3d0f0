"""The demo market: a simulated career market whose truth is known.

People sign up, work on CVs, see ranked recommendations, click, apply, wait for interviews
and offers, pay and leave; servers run well but for one bad deployment; an A/B test runs
with a known lift. All of it follows from a seed. `simulate` streams the log in slices,
`to_batch` makes rows for the store, `truth` tells the parameters and exact counts that a
metric or a model must find again, and `live_events` keeps a page moving.
docs/demo-market.md has the formulas.
"""

from landed.demo.batch import SOURCE, to_batch
from landed.demo.experiment import demo_experiment, demo_flag
from landed.demo.live import live_events
from landed.demo.market import Market, simulate, truth
from landed.demo.parameters import TRUE, Delay, Parameters
from landed.demo.truth import write_truth
from landed.demo.types import MarketConfig, MarketEvents

__all__ = [
    "SOURCE",
    "TRUE",
    "Delay",
    "Market",
    "MarketConfig",
    "MarketEvents",
    "Parameters",
    "demo_experiment",
    "demo_flag",
    "live_events",
    "simulate",
    "to_batch",
    "truth",
    "write_truth",
]
