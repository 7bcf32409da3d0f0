"""The API reference: one page made from the OpenAPI document, interactive without a network.

Each route has a form that sends a real request to this installation and shows the answer; the
script is `reference.js` among the pages' static files.
"""

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
_TAGS: Final = (
    "Analytics",
    "Events",
    "Calls",
    "Segment",
    "PostHog",
    "Training",
    "Admin",
    "Operation",
)
"""Groups in the order in which people look for them; others follow."""

_KEY: Final = """<form class="key card"><label for="key">Key for the requests below</label>
<input id="key" type="password" autocomplete="off" spellcheck="false"
 placeholder="lw_… to send events, la_… for everything">
<p>It stays in this tab. Without one, requests go with your page session, which may read.</p>
</form>"""
_REPEATED: Final = frozenset({"filter", "step", "exclude"})
"""Parameters that may be given several times: one a line."""

Operation = tuple[str, str, dict[str, Any]]


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
    schemas = document.get("components", {}).get("schemas", {})
    groups = _grouped(document)
    links = "".join(_links(tag, operations) for tag, operations in groups.items())
    sections = "".join(_group(tag, operations, schemas) for tag, operations in groups.items())
    shapes = "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    return (
        f'<div class="reference"><nav aria-label="Routes">{links}'
        '<h2><a href="#schemas">Schemas</a></h2></nav>'
        f"<div><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))} "
        'For other tools: <a href="/openapi.json">openapi.json</a>.</p>'
        f'{_KEY}{sections}<h2 id="schemas">Schemas</h2>{shapes}</div></div>'
    )


def _grouped(document: dict[str, Any]) -> dict[str, list[Operation]]:
    groups: dict[str, list[Operation]] = {tag: [] for tag in _TAGS}
    for path, item in sorted(document["paths"].items()):
        for method, operation in sorted(item.items()):
            tag = (operation.get("tags") or ["Pages"])[0]
            groups.setdefault(tag, []).append((path, method, operation))
    return {tag: operations for tag, operations in groups.items() if operations}


def _anchor(path: str, method: str) -> str:
    return escape(f"{method}-{path.strip('/').replace('/', '-')}", quote=True)


def _links(tag: str, operations: list[Operation]) -> str:
    items = "".join(_link(path, method, operation) for path, method, operation in operations)
    return f"<h2>{escape(tag)}</h2><ul>{items}</ul>"


def _link(path: str, method: str, operation: dict[str, Any]) -> str:
    title = f"{method.upper()} {path}"
    return (
        f'<li><a href="#{_anchor(path, method)}" title="{escape(title, quote=True)}">'
        f"{escape(operation.get('summary') or path)}</a></li>"
    )


def _group(tag: str, operations: list[Operation], schemas: dict[str, Any]) -> str:
    sections = "".join(_section(*operation, schemas) for operation in operations)
    return f"<h2>{escape(tag)}</h2>{sections}"


def _section(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    text = operation.get("description") or ""
    return (
        f'<section id="{_anchor(path, method)}">'
        f"<h3>{escape(operation.get('summary') or path)}</h3>"
        f'<p class="route"><code>{method.upper()}</code> <code>{escape(path)}</code></p>'
        f"<p>{escape(text)}</p>"
        f"{_form(path, method, operation, schemas)}{_answers(operation)}</section>"
    )


def _form(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    place = _anchor(path, method)
    fields = "".join(_field(place, one) for one in operation.get("parameters", ()))
    body = operation.get("requestBody")
    return (
        f'<form class="try" data-method="{method.upper()}" '
        f'data-path="{escape(path, quote=True)}">{fields}'
        f"{_body(place, body, schemas) if body else ''}"
        '<button type="submit">Send</button>'
        '<output hidden><p></p><pre tabindex="0"></pre></output></form>'
    )


def _field(place: str, one: dict[str, Any]) -> str:
    name, field = escape(one["name"], quote=True), escape(f"{place}-{one['name']}", quote=True)
    choices = one.get("schema", {}).get("enum")
    hint = str(one.get("example") or (choices or [""])[0])
    needed = " required" if one.get("required") else ""
    mark = " <b>required</b>" if needed else ""
    attributes = (
        f'id="{field}" name="{name}" data-in="{one["in"]}" '
        f'placeholder="{escape(hint, quote=True)}" autocomplete="off" spellcheck="false"{needed}'
    )
    several = one["name"] in _REPEATED
    control = f'<textarea rows="2" {attributes}></textarea>' if several else f"<input {attributes}>"
    text = escape(one.get("description") or "") + (" One a line." if several else "")
    return f'<label for="{field}"><code>{name}</code>{mark} <span>{text}</span></label>{control}'


def _body(place: str, body: dict[str, Any], schemas: dict[str, Any]) -> str:
    (media, content), *_ = body["content"].items()
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    link = f'<a href="#schema-{name}">{name}</a>' if name else escape(media)
    text = json.dumps(_sample(schema, schemas), indent=1, ensure_ascii=False)
    rows = min(14, text.count("\n") + 1)
    return (
        f'<label for="{place}-body"><code>body</code> <span>{link}</span></label>'
        f'<textarea id="{place}-body" name="body" rows="{rows}" spellcheck="false">'
        f"{escape(text)}</textarea>"
    )


_EMPTY: Final[dict[str, Any]] = {"integer": 1, "number": 1.0, "boolean": True, "array": []}


def _sample(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The smallest value that fits a schema, for a form to begin with."""
    told = [*schema.get("examples", ()), *schema.get("enum", ())]
    told += [schema[word] for word in ("example", "const") if word in schema]
    if told:
        return told[0]
    if "$ref" in schema:
        return _sample(schemas.get(schema["$ref"].rpartition("/")[2], {}), schemas)
    several = schema.get("anyOf") or schema.get("oneOf")
    if several and "properties" not in schema:
        return _sample(several[0], schemas)
    if schema.get("type") == "object":
        return _sample_object(schema, schemas)
    items = schema.get("items")
    return [_sample(items, schemas)] if items else _EMPTY.get(schema.get("type", ""), "…")


def _sample_object(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    needed = list(schema.get("required", ()))
    for one in (schema.get("anyOf") or schema.get("oneOf") or ())[:1]:
        needed += one.get("required", ())
    return {name: _sample(properties.get(name, {}), schemas) for name in needed}


def _answers(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{escape(answer['description'])} "
        f"{_shape(answer)}</td></tr>"
        for status, answer in sorted(operation["responses"].items())
    )
    return f"<details><summary>Answers</summary><table><tbody>{rows}</tbody></table></details>"


def _shape(answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        inner = content["schema"].get("properties", {}).get("answer", content["schema"])
        name = inner.get("$ref", "").rpartition("/")[2]
        if name:
            return f'<a href="#schema-{name}">{name}</a>'
    return ""


def _schema(name: str, schema: dict[str, Any]) -> str:
    text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
    summary = f"<summary>{escape(name)}</summary>"
    return f'<details id="schema-{escape(name)}">{summary}<pre>{text}</pre></details>'


def reference_handlers() -> list[Any]:
    """Handlers of this module."""
    return [openapi_json, docs]
