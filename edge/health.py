"""What the station's health says of its lanes and of its cameras' clocks, for the loopback door."""

from typing import Any

from edge.lane import LaneRun
from edge.matching.clock import ClockState


def lane_health(lane: LaneRun) -> dict[str, Any]:
    """Give a lane's state as JSON: its device, what it has seen, and by what it weighs."""
    in_force = lane.in_force
    certificate = None if in_force is None else in_force.certificate
    return {
        "identity": lane.state.identity,
        "position": lane.state.position,
        "vehicles": lane.state.vehicles,
        "waiting_for_plates": lane.waiting,
        "pavement_c": lane.state.pavement_c,
        "stray_crossings": lane.state.strays,
        "channels_at_fault": lane.state.channels_at_fault,
        "lane": lane.lane.id,
        "calibration": None if in_force is None else in_force.identity.model_dump(mode="json"),
        "certificate": None if certificate is None else certificate.model_dump(mode="json"),
    }


def clock_health(state: ClockState) -> dict[str, Any]:
    """Give what is believed of a camera's clock as JSON: against the station's, uncertainties expanded (k = 2)."""
    return {
        "offset_ms": round(state.offset_us / 1_000, 1),
        "offset_u_ms": round(2 * state.offset_u_us / 1_000, 1),
        "rate_ppm": round(state.rate_ppm, 1),
        "looks_farther_m": round(state.distance_m, 2),
        "looks_farther_u_m": round(2 * state.distance_u_m, 2),
        "scatter_ms": round(state.noise_us / 1_000, 1),
        "sure_matches": state.matches,
    }
