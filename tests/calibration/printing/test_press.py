"""Setting a paper: archivable, the same bytes each time, every part in the text, a code that says what it should."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from calibration.printing import (
    Leaf,
    Paper,
    State,
    blanks,
    cell,
    checks,
    facts,
    figures,
    pictures,
    plot,
    print_pdf,
    print_pngs,
    section,
    signatures,
    steps,
    text,
)
from calibration.printing.glyphs import shown
from calibration.printing.press import qr_svg
from tests.central.web.passages import picture
from tests.pdf import Pdf

MOMENT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10"/></svg>'
PARTS = (
    facts(("name", "value 值"), ("digest", "ab\ncd", "mono"), ("heavy", "strong one", "strong")),
    figures(["head", "figure"], [["row", "-1.5"], [cell("total", strong=True), cell("ff00", mono=True)]], words=1),
    plot(SVG, "a square"),
    pictures([("one.jpg", "a lorry", "caption one", 2), (None, "not here yet", "caption two", 1)], columns=3),
    checks([("✓", "held", ""), ("×", "fell gate", "because"), ("–", "moot", "")]),
    signatures([{"role": "role", "name": "wang", "when": "today", "key_label": "key", "key": ["0a0b"]}]),
    blanks("seal here", "date here"),
    steps("first step", "second step"),
    text("a note"),
    text("the plain text", plain=True),
)
SAID = ("value值", "strongone", "−1.5", "ff00", "captionone", "nothereyet", "fellgate", "because", "wang", "0a0b", "sealhere", "secondstep")


def leaf(lang: str = "en", **changes) -> Leaf:
    fields = {
        "lang": lang,
        "title": "Title",
        "issuer_line": "Issuer",
        "number_line": "No. 1",
        "state": State(good=True, text="all is well"),
        "running": "running head",
        "place": "place",
        "page": "Page {page} of {pages}",
        "qr_note": "scan",
        "sections": (section("Section one", PARTS), section("Section two", [text("x")], new_page=True)),
    }
    return Leaf(**(fields | changes))


def paper(*leaves: Leaf, **changes) -> Paper:
    fields = {
        "leaves": leaves or (leaf(),),
        "issuer": "Issuer",
        "keywords": ("k",),
        "digest": "d" * 64,
        "check": "https://example.org/public/query",
        "moment": MOMENT,
        "files": {"one.jpg": picture()},
    }
    return Paper(**(fields | changes))


def test_every_part_is_in_the_text_of_an_archivable_file_with_embedded_fonts():
    data = print_pdf(paper())
    assert data.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in data
    pdf = Pdf(data)
    assert len(pdf.fonts) == 2
    assert all(pdf.fonts.values())
    said = pdf.text()
    for words in (*SAID, "Sectionone", "alliswell", "scan", f"Page{len(pdf.pages)}of{len(pdf.pages)}", "d" * 64):
        assert words in said, words
    assert "runninghead" not in pdf.text(0)
    assert "runninghead" in pdf.text(1)


def test_the_file_keeps_what_archiving_asks():
    """ISO 19005-2, level a: what can be told without a validator. Colour is defined, nothing runs, all is tagged, named and in Unicode."""
    data = print_pdf(paper(leaf("zh", title="标题"), leaf("en")))
    pdf = Pdf(data)
    heads = [head for head, _ in pdf.objects.values()]
    everything = b"".join(heads)
    catalog = next(head for head in heads if b"/Type/Catalog" in head)
    assert re.search(rb"/MarkInfo<</Marked true", catalog)
    assert all(key in catalog for key in (b"/StructTreeRoot", b"/Metadata", b"/OutputIntents", b"/Lang"))
    profile = re.search(rb"/S/GTS_PDFA1", everything) and re.search(rb"/DestOutputProfile (\d+) 0 R", everything)
    assert profile
    assert pdf.objects[int(profile[1])][1][36:40] == b"acsp"  # an ICC profile
    xmp = next(stream for head, stream in pdf.objects.values() if b"/Type/Metadata" in head).decode()
    for words in ("<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "标题 · Title"):
        assert words in xmp
    assert re.search(rb"trailer\s*<<[^>]*/ID\[\(", data)
    for forbidden in (
        b"/Encrypt",
        b"/JavaScript",
        b"/AA<<",
        b"/OpenAction",
        b"/EmbeddedFile",
        b"/Launch",
        b"/LZWDecode",
        b"/TransferFunction",
    ):
        assert forbidden not in everything
    figures_ = [head for head in heads if b"/S/Figure" in head]
    assert figures_
    assert all(b"/Alt" in head for head in figures_)
    fonts = [head for head in heads if re.search(rb"/Type\s*/Font\b", head) and b"/Type0" in head]
    assert fonts
    assert all(b"/ToUnicode" in head for head in fonts)
    for number in pdf.pages:
        assert b"/StructParents" in pdf.objects[number][0]


def test_chinese_words_in_an_english_text_are_set_and_marked_as_chinese():
    """The font's own forms are those of Taiwan, whose comma stands in the middle."""
    pdf = Pdf(print_pdf(paper(leaf(sections=(section("s", [text("At 河北省，永年区 it was")]),)))))
    assert any(b"/Lang (zh-CN)" in stream or b"/Lang(zh-CN)" in stream for _, stream in pdf.objects.values())
    assert not any(b"zh-CN" in stream for _, stream in Pdf(print_pdf(paper(leaf(sections=())))).objects.values())


def test_no_line_ends_within_a_figure():
    assert (
        shown("14 000 kg, 1 300 to 1 400 mm, on 21 September 2026")
        == "14\u00a0000\u00a0kg, 1\u00a0300 to 1\u00a0400\u00a0mm, on 21 September 2026"
    )


def test_the_same_paper_gives_the_same_bytes_and_another_moment_others():
    assert print_pdf(paper()) == print_pdf(paper())
    assert print_pdf(paper()) != print_pdf(paper(moment=MOMENT + timedelta(seconds=1)))


def test_each_language_begins_on_a_page_of_its_own_and_is_marked():
    pdf = Pdf(print_pdf(paper(leaf("zh", title="标题", state=None), leaf("en"))))
    begins = [pdf.text(page)[:7] for page in range(len(pdf.pages))]
    half = len(begins) // 2
    assert (begins[0], begins[half]) == ("Issuer标", "IssuerT")
    assert all(begin == "running" for page, begin in enumerate(begins) if page not in {0, half})
    languages = b"".join(head for head, _ in pdf.objects.values())
    assert re.search(rb"/Lang\s*\(en-GB\)", languages)
    assert re.search(rb"/Lang\s*\(zh-CN\)", languages)


def test_it_can_be_looked_at_page_by_page():
    pages = print_pngs(paper())
    assert len(pages) == len(Pdf(print_pdf(paper())).pages)
    assert all(page.startswith(b"\x89PNG") for page in pages)


@pytest.mark.parametrize("words", ["#set page(width: 1mm)", "*bold* $x$ \\ <label> @cite", '"; #panic("x")', "多\u0000"[:1]])
def test_what_looks_like_markup_is_printed_as_it_is(words):
    pdf = Pdf(print_pdf(paper(leaf(title=words, sections=(section(words, [text(words), facts((words, words))]),)))))
    assert "".join(words.split()) in pdf.text(0)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")), max_size=60))
def test_any_text_can_be_set(words):
    print_pdf(paper(leaf(sections=(section("s", [text(words), facts((words, words, "strong")), steps(words)]),)), files={}))


def modules(svg: str) -> set[tuple[int, int]]:
    """Dark modules of a drawn code: its one path has a horizontal run for each, from the middle of a row."""
    path = re.search(r' d="([^"]+)"', svg)[1]  # type: ignore[index]
    dark, x, y = set(), 0.0, 0.0
    for command, figures_ in re.findall(r"([mMhHvV])([-\d. ]*)", path):
        values = [float(value) for value in re.findall(r"-?\d+\.?\d*|-?\.\d+", figures_)]
        if command in "mM":
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
        else:
            dark |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
    return dark


@pytest.mark.parametrize(
    "words", ["https://example.org/public/query?notice=G104-K12%2F2026%2F00001", "x", "WIM-CALIBRATION 湘 2 " + "a" * 64]
)
def test_the_code_holds_the_address(words):
    """What is drawn is, module by module, the code of that very text."""
    code = segno.make(words, error="m", micro=False)
    expected = {(x + 1, y + 1) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark}
    assert modules(qr_svg(words)) == expected
    assert segno.make(words + "x", error="m", micro=False).matrix != code.matrix


def dark_squares(page: bytes, count: int) -> list[list[bool]]:
    """Read the code of a page as a camera sees it: the dark square in its upper right, cut into so many modules a side."""
    with Image.open(io.BytesIO(page)) as opened:
        grey = np.asarray(opened.convert("L"))
    mm = grey.shape[1] / 210
    area = grey[round(8 * mm) : round(60 * mm), round(155 * mm) :] < 100
    first = int(np.argmax(area.any(axis=1)))
    area = area[first : first + round(34 * mm)]
    columns = np.flatnonzero(area.any(axis=0))
    left, size = columns[0], columns[-1] + 1 - columns[0]
    middles = ((np.arange(count) + 0.5) * size / count).astype(int)
    return [[bool(area[row, left + column]) for column in middles] for row in middles]


@pytest.mark.parametrize("words", ["https://example.org/public/query", "https://example.org/public/query?notice=G104-K12%2F2026%2F00001"])
def test_the_code_can_be_read_off_the_page(words):
    code = segno.make(words, error="m", micro=False)
    seen = dark_squares(print_pngs(paper(check=words))[0], len(code.matrix))
    assert seen == [[bool(module) for module in row] for row in code.matrix]


def test_a_picture_that_the_paper_does_not_bring_is_an_error():
    with pytest.raises(RuntimeError, match=r"one\.jpg"):
        print_pdf(replace(paper(), files={}))
