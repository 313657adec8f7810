"""The language switch: a cookie, set by a form so that it works without JavaScript."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse

from central.access import CentralDep
from central.web.security import local_path, require_same_origin
from central.web.translation import CODES

router = APIRouter()
_YEAR_S = 365 * 86_400


@router.post("/language", dependencies=[Depends(require_same_origin)])
def switch(central: CentralDep, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> RedirectResponse:
    """Remember a language and go back to the page it was chosen on; an unknown one changes nothing."""
    response = RedirectResponse(local_path(back), HTTPStatus.SEE_OTHER)
    if language in CODES:
        response.set_cookie("language", language, max_age=_YEAR_S, path="/", samesite="lax", secure=central.settings.web.https)
    return response
