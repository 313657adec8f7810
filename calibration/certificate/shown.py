"""Proposals, certificates and the history as a terminal and another program see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from calibration.certificate.book import Book
from calibration.certificate.changes import gains, others
from calibration.certificate.entries import Approval, Entry, Proposal
from calibration.certificate.sealed import Certificate
from calibration.certificate.sections import words_in


def show_proposal(book: Book, proposal: Proposal, console: Console) -> None:
    """Show what a proposal would change."""
    new = book.parameters(proposal)
    old = None if proposal.replaces is None else book.parameters(book.certificate(proposal.replaces.number, "ledger"))
    words = words_in("en")
    table = Table("figure", "unit", "old", "new", box=None, pad_edge=False)
    for change in (*gains(old, new), *others(old, new)):
        if change.is_change:
            name = words.say(change.message, of=change.of) if "%(" in change.message else f"{change.message} {change.of}".strip()
            table.add_row(name, change.unit, change.printed(change.old), f"[bold]{change.printed(change.new)}[/bold]")
    before = "nothing" if proposal.replaces is None else f"certificate {proposal.replaces.number} ({proposal.replaces.calibration.id})"
    console.print(f"lane {proposal.lane}: {proposal.calibration.id} in place of {before}", highlight=False)
    console.print(f"reason: {proposal.reason}", highlight=False, markup=False)
    verified = proposal.verification
    stated = (
        "none: nothing will be enforceable"
        if verified is None
        else f"{verified.number}, {verified.institute}, until {verified.valid_until}"
    )
    console.print(f"verification: {stated}", highlight=False, markup=False)
    if table.row_count:
        console.print(table)
    else:
        console.print("the parameters stay as they are")


def history_cells(book: Book, entry: Entry) -> list[str]:
    """Give an entry as a line of the history."""
    head = [str(entry.counter), f"{entry.time:%Y-%m-%d %H:%M:%S}", entry.by]
    if isinstance(entry, Proposal):
        again = "" if entry.repeats is None else f", again {entry.repeats}"
        return [*head, f"proposed{again}", str(entry.lane), entry.calibration.id, entry.reason]
    proposal = book.signed[entry.proposal_counter - 1].entry
    assert isinstance(proposal, Proposal)  # noqa: S101 - the book has checked it
    named = [str(proposal.lane), proposal.calibration.id]
    if isinstance(entry, Approval):
        begins = shown(book.certificates[entry.number - 1].effective_from)
        return [*head, f"approved {entry.proposal_counter}", *named, f"certificate {entry.number}, from {begins}"]
    return [*head, f"rejected {entry.proposal_counter}", *named, entry.reason]


def entry_json(entry: Entry) -> dict[str, Any]:
    """Give an entry as JSON, with its time in words."""
    return {**entry.model_dump(mode="json"), "time": entry.time.isoformat()}


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """Give a certificate as JSON."""
    verification = certificate.verification
    return {
        "number": certificate.number,
        "sha256": certificate.sha256,
        "counter": certificate.counter,
        "lane": certificate.lane,
        "calibration": certificate.calibration.model_dump(mode="json"),
        "effective_from": certificate.effective_from.isoformat(),
        "proposed_by": certificate.proposal.by,
        "approved_by": certificate.approval.by,
        "reason": certificate.proposal.reason,
        "verification": None if verification is None else verification.model_dump(mode="json"),
    }


def shown(moment: datetime) -> str:
    """Give a moment as it is shown."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
