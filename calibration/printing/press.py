"""A paper and its setting: PDF/A by typst, the same bytes for the same paper."""

from __future__ import annotations

import io
import json
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import segno
import typst

from calibration.printing.glyphs import FONT_FOLDER, shown
from calibration.printing.parts import Part

STANDARD: Final = "a-2a"
"""PDF/A-2a (ISO 19005-2): to be kept for decades, with text that can be read out."""

REGIONS: Final = {"en": "GB", "zh": "CN"}

PROOF_PPI: Final = 110.0

_COMPILING: Final = threading.Lock()
"""The compiler takes one document at a time."""


@dataclass(frozen=True, slots=True)
class State:
    """The sentence that stands out at a document's head; `good` tells which of two colours its bar has, never more than the words do."""

    good: bool
    text: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document's text in one language. A paper has one, or one for each language that it is to be read in.

    `running` and `place` head every page but the first, `page` is a pattern with ``{page}`` and ``{pages}``.
    """

    lang: str
    title: str
    issuer_line: str
    number_line: str
    state: State | None
    running: str
    place: str
    page: str
    qr_note: str
    sections: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """All that is printed.

    Attributes
    ----------
    leaves
        The text, one leaf for each language, each beginning on a page of its own.
    issuer, keywords
        For the file's own description.
    digest
        What stands at the foot of every page: the SHA-256 of that which the paper is of.
    check
        The text of the code at its head.
    moment
        The document's date, aware of its zone. It alone decides the file's time stamp.
    files
        Pictures (JPEG, PNG) by the name that the parts use.
    """

    leaves: tuple[Leaf, ...]
    issuer: str
    keywords: tuple[str, ...]
    digest: str
    check: str
    moment: datetime
    files: Mapping[str, bytes] = field(default_factory=dict)


def print_pdf(paper: Paper) -> bytes:
    """Set a paper as PDF/A; the same bytes for the same paper."""
    return _compiled(paper, "pdf")[0]


def print_pngs(paper: Paper) -> list[bytes]:
    """Set a paper as one PNG a page, to be looked at."""
    return _compiled(paper, "png")


def qr_svg(words: str) -> str:
    """Draw a QR code (ISO/IEC 18004, error correction M) of a text, with a narrow quiet zone: paper around it is white."""
    drawn = io.BytesIO()
    segno.make(words, error="m", micro=False).save(drawn, kind="svg", border=1, xmldecl=False, dark="#1f2937")
    return drawn.getvalue().decode()


def _compiled(paper: Paper, form: Literal["pdf", "png"]) -> list[bytes]:
    data: dict[str, Any] = {
        "leaves": [{**_shown(asdict(leaf)), "region": REGIONS[leaf.lang]} for leaf in paper.leaves],
        "issuer": shown(paper.issuer),
        "keywords": paper.keywords,
        "digest": paper.digest,
        "check": paper.check,
        "qr": qr_svg(paper.check),
    }
    layout = resources.files("calibration.printing").joinpath("document.typ").read_bytes()
    with _COMPILING, tempfile.TemporaryDirectory(prefix="weighline-") as folder:  # typst takes pictures from files only
        for name, content in paper.files.items():
            Path(folder, name).write_bytes(content)
        made = _compiler().compile(
            input=layout,
            root=folder,
            format=form,
            ppi=PROOF_PPI,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=STANDARD,
            timestamp=int(paper.moment.timestamp()),
        )
    if made is None:
        msg = "typst gave no document"
        raise TypeError(msg)
    return made if isinstance(made, list) else [made]


_DRAWN: Final = frozenset({"svg", "file"})
"""Keys of parts whose values are no text."""


def _shown(value: Any, key: str = "") -> Any:  # noqa: ANN401 - any part of a document
    """Give data for the layout in which every text can be shown."""
    if isinstance(value, str):
        return value if key in _DRAWN else shown(value)
    if isinstance(value, dict):
        return {name: _shown(item, name) for name, item in value.items()}
    return [_shown(item, key) for item in value] if isinstance(value, list | tuple) else value


@cache
def _compiler() -> typst.Compiler:
    """Make the one compiler, with the fonts read once."""
    return typst.Compiler(font_paths=[str(FONT_FOLDER)], ignore_system_fonts=True)
