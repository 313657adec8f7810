"""How the station is, and whether this page is alive."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from calibration.page.context import AnyLogin, PageDep
from calibration.page.pages import pages_of
from contract.faults import RetryError

router = APIRouter()


@router.get("/health")
def health(request: Request, page: PageDep, login: AnyLogin) -> Response:
    """Show the edge, its devices, its lanes and its faults."""
    told: dict[str, Any] | None = None
    trouble: RetryError | None = None
    try:
        told = page.desk.link.health()
    except RetryError as error:
        trouble = error
    return pages_of(request).render(request, "health.html", login, told=told, trouble=trouble, audit=page.ledger.verify())


@router.get("/alive")
def alive(page: PageDep) -> dict[str, Any]:
    """Say to a supervisor that the page answers, and whether the edge does; nothing else, for nobody is logged in."""
    return {"alive": True, "edge": page.watch.trouble is None}
