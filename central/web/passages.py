"""Passages of one plate over time, as a Bokeh document: each gross weight with its uncertainty against its limit."""

from typing import Any

from bokeh.embed import json_item
from bokeh.models import ColumnDataSource, HoverTool, OpenURL, PanTool, ResetTool, TapTool, WheelZoomTool
from bokeh.models.annotations import Whisker
from bokeh.plotting import figure

from central.evidence.vehicle_list import VehicleSummary
from central.web.formats import Formats
from central.web.palette import PALETTES
from central.web.rounding import KG_PER_T
from contract.verdicts import Outcome


def passages_chart(rows: tuple[VehicleSummary, ...], shown: tuple[str, int], formats: Formats, theme: str) -> dict[str, Any]:
    """Give the document as `Bokeh.embed.embed_item` wants it.

    Parameters
    ----------
    rows
        Passages of the plate.
    shown
        Station and number of the one that the page is about, which is drawn larger.
    formats
        Of the reader's language; times are drawn in its zone.
    theme
        ``light`` or ``dark``.
    """
    say, palette = formats.language.say, PALETTES[theme]
    shown_t = [formats.held(row.gross_kg, row.gross_u_kg, row.limit_kg) for row in rows]
    source = ColumnDataSource(
        {
            "time": [formats.wall_ms(row.time_us) for row in rows],
            "gross": [row.gross_kg / KG_PER_T for row in rows],
            "low": [(row.gross_kg - row.gross_u_kg) / KG_PER_T for row in rows],
            "high": [(row.gross_kg + row.gross_u_kg) / KG_PER_T for row in rows],
            "limit": [float("nan") if row.limit_kg is None else row.limit_kg / KG_PER_T for row in rows],
            "size": [15 if (row.station, row.seq) == shown else 9 for row in rows],
            "marker": ["triangle" if row.outcome is Outcome.OVERLOAD else "circle" for row in rows],
            "colour": [palette.chosen if (row.station, row.seq) == shown else palette.left for row in rows],
            "station": [row.station for row in rows],
            "seq": [row.seq for row in rows],
            "weighed": [f"{load} t" for load, _ in shown_t],
            "allowed": [limit or "–" for _, limit in shown_t],
            "when": [formats.moment(row.time_us) for row in rows],
        }
    )
    chart = figure(
        height=240,
        sizing_mode="stretch_width",
        x_axis_type="datetime",
        tools=[PanTool(), WheelZoomTool(), ResetTool()],
        toolbar_location="right",
    )
    chart.toolbar.logo = None
    chart.background_fill_color = chart.border_fill_color = palette.paper
    chart.outline_line_color = palette.line
    chart.grid.grid_line_color = palette.grid
    for axis in chart.axis:
        axis.axis_label_text_color = axis.major_label_text_color = palette.muted
        axis.axis_label_text_font_style = "normal"
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = palette.line
    chart.yaxis.axis_label = say("gross weight, t")
    chart.add_layout(
        Whisker(
            base="time",
            upper="high",
            lower="low",
            source=source,
            line_color=palette.ink,
            upper_head=None,
            lower_head=None,
            level="underlay",
        )
    )
    chart.scatter("time", "limit", source=source, marker="dash", size=22, line_width=2.5, color=palette.mark)
    marks = chart.scatter("time", "gross", source=source, marker="marker", size="size", color="colour", nonselection_alpha=1.0)
    number, limit = say("No."), say("limit")
    tips = f"@when<br>@station, {number} @seq<br>@weighed, {limit} @allowed t"
    address = "/vehicles/@station/@seq"
    chart.add_tools(HoverTool(renderers=[marks], tooltips=tips), TapTool(renderers=[marks], callback=OpenURL(url=address, same_tab=True)))
    return dict(json_item(chart))
