"""The verdict of the station: every bar falls for its own reason, with a figure, and hides no other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.chain import GENESIS
from contract.limits import weighed_of
from contract.limits.pack import FlagBar
from contract.recordable import gross_kg, recordable
from contract.records import CertificateEntry, Clock, ClockState, Identity, Software, VerificationEntry
from contract.rules import rule_pack
from contract.station import Gates
from contract.vehicles import Body, VehicleFlag
from contract.verdicts import Bar, DecisionRule, Outcome
from edge.records.build import Identities, build_record
from edge.verdicts.decide import decide, weighed
from tests.weighed import sound_vehicles, vehicle, wild_vehicles

PACK = rule_pack("cn")
GOOD_CLOCK = Clock(state=ClockState.SYNCHRONISED, u_us=2_000)
OVERLOADED = vehicle((9_000.0, 11_000.0, 10_000.0))


VERIFIED = VerificationEntry(number="JJG-7", institute="Institute", from_us=1_000, until_us=2_000)
CERTIFICATE = CertificateEntry(number=3, sha256="5" * 64, counter=7, verification=VERIFIED)


def judged(
    one=OVERLOADED,
    gates=None,
    clock=GOOD_CLOCK,
    certainty=0.95,
    *,
    pictures=True,
    calibrated=True,
    in_force=True,
    pack=PACK,
    certificate=None,
    time_us=1_500,
):
    return decide(
        one,
        pack,
        gates or Gates(),
        clock,
        plate_certainty=certainty,
        has_pictures=pictures,
        calibrated=calibrated,
        in_force=in_force,
        certificate=certificate,
        time_us=time_us,
    )


def bars_of(*arguments, **keywords):
    return [gate.bar for gate in judged(*arguments, **keywords).barred_by]


def test_a_sound_overload_is_enforceable():
    verdict = judged()
    assert verdict.outcome is Outcome.OVERLOAD
    assert verdict.enforceable
    assert verdict.barred_by == ()


@pytest.mark.parametrize("time_us", [1_000, 1_999])
def test_within_the_dates_of_the_scales_verification_it_is_enforceable(time_us):
    assert judged(certificate=CERTIFICATE, time_us=time_us).enforceable


def test_nothing_bars_a_light_vehicle_either():
    assert judged(vehicle()).outcome is Outcome.WITHIN_LIMITS


def test_the_uncertainty_is_the_guard_band():
    just_over = vehicle((8_000.0, 9_000.0, 8_300.0), gross_u_kg=400.2)
    assert judged(just_over).outcome is Outcome.INSIDE_GUARD_BAND
    assert judged(just_over).gross.guard_kg == 401
    assert judged(just_over, Gates(decision_rule="none")).outcome is Outcome.OVERLOAD


def test_the_legal_error_comes_from_the_gates():
    gates = Gates(decision_rule="maximum-permissible-error", mpe_share=0.05)
    verdict = judged(gates=gates)
    assert verdict.decision_rule is DecisionRule.MAXIMUM_PERMISSIBLE_ERROR
    assert verdict.gross.guard_kg == 1_500
    assert verdict.mpe_share_ppm == 50_000


@pytest.mark.parametrize(
    ("flag", "bar"),
    [
        (VehicleFlag.STOPPED, Bar.STOPPED),
        (VehicleFlag.REVERSING, Bar.SPEED),
        (VehicleFlag.TOO_SLOW, Bar.SPEED),
        (VehicleFlag.TOO_FAST, Bar.SPEED),
        (VehicleFlag.OUTSIDE_CALIBRATION, Bar.SPEED),
        (VehicleFlag.OUTSIDE_TEMPERATURE, Bar.FLAGGED),
        (VehicleFlag.OUTSIDE_LOAD, Bar.FLAGGED),
        (VehicleFlag.OFF_LEFT, Bar.OFF_SENSORS),
        (VehicleFlag.OFF_RIGHT, Bar.OFF_SENSORS),
        (VehicleFlag.STRADDLING, Bar.OFF_SENSORS),
        (VehicleFlag.S_PATH, Bar.OFF_SENSORS),
        (VehicleFlag.WRONG_WAY, Bar.SPEED),
        (VehicleFlag.NOISY, Bar.SIGNAL),
        (VehicleFlag.SIGNAL_GAP, Bar.SIGNAL),
        (VehicleFlag.SATURATED, Bar.SIGNAL),
        (VehicleFlag.CHANNEL_FAULT, Bar.SIGNAL),
        (VehicleFlag.SPIKE, Bar.SIGNAL),
        (VehicleFlag.TWO_WHEELS, Bar.SIGNAL),
        (VehicleFlag.ROWS_DISAGREE, Bar.ROWS),
        (VehicleFlag.INCOMPLETE, Bar.INCOMPLETE),
        (VehicleFlag.NO_LOOP, Bar.CLASS),
        (VehicleFlag.AXLE_COUNT_UNSURE, Bar.CLASS),
        (VehicleFlag.UNCLASSIFIED, Bar.CLASS),
        (VehicleFlag.UNCALIBRATED, Bar.CALIBRATION),
        (VehicleFlag.ACCELERATING, None),
        (VehicleFlag.BRAKING, None),
        (VehicleFlag.FEWER_ROWS, None),
        (VehicleFlag.AXLE_MISSING, None),
        (VehicleFlag.TAILGATING, None),
        (VehicleFlag.UNBALANCED, None),
    ],
)
def test_each_flag_has_its_bar(flag, bar):
    assert bars_of(replace(OVERLOADED, flags={flag: 1.0})) == ([bar] if bar else [])


def test_every_flag_is_in_the_table_above():
    (mark,) = test_each_flag_has_its_bar.pytestmark
    assert {flag for flag, _ in mark.args[1]} == set(VehicleFlag)


@pytest.mark.parametrize(
    ("changes", "bar", "said"),
    [
        ({"one": replace(OVERLOADED, speed_m_s=1.0)}, Bar.SPEED, "3.6 km/h; allowed are 5 to 100 km/h"),
        ({"one": replace(OVERLOADED, speed_m_s=30.0)}, Bar.SPEED, "108.0 km/h; allowed are 5 to 100 km/h"),
        ({"one": replace(OVERLOADED, acceleration_m_s2=-1.2)}, Bar.ACCELERATION, "-1.20 m/s²; allowed is at most 1 m/s²"),
        ({"clock": Clock(state=ClockState.UNSYNCHRONISED, u_us=1)}, Bar.CLOCK, "the clock was unsynchronised"),
        ({"clock": Clock(state=ClockState.STEPPED, u_us=1)}, Bar.CLOCK, "the clock was stepped"),
        ({"clock": Clock(state=ClockState.SYNCHRONISED, u_us=1_500_000)}, Bar.CLOCK, "sure to 1.500 s; allowed is 1 s"),
        ({"clock": Clock(state=ClockState.SYNCHRONISED, u_us=1, playback_ppm=4_000_000)}, Bar.PLAYBACK, "played 4 times as fast"),
        ({"in_force": False}, Bar.RULES, "judged by cn-62-2016, in force from 2016-09-21"),
        ({"calibrated": False}, Bar.CALIBRATION, "without a valid calibration"),
        ({"certificate": CERTIFICATE, "time_us": 999}, Bar.VERIFICATION, "JJG-7 holds from 1970-01-01 00:00 to 1970-01-01 00:00 UTC"),
        ({"certificate": CERTIFICATE, "time_us": 2_000}, Bar.VERIFICATION, "not at the passage"),
        ({"certificate": CERTIFICATE.model_copy(update={"verification": None})}, Bar.VERIFICATION, "certificate 3 names no verification"),
        ({"certainty": None}, Bar.NO_PLATE, "no plate was matched"),
        ({"certainty": 0.5}, Bar.PLATE, "plate certainty 0.500; needed is 0.8"),
        ({"pictures": False}, Bar.PICTURES, "no picture"),
    ],
)
def test_each_gate_says_its_figure_and_what_is_allowed(changes, bar, said):
    (gate,) = judged(**changes).barred_by
    assert gate.bar is bar
    assert said in gate.detail
    assert not judged(**changes).enforceable


def test_a_flag_that_the_pack_does_not_name_bars_and_a_threshold_is_said():
    one = replace(OVERLOADED, flags={VehicleFlag.STRADDLING: 0.4, VehicleFlag.ROWS_DISAGREE: 0.2, VehicleFlag.SPIKE: 2.0})
    rows = FlagBar(bar=Bar.ROWS, above=0.15)
    pack = PACK.model_copy(update={"bars": {VehicleFlag.ROWS_DISAGREE: rows, VehicleFlag.SPIKE: "none"}})
    gates = {gate.bar: gate.detail for gate in judged(one, pack=pack).barred_by}
    assert set(gates) == {Bar.FLAGGED, Bar.ROWS}
    assert gates[Bar.ROWS].endswith("; allowed is 0.15")
    within = replace(one, flags={VehicleFlag.ROWS_DISAGREE: 0.1})
    assert judged(within, pack=pack).enforceable


def test_the_calibration_gate_is_no_pack_s_to_clear():
    pack = PACK.model_copy(update={"bars": {VehicleFlag.UNCALIBRATED: "none"}})
    assert [gate.bar for gate in judged(replace(OVERLOADED, flags={VehicleFlag.UNCALIBRATED: 1.0}), pack=pack).barred_by] == [
        Bar.CALIBRATION
    ]


@given(sound_vehicles())
def test_the_record_states_exactly_what_was_judged(one):
    drive = replace(one.vehicle_class, drive_axles=1, drive_group=2)
    known = replace(one, vehicle_class=drive)
    record = build_record(
        known,
        judged(known),
        after=GENESIS,
        identities=Identities("G107-K1532", Software(name="w", version="1", sha256="1" * 64), "2" * 64),
        rules=Identity(id=PACK.id, sha256=PACK.sha256),
        time_us=1_790_000_000_000_000,
        clock=GOOD_CLOCK,
    )
    assert weighed_of(record) == weighed(recordable(known))


def test_no_bar_hides_another():
    worst = replace(OVERLOADED, speed_m_s=30.0, acceleration_m_s2=3.0, flags={VehicleFlag.SPIKE: 1.0, VehicleFlag.NO_LOOP: 2.0})
    clock = Clock(state=ClockState.STEPPED, u_us=0, playback_ppm=2_000_000)
    assert set(bars_of(worst, clock=clock, certainty=None, pictures=False, calibrated=False)) == {
        Bar.SPEED,
        Bar.ACCELERATION,
        Bar.SIGNAL,
        Bar.CLASS,
        Bar.CLOCK,
        Bar.PLAYBACK,
        Bar.CALIBRATION,
        Bar.NO_PLATE,
        Bar.PICTURES,
    }


def test_what_was_not_weighed_whole_is_not_judged():
    verdict = judged(replace(OVERLOADED, flags={VehicleFlag.INCOMPLETE: 1.0}))
    assert verdict.outcome is Outcome.NOT_ASSESSABLE
    assert verdict.overload_probability_ppm == 0


@given(wild_vehicles())
def test_whatever_was_weighed_gets_a_verdict_and_no_wild_one_is_enforced(wild):
    verdict = judged(wild)
    if VehicleFlag.INCOMPLETE in recordable(wild).flags:
        assert verdict.outcome is Outcome.NOT_ASSESSABLE
        assert Bar.INCOMPLETE in {gate.bar for gate in verdict.barred_by}


@given(sound_vehicles())
def test_the_judged_weight_is_that_of_the_record(one):
    verdict = judged(one)
    assert verdict.gross is None or verdict.gross.measured_kg == gross_kg(recordable(one))


@given(sound_vehicles(), st.floats(0, 5_000))
def test_more_weight_is_never_milder(one, more_kg):
    order = [Outcome.WITHIN_LIMITS, Outcome.INSIDE_GUARD_BAND, Outcome.OVERLOAD]
    first, *others = one.axles
    heavier = replace(one, axles=(replace(first, load_kg=first.load_kg + more_kg), *others))
    before, after = judged(one).outcome, judged(heavier).outcome
    assert (before is Outcome.NOT_ASSESSABLE) == (after is Outcome.NOT_ASSESSABLE)
    if before in order:
        assert order.index(after) >= order.index(before)


def test_an_unknown_body_gets_the_higher_limit_and_says_so():
    verdict = judged(replace(OVERLOADED, vehicle_class=replace(OVERLOADED.vehicle_class, body=Body.UNKNOWN)))
    assert verdict.gross.limit_kg == 27_000
    assert any("body not known" in text for text in verdict.assumptions)
