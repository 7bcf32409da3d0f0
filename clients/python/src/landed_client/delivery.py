"""One request to landed, and what became of it."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from landed_client.errors import LandedError

__all__ = ["Delivery", "Sent"]

_log = logging.getLogger("landed_client")
_EVENTS = "/api/analytics/events"
_FLAGS = "/api/flags/definitions"
_NOT_MODIFIED = 304
_TOO_LARGE = 413
# Wrong keys are mended and busy servers recover: such events are worth keeping.
_LATER = frozenset((401, 403, 404, 408, 425, 429))
_SERVER_FAULT = 500
_LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class Sent:
    """What became of a batch.

    Attributes:
        fault: Why it did not arrive; empty when it did.
        later: It may arrive later; else it never will.
        wait_seconds: How long the server asks to wait.
        too_large: It would arrive in smaller pieces.
        set_aside: Events that the server took and could not read: they lie in its quarantine.
    """

    fault: str = ""
    later: bool = False
    wait_seconds: float = 0.0
    too_large: bool = False
    set_aside: int = 0


class Delivery:
    """Speaks to one landed server.

    Args:
        url: Where landed listens.
        write_key: Sends events.
        read_key: Reads numbers; empty: this program only sends.
        timeout_seconds: For one request.
        path: Where events go.

    Raises:
        ValueError: The address is no HTTP address.
    """

    def __init__(
        self,
        url: str,
        write_key: str,
        read_key: str,
        timeout_seconds: float,
        *,
        path: str = _EVENTS,
    ) -> None:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError(f"url is {url!r}; it must begin with http:// or https://")
        self.url = url.rstrip("/")
        self._write_key = write_key
        self._read_key = read_key
        self._timeout = timeout_seconds
        self._path = path

    def send(self, lines: Sequence[bytes]) -> Sent:
        """Send a batch once. Raises nothing.

        Args:
            lines: Events, each as JSON.
        """
        sent_at = datetime.now(UTC).isoformat()
        body = b'{"sent_at":"%s","events":[%s]}' % (sent_at.encode(), b",".join(lines))
        headers = {
            "Authorization": f"Bearer {self._write_key}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        request = Request(  # noqa: S310 - the scheme was checked
            self.url + self._path, data=gzip.compress(body, 6), headers=headers
        )
        try:
            with urlopen(request, timeout=self._timeout) as answer:  # noqa: S310 - as above
                return _taken(answer.read())
        except HTTPError as error:
            with error:
                return _refused(error)
        except (OSError, HTTPException) as error:
            return Sent(fault=str(getattr(error, "reason", "") or error), later=True)

    def read(self, path: str, params: dict[str, Any]) -> Any:
        """Read one answer.

        Args:
            path: Such as `/api/analytics/dashboard/overview`.
            params: Of the query; a list is sent as several values, None is left out.

        Raises:
            LandedError: The server refuses, is away or answers with no JSON.
        """
        with self.open(path, params) as answer:
            try:
                return json.load(answer)
            except ValueError as error:
                raise LandedError(0, "no_json", f"{path} did not answer with JSON.") from error

    def open(
        self, path: str, params: dict[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Open one answer to read it in pieces; close it after use.

        Args:
            path: As in `read`.
            params: As in `read`.
            headers: What else is told.

        Raises:
            LandedError: The server refuses or is away.
        """
        if not self._read_key:
            raise LandedError(
                0,
                "no_read_key",
                "Reading needs a key that may read: give read_key or set LANDED_ADMIN_KEY.",
            )
        kept = {name: value for name, value in params.items() if value is not None}
        query = f"?{urlencode(kept, doseq=True)}" if kept else ""
        request = Request(  # noqa: S310 - the scheme was checked
            self.url + path + query,
            headers={"Authorization": f"Bearer {self._read_key}", **(headers or {})},
        )
        try:
            return urlopen(request, timeout=self._timeout)  # noqa: S310 - as above
        except HTTPError as error:
            with error:
                raise _problem(error) from None
        except OSError as error:
            raise LandedError(0, "away", f"{self.url} cannot be reached: {error}") from error

    def fetch_flags(self, tag: str) -> tuple[Any, str] | None:
        """Read the flags and experiments that the server offers.

        Args:
            tag: Of what is known; empty: nothing.

        Returns:
            The offer and its tag; None: it is what is known.

        Raises:
            LandedError: The server refuses, is away or answers with no JSON.
        """
        headers = {"If-None-Match": tag} if tag else {}
        try:
            with self.open(_FLAGS, {}, headers=headers) as answer:
                return json.load(answer), answer.headers.get("ETag", "")
        except LandedError as error:
            if error.status == _NOT_MODIFIED:
                return None
            raise
        except (ValueError, HTTPException, OSError) as error:
            raise LandedError(0, "no_json", f"{_FLAGS} did not answer with JSON.") from error


def _taken(body: bytes) -> Sent:
    try:
        rejected = json.loads(body).get("rejected", [])
    except (ValueError, AttributeError):
        # 200 without landed's answer: a proxy's or a captive portal's page.
        return Sent(fault="the answer is not landed's", later=True)
    for one in rejected[:3]:
        # The server's words name the field and never repeat its value.
        _log.warning("landed set an event aside: %s", one.get("reason", one.get("code")))
    return Sent(set_aside=len(rejected))


def _refused(error: HTTPError) -> Sent:
    later = error.code in _LATER or error.code >= _SERVER_FAULT
    return Sent(
        fault=f"landed answers {error.code}",
        later=later,
        wait_seconds=_wait_of(error.headers.get("Retry-After")),
        too_large=error.code == _TOO_LARGE,
    )


def _wait_of(text: str | None) -> float:
    try:
        return min(max(float(text or 0), 0.0), _LONGEST_WAIT_SECONDS)
    except ValueError:  # a date, which a clock that is off would misread
        return 0.0


def _problem(error: HTTPError) -> LandedError:
    try:
        told = json.load(error)
        return LandedError(error.code, str(told.get("code", "")), str(told["message"]))
    except (ValueError, KeyError, AttributeError, TypeError):
        return LandedError(error.code, "", f"landed answers {error.code}.")
