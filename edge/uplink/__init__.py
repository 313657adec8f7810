"""Brings records and pictures to central, and believes only central's signed word that they are there."""

from edge.uplink.uplink import Uplink

__all__ = ["Uplink"]
