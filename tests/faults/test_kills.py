"""Central killed amid its work: no gap and no double, nothing half, nothing that was acknowledged lost, and nothing left lying about."""

from contextlib import ExitStack

import pytest

from tests.central.webhooks.receiver import receiving
from tests.faults.kills.prepared import prepare
from tests.faults.kills.run import kill_again_and_again
from tests.postgres import running_postgres

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("line")]
ASKED_MAX = 200
"""``python -m tests.faults.kills`` is the long form."""


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 8), pytest.param("postgresql", 4, marks=pytest.mark.system("postgres"))])
def test_no_gap_no_double_nothing_half_and_nothing_lost(tmp_path, kind, kills):
    with ExitStack() as stack:
        folder, heard = tmp_path / "central", stack.enter_context(receiving())
        url = f"sqlite:///{folder / 'central.db'}" if kind == "sqlite" else stack.enter_context(running_postgres())
        prepared = prepare(folder, url, heard.url, cases=12, vehicles=500)
        outcome = kill_again_and_again(prepared, heard, kills, seed=7, asked_max=ASKED_MAX)
    assert outcome.breaches == []
    assert outcome.kills == kills
    assert outcome.told.acts
    assert outcome.told.exports
