"""The application: routes found by their files, under one guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

import antiphon
from antiphon import registry
from antiphon.errors import AntiphonError
from antiphon.web._browser import VENDOR
from antiphon.web._guard import A_YEAR_S, Guard
from antiphon.web._jobs import QueueFull
from antiphon.web._page import Page
from antiphon.web._rows import NotThere, Outdated
from antiphon.web._schema import sentence_of
from antiphon.web._settings import Settings
from antiphon.web._studio import Studio

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_ROUTES = "antiphon.web.routes"
_STATUS: tuple[tuple[type[AntiphonError], int], ...] = (
    (NotThere, 404),
    (Outdated, 409),
    (QueueFull, 429),
    (AntiphonError, 400),
)


def create_app(settings: Settings) -> FastAPI:
    """Return the application of a server.

    Args:
        settings: how it runs.

    Raises:
        AntiphonError: its data folder cannot be used.
    """
    studio, page = Studio.opened(settings), Page(STATIC)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        studio.jobs.open()
        page.look()  # before somebody waits for it
        try:
            yield
        finally:
            studio.close()

    app = FastAPI(
        title="Antiphon studio",
        version=antiphon.__version__,
        description="Compose, hear, change and keep music on your own machine.",
        docs_url=None,  # these pages would load from other hosts
        redoc_url=None,
        lifespan=living,
    )
    app.state.studio = studio
    for name in registry.names(_ROUTES):
        app.include_router(registry.load(_ROUTES, name).router, prefix="/api", tags=[name])
    _add_pages(app, page)
    _add_errors(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    app.add_middleware(Guard, settings=settings)
    return app


class _Revalidated(StaticFiles):
    """Static files that browsers keep and ask about each time; the folder may be missing."""

    async def check_config(self) -> None:
        """Let a missing folder be an empty one."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        """Answer with a file; see Starlette."""
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def _add_pages(app: FastAPI, page: Page) -> None:
    app.mount("/static", _Revalidated(directory=STATIC, check_dir=False), name="static")
    app.mount("/vendor", _Revalidated(directory=VENDOR, check_dir=False), name="vendor")

    @app.get("/", include_in_schema=False)
    def index() -> Response:
        if not page.look():
            raise HTTPException(404, "This installation has no page; the API is at /openapi.json.")
        return HTMLResponse(page.html, headers={"Cache-Control": "no-cache"})

    @app.get("/page/{name}", include_in_schema=False)
    async def part(name: str, request: Request) -> Response:
        joined = page.files.get(name)
        if joined is None:
            raise HTTPException(404, "The page has changed: load it anew.")
        headers = {
            "Cache-Control": f"private, max-age={A_YEAR_S}, immutable",
            "Vary": "Accept-Encoding",
        }
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(joined.plain, headers=headers, media_type=joined.media_type)
        headers["Content-Encoding"] = "gzip"
        return Response(joined.packed, headers=headers, media_type=joined.media_type)


def _add_errors(app: FastAPI) -> None:
    """Say in one sentence whatever goes wrong."""

    @app.exception_handler(AntiphonError)
    async def wrong(_: Request, error: AntiphonError) -> Response:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        return _error(status, str(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        return _error(400, sentence_of(error.errors()))

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> Response:
        return _error(error.status_code, str(error.detail))

    @app.exception_handler(OperationalError)
    async def not_kept(_: Request, error: OperationalError) -> Response:
        return _error(507, f"This cannot be kept ({error.orig}): is the disk full?")


def _error(status: int, sentence: str) -> Response:
    return JSONResponse({"error": " ".join(sentence.split())}, status)
