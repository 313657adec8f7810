"""The evidence sheet: all that central holds of one vehicle, on paper."""

from calibration.printing import Leaf, Paper, State
from central.clock import local_time
from central.web.documents import evidence
from central.web.documents.material import Material
from central.web.documents.writer import Writer
from central.web.judgement import answer
from contract.verdicts import Outcome


def sheet(material: Material, writer: Writer, *, check: str, moment_us: int) -> Paper:
    """Give the evidence sheet of a vehicle; `check` is the address that its code leads to, `moment_us` its date."""
    record, say = material.record, writer.say
    title = say("Evidence sheet")
    number = say("Record %(station)s / %(seq)s", station=record.station, seq=record.seq)
    found = answer(record, writer.formats)
    good = record.verdict.outcome in {Outcome.WITHIN_LIMITS, Outcome.INSIDE_GUARD_BAND}
    words = writer.joined(found.finding, found.standing)
    if material.proof.fault is not None:
        good = False
        words = say(
            "The proofs of this record do not hold: %(reason)s. Nothing here may be used as evidence.", reason=material.proof.fault.what
        )
    leaf = Leaf(
        lang=writer.language.code,
        title=title,
        issuer_line=say("Weigh-in-motion station %(station)s", station=f"{material.station_name} ({record.station})"),
        number_line=number,
        state=State(good=good, text=words),
        running=f"{title} · {number}",
        place=say("dated %(date)s", date=writer.formats.moment(moment_us)),
        page=say("Page {page} of {pages}"),
        qr_note=say("look up one's own case"),
        sections=(
            evidence.passage(material, writer),
            evidence.shots(material, writer),
            evidence.axles(material, writer),
            evidence.rule(record, writer),
            evidence.gates(record, writer),
            evidence.signal(material, writer),
            evidence.certificates(material, writer),
            evidence.proofs(material, writer),
        ),
    )
    return Paper(
        leaves=(leaf,),
        issuer=material.station_name,
        keywords=(record.station, str(record.seq), material.detail.signed.sha256),
        digest=material.detail.signed.sha256,
        check=check,
        moment=local_time(moment_us, writer.formats.zone),
        files=material.files,
    )
