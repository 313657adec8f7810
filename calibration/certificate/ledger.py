"""The ledger of one station: proposals, approvals and rejections, each verified on every opening, none ever changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from calibration.certificate.book import Book, Signed
from calibration.certificate.entries import LATEST_US, Approval, Entry, Proposal, Rejection, VerificationCertificate, to_us
from calibration.certificate.sealed import Certificate
from calibration.certificate.signatories import Signatories
from calibration.certificate.storage import MAX_BYTES, Content, Storage
from calibration.model import Calibration, check_lane, load_calibration
from calibration.told import told
from contract.canonical import canonical_bytes
from contract.faults import RejectError, StopError, WimError
from contract.records import Identity
from contract.signatures import PayloadType, seal
from contract.station import Signatory, Station

REASON_MAX: Final = 1_000
"""Characters of a reason."""


def utc_now() -> datetime:
    """Give the station's time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Audit:
    """What a verification of the whole ledger found; with a `fault`, the book holds what stands before it."""

    book: Book
    fault: WimError | None


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a proposer says beside the parameters."""

    reason: str
    effective_from: datetime | None
    verification: VerificationCertificate | None
    repeats: int | None = None


class Ledger:
    """The ledger of one station; holds no open file, so any number may be used at once.

    Parameters
    ----------
    path
        The file; the first proposal makes it.
    station
        The station file, whose [[signatory]] tables say who may sign.
    now
        Gives the time.
    max_bytes
        What the file may take on the disk.
    """

    def __init__(self, path: Path, station: Station, now: Callable[[], datetime] = utc_now, max_bytes: int = MAX_BYTES) -> None:
        self._storage = Storage(path, max_bytes)
        self._station = station
        self._signatories = Signatories(station.signatory)
        self._now = now
        self._source = str(path)

    @property
    def path(self) -> Path:
        """The file."""
        return self._storage.path

    @property
    def station(self) -> Station:
        """The station whose ledger it is."""
        return self._station

    def propose(
        self,
        calibration: Calibration,
        *,
        key: Ed25519PrivateKey,
        reason: str,
        effective_from: datetime | None = None,
        verification: VerificationCertificate | None = None,
    ) -> Proposal:
        """Propose that a calibration be put into force.

        Parameters
        ----------
        calibration
            What is to be in force on its lane.
        key
            The proposer's.
        reason
            Why, for whoever reads the certificate.
        effective_from
            Earliest moment, None for the moment of approval.
        verification
            The institute's verification of the scale in this very state.

        Raises
        ------
        RejectError
            If it is not for a lane of this station, the key may not propose, or the ledger is broken, full or in use.
        """
        self._check_calibration(calibration)
        named = Identity(id=calibration.id, sha256=calibration.digest())
        return self._propose(named, calibration.dump(), calibration.lane, key, _Wish(reason, effective_from, verification))

    def propose_again(
        self,
        number: int,
        *,
        key: Ed25519PrivateKey,
        reason: str,
        effective_from: datetime | None = None,
        verification: VerificationCertificate | None = None,
    ) -> Proposal:
        """Propose the parameters of an earlier certificate: a roll-back, or the same with a new verification; else as `propose`."""
        book = self.book()
        certificate = book.certificate(number, self._source)
        text = book.text(certificate.calibration)
        self._check_calibration(load_calibration(text, self._source))
        wish = _Wish(reason, effective_from, verification, repeats=number)
        return self._propose(certificate.calibration, text, certificate.lane, key, wish)

    def approve(self, proposal_counter: int, *, key: Ed25519PrivateKey, effective_from: datetime | None = None) -> Certificate:
        """Approve a proposal, which makes it the next certificate.

        Parameters
        ----------
        proposal_counter
            Which one.
        key
            The approver's, who is not the proposer.
        effective_from
            From when it is in force; None for the proposal's wish, or at once if that has passed.

        Raises
        ------
        RejectError
            As for `propose`, and ``same-person``, ``proposal-unknown``, ``proposal-settled``, ``proposal-outdated``, ``effective-past``.
        """

        def make(book: Book, person: Signatory, now_us: int) -> Entry:
            proposed = book.proposed(proposal_counter, self._source)
            wished_us = _effective_us(effective_from, now_us, self._source)
            if wished_us is None:
                wish = proposed.entry.effective_from_us if isinstance(proposed.entry, Proposal) else None
                wished_us = max(now_us, wish or 0)
            return Approval(
                **self._common(book, person, now_us),
                number=len(book.certificates) + 1,
                proposal_counter=proposal_counter,
                proposal_sha256=proposed.sha256,
                effective_from_us=wished_us,
            )

        book, _ = self._append(make, key)
        return book.certificates[-1]

    def reject(self, proposal_counter: int, *, key: Ed25519PrivateKey, reason: str) -> Rejection:
        """Settle a proposal without a certificate; its proposer may, too.

        Raises
        ------
        RejectError
            As for `approve`.
        """

        def make(book: Book, person: Signatory, now_us: int) -> Entry:
            proposed = book.proposed(proposal_counter, self._source)
            return Rejection(
                **self._common(book, person, now_us),
                proposal_counter=proposal_counter,
                proposal_sha256=proposed.sha256,
                reason=_checked_reason(reason),
            )

        _, signed = self._append(make, key)
        assert isinstance(signed.entry, Rejection)  # noqa: S101 - what `make` makes
        return signed.entry

    def pending(self) -> tuple[Proposal, ...]:
        """Give the proposals that are neither approved nor rejected."""
        return self.book().pending

    def in_force(self, at: datetime | None = None, *, lane: int) -> Certificate | None:
        """Give the lane's certificate in force at a moment (None: now), None before the first."""
        return self.book().in_force(at or self._now(), lane)

    def certificate(self, number: int) -> Certificate:
        """Give a certificate by its number.

        Raises
        ------
        RejectError
            ``certificate-unknown``, or the ledger is broken.
        """
        return self.book().certificate(number, self._source)

    def calibration(self, named: Certificate | Proposal) -> Calibration:
        """Give the calibration that a certificate or proposal names."""
        return self.book().parameters(named)

    def history(self) -> tuple[Entry, ...]:
        """Give every entry in order."""
        return tuple(one.entry for one in self.book().signed)

    def verify(self) -> Audit:
        """Verify the whole ledger offline: chain, signatures, digests, who signed what; a fault is given, not raised."""
        try:
            return self._audit(self._storage.read())
        except WimError as fault:
            return Audit(Book(self._station.station.id, self._signatories), fault)

    def book(self) -> Book:
        """Give all that is in the ledger.

        Raises
        ------
        RejectError
            ``ledger-broken`` with the first entry that fails and why.
        """
        return _whole(self._audit(self._storage.read()))

    def _audit(self, content: Content) -> Audit:
        book = Book(self._station.station.id, self._signatories)
        parameters = dict(content.parameters)
        for counter, envelope in content.rows:
            source = told("%(source)s entry %(counter)s", source=self._source, counter=book.counter + 1)
            try:
                if counter != book.counter + 1:
                    raise RejectError("ledger-gap", source, told("is missing; the next one is %(counter)s", counter=counter))
                book.admit(envelope, parameters, source)
            except RejectError as fault:
                what = told("%(what)s. The ledger is refused from here on; restore it from a copy", what=fault.what)
                return Audit(book, RejectError("ledger-broken", fault.where, what))
        return Audit(book, None)

    def _propose(self, calibration: Identity, text: str, lane: int, key: Ed25519PrivateKey, wish: _Wish) -> Proposal:
        def make(book: Book, person: Signatory, now_us: int) -> Entry:
            return Proposal(
                **self._common(book, person, now_us),
                lane=lane,
                calibration=calibration,
                replaces=book.replaced(lane),
                repeats=wish.repeats,
                effective_from_us=_effective_us(wish.effective_from, now_us, self._source),
                reason=_checked_reason(wish.reason),
                verification=wish.verification,
            )

        _, signed = self._append(make, key, (calibration.sha256, text))
        assert isinstance(signed.entry, Proposal)  # noqa: S101 - what `make` makes
        return signed.entry

    def _append(
        self, make: Callable[[Book, Signatory, int], Entry], key: Ed25519PrivateKey, text: tuple[str, str] | None = None
    ) -> tuple[Book, Signed]:
        """Add the entry that `make` gives for what is there, all or nothing."""
        person = self._signatories.of(key.public_key())
        with self._storage.writing() as writing:
            content = writing.content()
            book = _whole(self._audit(content))
            entry = make(book, person, to_us(self._now()))
            parameters = dict(content.parameters)
            if text is not None and text[0] not in parameters:
                parameters[text[0]] = text[1]
                writing.add_parameters(*text)
            envelope = seal(canonical_bytes(entry), PayloadType.CERTIFICATE, key)
            signed = book.admit(envelope, parameters, self._source)  # what a reader would refuse is never written
            writing.add(entry.counter, envelope)
        return book, signed

    def _common(self, book: Book, person: Signatory, now_us: int) -> dict[str, Any]:
        station = self._station.station.id
        return {"station": station, "counter": book.counter + 1, "prev_sha256": book.head_sha256, "by": person.name, "time_us": now_us}

    def _check_calibration(self, calibration: Calibration) -> None:
        """Refuse what this station could not weigh with."""
        where = told("calibration %(id)s", id=calibration.id)
        if calibration.station != self._station.station.id:
            what = told(
                "is for station %(station)s, this is %(id)s; a scale must not use another one's gains",
                station=f"{calibration.station!r}",
                id=f"{self._station.station.id!r}",
            )
            raise RejectError("calibration-station", where, what)
        lanes = {lane.id: lane for lane in self._station.lane}
        if calibration.lane not in lanes:
            what = told("is for lane %(lane)s; the station file has %(lanes)s", lane=calibration.lane, lanes=", ".join(map(str, lanes)))
            raise RejectError("calibration-lane", where, what)
        try:
            check_lane(calibration, lanes[calibration.lane])
        except StopError as error:
            raise RejectError(error.code, error.where, error.what) from error


def _whole(audit: Audit) -> Book:
    if audit.fault is not None:
        raise audit.fault
    return audit.book


def _effective_us(moment: datetime | None, now_us: int, source: str) -> int | None:
    if moment is None:
        return None
    if moment.tzinfo is None or not to_us(moment) < LATEST_US:
        raise RejectError(
            "effective-invalid",
            source,
            told("%(moment)s is no moment with its offset from UTC, such as 2027-03-01T06:00:00+08:00", moment=moment),
        )
    if to_us(moment) < now_us:
        what = told(
            "%(moment)s has passed; nothing is put into force for the past: give a later moment, or none for at once",
            moment=moment.isoformat(),
        )
        raise RejectError("effective-past", source, what)
    return to_us(moment)


def _checked_reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not 1 <= len(said) <= REASON_MAX:
        raise RejectError(
            "reason-missing",
            told("reason"),
            told("has %(n)s characters; say why in 1 to %(reason_max)s", n=len(said), reason_max=REASON_MAX),
        )
    return said
