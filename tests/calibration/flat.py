"""A calibration that changes nothing, for tests that are not about it."""

from datetime import UTC, datetime

from calibration.disturbance import Disturbance
from calibration.model import Calibration, SensorGain
from calibration.speed import RunReading, SpeedFunction


def flat_calibration(lane, /, **changes) -> Calibration:
    rows = len(lane.weighing_rows)
    facts = {
        "id": "c1",
        "station": "here",
        "lane": lane.id,
        "created": datetime(2026, 3, 1, tzinfo=UTC),
        "pavement_c": 20.0,
        "speed_min_kmh": 5.0,
        "speed_max_kmh": 120.0,
        "runs": tuple(RunReading(run=n, vehicle="AB"[n % 2], speed_kmh=30.0 + 5.0 * n, errors=(0.0,) * rows) for n in range(12)),
        "sensors": {sensor.name: SensorGain(gain=1.0, relative_u=0.005) for sensor in lane.weighing_sensors},
        "speed": SpeedFunction(speed_kmh=(50.0,), rows=((0.0,),) * rows, mean_u=(0.003,), row_u=(0.003,)),
        "disturbance": Disturbance(),
    }
    return Calibration.model_validate({**facts, **changes})
