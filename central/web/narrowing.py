"""The vehicle list's filter as it stands in the address, and what is wrong with it, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final
from urllib.parse import urlencode

from central.evidence.accounts import Login
from central.evidence.masking import PlateSight
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import PageKey
from central.web.address import AddressReader
from central.web.translation import N_
from contract.faults import RejectError
from contract.units import KMH_PER_M_S, MM_PER_M
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
_MM_S_PER_KMH: Final = MM_PER_M / KMH_PER_M_S
_PERMILLE_PER_PERCENT: Final = 10.0


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


def parse_narrowing(query: Mapping[str, str], zone: tzinfo, login: Login) -> Narrowing:
    """Read the filter from an address; a field that cannot be used is named in `errors` and left open.

    The filter holds the list to the stations of which `login` may know, and a search by plate to those whose plates he sees.
    """
    read = AddressReader(query, FIELDS, zone)
    sight = PlateSight.of(login)
    plate = read.plate(may_search=sight.sees_any)
    outcome, enforceable = _verdict(read.choice("verdict", VERDICTS))
    narrowed = VehicleFilter(
        station=read.station(),
        from_us=read.moment("from"),
        until_us=read.moment("until"),
        outcome=outcome,
        enforceable=enforceable,
        plate=plate,
        within=sight.within(login.stations_for(), by_plate=plate is not None),
        lane=read.whole("lane", 99),
        axles=read.whole("axles", 30),
        vehicle_class=read.short("class", 40),
        over_permille_min=read.scaled("over", _PERMILLE_PER_PERCENT, 0.1, 1_000.0),
        speed_min_mm_s=read.scaled("slowest", _MM_S_PER_KMH, 0.0, 300.0),
        speed_max_mm_s=read.scaled("fastest", _MM_S_PER_KMH, 0.0, 300.0),
    )
    return Narrowing(read.given, narrowed, _before(query.get("before"), read), read.errors)


def _verdict(text: str | None) -> tuple[Outcome | None, bool | None]:
    match text:
        case None:
            return None, None
        case "enforceable":
            return Outcome.OVERLOAD, True
        case "barred":
            return Outcome.OVERLOAD, False
        case other:
            return Outcome(other), None


def _before(text: str | None, read: AddressReader) -> PageKey | None:
    if not text:
        return None
    try:
        return PageKey.parse(text)
    except RejectError:
        read.wrong("page")
        return None
