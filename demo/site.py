"""The sites the demo can stand at, and the station file it writes for the line it is about to start."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from contract.station import Station, parse_station
from demo.errors import DemoError
from demo.layout import Layout, Ports

SERIAL_CHANNEL_SAMPLES_PER_S: Final = 200_000
"""What the serial line is run at most, channels × samples/s: a pseudo-terminal and two processors carry ten channels at 4 kHz fivefold."""

MODBUS_CHANNEL_SAMPLES_PER_S: Final = 15_000
"""What Modbus TCP is run at most, from the table at the end of docs/protocols/modbus-digitiser.md."""


class SiteName(StrEnum):
    """Recorded sites, and one whose traffic the simulators make themselves."""

    STRIPS4 = "strips4"
    STRIPS2 = "strips2"
    PLATES2 = "plates2"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class SimulatedCamera:
    """A camera of the line: where it looks, how wrong its clock is, and how late it pushes."""

    name: str
    position_m: float
    offset_ms: int
    delay_ms: int
    facing: str = "front"

    @property
    def argument(self) -> str:
        """What `wim-sims --camera` takes."""
        return f"name={self.name},position_m={self.position_m},offset_ms={self.offset_ms},delay_ms={self.delay_ms},facing={self.facing}"


CAMERAS: Final = (
    SimulatedCamera(name="front", position_m=4.0, offset_ms=180, delay_ms=300),
    SimulatedCamera(name="rear", position_m=6.0, offset_ms=-90, delay_ms=350, facing="rear"),
)
"""Two cameras over the array, their clocks a little wrong as any camera's are; the station file does not know by how much."""

OVERVIEW: Final = "overview"
"""The camera beside the road, whose video is kept for clips."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site: the text of its station file, and its recordings, which the site of the simulators' own traffic has not."""

    name: SiteName
    station_text: str
    station: Station
    recordings: Path | None

    @property
    def channel_samples_per_s(self) -> float:
        """How much signal the lane gives in real time, channels × samples/s."""
        (lane,) = self.station.lane
        return len(lane.sensor) * lane.rate_hz


def recordings_folder() -> Path:
    """Give where the recorded sites are: below ``WIM_SHARED``, or in ``shared`` beside the checkout."""
    shared = os.environ.get("WIM_SHARED")
    return (Path(shared) if shared else Path(__file__).resolve().parents[2] / "shared") / "captures"


def find_site(name: SiteName | None) -> Site:
    """Give the site asked for; without a name strips4 where it was recorded, otherwise the simulators' own.

    Raises
    ------
    DemoError
        If that site's recordings are not on this machine.
    """
    folder = recordings_folder()
    if name is None:
        name = SiteName.STRIPS4 if (folder / SiteName.STRIPS4).is_dir() else SiteName.OWN
    recordings = None if name is SiteName.OWN else folder / name
    if recordings is not None and not recordings.is_dir():
        raise DemoError(f"{recordings} is not there; --site own needs no recording, and WIM_SHARED names another folder with captures/")
    file = Path(__file__).with_name("own.toml") if recordings is None else recordings / "station.toml"
    text = file.read_text(encoding="utf-8")
    return Site(name, text, parse_station(text, str(file)), recordings)


def check_speed(site: Site, speedup: float, modbus: bool) -> None:
    """See that the line can carry the site's signal that fast.

    Raises
    ------
    DemoError
        If it cannot; the text says how fast it can.
    """
    limit = MODBUS_CHANNEL_SAMPLES_PER_S if modbus else SERIAL_CHANNEL_SAMPLES_PER_S
    fastest = limit / site.channel_samples_per_s
    if speedup > fastest:
        line = "Modbus TCP" if modbus else "the serial line"
        advice = "" if fastest >= 1 else "; leave out --modbus, or take --site plates2"
        raise DemoError(f"--speedup {speedup:g} is more than {line} carries of {site.name}: at most {fastest:.2g}{advice}")


def station_file(site: Site, layout: Layout, ports: Ports, speedup: float, modbus: bool) -> str:
    """Give the text of the station file of this line: the site, then its devices, cameras, video and uplink on this machine."""
    (lane,) = site.station.lane
    if modbus:
        digitiser = f'driver = "modbus-tcp-digitiser"\nhost = "127.0.0.1"\ntcp_port = {ports.digitiser}'
    else:
        digitiser = f'driver = "serial-digitiser"\nport = "{layout.serial_line}"'
    cameras = "\n".join(
        f'[[camera]]\nname = "{one.name}"\nlane = {lane.id}\nposition_m = {one.position_m}\nfacing = "{one.facing}"\n' for one in CAMERAS
    )
    tables = f"""
[[device]]
name = "digitiser"
lane = {lane.id}
{digitiser}
playback = {float(speedup)}

[[device]]
name = "cabinet"
driver = "modbus-site"
host = "127.0.0.1"
tcp_port = {ports.site}

{cameras}
[video]
reader_url = "http://127.0.0.1:{ports.plates}"

[uplink]
broker_host = "127.0.0.1"
broker_port = {ports.broker}
central_url = "http://127.0.0.1:{ports.web}"
central_key_file = "{layout.receipt_key}"
"""
    text = site.station_text.rstrip() + "\n" + tables
    parse_station(text, str(layout.station_file))
    return text
