"""People with the database, some with the log's key too, who change one thing and what stands beside it; each test says who finds them."""

import pytest
from sqlalchemy import delete, select, update

from central.evidence.audit import audit
from central.evidence.journal import ActEntry
from central.evidence.log import leaves
from central.evidence.log.memory import FILE_NAME
from central.evidence.log.peers import Peer
from central.evidence.models import Act, Case, CaseEvent, CasePart, LogCheckpoint, LogCosignature, LogLeaf, LogTimestamp
from central.review.history import EventEntry
from contract.canonical import canonical_bytes
from contract.faults import RejectError, StopError
from contract.log.notes import parse_signatures
from contract.media import sha256_hex
from contract.signatures import PayloadType, key_id, open_envelope, parse_envelope, seal
from tests.central.log import insider
from tests.central.log.conftest import Logged
from tests.central.review.office import Office
from tests.signing_station import SigningStation

HOUR_US = 3_600_000_000


def stored_failures(logged: Logged) -> list[str]:
    with logged.bench.central.database.read() as session:
        return audit(session, logged.bench.central.blobs).failures


def decided_case(logged: Logged) -> int:
    """Give a case with a penalty; the log is signed after it."""
    office = Office(logged.bench)
    office.publish()
    case_id = office.new_case()
    office.drive(case_id, "confirm", "pass-legal", "decide-penalty")
    logged.keep()
    assert (stored_failures(logged), logged.audit().failures) == ([], [])
    return case_id


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("case_file", "amount_cents = 1"),
        ("case_file", "due_us = due_us + 864000000000"),
        ("case_file", "outcome = 'warning'"),
        ("case_file", "major = NOT major"),
        ("case_file", "decided_us = NULL"),
        ("case_file", "hearing_event = 999"),
        ("case_part", "person = 'nobody' WHERE part = 'approve'"),
        ("notice", "issued_us = issued_us + 1"),
    ],
)
def test_how_a_case_stands_is_not_changed_without_a_step(logged_on_both: Logged, table: str, change: str):
    """Found by `wim-central verify`: the last act upon the case holds a digest of all of it."""
    case_id = decided_case(logged_on_both)
    logged_on_both.execute(f"UPDATE {table} SET {change}")
    assert stored_failures(logged_on_both) == [f"case {case_id}: altered: does not stand as the last act upon it has left it"]


def test_a_part_that_is_taken_away_so_that_its_person_may_decide_too_is_missed(logged_on_both: Logged):
    """Found by `wim-central verify`, as above."""
    case_id = decided_case(logged_on_both)
    with logged_on_both.bench.central.database.write() as session:
        session.execute(delete(CasePart).where(CasePart.part == "review"))
    assert any(one.startswith(f"case {case_id}: altered") for one in stored_failures(logged_on_both))


def test_a_step_that_is_taken_back_with_its_traces_in_the_case_is_still_in_the_journal(logged: Logged):
    """Found by `wim-central verify`: the last act upon the case is not the one that left it as it stands."""
    office = Office(logged.bench)
    office.publish()
    case_id = office.new_case()
    with logged.bench.central.database.read() as session:
        before = {name: getattr(session.get_one(Case, case_id), name) for name in ("state", "version", "entered_us", "due_us", "major")}
    office.drive(case_id, "confirm")
    logged.execute(f"DELETE FROM case_event WHERE case_id = {case_id} AND action = 'confirm'")
    with logged.bench.central.database.write() as session:
        session.execute(update(Case).where(Case.id == case_id).values(before))
        session.execute(delete(CasePart))
    assert stored_failures(logged) == [f"case {case_id}: altered: does not stand as the last act upon it has left it"]


def change_approver(logged: Logged, case_id: int, *, leaf: bool) -> int:
    """Write another approver into the step, its hash into the journal's act, and that into the leaf; give the act's number."""
    with logged.bench.central.database.write() as session:
        step = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.action == "decide-penalty")).one()
        entry = canonical_bytes(EventEntry.model_validate_json(step.entry).model_copy(update={"person": "rao", "account": "rao"}))
        act = session.get_one(Act, step.act_id)
        noted = ActEntry.model_validate_json(act.entry)
        detail = noted.detail | {"event_sha256": sha256_hex(entry)}
        noted = noted.model_copy(update={"person": "rao", "account": "rao", "detail": detail})
        number, new = act.id, canonical_bytes(noted)
        index = session.scalars(select(LogLeaf.leaf_index).where(LogLeaf.kind == "act", LogLeaf.object_id == number)).one()
    values = f"person = 'rao', account = 'rao', entry = X'{entry.hex()}', entry_sha256 = '{sha256_hex(entry)}'"
    logged.execute(
        f"UPDATE case_event SET {values} WHERE act_id = {number}",
        f"UPDATE act SET person = 'rao', account = 'rao', entry = X'{new.hex()}' WHERE id = {number}",
    )
    if leaf:
        with logged.bench.central.database.write() as session:
            insider.change_leaf(session, index, sha256=sha256_hex(new))
            insider.rebuild(session)
    return number


def test_another_approver_in_the_step_and_in_the_journal_is_not_what_was_logged(logged: Logged):
    """Found by the start check and `wim-central log check`: the act is not its leaf's."""
    case_id = decided_case(logged)
    number = change_approver(logged, case_id, leaf=False)
    named = f"act {number} (leaf"
    assert any(named in one and "its entry is not the one" in one for one in logged.audit().failures)
    with pytest.raises(StopError):
        logged.another_keeper().check()


def test_another_approver_down_to_the_leaf_is_not_what_was_signed(logged: Logged):
    """Found by the start check: the signed checkpoint; and if that is signed anew, by its cosignature and by the witness."""
    change_approver(logged, decided_case(logged), leaf=True)
    with pytest.raises(StopError, match="are not those that were signed"):
        logged.another_keeper().check()
    with logged.bench.central.database.write() as session:
        note = insider.resign(session, logged.key, leaves.size(session))
    (logged.keeper.folder / FILE_NAME).write_text(note)
    keeper = logged.another_keeper()
    keeper.check()
    with pytest.raises(StopError, match="in the hands of witness"):
        keeper.check_against_witness()
    assert any(one.startswith("cosignature of witness.example.org on checkpoint 1: the signature") for one in logged.audit().failures)


def test_a_log_that_is_rewritten_from_one_act_on_gets_no_cosignature(logged: Logged):
    """Found by the witness, whom the insider asks for a cosignature of what he has signed since: 422, and the text is kept as proof."""
    logged.act(5)
    logged.keep()
    with logged.bench.central.database.write() as session:
        act = session.get_one(Act, 3)
        act.entry = canonical_bytes(ActEntry.model_validate_json(act.entry).model_copy(update={"person": "nobody"}))
        act.person = "nobody"
        session.flush()
        insider.change_leaf(session, 2, sha256=sha256_hex(act.entry))
        insider.rebuild(session)
        for table in (LogCosignature, LogTimestamp, LogCheckpoint):
            session.execute(delete(table))
    (logged.keeper.folder / FILE_NAME).unlink()
    logged.act()
    assert logged.keep().cosigned == ()
    assert logged.peers()[Peer.WITNESS].code == "log-forked"
    assert list(logged.witness_state.glob("*.refused"))
    assert any("objects to this log" in one for one in logged.audit().failures)


def test_a_cosignature_of_another_tree_fits_no_checkpoint(logged: Logged):
    """Found by `wim-central log check`: a cosignature is over one text."""
    logged.act(5)
    first = logged.keep()
    logged.act(5)
    logged.keep()
    with logged.bench.central.database.write() as session:
        line = session.scalars(select(LogCosignature.line).where(LogCosignature.checkpoint_id == first.id)).one()
        assert parse_signatures(line, "test")
        session.execute(update(LogCosignature).where(LogCosignature.checkpoint_id != first.id).values(line=line))
    assert [one for one in logged.audit().failures if one.startswith("cosignature of witness.example.org on checkpoint 2: the signature")]


def test_kept_hashes_that_fit_changed_leaves_do_not_fit_what_was_signed(logged: Logged):
    """Found by the start check: a root is made of the kept hashes, and is not the one that was signed."""
    logged.act(300)
    logged.keep()
    with logged.bench.central.database.write() as session:
        insider.change_leaf(session, 7, logged_us=1)
        insider.rebuild(session)
    with pytest.raises(StopError, match="checkpoint 1: the first 300 leaves are not those that were signed"):
        logged.another_keeper().check()


def test_records_that_change_places_between_two_stations_are_named(logged: Logged):
    """Found by the start check, and by `wim-central verify`: neither leaf nor signature is of the station that the row names."""
    other = SigningStation(id="S2")
    logged.bench.enrol(other)
    logged.send(1)
    logged.bench.send(other.next_envelope(), topic=other.topic)
    logged.keep()
    own = logged.bench.station.id
    for table in ("record", "vehicle"):
        key = "id" if table == "record" else "record_id"
        logged.execute(
            f"UPDATE {table} SET seq = 99 WHERE {key} = 1",
            f"UPDATE {table} SET station = '{own}' WHERE {key} = 2",
            f"UPDATE {table} SET station = 'S2', seq = 1 WHERE {key} = 1",
        )
    assert [one for one in logged.audit().failures if f"record {own}/1 (leaf" in one or "record S2/1 (leaf" in one]
    assert {one.partition(":")[0] for one in stored_failures(logged)} >= {f"{own}/1", "S2/1"}
    with pytest.raises(StopError, match="the leaf stands for another one"):
        logged.another_keeper().check()


def test_a_receipt_by_another_key_is_none(logged: Logged):
    """Found by the station, which takes receipts by central's key only; a record that is gone in spite of a true one, by log and chain."""
    (receipt,) = logged.bench.send(logged.bench.station.next_envelope())
    forged = seal(canonical_bytes(receipt.model_copy(update={"seq": 2})), PayloadType.RECEIPT, SigningStation().key)
    public = logged.bench.receipt_key.public_key()
    with pytest.raises(RejectError) as caught:
        open_envelope(parse_envelope(forged, "test"), PayloadType.RECEIPT, {key_id(public): public}, "test")
    assert caught.value.code == "unknown-key"
    logged.keep()
    logged.execute("DELETE FROM vehicle", "DELETE FROM record")
    assert any(f"record {receipt.station}/{receipt.seq} (leaf 0): is entered in the log" in one for one in logged.audit().failures)


def forget_newest(logged: Logged, *, leaves_too: bool) -> None:
    """Take away the newest checkpoint, what central remembers of it, and with `leaves_too` what it has signed."""
    logged.execute(
        "DELETE FROM log_cosignature WHERE checkpoint_id = 2",
        "DELETE FROM log_timestamp WHERE checkpoint_id = 2",
        "DELETE FROM log_checkpoint WHERE id = 2",
        *(("DELETE FROM log_leaf WHERE leaf_index >= 5", "DELETE FROM act WHERE id > 5") if leaves_too else ()),
    )
    (logged.keeper.folder / FILE_NAME).unlink()


def test_a_log_that_is_put_back_behind_its_newest_checkpoint_is_behind_the_witness(logged: Logged):
    """Found at the start by asking the witness, whose memory is ahead."""
    logged.act(5)
    logged.keep()
    logged.act(5)
    logged.keep()
    forget_newest(logged, leaves_too=True)
    keeper = logged.another_keeper()
    keeper.check()
    with pytest.raises(StopError, match="10 leaves were signed and only 5 are stored"):
        keeper.check_against_witness()


def test_a_checkpoint_that_is_taken_away_takes_nothing_with_it(logged: Logged):
    """The leaves still continue what the witness holds, and the next checkpoint is cosigned: who kept it can tell that it was."""
    logged.act(5)
    logged.keep()
    logged.act(5)
    logged.keep()
    forget_newest(logged, leaves_too=False)
    keeper = logged.another_keeper()
    keeper.check()
    keeper.check_against_witness()
    logged.act()
    made = logged.keep()
    assert (made.size, len(made.cosigned)) == (11, 1)
    assert any("numbers below" in one for one in logged.audit().remarks)


def test_a_clock_that_is_set_back_to_date_an_act_earlier_leaves_a_step_in_the_leaves(logged: Logged):
    """Remarked upon by `wim-central log check`; that it was not there then, the time stamp before it proves."""
    logged.act(5)
    logged.keep()
    logged.bench.clock.now_us -= 48 * HOUR_US
    logged.act(3)
    logged.bench.clock.now_us += 48 * HOUR_US
    logged.act(2)
    logged.keep()
    found = logged.audit()
    assert found.failures == []
    assert [one for one in found.remarks if "clock was set back" in one] == [
        "leaf 5: says that it was entered 2880 minutes before the leaf before it: the clock was set back"
    ]
