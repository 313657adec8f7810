"""A station with persons who may sign, a clock turned by hand, and the ledger between them."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from calibration.certificate import Ledger, VerificationCertificate
from contract.signatures import public_key_text
from contract.station import Station, parse_station
from tests.calibration.flat import flat_calibration

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

KEYS = {name: Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number, name in enumerate(("wang", "li", "zhao", "chen"), 1)}
MAY = {"wang": '["propose", "approve"]', "li": '["propose", "approve"]', "zhao": '["propose"]', "chen": '["approve"]'}

SENSORS = "".join(
    f"""
[[lane.sensor]]
name = "{name}"
kind = "strip"
channel = "{name}"
position_m = {position_m}
width_m = 0.06
lateral_m = {lateral_m}
newton_per_count = 0.5
"""
    for name, position_m, lateral_m in (
        ("R0L", 0.0, [0.0, 1.75]),
        ("R0R", 0.0, [1.75, 3.5]),
        ("R1L", 2.5, [0.0, 1.75]),
        ("R1R", 2.5, [1.75, 3.5]),
    )
)

SITE = f"""
[station]
id = "here"
name = "Liling south 醴陵南"
road = "G320"
stake = "K1102+300"
direction = "east"
rules = "cn"

[[lane]]
id = 1
width_m = 3.5
rate_hz = 2000.0
{SENSORS}
"""


def station_text(names=tuple(KEYS), **more) -> str:
    people = (
        f'[[signatory]]\nname = "{name}"\nkey = "{public_key_text(KEYS[name].public_key())}"\nmay = {MAY[name]}\n{more.get(name, "")}\n'
        for name in names
    )
    return SITE + "\n".join(people)


def station(names=tuple(KEYS), **more) -> Station:
    return parse_station(station_text(names, **more), "station.toml")


VERIFIED = VerificationCertificate(
    number="JJG-2026-00417",
    institute="Provincial metrology institute 省计量院",
    valid_from=date(2026, 11, 20),
    valid_until=date(2027, 11, 19),
    classes=("vehicle mass 5", "axle E"),
)


class Office:
    """A ledger, and the time on the office's wall."""

    def __init__(self, folder: Path, at: Station | None = None) -> None:
        self.now = NOW
        self.station = at or station()
        self.path = folder / "ledger.sqlite"
        self.ledger = Ledger(self.path, self.station, now=self.time)

    def time(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def calibration(self, gain=1.0, **changes):
        lane = self.station.lane[0]
        sensors = {sensor.name: {"gain": gain, "relative_u": 0.005} for sensor in lane.weighing_sensors}
        return flat_calibration(lane, **{"id": f"c-{gain}", "sensors": sensors, **changes})

    def propose(self, by="wang", gain=1.0, **more):
        return self.ledger.propose(self.calibration(gain), key=KEYS[by], reason=more.pop("reason", "runs of today"), **more)

    def certify(self, gain=1.0, by="wang", approver="li", effective_from=None, **more):
        return self.ledger.approve(self.propose(by, gain, **more).counter, key=KEYS[approver], effective_from=effective_from)

    def by_hand(self, *statements):
        """Edit the file as somebody with a database browser would, who has taken the triggers off and put them on again."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
            for _, sql in triggers:
                connection.execute(sql)
        finally:
            connection.close()
