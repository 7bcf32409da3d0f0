"""The context of an event, cut down to what is useful and common to many people.

A context as sent holds an IP address, a whole URL, device ids, traits, a user agent that
is nearly unique. Here a whitelist decides: what is not named does not pass, and what is
named must look like what it should be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from landed.privacy.scrubbing import Scrubber
from landed.privacy.useragents import parse_user_agent

__all__ = ["ContextCleaner", "hide_handles", "known_referrer", "private_context"]

_REMEMBERED: Final = 16_384
_VERSION: Final = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,4}(?:[-+][0-9A-Za-z.]{1,24})?")
_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+()&,-]{0,47}")
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,47}")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4}){0,2}")
_ZONE: Final = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)"
    r"/[A-Za-z_+0-9-]{1,30}(?:/[A-Za-z_-]{1,30})?|UTC|GMT"
)
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
_SEGMENT: Final = re.compile(r"[a-z]{1,24}(?:[_-][a-z]{1,24}){0,7}(?:\.[a-z]{2,5})?|v?\d{1,3}")
_PEOPLE_WORDS: Final = (
    "u user users in people person profile profiles member members candidate candidates "
    "account accounts author authors resume resumes cv cvs talent student students"
)
_PEOPLE: Final = frozenset(_PEOPLE_WORDS.split())
_HANDLE: Final = re.compile(
    r"(^/in|/(?:u|users?|people|person|members?|candidates?|authors?|talents?|students?))/[^/?#]+",
    re.IGNORECASE,
)
_MOST_SEGMENTS: Final = 8
_LARGEST_SCREEN: Final = 20_000
_REFERRERS_WORDS: Final = (
    "google bing duckduckgo yahoo baidu yandex ecosia qwant startpage perplexity chatgpt "
    "linkedin facebook instagram twitter reddit youtube tiktok pinterest github gitlab "
    "stackoverflow quora medium whatsapp telegram slack discord xing indeed glassdoor monster "
    "ziprecruiter stepstone"
)
_REFERRERS: Final = _REFERRERS_WORDS.split()
_SHORT_REFERRERS: Final = {
    "t.co": "twitter",
    "x.com": "twitter",
    "lnkd.in": "linkedin",
    "fb.com": "facebook",
    "youtu.be": "youtube",
    "wa.me": "whatsapp",
    "t.me": "telegram",
    "news.ycombinator.com": "hackernews",
    "search.brave.com": "brave",
}
_Record = Mapping[str, Any]


class ContextCleaner:
    """Makes contexts private and remembers what came out, since contexts repeat.

    It remembers a 64-bit keyed hash of what came in and never the context itself. One
    cleaner serves one thread.

    Args:
        scrubber: Looks through the texts that the whitelist lets pass.

    Examples:
        >>> cleaner = ContextCleaner(Scrubber("US"))
        >>> cleaner.clean_json({"ip": "192.0.2.7", "locale": "de-AT", "os": {"name": "iOS"}})
        '{"os":{"name":"iOS"},"locale":"de-AT"}'
    """

    __slots__ = ("_recent", "_scrubber")

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        self._recent: dict[int, str] = {}

    def clean_json(self, context: dict[str, Any]) -> str:
        """Give the private part of a context as JSON text.

        Args:
            context: The context as decoded; anything but an object counts as empty.

        Returns:
            JSON text, the same for equal contexts.
        """
        try:
            mark = hash(_encode(context))
        except (OverflowError, TypeError, ValueError, RecursionError):
            return self._clean(context)
        found = self._recent.get(mark)
        if found is None:
            found = self._clean(context)
            if len(self._recent) >= _REMEMBERED:
                self._recent.clear()
            self._recent[mark] = found
        return found

    def clean(self, context: dict[str, Any]) -> dict[str, Any]:
        """Give the private part of a context, freshly made.

        Args:
            context: The context as decoded; anything but an object counts as empty.

        Returns:
            A new object with at most: `library`, `device`, `os`, `app`, `browser`, `screen`,
            `locale`, `timezone`, `country`, `campaign`, `page`.

        Examples:
            >>> cleaner = ContextCleaner(Scrubber("US"))
            >>> cleaner.clean({"page": {"path": "/jobs/8812345", "referrer": "https://t.co/x"}})
            {'page': {'path': '/jobs/:id', 'referrer': 'twitter'}}
        """
        if not isinstance(context, dict):
            return {}
        agent = parse_user_agent(_text(context, "userAgent") or _text(context, "user_agent"))
        parts = {
            "library": self._named(_part(context, "library"), versions=("version",)),
            "device": self._device(_part(context, "device"), agent.device),
            "os": self._named(_part(context, "os"), versions=("version",)) or _some(name=agent.os),
            "app": self._named(_part(context, "app"), versions=("version", "build")),
            "browser": _some(name=agent.browser, version=agent.version),
            "screen": _screen(_part(context, "screen")),
            "locale": _matching(_LOCALE, context.get("locale")),
            "timezone": _matching(_ZONE, context.get("timezone")),
            "country": _country(context),
            "campaign": self._campaign(_part(context, "campaign")),
            "page": self._page(_part(context, "page")),
        }
        return {name: part for name, part in parts.items() if part}

    def _clean(self, context: dict[str, Any]) -> str:
        return _encode(self.clean(context)).decode()

    def _named(self, part: _Record, *, versions: tuple[str, ...]) -> dict[str, str]:
        found = {"name": self._label(part.get("name"))}
        found |= {key: _matching(_VERSION, part.get(key)) for key in versions}
        return _some(**found)

    def _device(self, part: _Record, guess: str) -> dict[str, str]:
        return _some(
            type=self._label(part.get("type")) or guess,
            model=self._label(part.get("model")),
            manufacturer=self._label(part.get("manufacturer")),
        )

    def _campaign(self, part: _Record) -> dict[str, str]:
        keys = ("source", "medium", "name", "term", "content")
        return _some(**{key: self._checked(_SLUG, part.get(key)) for key in keys})

    def _page(self, part: _Record) -> dict[str, str]:
        path = _text(part, "path") or _path_of(_text(part, "url"))
        return _some(path=self._path(path), referrer=known_referrer(_text(part, "referrer")))

    def _path(self, path: str) -> str:
        if not path.startswith("/"):
            return ""
        kept: list[str] = []
        before = ""
        for segment in path.partition("?")[0].partition("#")[0].split("/")[1 : _MOST_SEGMENTS + 1]:
            kept.append(self._segment(segment, before))
            before = segment
        return "/" + "/".join(kept)

    def _segment(self, segment: str, before: str) -> str:
        words = segment.replace("-", " ").replace("_", " ").title()
        if not segment:
            return ""
        if before in _PEOPLE or not _SEGMENT.fullmatch(segment):
            return ":id"
        return segment if self._scrubber.scrub(words) == words else ":id"

    def _label(self, value: object) -> str:
        return self._checked(_LABEL, value)

    def _checked(self, shape: re.Pattern[str], value: object) -> str:
        text = _matching(shape, value)
        return text if text and self._scrubber.scrub(text) == text else ""


def private_context(context: dict[str, Any], *, scrubber: Scrubber | None = None) -> dict[str, Any]:
    """Give the private part of one context; for many, keep a `ContextCleaner`.

    Args:
        context: The context as decoded.
        scrubber: Looks through the texts that the whitelist lets pass; without one a new
            scrubber is made, which is slow.

    Returns:
        A new object, see `ContextCleaner.clean`.

    Examples:
        >>> private_context({"ip": "192.0.2.7", "timezone": "UTC"})
        {'timezone': 'UTC'}
    """
    return ContextCleaner(scrubber or Scrubber("US")).clean(context)


_encode: Final[Callable[[object], bytes]] = msgspec.json.Encoder().encode


def _part(context: _Record, key: str) -> _Record:
    part = context.get(key)
    return part if isinstance(part, dict) else {}


def _text(part: _Record, key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""


def _some(**values: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


def _matching(shape: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and shape.fullmatch(value) else ""


def _country(context: _Record) -> str:
    location = _part(context, "location")
    for value in (context.get("country"), location.get("country"), location.get("countryCode")):
        found = _matching(_COUNTRY, value)
        if found:
            return found.upper()
    return ""


def _screen(part: _Record) -> dict[str, int]:
    sizes = {key: part.get(key) for key in ("width", "height")}
    return {
        key: size
        for key, size in sizes.items()
        if type(size) is int and 0 < size <= _LARGEST_SCREEN
    }


def hide_handles(path: str) -> str:
    """Replace what stands behind /users/, /in/ and their like: it is how a site calls a person.

    Args:
        path: Of a page, as a property says it.

    Examples:
        >>> [hide_handles(path) for path in ("/users/finch77/cv", "/in/finch77", "/jobs/in/rome")]
        ['/users/:id/cv', '/in/:id', '/jobs/in/rome']
    """
    return _HANDLE.sub(r"\1/:id", path) if path.startswith("/") else path


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def known_referrer(place: str) -> str:
    """Name a well-known site that a person came from; any other is `other`.

    A personal site would name its owner, so only sites common to many keep their name.

    Args:
        place: An address or a domain.

    Examples:
        >>> known_referrer("https://www.linkedin.com/in/x"), known_referrer("jane-doe.example")
        ('linkedin', 'other')
    """
    if not place:
        return ""
    try:
        host = (urlsplit(place if "//" in place else f"//{place}").hostname or "").removeprefix(
            "www."
        )
    except ValueError:
        return "other"
    labels = host.split(".")
    known = (name for name in _REFERRERS if name in labels[-3:-1])
    return _SHORT_REFERRERS.get(host) or next(known, "other")
