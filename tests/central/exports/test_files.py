import csv
import io
from datetime import UTC, timedelta, timezone

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.config import TmgStation
from central.exports.csv_file import CsvFile
from central.exports.parquet_file import ParquetFile
from central.exports.rows import Axle, ExportRow
from central.exports.table import COLUMNS
from central.exports.tmg import KG_PER_LB, MM_PER_TENTH_FT, TmgPipeFile, TmgWeightFile
from contract.faults import RejectError
from tests.signing_station import T0_US

STATIONS = {"G104-K12": TmgStation(state="06", station="12", direction=3)}


def row(**changes: object) -> ExportRow:
    loads = (6_000, 9_000, 7_500)
    fields: dict[str, object] = {
        "station": "G104-K12",
        "seq": 7,
        "lane": 2,
        "time_us": T0_US + 123_456,
        "received_us": T0_US + 1_000_000,
        "plate": "京A12345",
        "plate_certainty_ppm": 990_000,
        "vehicle_class": "1+2",
        "body": "rigid",
        "fhwa_class": 6,
        "eu_class": None,
        "axles": tuple(Axle(load, load // 40, None, None, 3_048 if place else None, min(place, 1) + 1) for place, load in enumerate(loads)),
        "gross_kg": sum(loads),
        "gross_u_kg": 450,
        "limit_kg": 25_000,
        "over_kg": 0,
        "outcome": "within-limits",
        "enforceable": False,
        "playback": False,
        "speed_mm_s": 20_000,
        "acceleration_mm_s2": -300,
        "length_mm": 9_144,
        "pavement_c_milli": 21_500,
        "sha256": "a" * 64,
    }
    return ExportRow(**(fields | changes))  # type: ignore[arg-type]


def written(kind, *rows, **options) -> bytes:
    file = io.BytesIO()
    out = kind(file, **options)
    for each in rows:
        out.write([each])
    out.close()
    return file.getvalue()


def tmg(kind, *rows, zone=UTC) -> list[str]:
    return written(kind, *rows, stations=STATIONS, zone=zone).decode("ascii").splitlines()


def test_a_csv_row_carries_units_in_its_names_and_lists_with_blanks():
    data = written(CsvFile, row(), row(plate=None, limit_kg=None))
    assert data.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert first["plate"] == "京A12345"
    assert first["time_utc"] == "2026-09-21T14:13:20.123456Z"
    assert first["axle_loads_kg"] == "6000 9000 7500"
    assert first["axle_left_kg"] == "NA NA NA"
    assert first["axle_spacings_mm"] == "3048 3048"
    assert (first["enforceable"], first["eu_class"]) == ("no", "")
    assert (second["plate"], second["limit_kg"]) == ("", "")


@given(st.text(st.characters(codec="utf-8"), max_size=16), st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_survives_csv(plate, vehicle_class):
    data = written(CsvFile, row(plate=plate, vehicle_class=vehicle_class)).decode("utf-8-sig")
    (read,) = csv.DictReader(io.StringIO(data, newline=""))
    assert (read["plate"].removeprefix("'"), read["class"].removeprefix("'")) == (plate.removeprefix("'"), vehicle_class.removeprefix("'"))
    assert not read["plate"].startswith(("=", "+", "-", "@", "\n", "＝", "＋", "－", "＠"))


def test_parquet_holds_the_same_columns_typed():
    table = pq.read_table(io.BytesIO(written(ParquetFile, row(), row(seq=8, plate=None))))
    assert table.column_names == [column.name for column in COLUMNS]
    first, second = table.to_pylist()
    assert first["axle_loads_kg"] == [6_000, 9_000, 7_500]
    assert first["axle_left_kg"] == [None, None, None]
    assert first["time_utc"].isoformat() == "2026-09-21T14:13:20.123456+00:00"
    assert (second["seq"], second["plate"]) == (8, None)
    units = {field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in table.schema}
    assert units == {column.name: column.unit for column in COLUMNS}
    assert [units[name] for name in ("gross_kg", "speed_mm_s", "acceleration_mm_s2", "length_mm", "station")] == [
        "kg",
        "mm/s",
        "mm/s2",
        "mm",
        "",
    ]
    assert table.schema.metadata[b"format"] == b"weighline-vehicles"


def test_an_empty_parquet_file_is_one():
    assert pq.read_table(io.BytesIO(written(ParquetFile))).num_rows == 0


def test_the_w_record_stands_in_the_guides_columns():
    (line,) = tmg(TmgWeightFile, row(), zone=timezone(timedelta(hours=8)))
    assert line == "W06000012" + "3" + "2" + "2026092122" + " 6" + " 45" + " 49604" + " 3" + "13228" + " 100" + "19842" + " 100" + "16535"


def test_a_class_that_is_not_known_is_blank_and_not_invented():
    (line,) = tmg(TmgWeightFile, row(fhwa_class=None))
    assert line[21:23] == "  "


@given(
    st.lists(st.tuples(st.integers(0, 40_000), st.integers(300, 200_000)), min_size=1, max_size=13),
    st.integers(0, 60_000),
    st.integers(1, 9),
)
def test_the_w_record_reads_back_within_its_rounding(axles, speed_mm_s, lane):
    entries = tuple(Axle(load, 0, None, None, spacing if place else None, 1) for place, (load, spacing) in enumerate(axles))
    (line,) = tmg(TmgWeightFile, row(axles=entries, gross_kg=sum(load for load, _ in axles), speed_mm_s=speed_mm_s, lane=lane))
    count = int(line[32:34])
    assert (line[0], int(line[10]), count) == ("W", lane, len(axles))
    assert len(line) == 34 + 5 * count + 4 * (count - 1)
    for place, (load, spacing) in enumerate(axles):
        start = 34 + 9 * place
        assert abs(int(line[start : start + 5]) * KG_PER_LB - load) <= 0.5 * KG_PER_LB
        if place:
            assert abs(int(line[start - 4 : start]) * MM_PER_TENTH_FT - spacing) <= 0.5 * MM_PER_TENTH_FT + 1e-6


def test_lanes_are_counted_as_the_guide_counts_them_where_the_station_does_otherwise():
    stations = {"G104-K12": STATIONS["G104-K12"].model_copy(update={"lanes": {2: 1}})}
    for kind, place in ((TmgWeightFile, slice(10, 11)), (TmgPipeFile, slice(0, None))):
        line = written(kind, row(), stations=stations, zone=UTC).decode("ascii").splitlines()[-1]
        assert (line.split("|")[4] if "|" in line else line[place]) == "1"


def test_the_pipe_form_names_its_fields_and_keeps_the_hundredth_of_a_second():
    header, line = tmg(TmgPipeFile, row())
    fields = line.split("|")
    assert fields[:12] == ["W", "06", "12", "3", "2", "2026", "09", "21", "14", "13", "20", "12"]
    assert fields[12:] == ["6", "447", "300", "49604", "3", "13228", "100", "19842", "100", "16535"]
    assert header.split("|")[13:18] == ["speed_tenth_mph", "length_tenth_ft", "gross_lb", "axles", "axle_1_lb"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"station": "S9"}, "tmg-station-unknown"),
        ({"lane": 12}, "tmg-too-wide"),
        ({"gross_kg": 500_000}, "tmg-too-wide"),
        ({"axles": (Axle(60_000, 0, None, None, None, 1),)}, "tmg-too-wide"),
        ({"axles": 14 * (Axle(1_000, 0, None, None, 3_048, 1),)}, "tmg-too-wide"),
        ({"axles": 2 * (Axle(1_000, 0, None, None, None, 1),)}, "tmg-no-spacing"),
    ],
)
def test_what_does_not_fit_the_guide_is_refused_and_told(changes, code):
    with pytest.raises(RejectError) as refused:
        tmg(TmgWeightFile, row(**changes))
    assert refused.value.code == code
