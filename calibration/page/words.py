"""What the page says of states, reasons and refusals."""

from __future__ import annotations

from typing import Final

from calibration.page.translation import N_
from calibration.sessions.recognise import Why
from contract.vehicles import VehicleFlag

LATERALS: Final = {"centre": N_("centre"), "left": N_("left"), "right": N_("right"), "unknown": N_("not known")}

ROLES: Final = {"technician": N_("technician"), "approver": N_("approver")}

PLOTS: Final = {
    "row": N_("Residuals by row"),
    "speed": N_("Residuals by speed"),
    "vehicle": N_("Residuals by truck"),
    "temperature": N_("Residuals by pavement temperature"),
    "influence": N_("Influence of each run"),
}

STAGES: Final = {"initial": N_("initial verification"), "in-service": N_("in service")}

STANDARDS: Final = {"cost323": "COST 323", "oiml-r134": "OIML R 134-1", "jjg907": "JJG 907", "astm-e1318": "ASTM E1318"}

WHYS: Final = {
    Why.PATTERN: N_("the only truck that fits by axles and distances"),
    Why.LOADS: N_("two trucks fit by axles and distances, the loads are clearly this one's"),
    Why.TWO_FIT: N_("more than one truck fits: say which it was"),
    Why.NONE_FITS: N_("as many axles as a truck, but distances or loads do not fit"),
    Why.NO_SUCH_AXLES: N_("no truck has so many axles"),
}

FLAGS: Final = {
    VehicleFlag.ACCELERATING: N_("accelerating"),
    VehicleFlag.BRAKING: N_("braking"),
    VehicleFlag.STOPPED: N_("stopped on the sensors"),
    VehicleFlag.TOO_SLOW: N_("too slow"),
    VehicleFlag.TOO_FAST: N_("too fast"),
    VehicleFlag.OFF_LEFT: N_("off the sensors, left"),
    VehicleFlag.OFF_RIGHT: N_("off the sensors, right"),
    VehicleFlag.STRADDLING: N_("straddling two lanes"),
    VehicleFlag.S_PATH: N_("swerving"),
    VehicleFlag.REVERSING: N_("reversing"),
    VehicleFlag.WRONG_WAY: N_("wrong way"),
    VehicleFlag.TAILGATING: N_("tailgating"),
    VehicleFlag.UNBALANCED: N_("load off-centre"),
    VehicleFlag.SIGNAL_GAP: N_("samples lost"),
    VehicleFlag.SATURATED: N_("sensor at its end"),
    VehicleFlag.CHANNEL_FAULT: N_("channel fault"),
    VehicleFlag.NOISY: N_("noisy channel"),
    VehicleFlag.SPIKE: N_("spike in the signal"),
    VehicleFlag.AXLE_MISSING: N_("axle not seen by a row"),
    VehicleFlag.ROWS_DISAGREE: N_("sensor rows disagree"),
    VehicleFlag.FEWER_ROWS: N_("fewer sensor rows than built"),
    VehicleFlag.INCOMPLETE: N_("not weighed whole"),
    VehicleFlag.NO_LOOP: N_("no loop presence"),
    VehicleFlag.AXLE_COUNT_UNSURE: N_("axle count unsure"),
    VehicleFlag.TWO_WHEELS: N_("two wheels on one plate"),
    VehicleFlag.UNCALIBRATED: N_("not calibrated"),
    VehicleFlag.OUTSIDE_CALIBRATION: N_("outside the calibrated range"),
    VehicleFlag.OUTSIDE_TEMPERATURE: N_("outside the calibrated temperatures"),
    VehicleFlag.OUTSIDE_LOAD: N_("axle above the calibrated loads"),
    VehicleFlag.UNCLASSIFIED: N_("not classified"),
}

REFUSALS: Final = {
    "axle-count": N_("The number of axles is not the truck's."),
    "run-flagged": N_("A flagged run cannot be used. Leave it out and drive it again."),
    "reference-factor": N_("A weight is off by a factor or a unit."),
    "reference-sum": N_("Axles and gross weight do not agree."),
    "reference-missing": N_("Static loads are missing."),
    "truck-has-runs": N_("This truck has runs already. Give a truck that was loaded anew another name."),
    "truck-unknown": N_("Choose a truck."),
    "pass-decided": N_("This pass was decided on already."),
    "pass-unknown": N_("This pass is not known."),
    "session-held": N_("Somebody else is working in this session."),
    "session-open": N_("The lane has an open session."),
    "session-closed": N_("The session is closed."),
    "plan-empty": N_("Enter a reference truck first."),
    "plan-speeds": N_("These speeds cannot be planned."),
    "too-few-runs": N_("Too few runs for a fit."),
    "too-few-whole-runs": N_("Too few runs were seen whole by every row."),
    "fit-outdated": N_("A run of the fit was taken back since. Fit again."),
    "not-fitted": N_("Fit a calibration first."),
    "certificate-missing": N_("State the certificate of the static scale first."),
    "certificate-expired": N_("The certificate of the static scale does not hold today."),
    "scale-number": N_("This is no weight."),
    "password-wrong": N_("The password is wrong, or the account is locked for some minutes after too many tries."),
    "same-person": N_("Who proposed a calibration cannot approve it."),
    "not-a-signatory": N_("The station file does not name your key."),
    "input-invalid": N_("An entry is missing or cannot be."),
}
"""Headings of refusals; the sentence that says what was given and what to do stands below."""

REFUSED: Final = N_("This was refused.")
