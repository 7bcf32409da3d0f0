"""What each column holds and each table is for: the words of the inventory.

A test compares them with the tables as they are: a column that nobody explained fails it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from landed.privacy.purposes import Purpose

__all__ = [
    "COLUMNS",
    "CONTEXT",
    "DUTIES",
    "PLACES",
    "Content",
    "Duty",
    "Place",
]

Content = Literal[
    "pseudonym",
    "digest",
    "id",
    "scrubbed text",
    "sealed text",
    "text of ours",
    "label",
    "choice",
    "number",
    "yes or no",
    "time",
    "JSON",
    "not explained",
]
"""What stands in a field. `pseudonym` and `digest` are of people; `id` is of things.
A `sealed text` is scrubbed, and encrypted under a key of the person who wrote it."""

Duty = Literal["accountability", "restriction", "security", "upkeep"]
"""Why something is kept that serves none of the purposes that people are asked about."""

DUTIES: Final[Mapping[Duty, str]] = {
    "accountability": "legal obligation (GDPR, Art. 5, 7, 12)",
    "restriction": "legal obligation (GDPR, Art. 18)",
    "security": "legitimate interest (GDPR, Art. 32)",
    "upkeep": "none needed",
}
"""Lawful bases of what is kept by duty."""

_Words = tuple[Content, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A table: where it lies and what for.

    Attributes:
        zone: Where.
        purpose: What for: one that people are asked about, or a duty.
        keep: How long: a kind of `landed privacy retention`, or words.
        seen_by: Who sees it.
        about: What it holds, in one sentence.
    """

    zone: str
    purpose: Purpose | Duty
    keep: str
    seen_by: str
    about: str


_ADMINS: Final = "admins"
_SUBJECTS: Final = "admins; keys of scope subject; the person"
_UNTIL_ERASED: Final = "until erasure"
_FOR_GOOD: Final = "for good"
_LOG: Final = "log"
_TRAINING: Final = "training"
_ASIDE: Final = "until the restriction is lifted, or erasure"

PLACES: Final[Mapping[str, Place]] = {
    "events": Place(
        zone=_LOG,
        purpose="analytics",
        keep="events",
        seen_by="admins; analysts as numbers of many; the person",
        about="What people did, event by event.",
    ),
    "set_aside": Place(
        zone="set aside",
        purpose="restriction",
        keep=_ASIDE,
        seen_by=_SUBJECTS,
        about="Events of people whose data may be kept and not used; no number is made of it.",
    ),
    "quarantine": Place(
        zone="quarantine",
        purpose="analytics",
        keep="quarantine",
        seen_by=_SUBJECTS,
        about="Events that broke the tracking plan, made private, until they are sent well.",
    ),
    "privacy_requests": Place(
        zone=_LOG,
        purpose="accountability",
        keep=_FOR_GOOD,
        seen_by="admins; keys of scope subject",
        about="What people asked for and what came of it; nobody is named.",
    ),
    "saved_views": Place(
        zone=_LOG,
        purpose="upkeep",
        keep="until somebody removes it",
        seen_by="admins; analysts",
        about="Names of pages' addresses that those who see the pages gave.",
    ),
    "installation": Place(
        zone=_LOG,
        purpose="upkeep",
        keep=_FOR_GOOD,
        seen_by=_ADMINS,
        about="What a store remembers of its installation.",
    ),
    "schema_migrations": Place(
        zone=_LOG,
        purpose="upkeep",
        keep=_FOR_GOOD,
        seen_by=_ADMINS,
        about="Which versions of the tables there were.",
    ),
    "purposes": Place(
        zone="state",
        purpose="accountability",
        keep=_FOR_GOOD,
        seen_by=_SUBJECTS,
        about="The texts that people were shown when they were asked.",
    ),
    "consents": Place(
        zone="state",
        purpose="accountability",
        keep=_UNTIL_ERASED,
        seen_by=_SUBJECTS,
        about="What people allowed and refused, with its history.",
    ),
    "restrictions": Place(
        zone="state",
        purpose="restriction",
        keep=_UNTIL_ERASED,
        seen_by=_SUBJECTS,
        about="Whose data may be kept and not used.",
    ),
    "marks": Place(
        zone="state",
        purpose="upkeep",
        keep=_FOR_GOOD,
        seen_by="nobody",
        about="Counters that tell servers that something changed.",
    ),
    "api_keys": Place(
        zone="state",
        purpose="security",
        keep=_FOR_GOOD,
        seen_by=_ADMINS,
        about="Which keys were made for programs and colleagues.",
    ),
    "audit": Place(
        zone="state",
        purpose="accountability",
        keep=_FOR_GOOD,
        seen_by=_ADMINS,
        about="Who did what, and who looked at whom.",
    ),
    "person_keys": Place(
        zone="state",
        purpose="security",
        keep=_UNTIL_ERASED,
        seen_by="nobody",
        about="The keys of what people wrote, one for each person; without one a text is gone.",
    ),
    "public_releases": Place(
        zone="state",
        purpose="accountability",
        keep=_FOR_GOOD,
        seen_by=_ADMINS,
        about="Numbers with noise that were released to the public, and what they spent.",
    ),
    "definitions": Place(
        zone="state",
        purpose="upkeep",
        keep="until somebody removes it",
        seen_by="admins; analysts; evaluation reads them for keys that send events",
        about="Experiments and flags as they are.",
    ),
    "definition_changes": Place(
        zone="state",
        purpose="accountability",
        keep=_FOR_GOOD,
        seen_by="admins; analysts",
        about="Every version of an experiment or a flag: when, who and why.",
    ),
    "told_alerts": Place(
        zone="state",
        purpose="upkeep",
        keep=_FOR_GOOD,
        seen_by="nobody",
        about="Which alerts about experiments were sent, so that none is sent twice.",
    ),
    "training_wishes": Place(
        zone="state",
        purpose="accountability",
        keep=_UNTIL_ERASED,
        seen_by="nobody",
        about="What people said that the training zone must follow.",
    ),
    "users": Place(
        zone="training zone",
        purpose="training",
        keep=_TRAINING,
        seen_by="keys of scope training; admins",
        about="Who is in the training zone.",
    ),
    "resume_events": Place(
        zone="training zone",
        purpose="training",
        keep=_TRAINING,
        seen_by="keys of scope training, in groups; admins; the person",
        about="What people did with their CVs, texts included.",
    ),
    "interactions": Place(
        zone="training zone",
        purpose="training",
        keep=_TRAINING,
        seen_by="keys of scope training, in groups; admins; the person",
        about="What people touched.",
    ),
    "users_aside": Place(
        zone="training zone",
        purpose="restriction",
        keep=_ASIDE,
        seen_by=_ADMINS,
        about="Who of the training zone is restricted.",
    ),
    "resume_events_aside": Place(
        zone="training zone",
        purpose="restriction",
        keep=_ASIDE,
        seen_by="admins; the person",
        about="What restricted people did with their CVs; no training set holds it.",
    ),
    "interactions_aside": Place(
        zone="training zone",
        purpose="restriction",
        keep=_ASIDE,
        seen_by="admins; the person",
        about="What restricted people touched; no training set holds it.",
    ),
    "erasures": Place(
        zone="training zone",
        purpose="accountability",
        keep=_FOR_GOOD,
        seen_by=_ADMINS,
        about="What erasures and withdrawals took from the training zone.",
    ),
    "spool": Place(
        zone="spool",
        purpose="analytics",
        keep="until the store has it, as a rule less than a second",
        seen_by="nobody",
        about="Events on their way into the log, made private already.",
    ),
}
"""Tables; `spool` stands for its files."""

_EVENT: Final[Mapping[str, _Words]] = {
    "event": ("label", "Kind of event; scrubbed where it is not in the tracking plan"),
    "message_id": ("id", "Names the event: a UUID as sent, else a keyed digest"),
    "subject_key": ("pseudonym", "Who: HMAC-SHA-256 of the id that the host sends"),
    "session_id": ("id", "Names the visit: a UUID as sent, else a keyed digest"),
    "occurred_at": ("time", "When it happened"),
    "received_at": ("time", "When it came in"),
    "source": ("label", "By which way it came"),
    "context": ("JSON", "The device and the place, cut down to a list of allowed fields"),
    "properties": ("scrubbed text", "What happened, as JSON; every text in it is scrubbed"),
}
_RECORD: Final[Mapping[str, _Words]] = {
    "version": ("number", "Of the tables"),
    "name": ("label", "Of the step"),
    "applied_at": ("time", "When it was done"),
}
_INSTALLATION: Final[Mapping[str, _Words]] = {
    "name": ("label", "What is remembered"),
    "value": ("label", "Such as a fingerprint of the pseudonym key"),
    "noted_at": ("time", "Since when"),
}
_TRAINED: Final[Mapping[str, _Words]] = {
    "event_id": ("digest", "Names the event, under the zone's own secret"),
    "user_key": ("pseudonym", "Who, under the zone's own secret: another one than in the log"),
    "occurred_on": ("time", "The day, without the hour"),
    "action": ("choice", "What was done"),
}

_USERS: Final[Mapping[str, _Words]] = {"user_key": _TRAINED["user_key"]}
_RESUME_EVENTS: Final[Mapping[str, _Words]] = {
    **_TRAINED,
    "resume_key": ("digest", "Which CV, under the zone's own secret"),
    "tailoring_mode": ("label", "How it was tailored"),
    "version": ("number", "Of the CV"),
    "ats_score": ("number", "Whole points of 100"),
    "jd_score": ("number", "Whole points of 100"),
    "resume_text": ("scrubbed text", "The CV before"),
    "job_description": ("scrubbed text", "The posting"),
    "tailored_text": ("scrubbed text", "The CV after"),
}
_INTERACTIONS: Final[Mapping[str, _Words]] = {
    **_TRAINED,
    "element": ("label", "What was touched"),
}
_DEFINITION: Final[Mapping[str, _Words]] = {
    "key": ("label", "Its name in code and events"),
    "kind": ("choice", "Experiment or flag"),
    "state": ("choice", "Where it stands"),
    "version": ("number", "Of the definition"),
    "mark": ("number", "Of the change, counted over all definitions"),
    "body": ("JSON", "The definition; testers are digests, and go with erasure"),
}
COLUMNS: Final[Mapping[str, Mapping[str, _Words]]] = {
    "events": _EVENT,
    "set_aside": _EVENT,
    "spool": _EVENT,
    "quarantine": {
        "quarantine_id": ("id", "Names the entry"),
        "received_at": ("time", "When it came in"),
        "source": ("label", "By which way it came"),
        "event": ("label", "Kind of event, scrubbed"),
        "path": ("label", "Where it breaks its rule"),
        "reason": ("text of ours", "Which rule"),
        "content": (
            "scrubbed text",
            "The event as JSON, made private; pseudonyms for ids",
        ),
    },
    "privacy_requests": {
        "request_id": ("id", "Names the request"),
        "kind": ("choice", "What was asked"),
        "state": ("choice", "How far it is"),
        "subjects": ("digest", "Whose: SHA-256 of pseudonyms; as how many testers they went"),
        "received_at": ("time", "When it was asked"),
        "events": ("number", "Rows of the log that went"),
        "quarantined": ("number", "Rows of the quarantine that went"),
        "certificate": ("JSON", "What was done, signed; it names the digest"),
        "noted_at": ("time", "When this step was done"),
    },
    "saved_views": {
        "page": ("label", "Which page"),
        "name": ("label", "As somebody who sees the pages called it"),
        "address": ("label", "What is chosen on the page"),
        "saved_at": ("time", "When"),
    },
    "installation": _INSTALLATION,
    "schema_migrations": _RECORD,
    "purposes": {
        "number": ("number", "Of the row"),
        "purpose": ("choice", "Which purpose"),
        "version": ("number", "Of the text"),
        "basis": ("choice", "Lawful basis"),
        "text": ("text of ours", "What people are shown"),
        "renew": ("yes or no", "Whether earlier answers stop counting"),
        "since": ("time", "From when on"),
    },
    "consents": {
        "number": ("number", "Of the row"),
        "subject": ("digest", "Who: SHA-256 of the pseudonym"),
        "purpose": ("choice", "To what"),
        "granted": ("yes or no", "What they said"),
        "version": ("number", "Of the text that they were shown"),
        "source": ("label", "Where they said it"),
        "said_at": ("time", "When"),
    },
    "restrictions": {
        "number": ("number", "Of the row"),
        "subject": ("digest", "Who: SHA-256 of the pseudonym"),
        "since": ("time", "Since when"),
        "lifted_at": ("time", "Until when"),
    },
    "marks": {
        "name": ("label", "Of the counter"),
        "number": ("number", "Its value"),
    },
    "api_keys": {
        "number": ("number", "Of the row"),
        "name": ("label", "Whose or what for, as an admin called it"),
        "scope": ("choice", "What it may do"),
        "prefix": ("label", "Its first ten characters, to recognise it"),
        "digest": ("digest", "SHA-256 of the key, which is kept nowhere"),
        "created_at": ("time", "When it was made"),
        "expires_at": ("time", "Until when it is good"),
        "revoked_at": ("time", "When it was taken back"),
        "last_used_on": ("time", "The last day of its use"),
    },
    "audit": {
        "number": ("number", "Of the entry, without a gap"),
        "at": ("time", "When"),
        "action": ("choice", "What was done"),
        "actor": ("label", "Name of the key, or of another way in"),
        "fingerprint": ("digest", "Recognises the key"),
        "subject": ("digest", "About whom: SHA-256 of the pseudonym"),
        "status": ("number", "How it went"),
        "detail": ("JSON", "Where, and what else matters; no texts of people"),
        "digest": ("digest", "Ties the entry to the one before it"),
    },
    "person_keys": {
        "subject": ("digest", "Whose: SHA-256 of the pseudonym"),
        "wrapped": ("digest", "The key, encrypted where there is a master key"),
        "data_key": ("id", "Which data key it is encrypted with"),
        "made_at": ("time", "When"),
    },
    "public_releases": {
        "release_id": ("id", "Digest of what was asked"),
        "dataset": ("label", "Whose budget it spent of"),
        "asked": ("JSON", "What was asked"),
        "millis": ("number", "What it spent, in thousandths of epsilon"),
        "asked_at": ("time", "When"),
        "told": ("JSON", "The numbers, with their noise"),
    },
    "definitions": {**_DEFINITION, "changed_at": ("time", "When it was changed last")},
    "definition_changes": {
        **_DEFINITION,
        "action": ("choice", "What was done"),
        "made_at": ("time", "When"),
        "actor": ("label", "Name of the key, or of another way in"),
        "why": ("text of ours", "The reason, as an admin wrote it"),
    },
    "told_alerts": {
        "key": ("label", "Of the experiment"),
        "phase": ("number", "Of the experiment"),
        "about": ("label", "What it was about"),
        "told_at": ("time", "When"),
    },
    "training_wishes": {
        "subject": ("digest", "Who: SHA-256 of the pseudonym in the training zone"),
        "wish": ("choice", "Withdrawal or restriction"),
        "wish_id": ("id", "Names it to the zone"),
        "since": ("time", "The day"),
        "state": ("choice", "How far it is carried out"),
    },
    "users": _USERS,
    "users_aside": _USERS,
    "resume_events": _RESUME_EVENTS,
    "resume_events_aside": _RESUME_EVENTS,
    "interactions": _INTERACTIONS,
    "interactions_aside": _INTERACTIONS,
    "erasures": {
        "request_id": ("id", "Which request"),
        "ended": ("yes or no", "Whether it is done"),
        "rows": ("number", "How many went"),
        "noted_at": ("time", "When"),
        "kind": ("choice", "Erasure or withdrawal"),
        "people": ("number", "How many people had rows"),
        "first_on": ("time", "The day of the first row that went"),
    },
}
"""What the columns of each table hold."""

CONTEXT: Final[Mapping[str, _Words]] = {
    "library.name": ("label", "Of the client"),
    "library.version": ("label", "Of the client"),
    "device.type": ("label", "Kind of device"),
    "device.model": ("label", "Model of the device"),
    "device.manufacturer": ("label", "Its maker"),
    "os.name": ("label", "Operating system"),
    "os.version": ("label", "Its version"),
    "app.name": ("label", "The host's app"),
    "app.version": ("label", "Its version"),
    "app.build": ("label", "Its build"),
    "browser.name": ("label", "Browser"),
    "browser.version": ("label", "Its major version"),
    "screen.width": ("number", "Pixels"),
    "screen.height": ("number", "Pixels"),
    "locale": ("label", "Language and region"),
    "timezone": ("label", "Time zone by name"),
    "country": ("label", "Country, if the client sends one; never from an address"),
    "campaign.source": ("label", "utm_source"),
    "campaign.medium": ("label", "utm_medium"),
    "campaign.name": ("label", "utm_campaign"),
    "campaign.term": ("label", "utm_term"),
    "campaign.content": ("label", "utm_content"),
    "page.path": ("label", "Path; ids and people's segments are :id"),
    "page.referrer": ("label", "A well-known site by name, else other"),
}
"""What the context may hold; everything else is dropped on its way in."""
