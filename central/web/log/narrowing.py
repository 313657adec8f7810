"""The journal's filter as it stands in the address, and what is wrong with it, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final
from urllib.parse import urlencode

from central.evidence.acts import ActFilter
from central.evidence.journal import Detail, Verb
from central.web.address import AddressReader

FIELDS: Final = ("person", "verb", "subject", "from", "until")


@dataclass(frozen=True)
class ActNarrowing:
    """A filter as given: `given` holds the non-empty fields as text, `errors` an untranslated sentence for each that cannot be used."""

    given: Mapping[str, str]
    filter: ActFilter
    before: int | None
    errors: Mapping[str, str] = field(default_factory=dict)

    def address(self, before: int | None = None) -> str:
        """Give the address of this filter's page below number `before`."""
        query = dict(self.given) | ({"before": str(before)} if before else {})
        return "/acts" + (f"?{urlencode(query)}" if query else "")

    @property
    def told(self) -> Detail:
        """The filter as the journal may keep it."""
        return {name: text[:120] for name, text in self.given.items()}


def parse_act_narrowing(query: Mapping[str, str], zone: tzinfo) -> ActNarrowing:
    """Read the filter from an address; a field that cannot be used is named in `errors` and left open."""
    read = AddressReader(query, FIELDS, zone)
    verb = read.choice("verb", set(Verb))
    narrowed = ActFilter(
        person=read.short("person", 60),
        verb=None if verb is None else Verb(verb),
        subject=read.short("subject", 120),
        from_us=read.moment("from"),
        until_us=read.moment("until"),
    )
    before = query.get("before", "")
    is_number = before.isdecimal() and before.isascii() and len(before) <= 15
    if before and not is_number:
        read.wrong("page")
    return ActNarrowing(read.given, narrowed, int(before) if is_number else None, read.errors)
