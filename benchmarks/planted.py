"""Real CVs, whose names their publisher removed, with invented people planted into them.

Headers, mentions and endings come in two sets, like the people: one that the recognisers were
tuned on, and one whose misses nobody looked at. What is planted is known to the letter.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from benchmarks.identities import Identity, make_identity
from landed.privacy import Kind
from landed.privacy.wrappings import plainly

CANDIDATE, OTHERS = "name of the candidate", "names of others"
HEADERS = {
    True: (
        "{full}\n{title}\n{street}, {place} | {email} | {phone} | {link}\n",
        (
            "CURRICULUM VITAE\n\nName: {full}\nAddress: {street}, {place}\nPhone: {phone}\nE-mail: "
            "{email}\n"
            "Date of birth: {born}\n"
        ),
        "{upper}\n{phone} • {email}\n{street}\n{place}\n",
        "{title}\n{full}\n{street} - {place} - {phone}\n{email}\n",
        "{reversed}\n{title}\n{email}\n{phone}\n{street}, {place}\n",
        "Resume of {full}\n{street}\n{place}\nTel. {phone}\n{email}\n",
        "{middle}\n{place}\n{phone}\n{email}\n",
    ),
    False: (
        "{email} | {phone}\n{full}, {title}\n{street}, {place}\n",
        "{full}, MBA, PMP\n{place} · {phone} · {email} · {link}\n",
        (
            "Personal details\nFirst name: {given}\nSurname: {surname}\nHome address: {street}, "
            "{place}\n"
            "Mobile: {phone}\nEmail: {email}\nBorn: {born}\n"
        ),
        "{spaced}\n{title}\n{street} | {place}\n{phone}\n{email}\n",
        "{shouted} {given}\n{title}\n{street}\n{place}\n{phone}\n{email}\n",
        "CV - {full}\n{title}\nContact: {phone}, {email}\n",
        "{full} | {title} | {phone} | {email}\n",
        "{middle}\t{phone}\n{street}\t{email}\n{place}\n",
        "PROFILE OF {upper}\n{street}\n{place}\n{email} / {phone}\n",
        "• {full}\n• {street}, {place}\n• {phone}\n• {email}\n",
        "Full name\n{full}\nAddress\n{street}\n{place}\nPhone\n{phone}\nE-mail\n{email}\n",
        "{upper}, {title}\n{phone}\n{email}\n",
    ),
}
MENTIONS = {
    True: (
        "{given} is a results-driven professional who likes a challenge.",
        "Promoted twice; {possessive} team won an award.",
        "Reported to {other}, Head of Finance.",
        "Page 2 of 3 - {full}",
        "Attachment: {file}_CV.pdf",
        "Mr. {surname} was commended for his service.",
        "Worked closely with {other} on the new budget.",
        "Supervisor: {other}",
    ),
    False: (
        "In this role {given} managed a budget of $2M and eight people.",
        "Recommended by {other} ({othermail}), director of the plant.",
        "{cited} (2019). Planning for growth. Journal of Management 12(3), 44-61.",
        "Colleagues describe {given} as calm and exact.",
        "{full} - page 2",
        "Saved as resume_{slug}.docx",
        "Assistant to {other}, the Managing Director, and later to {ofother}.",
        "Awarded by Dr. {othersurname} for outstanding service.",
        "Ms {surname} holds a valid driving licence.",
        "Presented with {other} and {ofother} at the annual conference.",
        "{upper}",
        "Manager's name: {other}",
    ),
}
ENDINGS = {
    True: (
        "References\n{other}, Director, Acme Ltd, {othermail}, {otherphone}\n",
        "Best regards,\n{full}\n",
        "I certify that the above is true.\n{full}\n",
    ),
    False: (
        (
            "REFERENCES\n\n{other}\nHead of "
            "Operations\n{otherphone}\n{othermail}\n\n{ofother}\nTeam "
            "Lead\n"
        ),
        "--\n{full}\n{title}\n{phone}\n",
        "References: {other} (former manager), {otherphone}; {ofother} (colleague)\n",
        "Yours sincerely\n\n{given} {surname}\n{place}\n",
        "Signature: {initials}    Date: 12 May 2021\n",
        "Declaration: I, {full}, hereby declare that the information is correct.\n",
    ),
}
_FIELD = re.compile(r"\{(\w+)\}")
_KINDS = {
    "street": Kind.ADDRESS,
    "email": Kind.EMAIL,
    "othermail": Kind.EMAIL,
    "phone": Kind.PHONE,
    "otherphone": Kind.PHONE,
    "link": Kind.URL,
    "born": Kind.BIRTHDAY,
}
PLACE = "place"  # no personal datum by itself, and no mistake if a post code of it is found


@dataclass(frozen=True, slots=True)
class Planted:
    """One CV with a person in it.

    Attributes:
        text: The whole.
        spans: Start, end and kind of what was planted; names of the candidate and of others apart.
        locale: Where the candidate's name is from.
    """

    text: str
    spans: list[tuple[int, int, str]]
    locale: str


def read_cvs(folder: Path) -> list[str]:
    """Read the texts of the CVs.

    Args:
        folder: Of the public data.
    """
    return [
        "\n".join(
            # What scrubbing drops anyway; so that places stay where they were planted.
            plainly(page.extract_text())
            for page in PdfReader(path).pages
        )
        for path in sorted((folder / "resumes").glob("*.pdf"))
    ]


def plant(cvs: list[str], count: int, *, tuned: bool, seed: int = 2026) -> Iterator[Planted]:
    """Plant people into CVs: the tuned half of the CVs or the other.

    Args:
        cvs: As from `read_cvs`.
        count: How many texts to make.
        tuned: People, layouts and CVs that the recognisers were tuned on, or those never seen.
        seed: Of chance.
    """
    rng = random.Random(f"{seed} {tuned}")
    half = cvs[::2] if tuned else cvs[1::2]
    for index in range(count):
        yield _planted(half[index % len(half)], rng, tuned=tuned)


def _planted(cv: str, rng: random.Random, *, tuned: bool) -> Planted:
    people = [make_identity(rng, tuned=tuned) for _ in range(3)]
    title, _, body = cv.partition("\n")
    fields = _fields(people, title.strip().title(), rng)
    lines = body.split("\n")
    pieces = [rng.choice(HEADERS[tuned])]
    places = sorted(rng.sample(range(5, max(len(lines), 12)), 5))
    mentions = rng.sample(MENTIONS[tuned], 5)
    for start, end, mention in zip([0, *places], places, mentions, strict=False):
        pieces += ["\n".join(lines[start:end]).replace("{", "("), "\n", mention, "\n"]
    pieces += ["\n".join(lines[places[-1] :]).replace("{", "("), "\n", rng.choice(ENDINGS[tuned])]
    return _filled("".join(pieces), fields, people[0].locale)


def _filled(template: str, fields: dict[str, str], locale: str) -> Planted:
    parts, length, spans = list[str](), 0, list[tuple[int, int, str]]()
    for index, part in enumerate(_FIELD.split(template)):
        value = fields[part] if index % 2 else part
        if index % 2 and part != "title":
            named = OTHERS if "other" in part else CANDIDATE
            kind = PLACE if part == PLACE else _KINDS[part].name if part in _KINDS else named
            spans.append((length, length + len(value), kind))
        parts.append(value)
        length += len(value)
    return Planted("".join(parts), spans, locale)


def _fields(people: list[Identity], title: str, rng: random.Random) -> dict[str, str]:
    who, other, another = people
    full = f"{who.given} {who.surname}"
    return {
        "full": full,
        "given": who.given,
        "surname": who.surname,
        "upper": full.upper(),
        "shouted": who.surname.upper(),
        "spaced": "   ".join(" ".join(part) for part in full.upper().split()),
        "reversed": f"{who.surname}, {who.given}",
        "middle": f"{who.given} {rng.choice('ABCDEGHJKLMPRST')}. {who.surname}",
        "initials": f"{who.given[0]}. {who.surname}",
        "cited": f"{who.surname}, {who.given[0]}.",
        "possessive": f"{who.given}'s",
        "file": full.replace(" ", "_"),
        "slug": full.lower().replace(" ", "_"),
        "title": title,
        "street": who.street,
        "place": who.place,
        "email": who.email,
        "phone": who.phone,
        "link": f"linkedin.com/in/{who.email.partition('@')[0]}",
        "born": f"{rng.randrange(1, 29):02}/{rng.randrange(1, 13):02}/{rng.randrange(1955, 2004)}",
        "other": f"{other.given} {other.surname}",
        "othersurname": other.surname,
        "ofother": f"{another.given} {another.surname}",
        "othermail": other.email,
        "otherphone": other.phone,
    }
