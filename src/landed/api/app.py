"""The ASGI application: every route of the product over one set of services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any, Final

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins import InitPlugin

from landed.api.admin import admin_handlers
from landed.api.analytics import READS
from landed.api.audit import Witness
from landed.api.browser_client import browser_client_handlers
from landed.api.calls import call_handlers
from landed.api.collect import collect_handlers
from landed.api.consents import consent_handlers
from landed.api.evaluating import EVALUATION
from landed.api.experiment_forms import experiment_form_handlers
from landed.api.experiments import experiment_handlers
from landed.api.exports import export_handlers
from landed.api.flag_definitions import flag_definition_handlers
from landed.api.flags import flag_handlers
from landed.api.heads import HeadAnswering
from landed.api.health import health_handlers
from landed.api.keys import key_handlers
from landed.api.limits import Gate, address_of
from landed.api.login import (
    NotForYouError,
    SignInNeededError,
    login_handlers,
    require_admin_viewer,
    require_person,
    require_viewer,
    say_who_may,
    to_login,
)
from landed.api.ofrep import ofrep_handlers
from landed.api.own import own_handlers
from landed.api.posthog_flags import posthog_flag_handlers
from landed.api.privacy import privacy_handlers
from landed.api.problems import EXCEPTION_HANDLERS, send_problem
from landed.api.protection import add_headers
from landed.api.public import public_handlers
from landed.api.reads import build_caches, read_handler
from landed.api.reference import reference_handlers
from landed.api.training import log_training, training_handlers
from landed.errors import RateLimitedError
from landed.wiring import Services

__all__ = ["create_app"]

_MAX_BODY_BYTES: Final = 20 << 20
_FRAMEWORKS_OWN: Final = "/openapi"
Pages = Callable[..., list[Any]]
RenderPage = Callable[..., str]
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def create_app(
    services: Services, pages: Pages, render_page: RenderPage, lifespan: Sequence[Lifespan] = ()
) -> Litestar:
    """Build the application.

    Args:
        services: What the routes work with; started and closed by the caller.
        pages: Makes the dashboard's handlers, given the guards they must carry.
        render_page: Title, path and HTML of a page's content, and the role of who looks where one
            is known → the page.
        lifespan: What else starts and ends with the application.
    """
    takers = [*collect_handlers(), *call_handlers(), log_training]
    handlers = [
        *takers,
        *ofrep_handlers(),
        *posthog_flag_handlers(),
        *flag_definition_handlers(),
        *health_handlers(),
        *admin_handlers(),
        *key_handlers(),
        *privacy_handlers(),
        *own_handlers(),
        *consent_handlers(),
        *public_handlers(),
        *training_handlers(),
        *(read_handler(read) for read in READS),
        *experiment_handlers(),
        *flag_handlers(),
        *export_handlers(),
        *browser_client_handlers(),
        *login_handlers(),
        *reference_handlers(),
        *experiment_form_handlers(),
        *pages(guards=[require_viewer], personal=[require_admin_viewer], own=[require_person]),
    ]
    answers = build_caches(services.clock)
    services.keepers.extend(cache.clear for cache in answers.values())
    gate = Gate(services.settings)
    app = Application(
        route_handlers=handlers,
        state=State(
            {
                "services": services,
                "render_page": render_page,
                "answers": answers,
                "gate": gate,
            }
        ),
        exception_handlers={
            **EXCEPTION_HANDLERS,
            SignInNeededError: to_login,
            NotForYouError: say_who_may,
        },
        # SDKs in browsers send from other origins; no cookie travels with them.
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_methods=["GET", "POST"],
            expose_headers=["ETag", "Retry-After"],
        ),
        openapi_config=OpenAPIConfig(
            title="landed",
            version=version("landed"),
            description="Analytics for career products: the way in, the numbers and their upkeep.",
            path=_FRAMEWORKS_OWN,
            render_plugins=[JsonRenderPlugin()],
            use_handler_docstrings=True,
        ),
        before_send=[add_headers],
        on_app_init=[_add_last],
        lifespan=list(lifespan),
        request_max_body_size=_MAX_BODY_BYTES,
        logging_config=None,
    )
    app.gate = gate
    app.paths_of_events = {path.rstrip("/") for handler in takers for path in handler.paths}
    app.paths_of_questions = EVALUATION
    return app


class Application(HeadAnswering):
    """The application, with a gate before it, and a witness before the way out of answers."""

    gate: Gate

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a connection."""
        if scope["type"] == ScopeType.HTTP:
            is_told = self.is_told(scope)
            try:
                self.gate.take_address(address_of(scope), sends=not is_told)
            except RateLimitedError as error:
                await send_problem(scope, _with_headers(scope, send), error)
                return
            if is_told:
                send = Witness(scope, send).send
        await super().__call__(scope, receive, send)


def _with_headers(scope: Any, send: Any) -> Any:
    """The way out of an answer that no handler gives: it says what all of them say."""

    async def sending(message: Any) -> None:
        await add_headers(message, scope)
        await send(message)

    return sending


class _OwnDocumentOnly(InitPlugin):
    """Leaves out the framework's routes of its document, which lacks what ours adds."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.route_handlers = [
            handler
            for handler in app_config.route_handlers
            if not (isinstance(handler, Router) and handler.path == _FRAMEWORKS_OWN)
        ]
        return app_config


def _add_last(app_config: AppConfig) -> AppConfig:
    # Plugins that are given to the application run before the framework's own.
    app_config.plugins.append(_OwnDocumentOnly())
    return app_config
