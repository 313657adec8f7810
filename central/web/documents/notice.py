"""The notice to the party: what was found, on what it rests, what follows, and the rights against it, in both languages on one paper."""

from dataclasses import dataclass

from calibration.printing import Leaf, Paper, Part, State, blanks, facts, section, steps, text
from central.clock import local_time
from central.review.views import CaseView
from central.review.workflow import Decision
from central.web.documents import evidence
from central.web.documents.material import Material
from central.web.documents.writer import Writer
from central.web.judgement import answer
from central.web.law import article_in, law_of
from contract.verdicts import Finding


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice tells: vehicle and case, its number and date, and the working days to state and defend, and to ask for a hearing."""

    material: Material
    view: CaseView
    number: str
    moment_us: int
    days: int
    hearing_days: int

    @property
    def office(self) -> str | None:
        """The office that handles the case, None where the station is not published."""
        return None if self.view.publication is None else self.view.publication.office


def notice(told: Told, writers: tuple[Writer, ...], *, check: str) -> Paper:
    """Give the notice of a decided case in some languages, the one that counts first; `check` is the address that its code leads to."""
    record, signed = told.material.record, told.material.detail.signed
    return Paper(
        leaves=(_leaf(told, writers[0], counts=True), *(_leaf(told, writer, counts=False) for writer in writers[1:])),
        issuer=told.office or told.material.station_name,
        keywords=(told.number, record.station, str(record.seq), signed.sha256),
        digest=signed.sha256,
        check=check,
        moment=local_time(told.moment_us, writers[0].formats.zone),
        files=told.material.files,
    )


def _leaf(told: Told, writer: Writer, *, counts: bool) -> Leaf:
    """Give the text in one language: of the one that counts with seal and pictures, of a translation without them."""
    say, material, view = writer.say, told.material, told.view
    title, called = say("Notice of an administrative penalty"), say("No. %(number)s", number=told.number)
    return Leaf(
        lang=writer.language.code,
        title=title,
        issuer_line=told.office or material.station_name,
        number_line=called,
        state=State(good=False, text=_penalty(view, writer)),
        running=f"{title} · {called}",
        place=say("dated %(date)s", date=writer.formats.moment(told.moment_us)),
        page=say("Page {page} of {pages}"),
        qr_note=say("your case, with this number and your plate"),
        sections=(
            section(say("To"), [text(say("The driver or keeper of the vehicle %(plate)s", plate=_plate(view, writer)), plain=True)]),
            _found(material, view, writer),
            _follows(material, view, writer),
            _rights(told, writer),
            *((_served(told, writer), evidence.shots(material, writer)) if counts else (_translation(writer),)),
            evidence.axles(material, writer),
            evidence.certificates(material, writer),
            _proofs(material, writer),
        ),
    )


def _plate(view: CaseView, writer: Writer) -> str:
    return view.line.plate or writer.say("no plate read")


def _penalty(view: CaseView, writer: Writer) -> str:
    """Say what is intended in one sentence: final it becomes once the party was heard, or its term is over (art. 44)."""
    amount = writer.formats.money(view.line.amount_cents or 0)
    if view.line.outcome is Decision.PENALTY:
        return writer.say("Intended for driving over the limit: a fine of %(amount)s.", amount=amount)
    return writer.say("Intended for driving over the limit: a warning, no fine.")


def _found(material: Material, view: CaseView, writer: Writer) -> Part:
    """Say what was found and by what it was measured."""
    record, say, formats = material.record, writer.say, writer.formats
    where = f"{material.station_name} ({record.station})"
    if view.publication is not None:
        where = f"{view.publication.road} {view.publication.stake}, {where}"
    passed = say(
        "On %(moment)s the vehicle passed the weigh-in-motion station %(where)s, lane %(lane)s. It was weighed as it drove by:",
        moment=formats.moment_long(record.time_us),
        where=where,
        lane=record.lane,
    )
    found = answer(record, formats).finding
    decided = record.verdict.deciding
    rule = "" if decided is None else _limit(material, decided, writer)
    published = say(
        "The station is published and marked, its scale was verified at that moment, and every gate that the evidence has to pass held "
        "(Administrative Penalty Law, art. 41)."
    )
    return section(say("What was found"), [text(passed, plain=True), text(found, plain=True), text(rule, plain=True), text(published)])


def _limit(material: Material, finding: Finding, writer: Writer) -> str:
    law = law_of(material.record, writer.language)
    article = article_in(finding.article, writer.language)
    return writer.say(
        "The limit is that of %(law)s, %(article)s. For the uncertainty of the measurement %(guard)s kg were taken off the measured weight "
        "before it was held against the limit.",
        law=law.title,
        article=article,
        guard=writer.formats.number(finding.guard_kg),
    )


def _follows(material: Material, view: CaseView, writer: Writer) -> Part:
    """Give the arithmetic from the weight to the penalty."""
    say, chinese = writer.say, writer.language.code == "zh"
    law = law_of(material.record, writer.language)
    parts: list[Part] = []
    if view.proposal.fine is not None:
        article = article_in(view.proposal.fine.article, writer.language)
        parts.append(text(say("By %(law)s, %(article)s:", law=law.title, article=article), plain=True))
    parts.append(steps(*(article_in(step.zh if chinese else step.en, writer.language) for step in view.proposal.steps)))
    parts.append(text(_penalty(view, writer), plain=True))
    if view.line.amount_cents is not None and view.line.amount_cents != view.proposal.amount_cents:
        parts.append(
            text(say("The approver decided upon another amount than the rules propose, with the reason kept in the case."), plain=True)
        )
    return section(say("What follows"), parts)


def _rights(told: Told, writer: Writer) -> Part:
    """Say what the party may do, by which article, and until when."""
    say = writer.say
    lines = [
        say(
            "You are told what the office intends, with the facts, the reasons and the ground, before it becomes final "
            "(Administrative Penalty Law, art. 44)."
        ),
        say(
            "Within %(days)s working days after this notice is served you may state and defend: in writing or orally at %(office)s, or on "
            "the page that the code above leads to. What you state is heard and examined, and never makes the penalty graver (art. 45).",
            days=told.days,
            office=told.office or say("the office named above"),
        ),
        say(
            "You may look at the record, the pictures and the signal of the passage at any time: with the number of this notice and your "
            "plate on that page, or at the office (art. 41)."
        ),
        say(
            "You may object there with facts of your own, such as another weighing, a permit, or an exemption. A person who did not decide "
            "the case hears it."
        ),
    ]
    if told.view.line.major:
        lines.append(
            say(
                "The case is a major one. Within %(days)s working days after you are told of it you may ask for a hearing, which costs you "
                "nothing (art. 63 and 64).",
                days=told.hearing_days,
            )
        )
    return section(say("Your rights"), [steps(*lines)])


def _served(told: Told, writer: Writer) -> Part:
    """Leave room for seal, service and receipt."""
    say = writer.say
    rows = facts((say("Office"), told.office or told.material.station_name), (say("Date"), writer.formats.day(told.moment_us)))
    by_hand = (say("Seal of the office"), say("Served by, two officers"), say("Received by, relation to the vehicle"))
    return section(say("Office and receipt"), [rows, blanks(*by_hand, say("Date and way of service"))])


def _translation(writer: Writer) -> Part:
    """Say that this is not the text that counts."""
    note = writer.say("This is a translation; the Chinese text before it counts, with the seal and the pictures that it carries.")
    return section(writer.say("About this text"), [text(note, plain=True)])


def _proofs(material: Material, writer: Writer) -> Part:
    record, say = material.record, writer.say
    note = say("By these digests the record can be checked against the evidence bundle and the signed checkpoints that are published.")
    rows = facts(
        (say("Record"), f"{record.station} / {record.seq}", "strong"),
        (say("SHA-256 of the signed record"), material.detail.signed.sha256, "mono"),
        (say("Software"), f"{record.software.name} {record.software.version}"),
        ("", record.software.sha256, "mono"),
        (say("Rule pack"), record.rules.id),
        ("", record.rules.sha256, "mono"),
    )
    return section(say("Proof"), [rows, text(note)])
