"""What begins at the cabinet is told once, and again only after it was over."""

from hypothesis import given
from hypothesis import strategies as st

from edge.cabinet import CabinetWatch
from edge.drivers.base import Cabinet

WELL = Cabinet.MAINS


def codes(watch, cabinet):
    return [fault.code for fault in watch.take("cabinet", cabinet)]


def test_each_condition_has_its_name():
    for cabinet, code in [
        (WELL | Cabinet.DOOR_OPEN, "cabinet-door-open"),
        (Cabinet(0), "mains-lost"),
        (WELL | Cabinet.BATTERY, "mains-lost"),
        (WELL | Cabinet.TAMPER, "cabinet-tampered"),
    ]:
        assert codes(CabinetWatch(), cabinet) == [code]


def test_a_healthy_cabinet_and_its_heater_are_no_fault():
    assert codes(CabinetWatch(), WELL | Cabinet.HEATER) == []


@given(st.lists(st.sampled_from([WELL, WELL | Cabinet.DOOR_OPEN]), max_size=30))
def test_a_door_is_told_as_often_as_it_opens(states):
    watch = CabinetWatch()
    told = sum(len(watch.take("cabinet", state)) for state in states)
    assert told == sum(now is not WELL and before is WELL for before, now in zip([WELL, *states], states, strict=False))
