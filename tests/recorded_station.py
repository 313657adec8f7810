"""A station that weighs recorded traffic with the edge's own parts, from the samples to the outbox, and what it would send to central."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from calibration.certificate import InForce, Ledger, VerificationCertificate
from calibration.model import Calibration
from contract.captures import CaptureReader
from contract.media import sha256_hex
from contract.plates import PlateColour, PlateRead
from contract.records import Clock, ClockState
from contract.rules import rule_book
from contract.signatures import public_key_text
from contract.station import Station, parse_station
from edge.lane import Ready
from edge.matching.matcher import Matcher
from edge.matching.passage import Passage, seen_at
from edge.outbox import Outbox
from edge.outbox.rows import Checkpoint
from edge.pictures import PictureFolder
from edge.pipeline import LanePipeline, Weighing
from edge.recorder import Recorder
from edge.records.software import software
from tests.calibration.flat import flat_calibration
from tests.conftest import SHARED
from tests.signing_station import T0_US

BLOCK_SAMPLES = 997
"""As a station gets them, and no divisor of anything."""

DAY_BEFORE = datetime(2026, 9, 20, tzinfo=UTC)
SIGNATORIES = {name: Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number, name in enumerate(("wang", "li"), 1)}

CAMERA_TOML = """
[[camera]]
name = "front"
lane = 1
position_m = 10.0
"""


@dataclass
class RecordedStation:
    """What a station has recorded of a capture.

    Attributes
    ----------
    envelopes
        The signed records in order.
    blobs
        Captures, pictures and parameter documents by hash.
    """

    folder: Path
    key: Ed25519PrivateKey
    station: Station
    station_text: str
    calibration: Calibration
    envelopes: list[bytes] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.station.station.id


def recorded_station(
    folder: Path, site: str = "plates2", *, vehicles: int = 4, capture: str = "traffic.h5", certified: bool = False
) -> RecordedStation:
    """Weigh the first vehicles of a recorded site and record them, each with a front picture and a plate.

    `certified` puts the calibration into force by two persons' signatures, with a verification that covers the day.
    """
    text = (SHARED / "captures" / site / "station.toml").read_text() + CAMERA_TOML
    if certified:
        text += "".join(
            f'[[signatory]]\nname = "{name}"\nkey = "{public_key_text(key.public_key())}"\nmay = ["propose", "approve"]\n'
            for name, key in SIGNATORIES.items()
        )
    station = parse_station(text, "station.toml")
    calibration = flat_calibration(station.lane[0], station=station.station.id)
    made = RecordedStation(folder, Ed25519PrivateKey.generate(), station, text, calibration)
    outbox, pictures = Outbox(folder / "outbox", 256), PictureFolder(folder / "pictures")
    matcher = Matcher(station.camera, station.matching)
    recorder = Recorder(
        station,
        rules=rule_book(station.station.rules),
        software=software(),
        station_text=text,
        outbox=outbox,
        key=made.key,
        pictures=pictures,
        note=lambda fault: None,
        certified=certified,
    )
    in_force = put_into_force(folder / "ledger.sqlite", station, calibration) if certified else InForce.by_file(calibration)
    for number, weighing in enumerate(weighings(site, capture, vehicles, calibration), 1):
        ready = _ready(station, matcher, weighing, number, folder / "pictures", in_force)
        made.envelopes.append(outbox.envelope(recorder.record(ready).link.seq))
    made.blobs = {blob.sha256: blob.path.read_bytes() for blob in outbox.waiting_blobs(10_000)}
    outbox.close()
    return made


def put_into_force(path: Path, station: Station, calibration: Calibration) -> InForce:
    """Propose and approve a calibration the day before the recording, and give what the lane goes by then."""
    seconds = count(1)
    ledger = Ledger(path, station, now=lambda: DAY_BEFORE + timedelta(seconds=next(seconds)))
    verification = VerificationCertificate(
        number="JJG-2026-00417",
        institute="Provincial metrology institute",
        valid_from=date(2026, 9, 1),
        valid_until=date(2027, 8, 31),
        classes=("vehicle mass 5",),
    )
    proposal = ledger.propose(calibration, key=SIGNATORIES["wang"], reason="runs of the day", verification=verification)
    ledger.approve(proposal.counter, key=SIGNATORIES["li"])
    book = ledger.book()
    return book.sealed(book.certificates[0]).open(station, "sealed")


def weighings(site: str, name: str, most: int, calibration: Calibration) -> Iterator[Weighing]:
    """Give the vehicles of a capture as a station weighs them: in small blocks, completed when the wait for plates is over."""
    path = SHARED / "captures" / site
    lane = parse_station((path / "station.toml").read_text(), "station.toml").lane[0]
    given, waiting = 0, []
    with (path / name).open("rb") as stream:
        reader = CaptureReader(stream, name)
        pipeline = LanePipeline(lane, calibration, reader.header.pavement_c)
        for block in reader.blocks(lane.channels, BLOCK_SAMPLES):
            waiting += pipeline.push(block)
            while waiting and waiting[0].told + lane.rate_hz < block.stop:
                yield pipeline.with_rest(waiting.pop(0))
                given += 1
                if given == most:
                    return


def _ready(station: Station, matcher: Matcher, weighing: Weighing, number: int, pictures: Path, in_force: InForce) -> Ready:
    key, time_us = f"v{number}", T0_US + round(weighing.vehicle.first_axle_sample / station.lane[0].rate_hz * 1_000_000)
    passage = Passage.of(weighing.vehicle, key, time_us, 1.0)
    matcher.add_passage(passage)
    picture = picture_bytes(number)
    path = pictures / sha256_hex(picture)[:2] / sha256_hex(picture)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    read = PlateRead(
        camera="front",
        event_id=f"e{number}",
        time_us=round(seen_at(passage, station.camera[0]).time_us),
        text=f"湘A1234{number % 10}",
        confidence=0.999,
        colour=PlateColour.YELLOW,
        scene_picture=sha256_hex(picture),
    )
    matcher.add_read(read)
    return Ready(
        key=key,
        lane=1,
        device="daq",
        weighing=weighing,
        time_us=time_us,
        clock=Clock(state=ClockState.SYNCHRONISED, u_us=1_000),
        match=matcher.match(key),
        pavement_c=weighing.pavement_c,
        checkpoint=Checkpoint("daq", 1, 0, weighing.vehicle.stop),
        in_force=in_force,
    )


@cache
def picture_bytes(number: int) -> bytes:
    """Give a picture of its own for each number, as a camera of two megapixels would send it."""
    stream = BytesIO()
    Image.new("RGB", (1_920, 1_080), (40 + number, 80, 120)).save(stream, "JPEG", quality=60)
    return stream.getvalue()
