"""Cases as rows, for tests that are not about how a case comes to its state."""

from sqlalchemy import select

from central.evidence.models import Case, Vehicle
from tests.central.bench import Bench


def open_case(bench: Bench, seq: int, *, state: str = "received", **changes: object) -> int:
    """Put a case of a stored vehicle into a state and give its number."""
    with bench.central.database.write() as session:
        vehicle = session.scalars(select(Vehicle).where(Vehicle.seq == seq)).one()
        fields: dict[str, object] = {
            "record_id": vehicle.record_id,
            "station": vehicle.station,
            "seq": seq,
            "time_us": vehicle.time_us,
            "plate": vehicle.plate,
            "over_kg": vehicle.over_kg,
            "over_ppm": 0,
            "state": state,
            "version": 1,
            "opened_us": bench.clock(),
            "entered_us": bench.clock(),
            "gates": b"{}",
            "cleared": True,
            "screening_wanted": 0,
            "screening_done": 0,
            "major": False,
        }
        row = Case(**(fields | changes))
        session.add(row)
        session.flush()
        return row.id
