"""Tables of sums over the passages, kept in the very transaction that changes what they sum, and the register of carriers.

All but those of the whole network are keyed by station, so that one station's sums can be made anew from its records while the others
stand; what the network's hold is in `central.evidence.aggregates.rollups`. Days and months are local ones
(`central.evidence.aggregates.calendar`). No table but `OverloadPlate` and `Carrier` holds a plate.
"""

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, Base

CLASS_MAX = 40
"""Longest axle pattern that is told apart; the longest modular transports write ``1+2+12+12``."""


class StationTally(Base):
    """How many records of a station are here, the greatest number and the latest time among them."""

    __tablename__ = "station_tally"

    station: Mapped[str] = mapped_column(NAME, primary_key=True)
    records: Mapped[int] = mapped_column(BIG)
    last_seq: Mapped[int] = mapped_column(BIG)
    last_record_us: Mapped[int] = mapped_column(BIG)


class DayFigures:
    """What is counted of a day's passages.

    `assessed` are those that a rule fits, of them `inside_guard` above the limit but not by more than the guard band, `overloads` above it,
    of these `enforceable` without a bar. `unread` had no plate read, `unsure` one that the station's gate did not accept. Damage is in
    millionths of an equivalent standard axle load, of assessed vehicles only.
    """

    passages: Mapped[int] = mapped_column(BIG)
    assessed: Mapped[int] = mapped_column(BIG)
    inside_guard: Mapped[int] = mapped_column(BIG)
    overloads: Mapped[int] = mapped_column(BIG)
    enforceable: Mapped[int] = mapped_column(BIG)
    unread: Mapped[int] = mapped_column(BIG)
    unsure: Mapped[int] = mapped_column(BIG)
    over_kg: Mapped[int] = mapped_column(BIG)
    damage_ppm: Mapped[int] = mapped_column(BIG)
    overload_damage_ppm: Mapped[int] = mapped_column(BIG)


class TrafficDay(DayFigures, Base):
    """A station's passages of one local day; `day` counts from 1970-01-01."""

    __tablename__ = "traffic_day"

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, primary_key=True)


class TrafficMonth(DayFigures, Base):
    """A station's days of one month, added up."""

    __tablename__ = "traffic_month"

    month: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, primary_key=True)


class NetworkDay(DayFigures, Base):
    """One local day of every station, added up."""

    __tablename__ = "network_day"

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class TrafficHour(Base):
    """A station's passages of one month by weekday (Monday is 0) and hour, both local; `month` is twelve times the year, plus 0 to 11."""

    __tablename__ = "traffic_hour"

    month: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, primary_key=True)
    weekday: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    passages: Mapped[int] = mapped_column(BIG)
    overloads: Mapped[int] = mapped_column(BIG)


class NetworkHour(Base):
    """One hour of the week of one month, of every station, added up."""

    __tablename__ = "network_hour"

    month: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    weekday: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    passages: Mapped[int] = mapped_column(BIG)
    overloads: Mapped[int] = mapped_column(BIG)


class TrafficClass(Base):
    """A station's assessed passages of one month by axle configuration."""

    __tablename__ = "traffic_class"

    month: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, primary_key=True)
    vehicle_class: Mapped[str] = mapped_column(String(CLASS_MAX), primary_key=True)
    assessed: Mapped[int] = mapped_column(BIG)
    overloads: Mapped[int] = mapped_column(BIG)
    over_kg: Mapped[int] = mapped_column(BIG)
    damage_ppm: Mapped[int] = mapped_column(BIG)


class TrafficDegree(Base):
    """A station's overloads of one month by how far they were over the limit that decided; `degree` counts the bands from 0."""

    __tablename__ = "traffic_degree"

    month: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, primary_key=True)
    degree: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    overloads: Mapped[int] = mapped_column(BIG)
    enforceable: Mapped[int] = mapped_column(BIG)
    over_kg: Mapped[int] = mapped_column(BIG)


class OverloadPlate(Base):
    """A station's overloads of one month by plate, where it is held; a plate that is deleted leaves in the same transaction."""

    __tablename__ = "overload_plate"
    __table_args__ = (Index("ix_overload_plate_plate_month_station", "plate", "month", "station", "overloads", "over_kg"),)

    month: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    station: Mapped[str] = mapped_column(NAME, primary_key=True)
    plate: Mapped[str] = mapped_column(String(16), primary_key=True)
    overloads: Mapped[int] = mapped_column(BIG)
    over_kg: Mapped[int] = mapped_column(BIG)


class LateMatch(Base):
    """A vehicle whose first plate came in a supplement; that it was read outlives the plate, whose deleted text would not tell it."""

    __tablename__ = "late_match"

    record_id: Mapped[int] = mapped_column(BIG, ForeignKey("record.id"), primary_key=True, autoincrement=False)


class Carrier(Base):
    """Who runs the vehicle of a plate, from the list that an administrator imported last; no evidence, and not deleted with it."""

    __tablename__ = "carrier"

    plate: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
