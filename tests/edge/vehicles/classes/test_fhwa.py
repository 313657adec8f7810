"""The LTPP rule, row by row, as docs and table state it, and what happens on its borders."""

import pytest

from contract.vehicles import Body
from edge.vehicles.classes.fhwa import KG_PER_KIP, M_PER_FT, Measured, fhwa_class, rule_table

ROWS = rule_table().row
SHARP_M = 1e-6
OUT_FT = 0.004
"""Less than the hundredth of a foot that the table leaves between neighbouring rows."""


def middle_ft(row):
    return [(least + most) / 2 for least, most in row.spacings_ft]


def gross_kip(row):
    return sum(row.gross_kip) / 2 if row.gross_kip else (row.gross_over_kip + 20.0)


def measured(spacings_ft, gross, steer, sd_m=SHARP_M, sd_kip=1e-6):
    spacings_m = [spacing * M_PER_FT for spacing in spacings_ft]
    return Measured(spacings_m, sd_m, gross * KG_PER_KIP, sd_kip * KG_PER_KIP, steer * KG_PER_KIP, sd_kip * KG_PER_KIP)


def found(spacings_ft, gross, steer=None, *, sd_m=SHARP_M, u_kip=0.0, body=Body.UNKNOWN):
    first = gross / (len(spacings_ft) + 1) if steer is None else steer
    return fhwa_class(measured(spacings_ft, gross, first, sd_m, u_kip / 2), body)


def steer_kip(row):
    return max(gross_kip(row) / (len(row.spacings_ft) + 1), row.steer_least_kip or 0.0)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.name}")
def test_the_middle_of_a_row_is_its_class(row):
    fit = found(middle_ft(row), gross_kip(row), steer_kip(row), body=row.body)
    assert fit.name == str(row.number)
    assert fit.probability == pytest.approx(1.0)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.name}")
def test_inside_each_border_of_a_row_it_fits_and_outside_it_does_not(row):
    for at, (least, most) in enumerate(row.spacings_ft):
        for border, step in ((least, -OUT_FT), (most, OUT_FT)):
            inside, outside = middle_ft(row), middle_ft(row)
            inside[at], outside[at] = border - step, border + step
            assert row_share(row, inside) == pytest.approx(1.0)
            assert row_share(row, outside) == pytest.approx(0.0)


def row_share(row, spacings_ft, gross=None, steer=None):
    weight = gross_kip(row) if gross is None else gross
    first = steer_kip(row) if steer is None else steer
    return row.probability(measured(spacings_ft, weight, first), row.intervals_m(len(spacings_ft)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.name}")
def test_gross_weight_and_steering_axle_have_their_bounds(row):
    at = middle_ft(row)
    least, most = row.gross_kip or (row.gross_over_kip, None)
    assert row_share(row, at, gross=least - 0.01) == pytest.approx(0.0)
    assert row_share(row, at, gross=least + 0.01) == pytest.approx(1.0)
    if most is not None:
        assert row_share(row, at, gross=most + 0.01) == pytest.approx(0.0)
    if row.steer_least_kip is not None:
        assert row_share(row, at, steer=row.steer_least_kip - 0.01) == pytest.approx(0.0)
        assert row_share(row, at, steer=row.steer_least_kip + 0.01) == pytest.approx(1.0)


def test_the_table_has_the_rows_of_the_rule():
    counted = sorted((len(row.spacings_ft) + 1, row.number) for row in ROWS)
    assert counted == [
        *[(2, number) for number in (1, 2, 3, 4, 5)],
        *[(3, number) for number in (2, 3, 4, 5, 6, 8)],
        *[(4, number) for number in (2, 3, 5, 7, 8, 8)],
        *[(5, number) for number in (3, 5, 7, 9, 9, 9, 11)],
        *[(6, number) for number in (10, 12)],
        (7, 13),
    ]


def test_a_weight_on_the_border_of_two_classes_fits_both_and_neither_is_stated():
    fit = found([15.0], 8.0, 4.0, u_kip=0.4)
    assert fit.name is None
    assert set(fit.candidates) == {"3", "5"}
    assert found([15.0], 9.5, 4.0, u_kip=0.4).name == "5"


def test_a_spacing_on_the_border_lowers_the_confidence():
    assert found([10.1], 4.0, 2.0, sd_m=0.05).name is None
    assert set(found([10.1], 4.0, 2.0, sd_m=0.05).candidates) == {"2", "3"}
    assert found([11.0], 4.0, 2.0, sd_m=0.05).name == "3"


def test_more_than_seven_axles_are_class_13():
    assert found([11, 4.5, 16, 4.4, 4.3, 4.6, 4.4], 150, 14).name == "13"


def test_a_class_that_contradicts_the_known_body_is_not_stated():
    twin_steered = [6.2, 11.8, 4.4]
    assert found(twin_steered, 70, 15).name == "8"
    fit = found(twin_steered, 70, 15, body=Body.RIGID)
    assert (fit.name, fit.candidates) == (None, ("8",))


def test_what_fits_no_row_has_no_class():
    fit = found([50.0], 30, 10)
    assert (fit.name, fit.candidates) == (None, ())
