"""The evidence sheet: all that is known of a vehicle, in one language, the same bytes for the same material."""

import pytest
from sqlalchemy import update

from calibration.printing import print_pdf
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.models import StationKey
from central.web.documents.drawings import axles_svg, waveform_svg
from central.web.documents.material import gather
from central.web.documents.sheet import sheet
from central.web.documents.writer import writer_in
from tests.central.web.prepared_cases import seen_case
from tests.pdf import Pdf

CHECK = "https://example.org/public/query"


def material(office, seq=1):
    central = office.bench.central
    with central.database.read() as session:
        found = gather(session, central.blobs, CHINA_STANDARD_TIME, office.bench.station.id, seq)
    assert found is not None
    return found


def printed(office, pages, language):
    found = material(office)
    return print_pdf(sheet(found, writer_in(pages, language), check=CHECK, moment_us=found.arrived_us))


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            (
                "Evidence sheet",
                "G104 K12+300",
                "Highway bureau",
                "Record G104-K12 / 1",
                "湘A12345",
                "43.0 t allowed, 49.2 ± 1.0 t measured: 6.2 t over (14.4 %)",
                "Enforceable.",
                "49,200 − 984 = 48,216 > 43,000",
                "art. 3 (1) 7",
                "Gross weight",
                "Speed within the verified range",
                "JJG-2026-417",
                "No. 3, event counter 7",
                "wim-edge 0.1.0",
                "Page 1 of",
                "tyres not seen",
            ),
        ),
        (
            "zh",
            (
                "称重证据单",
                "湘A12345",
                "限值43.0 t，实测49.2 ± 1.0 t：超限6.2 t",
                "可作为执法依据",
                "第3条第1款第7项",
                "车货总质量",
                "检定",
                "JJG-2026-417",
                "计量院",
                "第 1 页",
                "波形",
                "签名记录的SHA-256",
            ),
        ),
    ],
)
def test_it_says_what_the_record_says(office, pages, language, texts):
    seen_case(office)
    detail = office.bench.vehicle(1)
    pdf = Pdf(printed(office, pages, language))
    said = pdf.text()
    for text in (*texts, detail.signed.sha256, detail.signed.key_id, *(item.ref.sha256 for item in detail.media)):
        assert "".join(text.split()) in said, text
    assert all(pdf.fonts.values())
    assert 2 <= len(pdf.pages) <= 5


def test_it_is_the_same_until_something_arrives(office, pages):
    seen_case(office)
    before = printed(office, pages, "zh")
    assert printed(office, pages, "zh") == before
    bench = office.bench
    bench.clock.now_us += 5_000_000
    bench.send(bench.station.sign(bench.station.supplement(bench.station.last)))
    assert printed(office, pages, "zh") != before


def test_what_is_missing_or_damaged_is_said_and_never_shown(office, pages):
    seen_case(office)
    front, rear = (shot.item.ref.sha256 for shot in material(office).views)
    blobs = office.bench.central.blobs
    blobs.delete(front)
    blobs.path(rear).write_bytes(blobs.path(rear).read_bytes() + b"x")
    found = material(office)
    assert [shot.jpeg for shot in found.views] == [None, None]
    said = Pdf(printed(office, pages, "en")).text()
    assert "Notarrivedyet" in said
    assert "nolongerhasthehash" in said


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("JJG-2026-7, Institute of metrology, from", "; published by Highway bureau 公路局")),
        ("zh", ("JJG-2026-7，Institute of metrology，自", "；由Highway bureau 公路局公布")),
    ],
)
def test_a_verification_that_only_the_office_names_is_named_by_it(office, pages, language, texts):
    seen_case(office, certificate=None)
    said = Pdf(printed(office, pages, language)).text()
    for text in texts:
        assert "".join(text.split()) in said, text


def test_a_record_whose_proof_fails_says_so_first(office, pages):
    seen_case(office)
    with office.bench.central.database.write() as session:
        session.execute(update(StationKey).values(valid_from_us=2**52))
    pdf = Pdf(printed(office, pages, "en"))
    assert "Nothingheremaybeusedasevidence" in pdf.text(0)
    assert "Enforceable." not in pdf.text(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_drawings_stand_alone(office, pages, language):
    """On paper there is no stylesheet beside them and no variable in them."""
    seen_case(office)
    found, writer = material(office), writer_in(pages, language)
    axles = axles_svg(found.record, writer)
    assert "var(" not in axles
    assert "Noto Sans CJK TC" in axles
    assert axles.count('class="d-axle"') == 5
    assert ".d-left{fill: #444;}" in axles
    assert "Noto Sans CJK TC" in waveform_svg(found.signal, writer)
