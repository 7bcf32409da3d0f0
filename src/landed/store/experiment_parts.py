"""What the statements of an experiment have in common: its units, their rows, what is bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import prod
from string import Template
from typing import Any, Final

from landed.store.clauses import add_columns, add_condition, planned_columns, read_relation
from landed.store.experiment_columns import Asked, Exposed, matured, moment_of, seconds_of
from landed.store.metric_sql import events_of
from landed.store.sql_files import read_statement

__all__ = [
    "NEW_FOR",
    "SEGMENTS",
    "UNIT",
    "USERS",
    "ExperimentParts",
    "Split",
    "Statement",
    "aliased",
    "strides",
]

Statement = tuple[str, dict[str, Any]]

Split = Mapping[str, Sequence[str]]
"""Dimension → the values that are told apart; all others are one. Their cells are numbered."""

SEGMENTS: Final[Mapping[str, str]] = {
    "device": "ifNull(context.device.type, '')",
    "country": "ifNull(context.country, '')",
    "browser": "ifNull(context.browser.name, '')",
}
"""What the first exposure of a person says, and results may be split by."""

USERS: Final = "users"
"""A dimension more, which earlier rows say: `new`, as filters have it, or `returning`."""

NEW_FOR: Final = timedelta(days=30)
"""How long after their first act people are new."""

_AGE: Final = f"if(f.first_at <= u.exposed_at - toIntervalDay({NEW_FOR.days}), 'returning', 'new')"
_TEXTS: Final = {**SEGMENTS, USERS: _AGE}

UNIT: Final = "ifNull(toString(getSubcolumn(properties, 'unit')), '')"
"""What was dealt, where it is no person; empty: it was not said."""

_SINCE: Final = "{exposed_since:DateTime64(3, 'UTC')}"

_CELLS_OF_TWO_BYTES: Final = 256
"""For each of 256 variants."""

_HAVE_EXPOSURES: Final = frozenset({"events", "activity"})
"""Relations with rows of exposures: to be dealt and to meet a variant are no acts, or everybody
would be active."""


class ExperimentParts:
    """A statement while it is put together: its values, and the texts that name them."""

    def __init__(
        self, exposed: Exposed, asked: Sequence[Asked] = (), *, is_everybody: bool = False
    ) -> None:
        self.exposed = exposed
        self.is_everybody = is_everybody
        self.asked = asked
        self.parameters: dict[str, Any] = {
            "experiment": exposed.experiment,
            "variants": list(exposed.variants),
            "exposed_since": exposed.since,
            "run_since": exposed.run_since,
            "exposed_until": exposed.until,
            "as_of": exposed.as_of,
            **{f"moment{look}": one for look, one in enumerate(exposed.moments)},
        }

    def bind(self, kind: str, value: Any) -> str:
        """Give a value a placeholder."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"

    def statement(self, sql: str) -> Statement:
        """The statement with those of the values that it names."""
        used = {name: one for name, one in self.parameters.items() if f"{{{name}:" in sql}
        return sql, used

    def units(self, fields: Mapping[str, str], columns: Mapping[str, str]) -> str:
        """Who met which variant, with further fields of the exposures and columns of them."""
        place = "indexOf({variants:Array(String)}, properties.variant)"
        variant, having = "if(min(place) = max(place), min(place), 255)", ""
        if self.exposed.run_since:
            variant = f"if(min(occurred_at) < {_SINCE}, 254, {variant})"
            having = f"\nHAVING max(occurred_at) >= {_SINCE}"
        if self.exposed.by_unit:
            # Who does not say which unit was met cannot be put into one.
            place = f"if(unit = '', 0, {place})"
            fields = {**fields, "unit": UNIT}
            columns = {**columns, "unit": "argMin(unit, occurred_at)"}
        units = Template(read_statement("experiment_units")).substitute(
            place=place,
            variant=variant,
            having=having,
            since=self.since,
            part=self.part,
            fields="".join(f",\n        {text} AS {name}" for name, text in fields.items()),
            columns="".join(f",\n    {text} AS {name}" for name, text in columns.items()),
        )
        if not self.exposed.by_unit:
            return units
        return Template(read_statement("experiment_clusters")).substitute(
            units=units,
            columns="".join(f",\n    {name}" for name in columns if name != "unit"),
            followed=self.followed(),
            earlier=self._was_met_earlier(),
        )

    def _was_met_earlier(self) -> str:
        """Whether a unit that is no person was met in an earlier phase of the run, by anybody."""
        if not self.exposed.run_since:
            return "false"
        earlier = Template(read_statement("experiment_earlier")).substitute(unit=UNIT)
        return f"unit != '' AND unit IN (\n{earlier})"

    @property
    def part(self) -> str:
        """The condition that a person is of the part that is asked for."""
        number, parts = self.exposed.part
        return f"\n        AND cityHash64(subject_key) % {parts} = {number}" if parts > 1 else ""

    @property
    def since(self) -> str:
        """The value from which on exposures are read."""
        return "run_since" if self.exposed.run_since else "exposed_since"

    def strays(self) -> str:
        """How often a person met what is no variant with traffic."""
        in_phase = f" AND occurred_at >= {_SINCE}" if self.exposed.run_since else ""
        return f"countIf(place = 0{in_phase})"

    def followed(self) -> str:
        """Whether a unit is one of all, has been followed for each window, came by each moment."""
        windows = map(matured, self.exposed.windows)
        moments = map(moment_of, range(len(self.exposed.moments)))
        return f"[{', '.join(['1', *windows, *(f'exposed_at < {one}' for one in moments)])}]"

    def people(self, split: Split | None = None) -> str:
        """Who met which variant, and in which cell of a split."""
        if self.is_everybody:
            return read_statement("experiment_arrivals")
        if not split:
            return self.units({}, {})
        places = {
            name: f"{stride} * indexOf({self.bind('Array(String)', list(values))}, {_TEXTS[name]})"
            for (name, stride), values in zip(strides(split).items(), split.values(), strict=True)
        }
        # One small number: to carry names along would take longer than all the rest.
        whole = prod(len(values) + 1 for values in split.values())
        kind = "toUInt16" if whole <= _CELLS_OF_TWO_BYTES else "toUInt32"
        age = places.pop(USERS, "")
        place = " + ".join(places.values()) or "0"
        cell = f"{kind}({whole} * variant + argMin(cell, occurred_at))"
        units = self.units({"cell": f"{kind}({place})"}, {"cell": cell})
        return _aged(units, {"cell": f"{kind}(u.cell + {age})"}) if age else units

    def told_apart(self, columns: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        """Units with all that they may be told apart by, and further columns of theirs."""
        firsts = {name: f"argMin({name}, occurred_at)" for name in SEGMENTS}
        units = self.units(SEGMENTS, {**firsts, **columns})
        if not self.exposed.tells_new:
            return units, tuple(SEGMENTS)
        same = {name: f"u.{name}" for name in [*firsts, *columns]}
        return _aged(units, {**same, USERS: _AGE}), (*SEGMENTS, USERS)

    def rows(self, texts: Sequence[str]) -> str:
        """The rows of the relation that the metrics are made from."""
        name = self.asked[0].metric.relation
        base = read_relation(name)
        if name in _HAVE_EXPOSURES:
            base = add_condition(base, "event NOT IN ('experiment_assigned', 'experiment_exposed')")
        self.parameters |= {"since": self.exposed.since - self.lookback, "until": self._until()}
        if "{events:" not in base:
            return base
        self.parameters["events"] = events_of([one.metric for one in self.asked])
        return add_columns(base, planned_columns(texts))

    @property
    def lookback(self) -> timedelta:
        """How long before their exposure rows of a unit are read."""
        return max((one.lookback for one in self.asked if one.lookback), default=timedelta())

    def _until(self) -> datetime:
        late = any(one.window and not one.follows_rows for one in self.asked)
        return self.exposed.as_of if late else min(self.exposed.until, self.exposed.as_of)

    def joined(self, name: str, columns: Mapping[str, str], split: Split | None = None) -> str:
        """Rows of those who met a variant, put into a statement with columns over them."""
        reach = "r.at >= e.exposed_at"
        if self.lookback:
            reach += f" - toIntervalSecond({seconds_of(self.lookback)})"
        keys = ["cell" if split else "variant", *(["unit"] if self.exposed.by_unit else [])]
        return Template(read_statement(name)).substitute(
            keys=aliased({key: f"any(e.{key})" for key in keys}),
            columns=aliased(columns),
            rows=self.rows(list(columns.values())),
            people=self.people(split),
            reach=reach,
        )

    def of_units(self, columns: Mapping[str, str], split: Split | None = None) -> str:
        """What each unit has: a person, or the sum over the people of a unit that is none."""
        people = self.joined("experiment_people", columns, split)
        if not self.exposed.by_unit:
            return people
        together = {name: f"{'any' if name[0] == 'm' else 'sum'}({name})" for name in columns}
        return Template(read_statement("experiment_members")).substitute(
            columns=aliased(together), people=people
        )


def _aged(units: str, columns: Mapping[str, str]) -> str:
    """Units with columns that may look at the first act of each, `f.first_at`."""
    return Template(read_statement("experiment_ages")).substitute(
        units=units, columns="".join(f",\n    {text} AS {name}" for name, text in columns.items())
    )


def strides(split: Split) -> dict[str, int]:
    """What a step of each dimension of a split adds to the number of a cell.

    Args:
        split: Dimension → values.

    Examples:
        >>> strides({"device": ["mobile"], "country": ["DE", "FR"]})
        {'device': 3, 'country': 1}
    """
    found, step = {}, 1
    for name in reversed(list(split)):
        found[name] = step
        step *= len(split[name]) + 1
    return dict(reversed(found.items()))


def aliased(columns: Mapping[str, str]) -> str:
    """Columns of a statement, by the names that they get."""
    return ",\n    ".join(f"{text} AS {name}" for name, text in columns.items())
