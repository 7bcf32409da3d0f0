"""The ASGI application: every route of the product over one set of services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any, Final

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from landed.api.admin import admin_handlers
from landed.api.collect import collect_handlers
from landed.api.health import health_handlers
from landed.api.login import SignInNeededError, login_handlers, require_viewer, to_login
from landed.api.problems import EXCEPTION_HANDLERS
from landed.api.reference import reference_handlers
from landed.wiring import Services

__all__ = ["create_app"]

_MAX_BODY_BYTES: Final = 20 << 20
Pages = Callable[..., list[Any]]
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(
    services: Services, pages: Pages | None = None, lifespan: Sequence[Lifespan] = ()
) -> Litestar:
    """Build the application.

    Args:
        services: What the routes work with; started and closed by the caller.
        pages: Makes the dashboard's handlers, given the guards they must carry.
        lifespan: What else starts and ends with the application.
    """
    handlers = [
        *collect_handlers(),
        *health_handlers(),
        *admin_handlers(),
        *login_handlers(),
        *reference_handlers(),
        *(pages(guards=[require_viewer]) if pages else ()),
    ]
    return Litestar(
        route_handlers=handlers,
        state=State({"services": services}),
        exception_handlers={**EXCEPTION_HANDLERS, SignInNeededError: to_login},
        # SDKs in browsers send from other origins; no cookie travels with them.
        cors_config=CORSConfig(allow_origins=["*"], allow_methods=["GET", "POST"]),
        openapi_config=OpenAPIConfig(
            title="landed",
            version=version("landed"),
            description="Analytics for career products: the way in, health and administration.",
            path="/openapi",
            render_plugins=[JsonRenderPlugin(path="/raw.json")],
            use_handler_docstrings=True,
        ),
        lifespan=list(lifespan),
        request_max_body_size=_MAX_BODY_BYTES,
        logging_config=None,
    )
