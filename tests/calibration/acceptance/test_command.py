"""`wim-calibration accept` as a technician runs it, on the recorded sites."""

import json
import subprocess
import sys

import pytest

SITES = ["strips4", "strips2", "plates2"]
FOUND = {"strips4": 45, "strips2": 40, "plates2": 42}


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "calibration", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def calibrations(captures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrations")
    for site in SITES:
        here = captures / site
        done = command(
            "fit", here / "calibration.h5", "--station", here / "station.toml", "--runs", here / "calibration_runs.csv",
            "-o", folder / f"{site}.json", "--id", site,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return folder


def accept(captures, calibrations, site, capture, runs, *options):
    here = captures / site
    files = ["--station", here / "station.toml", "--runs", runs, "--calibration", calibrations / f"{site}.json"]
    return command("accept", here / capture, *files, *options)


@pytest.mark.parametrize("site", SITES)
def test_traffic_with_static_truth_is_an_in_service_sample(captures, calibrations, site):
    truth = captures / site / "traffic.truth.json"
    done = accept(captures, calibrations, site, "traffic.h5", truth, "--in-service", "--interval-kg", "20", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["calibration"] == site
    cost, oiml, jjg, astm = document["reports"]
    assert cost["runs"] + len(cost["excluded"]) == FOUND[site]
    assert (cost["environment"], cost["overall"][0]["reached"]) == ("R2", "A(5)")
    assert all("flagged" in one["why"] for one in cost["excluded"])
    for legal in (oiml, jjg):
        assert [one["reached"] for one in legal["overall"]] == [None, None]
        assert any("fewer than 10 runs" in gap for gap in legal["not_covered"])
        assert legal["criteria"][0]["results_keep"] in {"2", "5", "10"}
    assert astm["overall"][0]["reached"] == "III"
    assert "to be checked against the original" in oiml["check"]


@pytest.mark.parametrize("site", SITES)
def test_the_runs_a_calibration_was_fitted_to_are_told(captures, calibrations, site):
    runs = captures / site / "calibration_runs.csv"
    done = accept(captures, calibrations, site, "calibration.h5", runs, "--standard", "cost323", "--json")
    (report,) = json.loads(done.stdout)["reports"]
    assert (report["stage"], report["environment"], report["excluded"]) == ("initial", "R1", [])
    assert any("fitted to these very runs" in note for note in report["notes"])
    assert [one["reached"] for one in report["criteria"][-2:]] == [None, None]  # nobody measured true speeds and spacings


def test_the_table_is_printed_in_both_languages(captures, calibrations):
    truth = captures / "strips4" / "traffic.truth.json"
    english = accept(captures, calibrations, "strips4", "traffic.h5", truth, "--standard", "cost323").stdout
    chinese = accept(captures, calibrations, "strips4", "traffic.h5", truth, "--standard", "cost323", "--lang", "zh").stdout
    assert "class of the loads: B+(7)" in english
    assert "why not the next class" in english
    assert "载荷准确度等级: B+(7)" in chinese
    assert "为何未达到更高等级" in chinese


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--standard", "oilm-r134"], "allowed are cost323, oiml-r134, jjg907, astm-e1318"),
        (["--lang", "de"], "allowed are en, zh"),
        (["--environment", "r9"], "allowed are r1, r2, R1, R2"),
    ],
)
def test_what_is_not_known_is_refused(captures, calibrations, options, said):
    done = accept(captures, calibrations, "plates2", "traffic.h5", captures / "plates2" / "traffic.truth.json", *options)
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_runs_of_another_capture_are_refused(captures, calibrations, tmp_path):
    runs = tmp_path / "runs.csv"
    runs.write_text("run,truck,first_axle_sample,gross_kg\n1,A,99999999,16000\n", encoding="utf-8")
    done = accept(captures, calibrations, "plates2", "traffic.h5", runs)
    assert done.returncode == 3
    assert "none of 1 runs" in done.stderr
