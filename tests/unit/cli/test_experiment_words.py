"""What the terminal says of a result: assignments where they are known, no number that misleads."""

from __future__ import annotations

import pytest

from landed.cli.experiment_words import print_result
from landed.experiments.analysis.results import Verdict
from tests.unit.dashboard.experiment_results import a_health, a_result


def test_assignments_that_were_reported_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    health = a_health(
        assigned={"control": 2500, "tips": 2501}, unexposed={"control": 400, "tips": 9}
    )
    print_result(a_result(health=health))
    told = capsys.readouterr().out
    assert "Assigned: 5,001 units, of which 409 have met no variant." in told
    assert "click_through_rate" in told


def test_of_what_cannot_be_trusted_no_number_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    words = "Do not read the result: before anybody was exposed, clicks in tips differ."
    verdict = Verdict(kind="untrusted", words=words)
    health = a_health(unlike=(("clicks in tips", 1e-6),), past_p=1e-6)
    print_result(a_result(health=health, verdict=verdict))
    told = capsys.readouterr().out
    assert "Do not read the result" in told
    assert "click_through_rate" not in told
    assert "Assigned" not in told
