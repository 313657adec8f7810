"""What the reference weights' own uncertainty is worth."""

import pytest

from calibration.reference_vehicle import ReferenceVehicle, common_u


def vehicle(axle_u_kg=None, gross_u_kg=None, axle_kg=(6_000.0, 10_000.0)):
    return ReferenceVehicle(vehicle="A", axle_kg=axle_kg, axle_u_kg=axle_u_kg, gross_u_kg=gross_u_kg)


def test_worked_values():
    assert vehicle(gross_u_kg=32.0).relative_u == pytest.approx(0.001)  # 32 / 2 / 16 000
    assert vehicle(axle_u_kg=20.0).relative_u == pytest.approx(0.00125)  # 2 · 20 / 2 / 16 000
    assert vehicle(axle_u_kg=20.0, gross_u_kg=32.0).relative_u == pytest.approx(0.001)
    assert vehicle().relative_u is None


def test_one_scales_error_does_not_shrink_with_the_number_of_vehicles():
    assert common_u([vehicle(gross_u_kg=32.0)] * 9) == pytest.approx(0.001)
    assert common_u([vehicle(gross_u_kg=32.0), vehicle()]) is None
    assert common_u([]) is None
