"""Which cases a station's publication asks to be screened again: its own, and those of others whose plate passed it."""

import random

import pytest
from sqlalchemy import select, update

from central.evidence.models import Case, Vehicle
from central.office_settings import ReviewSettings
from central.review.screening.opening import take_records
from tests.central.bench import Bench
from tests.central.review.office import Office
from tests.signing_station import SigningStation

PLATES = ("京A00001", "京A00002", "京A00003", "京A00004", None)


def touched_one_by_one(cases: list[Case], vehicles: list[Vehicle], station: str) -> set[int]:
    """Give them by the definition: each case held against every vehicle."""
    return {
        case.id
        for case in cases
        if case.station == station
        or any(vehicle.station == station and vehicle.plate is not None and vehicle.plate == case.plate for vehicle in vehicles)
    }


@pytest.mark.parametrize("seed", range(4))
def test_they_are_those_of_the_definition(bench: Bench, seed: int):
    chance, office = random.Random(seed), Office(bench)
    stations = [bench.station, *(SigningStation(id=f"other-{number}") for number in range(3))]
    for station in stations[1:]:
        bench.enrol(station)
    for _ in range(40):
        station, plate = chance.choice(stations), chance.choice(PLATES)
        if chance.random() < 0.6:
            office.overload(station=station, arrived=False, plate=plate)
        else:
            bench.send(station.next_envelope(plate=plate), topic=station.topic)
    with bench.central.database.write() as session:
        take_records(session, bench.clock(), ReviewSettings())
        for case_id in session.scalars(select(Case.id)).all()[::7]:  # a case keeps the plate of its last screening
            session.execute(update(Case).where(Case.id == case_id).values(plate=chance.choice(PLATES)))
    for station in stations:
        with bench.central.database.read() as session:
            cases, vehicles = list(session.scalars(select(Case))), list(session.scalars(select(Vehicle)))
            before = {case.id: case.screening_wanted for case in cases}
            expected = touched_one_by_one(cases, vehicles, station.id)
        office.publish(station)
        with bench.central.database.read() as session:
            after = dict(session.execute(select(Case.id, Case.screening_wanted)).all())
        assert {case_id for case_id, wanted in after.items() if wanted == before[case_id] + 1} == expected
        assert {case_id for case_id, wanted in after.items() if wanted == before[case_id]} == set(before) - expected
        assert expected
