"""One visual language: the technician's stylesheet and charts have the same tokens as central's pages."""

import re
from dataclasses import asdict
from importlib import resources

import pytest

from calibration.chart import PALETTES

TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
ROOT = re.compile(r":root\s*\{(.*?)\}", re.DOTALL)


def tokens(package, name):
    """Give the tokens of the light and of the dark theme."""
    text = resources.files(package).joinpath("static", name).read_text(encoding="utf-8")
    light, dark = ROOT.findall(text)[:2]
    return {"light": dict(TOKEN.findall(light)), "dark": dict(TOKEN.findall(dark))}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_stylesheets_have_the_same_tokens(theme):
    assert tokens("calibration.page", "technician.css")[theme] == tokens("central.web", "weighline.css")[theme]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_take_their_colours_from_the_stylesheet(theme):
    colours = tokens("calibration.page", "technician.css")[theme]
    palette = asdict(PALETTES[theme])
    assert set(palette.pop("series")) <= set(colours.values())
    assert palette == {name: colours[f"--{name}"] for name in palette}
