"""Local times agree wherever they stand: pages, papers, exports, terms and counters, in the office's zone, whatever day it is there."""

import io
import re
from datetime import date, timedelta, timezone

import pytest
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st

from central.clock import local_time, utc_text
from central.config import Settings, TmgStation
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME, Moment
from central.evidence.aggregates.calendar import date_of as day_of_sums
from central.exports.rows import Axle, ExportRow
from central.exports.tmg import TmgPipeFile, TmgWeightFile
from central.office_settings import ReviewSettings
from central.review.deadlines import decide_until_us, term, year_span_us
from central.web import install
from central.web.formats import Formats
from central.web.translation import CODES, language
from contract.limits.pack import local_day

S = 1_000_000
DAY = 86_400
EDGES = (
    1_767_196_799,  # 2025-12-31 23:59:59 at UTC+08:00, the last second of the counter's year
    1_767_196_800,
    1_772_294_399,  # 2026-02-28 23:59:59 at UTC+08:00, no leap day
    1_835_366_400,  # 2028-02-29 00:00:00 at UTC+08:00
    1_835_452_800,
    1_796_054_399,  # 2026-11-30 23:59:59 at UTC+08:00
)
MOMENTS = st.builds(
    lambda second, us: second * S + us,
    st.one_of(
        st.integers(1_600_000_000, 2_500_000_000),
        st.sampled_from(EDGES),
        st.builds(int.__add__, st.sampled_from(EDGES), st.integers(-DAY, DAY)),
    ),
    st.sampled_from((0, 1, 499_999, 500_000, 999_999)),
)
OFFSETS = st.integers(-12, 14)


def civil(seconds: int) -> str:
    """Give date and clock of so many seconds since 1970, by Hinnant's days-from-civil read backwards; the check on all the others."""
    days, rest = divmod(seconds, DAY)
    era, doe = divmod(days + 719_468, 146_097)
    yoe = (doe - doe // 1_460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day, month = doy - (153 * mp + 2) // 5 + 1, mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{day:02d} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


@given(MOMENTS, OFFSETS, st.sampled_from(CODES))
def test_every_form_of_a_moment_is_the_same_second(time_us: int, offset_h: int, code: str):
    zone = ReviewSettings(utc_offset_h=offset_h).zone
    formats = Formats(language(code), zone)
    told = civil(time_us // S + offset_h * 3_600)
    sign = "-" if offset_h < 0 else "+"
    assert formats.moment(time_us) == f"{told} {sign}{abs(offset_h):02d}:00"
    assert formats.day(time_us) == told[:10] == local_day(time_us, offset_h).isoformat()
    assert formats.form_moment(time_us) == told.replace(" ", "T")
    assert re.sub("<[^>]*>", "", formats.stamp(time_us)) == formats.moment(time_us)
    assert formats.utc(time_us) == utc_text(time_us) == civil(time_us // S).replace(" ", "T") + f".{time_us % S:06d}Z"
    long = formats.moment_long(time_us)
    assert told[11:] in long
    assert (f"{int(told[8:10])}日" if code == "zh" else f"{int(told[8:10])} ") in long
    assert told[:4] in long
    assert f"{local_time(time_us, zone):%Y-%m-%d %H:%M:%S}" == told


@given(MOMENTS)
def test_the_sums_the_counter_and_the_page_are_of_one_day(time_us: int):
    formats = Formats(language("en"), CHINA_STANDARD_TIME)
    moment = Moment.of(time_us)
    assert day_of_sums(moment.day).isoformat() == formats.day(time_us)
    assert f"{moment.hour:02d}" == formats.moment(time_us)[11:13]
    assert moment.weekday == day_of_sums(moment.day).weekday()
    first, end = year_span_us(int(formats.day(time_us)[:4]), ReviewSettings())
    assert first <= time_us < end


@given(MOMENTS, OFFSETS, st.integers(1, 30))
@example(1_772_294_399 * S, 7, 3)
def test_a_term_is_shown_to_end_with_the_day_it_ends_with(time_us: int, offset_h: int, days: int):
    """In whatever zone the office is: a page that wrote times of another zone named the day after."""
    rules = ReviewSettings(utc_offset_h=offset_h)
    formats = Formats(language("zh"), rules.zone)
    found = term(time_us, days, rules)
    assert formats.last_day(found.until_us) == found.last.isoformat()
    begun = date.fromisoformat(formats.day(time_us))
    assert found.last > begun
    assert formats.last_day(decide_until_us(time_us, rules)) == (begun + timedelta(days=rules.decide_within_days)).isoformat()


@pytest.mark.parametrize("offset_h", [-3, 7, 8])
def test_pages_are_in_the_office_s_zone(tmp_path, offset_h: int):
    app = FastAPI()
    install(app, Settings(data=tmp_path, review=ReviewSettings(utc_offset_h=offset_h)))
    assert app.state.pages.zone == timezone(timedelta(hours=offset_h))


def row(time_us: int) -> ExportRow:
    axle = Axle(load_kg=5_000, u_kg=100, left_kg=None, right_kg=None, spacing_mm=3_000, group=1)
    fields = dict.fromkeys(ExportRow.__dataclass_fields__, 0) | {
        "axles": (axle, axle),
        "time_us": time_us,
        "station": "s",
        "lane": 1,
        "fhwa_class": 9,
    }
    return ExportRow(**fields)  # type: ignore[arg-type]


@given(MOMENTS, OFFSETS)
def test_the_guide_s_files_have_the_page_s_hour(time_us: int, offset_h: int):
    zone = ReviewSettings(utc_offset_h=offset_h).zone
    told = Formats(language("en"), zone).moment(time_us)
    stations = {"s": TmgStation(state="00", station="12", direction=1)}
    weights, pipes = io.BytesIO(), io.BytesIO()
    TmgWeightFile(weights, stations, zone).write([row(time_us)])
    TmgPipeFile(pipes, stations, zone).write([row(time_us)])
    assert weights.getvalue()[11:21].decode() == re.sub("[^0-9]", "", told)[:10]
    fields = pipes.getvalue().decode().splitlines()[1].split("|")
    assert "-".join(fields[5:8]) + " " + ":".join(fields[8:11]) == told[:19]
    assert fields[11] == f"{time_us % S // 10_000:02d}"
