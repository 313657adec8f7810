"""The list's filter as it stands in the address, and what is wrong with it, field by field."""

import math
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
from contract.units import KMH_PER_M_S, MM_PER_M, US_PER_S
from contract.verdicts import Outcome

VERDICTS: Final = {
    "enforceable": N_("Overload"),
    "barred": N_("Overload, barred"),
    Outcome.INSIDE_GUARD_BAND.value: N_("Inside guard band"),
    Outcome.WITHIN_LIMITS.value: N_("Within limits"),
    Outcome.NOT_ASSESSABLE.value: N_("Not assessable"),
}
FIELDS: Final = ("station", "from", "until", "verdict", "plate", "lane", "axles", "class", "over", "slowest", "fastest")
MORE: Final = FIELDS[FIELDS.index("lane") :]
"""Fields that stand folded below the others until one of them is used."""
_WRONG: Final = {
    "from": N_("Give date and time as 2026-03-02T16:00."),
    "until": N_("Give date and time as 2026-03-02T16:00."),
    "station": N_("Choose a station of the list."),
    "verdict": N_("Choose a verdict of the list."),
    "plate": N_("Give at most 16 characters of a plate."),
    "lane": N_("Give a lane's number, 1 to 99."),
    "axles": N_("Give a number of axles, 1 to 30."),
    "class": N_("Give a class as in the list, at most 40 characters."),
    "over": N_("Give per cent above 0, at most 1000, such as 5 or 12.5."),
    "slowest": N_("Give a speed in km/h, 0 to 300."),
    "fastest": N_("Give a speed in km/h, 0 to 300."),
    "page": N_("The page's address is damaged; this is the first page."),
}
"""What is said of a field that cannot be used."""
_NAME: Final = TypeAdapter(Name)
_MM_S_PER_KMH: Final = MM_PER_M / KMH_PER_M_S
_CLASS_MAX: Final = 40


@dataclass(frozen=True)
class Narrowing:
    """A filter as given: `given` holds the non-empty fields as text, `errors` an untranslated sentence for each that cannot be used."""

    given: Mapping[str, str]
    filter: VehicleFilter
    before: PageKey | None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def uses_more(self) -> bool:
        """Whether a field is used that stands folded."""
        return any(name in self.given for name in MORE)

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
        plate=_short("plate", given.get("plate"), 16, errors),
        lane=_whole("lane", given.get("lane"), 99, errors),
        axles=_whole("axles", given.get("axles"), 30, errors),
        vehicle_class=_short("class", given.get("class"), _CLASS_MAX, errors),
        over_permille_min=_scaled("over", given.get("over"), 10.0, (0.1, 1_000.0), errors),
        speed_min_mm_s=_scaled("slowest", given.get("slowest"), _MM_S_PER_KMH, (0.0, 300.0), errors),
        speed_max_mm_s=_scaled("fastest", given.get("fastest"), _MM_S_PER_KMH, (0.0, 300.0), errors),
    )
    return Narrowing(given, narrowed, _before(query.get("before"), errors), errors)


def _station(text: str | None, errors: dict[str, str]) -> str | None:
    if text is None:
        return None
    try:
        return _NAME.validate_python(text)
    except ValidationError:
        errors["station"] = _WRONG["station"]
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
        errors[name] = _WRONG[name]
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
    errors["verdict"] = _WRONG["verdict"]
    return None, None


def _short(name: str, text: str | None, most: int, errors: dict[str, str]) -> str | None:
    if text is not None and len(text) > most:
        errors[name] = _WRONG[name]
        return None
    return text


def _whole(name: str, text: str | None, most: int, errors: dict[str, str]) -> int | None:
    if text is None:
        return None
    if text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most:
        return int(text)
    errors[name] = _WRONG[name]
    return None


def _scaled(name: str, text: str | None, scale: float, bounds: tuple[float, float], errors: dict[str, str]) -> int | None:
    """Read a number within bounds, in a person's unit, and give it in the database's."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if bounds[0] <= value <= bounds[1]:
        return round(value * scale)
    errors[name] = _WRONG[name]
    return None


def _before(text: str | None, errors: dict[str, str]) -> PageKey | None:
    if not text:
        return None
    try:
        return PageKey.parse(text)
    except RejectError:
        errors["page"] = _WRONG["page"]
        return None
