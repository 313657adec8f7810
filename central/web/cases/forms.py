"""The acts' forms: how each field is asked for, read back, and what is said beside it when it cannot be taken."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, NamedTuple

from central.review.views import CaseView, Offered
from central.review.workflow import ActionRow
from central.web.address import local_us
from central.web.case_words import FIELDS, GROUNDS, HEARINGS, REFUSALS, RULINGS, SERVICES
from central.web.formats import Formats
from central.web.translation import N_, Language
from contract.faults import RejectError
from contract.limits.fine import CENTS
from contract.rules import pack_of_digest


class Kind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"
    DAY = "day"
    MOMENT = "moment"
    MONEY = "money"
    KILOGRAMS = "kilograms"


class FieldForm(NamedTuple):
    """One field: its label and what is said when it cannot be taken, which is also what is allowed."""

    label: str
    kind: Kind
    wrong: str


_TEXT_WRONG: Final = N_("Write 2 to 4,000 characters.")
_LINE_WRONG: Final = N_("Write one line of at most 200 characters.")
_CHOICE_WRONG: Final = N_("Choose one of the list.")
_PAST_WRONG: Final = N_(
    "Give a moment that is over, as 2026-03-02T16:00, not before what it follows; a hearing 7 working days after its offer."
)
_DAY_WRONG: Final = N_("Give a day as 2026-03-02; the last is not before the first.")

FIELD_FORMS: Final = {
    "reason": FieldForm(FIELDS["reason"], Kind.TEXT, _TEXT_WRONG),
    "opinion": FieldForm(FIELDS["opinion"], Kind.TEXT, _TEXT_WRONG),
    "ground": FieldForm(FIELDS["ground"], Kind.CHOICE, _CHOICE_WRONG),
    "exemption": FieldForm(FIELDS["exemption"], Kind.CHOICE, _CHOICE_WRONG),
    "evidence": FieldForm(FIELDS["evidence"], Kind.TEXT, _TEXT_WRONG),
    "permit_number": FieldForm(FIELDS["permit_number"], Kind.LINE, N_("A permit has a number of at most 100 characters.")),
    "permit_from": FieldForm(FIELDS["permit_from"], Kind.DAY, _DAY_WRONG),
    "permit_until": FieldForm(FIELDS["permit_until"], Kind.DAY, _DAY_WRONG),
    "registered_kg": FieldForm(FIELDS["registered_kg"], Kind.KILOGRAMS, N_("Give kilograms, 500 to 200,000.")),
    "exemption_number": FieldForm(FIELDS["exemption_number"], Kind.CHOICE, N_("Choose an exemption that stands in this case.")),
    "passage": FieldForm(FIELDS["passage"], Kind.CHOICE, N_("Choose a passage that raises a doubt about this plate.")),
    "served_by": FieldForm(FIELDS["served_by"], Kind.CHOICE, _CHOICE_WRONG),
    "served_us": FieldForm(FIELDS["served_us"], Kind.MOMENT, _PAST_WRONG),
    "hearing": FieldForm(FIELDS["hearing"], Kind.CHOICE, _CHOICE_WRONG),
    "held_us": FieldForm(FIELDS["held_us"], Kind.MOMENT, _PAST_WRONG),
    "participants": FieldForm(FIELDS["participants"], Kind.LINES, N_("Name at least three persons, one on each line.")),
    "amount_cents": FieldForm(
        FIELDS["amount_cents"], Kind.MONEY, N_("Give an amount above 0, at most what the rules allow, such as 3000 or 3000.50.")
    ),
    "text": FieldForm(FIELDS["text"], Kind.TEXT, _TEXT_WRONG),
    "contact": FieldForm(FIELDS["contact"], Kind.LINE, _LINE_WRONG),
    "received_us": FieldForm(FIELDS["received_us"], Kind.MOMENT, _PAST_WRONG),
    "ruling": FieldForm(FIELDS["ruling"], Kind.CHOICE, _CHOICE_WRONG),
    "authority": FieldForm(FIELDS["authority"], Kind.LINE, _LINE_WRONG),
    "informed_us": FieldForm(FIELDS["informed_us"], Kind.MOMENT, _PAST_WRONG),
}
_CHOICES: Final[dict[str, dict[str, str]]] = {
    "ground": {key.value: word for key, word in GROUNDS.items()},
    "served_by": {key.value: word for key, word in SERVICES.items()},
    "hearing": {key.value: word for key, word in HEARINGS.items()},
    "ruling": {key.value: word for key, word in RULINGS.items()},
}
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(?:[.][0-9]{1,2})?")


class Asked(NamedTuple):
    """A field of one form as it is shown; `options` are value and text, in the reader's language."""

    name: str
    form: FieldForm
    needed: bool
    value: str
    options: tuple[tuple[str, str], ...]
    error: str | None


class Tried(NamedTuple):
    """An act that was not taken: what its form held, and what is said beside which field."""

    action: str
    given: Mapping[str, str]
    errors: Mapping[str, str]


def asked_for(offered: Offered, view: CaseView, formats: Formats, now_us: int, tried: Tried | None) -> tuple[Asked, ...]:
    """Give the fields of an act's form, filled with what it held before, else only with the moment it is; an amount is entered by hand."""
    given, errors = (tried.given, tried.errors) if tried is not None and tried.action == offered.action.name else ({}, {})
    now, language = formats.form_moment(now_us), formats.language
    wanted = offered.action
    return tuple(
        Asked(
            name=name,
            form=FIELD_FORMS[name],
            needed=name in wanted.fields,
            value=given.get(name, now if FIELD_FORMS[name].kind is Kind.MOMENT else ""),
            options=_options(name, view, language),
            error=errors.get(name),
        )
        for name in (*wanted.fields, *wanted.optional)
    )


def read_fields(wanted: ActionRow, form: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
    """Read an act's fields from its form.

    Raises
    ------
    RejectError
        ``field-invalid`` with the field's name in `where`.
    """
    return {name: _read(name, form[name].strip(), zone) for name in (*wanted.fields, *wanted.optional) if form.get(name, "").strip()}


def field_errors(error: RejectError, wanted: ActionRow) -> dict[str, str]:
    """Give what is said beside a field, untranslated, by its name; empty where the error is of no field."""
    name = error.where.split(".")[0]
    if name not in (*wanted.fields, *wanted.optional):
        return {}
    return {name: REFUSALS["field-missing"] if error.code == "field-missing" else FIELD_FORMS[name].wrong}


def _read(name: str, text: str, zone: tzinfo) -> Any:  # noqa: ANN401 - what a field is, its bounds say
    match FIELD_FORMS[name].kind:
        case Kind.MOMENT:
            try:
                return local_us(text, zone)
            except RejectError as error:
                raise RejectError("field-invalid", name, error.what) from error
        case Kind.MONEY:
            return _cents(name, text)
        case Kind.KILOGRAMS:
            if not (text.isdecimal() and len(text) < 9):
                raise RejectError("field-invalid", name, f"{text[:40]!r} is no whole number")
            return int(text)
        case Kind.LINES:
            return [line.strip() for line in text.splitlines() if line.strip()]
        case _:
            return text


def _cents(name: str, text: str) -> int:
    plain = text.replace(",", "").replace("，", "")
    try:
        if _AMOUNT.fullmatch(plain) is None:
            raise InvalidOperation
        return int(Decimal(plain) * CENTS)
    except InvalidOperation as error:
        raise RejectError("field-invalid", name, f"{text[:40]!r} is no amount such as 3000 or 3000.50") from error


def _options(name: str, view: CaseView, language: Language) -> tuple[tuple[str, str], ...]:
    chinese = language.code == "zh"
    if name == "exemption":
        pack = pack_of_digest(view.vehicle.record.rules.sha256)
        rows = () if pack is None else pack.exemption
        return tuple((row.id, f"{row.article}: {row.text_zh if chinese else row.text_en}") for row in rows)
    if name == "exemption_number":
        standing = [item for item in view.exemptions if item.lifted_us is None]
        return tuple((str(item.number), f"{item.number}: {item.exemption}") for item in standing)
    if name == "passage":
        return tuple((passage, passage) for passage in view.checklist.doubted_passages)
    return tuple((value, language.say(word)) for value, word in _CHOICES.get(name, {}).items())
