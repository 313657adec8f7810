"""An export for the FHWA Traffic Monitoring Guide: English units, one line a vehicle, fixed columns or set apart by pipes.

The W record (truck weight), columns from 1::

     1      W
     2- 3   FIPS state            10     direction (0-9)        22-23  class 1-13, blank where not known
     4- 9   station, zeros left   11     lane (1-9)             24-26  open: speed, mph
    12-21   YYYYMMDDHH, local     27-32  gross, lb              33-34  axles
    35-39   weight of axle 1, lb  40-43  spacing 1-2, 0.1 ft    44-48  weight of axle 2 … alternating to the last axle

A record ends with the 13th axle, column 147. Lanes are counted from the outside of the road: 1 is the rightmost one.

The form with pipes holds the same fields in the same order, parted finer: date and time down to the hundredth of a second, speed in
tenths of mph, and length. Its first line names them. It is none of the guide's own records.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import BinaryIO, Final

from central.clock import local_time
from central.config import TmgStation
from central.exports.rows import ExportRow
from contract.faults import RejectError

KG_PER_LB: Final = 0.45359237
"""International avoirdupois pound, exact."""
MM_PER_TENTH_FT: Final = 30.48
MM_S_PER_MPH: Final = 447.04
AXLES_MAX: Final = 13
"""Most axles of a W record."""
_HEADER: Final = (
    "record_type|state_fips|station_id|direction|lane|year|month|day|hour|minute|second|hundredth|class|speed_tenth_mph|length_tenth_ft|"
    "gross_lb|axles|axle_1_lb|spacing_1_2_tenth_ft|axle_2_lb|..."
)


class _TmgFile:
    """What both forms share: whom a station is to the guide, and local time."""

    def __init__(self, file: BinaryIO, stations: Mapping[str, TmgStation], zone: tzinfo) -> None:
        self._file = file
        self._stations = stations
        self._zone = zone

    def write(self, rows: Sequence[ExportRow]) -> None:
        """Add rows."""
        for row in rows:
            self._file.write((self._line(row, self._station(row.station)) + "\n").encode("ascii"))

    def close(self) -> None:
        """Nothing is left to write."""

    def _line(self, row: ExportRow, station: TmgStation) -> str:
        raise NotImplementedError

    def _station(self, name: str) -> TmgStation:
        known = self._stations.get(name)
        if known is None:
            wanted = f'set state, station and direction under [exports.tmg."{name}"] in central\'s settings'
            raise RejectError("tmg-station-unknown", f"station {name}", f"has no FIPS state, station number and direction; {wanted}")
        return known

    def _local(self, row: ExportRow) -> datetime:
        return local_time(row.time_us, self._zone)


class TmgWeightFile(_TmgFile):
    """The W record in fixed columns."""

    def _line(self, row: ExportRow, station: TmgStation) -> str:
        where = f"vehicle {row.station}/{row.seq}"
        figures = [_wide(figure, 5 if place % 2 == 0 else 4, where) for place, figure in enumerate(_axle_figures(row))]
        lane = _lane(row, station)
        if len(row.axles) > AXLES_MAX:
            raise RejectError("tmg-too-wide", where, f"{len(row.axles)} axles: a W record holds {AXLES_MAX}; export it with pipes")
        if not 1 <= lane <= 9:
            raise RejectError("tmg-too-wide", where, f"lane {lane} does not fit the one column of the W record; export it with pipes")
        return (
            f"W{station.state}{station.station:>06}{station.direction}{lane}{self._local(row):%Y%m%d%H}"
            f"{'' if row.fhwa_class is None else row.fhwa_class:>2}{_wide(round(row.speed_mm_s / MM_S_PER_MPH), 3, where)}"
            f"{_wide(_pounds(row.gross_kg), 6, where)}{len(row.axles):>2}{''.join(figures)}"
        )


class TmgPipeFile(_TmgFile):
    """Individual vehicle records, set apart by pipes."""

    def __init__(self, file: BinaryIO, stations: Mapping[str, TmgStation], zone: tzinfo) -> None:
        super().__init__(file, stations, zone)
        file.write((_HEADER + "\n").encode())

    def _line(self, row: ExportRow, station: TmgStation) -> str:
        local = self._local(row)
        fields: tuple[object, ...] = (
            "W",
            station.state,
            station.station,
            station.direction,
            _lane(row, station),
            *(f"{local:%Y|%m|%d|%H|%M|%S}".split("|")),
            f"{local.microsecond // 10_000:02d}",
            "" if row.fhwa_class is None else row.fhwa_class,
            round(10 * row.speed_mm_s / MM_S_PER_MPH),
            "" if row.length_mm is None else round(row.length_mm / MM_PER_TENTH_FT),
            _pounds(row.gross_kg),
            len(row.axles),
            *_axle_figures(row),
        )
        return "|".join(str(field) for field in fields)


def _lane(row: ExportRow, station: TmgStation) -> int:
    return station.lanes.get(row.lane, row.lane)


def _axle_figures(row: ExportRow) -> list[int]:
    """Give weight and spacing in turn, from the first axle's weight to the last one's; a spacing left out would shift all that follows."""
    figures = [_pounds(row.axles[0].load_kg)]
    for axle in row.axles[1:]:
        if axle.spacing_mm is None:
            raise RejectError("tmg-no-spacing", f"vehicle {row.station}/{row.seq}", "has an axle whose spacing was not measured")
        figures += [round(axle.spacing_mm / MM_PER_TENTH_FT), _pounds(axle.load_kg)]
    return figures


def _pounds(load_kg: int) -> int:
    return round(load_kg / KG_PER_LB)


def _wide(figure: int, width: int, where: str) -> str:
    """Write a figure right-justified into its columns; one that does not fit is refused, never cut."""
    text = str(figure)
    if len(text) > width:
        raise RejectError("tmg-too-wide", where, f"{figure} does not fit {width} columns of the W record; export it with pipes")
    return text.rjust(width)
