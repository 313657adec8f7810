"""The command line of every program of the line, in one place."""

from dataclasses import dataclass

from demo.layout import Layout, Ports
from demo.ports import LOOPBACK
from demo.site import CAMERA, Site
from demo.supervisor import Program

START_DELAY_S = 2.0
"""Pause between the edge's START and the first wheel, wall clock: the edge learns what an empty road looks like."""

ENDLESS = 100_000
"""Vehicles of the simulators' own traffic where no number is asked for: more than a week of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is started, where, and how fast; `vehicles` None is the whole recording or no end."""

    site: Site
    layout: Layout
    ports: Ports
    vehicles: int | None
    speedup: float
    modbus: bool
    seed: int


def broker(line: Line) -> Program:
    """Give the broker."""
    return Program("broker", ("demo.broker", "--port", str(line.ports.broker)))


def central(line: Line) -> Program:
    """Give central."""
    ports = line.ports
    arguments = ("central", "run", "--data", str(line.layout.central), "--broker-host", LOOPBACK, "--broker-port", str(ports.broker))
    return Program("central", (*arguments, "--listen", f"{LOOPBACK}:{ports.web}"))


def plates(line: Line) -> Program:
    """Give the plate reader."""
    ports, layout = line.ports, line.layout
    listen = ("--listen", f"{LOOPBACK}:{ports.plates}", "--edge-url", f"http://{LOOPBACK}:{ports.edge}")
    return Program("plates", ("plate_reader", "run", *listen, "--spool", str(layout.spool), "--blobs", str(layout.blobs)))


def simulators(line: Line) -> Program:
    """Give the simulators: the road, its sensors and its camera."""
    ports, layout, recordings = line.ports, line.layout, line.site.recordings
    vehicles = line.vehicles or (ENDLESS if recordings is None else None)
    arguments = [
        *("firmware_sims", "run", "--station", str(layout.site_file)),
        *(("--own-traffic",) if recordings is None else ("--capture", str(recordings / "traffic.h5"))),
        *(() if vehicles is None else ("--vehicles", str(vehicles))),
        *("--speedup", str(line.speedup), "--seed", str(line.seed)),
        *(("--modbus-port", str(ports.digitiser)) if line.modbus else ("--serial", str(layout.serial_line))),
        *("--site-port", str(ports.site)),
        *("--camera-url", f"http://{LOOPBACK}:{ports.plates}/isapi/{{camera}}", "--camera", CAMERA.argument),
        *("--truth", str(layout.truth), "--control", f"tcp:{LOOPBACK}:{ports.control}"),
        *("--wait-for-start", "--start-delay", str(START_DELAY_S)),
    ]
    return Program("simulators", tuple(arguments), restart=False)


def edge(line: Line) -> Program:
    """Give the edge."""
    layout = line.layout
    files = ("--station", str(layout.station_file), "--data", str(layout.edge), "--calibration", str(layout.calibration_file))
    return Program("edge", ("edge", "run", *files, "--listen", f"{LOOPBACK}:{line.ports.edge}"))


def make_station_key(line: Line) -> tuple[str, ...]:
    """Give the command that makes the station's key."""
    return ("edge", "keygen", "--data", str(line.layout.edge))


def make_receipt_key(line: Line) -> tuple[str, ...]:
    """Give the command that makes central's key."""
    return ("central", "keygen", "--data", str(line.layout.central))


def enrol(line: Line) -> tuple[str, ...]:
    """Give the command that tells central of the station and its key."""
    site = line.site.station.station
    key = ("--public-key", str(line.layout.station_public_key))
    return ("central", "enrol", site.id, "--name", site.name, *key, "--data", str(line.layout.central))


def login_link(line: Line, account: str) -> tuple[str, ...]:
    """Give the command that prints a one-time login for the account."""
    web = ("--base-url", f"http://{LOOPBACK}:{line.ports.web}")
    return ("central", "login-link", account, "--data", str(line.layout.central), *web, "--create", "--role", "officer")


def verify(line: Line) -> tuple[str, ...]:
    """Give the command that checks every stored record again."""
    return ("central", "verify", "--json", "--data", str(line.layout.central))


def record_reference_runs(line: Line) -> tuple[str, ...]:
    """Give the command that records the reference trucks of the simulators' own site."""
    arguments = ("--kind", "calibration", "--station", str(line.layout.site_file), "--seed", str(line.seed))
    return ("firmware_sims", "capture", *arguments, "--output", str(line.layout.road))


def fit(line: Line) -> tuple[str, ...]:
    """Give the command that fits the gains from the reference trucks."""
    folder = line.site.recordings or line.layout.road
    runs = ("--runs", str(folder / "calibration_runs.csv"))
    capture = (str(folder / "calibration.h5"), "-o", str(line.layout.calibration_file))
    return ("calibration", "fit", "--station", str(line.layout.station_file), *runs, *capture)
