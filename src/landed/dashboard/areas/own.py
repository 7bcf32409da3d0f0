"""A person's own page: what is kept about them, what they allow, and what they may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from landed.dashboard.areas.person import person_parts
from landed.dashboard.panels import Action, Asked, Block, Fact, PagePlan, Panel, Part
from landed.dashboard.wording import day_words
from landed.privacy import (
    PURPOSES,
    Permission,
    Permissions,
    PrivacyRequest,
    Purpose,
    Rule,
    digest_subject,
    fetch_permissions,
    fetch_requests,
    fetch_rules,
    fetch_texts,
)

__all__ = ["PURPOSE_WORDS", "build_allowing", "build_wishes", "plan_own"]

PURPOSE_WORDS: Final[Mapping[Purpose, tuple[str, str]]] = {
    "analytics": (
        "Numbers about everybody",
        "What you do is counted together with what others do, to see whether the product helps.",
    ),
    "personalisation": (
        "What you are shown",
        "What you did decides what you are shown, also in experiments that compare two ways.",
    ),
    "training": (
        "Teaching models",
        "Your texts, without names and addresses, may teach the models that help other people.",
    ),
    "messages": (
        "Messages",
        "You are asked how it went: whether an application led to an interview or an offer.",
    ),
}
"""How a page calls each purpose, and what is said where no text was published."""

_FILES: Final = (
    ("/me/data?format=html", "All that is kept, as a page"),
    ("/me/data?format=json", "as a file for programs"),
)
_WHAT_GOES: Final = (
    (
        "Everything that is kept about you here is deleted: what you did, what you wrote, what you "
        "allowed, and what teaches models. It cannot be brought back."
    ),
    (
        "Not deleted are files that were copied away before, and what the product itself keeps of "
        "you, such as your account: ask there too. That somebody asked, and when it was done, "
        "stays, without your name."
    ),
)


def plan_own(asked: Asked) -> PagePlan:
    """Say what the page is made of that a person sees of themselves.

    Args:
        asked: By a person who came by a link, and a period.
    """
    key = bytes.fromhex(asked.subject)
    return PagePlan(
        title="What is kept about you",
        sub="under a pseudonym; free text was scrubbed before it was written",
        parts=(
            Part(
                name="allow",
                title="What you allow",
                fetch=lambda: _fetch_allowing(asked, key),
                is_fresh=True,
            ),
            Part(
                name="wishes",
                title="What you may ask for",
                fetch=lambda: _fetch_wishes(asked, key),
                is_fresh=True,
            ),
            *person_parts(asked, key, links=_FILES, is_own=True),
        ),
    )


def _fetch_allowing(asked: Asked, key: bytes) -> Block:
    state = asked.services.state
    found, rules = fetch_permissions(state, [key]), fetch_rules(state)
    return build_allowing(found, rules, fetch_texts(state), asked.seal)


def _fetch_wishes(asked: Asked, key: bytes) -> Block:
    digest = digest_subject(key)
    requests = [one for one in fetch_requests(asked.store) if digest in one.subjects]
    since = fetch_permissions(asked.services.state, [key]).restricted_since
    needs_word = asked.services.settings.own_erasure == "confirm"
    return build_wishes(since, requests, asked.seal, needs_word=needs_word)


def build_allowing(
    found: Permissions,
    rules: Mapping[Purpose, Rule],
    texts: Mapping[tuple[str, int], str],
    seal: str,
) -> Block:
    """Write a switch for each purpose.

    Args:
        found: What the person said.
        rules: What holds for each purpose.
        texts: What people were shown, by purpose and version.
        seal: What the forms send along.
    """
    said = {one.purpose: one for one in found.purposes}
    panel = Panel(
        id="allow",
        title="What you allow",
        sub="Each holds at once, and you can change your mind whenever you like",
        actions=tuple(_switch(said[one], rules[one], texts, seal) for one in PURPOSES),
        notes=(_restricted(found.restricted_since),),
        size="wide",
    )
    return Block(panels=(panel,))


def _restricted(since: datetime | None) -> str:
    if since is None:
        return ""
    return f"Whatever you allow here, your data are not used: you said so on {day_words(since)}."


def _switch(one: Permission, rule: Rule, texts: Mapping[tuple[str, int], str], seal: str) -> Action:
    title, default = PURPOSE_WORDS[one.purpose]
    allows = rule.allows(one.said)
    return Action(
        title=title,
        state="allowed" if allows else "not allowed",
        is_on=allows,
        text=(rule.text or default, *_history(one, rule, texts)),
        href="/me/consents",
        hidden=(
            ("seal", seal),
            ("purpose", one.purpose),
            ("answer", "no" if allows else "yes"),
            ("version", str(rule.version)),
        ),
        button="Refuse" if allows else "Allow",
    )


def _history(one: Permission, rule: Rule, texts: Mapping[tuple[str, int], str]) -> list[str]:
    """What the person said, and to which text if it was another one."""
    asked = f"This is version {rule.version} of the text. " if rule.version else ""
    said = one.said
    if said is None:
        meant = (
            "is used unless you refuse" if rule.silence_allows else "is not used until you say yes"
        )
        return [f"{asked}You said nothing about it; it {meant}."]
    word = "yes" if said.granted else "no"
    lines = [f"{asked}You said {word} on {day_words(said.said_at)} ({said.source})."]
    if said.version != rule.version:
        before = texts.get((one.purpose, said.version))
        lines.append(
            f"You were asked with version {said.version}: “{before}”"
            if before
            else "That was before this text was published."
        )
    return lines


def build_wishes(
    restricted_since: datetime | None,
    requests: Sequence[PrivacyRequest],
    seal: str,
    *,
    needs_word: bool,
) -> Block:
    """Write what a person may ask for: not to be used, and to be forgotten.

    Args:
        restricted_since: Since when the data are not used; None: they may be.
        requests: Of the person, the newest first.
        seal: What the forms send along.
        needs_word: Whether a wish to be forgotten waits for somebody's word.
    """
    waits = next((one for one in requests if one.is_open), None)
    panel = Panel(
        id="wishes",
        title="What you may ask for",
        actions=(
            _restriction(restricted_since, seal),
            _erasure(waits, seal, needs_word=needs_word),
        ),
        facts=tuple(Fact(title=day_words(one.received_at), text=_came_of(one)) for one in requests),
        size="wide",
    )
    return Block(panels=(panel,))


def _restriction(since: datetime | None, seal: str) -> Action:
    is_on = since is not None
    return Action(
        title="Keep my data, but do not use them",
        state=f"since {day_words(since)}" if since else "not asked for",
        is_on=is_on,
        text=(
            (
                "For as long as you dispute something. What is kept of you leaves every number and "
                "every page, and nothing new is kept, until you lift it. It can take a minute."
            ),
        ),
        href="/me/restriction",
        hidden=(("seal", seal), ("answer", "no" if is_on else "yes")),
        button="Use them again" if is_on else "Do not use them",
    )


def _erasure(waits: PrivacyRequest | None, seal: str, *, needs_word: bool) -> Action:
    if waits is not None and waits.state == "asked":
        return Action(
            title="Be forgotten",
            state="asked for",
            is_on=True,
            text=(
                (
                    f"You asked on {day_words(waits.received_at)}. Somebody who runs the product "
                    f"confirms it, and it is answered by {day_words(waits.due_at)}."
                ),
            ),
            href="/me/erasure",
            hidden=(("seal", seal), ("answer", "no")),
            button="Take it back",
        )
    next_step = (
        "Somebody who runs the product confirms it first, since whoever has your link could press "
        "this. You are answered within a month, and can take it back until then."
        if needs_word
        else "It begins at once, and is complete within some ten minutes."
    )
    return Action(
        title="Be forgotten",
        state="under way" if waits else "not asked for",
        is_on=waits is not None,
        text=(*_WHAT_GOES, next_step),
        href="/me/erasure",
        hidden=(("seal", seal), ("answer", "yes")),
        button="Ask to be forgotten",
        confirm="I have read what will happen, and want it.",
    )


def _came_of(one: PrivacyRequest) -> str:
    words = {
        "asked": f"You asked to be forgotten; answered by {day_words(one.due_at)}.",
        "withdrawn": "You asked to be forgotten, and took it back.",
        "declined": "You asked to be forgotten; it was declined. The product tells you why.",
        "done": "You asked to be forgotten, and were.",
    }
    return words.get(one.state, "To be forgotten: it is being carried out.")
