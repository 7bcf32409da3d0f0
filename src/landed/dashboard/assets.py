"""Our own style sheet and scripts, under an address that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from landed.errors import NotFoundError

__all__ = ["IMMUTABLE", "Asset", "assets", "find_asset", "static_path"]

IMMUTABLE: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, plain and as gzip."""

    content: bytes
    packed: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Read every file of the `static` folder, once."""
    folder = files("landed.dashboard") / "static"
    found = {}
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        media_type = _TYPES.get(item.name.rpartition(".")[2])
        if media_type is not None:
            content = item.read_bytes()
            found[item.name] = Asset(content, gzip.compress(content, 9, mtime=0), media_type)
    return found


@cache
def static_path() -> str:
    """Return the folder's address: one hash over all files, so that they change together.

    Scripts import each other by relative names, which this keeps right without an import
    map (which would have to stand inline).

    Examples:
        >>> static_path().startswith("/static/")
        True
    """
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode())
        digest.update(asset.content)
    return f"/static/{digest.hexdigest()[:12]}"


def find_asset(name: str) -> Asset:
    """Find a file by its name.

    Raises:
        NotFoundError: There is no such file.
    """
    asset = assets().get(name)
    if asset is None:
        raise NotFoundError(f"there is no static file {name[:80]!r}; reload the page")
    return asset
