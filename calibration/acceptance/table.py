"""A report for people: one table, then what is not covered and why not the next class."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from calibration.acceptance.report import Criterion, Report
from calibration.acceptance.said import N_, say
from calibration.acceptance.sample import Excluded

STAGES = {"initial": N_("initial verification"), "in-service": N_("in service")}
EXCLUDED = N_("runs not judged, with the vehicle")


def show(report: Report, language: str, console: Console) -> None:
    """Print a report in a language."""
    document = report.document(language)
    stage = say(STAGES[report.stage]).text(language)
    title = report.standard.title_zh if language == "zh" else report.standard.title_en
    conditions = stage if report.environment is None else f"{stage}, {report.environment}"
    console.print(f"[bold]{title}[/bold] ({report.standard.edition}), {conditions}", highlight=False)
    console.print(_table(report, language))
    for line in (*_classes(report, language), *_sections(report, language)):
        console.print(line, highlight=False, markup=False)
    for source in document["sources"]:
        console.print(source, highlight=False, markup=False, style="dim")
    console.print(document["check"], highlight=False, markup=False, style="dim")
    console.print()


def show_excluded(excluded: Sequence[Excluded], language: str, console: Console) -> None:
    """Print which runs are not judged, and why; the same under every standard."""
    if excluded:
        console.print(f"{say(EXCLUDED).text(language)}:", highlight=False)
    for one in excluded:
        console.print(f"  {one.run} ({one.vehicle}): {one.why.text(language)}", highlight=False, markup=False)


def _table(report: Report, language: str) -> Table:
    heads = (N_("criterion"), N_("results"), N_("mean, %%"), N_("sd, %%"), N_("results keep"), N_("class"))
    table = Table(*(say(head).text(language) for head in heads), box=None, pad_edge=False)
    for column in table.columns[1:4]:
        column.justify = "right"
    for one in report.criteria:
        figures = ("–" if math.isnan(value) else f"{value:{form}}" for value, form in ((one.mean, "+.2f"), (one.sd, ".2f")))
        table.add_row(one.title.text(language), f"{one.n}", *figures, one.keeps or "–", one.reached or "–")
    return table


def _classes(report: Report, language: str) -> Iterator[str]:
    none = say(N_("none named")).text(language)
    for one in report.overall:
        yield f"{one.title.text(language)}: {one.reached or none}"
        yield from (f"  {why.text(language)}" for why in one.why)


def _sections(report: Report, language: str) -> Iterator[str]:
    document = report.document(language)
    parts = {
        N_("not covered"): (*document["not_covered"], *_of_criteria(report, language, gaps=True)),
        N_("why not the next class"): tuple(_of_criteria(report, language, gaps=False)),
        N_("remarks"): (*document["notes"], *document["beyond_scope"]),
    }
    for head, lines in parts.items():
        if lines:
            yield f"{say(head).text(language)}:"
            yield from (f"  {line}" for line in lines)


def _of_criteria(report: Report, language: str, *, gaps: bool) -> Iterator[str]:
    def sentences(one: Criterion) -> list[str]:
        said = [gap for gap in one.gaps if gap not in report.gaps] if gaps else one.why_not_next
        return [sentence.text(language) for sentence in said]

    for one in report.criteria:
        if found := sentences(one):
            yield f"{one.title.text(language)}: {'; '.join(found)}"
