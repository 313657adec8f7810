"""Rule packs as files: what is sound, what is refused with its key, and which version is in force."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import StopError
from contract.limits import RuleBook, parse_rule_pack
from contract.rules import pack_of_digest, rule_book, rule_pack, shipped_packs
from contract.vehicles import VehicleFlag
from contract.verdicts import Bar

HEAD = """
id = "xx-1"
family = "xx"
version = 1
effective_from = 2020-01-01
utc_offset_h = 8
authority_en = "a"
authority_zh = "机关"
title_en = "t"
title_zh = "规定"
sources = ["s"]
"""
RULE = 'article = "1"\ntext_en = "e"\ntext_zh = "文"\n'
GROSS = f"[[gross]]\naxles = 2\nlimit_kg = 18000\n{RULE}"
BARS = "[bars]\n"


def parsed(text, source="xx.toml"):
    return parse_rule_pack(text.encode(), source)


def us(*date, offset_h=0):
    zone = dt.timezone(dt.timedelta(hours=offset_h))
    return round(dt.datetime(*date, tzinfo=zone).timestamp() * 1_000_000)


def test_the_shipped_packs_are_sound_and_found_by_family_id_and_digest():
    assert {pack.family for pack in shipped_packs().values()} == {"cn", "eu", "us"}
    for pack in shipped_packs().values():
        assert rule_pack(pack.family) is pack
        assert pack_of_digest(pack.sha256) is pack
        assert set(pack.bars) <= set(VehicleFlag)
    assert rule_pack("cn").id == "cn-62-2016"
    assert pack_of_digest("0" * 64) is None


def test_an_unknown_family_names_those_that_ship():
    with pytest.raises(StopError, match="this version has: cn, eu, us"):
        rule_book("xx")


def test_a_sound_pack():
    pack = parsed(HEAD + GROSS + BARS)
    assert pack.gross[0].load_kg == 18_000
    assert len(pack.sha256) == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "is no TOML"),
        ("", r"id: is missing"),
        (HEAD + BARS, "gross: is missing"),
        (HEAD + GROSS, "bars: is missing"),
        (HEAD + GROSS + "speed = 1\n" + BARS, r"gross\[1\].speed: is no key of a rule pack"),
        (HEAD + GROSS.replace("18000", "-5") + BARS, r"gross\[1\].limit_kg: -5: should be greater than 0"),
        (HEAD + GROSS.replace("limit_kg", "limit_lb = 1\nlimit_kg") + BARS, r"gross\[1\]: a limit is stated once"),
        (HEAD + GROSS.replace("axles = 2", 'axles = 2\nbody = "unknown"') + BARS, r"gross\[1\].body: 'unknown'"),
        (HEAD + GROSS + GROSS + BARS, r"two \[\[gross\]\] rows are for the same"),
        (HEAD + "single_tyre_reduction_kg = 18000\n" + GROSS + BARS, "must be below the lowest gross limit"),
        (HEAD + "effective_until = 2019-12-31\n" + GROSS + BARS, "effective_until 2019-12-31 is before effective_from 2020-01-01"),
        (HEAD.replace("2020-01-01", "2020-13-01") + GROSS + BARS, "is no TOML"),
        (HEAD + 'sha256 = "0"\n' + GROSS + BARS, "sha256: is computed"),
        (HEAD + GROSS + BARS + 'flying = "none"\n', "bars.flying"),
        (HEAD + GROSS + BARS + 'spike = "maybe"\n', "bars.spike"),
        (HEAD + GROSS + BARS + 'incomplete = "none"\n', "bars.incomplete may not be cleared"),
        (HEAD + GROSS + BARS + 'uncalibrated = { bar = "no-valid-calibration", above = 5 }\n', "bars.uncalibrated may not be cleared"),
        (
            HEAD + GROSS + f"[[window]]\nlimit_kg = 1\nextent_over_mm = 9\nextent_up_to_mm = 9\n{RULE}" + BARS,
            "must be below extent_up_to_mm 9",
        ),
        (
            HEAD + GROSS + f'[[formula]]\nname = "f"\nstanding = "enforced"\ndistance_step_ft = 1\nweight_step_lb = 500\n{RULE}' + BARS,
            r"formula\[1\].name: 'f': should be 'bridge-formula-b'",
        ),
    ],
)
def test_a_bad_pack_is_refused_by_file_and_key(text, said):
    with pytest.raises(StopError, match=said) as caught:
        parsed(text)
    assert caught.value.where == "xx.toml"


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(StopError, match=r"xx\.toml: is no TOML"):
        parse_rule_pack(b"\xff", "xx.toml")


@given(st.binary(max_size=200))
def test_whatever_the_file_holds_it_is_a_pack_or_refused(data):
    with pytest.raises(StopError):
        parse_rule_pack(data, "xx.toml")


@pytest.mark.parametrize(
    ("flag", "figure_milli", "bar"),
    [
        (VehicleFlag.SPIKE, 1_000, Bar.SIGNAL),
        (VehicleFlag.BRAKING, -9_000, None),
        (VehicleFlag.ROWS_DISAGREE, 100, None),
        (VehicleFlag.ROWS_DISAGREE, 101, Bar.ROWS),
        (VehicleFlag.ROWS_DISAGREE, -101, Bar.ROWS),
        (VehicleFlag.STRADDLING, 0, Bar.FLAGGED),
    ],
)
def test_a_flag_bars_as_the_table_says_and_by_default(flag, figure_milli, bar):
    table = 'spike = "signal-fault"\nbraking = "none"\nrows-disagree = { bar = "rows-disagree", above = 0.1 }\n'
    found = parsed(HEAD + GROSS + BARS + table).barred_by(flag, figure_milli)
    assert (None if found is None else found.bar) is bar


def version(number, begin, end=None, family="xx"):
    until = "" if end is None else f"effective_until = {end}\n"
    head = HEAD.replace("version = 1", f"version = {number}").replace("2020-01-01", begin).replace('"xx"', f'"{family}"')
    return parsed(head + until + GROSS + BARS)


def test_the_version_in_force_at_the_moment_of_passage():
    first, second = version(1, "2020-01-01", "2021-06-30"), version(2, "2021-08-01")
    book = RuleBook({"b.toml": second, "a.toml": first})
    assert book.at(us(2020, 1, 1, offset_h=8)) == (first, True)
    assert book.at(us(2021, 6, 30, 23, 59, 59, offset_h=8)) == (first, True)
    assert book.at(us(2021, 7, 1, offset_h=8)) == (first, False)
    assert book.at(us(2021, 7, 31, 16)) == (second, True)
    assert book.at(us(2019, 12, 31, 15, 59)) == (first, False)


@pytest.mark.parametrize(("end", "begin"), [(None, "2021-01-01"), ("2021-01-01", "2021-01-01"), ("2022-01-01", "2021-01-01")])
def test_two_versions_in_force_on_one_day_are_refused(end, begin):
    with pytest.raises(StopError, match=r"b\.toml: effective_from: 2021-01-01 lies within a\.toml") as caught:
        RuleBook({"a.toml": version(1, "2020-01-01", end), "b.toml": version(2, begin)})
    assert caught.value.code == "rules-overlap"


def test_a_rule_book_is_of_one_family():
    with pytest.raises(StopError, match="family: xx, yy"):
        RuleBook({"a.toml": version(1, "2020-01-01", "2020-12-31"), "b.toml": version(2, "2021-01-01", family="yy")})
    with pytest.raises(StopError, match="family: none"):
        RuleBook({})
