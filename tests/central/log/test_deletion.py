"""Deleting plates on schedule leaves every leaf, proof, checkpoint, cosignature and time stamp as it was, and is itself in the log."""

from sqlalchemy import select

from central.config import RetentionSettings
from central.evidence.audit import audit
from central.evidence.log import leaves, tree
from central.evidence.models import LogLeaf
from central.housekeeping import delete_due
from contract.log.leaves import ActLeaf, parse_leaf
from contract.log.tree import verify_consistency, verify_inclusion
from tests.central.log.conftest import Logged

DAY_US = 86_400_000_000
MINUTE_US = 60_000_000
"""So short, because time stamps bear the real time."""


def test_after_the_deletion_every_proof_holds_and_the_deletion_is_a_leaf(logged_on_both: Logged):
    central, clock = logged_on_both.bench.central, logged_on_both.bench.clock
    logged_on_both.send(7)
    before = logged_on_both.keep()
    clock.now_us += MINUTE_US
    soon = central.settings.model_copy(update={"retention": RetentionSettings(not_overloaded_days=0.5 * MINUTE_US / DAY_US)})
    deleted = delete_due(central.database, central.blobs, central.derived, clock(), soon)
    assert (deleted.vehicles, deleted.plates, deleted.texts) == (7, 7, 7)
    after = logged_on_both.keep()
    assert logged_on_both.audit().failures == []
    with central.database.read() as session:
        stored = session.scalars(select(LogLeaf.leaf).order_by(LogLeaf.leaf_index)).all()
        verify_consistency(tree.consistency_proof(session, before.size, after.size), before.root, after.root, "test")
        for index, leaf in enumerate(stored[: before.size]):
            verify_inclusion(leaf, tree.inclusion_proof(session, index, before.size), before.root, "test")
            verify_inclusion(leaf, tree.inclusion_proof(session, index, after.size), after.root, "test")
        assert isinstance(parse_leaf(stored[leaves.size(session) - 1], "test"), ActLeaf)
        found = audit(session, central.blobs)
    assert found.failures == []
    assert found.stations[logged_on_both.bench.station.id].verified == 7
