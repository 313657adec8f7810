"""The checks in their order. Each step names what fails; later ones go on with what the earlier ones have found sound."""

from typing import BinaryIO

from contract.bundle.archive import ArchiveReader
from contract.faults import RejectError
from verifier.bundle import Bundle
from verifier.findings import Finding, Report
from verifier.steps import history, judgement, kept, log, opening, signatures
from verifier.steps import names as n
from verifier.trust import Trust


def verify(stream: BinaryIO, source: str, trust: Trust) -> Report:
    """Check a bundle.

    Parameters
    ----------
    stream
        The file, seekable. At most a member of a few megabytes is held in memory at once.
    source
        Its name, for the findings.
    trust
        Keys that the caller knows from elsewhere.
    """
    report = Report()
    # 1. The file has the one form of a bundle: stored members, in order, each once, nothing between them.
    try:
        archive = ArchiveReader(stream, source)
    except RejectError as error:
        report.take(n.FORM, iter([Finding.of(error)]))
        return report
    report.take(n.FORM, iter([len(archive.members)]))
    # 2. Central has signed the manifest, by a key that is pinned or named in the bundle.
    opened = opening.open_bundle(archive, trust)
    report.take(n.MANIFEST, opened.findings())
    if opened.bundle is None:
        return report
    bundle: Bundle = opened.bundle
    # 3. Every member is there as the manifest lists it, by size and SHA-256, and no other.
    report.take(n.MEMBERS, opening.check_members(bundle))
    # 4. Each record is signed by a key of its station, in canonical form, and is what the manifest says.
    report.take(n.RECORDS, signatures.check_records(bundle, trust))
    # 5. That key was enrolled and in force when the record was made, and the station published.
    report.take(n.STATION, signatures.check_station(bundle, trust))
    # 6. Texts that are disclosed are those that were signed as digests.
    report.take(n.DISCLOSURES, signatures.check_disclosures(bundle))
    # 7. The records stand in the station's chain: each names its predecessor, a supplement names the vehicle's record.
    report.take(n.CHAIN, signatures.check_chain(bundle))
    # 8. Pictures, clip and capture are those whose hashes the records hold.
    report.take(n.MEDIA, kept.check_media(bundle))
    # 9. Station file and calibration are those that the record names.
    report.take(n.PARAMETERS, kept.check_parameters(bundle))
    # 10. Two persons put the calibration into force, and the verification of the scale covers the day.
    report.take(n.CERTIFICATE, kept.check_certificate(bundle))
    # 11. The rules are those that the record names, in force that day, and by them the verdict is what it says.
    report.take(n.VERDICT, judgement.check_verdict(bundle))
    # 12. Every record and every act is a leaf of the log, under a checkpoint that the log's key has signed.
    report.take(n.INCLUSION, log.check_inclusion(bundle, trust))
    # 13. The checkpoints are of one log: each later one continues each earlier one.
    report.take(n.CONSISTENCY, log.check_consistency(bundle))
    # 14. A witness has seen the log so.
    report.take(n.WITNESS, log.check_cosignatures(bundle, trust))
    # 15. A time stamp authority vouches for when that was.
    report.take(n.TIMESTAMP, log.check_timestamps(bundle, trust, report.facts))
    # 16. The history of the case is unbroken, each step allowed, each in the journal by its hash.
    report.take(n.HISTORY, history.check_events(bundle))
    # 17. Nobody has taken two parts in the case.
    report.take(n.FOUR_EYES, history.check_four_eyes(bundle))
    # 18. The documents are those that were issued.
    report.take(n.DOCUMENTS, history.check_documents(bundle))
    _tell(bundle, report)
    return report


def _tell(bundle: Bundle, report: Report) -> None:
    """Say what the bundle is about."""
    report.facts |= {"station": bundle.manifest.station, "seq": bundle.manifest.seq}
    if bundle.vehicle is not None:
        _, record = bundle.whole
        report.facts |= {
            "time_us": record.time_us,
            "gross_kg": record.gross_kg,
            "gross_u_kg": record.gross_u_kg,
            "outcome": record.verdict.outcome.value,
            "record_sha256": bundle.vehicle.sha256,
        }
