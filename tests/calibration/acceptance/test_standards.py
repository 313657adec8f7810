"""The data files hold what docs/domain.md of the project's brief holds, rise from class to class, and refuse what is wrong."""

from importlib import resources

import pytest

from calibration.acceptance import standards
from calibration.acceptance.standards import MODELS, astm_e1318, cost323, oiml_r134, parse_standard
from contract.faults import StopError

COST_TABLE = {
    "gross": (5, 7, 10, 15, 20, 25),
    "group": (7, 10, 13, 18, 23, 28),
    "single-axle": (8, 11, 15, 20, 25, 30),
    "axle-of-group": (10, 14, 20, 25, 30, 35),
    "speed": (2, 3, 4, 6, 8, 10),
    "spacing": (2, 3, 4, 6, 8, 10),
}
COST_SHARES = {
    "r1": (95, 97.2, 97.9, 98.4, 98.7, 99.2),
    "r2": (90, 94.1, 95.3, 96.4, 97.1, 98.2),
    "R1": (85, 90.8, 92.5, 94.2, 95.2, 97.0),
    "R2": (80, 87.4, 89.6, 91.8, 93.1, 95.4),
}
MASS_TABLE = {  # initial, in service, largest d
    "0.2": (0.10, 0.20, 5),
    "0.5": (0.25, 0.50, 10),
    "1": (0.5, 1, 20),
    "2": (1, 2, 50),
    "5": (2.5, 5, 100),
    "10": (5, 10, 200),
}
AXLE_TABLE = {  # MPE initial, in service; MPD initial, in service
    "A": (0.25, 0.5, 0.5, 1),
    "B": (0.5, 1, 1, 2),
    "C": (0.75, 1.5, 1.5, 3),
    "D": (1, 2, 2, 4),
    "E": (2, 4, 4, 8),
    "F": (4, 8, 8, 16),
}
ASTM_TABLE = {
    ("I", "wheel"): 25,
    ("I", "axle"): 20,
    ("I", "group"): 15,
    ("I", "gross"): 10,
    ("II", "axle"): 30,
    ("II", "group"): 20,
    ("II", "gross"): 15,
    ("III", "wheel"): 20,
    ("III", "axle"): 15,
    ("III", "group"): 10,
    ("III", "gross"): 6,
    ("IV", "wheel"): (300, 5_000),
    ("IV", "axle"): (500, 12_000),
    ("IV", "group"): (1_200, 25_000),
    ("IV", "gross"): (2_500, 60_000),
}


def text_of(name):
    return resources.files(standards).joinpath(f"{name}.toml").read_text(encoding="utf-8")


def test_cost_323_holds_the_table():
    table = cost323()
    assert table.classes == ("A(5)", "B+(7)", "B(10)", "C(15)", "D+(20)", "D(25)")
    assert table.beyond == "E"
    assert (table.alpha, table.initial_factor) == (0.05, 0.8)
    assert table.sizes == (10, 20, 30, 60, 120, float("inf"))
    assert {row.name: row.tolerance_percent for row in table.criterion} == COST_TABLE
    assert {row.name: row.share_percent for row in table.environment} == COST_SHARES


@pytest.mark.parametrize("name", ["oiml-r134", "jjg907"])
def test_oiml_and_jjg_hold_the_same_table(name):
    table = oiml_r134(name)
    assert {row.name: (row.initial_percent, row.in_service_percent, row.largest_interval_kg) for row in table.mass_class} == MASS_TABLE
    axles = {
        row.name: (row.mpe_initial_percent, row.mpe_in_service_percent, row.mpd_initial_percent, row.mpd_in_service_percent)
        for row in table.axle_class
    }
    assert axles == AXLE_TABLE
    assert (table.floor.initial_intervals, table.floor.in_service_intervals) == (1, 2)
    plan = table.plan
    assert (plan.runs, plan.centre, plan.left, plan.right, plan.speeds, plan.other_types) == (10, 6, 2, 2, 3, 2)


def test_astm_holds_the_table():
    table = astm_e1318()
    assert {(row.type, row.criterion): row.percent or (row.lb, row.from_lb) for row in table.tolerance} == ASTM_TABLE
    assert (table.share_percent, table.speed.tolerance_mph, table.spacing.tolerance_ft) == (95, 1.0, 0.5)


@pytest.mark.parametrize("criterion", ["wheel", "axle", "group", "gross"])
def test_types_of_astm_stand_in_order_of_strictness(criterion):
    table = astm_e1318()
    allowed = [row.at_most_percent for kind in table.types if (row := table.tolerance_of(kind, criterion)) is not None]
    assert allowed == sorted(set(allowed))


@pytest.mark.parametrize("name", MODELS)
def test_every_file_says_what_is_from_memory(name):
    table = parse_standard(text_of(name).encode(), name)
    assert "to be checked against the original" in table.check_en
    assert "须与原文核对" in table.check_zh
    assert table.id == name
    assert table.source
    assert "[M]" in table.check_en


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("cost323", "[5, 7, 10, 15, 20, 25]", "[5, 7, 7, 15, 20, 25]", "tolerance_percent of gross must rise"),
        ("cost323", "[5, 7, 10, 15, 20, 25]", "[5, 7, 10, 15, 20]", "has 5 values, classes has 6"),
        ("cost323", "alpha = 0.05", 'alpha = "0.05"', "alpha: Input should be a valid number"),
        ("cost323", "alpha = 0.05", "alpha = 0.05\nbeta = 1", "beta: Extra inputs"),
        ("cost323", "95.0, 97.2", "89.0, 97.2", "share_percent at n = 10 must fall"),
        ("oiml-r134", "initial_percent = 0.25", "initial_percent = 0.05", "initial_percent of mass_class must rise"),
        ("oiml-r134", 'name = "B"', 'name = "A"', "class 'A' stands twice"),
        ("oiml-r134", "to be checked against the original", "checked", "check_en must say"),
        ("oiml-r134", 'mark = "S"', 'mark = "?"', "mass_class.5.mark"),
        ("astm-e1318", "from_lb = 5000\n", "", "either percent, or lb together with from_lb"),
        ("astm-e1318", 'types = ["IV", ', "types = [", "tolerance of type 'IV', but types are"),
        ("astm-e1318", 'id = "astm-e1318"', 'id = "astm"', "id = 'astm'; known are cost323"),
        ("jjg907", 'id = "jjg907"', "id = jjg907", "is no TOML"),
    ],
)
def test_a_wrong_file_is_refused_naming_what_is_wrong(name, old, new, said):
    text = text_of(name)
    assert old in text
    with pytest.raises(StopError) as refused:
        parse_standard(text.replace(old, new, 1).encode(), f"{name}.toml")
    assert said in str(refused.value)
    assert f"{name}.toml" in str(refused.value)
