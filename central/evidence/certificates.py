"""Whether the calibration certificates that a station's records name are one history: no counter falls, no number has two contents."""

from contract.faults import RejectError
from contract.records import CertificateEntry, VehicleRecord


class CertificateTrail:
    """The certificates of one station's records, taken in order of their numbers (`seq`)."""

    def __init__(self) -> None:
        self._newest: dict[int, CertificateEntry] = {}
        self._digests: dict[int, str] = {}

    def follow(self, record: VehicleRecord, source: str) -> None:
        """Take the next vehicle's record.

        Raises
        ------
        RejectError
            ``certificate-missing`` if the lane went by a certificate before and this record names none, ``certificate-fell`` if it goes
            back to an earlier one (a roll-back has a new number), ``certificate-forked`` if its number was another's before.
        """
        certificate, before = record.certificate, self._newest.get(record.lane)
        if certificate is None:
            if before is not None:
                what = f"names no certificate; lane {record.lane} went by number {before.number} before: its ledger was left out"
                raise RejectError("certificate-missing", source, what)
            return
        known = self._digests.setdefault(certificate.number, certificate.sha256)
        if known != certificate.sha256:
            what = f"names certificate {certificate.number} as {certificate.sha256[:16]}, earlier records as {known[:16]}"
            raise RejectError("certificate-forked", source, what)
        if before is not None and (certificate.number < before.number or certificate.counter < before.counter):
            what = (
                f"goes by certificate {certificate.number} with counter {certificate.counter}, lane {record.lane} before it by "
                f"{before.number} with {before.counter}: the ledger was cut back"
            )
            raise RejectError("certificate-fell", source, what)
        self._newest[record.lane] = certificate
