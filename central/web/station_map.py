"""Where the stations stand, as a Bokeh document that needs no map server: by coordinates where they are given, else by road and stake."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bokeh.embed import json_item
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, HoverTool, OpenURL, PanTool, Range1d, ResetTool, TapTool, WheelZoomTool
from bokeh.plotting import figure

from central.evidence.publications import Publication
from central.web.heartbeat import Heartbeat, Pulse
from central.web.palette import PALETTES, Palette
from central.web.translation import N_, Language

PULSES: Final = {
    Pulse.ALIVE: N_("online"),
    Pulse.STALE: N_("not heard"),
    Pulse.OFFLINE: N_("offline"),
    Pulse.NEVER: N_("has not spoken yet"),
}
_MARKERS: Final = {Pulse.ALIVE: "circle", Pulse.STALE: "diamond", Pulse.OFFLINE: "x", Pulse.NEVER: "x"}
_STAKE: Final = re.compile(r"[Kk]?\s*(\d{1,5})(?:\s*\+\s*(\d{1,4}))?")
_EARTH_M: Final = 6_378_137.0
"""Semi-major axis of WGS 84, the sphere of the web's Mercator projection (EPSG 3857)."""
_MARGIN_M: Final = 5_000.0
_ROAD_PX: Final = 46
_FRAME_PX: Final = 120
"""Of axis, its name and the tools, which stand above: beside one road they had no room."""
_LINE_PX: Final = 14
"""Between the names of stations at one place, such as those of both directions."""


@dataclass(frozen=True, slots=True)
class Site:
    """A station and where it stands; None for what was not published."""

    beat: Heartbeat
    publication: Publication | None

    @property
    def stake_km(self) -> float | None:
        """Its stake in km: K12+300 is 12.3."""
        parts = None if self.publication is None else _STAKE.fullmatch(self.publication.stake.strip())
        return None if parts is None else int(parts.group(1)) + int(parts.group(2) or 0) / 1_000

    @property
    def mercator(self) -> tuple[float, float] | None:
        """Its place in EPSG 3857, m."""
        place = self.publication
        if place is None or place.latitude_udeg is None or place.longitude_udeg is None:
            return None
        latitude, longitude = math.radians(place.latitude_udeg / 1e6), math.radians(place.longitude_udeg / 1e6)
        return _EARTH_M * longitude, _EARTH_M * math.log(math.tan(math.pi / 4 + latitude / 2))


def is_placed(site: Site) -> bool:
    """Whether the map can show a station."""
    return site.mercator is not None or site.stake_km is not None


def station_map(sites: Sequence[Site], language: Language, theme: str) -> dict[str, Any]:
    """Give the document as `Bokeh.embed.embed_item` wants it: stations with coordinates on a map, the others along their roads."""
    palette = PALETTES[theme]
    mapped = [site for site in sites if site.mercator is not None]
    staked = [site for site in sites if site.mercator is None and site.stake_km is not None]
    charts = []
    if mapped:
        charts.append(_by_coordinates(mapped, language, palette))
    if staked:
        charts.append(_by_stake(staked, language, palette))
    return dict(json_item(column(*charts, sizing_mode="stretch_width")))


def _by_coordinates(sites: list[Site], language: Language, palette: Palette) -> figure:
    places = [site.mercator or (0.0, 0.0) for site in sites]
    chart = _blank(palette, 340, x_axis_type="mercator", y_axis_type="mercator", match_aspect=True)
    for axis, values in ((0, [x for x, _ in places]), (1, [y for _, y in places])):
        margin = max(_MARGIN_M, 0.15 * (max(values) - min(values)))
        setattr(chart, ("x_range", "y_range")[axis], Range1d(start=min(values) - margin, end=max(values) + margin))
    for road in sorted({_road(site) for site in sites}):
        along = sorted((site for site in sites if _road(site) == road), key=lambda site: (site.stake_km or 0.0, site.beat.station.id))
        xs, ys = zip(*(site.mercator or (0.0, 0.0) for site in along), strict=True)
        chart.line(xs, ys, line_color=palette.line, line_width=5, line_cap="round")
    _stations(chart, sites, places, language, palette)
    return chart


def _by_stake(sites: list[Site], language: Language, palette: Palette) -> figure:
    roads = sorted({_road(site) for site in sites}, reverse=True)
    chart = _blank(palette, _FRAME_PX + _ROAD_PX * len(roads), y_range=roads)
    stakes = [site.stake_km or 0.0 for site in sites]
    margin = max(1.0, 0.08 * (max(stakes) - min(stakes)))
    chart.x_range = Range1d(start=min(stakes) - margin, end=max(stakes) + margin)
    chart.xaxis.axis_label = language.say("stake, km")
    chart.hbar(y=roads, left=min(stakes) - margin, right=max(stakes) + margin, height=0.06, color=palette.line)
    _stations(chart, sites, [(site.stake_km or 0.0, _road(site)) for site in sites], language, palette)
    return chart


def _blank(palette: Palette, height: int, **options: Any) -> figure:  # noqa: ANN401 - Bokeh's own keywords
    chart = figure(
        height=height, sizing_mode="stretch_width", tools=[PanTool(), WheelZoomTool(), ResetTool()], toolbar_location="above", **options
    )
    chart.toolbar.logo = None
    chart.background_fill_color = chart.border_fill_color = palette.paper
    chart.outline_line_color = palette.line
    chart.grid.grid_line_color = palette.grid
    for axis in chart.axis:
        axis.axis_label_text_color = axis.major_label_text_color = palette.muted
        axis.axis_label_text_font_style = "normal"
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = palette.line
    return chart


def _stations(chart: figure, sites: list[Site], places: Sequence[tuple[Any, Any]], language: Language, palette: Palette) -> None:
    """Draw each station by its pulse, with a name beside it; a click opens its page."""
    colours = {Pulse.ALIVE: palette.left, Pulse.STALE: palette.chosen, Pulse.OFFLINE: palette.muted, Pulse.NEVER: palette.muted}
    source = ColumnDataSource(
        {
            "x": [x for x, _ in places],
            "y": [y for _, y in places],
            "id": [site.beat.station.id for site in sites],
            "name": [site.beat.station.name for site in sites],
            "where": [f"{site.publication.road} {site.publication.stake}" if site.publication else "" for site in sites],
            "state": [language.say(PULSES[site.beat.pulse]) for site in sites],
            "marker": [_MARKERS[site.beat.pulse] for site in sites],
            "colour": [colours[site.beat.pulse] for site in sites],
            "lift": [-6 - _LINE_PX * list(places[:at]).count(place) for at, place in enumerate(places)],
        }
    )
    marks = chart.scatter(
        "x",
        "y",
        source=source,
        marker="marker",
        size=15,
        color="colour",
        line_width=3,
        nonselection_alpha=1.0,
        selection_line_color=palette.ink,
    )
    chart.text("x", "y", text="id", source=source, x_offset=12, y_offset="lift", text_color=palette.ink, text_font_size="12px")
    tips = "<b>@id</b> @name<br>@where<br>@state"
    chart.add_tools(
        HoverTool(renderers=[marks], tooltips=tips), TapTool(renderers=[marks], callback=OpenURL(url="/stations/@id", same_tab=True))
    )


def _road(site: Site) -> str:
    return "" if site.publication is None else site.publication.road
