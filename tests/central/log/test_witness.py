"""What a witness answers, step by step; what it keeps; and that no fork, no rollback and no race gets a cosignature."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.evidence import durable
from central.witness.decide import Witness
from central.witness.service import create_witness, verifier_of, witness_key
from central.witness.state import WitnessState
from contract.faults import StopError
from contract.log.checkpoints import Checkpoint, verify_cosignature
from contract.log.notes import KeyKind, Note, VerifierKey, parse_signatures
from tests.central.served import served
from tests.contract.log import reference

KEY, WITNESS_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
LOG = VerifierKey("log.example.org", KeyKind.ED25519, KEY.public_key())
OWN = VerifierKey("w.example.org", KeyKind.COSIGNATURE, WITNESS_KEY.public_key())
LEAVES = [b"%d" % number for number in range(40)]
FORK = [*LEAVES[:3], b"changed", *LEAVES[4:]]
TIME_S = 1_790_000_000


@pytest.fixture
def state(tmp_path):
    state = WitnessState(tmp_path / "state")
    yield state
    state.close()


@pytest.fixture
def witness(state):
    return Witness(OWN.name, WITNESS_KEY, {LOG.name: LOG}, state)


def body(old: int, size: int, leaves=LEAVES, *, key=KEY, origin=LOG.name, hashes=None) -> bytes:
    note = Checkpoint(origin, size, reference.root(leaves[:size])).signed(key)
    proof = (reference.consistency(old, leaves[:size]) if old <= size else []) if hashes is None else hashes
    return f"old {old}\n{''.join(base64.b64encode(one).decode() + chr(10) for one in proof)}\n{note}".encode()


def ask(witness: Witness, *arguments, **options) -> tuple[int, str]:
    answer = witness.add_checkpoint(body(*arguments, **options), TIME_S)
    return int(answer.status), answer.text


def test_what_continues_is_cosigned_from_the_first_leaf_to_the_last(witness):
    for old, size in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 7), (7, 8), (8, 40)):
        status, text = ask(witness, old, size)
        note = Note(Checkpoint(LOG.name, size, reference.root(LEAVES[:size])).text, parse_signatures(text, "test"))
        assert (status, verify_cosignature(note, OWN, "test")) == (200, TIME_S)


@pytest.mark.parametrize(
    ("request_", "status", "text"),
    [
        (b"", 400, "bad"),
        (b"old 7\n\nno note", 400, ""),
        (body(7, 9).replace(b"old 7", b"old 07"), 400, ""),
        (body(7, 9).replace(b"old 7", b"new 7"), 400, ""),
        (body(7, 9).replace(b"\n\nlog", b"\nAAAA=\n\nlog", 1), 400, ""),
        (body(7, 9, origin="another.example.org"), 404, "does not watch"),
        (body(7, 9, key=WITNESS_KEY), 403, "no signature"),
        (body(9, 7), 400, "beyond"),
        (body(0, 9), 409, "7\n"),
        (body(5, 9), 409, "7\n"),
        (body(5, 6), 409, "7\n"),
        (body(7, 7, FORK), 409, "continue"),
        (body(7, 9, FORK), 422, "continue"),
        (body(7, 9, FORK, hashes=reference.consistency(7, LEAVES[:9])), 422, "fork"),
        (body(7, 9, hashes=[]), 422, "empty"),
        (body(7, 7, hashes=[bytes(32)]), 422, "beginning"),
    ],
)
def test_anything_else_is_refused_and_changes_nothing(witness, request_, status, text):
    ask(witness, 0, 7)
    before = witness.state.last(LOG)
    answer = witness.add_checkpoint(request_, TIME_S)
    if status == 409 and text != "7\n":
        text = "another beginning"
    assert answer.status == status
    assert text in answer.text or status == 400
    assert witness.state.last(LOG) == before
    assert ask(witness, 7, 9)[0] == 200


def test_a_size_is_told_in_the_type_of_the_protocol(tmp_path, state):
    with served(create_witness(OWN.name, WITNESS_KEY, {LOG.name: LOG}, state)) as client:
        assert client.post("/add-checkpoint", content=body(0, 7)).status_code == 200
        answer = client.post("/add-checkpoint", content=body(0, 9))
        assert (answer.status_code, answer.headers["content-type"], answer.text) == (409, "text/x.tlog.size", "7\n")
        assert client.post("/add-checkpoint", content=b"x" * 70_000).status_code == 413
        assert "log.example.org: 7 leaves" in client.get("/").text
        assert client.get(f"/{'0' * 64}/checkpoint").status_code == 404


def test_what_was_seen_outlives_the_process_and_the_proof_of_a_fork_is_kept(tmp_path):
    for number, (old, size, leaves, status) in enumerate([(0, 7, LEAVES, 200), (7, 9, FORK, 422), (7, 8, LEAVES, 200)]):
        state = WitnessState(tmp_path / "state")
        assert ask(Witness(OWN.name, WITNESS_KEY, {LOG.name: LOG}, state), old, size, leaves)[0] == status
        assert state.refused(LOG.name) == (number > 0)
        state.close()
    (refused,) = (tmp_path / "state").glob("*.refused")
    Note.parse(refused.read_bytes(), "test").verify(LOG, "test")


def test_no_cosignature_leaves_before_the_checkpoint_is_on_the_disk(witness, monkeypatch):
    ask(witness, 0, 7)

    def fail(_descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(durable.os, "fsync", fail)
    with pytest.raises(StopError, match="Input/output error"):
        ask(witness, 7, 9)
    monkeypatch.undo()
    assert witness.state.last(LOG)[0].size == 7


def test_of_many_continuations_at_once_one_is_cosigned(witness):
    ask(witness, 0, 7)
    start = threading.Barrier(8)

    def race(number):
        start.wait()
        return ask(witness, 7, 8 + number, FORK[:7] + LEAVES[7:] if number % 2 else LEAVES)[0]

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(race, range(8)))
    assert statuses.count(200) == 1
    assert {*statuses} <= {200, 409, 422}
    assert witness.state.last(LOG)[0].size == 7 + 1 + statuses.index(200)


@pytest.mark.parametrize("damage", [lambda data: data[:-30], lambda data: data.replace(b"7\n", b"8\n", 1), lambda data: b""])
def test_a_witness_does_not_begin_anew_over_a_damaged_memory(tmp_path, damage):
    state = WitnessState(tmp_path / "state")
    ask(Witness(OWN.name, WITNESS_KEY, {LOG.name: LOG}, state), 0, 7)
    (path,) = (tmp_path / "state").glob("*.checkpoint")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StopError, match="bring it back from a backup"):
        create_witness(OWN.name, WITNESS_KEY, {LOG.name: LOG}, state)
    state.close()


def test_two_witnesses_never_share_a_memory(tmp_path, state):
    with pytest.raises(StopError, match="running"):
        WitnessState(tmp_path / "state")


def test_a_witnesses_key_is_made_once(tmp_path):
    first = verifier_of("w", witness_key(tmp_path / "w.key.pem"))
    assert str(verifier_of("w", witness_key(tmp_path / "w.key.pem"))) == str(first)
    with pytest.raises(StopError, match=r"\.key\.pem"):
        witness_key(tmp_path / "key")
