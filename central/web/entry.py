"""The door of every page: who is not logged in is sent to the login and back; what fails is said on a page of its own."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from central.access import OptionalLogin, central_of, optional_login
from central.evidence.accounts import Login
from central.problem import code_of, fault_problem, fault_status, http_problem, invalid_problem, invalid_what, invalid_where, problem
from central.web.failures import failure_of
from central.web.pages import pages_of
from central.web.public import NoVisitError, public_page
from central.web.security import HEADERS
from contract.faults import RejectError, RetryError, StopError, WimError


class LoginNeededError(Exception):
    """Nobody is logged in; `address` is where the visitor wanted to go."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def page_login(request: Request, login: OptionalLogin) -> Login:
    """Give who is logged in, or send the visitor to the login."""
    if login is None:
        raise LoginNeededError(_address(request))
    return login


PageLogin = Annotated[Login, Depends(page_login)]


def add_handlers(app: FastAPI) -> None:
    """Register what answers when a page cannot be given."""
    app.add_exception_handler(LoginNeededError, _to_login)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RejectError, _refused)
    app.add_exception_handler(RetryError, _away)
    app.add_exception_handler(NoVisitError, _to_query)
    app.add_exception_handler(StopError, _stopped)
    app.add_exception_handler(Exception, _broken)
    app.state.failed_page = failed_page


async def _to_login(_request: Request, error: Exception) -> Response:
    address = error.address if isinstance(error, LoginNeededError) else "/"
    return RedirectResponse(f"/login?next={quote(address, safe='')}", HTTPStatus.SEE_OTHER)


async def _to_query(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/public/query?over=true", HTTPStatus.SEE_OTHER)


async def _failed(request: Request, error: Exception) -> Response:
    """Say an HTTP error on a page to whoever reads pages, in JSON to programs."""
    if not isinstance(error, HTTPException):
        raise error
    if not _reads_pages(request):
        return http_problem(request, error)
    if error.status_code == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        return await _to_login(request, LoginNeededError(_address(request)))
    return failed_page(request, error.status_code, str(error.detail), error.headers)


async def _refused(request: Request, error: Exception) -> Response:
    """Say on a page what was refused, to who reads pages; in JSON to programs."""
    if not isinstance(error, WimError):
        raise error
    central_of(request).count(error)
    return failed_page(request, fault_status(error), str(error)) if _reads_pages(request) else fault_problem(error)


async def _invalid(request: Request, error: Exception) -> Response:
    """Say which field of an address or form cannot be used."""
    if not isinstance(error, RequestValidationError):
        raise error
    if not _reads_pages(request):
        return invalid_problem(error)
    return failed_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"{invalid_where(error)}: {invalid_what(error)}")


async def _away(request: Request, error: Exception) -> Response:
    """Say that the database is away; nobody's login can be looked up then."""
    if not isinstance(error, WimError):
        raise error
    central_of(request).count(error)
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if not _reads_pages(request):
        return fault_problem(error)
    return pages_of(request).render(request, "failed.html", None, status=status, failure=failure_of(status), detail=str(error))


async def _stopped(request: Request, error: Exception) -> Response:
    """Say that central stops over what was asked of it, and let it stop."""
    if not isinstance(error, StopError):
        raise error
    central = central_of(request)
    central.count(error)
    central.ending.ask(error)
    return failed_page(request, fault_status(error), str(error)) if _reads_pages(request) else fault_problem(error)


async def _broken(request: Request, _error: Exception) -> Response:
    """Say that central has failed; the server logs why, which is for nobody else to read. No middleware sees this answer any more."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if not _reads_pages(request):
        return problem(status, code_of(status), request.url.path, "central has failed at this; its log says why", HEADERS)
    return failed_page(request, status, "", HEADERS)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _reads_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def failed_page(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Give the page that says what could not be done, in the frame that the reader was in."""
    failure = failure_of(status)
    if f"{request.url.path}/".startswith("/public/"):
        answer = public_page(request, "failed.html", code=status, failure=failure, detail=detail)
    else:
        answer = pages_of(request).render(request, "failed.html", _login(request), status=status, failure=failure, detail=detail)
    answer.headers.update(headers or {})
    return answer


def _login(request: Request) -> Login | None:
    try:
        return optional_login(request, central_of(request))
    except RetryError:
        return None
