"""The analysis: a page of charts with their tables, the charts' data, and each table as a file."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from central.access import CentralDep
from central.analysis.patrol import SHIFTS_H
from central.evidence.accounts import Login
from central.evidence.accounts.roles import ANALYSTS
from central.evidence.journal import Detail, Verb
from central.web.analysis.bars import BARS_MAX
from central.web.analysis.cells import cell, csv_bytes, rate_text
from central.web.analysis.charts import charts_text
from central.web.analysis.choice import STEPS, Choice, choose_from
from central.web.analysis.sentences import headline, sentences
from central.web.analysis.tables import TABLE_IDS, Report
from central.web.entry import PageLogin
from central.web.pages import NO_STORE, formats_of, pages_of
from central.web.seeing import seen

router = APIRouter(prefix="/analysis")


def analyst(login: PageLogin) -> Login:
    """Give who is logged in, if the analysis is for them."""
    if not any(login.may(role) for role in ANALYSTS):
        raise HTTPException(HTTPStatus.FORBIDDEN, f"the analysis is for {', '.join(sorted(ANALYSTS))}")
    return login


Analyst = Annotated[Login, Depends(analyst)]


def reported(request: Request, login: Analyst, central: CentralDep) -> Iterator[tuple[Choice, Report]]:
    """Give what the address chooses, and its figures, read as they are asked for."""
    with central.database.snapshot() as session:
        choice = choose_from(session, request.query_params, login, central.now_us())
        yield choice, Report(session, choice, login)


Reported = Annotated[tuple[Choice, Report], Depends(reported)]


@router.get("")
def analysis(request: Request, login: Analyst, found: Reported) -> Response:
    """Show the charts, each with a sentence and its table."""
    choice, report = found
    formats = formats_of(request)
    seen(request, login, Verb.SAW, "analysis", _detail(choice))
    return pages_of(request).render(
        request,
        "analysis/analysis.html",
        login,
        status=HTTPStatus.BAD_REQUEST if choice.errors else HTTPStatus.OK,
        choice=choice,
        report=report,
        sentences=sentences(report, choice, formats),
        headline=headline(report.total, formats),
        cell=cell,
        rate_text=rate_text,
        steps=STEPS,
        shifts=SHIFTS_H,
        bars_max=BARS_MAX,
    )


@router.get("/charts.json")
def charts(request: Request, found: Reported, theme: Literal["light", "dark"] = "light") -> Response:
    """Give the charts as Bokeh documents, by the id of their table."""
    choice, report = found
    return Response(charts_text(report, choice, formats_of(request), theme), media_type="application/json", headers=NO_STORE)


@router.get("/{table}.csv")
def table_file(request: Request, login: Analyst, found: Reported, table: str) -> Response:
    """Give a table as a file for spreadsheets."""
    choice, report = found
    if table not in TABLE_IDS:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no table {table[:40]!r}; there are {', '.join(TABLE_IDS)}")
    one = report.table(table)
    seen(request, login, Verb.EXPORTED, f"analysis/{one.id}", _detail(choice) | {"rows": len(one.rows)})
    name = f"{one.id}_{choice.first_month}_{choice.last_month}.csv"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_bytes(one, formats_of(request)), media_type="text/csv; charset=utf-8", headers=headers)


def _detail(choice: Choice) -> Detail:
    return {"from": choice.first_month, "until": choice.last_month, "stations": len(choice.selection.stations), **_narrowed(choice)}


def _narrowed(choice: Choice) -> dict[str, str]:
    return {name: choice.given[name] for name in ("group", "station") if name in choice.given}
