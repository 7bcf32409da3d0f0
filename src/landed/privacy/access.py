"""Access: everything that is kept about a person, as JSON for machines and as a page for people."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from operator import itemgetter
from typing import Any, Final

from landed.privacy.consents import Permissions, fetch_permissions
from landed.privacy.requests import (
    KEYS_AT_ONCE,
    PrivacyRequest,
    digest_subject,
    fetch_requests,
    find_subjects,
)
from landed.privacy.sealed_texts import open_texts, sender_of
from landed.privacy.text_keys import TextKeys
from landed.state import State
from landed.store import Store

__all__ = ["PersonalData", "fetch_personal_data", "write_personal_html", "write_personal_json"]

_ABOUT: Final = (
    "Everything that is kept about you here. Your identity is kept as a pseudonym; names, "
    "addresses and numbers were taken out of texts before they were stored."
)
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd}"
    "td{overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{color:#eee;"
    "background:#16181d}th,td{border-color:#3a3f4a}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What is kept about one person.

    Attributes:
        made_at: When it was put together.
        events: Of the log, the first one first.
        quarantined: Events that could not be taken.
        requests: What the person asked before.
        permissions: What the person allows, and said about it.
        taught: Of the training zone, the first day first; None: there is no such zone, or nobody
            could ask it, since a person has another pseudonym there.
    """

    made_at: datetime
    events: list[dict[str, Any]]
    quarantined: list[dict[str, Any]]
    requests: list[PrivacyRequest]
    permissions: Permissions
    taught: list[dict[str, Any]] | None = None

    @property
    def taught_readable(self) -> list[dict[str, Any]]:
        """The rows of the training zone, what they tell as objects."""
        return [_readable(row) for row in self.taught or ()]


def fetch_personal_data(
    store: Store,
    state: State,
    subject_key: bytes,
    now: datetime,
    *,
    also: Sequence[bytes] = (),
    follow_links: bool = False,
    texts: TextKeys | None = None,
) -> PersonalData:
    """Read everything that is kept about a person.

    Args:
        store: The store.
        state: Has what the person allows.
        subject_key: Of the id that the host knows.
        now: The time.
        also: The same person's pseudonyms under other versions of the key.
        follow_links: Also what is under the ids that the person's events claim, see
            `fetch_subjects`; never for the person's own eyes, who could claim anybody's.
        texts: Open what the person wrote; None: it is told as if it were forgotten.

    Raises:
        InvalidInputError: The events claim too many ids.
        StoreError: The store is away.
        StateError: The state is away.
    """
    subjects = find_subjects(store, (subject_key, *also), follow_links=follow_links)
    events: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for at in range(0, len(subjects), KEYS_AT_ONCE):
        some = subjects[at : at + KEYS_AT_ONCE]
        keys = [str(uuid.UUID(bytes=key)) for key in some]
        events += store.query("subject_events", {"subjects": keys})
        refused += store.query("subject_quarantine", {"named": [key.hex() for key in some]})
    events.sort(key=itemgetter("occurred_at"))
    digests = set(map(digest_subject, subjects))
    opening = {} if texts is None else texts.find(subjects)
    return PersonalData(
        made_at=now,
        events=[_opened_event(_readable(row), opening) for row in events],
        quarantined=[_opened_content(_readable(row), opening) for row in refused],
        requests=[one for one in fetch_requests(store) if digests & set(one.subjects)],
        permissions=fetch_permissions(state, subjects),
    )


def write_personal_json(data: PersonalData) -> str:
    """Write it for machines.

    Args:
        data: What is kept.
    """
    whole = {
        "about": _ABOUT,
        "made_at": data.made_at,
        "events": data.events,
        "quarantined": data.quarantined,
        "requests": [
            {
                "kind": one.kind,
                "state": one.state,
                "received_at": one.received_at,
                "due_at": one.due_at,
            }
            for one in data.requests
        ],
        "consents": data.permissions.to_answer(),
        **({} if data.taught is None else {"training": data.taught_readable}),
    }
    return json.dumps(whole, default=_moment, ensure_ascii=False, indent=1)


def write_personal_html(data: PersonalData) -> str:
    """Write it for people: a page that needs nothing from elsewhere.

    Args:
        data: What is kept.
    """
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>What is kept about you</title><style>{_STYLE}</style>",
        f"<h1>What is kept about you</h1><p>{_ABOUT} Made at {_words(data.made_at)}.</p>",
        f"<h2>Events ({len(data.events):,})</h2>",
        _table(data.events, ("occurred_at", "event", "properties", "context", "source")),
        f"<h2>Events that could not be taken ({len(data.quarantined):,})</h2>",
        _table(data.quarantined, ("received_at", "event", "reason", "content")),
        "<h2>What you allow</h2>",
        _restricted(data.permissions),
        _table(
            [
                {"for": one.purpose, "allowed": "yes" if one.allowed else "no", "basis": one.basis}
                for one in data.permissions.purposes
            ],
            ("for", "allowed", "basis"),
        ),
        f"<h2>What you said about it ({len(data.permissions.history):,})</h2>",
        _table(
            [
                {
                    "when": one.said_at,
                    "for": one.purpose,
                    "answer": "yes" if one.granted else "no",
                    "where": one.source,
                }
                for one in data.permissions.history
            ],
            ("when", "for", "answer", "where"),
        ),
        f"<h2>Requests ({len(data.requests):,})</h2>",
        _table(
            [
                {"asked": one.received_at, "what": one.kind, "state": one.state, "due": one.due_at}
                for one in data.requests
            ],
            ("asked", "what", "state", "due"),
        ),
        *_training(data),
        "</html>",
    ]
    return "\n".join(parts)


def _training(data: PersonalData) -> list[str]:
    if data.taught is None:
        return []
    rows = data.taught_readable
    return [
        f"<h2>What may teach models ({len(rows):,})</h2>",
        _table(rows, ("occurred_on", "kind", "action", "content")),
    ]


def _restricted(permissions: Permissions) -> str:
    since = permissions.restricted_since
    return f"<p>Your data are kept but not used since {_words(since)}.</p>" if since else ""


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    if not rows:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{name.replace("_", " ")}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_words(row[name])}</td>" for name in columns) + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return escape(", ".join(f"{name}: {_plain(one)}" for name, one in value.items()))
    return escape(_plain(value))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(value: Any) -> str:
    return str(value.isoformat())


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its JSON as objects, without planned properties that it does not have."""
    read = dict(row)
    for name in ("properties", "context", "content"):
        if name in read:
            read[name] = _present(json.loads(read[name] or "{}"))
    if read.get("session_id") == str(uuid.UUID(int=0)):
        del read["session_id"]
    return read


def _opened_event(row: dict[str, Any], keys: Mapping[bytes, bytes]) -> dict[str, Any]:
    person = uuid.UUID(row.pop("person")).bytes
    return {**row, "properties": open_texts(row["properties"], person, keys.get(person))}


def _opened_content(row: dict[str, Any], keys: Mapping[bytes, bytes]) -> dict[str, Any]:
    person = sender_of(row["content"])
    if person is None:
        return row
    return {**row, "content": open_texts(row["content"], person, keys.get(person))}


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _present(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, "", {})}
    return value
