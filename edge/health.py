"""What the station's health says of one lane, for the loopback door."""

from typing import Any

from edge.lane import LaneRun


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
