"""`wim-edge rules`: shows the rule packs that a station decides by, and checks new ones before they are put in force."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from contract.faults import EXIT_REJECTED, StopError
from contract.limits import RuleBook, RulePack, parse_rule_pack
from contract.limits.rows import FormulaLimit, GroupLimit, LoadLimit, WindowLimit
from contract.rules import shipped_packs
from contract.vehicles import VehicleFlag

PACK_MAX_BYTES = 1024 * 1024
"""Largest rule pack; those that ship have some 10 kB."""

app = typer.Typer(help="Rule packs: the dated limits that verdicts rest on.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@app.command()
def show(
    pack: Annotated[str | None, typer.Option(help="Id of a shipped pack, or a file; without it every shipped pack is listed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print a rule pack with its digest, or the list of those that ship."""
    if pack is None:
        _print_list(list(shipped_packs().values()), as_json=as_json)
        return
    found = next((one for one in shipped_packs().values() if one.id == pack), None) or _from_file(pack)
    if as_json:
        typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        _print_pack(found)


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(help="Rule pack files (TOML); those of one family are checked against each other's dates.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Check rule packs; exit with 3 if one is not sound, or two of a family are in force on one day."""
    packs: dict[str, RulePack] = {}
    faults: list[StopError] = []
    for path in files:
        try:
            packs[str(path)] = _read(path)
        except StopError as error:
            faults.append(error)
    for family in sorted({pack.family for pack in packs.values()}):
        try:
            RuleBook({source: pack for source, pack in packs.items() if pack.family == family})
        except StopError as error:
            faults.append(error)
    if as_json:
        sound = [{"file": source, "id": pack.id, "version": pack.version, "sha256": pack.sha256} for source, pack in packs.items()]
        typer.echo(json.dumps({"sound": sound, "faults": [fault.fault().model_dump(mode="json") for fault in faults]}, ensure_ascii=False))
    else:
        for source, pack in packs.items():
            typer.echo(f"{source}: sound, {pack.id} version {pack.version}, SHA-256 {pack.sha256}")
        for fault in faults:
            typer.echo(f"wim-edge: {fault}", err=True)
    if faults:
        raise typer.Exit(EXIT_REJECTED)


def _read(path: Path) -> RulePack:
    try:
        data = path.read_bytes() if path.stat().st_size <= PACK_MAX_BYTES else None
    except OSError as error:
        raise StopError("file-unreadable", str(path), f"cannot be read as a rule pack: {error.strerror}") from error
    if data is None:
        raise StopError("file-too-large", str(path), f"is larger than {PACK_MAX_BYTES} bytes, which no rule pack is")
    return parse_rule_pack(data, str(path))


def _from_file(name: str) -> RulePack:
    path = Path(name)
    if not path.exists():
        known = ", ".join(pack.id for pack in shipped_packs().values())
        raise StopError("rules-unknown", f"rule pack {name!r}", f"is neither a file nor shipped; this version has: {known}")
    return _read(path)


def _print_list(packs: list[RulePack], *, as_json: bool) -> None:
    if as_json:
        keys = {"id", "family", "version", "effective_from", "effective_until", "title_en", "sha256"}
        typer.echo(json.dumps([pack.model_dump(mode="json", include=keys) for pack in packs], ensure_ascii=False, indent=2))
        return
    table = Table("id", "family", "version", "in force", "SHA-256", box=None, pad_edge=False)
    for pack in packs:
        table.add_row(pack.id, pack.family, str(pack.version), _dates(pack), pack.sha256[:16])
    Console().print(table)


def _print_pack(pack: RulePack) -> None:
    console = Console()
    console.print(f"{pack.id}, version {pack.version}: {pack.title_en} ({pack.title_zh})", highlight=False, markup=False)
    console.print(f"{pack.authority_en}; in force {_dates(pack)}, days at UTC{pack.utc_offset_h:+d}", highlight=False, markup=False)
    console.print(f"SHA-256 {pack.sha256}", highlight=False, soft_wrap=True)
    limits = Table("limit", "holds for", "kg", "standing", "article", title="Limits", title_justify="left", box=None, pad_edge=False)
    for row in _limit_rows(pack):
        limits.add_row(*row)
    console.print(limits)
    bars = Table("flag", "bars by", title="Flags that bar enforcement", title_justify="left", box=None, pad_edge=False)
    for flag in VehicleFlag:
        bars.add_row(flag.value, _bar_text(pack, flag))
    console.print(bars)
    if pack.fine is not None:
        fine = pack.fine
        text = f"Fine ({fine.article}): {fine.text_en} A part of {fine.step_kg} kg counts by {fine.rounding.value}."
        console.print(text, highlight=False, markup=False)
    for exemption in pack.exemption:
        console.print(f"Exemption {exemption.id} ({exemption.article}): {exemption.text_en}", highlight=False, markup=False)


def _dates(pack: RulePack) -> str:
    return f"from {pack.effective_from}" + ("" if pack.effective_until is None else f" to {pack.effective_until}")


def _limit_rows(pack: RulePack) -> list[tuple[str, str, str, str, str]]:
    rows: list[tuple[str, str, LoadLimit | FormulaLimit]] = []
    for gross in pack.gross:
        holds = f"{gross.axles}{'+' if gross.and_more else ''} axles, {gross.body or 'any body'}"
        rows.append(("gross", holds + (f", {' or '.join(gross.patterns)}" if gross.patterns else ""), gross))
    rows += [("group", _group_text(group), group) for group in pack.group]
    rows += [("consecutive axles", _window_text(window), window) for window in pack.window]
    rows += [("consecutive axles", formula.name, formula) for formula in pack.formula]
    return [
        (kind, holds, f"{rule.load_kg}" if isinstance(rule, LoadLimit) else "computed", rule.standing.value, rule.article)
        for kind, holds, rule in rows
    ] + _whole_vehicle(pack)


def _whole_vehicle(pack: RulePack) -> list[tuple[str, str, str, str, str]]:
    rows = []
    if pack.axle_sum is not None:
        rows.append(("gross", "every vehicle", "sum of its groups", pack.axle_sum.standing.value, pack.axle_sum.article))
    if pack.drive_share is not None:
        share = f"driven axles ≥ {pack.drive_share.least_ppm / 10_000:g} %"
        rows.append(("gross", "known driven axles", share, "advisory", pack.drive_share.article))
    return rows


def _group_text(row: GroupLimit) -> str:
    role = "" if row.role is None else f", {row.role.value}"
    spacing = "" if row.spacing_below_mm is None else f", spaced below {row.spacing_below_mm} mm"
    return f"{row.axles}{'+' if row.and_more else ''} axles{role}{spacing}"


def _window_text(row: WindowLimit) -> str:
    over = "" if row.extent_over_mm is None else f"over {row.extent_over_mm} "
    return f"{row.axles}+ axles within {over}up to {row.extent_up_to_mm} mm"


def _bar_text(pack: RulePack, flag: VehicleFlag) -> str:
    said: Any = pack.bars.get(flag)
    if said is None:
        return "flagged (not named by the pack)"
    if isinstance(said, str):
        return "no bar" if said == "none" else str(said)
    return f"{said.bar}" + ("" if said.above is None else f", above {said.above:g}")
