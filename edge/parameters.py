"""The documents that a weight rests on beside the signal: station file, calibration, certificate; sent to central under their SHA-256.

A record names them by digest (`parameters_sha256`, `calibration`, `certificate.sealed_sha256`), so whoever has them can weigh its capture
again. They go into the outbox with every record: what lies there or at central already is not stored twice.
"""

from typing import Final

from calibration.certificate import InForce
from edge.outbox import Blob

STATION_TYPE: Final = "application/toml"
JSON_TYPE: Final = "application/json"


class Parameters:
    """Gives the documents of each vehicle; `station` is that of the station file."""

    def __init__(self, station_text: str) -> None:
        self.station = Blob.of(station_text.encode(), STATION_TYPE)
        self._made: tuple[InForce, list[Blob]] | None = None

    def of(self, in_force: InForce | None) -> list[Blob]:
        """Give the station file and what a vehicle was weighed by."""
        if in_force is None:
            return [self.station]
        if self._made is None or self._made[0] is not in_force:
            texts = [in_force.calibration.dump(), *([in_force.sealed] if in_force.sealed else [])]
            self._made = in_force, [Blob.of(text.encode(), JSON_TYPE) for text in texts]
        return [self.station, *self._made[1]]
