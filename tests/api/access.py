"""Who may do what: the one table, and its page. `python -m tests.api.access` writes the page.

A route that no group names is reachable by nobody as far as the test is concerned, and fails it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from tests.api.asking import make_app, make_services

__all__ = ["GROUPS", "PAGE", "REMEDY", "ROLES", "Group", "Operation", "group_of", "operations"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
REMEDY: Final = "run `python -m tests.api.access`, look at the difference, and commit it"

ROLES: Final = {
    "nobody": "no key",
    "write": "`write.key`",
    "analyst": "`analyst.key`",
    "admin": "`admin.key`",
    "made write": "a key of scope `write`",
    "made read": "a key of scope `read`",
    "made training": "a key of scope `training`",
    "made subject": "a key of scope `subject`",
    "made admin": "a key of scope `admin`",
    "analyst session": "the session of an analyst",
    "admin session": "the session of an admin",
    "person": "the session of a person",
    "expired": "a key that has expired",
    "revoked": "a key that was revoked",
}
"""Who asks, and how the page calls them."""

_ADMINS: Final = frozenset({"admin", "made admin"})
_READERS: Final = _ADMINS | {"analyst", "made read", "analyst session", "admin session"}


@dataclass(frozen=True)
class Operation:
    """A method of a route."""

    method: str
    path: str

    @property
    def words(self) -> str:
        """As a reader writes it."""
        return f"{self.method} {re.sub(r':str}', '}', self.path)}"


@dataclass(frozen=True)
class Group:
    """Operations that are open to the same roles.

    Attributes:
        title: What they are for.
        roles: Who may; everybody else is refused.
        operations: Regular expressions, each for whole operations as `Operation.words` has them.
        note: What else a reader must know.
    """

    title: str
    roles: frozenset[str]
    operations: tuple[str, ...]
    note: str = ""


GROUPS: Final = (
    Group(
        "Open to everybody",
        frozenset(ROLES),
        (
            r"GET /(healthz|readyz|metrics)",
            r"GET /(docs|openapi\.json|favicon\.ico|static/.+)",
            r"GET /landed(-training)?\.(js|d\.ts)",
            r"(GET|POST) /login",
            r"POST /logout",
            r"GET /api/privacy/certificate-key",
        ),
        "They tell nothing of people and no number of the product.",
    ),
    Group(
        "Sending events",
        _ADMINS | {"write", "made write"},
        (
            r"POST /v1/\w+",
            r"(GET|POST) /(capture|e|track|engage|i/v0/e)",
            r"POST /(batch|i/v1/analytics/events)",
            r"POST /api/analytics/(events|import)",
            r"POST /api/training/log",
            r"POST /api/analytics/(user-behavior|recommendations|performance|success)/[\w-]+",
        ),
        "A stolen write key opens this and nothing else. The key may stand in the body too.",
    ),
    Group(
        "Training sets",
        _ADMINS | {"made training", "admin session"},
        (r"GET /api/training/(report|removed|export)",),
    ),
    Group(
        "Numbers",
        _READERS,
        (
            r"GET /api/analytics/(?!dashboard/export)((?!\{user_id\}).)+",
            r"GET /",
            r"GET /(overview|recommendations|success|revenue|engagement|retention|funnels)(\.csv)?",
            r"GET /(performance|explore|events)(\.csv)?",
            r"GET /(overview|performance|events)/live",
            r"GET /(overview|report)\.json",
            r"GET /definitions",
            r"GET /api/flags(/\{key\})?",
            r"POST /(funnels|explore)/saved",
            r"GET /experiments(/\{key\}(/report\.(html|json))?)?",
        ),
        "No single person.",
    ),
    Group(
        "How long a test would take",
        _ADMINS | {"analyst", "made read"},
        (r"POST /api/analytics/ab-tests/plan",),
    ),
    Group(
        "One person, the privacy page and the audit log",
        _ADMINS | {"admin session"},
        (
            r"GET /api/analytics/.+\{user_id\}.*",
            r"(GET|POST) /person",
            r"GET /(person\.csv|(audit|privacy)(\.csv)?)",
        ),
    ),
    Group(
        "What people ask about their data",
        _ADMINS | {"made subject"},
        (
            r"POST /api/privacy/(access|erasures|confirmations|consents|restrictions)",
            r"POST /api/privacy/subjects/\{user_id\}/restrict",
            r"DELETE /api/privacy/subjects/\{user_id\}",
            r"POST /api/admin/person-link",
        ),
    ),
    Group(
        "How far requests are, and their answers",
        _ADMINS | {"made subject", "admin session"},
        (
            r"GET /api/privacy/erasures(/\{request_id\})?",
            r"GET /api/privacy/subjects/\{user_id\}/(export|consents)",
            r"GET /api/privacy/(purposes|retention)",
        ),
    ),
    Group(
        "Administration that only reads",
        _ADMINS | {"admin session"},
        (
            r"GET /api/admin/(keys|quarantine)",
            r"GET /api/analytics/dashboard/export",
            r"GET /api/privacy/public-aggregates",
        ),
    ),
    Group(
        "Administration",
        _ADMINS,
        (
            r"POST /api/admin/(sql|events|quarantine/replay)",
            r"POST /api/admin/keys(/\{name\}/rotate)?",
            r"DELETE /api/admin/keys/\{name\}",
            r"POST /api/analytics/ab-tests/create",
            r"PATCH /api/analytics/ab-tests/\{test_id\}",
            r"POST /api/analytics/ab-tests/\{test_id\}/[\w-]+",
            r"(PUT|DELETE) /api/flags/\{key\}",
            r"POST /api/flags/\{key\}/(on|off)",
            r"POST /api/privacy/purposes",
            r"POST /api/privacy/public-aggregates(/plan)?",
        ),
        "Not by a session: another site's form could send it.",
    ),
    Group(
        "The forms of the experiments' pages",
        _ADMINS | {"admin session"},
        (
            r"POST /experiments/create",
            r"POST /experiments/\{key\}/(start|stop|decide|amend|archive|switch)",
        ),
        "The forms need the seal that the page gave them, too.",
    ),
    Group(
        "A person's own",
        frozenset({"person"}),
        (r"GET /me(\.csv|/data)?", r"POST /me/(consents|restriction|erasure)"),
        "The forms need the seal that the page gave them, too.",
    ),
    Group(
        "The link to a person's own page",
        frozenset(),
        (r"GET /me/enter",),
        "Opened by the token in the link and by no key.",
    ),
)


def group_of(operation: Operation) -> Group:
    """Find the one group of an operation; a failing assertion where there is none or two."""
    found = [
        group
        for group in GROUPS
        if any(re.fullmatch(one, operation.words) for one in group.operations)
    ]
    assert len(found) == 1, f"{operation.words} is in {len(found)} groups of tests/api/access.py"
    return found[0]


def operations(app: Litestar) -> Iterator[Operation]:
    """Give every method of every route, but the framework's own answers to OPTIONS."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler)
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                yield Operation(str(method), route.path)


def render_page(app: Litestar) -> str:
    """Write docs/reference/access.md."""
    lines = [
        "# Who may do what",
        "",
        "Made from `tests/api/access.py`, against which a test tries every route with every key.",
        "What is not listed is refused: 401 without a good key, 403 with one that may not do this.",
        "An expired or revoked key opens what no key opens. `landed demo` opens its pages to all.",
        "",
    ]
    found = sorted(set(operations(app)), key=lambda one: (one.path, one.method))
    for group in GROUPS:
        who = ", ".join(words for role, words in ROLES.items() if role in group.roles)
        who = "everybody" if group.roles == frozenset(ROLES) else who or "nobody by a key"
        lines += [f"## {group.title}", "", f"**Who:** {who}. {group.note}".strip(), ""]
        lines += [*(f"- `{one.words}`" for one in found if group_of(one) is group), ""]
    return "\n".join(lines).rstrip() + "\n"


def write_page() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory() as data:
        services = make_services(Path(data), store="clickhouse://127.0.0.1:1/landed")
        PAGE.write_text(render_page(make_app(services)), "utf-8")
        services.spool.close()


if __name__ == "__main__":
    write_page()
