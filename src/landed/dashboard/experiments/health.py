"""Whether an experiment's data can be trusted, in words: before anything else is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from landed.dashboard.grids import Column, Grid, show_grid
from landed.dashboard.types import Check, TableView
from landed.experiments.analysis.results import Health, Result

__all__ = ["build_checks", "build_shares", "hidden_words", "is_hidden"]

_CROSSED_SHARE: Final = 0.01
_TINY: Final = 0.0001
_FAILED: Final = (
    "A health check failed, so that every effect would compare different people. Look at what it "
    "says, mend it, and rerun: what is missing does not come back."
)
_UNEVEN: Final = (
    "When variants have other sizes than were dealt, some units are missing from one of them, and "
    "never at random: every effect would compare different people. So none is shown."
)
_LOOK_AT: Final = (
    "Look at: a variant that crashes, is slower or redirects before the exposure is sent; "
    "exposures that are sent from another place for each variant; bots and caches; weights that "
    "were changed in the code. Mend it, and rerun: what is missing does not come back."
)


def is_hidden(result: Result) -> bool:
    """Whether a failed check hides every effect.

    Args:
        result: What is known.
    """
    return result.health.srm_failed or result.verdict.kind == "untrusted"


def build_checks(one: Health) -> tuple[Check, ...]:
    """Write the checks, each with what it says.

    Args:
        one: The health.

    Examples:
        >>> [check.is_well for check in build_checks(Health(units={}, expected_shares={}))]
        [True, True, True, True, True]
    """
    checks = (
        _srm(one),
        Check(
            name="One variant each",
            is_well=one.crossed_share <= _CROSSED_SHARE,
            note="nobody was seen in two variants"
            if not one.crossed
            else f"{_counted(one.crossed, 'unit')} ({one.crossed_share:.2%}) seen in two variants; "
            "left out",
        ),
        Check(
            name="Known variants",
            is_well=not one.stray,
            note="every exposure names a variant that is dealt"
            if not one.stray
            else f"{_counted(one.stray, 'exposure')} to a variant without weight, or to none",
        ),
        Check(
            name="In its time",
            is_well=True,
            note="; ".join(_other_times(one)) or "no exposure before or after the phase",
        ),
        _alike(one),
    )
    return (*checks, _assigned(one)) if one.assigned else checks


def _other_times(one: Health) -> Iterator[str]:
    if one.outside:
        yield f"{_counted(one.outside, 'exposure')} before or after the phase, not counted"
    if one.earlier:
        are = "person is" if one.earlier == 1 else "people are"
        yield f"{one.earlier:,} {are} left out, known to the run before its weights changed"


def _srm(one: Health) -> Check:
    if one.srm_p is None:
        return Check(
            name="Dealt as planned", is_well=True, note="too few units to tell (sample ratio)"
        )
    chance = "below 1 in 10,000" if one.srm_p < _TINY else f"p = {one.srm_p:.3g}"
    said = "uneven beyond chance" if one.srm_failed else "as the weights promise"
    return Check(
        name="Dealt as planned",
        is_well=not one.srm_failed,
        note=f"{said} (sample ratio, {chance})",
    )


def _alike(one: Health) -> Check:
    note = "too little is known of the time before exposure to tell"
    if one.past_p is not None:
        note = f"no metric differs in the time before exposure (the most: p = {one.past_p:.3g})"
    if one.unlike:
        differ = ", ".join(f"{name} (p = {p:.2g})" for name, p in one.unlike)
        note = f"before exposure the variants differ beyond chance: {differ}"
    return Check(name="Alike before", is_well=not one.unlike, note=note)


def _assigned(one: Health) -> Check:
    dealt, missing = sum(one.assigned.values()), sum(one.unexposed.values())
    note = f"{missing:,} of {_counted(dealt, 'assigned unit')} have met no variant; not counted"
    if one.assigned_srm_failed:
        note = f"assigned unevenly beyond chance (p = {one.assigned_srm_p:.3g}); {note}"
    return Check(name="Met what was dealt", is_well=not one.assigned_srm_failed, note=note)


def build_shares(one: Health, names: Mapping[str, str]) -> TableView:
    """Write units by variant beside what the weights promise.

    Args:
        one: The health.
        names: What people call the variants.
    """
    whole = sum(one.units.values())
    rows = tuple(
        (
            names.get(variant, variant),
            units,
            units / whole if whole else None,
            one.expected_shares.get(variant, 0.0),
            *((one.assigned.get(variant), one.unexposed.get(variant)) if one.assigned else ()),
        )
        for variant, units in one.units.items()
    )
    columns = [
        Column(title="Variant"),
        Column(title="Units", unit="people"),
        Column(title="Share", unit="share"),
        Column(title="Planned", unit="share"),
    ]
    if one.assigned:
        columns += [
            Column(title="Assigned", unit="people"),
            Column(title="Unmet", unit="people"),
        ]
    return show_grid(Grid(columns=tuple(columns), rows=rows))


def hidden_words(one: Health) -> tuple[str, ...]:
    """Say why effects are hidden, and what to look at.

    Args:
        one: The health of a result that cannot be trusted.
    """
    if not one.srm_failed and not one.srm_by:
        return (_FAILED,)
    uneven = ", ".join(f"{where} (p = {p:.2g})" for where, p in one.srm_by)
    where = (f"It is uneven in: {uneven}. Begin there.",) if uneven else ()
    return (_UNEVEN, *where, _LOOK_AT)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
