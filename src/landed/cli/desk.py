"""The desk for what people ask: the running server, or what it would do in the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from typing import Any, Final

import httpx
import msgspec

from landed.cli.local import find_server, opened
from landed.config import Settings
from landed.errors import LandedError
from landed.privacy import (
    PrivacyRequest,
    PublicWish,
    fetch_budget,
    fetch_requests,
    fetch_rules,
    make_release,
    plan_release,
    write_personal_html,
    write_personal_json,
)
from landed.wiring import (
    Services,
    answer_erasure,
    fetch_everything_kept,
    follow_wishes,
    publish_text,
    restrict_person,
    take_consents,
    take_erasure,
)

__all__ = ["Ask", "desk"]

_PATIENCE_SECONDS: Final = 120.0
_ZONE_SECONDS: Final = 60.0
Ask = Callable[[str, str, dict[str, Any]], Any]


@contextmanager
def desk(settings: Settings) -> Iterator[Ask]:
    """Ask the running server, or do what it would in the folder.

    Args:
        settings: Where the folder is.

    Returns:
        Method, path below `/api/privacy/`, and body → the answer.

    Raises:
        LandedError: The server refused.
        StoreError: The store did not come up, or another process owns the folder.
    """
    server = find_server(settings)
    if server is None:
        with opened(settings) as services:
            yield lambda method, path, body: _do(services, method, path, body)
        return
    headers = {"Authorization": f"Bearer {server.keys.admin_key}"}
    with httpx.Client(headers=headers, timeout=_PATIENCE_SECONDS, verify=server.verify) as client:

        def ask(method: str, path: str, body: dict[str, Any]) -> Any:
            answer = client.request(
                method,
                f"{server.url}/api/privacy/{path}",
                json=body if method == "POST" else None,
                params=None if method == "POST" else body,
            )
            if answer.is_error:
                raise LandedError(f"The server refused: {answer.json()['message']}")
            return answer.text if path == "access" else answer.json()

        yield ask


def _do(services: Services, method: str, path: str, body: dict[str, Any]) -> Any:
    place, _, request_id = path.partition("/")
    action, do = _DOES[method, place]
    if action and not request_id:  # a look at how far a request is, each second, is no news
        user_id = body.get("user_id")
        services.note_command(action, services.subject_key(user_id) if user_id else b"")
    return do(services, {"request_id": request_id} | body)


def _show(services: Services, body: dict[str, Any]) -> str:
    keys = services.subject_keys(body["user_id"])
    write = write_personal_html if body["format"] == "html" else write_personal_json
    found = services.fetch_person(*keys, follow_links=body["follow_links"])
    return write(replace(found, taught=services.fetch_taught(body["user_id"])))


def _forget(services: Services, body: dict[str, Any]) -> Any:
    return _plain(take_erasure(services, body["user_id"], follow_links=body["follow_links"]))


def _confirm(services: Services, body: dict[str, Any]) -> Any:
    request_id, is_confirmed = body["request_id"], body["confirmed"]
    return _plain(answer_erasure(services, request_id, is_confirmed=is_confirmed))


def _look(services: Services, body: dict[str, Any]) -> Any:
    if not body["request_id"]:
        return [_plain(one) for one in fetch_requests(services.store)]
    from landed.jobs import erase_now  # noqa: PLC0415 - apprise, which few commands need

    erase_now(services, search=False)
    return _plain(fetch_requests(services.store, body["request_id"])[0])


def _plain(one: PrivacyRequest) -> Any:
    """As the server would answer."""
    return _as_json(one.to_answer())


def _as_json(answer: Any) -> Any:
    return msgspec.to_builtins(answer)


def _consent(services: Services, body: dict[str, Any]) -> Any:
    found = take_consents(
        services, body["user_id"], body["consents"], source=body["source"], version=body["version"]
    )
    with suppress(LandedError):  # the next start of a server does it
        follow_wishes(services)
    return _as_json(found.to_answer())


def _restrict(services: Services, body: dict[str, Any]) -> Any:
    return _as_json(
        restrict_person(services, body["user_id"], is_wanted=body["restricted"]).to_answer()
    )


def _retention(services: Services, body: dict[str, Any]) -> Any:
    if services.training is not None:
        services.training.ready.exception(_ZONE_SECONDS)
    tried = {kind.removesuffix("_days"): days for kind, days in body.items() if days}
    return [asdict(one) for one in fetch_everything_kept(services, tried)]


def _purposes(services: Services, _: dict[str, Any]) -> Any:
    return [
        _as_json({**asdict(rule), "silence_allows": rule.silence_allows})
        for rule in fetch_rules(services.state).values()
    ]


def _publish(services: Services, body: dict[str, Any]) -> Any:
    rule = publish_text(
        services, body["purpose"], basis=body["basis"], text=body["text"], renew=body["renew"]
    )
    return _as_json({**asdict(rule), "silence_allows": rule.silence_allows})


def _budget(services: Services, _: dict[str, Any]) -> Any:
    return _as_json(fetch_budget(services.state, services.settings.public_epsilon))


def _release(services: Services, body: dict[str, Any]) -> Any:
    """A release, or what it would be: the place is `public-aggregates` or has `/plan` behind it."""
    is_plan = body.pop("request_id") == "plan"
    wish = msgspec.convert(body, PublicWish)
    given: dict[str, Any] = {"allowed": services.settings.public_epsilon, "now": services.clock()}
    if is_plan:
        return _as_json(plan_release(services.state, wish, **given))
    return _as_json(make_release(services.store, services.state, wish, **given))


_DOES: Final[dict[tuple[str, str], tuple[str, Callable[[Services, dict[str, Any]], Any]]]] = {
    ("GET", "retention"): ("", _retention),
    ("POST", "access"): ("access", _show),
    ("POST", "erasures"): ("erasure", _forget),
    ("GET", "erasures"): ("read_requests", _look),
    ("POST", "confirmations"): ("confirm_erasure", _confirm),
    ("POST", "consents"): ("consent", _consent),
    ("POST", "restrictions"): ("restriction", _restrict),
    ("GET", "public-aggregates"): ("", _budget),
    ("POST", "public-aggregates"): ("public_release", _release),
    ("GET", "purposes"): ("", _purposes),
    ("POST", "purposes"): ("publish_purpose", _publish),
}
"""What is done, and by which word the audit log notes it."""
