"""The web application: pages, API and blob upload over one `Central`, with ingest running as long as it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.metadata import version
from typing import Final

import structlog
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from central import web
from central.api import acts, analysis, cases, decisions, evidence, operation, webhooks
from central.api.document import document_of
from central.body_limit import BodyLimit
from central.checkpointing.keeper import Keeper, keep_log
from central.clock import now_us
from central.config import Settings
from central.context import Central
from central.evidence.aggregates.rebuild import fill
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.receipt_key import receipt_key
from central.evidence.sole_service import SoleService
from central.exports.worker import ExportMaker
from central.housekeeping import keep_house
from central.ingest import blob_upload
from central.ingest.receive import Receiver
from central.ingest.subscriber import Subscriber
from central.migrations.run import migrate
from central.review.calendars import calendar
from central.review.screening.watch import keep_screening
from central.webhooks.deliver import Courier
from contract.faults import StopError, WimError

API_DESCRIPTION: Final = """\
Programs send `Authorization: Bearer <token>`; an administrator makes tokens, each with its scopes, stations and expiry.
People use the same operations with the session of their browser. Times are UTC in µs, loads in kg. Every list is paged by key:
give `next` of a page back as `before` or `after`. Every refusal has one shape: `code`, `where`, `what`."""
STOP_WITHIN_S: Final = 1.5
"""Time for ingest to store what it holds and to send the receipts that are due."""
_LOG: Final = structlog.get_logger("central")


def create_app(settings: Settings, clock: Callable[[], int] = now_us) -> FastAPI:
    """Make the application; the database is migrated and ingest begins when it starts, and both end with it.

    Parameters
    ----------
    settings
        Folders, database, broker and web settings.
    clock
        UTC in µs.

    Raises
    ------
    StopError
        If the settings name something unusable.
    """
    calendar(settings.review.calendar)  # one that is not shipped is said now, not with the first case
    settings.data.mkdir(parents=True, exist_ok=True)
    central = Central(settings, Database(settings.url), BlobStore(settings.blob_folder), clock, DerivedFolder(settings.derived_folder))
    keeper = Keeper(central.database, settings, now_us=clock, count=central.count)
    subscriber = Subscriber(central, Receiver(central, receipt_key(settings.key_folder)))
    exports = ExportMaker(central, settings.review.zone)
    central.broker_connected = lambda: subscriber.connected

    courier = Courier(central)
    sole = SoleService(central.database, central.ending.ask)

    open_evidence = cache(lambda: _open_evidence(central, keeper, sole))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(open_evidence)
        central.blobs.sweep(central.now_us())
        subscriber.start()
        courier.start()
        exports.start()
        background = [
            asyncio.create_task(keep_house(central), name="deletion"),
            asyncio.create_task(keep_screening(central), name="screening"),
            asyncio.create_task(keep_log(keeper, settings.log.seconds, central.ending.ask), name="log"),
        ]
        for task in background:
            task.add_done_callback(partial(_see_ended, central))
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await run_in_threadpool(exports.stop, STOP_WITHIN_S)
            await run_in_threadpool(courier.stop, 0.0)
            await run_in_threadpool(subscriber.stop, STOP_WITHIN_S)
            keeper.close()
            sole.give_up()
            central.database.close()

    app = FastAPI(
        title="Weighline central",
        version=version("weighline"),
        summary="Evidence of overloaded vehicles: signed records, pictures and captures, verified and kept.",
        description=API_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.openapi = partial(document_of, app)  # type: ignore[method-assign]
    app.state.central = central
    app.state.open_evidence = open_evidence
    app.add_middleware(BodyLimit)
    routers = (blob_upload, evidence, cases, decisions, acts, analysis, webhooks, operation)
    for router in (room.router for room in routers):
        app.include_router(router)
    web.install(app, settings)
    return app


def _open_evidence(central: Central, keeper: Keeper, sole: SoleService) -> None:
    """See that no other service is on the database, bring its tables to this version and check the log before anything is added to it.

    Raises
    ------
    StopError
        ``service-runs``, ``migration-failed``, or ``log-broken`` with what does not fit.
    RetryError
        ``database-away``.
    """
    sole.take()
    try:
        migrate(central.database)
        keeper.check()
        keeper.check_against_witness()
        fill(central.database)
    except WimError:
        sole.give_up()
        raise


def _see_ended(central: Central, task: asyncio.Task[None]) -> None:
    """End the service where a task beside it has failed: screening or deletion that silently stands still is found by nobody."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOG.error("background-ended", exc_info=error)
        central.ending.ask(StopError("background-ended", task.get_name(), f"ended unexpectedly: {type(error).__name__}: {error}"))
