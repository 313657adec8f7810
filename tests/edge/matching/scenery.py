"""Vehicles and reads of one lane, for the tests of matching."""

from contract.plates import PlateRead
from contract.station import Camera
from edge.matching.passage import Passage

START_US = 1_770_000_000_000_000
SECOND_US = 1_000_000


def camera(name="front", position_m=10.0, **more):
    return Camera(name=name, lane=more.pop("lane", 1), position_m=position_m, **more)


def passage(number, at_s, speed_m_s=20.0, **more):
    return Passage(f"v{number}", START_US + round(at_s * SECOND_US), speed_m_s, **more)


def read(number, at_s, text=None, camera="front", confidence=0.97):
    return PlateRead(
        camera=camera,
        event_id=f"{camera}-{number}",
        time_us=START_US + round(at_s * SECOND_US),
        text=f"湘A{number:05d}" if text is None else text,
        confidence=confidence,
    )
