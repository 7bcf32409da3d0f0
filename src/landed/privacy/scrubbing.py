"""The scrubber: personal data out of texts and out of whole events, fast.

An event's strings are mostly ids, enum words and titles that come again and again, so the
usual way is a walk that only compares. What it does not know takes the careful way
(`_Walk`), which looks properly and remembers what it found to be clean. Only clean strings
are remembered: the memory holds no personal data that the scrubber can see.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NoReturn

from landed.errors import InvalidEventError
from landed.privacy.authors import announced_names
from landed.privacy.numbering import numbered_marks
from landed.privacy.telltales import LOCAL_KINDS, is_reference_key, is_version_key, telltale
from landed.privacy.texts import find_personal, scrub_names, scrub_text, write_marks
from landed.privacy.types import Kind
from landed.privacy.variants import name_forms
from landed.privacy.wrappings import nested_value, plainly, unwrapped, wrapped_again

__all__ = ["Scrubber"]

_SMALLEST_INT: Final = -(2**63)
_LARGEST_INT: Final = 2**64 - 1
_DEEPEST: Final = 16
_MOST_KEYS: Final = 1000
_LONGEST_KEY: Final = 200
_REMEMBERED: Final = 65_536
_REMEMBERED_KEYS: Final = 8_192
_REMEMBERED_LENGTH: Final = 120
_UNKNOWN_SIZE: Final = -(1 << 30)
_is_id = re.compile(
    r"[a-zA-Z]{1,16}_\d{1,20}"
    r"|(?:[A-Za-z]{1,16}[_:.-])?(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{1,6}|(?=[a-f]{0,6}\d{1,16}[a-f]|[a-f]{1,6}\d)[0-9a-f]{6,64})"
    r"|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
).fullmatch


class Scrubber:
    """Takes personal data out of texts and events; a mark of its kind stands in its place.

    One scrubber serves one thread: it remembers clean strings without a lock.

    Args:
        phone_region: ISO code of the country of phone numbers without a country code.

    Examples:
        >>> scrubber = Scrubber("US")
        >>> scrubber.scrub("Ask Maria Rossi (maria@rossi.example, 415-555-0123) about Java")
        'Ask ⟨NAME⟩ (⟨EMAIL⟩, ⟨PHONE⟩) about Java'
        >>> scrubber.scrub_json({"name": "Zoe", "title": "Data Scientist", "note": "zoe's CV"})
        {'name': '⟨NAME⟩', 'title': 'Data Scientist', 'note': "⟨NAME⟩'s CV"}
    """

    __slots__ = (
        "_clean",
        "_plain_keys",
        "_reference_keys",
        "_region",
        "_version_keys",
        "_versions",
    )

    def __init__(self, phone_region: str) -> None:
        self._region = phone_region
        self._clean: set[str] = set()
        self._plain_keys: set[str] = set()
        self._reference_keys: set[str] = set()
        self._version_keys: set[str] = set()
        self._versions: set[str] = set()

    def scrub(self, text: str) -> str:
        """Replace the personal data of a text.

        Args:
            text: Any text: a word, a sentence, a whole CV.

        Returns:
            The text with marks such as `⟨EMAIL⟩`; the very same text if nothing was found.
            Invisible characters are dropped, full-width and styled ones become usual ones. Of
            an encoded text (base64, percent signs) that hides personal data, what it hides is
            given, scrubbed. Of JSON that is too deep to look into, a mark is left.
        """
        if text in self._clean or _is_id(text):
            return text
        walk = _Walk(self, [], ())
        try:
            scrubbed: str = walk.value(text, "$", 0, "")
        except InvalidEventError:
            return Kind.SECRET.value
        scrubbed = _everywhere(walk.known(), scrubbed)
        return text if scrubbed == text else scrubbed

    def scrub_document(self, text: str, *, known_names: Iterable[str] = ()) -> str:
        """Replace the personal data of one document by marks with numbers.

        The same name has the same number wherever it stands in the document, also as a part:
        who reads it, or learns from it, can follow who is meant without knowing who it is. The
        numbers say nothing outside of the document.

        Args:
            text: A whole document, such as a CV.
            known_names: Names of the person from elsewhere, for example from an account.

        Returns:
            The document with marks such as `⟨NAME_1⟩` and `⟨EMAIL_2⟩`.

        Examples:
            >>> Scrubber("US").scrub_document("Maria Rossi met Zoe Lang. Rossi cooks.")
            '⟨NAME_1⟩ met ⟨NAME_2⟩. ⟨NAME_1⟩ cooks.'
        """
        text = plainly(text)
        found = find_personal(
            text, self._region, known=name_forms([*announced_names(text), *known_names])
        )
        return write_marks(text, found, numbered_marks(text, found))

    def scrub_json(
        self,
        value: Any,
        *,
        known_names: Iterable[str] = (),
        labels: Collection[str] = (),
        path: str = "$",
    ) -> Any:
        """Replace the personal data in all keys and values of decoded JSON.

        Strings are scrubbed. Under a key that tells (`name`, `email`, …; see `telltales`)
        the whole value is replaced, numbers and objects too; null, true and false stay.
        What stood under a name key, and what a text names as its author, vanishes from all
        other strings of the value. Numbers under other keys stay: an amount can look like
        a phone number, and nothing tells them apart.

        Args:
            value: Properties or content as decoded; it is not changed.
            known_names: Names of the person from elsewhere, for example from traits.
            labels: Top-level keys that hold a label though they would tell, such as the
                `name` of a page: their values are scrubbed as texts.
            path: Where the value stands in the event, for error messages.

        Returns:
            The same value if it was clean, else a scrubbed copy.

        Raises:
            InvalidEventError: Deeper than 16 levels, more than 1,000 keys, a key longer than
                200 characters, an integer beyond 64 bits, or a number that is not finite.
        """
        if (
            not known_names
            and type(value) is dict
            and 0 <= self._clean_size(value, 1) <= _MOST_KEYS
        ):
            return value
        walk = _Walk(self, list(known_names), labels)
        scrubbed = walk.value(value, path, 0, "")
        return _everywhere(walk.known(), scrubbed)

    def _clean_size(self, record: dict[str, Any], depth: int) -> int:
        """Count the keys of a record that is known to be clean; negative when in doubt."""
        clean, keys, references = self._clean, self._plain_keys, self._reference_keys
        size = len(record)
        for key, value in record.items():
            kind = type(value)
            if key not in keys or not (
                (
                    kind is str
                    and (
                        value in clean
                        or _is_id(value) is not None
                        or (key in references and value.isdecimal())
                        or (value in self._versions and key in self._version_keys)
                    )
                )
                or (kind is int and _SMALLEST_INT <= value <= _LARGEST_INT)
                or (kind is float and value - value == 0.0)
                or value is None
                or kind is bool
            ):
                if (kind is not dict and kind is not list) or key not in keys:
                    return _UNKNOWN_SIZE
                size += self._clean_part(value, depth + 1)
        return size

    def _clean_part(self, value: dict[str, Any] | list[Any], depth: int) -> int:
        if depth > _DEEPEST:
            return _UNKNOWN_SIZE
        if type(value) is dict:
            return self._clean_size(value, depth)
        clean = self._clean
        if all(item in clean if type(item) is str else item is None for item in value):
            return 0
        return _UNKNOWN_SIZE

    def _scrub_new(self, text: str, known: Collection[str], *, versions: bool) -> str:
        """Scrub a text that is not remembered; remember it if it is clean under any key."""
        scrubbed = scrub_text(text, self._region, versions=versions, known=known)
        if scrubbed == text and len(text) <= _REMEMBERED_LENGTH:
            remembered = self._versions if versions else self._clean
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            remembered.add(text)
        return scrubbed

    def _remember_key(self, key: str) -> None:
        if len(self._plain_keys) >= _REMEMBERED_KEYS:
            self._plain_keys.clear()
        self._plain_keys.add(key)
        if is_reference_key(key):
            self._reference_keys.add(key)
        if is_version_key(key):
            self._version_keys.add(key)


class _Walk:
    """The careful way through one value: bounds, tell-tale keys, names met on the way."""

    __slots__ = ("_counted", "_forms", "_keys", "_labels", "_scrubber", "_strict", "names")

    def __init__(self, scrubber: Scrubber, names: list[str], labels: Collection[str]) -> None:
        self._scrubber = scrubber
        self._labels = labels
        self._keys = 0
        self._strict = True
        self._counted = 0
        self._forms: list[str] = []
        self.names = names

    def value(self, value: Any, path: str, depth: int, key: str) -> Any:
        """Scrub any value; `key` is the nearest key above it."""
        kind = type(value)
        if kind is str:
            return self._text(value, path, depth, key)
        if kind is dict or kind is list:
            if depth >= _DEEPEST:
                _refuse(path, f"the nesting is deeper than {_DEEPEST} levels; flatten it")
            if kind is dict:
                return self._record(value, path, depth + 1)
            items = enumerate(value)
            return [self.value(item, f"{path}[{at}]", depth + 1, key) for at, item in items]
        if self._strict and value is not None and kind is not bool:
            _check_number(value, path)
        return value

    def _text(self, text: str, path: str, depth: int, key: str) -> str:
        scrubber = self._scrubber
        if text in scrubber._clean or _is_id(text):  # noqa: SLF001 - the scrubber's other half
            return text
        if text.isdecimal() and is_reference_key(key):
            return text
        plain = unwrapped(text)
        for form in (text, plain):
            inner = nested_value(form)
            if inner is not None:
                scrubbed = self._inside(inner, path, depth)
                return text if scrubbed == inner else wrapped_again(form, scrubbed)
        for form in dict.fromkeys((plain, text)):
            self.names += announced_names(form)
            known, versions = self.known(), is_version_key(key)
            scrubbed = scrubber._scrub_new(form, known, versions=versions)  # noqa: SLF001
            if scrubbed != form:
                return scrubbed
        return text

    def _inside(self, inner: Any, path: str, depth: int) -> Any:
        """Scrub what a text holds as JSON or as a query; its numbers are text and may be any."""
        outer, self._strict = self._strict, False
        try:
            return self.value(inner, f"{path} (text)", depth + 1, "")
        finally:
            self._strict = outer

    def known(self) -> list[str]:
        """Forms of the names met so far; made anew when there are more of them."""
        if len(self.names) != self._counted:
            self._counted, self._forms = len(self.names), name_forms(self.names)
        return self._forms

    def _record(self, record: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        self._keys += len(record)
        if self._keys > _MOST_KEYS:
            _refuse(path, f"there are more than {_MOST_KEYS} keys in one event; send fewer")
        told = {key: telltale(key) for key in record}
        # First the names, so that texts beside them are searched for them as a whole.
        for key, kind in told.items():
            if kind in LOCAL_KINDS and not self._is_label(key, depth):
                self.names += _strings(record[key])
        scrubbed: dict[str, Any] = {}
        for key, value in record.items():
            kind = told[key]
            safe_key = self._key(key, path, plain=kind is None)
            while safe_key in scrubbed:
                safe_key += "+"
            replaced = kind is not None and not self._is_label(key, depth)
            if kind is None or not replaced or value is None or value is True or value is False:
                scrubbed[safe_key] = self.value(value, f"{path}.{safe_key}", depth, key)
            else:
                scrubbed[safe_key] = kind.value
        return scrubbed

    def _is_label(self, key: str, depth: int) -> bool:
        return depth == 1 and key in self._labels

    def _key(self, key: str, path: str, *, plain: bool) -> str:
        if len(key) > _LONGEST_KEY:
            _refuse(path, f"a key here has {len(key)} characters; at most {_LONGEST_KEY} are taken")
        safe_key = self._scrubber.scrub(key)
        if plain and safe_key == key:
            self._scrubber._remember_key(key)  # noqa: SLF001 - the scrubber's other half
        return safe_key


def _check_number(value: object, path: str) -> None:
    if type(value) is int:
        if not _SMALLEST_INT <= value <= _LARGEST_INT:
            _refuse(path, "the integer does not fit into 64 bits; send it as text")
    elif type(value) is not float:
        _refuse(path, f"a {type(value).__name__} is no JSON value; send text or a number")
    elif value - value != 0.0:
        _refuse(path, "the number is not finite; send null instead")


def _refuse(path: str, reason: str) -> NoReturn:
    raise InvalidEventError(f"{path}: {reason}", detail=path)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _everywhere(known: list[str], value: Any) -> Any:
    """Take the names out of all strings and keys of a value."""
    if not known:
        return value
    if isinstance(value, str):
        return _without(known, value)
    if isinstance(value, list):
        return [_everywhere(known, item) for item in value]
    if isinstance(value, dict):
        return {_without(known, key): _everywhere(known, item) for key, item in value.items()}
    return value


def _without(known: list[str], text: str) -> str:
    for form in dict.fromkeys((unwrapped(text), text)):
        scrubbed = scrub_names(form, known)
        if scrubbed != form:
            return scrubbed
    return text
