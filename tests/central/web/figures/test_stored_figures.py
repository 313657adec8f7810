"""Records that were stored: list, live row, exports, API lines and webhooks give the whole numbers that were signed."""

import csv
import io
import json
import re
from fractions import Fraction

import pyarrow.parquet as pq
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from central.api.schemas import VehicleLine
from central.config import TmgStation
from central.evidence.accounts.grants import OPERATOR
from central.evidence.masking import PlateSight
from central.evidence.messages import EventType
from central.evidence.models import WebhookEvent
from central.evidence.vehicle_filter import VehicleFilter
from central.exports.csv_file import CsvFile
from central.exports.parquet_file import ParquetFile
from central.exports.rows import ExportRow, pages_of_rows
from central.exports.tmg import TmgPipeFile
from central.webhooks.endpoints import add_endpoint
from contract.receipts import ReceiptOutcome
from contract.records import VehicleRecord
from contract.verdicts import Outcome
from tests.central.bench import Bench
from tests.central.review.office import REVIEWER
from tests.central.web.figures.drawn import records
from tests.central.web.figures.reading import figure, figures, plain
from tests.central.web.serving import Site

T = Fraction(1, 1_000)
STATIONS = {"G104-K12": TmgStation(state="00", station="12", direction=1)}
ANY_ID = 10**9


def store(bench: Bench, drawn: list[VehicleRecord]) -> dict[int, VehicleRecord]:
    """Sign and send drawn records as the station's next ones, and give them by their numbers."""
    sent = {}
    for record in drawn:
        last = bench.station.last
        changes = {
            "flags": (),
            "seq": last.seq + 1,
            "prev_sha256": last.sha256,
            "time_us": bench.clock() - 10**9 + (last.seq + 1) * 1_000_003,
        }
        sent[last.seq + 1] = record.model_copy(update=changes)
        receipts = bench.send(bench.station.sign(sent[last.seq + 1]))
        assert [one.outcome for one in receipts] == [ReceiptOutcome.STORED]
    return sent


def exported(bench: Bench) -> list[ExportRow]:
    return [row for page in pages_of_rows(bench.central.database, VehicleFilter(), ANY_ID) for row in page]


def check_csv(rows: list[ExportRow], sent: dict[int, VehicleRecord]) -> None:
    file = io.BytesIO()
    out = CsvFile(file)
    out.write(rows)
    out.close()
    for line in csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))):
        record = sent[int(line["seq"])]
        gross = record.verdict.gross
        for name in ("gross_kg", "gross_u_kg", "speed_mm_s", "acceleration_mm_s2", "plate_certainty_ppm", "lane"):
            assert int(line[name]) == getattr(record, name), name
        assert line["limit_kg"] == ("" if gross is None else str(gross.limit_kg))
        assert int(line["over_kg"]) == (0 if gross is None else gross.over_kg)
        assert line["axle_loads_kg"] == " ".join(str(axle.load_kg) for axle in record.axles)
        assert line["axle_u_kg"] == " ".join(str(axle.u_kg) for axle in record.axles)
        assert line["axle_spacings_mm"] == " ".join(str(axle.spacing_mm) for axle in record.axles[1:])
        assert line["outcome"] == record.verdict.outcome


def check_parquet(rows: list[ExportRow], sent: dict[int, VehicleRecord]) -> None:
    file = io.BytesIO()
    out = ParquetFile(file)
    out.write(rows)
    out.close()
    for line in pq.read_table(io.BytesIO(file.getvalue())).to_pylist():
        record = sent[line["seq"]]
        assert (line["gross_kg"], line["gross_u_kg"]) == (record.gross_kg, record.gross_u_kg)
        assert line["axle_loads_kg"] == [axle.load_kg for axle in record.axles]
        assert line["axle_left_kg"] == [axle.left_kg for axle in record.axles]
        assert line["time_utc"].timestamp() == record.time_us / 1e6


def check_guide(rows: list[ExportRow], sent: dict[int, VehicleRecord], site: Site) -> None:
    file = io.BytesIO()
    TmgPipeFile(file, STATIONS, site.bench.central.settings.review.zone).write(rows)
    pound = Fraction(45_359_237, 10**8)
    for line, row in zip(file.getvalue().decode().splitlines()[1:], rows, strict=True):
        record, fields = sent[row.seq], line.split("|")
        loads, spacings = fields[17::2], fields[18::2]
        assert all(abs(int(text) * pound - axle.load_kg) <= pound / 2 for text, axle in zip(loads, record.axles, strict=True))
        assert all(
            abs(int(text) * Fraction(3_048, 100) - axle.spacing_mm) <= Fraction(3_048, 200)
            for text, axle in zip(spacings, record.axles[1:], strict=True)
        )
        assert abs(int(fields[15]) * pound - record.gross_kg) <= pound / 2
        assert int(fields[16]) == len(record.axles)


def check_list(page: str, sent: dict[int, VehicleRecord]) -> int:
    """Read the list's rows, and give how many there were."""
    found = re.findall(r'<tr id="v-G104-K12-(\d+)".*?</tr>', page, re.DOTALL)
    for row in re.finditer(r'<tr id="v-G104-K12-(\d+)".*?</tr>', page, re.DOTALL):
        record = sent[int(row[1])]
        cells = {name: plain(cell) for name, cell in re.findall(r'<td class="num ?([^"]*)">(.*?)</td>', row[0], re.DOTALL)}
        numbers = [plain(cell) for cell in re.findall(r'<td class="num[^"]*">(.*?)</td>', row[0], re.DOTALL)]
        load, u = figures(cells["gross"])
        assert load.rounds(record.gross_kg * T)
        assert u.rounds_up(record.gross_u_kg * T)
        assert figure(numbers[2]).rounds(Fraction(record.speed_mm_s * 36, 10_000))
        finding = record.verdict.gross
        if finding is None:
            assert (numbers[4], cells["over"]) == ("–", "–")
            continue
        limit = figure(numbers[4])
        assert limit.rounds(finding.limit_kg * T)
        assert (load.value > limit.value) == (record.gross_kg > finding.limit_kg)
        if finding.over_kg and finding.limit_kg:
            assert figures(cells["over"])[0].rounds(Fraction(100 * finding.over_kg, finding.limit_kg))
    return len(found)


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(records(), min_size=4, max_size=8))
def test_what_was_stored_is_given_as_it_was_signed(officer: Site, drawn: list[VehicleRecord]):
    bench = officer.bench
    if not bench.vehicles():
        with bench.central.database.write() as session:
            events, now_us = {EventType.RECORD_OVERLOAD}, bench.clock()
            add_endpoint(session, bench.central.vault, OPERATOR, "platform", "https://example.org/", events=events, now_us=now_us)
    sent = store(bench, drawn)
    rows = [row for row in exported(bench) if row.seq in sent]
    assert {row.seq for row in rows} == set(sent)
    check_csv(rows, sent)
    check_parquet(rows, sent)
    check_guide(rows, sent, officer)
    for code in ("en", "zh"):
        listed = check_list(officer.page("/vehicles", code), {row.seq: bench.vehicle(row.seq).record for row in exported(bench)})
        assert listed >= len(sent)
    for summary in bench.vehicles():
        line = VehicleLine.of(summary, PlateSight.of(REVIEWER))
        record = bench.vehicle(line.seq).record
        assert (line.gross_kg, line.gross_u_kg, line.speed_mm_s, line.time_us) == (
            *(record.gross_kg, record.gross_u_kg),
            *(record.speed_mm_s, record.time_us),
        )
    with bench.central.database.read() as session:
        told = {data["seq"]: data for event in session.scalars(select(WebhookEvent)) if (data := json.loads(event.body)["data"])}
    for record in sent.values():
        if record.verdict.outcome is Outcome.OVERLOAD:
            gross = record.verdict.gross
            assert (told[record.seq]["gross_kg"], told[record.seq]["time_us"]) == (record.gross_kg, record.time_us)
            assert told[record.seq]["over_kg"] == (0 if gross is None else gross.over_kg)
