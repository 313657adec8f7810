"""The stored tree against the naive reference: every size, every proof, whole tiles and ragged ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from central.evidence.journal import SERVICE, Verb, note
from central.evidence.log import leaves, tree
from central.evidence.log.tiles import TILE, Frontier, complete_root, prove_consistency, prove_inclusion, root_of
from central.evidence.models import LogLeaf
from contract.faults import RejectError
from contract.log.leaves import ActLeaf, RecordLeaf, parse_leaf
from contract.log.tree import leaf_hash, verify_consistency, verify_inclusion
from contract.media import sha256_hex
from tests.central.bench import Bench
from tests.contract.log import reference

MANY = 700
LEAVES = [b"%d" % number for number in range(MANY)]


class Kept:
    """Tiles in memory, as an arithmetic of 256 wide tiles sees them."""

    def __init__(self, size):
        self.rows = {0: [leaf_hash(leaf) for leaf in LEAVES[:size]]}
        frontier = Frontier()
        for hashed in self.rows[0]:
            for node in frontier.add(hashed):
                assert len(self.rows.setdefault(node.level, [])) == node.index
                self.rows[node.level].append(node.hash)
        self.root = frontier.root

    def __call__(self, level, number):
        return self.rows.get(level, [])[number * TILE : (number + 1) * TILE]


@pytest.mark.parametrize("size", [*range(40), 127, 128, 129, 255, 256, 257, 511, 512, 513, MANY])
def test_the_root_of_every_size_is_the_reference_root(size):
    kept = Kept(size)
    assert kept.root == root_of(kept, size) == reference.root(LEAVES[:size])


@settings(max_examples=200)
@given(st.data(), st.integers(1, MANY))
def test_proofs_are_the_references_own(data, size):
    kept = Kept(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert list(prove_inclusion(kept, index, size).hashes) == reference.inclusion(index, LEAVES[:size])
    assert list(prove_consistency(kept, old, size).hashes) == reference.consistency(old, LEAVES[:size])


def test_subtrees_of_two_levels_are_kept_where_they_are_complete():
    frontier, kept = Frontier(), []
    hashed = leaf_hash(b"")
    for _ in range(TILE * TILE):
        kept += frontier.add(hashed)
    assert [node.index for node in kept if node.level == 1] == list(range(TILE))
    assert [(node.level, node.index, node.hash) for node in kept if node.level == 2] == [(2, 0, frontier.root)]
    assert kept[-1].leaves == range(TILE * TILE)
    assert complete_root([hashed] * TILE) == kept[0].hash


def fill(bench: Bench, acts: int) -> None:
    """Store two records with acts around them."""
    with bench.central.database.write() as session:
        for number in range(acts):
            note(session, SERVICE, Verb.DID, f"test/{number}", now_us=bench.clock())
    bench.send(bench.station.next_envelope(), bench.station.next_envelope())
    with bench.central.database.write() as session:
        note(session, SERVICE, Verb.SAW, "vehicle/S1/1", now_us=bench.clock())


@pytest.mark.parametrize("acts", [0, 1, 253, 254, 300, 520])
def test_records_and_acts_are_leaves_whose_proofs_hold(sqlite_bench: Bench, acts: int):
    fill(sqlite_bench, acts)
    with sqlite_bench.central.database.read() as session:
        size = leaves.size(session)
        stored = session.scalars(select(LogLeaf.leaf).order_by(LogLeaf.leaf_index)).all()
        assert size == acts + 3 == len(stored)
        root = tree.root(session, size)
        assert root == reference.root(stored)
        for old in {0, 1, size // 2, size - 1, size}:
            verify_consistency(tree.consistency_proof(session, old, size), reference.root(stored[:old]), root, "test")
        for index in {0, size // 2, size - 2, size - 1}:
            verify_inclusion(stored[index], tree.inclusion_proof(session, index, size), root, "test")


def test_a_record_and_an_act_are_found_by_their_names(bench: Bench):
    fill(bench, 1)
    signed = bench.vehicle(2).signed
    with bench.central.database.read() as session:
        record = leaves.leaf_of_record(session, bench.station.id, 2)
        act = leaves.leaf_of_act(session, 1)
        assert leaves.leaf(session, 2) == record
        assert leaves.leaf_of_record(session, bench.station.id, 9) is None
        assert leaves.leaf_of_record(session, "nowhere", 1) is None
        assert leaves.leaf_of_act(session, 99) is None
        assert leaves.leaf(session, 99) is None
    assert record.index == 2
    assert parse_leaf(record.data, "test") == RecordLeaf(
        station=bench.station.id, seq=2, sha256=sha256_hex(signed.payload), logged_us=signed.received_us
    )
    assert isinstance(parse_leaf(act.data, "test"), ActLeaf)


def test_a_record_that_is_refused_or_comes_again_is_no_further_leaf(bench: Bench):
    envelope = bench.station.next_envelope()
    bench.send(envelope, envelope, b"{}")
    bench.send(envelope)
    with bench.central.database.read() as session:
        assert leaves.size(session) == 1


def test_what_is_undone_leaves_no_leaf(bench: Bench):
    with pytest.raises(InterruptedError), bench.central.database.write() as session:  # noqa: PT012 - the deed fails after its act
        note(session, SERVICE, Verb.DID, "test", now_us=bench.clock())
        raise InterruptedError
    fill(bench, 0)
    with bench.central.database.write() as session:
        act = note(session, SERVICE, Verb.DID, "test", now_us=bench.clock())
        assert leaves.leaf_of_act(session, act).index == 3


@pytest.mark.parametrize(("ask", "number"), [(tree.inclusion_proof, 3), (tree.inclusion_proof, -1), (tree.consistency_proof, 4)])
def test_a_proof_of_what_is_not_there_is_refused(sqlite_bench: Bench, ask, number):
    fill(sqlite_bench, 0)
    with sqlite_bench.central.database.read() as session, pytest.raises(RejectError) as caught:
        ask(session, number, 3)
    assert caught.value.code == "no-such-leaf"


@pytest.mark.parametrize(
    ("statement", "named"), [("DELETE FROM log_leaf WHERE leaf_index = 5", "leaf 5"), ("DELETE FROM log_node", "level 1")]
)
def test_no_proof_is_made_over_what_is_missing(sqlite_bench: Bench, statement, named):
    fill(sqlite_bench, 300)
    with sqlite_bench.central.database.write() as session:
        session.connection().exec_driver_sql(statement)
    with sqlite_bench.central.database.read() as session, pytest.raises(RejectError, match=named):
        tree.inclusion_proof(session, 280 if "node" in statement else 3, 303)
