"""The pages' routes, one small file for each thing a person opens."""

from typing import Final

from fastapi import APIRouter

from central.web.routes import (
    account,
    accounts,
    analysis,
    case_acts,
    cases,
    copies,
    exports,
    language,
    listing,
    live,
    login,
    media,
    quarantine,
    stations,
    tokens,
    vehicle,
    webhooks,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    login.router,
    account.router,
    accounts.router,
    tokens.router,
    webhooks.router,
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
    analysis.router,
)
