"""`wim-calibration check`: zero, dead-weight and shunt tests of one sensor; exit code 1 if a figure is beyond its limit."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from calibration.arguments import text_of
from calibration.statics.dead_weight import check_load
from calibration.statics.figure import Figure, passed
from calibration.statics.limits import StaticLimits, known_limits, limits_of, parse_limits
from calibration.statics.readings_file import Readings, parse_readings
from calibration.statics.shunt import check_shunt, expected_mv_v
from calibration.statics.steps import cycles_of
from calibration.statics.stretch import quiet_stretch
from calibration.statics.words import N_, language
from calibration.statics.zero import check_zero
from calibration.told import told
from contract.faults import EXIT_FAILED, RejectError

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"

app = typer.Typer(no_args_is_help=True, help="Static checks of a load sensor.")


class Code(StrEnum):
    """Language of the verdicts."""

    EN = "en"
    ZH = "zh"


Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Readings (CSV), or for the zero also a capture (HDF5).")]
Class = Annotated[str, typer.Option("--class", help="Class of limits: strip or load-cell-c3, or one of --limits.")]
Limits = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Limits of your own (TOML), in place of the ones that come with it.")
]
Words = Annotated[Code, typer.Option("--lang", help="Language of the verdicts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def zero(
    source: Source,
    *,
    rated: Annotated[float, typer.Option(help="What the sensor reads at its rated load above zero, in the readings' unit.")],
    channel: Annotated[str | None, typer.Option(help="Channel of a capture.")] = None,
    begin_s: Annotated[float, typer.Option(min=0, help="Begin of the stretch without vehicles, seconds into the capture.")] = 0.0,
    end_s: Annotated[float | None, typer.Option(min=0, help="Its end; the capture's if not given.")] = None,
    name: Class = "strip",
    limits: Limits = None,
    words: Words = Code.EN,
    as_json: AsJson = False,
) -> None:
    """Judge the zero from a stretch without vehicles: where it stands, noise, drift per hour and per kelvin."""
    readings = _zero_readings(source, channel, begin_s, end_s)
    _show(check_zero(readings, rated, _limits(name, limits)), _limits(name, limits), words, as_json=as_json)


@app.command()
def load(
    source: Source,
    *,
    rated_kg: Annotated[float, typer.Option(help="The sensor's rated load in kg.")],
    name: Class = "strip",
    limits: Limits = None,
    words: Words = Code.EN,
    as_json: AsJson = False,
) -> None:
    """Judge a dead-weight test: readings with columns time_s, value, mass_kg, and lateral_m where several places were loaded."""
    cycles = cycles_of(parse_readings(text_of(source), str(source), masses=True), str(source))
    _show(check_load(cycles, rated_kg, _limits(name, limits)), _limits(name, limits), words, as_json=as_json)


@app.command()
def shunt(
    *,
    without: Annotated[float, typer.Option(help="Reading without the shunt.")],
    with_shunt: Annotated[float, typer.Option("--with", help="Reading with the shunt.")],
    expected: Annotated[float | None, typer.Option(help="Step that it should make, in the readings' unit.")] = None,
    bridge_ohm: Annotated[float | None, typer.Option(help="Or: resistance of the bridge; readings are then in mV/V.")] = None,
    shunt_ohm: Annotated[float | None, typer.Option(help="And that of the shunt.")] = None,
    name: Class = "strip",
    limits: Limits = None,
    words: Words = Code.EN,
    as_json: AsJson = False,
) -> None:
    """Judge a shunt test: found against expected."""
    given = (expected is None, bridge_ohm is None, shunt_ohm is None)
    if given not in {(False, True, True), (True, False, False)}:
        raise RejectError("shunt-value", told("shunt test"), told("give either --expected, or both --bridge-ohm and --shunt-ohm"))
    step = expected_mv_v(bridge_ohm, shunt_ohm) if bridge_ohm is not None and shunt_ohm is not None else expected or 0.0
    _show(check_shunt(without, with_shunt, step, _limits(name, limits)), _limits(name, limits), words, as_json=as_json)


def _zero_readings(source: Path, channel: str | None, begin_s: float, end_s: float | None) -> Readings:
    with source.open("rb") as stream:
        is_capture = stream.read(len(HDF5_MAGIC)) == HDF5_MAGIC
        if is_capture and channel is None:
            raise RejectError(
                "stretch-channel",
                str(source),
                told("is a capture: give --channel, and --begin-s and --end-s of a stretch without vehicles"),
            )
        if is_capture and channel is not None:
            stream.seek(0)
            return quiet_stretch(stream, str(source), channel, begin_s, end_s)
    return parse_readings(text_of(source), str(source))


def _limits(name: str, own: Path | None) -> StaticLimits:
    return limits_of(name, known_limits() if own is None else parse_limits(text_of(own), str(own)))


def _show(figures: tuple[Figure, ...], limits: StaticLimits, words: Code, *, as_json: bool) -> None:
    good = passed(figures)
    if as_json:
        shown = [{**figure.model_dump(), "verdict": figure.verdict} for figure in figures]
        typer.echo(json.dumps({"passed": good, "figures": shown, "limits": limits.source}, ensure_ascii=False))
    else:
        chosen = language(words.value)
        for figure in figures:
            typer.echo(figure.words(chosen))
        verdict, origin = chosen.say(N_("passed") if good else N_("not passed")), chosen.say(N_("limits"))
        typer.echo(f"{verdict}  [{origin}: {limits.source}]")
    if not good:
        raise typer.Exit(EXIT_FAILED)
