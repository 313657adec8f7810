"""Certificates of calibrations: proposed by one person, approved by another, signed, numbered, chained, printed.

A calibration comes into force only by a certificate. The ledger is one SQLite file on the station; nothing in it is ever changed or
removed, and every signature, number and hash in it is verified each time it is opened. Who may propose and approve stands in the
station file::

    [[signatory]]
    name = "Wang Lin"
    key = "base64 of 32 bytes"            # as `wim-calibration key` prints it
    may = ["propose", "approve"]

In a program::

    ledger = Ledger(path, station)                # contract.station.Station; `now` may be injected; the first `propose` makes the file
    proposal = ledger.propose(calibration, key=key, reason=text, effective_from=None, verification=None)      # -> Proposal
    proposal = ledger.propose_again(number, key=key, reason=text, effective_from=None, verification=None)     # roll-back, re-verification
    certificate = ledger.approve(proposal.counter, key=other_key, effective_from=None)                        # -> Certificate
    ledger.reject(proposal.counter, key=any_key, reason=text)                                                 # -> Rejection
    ledger.pending()                              # -> tuple[Proposal, ...]  neither approved nor rejected
    ledger.in_force(at=None, lane=1)              # -> Certificate | None    `at`: aware datetime, None for now; `lane` by keyword
    ledger.certificate(number)                    # -> Certificate
    ledger.calibration(certificate_or_proposal)   # -> calibration.model.Calibration that it puts into force
    ledger.history()                              # -> tuple[Entry, ...]     every entry in order: Proposal, Approval, Rejection
    ledger.book()                                 # -> Book                  all of the above from one verified reading
    ledger.verify()                               # -> Audit                 what is in it, and `fault` if it is not whole; never raises it
    render_pdf(ledger, number, language="en")     # -> bytes, PDF/A; "en" or "zh"

`key` is an Ed25519PrivateKey; the person is the signatory whose key it is. Times are aware datetimes. Everything that is refused raises
RejectError with a code, what was given and what to do: ``not-a-signatory``, ``signatory-left``, ``may-not-propose``, ``may-not-approve``,
``same-person``, ``proposal-unknown``, ``proposal-settled``, ``proposal-outdated``, ``certificate-unknown``, ``effective-past``,
``effective-invalid``, ``clock-behind``, ``reason-missing``, ``ledger-broken``, ``ledger-full``, ``ledger-in-use``, ``ledger-unwritable``,
``calibration-station``, ``calibration-lane``, ``calibration-sensors``. A disk that fails raises StopError ``disk-failing``. What was
refused has changed nothing.
"""

from calibration.certificate.book import Book, Signed
from calibration.certificate.document import render_pdf
from calibration.certificate.entries import Approval, Entry, Proposal, Rejection, Replaced, VerificationCertificate
from calibration.certificate.ledger import Audit, Ledger
from calibration.certificate.sealed import Certificate, InForce, SealedCertificate, parse_sealed

__all__ = [
    "Approval",
    "Audit",
    "Book",
    "Certificate",
    "Entry",
    "InForce",
    "Ledger",
    "Proposal",
    "Rejection",
    "Replaced",
    "SealedCertificate",
    "Signed",
    "VerificationCertificate",
    "parse_sealed",
    "render_pdf",
]
