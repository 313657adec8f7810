"""Records by station and number, many at once, in a form in which both databases search their index."""

from collections.abc import Iterable

from sqlalchemy import CTE, BigInteger, String, column, values

Place = tuple[str, int]
"""Station and number of a record."""


def places_table(places: Iterable[Place]) -> CTE:
    """Give places as a table with the columns `station` and `seq`, to join what stands there; there must be at least one.

    SQLite reads a whole table for ``(station, seq) IN ((…), …)``, so that ingest would grow slower with each record that is stored.
    """
    return values(column("station", String), column("seq", BigInteger), name="place").data(sorted(places)).cte("place")
