import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.web.diagram import WIDTH_PX, compact, draw
from contract.records import AxleEntry
from contract.vehicles import Body
from tests.central.web.passages import SPACINGS_MM, passage
from tests.signing_station import SigningStation


@st.composite
def axle_rows(draw_from):
    """Draw the axles of anything that may pass: one to twelve, empty to absurd, grouped in any order that can be."""
    count = draw_from(st.integers(1, 12))
    group, axles = 1, []
    for place in range(count):
        group += place > 0 and draw_from(st.booleans())
        load = draw_from(st.integers(0, 40_000))
        sides = draw_from(st.booleans())
        spacing = None if place == 0 else draw_from(st.integers(300, 15_000))
        left = load // 2 if sides else None
        axles.append(
            AxleEntry(load_kg=load, u_kg=load // 30, left_kg=left, right_kg=load - left if sides else None, spacing_mm=spacing, group=group)
        )
    return tuple(axles)


@given(axles=axle_rows(), length_mm=st.none() | st.integers(1_000, 60_000), body=st.sampled_from(Body))
def test_any_vehicle_is_drawn_within_the_page(axles, length_mm, body):
    gross = sum(axle.load_kg for axle in axles)
    record = passage(SigningStation(), axles=axles, gross_kg=gross, gross_u_kg=gross // 30, length_mm=length_mm, body=body, crossings=())
    drawing = draw(record)
    places = [axle.x_px for axle in drawing.axles]
    assert places == sorted(places)
    assert 0 <= drawing.start_px < places[0] <= places[-1] < drawing.stop_px <= WIDTH_PX
    assert all(0 <= bar.whisker_bottom_px <= bar.height_px <= bar.whisker_top_px <= 132.001 for bar in drawing.axles)
    assert compact(record).split()[0].count("o") == len(axles)


def test_positions_are_to_scale():
    drawing = draw(passage(SigningStation()))
    scale = [(spacing.stop_px - spacing.start_px) / spacing.spacing_mm for spacing in drawing.spacings]
    assert scale == pytest.approx([scale[0]] * 4)
    assert (drawing.stop_px - drawing.start_px) / 15_600 == pytest.approx(scale[0])
    assert [spacing.spacing_mm for spacing in drawing.spacings] == list(SPACINGS_MM[1:])


def test_a_group_carries_its_own_limit_and_the_gross_its_own():
    drawing = draw(passage(SigningStation()))
    assert [(group.load_kg, group.finding.limit_kg) for group in drawing.groups] == [(6_500, 7_000), (22_200, 19_000), (20_500, 19_000)]
    assert drawing.gross.limit_px == pytest.approx(drawing.gross.length_px * 43_000 / 49_200)


def test_the_compact_form_fits_a_terminal_line():
    assert compact(passage(SigningStation())) == "o---oo------oo  6.5 | 22.2! | 20.5!  49.2 ± 1.0!/43.0 t"
