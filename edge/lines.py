"""A vehicle as one JSON object: what `wim-edge replay --json` prints and what the loopback door gives of a pass."""

from typing import Any

from contract.units import KMH_PER_M_S
from contract.vehicles import Vehicle


def vehicle_line(vehicle: Vehicle) -> dict[str, Any]:
    """Give what was measured of a vehicle."""
    return {
        "lane": vehicle.lane,
        "first_axle_sample": round(vehicle.first_axle_sample, 2),
        "speed_kmh": round(vehicle.speed_m_s * KMH_PER_M_S, 2),
        "speed_u_kmh": round(vehicle.speed_u_m_s * KMH_PER_M_S, 2),
        "acceleration_m_s2": round(vehicle.acceleration_m_s2, 3),
        "spacings_m": [round(axle.spacing_m, 3) for axle in vehicle.axles if axle.spacing_m is not None],
        "axle_kg": [round(axle.load_kg, 1) for axle in vehicle.axles],
        "axle_u_kg": [round(axle.u_kg, 1) for axle in vehicle.axles],
        "left_kg": [None if axle.left_kg is None else round(axle.left_kg, 1) for axle in vehicle.axles],
        "right_kg": [None if axle.right_kg is None else round(axle.right_kg, 1) for axle in vehicle.axles],
        "wheel_u_kg": [None if axle.wheel_u_kg is None else round(axle.wheel_u_kg, 1) for axle in vehicle.axles],
        "axle_groups": [axle.group for axle in vehicle.axles],
        "group_u_kg": [round(u_kg, 1) for u_kg in vehicle.group_u_kg],
        "gross_kg": round(vehicle.gross_kg, 1),
        "gross_u_kg": round(vehicle.gross_u_kg, 1),
        "length_m": None if vehicle.length_m is None else round(vehicle.length_m, 2),
        "lateral_m": None if vehicle.lateral_m is None else round(vehicle.lateral_m, 3),
        "class": vehicle.vehicle_class.code,
        "body": vehicle.vehicle_class.body.value,
        "class_confidence": round(vehicle.vehicle_class.confidence, 3),
        "fhwa_class": vehicle.vehicle_class.fhwa,
        "eu_class": vehicle.vehicle_class.eu,
        "drive_axles": vehicle.vehicle_class.drive_axles,
        "flags": {flag.value: round(figure, 4) for flag, figure in sorted(vehicle.flags.items())},
    }


def crossings_of(vehicle: Vehicle) -> dict[str, Any]:
    """Give what a calibration needs: per sensor the load of each axle with nominal constants, and where it was found."""
    return {
        "nominal_kg": {name: [None if load is None else round(load, 3) for load in loads] for name, loads in vehicle.nominal_kg.items()},
        "crossings": [
            [{"sensor": c.sensor, "start": c.start, "stop": c.stop, "flags": sorted(c.flags)} for c in axle] for axle in vehicle.crossings
        ],
    }
