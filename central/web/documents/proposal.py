"""The decision proposal: what the reviewer puts before the legal reviewer and the approver."""

from calibration.printing import Leaf, Paper, Part, State, blanks, checks, facts, figures, section, steps, text
from central.clock import local_time
from central.review.gates import GateState
from central.review.views import CaseView, EventItem
from central.review.workflow import Decision
from central.web.case_words import CASE_GATES, why_in
from central.web.documents import evidence
from central.web.documents.material import Material
from central.web.documents.writer import Writer
from central.web.judgement import answer
from central.web.law import article_in

MARKS = {GateState.HELD: "✓", GateState.FELL: "×", GateState.MOOT: "–"}


def proposal(material: Material, view: CaseView, basis: EventItem, writer: Writer, *, check: str, moment_us: int) -> Paper:
    """Give the decision proposal of a reviewed case; `basis` is the review, `check` the address of its code, `moment_us` its date."""
    record, say = material.record, writer.say
    title = say("Decision proposal")
    number = say("Case %(number)s, record %(station)s / %(seq)s", number=view.line.id, station=record.station, seq=record.seq)
    leaf = Leaf(
        lang=writer.language.code,
        title=title,
        issuer_line=material.station_name if view.publication is None else view.publication.office,
        number_line=number,
        state=State(good=False, text=_proposed(view, writer)),
        running=f"{title} · {number}",
        place=say("dated %(date)s", date=writer.formats.moment(moment_us)),
        page=say("Page {page} of {pages}"),
        qr_note=say("look up one's own case"),
        sections=(
            evidence.passage(material, writer),
            section(say("What was found"), [text(answer(record, writer.formats).finding, plain=True)]),
            evidence.rule(record, writer),
            _arithmetic(view, writer),
            _checked(view, writer),
            _opinion(view, basis, writer),
            section(say("Signatures"), [blanks(say("Reviewer"), say("Legal reviewer"), say("Approver"), say("Date"))]),
            evidence.shots(material, writer),
            evidence.axles(material, writer),
            _gates(view, writer),
            evidence.signal(material, writer),
            evidence.certificates(material, writer),
            evidence.proofs(material, writer),
        ),
    )
    return Paper(
        leaves=(leaf,),
        issuer=material.station_name,
        keywords=(str(view.line.id), record.station, str(record.seq), material.detail.signed.sha256),
        digest=material.detail.signed.sha256,
        check=check,
        moment=local_time(moment_us, writer.formats.zone),
        files=material.files,
    )


def _proposed(view: CaseView, writer: Writer) -> str:
    """Say what the rules propose, in one sentence."""
    say = writer.say
    match view.proposal.decision:
        case Decision.PENALTY:
            fine = view.proposal.fine
            amount = writer.formats.money(view.proposal.amount_cents, *(() if fine is None else (fine.currency,)))
            return say("The rules propose a fine of %(amount)s.", amount=amount)
        case Decision.WARNING:
            return say("The rules propose a warning.")
        case Decision.NO_ACTION:
            return say("The rules propose no action.")
        case None:
            return say("The rules propose nothing; the arithmetic is the approver's own.")


def _arithmetic(view: CaseView, writer: Writer) -> Part:
    """Give the way from the weight to what is proposed, with the exemptions that a person found."""
    say, chinese = writer.say, writer.language.code == "zh"
    parts: list[Part] = []
    if view.proposal.fine is not None:
        parts.append(text(article_in(view.proposal.fine.article, writer.language), plain=True))
    parts.append(steps(*(article_in(step.zh if chinese else step.en, writer.language) for step in view.proposal.steps)))
    if view.exemptions:
        rows = [
            [
                item.exemption if item.rule is None else item.rule.text_zh if chinese else item.rule.text_en,
                item.evidence,
                item.found_by,
                writer.formats.moment(item.found_us),
                say("taken into account") if item.counts else say("does not count"),
            ]
            for item in view.exemptions
        ]
        head = [say("Exemption"), say("Rests on"), say("Found by"), say("Found"), say("State")]
        parts.append(figures(head, rows, words=5, widths=("1fr", "1fr", "auto", "auto", "auto")))
    else:
        parts.append(text(say("No exemption was found.")))
    return section(say("What the rules propose"), parts, breakable=bool(view.exemptions))


def _checked(view: CaseView, writer: Writer) -> Part:
    """Say what was checked beside the weight: gates, repeats, the trip, whether the case is major."""
    say = writer.say
    screened = say("not screened") if view.screened_us is None else writer.formats.moment(view.screened_us)
    gates = say("every gate holds") if view.checklist.cleared else say("a gate fell: see the list of gates")
    rows: list[tuple[str, ...]] = [(say("Gates of the screening"), say("%(gates)s (%(screened)s)", gates=gates, screened=screened))]
    if view.repeats is not None:
        found = say(
            "%(decided)s decided and %(open)s open in %(year)s",
            decided=view.repeats.decided,
            open=view.repeats.open,
            year=view.repeats.year,
        )
        rows.append((say("Earlier cases of this plate"), found + (say(", more than allowed") if view.repeats.flagged else "")))
    trip = ", ".join(f"{line.station} / {line.seq}" for line in view.trip) or say("none")
    rows.append((say("Other weighings of the same trip"), trip))
    passages = [event for event in view.history if event.action == "rule-out-passage"]
    ruled_out = "; ".join(f"{event.fields.passage}: {event.fields.evidence} ({event.person})" for event in passages)
    rows.append((say("Passages of the plate that were found to raise no doubt"), ruled_out or say("none")))
    rows.append((say("Major case"), say("yes: discussion and hearing before the decision") if view.line.major else say("no")))
    return section(say("What else was checked"), [facts(*rows)])


def _gates(view: CaseView, writer: Writer) -> Part:
    """Show every gate that central judged, with why it fell."""
    between = writer.say("; ")
    rows = [
        (MARKS[one.state], writer.say(CASE_GATES[one.gate]), between.join(why_in(reason, writer.formats) for reason in one.reasons))
        for one in view.checklist.gates
    ]
    return section(writer.say("Gates of the screening"), [checks(rows)])


def _opinion(view: CaseView, basis: EventItem, writer: Writer) -> Part:
    """Give what the reviewer wrote, and what others have written since."""
    say = writer.say
    written = [event for event in view.history if event.id >= basis.id and (event.fields.opinion or event.fields.reason)]
    rows: list[tuple[str, ...]] = [
        (f"{event.person}, {writer.formats.moment(event.time_us)}", event.fields.opinion or event.fields.reason or "") for event in written
    ]
    return section(say("Opinions"), [facts(*rows)])
