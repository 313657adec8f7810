"""What is done to the log, case by case: the start check refuses to go on, and the audit names what was touched."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from central.evidence.database import Database
from central.evidence.journal import ActEntry
from central.evidence.log import leaves
from central.evidence.log.edge import check_part
from central.evidence.log.memory import FILE_NAME
from central.evidence.log.peers import Peer
from central.evidence.models import Act, LogLeaf, Record
from contract.canonical import canonical_bytes
from contract.faults import StopError
from contract.log.leaves import parse_leaf
from contract.media import sha256_hex
from tests.central.log import insider
from tests.central.log.conftest import Logged, open_logged
from tests.postgres import new_database

HOUR_US = 3_600_000_000
SIZE = 310
"""300 acts, 5 records (leaves 300 to 304), 5 acts: one kept hash, and checkpoints of 300, 305 and 310 leaves."""


@pytest.fixture
def full(logged: Logged) -> Logged:
    return filled(logged)


def filled(logged: Logged) -> Logged:
    logged.act(300)
    logged.keep()
    logged.send(5)
    logged.keep()
    logged.act(5)
    logged.keep()
    logged.keeper.check()
    assert logged.audit().failures == []
    return logged


@dataclass(frozen=True)
class Attack:
    """What somebody does, and what of it must be named in the audit."""

    does: Callable[[Logged], None]
    named: str


def sql(*statements: str) -> Callable[[Logged], None]:
    return lambda logged: logged.execute(*statements)


def reorder(logged: Logged) -> None:
    """Let two leaves change places, with what they are about."""
    logged.execute(
        "UPDATE log_leaf SET leaf_index = -1 WHERE leaf_index = 7",
        "UPDATE log_leaf SET leaf_index = 7 WHERE leaf_index = 9",
        "UPDATE log_leaf SET leaf_index = 9 WHERE leaf_index = -1",
    )


def edit_act(logged: Logged, *, leaf: bool = False, rebuilt: bool = False) -> None:
    """Give an act another person."""
    with logged.bench.central.database.write() as session:
        row = session.get(Act, 42)
        entry = ActEntry.model_validate_json(row.entry)
        row.entry = canonical_bytes(entry.model_copy(update={"person": "somebody else"}))
        row.person = "somebody else"
        session.flush()
        if leaf:
            insider.change_leaf(session, 41, sha256=sha256_hex(row.entry))
        if rebuilt:
            insider.rebuild(session)


def redate(logged: Logged, index: int) -> None:
    """Let a leaf say that it was entered a minute later."""
    with logged.bench.central.database.write() as session:
        was = parse_leaf(session.get(LogLeaf, index).leaf, "leaf").logged_us
        insider.change_leaf(session, index, logged_us=was + 60_000_000)


def delete_record(logged: Logged, *, rebuilt: bool = False) -> None:
    """Take a record out with its leaf, its vehicle and its place in the chain of leaves."""
    logged.execute(
        "DELETE FROM log_leaf WHERE kind = 'record' AND object_id = 3",
        "DELETE FROM vehicle WHERE record_id = 3",
        "DELETE FROM record WHERE id = 3",
    )
    if rebuilt:
        with logged.bench.central.database.write() as session:
            insider.rebuild(session)


def insert_record(logged: Logged) -> None:
    """Put a record in that never came."""
    with logged.bench.central.database.write() as session:
        one = session.get(Record, 1)
        fields = {
            name: getattr(one, name) for name in ("station", "sha256", "prev_sha256", "type", "time_us", "received_us", "key_id", "chain")
        }
        session.add(Record(seq=99, mark=None, payload=one.payload, envelope=one.envelope, **fields))


FAR = 1 << 60
"""A number that no check may count up to."""

ATTACKS = {
    "leaf deleted": Attack(sql("DELETE FROM log_leaf WHERE leaf_index = 77"), "leaf 77: missing"),
    "leaves deleted": Attack(sql("DELETE FROM log_leaf WHERE leaf_index BETWEEN 77 AND 80"), "leaves 77 to 80: missing"),
    "first leaf deleted": Attack(sql("DELETE FROM log_leaf WHERE leaf_index = 0"), "leaf 0: missing"),
    "leaf far beyond the others": Attack(sql(f"UPDATE log_leaf SET leaf_index = {FAR} WHERE leaf_index = 77"), "leaf 77: missing"),
    "last leaf far beyond the others": Attack(
        sql(f"UPDATE log_leaf SET leaf_index = {FAR} WHERE leaf_index = 309"), f"leaves 309 to {FAR - 1}: missing"
    ),
    "leaves reordered": Attack(reorder, "kept hash of leaves 0 to 255: is not that of its leaves"),
    "truncated": Attack(
        sql("DELETE FROM log_leaf WHERE leaf_index >= 303"), "checkpoint 3: 310 leaves were signed and only 303 are stored"
    ),
    "truncated with its objects": Attack(
        sql(
            *("DELETE FROM log_leaf WHERE leaf_index >= 303", "DELETE FROM act WHERE id > 300"),
            *("DELETE FROM vehicle WHERE record_id > 3", "DELETE FROM record WHERE id > 3"),
        ),
        "checkpoint 2: 305 leaves were signed and only 303 are stored",
    ),
    "truncated to nothing": Attack(
        sql("DELETE FROM log_leaf", "DELETE FROM log_node", "DELETE FROM act", "DELETE FROM vehicle", "DELETE FROM record"),
        "checkpoint 1: 300 leaves were signed and only 0 are stored",
    ),
    "kept hash changed": Attack(sql("UPDATE log_node SET hash = zeroblob(32)"), "kept hash of leaves 0 to 255: is not that of its leaves"),
    "kept hash deleted": Attack(sql("DELETE FROM log_node"), "kept hash of leaves 0 to 255: is missing"),
    "kept hash invented": Attack(sql("INSERT INTO log_node VALUES (1, 1, zeroblob(32))"), "kept hashes: 1 are of no leaves"),
    "leaf changed": Attack(
        sql("UPDATE log_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"id\":5', '\"id\":6') AS BLOB) WHERE leaf_index = 4"),
        "act 6 (leaf 4): the leaf stands for another",
    ),
    "leaf of another moment": Attack(lambda logged: redate(logged, 306), "act 302 (leaf 306): was taken at another moment"),
    "leaf of another kind": Attack(
        sql("UPDATE log_leaf SET kind = 'record', object_id = 99 WHERE leaf_index = 4"), "act 5 (leaf 4): is entered"
    ),
    "leaf garbled": Attack(sql("UPDATE log_leaf SET leaf = X'7b' WHERE leaf_index = 4"), "leaf 4: is no canonical JSON"),
    "leaf stored as text": Attack(
        sql("UPDATE log_leaf SET leaf = CAST(leaf AS TEXT) WHERE leaf_index = 4"), "leaf 4: is not stored as bytes"
    ),
    "record stored as text": Attack(
        sql("UPDATE record SET payload = CAST(payload AS TEXT) WHERE id = 3"), "/3 (leaf 302): its stored bytes"
    ),
    "checkpoint stored as text": Attack(
        sql("UPDATE log_checkpoint SET note = CAST(note AS TEXT) WHERE id = 3"), "checkpoint 3: is not stored as bytes"
    ),
    "act edited": Attack(edit_act, "act 42 (leaf 41): its entry is not the one"),
    "act edited with its leaf": Attack(lambda logged: edit_act(logged, leaf=True), "kept hash of leaves 0 to 255"),
    "act edited with its leaf, hashes made anew": Attack(
        lambda logged: edit_act(logged, leaf=True, rebuilt=True),
        "checkpoint 1: the first 300 leaves are not those that were signed; the first 0 are",
    ),
    "act shown as another's": Attack(sql("UPDATE act SET person = 'nobody' WHERE id = 42"), "act 42 (leaf 41): lists show another act"),
    "act shown at another time": Attack(sql("UPDATE act SET time_us = 5 WHERE id = 42"), "act 42 (leaf 41): lists show another act"),
    "act deleted": Attack(sql("DELETE FROM act WHERE id = 42"), "act 42 (leaf 41): is entered in the log and not stored any more"),
    "act inserted": Attack(
        sql("INSERT INTO act (time_us, person, account, verb, subject, entry) VALUES (1, 'a', 'a', 'did', 'x', '{}')"),
        "act 306: is stored and not entered",
    ),
    "record edited": Attack(
        sql("""UPDATE record SET payload = CAST(replace(CAST(payload AS TEXT), '"lane":1', '"lane":2') AS BLOB) WHERE id = 3"""),
        "/3 (leaf 302): its stored bytes",
    ),
    "record renumbered": Attack(sql("UPDATE record SET seq = 33 WHERE id = 3"), "/3 (leaf 302): the leaf stands for another one"),
    "record deleted": Attack(
        sql("DELETE FROM vehicle WHERE record_id = 3", "DELETE FROM record WHERE id = 3"),
        "/3 (leaf 302): is entered in the log and not stored",
    ),
    "record deleted with its leaf": Attack(delete_record, "leaf 302: missing"),
    "record deleted with its leaf, hashes made anew": Attack(
        lambda logged: delete_record(logged, rebuilt=True),
        "checkpoint 2: the first 305 leaves are not those that were signed; the first 300 are",
    ),
    "record inserted": Attack(insert_record, "/99: is stored and not entered"),
    "checkpoint deleted": Attack(
        sql(
            "DELETE FROM log_cosignature WHERE checkpoint_id = 3",
            "DELETE FROM log_timestamp WHERE checkpoint_id = 3",
            "DELETE FROM log_checkpoint WHERE id = 3",
        ),
        "checkpoint of 310 leaves, remembered beside the key: is no longer among those that are stored",
    ),
    "checkpoint changed": Attack(
        sql("UPDATE log_checkpoint SET note = CAST(replace(CAST(note AS TEXT), '310', '309') AS BLOB) WHERE id = 3"),
        "checkpoint 3: the signature",
    ),
    "checkpoint listed with another size": Attack(
        sql("UPDATE log_checkpoint SET size = 309 WHERE id = 3"), "checkpoint 3: is listed with 309"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_central_does_not_start_and_the_audit_names_what_was_touched(full: Logged, name: str):
    attack = ATTACKS[name]
    attack.does(full)
    found = full.audit()
    assert any(attack.named in failure for failure in found.failures), found.failures
    keeper = full.another_keeper()
    with pytest.raises(StopError) as caught:
        keeper.check()
    assert caught.value.code == "log-broken"
    with pytest.raises(StopError):
        keeper.keep(anew=True)


SQLITE_ONLY = {name for name in ATTACKS if name.endswith("stored as text")}
"""PostgreSQL takes no text for bytes."""


@pytest.mark.system("postgres")
def test_on_postgresql_the_same_is_named_and_central_does_not_start(tmp_path, authority, postgres_cluster):
    """One log, and a copy of its database for each attack: that takes a tenth of a second, a log of its own some seconds."""
    with open_logged(tmp_path, new_database(postgres_cluster, "attacked"), authority) as logged:
        filled(logged)
        central, whole = logged.bench.central, logged.bench.central.database
        whole.close()
        missed = []
        for number, name in enumerate(sorted(ATTACKS.keys() - SQLITE_ONLY)):
            central.database = Database(new_database(postgres_cluster, f"attacked_{number}", "attacked"))
            try:
                ATTACKS[name].does(logged)
                found = logged.audit().failures
                with pytest.raises(StopError):
                    logged.another_keeper().check()
            finally:
                central.database.close()
            if not any(ATTACKS[name].named in failure for failure in found):
                missed.append((name, found))
        central.database = whole
    assert missed == []


VOUCHED = {
    "cosignature changed": (
        "UPDATE log_cosignature SET line = CAST(replace(CAST(line AS TEXT), 'A', 'B') AS BLOB) WHERE checkpoint_id = 2",
        "cosignature of witness.example.org on",
    ),
    "cosignature of another time": (
        "UPDATE log_cosignature SET time_s = time_s + 1 WHERE checkpoint_id = 2",
        "checkpoint 2: is listed with another time",
    ),
    "cosignature under another name": (
        "UPDATE log_cosignature SET witness = 'w' WHERE checkpoint_id = 2",
        "cosignature of w on checkpoint 2",
    ),
    "time stamp changed": (
        "UPDATE log_timestamp SET answer = zeroblob(99) WHERE checkpoint_id = 2",
        "time stamp of checkpoint 2: its stored bytes",
    ),
    "time stamp of another time": (
        "UPDATE log_timestamp SET time_us = time_us + 1 WHERE checkpoint_id = 2",
        "checkpoint 2: is listed with another time",
    ),
    "checkpoint dated back": ("UPDATE log_checkpoint SET made_us = made_us - 7200000000 WHERE id = 2", "was made 2.0 hours after the time"),
}


@pytest.mark.parametrize("name", VOUCHED)
def test_what_others_have_signed_is_verified_by_the_audit(full: Logged, name: str):
    statement, named = VOUCHED[name]
    full.execute(statement)
    assert any(named in failure for failure in full.audit().failures)


def snapshot(logged: Logged, folder):
    """Copy the database as it stands."""
    copy = folder / "older.db"
    with logged.bench.central.database.engine.connect() as connection:
        connection.connection.execute(f"VACUUM INTO '{copy}'")
    return copy


def put_back(logged: Logged, copy) -> None:
    """Put an older copy of the whole database in place."""
    logged.bench.central.database.close()
    path = logged.bench.central.database.engine.url.database
    for suffix in ("-wal", "-shm"):
        (copy.parent / f"{path}{suffix}").unlink(missing_ok=True)
    copy.replace(path)


@pytest.fixture
def rolled_back(logged: Logged, tmp_path) -> Logged:
    """Give a log of 20 leaves that was put back to 10, checkpoints and all."""
    logged.act(10)
    logged.keep()
    copy = snapshot(logged, tmp_path)
    logged.act(10)
    logged.keep()
    put_back(logged, copy)
    assert logged.audit().leaves == 10
    return logged


def test_a_database_put_back_with_its_checkpoints_is_betrayed_by_what_central_remembers(rolled_back: Logged):
    with pytest.raises(StopError, match=r"remembered beside the key: 20 leaves were signed and only 10 are stored"):
        rolled_back.another_keeper().check()


def test_a_database_put_back_with_all_of_centrals_memory_is_betrayed_by_the_witness(rolled_back: Logged):
    (rolled_back.keeper.folder / FILE_NAME).unlink()
    keeper = rolled_back.another_keeper()
    keeper.check()
    with pytest.raises(StopError, match=r"in the hands of witness witness\.example\.org: 20 leaves were signed and only 10 are stored"):
        keeper.check_against_witness()
    rolled_back.act()
    assert rolled_back.keep(anew=True).cosigned == ()
    state = rolled_back.peers()[Peer.WITNESS]
    assert (state.code, state.objects) == ("log-rolled-back", True)
    assert any("objects to this log" in failure for failure in rolled_back.audit().failures)
    rolled_back.act(30)
    assert rolled_back.keep().cosigned == ()
    assert rolled_back.peers()[Peer.WITNESS].code == "log-forked"


def rewrite_and_resign(logged: Logged, *, strip: bool) -> None:
    """Edit an act, its leaf, all hashes and all checkpoints, with the log's own key, and what central remembers."""
    edit_act(logged, leaf=True, rebuilt=True)
    with logged.bench.central.database.write() as session:
        note = insider.resign(session, logged.key, leaves.size(session))
    (logged.keeper.folder / FILE_NAME).write_text(note)
    if strip:
        logged.execute("DELETE FROM log_cosignature", "DELETE FROM log_timestamp")


def test_an_insider_with_the_key_is_betrayed_by_stored_cosignatures_and_time_stamps(full: Logged):
    rewrite_and_resign(full, strip=False)
    full.another_keeper().check()
    failures = full.audit().failures
    for number in (1, 2, 3):
        assert any(failure.startswith(f"cosignature of witness.example.org on checkpoint {number}: the signature") for failure in failures)
        assert any(failure.startswith(f"time stamp of checkpoint {number}: is no time stamp") for failure in failures)


def test_an_insider_who_takes_those_away_is_betrayed_by_the_witness_at_start_and_at_the_next_checkpoint(full: Logged):
    rewrite_and_resign(full, strip=True)
    keeper = full.another_keeper()
    keeper.check()
    with pytest.raises(StopError, match=r"hands of witness witness\.example\.org: the first 310 leaves are not those that were signed"):
        keeper.check_against_witness()
    full.act()
    assert full.keep().cosigned == ()
    assert full.peers()[Peer.WITNESS].code == "log-forked"
    assert list(full.witness_state.glob("*.refused"))


def test_an_insider_who_has_it_stamped_anew_is_betrayed_by_the_times(full: Logged):
    rewrite_and_resign(full, strip=True)
    full.execute("UPDATE log_checkpoint SET made_us = made_us - 7200000000")
    full.execute("DELETE FROM log_peer")
    for made in full.latest():
        answer, time_us = full.keeper._authority.ask(str(made.log_note).encode())
        full.execute(f"INSERT INTO log_timestamp VALUES ({made.id}, {time_us}, '{sha256_hex(answer)}', X'{answer.hex()}')")
    assert any("hours after the time at which the checkpoint is said to be" in failure for failure in full.audit().failures)


def test_an_insider_who_dates_all_of_it_anew_leaves_leaves_that_nobody_had_vouched_for(full: Logged):
    with full.bench.central.database.write() as session:
        for index, data in session.execute(select(LogLeaf.leaf_index, LogLeaf.leaf)).all():
            insider.change_leaf(session, index, logged_us=full.bench.clock() - 48 * HOUR_US)
            assert data
    rewrite_and_resign(full, strip=True)
    for made in full.latest():
        answer, time_us = full.keeper._authority.ask(str(made.log_note).encode())
        full.execute(f"INSERT INTO log_timestamp VALUES ({made.id}, {time_us}, '{sha256_hex(answer)}', X'{answer.hex()}')")
    assert any("48 hours younger; until then nothing outside vouches" in remark for remark in full.audit().remarks)


def test_every_part_of_the_leaves_is_checked_in_turn(logged: Logged, monkeypatch):
    monkeypatch.setattr("central.evidence.log.edge.PART_TILES", 1)
    logged.act(900)
    logged.execute("UPDATE act SET person = 'nobody' WHERE id IN (1, 300, 600, 900)")
    with logged.bench.central.database.read() as session:
        found = [check_part(session, part) for part in range(5)]
    assert [failures[0].partition(" (")[0] for failures in found] == ["act 1", "act 300", "act 600", "act 900", "act 1"]


def test_a_new_name_begins_a_new_log_after_a_loss_that_cannot_be_mended(rolled_back: Logged):
    """The way out of a real loss (docs/log.md): the old name stays broken for everyone who watched it."""
    keeper = rolled_back.another_keeper(origin="log.example.org/wim-2")
    keeper.check()
    rolled_back.act()
    assert keeper.keep().size == 11
    assert rolled_back.audit().checkpoints == 2
