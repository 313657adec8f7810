"""The printed certificate: one language throughout, the same bytes for the same certificate, every figure that it should hold."""

import re
import xml.etree.ElementTree as ET
from dataclasses import asdict
from importlib import resources
from math import floor, log10
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import calibration.certificate
from calibration.certificate import render_pdf
from calibration.certificate.changes import gains, others
from calibration.certificate.drawing import ticks
from calibration.certificate.plots import gain_changes, row_errors
from calibration.certificate.sections import paper_of
from contract.faults import RejectError
from tests.calibration.certificate.office import VERIFIED

FOLDER = Path(next(iter(calibration.certificate.__path__)))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")
NAMES = {"speed_name": "speed", "error_name": "error", "row_name": "row", "mean_name": "mean"}


def catalogue():
    source = resources.files("calibration.certificate").joinpath("locales", "zh", "LC_MESSAGES", "certificate.po")
    with source.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_sentence_is_translated_and_none_is_left_over():
    used = set()
    for path in FOLDER.glob("*.py"):
        with path.open("rb") as file:
            used |= {message for _, message, _, _ in extract("python", file, keywords={"N_": None})}
    assert used == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_holds_the_same_figures(message, translated):
    assert translated
    assert translated != message
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))


@pytest.fixture
def two(office):
    office.certify(1.0)
    office.certify(1.013, verification=VERIFIED, reason="row 2 drifted 漂移")
    return office


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_archivable_and_the_same_each_time(two, language):
    pdf = render_pdf(two.ledger, 2, language)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert render_pdf(two.ledger, 2, language) == pdf
    assert render_pdf(two.ledger, 1, language) != pdf


def texts(value):
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "svg" for text in texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts(item)]
    return [str(value)]


def test_it_says_what_is_signed(two):
    book = two.ledger.book()
    certificate = book.certificate(2, "x")
    paper = paper_of(book, certificate, two.station, "en")
    said = texts(asdict(paper.leaves[0]))
    for needed in (
        "No. 2 · lane 1",
        "wang",
        "li",
        certificate.calibration.sha256,
        certificate.proposal.reason,
        "certificate 1, c-1.0",
        VERIFIED.number,
        VERIFIED.institute,
        "2026-11-20 to 2027-11-19, both days included",
        "+1.30",
        "2026-11-25 16:00:04 UTC+08:00",
    ):
        assert needed in said, needed
    assert paper.check == f"WIM-CALIBRATION here 2 {certificate.sha256}"
    assert paper.leaves[0].state.good
    first = paper_of(book, book.certificate(1, "x"), two.station, "en").leaves[0]
    assert not first.state.good
    assert "nothing may be enforced" in first.state.text


def test_in_chinese_no_english_word_is_left(two):
    (leaf,) = paper_of(two.ledger.book(), two.ledger.certificate(1), two.station, "zh").leaves
    titles = [leaf.title, leaf.number_line, leaf.state.text, *(section["title"] for section in leaf.sections)]
    assert all(re.search(r"[\u4e00-\u9fff]", title) for title in titles)
    assert not any(re.search(r"[a-z]{3,}", title) for title in titles)


@pytest.mark.parametrize(("number", "language", "code"), [(3, "en", "certificate-unknown"), (1, "de", "language-unknown")])
def test_what_is_not_there_is_not_printed(two, number, language, code):
    with pytest.raises(RejectError) as caught:
        render_pdf(two.ledger, number, language)
    assert caught.value.code == code


def test_old_and_new_values_are_those_of_the_two_calibrations(two):
    old, new = two.calibration(1.0), two.calibration(1.013, pavement_c=31.0)
    assert [(one.of, one.old, one.new) for one in gains(old, new)] == [(name, 1.0, 1.013) for name in ("R0L", "R0R", "R1L", "R1R")]
    assert [(one.message, one.old, one.new) for one in others(old, new) if one.is_change] == [
        ("pavement temperature of the reference runs", 20.0, 31.0)
    ]
    assert all(one.old is None for one in (*gains(None, new), *others(None, new)))


@given(st.floats(-100, 100), st.floats(0.01, 1e4), st.integers(2, 12))
def test_ticks_are_round_rise_evenly_and_cover_the_range(low, span, about):
    found = ticks(low, low + span, about)
    step = found[1] - found[0]
    assert found[0] <= low + 1e-6 * step
    assert found[-1] >= low + span - 1e-6 * step
    assert len(found) <= about + 3
    assert min(abs(step / 10 ** floor(log10(step) + 1e-9) - nice) for nice in (1, 2, 5, 10)) < 1e-4


def test_the_plots_are_well_formed_and_draw_every_row_and_sensor(two):
    new = two.calibration(1.013)
    rows = ET.fromstring(row_errors(new, **NAMES))
    lines = [part for part in rows if part.tag.endswith("polyline") and float(part.get("stroke-width")) > 1.0]
    assert len(lines) == len(new.speed.rows) + 1
    assert len([part for part in rows if part.tag.endswith("circle")]) == len(new.runs)
    changes = gains(two.calibration(1.0), new)
    drawn = ET.fromstring(gain_changes(changes, [0.01] * 4, sensor_name="<s>", gain_name="g", old_name="o", new_name="n"))
    words = [part.text for part in drawn if part.tag.endswith("text")]
    assert {"R0L", "R0R", "R1L", "R1R", "<s>"} <= set(words)
    for part in drawn:
        if part.tag.endswith("circle"):
            assert 0 <= float(part.get("cx")) <= 500
            assert 0 <= float(part.get("cy")) <= 180
