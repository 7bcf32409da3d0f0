"""The clients for browsers: `/landed.js`, `/landed-training.js`, and their types."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from litestar import Request, Response, get

__all__ = ["browser_client_handlers"]

_FILES: Final = {
    "landed.js": "text/javascript",
    "landed.d.ts": "application/typescript",
    "landed-training.js": "text/javascript",
    "landed-training.d.ts": "application/typescript",
}
# Pages of other origins load it, under whatever policy they have.
_HEADERS: Final = {
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _content(name: str) -> tuple[bytes, bytes, str]:
    """The text, the same compressed, and its tag."""
    text = (files("landed.api") / "browser" / name).read_bytes()
    return text, gzip.compress(text, 9, mtime=0), f'"{hashlib.sha256(text).hexdigest()[:20]}"'


def _serve(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    plain, packed, tag = _content(name)
    headers = {**_HEADERS, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"], plain = "gzip", packed
    return Response(plain, media_type=f"{_FILES[name]}; charset=utf-8", headers=headers)


@get("/landed.js", sync_to_thread=False, include_in_schema=False)
def script(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The script that pages load."""
    return _serve(request, "landed.js")


@get("/landed.d.ts", sync_to_thread=False, include_in_schema=False)
def types(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Its types, for those who write TypeScript."""
    return _serve(request, "landed.d.ts")


@get("/landed-training.js", sync_to_thread=False, include_in_schema=False)
def training_script(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The module that tells the training zone."""
    return _serve(request, "landed-training.js")


@get("/landed-training.d.ts", sync_to_thread=False, include_in_schema=False)
def training_types(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Its types."""
    return _serve(request, "landed-training.d.ts")


def browser_client_handlers() -> list[Any]:
    """Handlers of this module."""
    return [script, types, training_script, training_types]
