"""The vehicles of one lane: crossings in, weighed vehicles out."""

from __future__ import annotations

from collections.abc import Iterable

from calibration.model import Calibration, Validity, check_lane
from contract.axles import Crossing
from contract.station import Lane
from contract.vehicles import Axle, Body, Vehicle, VehicleFlag
from edge.vehicles.behaviour import (
    SPEED_MARGIN,
    following_flags,
    missing_flags,
    motion_flags,
    noise_flags,
    signal_flags,
    silent_sensors,
    weight_flags,
)
from edge.vehicles.boundary import Boundaries
from edge.vehicles.classify import axle_groups, classify
from edge.vehicles.group import Grouper, Passage
from edge.vehicles.memory import Ahead, VehicleMemory
from edge.vehicles.motion import Motion, fit_motion
from edge.vehicles.position import PositionWatch, corrected
from edge.vehicles.possible import can_be_weighed, can_have_driven
from edge.vehicles.rows import rows_of
from edge.vehicles.weigh import nominal_loads, weigh

TIMER_S = 0.25
"""How often waiting axles are looked at, on borders of the device counter."""

LEAST_CONFIDENCE = 0.6
"""Below this a class is flagged as not told."""


class VehicleStage:
    """Streaming grouping and weighing, the same for any cutting of the stream.

    Time is the device counter. Crossings act in the order in which their measurement was complete and timers run on fixed borders of the
    counter, so the size of the blocks that brought them has no influence.

    Parameters
    ----------
    lane
        The lane.
    calibration
        Gains; None weighs with nominal constants and says so on every vehicle.
    pavement_c
        Pavement temperature, None while unknown; `set_pavement` follows it.

    Raises
    ------
    StopError
        If the calibration is of another lane or lacks one of the lane's sensors.
    """

    def __init__(self, lane: Lane, calibration: Calibration | None, pavement_c: float | None = None) -> None:
        if calibration is not None:
            check_lane(calibration, lane)
        self._lane = lane
        self._calibrations = Boundaries(calibration)
        self._pavement_c = pavement_c
        self._grouper = Grouper(lane)
        self._position = PositionWatch(lane)
        self._timer_samples = max(1, round(lane.rate_hz * TIMER_S))
        self._timer: int | None = None
        self._impossible = 0
        self._ahead: Passage | None = None
        self._rows = sum(any(sensor.weighs for sensor in row.sensors) for row in rows_of(lane))

    @property
    def strays(self) -> int:
        """Crossings so far that belonged to no vehicle: disturbances of one sensor alone, counted so that nothing vanishes unseen."""
        return self._grouper.strays + self._impossible

    def set_pavement(self, pavement_c: float | None) -> None:
        """Take the pavement's temperature from now on."""
        self._pavement_c = pavement_c

    def memory(self) -> VehicleMemory:
        """Give what it goes on from; gains and temperature are not part of it."""
        last = self._ahead
        ahead = None if last is None else Ahead(last.direction, last.entry, last.exit)
        return VehicleMemory(self._timer, self._grouper.memory(), ahead)

    def recall(self, memory: VehicleMemory) -> None:
        """Go on from there.

        Raises
        ------
        ValueError
            If it is of another lane.
        """
        self._timer = memory.timer
        self._grouper.recall(memory.group)
        ahead = memory.ahead
        self._ahead = None if ahead is None else Passage((), ahead.entry, ahead.exit, direction=ahead.direction)

    def change(self, calibration: Calibration, from_sample: int) -> None:
        """Weigh vehicles that begin at a counter or later with another calibration; a vehicle that began before keeps the one it met.

        Raises
        ------
        StopError
            As for the first calibration.
        """
        check_lane(calibration, self._lane)
        self._calibrations.change(calibration, from_sample)

    def push(self, crossings: Iterable[Crossing], up_to_sample: int) -> list[Vehicle]:
        """Take crossings as the signal processing gives them, all that were complete before counter `up_to_sample`.

        Returns
        -------
        list of Vehicle
            The vehicles that became complete, in order of passage.
        """
        found: list[Passage] = []
        for crossing in sorted(crossings, key=_order):
            settled = _order(crossing)[0]
            found.extend(self._run_timers(settled))
            self._grouper.add(crossing)
            found.extend(self._grouper.take(settled))
        found.extend(self._run_timers(up_to_sample))
        return self._vehicles(found)

    def finish(self) -> list[Vehicle]:
        """End the stream: give what is still waiting."""
        return self._vehicles(self._grouper.finish())

    def _run_timers(self, now: int) -> list[Passage]:
        found: list[Passage] = []
        border = now // self._timer_samples * self._timer_samples
        if self._timer is None:
            self._timer = border
        while self._timer < border:
            self._timer += self._timer_samples
            found.extend(self._grouper.take(self._timer))
        return found

    def _vehicles(self, passages: list[Passage]) -> list[Vehicle]:
        """Weigh passages; what no vehicle can be is counted with the strays."""
        weighed = [(passage, self._vehicle(passage)) for passage in passages]
        self._impossible += sum(len(axle) for passage, vehicle in weighed if vehicle is None for axle in passage.axles)
        return [vehicle for _, vehicle in weighed if vehicle is not None]

    def _vehicle(self, passage: Passage) -> Vehicle | None:
        loops = tuple(loop for loop in (passage.entry, passage.exit) if loop is not None)
        if not can_have_driven(passage, self._lane):
            return None
        crossings = tuple(tuple(axle.values()) for axle in passage.axles)
        every = [crossing for axle in crossings for crossing in axle] + list(loops)
        start = min(crossing.start for crossing in every)
        calibration = self._calibrations.at(start)
        motion = fit_motion(passage.axles, self._lane, loops)
        nominal = nominal_loads(passage.axles, motion, self._lane)
        weights = weigh(passage.axles, nominal, motion, self._lane, calibration=calibration, pavement_c=self._pavement_c)
        if not can_be_weighed(motion, weights):
            return None
        offsets = [0.0] * len(passage.axles) if motion is None else [float(value) for value in motion.behind_m]
        spacings = [offsets[k] - offsets[k - 1] for k in range(1, len(offsets))]
        vehicle_class = classify(spacings, axle_kg=weights.axle_kg, axle_u_kg=weights.axle_u_kg, gross_u_kg=weights.gross_u_kg)
        position = self._position.judge(passage.axles, corrected(nominal, _gains(calibration)), spacings)
        flags = dict(passage.flags)
        for more in (
            motion_flags(motion),
            following_flags(passage, self._ahead, self._lane.rate_hz),
            signal_flags(passage.axles),
            position.flags,
            noise_flags(passage.axles, self._lane),
            missing_flags(passage.axles, self._lane),
            silent_sensors(passage.axles, self._lane),
            weight_flags(weights, self._rows),
            _calibration_flags(calibration, motion, self._pavement_c, max(weights.axle_kg)),
        ):
            flags.update(more)
        if vehicle_class.body is Body.UNKNOWN or vehicle_class.confidence < LEAST_CONFIDENCE:
            flags[VehicleFlag.UNCLASSIFIED] = vehicle_class.confidence
        self._ahead = passage
        groups = axle_groups(spacings)
        return Vehicle(
            lane=self._lane.id,
            first_axle_sample=self._first_axle(passage, motion),
            start=start,
            stop=max(crossing.stop for crossing in every),
            axles=tuple(
                Axle(
                    load_kg=weights.axle_kg[k],
                    u_kg=weights.axle_u_kg[k],
                    left_kg=weights.left_kg[k],
                    right_kg=weights.right_kg[k],
                    spacing_m=spacings[k - 1] if k else None,
                    group=groups[k],
                    wheel_u_kg=weights.wheel_u_kg[k],
                )
                for k in range(len(passage.axles))
            ),
            gross_kg=weights.gross_kg,
            gross_u_kg=weights.gross_u_kg,
            speed_m_s=motion.speed_m_s if motion else 0.0,
            speed_u_m_s=motion.speed_u_m_s if motion else 0.0,
            acceleration_m_s2=motion.acceleration_m_s2 if motion else 0.0,
            length_m=self._length(passage, motion),
            lateral_m=position.lateral_m,
            vehicle_class=vehicle_class,
            flags=flags,
            crossings=crossings,
            loops=loops,
            nominal_kg=nominal,
            group_u_kg=tuple(
                weights.expanded_u_kg([k for k, group in enumerate(groups) if group == number]) for number in dict.fromkeys(groups)
            ),
        )

    def _first_axle(self, passage: Passage, motion: Motion | None) -> float:
        if motion is None:
            return min(crossing.centre for crossing in passage.axles[0].values()) if passage.axles[0] else 0.0
        return float(motion.origin + motion.first_axle_s * self._lane.rate_hz)

    def _length(self, passage: Passage, motion: Motion | None) -> float | None:
        """Give how far the vehicle moved from its front to its rear over a loop's middle, mean of the loops; None if it stopped."""
        loops = [loop for loop in (passage.entry, passage.exit) if loop is not None]
        if motion is None or motion.stopped or not loops:
            return None
        ways = []
        for loop in loops:
            begin, end = ((sample - motion.origin) / self._lane.rate_hz for sample in (loop.start, loop.stop))
            ways.append(abs(motion.place_at(end) - motion.place_at(begin)))
        return sum(ways) / len(ways)


def _gains(calibration: Calibration | None) -> dict[str, float]:
    return {} if calibration is None else {name: sensor.gain for name, sensor in calibration.sensors.items()}


def _calibration_flags(
    calibration: Calibration | None, motion: Motion | None, pavement_c: float | None, heaviest_kg: float
) -> dict[VehicleFlag, float]:
    if calibration is None:
        return {VehicleFlag.UNCALIBRATED: 1.0}
    return {**_speed_flags(calibration, motion), **_validity_flags(calibration.validity, pavement_c, heaviest_kg)}


def _validity_flags(validity: Validity | None, pavement_c: float | None, heaviest_kg: float) -> dict[VehicleFlag, float]:
    found: dict[VehicleFlag, float] = {}
    if validity is None:
        return found
    low, high = validity.pavement_min_c, validity.pavement_max_c
    if low is not None and high is not None and pavement_c is not None and not low <= pavement_c <= high:
        found[VehicleFlag.OUTSIDE_TEMPERATURE] = round(pavement_c, 2)
    if validity.axle_max_kg is not None and heaviest_kg > validity.axle_max_kg:
        found[VehicleFlag.OUTSIDE_LOAD] = round(heaviest_kg, 1)
    return found


def _speed_flags(calibration: Calibration, motion: Motion | None) -> dict[VehicleFlag, float]:
    if motion is None:
        return {}
    speed_kmh = motion.speed_m_s * 3.6
    low = calibration.speed_min_kmh * (1.0 - SPEED_MARGIN)
    high = calibration.speed_max_kmh * (1.0 + SPEED_MARGIN)
    return {} if low <= speed_kmh <= high else {VehicleFlag.OUTSIDE_CALIBRATION: round(speed_kmh, 2)}


def _order(crossing: Crossing) -> tuple[int, int, str]:
    settled = crossing.stop if crossing.settled is None else crossing.settled
    return settled, crossing.stop, crossing.sensor
