"""The drawings of the pages on paper: the axle diagram and the waveform, in the colours that the stylesheet has for print."""

import re
from functools import cache
from importlib import resources
from typing import Final

from central.web.diagram import draw
from central.web.documents.writer import Writer
from central.web.overview import overview_svg
from central.web.signal import Signal
from contract.records import VehicleRecord

FONT: Final = "Noto Sans CJK TC"
_RULE: Final = re.compile(r"(?:^|(?<=\}))\s*(\.d[^{}@]*)\{([^{}]*)\}", re.MULTILINE)
"""A rule of the stylesheet whose selectors are the diagram's: ``.diagram …`` or ``.d-…``."""
_TOKEN: Final = re.compile(r"(--[a-z-]+):\s*([^;]+);")
_USE: Final = re.compile(r"var\((--[a-z-]+)\)")


def axles_svg(record: VehicleRecord, writer: Writer) -> str:
    """Draw the axle diagram of the vehicle's page."""
    template = writer.environment.get_template("diagram.svg")
    svg = template.render(language=writer.language, formats=writer.formats, drawing=draw(record))
    return svg.replace("<defs>", f"<style>{_paper_style()}</style><defs>", 1)


def waveform_svg(signal: Signal, writer: Writer) -> str:
    """Draw the signal of every sensor row."""
    return overview_svg(signal, writer.language, font=FONT)


@cache
def _paper_style() -> str:
    """Give the diagram's rules with the tokens of print put in; a stylesheet inside a drawing knows no variables."""
    sheet = resources.files("central.web").joinpath("static", "weighline.css").read_text(encoding="utf-8")
    screen, _, paper = sheet.partition("@media print")
    tokens = dict(_TOKEN.findall(screen[: screen.index("@media")])) | dict(_TOKEN.findall(paper[: paper.index("main {")]))
    rules = "".join(f"{selector.strip()}{{{body.strip()}}}" for selector, body in _RULE.findall(screen))
    return f'text{{font-family:"{FONT}";font-size:13px}}' + _USE.sub(lambda use: tokens[use[1]], rules)
