"""The review as one HTML file that needs no network: residuals by row, speed, vehicle and temperature, and the influence of each run."""

from __future__ import annotations

from html import escape
from typing import Final

from bokeh.embed import components
from bokeh.models import BoxZoomTool, PanTool, SaveTool
from bokeh.plotting import figure
from bokeh.resources import Resources

from calibration.catalogue import N_
from calibration.chart import PALETTES
from calibration.model import Calibration
from calibration.review.plots import plots_of
from calibration.review.table import Review
from calibration.review.words import say

SCRIPTS: Final = Resources(mode="inline", components=["bokeh"])
"""Bokeh's own script, from its wheel, and no more: nothing is fetched when the file is opened."""

STYLE: Final = (
    "body{font:15px/1.45 system-ui,'Noto Sans CJK SC',sans-serif;margin:1.5rem auto;max-width:74rem;padding:0 1rem;color:#16191d}"
    "h1{font-size:1.3rem;margin:0 0 .25rem}p,li{margin:.15rem 0}.muted{color:#525c66}ul{padding-left:1.25rem}"
    ".plots{display:grid;gap:1rem}.plots>*{min-width:0}"
    "@media(min-width:48rem){.plots{grid-template-columns:1fr 1fr}.plots>:last-child{grid-column:1/-1}}"
)


def page(review: Review, calibration: Calibration, language: str) -> str:
    """Give the HTML of a review."""
    script, plots = components([_with_tools(plot) for plot in plots_of(review, calibration, language, PALETTES["light"]).values()])
    told = N_("Calibration %(id)s of station %(station)s, lane %(lane)s: %(runs)s runs, %(low)s to %(high)s km/h")
    title = say(
        language,
        told,
        id=calibration.id,
        station=calibration.station,
        lane=calibration.lane,
        runs=len(calibration.runs),
        low=f"{calibration.speed_min_kmh:.0f}",
        high=f"{calibration.speed_max_kmh:.0f}",
    )
    explained = say(language, N_("Residual: what a row read of a vehicle's static gross weight, gain and function of speed taken off."))
    influence = say(language, N_("Unseen: the same by a fit without that run. Hatched: worth a look."))
    notes = [sentence.text(language) for sentence in review.not_covered]
    left_out = N_("run %(run)s (%(vehicle)s) left out: %(flags)s")
    notes += [say(language, left_out, run=one.note.run, vehicle=one.note.vehicle, flags=", ".join(one.flags)) for one in review.left_out]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    head = f"<title>{escape(title)}</title><style>{STYLE}</style>{SCRIPTS.render()}"
    digest = f'<p class="muted">SHA-256 {calibration.digest()}</p>'
    drawn = "".join(f"<div>{plot}</div>" for plot in plots)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{head}</head><body><main><h1>{escape(title)}</h1>'
        f'<p class="muted">{escape(explained)} {escape(influence)}</p><ul>{listed}</ul><div class="plots">{drawn}</div>{digest}'
        f"</main>{script}</body></html>\n"
    )


def _with_tools(plot: figure) -> figure:
    """Let a plot be looked into and kept; a page on a phone does without."""
    plot.toolbar_location = "above"
    plot.add_tools(PanTool(), BoxZoomTool(), SaveTool())
    plot.toolbar.logo = None
    return plot
