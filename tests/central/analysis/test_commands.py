"""``wim-central aggregates`` and ``carriers`` as an administrator runs them."""

import json

from sqlalchemy import select, update
from typer.testing import CliRunner

from central.__main__ import app
from central.evidence.models import Carrier, TrafficDay
from contract.faults import EXIT_FAILED, EXIT_REJECTED
from tests.central.bench import Bench

RUNNER = CliRunner()


def run(bench: Bench, *arguments: str, expect: int = 0) -> str:
    done = RUNNER.invoke(app, [*arguments, "--data", str(bench.central.settings.data)])
    assert done.exit_code == expect, done.output
    return done.output


def test_check_names_what_differs_and_rebuild_mends_it(sqlite_bench: Bench):
    bench = sqlite_bench
    bench.send(bench.station.next_envelope())
    assert "1 records checked, 0 sums differ" in run(bench, "aggregates", "check")
    with bench.central.database.write() as session:
        session.execute(update(TrafficDay).values(passages=9))
    assert "DIFFERS traffic_day" in run(bench, "aggregates", "check", expect=EXIT_REJECTED)
    found = json.loads(run(bench, "aggregates", "check", "--json", expect=EXIT_REJECTED).splitlines()[-1])
    assert [text.split()[0] for text in found["differences"]] == ["traffic_day", "network_day"]
    assert "1 records counted, 2 sums were wrong" in run(bench, "aggregates", "rebuild")
    assert "0 sums differ" in run(bench, "aggregates", "check")


def test_a_list_of_carriers_replaces_the_register_or_changes_nothing(sqlite_bench: Bench, tmp_path):
    bench, file = sqlite_bench, tmp_path / "carriers.csv"
    file.write_text("plate,carrier\n湘A00001,A\n湘A00002,A\n", encoding="utf-8")
    assert "2 plates of 1 carriers; there were 0" in run(bench, "carriers", "import", str(file))
    file.write_text("plate,carrier\n湘A00003\n", encoding="utf-8")
    assert "line 2" in run(bench, "carriers", "import", str(file), expect=EXIT_FAILED)
    assert "cannot be read" in run(bench, "carriers", "import", str(tmp_path / "none.csv"), expect=EXIT_FAILED)
    with bench.central.database.read() as session:
        assert len(session.scalars(select(Carrier.plate)).all()) == 2
