"""A certificate, and its sealed form that stands by itself where the ledger is not at hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from calibration.certificate.entries import Approval, Proposal, VerificationCertificate, from_us, parse_entry
from calibration.certificate.signatories import Signatories, check_may
from calibration.model import Calibration, check_lane, load_calibration
from calibration.told import told
from contract.faults import RejectError, StopError
from contract.media import sha256_hex
from contract.records import CertificateEntry, Identity
from contract.station import Station


@dataclass(frozen=True, slots=True)
class Certificate:
    """An approved proposal; `sha256` is that of the approval's signed bytes, which name the proposal's."""

    proposal: Proposal
    approval: Approval
    sha256: str

    @property
    def number(self) -> int:
        """Its number, without gaps over all lanes of the station."""
        return self.approval.number

    @property
    def counter(self) -> int:
        """The ledger's counter when it was approved."""
        return self.approval.counter

    @property
    def lane(self) -> int:
        """The lane whose calibration it puts into force."""
        return self.proposal.lane

    @property
    def calibration(self) -> Identity:
        """Id and digest of the parameters."""
        return self.proposal.calibration

    @property
    def verification(self) -> VerificationCertificate | None:
        """The institute's verification of the scale in this state, if there is one."""
        return self.proposal.verification

    @property
    def effective_from(self) -> datetime:
        """The moment from which it is in force, until one of a higher number is."""
        return from_us(self.approval.effective_from_us)

    def entry(self, sealed_sha256: str | None = None) -> CertificateEntry:
        """Give what a record carries of it, with the digest of its sealed form."""
        verification = None if self.verification is None else self.verification.entry()
        return CertificateEntry(
            number=self.number, sha256=self.sha256, counter=self.counter, verification=verification, sealed_sha256=sealed_sha256
        )


@dataclass(frozen=True, slots=True)
class InForce:
    """What a lane weighs with, and by what right.

    Attributes
    ----------
    calibration
        The gains.
    identity
        Its id and the digest of its text, which every record names.
    certificate
        The certificate that put it into force; None for a calibration file that was given without one.
    sealed
        The certificate in its sealed form, JSON; None as above.
    """

    calibration: Calibration
    identity: Identity
    certificate: CertificateEntry | None = None
    sealed: str | None = None

    @classmethod
    def by_file(cls, calibration: Calibration) -> Self:
        """Give a calibration that no certificate covers."""
        return cls(calibration, Identity(id=calibration.id, sha256=calibration.digest()))


class SealedCertificate(BaseModel):
    """The envelopes of a proposal and of its approval, and the text of the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    proposal: str
    approval: str
    parameters: str

    def open(self, station: Station, source: str) -> InForce:
        """Verify it, without the rest of the ledger.

        Raises
        ------
        RejectError
            If it is not what two signatories of this station have put into force, or holds what no lane of it can be weighed with.
        """
        certificate = self._certificate(station, source)
        try:
            calibration = load_calibration(self.parameters, source)
            check_lane(calibration, station.lane_with(certificate.lane))
        except StopError as error:
            raise RejectError(error.code, error.where, error.what) from error
        except KeyError:
            raise RejectError(
                "calibration-lane", source, told("is for lane %(lane)s, which the station file does not have", lane=certificate.lane)
            ) from None
        sealed = self.model_dump_json()
        return InForce(calibration, certificate.calibration, certificate.entry(sha256_hex(sealed.encode())), sealed)

    def _certificate(self, station: Station, source: str) -> Certificate:
        signatories = Signatories(station.signatory)
        proposed, proposer, _ = signatories.open(self.proposal.encode(), source)
        approved, approver, _ = signatories.open(self.approval.encode(), source)
        proposal, approval = parse_entry(proposed, source), parse_entry(approved, source)
        if not isinstance(proposal, Proposal) or not isinstance(approval, Approval):
            raise RejectError(
                "not-a-certificate", source, told("holds a %(kind)s and a %(other)s", kind=proposal.kind, other=approval.kind)
            )
        check_may(proposer, "propose", proposal.time, source)
        check_may(approver, "approve", approval.time, source)
        if proposer == approver:
            raise RejectError("same-person", source, told("%(name)s both proposed and approved it", name=approver.name))
        if (proposal.station, approval.station) != (station.station.id, station.station.id):
            raise RejectError(
                "ledger-station",
                source,
                told("is of station %(station)s, this is %(id)s", station=f"{proposal.station!r}", id=f"{station.station.id!r}"),
            )
        if approval.proposal_sha256 != sha256_hex(proposed):
            raise RejectError("proposal-differs", source, told("approves another proposal than the one with it"))
        if sha256_hex(self.parameters.encode()) != proposal.calibration.sha256:
            raise RejectError("parameters-differ", source, told("the parameters of %(id)s were changed", id=proposal.calibration.id))
        return Certificate(proposal, approval, sha256_hex(approved))


def parse_sealed(text: str, source: str) -> SealedCertificate:
    """Read one from JSON.

    Raises
    ------
    RejectError
        ``not-a-certificate``.
    """
    try:
        return SealedCertificate.model_validate_json(text)
    except ValidationError as error:
        raise RejectError(
            "not-a-certificate", source, told("is no sealed certificate: %(error)s", error=error.errors(include_url=False)[0]["msg"])
        ) from error
