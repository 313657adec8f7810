"""Reads the files that a station is started with; the only place in the edge where a path becomes a model."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from calibration.keys import read_calibration
from calibration.model import Calibration
from contract.faults import StopError
from contract.signatures import public_key_of
from contract.station import Station, parse_station


@dataclass(frozen=True, slots=True)
class Setup:
    """What a station is started with.

    Attributes
    ----------
    station, station_text
        The station file, and its text, whose SHA-256 every record names.
    calibrations
        Calibration files by lane.
    ledger
        The ledger of certificates, None where calibrations come by file only.
    data
        Folder of key, outbox and media.
    listen
        Loopback address, host:port.
    plates_url
        Loopback address of the plate reader, which is told of every vehicle; None where it has no camera to fetch from.
    """

    station: Station
    station_text: str
    calibrations: dict[int, Calibration]
    ledger: Path | None
    data: Path
    listen: str
    plates_url: str | None = None


TEXT_MAX_BYTES = 4 * 1024 * 1024
"""Largest station or calibration file; a 16-lane station needs some 40 kB."""


def read_station(path: Path) -> tuple[Station, str]:
    """Read a station file; give it and its text.

    Raises
    ------
    StopError
        If it cannot be read, or says something that cannot be; the text names the file, the key, the value and what is allowed.
    """
    text = read_text(path, "station file")
    return parse_station(text, str(path)), text


def read_calibrations(paths: Iterable[Path], station: Station) -> dict[int, Calibration]:
    """Read calibration files, at most one per lane, and give them by lane.

    Raises
    ------
    StopError
        If one cannot be read, is no calibration, bears no trusted signature although it was learnt from traffic, belongs to another station
        or lane, or two are for the same lane.
    """
    trusted = [public_key_of(key) for key in station.gates.calibration_keys]
    found: dict[int, Calibration] = {}
    for path in paths:
        calibration = read_calibration(read_text(path, "calibration file"), trusted, str(path))
        if calibration.station != station.station.id:
            what = f"is for station {calibration.station!r}, this is {station.station.id!r}; a scale must not use another one's gains"
            raise StopError("calibration-station", str(path), what)
        if calibration.lane not in {lane.id for lane in station.lane}:
            raise StopError("calibration-lane", str(path), f"is for lane {calibration.lane}, which the station file does not have")
        if calibration.lane in found:
            raise StopError("calibration-twice", str(path), f"is the second one for lane {calibration.lane}; give one per lane")
        found[calibration.lane] = calibration
    return found


def read_text(path: Path, what: str) -> str:
    """Read a small text file.

    Raises
    ------
    StopError
        If it is not there, too large, or not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > TEXT_MAX_BYTES:
            raise StopError("file-too-large", str(path), f"has {size} bytes; a {what} has at most {TEXT_MAX_BYTES}")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise StopError("file-unreadable", str(path), f"cannot be read as {what}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StopError("file-unreadable", str(path), f"is no UTF-8 text, so no {what}: {error}") from error
