"""Two `wim-central run` over one database, as processes: the second is refused, whatever its folder is; commands are not."""

import time
from pathlib import Path

import httpx
import pytest

from contract.faults import EXIT_REJECTED, EXIT_RESTART
from tests.broker import free_port
from tests.faults.kills.service import Run, Service, command
from tests.postgres import running_postgres

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("line")]
PASSWORD = "correct horse battery staple\n"


def run_in(folder: Path, url: str) -> Run:
    """Write settings for a service with a folder of its own."""
    folder.mkdir()
    lines = [f"data = '{folder}'", f"database_url = '{url}'", f"broker = {{ port = {free_port()} }}", "log = { seconds = 1 }"]
    config = folder / "central.toml"
    config.write_text("\n".join(lines) + "\n")
    return Run(config, free_port(), folder.with_suffix(".log"))


def add_user(run: Run, url: str, name: str) -> None:
    code, said = command("user", "add", name, "--role", "auditor", "--data", str(run.config.parent), "--database-url", url, stdin=PASSWORD)
    assert code == 0, said


def wait_for_checkpoint(run: Run) -> None:
    deadline_s = time.monotonic() + 30
    while not (run.config.parent / "keys" / "log.last-checkpoint").exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system("postgres"))])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'central.db'}"
    else:
        with running_postgres() as url:
            yield url


def test_the_second_is_refused_and_commands_go_on(tmp_path, url):
    first, second = run_in(tmp_path / "one", url), run_in(tmp_path / "two", url)
    service = Service(first)
    try:
        service.wait_until_ready()
        refused = Service(second)
        assert refused.wait(60) == EXIT_RESTART
        assert "service-runs" in refused.said()
        assert "a database has one `wim-central run`" in refused.said()
        add_user(first, url, "an.auditor")
        for arguments in (("verify",), ("log", "check"), ("log", "checkpoint"), ("prune", "--data", str(first.config.parent))):
            code, said = command(*arguments, "--config", str(first.config))
            assert code == 0, f"{arguments}: {said}"
        assert httpx.get(f"{first.base_url}/health").status_code == httpx.codes.OK
        wait_for_checkpoint(first)
        service.kill()
        again = Service(first)
        again.wait_until_ready()
        assert again.end() == 0
        other = Service(second)
        assert other.wait(60) == EXIT_REJECTED, "a log goes on with its own key only"
        assert "log-broken" in other.said()
    finally:
        service.kill()
