"""A small parser of user agents: browser and its major version, system, kind of device.

The whole user agent is close to a fingerprint and is never kept.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["UserAgent", "parse_user_agent"]

_LONGEST: Final = 512
_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d{1,4})")),
    ("Opera", re.compile(r"\b(?:OPR|Opera|OPiOS)/(\d{1,4})")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d{1,4})")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS|Chromium)/(\d{1,4})")),
    ("Safari", re.compile(r"\bVersion/(\d{1,4})[\d.]{0,20} (?:Mobile/\w{1,12} )?Safari/")),
)
_SYSTEMS: Final = (
    ("iOS", re.compile(r"\b(?:iPhone|iPad|iPod)\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_BOT: Final = re.compile(r"bot\b|crawl|spider|headless", re.IGNORECASE)
_TABLET: Final = re.compile(r"\biPad\b|\bTablet\b|\bAndroid\b(?!.{0,200}\bMobile\b)")
_PHONE: Final = re.compile(r"\bMobi|\biPhone\b")


class UserAgent(NamedTuple):
    """What a user agent tells; parts that it does not tell are empty.

    Attributes:
        browser: Name of the browser.
        version: Its major version.
        os: Name of the operating system.
        device: `mobile`, `tablet`, `desktop` or `bot`.
    """

    browser: str = ""
    version: str = ""
    os: str = ""
    device: str = ""


def parse_user_agent(agent: str) -> UserAgent:
    """Read the few parts of a user agent that many people share.

    Args:
        agent: The text as sent; only its first 512 characters count.

    Returns:
        The parts; all empty for an unknown one.

    Examples:
        >>> parse_user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/2010 Firefox/128.0")
        UserAgent(browser='Firefox', version='128', os='Linux', device='desktop')
    """
    agent = agent[:_LONGEST]
    system = next((name for name, pattern in _SYSTEMS if pattern.search(agent)), "")
    for name, pattern in _BROWSERS:
        found = pattern.search(agent)
        if found:
            return UserAgent(name, found[1], system, _device(agent, system))
    return UserAgent("", "", system, _device(agent, system))


def _device(agent: str, system: str) -> str:
    if _BOT.search(agent):
        return "bot"
    if not system:
        return ""
    if _TABLET.search(agent):
        return "tablet"
    return "mobile" if _PHONE.search(agent) else "desktop"
