"""One trip that several stations weighed: their cases are linked, and only one of them may be enforced."""

import math
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import Case
from central.evidence.publications import Publication, publication_at
from central.office_settings import ReviewSettings
from contract.units import KMH_PER_M_S, US_PER_S

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (IUGG)."""
_US_PER_H: Final = 3_600 * US_PER_S


def same_trip(session: Session, case: Case, settings: ReviewSettings) -> Case | None:
    """Give the case of another station that is of the same trip, the nearest in time; None where there is none.

    It has the same plate, lies within the hours that are set, was not reached faster than a lorry drives, and its trip does not hold the
    case's own station yet: who passes one station twice makes two trips.
    """
    if case.plate is None:
        return None
    window_us = round(settings.trip_hours * _US_PER_H)
    query = select(Case).where(
        Case.plate == case.plate,
        Case.station != case.station,
        Case.time_us.between(case.time_us - window_us, case.time_us + window_us),
    )
    for other in sorted(session.scalars(query), key=lambda one: (abs(one.time_us - case.time_us), one.id)):
        if not _holds_station(session, other, case) and is_drivable(session, case, other, settings):
            return other
    return None


def is_drivable(session: Session, one: Case, other: Case, settings: ReviewSettings) -> bool:
    """Whether one vehicle can have passed both stations, as far as their places are known: line of sight within the time between."""
    here, there = publication_at(session, one.station, one.time_us), publication_at(session, other.station, other.time_us)
    if here is None or there is None:
        return True
    distance_m = distance_between_m(here, there)
    elapsed_s = abs(one.time_us - other.time_us) / US_PER_S
    return distance_m is None or distance_m <= settings.trip_fastest_km_h / KMH_PER_M_S * elapsed_s


def distance_between_m(one: Publication, other: Publication) -> float | None:
    """Give the distance of two stations along a great circle (haversine formula), None where a place is not entered."""
    places = (one.latitude_udeg, one.longitude_udeg, other.latitude_udeg, other.longitude_udeg)
    if any(place is None for place in places):
        return None
    lat, lon, other_lat, other_lon = (math.radians((place or 0) / 1e6) for place in places)
    chord = math.sin((other_lat - lat) / 2) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def _holds_station(session: Session, other: Case, case: Case) -> bool:
    if other.trip is None:
        return False
    query = select(Case.id).where(Case.trip == other.trip, Case.station == case.station, Case.id != case.id)
    return session.scalar(query.limit(1)) is not None
