"""What bars a result from enforcement, whatever it weighs: each bar with the figure that made it fall and what is allowed."""

import math
from datetime import UTC, datetime
from typing import Final

from contract.limits import RulePack
from contract.limits.pack import FIGURE_MILLI
from contract.records import CertificateEntry, Clock, ClockState
from contract.station import Gates
from contract.units import KMH_PER_M_S, US_PER_S
from contract.vehicles import Vehicle, VehicleFlag
from contract.verdicts import Bar, Gate

CLOCK_U_MAX_US: Final = US_PER_S
"""Times in a record are compared with pictures and witnesses to the second; a clock less sure than that is as good as unsynchronised."""

REAL_TIME_PPM: Final = 1_000_000
DECIMALS_MAX: Final = 6
"""Most decimals of a figure that made a gate fall; one that is not seen to be outside with these is written in full."""

_SAID: Final[dict[VehicleFlag, str]] = {
    VehicleFlag.STOPPED: "the vehicle stopped on the array (slowest {:.1f} km/h); it must roll over it",
    VehicleFlag.REVERSING: "the vehicle moved backwards ({:.1f} km/h); only forward passages are verified",
    VehicleFlag.WRONG_WAY: "the vehicle drove against the lane's direction ({:.1f} km/h); only forward passages are verified",
    VehicleFlag.TOO_SLOW: "{:.1f} km/h is slower than the array can weigh",
    VehicleFlag.TOO_FAST: "{:.1f} km/h is faster than the array can weigh",
    VehicleFlag.OUTSIDE_CALIBRATION: "{:.1f} km/h is outside the speeds covered by the calibration",
    VehicleFlag.OUTSIDE_TEMPERATURE: "{:.1f} °C of pavement are outside the temperatures that the calibration holds for",
    VehicleFlag.OUTSIDE_LOAD: "an axle of {:.0f} kg is heavier than the calibration is known to hold for",
    VehicleFlag.OFF_LEFT: "wheels ran off the sensors on the left (figure {:.3f}); every wheel must stand on them",
    VehicleFlag.OFF_RIGHT: "wheels ran off the sensors on the right (figure {:.3f}); every wheel must stand on them",
    VehicleFlag.STRADDLING: "wheels ran over the joint of left and right or in the next lane, {:+.2f} m off the lane's middle",
    VehicleFlag.S_PATH: "the left side's share changed by {:.3f} over the rows: the vehicle moved or leant sideways; it must keep straight",
    VehicleFlag.SIGNAL_GAP: "signal was lost during {:.0f} crossings; none may be",
    VehicleFlag.SATURATED: "{:.0f} crossings reached the converter's end; none may",
    VehicleFlag.CHANNEL_FAULT: "{:.0f} crossings lie on a faulty channel; none may",
    VehicleFlag.NOISY: "a channel was {:.1f} times as noisy as its like; the weights rest on it",
    VehicleFlag.SPIKE: "{:.0f} crossings hold a spike; none may",
    VehicleFlag.TWO_WHEELS: "{:.0f} crossings hold two wheels at once on one sensor; each must be weighed alone",
    VehicleFlag.ROWS_DISAGREE: "the rows' gross weights scatter by {:.3f} of their mean, more than one vehicle can explain",
    VehicleFlag.INCOMPLETE: "{:.0f} figures of the vehicle were not measured without fault; all must be",
    VehicleFlag.NO_LOOP: "{:.0f} loops did not see the vehicle, so where it begins and ends is not sure",
    VehicleFlag.AXLE_COUNT_UNSURE: "the number of axles is not sure (figure {:.0f}), and the limit depends on it",
    VehicleFlag.UNCLASSIFIED: "the axle configuration fits no known class (confidence {:.2f}), and the limit depends on it",
}
"""What is said of a flag with its figure; a flag without a sentence here is named as it is. Whether it bars is the rule pack's word."""


def bars(
    vehicle: Vehicle,
    pack: RulePack,
    gates: Gates,
    clock: Clock,
    *,
    plate_certainty: float | None,
    has_pictures: bool,
    calibrated: bool,
    in_force: bool,
    certificate: CertificateEntry | None,
    time_us: int,
) -> tuple[Gate, ...]:
    """Give every bar that falls, none hidden by another; parameters as in `decide`."""
    return (
        *_motion(vehicle, gates),
        *_flags(vehicle, pack),
        *_rules(pack, in_force=in_force),
        *_clock(clock),
        *_calibration(vehicle, calibrated=calibrated),
        *_verification(certificate, time_us),
        *_evidence(gates, plate_certainty, has_pictures=has_pictures),
    )


def _motion(vehicle: Vehicle, gates: Gates) -> list[Gate]:
    found = []
    speed_kmh = vehicle.speed_m_s * KMH_PER_M_S
    if not gates.speed_min_kmh <= speed_kmh <= gates.speed_max_kmh:
        allowed = f"{gates.speed_min_kmh:g} to {gates.speed_max_kmh:g} km/h"
        shown = _outside(speed_kmh, gates.speed_min_kmh, gates.speed_max_kmh, "{:.{}f}", 1)
        found.append(Gate(bar=Bar.SPEED, detail=f"{shown} km/h; allowed are {allowed}"))
    most = gates.acceleration_max_m_s2
    if abs(vehicle.acceleration_m_s2) > most:
        shown = _outside(vehicle.acceleration_m_s2, -most, most, "{:+.{}f}", 2)
        found.append(Gate(bar=Bar.ACCELERATION, detail=f"{shown} m/s²; allowed is at most {most:g} m/s² either way"))
    return found


def _outside(figure: float, least: float, most: float, form: str, digits: int) -> str:
    """Write a figure that is not allowed with so many decimals, or as many more as it takes to read as not allowed."""
    texts = (form.format(figure, more) for more in range(digits, DECIMALS_MAX + 1))
    return next((text for text in texts if not least <= float(text) <= most), repr(figure))


def _flags(vehicle: Vehicle, pack: RulePack) -> list[Gate]:
    """Hold each flag's figure, as the record will carry it, against the pack's table; the calibration has a gate of its own."""
    found = []
    for flag, figure in sorted(vehicle.flags.items()):
        bar = None if flag is VehicleFlag.UNCALIBRATED else pack.barred_by(flag, round(figure * FIGURE_MILLI))
        if bar is None:
            continue
        said = _SAID.get(flag, f"{flag.value} (figure {{:.3f}}); the rules do not clear it").format(figure)
        found.append(Gate(bar=bar.bar, detail=said if bar.above is None else f"{said}; allowed is {bar.above:g}"))
    return found


def _rules(pack: RulePack, *, in_force: bool) -> list[Gate]:
    if in_force:
        return []
    until = "" if pack.effective_until is None else f" until {pack.effective_until}"
    detail = f"no rules were in force at this moment; judged by {pack.id}, in force from {pack.effective_from}{until}"
    return [Gate(bar=Bar.RULES, detail=detail)]


def _clock(clock: Clock) -> list[Gate]:
    found = []
    if clock.state is not ClockState.SYNCHRONISED:
        found.append(Gate(bar=Bar.CLOCK, detail=f"the clock was {clock.state.value}; it must be synchronised"))
    elif clock.u_us is None or clock.u_us > CLOCK_U_MAX_US:
        known = "an unknown time"
        if clock.u_us is not None:
            known = _outside(clock.u_us / US_PER_S, 0, CLOCK_U_MAX_US / US_PER_S, "{:.{}f}", 3) + " s"
        found.append(Gate(bar=Bar.CLOCK, detail=f"the clock was sure to {known}; allowed is 1 s"))
    if clock.playback_ppm != REAL_TIME_PPM:
        factor = f"{clock.playback_ppm / REAL_TIME_PPM:.16g}"
        found.append(Gate(bar=Bar.PLAYBACK, detail=f"the line played {factor} times as fast; it must be 1"))
    return found


def _calibration(vehicle: Vehicle, *, calibrated: bool) -> list[Gate]:
    if calibrated and VehicleFlag.UNCALIBRATED not in vehicle.flags:
        return []
    return [Gate(bar=Bar.CALIBRATION, detail="weighed without a valid calibration; one is needed")]


def _verification(certificate: CertificateEntry | None, time_us: int) -> list[Gate]:
    if certificate is None or certificate.verified_at(time_us):
        return []
    verification = certificate.verification
    if verification is None:
        detail = f"certificate {certificate.number} names no verification of the scale in this state by an institute; one is needed"
    else:
        begins, ends = (datetime.fromtimestamp(us / US_PER_S, UTC) for us in (verification.from_us, verification.until_us))
        detail = f"verification {verification.number} holds from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC, not at the passage"
    return [Gate(bar=Bar.VERIFICATION, detail=detail)]


def _evidence(gates: Gates, plate_certainty: float | None, *, has_pictures: bool) -> list[Gate]:
    found = []
    if plate_certainty is None:
        found.append(Gate(bar=Bar.NO_PLATE, detail="no plate was matched; one is needed"))
    elif plate_certainty < gates.plate_certainty_min:
        shown = _outside(plate_certainty, gates.plate_certainty_min, math.inf, "{:.{}f}", 3)
        found.append(Gate(bar=Bar.PLATE, detail=f"plate certainty {shown}; needed is {gates.plate_certainty_min:g}"))
    if not has_pictures:
        found.append(Gate(bar=Bar.PICTURES, detail="no picture of the vehicle; at least one is needed"))
    return found
