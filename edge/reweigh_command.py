"""`wim-edge reweigh`: one recorded vehicle weighed again from its capture, beside what was signed."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from contract.disclosures import parse_record_envelope
from contract.faults import EXIT_REJECTED, RejectError
from contract.media import BLOB_MAX_BYTES
from contract.records import RECORD_MAX_BYTES, VehicleRecord, parse_record
from contract.signatures import payload_of
from edge.config import TEXT_MAX_BYTES
from edge.reweigh import Documents, Reweighing, reweigh

ENVELOPE_MARK: Final = b'"payloadType"'
FIELDS: Final = (("gross_kg", "gross, kg"), ("gross_u_kg", "± kg"), ("speed_mm_s", "speed, mm/s"), ("vehicle_class", "class"))


def reweigh_command(
    record: Annotated[Path, typer.Argument(help="The vehicle's record: its signed bytes (JSON), or the envelope that holds them.")],
    capture: Annotated[Path, typer.Option(help="The capture that the record names.")],
    station: Annotated[Path, typer.Option(help="The station file that the record names (parameters_sha256).")],
    calibration: Annotated[Path | None, typer.Option(help="The calibration that the record names; none for a record without one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Weigh one recorded vehicle again from its capture and hold every figure against the signed record, to the kilogram.

    The documents must be those whose SHA-256 the record names; signatures are wim-verify's task. Exit code 3 where a document is another
    one, where a figure differs, or where the record was made by other software: then the comparison is shown, but proves nothing.
    """
    result = reweigh(_record(record), _documents(capture, station, calibration))
    if as_json:
        typer.echo(json.dumps(as_values(result), ensure_ascii=False))
    else:
        _show(result)
    if not (result.is_equal and result.same_software):
        raise typer.Exit(EXIT_REJECTED)


def as_values(result: Reweighing) -> dict[str, Any]:
    """Give a result as plain values."""
    return {
        "equal": result.is_equal,
        "same_software": result.same_software,
        "made_by": result.made_by.model_dump(),
        "weighed_by": result.weighed_by.model_dump(),
        "signed": result.signed,
        "again": result.again,
        "differences": [{"field": one.field, "signed": one.signed, "again": one.again} for one in result.differences],
    }


def _record(path: Path) -> VehicleRecord:
    data = _read(path, RECORD_MAX_BYTES)
    if ENVELOPE_MARK in data:
        data = payload_of(parse_record_envelope(data, str(path)), str(path))
    record = parse_record(data, str(path))
    if not isinstance(record, VehicleRecord):
        raise RejectError("not-a-vehicle", str(path), f"is a {record.type}; only a vehicle's own record can be weighed again")
    return record


def _documents(capture: Path, station: Path, calibration: Path | None) -> Documents:
    return Documents(_read(capture, BLOB_MAX_BYTES), _text(station), None if calibration is None else _text(calibration))


def _text(path: Path) -> str:
    try:
        return _read(path, TEXT_MAX_BYTES).decode()
    except UnicodeDecodeError as error:
        raise RejectError("file-unreadable", str(path), f"is no UTF-8 text: {error}") from error


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise RejectError("file-unreadable", str(path), f"cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise RejectError("file-too-large", str(path), f"has more than {most} bytes")
    return data


def _show(result: Reweighing) -> None:
    console = Console()
    if result.signed is None or result.again is None:
        console.print("The capture shows no vehicle at the place that the record names.")
        return
    table = Table("", "signed", "again", box=None, pad_edge=False)
    for name, words in FIELDS:
        table.add_row(words, str(result.signed[name]), str(result.again[name]))
    for number, axle in enumerate(result.signed["axles"], 1):
        others = result.again["axles"]
        again = str(others[number - 1]["load_kg"]) if number <= len(others) else "–"
        table.add_row(f"axle {number}, kg", str(axle["load_kg"]), again)
    table.add_row("outcome", result.signed["verdict"]["outcome"], result.again["verdict"]["outcome"])
    console.print(table)
    for one in result.differences:
        console.print(f"DIFFERS {one.field}: signed {one.signed}, again {one.again}", highlight=False)
    if not result.same_software:
        made, by = result.made_by, result.weighed_by
        console.print(
            f"Other software: the record was made by {made.version} ({made.sha256[:16]}), weighed again by {by.version} "
            f"({by.sha256[:16]}). This compares two programs and does not repeat the weighing.",
            highlight=False,
        )
    elif result.is_equal:
        console.print("Equal in every figure, to the kilogram, by the same software.")
