"""What runs by the clock beside the server: samples of its load, alerts, erasure, experiments.

Tasks of the server's own event loop, since each wakes up for milliseconds; what waits for a
network or the store does so in a thread.
"""

from __future__ import annotations

from landed.jobs.erasing import erase_now
from landed.jobs.experimenting import look_at_experiments, note_told
from landed.jobs.outlets import Outlets, open_outlets
from landed.jobs.reports import next_report_at, send_report
from landed.jobs.running import running_jobs

__all__ = [
    "Outlets",
    "erase_now",
    "look_at_experiments",
    "next_report_at",
    "note_told",
    "open_outlets",
    "running_jobs",
    "send_report",
]
