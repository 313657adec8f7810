"""The pages' routes, one small file for each thing a person opens."""

from typing import Final

from fastapi import APIRouter

from central.web.routes import analysis, copies, language, listing, live, login, media, quarantine, stations, vehicle

ROUTERS: Final[tuple[APIRouter, ...]] = (
    login.router,
    language.router,
    live.router,
    listing.router,
    vehicle.router,
    copies.router,
    media.router,
    quarantine.router,
    stations.router,
    analysis.router,
)
