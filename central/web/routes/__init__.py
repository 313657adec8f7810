"""The pages' routes, one small file for each thing a person opens."""

from typing import Final

from fastapi import APIRouter

from central.web.routes import (
    account,
    accounts,
    copies,
    language,
    listing,
    live,
    login,
    media,
    provider,
    quarantine,
    stations,
    tokens,
    vehicle,
    webhooks,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    login.router,
    provider.router,
    account.router,
    accounts.router,
    tokens.router,
    webhooks.router,
    language.router,
    live.router,
    listing.router,
    vehicle.router,
    copies.router,
    media.router,
    quarantine.router,
    stations.router,
)
