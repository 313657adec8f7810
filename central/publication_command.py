"""What ``wim-central publish-station`` enters: that a station was made known to the public."""

from datetime import date, timedelta
from typing import Final

from central.administration import command_actor
from central.clock import now_us
from central.evidence.database import Database
from central.evidence.journal import Verb, note
from central.evidence.publications import Publication, publish_station, withdraw_station
from central.office_settings import ReviewSettings
from central.review.deadlines import day_start_us
from contract.faults import RejectError

UDEG: Final = 1_000_000
"""Places are kept in whole millionths of a degree, about 0.1 m."""


def parse_day(text: str, option: str) -> date:
    """Read a day such as ``2026-09-21``.

    Raises
    ------
    RejectError
        ``bad-day`` if it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RejectError("bad-day", option, f"{text!r} is no day; write it as 2026-09-21") from error


def parse_place(text: str) -> tuple[int, int]:
    """Read ``LATITUDE,LONGITUDE`` in degrees (WGS 84) and give both in millionths.

    Raises
    ------
    RejectError
        ``bad-place`` if it is none.
    """
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise RejectError("bad-place", "--position", f"{text!r} is not LATITUDE,LONGITUDE, such as 39.904,116.407") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise RejectError("bad-place", "--position", f"{text!r} lies on no earth; latitude is within ±90, longitude within ±180 degrees")
    return round(latitude * UDEG), round(longitude * UDEG)


def first_us(text: str, option: str, settings: ReviewSettings) -> int:
    """Give the moment at which a day begins that was given to an option."""
    return day_start_us(parse_day(text, option), settings)


def end_us(text: str | None, option: str, settings: ReviewSettings) -> int | None:
    """Give the moment at which a last day has ended; None where none is given."""
    return None if text is None else day_start_us(parse_day(text, option) + timedelta(days=1), settings)


def enter_publication(database: Database, publication: Publication) -> None:
    """Enter it, with a note in the journal; cases that waited for it are screened again by the running service.

    Raises
    ------
    RejectError
        ``not-enrolled`` or ``bad-publication``.
    """
    now = now_us()
    with database.write() as session:
        publish_station(session, publication, now)
        detail: dict[str, str | int | bool | None] = {"stake": publication.stake, "from_us": publication.from_us}
        note(session, command_actor(), Verb.CHANGED, f"station/{publication.station}/publication", now_us=now, detail=detail)


def end_publication(database: Database, station: str) -> None:
    """End the publication in force, with a note in the journal.

    Raises
    ------
    RejectError
        ``not-published``.
    """
    now = now_us()
    with database.write() as session:
        withdraw_station(session, station, now)
        note(session, command_actor(), Verb.CHANGED, f"station/{station}/publication", now_us=now, detail={"until_us": now})
