"""The configuration tables, row by row: each middle is its own, on each border the confidence halves, no two Chinese rows overlap."""

from itertools import combinations
from math import isclose

import pytest

from contract.vehicles import Body
from edge.vehicles.classes.configurations import Configuration, configuration_table, score
from edge.vehicles.classify import axle_groups, classify

SHARP_M = 1e-6
MOST_M = 12.0


def rows(table):
    return [
        pytest.param(table, row, axles, id=f"{table}-{row.name}-{'+'.join(map(str, row.groups))}-{axles}")
        for row in configuration_table(table).configuration
        for axles in ([sum(row.groups), sum(row.groups) + 2] if row.and_more else [sum(row.groups)])
    ]


def middle(table, row, axles):
    return [(one.least + min(one.most, MOST_M)) / 2 for one in row.intervals(axles, configuration_table(table).gap)]


def light_enough(row, axles):
    return [(row.gross_most_kg or 20_000) / axles * 0.9] * axles


@pytest.mark.parametrize(("table", "row", "axles"), rows("cn"))
def test_the_middle_of_a_chinese_row_is_that_row(table, row, axles):
    found = classify(middle(table, row, axles), axle_kg=light_enough(row, axles), spacing_sd_m=SHARP_M)
    sizes = (*row.groups[:-1], row.groups[-1] + axles - sum(row.groups))
    assert found.code == "+".join(map(str, sizes))
    assert (found.body, found.confidence) == (row.body, 1.0)
    assert (found.drive_axles, found.drive_group) == (row.drive_axles, row.drive_group)


@pytest.mark.parametrize(("table", "row", "axles"), rows("cn") + rows("eu"))
def test_beyond_each_border_the_row_fits_no_more_and_on_it_half(table, row, axles):
    gap = configuration_table(table).gap
    for at, interval in enumerate(row.intervals(axles, gap)):
        for border, outside in ((interval.least, -0.01), (interval.most, 0.01)):
            for step, wanted in ((outside, 0.0), (-outside, 1.0), (0.0, 0.5)):
                spacings = middle(table, row, axles)
                spacings[at] = border + step
                shares = {
                    id(one.row): one.probability
                    for one in score(configuration_table(table), spacings, 0.001, sum(light_enough(row, axles)))
                }
                assert isclose(shares[id(row)], wanted, abs_tol=1e-9)


@pytest.mark.parametrize(("table", "row", "axles"), rows("eu"))
def test_the_middle_of_a_european_row_is_that_row_or_two_that_fit(table, row, axles):
    found = classify(middle(table, row, axles), spacing_sd_m=SHARP_M)
    if found.eu is None:
        assert f"EU {row.name}" in found.candidates
        assert len(found.candidates) > 1
    else:
        assert found.eu == row.name


def overlap(one: Configuration, other: Configuration, axles: int) -> bool:
    gap = configuration_table("cn").gap
    mine, theirs = one.intervals(axles, gap), other.intervals(axles, gap)
    if mine is None or theirs is None:
        return False
    return all(min(a.most, b.most) > max(a.least, b.least) for a, b in zip(mine, theirs, strict=True))


def test_chinese_rows_exclude_each_other_so_that_their_shares_add_up():
    table = configuration_table("cn").configuration
    for one, other in combinations(table, 2):
        assert not any(overlap(one, other, axles) for axles in range(2, 13)), (one.name, other.name)


@pytest.mark.parametrize("table", ["cn", "eu"])
def test_a_row_s_name_groups_and_counts_agree(table):
    for row in configuration_table(table).configuration:
        assert row.power_axles <= sum(row.groups)
        assert (row.body is Body.RIGID) == (row.power_axles == sum(row.groups))
        assert sum(row.groups[: row.drive_group]) == row.power_axles
        if row.drive_axles is not None:
            assert row.drive_axles <= row.groups[row.drive_group - 1]
        if table == "cn":
            assert row.name == "+".join(map(str, row.groups))


@pytest.mark.parametrize(
    ("wheelbase_m", "eu", "candidates"),
    [(3.7, "2S2", ()), (4.2, None, ("EU 2S2", "EU 2+2")), (5.5, "2+2", ())],
)
def test_a_centre_axle_trailer_is_told_from_a_semi_trailer_by_the_wheelbase_or_not_at_all(wheelbase_m, eu, candidates):
    found = classify((wheelbase_m, 5.8, 1.3))
    assert found.eu == eu
    assert set(found.candidates) == set(candidates)
    assert found.body is Body.COMBINATION


@pytest.mark.parametrize(
    "spacings_m",
    [(3.5, 2.1), (3.3, 1.35, 2.2), (4.7, 1.8), (2.2, 4.9), (0.3, 5.0), (3.4, 25.0), (1.3,), (1.3, 1.3), (3.0, 1.3, 1.3, 1.3)],
)
def test_what_lies_between_the_rows_is_not_guessed(spacings_m):
    found = classify(spacings_m)
    assert found.body is Body.UNKNOWN
    assert found.confidence < 0.9
    assert (found.drive_axles, found.drive_group) == (None, None)


def test_a_motorcycle_is_told_by_its_weight_and_a_tandem_alone_is_not_one():
    assert classify((1.4,), axle_kg=(120, 180)).body is Body.RIGID
    assert classify((1.35,), axle_kg=(8_000, 8_500)).body is Body.UNKNOWN


def test_a_long_chain_of_axles_is_one_group_as_the_law_groups_it():
    assert axle_groups((3.3, 1.38, 4.9, 1.37, 1.30, 1.41, 1.34)) == [1, 2, 2, 3, 3, 3, 3, 3]
