"""What the page of one case is given beside the vehicle's parts: its acts as forms, its place in the list, its history in words."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from central.evidence.accounts import Login
from central.evidence.accounts.roles import CASE_READERS
from central.evidence.masking import PlateSight
from central.review.lines import find_cases
from central.review.views import CaseLine, CaseView, EventItem, Offered
from central.review.work import work_list
from central.review.workflow import WORKFLOW, State
from central.web.case_words import ACTS, GROUNDS, HEARINGS, REFUSALS, RULINGS, SERVICES, ActWords
from central.web.cases.forms import FIELD_FORMS, Asked, FieldForm, Kind, Tried, asked_for
from central.web.cases.keys import KEYS
from central.web.cases.narrowing import CaseNarrowing
from central.web.formats import Formats

LOOKED_AT: Final = 200
"""Lines of the list among which a case's neighbours are sought."""
VERSION_DIGITS: Final = 9
"""Of a version that a form names; more is no form of ours."""
_CHOSEN: Final[dict[str, str]] = {key.value: word for table in (GROUNDS, SERVICES, HEARINGS, RULINGS) for key, word in table.items()}


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act that a person may take, or why he can not take it now; `is_open` where its form was sent back; `to` where it leads, if on."""

    name: str
    words: ActWords
    key: str
    fields: tuple[Asked, ...]
    refused: str | None
    detail: str
    is_open: bool
    to: State | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in the list it was opened from; 0 where it is not (any more) in it."""

    number: int
    count: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Entered:
    """Something that a step was given, as the history shows it."""

    form: FieldForm
    text: str


def act_forms(view: CaseView, formats: Formats, now_us: int, tried: Tried | None = None) -> tuple[ActForm, ...]:
    """Give the forms of the acts that lead on; the one that was `tried` in vain keeps what it was given."""

    def form(offered: Offered) -> ActForm:
        name = offered.action.name
        refused = None if offered.refused is None else REFUSALS.get(offered.refused, offered.refused)
        return ActForm(
            name=name,
            words=ACTS[name],
            key=KEYS[name],
            fields=asked_for(offered, view, formats, now_us, tried),
            refused=refused,
            detail=offered.what,
            is_open=tried is not None and tried.action == name,
            to=offered.action.to,
        )

    # An act that chooses among things of which there is none, such as exemptions to be lifted, is not offered.
    forms = [form(offered) for offered in view.offered]
    return tuple(
        one for one in forms if not any(asked.needed and asked.form.kind is Kind.CHOICE and not asked.options for asked in one.fields)
    )


def steps_since(view: CaseView, tried: Tried | None) -> tuple[EventItem, ...]:
    """Give what was done to a case since the version that a form was made from, oldest first."""
    given = "" if tried is None else tried.given.get("version", "")
    seen = int(given) if given.isdecimal() and len(given) <= VERSION_DIGITS else 0
    return tuple(event for event in view.history if event.version > seen) if seen else view.history[-1:]


def kept_in(view: CaseView, formats: Formats, tried: Tried | None) -> tuple[Entered, ...]:
    """Give what was written into the form of an act that can not be taken any more, so that nobody has to write it again."""
    if tried is None or any(offered.action.name == tried.action and offered.refused is None for offered in view.offered):
        return ()
    wanted = WORKFLOW.actions[tried.action]
    return tuple(
        Entered(FIELD_FORMS[name], chosen_text(name, tried.given[name], formats))
        for name in (*wanted.fields, *wanted.optional)
        if tried.given.get(name, "").strip() and FIELD_FORMS[name].kind is not Kind.MOMENT
    )


def chosen_text(name: str, value: str, formats: Formats) -> str:
    """Give what was chosen from a list in words, anything else as it stands."""
    return formats.language.say(_CHOSEN[value]) if FIELD_FORMS[name].kind is Kind.CHOICE and value in _CHOSEN else value


def stations_in(login: Login, narrowing: CaseNarrowing) -> frozenset[str] | None:
    """Give the stations in which a list of all cases looks, None for every one; by plate only where plates are seen whole."""
    by_plate = narrowing.filter.plate is not None
    return PlateSight.of(login).within(login.stations_for(*CASE_READERS), by_plate=by_plate)


def listed(session: Session, login: Login, narrowing: CaseNarrowing, now_us: int) -> tuple[CaseLine, ...]:
    """Give the first lines of the list that a case was opened from."""
    if narrowing.whole:
        return find_cases(session, narrowing.filter, now_us, limit=LOOKED_AT, stations=stations_in(login, narrowing)).rows
    return work_list(session, login, now_us, narrowing.filter, limit=LOOKED_AT).rows


def place_in(lines: tuple[CaseLine, ...], case_id: int) -> Place:
    """Find a case among the lines of a list."""
    ids = [line.id for line in lines]
    if case_id not in ids:
        return Place(0, len(ids), None, next((other for other in ids if other != case_id), None))
    at = ids.index(case_id)
    return Place(at + 1, len(ids), ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)


def entered_in(event: EventItem, formats: Formats) -> tuple[Entered, ...]:
    """Give what a step was given, in the order of the forms."""
    values: dict[str, Any] = {name: getattr(event.fields, name) for name in FIELD_FORMS}
    return tuple(Entered(FIELD_FORMS[name], _text(name, value, formats)) for name, value in values.items() if value is not None)


def _text(name: str, value: Any, formats: Formats) -> str:  # noqa: ANN401 - what a field is, its kind says
    match FIELD_FORMS[name].kind:
        case Kind.MOMENT:
            return formats.moment(value)
        case Kind.MONEY:
            return formats.money(value)
        case Kind.LINES:
            return ", ".join(value)
        case Kind.CHOICE:
            return chosen_text(name, str(value), formats)
        case _:
            return str(value)
