"""A lane of the station file: where each of its sensors lies, and which of them an axle meets together."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from contract.names import Name
from contract.station.table import Table


class SensorKind(StrEnum):
    """What a sensor measures, by its length along travel."""

    STRIP = "strip"
    PLATE = "plate"
    LOOP = "loop"
    AXLE = "axle"


class Sensor(Table):
    """One sensor in the road.

    `position_m` is the centre of the active width along travel, from the lane's origin; `width_m` the active width along travel;
    `lateral_m` its left and right end from the lane's left edge as driven; `newton_per_count` the nominal constant of load sensors.
    """

    name: Name
    kind: SensorKind
    channel: Annotated[str, Field(min_length=1, max_length=12)]
    position_m: Annotated[float, Field(ge=-200, le=200)]
    width_m: Annotated[float, Field(gt=0, le=30)]
    lateral_m: tuple[float, float]
    newton_per_count: Annotated[float, Field(gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        left, right = self.lateral_m
        if not left < right:
            msg = f"lateral_m is [left, right] from the lane's left edge with left < right, not [{left}, {right}]"
            raise ValueError(msg)
        if self.weighs and self.newton_per_count is None:
            msg = f"a {self.kind} needs newton_per_count, its nominal constant"
            raise ValueError(msg)
        return self

    @property
    def weighs(self) -> bool:
        """Whether this sensor gives a load."""
        return self.kind in {SensorKind.STRIP, SensorKind.PLATE}


ROW_DEPTH_M: Final = 0.5
"""Sensors whose middles lie within this distance along travel form one row: staggered half-lane strips lie closer, rows farther apart."""


def in_rows(sensors: Iterable[Sensor]) -> tuple[tuple[Sensor, ...], ...]:
    """Put sensors into the rows that an axle meets together, in order of travel; rows lie farther apart than `ROW_DEPTH_M`."""
    rows: list[list[Sensor]] = []
    for sensor in sorted(sensors, key=lambda sensor: sensor.position_m):
        if rows and sensor.position_m - rows[-1][0].position_m <= ROW_DEPTH_M:
            rows[-1].append(sensor)
        else:
            rows.append([sensor])
    return tuple(tuple(row) for row in rows)


class Lane(Table):
    """One lane with its sensors; `rate_hz` is the nominal sampling rate of its digitiser."""

    id: Annotated[int, Field(ge=1, le=99)]
    width_m: Annotated[float, Field(gt=1, le=15)]
    rate_hz: Annotated[float, Field(ge=100, le=100_000)]
    sensor: Annotated[tuple[Sensor, ...], Field(min_length=1, max_length=128)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for what in ("name", "channel"):
            values = [getattr(sensor, what) for sensor in self.sensor]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                msg = f"two sensors of lane {self.id} share the {what} {twice[0]!r}; each needs its own"
                raise ValueError(msg)
        if not any(sensor.weighs for sensor in self.sensor):
            msg = f"lane {self.id} has no strip and no plate, so it cannot weigh"
            raise ValueError(msg)
        return self

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names in the order in which blocks carry them."""
        return tuple(sensor.channel for sensor in self.sensor)

    @cached_property
    def weighing_sensors(self) -> tuple[Sensor, ...]:
        """The sensors that give a load, in file order."""
        return tuple(sensor for sensor in self.sensor if sensor.weighs)

    @cached_property
    def weighing_rows(self) -> tuple[tuple[Sensor, ...], ...]:
        """The weighing sensors in rows, in order of travel."""
        return in_rows(self.weighing_sensors)

    def sensor_named(self, name: str) -> Sensor:
        """Give the sensor of that name.

        Raises
        ------
        KeyError
            If the lane has no such sensor.
        """
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Sensor]:
        return {sensor.name: sensor for sensor in self.sensor}
