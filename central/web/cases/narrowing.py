"""The filter of the lists of cases as it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final
from urllib.parse import urlencode

from central.evidence.masking import PlateSight
from central.review.lines import CaseFilter
from central.review.views import CaseKey
from central.review.workflow import Decision, State
from central.web.address import AddressReader
from contract.faults import RejectError

ALL: Final = "all"
FIELDS: Final = ("view", "state", "station", "from", "until", "plate", "notice", "outcome", "gates", "major", "overdue")
MORE: Final = ("from", "until", "outcome", "gates", "major")
"""Fields that stand folded below the others until one of them is used."""


@dataclass(frozen=True)
class CaseNarrowing:
    """A filter as given; `whole` where every case is listed, not only those that wait for whoever asks."""

    given: Mapping[str, str]
    filter: CaseFilter
    whole: bool
    after: CaseKey | None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def uses_more(self) -> bool:
        """Whether a field is used that stands folded."""
        return any(name in self.given for name in MORE)

    @property
    def narrows(self) -> bool:
        """Whether anything but the kind of list is chosen."""
        return any(name != "view" for name in self.given)

    def address(self, path: str = "/cases", after: CaseKey | None = None) -> str:
        """Give an address with this filter."""
        query = dict(self.given) | ({"after": f"{after.order}-{after.id}"} if after else {})
        return path + (f"?{urlencode(query)}" if query else "")

    @property
    def query(self) -> str:
        """The filter as an address's query, to be handed on from page to page."""
        return urlencode(self.given)


def parse_case_narrowing(query: Mapping[str, str], zone: tzinfo, *, may_work: bool, sight: PlateSight) -> CaseNarrowing:
    """Read the filter; who takes part in no case (`may_work` False) sees the list of all, and searches by no plate that he sees masked."""
    read = AddressReader(query, FIELDS, zone)
    state, outcome = read.choice("state", set(State)), read.choice("outcome", set(Decision))
    flags = {name: read.choice(name, ("yes", "no")) for name in ("gates", "major", "overdue")}
    whole = read.choice("view", ("mine", ALL)) == ALL or not may_work
    narrowed = CaseFilter(
        station=read.station(),
        states=() if state is None else (State(state),),
        from_us=read.moment("from"),
        until_us=read.moment("until"),
        plate=read.plate(may_search=sight.sees_any),
        notice=read.short("notice", 60),
        outcome=None if outcome is None else Decision(outcome),
        cleared=_flag(flags["gates"]),
        major=_flag(flags["major"]),
        overdue=_flag(flags["overdue"]),
    )
    return CaseNarrowing(read.given, narrowed, whole, _key(query.get("after"), read), read.errors)


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == "yes"


def _key(text: str | None, read: AddressReader) -> CaseKey | None:
    if not text:
        return None
    try:
        return CaseKey.parse(text)
    except RejectError:
        read.wrong("page")
        return None
