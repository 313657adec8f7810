"""The list's filter as it stands in the address, and what is wrong with it, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from central.evidence.repository import PageKey, VehicleFilter
from central.web.translation import N_
from contract.faults import RejectError
from contract.station import Name
from contract.units import US_PER_S
from contract.verdicts import Outcome

VERDICTS: Final = {
    "enforceable": N_("Overload"),
    "barred": N_("Overload, barred"),
    Outcome.INSIDE_GUARD_BAND.value: N_("Inside guard band"),
    Outcome.WITHIN_LIMITS.value: N_("Within limits"),
    Outcome.NOT_ASSESSABLE.value: N_("Not assessable"),
}
FIELDS: Final = ("station", "from", "until", "verdict", "plate")
_NAME: Final = TypeAdapter(Name)
_BAD_TIME: Final = N_("Give date and time as 2026-03-02T16:00.")
_BAD_STATION: Final = N_("Choose a station of the list.")
_BAD_VERDICT: Final = N_("Choose a verdict of the list.")
_BAD_PLATE: Final = N_("Give at most 16 characters of a plate.")
_BAD_PAGE: Final = N_("The page's address is damaged; this is the first page.")


@dataclass(frozen=True)
class Narrowing:
    """A filter as given: `given` holds the non-empty fields as text, `errors` an untranslated sentence for each that cannot be used."""

    given: Mapping[str, str]
    filter: VehicleFilter
    before: PageKey | None
    errors: Mapping[str, str] = field(default_factory=dict)

    def address(self, before: PageKey | None = None, path: str = "/vehicles") -> str:
        """Give the address of this filter's page after `before`."""
        query = dict(self.given) | ({"before": str(before)} if before else {})
        return path + (f"?{urlencode(query)}" if query else "")


def parse_narrowing(query: Mapping[str, str], zone: tzinfo) -> Narrowing:
    """Read the filter from an address; a field that cannot be used is named in `errors` and left open."""
    given = {name: query[name].strip() for name in FIELDS if query.get(name, "").strip()}
    errors: dict[str, str] = {}
    outcome, enforceable = _verdict(given.get("verdict"), errors)
    narrowed = VehicleFilter(
        station=_station(given.get("station"), errors),
        from_us=_moment("from", given.get("from"), zone, errors),
        until_us=_moment("until", given.get("until"), zone, errors),
        outcome=outcome,
        enforceable=enforceable,
        plate=_plate(given.get("plate"), errors),
    )
    return Narrowing(given, narrowed, _before(query.get("before"), errors), errors)


def _station(text: str | None, errors: dict[str, str]) -> str | None:
    if text is None:
        return None
    try:
        return _NAME.validate_python(text)
    except ValidationError:
        errors["station"] = _BAD_STATION
        return None


def _moment(name: str, text: str | None, zone: tzinfo, errors: dict[str, str]) -> int | None:
    """Read a form's local time, which carries no offset, in the pages' zone."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return int(local.timestamp() * US_PER_S)
    except (ValueError, OverflowError):
        errors[name] = _BAD_TIME
        return None


def _verdict(text: str | None, errors: dict[str, str]) -> tuple[Outcome | None, bool | None]:
    match text:
        case None:
            return None, None
        case "enforceable":
            return Outcome.OVERLOAD, True
        case "barred":
            return Outcome.OVERLOAD, False
        case other if other in VERDICTS:
            return Outcome(other), None
    errors["verdict"] = _BAD_VERDICT
    return None, None


def _plate(text: str | None, errors: dict[str, str]) -> str | None:
    if text is not None and len(text) > 16:
        errors["plate"] = _BAD_PLATE
        return None
    return text


def _before(text: str | None, errors: dict[str, str]) -> PageKey | None:
    if not text:
        return None
    try:
        return PageKey.parse(text)
    except RejectError:
        errors["page"] = _BAD_PAGE
        return None
