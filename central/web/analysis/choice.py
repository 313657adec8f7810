"""What the analysis is narrowed to, as it stands in the address; what cannot be used is named beside its field and left open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from central.analysis.patrol import SHIFT_H, SHIFTS_H
from central.analysis.report import Step, months_with_traffic
from central.analysis.selection import Period, Selection, month_text, parse_month
from central.evidence.accounts import Login
from central.evidence.accounts.groups import groups
from central.evidence.accounts.roles import ANALYSTS
from central.evidence.aggregates.rebuild import station_ids
from central.web.translation import N_
from contract.faults import RejectError

FIELDS: Final = ("group", "station", "from", "until", "step", "shift")
STEPS: Final = {Step.DAY: N_("days"), Step.WEEK: N_("weeks"), Step.MONTH: N_("months")}
_WRONG: Final = {
    "group": N_("Choose a station group of the list."),
    "station": N_("Choose a station of the list."),
    "from": N_("Choose a month of the list, not after the last one."),
    "until": N_("Choose a month of the list."),
    "step": N_("Choose days, weeks or months."),
    "shift": N_("Choose a length of the list."),
}


@dataclass(frozen=True)
class Choice:
    """A selection as given, and what may be chosen; `errors` holds an untranslated sentence for each field that cannot be used."""

    given: Mapping[str, str]
    selection: Selection
    step: Step
    shift_h: int
    groups: tuple[str, ...]
    stations: tuple[str, ...]
    months: tuple[str, ...]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_month(self) -> str:
        """The period's first month."""
        return month_text(self.selection.period.first)

    @property
    def last_month(self) -> str:
        """The period's last month."""
        return month_text(self.selection.period.end - 1)

    def address(self, path: str = "/analysis", **changes: str) -> str:
        """Give the address of this choice, with some fields changed."""
        query = dict(self.given) | changes
        return path + (f"?{urlencode(query)}" if query else "")


def choose_from(session: Session, query: Mapping[str, str], login: Login, now_us: int) -> Choice:
    """Read a choice from an address, in the snapshot in which its sums are read; of stations only those that the login may know."""
    given = {name: query[name].strip() for name in FIELDS if query.get(name, "").strip()}
    errors: dict[str, str] = {}
    reach = login.stations_for(*ANALYSTS)
    enrolled = station_ids(session)
    known = tuple(station for station in enrolled if reach is None or station in reach)
    members = {group.name: tuple(station for station in group.stations if station in known) for group in groups(session)}
    visible = {name: stations for name, stations in members.items() if stations}
    chosen = known
    if (group := _one_of("group", given, tuple(visible), errors)) is not None:
        chosen = visible[group]
    if (station := _one_of("station", given, known, errors)) is not None:
        chosen = tuple(one for one in chosen if one == station)
    step = _one_of("step", given, tuple(Step), errors)
    shift = _one_of("shift", given, tuple(str(hours) for hours in SHIFTS_H), errors)
    return Choice(
        given={name: text for name, text in given.items() if name not in errors},
        selection=Selection(chosen, _period(given, now_us, errors), whole=chosen == enrolled),
        step=Step.WEEK if step is None else Step(step),
        shift_h=SHIFT_H if shift is None else int(shift),
        groups=tuple(visible),
        stations=known,
        months=_months(session, now_us),
        errors=errors,
    )


def _one_of(name: str, given: Mapping[str, str], allowed: tuple[str, ...], errors: dict[str, str]) -> str | None:
    text = given.get(name)
    if text is not None and text not in allowed:
        errors[name] = _WRONG[name]
        return None
    return text


def _period(given: Mapping[str, str], now_us: int, errors: dict[str, str]) -> Period:
    """Give the chosen months; what is left open is that of the last year."""
    standard = Period.last_year(now_us)
    months = {"from": standard.first, "until": standard.end - 1}
    for name in given.keys() & months.keys():
        try:
            months[name] = parse_month(given[name])
        except RejectError:
            errors[name] = _WRONG[name]
    first = months["from"] if "from" in given or "until" not in given else min(months["from"], months["until"])
    try:
        return Period.between(first, months["until"])
    except RejectError:
        errors["from"] = _WRONG["from"]
        return standard


def _months(session: Session, now_us: int) -> tuple[str, ...]:
    """Give the months that may be chosen, the newest first: those of any passage, and the last year."""
    standard, held = Period.last_year(now_us), months_with_traffic(session)
    first = standard.first if held is None else min(held[0], standard.first)
    last = standard.end - 1 if held is None else max(held[1], standard.end - 1)
    return tuple(month_text(month) for month in range(last, first - 1, -1))
