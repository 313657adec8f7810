"""A plate that two vehicles bear: the case is barred in whichever order the passages come, until a person rules the other one out."""

from itertools import permutations

import pytest
from sqlalchemy import update

from central.evidence.models import Case, Vehicle
from central.evidence.screenings import want_screening
from central.review.gates import GateName, Why
from central.review.workflow import State
from contract.records import Clock, ClockState, FlagEntry
from contract.vehicles import VehicleFlag
from tests.central.review.office import APPROVER, LEGAL, PLATE, REVIEWER, Office
from tests.central.review.test_four_eyes import refused
from tests.central.review.test_screening import LIGHT_KG, fallen, read_plate
from tests.signing_station import T0_US, SigningStation

MINUTE_US = 60_000_000
HERE = {"latitude_udeg": 39_000_000, "longitude_udeg": 116_000_000}
THERE = {"latitude_udeg": 39_600_000, "longitude_udeg": 116_000_000}
"""66.7 km along the meridian: 130 km/h takes 30.5 minutes of what the places allow."""


@pytest.fixture
def there(sqlite_office: Office) -> SigningStation:
    """Give a second station, 66.7 km from the first; both places are published."""
    sqlite_office.publish(from_us=2, **HERE)
    return second(sqlite_office)


def second(office: Office) -> SigningStation:
    station = SigningStation(id="G104-K80")
    office.bench.enrol(station)
    office.publish(station, **THERE)
    return station


def light(office: Office, station: SigningStation, minutes: float, **changes: object) -> None:
    """Let a vehicle of the plate pass that is not overloaded, so that it has no case."""
    record = office.overload(station=station, loads_kg=LIGHT_KG, arrived=False, time_us=T0_US + round(minutes * MINUTE_US), **changes)
    assert record.plate == PLATE


def test_a_plate_seen_too_far_away_bars_the_case_and_says_where_how_far_and_how_fast(sqlite_office: Office, there: SigningStation):
    light(sqlite_office, there, 20)
    case_id = sqlite_office.new_case(time_us=T0_US)
    assert fallen(sqlite_office, case_id) == {GateName.UNIQUE: [Why.TOO_FAST]}
    assert sqlite_office.state(case_id) is State.BARRED
    (reason,) = sqlite_office.view(case_id).checklist.doubted
    figures = dict(reason.figures)
    assert (figures.pop("passage"), figures.pop("distance_m"), figures.pop("elapsed_s")) == ("G104-K80/1", 66_717, 1_200)
    assert figures == {"speed_km_h": 198, "most_km_h": 130}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_does_not_matter(sqlite_office: Office, order: tuple[int, ...]):
    station = second(sqlite_office)
    ids: list[int] = []
    steps = (
        lambda: ids.append(sqlite_office.new_case(time_us=T0_US)),
        lambda: light(sqlite_office, station, 20),
        lambda: sqlite_office.publish(from_us=2, **HERE),
    )
    for step in order:
        steps[step]()
        sqlite_office.screen()
    assert fallen(sqlite_office, ids[0]) == {GateName.UNIQUE: [Why.TOO_FAST]}


def test_two_overloads_doubt_each_other_and_are_no_trip(office: Office):
    office.publish(from_us=2, **HERE)
    one = office.new_case(time_us=T0_US)
    assert office.state(one) is State.SCREENED
    other = office.new_case(station=second(office), time_us=T0_US + 20 * MINUTE_US)
    for case_id in (one, other):
        assert fallen(office, case_id) == {GateName.UNIQUE: [Why.TOO_FAST]}
        assert office.row(case_id).trip is None


def test_a_late_plate_of_the_other_passage_counts_too(sqlite_office: Office, there: SigningStation):
    case_id = sqlite_office.new_case(time_us=T0_US)
    other = there.vehicle(plate=None, plate_certainty_ppm=0, loads_kg=LIGHT_KG, time_us=T0_US + 20 * MINUTE_US)
    sqlite_office.bench.send(there.sign(other), topic=there.topic)
    sqlite_office.screen()
    assert sqlite_office.state(case_id) is State.SCREENED
    supplement = there.supplement(there.last, plates=(read_plate(950_000),))
    sqlite_office.bench.send(there.sign(supplement), topic=there.topic)
    sqlite_office.screen()
    assert Why.TOO_FAST in fallen(sqlite_office, case_id)[GateName.UNIQUE]


@pytest.mark.parametrize(
    ("minutes", "changes"),
    [
        (40, {}),
        (25 * 60, {}),
        (20, {"plate_certainty_ppm": 790_000}),
        (20, {"clock": Clock(state=ClockState.UNSYNCHRONISED)}),
        (20, {"clock": Clock(state=ClockState.SYNCHRONISED, u_us=1_000, playback_ppm=2_000_000)}),
    ],
)
def test_what_proves_nothing_bars_nothing(sqlite_office: Office, there: SigningStation, minutes, changes):
    light(sqlite_office, there, minutes, **changes)
    assert sqlite_office.state(sqlite_office.new_case(time_us=T0_US)) is State.SCREENED


def test_other_axles_and_another_colour_at_the_same_station(sqlite_office: Office):
    station = sqlite_office.bench.station
    rigid = station.vehicle(loads_kg=(5_000, 9_000), time_us=T0_US - 90 * MINUTE_US, plates=(read_plate(950_000) | {"colour": "blue"},))
    sqlite_office.bench.send(station.sign(rigid))
    case_id = sqlite_office.new_case(time_us=T0_US, plates=(read_plate(950_000),))
    assert fallen(sqlite_office, case_id) == {GateName.UNIQUE: [Why.OTHER_AXLES, Why.OTHER_COLOUR]}
    unsure = station.vehicle(loads_kg=(5_000, 9_000), plate="京B20008", flags=(FlagEntry(flag=VehicleFlag.TAILGATING, figure_milli=1),))
    sqlite_office.bench.send(station.sign(unsure))
    assert sqlite_office.state(sqlite_office.new_case(time_us=T0_US, plate="京B20008")) is State.SCREENED


def test_only_a_finding_that_names_the_passage_clears_it_and_three_persons_still_decide(sqlite_office: Office, there: SigningStation):
    office = sqlite_office
    light(office, there, 20)
    light(office, there, 25)
    case_id = office.new_case(time_us=T0_US)
    refused(office, "field-invalid", case_id, "rule-out-passage", REVIEWER, passage="G104-K80/9")
    refused(office, "field-missing", case_id, "rule-out-passage", REVIEWER, passage="G104-K80/1", evidence="")
    refused(office, "not-allowed", case_id, "rule-out-passage", LEGAL, passage="G104-K80/1")
    office.act(case_id, "rule-out-passage", REVIEWER, passage="G104-K80/1")
    office.screen()
    assert office.state(case_id) is State.BARRED
    assert office.view(case_id).checklist.doubted_passages == ("G104-K80/2",)
    refused(office, "field-invalid", case_id, "rule-out-passage", REVIEWER, passage="G104-K80/1")
    office.act(case_id, "rule-out-passage", REVIEWER, passage="G104-K80/2")
    office.screen()
    assert office.state(case_id) is State.SCREENED
    taken = [event.action for event in office.view(case_id).history]
    assert taken == ["open", "bar", "rule-out-passage", "bar", "rule-out-passage", "clear"]
    office.drive(case_id, "confirm", "pass-legal", "decide-penalty")
    light(office, there, 26)
    office.screen()
    assert office.state(case_id) is State.DECIDED
    refused(office, "gate-fell", case_id, "notify", REVIEWER)


def test_a_doubt_under_review_stops_the_case_until_it_is_returned_and_ruled_out(sqlite_office: Office, there: SigningStation):
    office = sqlite_office
    case_id = office.new_case(time_us=T0_US)
    office.drive(case_id, "confirm", "pass-legal")
    light(office, there, 20)
    office.screen()
    refused(office, "gate-fell", case_id, "decide-penalty", APPROVER)
    office.drive(case_id, "return-to-reviewer", "rule-out-passage")
    office.screen()
    office.drive(case_id, "confirm", "pass-legal", "decide-penalty")
    assert office.state(case_id) is State.DECIDED


def test_a_doubt_outlives_the_other_vehicle_s_plate(sqlite_office: Office, there: SigningStation):
    light(sqlite_office, there, 20)
    case_id = sqlite_office.new_case(time_us=T0_US)
    with sqlite_office.bench.central.database.write() as session:
        session.execute(update(Vehicle).where(Vehicle.station == there.id).values(plate=None, swept_us=1))
        want_screening(session, Case.id == case_id)
    sqlite_office.screen()
    assert sqlite_office.view(case_id).checklist.doubted_passages == ("G104-K80/1",)
