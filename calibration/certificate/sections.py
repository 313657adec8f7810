"""What a certificate says, section by section, in one language: the data that the template lays out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from calibration.catalogue import N_, Language, language
from calibration.certificate.book import Book, Signed
from calibration.certificate.changes import Change, gains, others
from calibration.certificate.plots import gain_changes, row_errors
from calibration.certificate.sealed import Certificate
from calibration.model import Calibration
from calibration.printing import Leaf, Paper, Part, State, cell, facts, figures, plot, section, signatures, text
from calibration.reference_vehicle import ReferenceVehicle
from contract.rules import rule_book
from contract.signatures import parse_envelope
from contract.station import Station

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class _Writer:
    """All that the sections need."""

    book: Book
    certificate: Certificate
    station: Station
    new: Calibration
    old: Calibration | None
    words: Language
    zone: timezone

    def say(self, message: str, **values: object) -> str:
        return self.words.say(message, **values)

    def moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S} {self.zone}"


def paper_of(book: Book, certificate: Certificate, station: Station, code: str) -> Paper:
    """Give what is printed of a certificate in a language."""
    words = words_in(code)
    pack, _ = rule_book(station.station.rules).at(certificate.approval.time_us)
    replaces = certificate.proposal.replaces
    old = None if replaces is None else book.parameters(book.certificate(replaces.number, "certificate"))
    zone = timezone(timedelta(hours=pack.utc_offset_h))
    writer = _Writer(book, certificate, station, book.parameters(certificate), old, words, zone)
    number = writer.say(N_("No. %(number)s"), number=certificate.number)
    lane = writer.say(N_("lane %(lane)s"), lane=certificate.lane)
    title = writer.say(N_("Calibration certificate"))
    leaf = Leaf(
        lang=code,
        title=title,
        issuer_line=writer.say(N_("Weigh-in-motion station %(station)s"), station=f"{station.station.name} ({station.station.id})"),
        number_line=f"{number} · {lane}",
        state=_state(writer),
        running=f"{title} · {number}",
        place=f"{station.station.id} · {lane}",
        page=writer.say(N_("Page {page} of {pages}")),
        qr_note=writer.say(N_("number and digest to check against")),
        sections=(
            _section(writer, N_("What is calibrated"), [_site(writer)]),
            _section(writer, N_("What is in force"), [_calibration(writer)]),
            _section(writer, N_("Verification of the scale"), _verification(writer)),
            _section(writer, N_("Signatures"), _signatures(writer)),
            _section(writer, N_("Gains, old and new"), _gains(writer), new_page=True),
            _section(writer, N_("Other values, old and new"), [_others(writer)]),
            _section(writer, N_("What rows read over speed"), _rows(writer), new_page=True),
            _section(writer, N_("Reference vehicles and runs"), _runs(writer), breakable=True),
            _section(writer, N_("Proof"), _proof(writer)),
        ),
    )
    return Paper(
        leaves=(leaf,),
        issuer=station.station.name,
        keywords=(station.station.id, str(certificate.number), certificate.calibration.id, certificate.sha256),
        digest=certificate.sha256,
        check=f"WIM-CALIBRATION {station.station.id} {certificate.number} {certificate.sha256}",
        moment=certificate.approval.time,
    )


def words_in(code: str) -> Language:
    """Give a language of the certificates; KeyError for one that is not offered."""
    return language("calibration.certificate", "certificate", code)


def _section(writer: _Writer, title: str, parts: list[Part], *, breakable: bool = False, new_page: bool = False) -> Part:
    return section(writer.say(title), parts, breakable=breakable, new_page=new_page)


def _state(writer: _Writer) -> State:
    begins = writer.moment(writer.certificate.effective_from)
    verification = writer.certificate.verification
    if verification is None:
        none = N_("In force from %(begins)s. No verification of the scale in this state is recorded: nothing may be enforced by it.")
        return State(good=False, text=writer.say(none, begins=begins))
    verified = N_("In force from %(begins)s, until a certificate of a higher number is. The scale is verified until %(until)s.")
    return State(good=True, text=writer.say(verified, begins=begins, until=verification.valid_until))


def _site(writer: _Writer) -> Part:
    site, lane = writer.station.station, writer.station.lane_with(writer.certificate.lane)
    kinds = Counter(sensor.kind.value for sensor in lane.weighing_sensors)
    sensors = ", ".join(f"{count} × {writer.say(_KINDS[kind])}" for kind, count in kinds.items())
    rows = writer.say(N_("%(sensors)s in %(rows)s rows"), sensors=sensors, rows=len(lane.weighing_rows))
    return facts(
        (writer.say(N_("Station")), f"{site.name} ({site.id})"),
        (writer.say(N_("Place")), f"{site.road}, {site.stake}"),
        (writer.say(N_("Lane and direction")), f"{lane.id}, {site.direction}"),
        (writer.say(N_("Sensors")), rows),
    )


_KINDS = {"strip": N_("strip"), "plate": N_("plate")}


def _calibration(writer: _Writer) -> Part:
    certificate, new = writer.certificate, writer.new
    proposal = certificate.proposal
    replaces = proposal.replaces
    before = writer.say(N_("none, it is the first of this lane"))
    if replaces is not None:
        before = writer.say(N_("certificate %(number)s, %(id)s"), number=replaces.number, id=replaces.calibration.id)
    rows = [
        (writer.say(N_("Calibration")), certificate.calibration.id, "strong"),
        (writer.say(N_("SHA-256 of its parameters")), certificate.calibration.sha256, "mono"),
        (writer.say(N_("Fitted")), writer.moment(new.created)),
        (writer.say(N_("In force from")), writer.moment(certificate.effective_from), "strong"),
        (writer.say(N_("Takes the place of")), before),
        (writer.say(N_("Reason")), proposal.reason),
        (writer.say(N_("Event counter")), str(certificate.counter)),
    ]
    if proposal.repeats is not None:
        rows.insert(5, (writer.say(N_("Parameters again those of")), writer.say(N_("certificate %(number)s"), number=proposal.repeats)))
    return facts(*rows)


def _verification(writer: _Writer) -> list[Part]:
    verification = writer.certificate.verification
    note = N_(
        "This certificate puts a calibration into force. It does not verify the scale: that is what the institute's certificate does."
    )
    if verification is None:
        none = N_("No verification of the scale in this state is recorded. The station weighs, and bars every result from enforcement.")
        return [text(writer.say(none)), text(writer.say(note))]
    days = writer.say(N_("%(begin)s to %(end)s, both days included"), begin=verification.valid_from, end=verification.valid_until)
    return [
        facts(
            (writer.say(N_("Verification certificate")), verification.number, "strong"),
            (writer.say(N_("Institute")), verification.institute),
            (writer.say(N_("Valid")), days, "strong"),
            (writer.say(N_("Accuracy classes")), ", ".join(verification.classes)),
        ),
        text(writer.say(note)),
    ]


def _gains(writer: _Writer) -> list[Part]:
    changes = gains(writer.old, writer.new)
    half = [_gain_u(writer.new, change) for change in changes]
    head = [N_("sensor"), N_("old gain"), N_("new gain"), N_("change, %"), N_("U (k = 2), %")]
    rows = [
        [change.of, change.printed(change.old), change.printed(change.new), _relative(change), _share(u, change.new)]
        for change, u in zip(changes, half, strict=True)
    ]
    names = {"sensor_name": N_("sensor"), "gain_name": N_("gain"), "old_name": N_("old"), "new_name": N_("new, with U (k = 2)")}
    drawn = gain_changes(changes, half, **{key: writer.say(name) for key, name in names.items()})
    table = figures([writer.say(one) for one in head], rows, words=1)
    return [table, plot(drawn, writer.say(N_("Gains old and new by sensor, as in the table above")))]


def _gain_u(calibration: Calibration, change: Change) -> float:
    sensor = calibration.sensors.get(change.of)
    return 0.0 if sensor is None else 2 * sensor.gain * sensor.relative_u


def _relative(change: Change) -> str:
    return "–" if change.old is None or change.new is None else f"{PERCENT * (change.new / change.old - 1.0):+.2f}"


def _share(u: float, of: float | None) -> str:
    return "–" if of is None else f"{PERCENT * u / of:.2f}"


def _others(writer: _Writer) -> Part:
    rows = []
    for change in others(writer.old, writer.new):
        shown = [writer.say(change.message, of=change.of), change.unit, change.printed(change.old), change.printed(change.new)]
        rows.append([cell(words, strong=change.is_change and writer.old is not None and place == 3) for place, words in enumerate(shown)])
    head = [writer.say(one) for one in (N_("figure"), N_("unit"), N_("old"), N_("new"))]
    return figures(head, rows, words=2, widths=("1fr", "auto", "auto", "auto"))


def _rows(writer: _Writer) -> list[Part]:
    names = {"speed_name": N_("speed, km/h"), "error_name": N_("reads too much, %"), "row_name": N_("row"), "mean_name": N_("mean of rows")}
    drawn = row_errors(writer.new, **{key: writer.say(name) for key, name in names.items()})
    note = N_(
        "The weighing takes these out. The band is the expanded uncertainty (k = 2) of the mean of rows; circles are the mean that each "
        "reference run gave; broken verticals bound the speeds that were driven, outside of which results are barred."
    )
    return [plot(drawn, writer.say(note)), text(writer.say(note))]


def _runs(writer: _Writer) -> list[Part]:
    new = writer.new
    by_vehicle = {name: [run for run in new.runs if run.vehicle == name] for name in dict.fromkeys(run.vehicle for run in new.runs)}
    vehicles = [
        [name, str(len(runs)), f"{min(run.speed_kmh for run in runs):.1f} – {max(run.speed_kmh for run in runs):.1f}", _mean_of(runs)]
        for name, runs in by_vehicle.items()
    ]
    head = [N_("vehicle"), N_("runs"), N_("speeds, km/h"), N_("mean error, %")]
    weighed = [_static(one) for one in new.references]
    weights = [N_("vehicle"), N_("static axle loads, kg"), N_("gross, kg"), N_("U of an axle (k = 2), kg"), N_("U of gross (k = 2), kg")]
    widths = ("auto", "1fr", "auto", "auto", "auto")
    rows = [
        [str(run.run), run.vehicle, f"{run.speed_kmh:.1f}", *("–" if e is None else f"{PERCENT * e:+.2f}" for e in run.errors)]
        for run in new.runs
    ]
    columns = [writer.say(N_("row %(number)s, %%"), number=number) for number in range(1, len(new.speed.rows) + 1)]
    heads = [writer.say(one) for one in (N_("run"), N_("vehicle"), N_("speed, km/h"))]
    note = N_("Errors are those of the rows' gross weights with the gains above, before what rows read over speed is taken out.")
    tables = [figures([writer.say(one) for one in weights], weighed, words=2, widths=widths)] if weighed else []
    return [
        *tables,
        figures([writer.say(one) for one in head], vehicles, words=1),
        figures([*heads, *columns], rows, words=2),
        text(writer.say(note)),
    ]


def _static(of: ReferenceVehicle) -> list[str]:
    loads = " + ".join(f"{load:.0f}" for load in of.axle_kg)
    return [of.vehicle, loads, f"{of.gross_kg:.0f}", _stated(of.axle_u_kg), _stated(of.gross_u_kg)]


def _stated(u_kg: float | None) -> str:
    return "–" if u_kg is None else f"{u_kg:g}"


def _mean_of(runs: Sequence[Any]) -> str:
    errors = [error for run in runs for error in run.errors if error is not None]
    return f"{PERCENT * sum(errors) / len(errors):+.2f}" if errors else "–"


def _signed(writer: _Writer) -> tuple[Signed, Signed]:
    certificate = writer.certificate
    return writer.book.signed[certificate.proposal.counter - 1], writer.book.signed[certificate.counter - 1]


def _signatures(writer: _Writer) -> list[Part]:
    roles = (N_("Proposed by"), N_("Examined and approved by"))
    how = N_(
        "Signed electronically by two persons; what was signed is listed on the last page. To check this sheet against the station's "
        "ledger: wim-calibration verify --ledger FILE --station FILE --number %(number)s --digest %(digest)s"
    )
    signed = [
        {
            "role": writer.say(role),
            "name": one.entry.by,
            "when": writer.moment(one.entry.time),
            "key_label": writer.say(N_("signed with key")),
            "key": _broken(one.key_id, 32),
        }
        for role, one in zip(roles, _signed(writer), strict=True)
    ]
    said = writer.say(how, number=writer.certificate.number, digest=writer.certificate.sha256[:16])
    return [signatures(signed), text(said)]


def _proof(writer: _Writer) -> list[Part]:
    proposed, approved = _signed(writer)
    proposer, approver = (parse_envelope(one.envelope, "entry").signatures[0].sig for one in (proposed, approved))
    note = N_(
        "Signatures are Ed25519 (RFC 8032) over DSSE envelopes of canonical JSON (RFC 8785): entries %(proposal)s and %(approval)s of the "
        "station's ledger, in which every entry names the SHA-256 of the one before it."
    )
    return [
        facts(
            (writer.say(N_("SHA-256 of the proposal")), proposed.sha256, "mono"),
            (writer.say(N_("Its signature")), "\n".join(_broken(proposer, 64)), "mono"),
            (writer.say(N_("SHA-256 of the approval")), approved.sha256, "mono"),
            (writer.say(N_("Its signature")), "\n".join(_broken(approver, 64)), "mono"),
            (writer.say(N_("Entry before the approval")), approved.entry.prev_sha256, "mono"),
        ),
        text(writer.say(note, proposal=proposed.entry.counter, approval=approved.entry.counter)),
    ]


def _broken(text: str, width: int) -> list[str]:
    """Break what has no blanks into lines."""
    return [text[begin : begin + width] for begin in range(0, len(text), width)]
