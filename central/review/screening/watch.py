"""Screening as it runs beside ingest: every second whatever is due, from the very start on."""

import asyncio
from typing import Final

from fastapi.concurrency import run_in_threadpool

from central.context import Central
from central.review.screening.run import screen_all
from contract.faults import RetryError, StopError

EVERY_S: Final = 1.0
"""Two small questions to the database a second; an officer sees a case as soon as he looks."""


async def keep_screening(central: Central) -> None:
    """Screen what is due, until cancelled; a database that is away is asked again, one that is broken ends the service."""
    while True:
        try:
            await run_in_threadpool(screen_all, central)
        except RetryError as error:
            central.count(error)
        except StopError as error:
            central.ending.ask(error)
            return
        await asyncio.sleep(EVERY_S)
