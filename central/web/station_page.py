"""What the page of one station shows: its word, its numbers, its latest vehicles, by what it weighs, and where it stands."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from central.evidence.publications import Publication, publication_at
from central.evidence.sequence import Sequence, sequence_of
from central.evidence.stations import EnrolledKey, StationView, keys_of, stations
from central.evidence.vehicle_detail import vehicle
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import VehicleSummary, find_vehicles
from central.web.heartbeat import Heartbeat, heartbeats
from contract.records import CertificateEntry, Identity

LATEST: Final = 10


@dataclass(frozen=True, slots=True)
class LaneScale:
    """By what a lane weighed its last vehicle."""

    lane: int
    time_us: int
    calibration: Identity | None
    certificate: CertificateEntry | None
    software: str


@dataclass(frozen=True, slots=True)
class StationPage:
    """All of it."""

    beat: Heartbeat
    publication: Publication | None
    sequence: Sequence
    latest: tuple[VehicleSummary, ...]
    scales: tuple[LaneScale, ...]
    keys: tuple[EnrolledKey, ...]

    @property
    def station(self) -> StationView:
        """The station."""
        return self.beat.station


def station_page(session: Session, station: str, now_us: int) -> StationPage | None:
    """Gather what there is of a station; None if it is not enrolled."""
    beat = next((beat for beat in heartbeats(stations(session), now_us) if beat.station.id == station), None)
    if beat is None:
        return None
    latest = find_vehicles(session, VehicleFilter(station=station), limit=LATEST).rows
    return StationPage(
        beat=beat,
        publication=publication_at(session, station, now_us),
        sequence=sequence_of(session, station),
        latest=latest,
        scales=_scales(session, latest),
        keys=tuple(sorted(keys_of(session, station).values(), key=lambda key: key.valid_from_us)),
    )


def _scales(session: Session, latest: tuple[VehicleSummary, ...]) -> tuple[LaneScale, ...]:
    """Read the last vehicle of each lane among the latest ones: the record says by which calibration and certificate it was weighed."""
    last_of_lane = {row.lane: row for row in reversed(latest)}
    found = []
    for lane, row in sorted(last_of_lane.items()):
        detail = vehicle(session, row.station, row.seq)
        if detail is not None:
            record = detail.record
            software = f"{record.software.name} {record.software.version}"
            found.append(LaneScale(lane, record.time_us, record.calibration, record.certificate, software))
    return tuple(found)
