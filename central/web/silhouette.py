"""The schematic outline of a vehicle seen from its left side, in metres: the front at x = 0, the road at y = 0, y upwards.

Only axle positions and the overall length are measured; cab, box and gap are drawn from the class, so that a reader sees the kind
of vehicle. Heights are those of ordinary vehicles.
"""

from dataclasses import dataclass
from typing import Final

from contract.records import VehicleRecord
from contract.vehicles import Body

Point = tuple[float, float]
Outline = tuple[Point, ...]

SMALL_WHEELBASE_M: Final = 3.9
"""Two axles closer than this, under `SMALL_GROSS_KG`, are drawn as a car or van."""
SMALL_GROSS_KG: Final = 4_500
WHEEL_RADIUS_M: Final = 0.5
SMALL_WHEEL_RADIUS_M: Final = 0.33
_CHASSIS_M: Final = 1.0
_CAB_TOP_M: Final = 3.2
_BOX_TOP_M: Final = 3.8
_SMALL_TOP_M: Final = 1.95
_CAB_LENGTH_M: Final = 2.2
_FRONT_OVERHANG_M: Final = 1.4
_REAR_OVERHANG_M: Final = 1.8
_SMALL_OVERHANG_M: Final = 0.95


@dataclass(frozen=True, slots=True)
class Silhouette:
    """A vehicle's outline.

    Attributes
    ----------
    axles_m
        Distance of every axle from the front.
    length_m, top_m
        Overall length (measured where `length_known`) and height of the drawing.
    wheel_m
        Radius of the wheels.
    bodies, windows
        Closed outlines of what carries load, and of the glass.
    chassis
        Start and end of every frame.
    """

    axles_m: tuple[float, ...]
    length_m: float
    length_known: bool
    top_m: float
    wheel_m: float
    bodies: tuple[Outline, ...]
    windows: tuple[Outline, ...]
    chassis: tuple[tuple[float, float], ...]


def silhouette(record: VehicleRecord) -> Silhouette:
    """Give the outline of a recorded vehicle."""
    offsets = [0.0]
    for axle in record.axles[1:]:
        offsets.append(offsets[-1] + (axle.spacing_mm or 0) / 1000)
    wheelbase = offsets[-1]
    small = len(offsets) <= 2 and wheelbase < SMALL_WHEELBASE_M and record.gross_kg < SMALL_GROSS_KG
    front, rear = _overhangs(record.length_mm, wheelbase, small=small)
    axles = tuple(front + offset for offset in offsets)
    length = front + wheelbase + rear
    if small:
        return _small(axles, length, length_known=record.length_mm is not None)
    return _truck(record, axles, length)


def _overhangs(length_mm: int | None, wheelbase_m: float, *, small: bool) -> tuple[float, float]:
    """Front and rear overhang; a measured length fixes their sum, the front part of it is an assumption."""
    usual = (_SMALL_OVERHANG_M, _SMALL_OVERHANG_M) if small else (_FRONT_OVERHANG_M, _REAR_OVERHANG_M)
    if length_mm is None:
        return usual
    both = max(length_mm / 1000 - wheelbase_m, 0.8)
    front = min(usual[0], both * 0.5)
    return front, both - front


def _small(axles: tuple[float, ...], length: float, *, length_known: bool) -> Silhouette:
    top = _SMALL_TOP_M
    body: Outline = ((0.0, 0.45), (0.0, 1.0), (0.75, 1.1), (1.55, top), (length - 0.15, top), (length, 1.2), (length, 0.45))
    window: Outline = ((1.0, 1.12), (1.63, top - 0.14), (2.5, top - 0.14), (2.5, 1.12))
    return Silhouette(axles, length, length_known, top, SMALL_WHEEL_RADIUS_M, (body,), (window,), ())


def _truck(record: VehicleRecord, axles: tuple[float, ...], length: float) -> Silhouette:
    cab_end = min(max(_CAB_LENGTH_M, axles[0] + 0.7), length * 0.5)
    cab: Outline = (
        (0.0, 0.5),
        (0.0, 1.7),
        (0.25, _CAB_TOP_M - 0.15),
        (0.5, _CAB_TOP_M),
        (cab_end, _CAB_TOP_M),
        (cab_end, _CHASSIS_M),
        (cab_end, 0.5),
    )
    window: Outline = ((0.16, 1.75), (0.38, _CAB_TOP_M - 0.35), (1.25, _CAB_TOP_M - 0.35), (1.25, 1.75))
    boxes: list[Outline] = []
    chassis: list[tuple[float, float]] = []
    front_unit_end, trailer_start = _units(record, axles, length)
    if trailer_start is None or front_unit_end < trailer_start:
        boxes.append(_box(cab_end + 0.15, front_unit_end))
    chassis.append((cab_end, front_unit_end))
    if trailer_start is not None:
        boxes.append(_box(trailer_start, length))
        chassis.append((min(trailer_start, front_unit_end), length))
    return Silhouette(axles, length, record.length_mm is not None, _BOX_TOP_M, WHEEL_RADIUS_M, (cab, *boxes), (window,), tuple(chassis))


def _units(record: VehicleRecord, axles: tuple[float, ...], length: float) -> tuple[float, float | None]:
    """End of the front unit and start of the trailer; a semi-trailer starts before its tractor ends, a drawbar trailer after.

    The front unit of a combination is taken as the first two axle groups. What follows is the trailer: one group makes a semi-trailer,
    more make a drawbar trailer.
    """
    groups = [axle.group for axle in record.axles]
    first_trailer = next((index for index, group in enumerate(groups) if group > 2), None)
    if record.body is not Body.COMBINATION or first_trailer is None:
        return length, None
    tractor_end = axles[first_trailer - 1] + 0.75
    if groups[-1] - groups[first_trailer] >= 1:
        return min(tractor_end + 0.5, axles[first_trailer] - 1.2), axles[first_trailer] - 0.7
    cab_end = max(_CAB_LENGTH_M, axles[0] + 0.7)
    return tractor_end, min(cab_end + 0.5, axles[first_trailer - 1] - 0.6)


def _box(start: float, end: float) -> Outline:
    return ((start, _CHASSIS_M + 0.12), (start, _BOX_TOP_M), (end, _BOX_TOP_M), (end, _CHASSIS_M + 0.12))
