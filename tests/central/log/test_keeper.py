"""Checkpoints on schedule: signed while the log grows, cosigned and stamped, and asked for again where somebody was away."""

import pytest

from central.checkpointing.keeper import FRESH_US, Keeper
from central.evidence.log import edge
from central.evidence.log.checkpoints import checkpoint_for
from central.evidence.log.memory import remembered
from central.evidence.log.peers import Peer
from contract.faults import StopError
from contract.log.checkpoints import open_checkpoint, verify_cosignature
from contract.log.timestamps import read_authority, verify_timestamp
from tests.central.log.conftest import Logged


def test_a_checkpoint_is_signed_cosigned_stamped_and_remembered(logged_on_both: Logged):
    logged = logged_on_both
    logged.send(3)
    logged.act(2)
    made = logged.keep()
    signed = open_checkpoint(made.note, logged.key.verifier, "test")
    assert (signed.size, signed.root) == (made.size, made.root) == (5, made.root)
    witness = logged.keeper.trusted.witnesses[0]
    assert made.cosigned[0].witness == witness.name
    assert verify_cosignature(made.note, witness, "test") == made.cosigned[0].time_s == logged.bench.clock() // 1_000_000
    root = read_authority(logged.authority.certificate.read_bytes(), "test")
    assert verify_timestamp(made.timestamp, str(made.log_note).encode(), root, "test") == made.stamped_us
    assert remembered(logged.keeper.folder, logged.key) == signed
    assert {state.code for state in logged.peers().values()} == {None}
    found = logged.audit()
    assert (found.failures, found.remarks) == ([], [])
    assert (found.leaves, found.records, found.acts, found.checkpoints, found.cosignatures, found.timestamps) == (5, 3, 2, 1, 1, 1)


def test_an_empty_log_is_signed_on_demand_only(logged: Logged):
    assert logged.keeper.keep() is None
    made = logged.keep(anew=True)
    assert (made.size, len(made.cosigned), logged.faults) == (0, 1, [])


def test_a_log_that_rests_is_signed_once(logged: Logged):
    logged.act()
    first = logged.keep()
    assert logged.keep() == first
    logged.bench.clock.now_us += 10 * FRESH_US
    assert logged.keep() == first
    logged.act()
    assert logged.keep().size == 2
    assert logged.keep(anew=True).id == 3


def test_the_log_grows_over_tiles_between_checkpoints(logged: Logged):
    for count in (1, 254, 1, 1, 300):
        logged.act(count)
        assert len(logged.keep().cosigned) == 1
    assert logged.audit().failures == []


def test_an_authority_that_is_away_is_asked_again_and_what_is_old_is_signed_anew(logged: Logged):
    logged.authority.away = True
    logged.act()
    first = logged.keep()
    assert (len(first.cosigned), first.timestamp) == (1, None)
    assert logged.peers()[Peer.TIMESTAMP].code == "timestamp-away"
    assert [fault.code for fault in logged.faults] == ["timestamp-away"]
    logged.authority.away = False
    assert logged.keep().stamped_us is not None
    logged.authority.away = True
    logged.act()
    second = logged.keep()
    logged.bench.clock.now_us += FRESH_US
    logged.authority.away = False
    third = logged.keep()
    assert (third.size, third.id) == (second.size, second.id + 1)
    assert third.stamped_us is not None
    assert logged.peers()[Peer.TIMESTAMP].code is None


def test_a_witness_that_is_away_is_asked_again_and_told_the_whole_way(logged: Logged):
    logged.act()
    logged.keep()
    away = logged.another_keeper(witness_url="http://127.0.0.1:9/")
    for _ in range(3):
        logged.act(100)
        assert away.keep().cosigned == ()
    assert logged.peers()[Peer.WITNESS].code == "witness-away"
    assert logged.peers()[Peer.WITNESS].answered_us is not None
    away.check_against_witness()
    assert len(logged.keep().cosigned) == 1
    assert logged.audit().failures == []


def test_a_witness_that_does_not_know_the_log_says_so(logged: Logged, tmp_path):
    keeper = logged.another_keeper(tmp_path / "other", origin="other.example.org")
    logged.act()
    assert keeper.keep().cosigned == ()
    state = logged.peers()[Peer.WITNESS]
    assert (state.code, state.objects) == ("witness-refused", False)
    assert "wim-central log keys" in state.what


def test_a_witness_that_has_forgotten_is_not_trusted_on(logged: Logged):
    logged.act()
    logged.keep()
    for path in logged.witness_state.glob("*.checkpoint"):
        path.unlink()
    logged.act()
    assert logged.keep().cosigned == ()
    assert logged.peers()[Peer.WITNESS].code == "witness-forgot"


def test_another_key_does_not_go_on_with_the_log(logged: Logged, tmp_path):
    logged.act()
    logged.keep()
    keeper = logged.another_keeper(tmp_path / "other")
    logged.act()
    with pytest.raises(StopError, match="checkpoint 1: bears no signature of key"):
        keeper.keep()


def test_the_checkpoint_that_says_most_is_given_for_a_leaf(logged: Logged):
    logged.authority.away = True
    for _ in range(2):
        logged.act()
        logged.keep()
    logged.authority.away = False
    logged.act()
    stamped = logged.keep()
    logged.act()
    logged.keep()
    with logged.bench.central.database.read() as session:
        assert checkpoint_for(session, 0) == stamped
        assert checkpoint_for(session, 3).id == stamped.id + 1
        assert checkpoint_for(session, 4) is None


def test_without_witness_and_authority_checkpoints_are_signed_all_the_same(sqlite_bench):
    central = sqlite_bench.central
    keeper = Keeper(central.database, central.settings, now_us=sqlite_bench.clock)
    sqlite_bench.send(sqlite_bench.station.next_envelope())
    made = keeper.keep()
    keeper.check_against_witness()
    keeper.close()
    assert (made.size, made.cosigned, made.timestamp) == (1, (), None)
    assert keeper.trusted.log.origin.startswith("weighline/")


def other_keeper(logged: Logged) -> Keeper:
    """Give a keeper beside the schedule's, as whoever makes a bundle has."""
    return Keeper(logged.bench.central.database, logged.settings, now_us=logged.bench.clock, count=logged.faults.append)


def test_what_another_signs_while_the_log_is_checked_does_not_make_it_look_cut_short(logged_on_both: Logged, monkeypatch):
    logged, other = logged_on_both, other_keeper(logged_on_both)
    counted = edge._count_failures

    def meanwhile(session):
        found = counted(session)
        monkeypatch.setattr(edge, "_count_failures", counted)
        logged.act()
        other.keep()
        return found

    logged.act()
    logged.keep()
    monkeypatch.setattr(edge, "_count_failures", meanwhile)
    logged.keeper.check()
    assert logged.keep().size == 2
    other.close()


def test_a_witness_that_has_seen_a_later_checkpoint_of_ours_does_not_object(logged: Logged):
    logged.act()
    logged.authority.away = True
    earlier = logged.keep()
    logged.act()
    later = other_keeper(logged)
    assert later.keep().cosigned
    later.close()
    logged.keeper._ask(Peer.WITNESS, logged.keeper._cosign, earlier)
    assert logged.peers()[Peer.WITNESS].code is None
    assert not logged.peers()[Peer.WITNESS].objects
