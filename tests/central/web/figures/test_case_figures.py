"""One case, wherever it is read: its page, the list, the API, the papers and what the party sees give the same signed figures."""

from dataclasses import dataclass
from typing import Any

import pytest

from central.evidence.accounts import Role
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.web.documents.issued import stored_bytes
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.formats import Formats
from central.web.judgement import answer
from central.web.pages import make_pages
from central.web.translation import CODES, language
from contract.limits import evaluate, weighed_of
from contract.records import AxleEntry, VehicleRecord
from contract.rules import rule_pack
from contract.verdicts import DecisionRule
from tests.central.review.office import REVIEWER, actor
from tests.central.review.serving import Serving, serving
from tests.central.web.figures.reading import plain
from tests.central.web.passages import GROUPS, SPACINGS_MM, passage
from tests.central.web.prepared_cases import seen_case
from tests.pdf import Pdf
from tests.signing_station import SigningStation

LIMIT_KG = 43_000
EDGES = {
    (8_050, 9_499, 9_499, 8_501, 8_450): ("warning", 0, "999 kg over"),
    (8_050, 9_499, 9_501, 8_501, 8_450): ("penalty", 50_000, "1,001 kg over"),
    (9_050, 11_713, 11_713, 11_713, 11_712): ("penalty", 600_000, "12,901 kg over"),
}
"""Axle loads, and what the rules give: a kilogram under and over the warning, and a kilogram above 30 %."""


@dataclass
class Read:
    """A decided case and all that is read of it, without blanks."""

    record: VehicleRecord
    expected: tuple[str, int, str]
    texts: dict[str, str]
    api: dict[str, Any]


def told(text: str) -> str:
    return "".join(text.replace("\u00a0", "").split())


def axles(loads_kg: tuple[int, ...]) -> tuple[AxleEntry, ...]:
    return tuple(
        AxleEntry(load_kg=load, u_kg=51, left_kg=load // 2, right_kg=load - load // 2, spacing_mm=spacing, group=group)
        for load, spacing, group in zip(loads_kg, SPACINGS_MM, GROUPS, strict=True)
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with serving(tmp_path_factory.mktemp("central")) as found:
        yield found


@pytest.fixture(scope="module", params=EDGES, ids=lambda loads: str(sum(loads)))
def read(running: Serving, request: pytest.FixtureRequest) -> Read:
    """Take a case of an edge to its decision, and read it everywhere."""
    office, loads_kg = running.office, request.param
    outcome, amount_cents, _ = EDGES[loads_kg]
    plate = f"湘A{sum(loads_kg)}"
    case_id = seen_and_decided(running, plate, loads_kg, outcome, amount_cents)
    record = office.view(case_id).vehicle.record
    pages = make_pages(office.settings.zone)
    asker = running.asker(f"reader-{sum(loads_kg)}", Role.REVIEWER)
    texts = {}
    for code in ("en", "zh"):
        head = {"Accept": "text/html", "Accept-Language": code}
        for name, path in {"case": f"/cases/{case_id}", "vehicle": f"/vehicles/{record.station}/{record.seq}", "list": "/vehicles"}.items():
            answer = asker.client.get(path, headers=head)
            assert answer.status_code == 200, path
            texts[f"{name} {code}"] = told(plain(answer.text))
        for kind in (Kind.SHEET, Kind.PROPOSAL):
            item = issue(office.bench.central, pages, case_id, (kind, code), actor(REVIEWER))
            texts[f"{kind.value} {code}"] = Pdf(stored_bytes(office.bench.central, item)).text()
    item = issue(office.bench.central, pages, case_id, (Kind.NOTICE, "zh"), actor(REVIEWER))
    texts["notice both"] = Pdf(stored_bytes(office.bench.central, item)).text()
    office.drive(case_id, "notify")
    number = office.view(case_id).notice
    assert number is not None
    client = asker.client
    client.post(
        "/public/query", data={"notice": number.number, "plate": plate}, headers={"Accept": "text/html", "Origin": running.base_url}
    )
    for code in ("en", "zh"):
        texts[f"own {code}"] = told(plain(client.get("/public/case", headers={"Accept-Language": code}).text))
    return Read(record, EDGES[loads_kg], texts, asker.get(f"/{case_id}").json())


def seen_and_decided(running: Serving, plate: str, loads_kg: tuple[int, ...], outcome: str, amount_cents: int) -> int:
    office, own = running.office, {"loads_kg": loads_kg, "axles": axles(loads_kg), "gross_u_kg": 51}
    verdict = evaluate(rule_pack("cn"), weighed_of(passage(SigningStation(), **own)), DecisionRule.EXPANDED_UNCERTAINTY)
    case_id = seen_case(office, plate, **own, verdict=verdict)
    office.drive(case_id, "confirm", "pass-legal")
    if outcome == "warning":
        office.drive(case_id, "decide-warning", reason=None)
    else:
        office.drive(case_id, "decide-penalty", amount_cents=amount_cents)
    return case_id


def both(read: Read, *names: str) -> list[tuple[str, str, str]]:
    """Give name, language and text of what was read; a notice has both languages."""
    return [(name, code, read.texts.get(f"{name} {code}") or read.texts[f"{name} both"]) for name in names for code in CODES]


def formats(code: str) -> Formats:
    return Formats(language(code), CHINA_STANDARD_TIME)


def test_the_answer_stands_everywhere_in_the_same_words(read: Read):
    for name, code, text in both(read, "case", "vehicle", "own", "sheet", "proposal", "notice"):
        assert told(answer(read.record, formats(code)).finding) in text, (name, code)


def test_every_axle_stands_everywhere_to_the_kilogram(read: Read):
    for name, code, text in both(read, "vehicle", "own", "sheet", "proposal", "notice"):
        for number, axle in enumerate(read.record.axles, 1):
            spacing = "–" if axle.spacing_mm is None else f"{axle.spacing_mm // 1000}.{axle.spacing_mm % 1000:03d}"
            row = f"{number}{axle.load_kg:,}±{axle.u_kg:,}{axle.left_kg:,}{axle.right_kg:,}{spacing}{axle.group}"
            assert row in text, (name, code, number)
        assert f"{read.record.gross_kg:,}±51" in text, (name, code)
        assert read.record.gross_kg == sum(axle.load_kg for axle in read.record.axles)


def test_the_arithmetic_stands_everywhere_and_comes_to_the_amount(read: Read):
    outcome, amount_cents, over = read.expected
    gross, limit = f"{read.record.gross_kg:,}", f"{LIMIT_KG:,}"
    for name, code, text in both(read, "case", "own", "proposal", "notice"):
        if code == "en":
            assert f"{gross}kgmeasured,{limit}kgallowed" in text, name
            assert told(f"{gross} kg − {limit} kg = {over}") in text, name
            assert ("awarning,nofine" if outcome == "warning" else told(f"{amount_cents // 100:,} CNY")) in text, name
        else:
            assert f"实测{gross}千克，限值{limit}千克" in text, name
            assert told(f"{gross}千克 − {limit}千克 = 超限{over.removesuffix(' kg over')}千克") in text, name
            assert ("予以警告" if outcome == "warning" else f"{amount_cents // 100:,}元") in text, name
    assert read.api["proposal"]["decision"] == outcome
    assert (read.api["proposal"]["fine"]["amount_cents"], read.api["proposal"]["over_kg"]) == (
        amount_cents,
        read.record.gross_kg - LIMIT_KG,
    )
    assert next(step["en"] for step in read.api["proposal"]["steps"]).startswith(f"{gross} kg measured, {limit} kg allowed")
    assert (read.api["line"]["amount_cents"] or 0) == amount_cents


def test_the_findings_stand_everywhere_as_they_were_signed(read: Read):
    for name, code, text in both(read, "vehicle", "sheet", "proposal"):
        for one in read.record.verdict.findings:
            sign = ">" if one.exceeded else "≤"
            line = f"{one.measured_kg:,}−{one.guard_kg:,}={one.measured_kg - one.guard_kg:,}{sign}{one.limit_kg:,}"
            assert line in text, (name, code, one.subject)


def test_the_list_and_the_moment_agree(read: Read):
    gross, limit = formats("en").held(read.record.gross_kg, read.record.gross_u_kg, LIMIT_KG)
    degree = formats("en").degree(read.record.gross_kg - LIMIT_KG, LIMIT_KG)
    for name, code, text in both(read, "list"):
        assert told(f"{gross.value} ± {gross.u}") in text, code
        assert told(f"{limit}{degree}") in text or told(f"{limit} {degree}") in text, (name, code)
    for name, code, text in both(read, "vehicle", "own", "sheet", "proposal", "notice"):
        assert told(formats(code).moment_long(read.record.time_us)) in text, (name, code)
