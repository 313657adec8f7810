"""What the gates judge by, gathered anew from what is stored: signed bytes, keys, chain, publication, plate, pictures."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from central.evidence.blobs import BlobStore
from central.evidence.models import Case, ChainState
from central.evidence.publications import Publication, publication_at
from central.evidence.stations import EnrolledKey, keys_of
from central.evidence.vehicle_detail import VehicleDetail, vehicle
from central.evidence.verdict_check import mark_of
from central.office_settings import ReviewSettings
from central.review.gates import Reason
from central.review.screening.elsewhere import doubts
from central.review.screening.pictures import PictureFact, picture_facts
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import VehicleRecord
from contract.signatures import PayloadType, open_envelope, parse_envelope


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one vehicle.

    `keys` are all that sign for the station, `signer` the one that signed this record, None if the signature is not good; `mark` is the
    difference between the record's verdict and central's own, None where there is none. Plate and certainty are as the lists show them,
    late plates included; `contradicted_ppm` is the certainty of the surest late reading that is another plate, 0 where there is none.
    """

    record: VehicleRecord
    keys: dict[str, EnrolledKey]
    signer: EnrolledKey | None
    chain: ChainState
    mark: str | None
    publication: Publication | None
    plate: str | None
    plate_certainty_ppm: int
    contradicted_ppm: int
    pictures: tuple[PictureFact, ...]
    doubts: tuple[Reason, ...]
    """Why the plate may be another vehicle's."""


def gather(session: Session, blobs: BlobStore, case: Case, settings: ReviewSettings) -> Facts:
    """Gather the facts of a case.

    Raises
    ------
    RejectError
        ``no-vehicle`` if its record is gone, or is no vehicle's.
    """
    detail = vehicle(session, case.station, case.seq)
    if detail is None:
        raise RejectError("no-vehicle", f"case {case.id}", f"stands for {case.station}/{case.seq}, which is not stored")
    keys = keys_of(session, case.station)
    return Facts(
        record=detail.record,
        keys=keys,
        signer=_signer(detail, keys),
        chain=detail.signed.chain,
        mark=mark_of(detail.record),
        publication=publication_at(session, case.station, detail.record.time_us),
        plate=detail.summary.plate,
        plate_certainty_ppm=detail.summary.plate_certainty_ppm,
        contradicted_ppm=_contradicted_ppm(detail),
        pictures=picture_facts(detail.media, blobs),
        doubts=doubts(session, case, detail, settings),
    )


def _contradicted_ppm(detail: VehicleDetail) -> int:
    """Give how sure the surest late reading is that names another vehicle; a trailer has a plate of its own."""
    late = [read for supplement in detail.supplements for read in supplement.record.plates if read.text and not read.is_trailer]
    return max((read.certainty_ppm for read in late if read.text != detail.summary.plate), default=0)


def _signer(detail: VehicleDetail, keys: dict[str, EnrolledKey]) -> EnrolledKey | None:
    """Give the key whose signature over exactly the stored bytes is good, None if there is none."""
    source = f"{detail.record.station}/{detail.record.seq}"
    try:
        envelope = parse_envelope(detail.signed.bare_envelope, source)
        payload = open_envelope(envelope, PayloadType.RECORD, {identity: one.key for identity, one in keys.items()}, source)
    except RejectError:
        return None
    if payload != detail.signed.payload or sha256_hex(payload) != detail.signed.sha256:
        return None
    return next((keys[one.keyid] for one in envelope.signatures if one.keyid in keys), None)
