"""Step 11: the rules in the bundle, applied to the record's own figures, give its verdict again."""

from collections.abc import Iterator

from contract.bundle.manifest import Role
from contract.faults import RejectError, StopError
from contract.limits import parse_rule_pack
from contract.verdict_check import verdict_fault
from verifier.bundle import Bundle
from verifier.findings import Finding


def check_verdict(bundle: Bundle) -> Iterator[Finding | int]:
    """Check rules, verdict, and that every flag and date that bars from enforcement does."""
    own, record = bundle.whole
    entry = bundle.only(Role.RULES)
    if entry is None:
        raise RejectError("bundle-missing", Role.RULES.value, f"pack {record.rules.id} {record.rules.sha256[:16]} is not in the bundle")
    yield 1
    try:
        pack = parse_rule_pack(bundle.read(entry), entry.name)
    except StopError as error:
        raise RejectError(error.code, error.where, error.what) from error
    if (pack.id, pack.sha256) != (record.rules.id, record.rules.sha256):
        what = f"is {pack.id} {pack.sha256[:16]}, the signed record names {record.rules.id} {record.rules.sha256[:16]}"
        yield Finding("rules-differ", entry.name, what)
        return
    bundle.pack = pack
    fault = verdict_fault(record, pack)
    if fault is not None:
        code, _, what = fault.partition(": ")
        yield Finding(code, own.entry.name, what)
    if record.verdict.enforceable and not pack.in_force(record.time_us):
        yield Finding("rules-not-in-force", entry.name, "was not in force on the day of passage")
