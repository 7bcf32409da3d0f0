"""The privacy page's parts from hand-made results: deadlines, counts, limits, keys, audit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from landed.dashboard.areas.own import build_allowing, build_wishes
from landed.dashboard.areas.privacy import (
    build_audit,
    build_kept,
    build_keys,
    build_requests,
    build_scrubbed,
)
from landed.dashboard.areas.privacy_consents import build_consents
from landed.dashboard.areas.privacy_words import days_words
from landed.dashboard.panels import Block, Panel
from landed.insights import Period, Scrubbed
from landed.insights.estimates import share
from landed.privacy import (
    PURPOSES,
    AuditVerdict,
    KeyAge,
    Permission,
    Permissions,
    PrivacyRequest,
    Rule,
)
from landed.privacy.purposes import DEFAULT_BASES
from landed.state import AnswerCount, ConsentRow, DayCount
from landed.wiring import KeptThing

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = {one: Rule(purpose=one, version=0, basis=DEFAULT_BASES[one]) for one in PURPOSES}


def a_request(state: str, age: int, **more: object) -> PrivacyRequest:
    given = {"request_id": f"{state}-{age}", "kind": "erasure", "subjects": ("a",), **more}
    return PrivacyRequest(state=state, received_at=NOW - age * DAY, noted_at=NOW, **given)  # type: ignore[arg-type]


def a_period(days: int) -> Period:
    last = NOW.date()
    return Period(
        first_on=last - (days - 1) * DAY, last_on=last, seen_at=NOW, preset=True, zone="UTC"
    )


def panel(block: Block, name: str) -> Panel:
    return next(one for one in block.panels if one.id == name)


def rows(block: Block, name: str) -> tuple[tuple[object, ...], ...]:
    grid = panel(block, name).grid
    return grid.rows if grid else ()


def test_requests_stand_by_their_deadlines() -> None:
    found = [
        a_request("received", 1),
        a_request("asked", 40),
        a_request("done", 3, events=5, quarantined=2, certificate="{}"),
        a_request("declined", 90),
    ]
    block = build_requests(found, NOW - 28 * DAY, NOW)
    assert [row[4] for row in rows(block, "requests")] == ["overdue by 10 days", "due in 29 days"]
    assert (block.tiles[0].value, block.tiles[0].note) == ("2", "1 overdue")
    (check,) = panel(block, "requests").checks
    assert (check.name, check.is_well) == ("Overdue", False)
    assert "landed privacy confirm" in panel(block, "requests").notes[0]
    assert [(row[0], row[3], row[4]) for row in rows(block, "requests.closed")] == [
        ("done-3", 7, "signed"),
        ("declined-90", 0, "none"),
    ]


def test_nobody_waits() -> None:
    block = build_requests([], NOW - DAY, NOW)
    assert panel(block, "requests").checks == ()
    assert "Nobody waits" in panel(block, "requests").empty
    block = build_requests([a_request("received", 30)], NOW - DAY, NOW)
    assert panel(block, "requests").checks[0].name == "In time"
    assert panel(block, "requests").notes == ("",)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=30), "due in 1 day"),
        (timedelta(hours=3), "due today"),
        (timedelta(hours=-3), "overdue by 1 day"),
    ],
)
def test_days_are_said_as_people_say_them(left: timedelta, words: str) -> None:
    assert days_words(NOW + left, NOW) == words


def test_consents_are_counted_by_their_last_word_and_over_time() -> None:
    answers = [
        AnswerCount(purpose="training", granted=True, version=1, people=4),
        AnswerCount(purpose="training", granted=True, version=2, people=3),
        AnswerCount(purpose="training", granted=False, version=1, people=2),
    ]
    renewed = Rule(purpose="training", version=2, basis="consent", renewed=2)
    days = [
        DayCount(on=date(2026, 4, 1), purpose="training", yes=5, no=2, more_yes=5, more_no=2),
        DayCount(on=date(2026, 5, 19), purpose="training", yes=2, no=0, more_yes=2, more_no=0),
    ]
    block = build_consents(RULES | {"training": renewed}, answers, days, 7, a_period(7))
    (row,) = [one for one in rows(block, "consents") if one[0] == "Teaching models"]
    assert row[1:] == ("consent", "version 2", 3, 2, 4, "a no")
    said_yes = [row[3] for row in rows(block, "consents.yes")]
    assert said_yes == [5, 5, 5, 5, 5, 7, 7]
    assert [row[3] for row in rows(block, "consents.no")] == [2] * 7
    assert rows(block, "consents.said") == ((date(2026, 5, 19), "Teaching models", 2, 0),)
    assert block.tiles[0].value == "7"
    long = build_consents(RULES, answers, days, 7, a_period(365))
    assert len(rows(long, "consents.yes")) == 53
    assert rows(long, "consents.yes")[-1][0] == NOW.date()
    assert panel(long, "consents.yes").sub == "At the end of each week"


def test_where_nobody_said_anything_the_page_says_how() -> None:
    block = build_consents(RULES, [], [], 0, a_period(7))
    assert panel(block, "consents.yes").spec is None
    assert "POST /api/privacy/consents" in panel(block, "consents.yes").empty
    assert rows(block, "consents.said") == ()


def test_how_much_was_looked_at_is_told() -> None:
    found = Scrubbed(
        since=NOW - DAY,
        looked_at=100,
        all_events=900,
        any_kind=share(1, 100),
        kinds=(("EMAIL", share(1, 100)),),
        fields=(),
    )
    note = panel(build_scrubbed(found), "scrubbed").notes[0]
    assert note.startswith("100 of about 900 events of these days were looked at")
    whole = Scrubbed(
        since=NOW, looked_at=9, all_events=9, any_kind=share(0, 9), kinds=(), fields=()
    )
    block = build_scrubbed(whole)
    assert panel(block, "scrubbed").notes == ("All 9 events of these days were looked at.",)
    assert panel(block, "scrubbed").spec is None
    assert panel(block, "scrubbed.fields").notes == ()


def kept_thing(
    zone: str, kind: str, days: int | None, rows: int, oldest: datetime | None
) -> KeptThing:
    return KeptThing(
        zone=zone, kind=kind, days=days, rows=rows, oldest=oldest, due=2, soon=1, stays="for good"
    )


def test_every_zone_is_shown_and_what_has_no_limit_is_no_good_sign() -> None:
    kept = [
        kept_thing("log", "events", None, 5, NOW),
        kept_thing("log", "quarantine", 90, 0, None),
        kept_thing("training", "resume_events", None, 4, NOW),
        kept_thing("training", "interactions", None, 3, NOW),
        kept_thing("state", "audit", None, 2, NOW),
    ]
    found = panel(build_kept(kept), "kept")
    told = "none for events, resume events, interactions"
    assert (found.checks[0].is_well, found.checks[0].note) == (False, told)
    assert "set LANDED_KEEP_EVENTS_DAYS and LANDED_KEEP_TRAINING_DAYS." in found.notes[1]
    assert found.grid is not None
    assert found.grid.rows[1] == ("log", "quarantine", "90 days", 0, "", 3)
    assert found.grid.rows[4] == ("state", "audit", "for good", 2, NOW.date(), 3)
    assert panel(build_kept([kept[1], kept[4]]), "kept").checks[0].is_well


def test_keys_that_are_due_are_counted() -> None:
    keys = [
        KeyAge(name="one", what="opens", made_at=NOW, ends_at=NOW, due="Has ended"),
        KeyAge(name="certificate", what="HTTPS", made_at=None),
    ]
    block = build_keys(keys)
    assert block.tiles[0].value == "1"
    assert not panel(block, "keys").checks[0].is_well
    assert panel(build_keys(keys[1:]), "keys").checks[0].note == "nothing"


def test_an_altered_log_is_told() -> None:
    block = build_audit([], AuditVerdict(4, "Entry 5 is missing."))
    assert panel(block, "audit").checks[0].note == "Entry 5 is missing."
    assert not panel(block, "audit").checks[0].is_well


def test_what_a_person_said_is_shown_with_its_text() -> None:
    def said(*, granted: bool, version: int) -> ConsentRow:
        return ConsentRow(
            number=1, subject="a", purpose="training", granted=granted, version=version,
            source="own page", said_at=NOW,
        )  # fmt: skip

    def texts(row: ConsentRow | None, rule: Rule) -> tuple[str, ...]:
        one = Permission(purpose="training", allowed=False, basis="consent", said=row)
        rest = [
            Permission(purpose=name, allowed=True, basis="", said=None)
            for name in PURPOSES
            if name != "training"
        ]
        found = Permissions(
            purposes=(one, *rest), restricted_since=None, history=(), restrictions=()
        )
        shown = {("training", 1): "May we?"}
        block = build_allowing(found, RULES | {"training": rule}, shown, "seal")
        return block.panels[0].actions[2].text

    rule = Rule(purpose="training", version=2, basis="consent", text="May we still?")
    assert texts(said(granted=True, version=1), rule)[1:] == (
        "This is version 2 of the text. You said yes on 20 May 2026 (own page).",
        "You were asked with version 1: “May we?”",
    )
    assert texts(said(granted=False, version=0), rule)[2:] == (
        "That was before this text was published.",
    )
    assert texts(said(granted=True, version=2), rule)[2:] == ()
    assert "is not used until you say" in texts(None, rule)[1]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("asked", "answered by 18 Jun 2026"),
        ("withdrawn", "took it back"),
        ("declined", "was declined"),
        ("done", "and were"),
        ("erased", "being carried out"),
    ],
)
def test_what_became_of_a_wish_is_told(state: str, words: str) -> None:
    (found,) = build_wishes(None, [a_request(state, 1)], "seal", needs_word=True).panels
    assert words in found.facts[0].text
    assert (found.actions[1].confirm == "") is (state == "asked")
