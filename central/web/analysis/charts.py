"""The analysis as Bokeh documents, one for each chart; every one of them is drawn from a table that stands beside it."""

from typing import Final

from central.web.analysis.bars import Bars, bars_text
from central.web.analysis.choice import Choice
from central.web.analysis.tables import Column, Report, Table
from central.web.analysis.timeline import compliance_text, damage_text
from central.web.analysis.week import patrol_text, week_text
from central.web.formats import Formats
from central.web.translation import N_

BARRED: Final = Column(N_("Barred"))
MATCHING: Final = Bars((4, 5), ("unread", "unsure"), longest_first=True)
STATIONS: Final = Bars((5, 8), ("enforce", "barred"))
DAMAGE_STATIONS: Final = Bars((4,), ("enforce",), longest_first=True)
CONFIGURATIONS: Final = Bars((2,), ("plain",))
DEGREES: Final = Bars((1,), ("plain",), names_axis=N_("over the limit by, %%"))
DECISIONS: Final = Bars((1,), ("plain",))
CARRIERS: Final = Bars((2,), ("plain",))


def charts_text(report: Report, choice: Choice, formats: Formats, theme: str) -> str:
    """Give a JSON object of each chart's document as `Bokeh.embed.embed_item` wants it, by the id of its table.

    Parameters
    ----------
    report
        What is drawn; a chart of nothing is left out.
    choice
        Tells the step of time.
    formats
        Of numbers and words.
    theme
        ``light`` or ``dark``.
    """
    tables = _shown(report)
    texts = {name: bars_text(bars, table, formats, theme) for name, (bars, table) in tables.items()}
    if report.total.passages:
        texts["compliance"] = compliance_text(report.compliance, choice.step, formats, theme)
        texts["damage"] = damage_text(report.damage, choice.step, formats, theme)
    if report.total.overloads:
        texts["hours"] = week_text(report.week, formats, theme)
    if report.patrols.suggestions:
        texts["patrol"] = patrol_text(report.patrol, report.patrols.mean, formats, theme)
    return "{" + ",".join(f'"{name}":{text}' for name, text in texts.items()) + "}"


def _shown(report: Report) -> dict[str, tuple[Bars, Table]]:
    """Give the bars that have something to show."""
    shown: dict[str, tuple[Bars, Table]] = {}
    if report.total.passages:
        shown["matching"] = MATCHING, report.matching
    if report.total.overloads:
        shown |= {
            "damage-stations": (DAMAGE_STATIONS, report.damage_stations),
            "stations": (STATIONS, _with_barred(report.stations)),
            "configurations": (CONFIGURATIONS, report.configurations),
            "degrees": (DEGREES, report.degrees),
        }
    if report.decisions.rows:
        shown["decisions"] = DECISIONS, report.decisions
    if any(row[0] is not None for row in report.carriers.rows):
        shown["carriers"] = CARRIERS, report.carriers
    return shown


def _with_barred(table: Table) -> Table:
    """Give the stations with a last column: the overloads that cannot be enforced."""
    rows = tuple((*row, int(row[4] or 0) - int(row[5] or 0)) for row in table.rows)
    return Table(table.id, table.title, (*table.columns, BARRED), rows)
