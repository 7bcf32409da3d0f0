"""Views that people gave a name: addresses of a page, the same for everybody who sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

from landed.errors import InvalidInputError

__all__ = ["SavedView", "ViewStore", "fetch_saved_views", "save_view"]

_MOST: Final = 100
_MOST_NAME: Final = 80
_MOST_ADDRESS: Final = 4000


class ViewStore(Protocol):
    """What keeps the views."""

    def query(self, name: str, parameters: dict[str, Any] | None = None, /) -> list[dict[str, Any]]:
        """Answer a named query."""
        ...

    def save_view(self, page: str, name: str, address: str) -> None:
        """Keep an address under a name; an empty address takes the name away."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A view: its name, and the part of the address after the question mark."""

    name: str
    address: str


def fetch_saved_views(store: ViewStore, page: str) -> tuple[SavedView, ...]:
    """Ask for the views of a page, by name.

    Args:
        store: What keeps them.
        page: Its path.

    Raises:
        StoreError: The store is away.
    """
    return tuple(
        SavedView(name=str(row["name"]), address=str(row["address"]))
        for row in store.query("saved_views", {"page": page})
    )


def save_view(store: ViewStore, page: str, name: str, address: str) -> SavedView:
    """Give an address of a page a name; an empty address takes the name away.

    Args:
        store: What keeps it.
        page: Its path.
        name: 1 to 80 characters that can be seen.
        address: The part after the question mark.

    Raises:
        InvalidInputError: The name or the address breaks its rule, or there are too many.
        StoreError: The store is away.
    """
    name = name.strip()
    if not name or len(name) > _MOST_NAME or not name.isprintable():
        raise InvalidInputError(
            f"name is {name[:20]!r}; a view's name has 1 to {_MOST_NAME} characters that can be "
            "seen",
            detail="name",
        )
    if len(address) > _MOST_ADDRESS:
        raise InvalidInputError(
            f"address has {len(address):,} characters; at most {_MOST_ADDRESS:,} can be saved",
            detail="address",
        )
    known = {one.name for one in fetch_saved_views(store, page)}
    if address and name not in known and len(known) >= _MOST:
        raise InvalidInputError(
            f"{page} has {len(known)} saved views already; remove one first", detail="name"
        )
    # Written anew, so that what is kept is an address and nothing else.
    plain = urlencode(parse_qsl(address, keep_blank_values=True))
    store.save_view(page, name, plain)
    return SavedView(name=name, address=plain)
