"""One act upon one case while it is under way: what its rules and effects may ask."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.journal import Actor
from central.evidence.models import Case, Record
from central.office_settings import ReviewSettings
from central.review.exemptions import exemptions_of
from central.review.fields import Fields
from central.review.proposal import pack_of, propose
from central.review.views import Proposal
from central.review.workflow import ActionRow
from contract.faults import RejectError
from contract.limits import RulePack
from contract.records import VehicleRecord, parse_record


@dataclass(frozen=True)
class Doing:
    """An act, who takes it, with what, and when; `session` writes."""

    session: Session
    case: Case
    action: ActionRow
    actor: Actor
    fields: Fields
    now_us: int
    settings: ReviewSettings

    @cached_property
    def record(self) -> VehicleRecord:
        """The signed record."""
        return record_of(self.session, self.case)

    @cached_property
    def pack(self) -> RulePack | None:
        """The rules it was judged by."""
        return pack_of(self.record)

    @cached_property
    def proposal(self) -> Proposal:
        """What the rules propose as things stand before the act."""
        return self.proposal_now()

    def proposal_now(self) -> Proposal:
        """Give what the rules propose with the exemptions that are stored at this moment."""
        found = exemptions_of(self.session, self.case.id, self.record, self.pack, self.settings)
        return propose(self.record, found, self.settings)


def record_of(session: Session, case: Case) -> VehicleRecord:
    """Give the signed record of a case.

    Raises
    ------
    RejectError
        ``wrong-type`` if the signed bytes are no vehicle's.
    """
    source = f"stored record {case.station}/{case.seq}"
    record = parse_record(session.scalars(select(Record.payload).where(Record.id == case.record_id)).one(), source)
    if not isinstance(record, VehicleRecord):
        raise RejectError("wrong-type", source, "is listed as a vehicle but its signed bytes are a supplement")
    return record
