"""What a vehicle did on the array and what was wrong with its signal, each with a figure."""

from __future__ import annotations

from statistics import median

from contract.axles import Crossing, CrossingFlag
from contract.station import Lane
from contract.vehicles import VehicleFlag
from edge.vehicles.group import Passage
from edge.vehicles.motion import Motion
from edge.vehicles.weigh import Weights

ACCELERATION_M_S2 = 0.3
"""Change of speed from which a vehicle counts as accelerating or braking: load moves between axles by about a fiftieth of the weight per
1 m/s², and the fit knows acceleration to 0.02."""

SLOWEST_KMH, FASTEST_KMH = 5.0, 120.0
"""Speeds beyond which passages are flagged whatever the calibration says; the range certified for strips (OIML R 134 F/10)."""

BACKWARDS_KMH = 15.0
"""Nobody drives backwards over an array faster than this: such a vehicle goes forwards, against the lane."""

TAILGATING_S = 0.9
"""Time between one vehicle's rear and the next one's front below which the second one tailgates. The rule of thumb, half the speed in km/h
as a distance in m, is 1.8 s; this is half of it, below which Germany fines."""

SAME_SIDE_M = 0.3
"""Sensors whose left ends lie this close together are of one side."""

NOISY_FACTOR = 4.0
"""A channel this many times as noisy as the middle one of its kind is not what it was: amplifiers and cables of one site are alike."""

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
    if speed_kmh < -BACKWARDS_KMH:
        flags[VehicleFlag.WRONG_WAY] = round(speed_kmh, 2)
    elif motion.speed_m_s <= 0:
        flags[VehicleFlag.REVERSING] = round(speed_kmh, 2)
    elif speed_kmh < SLOWEST_KMH:
        flags[VehicleFlag.TOO_SLOW] = round(speed_kmh, 2)
    elif speed_kmh > FASTEST_KMH:
        flags[VehicleFlag.TOO_FAST] = round(speed_kmh, 2)
    return flags


def following_flags(passage: Passage, ahead: Passage | None, rate_hz: float) -> dict[VehicleFlag, float]:
    """Tell a vehicle close behind the one before; the figure is the time between them in seconds, at the loop that both met."""
    if ahead is None or ahead.direction != passage.direction:
        return {}
    loops = ((ahead.entry, passage.entry), (ahead.exit, passage.exit))
    gaps = [(later.start - earlier.stop) / rate_hz for earlier, later in loops if earlier is not None and later is not None]
    if not gaps or min(gaps) >= TAILGATING_S:
        return {}
    return {VehicleFlag.TAILGATING: round(max(0.0, min(gaps)), 2)}


def signal_flags(axles: tuple[dict[str, Crossing], ...]) -> dict[VehicleFlag, float]:
    """Give the flags that crossings carry; the figure is the number of crossings."""
    flags: dict[VehicleFlag, float] = {}
    for axle in axles:
        for crossing in axle.values():
            for flag in {_SIGNAL_FLAGS[flag] for flag in crossing.flags if flag in _SIGNAL_FLAGS}:
                flags[flag] = flags.get(flag, 0.0) + 1.0
    return flags


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


def noise_flags(axles: tuple[dict[str, Crossing], ...], lane: Lane) -> dict[VehicleFlag, float]:
    """Tell a channel that is far noisier than its like; the figure is how many times."""
    flags: dict[VehicleFlag, float] = {}
    for kind in {sensor.kind for sensor in lane.weighing_sensors}:
        noises = [
            max(crossing.noise_counts * (sensor.newton_per_count or 0.0) for crossing in seen)
            for sensor in lane.weighing_sensors
            if sensor.kind is kind and (seen := [axle[sensor.name] for axle in axles if sensor.name in axle])
        ]
        usual = median(noises) if len(noises) > 2 else 0.0  # of two, nobody can say which one is right
        if usual > 0.0 and max(noises) > NOISY_FACTOR * usual:
            flags[VehicleFlag.NOISY] = round(max(noises) / usual, 1)
    return flags


def missing_flags(axles: tuple[dict[str, Crossing], ...], lane: Lane) -> dict[VehicleFlag, float]:
    """Tell axles that a row did not see while it saw others of the vehicle; the figure is their number."""
    rows = [{sensor.name for sensor in row} for row in lane.weighing_rows]
    seen = [[not row.isdisjoint(axle) for axle in axles] for row in rows]
    missing = sum(len(axles) - sum(row) for row in seen if any(row))
    return {VehicleFlag.AXLE_MISSING: float(missing)} if missing else {}


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
