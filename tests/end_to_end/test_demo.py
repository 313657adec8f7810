"""The whole line with its real programs: what drives is recorded once, verified, judged as it was, whoever dies meanwhile."""

import re
import signal

import pytest

from tests.end_to_end.conftest import END_S, ending

pytestmark = [pytest.mark.timeout(2 * END_S), pytest.mark.xdist_group("line")]

EIGHT = ("--vehicles", "8", "--speedup", "4")


def assert_whole(summary, vehicles=8):
    assert summary["failures"] == []
    assert summary["driven"] == summary["recorded"] == summary["stored"]["vehicles"] == vehicles
    assert summary["stored"]["verified"] == summary["stored"]["records"] == summary["last_seq"]
    assert summary["stored"]["chain"] == "unbroken"


def test_what_drives_is_recorded_verified_and_judged(demo):
    summary = demo.run("--site", "own", *EIGHT)
    assert_whole(summary)
    assert summary["restarts"] == {}
    assert summary["plates"].get("wrong", 0) == 0
    assert summary["latency"]["max_s"] < 10


def test_killing_every_program_loses_and_doubles_nothing(demo, captures):
    summary = demo.run("--site", "strips4", "--fault", "kill-all", *EIGHT)
    assert_whole(summary)
    assert summary["restarts"] == {"broker": 1, "central": 1, "plates": 1, "edge": 1}


def test_plates_over_modbus(demo, captures):
    summary = demo.run("--site", "plates2", "--modbus", "--vehicles", "4", "--speedup", "2")
    assert_whole(summary, vehicles=4)


@pytest.mark.system("mosquitto")
def test_mosquitto_as_broker_and_killed(demo):
    summary = demo.run("--site", "own", "--broker", "mosquitto", "--fault", "kill-broker", *EIGHT)
    assert_whole(summary)
    assert summary["restarts"] == {"broker": 1}


@pytest.mark.system("postgres")
def test_postgresql_as_central_store(demo, postgres_url):
    assert_whole(demo.run("--site", "own", "--database", postgres_url, *EIGHT))


def assert_nothing_left(demo):
    assert demo.left() == []
    assert not (demo.folder / "kept" / "road" / "digitiser.tty").is_symlink()
    for log in (demo.folder / "kept" / "logs").iterdir():
        assert "Traceback" not in log.read_text(), log.name


def test_ctrl_c_at_the_table_stops_everything(demo, wait_for):
    with demo.in_terminal("--site", "own", "--speedup", "2", "--data", "kept") as (process, terminal):
        wait_for(lambda: re.search(r"[1-9]\d* recorded in central", terminal.read()), "a vehicle in the table")
        terminal.press_ctrl_c()
        wait_for(lambda: terminal.read() is None or process.poll() is not None, "the end")
        assert process.returncode == 0, terminal.shown[-2_000:]
        assert "login/once?token=" in terminal.shown
        assert "Traceback" not in terminal.shown
    assert_nothing_left(demo)


def test_sigterm_in_mid_run_stops_everything(demo, wait_for):
    with ending(demo.start("--site", "own", "--headless", "--data", "kept")) as process:
        truth = demo.folder / "kept" / "road" / "truth.jsonl"
        wait_for(lambda: truth.is_file() and '"playback"' in truth.read_text(), "the road to come alive")
        process.send_signal(signal.SIGTERM)
        output, messages = process.communicate(timeout=60)
    assert process.returncode == 130, output + messages
    assert "Traceback" not in output + messages
    assert_nothing_left(demo)


def test_a_demo_killed_outright_takes_its_programs_along(demo, wait_for):
    with ending(demo.start("--site", "own", "--headless", "--data", "kept")) as process:
        wait_for((demo.folder / "kept" / "logs" / "edge.log").is_file, "the edge's start")
        process.kill()
        process.communicate(timeout=10)
    wait_for(lambda: demo.left() == [], "every program to end")
