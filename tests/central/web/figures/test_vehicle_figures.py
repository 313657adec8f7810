"""What a vehicle's page, its diagram and its findings say, parsed back, is what was signed; in both languages."""

import re
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.web.diagram import draw
from central.web.documents.writer import writer_in
from central.web.judgement import answer, axle_sum, decision_rule_in
from central.web.law import finding_rows, law_of
from central.web.pages import make_pages
from central.web.translation import CODES
from contract.records import VehicleRecord
from contract.verdicts import DecisionRule, Outcome
from tests.central.web.figures.drawn import STATION, records
from tests.central.web.figures.reading import NUMBER, Figure, figure, figures, plain

PAGES = make_pages(CHINA_STANDARD_TIME)
T = Fraction(1, 1_000)
OFTEN = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def fragment(template: str, record: VehicleRecord, code: str, **values: object) -> str:
    """Render a part of a page."""
    writer = writer_in(PAGES, code)
    common = {"language": writer.language, "formats": writer.formats, "record": record, "drawing": draw(record)}
    return writer.environment.get_template(template).render(common | values)


def sentence(record: VehicleRecord, code: str) -> str:
    return answer(record, writer_in(PAGES, code).formats).finding.replace("\u00a0", " ")


def figures_of_sentence(record: VehicleRecord, code: str) -> list[Figure]:
    """Give limit, load, and what else the sentence states; the axles that it is about are left out."""
    finding = record.verdict.deciding
    said = sentence(record, code)
    if finding is not None and finding is not record.verdict.gross:
        said = re.split("[:：]", said, maxsplit=1)[1]
    return figures(said)


@pytest.mark.parametrize("code", CODES)
@OFTEN
@given(records())
def test_the_answer_is_what_was_signed_and_adds_up(code: str, record: VehicleRecord):
    finding, outcome = record.verdict.deciding, record.verdict.outcome
    if finding is None:
        read = figures(sentence(record, code))
        assert read[0].rounds(record.gross_kg * T)
        assert read[1].rounds_up(record.gross_u_kg * T)
        return
    read = figures_of_sentence(record, code)
    limit, load, rest = read[0], read[1], read[2:]
    assert limit.rounds(finding.limit_kg * T)
    assert load.rounds(finding.measured_kg * T)
    assert (load.value > limit.value) == (finding.measured_kg > finding.limit_kg)
    if finding.measured_kg == record.gross_kg:
        u, *rest = rest
        assert u.rounds_up(record.gross_u_kg * T)
        if record.verdict.decision_rule is DecisionRule.EXPANDED_UNCERTAINTY and finding.guard_kg == record.gross_u_kg:
            assert (load.value - u.value > limit.value) == finding.exceeded
    if outcome in {Outcome.OVERLOAD, Outcome.INSIDE_GUARD_BAND}:
        over = rest.pop(0)
        assert over.value == load.value - limit.value
        assert over.rounds(finding.over_kg * T)
        assert over.value > 0
        if outcome is Outcome.OVERLOAD:
            exact = Fraction(100 * finding.over_kg, finding.limit_kg) if finding.limit_kg else None
            assert exact is None or rest[0].rounds(exact)
        else:
            assert rest[0].rounds_up(finding.guard_kg * T)
            assert over.value <= rest[0].value


@OFTEN
@given(records())
def test_both_languages_give_the_same_figures(record: VehicleRecord):
    if record.verdict.deciding is not None:
        en, zh = (figures_of_sentence(record, code) for code in CODES)
        assert en == zh


@pytest.mark.parametrize("code", CODES)
@OFTEN
@given(records())
def test_the_table_has_every_kilogram_and_millimetre(code: str, record: VehicleRecord):
    page = fragment("vehicle/axles.html", record, code)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)][1:]
    *axles, gross = rows
    assert len(axles) == len(record.axles)
    for cells, axle in zip(axles, record.axles, strict=True):
        load, u = figures(plain(cells[1]))
        assert (load.value, u.value) == (axle.load_kg, axle.u_kg)
        assert [figure(plain(cell)).value for cell in cells[2:4]] == [axle.left_kg, axle.right_kg]
        assert plain(cells[4]) == "–" if axle.spacing_mm is None else figure(plain(cells[4])).value == axle.spacing_mm * T
        assert int(cells[5]) == axle.group
    assert [one.value for one in figures(plain(gross[1]))] == [record.gross_kg, record.gross_u_kg]
    shown = sum(figures(plain(cells[1]))[0].value for cells in axles)
    odd = axle_sum(record, writer_in(PAGES, code).formats)
    assert shown == record.gross_kg if not odd else figures(odd)[-1].value == shown


def test_axle_loads_that_do_not_add_up_are_said_to_be_rounded_by_themselves():
    record = STATION.vehicle()
    record = record.model_copy(update={"gross_kg": record.gross_kg + 1})
    for code in CODES:
        said = plain(fragment("vehicle/axles.html", record, code))
        assert f"{record.gross_kg - 1:,} kg" in said


@pytest.mark.parametrize("code", CODES)
@OFTEN
@given(records())
def test_the_diagram_says_what_is_above_its_limit(code: str, record: VehicleRecord):
    drawing, svg = draw(record), fragment("diagram.svg", record, code)
    labels = re.findall(r'<g class="d-label".*?</g>', svg, re.DOTALL)
    for label, axle in zip(labels, record.axles, strict=True):
        u, load, _ = figures(plain(label))
        assert load.rounds(axle.load_kg * T)
        assert u.rounds_up(axle.u_kg * T)
    brackets = re.findall(r'<g class="d-group.*?</g>', svg, re.DOTALL)
    for bracket, group in zip(brackets, drawing.groups, strict=True):
        load, *limit = figures(plain(bracket))
        assert load.rounds(group.load_kg * T)
        if group.finding is not None:
            assert limit[0].rounds(group.finding.limit_kg * T)
            assert (load.value > limit[0].value) == (group.load_kg > group.finding.limit_kg)
    spacings = [plain(found) for found in re.findall(r'<g class="d-spacing">.*?</g>', svg, re.DOTALL)]
    assert all(figure(text).rounds(axle.spacing_mm * T) for text, axle in zip(spacings, record.axles[1:], strict=True))
    gross, u, *limit = figures(plain(re.findall(r'<g class="d-gross.*?</g>', svg, re.DOTALL)[0]))
    assert gross.rounds(record.gross_kg * T)
    assert u.rounds_up(record.gross_u_kg * T)
    if record.verdict.gross is not None:
        assert (gross.value > limit[0].value) == (record.gross_kg > record.verdict.gross.limit_kg)


@pytest.mark.parametrize("code", CODES)
@OFTEN
@given(records())
def test_every_line_of_the_findings_is_true_arithmetic(code: str, record: VehicleRecord):
    writer = writer_in(PAGES, code)
    given_rows = finding_rows(record, writer.language)
    page = fragment(
        "vehicle/findings.html",
        record,
        code,
        law=law_of(record, writer.language),
        findings=given_rows,
        answer=answer(record, writer.formats),
        decision_rule=decision_rule_in(record.verdict, writer.formats),
    )
    lines = [plain(cell) for cell in re.findall(r'<td class="num arithmetic">(.*?)</td>', page, re.DOTALL)]
    assert len(lines) == len(given_rows)
    for line, row in zip(lines, given_rows, strict=True):
        measured, guard, less, limit = figures(line)
        sign = re.fullmatch(rf"(?:{NUMBER}) − (?:{NUMBER}) = (?:{NUMBER}) ([>≤]) (?:{NUMBER})", line)
        assert sign is not None, line
        assert measured.value - guard.value == less.value
        assert (less.value > limit.value) == (sign[1] == ">") == row.finding.exceeded
        assert (measured.value, guard.value, limit.value) == (row.finding.measured_kg, row.finding.guard_kg, row.finding.limit_kg)
    if record.verdict.mpe_share_ppm is not None:
        share = figures(decision_rule_in(record.verdict, writer.formats))[-1]
        assert share.value == Fraction(record.verdict.mpe_share_ppm, 10_000)


@pytest.mark.parametrize("code", CODES)
@OFTEN
@given(records())
def test_speed_acceleration_and_flags_are_what_was_signed(code: str, record: VehicleRecord):
    page = fragment("vehicle/facts.html", record, code, name="–", swept=False, now_us=record.time_us)
    cells = re.findall(r"<dd>(.*?)</dd>", page, re.DOTALL)
    speed, u, *_ = figures(plain(next(cell for cell in cells if "km/h" in cell)))
    assert speed.rounds(Fraction(record.speed_mm_s * 36, 10_000))
    assert u.rounds_up(Fraction(record.speed_u_mm_s * 36, 10_000))
    acceleration = figures(plain(next(cell for cell in cells if "m/s²" in cell)))[0]
    assert acceleration.rounds(record.acceleration_mm_s2 * T)
    flags = [figures(plain(item))[0] for item in re.findall(r"<b>(.*?)</b>", fragment("vehicle/flags.html", record, code))]
    assert flags[0].rounds(Fraction(-1_004, 1_000))
    assert flags[1].value == Fraction(151, 10)
