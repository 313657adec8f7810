"""From crossings to weighed vehicles."""

from edge.vehicles.stage import VehicleStage

__all__ = ["VehicleStage"]
