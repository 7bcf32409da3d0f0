"""What the pages need of the application, and what their templates are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from landed.config import Settings
from landed.dashboard.navigation import LinkGroup
from landed.dashboard.saving import ViewStore
from landed.experiments.catalogue import Catalogue
from landed.insights import AlertBook, OverviewQueries, Targets
from landed.privacy import AuditLog, TextKeys, Vault
from landed.state import State
from landed.wiring import KeptThing

__all__ = [
    "Banner",
    "CatalogueView",
    "ChartView",
    "Check",
    "Choice",
    "CustomRange",
    "Definition",
    "Delta",
    "EmptyView",
    "ErrorView",
    "Frame",
    "Header",
    "HealthCheck",
    "HealthReport",
    "Keys",
    "Legend",
    "OverviewView",
    "PeriodMenu",
    "Services",
    "Shown",
    "TableView",
    "Tile",
]

Tone = Literal["good", "bad", "flat"]


class Keys(Protocol):
    """The keys of this installation."""

    @property
    def write_key(self) -> str:
        """The key that clients send events with."""
        ...


class HealthCheck(Protocol):
    """One part of the installation, as the services report it."""

    @property
    def name(self) -> str:
        """The part."""
        ...

    @property
    def ok(self) -> bool:
        """Whether it works."""
        ...

    @property
    def note(self) -> str:
        """What is wrong and how to mend it, or a figure."""
        ...


class HealthReport(Protocol):
    """How the installation is, check by check."""

    @property
    def ready(self) -> bool:
        """Whether all that is needed answers."""
        ...

    @property
    def checks(self) -> Sequence[HealthCheck]:
        """One for each part."""
        ...


class PageQueries(OverviewQueries, ViewStore, Protocol):
    """What the pages need of a store."""


class Services(Protocol):
    """What the pages use of `request.app.state.services`."""

    @property
    def store(self) -> PageQueries:
        """The store of events."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        ...

    @property
    def keys(self) -> Keys:
        """The keys of this installation."""
        ...

    def subject_key(self, user_id: str) -> bytes:
        """Give the pseudonym of a person."""
        ...

    def fetch_kept(self) -> Sequence[KeptThing]:
        """Tell what is kept in every zone, and what goes when."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The time, aware."""
        ...

    @property
    def targets(self) -> Targets:
        """What the host product's numbers are held against."""
        ...

    @property
    def alerts(self) -> AlertBook:
        """The targets that are missed for a while."""
        ...

    @property
    def health(self) -> Callable[[], HealthReport]:
        """How the installation is now."""
        ...

    @property
    def vault(self) -> Vault | None:
        """Opens what is encrypted on the disk; None where nothing is."""
        ...

    @property
    def texts(self) -> TextKeys:
        """The keys of what people wrote."""
        ...

    @property
    def state(self) -> State:
        """What is said rarely: consents, restrictions, keys."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """The definitions of experiments and flags."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        ...

    @property
    def keepers(self) -> list[Callable[[], None]]:
        """What throws kept answers away, once somebody's rows are gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A metric as a page explains it; `place` keeps its ids apart from others of its kind."""

    name: str
    place: str
    title: str
    question: str
    formula: str
    unit: str
    grain: str
    caveat: str

    @property
    def popover_id(self) -> str:
        """The id of the element that holds the explanation."""
        return f"about-{self.place}-{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A change: an arrow and a size to see, words for those who listen."""

    arrow: str
    text: str
    words: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One headline number."""

    definition: Definition
    value: str
    delta: Delta | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The head of a column, as it is written."""

    title: str
    href: str
    hint: str
    is_words: bool
    is_long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A cell as it is written: its text, its interval, what it rests on, and its colour's step."""

    text: str
    note: str = ""
    hint: str = ""
    heat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table as it is written."""

    headers: tuple[Header, ...]
    rows: tuple[tuple[Shown, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """One entry of a legend: a swatch's class and its words."""

    swatch: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """A chart in its card; without a spec the card says what it waits for.

    Attributes:
        id: Names it on the page.
        tile: Its metric, with the number of the whole period where there is one.
        subtitle: What is drawn.
        spec: The Vega-Lite specification.
        table: The same numbers in words.
        legend: What the lines mean.
        beside: A second metric that the chart shows, explained at the right.
        footnote: What a reader must know.
    """

    id: str
    tile: Tile
    subtitle: str
    spec: dict[str, Any] | None
    table: TableView
    legend: tuple[Legend, ...] = ()
    beside: Definition | None = None
    footnote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part of the installation and how it is."""

    name: str
    is_well: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueView:
    """One kind of event in the table of events."""

    event: str
    events: str
    people: str
    last_seen: str
    last_seen_at: str
    is_planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of the period menu."""

    title: str
    key: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRange:
    """The form for dates of one's own."""

    first_on: str
    last_on: str
    today: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What the page waits for."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page has: its addresses, and what its head and bar show."""

    title: str
    static: str
    vega: str
    path: str
    navigation: tuple[LinkGroup, ...]
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodMenu:
    """What a page's time may be.

    Attributes:
        action: The page that a custom range is sent to.
        zone: In which days begin.
        days: How many, where the length is named; else empty.
        chosen: What is chosen, in words.
        choices: The named lengths.
        custom: The two days.
        kept: What else the address says, which a choice leaves as it is.
        compare: Whether to look at the period before, where a page can.
    """

    action: str
    zone: str
    days: str
    chosen: str
    choices: tuple[Choice, ...]
    custom: CustomRange
    kept: tuple[tuple[str, str], ...]
    compare: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """The whole overview, ready to be written; the name of a table makes `csv_href` whole."""

    frame: Frame
    period_words: str
    compared_words: str
    menu: PeriodMenu
    live_href: str
    json_href: str
    csv_href: str
    fetched_at: str
    fetched_words: str
    banner: Banner | None
    tiles: tuple[Tile, ...]
    trend: ChartView
    funnel: ChartView
    ats: ChartView
    events: ChartView
    checks: tuple[Check, ...]
    is_ready: bool
    facts: tuple[Tile, ...]
    catalogue: tuple[CatalogueView, ...] | None
    more_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyView:
    """The page before the first event: how to send it."""

    frame: Frame
    origin: str
    write_key: str
    live_href: str
    checks: tuple[Check, ...]
    is_ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """A page that could not be made, and the way on."""

    frame: Frame
    heading: str
    message: str
    field: str
