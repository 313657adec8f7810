"""Spooled reads go to the edge, earliest first, each until the edge has taken or refused it.

| the edge answers            | then                                                     |
|-----------------------------|----------------------------------------------------------|
| 2xx                         | the read leaves the spool                                |
| 4xx other than 408 425 429  | it goes to `refused/` with the edge's words              |
| anything else, or nothing   | it waits: 0.25 s, doubled each time, at most 2 s         |

A read whose picture is being read by our own reader waits for that as `plate_reader.reading.desk` has it, while others go.
"""

import asyncio
from contextlib import suppress
from typing import Final

import httpx

from contract.faults import Fault, Reaction
from plate_reader.health import Health
from plate_reader.reading.desk import ReadingDesk
from plate_reader.spool import Spool

BACK_OFF_FIRST_S: Final = 0.25
BACK_OFF_MAX_S: Final = 2.0
"""The edge is on this machine: asking often costs nothing, and a read that comes in time need not become a further record."""

ANSWER_S: Final = 5.0
"""How long the edge may take to answer over loopback."""

_RETRIED: Final = frozenset({408, 425, 429})
_WORDS_MAX: Final = 500


class Delivery:
    """Hands the spool's reads to the edge.

    Parameters
    ----------
    edge_url
        The edge's loopback address; reads are posted to `/plates` below it.
    desk
        Where reads wait for our own reading; None where there is none.
    """

    def __init__(self, spool: Spool, health: Health, edge_url: str, client: httpx.AsyncClient, desk: ReadingDesk | None = None) -> None:
        self._spool = spool
        self._desk = desk
        self._health = health
        self._url = edge_url.rstrip("/") + "/plates"
        self._client = client
        self._something = asyncio.Event()
        self._back_off_s = 0.0
        self.delivered = 0
        self.reachable: bool | None = None

    def wake(self) -> None:
        """Say that a read has come; called from the event loop."""
        self._something.set()

    async def run(self) -> None:
        """Deliver for ever, until cancelled."""
        while True:
            self._something.clear()
            if not await self.step():
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if self._desk is None else self._desk.pause_s()):
                        await self._something.wait()
            elif self._back_off_s:
                await asyncio.sleep(self._back_off_s)

    async def step(self) -> bool:
        """Try the earliest read once that need not wait; False where there is none."""
        ready = self._desk.is_ready if self._desk is not None else lambda _: True
        entry = await asyncio.to_thread(self._spool.oldest, ready)
        if entry is None:
            return False
        name, data = entry
        if self._desk is not None:
            if self._desk.take_in(name, data):
                return True
            data = self._desk.with_own_reading(name, data)
        try:
            answer = await self._client.post(self._url, content=data, headers={"Content-Type": "application/json"}, timeout=ANSWER_S)
        except httpx.HTTPError as error:
            self._failed(f"does not answer ({type(error).__name__}: {error}); reads wait in the spool until it does")
            return True
        if answer.is_success:
            await asyncio.to_thread(self._spool.remove, name)
            self._left(name)
            self._succeeded()
            self.delivered += 1
        elif answer.is_client_error and answer.status_code not in _RETRIED:
            reason = f"{answer.status_code}: {answer.text[:_WORDS_MAX]}"
            await asyncio.to_thread(self._spool.refuse, name, data, reason)
            self._left(name)
            self._succeeded()
            what = f"refused a plate read with {reason}; the read lies in refused/{name}"  # a log outlives what may be kept of a plate
            self._health.fault(Fault(code="read-refused", where=self._url, what=what, reaction=Reaction.REJECT))
        else:
            self._failed(f"answers {answer.status_code}: {answer.text[:_WORDS_MAX]}; reads wait in the spool")
        return True

    def _left(self, name: str) -> None:
        if self._desk is not None:
            self._desk.leave(name)

    def _succeeded(self) -> None:
        self.reachable = True
        self._back_off_s = 0.0

    def _failed(self, what: str) -> None:
        """Wait longer each time; one fault per outage, not per attempt."""
        if self.reachable is not False:
            self._health.fault(Fault(code="edge-away", where=self._url, what=what, reaction=Reaction.RETRY))
        self.reachable = False
        self._back_off_s = min(max(2 * self._back_off_s, BACK_OFF_FIRST_S), BACK_OFF_MAX_S)
