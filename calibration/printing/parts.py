"""The pieces of a section, as the data that ``document.typ`` lays out; all words are already in the document's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Part = dict[str, Any]


def section(title: str, parts: Sequence[Part], *, breakable: bool = False, new_page: bool = False) -> Part:
    """Give a section; a `breakable` one may run over the end of a page."""
    return {"title": title, "parts": list(parts), "breakable": breakable, "new_page": new_page}


def facts(*rows: tuple[str, ...]) -> Part:
    """Give names with their values: (name, value, and ``strong`` or ``mono`` where wanted)."""
    shown = [{"label": row[0], "value": row[1], "strong": "strong" in row[2:], "mono": "mono" in row[2:]} for row in rows]
    return {"kind": "facts", "rows": shown}


def text(words: str, *, plain: bool = False) -> Part:
    """Give a paragraph: a note in small pale letters, or the `plain` text of the document."""
    return {"kind": "text", "text": words, "plain": plain}


def steps(*lines: str) -> Part:
    """Give numbered lines."""
    return {"kind": "steps", "lines": list(lines)}


def cell(words: str, *, strong: bool = False, mono: bool = False) -> Part:
    """Give a cell of a table, its sign a true minus."""
    return {"text": words.replace("-", "\u2212") if words[:1] == "-" else words, "strong": strong, "mono": mono}


def figures(head: Sequence[str], rows: Sequence[Sequence[Any]], *, words: int, widths: Sequence[str] | None = None) -> Part:
    """Give a table whose first columns (`words`) are words, the others figures; `widths` as typst has them: ``auto``, ``1fr``, ``20mm``."""
    cells = [[item if isinstance(item, dict) else cell(item) for item in row] for row in rows]
    return {"kind": "figures", "head": list(head), "rows": cells, "words": words, "widths": list(widths or ["1fr"] * len(head))}


def plot(svg: str, alt: str, *, width_mm: float | None = None) -> Part:
    """Give a drawing; `width_mm` None is the whole width."""
    return {"kind": "plot", "svg": svg, "alt": alt, "width": "100%" if width_mm is None else f"{width_mm}mm"}


def pictures(shown: Sequence[tuple[str | None, str, str, int]], *, columns: int) -> Part:
    """Give pictures side by side: (name of a file of the paper or None for one that is not here, alternative text, caption, columns)."""
    cells = [{"file": file, "alt": alt, "caption": caption, "span": span} for file, alt, caption, span in shown]
    return {"kind": "pictures", "columns": columns, "pictures": cells}


def checks(rows: Sequence[tuple[str, str, str]]) -> Part:
    """Give a checklist in two columns: (mark, what was checked, what was found); the mark is a letter that reads in black and white."""
    return {"kind": "checks", "rows": [{"mark": mark, "what": what, "found": found} for mark, what, found in rows]}


def signatures(signed: Sequence[Part]) -> Part:
    """Give who signed, side by side: ``role``, ``name``, ``when``, ``key_label`` and ``key`` in lines."""
    return {"kind": "signatures", "signatures": list(signed)}


def blanks(*names: str) -> Part:
    """Give lines to be signed or filled in by hand."""
    return {"kind": "blanks", "names": list(names)}
