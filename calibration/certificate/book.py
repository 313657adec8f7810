"""What a ledger's entries amount to, each verified before it counts. No I/O, no clock; the same rules admit an entry when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from calibration.certificate.entries import Approval, Entry, Proposal, Rejection, Replaced, from_us, parse_entry
from calibration.certificate.sealed import Certificate, SealedCertificate
from calibration.certificate.signatories import Signatories, check_may, check_present
from calibration.model import Calibration, load_calibration
from calibration.told import told
from contract.chain import GENESIS_SHA256
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import Identity
from contract.station import Signatory


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified entry with the SHA-256 of its signed bytes, who signed it by which key, and the envelope itself."""

    entry: Entry
    sha256: str
    key_id: str
    envelope: bytes


class Book:
    """The verified entries of one station's ledger.

    Parameters
    ----------
    station
        Whose ledger it must be.
    signatories
        Whose signatures count.
    """

    def __init__(self, station: str, signatories: Signatories) -> None:
        self._station = station
        self._signatories = signatories
        self._signed: list[Signed] = []
        self._certificates: list[Certificate] = []
        self._settled: set[int] = set()
        self._texts: dict[str, str] = {}

    @property
    def signed(self) -> tuple[Signed, ...]:
        """Every entry in order."""
        return tuple(self._signed)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Every certificate by its number."""
        return tuple(self._certificates)

    @property
    def counter(self) -> int:
        """How many entries there are: the counter that cannot be reset."""
        return len(self._signed)

    @property
    def head_sha256(self) -> str:
        """What the next entry must name."""
        return self._signed[-1].sha256 if self._signed else GENESIS_SHA256

    @property
    def pending(self) -> tuple[Proposal, ...]:
        """Proposals that are neither approved nor rejected."""
        return tuple(one.entry for one in self._signed if isinstance(one.entry, Proposal) and one.entry.counter not in self._settled)

    def newest(self, lane: int) -> Certificate | None:
        """Give the lane's certificate of the highest number, in force or not yet."""
        return next((one for one in reversed(self._certificates) if one.lane == lane), None)

    def in_force(self, at: datetime, lane: int) -> Certificate | None:
        """Give the lane's certificate of the highest number whose moment has come, None before the first."""
        return next((one for one in reversed(self._certificates) if one.lane == lane and one.effective_from <= at), None)

    def replaced(self, lane: int) -> Replaced | None:
        """Give what a proposal for a lane takes the place of."""
        newest = self.newest(lane)
        return None if newest is None else Replaced(number=newest.number, calibration=newest.calibration)

    def admit(self, envelope: bytes, parameters: Mapping[str, str], source: str) -> Signed:
        """Verify the next entry and add it.

        Parameters
        ----------
        envelope
            As signed.
        parameters
            Texts of parameters by their SHA-256, not verified.
        source
            Where it came from, for the error.

        Raises
        ------
        RejectError
            At the first step that it fails; nothing is added.
        """
        # 1. A signatory of the station has signed it, as an entry of a ledger.
        payload, person, key = self._signatories.open(envelope, source)
        # 2. The signed bytes are canonical and an entry of a known kind.
        entry = parse_entry(payload, source)
        # 3. It is this station's, by who signed it.
        if entry.station != self._station:
            raise RejectError(
                "ledger-station",
                source,
                told("is of station %(station)s, this is %(here)s", station=f"{entry.station!r}", here=f"{self._station!r}"),
            )
        if entry.by != person.name:
            raise RejectError(
                "wrong-signer", source, told("says it is by %(by)s, the key is that of %(name)s", by=entry.by, name=person.name)
            )
        # 4. It follows the one before: by number, by digest, in time.
        self._check_place(entry, source)
        # 5. Who signed it may do so, and it fits what is there.
        signed = Signed(entry, sha256_hex(payload), key, envelope)
        match entry:
            case Proposal():
                check_may(person, "propose", entry.time, source)
                self._check_proposal(entry, parameters, source)
            case Approval():
                check_may(person, "approve", entry.time, source)
                self._certificates.append(self._approved(signed, entry, person, source))
            case Rejection():
                check_present(person, entry.time, source)
                self._open_proposal(entry, source)
        if not isinstance(entry, Proposal):
            self._settled.add(entry.proposal_counter)
        self._signed.append(signed)
        return signed

    def _check_place(self, entry: Entry, source: str) -> None:
        if entry.counter != self.counter + 1:
            raise RejectError(
                "ledger-gap",
                source,
                told("has counter %(counter)s, %(due)s is next; entries are missing", counter=entry.counter, due=self.counter + 1),
            )
        if entry.prev_sha256 != self.head_sha256:
            what = told(
                "names %(prev_sha256)s as the entry before it, which is %(head_sha256)s",
                prev_sha256=entry.prev_sha256[:16],
                head_sha256=self.head_sha256[:16],
            )
            raise RejectError("ledger-chain", source, what)
        if self._signed and entry.time_us < self._signed[-1].entry.time_us:
            before = self._signed[-1].entry.time
            what = told(
                "is of %(time)s, the entry before it of %(before)s; set the station's clock right and sign again",
                time=_shown(entry.time),
                before=_shown(before),
            )
            raise RejectError("clock-behind", source, what)

    def _check_proposal(self, entry: Proposal, parameters: Mapping[str, str], source: str) -> None:
        text = parameters.get(entry.calibration.sha256)
        if text is None or sha256_hex(text.encode()) != entry.calibration.sha256:
            state = told("are missing") if text is None else told("were changed")
            raise RejectError(
                "parameters-differ",
                source,
                told(
                    "the parameters %(sha256)s of %(id)s %(state)s",
                    sha256=entry.calibration.sha256[:16],
                    id=entry.calibration.id,
                    state=state,
                ),
            )
        self._texts[entry.calibration.sha256] = text
        if entry.replaces != self.replaced(entry.lane):
            raise RejectError(
                "wrong-predecessor", source, told("does not replace the newest certificate of lane %(lane)s", lane=entry.lane)
            )
        if entry.repeats is not None:
            repeated = self.certificate(entry.repeats, source)
            if (repeated.lane, repeated.calibration) != (entry.lane, entry.calibration):
                what = told(
                    "says it repeats certificate %(repeats)s, which is of %(id)s on lane %(lane)s",
                    repeats=entry.repeats,
                    id=repeated.calibration.id,
                    lane=repeated.lane,
                )
                raise RejectError("wrong-repeat", source, what)

    def _approved(self, signed: Signed, entry: Approval, person: Signatory, source: str) -> Certificate:
        proposed = self._open_proposal(entry, source)
        proposal = proposed.entry
        assert isinstance(proposal, Proposal)  # noqa: S101 - what `_open_proposal` gives
        if proposed.key_id == signed.key_id or proposal.by == person.name:
            what = told("%(name)s proposed it and may not approve it; another signatory must look at it", name=person.name)
            raise RejectError("same-person", source, what)
        if proposal.replaces != self.replaced(proposal.lane):
            what = told(
                "certificate %(number)s came in between, so its old values are no longer the old ones; propose again",
                number=self._certificates[-1].number,
            )
            raise RejectError("proposal-outdated", source, what)
        if entry.number != len(self._certificates) + 1:
            raise RejectError(
                "number-gap", source, told("has number %(number)s, %(n)s is next", number=entry.number, n=len(self._certificates) + 1)
            )
        earliest_us = max(entry.time_us, proposal.effective_from_us or 0)
        if entry.effective_from_us < earliest_us:
            what = told(
                "is to be in force from %(effective_from_us)s; the earliest moment is %(earliest_us)s",
                effective_from_us=_shown(from_us(entry.effective_from_us)),
                earliest_us=_shown(from_us(earliest_us)),
            )
            raise RejectError(
                "effective-past", source, told("%(what)s, as nothing is put into force before it is approved or wished for", what=what)
            )
        return Certificate(proposal, entry, signed.sha256)

    def text(self, calibration: Identity) -> str:
        """Give the text of the parameters that an entry of this book names."""
        return self._texts[calibration.sha256]

    def parameters(self, named: Proposal | Certificate) -> Calibration:
        """Give the calibration that a proposal or certificate of this book names.

        Raises
        ------
        StopError
            If this software cannot read it.
        """
        return load_calibration(self.text(named.calibration), f"calibration {named.calibration.id}")

    def sealed(self, certificate: Certificate) -> SealedCertificate:
        """Give a certificate of this book so that it stands by itself."""
        return SealedCertificate(
            proposal=self._signed[certificate.proposal.counter - 1].envelope.decode(),
            approval=self._signed[certificate.counter - 1].envelope.decode(),
            parameters=self.text(certificate.calibration),
        )

    def certificate(self, number: int, source: str) -> Certificate:
        """Give a certificate by its number.

        Raises
        ------
        RejectError
            ``certificate-unknown``.
        """
        if not 1 <= number <= len(self._certificates):
            there = f"1 to {len(self._certificates)}" if self._certificates else "none"
            raise RejectError(
                "certificate-unknown", source, told("has no certificate number %(number)s; there are %(there)s", number=number, there=there)
            )
        return self._certificates[number - 1]

    def proposed(self, counter: int, source: str) -> Signed:
        """Give an open proposal by its counter.

        Raises
        ------
        RejectError
            ``proposal-unknown``, ``proposal-settled``.
        """
        waiting = ", ".join(str(one.counter) for one in self.pending) or told("none")
        if not 1 <= counter <= self.counter or not isinstance(self._signed[counter - 1].entry, Proposal):
            raise RejectError(
                "proposal-unknown", source, told("entry %(counter)s is no proposal; open are %(waiting)s", counter=counter, waiting=waiting)
            )
        if counter in self._settled:
            raise RejectError(
                "proposal-settled",
                source,
                told("proposal %(counter)s was approved or rejected before; open are %(waiting)s", counter=counter, waiting=waiting),
            )
        return self._signed[counter - 1]

    def _open_proposal(self, entry: Approval | Rejection, source: str) -> Signed:
        proposed = self.proposed(entry.proposal_counter, source)
        if proposed.sha256 != entry.proposal_sha256:
            what = told(
                "names %(proposal_sha256)s as proposal %(proposal_counter)s, which is %(sha256)s",
                proposal_sha256=entry.proposal_sha256[:16],
                proposal_counter=entry.proposal_counter,
                sha256=proposed.sha256[:16],
            )
            raise RejectError("proposal-differs", source, what)
        return proposed


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
