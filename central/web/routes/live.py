"""What is new, pushed to an open list: server-sent events (HTML Living Standard, 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from central.access import CentralDep, RequiredLogin
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.stations import stations
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import News, vehicles_since
from central.web.heartbeat import heartbeats
from central.web.narrowing import parse_narrowing
from central.web.pages import pages_of
from contract.faults import RetryError

router = APIRouter()
LOOK_S: Final = 0.7
"""Pause between two looks at the database."""
LOOKS_PER_HEARTBEAT: Final = 7
"""The stations' states are sent with every so manieth look."""
LOOKS_MAX: Final = 30
"""A stream ends after this many looks; the browser comes back at once, and with it the login is checked again."""


@router.get("/vehicles/live")
async def live(
    request: Request,
    login: RequiredLogin,
    central: CentralDep,
    after: Annotated[int, Query(ge=0, lt=2**53)],
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """Push rows that match the address's filter, as HTML, and the stations' states."""
    cursor = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 17 else after
    narrowing = parse_narrowing(request.query_params, pages_of(request).zone, login)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _events(request, login, central, narrowing.filter, cursor)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(request: Request, login: Login, central: Central, narrowed: VehicleFilter, cursor: int) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    for look in range(LOOKS_MAX):
        if central.ending.asked or await request.is_disconnected():
            return
        try:
            news = await run_in_threadpool(_news, central, narrowed, cursor)
            if look % LOOKS_PER_HEARTBEAT == 0:
                yield _event("stations", cursor, await run_in_threadpool(_stations, request, login, central))
        except RetryError as error:
            central.count(error)
            return
        for row in news.rows:
            values = {
                "id": f"v-{row.station}-{row.seq}",
                "key": str(row.key),
                "html": pages_of(request).text(request, "row.html", login, row=row),
            }
            yield _event("vehicle", news.cursor, json.dumps(values))
        cursor = news.cursor
        await asyncio.sleep(LOOK_S)


def _news(central: Central, narrowed: VehicleFilter, cursor: int) -> News:
    with central.database.read() as session:
        return vehicles_since(session, cursor, narrowed)


def _stations(request: Request, login: Login, central: Central) -> str:
    with central.database.read() as session:
        known = stations(session, within=login.stations_for())
    html = pages_of(request).text(request, "heartbeats.html", login, heartbeats=heartbeats(known, central.now_us()))
    return json.dumps({"html": html})


def _event(name: str, cursor: int, data: str) -> str:
    return f"event: {name}\nid: {cursor}\ndata: {data}\n\n"
