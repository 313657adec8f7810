"""The live signals of every channel."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from calibration.page.charts import oscilloscope_item
from calibration.page.context import AnyLogin, PageDep
from calibration.page.pages import language_of, pages_of
from contract.faults import RejectError, RetryError

router = APIRouter()
Lane = Annotated[int | None, Query(ge=1, le=99)]


@router.get("/signals")
def signals(request: Request, page: PageDep, login: AnyLogin, lane: Lane = None) -> Response:
    """Show the last seconds of every channel, with zero and noise."""
    station = page.desk.station
    chosen = next((one for one in station.lane if one.id == lane), station.lane[0])
    return pages_of(request).render(request, "signals.html", login, lane=chosen, lanes=station.lane)


@router.get("/signals/chart")
def chart(
    request: Request,
    page: PageDep,
    _login: AnyLogin,
    lane: Annotated[int, Query(ge=1, le=99)],
    theme: Annotated[Literal["light", "dark"], Query()] = "light",
) -> Response:
    """Give the empty oscilloscope of a lane."""
    try:
        return JSONResponse(oscilloscope_item(page.desk.lane(lane), language_of(request), theme))
    except RejectError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error) from error


@router.get("/signals/data")
def data(
    page: PageDep,
    _login: AnyLogin,
    lane: Annotated[int, Query(ge=1, le=99)],
    stream: Annotated[str, Query(max_length=40)] = "",
    since: Annotated[int, Query(ge=0)] = 0,
    seconds: Annotated[float, Query(gt=0, le=60)] = 10.0,
) -> Response:
    """Hand on what the edge answers; 503 with the reason while it is silent."""
    try:
        return JSONResponse(page.desk.link.signals({"lane": lane, "stream": stream, "since": since, "seconds": seconds}))
    except RetryError as error:
        return JSONResponse({"detail": str(error)}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
