"""The pages' routes, one small file for each thing a person opens."""

from typing import Final

from fastapi import APIRouter

from central.web.routes import (
    acts,
    case_acts,
    cases,
    copies,
    exports,
    language,
    listing,
    live,
    log,
    login,
    media,
    quarantine,
    stations,
    vehicle,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    login.router,
    language.router,
    live.router,
    listing.router,
    vehicle.router,
    case_acts.router,
    cases.router,
    copies.router,
    exports.router,
    media.router,
    quarantine.router,
    stations.router,
    acts.router,
    log.router,
)
