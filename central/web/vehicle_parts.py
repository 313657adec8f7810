"""What the parts of a vehicle's page are given, whether they stand on that page or within a case."""

from typing import Any, Final

from fastapi import Request

from central.context import Central
from central.evidence.stations import keys_of
from central.evidence.vehicle_detail import MediaItem, VehicleDetail
from central.web.diagram import draw
from central.web.gates import gate_rows
from central.web.judgement import answer, decision_rule_in
from central.web.law import finding_rows, law_of
from central.web.pages import formats_of, language_of
from central.web.proofs import prove
from central.web.raw_record import raw_record
from contract.media import MediaRole

PICTURE_ORDER: Final = (MediaRole.FRONT, MediaRole.SCENE, MediaRole.REAR, MediaRole.OVERVIEW, MediaRole.PLATE)
"""As they stand on the page: each end of the vehicle, the whole of it, then its plates."""


def vehicle_parts(request: Request, central: Central, detail: VehicleDetail) -> dict[str, Any]:
    """Give the values of the templates in ``vehicle/``; the proofs are checked anew."""
    record = detail.record
    language, formats = language_of(request), formats_of(request)
    with central.database.read() as session:
        keys = keys_of(session, record.station)
    return {
        "detail": detail,
        "record": record,
        "swept": detail.summary.swept_us,
        "name": vehicle_name(request, detail),
        "answer": answer(record, formats),
        "drawing": draw(record),
        "decision_rule": decision_rule_in(record.verdict, formats),
        "law": law_of(record, language),
        "findings": finding_rows(record, language),
        "gates": gate_rows(record.verdict, certified=record.certificate is not None),
        "proof": prove(record, detail.signed, keys),
        "supplements": [(item, prove(item.record, item.signed, keys)) for item in detail.supplements],
        "pictures": pictures_of(detail),
        "clips": [item for item in detail.media if item.ref.role is MediaRole.CLIP],
        "capture": capture_of(detail),
        "raw": raw_record(detail),
    }


def vehicle_name(request: Request, detail: VehicleDetail) -> str:
    """Give what a vehicle is called on a page: its plate, or that there is none."""
    say = language_of(request).say
    is_deleted = detail.summary.swept_us is not None or detail.record.plate_withheld
    return say("plate deleted") if is_deleted else detail.record.plate or say("no plate read")


def pictures_of(detail: VehicleDetail) -> list[MediaItem]:
    """Give the pictures of a vehicle in the order of the page."""
    return [item for role in PICTURE_ORDER for item in detail.media if item.ref.role is role]


def capture_of(detail: VehicleDetail) -> MediaItem | None:
    """Give the vehicle's raw signal, None where the record names none."""
    return next((item for item in detail.media if item.ref.role is MediaRole.CAPTURE), None)
