"""The API reference: one page made from the OpenAPI document, readable without a network."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

from litestar import Request, Response, get

from landed.api.openapi import build_document

__all__ = ["reference_handlers", "render_reference"]

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@get("/openapi.json", sync_to_thread=True, include_in_schema=False)
def openapi_json(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Give the OpenAPI 3.1 document."""
    return Response(build_document(request.app))


@get("/docs", sync_to_thread=True, include_in_schema=False)
def docs(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the reference."""
    body = render_reference(build_document(request.app))
    page = request.app.state.render_page("API reference", "/docs", body)
    return Response(page, media_type="text/html", headers=_HEADERS)


def render_reference(document: dict[str, Any]) -> str:
    """Render an OpenAPI document as the content of one page.

    Examples:
        >>> "<h1>T" in render_reference({"info": {"title": "T", "version": "1"}, "paths": {}})
        True
    """
    info = document["info"]
    operations = [
        (path, method, operation)
        for path, item in sorted(document["paths"].items())
        for method, operation in sorted(item.items())
    ]
    links = "".join(_link(path, method) for path, method, _ in operations)
    sections = "".join(_section(*operation) for operation in operations)
    schemas = document.get("components", {}).get("schemas", {})
    shapes = "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    return (
        f'<div class="reference"><nav aria-label="Routes"><ul>{links}</ul></nav><div>'
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))} "
        '<a href="/openapi.json">openapi.json</a></p>'
        f"{sections}<h2>Schemas</h2>{shapes}</div></div>"
    )


def _anchor(path: str, method: str) -> str:
    return escape(f"{method}-{path.strip('/').replace('/', '-')}", quote=True)


def _link(path: str, method: str) -> str:
    return (
        f'<li><a href="#{_anchor(path, method)}"><code>{method.upper()}</code> '
        f"{escape(path)}</a></li>"
    )


def _section(path: str, method: str, operation: dict[str, Any]) -> str:
    body = operation.get("requestBody")
    answers = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in sorted(operation["responses"].items())
    )
    return (
        f'<section id="{_anchor(path, method)}">'
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('summary') or '')}. "
        f"{escape(operation.get('description') or '')}</p>"
        f"{_body(body) if body else ''}"
        f"<table><thead><tr><th>Status</th><th>Meaning</th></tr></thead>"
        f"<tbody>{answers}</tbody></table></section>"
    )


def _body(body: dict[str, Any]) -> str:
    (media, content), *_ = body["content"].items()
    reference = content["schema"].get("$ref", "").rpartition("/")[2]
    if reference:
        return f'<p>Body: {escape(media)}, <a href="#schema-{reference}">{reference}</a></p>'
    return f"<p>Body: {escape(media)}</p>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
    summary = f"<summary>{escape(name)}</summary>"
    return f'<details id="schema-{escape(name)}">{summary}<pre>{text}</pre></details>'


def reference_handlers() -> list[Any]:
    """Handlers of this module."""
    return [openapi_json, docs]
