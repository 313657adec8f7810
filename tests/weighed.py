"""Weighed vehicles for the tests: a sound one to change, and Hypothesis strategies for sound and for wild ones."""

from dataclasses import replace

from hypothesis import strategies as st

from contract.axles import Crossing, CrossingFlag
from contract.station import SensorKind
from contract.vehicles import Axle, Body, Vehicle, VehicleClass, VehicleFlag


def axle(load_kg=6_000.0, u_kg=150.0, spacing_m=3.5, group=1):
    return Axle(load_kg=load_kg, u_kg=u_kg, left_kg=load_kg / 2, right_kg=load_kg / 2, spacing_m=spacing_m, group=group)


def crossing(sensor="s1", start=100, flags=frozenset(), kind=SensorKind.STRIP):
    return Crossing(sensor, kind, start, start + 20, start + 10.0, 5_000.0, 900.0, 2.0, flags)


def vehicle(loads_kg=(6_000.0, 9_000.0, 8_000.0), body=Body.RIGID, flags=None, gross_u_kg=500.0):
    axles = tuple(axle(load, spacing_m=3.5 if place else None, group=place + 1) for place, load in enumerate(loads_kg))
    return Vehicle(
        lane=1,
        first_axle_sample=4_000.4,
        start=3_900,
        stop=4_700,
        axles=axles,
        gross_kg=sum(loads_kg),
        gross_u_kg=gross_u_kg,
        speed_m_s=16.7,
        speed_u_m_s=0.05,
        acceleration_m_s2=0.1,
        length_m=9.2,
        lateral_m=1.75,
        vehicle_class=VehicleClass("1+1+1", body, 0.98),
        flags=dict(flags or {}),
        crossings=tuple((crossing("s1", 100 * place + 100), crossing("s2", 100 * place + 150)) for place in range(len(loads_kg))),
        loops=(crossing("loop", 50, frozenset({CrossingFlag.BASELINE}), SensorKind.LOOP),),
    )


any_float = st.floats(allow_nan=True, allow_infinity=True)
wild_axles = st.builds(
    Axle,
    load_kg=any_float,
    u_kg=any_float,
    left_kg=st.none() | any_float,
    right_kg=st.none() | any_float,
    spacing_m=any_float,
    group=st.integers(1, 30),
    dual_tyres=st.none() | st.booleans(),
)


@st.composite
def wild_vehicles(draw):
    """Give vehicles whose every figure may be anything."""
    axles = draw(st.lists(wild_axles, min_size=1, max_size=4)) * draw(st.sampled_from([1, 1, 8, 11]))
    first, *others = axles
    first = replace(first, spacing_m=None)
    return Vehicle(
        lane=draw(st.integers(1, 99)),
        first_axle_sample=draw(any_float),
        start=100,
        stop=900,
        axles=(first, *others),
        gross_kg=draw(any_float),
        gross_u_kg=draw(any_float),
        speed_m_s=draw(any_float),
        speed_u_m_s=draw(any_float),
        acceleration_m_s2=draw(any_float),
        length_m=draw(st.none() | any_float),
        lateral_m=draw(st.none() | any_float),
        vehicle_class=VehicleClass("x", draw(st.sampled_from(Body)), draw(st.floats(0, 1))),
        flags=draw(st.dictionaries(st.sampled_from(VehicleFlag), any_float, max_size=5)),
        crossings=tuple((crossing(),) for _ in axles),
    )


@st.composite
def sound_vehicles(draw):
    """Give vehicles within every bound, some flagged."""
    loads = draw(st.lists(st.floats(500, 20_000), min_size=1, max_size=8))
    flags = draw(st.dictionaries(st.sampled_from(VehicleFlag), st.floats(-100, 100), max_size=4))
    return vehicle(tuple(loads), draw(st.sampled_from(Body)), flags, draw(st.floats(0, 3_000)))
