"""From samples to crossings: one wheel over one sensor, with time, load signal, width and quality."""

from edge.axles.stage import AxleStage

__all__ = ["AxleStage"]
