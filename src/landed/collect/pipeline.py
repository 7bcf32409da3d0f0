"""From decoded events to rows that may be written: checked, consented, made private.

`Pipeline.build_rows` is the one place where a raw event becomes a row. Everything after it
— spool, store, quarantine, log — sees pseudonyms and scrubbed text only.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import unquote

import msgspec

from landed.collect.columns import fit_columns
from landed.collect.decode import places_of
from landed.collect.rows import EventRow, QuarantineRow
from landed.collect.types import Decoded, RawEvent, Rejected
from landed.errors import InvalidEventError
from landed.events import canonical_name, check, is_planned
from landed.privacy import (
    ContextCleaner,
    Pseudonymiser,
    Scrubber,
    TextKeys,
    has_texts,
    hide_handles,
    known_referrer,
    may_collect,
    seal_texts,
    sender_of,
)
from landed.store.tables import NO_SESSION

__all__ = ["BuiltRows", "Draft", "Pipeline"]

# Ids of messages and sessions inside a quarantined event: they can carry names.
_DIGESTED_IDS: Final = {
    "message_id": "message",
    "messageId": "message",
    "uuid": "message",
    "session_id": "session",
    "sessionId": "session",
    "$session_id": "session",
}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MS: Final = timedelta(milliseconds=1)
_DEALT: Final = frozenset({"experiment_assigned", "experiment_exposed"})
_encode: Final = msgspec.json.Encoder().encode
_DIGESTED_IN_PROPERTIES: Final = {"$session_id": "session", "$insert_id": "message"}
_PARTS: Final = {"properties", "traits", "context"}
_MAX_QUARANTINED_CHARS: Final = 8_192
_NAME_TRAITS: Final = ("name", "firstName", "lastName", "first_name", "last_name")
# Raw identifiers that hosts copy into properties: they become pseudonyms like the id itself.
_ID_PROPERTIES: Final = {
    "user_id": "user_key",
    "userId": "user_key",
    "distinct_id": "user_key",
    "anonymous_id": "anonymous_key",
    "anonymousId": "anonymous_key",
    "previous_id": "previous_key",
    "previousId": "previous_key",
    "group_id": "group_key",
    "groupId": "group_key",
}
_SENDERS: Final = (
    "user_id",
    "userId",
    "distinct_id",
    "anonymous_id",
    "anonymousId",
)
# Paths of URLs arrive percent-encoded, where no name can be seen in them.
_PATH_PROPERTIES: Final = ("path", "page_path", "$pathname")
_PLACES: Final = frozenset({*_PATH_PROPERTIES, "referrer_domain"})
# Identifiers that only some clients' forms know; decoders take them out of what is accepted.
_RAW_IDS: Final = {
    *_ID_PROPERTIES,
    "alias",
    "$anon_distinct_id",
    "$device_id",
    "$distinct_id",
    "$group_key",
    "$user_id",
}


class _Unsealed(NamedTuple):
    """What a person wrote, and the row whose last column it is to be."""

    rows: list[Any]
    place: int
    person: bytes
    event: str
    value: dict[str, Any]


class Draft(msgspec.Struct):
    """What one request becomes, before its texts are sealed: in memory only.

    Attributes:
        events: Rows of the events table; where texts are to be sealed, the last column is empty.
        quarantine: Rows of the quarantine table, the same.
        unsealed: What is to be there.
        withheld: As in `BuiltRows`.
        refusals: As in `BuiltRows`.
    """

    events: list[Any] = []
    quarantine: list[Any] = []
    unsealed: list[_Unsealed] = []
    withheld: int = 0
    refusals: dict[int, str] = {}

    @property
    def people(self) -> frozenset[bytes]:
        """Pseudonyms of those whose texts are to be sealed."""
        return frozenset(one.person for one in self.unsealed)


class BuiltRows(msgspec.Struct, frozen=True):
    """What one request becomes.

    Attributes:
        events: Rows of the events table.
        quarantine: Rows of the quarantine table.
        withheld: How many events consent did not allow; nothing else of them is kept.
        refusals: Reason of each event that went to the quarantine, by its place in the request.
    """

    events: list[EventRow]
    quarantine: list[QuarantineRow]
    withheld: int
    refusals: dict[int, str]


class People(Protocol):
    """Who said what about their events."""

    @property
    def is_open(self) -> bool:
        """Whether nobody forbids to keep an event."""
        ...

    def may_keep(self, subjects: Sequence[bytes], /) -> bool:
        """Tell whether an event of somebody may be kept."""
        ...

    @property
    def deals_everybody(self) -> bool:
        """Whether nobody forbids to be dealt a variant."""
        ...

    def may_deal(self, subjects: Sequence[bytes], /) -> bool:
        """Tell whether somebody may be dealt a variant."""
        ...


@dataclass(frozen=True)
class Pipeline:
    """Builds rows from decoded requests. Stateless but for its caches; one per process.

    Attributes:
        pseudonymiser: Turns ids into keys.
        scrubber: Removes personal data from text.
        contexts: Reduces contexts to what does not identify.
        people: Who said what about their events; None: nobody is asked.
        texts: Keys of what people write; None: it is kept as it is.
    """

    pseudonymiser: Pseudonymiser
    scrubber: Scrubber
    contexts: ContextCleaner
    people: People | None = None
    texts: TextKeys | None = None

    def build_rows(
        self,
        decoded: Decoded,
        *,
        received_at: datetime,
        source: str,
        gpc: bool = False,
        dnt: bool = False,
    ) -> BuiltRows:
        """Check and privatise every event of a request; each stands or falls alone.

        Args:
            decoded: What the decoder made of the request.
            received_at: The server's time, aware UTC.
            source: Name of the SDK form or route, for the envelope.
            gpc: Whether the request carries the Global Privacy Control signal.
            dnt: Whether it carries Do Not Track.

        Raises:
            StateError: Somebody new wrote a text, and the state, which keeps the keys, is away.
        """
        draft = self.draft(decoded, received_at=received_at, source=source, gpc=gpc, dnt=dnt)
        return self.seal(draft)

    def draft(
        self,
        decoded: Decoded,
        *,
        received_at: datetime,
        source: str,
        gpc: bool = False,
        dnt: bool = False,
    ) -> Draft:
        """The same but for sealing, which may have to wait for the state: no I/O.

        Args:
            decoded: As `build_rows` has it; so are the others.
            received_at: The server's time.
            source: For the envelope.
            gpc: A signal of the request.
            dnt: The same.
        """
        received_ms = (received_at - _EPOCH) // _ONE_MS
        draft = Draft()
        refused = [
            item
            for item in decoded.rejected
            if _may_keep(item, gpc=gpc, dnt=dnt) and self._sender_allows(item.content)
        ]
        withheld = len(decoded.rejected) - len(refused)
        for index, event in zip(places_of(decoded), decoded.events, strict=True):
            if not may_collect(event.context, gpc=gpc, dnt=dnt):
                withheld += 1
                continue
            try:
                if not self._allows(event.user_id, event.anonymous_id) or self._undealt(event):
                    withheld += 1
                    continue
                draft.events.append(self._event_row(draft, event, received_ms, source))
            except InvalidEventError as error:
                refused.append(_rejected(index, event, error))
        for item in refused:
            draft.quarantine.append(self._quarantine_row(draft, item, received_ms, source))
            draft.refusals[item.index] = item.reason
        draft.withheld = withheld
        return draft

    def seal(self, draft: Draft) -> BuiltRows:
        """Seal the texts of a draft, each under the key of its person.

        Args:
            draft: Of this pipeline.

        Raises:
            StateError: Somebody new wrote a text, and the state, which keeps the keys, is away.
        """
        if draft.unsealed and self.texts is not None:
            keys = self.texts.make(draft.people)
            for rows, place, person, event, value in draft.unsealed:
                sealed = seal_texts(event, value, person, keys[person])
                rows[place] = (*rows[place][:-1], _encode(sealed))
        return BuiltRows(draft.events, draft.quarantine, draft.withheld, draft.refusals)

    def _waits(
        self, draft: Draft, rows: list[Any], person: bytes | None, event: str, value: Any
    ) -> bool:
        """Whether the last column of the next row is to be sealed; if so, it is noted."""
        if self.texts is None or person is None or not has_texts(event, value):
            return False
        draft.unsealed.append(_Unsealed(rows, len(rows), person, event, value))
        return True

    def _allows(self, *raw_ids: Any) -> bool:
        """Ask whether a person's events may be kept, under each id that the event gives."""
        people = self.people
        if people is None or people.is_open:
            return True
        return people.may_keep(self._keys_of(*raw_ids))

    def _undealt(self, event: RawEvent) -> bool:
        """Whether it is an exposure of somebody who refused to be part of experiments."""
        people = self.people
        if people is None or people.deals_everybody or canonical_name(event.event) not in _DEALT:
            return False
        return not people.may_deal(self._keys_of(event.user_id, event.anonymous_id))

    def _keys_of(self, *raw_ids: Any) -> list[bytes]:
        return [self.pseudonymiser.subject_key(str(one)) for one in raw_ids if one]

    def _sender_allows(self, content: Any) -> bool:
        """The same for an event that cannot be read: its ids stand where its sender put them."""
        if not isinstance(content, dict):
            return True
        try:
            return self._allows(*(content.get(name) for name in _SENDERS))
        except InvalidEventError:
            return True

    def _event_row(self, draft: Draft, event: RawEvent, received_ms: int, source: str) -> EventRow:
        name = canonical_name(event.event)
        properties = event.properties
        check(name, properties)
        if not is_planned(name):
            name = self.scrubber.scrub(name)
        private = self._private_properties(properties, _names_in(event.context))
        if event.anonymous_id and event.anonymous_id != event.user_id:
            private["anonymous_key"] = self._key(event.anonymous_id)
        private = fit_columns(private)
        person = self.pseudonymiser.subject_key(event.user_id)
        occurred = event.occurred_at
        return (
            name,
            self._digest(event.message_id, "message") if event.message_id else os.urandom(16),
            person,
            self._digest(event.session_id, "session") if event.session_id else NO_SESSION,
            received_ms if occurred is None else (occurred - _EPOCH) // _ONE_MS,
            received_ms,
            source,
            self.contexts.clean_json(event.context) if event.context else "{}",
            # The last to be made: what fails before leaves nothing behind that waits.
            "{}"
            if not private or self._waits(draft, draft.events, person, name, private)
            else _encode(private),
        )

    def _private_properties(
        self, properties: Mapping[str, Any], names: Sequence[str] = ()
    ) -> dict[str, Any]:
        if _ID_PROPERTIES.keys().isdisjoint(properties):
            return self._scrubbed(properties, names)
        keyed = {
            _ID_PROPERTIES[name]: self._key(str(value))
            for name, value in properties.items()
            if name in _ID_PROPERTIES and value not in (None, "")
        }
        rest = {name: value for name, value in properties.items() if name not in _ID_PROPERTIES}
        return {**self._scrubbed(rest, names), **keyed}

    def _scrubbed(self, properties: Mapping[str, Any], names: Sequence[str] = ()) -> dict[str, Any]:
        plain = _with_plain_places(properties)
        scrubbed: dict[str, Any] = self.scrubber.scrub_json(plain, known_names=names)
        return scrubbed

    def _key(self, raw: str) -> str:
        return self.pseudonymiser.subject_key(raw).hex()

    def _digest(self, raw: str, domain: str) -> bytes:
        return self.pseudonymiser.digest_id(raw, domain=domain)

    def _quarantine_row(
        self, draft: Draft, item: Rejected, received_ms: int, source: str
    ) -> QuarantineRow:
        return (
            os.urandom(16),
            received_ms,
            source,
            self.scrubber.scrub(item.event) if item.event else "",
            self.scrubber.scrub(item.path),
            item.reason,
            self._quarantined_content(draft, item),
        )

    def _quarantined_content(self, draft: Draft, item: Rejected) -> str:
        try:
            private = self._without_ids(item.content)
            text = _encode(private).decode()
        except (InvalidEventError, msgspec.MsgspecError, RecursionError, OverflowError):
            return '"(content not kept: it could not be scrubbed safely)"'
        if len(text) > _MAX_QUARANTINED_CHARS:
            return f'"(content not kept: {len(text)} characters)"'
        event, person = canonical_name(item.event), sender_of(private)
        return "{}" if self._waits(draft, draft.quarantine, person, event, private) else text

    def _without_ids(self, content: Any) -> Any:
        """Content as a replay needs it: keys and digests stand where the raw ids stood."""
        if not isinstance(content, dict):
            return self.scrubber.scrub_json(content)
        names = [*_names_in(content.get("context")), *_names_in(content)]
        parts = {name for name in _PARTS if isinstance(content.get(name), dict)}
        plain = {name: value for name, value in content.items() if name not in parts}
        private = self._keyed_in_place(plain, _DIGESTED_IDS, names)
        for part in sorted(parts - {"context"}):
            private[part] = self._keyed_in_place(content[part], _DIGESTED_IN_PROPERTIES, names)
        if "context" in parts:
            private["context"] = msgspec.json.decode(self.contexts.clean_json(content["context"]))
        return private

    def _keyed_in_place(
        self, record: Mapping[str, Any], digested: Mapping[str, str], names: Sequence[str]
    ) -> dict[str, Any]:
        ids: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for name, value in record.items():
            if name not in digested and name not in _RAW_IDS:
                rest[name] = value
            elif value not in (None, ""):  # a digest of nothing would make all such events one
                ids[name] = self._in_place(str(value), digested.get(name))
        return {**self._scrubbed(rest, names), **ids}

    def _in_place(self, raw: str, domain: str | None) -> str:
        if domain is None:
            return self._key(raw)
        return str(uuid.UUID(bytes=self._digest(raw, domain)))


def _may_keep(item: Rejected, *, gpc: bool, dnt: bool) -> bool:
    """An event that cannot be read still says what may be done with it."""
    context = item.content.get("context") if isinstance(item.content, dict) else None
    return may_collect(context if isinstance(context, dict) else {}, gpc=gpc, dnt=dnt)


def _with_plain_places(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Decode paths, so that scrubbing sees them, without handles; of a referrer the well-known."""
    if _PLACES.isdisjoint(properties):
        return properties
    plain = {
        name: hide_handles(unquote(path))
        for name in _PATH_PROPERTIES
        if isinstance(path := properties.get(name), str)
    }
    referrer = properties.get("referrer_domain")
    if referrer and isinstance(referrer, str):
        plain["referrer_domain"] = known_referrer(referrer)
    return {**properties, **plain} if plain else properties


def _names_in(context: Any) -> Sequence[str]:
    """The person's names in the traits of a context: they must vanish from the properties."""
    traits = context.get("traits") if isinstance(context, dict) else None
    if not isinstance(traits, dict):
        return ()
    return [traits[key] for key in _NAME_TRAITS if isinstance(traits.get(key), str)]


def _rejected(index: int, event: RawEvent, error: InvalidEventError) -> Rejected:
    return Rejected(
        index=index,
        path=error.detail or "$",
        reason=error.message,
        content={
            "event": event.event,
            "user_id": event.user_id,
            "anonymous_id": event.anonymous_id,
            "message_id": event.message_id,
            "session_id": event.session_id,
            "occurred_at": event.occurred_at.isoformat() if event.occurred_at else None,
            "properties": event.properties,
            "context": event.context,
        },
        event=event.event,
        message_id=event.message_id,
    )
