"""The pages' routes, one small file for each thing a person opens."""

from typing import Final

from fastapi import APIRouter

from central.web.routes import (
    checkpoints,
    copies,
    documents,
    language,
    listing,
    live,
    login,
    media,
    own_case,
    public,
    publicity,
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
    copies.router,
    documents.router,
    media.router,
    quarantine.router,
    stations.router,
    public.router,
    checkpoints.router,
    own_case.router,
    publicity.router,
)
