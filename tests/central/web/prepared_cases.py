"""Cases for documents and public pages: with pictures, plate crop and signal, brought to where a test begins."""

from typing import Any

from contract.media import MediaRole
from contract.records import CertificateEntry, VerificationEntry
from tests.central.review.office import MAJOR_KG, Office, pictures
from tests.central.web.passages import passage, picture, ref, signal, store_blob

VERIFICATION = VerificationEntry(
    number="JJG-2026-417", institute="Metrology 计量院", from_us=1_777_808_000_000_000, until_us=1_802_416_000_000_000
)
CERTIFICATE = CertificateEntry(number=3, sha256="5" * 64, counter=7, verification=VERIFICATION)
DECIDED = ("confirm", "pass-legal", "decide-penalty")
MAJOR = ("confirm", "pass-legal", "offer-hearing", "record-hearing", "record-discussion")


def seen_case(office: Office, plate: str = "湘A12345", **changes: Any) -> int:
    """Give a screened case whose vehicle has all that can be printed."""
    station = office.bench.station
    made = pictures(station.last.seq % 5)
    crop, capture = picture(240, 80), signal()
    media = (*(item for item, _ in made), ref(MediaRole.PLATE, crop, "image/jpeg"), ref(MediaRole.CAPTURE, capture, "application/x-hdf5"))
    record = passage(station, **({"media": media, "plate": plate, "certificate": CERTIFICATE} | changes))
    for data in (*(data for _, data in made), crop, capture):  # before the record: a served central screens as soon as it comes
        store_blob(office.bench, data)
    office.bench.send(station.sign(record))
    office.screen()
    return office.case(record)


def decided_case(office: Office, plate: str = "湘A12345", **changes: Any) -> int:
    """Give a case that was decided with a fine."""
    case_id = seen_case(office, plate, **changes)
    office.drive(case_id, *DECIDED)
    return case_id


def major_case(office: Office) -> int:
    """Give a major case that was decided with the fine that the rules propose."""
    case_id = seen_case(office, loads_kg=MAJOR_KG)
    office.drive(case_id, *MAJOR)
    office.drive(case_id, "decide-penalty", amount_cents=office.view(case_id).proposal.amount_cents)
    return case_id


def notified_case(office: Office, plate: str = "湘A12345", **changes: Any) -> int:
    """Give a case whose notice was served."""
    case_id = decided_case(office, plate, **changes)
    office.drive(case_id, "notify")
    return case_id


def published_case(office: Office, plate: str = "湘A12345") -> int:
    """Give a case that was published; fifteen days pass."""
    case_id = notified_case(office, plate)
    office.pass_days(15)
    office.drive(case_id, "close", "inform-home", "publish")
    return case_id
