"""Sums of sums: what a page over every station, or over years, would otherwise add up from a row for each of them, kept in step with it.

A thousand rows answer such a page then, where there are a million hours of stations; each roll-up is written in the transaction that
changes the finer sums, and is nothing but their total.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Table

from central.evidence.aggregates.calendar import month_of
from central.evidence.models import NetworkDay, NetworkHour, TrafficDay, TrafficHour, TrafficMonth
from central.evidence.models.base import Base

Key = tuple[int | str, ...]
Sums = Mapping[Key, Counter[str]]


def table_of(model: type[Base]) -> Table:
    """Give a model's table."""
    return model.metadata.tables[model.__tablename__]


@dataclass(frozen=True, slots=True)
class RollUp:
    """A table whose rows are totals of those of a finer one, and to which of its keys a finer key belongs."""

    table: Table
    of: Table
    coarser: Callable[[Key], Key]

    def rolled(self, sums: Sums) -> dict[Key, Counter[str]]:
        """Add up finer sums."""
        found: dict[Key, Counter[str]] = defaultdict(Counter)
        for key, counts in sums.items():
            found[self.coarser(key)].update(counts)
        return found


MONTHS: Final = RollUp(table_of(TrafficMonth), table_of(TrafficDay), lambda key: (month_of(int(key[0])), key[1]))
"""The months of each station."""
NETWORK: Final = (
    RollUp(table_of(NetworkDay), table_of(TrafficDay), lambda key: key[:1]),
    RollUp(table_of(NetworkHour), table_of(TrafficHour), lambda key: (key[0], *key[2:])),
)
"""Every station together; the keys are those of the finer table without the station."""
