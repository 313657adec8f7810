"""Where everything of one demo lies, and on which ports it listens."""

from dataclasses import dataclass
from pathlib import Path

from demo.ports import free_ports, web_port


@dataclass(frozen=True, slots=True)
class Layout:
    """Files and folders below one folder."""

    root: Path

    @property
    def edge(self) -> Path:
        """The edge's data: keys, outbox, blobs."""
        return self.root / "edge"

    @property
    def blobs(self) -> Path:
        """Pictures and captures, shared by plate reader and edge."""
        return self.edge / "blobs"

    @property
    def central(self) -> Path:
        """Central's data: keys, database, blobs."""
        return self.root / "central"

    @property
    def spool(self) -> Path:
        """Plate reads that the edge has not taken yet."""
        return self.root / "plates"

    @property
    def road(self) -> Path:
        """What the simulators write, and the reference runs."""
        return self.root / "road"

    @property
    def logs(self) -> Path:
        """One log per program."""
        return self.root / "logs"

    @property
    def station_file(self) -> Path:
        """The line's station file."""
        return self.root / "station.toml"

    @property
    def site_file(self) -> Path:
        """The site alone, without devices and uplink, which are none of the simulators' business."""
        return self.road / "site.toml"

    @property
    def calibration_file(self) -> Path:
        """The gains fitted for this site."""
        return self.root / "calibration.json"

    @property
    def mosquitto_file(self) -> Path:
        """Configuration of Mosquitto, where that is the broker."""
        return self.root / "mosquitto.conf"

    @property
    def serial_line(self) -> Path:
        """Link to the digitiser's pseudo-terminal."""
        return self.road / "digitiser.tty"

    @property
    def truth(self) -> Path:
        """What really drove, JSON lines."""
        return self.road / "truth.jsonl"

    @property
    def station_public_key(self) -> Path:
        """Public key by which central knows the station."""
        return self.edge / "keys" / "station.pub.pem"

    @property
    def receipt_key(self) -> Path:
        """Public key by which the station knows central's receipts."""
        return self.central / "keys" / "receipt.pub.pem"

    def create(self) -> None:
        """Make the folders."""
        for folder in (self.edge, self.central, self.spool, self.road, self.logs):
            folder.mkdir(parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on 127.0.0.1, one for each thing that listens."""

    web: int
    broker: int
    edge: int
    plates: int
    site: int
    digitiser: int
    control: int
    video: int


def choose_ports(web: int | None) -> Ports:
    """Find free ports; `web` is taken as given, and is 8080 or any free one where None."""
    return Ports(web_port() if web is None else web, *free_ports(7))
