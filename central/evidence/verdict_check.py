"""Central's own judgement of a record, by the rule packs that this version ships."""

from contract.records import VehicleRecord
from contract.rules import pack_of_digest
from contract.verdict_check import verdict_fault


def mark_of(record: VehicleRecord) -> str | None:
    """Give the fault to be stored with a vehicle record, ``code: text``; None where verdict and bars are what the facts demand."""
    return verdict_fault(record, pack_of_digest(record.rules.sha256))
