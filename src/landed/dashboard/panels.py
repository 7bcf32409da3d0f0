"""Pages made of panels: what a page of numbers is before it is written.

A page is some choices, and parts that are fetched beside each other. A part gives tiles and
panels; when one fails, the page shows the others and says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from landed.charts import Spec
from landed.dashboard.grids import Grid
from landed.dashboard.saving import SavedView
from landed.dashboard.types import Check, Definition, Frame, PeriodMenu, Services, TableView, Tile
from landed.dashboard.wording import define, delta, number
from landed.errors import InvalidInputError
from landed.insights import Period
from landed.metrics import metric

__all__ = [
    "Action",
    "Asked",
    "Block",
    "Fact",
    "Field",
    "Option",
    "OptionGroup",
    "PagePlan",
    "PageView",
    "Panel",
    "PanelView",
    "Part",
    "choices",
    "make_tile",
    "option_group",
]

Size = Literal["half", "wide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to a page.

    Attributes:
        services: The store, the clock and the rest.
        now: The time of looking, aware UTC.
        period: The days to show.
        params: Parameters of the address; each may be given several times.
        role: Of who signed in; empty where the pages are open to everybody.
        subject: Pseudonym of the person who signed in, as 32 hex digits; else empty.
        seal: What the forms of the person's own page send along; else empty.
    """

    services: Services
    now: datetime
    period: Period
    params: Mapping[str, tuple[str, ...]]
    role: str = ""
    subject: str = ""
    seal: str = ""

    @property
    def store(self) -> Any:
        """Answers queries; each part types what it needs of it."""
        return self.services.store

    def one(self, name: str, default: str = "") -> str:
        """The last value of a parameter; the default where it is absent or empty."""
        return self.params.get(name, ("",))[-1] or default

    def choose(self, name: str, options: Mapping[str, str], default: str) -> str:
        """Read a choice of the address.

        Args:
            name: Of the parameter.
            options: What it may be.
            default: Where it is absent or empty.

        Raises:
            InvalidInputError: It is none of these; the message lists them.
        """
        value = self.one(name, default)
        if value not in options:
            listed = ", ".join(options)
            raise InvalidInputError(
                f"{name} is {value[:40]!r}; it must be one of {listed}", detail=name
            )
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice of a field."""

    value: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroup:
    """Choices under a heading; an empty title: without one."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A choice that the reader of a page has.

    Attributes:
        name: The parameter of the address.
        title: Its label.
        groups: What can be chosen.
        is_wide: Whether its options are long.
    """

    name: str
    title: str
    groups: tuple[OptionGroup, ...]
    is_wide: bool = False

    @property
    def chosen(self) -> str:
        """The value that is chosen."""
        options = (option for group in self.groups for option in group.options)
        return next((option.value for option in options if option.is_chosen), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of a list: what it is, and what is said of it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that the reader can do: a form with one button.

    Attributes:
        title: What it is about.
        state: What holds now, in a word or two.
        is_on: Whether that is a yes.
        text: What the reader must know of it, paragraph by paragraph.
        href: Where the form goes.
        hidden: What it sends.
        button: What stands on it.
        confirm: What must be ticked first, behind a line that opens; empty: nothing.
    """

    title: str
    state: str
    is_on: bool
    text: tuple[str, ...]
    href: str
    hidden: tuple[tuple[str, str], ...]
    button: str
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One card of a page.

    Attributes:
        id: Names it on the page; a part's own name, or that, a dot and a word.
        title: What it shows.
        metric: The metric that explains the title; empty: none.
        sub: What is drawn or listed, in one sentence.
        value: Its one number in words, where there is one.
        value_note: What that rests on.
        spec: The chart.
        legend: The lines in the order of their colours.
        grid: The numbers.
        is_open: Whether the table is shown at once, not behind a line.
        facts: A list of words.
        notes: What a reader must know; empty ones are left out.
        empty: What is said where there is neither chart nor table nor list.
        size: Half the page's width, or all of it.
        links: Where to go on: address and words.
        actions: What the reader can do.
        checks: What is well, and what is not, in words.
    """

    id: str
    title: str
    metric: str = ""
    sub: str = ""
    value: str = ""
    value_note: str = ""
    spec: Spec | None = None
    legend: tuple[str, ...] = ()
    grid: Grid | None = None
    is_open: bool = False
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = "Nothing was counted in this period."
    size: Size = "half"
    links: tuple[tuple[str, str], ...] = ()
    actions: tuple[Action, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a part gives to the page."""

    tiles: tuple[Tile, ...] = ()
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that is fetched by itself.

    Attributes:
        name: Its panels are named after it.
        title: What is missing where it fails.
        fetch: Asks the store, on a thread.
        is_fresh: Whether it is asked at each look: what the reader changes on the page itself.
    """

    name: str
    title: str
    fetch: Callable[[], Block]
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlan:
    """What a page is made of, for one request.

    Attributes:
        title: Its heading.
        parts: Fetched beside each other, shown in this order.
        fields: The reader's choices, beside the period.
        note: What of the address could not be followed.
        sub: What the page is about, after its days.
        kept: What else its address says.
    """

    title: str
    parts: Sequence[Part]
    fields: tuple[Field, ...] = ()
    note: str = ""
    sub: str = ""
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """A panel as it is written.

    Attributes:
        panel: What it shows.
        definition: Of its metric.
        table: Its numbers in words.
        csv_href: Its numbers as a file.
    """

    panel: Panel
    definition: Definition | None
    table: TableView | None
    csv_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The page as it is written.

    Attributes:
        frame: What every page has.
        plan: Its heading and its choices.
        menu: The period menu.
        hidden: Parameters that the form of choices carries on.
        period_words: The days in words.
        tiles: Headline numbers.
        panels: The cards.
        missing: Titles of the parts that could not be fetched, each with its reason.
        saved: Addresses of this page that have a name; None: they can have none.
        address: What is chosen, as the part after the question mark, without the period.
        days: The period in the same form.
        live_href: Where the page hears of changes; empty: it stays as it is.
    """

    frame: Frame
    plan: PagePlan
    menu: PeriodMenu
    hidden: tuple[tuple[str, str], ...]
    period_words: str
    tiles: tuple[Tile, ...]
    panels: tuple[PanelView, ...]
    missing: tuple[str, ...]
    live_href: str = ""
    saved: tuple[SavedView, ...] | None = None
    address: str = ""
    days: str = ""


def choices(name: str, title: str, options: Mapping[str, str], chosen: str) -> Field:
    """Make a field with one group of options.

    Args:
        name: The parameter of the address.
        title: Its label.
        options: Titles by value.
        chosen: The value in force.

    Examples:
        >>> choices("grain", "Time", {"day": "By day", "week": "By week"}, "week").chosen
        'week'
    """
    return Field(name=name, title=title, groups=(option_group("", options, chosen),))


def option_group(title: str, options: Mapping[str, str], chosen: str) -> OptionGroup:
    """Make the choices under a heading.

    Args:
        title: The heading; empty: none.
        options: Titles by value.
        chosen: The value in force, which may stand in another group.
    """
    listed = tuple(
        Option(value=value, title=words, is_chosen=value == chosen)
        for value, words in options.items()
    )
    return OptionGroup(title=title, options=listed)


def make_tile(
    name: str, value: float | None, before: float | None = None, *, note: str = ""
) -> Tile:
    """Write a metric as a headline number.

    Args:
        name: The metric's name.
        value: Its value over the period.
        before: Over the period before; None: no change is shown.
        note: What it rests on.

    Examples:
        >>> make_tile("offers", 12, 10).value
        '12'
    """
    one = metric(name)
    return Tile(
        definition=define(name, "tile"),
        value=number(value, one.unit),
        delta=delta(value, before, one.unit, one.direction),
        note=note,
    )
