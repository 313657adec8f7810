"""Numbers as each language writes them."""

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.web.formats import Formats
from central.web.translation import CODES, language

FORMATS = [Formats(language(code), CHINA_STANDARD_TIME) for code in CODES]


@given(st.sampled_from(FORMATS), st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_is_written_as_babel_writes_it_with_a_true_minus(formats: Formats, value: float, digits: int):
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    by_babel = format_decimal(round(value, digits) + 0.0, format=pattern, locale=formats.language.locale)
    assert formats.number(value, digits) == by_babel.replace("-", "−")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0, 0, "0"), (-0.04, 1, "0.0"), (1_234_567.891, 2, "1,234,567.89"), (-12.5, 1, "−12.5"), (999.96, 1, "1,000.0")],
)
def test_worked_numbers(value: float, digits: int, text: str):
    assert [formats.number(value, digits) for formats in FORMATS] == [text, text]
