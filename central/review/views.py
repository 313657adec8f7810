"""What pages, documents and the API are given of a case: frozen values that outlive the session."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from central.evidence.paging import parse_page_key
from central.evidence.publications import Publication
from central.evidence.vehicle_detail import VehicleDetail
from central.review.fields import Document, Fields, Ruling
from central.review.gates import Checklist
from central.review.workflow import ActionRow, Decision, Part, State
from contract.limits import ProposedFine
from contract.limits.fine import Step
from contract.limits.rows import Exemption

NEVER_DUE: Final = 2**53
"""Stands for no due moment where cases are ordered by it."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as lists show it. `overdue` is of the moment that was asked for; `over_ppm` the kilograms over for each million allowed."""

    id: int
    station: str
    seq: int
    time_us: int
    plate: str | None
    over_kg: int
    over_ppm: int
    state: State
    version: int
    entered_us: int
    due_us: int | None
    overdue: bool
    cleared: bool
    major: bool
    trip: int | None
    outcome: Decision | None
    amount_cents: int | None
    notice_number: str | None


@dataclass(frozen=True, slots=True)
class CaseKey:
    """Place in a list of cases: what it is ordered by, then the id; written ``<order>-<id>`` in addresses."""

    order: int
    id: int

    def __str__(self) -> str:
        return f"{self.order}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key from an address.

        Raises
        ------
        RejectError
            ``bad-page-key`` if it is none.
        """
        return cls(*parse_page_key(text, "<order>-<number>", NEVER_DUE + 1))


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some lines and the key of the next page, None on the last."""

    rows: tuple[CaseLine, ...]
    next_key: CaseKey | None


@dataclass(frozen=True, slots=True)
class CaseExemptionItem:
    """An exemption that a person found. `counts` is False where it was lifted, or its permit does not cover the day of passage."""

    number: int
    rule: Exemption | None
    exemption: str
    evidence: str
    permit_number: str | None
    permit_from: date | None
    permit_until: date | None
    registered_kg: int | None
    found_by: str
    found_us: int
    lifted_by: str | None
    lifted_us: int | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules propose; never imposed by the machine.

    `decision` is None where the pack has no schedule; `exempt` where an exemption takes the vehicle out of the limits altogether.
    `limit_kg` and `over_kg` are after exemptions, `steps` leads from the measured weight to the amount.
    """

    decision: Decision | None
    exempt: bool
    measured_kg: int
    limit_kg: int
    over_kg: int
    fine: ProposedFine | None
    steps: tuple[Step, ...]

    @property
    def amount_cents(self) -> int:
        """What is proposed, 0 for a warning or nothing."""
        return 0 if self.fine is None else self.fine.amount_cents


@dataclass(frozen=True, slots=True)
class EventItem:
    """One row of the history."""

    id: int
    version: int
    time_us: int
    person: str
    account: str
    address: str
    action: str
    from_state: State
    to_state: State
    fields: Fields
    documents: tuple[Document, ...]
    figures: dict[str, int | str]
    entry: bytes
    sha256: str
    act_id: int


@dataclass(frozen=True, slots=True)
class ObjectionItem:
    """What the party stated."""

    id: int
    channel: str
    text: str
    contact: str
    received_us: int
    late: bool


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """The number of the case's notice."""

    number: str
    year: int
    serial: int
    issued_us: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often the plate was found overloaded and decided upon in the year of this passage, this case left out.

    `flagged` where that is more than `allowed` with this case counted in (art. 46: more than three a year).
    """

    year: int
    decided: int
    open: int
    allowed: int
    flagged: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """An act that leads on from where the case stands; `refused` is the code for which this person can not take it now, None if he can."""

    action: ActionRow
    refused: str | None
    what: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """All that the page of one case shows."""

    line: CaseLine
    due_certain: bool
    """The due moment was counted with the public holidays of its years, not by weekends only."""
    vehicle: VehicleDetail
    checklist: Checklist
    screened_us: int | None
    publication: Publication | None
    proposal: Proposal
    exemptions: tuple[CaseExemptionItem, ...]
    repeats: Repeats | None
    trip: tuple[CaseLine, ...]
    history: tuple[EventItem, ...]
    objections: tuple[ObjectionItem, ...]
    notice: NoticeItem | None
    discussion: EventItem | None
    hearing: EventItem | None
    hearing_until_us: int | None
    ruling: Ruling | None
    parts: dict[Part, tuple[str, ...]]
    decide_until_us: int | None
    """Before which moment it is decided (art. 60), None before a person took it up."""
    decided_us: int | None
    notified_us: int | None
    closed_us: int | None
    home_informed_us: int | None
    published_us: int | None
    offered: tuple[Offered, ...]
