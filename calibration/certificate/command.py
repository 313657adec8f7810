"""`wim-calibration certify|approve|reject|apply|history|verify|print|export`: put calibrations into force, and show that it was done."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from calibration.arguments import text_of
from calibration.certificate.book import Book
from calibration.certificate.document import render_pdf
from calibration.certificate.entries import Proposal
from calibration.certificate.ledger import Ledger
from calibration.certificate.shown import certificate_json, entry_json, history_cells, show_proposal, shown
from calibration.certificate.station_health import wait_until_applied
from calibration.certificate.verification_file import parse_verification
from calibration.keys import load_key, read_calibration
from calibration.told import told
from contract.faults import EXIT_FAILED, RejectError, StopError
from contract.signatures import public_key_of
from contract.station import Station, parse_station

app = typer.Typer()

LedgerFile = Annotated[Path, typer.Option("--ledger", dir_okay=False, help="Ledger of certificates (SQLite); the first proposal makes it.")]
StationFile = Annotated[
    Path, typer.Option("--station", exists=True, dir_okay=False, help="Station file (TOML); its [[signatory]] tables say who may sign.")
]
KeyFile = Annotated[Path, typer.Option("--key", exists=True, dir_okay=False, help="Your private key, see `wim-calibration key`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever reads it later.")]
From = Annotated[
    str | None,
    typer.Option("--effective-from", help="Moment with offset, such as 2027-03-01T06:00:00+08:00; by default as soon as it is approved."),
]


@app.command()
def certify(
    calibration: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="Calibration file of `fit` or `learn`; or give --again.")
    ] = None,
    *,
    ledger: LedgerFile,
    station: StationFile,
    key: KeyFile,
    reason: Reason,
    again: Annotated[
        int | None, typer.Option(min=1, help="Number of an earlier certificate, to go back to its parameters or to verify them anew.")
    ] = None,
    verification: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The institute's verification of the scale in this state (TOML).")
    ] = None,
    effective_from: From = None,
    as_json: AsJson = False,
) -> None:
    """Propose that a calibration be put into force; another person approves it."""
    site = _station(station)
    book = Ledger(ledger, site)
    verified = None if verification is None else parse_verification(text_of(verification), str(verification))
    moment = _moment(effective_from)
    if (calibration is None) == (again is None):
        raise RejectError("certify-what", told("certify"), told("takes a calibration file or --again NUMBER, one of the two"))
    if again is not None:
        proposal = book.propose_again(again, key=load_key(key), reason=reason, effective_from=moment, verification=verified)
    else:
        assert calibration is not None  # noqa: S101 - checked above
        trusted = [public_key_of(one) for one in site.gates.calibration_keys]
        fitted = read_calibration(text_of(calibration), trusted, str(calibration))
        proposal = book.propose(fitted, key=load_key(key), reason=reason, effective_from=moment, verification=verified)
    if as_json:
        _print_json(entry_json(proposal))
        return
    show_proposal(book.book(), proposal, Console())
    typer.echo(
        f"proposal {proposal.counter} by {proposal.by}; another signatory puts it into force: wim-calibration approve {proposal.counter}"
    )


@app.command()
def approve(
    proposal: Annotated[int, typer.Argument(min=1, help="Its number, as `certify` and `history` print it.")],
    *,
    ledger: LedgerFile,
    station: StationFile,
    key: KeyFile,
    effective_from: From = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask after showing old and new values.")] = False,
    as_json: AsJson = False,
) -> None:
    """Approve another person's proposal, which makes it a certificate: numbered, signed by both, in force from a moment."""
    trail = Ledger(ledger, _station(station))
    proposed = trail.book().proposed(proposal, str(ledger)).entry
    assert isinstance(proposed, Proposal)  # noqa: S101 - what `proposed` gives
    if not as_json:
        show_proposal(trail.book(), proposed, Console())
    if not yes and not as_json and sys.stdin.isatty():
        typer.confirm("Put this into force?", abort=True)
    certificate = trail.approve(proposal, key=load_key(key), effective_from=_moment(effective_from))
    if as_json:
        _print_json(certificate_json(certificate))
        return
    typer.echo(f"certificate {certificate.number} for lane {certificate.lane}, in force from {shown(certificate.effective_from)}")
    typer.echo(f"digest {certificate.sha256}")


@app.command()
def reject(
    proposal: Annotated[int, typer.Argument(min=1, help="Its number, as `history` prints it.")],
    *,
    ledger: LedgerFile,
    station: StationFile,
    key: KeyFile,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Settle a proposal without a certificate; its proposer may withdraw it, too."""
    rejection = Ledger(ledger, _station(station)).reject(proposal, key=load_key(key), reason=reason)
    if as_json:
        _print_json(entry_json(rejection))
    else:
        typer.echo(f"proposal {proposal} rejected by {rejection.by}: {rejection.reason}")


@app.command("apply")
def apply_(
    *,
    ledger: LedgerFile,
    station: StationFile,
    edge: Annotated[str, typer.Option(help="Loopback address of the running edge service.")] = "http://127.0.0.1:8701",
    timeout_s: Annotated[float, typer.Option(min=0.0, max=3600.0, help="Seconds until waiting is given up, with exit code 1.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Wait until the station weighs every lane by the certificate in force; it takes one between two vehicles, without a restart."""
    trail = Ledger(ledger, _station(station))
    lanes = wait_until_applied(trail, edge, timeout_s)
    if as_json:
        _print_json([lane.document() for lane in lanes])
    else:
        for lane in lanes:
            typer.echo(lane.text())
    if not all(lane.applied for lane in lanes):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def history(*, ledger: LedgerFile, station: StationFile, as_json: AsJson = False) -> None:
    """List every proposal, approval and rejection, and which certificate is in force on each lane."""
    book = Ledger(ledger, _station(station)).book()
    now = datetime.now(UTC)
    lanes = sorted({certificate.lane for certificate in book.certificates})
    forced = {lane: certificate for lane in lanes if (certificate := book.in_force(now, lane)) is not None}
    if as_json:
        _print_json(
            {
                "counter": book.counter,
                "sha256": book.head_sha256,
                "entries": [entry_json(one.entry) for one in book.signed],
                "certificates": [certificate_json(one) for one in book.certificates],
                "pending": [one.counter for one in book.pending],
                "in_force": {str(lane): certificate.number for lane, certificate in forced.items()},
            }
        )
        return
    table = Table("counter", "UTC", "by", "what", "lane", "calibration", "reason", box=None, pad_edge=False)
    for one in book.signed:
        table.add_row(*history_cells(book, one.entry))
    Console().print(table)
    for lane, certificate in forced.items():
        verified = certificate.verification
        until = (
            "verification none: nothing is enforceable"
            if verified is None
            else f"verification {verified.number} until {verified.valid_until}"
        )
        typer.echo(f"in force on lane {lane}: certificate {certificate.number}, {certificate.calibration.id}; {until}")
    for proposal in book.pending:
        typer.echo(f"waits for approval: proposal {proposal.counter} by {proposal.by}, {proposal.calibration.id} for lane {proposal.lane}")


@app.command()
def verify(
    *,
    ledger: LedgerFile,
    station: StationFile,
    number: Annotated[int | None, typer.Option(min=1, help="Number on a printed certificate, to check with --digest.")] = None,
    digest: Annotated[str | None, typer.Option(help="Digest on a printed certificate, or its first 16 digits and more.")] = None,
    as_json: AsJson = False,
) -> None:
    """Verify the whole ledger offline: chain, numbers, signatures, digests, who signed what; exit code 3 if anything is wrong."""
    trail = Ledger(ledger, _station(station))
    audit = trail.verify()
    fault = audit.fault
    if fault is None and not ledger.exists():
        fault = RejectError("ledger-missing", str(ledger), told("does not exist; give the station's ledger"))
    if fault is None and (number is not None or digest is not None):
        fault = _compare(audit.book, number, digest, str(ledger))
    if as_json:
        found = {"entries": audit.book.counter, "certificates": len(audit.book.certificates), "sha256": audit.book.head_sha256}
        broken = None if fault is None else {"code": fault.code, "where": fault.where, "what": fault.what}
        _print_json({"whole": fault is None, **found, "fault": broken})
    if fault is not None:
        raise fault
    if not as_json:
        typer.echo(f"whole: {audit.book.counter} entries, {len(audit.book.certificates)} certificates, head {audit.book.head_sha256}")
        if number is not None:
            typer.echo(f"certificate {number} is the printed one")


@app.command("print")
def print_(
    number: Annotated[int, typer.Argument(min=1, help="Number of the certificate.")],
    *,
    ledger: LedgerFile,
    station: StationFile,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="PDF file to write.")],
    lang: Annotated[str, typer.Option(help="Language of the certificate: en or zh.")] = "en",
) -> None:
    """Print a certificate as PDF/A: values old and new, plots, reference runs, verification, signatures, and a code to check it by."""
    output.write_bytes(render_pdf(Ledger(ledger, _station(station)), number, lang))
    typer.echo(str(output))


@app.command()
def export(
    number: Annotated[int, typer.Argument(min=1, help="Number of the certificate.")],
    *,
    ledger: LedgerFile,
    station: StationFile,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Calibration file to write (JSON).")],
) -> None:
    """Write a certificate's parameters as a calibration file, byte for byte, so that evidence can be weighed again by `wim-edge replay`."""
    book = Ledger(ledger, _station(station)).book()
    certificate = book.certificate(number, str(ledger))
    output.write_text(book.text(certificate.calibration), encoding="utf-8")
    typer.echo(f"{output}  digest {certificate.calibration.sha256}")


def _compare(book: Book, number: int | None, digest: str | None, source: str) -> RejectError | None:
    if number is None or digest is None:
        return RejectError("print-incomplete", "--number, --digest", told("go together: both stand on the printed certificate"))
    certificate = book.certificate(number, source)
    if len(digest) < DIGEST_LEAST or not certificate.sha256.startswith(digest.lower()):
        what = told(
            "certificate %(number)s has digest %(sha256)s, not %(digest)s; the sheet is not of this ledger",
            number=number,
            sha256=certificate.sha256,
            digest=digest,
        )
        return RejectError("print-differs", source, what)
    return None


DIGEST_LEAST = 16
"""Digits of a digest that tell one from another."""


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        what = told("%(text)s is no moment with its offset from UTC; write it like 2027-03-01T06:00:00+08:00", text=f"{text!r}")
        raise RejectError("effective-invalid", "--effective-from", what)
    return moment


def _station(path: Path) -> Station:
    station = parse_station(text_of(path), str(path))
    if not station.signatory:
        what = told("names no [[signatory]]: add name, key (as `wim-calibration key` prints it) and what each may do")
        raise StopError("no-signatory", str(path), what)
    return station
