"""Canaries: invented personal data, where it is planted, and the search for it on disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from landed.events import PLAN, describe, example

__all__ = ["ALLOWED", "CANARIES", "NAMES", "Canary", "contexts", "planted_events", "traces"]

ALLOWED = "zebrafinch"
"""A word that may be kept: the search must find it, or it would prove nothing."""


@dataclass(frozen=True)
class Canary:
    """One piece of personal data.

    Attributes:
        kind: What it is.
        text: As it is sent.
        needles: What must not be found anywhere, in any case of letters; of plain letters six or
            more, for any five stand somewhere by chance: in base64, or where the lengths that a
            compressed part holds read as letters behind the beginning of a key of ours.
    """

    kind: str
    text: str
    needles: tuple[str, ...]


CANARIES = (
    Canary("email", "kanarivogel@nestbau.example", ("kanarivogel", "nestbau")),
    Canary("mail in prose", "Mail to stieglitz (at) nestbau (dot) example", ("stieglitz",)),
    Canary(
        "url", "https://zeisig.example/in/amselhahn?cv=drossel", ("zeisig", "amselh", "drossel")
    ),
    Canary("bare url", "linkedin.com/in/pirolgesang", ("pirolgesang",)),
    Canary(
        "mail in base64", "dHVybWZhbGtlQG5lc3RiYXUuZXhhbXBsZQ==", ("dhvybwzhbgtlqg5l", "turmfalke")
    ),
    Canary("mail in percent signs", "turmfalke%40nestbau.example", ("turmfalke",)),
    Canary(
        "mail in look-alikes",
        "wespenbuss\u0430rd@reisighorst-\u0430u.example",
        ("wespenbuss", "reisighorst"),
    ),
    Canary(
        "mail with nothing in it", "rohr\u200bammer@nest\u2060bau.example", ("ammer@", "bau.ex")
    ),
    Canary("mail over two lines", "bartmeise@nestbau-\nrand.com", ("bartmeise", "rand.com")),
    Canary(
        "mail in JSON in JSON",
        json.dumps(json.dumps({"remark": "seidenschwanz@nestbau.example"})),
        ("seidenschwanz",),
    ),
    Canary(
        "mail in wide letters",
        "\uff50\uff49\uff52\uff4f\uff4c@astgabel.example",
        ("\uff50\uff49\uff52", "astgabel"),
    ),
    Canary("codice fiscale", "RSSMRA85T10A562S", ("rssmra85t10a562s",)),
    Canary("phone", "+1 415 555 0199", ("415 555 0199", "5550199")),
    Canary("phone in prose", "Call (212) 736-5047 before noon", ("736-5047", "7365047")),
    Canary("ssn", "078-05-1120", ("078-05-1120", "078051120")),
    Canary("address", "1742 Wintergarten Street", ("wintergarten",)),
    Canary("address abroad", "Goldammergasse 17, Graz", ("goldammer",)),
    Canary("ip", "203.0.113.177", ("203.0.113.177",)),
    Canary("iban", "AT61 1904 3002 3457 3201", ("3002 3457", "30023457")),
    Canary("name, Igbo", "Chukwuemeka Okonkwo", ("chukwuemeka", "okonkwo")),
    Canary("name, Tamil", "Priyanka Venkataraman", ("priyanka", "venkataraman")),
    Canary("name, Polish", "Krzysztof Wiśniewski", ("krzysztof", "wiśniewski")),
    Canary("name, Vietnamese", "Nguyen Thi Phuong", ("nguyen", "phuong")),
    Canary("name, Spanish", "José Ñandú", ("Ñandú", "José")),
    Canary("name, Japanese", "Yuki Takahashi", ("takahashi",)),
    Canary("name, Irish", "Siobhán O'Sullivan", ("siobhán", "o'sullivan")),
    Canary("name, Russian", "Anastasia Volkova", ("anastasia", "volkova")),
    Canary("name in prose", "Interview with Fatima Benkhelifa on Monday", ("benkhelifa",)),
    Canary("name, said", "my name is Xolujan Quarbelund", ("xolujan", "quarbelund")),
)

NAMES = (
    Canary("name, Arabic", "Mohammed Al-Farisi", ("mohammed", "farisi")),
    Canary("name, in Han", "山田太郎", ("山田", "太郎")),
    Canary("name, in Cyrillic", "Зинаида Кукушкина", ("Зинаида", "Кукушкина")),
    Canary("name, alone", "Quetzalwren", ("quetzalwren",)),
)
"""Names that no list holds: a key must tell that they are names."""

_NAME_KEYS = ("name", "firstName", "last_name", "recruiter_name")


def contexts(text: str) -> dict[str, Any]:
    """A context with the text in every field that some client sends."""
    version = _as_version(text)
    return {
        "ip": text,
        "userAgent": f"Mozilla/5.0 ({text}) Chrome/126.0",
        "locale": text,
        "timezone": text,
        "country": text,
        "library": {"name": text, "version": version},
        "os": {"name": text, "version": version},
        "app": {"name": text, "version": version, "build": version},
        "device": {"id": text, "type": text, "model": text, "name": text, "token": text},
        "campaign": {"source": text, "medium": text, "name": text, "term": text},
        "page": {
            "path": f"/users/{text}/cv",
            "url": f"https://app.example/u/{quote(text)}?q={quote(text)}",
            "referrer": f"https://www.google.com/search?q={quote(text)}",
            "title": text,
            "search": f"?email={text}",
        },
        "location": {"city": text, "country": text},
        "network": {"carrier": text},
        "traits": {"name": text, "email": text, "about": text, text: text},
        "groupId": text,
        text: {text: text},
    }


def planted_events() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every planned event with every canary in its text fields, and broken ones too."""
    for canary in CANARIES:
        for name in PLAN:
            good = _with_texts(name, canary.text, choices=False)
            yield name, good
            yield name, {**good, **_extra(canary.text)}
            yield name, {**_with_texts(name, canary.text, choices=True), **_extra(canary.text)}
        yield f"Wrote {canary.text}", _extra(canary.text)
    for canary in NAMES:
        named = dict.fromkeys(_NAME_KEYS, canary.text)
        yield "person_identified", {**named, "about": f"All about {canary.text}", "deep": [named]}


def _with_texts(name: str, text: str, *, choices: bool) -> dict[str, Any]:
    """The event's example with the text in its fields; with choices, none of them is spared."""
    properties = dict(example(name))
    for field in describe(name).fields:
        if field.type in {"label", "free text"} and field.rule.startswith("three") and not choices:
            continue
        if field.type in {"id", "label", "free text"} or choices:
            properties[field.name] = _as_version(text) if "version" in field.name else text
        elif field.type == "list":
            properties[field.name] = [text, text]
    return properties


def _as_version(text: str) -> str:
    """Four dotted numbers that are called a version are kept: no address is told from one."""
    return "none" if text.replace(".", "").isdecimal() else text


def _extra(text: str) -> dict[str, Any]:
    return {
        "marker": ALLOWED,
        "remark": text,
        "nested": {"list": [text, {"deeper": text}], f"key {text}": 1},
        text: text,
        "user_id": text,
        "email": text,
    }


def traces(folders: Iterable[Path], canaries: Iterable[Canary]) -> list[str]:
    """Say which canaries are found in which files."""
    forms = {canary: [*_forms(canary)] for canary in canaries}
    found = []
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = file.read_bytes().lower()
            found += [
                f"{canary.kind} in {file.relative_to(folder)}"
                for canary, needles in forms.items()
                if any(needle in data for needle in needles)
            ]
    return found


def _forms(canary: Canary) -> Iterator[bytes]:
    """A needle as it stands, as JSON escapes it, and as URLs write it."""
    for needle in canary.needles:
        for form in (needle, needle.lower(), json.dumps(needle)[1:-1], quote(needle)):
            yield form.encode().lower()
