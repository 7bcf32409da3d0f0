"""Small host applications, one for each framework, as their users would write them.

`LANDED_URL` and `LANDED_KEY` say where reports go.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any

import fastapi
import flask
from landed_client import Client, ReportRequests, ReportWsgiRequests
from litestar import Litestar, get
from litestar import Request as LitestarRequest
from litestar.middleware import DefineMiddleware
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

CLIENT = Client(
    os.environ.get("LANDED_URL", "http://127.0.0.1:9"),
    os.environ.get("LANDED_KEY", "lw_test_key"),
    service="jobs-api",
)


async def a_job(request: Request) -> Response:
    return JSONResponse({"job": request.path_params["job_id"]})


async def broken(request: Request) -> Response:
    raise RuntimeError(request.method)


async def after(_: Request) -> Response:
    return Response("done", background=BackgroundTask(_dawdle))


async def _dawdle() -> None:
    import asyncio

    await asyncio.sleep(0.3)


async def stream(_: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield "data: 1\n\n"

    return StreamingResponse(pieces(), media_type="text/event-stream")


def starlette_app(client: Client = CLIENT) -> Starlette:
    app = Starlette(
        routes=[
            Route("/jobs/{job_id:int}", a_job),
            Route("/broken", broken, methods=["POST"]),
            Route("/after", after),
            Route("/stream", stream),
            Mount("/files", app=Response("a file")),
            Mount("/teams/{team}", routes=[Route("/jobs/{job_id}", a_job)]),
        ]
    )
    app.add_middleware(ReportRequests, client=client)
    return app


def fastapi_app(client: Client = CLIENT) -> fastapi.FastAPI:
    app = fastapi.FastAPI()
    app.add_middleware(ReportRequests, client=client)

    @app.get("/jobs/{job_id}")
    def a_job(job_id: int) -> dict[str, int]:
        return {"job": job_id}

    @app.post("/broken")
    def broken() -> None:
        raise RuntimeError

    return app


@get("/jobs/{job_id:int}", sync_to_thread=False)
def a_litestar_job(request: LitestarRequest[Any, Any, Any]) -> dict[str, int]:
    return {"job": request.path_params["job_id"]}


def litestar_app(client: Client = CLIENT) -> Litestar:
    reported = DefineMiddleware(ReportRequests, client=client)
    return Litestar([a_litestar_job], middleware=[reported])


def flask_app(client: Client = CLIENT) -> flask.Flask:
    app = flask.Flask("host")

    @app.get("/jobs/<int:job_id>")
    def a_job(job_id: int) -> dict[str, int]:
        return {"job": job_id}

    @app.post("/broken")
    def broken() -> str:
        raise RuntimeError

    app.wsgi_app = ReportWsgiRequests(app.wsgi_app, client=client)  # type: ignore[method-assign]  # as Flask's documentation does
    return app
