"""What a vehicle did on the array and what was wrong with its signal, each with a figure."""

from __future__ import annotations

from collections.abc import Sequence

from contract.axles import Crossing, CrossingFlag
from contract.station import Lane
from contract.vehicles import VehicleFlag
from edge.vehicles.motion import Motion
from edge.vehicles.weigh import Weights

ACCELERATION_M_S2 = 0.3
"""Change of speed from which a vehicle counts as accelerating or braking: load moves between axles by about a fiftieth of the weight per
1 m/s², and the fit knows acceleration to 0.02."""

SLOWEST_KMH, FASTEST_KMH = 5.0, 120.0
"""Speeds beyond which passages are flagged whatever the calibration says; the range certified for strips (OIML R 134 F/10)."""

BESIDE_SHARE = 0.30
"""A side that bears less than this share of an axle ran partly beside its sensors; loads shift a tenth to a side at most."""

STRADDLE_RANGE = 0.07
"""Range of the left share over a vehicle's axles: measured below 0.05 where wheels run wholly on their sensors."""

NARROW_M = 4.0
"""Two-axle vehicles with a shorter wheelbase have a track of 1.5 m, not of 2 m."""

SAME_SIDE_M = 0.3
"""Sensors whose left ends lie this close together are of one side."""

DISAGREE_SHARE = 0.12
"""Rows whose gross weights scatter by more than this disagree: twice what a fair road gives."""

SPEED_MARGIN = 0.1
"""Speeds beyond the calibrated range by more than this share are outside it."""

_SIGNAL_FLAGS = {
    CrossingFlag.GAP: VehicleFlag.SIGNAL_GAP,
    CrossingFlag.CUT_OFF: VehicleFlag.SIGNAL_GAP,
    CrossingFlag.SATURATED: VehicleFlag.SATURATED,
    CrossingFlag.DEAD_CHANNEL: VehicleFlag.CHANNEL_FAULT,
    CrossingFlag.STUCK_CHANNEL: VehicleFlag.CHANNEL_FAULT,
    CrossingFlag.TOO_LONG: VehicleFlag.CHANNEL_FAULT,
    CrossingFlag.BASELINE: VehicleFlag.CHANNEL_FAULT,
    CrossingFlag.SPIKE: VehicleFlag.SPIKE,
    CrossingFlag.TWO_WHEELS: VehicleFlag.TWO_WHEELS,
}


def motion_flags(motion: Motion | None) -> dict[VehicleFlag, float]:
    """Give the flags of speed; figures in m/s², or km/h for speeds."""
    if motion is None:
        return {VehicleFlag.INCOMPLETE: 1.0}
    flags: dict[VehicleFlag, float] = {}
    speed_kmh = motion.speed_m_s * 3.6
    if motion.stopped:
        flags[VehicleFlag.STOPPED] = round(speed_kmh, 2)
    elif motion.acceleration_m_s2 > ACCELERATION_M_S2:
        flags[VehicleFlag.ACCELERATING] = round(motion.acceleration_m_s2, 3)
    elif motion.acceleration_m_s2 < -ACCELERATION_M_S2:
        flags[VehicleFlag.BRAKING] = round(motion.acceleration_m_s2, 3)
    if motion.speed_m_s <= 0:
        flags[VehicleFlag.REVERSING] = round(speed_kmh, 2)
    elif speed_kmh < SLOWEST_KMH:
        flags[VehicleFlag.TOO_SLOW] = round(speed_kmh, 2)
    elif speed_kmh > FASTEST_KMH:
        flags[VehicleFlag.TOO_FAST] = round(speed_kmh, 2)
    return flags


def signal_flags(axles: tuple[dict[str, Crossing], ...]) -> dict[VehicleFlag, float]:
    """Give the flags that crossings carry; the figure is the number of crossings."""
    flags: dict[VehicleFlag, float] = {}
    for axle in axles:
        for crossing in axle.values():
            for flag in {_SIGNAL_FLAGS[flag] for flag in crossing.flags if flag in _SIGNAL_FLAGS}:
                flags[flag] = flags.get(flag, 0.0) + 1.0
    return flags


def side_flags(weights: Weights, spacings_m: Sequence[float], lane: Lane) -> dict[VehicleFlag, float]:
    """Tell wheels that ran beside the sensors or over the joint between left and right.

    The figure of off-sensors is the smallest share that one side bore of an axle, that of straddling the range of the left share over the
    axles: wheels wholly on their sensors give every axle nearly the same share, wheels cut by an edge give single and dual tyres different
    ones. Which edge cuts a wide vehicle's wheels cannot always be told; then it is straddling.
    """
    middle = lane.width_m / 2.0
    two_sided = any(s.lateral_m[1] <= middle for s in lane.weighing_sensors) and any(
        s.lateral_m[0] >= middle for s in lane.weighing_sensors
    )
    shares = [
        (left or 0.0) / ((left or 0.0) + (right or 0.0))
        for left, right in zip(weights.left_kg, weights.right_kg, strict=True)
        if (left or 0.0) + (right or 0.0) > 0
    ]
    if not two_sided or not shares:
        return {}
    low, high = min(shares), 1.0 - max(shares)
    if min(low, high) < BESIDE_SHARE:
        # A wide vehicle loses the load of the wheels beside the edge. A narrow one keeps both wheels on the far side first.
        narrow = len(shares) <= 2 and sum(spacings_m) < NARROW_M
        off_left = (low < high) != narrow
        return {VehicleFlag.OFF_LEFT if off_left else VehicleFlag.OFF_RIGHT: round(min(low, high), 3)}
    spread = max(shares) - min(shares)
    return {VehicleFlag.STRADDLING: round(spread, 3)} if spread > STRADDLE_RANGE else {}


def silent_sensors(axles: tuple[dict[str, Crossing], ...], lane: Lane) -> dict[VehicleFlag, float]:
    """Tell sensors that saw no axle while others on the same side saw some: a channel that failed, not a wheel beside it."""
    seen = {name for axle in axles for name in axle}
    silent = [
        sensor
        for sensor in lane.weighing_sensors
        if sensor.name not in seen
        and any(other.name in seen and abs(other.lateral_m[0] - sensor.lateral_m[0]) < SAME_SIDE_M for other in lane.weighing_sensors)
    ]
    return {VehicleFlag.CHANNEL_FAULT: float(len(silent))} if silent else {}


def weight_flags(weights: Weights, rows: int) -> dict[VehicleFlag, float]:
    """Give the flags of the weighing.

    Figures: relative scatter of rows that disagree, rows used where the lane has more, axles that no row weighed cleanly.
    """
    flags: dict[VehicleFlag, float] = {}
    if weights.disagreement > DISAGREE_SHARE:
        flags[VehicleFlag.ROWS_DISAGREE] = round(weights.disagreement, 3)
    if weights.rows_used and min(weights.rows_used) < rows:
        flags[VehicleFlag.FEWER_ROWS] = float(min(weights.rows_used))
    if weights.incomplete:
        flags[VehicleFlag.INCOMPLETE] = float(weights.incomplete)
    return flags
