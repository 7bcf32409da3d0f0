"""The truth of a run: what later metrics, tests and models are checked against."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from landed.demo.accounts import monthly_usd
from landed.demo.parameters import OUTCOMES, TIERS, TRUE
from landed.demo.population import FREE
from landed.demo.scene import Scene
from landed.demo.tally import ARMS, Tally
from landed.demo.vocabulary import LEAVE_REASONS

__all__ = ["build_truth", "write_truth"]

_FUNNEL = (
    ("recommendation_shown", "recommendation_shown"),
    ("recommendation_clicked", "recommendation_clicked"),
    ("application_submitted", "application_submitted"),
    ("interview", "interview"),
    ("offer", "offer"),
)


def build_truth(scene: Scene) -> dict[str, Any]:
    """Gather the parameters and the counts of a scene, ready for JSON."""
    config, tally = scene.config, scene.tally
    return {
        "config": {
            "seed": config.seed,
            "days": config.days,
            "events": config.events,
            "start": config.start.isoformat(),
            "end": config.end.isoformat(),
        },
        "parameters": TRUE.to_dict(),
        "vocabulary": {"tiers": list(TIERS), "outcomes": list(OUTCOMES), "arms": list(ARMS)},
        "counts": _counts(scene),
        "funnel_people": {name: tally.people(what) for name, what in _FUNNEL},
        "lists": _lists(tally),
        "experiment": _experiment(scene),
        "applications": tally.applications_truth(),
        "revenue": _revenue(scene),
        "operations": _operations(scene),
        "success": {
            "income_changes": tally.income_changes,
            "income_gain_usd": tally.income_gain_usd,
        },
    }


def _counts(scene: Scene) -> dict[str, Any]:
    return {
        "total": scene.tally.total,
        "events": dict(sorted(scene.tally.events.items())),
        "people_by_event": scene.tally.people_by_event(),
        "seekers": scene.people.seekers,
        "recruiters": scene.people.recruiters,
        "sessions": scene.tally.events.get("session_started", 0),
        "by_day": _by_day(scene),
    }


def _by_day(scene: Scene) -> dict[str, int]:
    """Events per UTC day."""
    dates = [_iso(day.opens)[:10] for day in scene.days]
    return dict(zip(dates, scene.tally.by_day.tolist(), strict=True))


def _lists(tally: Tally) -> dict[str, Any]:
    """By arm, then by order of the list: one entry per position."""
    return {
        "examination": list(TRUE.examination),
        "by_arm": {
            arm: {
                order: {
                    "impressions": int(tally.impressions[code, place]),
                    "clicks": tally.clicks[code, place].tolist(),
                    "relevance_sum": tally.relevance[code, place].tolist(),
                }
                for place, order in enumerate(("ranked", "shuffled"))
            }
            for code, arm in enumerate(ARMS)
        },
        "by_tier": {
            tier: {
                "impressions": int(tally.tier_impressions[code]),
                "clicks": int(tally.tier_clicks[code]),
            }
            for code, tier in enumerate(TIERS)
        },
    }


def _experiment(scene: Scene) -> dict[str, Any]:
    people, tally = scene.people, scene.tally
    exposed = people.exposed_at > 0
    return {
        "experiment_id": TRUE.experiment_id,
        "starts_at": _iso(scene.experiment_start),
        "click_lift": TRUE.click_lift,
        "application_lift_given_click": TRUE.application_lift,
        "application_lift_per_impression": (1 + TRUE.click_lift) * (1 + TRUE.application_lift) - 1,
        "arms": {
            arm: {
                "exposed": int((exposed & (people.arm == treated)).sum()),
                "converted": int((people.converted & (people.arm == treated)).sum()),
                "applications": int(tally.applications_by_arm[1 + treated]),
                "eventual_interviews": int(tally.eventual_interviews_by_arm[1 + treated]),
            }
            for treated, arm in enumerate(("control", "treatment"))
        },
    }


def _revenue(scene: Scene) -> dict[str, Any]:
    plan = scene.people.plan[scene.people.plan != FREE]
    mrr = float(np.round(monthly_usd(plan).sum(), 2))
    tally = scene.tally
    return {
        "mrr_usd": mrr,
        "arr_usd": round(12 * mrr, 2),
        "subscribers": len(plan),
        "started": tally.started,
        "changed": tally.changed,
        "cancelled": int(tally.cancelled.sum()),
        "cancelled_by_reason": dict(zip(LEAVE_REASONS, tally.cancelled.tolist(), strict=True)),
    }


def _operations(scene: Scene) -> dict[str, Any]:
    tally = scene.tally
    low, high = scene.bad_deployment
    return {
        "bad_deployment": {
            "starts_at": _iso(low),
            "ends_at": _iso(high),
            "slowdown": TRUE.bad_slowdown,
            "error_rate": TRUE.bad_error_rate,
            "requests": int(tally.requests[1]),
            "failures": int(tally.failures[1]),
        },
        "otherwise": {
            "error_rate": TRUE.request_error_rate,
            "requests": int(tally.requests[0]),
            "failures": int(tally.failures[0]),
        },
        "llm_cost_usd": round(tally.llm_cost_usd, 6),
    }


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def write_truth(path: Path, known: dict[str, Any]) -> None:
    """Write the truth beside the data, as readable JSON; a reader never sees half a file.

    Args:
        path: The file, usually `truth.json` in the data folder.
        known: From `Market.truth` or `truth`.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> write_truth(folder / "truth.json", {"seed": 1})
        >>> json.loads((folder / "truth.json").read_text())
        {'seed': 1}
    """
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    os.replace(draft, path)  # noqa: PTH105 - the atomic step is the point
