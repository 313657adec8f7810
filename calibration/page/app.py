"""The technician's page as a web application over one `Page`."""

from __future__ import annotations

from http import HTTPStatus
from importlib import resources
from importlib.metadata import version
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from calibration.page.context import Page
from calibration.page.pages import language_of, make_pages, pages_of, refusal_of
from calibration.page.routes import ROUTERS
from calibration.page.security import Bounds
from calibration.refused_input import sentence_of
from calibration.told import retell
from contract.faults import WimError


def create_app(page: Page) -> FastAPI:
    """Make the application; whoever starts it runs the watch beside it."""
    app = FastAPI(title="Weighline technician", version=version("weighline"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.page = page
    app.state.pages = make_pages()
    app.add_middleware(Bounds, https=page.https)
    bokeh_scripts = resources.files("bokeh").joinpath("server", "static", "js")
    app.mount("/static/bokeh", StaticFiles(directory=str(bokeh_scripts)), name="bokeh")
    app.mount("/static", StaticFiles(packages=[("calibration.page", "static")]), name="static")
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(StarletteHTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(WimError, _fault)
    return app


def _failed(request: Request, error: Exception) -> Response:
    """Send who is not logged in to the login and back; show anything else on a page of its own."""
    if not isinstance(error, HTTPException | StarletteHTTPException):
        raise error
    if error.status_code == HTTPStatus.UNAUTHORIZED and _wants_page(request):
        address = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/login?next={quote(address)}", HTTPStatus.SEE_OTHER)
    return _answer(request, error.status_code, retell(error.detail, language_of(request).code))


def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    said = retell(sentence_of(first["type"], first.get("ctx", {}), first["msg"]), language_of(request).code)
    return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"{'.'.join(str(part) for part in first['loc'])}: {said}")


def _fault(request: Request, error: Exception) -> Response:
    if not isinstance(error, WimError):
        raise error
    refusal = refusal_of(error, language_of(request))
    return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, f"{refusal.heading} {refusal.detail}")


def _answer(request: Request, status: int, detail: str) -> Response:
    if not _wants_page(request):
        return JSONResponse({"detail": detail}, status)
    return pages_of(request).render(request, "failed.html", None, status=status, code=status, detail=detail)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
