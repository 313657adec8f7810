"""Steps 16 to 18: what was done with the case, by whom, and what was issued."""

from collections.abc import Iterator
from typing import Final

from contract.bundle.contents import Act, Event, parse_content
from contract.bundle.manifest import FileEntry, Role
from contract.media import sha256_hex
from contract.records import VehicleRecord
from contract.verdicts import Bar, Outcome
from verifier.bundle import Bundle
from verifier.findings import Finding, note
from verifier.way import actions

BEGINS: Final = "open"
"""The act with which every history begins, and which none holds twice."""
DECISIONS: Final = frozenset({"decide-penalty", "decide-warning", "decide-no-action"})
BURDENS: Final = frozenset({"decide-penalty", "decide-warning"})
LATE: Final = frozenset({Bar.NO_PLATE, Bar.PLATE, Bar.PICTURES})
"""What barred the record when it was signed, and may have come since."""


def check_events(bundle: Bundle) -> Iterator[Finding | int]:
    """Check that the steps are numbered without gaps, lead from one to the next, and stand in the journal by their hashes."""
    events = _events(bundle)
    if not events:
        yield note(
            "no-history", f"record {bundle.manifest.station}/{bundle.manifest.seq}", "has no history in the bundle: nobody has taken it up"
        )
        return
    acts = _acts_of_events(bundle)
    before: Event | None = None
    for number, (entry, event, sha256) in enumerate(events, 1):
        yield 1
        yield from _one(bundle, entry, event, number, before)
        act = acts.get(sha256)
        if act is None:
            yield Finding(
                "event-unjournalled", entry.name, "is named by no act of the journal in the bundle: it was changed, or put in later"
            )
        elif (act.person, act.time_us) != (event.person, event.time_us):
            yield Finding("event-unjournalled", entry.name, "is in the journal by another person or at another time")
        before = event
    yield from _about_others(bundle)
    yield from _decision(bundle, [(entry, event) for entry, event, _ in events if event.action in DECISIONS])


def _about_others(bundle: Bundle) -> Iterator[Finding]:
    """Find acts that are about another case or vehicle: what they name would else pass as named in this one."""
    manifest = bundle.manifest
    own = {f"vehicle/{manifest.station}/{manifest.seq}", f"case/{manifest.case}"}
    for entry, data in bundle.each(Role.ACT):
        subject = parse_content(Act, data, entry.name).subject
        if subject not in own:
            yield Finding("another-case", entry.name, f"is about {subject}")


def _decision(bundle: Bundle, decisions: list[tuple[FileEntry, Event]]) -> Iterator[Finding]:
    """Hold the decision that stands against what the station signed, and its number against the manifest's."""
    if not decisions or decisions[-1][1].action not in BURDENS:
        return
    entry, decision = decisions[-1]
    if decision.figures.get("notice") != bundle.manifest.notice:
        what = f"gave the notice the number {decision.figures.get('notice')}, the manifest says {bundle.manifest.notice}"
        yield Finding("notice-differs", entry.name, what)
    if bundle.vehicle is None or not isinstance(record := bundle.vehicle.record, VehicleRecord):
        return
    barred = sorted(one.bar.value for one in record.verdict.barred_by if one.bar not in LATE)
    if record.verdict.outcome is not Outcome.OVERLOAD or barred:
        what = f"burdens the party; the signed record says {record.verdict.outcome.value}, barred by {', '.join(barred) or 'nothing'}"
        yield Finding("enforced-though-barred", entry.name, what)


def _one(bundle: Bundle, entry: FileEntry, event: Event, number: int, before: Event | None) -> Iterator[Finding]:
    if event.case != f"{bundle.manifest.station}/{bundle.manifest.seq}":
        yield Finding("another-case", entry.name, f"is of case {event.case}")
    if event.version != number:
        yield Finding("history-gap", entry.name, f"is step {event.version} where step {number} belongs: one is missing, or was put in")
    if (event.action == BEGINS) is not (before is None):
        yield Finding("history-gap", entry.name, f"is {event.action!r}; a history begins with {BEGINS!r}, and has it once")
    if before is not None and (event.from_state != before.to_state or event.time_us < before.time_us):
        what = f"leads on from {event.from_state!r} at {event.time_us}, the step before led to {before.to_state!r} at {before.time_us}"
        yield Finding("history-order", entry.name, what)
    action = actions().get(event.action)
    if action is None or not action.leads(event.from_state, event.to_state):
        yield Finding("step-not-allowed", entry.name, f"{event.action!r} does not lead from {event.from_state!r} to {event.to_state!r}")


def _events(bundle: Bundle) -> list[tuple[FileEntry, Event, str]]:
    found = [(entry, parse_content(Event, data, entry.name), sha256_hex(data)) for entry, data in bundle.each(Role.EVENT)]
    return sorted(found, key=lambda one: one[1].version)


def _acts_of_events(bundle: Bundle) -> dict[str, Act]:
    """Give the acts that record steps, by the hash of the step."""
    acts = (parse_content(Act, data, entry.name) for entry, data in bundle.each(Role.ACT))
    return {str(act.detail["event_sha256"]): act for act in acts if "event_sha256" in act.detail}


def check_four_eyes(bundle: Bundle) -> Iterator[Finding | int]:
    """Check by person, over the whole case and whatever accounts, that nobody has reviewed and decided alike."""
    taken: dict[str, tuple[str, FileEntry]] = {}
    for entry, event, _ in _events(bundle):
        action = actions().get(event.action)
        if action is None or action.part is None:
            continue
        yield 1
        part, earlier = taken.setdefault(event.person, (action.part, entry))
        if part != action.part:
            what = f"is by a person who took the part {part!r} in {earlier.name}; nobody takes two parts in a case"
            yield Finding("four-eyes", entry.name, what)


def check_documents(bundle: Bundle) -> Iterator[Finding | int]:
    """Check that each document is one whose hash the history or the journal holds, and that none of those is missing unsaid."""
    held = {entry.sha256: entry for entry in bundle.manifest.of(Role.DOCUMENT)}
    issued: set[str] = set()
    for _, event, _ in _events(bundle):
        documents = event.fields.get("documents", ())
        for document in documents if isinstance(documents, list | tuple) else ():
            if isinstance(document, dict) and isinstance(sha256 := document.get("sha256"), str):
                issued.add(sha256)
                if sha256 not in held:
                    yield note("document-absent", f"document {sha256[:16]}", "was issued in the case and is not in the bundle")
    for entry, data in bundle.each(Role.ACT):
        issued |= {value for value in parse_content(Act, data, entry.name).detail.values() if isinstance(value, str)}
    for sha256, entry in held.items():
        yield 1
        if sha256 not in issued:
            yield Finding("document-not-issued", entry.name, "is named neither by a step of the case nor by an act: not what was issued")
