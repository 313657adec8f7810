"""Signed notes, checkpoints, cosignatures and proof texts, against the specifications' own examples and against any changed bit."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.log.checkpoints import Checkpoint, cosign, open_checkpoint, proof_text, verify_cosignature, verify_proof_text
from contract.log.notes import KeyKind, Note, VerifierKey
from contract.log.tree import InclusionProof
from tests.contract.log import reference

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2))
LOG = VerifierKey("example.org/wim", KeyKind.ED25519, KEY.public_key())
WITNESS = VerifierKey("witness.example.org", KeyKind.COSIGNATURE, OTHER.public_key())
LEAVES = [b"%d" % number for number in range(11)]
CHECKPOINT = Checkpoint("example.org/wim", 11, reference.root(LEAVES))
TIME_S = 1_790_000_000


def cosigned() -> Note:
    note = CHECKPOINT.signed(KEY)
    return note.with_signatures(cosign(note, WITNESS.name, OTHER, TIME_S))


def test_the_example_of_the_go_library_verifies():
    # golang.org/x/mod/sumdb/note, package documentation.
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "test")
    text = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    note = Note.parse(text.encode(), "test")
    note.verify(key, "test")
    assert str(note) == text


def test_the_example_of_the_cosignature_specification_reads_with_its_time():
    text = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 "
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    note = Note.parse(text.encode(), "test")
    assert Checkpoint.parse(note.text, "test").size == 20_852_163
    assert int.from_bytes(note.signatures[1].signature[:8]) == 1_679_315_147


def test_a_checkpoint_comes_back_as_it_was_signed():
    note = Note.parse(str(cosigned()).encode(), "test")
    assert open_checkpoint(note, LOG, "test") == CHECKPOINT
    assert verify_cosignature(note, WITNESS, "test") == TIME_S
    assert VerifierKey.parse(str(WITNESS), "test").id == WITNESS.id


@given(st.data())
def test_no_bit_of_a_cosigned_checkpoint_may_change(data):
    raw = bytearray(str(cosigned()).encode())
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RejectError):  # noqa: PT012 - whichever of the two finds it
        note = Note.parse(bytes(raw), "test")
        open_checkpoint(note, LOG, "test")
        verify_cosignature(note, WITNESS, "test")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (VerifierKey("example.org/wim", KeyKind.ED25519, OTHER.public_key()), "unknown-key"),
        (VerifierKey("example.org/other", KeyKind.ED25519, KEY.public_key()), "wrong-origin"),
    ],
)
def test_another_logs_checkpoint_is_none_of_ours(key, code):
    with pytest.raises(RejectError) as caught:
        open_checkpoint(CHECKPOINT.signed(KEY), key, "test")
    assert caught.value.code == code


def test_a_logs_signature_is_no_cosignature_and_the_other_way_round():
    note = CHECKPOINT.signed(KEY)
    as_witness = VerifierKey(LOG.name, KeyKind.COSIGNATURE, KEY.public_key())
    with pytest.raises(RejectError):
        verify_cosignature(note, as_witness, "test")
    with pytest.raises(RejectError):
        open_checkpoint(Note(note.text, (cosign(note, LOG.name, KEY, TIME_S),)), LOG, "test")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nAAAA\n",
        "o\n1\nAAAA\n",
        f"{CHECKPOINT.text}more\n",
        CHECKPOINT.text[:-1],
        f"\n{CHECKPOINT.text[16:]}",
        "o\n-1\n\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(RejectError) as caught:
        Checkpoint.parse(text, "test")
    assert caught.value.code == "bad-checkpoint"


@pytest.mark.parametrize(
    "text", ["", "a+b", "a+00000000+AAAA", str(LOG)[:-1], str(LOG).replace("+", "-"), "a b+1+2", str(LOG).replace("+", "+0", 1)]
)
def test_what_is_no_key_is_refused_with_the_form_that_is_wanted(text):
    with pytest.raises(RejectError) as caught:
        VerifierKey.parse(text, "key file")
    assert caught.value.code in {"bad-verifier-key", "bad-key-name"}


@pytest.mark.parametrize("index", range(len(LEAVES)))
def test_a_proof_text_proves_its_leaf_and_no_other(index):
    proof = InclusionProof(index, len(LEAVES), tuple(reference.inclusion(index, LEAVES)))
    data = proof_text(proof, cosigned()).encode()
    checkpoint, note = verify_proof_text(data, LEAVES[index], LOG, "test")
    assert (checkpoint, verify_cosignature(note, WITNESS, "test")) == (CHECKPOINT, TIME_S)
    with pytest.raises(RejectError):
        verify_proof_text(data, LEAVES[index - 1], LOG, "test")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_do_more_than_be_refused(data):
    with pytest.raises(RejectError):
        Note.parse(data, "test")
    with pytest.raises(RejectError):
        verify_proof_text(data, b"", LOG, "test")
