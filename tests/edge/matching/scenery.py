"""Vehicles and reads of one station, for the tests of matching."""

from contract.plates import PlateRead
from contract.station import Camera
from edge.matching.passage import Passage

START_US = 1_770_000_000_000_000
SECOND_US = 1_000_000
SPEED_M_S = 20.0
TRAVEL_S = 0.5
"""From the scale to `camera()`, 10 m on, at `SPEED_M_S`."""


def camera(name="front", position_m=10.0, **more):
    return Camera(name=name, lane=more.pop("lane", 1), position_m=position_m, **more)


def passage(number, at_s, speed_m_s=SPEED_M_S, **more):
    return Passage(f"v{number}", START_US + round(at_s * SECOND_US), speed_m_s, **more)


def read(number, at_s, text=None, camera="front", confidence=0.97, **more):
    return PlateRead(
        camera=camera,
        event_id=f"{camera}-{number}",
        time_us=START_US + round(at_s * SECOND_US),
        text=f"湘A{number:05d}" if text is None else text,
        confidence=confidence,
        **more,
    )


def teach(matcher, count=30, cameras=("front",), lanes=(1,), at_s=-1000.0):
    """Let a matcher learn its cameras' clocks from lone vehicles in each lane, each camera right on time."""
    for index in range(count):
        for place, (name, lane) in enumerate(zip(cameras, lanes, strict=True)):
            now_s = at_s + index * 20 + place * 7
            number = 90_000 + index * 10 + place
            matcher.add_passage(passage(number, now_s, 18.0 + index % 5, lane=lane))
            matcher.add_read(read(number, now_s + 10 / (18.0 + index % 5) + 0.01 * ((index * 7) % 5 - 2), camera=name))
            assert matcher.match(f"v{number}").reads
