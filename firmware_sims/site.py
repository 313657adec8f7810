"""A site: its lane, road, sensors and pavement temperature."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sims.layout import Layout
from firmware_sims.road_profile import Grade, RoadProfile, draw_profile
from firmware_sims.sensor_response import SensorResponse, draw_responses


@dataclass(frozen=True)
class Site:
    """What stays as it is while traffic passes; `responses` has None for channels that do not weigh."""

    layout: Layout
    profile: RoadProfile
    responses: tuple[SensorResponse | None, ...]
    pavement_c: float


def draw_site(layout: Layout, grade: Grade, pavement_c: float) -> Site:
    """Draw road and sensors from the station's id alone."""
    return Site(layout, draw_profile(layout.station, grade), draw_responses(layout), pavement_c)
