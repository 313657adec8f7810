"""`wim-calibration scale`: list the protocols, read a stable load, watch a scale, enter weights by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from calibration.arguments import text_of
from calibration.scales.capture import StableRule, capture_stable
from calibration.scales.connection import MODBUS_PORT, Connection
from calibration.scales.protocols import PROTOCOLS, Plate, ProtocolName
from calibration.scales.reading import KG_PER_UNIT, Reading
from calibration.scales.reference_weights import reference_weights
from calibration.scales.scale import listen
from calibration.scales.stable_load import StableLoad, typed_load
from calibration.scales.stream import DAMAGE
from calibration.scales.weighbridge import WeighbridgeCertificate, parse_certificate
from calibration.told import told
from contract.faults import RejectError

app = typer.Typer(no_args_is_help=True, help="Read a static reference scale.")

Protocol = Annotated[ProtocolName, typer.Argument(help="What the scale speaks; see `scale list`.")]
Port = Annotated[str, typer.Option(help="Serial port, for example /dev/serial/by-id/….")]
Baud = Annotated[int | None, typer.Option(min=300, max=921_600, help="Rate of the serial line; the protocol's usual one if not given.")]
Host = Annotated[str, typer.Option(help="Address of a scale behind Modbus TCP.")]
TcpPort = Annotated[int, typer.Option(min=1, max=65_535, help="Port of Modbus TCP.")]
UnitId = Annotated[int, typer.Option(help="Modbus unit id, or the indicator's address on its line.")]
MassUnit = Annotated[str, typer.Option("--unit", help="kg, g, t or lb: what the scale shows, where its protocol does not tell.")]
Decimals = Annotated[int, typer.Option(help="Digits behind the point, where the protocol does not tell.")]
CertificateFile = Annotated[
    Path | None, typer.Option("--certificate", exists=True, dir_okay=False, help="The weighbridge's verification certificate (TOML).")
]
Interval = Annotated[str | None, typer.Option("--interval-kg", help="The scale's interval d in kg, where its protocol does not tell.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_protocols(*, as_json: AsJson = False) -> None:
    """List the protocols with their defaults and what each tells; the rest is given by options."""
    if as_json:
        rows = [
            {"protocol": name.value, "title": one.title, "carrier": one.carrier, "baud": one.baud, "tells": list(one.tells)}
            for name, one in PROTOCOLS.items()
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("protocol", "scale", "over", "baud", "tells")
    for name, one in PROTOCOLS.items():
        table.add_row(name.value, one.title, one.carrier, str(one.baud), ", ".join(one.tells) or "the digits only")
    Console().print(table)


@app.command()
def read(
    protocol: Protocol,
    *,
    port: Port = "",
    baud: Baud = None,
    host: Host = "",
    tcp_port: TcpPort = MODBUS_PORT,
    unit_id: UnitId = 1,
    unit: MassUnit = "kg",
    decimals: Decimals = 0,
    certificate: CertificateFile = None,
    interval_kg: Interval = None,
    readings: Annotated[int, typer.Option(min=2, max=1000, help="Readings in a row that must agree.")] = 10,
    over_s: Annotated[float, typer.Option(min=0.1, help="Seconds they must span.")] = 2.0,
    timeout_s: Annotated[float, typer.Option(min=1.0, help="Seconds after which waiting is given up.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Wait until the scale is stable and print its load; exit code 3 with the reason if it never is."""
    certified = _certificate(certificate)
    if certified is not None:
        certified.check(datetime.now(UTC).date())
    given = None if interval_kg is None else _decimal(interval_kg, "--interval-kg")
    rule = _rule(readings, over_s, timeout_s, given)
    connection = Connection(protocol, port, baud, host, tcp_port, Plate(unit, decimals, unit_id))
    with connection.scale() as scale:
        load = capture_stable(listen(scale), rule, method=protocol.value, where=scale.where, certificate=certified)
    _show([load], as_json=as_json)


@app.command()
def watch(
    protocol: Protocol,
    *,
    port: Port = "",
    baud: Baud = None,
    host: Host = "",
    tcp_port: TcpPort = MODBUS_PORT,
    unit_id: UnitId = 1,
    unit: MassUnit = "kg",
    decimals: Decimals = 0,
    readings: Annotated[int, typer.Option(min=0, help="End after so many readings; 0: watch until Ctrl-C.")] = 0,
) -> None:
    """Show what the scale shows, live, with what was damaged on the line."""
    connection = Connection(protocol, port, baud, host, tcp_port, Plate(unit, decimals, unit_id))
    damage: Counter[str] = Counter()
    seen = 0
    with connection.scale() as scale, Live(Text("waiting …"), console=Console(), refresh_per_second=8) as live:
        try:
            for heard in listen(scale):
                damage.update(heard.damage)
                live.update(_line(heard.reading, damage))
                seen += heard.reading is not None
                if readings and seen >= readings:
                    return
        except KeyboardInterrupt:
            return


@app.command()
def enter(
    *,
    vehicle: Annotated[str, typer.Option(help="Name of the reference vehicle, for messages.")],
    by: Annotated[str, typer.Option(help="Who read the display.")],
    certificate: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The weighbridge's verification certificate (TOML).")],
    axle: Annotated[list[str] | None, typer.Option(help="Static load of an axle from the front; repeat for each.")] = None,
    gross: Annotated[str | None, typer.Option(help="Gross weight.")] = None,
    axles: Annotated[int | None, typer.Option(min=1, max=20, help="Number of axles, where only the gross weight is given.")] = None,
    expected_kg: Annotated[str | None, typer.Option(help="About what the vehicle weighs, to show a wrong unit.")] = None,
    unit: MassUnit = "kg",
    as_json: AsJson = False,
) -> None:
    """Check weights typed in from a weighbridge's display or ticket, under its certificate."""
    certified = parse_certificate(text_of(certificate), str(certificate))
    when = datetime.now(UTC)
    loads = [typed_load(_kilograms(text, unit, f"--axle {text}"), when, certified, by) for text in axle or ()]
    whole = None if gross is None else typed_load(_kilograms(gross, unit, "--gross"), when, certified, by)
    expected = None if expected_kg is None else _decimal(expected_kg, "--expected-kg")
    weights = reference_weights(loads, whole, where=vehicle, axle_count=axles, expected_gross_kg=expected)
    _show(list(chain(weights.axles, [weights.gross] if weights.gross else [])), as_json=as_json)


def _show(loads: list[StableLoad], *, as_json: bool) -> None:
    if as_json:
        shown: list[dict[str, Any]] = [load.model_dump(mode="json") for load in loads]
        typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False))
        return
    for load in loads:
        typer.echo(
            f"{load.load_kg} kg  ± {2 * load.standard_u_kg:.1f} kg (k = 2)  d = {load.interval_kg} kg  scatter {load.scatter_kg:.1f} kg"
        )
        if load.readings:
            typer.echo(f"  {load.readings} readings, {load.began.isoformat()} to {load.ended.isoformat()}, {load.method} at {load.where}")
        for note in load.notes:
            typer.echo(f"  note: {note}")
        for kind, count in sorted(load.damage.items()):
            typer.echo(f"  met on the line: {count} {DAMAGE[kind]}")
        held = "none: the scale's own error is not counted in" if load.certificate is None else _held(load.certificate)
        typer.echo(f"  certificate: {held}")


def _held(certificate: WeighbridgeCertificate) -> str:
    return f"{certificate.number}, {certificate.institute}, class {certificate.accuracy_class}, until {certificate.valid_until}"


def _line(reading: Reading | None, damage: Counter[str]) -> Text:
    met = "  ".join(f"{kind} {count}" for kind, count in sorted(damage.items()))
    if reading is None:
        return Text.assemble(("nothing came", "yellow"), f"   {met}")
    shown = reading.condition.value if reading.load_kg is None else f"{reading.load_kg} kg"
    rest = {True: "stable", False: "moving", None: ""}[reading.stable]
    return Text.assemble((f"{shown:>14}", "bold"), f"  {rest:<6}  {'net' if reading.net else '':<3}  {reading.note}   {met}")


def _rule(readings: int, over_s: float, timeout_s: float, interval_kg: Decimal | None) -> StableRule:
    try:
        return StableRule(readings=readings, over_s=over_s, timeout_s=timeout_s, interval_kg=interval_kg)
    except ValueError as error:
        raise RejectError("scale-rule", "--over-s, --timeout-s", str(error)) from error


def _certificate(path: Path | None) -> WeighbridgeCertificate | None:
    return None if path is None else parse_certificate(text_of(path), str(path))


def _kilograms(text: str, unit: str, where: str) -> Decimal:
    if unit not in KG_PER_UNIT:
        raise RejectError(
            "scale-unit",
            "--unit",
            told("%(unit)s is not known; allowed are %(kg_per_unit)s", unit=f"{unit!r}", kg_per_unit=", ".join(KG_PER_UNIT)),
        )
    return _decimal(text, where) * KG_PER_UNIT[unit]


def _decimal(text: str, where: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise RejectError(
            "scale-number", where, told("%(text)s is no number; write it with a point, for example 38200 or 38.2", text=f"{text!r}")
        ) from error
    if not number.is_finite() or number <= 0:
        raise RejectError("scale-number", where, told("%(text)s is no weight; it must be above 0", text=text))
    return number
