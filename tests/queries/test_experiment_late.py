"""Interviews that come weeks later: the estimate finds what a plain share of so far does not."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from landed.experiments import Primary
from landed.experiments.analysis import analyse
from landed.store import Store
from tests.queries.event_rows import an_event, as_stream, at
from tests.queries.experiment_rows import a_running_experiment, an_exposure

PEOPLE = 3000
CHANCES = {"control": 0.2, "tips": 0.35}
"""Of an interview for each application, at once or within three weeks."""


@pytest.mark.simulation
def test_young_applications_fool_the_plain_share_only(store: Store) -> None:
    rng = np.random.default_rng(5)
    rows = []
    # What will have become of those that were sent until then.
    eventual: dict[str, list[bool]] = {arm: [] for arm in CHANCES}
    for person in range(PEOPLE):
        arm = ("control", "tips")[person % 2]
        exposed = at(1) + timedelta(days=float(rng.uniform(0.1, 28)))
        rows.append(an_exposure(f"p{person}", arm, exposed))
        for number in range(int(rng.integers(1, 3))):
            sent = exposed + timedelta(days=float(rng.uniform(0, 2)))
            name = f"{person}-{number}"
            rows.append(an_event("application_submitted", f"p{person}", sent, application_id=name))
            succeeds = bool(rng.random() < CHANCES[arm])
            if sent < at(29):
                eventual[arm].append(succeeds)
            if succeeds:
                known = sent + timedelta(days=float(rng.uniform(3, 20)))
                rows.append(
                    an_event(
                        "application_outcome_recorded",
                        f"p{person}",
                        known,
                        application_id=name,
                        outcome_type="interview_scheduled",
                    )
                )
    store.insert("events", as_stream(rows), token="rows")
    experiment = a_running_experiment(
        primary=Primary(metric="interview_rate", direction="increase"), maturation_days=21
    )
    result = analyse(store, experiment, as_of=at(29))
    late = result.metrics[0].late
    assert late is not None
    assert late.matured_share["tips"] < 0.6
    shares = {arm: float(np.mean(known)) for arm, known in eventual.items()}
    for arm, share in shares.items():
        estimate, naive = late.incidence[arm], late.naive[arm]
        assert estimate is not None
        assert naive is not None
        assert estimate.ci_low < share < estimate.ci_high
        assert naive < estimate.ci_low
    difference, truth = late.differences["tips"], shares["tips"] - shares["control"]
    assert difference is not None
    assert difference.ci_low < truth < difference.ci_high
    assert (late.naive["tips"] or 0) - (late.naive["control"] or 0) < 0.75 * truth
    matured = result.metrics[0].comparisons[0].absolute
    assert matured is not None
    assert matured.ci_low < truth < matured.ci_high
