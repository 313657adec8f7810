"""Words for every state a record can be in. What has a name in the contract has a word here; a test holds the two together."""

from typing import Final, NamedTuple

from central.exports.jobs import Format, JobState
from central.web.translation import N_
from contract.axles import CrossingFlag
from contract.media import MediaRole
from contract.plates import PlateColour
from contract.records import ClockState
from contract.vehicles import Body, VehicleFlag
from contract.verdicts import Bar, DecisionRule, Outcome, Standing

OUTCOMES: Final = {
    Outcome.WITHIN_LIMITS: N_("Within limits"),
    Outcome.INSIDE_GUARD_BAND: N_("Inside guard band"),
    Outcome.OVERLOAD: N_("Overload"),
    Outcome.NOT_ASSESSABLE: N_("Not assessable"),
}

STANDINGS: Final = {
    Standing.ENFORCED: N_("decides"),
    Standing.ADVISORY: N_("advisory"),
}

DECISION_RULES: Final = {
    DecisionRule.NONE: N_("no guard band"),
    DecisionRule.EXPANDED_UNCERTAINTY: N_("guard band: the expanded uncertainty U (k = 2)"),
    DecisionRule.MAXIMUM_PERMISSIBLE_ERROR: N_("guard band: the maximum permissible error in service"),
}

BODIES: Final = {
    Body.RIGID: N_("rigid truck"),
    Body.COMBINATION: N_("combination"),
    Body.UNKNOWN: N_("body not known"),
}

CLOCKS: Final = {
    ClockState.SYNCHRONISED: N_("synchronised"),
    ClockState.UNSYNCHRONISED: N_("not synchronised"),
    ClockState.STEPPED: N_("stepped"),
}

MEDIA_ROLES: Final = {
    MediaRole.SCENE: N_("Scene"),
    MediaRole.FRONT: N_("Front"),
    MediaRole.REAR: N_("Rear"),
    MediaRole.OVERVIEW: N_("Overview"),
    MediaRole.PLATE: N_("Plate"),
    MediaRole.CLIP: N_("Video"),
    MediaRole.CAPTURE: N_("Signal"),
}

PLATE_COLOURS: Final = {
    PlateColour.BLUE: N_("blue plate"),
    PlateColour.YELLOW: N_("yellow plate"),
    PlateColour.GREEN: N_("green plate"),
    PlateColour.YELLOW_GREEN: N_("yellow-green plate"),
    PlateColour.WHITE: N_("white plate"),
    PlateColour.BLACK: N_("black plate"),
    PlateColour.UNKNOWN: N_("plate colour not known"),
}

READERS: Final = {"camera": N_("camera"), "station": N_("own reading")}

FACINGS: Final = {"front": N_("front"), "rear": N_("rear")}


FORMATS: Final = {
    Format.CSV: N_("CSV (spreadsheets)"),
    Format.PARQUET: N_("Parquet (analysis)"),
    Format.TMG_WEIGHT: N_("FHWA TMG, W record"),
    Format.TMG_PIPE: N_("Individual vehicles in the units of the TMG, with pipes (our own form)"),
}

JOB_STATES: Final = {
    JobState.WAITING: N_("waiting for its turn"),
    JobState.RUNNING: N_("being made"),
    JobState.DONE: N_("ready"),
    JobState.FAILED: N_("failed"),
    JobState.DELETED: N_("deleted on schedule"),
}


class BarWords(NamedTuple):
    """What a gate asks when it holds, and why a result is barred when it fell."""

    holds: str
    fell: str


BARS: Final = {
    Bar.SPEED: BarWords(N_("Speed within the verified range"), N_("its speed was outside the verified range")),
    Bar.ACCELERATION: BarWords(N_("Steady speed over the sensors"), N_("it was accelerating or braking")),
    Bar.STOPPED: BarWords(N_("Did not stop on the sensors"), N_("it stopped on the sensors")),
    Bar.OFF_SENSORS: BarWords(N_("Every wheel on the sensors"), N_("a wheel passed beside the sensors")),
    Bar.SIGNAL: BarWords(N_("Signal without faults"), N_("the signal had faults")),
    Bar.ROWS: BarWords(N_("Sensor rows agree"), N_("the sensor rows disagree")),
    Bar.INCOMPLETE: BarWords(N_("Weighed whole"), N_("it was not weighed whole")),
    Bar.CLASS: BarWords(N_("Vehicle class known"), N_("its class is not known")),
    Bar.FLAGGED: BarWords(N_("No flag that the rules leave open"), N_("it carries a flag that the rules do not clear")),
    Bar.RULES: BarWords(N_("Rules in force at the moment of passage"), N_("no rules were in force at that moment")),
    Bar.CLOCK: BarWords(N_("Clock synchronised"), N_("the clock was not synchronised")),
    Bar.PLAYBACK: BarWords(N_("Line runs in real time"), N_("the line plays back faster than real time")),
    Bar.CALIBRATION: BarWords(N_("Calibration valid"), N_("the calibration was not valid")),
    Bar.VERIFICATION: BarWords(N_("Scale verified by an institute"), N_("the verification of the scale did not cover that moment")),
    Bar.NO_PLATE: BarWords(N_("Plate read"), N_("no plate was read")),
    Bar.PLATE: BarWords(N_("Plate certain"), N_("the plate is uncertain")),
    Bar.PICTURES: BarWords(N_("Pictures present"), N_("pictures are missing")),
}


class FlagWords(NamedTuple):
    """A flag's word and how its figure is written, as the edge gives it; `scale` turns a share into per cent, no unit is a count."""

    word: str
    unit: str
    digits: int = 0
    scale: int = 1


VEHICLE_FLAGS: Final = {
    VehicleFlag.ACCELERATING: FlagWords(N_("accelerating"), "m/s²", 2),
    VehicleFlag.BRAKING: FlagWords(N_("braking"), "m/s²", 2),
    VehicleFlag.STOPPED: FlagWords(N_("stopped on the sensors"), "km/h", 1),
    VehicleFlag.TOO_SLOW: FlagWords(N_("too slow"), "km/h", 1),
    VehicleFlag.TOO_FAST: FlagWords(N_("too fast"), "km/h", 1),
    VehicleFlag.OFF_LEFT: FlagWords(N_("off the sensors, left"), "%", 1, 100),
    VehicleFlag.OFF_RIGHT: FlagWords(N_("off the sensors, right"), "%", 1, 100),
    VehicleFlag.STRADDLING: FlagWords(N_("straddling two lanes"), "m", 2),
    VehicleFlag.S_PATH: FlagWords(N_("swerving"), "%", 1, 100),
    VehicleFlag.REVERSING: FlagWords(N_("reversing"), ""),
    VehicleFlag.WRONG_WAY: FlagWords(N_("wrong way"), "km/h", 1),
    VehicleFlag.TAILGATING: FlagWords(N_("tailgating"), "s", 2),
    VehicleFlag.UNBALANCED: FlagWords(N_("load off-centre, left side bears"), "%", 1, 100),
    VehicleFlag.SIGNAL_GAP: FlagWords(N_("samples lost"), ""),
    VehicleFlag.SATURATED: FlagWords(N_("sensor at its end"), ""),
    VehicleFlag.CHANNEL_FAULT: FlagWords(N_("channel fault"), ""),
    VehicleFlag.NOISY: FlagWords(N_("noisy channel"), ""),
    VehicleFlag.AXLE_MISSING: FlagWords(N_("axle not seen by a row"), ""),
    VehicleFlag.SPIKE: FlagWords(N_("spike in the signal"), ""),
    VehicleFlag.ROWS_DISAGREE: FlagWords(N_("sensor rows disagree"), "%", 1, 100),
    VehicleFlag.FEWER_ROWS: FlagWords(N_("fewer sensor rows than built"), ""),
    VehicleFlag.INCOMPLETE: FlagWords(N_("not weighed whole"), ""),
    VehicleFlag.NO_LOOP: FlagWords(N_("no loop presence"), ""),
    VehicleFlag.AXLE_COUNT_UNSURE: FlagWords(N_("axle count unsure"), ""),
    VehicleFlag.TWO_WHEELS: FlagWords(N_("two wheels on one plate"), ""),
    VehicleFlag.UNCALIBRATED: FlagWords(N_("not calibrated"), ""),
    VehicleFlag.OUTSIDE_CALIBRATION: FlagWords(N_("outside the calibrated range"), "km/h", 1),
    VehicleFlag.OUTSIDE_TEMPERATURE: FlagWords(N_("outside the calibrated temperatures"), "°C", 1),
    VehicleFlag.OUTSIDE_LOAD: FlagWords(N_("axle above the calibrated loads"), "kg", 0),
    VehicleFlag.UNCLASSIFIED: FlagWords(N_("not classified"), "%", 1, 100),
}

CROSSING_FLAGS: Final = {
    CrossingFlag.GAP: N_("samples lost"),
    CrossingFlag.SATURATED: N_("sensor at its end"),
    CrossingFlag.DEAD_CHANNEL: N_("channel dead"),
    CrossingFlag.STUCK_CHANNEL: N_("channel stuck"),
    CrossingFlag.SPIKE: N_("spike in the signal"),
    CrossingFlag.BASELINE: N_("baseline unsure"),
    CrossingFlag.TWO_WHEELS: N_("two wheels on one plate"),
    CrossingFlag.TOO_LONG: N_("crossing too long"),
    CrossingFlag.NO_FLAT_TOP: N_("no flat top"),
    CrossingFlag.STOOD: N_("wheel stood on a strip"),
    CrossingFlag.CUT_OFF: N_("cut off by the end of the signal"),
}
