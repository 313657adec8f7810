"""The command line of every program of the line, in one place."""

from dataclasses import dataclass
from enum import StrEnum

from demo.layout import Layout, Ports
from demo.ports import LOOPBACK
from demo.site import CAMERAS, OVERVIEW, Site
from demo.supervisor import Program, module

START_DELAY_S = 2.0
"""Pause between the edge's START and the first wheel, wall clock: the edge learns what an empty road looks like."""

ENDLESS = 10_000
"""Vehicles of the simulators' own traffic where no number is asked for: sixteen hours of them."""

MOSQUITTO = "/usr/sbin/mosquitto"
"""Where Debian has it."""


class BrokerKind(StrEnum):
    """Which broker carries the messages: rumqttd from its wheel, or Mosquitto where the system has it."""

    EMBEDDED = "embedded"
    MOSQUITTO = "mosquitto"


@dataclass(frozen=True, slots=True)
class Line:
    """What is started, where, and how fast.

    `vehicles` None is the whole recording or no end; `database` None is central's own SQLite, otherwise a PostgreSQL URL.
    """

    site: Site
    layout: Layout
    ports: Ports
    vehicles: int | None
    speedup: float
    modbus: bool
    seed: int
    broker: BrokerKind = BrokerKind.EMBEDDED
    database: str | None = None


def broker(line: Line) -> Program:
    """Give the broker."""
    if line.broker is BrokerKind.MOSQUITTO:
        return Program("broker", (MOSQUITTO, "-c", str(line.layout.mosquitto_file)))
    return Program("broker", module("demo.broker", "--port", str(line.ports.broker)))


def mosquitto_configuration(line: Line) -> str:
    """Give what Mosquitto needs for one line on the loopback interface; a real station's broker is configured in deploy/."""
    return f"listener {line.ports.broker} {LOOPBACK}\nallow_anonymous true\npersistence false\nlog_dest stdout\n"


def central(line: Line) -> Program:
    """Give central."""
    ports = line.ports
    broker_at = ("--broker-host", LOOPBACK, "--broker-port", str(ports.broker))
    return Program("central", module("central", "run", *_store(line), *broker_at, "--listen", f"{LOOPBACK}:{ports.web}"))


def plates(line: Line) -> Program:
    """Give the plate reader."""
    ports, layout = line.ports, line.layout
    listen = ("--listen", f"{LOOPBACK}:{ports.plates}", "--edge-url", f"http://{LOOPBACK}:{ports.edge}")
    folders = ("--spool", str(layout.spool), "--blobs", str(layout.blobs))
    lanes = "+".join(str(lane.id) for lane in line.site.station.lane)
    video = ("--video", f"name={OVERVIEW},lanes={lanes},url=http://{LOOPBACK}:{ports.video}/video.mjpeg")
    return Program("plates", module("plate_reader", "run", *listen, *folders, *video))


def simulators(line: Line) -> Program:
    """Give the simulators: the road, its sensors and its cameras."""
    ports, layout, recordings = line.ports, line.layout, line.site.recordings
    vehicles = line.vehicles or (ENDLESS if recordings is None else None)
    arguments = [
        *("--station", str(layout.site_file)),
        *(("--own-traffic",) if recordings is None else ("--capture", str(recordings / "traffic.h5"))),
        *(() if vehicles is None else ("--vehicles", str(vehicles))),
        *("--speedup", str(line.speedup), "--seed", str(line.seed)),
        *(("--modbus-port", str(ports.digitiser)) if line.modbus else ("--serial", str(layout.serial_line))),
        *("--site-port", str(ports.site)),
        *("--camera-url", f"http://{LOOPBACK}:{ports.plates}/isapi/{{camera}}"),
        *(word for camera in CAMERAS for word in ("--camera", camera.argument)),
        *("--video", f"name={OVERVIEW},port={ports.video}"),
        *("--truth", str(layout.truth), "--control", f"tcp:{LOOPBACK}:{ports.control}"),
        *("--wait-for-start", "--start-delay", str(START_DELAY_S)),
    ]
    return Program("simulators", module("firmware_sims", "run", *arguments), restart=False)


def edge(line: Line) -> Program:
    """Give the edge."""
    layout = line.layout
    files = ("--station", str(layout.station_file), "--data", str(layout.edge), "--calibration", str(layout.calibration_file))
    return Program("edge", module("edge", "run", *files, "--listen", f"{LOOPBACK}:{line.ports.edge}"))


def make_station_key(line: Line) -> tuple[str, ...]:
    """Give the command that makes the station's key."""
    return module("edge", "keygen", "--data", str(line.layout.edge))


def make_receipt_key(line: Line) -> tuple[str, ...]:
    """Give the command that makes central's key."""
    return module("central", "keygen", "--data", str(line.layout.central))


def enrol(line: Line) -> tuple[str, ...]:
    """Give the command that tells central of the station and its key."""
    site = line.site.station.station
    key = ("--public-key", str(line.layout.station_public_key))
    return module("central", "enrol", site.id, "--name", site.name, *key, *_store(line))


def publish(line: Line) -> tuple[str, ...]:
    """Give the command that makes the station known to the public, as a demonstration: otherwise no case of it could be enforced."""
    site = line.site.station.station
    where = ("--road", site.road, "--stake", site.stake, "--office", "Demonstration office", "--place", "this demonstration")
    verified = (
        "--institute",
        "Demonstration institute",
        "--certificate",
        "DEMO-1",
        "--verified-from",
        "2020-01-01",
        "--verified-until",
        "2099-12-31",
    )
    return module("central", "publish-station", site.id, *where, *verified, "--from", "2020-01-01", *_store(line))


def login_link(line: Line, account: str) -> tuple[str, ...]:
    """Give the command that prints a one-time login for the account."""
    web = ("--base-url", f"http://{LOOPBACK}:{line.ports.web}")
    return module("central", "login-link", account, *_store(line), *web, "--create", "--role", "reviewer")


def verify(line: Line) -> tuple[str, ...]:
    """Give the command that checks every stored record again."""
    return module("central", "verify", "--json", *_store(line))


def record_reference_runs(line: Line) -> tuple[str, ...]:
    """Give the command that records the reference trucks of the simulators' own site."""
    arguments = ("--kind", "calibration", "--station", str(line.layout.site_file), "--seed", str(line.seed))
    return module("firmware_sims", "capture", *arguments, "--output", str(line.layout.road))


def fit(line: Line) -> tuple[str, ...]:
    """Give the command that fits the gains from the reference trucks."""
    folder = line.site.recordings or line.layout.road
    runs = ("--runs", str(folder / "calibration_runs.csv"))
    capture = (str(folder / "calibration.h5"), "-o", str(line.layout.calibration_file))
    return module("calibration", "fit", "--station", str(line.layout.station_file), *runs, *capture)


def _store(line: Line) -> tuple[str, ...]:
    """Give where central keeps everything."""
    database = () if line.database is None else ("--database-url", line.database)
    return ("--data", str(line.layout.central), *database)
