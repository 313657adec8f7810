"""``wim-central publish-station`` and ``withdraw-station``: that a station was made known to the public, and until when."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from central.clock import now_us
from central.commands.administration import command_actor, opened
from central.commands.command_line import Config, OptionalData, Url, faults_end_it
from central.config import load_settings
from central.evidence import publications
from central.evidence.database import Database
from central.evidence.journal import Detail, Verb, note
from central.evidence.standing import STATION_DIGEST, station_standing
from central.office_settings import ReviewSettings
from central.review.deadlines import day_start_us
from contract.faults import RejectError

UDEG: Final = 1_000_000
"""Places are kept in whole millionths of a degree, about 0.1 m."""


def publish_station(
    station: Annotated[str, typer.Argument(help="Station id, as it is enrolled.")],
    *,
    road: Annotated[str, typer.Option(help="Road, such as G104.")],
    stake: Annotated[str, typer.Option(help="Stake number, such as K12+300.")],
    office: Annotated[str, typer.Option(help="Office that handles its cases.")],
    institute: Annotated[str, typer.Option(help="Institute that verifies its scale.")],
    place: Annotated[str, typer.Option(help="Where it was published: a gazette, an address.")],
    from_day: Annotated[str, typer.Option("--from", help="First day in force, such as 2026-09-21.")],
    until_day: Annotated[str | None, typer.Option("--until", help="Last day in force; left out: until the next publication.")] = None,
    certificate: Annotated[
        str | None, typer.Option(help="Number of the scale's verification certificate, where records name none.")
    ] = None,
    verified_from: Annotated[str | None, typer.Option(help="The certificate's first day.")] = None,
    verified_until: Annotated[str | None, typer.Option(help="The certificate's last day.")] = None,
    position: Annotated[str | None, typer.Option(help="LATITUDE,LONGITUDE in degrees, WGS 84.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML) of the service; options win over it.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of database, blobs and keys.")] = None,
    database_url: Url = None,
) -> None:
    """Enter that a station was made known to the public; what it weighed outside of that can not be enforced."""
    with faults_end_it():
        settings = load_settings(config, {"data": data, "database_url": database_url})
        rules = settings.review
        if (certificate is None) != (verified_from is None) or (certificate is None) != (verified_until is None):
            raise RejectError(
                "bad-publication", "--certificate", "is given together with --verified-from and --verified-until, or not at all"
            )
        latitude, longitude = (None, None) if position is None else parse_place(position)
        publication = publications.Publication(
            station=station,
            road=road,
            stake=stake,
            office=office,
            institute=institute,
            place=place,
            from_us=first_us(from_day, "--from", rules),
            until_us=end_us(until_day, "--until", rules),
            latitude_udeg=latitude,
            longitude_udeg=longitude,
            certificate=certificate,
            verified_from_us=None if verified_from is None else first_us(verified_from, "--verified-from", rules),
            verified_until_us=end_us(verified_until, "--verified-until", rules),
        )
        with opened(settings) as database:
            enter_publication(database, publication)
    typer.echo(f"{station} is published from {from_day}" + (f" until {until_day}" if until_day else ""))


def withdraw_station(
    station: Annotated[str, typer.Argument(help="Station id, as it is enrolled.")],
    *,
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
) -> None:
    """End a station's publication now: the public sees it no more, and what it weighs from now on can not be enforced."""
    with faults_end_it(), opened(load_settings(config, {"data": data, "database_url": database_url})) as database:
        end_publication(database, station)
    typer.echo(f"{station} is no longer published")


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


def enter_publication(database: Database, publication: publications.Publication) -> None:
    """Enter it, with a note in the journal; cases that waited for it are screened again by the running service.

    Raises
    ------
    RejectError
        ``not-enrolled`` or ``bad-publication``.
    """
    now = now_us()
    with database.write() as session:
        publications.publish_station(session, publication, now)
        detail: Detail = {"stake": publication.stake, "from_us": publication.from_us}
        detail |= {STATION_DIGEST: station_standing(session, publication.station)}
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
        publications.withdraw_station(session, station, now)
        detail: Detail = {"until_us": now, STATION_DIGEST: station_standing(session, station)}
        note(session, command_actor(), Verb.CHANGED, f"station/{station}/publication", now_us=now, detail=detail)
