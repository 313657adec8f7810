"""Signs the log while it grows, and has witness and time stamp authority asked about each checkpoint."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import httpx
import structlog

from central.checkpointing.timestamp_client import TimestampClient
from central.checkpointing.trust import trusted_by
from central.checkpointing.witness_client import WitnessClient
from central.config import Settings
from central.evidence.database import Database
from central.evidence.log import checkpoints, leaves, tree
from central.evidence.log.checkpoints import StoredCheckpoint
from central.evidence.log.edge import broken, check_edge, check_part, check_tail, continuation_failures, raise_on
from central.evidence.log.memory import recall, remember
from central.evidence.log.peers import OBJECTIONS, Peer, note_answer
from contract.faults import RejectError, RetryError, StopError, WimError
from contract.log.checkpoints import open_checkpoint
from contract.log.tree import ConsistencyProof
from contract.units import US_PER_S

FRESH_US: Final = 600 * US_PER_S
"""While a checkpoint is younger, those who did not answer are asked about it again; later a new one is made, for a time stamp that comes
late says little."""
_LOG = structlog.get_logger("central")


class Keeper:
    """Makes checkpoints.

    Parameters
    ----------
    database
        With the log.
    settings
        Where the key lies that signs and where the last checkpoint is remembered, and whom to ask.
    now_us
        The clock, UTC in µs.
    count
        Is told each fault.
    """

    def __init__(
        self, database: Database, settings: Settings, *, now_us: Callable[[], int], count: Callable[[WimError], None] = lambda error: None
    ) -> None:
        self._database, self._now_us, self._count = database, now_us, count
        self.folder, self.trusted = settings.key_folder, trusted_by(settings)
        self._key = self.trusted.log
        self._client = httpx.Client(timeout=settings.log.answer_within_s, follow_redirects=False)
        self._witness = self._authority = None
        if settings.log.witness_url is not None:
            self._witness = WitnessClient(settings.log.witness_url, self.trusted.witnesses[0], self._client)
        if settings.log.timestamp_url is not None:
            self._authority = TimestampClient(settings.log.timestamp_url, self.trusted.authority, self._client)
        self._part = now_us() // US_PER_S
        """Which part of the leaves is checked next; where it begins differs from start to start."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check(self) -> None:
        """Check what the next signature would vouch for, the last leaves and one further part of them.

        Raises
        ------
        StopError
            ``log-broken``, naming what does not fit.
        """
        memory = recall(self.folder, self._key)
        with self._database.snapshot() as session:
            failures = check_edge(session, self.trusted, memory)
            if not failures:
                failures = list(dict.fromkeys([*check_tail(session), *check_part(session, self._part)]))
        self._part += 1
        raise_on(failures)

    def check_against_witness(self) -> None:
        """Hold the log against the last checkpoint that the witness has seen; a witness that is away says nothing.

        Raises
        ------
        StopError
            ``log-broken`` if the log's own signature, in the witness's hands, is on a tree that this one does not continue.
        """
        if self._witness is None:
            return
        source = f"checkpoint in the hands of witness {self._witness.key.name}"
        try:
            if (note := self._witness.last(self._key.origin)) is None:
                return
            seen = open_checkpoint(note, self._key.verifier, source)
        except (RetryError, RejectError) as error:
            self._count(error)
            return
        with self._database.read() as session:
            raise_on(continuation_failures(session, seen, source))

    def keep(self, *, anew: bool = False) -> StoredCheckpoint | None:
        """Sign the log if it has grown since the last checkpoint, or in any case `anew`; ask who has not vouched yet.

        Gives the last checkpoint with all that is known of it, None while there is nothing to sign.

        Raises
        ------
        RetryError
            ``database-away``.
        StopError
            ``log-broken`` if what is stored is not what was signed before: nothing is signed then. Who does not vouch raises nothing: it
            is noted.
        """
        now_us = self._now_us()
        size, last = self._state()
        if size == 0 and not anew:
            return last
        if anew or last is None or last.size != size or (self._missing(last) and now_us >= last.made_us + FRESH_US):
            last = self._sign(now_us)
        if self._witness is not None and not last.cosigned:
            self._ask(Peer.WITNESS, self._cosign, last)
        if self._authority is not None and last.timestamp is None:
            self._ask(Peer.TIMESTAMP, self._stamp, last)
        with self._database.read() as session:
            return checkpoints.latest_checkpoints(session, 1)[0]

    def _state(self) -> tuple[int, StoredCheckpoint | None]:
        """Give the log's size and its last checkpoint; one that cannot be read ends it."""
        with self._database.read() as session:
            size = leaves.size(session)
            try:
                return size, next(iter(checkpoints.latest_checkpoints(session, 1)), None)
            except RejectError as error:
                raise broken([str(error)]) from error

    def _missing(self, last: StoredCheckpoint) -> bool:
        return (self._witness is not None and not last.cosigned) or (self._authority is not None and last.timestamp is None)

    def _sign(self, now_us: int) -> StoredCheckpoint:
        self.check()
        with self._database.write() as session:
            made = checkpoints.make_checkpoint(session, self._key, now_us)
        remember(self.folder, made.note)
        return made

    def _ask(self, peer: Peer, question: Callable[[StoredCheckpoint], None], checkpoint: StoredCheckpoint) -> None:
        error: RejectError | RetryError | None = None
        try:
            question(checkpoint)
        except (RejectError, RetryError) as caught:
            error = caught
            self._count(caught)
            if caught.code in OBJECTIONS:
                _LOG.critical("the-witness-objects", code=caught.code, where=caught.where, what=caught.what)
        with self._database.write() as session:
            note_answer(session, peer, self._now_us(), error)

    def _cosign(self, checkpoint: StoredCheckpoint) -> None:
        if self._witness is None:
            return
        with self._database.read() as session:
            known = checkpoints.cosigned_size(session, self._witness.key.name)
        answer = self._witness.ask(checkpoint.note, known, lambda old: self._prove(old, checkpoint.size), self._signed_size)
        if answer is not None:
            with self._database.write() as session:
                checkpoints.add_cosignature(session, checkpoint.id, *answer)

    def _signed_size(self) -> int:
        with self._database.read() as session:
            return max((one.size for one in checkpoints.latest_checkpoints(session, 1)), default=0)

    def _prove(self, old: int, size: int) -> ConsistencyProof:
        with self._database.read() as session:
            return tree.consistency_proof(session, old, size)

    def _stamp(self, checkpoint: StoredCheckpoint) -> None:
        if self._authority is None:
            return
        answer, time_us = self._authority.ask(str(checkpoint.log_note).encode())
        with self._database.write() as session:
            checkpoints.add_timestamp(session, checkpoint.id, answer, time_us)


async def keep_log(keeper: Keeper, seconds: int, ended: Callable[[WimError], None]) -> None:
    """Keep the log on schedule until cancelled; `ended` is told what going on would harm."""
    while True:
        try:
            await _apart(keeper.keep)
        except (RetryError, RejectError) as error:
            _LOG.warning("fault", code=error.code, where=error.where, what=error.what, reaction=error.reaction.value)
        except StopError as error:
            ended(error)
            return
        await asyncio.sleep(seconds)


async def _apart(deed: Callable[[], object]) -> None:
    """Do something in a daemon thread of its own, which whoever is cancelled leaves behind.

    A pool's thread would be waited for at the end of the process, as long as a witness that hangs is given to answer. What is left behind
    loses nothing: it either asks, or writes in one transaction, which a cut undoes.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            deed()
        except BaseException as caught:  # noqa: BLE001 - it is raised where it is awaited
            error = caught
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=run, name="log-keeper", daemon=True).start()
    await done
