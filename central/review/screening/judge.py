"""The gates, judged in order from facts alone: no I/O, no clock."""

from collections.abc import Callable, Mapping
from typing import Final

from central.evidence.models import ChainState
from central.office_settings import ReviewSettings
from central.review.gates import Checklist, GateName, GateResult, GateState, Reason, Why
from central.review.proposal import pack_of
from central.review.screening.facts import Facts
from central.review.screening.pictures import Readable
from contract.records import ClockState
from contract.units import PPM
from contract.verdicts import Bar

GATE_OF_BAR: Final[Mapping[Bar, GateName]] = {
    Bar.SPEED: GateName.SPEED,
    Bar.ACCELERATION: GateName.BEHAVIOUR,
    Bar.STOPPED: GateName.BEHAVIOUR,
    Bar.OFF_SENSORS: GateName.BEHAVIOUR,
    Bar.SIGNAL: GateName.QUALITY,
    Bar.ROWS: GateName.QUALITY,
    Bar.INCOMPLETE: GateName.QUALITY,
    Bar.FLAGGED: GateName.QUALITY,
    Bar.CLASS: GateName.CLASS,
    Bar.RULES: GateName.RULES,
    Bar.CLOCK: GateName.CLOCK,
    Bar.PLAYBACK: GateName.PLAYBACK,
    Bar.CALIBRATION: GateName.CALIBRATION,
    Bar.VERIFICATION: GateName.VERIFICATION,
}
"""The gate that falls with each bar of the station, but for the bars on plate and pictures: both may have come since it signed."""

JUDGED_ANEW: Final = frozenset({Bar.NO_PLATE, Bar.PLATE, Bar.PICTURES})

Judge = Callable[[Facts, ReviewSettings], tuple[Reason, ...]]


def judge(facts: Facts, settings: ReviewSettings) -> Checklist:
    """Give every gate in order; where the station has no key at all, its signature is moot."""
    results = []
    for gate in GateName:
        if gate is GateName.SIGNATURE and not facts.keys:
            results.append(GateResult(gate=gate, state=GateState.MOOT))
            continue
        reasons = _own(gate, facts, settings) + _barred(gate, facts)
        results.append(GateResult(gate=gate, state=GateState.FELL if reasons else GateState.HELD, reasons=reasons))
    return Checklist(gates=tuple(results))


def _own(gate: GateName, facts: Facts, settings: ReviewSettings) -> tuple[Reason, ...]:
    found = _JUDGES.get(gate)
    return () if found is None else found(facts, settings)


def _barred(gate: GateName, facts: Facts) -> tuple[Reason, ...]:
    """Give the station's own bars that belong to a gate, with the station's words."""
    fallen = (one for one in facts.record.verdict.barred_by if GATE_OF_BAR.get(one.bar) is gate)
    return tuple(Reason(why=Why.BARRED, figures={"bar": one.bar.value, "detail": one.detail}) for one in fallen)


def _signature(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    return () if facts.signer is not None else (Reason(why=Why.SIGNATURE_BAD),)


def _chain(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    if facts.chain is ChainState.LINKED:
        return ()
    return (Reason(why=Why.PREDECESSOR_MISSING, figures={"seq": facts.record.seq - 1}),)


def _enrolled(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    if facts.signer is not None:
        held = facts.signer.covers(facts.record.time_us)
    else:
        held = any(key.covers(facts.record.time_us) for key in facts.keys.values())
    return () if held else (Reason(why=Why.KEY_NOT_IN_FORCE),)


def _published(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    return () if facts.publication is not None else (Reason(why=Why.STATION_NOT_PUBLISHED),)


def _verification(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    """Hold the scale's verification against the moment: the one that the signed record names, else the one that was published."""
    record, published = facts.record, facts.publication
    if record.certificate is None:
        if published is None or published.certificate is None:
            return (Reason(why=Why.NO_CERTIFICATE),)
        if published.verified_at(record.time_us):
            return ()
        return (Reason(why=Why.VERIFICATION_NOT_IN_FORCE, figures={"certificate": published.certificate}),)
    if record.certificate.verified_at(record.time_us):
        return ()
    entry = record.certificate.verification
    return (Reason(why=Why.VERIFICATION_NOT_IN_FORCE, figures={} if entry is None else {"certificate": entry.number}),)


def _calibration(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    return () if facts.record.calibration is not None else (Reason(why=Why.NO_CALIBRATION),)


def _class(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    """Ask that a limit fits what the vehicle was found to be."""
    return () if facts.record.verdict.deciding is not None else (Reason(why=Why.CLASS_UNKNOWN),)


def _clock(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    state = facts.record.clock.state
    return () if state is ClockState.SYNCHRONISED else (Reason(why=Why.CLOCK_NOT_SYNCHRONISED, figures={"state": state.value}),)


def _rules(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    pack = pack_of(facts.record)
    if pack is None:
        return (Reason(why=Why.RULES_UNKNOWN, figures={"rules": facts.record.rules.id}),)
    return () if pack.in_force(facts.record.time_us) else (Reason(why=Why.RULES_NOT_IN_FORCE, figures={"rules": pack.id}),)


def _verdict(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    return () if facts.mark is None else (Reason(why=Why.VERDICT_DIFFERS, figures={"mark": facts.mark}),)


def _pictures(facts: Facts, settings: ReviewSettings) -> tuple[Reason, ...]:
    """Ask for enough pictures that are here, decode and are large; otherwise say what is wrong with the ones there are."""
    least = settings.picture_kilopixels_min * 1_000
    good = [one for one in facts.pictures if one.readable is Readable.YES and one.pixels >= least]
    if len(good) >= settings.pictures_min:
        return ()
    counted = {
        Why.PICTURES_NOT_HERE: sum(one.readable is Readable.NOT_HERE for one in facts.pictures),
        Why.PICTURE_UNREADABLE: sum(one.readable is Readable.NO for one in facts.pictures),
        Why.PICTURE_SMALL: sum(one.readable is Readable.YES and one.pixels < least for one in facts.pictures),
    }
    reasons = [Reason(why=why, figures={"count": count}) for why, count in counted.items() if count]
    if len(facts.pictures) < settings.pictures_min:
        reasons.insert(0, Reason(why=Why.PICTURES_FEW, figures={"count": len(facts.pictures), "least": settings.pictures_min}))
    return tuple(reasons)


def _plate(facts: Facts, settings: ReviewSettings) -> tuple[Reason, ...]:
    least_ppm = round(settings.plate_certainty_min * PPM)
    if facts.plate is None:
        return (Reason(why=Why.NO_PLATE),)
    if facts.contradicted_ppm and facts.contradicted_ppm >= least_ppm:
        return (Reason(why=Why.PLATE_CONTRADICTED, figures={"certainty_ppm": facts.contradicted_ppm}),)
    if facts.plate_certainty_ppm < least_ppm:
        return (Reason(why=Why.PLATE_UNCERTAIN, figures={"certainty_ppm": facts.plate_certainty_ppm, "least_ppm": least_ppm}),)
    return ()


def _playback(facts: Facts, _settings: ReviewSettings) -> tuple[Reason, ...]:
    speed_ppm = facts.record.clock.playback_ppm
    return () if speed_ppm == PPM else (Reason(why=Why.PLAYBACK, figures={"playback_ppm": speed_ppm}),)


_JUDGES: Final[Mapping[GateName, Judge]] = {
    GateName.SIGNATURE: _signature,
    GateName.CHAIN: _chain,
    GateName.ENROLLED: _enrolled,
    GateName.PUBLISHED: _published,
    GateName.VERIFICATION: _verification,
    GateName.CALIBRATION: _calibration,
    GateName.CLASS: _class,
    GateName.CLOCK: _clock,
    GateName.RULES: _rules,
    GateName.VERDICT: _verdict,
    GateName.PICTURES: _pictures,
    GateName.PLATE: _plate,
    GateName.PLAYBACK: _playback,
}
"""What central finds by itself; speed, behaviour and quality rest on the station's flags, whose bars the verdict's check demands."""
