"""Asks a witness to cosign a checkpoint (c2sp.org/tlog-witness, `add-checkpoint`)."""

import base64
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import httpx

from contract.faults import RejectError, RetryError
from contract.log.checkpoints import SIZE_LIMIT, Checkpoint, parse_size, verify_cosignature
from contract.log.notes import Note, NoteSignature, VerifierKey, parse_signatures
from contract.log.tree import ConsistencyProof
from contract.media import sha256_hex

ADD_CHECKPOINT: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
TRIES: Final = 3
"""How often it is asked anew from where it says that it is: another of ours may be asking at the same time."""
_WHAT_MAX: Final = 300
"""Characters of a witness's own words that are kept."""


class WitnessClient:
    """One witness.

    Parameters
    ----------
    url
        Its submission prefix.
    key
        Its public key.
    client
        For the requests, with its time limit.
    """

    def __init__(self, url: str, key: VerifierKey, client: httpx.Client) -> None:
        self._url = url.rstrip("/")
        self.key = key
        self._client = client

    def ask(
        self, note: Note, known: int, prove: Callable[[int], ConsistencyProof], signed: Callable[[], int]
    ) -> tuple[NoteSignature, int] | None:
        """Give the witness's cosignature on a checkpoint, and its time in seconds since 1970.

        None where it has cosigned a later checkpoint of ours meanwhile: whoever makes a bundle signs beside the schedule.

        Parameters
        ----------
        note
            The checkpoint with the log's signature.
        known
            The size that the witness has cosigned last, as far as we know.
        prove
            Gives the consistency proof from a size to the checkpoint's.
        signed
            Gives the size of the largest checkpoint that was signed by now; no other of ours can the witness have seen.

        Raises
        ------
        RetryError
            ``witness-away``.
        RejectError
            ``log-rolled-back`` if the witness has seen a larger log, ``log-forked`` if it has seen another one, ``witness-forgot`` if it
            knows less than it has cosigned, ``witness-refused`` otherwise.
        """
        size = Checkpoint.parse(note.text, "own checkpoint").size
        answer = self._submit(note, prove(min(known, size)))
        for _ in range(TRIES):
            if (seen := self._size_in(answer)) is None:
                break
            if size < seen <= signed():
                return None
            if seen > size:
                what = f"has cosigned this log at {seen} leaves, now there are {size}: leaves that were published are gone"
                raise RejectError("log-rolled-back", self._source, what)
            if seen < known:
                raise RejectError(
                    "witness-forgot", self._source, f"knows the log at {seen} leaves, yet it has cosigned {known}: ask its keeper"
                )
            answer = self._submit(note, prove(seen))
        return self._cosignature(note, answer)

    def last(self, origin: str) -> Note | None:
        """Give the last checkpoint of a log that the witness has cosigned, None if it has none; its cosignature is verified.

        Raises
        ------
        RetryError
            ``witness-away``.
        RejectError
            ``bad-note``, ``unknown-key`` or ``bad-signature``.
        """
        try:
            answer = self._client.get(f"{self._url}/{sha256_hex(origin.encode())}/checkpoint")
        except httpx.HTTPError as error:
            raise RetryError("witness-away", self._source, f"does not answer at {self._url}: {error}") from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if answer.status_code != HTTPStatus.OK:
            raise RetryError("witness-away", self._source, f"answered {answer.status_code}")
        note = Note.parse(answer.content, self._source)
        verify_cosignature(note, self.key, self._source)
        return note

    @property
    def _source(self) -> str:
        return f"witness {self.key.name}"

    def _submit(self, note: Note, proof: ConsistencyProof) -> httpx.Response:
        lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof.hashes)
        try:
            return self._client.post(self._url + ADD_CHECKPOINT, content=f"old {proof.old_size}\n{lines}\n{note}".encode())
        except httpx.HTTPError as error:
            raise RetryError("witness-away", self._source, f"does not answer at {self._url}: {error}") from error

    def _size_in(self, answer: httpx.Response) -> int | None:
        """Give the size of the witness's last checkpoint, if the answer says that ours did not begin there."""
        if answer.status_code != HTTPStatus.CONFLICT or answer.headers.get("content-type", "") != SIZE_TYPE:
            return None
        try:
            return parse_size(answer.text.removesuffix("\n"))
        except ValueError as error:
            raise RejectError("witness-refused", self._source, f"{answer.text[:40]!r} is no size below {SIZE_LIMIT}") from error

    def _cosignature(self, note: Note, answer: httpx.Response) -> tuple[NoteSignature, int]:
        said = answer.text.strip()[:_WHAT_MAX]
        match answer.status_code:
            case HTTPStatus.OK:
                cosigned = Note(note.text, parse_signatures(answer.text, self._source))
                time_s = verify_cosignature(cosigned, self.key, self._source)
                return cosigned.signatures_by(self.key)[0], time_s
            case HTTPStatus.CONFLICT | HTTPStatus.UNPROCESSABLE_ENTITY:
                raise RejectError("log-forked", self._source, f"has seen another log under this name: {said}")
            case HTTPStatus.NOT_FOUND | HTTPStatus.FORBIDDEN | HTTPStatus.BAD_REQUEST:
                what = f"does not take this log's checkpoints ({answer.status_code}): {said}; it needs the key of `wim-central log keys`"
                raise RejectError("witness-refused", self._source, what)
            case status:
                raise RetryError("witness-away", self._source, f"answered {status}: {said}")
