"""The sections that say what was weighed and why it may be believed; the evidence sheet has all of them, other documents some."""

from calibration.printing import Part, cell, checks, facts, figures, pictures, plot, section, text
from central.web import words
from central.web.assumptions import assumption_in
from central.web.documents.drawings import axles_svg, waveform_svg
from central.web.documents.material import Material, Shot
from central.web.documents.writer import Writer
from central.web.gates import GateState, gate_rows
from central.web.judgement import axle_sum, decision_rule_in, flag_figure
from central.web.law import finding_rows, law_of
from contract.media import MediaRole
from contract.records import AxleEntry, CertificateEntry, VehicleRecord
from contract.units import MM_PER_M, PPM

MARKS = {GateState.HELD: "✓", GateState.FELL: "×", GateState.MOOT: "–"}


def plate_of(material: Material, writer: Writer) -> str:
    """Give the plate as it may be printed."""
    if material.detail.summary.swept_us is not None:
        return writer.say("plate deleted")
    return material.detail.summary.plate or writer.say("no plate read")


def passage(material: Material, writer: Writer) -> Part:
    """Say which vehicle passed where and when."""
    record, say, formats = material.record, writer.say, writer.formats
    rows: list[tuple[str, ...]] = [
        (say("Plate"), plate_of(material, writer), "strong"),
        (say("Passed"), formats.moment_long(record.time_us), "strong"),
        (say("Station, lane"), say(", ").join((f"{material.station_name} ({record.station})", str(record.lane)))),
        *_place(material, writer),
        (say("Class"), say(", ").join((record.vehicle_class, say(words.BODIES[record.body])))),
        (say("Speed"), f"{formats.speed(record.speed_mm_s, record.speed_u_mm_s)} km/h"),
        (say("Acceleration"), f"{formats.scaled(record.acceleration_mm_s2, MM_PER_M, 2)} m/s²"),
    ]
    if record.length_mm:
        rows.append((say("Length"), f"{formats.metres(record.length_mm, 1)} m"))
    return section(say("The passage"), [facts(*rows)])


def _place(material: Material, writer: Writer) -> tuple[tuple[str, ...], ...]:
    """Give where the station stands and who handles its cases, as it was published."""
    published = material.publication
    if published is None:
        return ()
    return (writer.say("Road and stake"), f"{published.road} {published.stake}"), (writer.say("Handling office"), published.office)


def shots(material: Material, writer: Writer) -> Part:
    """Show the pictures, each a copy with its imprint."""
    say = writer.say
    parts: list[Part] = []
    shown = [(*_shot(shot, material, writer), 2) for shot in material.views] + [
        (*_shot(shot, material, writer), 1) for shot in material.crops
    ]
    if shown:
        parts.append(pictures(shown, columns=4))
        parts.append(
            text(say("Copies, with station, time and record number in a strip below; the signed record holds the originals' SHA-256."))
        )
    else:
        parts.append(text(say("The record names no picture.")))
    return section(say("Pictures"), parts, breakable=True)


def _shot(shot: Shot, material: Material, writer: Writer) -> tuple[str | None, str, str]:
    record, say, item = material.record, writer.say, shot.item
    role = say(words.MEDIA_ROLES[item.ref.role])
    caption = f"{role}  {item.ref.sha256[:24]}…"
    if shot.jpeg is not None:
        if item.ref.role is MediaRole.PLATE:
            return shot.file, say("Plate of the vehicle, read as %(plate)s", plate=plate_of(material, writer)), caption
        where = say(
            "Vehicle at station %(station)s, lane %(lane)s, at %(time)s",
            station=record.station,
            lane=record.lane,
            time=writer.formats.moment(record.time_us),
        )
        return shot.file, f"{role}: {where}", caption
    if shot.fault is not None:
        return None, say("Not shown: %(reason)s.", reason=shot.fault.what), caption
    if item.deleted_us:
        return (
            None,
            say("Deleted on schedule on %(day)s; its hash stays in the record.", day=writer.formats.moment(item.deleted_us)),
            caption,
        )
    return None, say("Not arrived yet; the station sends it when its line allows."), caption


def axles(material: Material, writer: Writer) -> Part:
    """Show the axle diagram and its table."""
    record, say = material.record, writer.say
    formats = writer.formats
    gross_t = formats.load(record.gross_kg, record.gross_u_kg).value
    alt = say("Axle diagram: %(axles)s axles, gross %(gross)s t", axles=len(record.axles), gross=gross_t)
    legend = say(
        "Dark: left wheels, light: right wheels; broken line: limit, a group's shared by its axles; hatched: above it; whisker: ± U, k = 2."
    )
    rounded = say("Loads rounded in the drawing; the table has every kilogram.")
    odd = axle_sum(record, formats)
    head = [
        say("Axle"),
        say(", ").join((say("Load ± U"), "kg")),
        say(", ").join((say("Left"), "kg")),
        say(", ").join((say("Right"), "kg")),
        say(", ").join((say("Spacing"), "m")),
        say("Group"),
        say("Tyres"),
    ]
    rows = [_axle(number, axle, writer) for number, axle in enumerate(record.axles, 1)]
    gross = [say("Gross"), f"{formats.number(record.gross_kg)} ± {formats.number(record.gross_u_kg)}", "", "", "", "", ""]
    return section(
        say("Axle loads, t"),
        [
            plot(axles_svg(record, writer), alt, width_mm=140),
            text(writer.joined(legend, rounded)),
            figures(head, [*rows, [cell(item, strong=True) for item in gross]], words=1),
            *([text(odd)] if odd else []),
        ],
        breakable=True,
    )


def _axle(number: int, axle: AxleEntry, writer: Writer) -> list[str]:
    formats, say = writer.formats, writer.say
    tyres = say("not seen") if axle.dual_tyres is None else say("dual") if axle.dual_tyres else say("single")
    return [
        str(number),
        f"{formats.number(axle.load_kg)} ± {formats.number(axle.u_kg)}",
        "–" if axle.left_kg is None else formats.number(axle.left_kg),
        "–" if axle.right_kg is None else formats.number(axle.right_kg),
        "–" if axle.spacing_mm is None else formats.metres(axle.spacing_mm, 3),
        str(axle.group),
        tyres,
    ]


def rule(record: VehicleRecord, writer: Writer) -> Part:
    """Say which rule was held against which weight, with the arithmetic."""
    say, formats = writer.say, writer.formats
    law = law_of(record, writer.language)
    title = law.title
    if law.held:
        title = say(", ").join((title, law.authority, say("in force from %(date)s", date=law.effective_from)))
    else:
        title += ". " + say("The rule pack with this digest is not held here, so its text cannot be shown.")
    measured, over = (say(", ").join((one, "kg")) for one in (say("Measured − guard > limit"), say("Over")))
    head = [say("What"), say("Rule"), measured, over, say("Finding")]
    rows = []
    for row in finding_rows(record, writer.language):
        one = row.finding
        sign = ">" if one.exceeded else "≤"
        sum_ = f"{formats.number(one.measured_kg)} − {formats.number(one.guard_kg)} = {formats.number(one.measured_kg - one.guard_kg)}"
        found = say("exceeded") if one.exceeded else say("inside the guard band") if one.over_kg else say("kept")
        rows.append(
            [
                cell(row.subject, strong=row.enforced),
                f"{row.article} {say('(%(standing)s)', standing=say(words.STANDINGS[one.standing]))}\n{row.text}",
                f"{sum_} {sign} {formats.number(one.limit_kg)}",
                formats.number(one.over_kg) if one.over_kg else "–",
                cell(found, strong=one.exceeded and row.enforced),
            ]
        )
    decided = say("Decision rule: %(rule)s.", rule=decision_rule_in(record.verdict, formats))
    if record.verdict.gross:
        chance = formats.ppm(record.verdict.overload_probability_ppm)
        decided = writer.joined(decided, say("Probability that the true gross weight exceeds its limit: %(share)s.", share=chance))
    table = (
        figures(head, rows, words=2, widths=("25mm", "1fr", "auto", "auto", "auto"))
        if rows
        else text(say("No limit of the rule pack fits this vehicle."))
    )
    parts = [text(title, plain=True), table, text(decided)]
    if record.verdict.assumptions:
        assumed = say("; ").join(assumption_in(one, writer.language) for one in record.verdict.assumptions)
        parts.append(text(say("Assumed, in the vehicle's favour:") + " " + assumed))
    return section(say("Rule and arithmetic"), parts, breakable=True)


def gates(record: VehicleRecord, writer: Writer) -> Part:
    """Show every gate, and the flags that the vehicle carries."""
    say = writer.say
    rows = []
    for gate in gate_rows(record.verdict, certified=record.certificate is not None):
        found = {GateState.HELD: "", GateState.FELL: say("; ").join(gate.details), GateState.MOOT: say("nothing to judge")}[gate.state]
        rows.append((MARKS[gate.state], say(words.BARS[gate.bar].holds), found))
    flags = say("; ").join(f"{say(words.VEHICLE_FLAGS[entry.flag].word)} {flag_figure(entry, writer.formats)}" for entry in record.flags)
    note = say("Any one that falls bars the result from enforcement, whatever it weighs.")
    behaviour = f"{say('Behaviour and signal')}{say(': ')}{flags or say('Nothing to note.')}"
    return section(say("Gates"), [text(note), checks(rows), text(behaviour, plain=True)])


def signal(material: Material, writer: Writer) -> Part:
    """Show the signal of every sensor row."""
    say = writer.say
    if material.signal is None:
        return section(say("Signal"), [text(say("The signal is not here, or is no longer what the record vouches for."))])
    alt = say("Signal of every sensor row over time, with the found axles marked")
    return section(say("Signal"), [plot(waveform_svg(material.signal, writer), alt)])


def certificates(material: Material, writer: Writer) -> Part:
    """Say by what calibration and verification the scale was in order: the verification that the record names, else the published one."""
    record, say = material.record, writer.say
    none = say("none")
    rows: list[tuple[str, ...]] = [(say("Calibration"), none if record.calibration is None else record.calibration.id)]
    if record.calibration is not None:
        rows.append(("", record.calibration.sha256, "mono"))
    if (certificate := record.certificate) is None:
        rows.append((say("Calibration certificate"), none))
    else:
        number = say("No. %(number)s, event counter %(counter)s", number=certificate.number, counter=certificate.counter)
        rows += [(say("Calibration certificate"), number), ("", certificate.sha256, "mono")]
    verified = _published_verification(material, writer) if certificate is None else _signed_verification(certificate, writer)
    rows.append((say("Verification of the scale"), none) if verified is None else (say("Verification of the scale"), verified, "strong"))
    return section(say("Certificates of the scale"), [facts(*rows)])


def _signed_verification(certificate: CertificateEntry, writer: Writer) -> str | None:
    verified = certificate.verification
    return None if verified is None else _term(verified.number, verified.institute, verified.from_us, verified.until_us, writer)


def _published_verification(material: Material, writer: Writer) -> str | None:
    published = material.publication
    if published is None or published.certificate is None or published.verified_from_us is None or published.verified_until_us is None:
        return None
    term = _term(published.certificate, published.institute, published.verified_from_us, published.verified_until_us, writer)
    return writer.say("%(verification)s; published by %(office)s", verification=term, office=published.office)


def _term(number: str, institute: str, from_us: int, until_us: int, writer: Writer) -> str:
    return writer.say(
        "%(number)s, %(institute)s, from %(begin)s to before %(end)s",
        number=number,
        institute=institute,
        begin=writer.formats.moment(from_us),
        end=writer.formats.moment(until_us),
    )


def proofs(material: Material, writer: Writer) -> Part:
    """Give every digest by which record, pictures and software can be held against what is printed."""
    record, detail, say, formats = material.record, material.detail, writer.say, writer.formats
    held = (
        say("Signature verified with the station's enrolled key when this was made.")
        if material.proof.fault is None
        else say("Not verified: %(reason)s.", reason=material.proof.fault.what)
    )
    clock = say(words.CLOCKS[record.clock.state])
    u = say("uncertainty not known") if record.clock.u_us is None else f"± {formats.clock_u_ms(record.clock.u_us)} ms"
    if record.clock.playback_ppm != PPM:
        u += "; " + say("line plays %(factor)s times real time", factor=formats.factor(record.clock.playback_ppm))
    rows: list[tuple[str, ...]] = [
        (say("Record"), f"{record.station} / {record.seq}", "strong"),
        (say("SHA-256 of the signed record"), detail.signed.sha256, "mono"),
        (say("SHA-256 of the record before it"), record.prev_sha256, "mono"),
        (say("Signature"), held),
        (say("Key"), detail.signed.key_id, "mono"),
        (say("Clock"), say(", ").join((clock, u))),
        (say("Passed (UTC)"), formats.utc(record.time_us)),
        (say("Received"), formats.moment(detail.signed.received_us)),
        (say("Software"), f"{record.software.name} {record.software.version}"),
        ("", record.software.sha256, "mono"),
        (say("Rule pack"), record.rules.id),
        ("", record.rules.sha256, "mono"),
        (say("Parameters"), record.parameters_sha256, "mono"),
    ]
    for item, own in zip(detail.supplements, material.supplement_proofs, strict=True):
        state = say("signature verified") if own.fault is None else say("Not verified: %(reason)s.", reason=own.fault.what)
        rows += [(say("Supplement %(seq)s", seq=item.record.seq), state), ("", item.signed.sha256, "mono")]
    media = [
        [
            say(words.MEDIA_ROLES[item.ref.role]),
            cell(item.ref.sha256, mono=True),
            formats.size(item.ref.size),
            say("arrived") if item.present else say("deleted on schedule") if item.deleted_us else say("not arrived"),
        ]
        for item in detail.media
    ]
    parts = [facts(*rows)]
    if media:
        parts.append(figures([say("Medium"), "SHA-256", say("Size"), say("State")], media, words=2, widths=("auto", "1fr", "auto", "auto")))
    return section(say("Record and proofs"), parts, breakable=True)
