"""The pages' routes, one small file for each thing a person opens."""

from typing import Final

from fastapi import APIRouter

from central.web.routes import (
    account,
    accounts,
    case_acts,
    case_evidence,
    cases,
    checkpoints,
    compare,
    copies,
    documents,
    exports,
    language,
    listing,
    live,
    login,
    media,
    own_case,
    provider,
    public,
    publicity,
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
    case_acts.router,
    cases.router,
    compare.router,
    case_evidence.router,
    copies.router,
    exports.router,
    documents.router,
    media.router,
    quarantine.router,
    stations.router,
    public.router,
    checkpoints.router,
    own_case.router,
    publicity.router,
)
