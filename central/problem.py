"""The one shape of every error that a program is told: what it is called, what it is about, and what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from contract.faults import RejectError, RetryError, WimError

PROBLEM_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """Why something was refused: the fault's code, what it is about, and what to do, in a problem document (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "bad-page-key", "where": "page key 'x'", "what": "use the one that the list gave"}]}
    )

    code: str
    where: str
    what: str


def problem(status: int, code: str, where: str, what: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Give an error's answer."""
    return JSONResponse(Problem(code=code, where=where, what=what).model_dump(), status, headers, media_type=PROBLEM_TYPE)


def http_problem(request: Request, error: HTTPException) -> JSONResponse:
    """Answer an HTTP error; its code is the status's phrase."""
    return problem(error.status_code, code_of(error.status_code), request.url.path, str(error.detail), error.headers)


def fault_problem(error: WimError) -> JSONResponse:
    """Answer a fault of ours: what was refused, 400; what may pass by itself, 503; else 500."""
    return problem(fault_status(error), error.code, error.where, error.what)


def fault_status(error: WimError) -> int:
    """Give the HTTP status of a fault."""
    return 400 if isinstance(error, RejectError) else 503 if isinstance(error, RetryError) else 500


def invalid_problem(error: RequestValidationError) -> JSONResponse:
    """Answer a request whose parameters or body are not what the document allows."""
    return problem(422, "invalid", invalid_where(error), invalid_what(error))


def invalid_where(error: RequestValidationError) -> str:
    """Give the places that are wrong: ``query.limit, body.name``."""
    return ", ".join(".".join(str(part) for part in item["loc"]) for item in error.errors())[:500]


def invalid_what(error: RequestValidationError) -> str:
    """Give what is wrong at each place, with what was given."""
    return "; ".join(f"{item['msg']}; given was {str(item.get('input'))[:60]!r}" for item in error.errors())[:1_000]


def code_of(status: int) -> str:
    """Give the code of a status: 404 is ``not-found``."""
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
