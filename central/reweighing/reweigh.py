"""One vehicle weighed again: documents gathered, the program run, the result kept and noted."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.context import Central
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Reweighing
from central.evidence.subject import Subject
from central.reweighing.program import Documents, weigh_again
from central.reweighing.result import DIFFERENCES_MAX, Difference, Outcome, Result
from contract.canonical import canonical_bytes
from contract.faults import RejectError
from contract.media import MediaRole, sha256_hex
from contract.records import Software


def reweigh(central: Central, subject: Subject, actor: Actor) -> Result:
    """Weigh a vehicle again, keep the result and note it in the journal; what cannot be weighed again is a result, too.

    Raises
    ------
    RetryError
        If the program cannot be run now; nothing is kept then.
    """
    try:
        result = _result(subject, weigh_again(subject.vehicle.signed.payload, _documents(central, subject)), central.now_us())
    except RejectError as error:
        central.count(error)
        result = _unweighed(subject, central.now_us(), Outcome.REFUSED).model_copy(
            update={
                "code": error.code,
                "what": (error.what if error.code == "reweighing-refused" else f"{error.where}: {error.what}")[:2_000],
            }
        )
    stored = canonical_bytes(result)
    with central.database.write() as session:
        session.add(
            Reweighing(
                station=subject.station,
                seq=subject.seq,
                record_sha256=result.record_sha256,
                time_us=result.time_us,
                person=actor.person,
                outcome=result.outcome.value,
                software_sha256=None if result.weighed_by is None else result.weighed_by.sha256,
                result=stored,
            )
        )
        detail: Detail = {
            "kind": "reweighing",
            "outcome": result.outcome.value,
            "signed_gross_kg": result.signed_gross_kg,
            "gross_kg": result.gross_kg,
            "differences": len(result.differences),
            "result_sha256": sha256_hex(stored),
        }
        note(session, actor, Verb.DID, subject.path, now_us=result.time_us, detail=detail)
    return result


def reweighings(session: Session, station: str, seq: int) -> tuple[Result, ...]:
    """Give every result of a vehicle, newest first."""
    query = select(Reweighing.result).where(Reweighing.station == station, Reweighing.seq == seq).order_by(Reweighing.id.desc())
    return tuple(Result.model_validate_json(row) for row in session.scalars(query))


def _documents(central: Central, subject: Subject) -> Documents:
    record, blobs = subject.vehicle.record, central.blobs
    capture = next((item for item in subject.vehicle.media if item.ref.role is MediaRole.CAPTURE), None)
    if capture is None:
        raise RejectError("no-capture", f"record {subject.seq}", "names no capture, so nothing is there to weigh")
    calibration = None if record.calibration is None else record.calibration.sha256
    wanted = {"capture": capture.ref.sha256, "station file": record.parameters_sha256, "calibration": calibration}
    for what, sha256 in wanted.items():
        if sha256 is not None and not blobs.has(sha256):
            told = f"with SHA-256 {sha256[:16]} is not here; the station sends it with its records, or never kept it (software of before)"
            raise RejectError("document-missing", what, told)
    return Documents(
        blobs.path(capture.ref.sha256), blobs.path(record.parameters_sha256), None if calibration is None else blobs.path(calibration)
    )


def _unweighed(subject: Subject, now_us: int, outcome: Outcome) -> Result:
    record = subject.vehicle.record
    return Result(
        station=subject.station,
        seq=subject.seq,
        record_sha256=subject.vehicle.signed.sha256,
        time_us=now_us,
        outcome=outcome,
        made_by=record.software,
        signed_gross_kg=record.gross_kg,
        signed_axles_kg=tuple(axle.load_kg for axle in record.axles),
    )


def _result(subject: Subject, said: dict[str, Any], now_us: int) -> Result:
    """Read what the program says."""
    differences = tuple(Difference.model_validate(one) for one in said["differences"][:DIFFERENCES_MAX])
    again = said["again"]
    outcome = Outcome.EQUAL if said["equal"] else Outcome.DIFFERS
    return _unweighed(subject, now_us, outcome if said["same_software"] else Outcome.OTHER_SOFTWARE).model_copy(
        update={
            "weighed_by": Software.model_validate(said["weighed_by"]),
            "gross_kg": None if again is None else again["gross_kg"],
            "axles_kg": () if again is None else tuple(axle["load_kg"] for axle in again["axles"]),
            "differences": differences,
            **({} if again is not None else {"code": "no-vehicle", "what": "the capture shows no vehicle at that place"}),
        }
    )
