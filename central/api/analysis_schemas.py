"""What the analysis API answers: loads in kg, damage in standard axle loads (ESAL), rates in overloads an hour at one station."""

from dataclasses import asdict
from datetime import date
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from central.analysis import report
from central.analysis.patrol import Silence
from central.analysis.report import Hours, Step, Traffic
from central.api.examples import STATION
from central.evidence.aggregates.calendar import DAYS_PER_WEEK, HOURS_PER_DAY

_FRAME: Final[dict[str, Any]] = {"from_month": "2026-01", "until_month": "2026-12", "stations": [STATION]}
_TRAFFIC: Final = {
    "passages": 41_200,
    "assessed": 40_900,
    "inside_guard": 310,
    "overloads": 812,
    "enforceable": 701,
    "unread": 1_650,
    "unsure": 1_210,
    "over_kg": 8_412_300,
    "damage": 19_480.25,
    "overload_damage": 4_120.5,
}


def _example(**fields: Any) -> ConfigDict:  # noqa: ANN401 - fields of any answer
    return ConfigDict(frozen=True, from_attributes=True, json_schema_extra={"examples": [_FRAME | fields]})


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class _Framed(BaseModel):
    """Which months, both within, and which stations the figures are of."""

    from_month: str
    until_month: str
    stations: tuple[str, ...]


class _TrafficLine(_Line):
    passages: int
    assessed: int
    inside_guard: int
    overloads: int
    enforceable: int
    unread: int
    unsure: int
    over_kg: int
    damage: float
    overload_damage: float

    @classmethod
    def of(cls, traffic: Traffic, **key: object) -> Self:
        """Take sums over, with what they are keyed by."""
        return cls.model_validate(asdict(traffic) | key)


class StationLine(_TrafficLine):
    """One station's traffic."""

    station: str


class StationsAnswer(_Framed):
    """Traffic by station."""

    model_config = _example(lines=[_TRAFFIC | {"station": STATION}])
    lines: tuple[StationLine, ...]


class TimeLine(_TrafficLine):
    """One step's traffic; `start` is its first local day."""

    start: date


class TimeAnswer(_Framed):
    """Traffic over time."""

    model_config = _example(step="week", lines=[_TRAFFIC | {"start": "2026-03-02"}])
    step: Step
    lines: tuple[TimeLine, ...]


class HourLine(_Line):
    """One hour of the week: `weekday` is 0 on Monday, `days` how many days of a station stand behind it."""

    weekday: int
    hour: int
    passages: int
    overloads: int
    days: int

    @classmethod
    def of(cls, week: Hours) -> tuple[Self, ...]:
        """Take the week over."""
        return tuple(
            cls(
                weekday=weekday,
                hour=hour,
                passages=int(week.passages[weekday, hour]),
                overloads=int(week.overloads[weekday, hour]),
                days=int(week.days[weekday]),
            )
            for weekday in range(DAYS_PER_WEEK)
            for hour in range(HOURS_PER_DAY)
        )


class HoursAnswer(_Framed):
    """The week."""

    model_config = _example(lines=[{"weekday": 0, "hour": 22, "passages": 5_120, "overloads": 214, "days": 52}])
    lines: tuple[HourLine, ...]


class ConfigurationLine(_Line):
    """Assessed vehicles of one axle configuration."""

    vehicle_class: str
    assessed: int
    overloads: int
    over_kg: int
    damage: float


class ConfigurationsAnswer(_Framed):
    """Traffic by axle configuration."""

    model_config = _example(
        lines=[{"vehicle_class": "1+2+3", "assessed": 12_300, "overloads": 402, "over_kg": 4_100_000, "damage": 9_120.0}]
    )
    lines: tuple[ConfigurationLine, ...]


class DegreeLine(_Line):
    """Overloads above and up to a share of the limit, in thousandths; the last band has no upper end."""

    above_permille: int
    upto_permille: int | None
    overloads: int
    enforceable: int
    over_kg: int


class DegreesAnswer(_Framed):
    """Overloads by degree."""

    model_config = _example(
        lines=[{"above_permille": 100, "upto_permille": 300, "overloads": 311, "enforceable": 280, "over_kg": 2_900_000}]
    )
    lines: tuple[DegreeLine, ...]


class CarrierLine(_Line):
    """Overloads of one carrier's vehicles, as far as their plates are held; null where the carrier is not known."""

    carrier: str | None
    vehicles: int
    overloads: int
    over_kg: int


class CarriersAnswer(_Framed):
    """Overloads by carrier."""

    model_config = _example(lines=[{"carrier": "Example Haulage", "vehicles": 14, "overloads": 33, "over_kg": 301_000}])
    lines: tuple[CarrierLine, ...]


class PlateLine(_Line):
    """A plate with several overloads, as far as it is held."""

    plate: str
    carrier: str | None
    overloads: int
    stations: int
    over_kg: int

    @classmethod
    def of(cls, line: report.PlateLine, shown: str) -> Self:
        """Take a line over with the plate as it may be shown."""
        return cls.model_validate(asdict(line) | {"plate": shown})


class PlatesAnswer(_Framed):
    """Repeated plates."""

    model_config = _example(lines=[{"plate": "湘A••••5", "carrier": None, "overloads": 6, "stations": 2, "over_kg": 51_000}])
    lines: tuple[PlateLine, ...]


class PatrolLine(_Line):
    """A suggested shift: `rate` is the posterior mean, `low` and `high` the interval; it `stands_out` with `low` above the week's mean."""

    weekday: int
    hour: int
    hours: int
    overloads: int
    observed: int
    rate: float
    low: float
    high: float
    stands_out: bool


_SHIFT: Final[dict[str, Any]] = {
    "weekday": 1,
    "hour": 2,
    "hours": 2,
    "overloads": 96,
    "observed": 52,
    "rate": 0.88,
    "low": 0.74,
    "high": 1.04,
    "stands_out": True,
}


class PatrolAnswer(_Framed):
    """Suggested shifts, the best first; `silence` says why there is none: too few overloads, or hours that are all alike."""

    model_config = _example(mean_rate=0.31, overloads=2_710, silence=None, interval=0.9, lines=[_SHIFT])
    mean_rate: float
    overloads: int
    silence: Silence | None
    interval: float
    lines: tuple[PatrolLine, ...]
