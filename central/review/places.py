"""How far apart two stations stand, and how fast one vehicle must have been to pass both."""

import math
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from central.evidence.publications import place_of_station
from contract.units import KMH_PER_M_S, US_PER_S

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (IUGG)."""
PLACES_U_M: Final = 200.0
"""By how much two entered places may be off together: a place copied to three decimals of a degree is off by up to 80 m, and a sphere
in the ellipsoid's place by 0.5 %, which `distance_m` takes off by itself."""
SPHERE_U: Final = 0.005
"""A distance on the sphere is at most this share longer than on the ellipsoid (flattening 1/298)."""
CLOCK_U_US: Final = US_PER_S
"""What a synchronised clock is taken to be off where its record states no uncertainty."""
_LEAST_ELAPSED_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Place:
    """Where a station stands: WGS 84, degrees."""

    latitude_deg: float
    longitude_deg: float


def place_of(session: Session, station: str, time_us: int) -> Place | None:
    """Give where a station stood at a moment, as it was published; None where no place is entered."""
    found = place_of_station(session, station, time_us)
    return None if found is None else Place(found[0] / 1e6, found[1] / 1e6)


def distance_m(one: Place, other: Place) -> float:
    """Give the length of the great circle between two places (haversine formula): no road is shorter."""
    lat, lon, other_lat, other_lon = map(math.radians, (one.latitude_deg, one.longitude_deg, other.latitude_deg, other.longitude_deg))
    chord = math.sin((other_lat - lat) / 2) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def least_speed_km_h(apart_m: float, elapsed_us: int, clocks_u_us: int) -> float:
    """Give the least speed at which one vehicle passes two places: the shortest way that the places allow in the longest time that the
    clocks allow. 0 for places that may be the same.
    """
    elapsed_s = max((abs(elapsed_us) + clocks_u_us) / US_PER_S, _LEAST_ELAPSED_S)
    return max(apart_m * (1 - SPHERE_U) - PLACES_U_M, 0.0) / elapsed_s * KMH_PER_M_S
