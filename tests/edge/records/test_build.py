"""What the station writes down: the integers that were judged, in a record that central reads."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.canonical import canonical_bytes
from contract.chain import GENESIS, Link, check_link, link_of
from contract.media import MediaRef, MediaRole
from contract.plates import PlateColour, PlateRead
from contract.records import Clock, ClockState, Identity, Software, parse_record
from contract.rules import rule_pack
from contract.station import Gates
from contract.vehicles import VehicleFlag
from edge.records.build import Identities, build_record, plate_entry, supplement, to_ppm
from edge.verdicts.decide import decide
from tests.weighed import sound_vehicles, vehicle, wild_vehicles

PACK = rule_pack("cn")
CLOCK = Clock(state=ClockState.SYNCHRONISED, u_us=2_000)
IDENTITIES = Identities(
    station="G107-K1532",
    software=Software(name="weighline", version="0.1.0", sha256="1" * 64),
    parameters_sha256="2" * 64,
)
CALIBRATION = Identity(id="cal-1", sha256="3" * 64)
RULES = Identity(id=PACK.id, sha256=PACK.sha256)
READ = PlateRead(camera="cam", event_id="e-1", time_us=1_790_000_000_000_000, text="湘A12345", confidence=0.975, colour=PlateColour.YELLOW)


def verdict_on(one):
    return decide(one, PACK, Gates(), CLOCK, plate_certainty=None, has_pictures=False, calibrated=True)


def record_of(one, after=GENESIS, **more):
    return build_record(one, verdict_on(one), after=after, identities=IDENTITIES, rules=RULES, time_us=READ.time_us, clock=CLOCK, **more)


def test_figures_become_integers_with_units():
    record = record_of(vehicle((6_000.4, 9_000.6, 8_000.0)), pavement_c=21.456)
    assert [axle.load_kg for axle in record.axles] == [6_000, 9_001, 8_000]
    assert record.gross_kg == 23_001
    assert [axle.spacing_mm for axle in record.axles] == [None, 3_500, 3_500]
    assert (record.speed_mm_s, record.speed_u_mm_s, record.acceleration_mm_s2) == (16_700, 50, 100)
    assert (record.length_mm, record.lateral_mm, record.pavement_c_milli) == (9_200, 1_750, 21_456)
    assert record.first_axle_sample == 4_000
    assert record.class_confidence_ppm == 980_000
    assert (record.seq, record.prev_sha256) == (1, GENESIS.sha256)


def test_flags_carry_their_figures():
    record = record_of(vehicle(flags={VehicleFlag.ROWS_DISAGREE: 0.125, VehicleFlag.BRAKING: -0.7}))
    assert [(flag.flag, flag.figure_milli) for flag in record.flags] == [("braking", -700), ("rows-disagree", 125)]


def test_crossings_stand_in_the_order_in_which_they_happened():
    record = record_of(vehicle())
    assert [(crossing.sensor, crossing.axle) for crossing in record.crossings] == [
        ("loop", 0),
        ("s1", 1),
        ("s2", 1),
        ("s1", 2),
        ("s2", 2),
        ("s1", 3),
        ("s2", 3),
    ]
    assert record.crossings[0].flags == ("baseline",)


def test_a_plate_comes_with_its_reads_and_an_empty_one_not_at_all():
    entry = plate_entry(READ, facing="front", certainty=0.93, residual_us=-12_000, reasons=("in time",))
    record = record_of(vehicle(), plate="湘A12345", plate_certainty=0.93, plates=(entry,))
    assert (record.plate, record.plate_certainty_ppm) == ("湘A12345", 930_000)
    assert record.plates[0].confidence_ppm == 975_000
    empty = record_of(vehicle(), plate="", plate_certainty=0.4)
    assert (empty.plate, empty.plate_certainty_ppm) == (None, 0)


def test_a_verdict_on_another_vehicle_is_a_program_error():
    light = vehicle((4_000.0, 5_000.0, 5_000.0))
    with pytest.raises(ValueError, match="the verdict is on 14000 kg, the vehicle weighs 23000 kg"):
        build_record(vehicle(), verdict_on(light), after=GENESIS, identities=IDENTITIES, rules=RULES, time_us=READ.time_us, clock=CLOCK)


@given(st.one_of(sound_vehicles(), wild_vehicles()))
def test_whatever_was_weighed_becomes_a_record_that_is_read_back(one):
    record = record_of(one)
    assert parse_record(canonical_bytes(record), "test") == record
    assert record.gross_kg == sum(axle.load_kg for axle in record.axles)


@given(sound_vehicles())
def test_the_same_vehicle_gives_the_same_bytes(one):
    again = replace(one, flags=dict(reversed(one.flags.items())))
    assert canonical_bytes(record_of(one)) == canonical_bytes(record_of(again))


def test_a_supplement_continues_the_chain_and_names_its_vehicle():
    first = record_of(vehicle())
    link = link_of(first, canonical_bytes(first))
    ref = MediaRef(role=MediaRole.SCENE, sha256="4" * 64, media_type="image/jpeg", size=10)
    late = supplement(link, after=link, station="G107-K1532", time_us=READ.time_us, media=(ref,))
    check_link(link, late, "test")
    assert (late.of_seq, late.of_sha256) == (link.seq, link.sha256)
    assert parse_record(canonical_bytes(late), "test") == late


def test_the_chain_goes_on_from_any_link():
    assert record_of(vehicle(), after=Link(41, "a" * 64)).seq == 42


@pytest.mark.parametrize(("share", "ppm"), [(0.0, 0), (1.0, 1_000_000), (-0.1, 0), (1.1, 1_000_000), (0.1234567, 123_457)])
def test_shares_are_clipped(share, ppm):
    assert to_ppm(share) == ppm
