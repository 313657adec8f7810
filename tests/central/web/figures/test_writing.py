"""The formats: what is written, read back, is the whole number that was given or its documented rounding."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.web.formats import Formats
from central.web.rounding import decimals
from central.web.translation import CODES, language
from tests.central.web.figures.reading import figure, figures

FORMATS = st.sampled_from([Formats(language(code), CHINA_STANDARD_TIME) for code in CODES])
EN = Formats(language("en"), CHINA_STANDARD_TIME)
KILOGRAMS = st.one_of(st.integers(0, 1_000_000), st.sampled_from((49, 50, 999, 1_000, 49_050, 49_150, 49_500, 99_950, 100_000)))
PER_CENT = (0.05, 4.95, 5, 29.95, 29.96, 30, 30.04, 99.95, 99.96, 100, 100.04)


@given(FORMATS, KILOGRAMS, st.integers(0, 3))
def test_a_load_is_rounded_to_the_nearest_from_whole_kilograms(formats, load_kg, digits):
    assert figure(formats.tonnes(load_kg, digits)).rounds(Fraction(load_kg, 1_000))
    assert figure(formats.tonnes(load_kg, 3)).value == Fraction(load_kg, 1_000)


def test_halves_go_one_way_whatever_binary_fractions_do():
    assert [EN.tonnes(kg) for kg in (49_050, 49_150, 49_250, 49_350)] == ["49.1", "49.2", "49.3", "49.4"]
    assert [EN.tonnes(kg, 0) for kg in (48_500, 49_500, 50_500)] == ["49", "50", "51"]


@given(FORMATS, KILOGRAMS, st.integers(0, 5_000), st.integers(1, 3))
def test_an_uncertainty_is_never_written_smaller_than_it_is(formats, load_kg, u_kg, digits):
    measured = formats.load(load_kg, u_kg, digits)
    assert figure(measured.u).rounds_up(Fraction(u_kg, 1_000))
    assert figure(measured.value).step == figure(measured.u).step
    speed = formats.speed(load_kg % 40_000, u_kg)
    assert figure(speed.value).rounds(Fraction(load_kg % 40_000 * 36, 10_000))
    assert figure(speed.u).rounds_up(Fraction(u_kg * 36, 10_000))
    assert figure(formats.clock_u_ms(u_kg)).rounds_up(Fraction(u_kg, 1_000))
    assert figure(formats.guard(u_kg, digits)).rounds_up(Fraction(u_kg, 1_000))


@given(FORMATS, KILOGRAMS, KILOGRAMS, st.one_of(st.none(), st.integers(0, 3_000)))
@example(EN, 49_040, 49_000, None)
@example(EN, 49_999, 49_000, 990)
def test_a_load_and_its_limit_say_of_each_other_what_they_are(formats, load_kg, limit_kg, guard_kg):
    digits = decimals(load_kg, limit_kg, guard_kg)
    load, limit = (figure(formats.tonnes(kg, digits)).value for kg in (load_kg, limit_kg))
    assert (load > limit) == (load_kg > limit_kg)
    if load_kg > limit_kg:
        assert load - limit == figure(formats.tonnes(load_kg - limit_kg, digits)).value
    if guard_kg is not None:
        assert (load - figure(formats.guard(guard_kg, digits)).value > limit) == (load_kg - guard_kg > limit_kg)


@given(FORMATS, st.integers(0, 1_000_000))
@example(EN, 1_040)
def test_an_excess_reads_as_whole_tonnes_only_where_it_is(formats, over_kg):
    shown = figure(formats.excess(over_kg))
    assert shown.rounds(Fraction(over_kg, 1_000))
    assert (shown.value.denominator == 1) == (over_kg % 1_000 == 0)


@given(FORMATS, st.integers(1, 200_000), st.one_of(st.integers(0, 200_000), st.sampled_from(PER_CENT)))
def test_a_degree_reads_as_a_whole_per_cent_only_where_it_is(formats, limit_kg, over):
    over_kg = over if isinstance(over, int) else round(over * limit_kg / 100)
    exact = Fraction(100 * over_kg, limit_kg)
    shown = figure(formats.degree(over_kg, limit_kg))
    assert shown.rounds(exact)
    for whole in (5, 10, 30, 50, 100):
        assert (shown.value > whole) == (exact > whole)
        assert (shown.value >= whole) == (exact >= whole)


def test_worked_degrees():
    limit_kg = 49_000
    assert [EN.degree(kg, limit_kg) for kg in (2_450, 2_426, 14_680, 14_700, 14_701, 49_000)] == [
        *("5.0", "4.95", "29.96", "30.0", "30.002", "100.0")
    ]
    assert EN.degree(5, 0) == "–"


@given(FORMATS, st.integers(0, 1_000_000))
def test_a_probability_is_never_written_higher_than_it_is_nor_as_certain(formats, ppm):
    text = formats.ppm(ppm).replace("\u00a0", "").removesuffix("%")
    exact = Fraction(ppm, 10_000)
    if text[0] in "<>":
        bound = figure(text[1:].strip()).value
        assert exact < bound if text[0] == "<" else exact > bound
        return
    shown = figure(text)
    assert 0 <= exact - shown.value < shown.step
    assert 0 < shown.value < 100


@given(FORMATS, st.integers(0, 999_999), st.integers(1, 1_000_000))
def test_what_falls_short_is_seen_to(formats, ppm, more):
    least_ppm = min(ppm + more, 1_000_000)
    share, least = (figure(text.replace("\u00a0", "").removesuffix("%")).value for text in formats.short_of(ppm, least_ppm))
    assert share < least
    assert share <= Fraction(ppm, 10_000)


@given(FORMATS, st.integers(1, 10**12))
def test_money_is_exact(formats, cents):
    (read,) = figures(formats.money(cents))
    assert read.value == figure(formats.amount(cents)).value == Fraction(cents, 100)


@given(FORMATS, st.integers(1, 60_000))
def test_a_spacing_reads_as_a_bound_of_the_rules_only_where_it_is(formats, spacing_mm):
    shown = figure(formats.spacing(spacing_mm))
    assert shown.rounds(Fraction(spacing_mm, 1_000))
    assert (shown.value * 10).denominator > 1 or spacing_mm % 100 == 0
    assert figure(formats.metres(spacing_mm, 3)).value == Fraction(spacing_mm, 1_000)


@given(FORMATS, st.integers(1, 10**9))
def test_a_factor_is_exact(formats, ppm):
    assert figure(formats.factor(ppm)).value == Fraction(ppm, 1_000_000)


@given(FORMATS, st.integers(0, 10**7), st.integers(1, 10**7), st.integers(0, 2))
def test_a_share_reads_as_none_or_all_only_where_it_is(formats, part, more, digits):
    text = formats.percent(part, part + more, digits).replace("\u00a0", "").removesuffix("%")
    shown, exact = figure(text.lstrip("<> ")).value, Fraction(100 * part, part + more)
    if text[0] not in "<>":
        assert shown < 100
        assert (shown == 0) == (part == 0)
        assert abs(shown - exact) <= Fraction(51, 100 * 10**digits)
    else:
        assert exact < shown if text[0] == "<" else exact > shown


@pytest.mark.parametrize("code", CODES)
@given(st.integers(-(10**6), 10**6))
def test_a_change_has_its_sign(code, ppm):
    text = Formats(language(code), CHINA_STANDARD_TIME).change(ppm, 10_000, 2)
    assert text[0] in "+−0"
    assert figure(text).rounds(Fraction(ppm, 10_000))
