"""``/health`` and ``/metrics``: what a service manager and a monitoring system ask."""

from ipaddress import ip_address

from fastapi import APIRouter, HTTPException, Request, Response, status
from sqlalchemy import text

from central.access import CentralDep, OptionalLogin
from central.api.schemas import Health
from central.context import Central
from contract.faults import WimError

router = APIRouter(tags=["operation"])


@router.get(
    "/health",
    summary="Whether central can receive",
    responses={
        200: {"description": "It can, at least once the broker is back."},
        503: {"model": Health, "description": "The database is away."},
    },
)
def health(central: CentralDep, response: Response) -> Health:
    """Tell the state of broker and database; needs no login and tells nothing else."""
    connected = central.broker_connected()
    if not _database_answers(central):
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Health(status="failing", broker="connected" if connected else "away", database="away")
    return Health(status="ok" if connected else "degraded", broker="connected" if connected else "away", database="ok")


@router.get(
    "/metrics",
    summary="Counters in the Prometheus text format",
    response_class=Response,
    responses={
        200: {
            "description": "The counters.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": 'wim_central_messages_total{outcome="stored"} 1.0'}},
        },
        401: {"description": "Log in, or ask from this machine."},
    },
)
def metrics(request: Request, central: CentralDep, login: OptionalLogin) -> Response:
    """Give the counters to this machine, or to whoever is logged in."""
    if login is None and not _is_local(request):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "log in, or ask from this machine")
    return Response(central.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _database_answers(central: Central) -> bool:
    try:
        with central.database.read() as session:
            session.execute(text("SELECT 1"))
    except WimError as error:
        central.count(error)
        return False
    return True


def _is_local(request: Request) -> bool:
    """Whether this machine asks for itself; behind a proxy every request comes from this machine, and says for whom."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
