"""Steps 12 to 15: the log, its checkpoints, and who else vouches for them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from cryptography.x509 import Certificate

from contract.bundle.contents import Consistency, parse_content
from contract.bundle.manifest import Role
from contract.faults import RejectError
from contract.log.checkpoints import verify_cosignature, verify_proof_text
from contract.log.leaves import LEAF_MAX_BYTES, parse_leaf
from contract.log.notes import KeyKind, Note, VerifierKey
from contract.log.timestamps import TOKEN_MAX_BYTES, read_authority, verify_timestamp
from contract.log.tree import ConsistencyProof, verify_consistency
from contract.media import sha256_hex
from contract.units import US_PER_S
from verifier.bundle import Bundle, Proven
from verifier.findings import Finding, note
from verifier.trust import Trust, read_verifier_key_in

LEAF, PROOF, STAMP, CONSISTENCY = ".leaf", ".proof", ".tsr", ".consistency"
"""Endings of members of the log; what belongs together has the same name before it."""
SKEW_US: Final = 300 * US_PER_S
"""By how much clocks of log and authority may differ before a time stamp contradicts the leaf."""


def check_inclusion(bundle: Bundle, trust: Trust) -> Iterator[Finding | int]:
    """Check each leaf's proof, and that there is a leaf for each record and each act."""
    key, findings = _log_key(bundle, trust)
    yield from findings
    wanted = {f"record {one.record.station}/{one.record.seq}": one.sha256 for one in bundle.records}
    wanted |= {f"act {_act_id(entry.name)}": sha256_hex(data) for entry, data in bundle.each(Role.ACT)}
    for entry, data in bundle.each(Role.LEAF):
        yield 1
        stem = entry.name.removesuffix(LEAF)
        try:
            leaf = parse_leaf(data, entry.name)
            checkpoint, signed = verify_proof_text(bundle.archive.read(stem + PROOF, TOKEN_MAX_BYTES), data, key, stem + PROOF)
        except RejectError as error:
            yield Finding.of(error)
            continue
        bundle.proven[str(leaf)] = Proven(stem, checkpoint, signed)
        sha256 = wanted.pop(str(leaf), leaf.sha256)
        if sha256 != leaf.sha256:
            yield Finding("leaf-differs", entry.name, f"names {leaf} by {leaf.sha256[:16]}, which has {sha256[:16]}")
    for thing in wanted:
        yield Finding("not-in-log", thing, "has no leaf in the bundle: nothing proves that it stands in the log")


def _act_id(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".json").lstrip("0")


def _log_key(bundle: Bundle, trust: Trust) -> tuple[VerifierKey, list[Finding]]:
    entry = bundle.only(Role.LOG_KEY)
    if entry is None:
        raise RejectError("bundle-missing", Role.LOG_KEY.value, "is not in the bundle")
    key = read_verifier_key_in(bundle.read(entry), KeyKind.ED25519, entry.name)
    if trust.log is not None:
        return trust.log, [] if str(key) == str(trust.log) else [Finding("key-differs", entry.name, "is another key than the pinned one")]
    what = "comes from the bundle itself; compare it with the one that the office has published, or pin it by --log-key"
    return key, [note("key-not-pinned", entry.name, what)]


def check_consistency(bundle: Bundle) -> Iterator[Finding | int]:
    """Check that no two checkpoints of one size differ, and that each is continued by the next."""
    roots: dict[int, bytes] = {}
    for one in bundle.proven.values():
        if roots.setdefault(one.checkpoint.size, one.checkpoint.root) != one.checkpoint.root:
            yield Finding(
                "log-forked", one.stem + PROOF, f"is of a tree of {one.checkpoint.size} leaves with another root than others: a fork"
            )
    held = {(one.old_size, one.size): (name, one) for name, one in _consistencies(bundle)}
    yield len(roots)
    for old, new in pairwise(sorted(roots)):
        if (old, new) not in held:
            yield Finding("consistency-missing", f"checkpoints {old} and {new}", "have no proof that the later continues the earlier")
            continue
        name, proof = held[old, new]
        try:
            verify_consistency(ConsistencyProof(old, new, tuple(map(bytes.fromhex, proof.hashes))), roots[old], roots[new], name)
        except RejectError as error:
            yield Finding.of(error)


def _consistencies(bundle: Bundle) -> Iterator[tuple[str, Consistency]]:
    for entry, data in bundle.each(Role.CONSISTENCY):
        yield entry.name, parse_content(Consistency, data, entry.name)


def check_cosignatures(bundle: Bundle, trust: Trust) -> Iterator[Finding | int]:
    """Check every cosignature by a witness that is known, and that one covers the vehicle's record."""
    brought = [read_verifier_key_in(data, KeyKind.COSIGNATURE, entry.name) for entry, data in bundle.each(Role.WITNESS_KEY)]
    witnesses = list(trust.witnesses) or brought
    if brought and not trust.witnesses:
        what = "come from the bundle itself; compare them with those that the witnesses publish, or pin one by --witness-key"
        yield note("key-not-pinned", "the witnesses' keys", what)
    elif trust.witnesses and not {*map(str, brought)} & {*map(str, witnesses)}:
        yield Finding("key-differs", "the witnesses' keys", "are others than the pinned ones")
    seen: set[tuple[int, str]] = set()
    for one in bundle.proven.values():
        for witness in witnesses:
            if not one.note.signatures_by(witness) or (one.checkpoint.size, witness.name) in seen:
                continue
            yield 1
            try:
                verify_cosignature(one.note, witness, one.stem + PROOF)
                seen.add((one.checkpoint.size, witness.name))
            except RejectError as error:
                yield Finding.of(error)
    own = bundle.proven.get(f"record {bundle.manifest.station}/{bundle.manifest.seq}")
    if own is None or not any(size >= own.checkpoint.size for size, _ in seen):
        what = "is under no checkpoint that a known witness has cosigned: the log's own key alone vouches for it"
        make = Finding if trust.witnesses else note
        yield make("not-cosigned", f"record {bundle.manifest.station}/{bundle.manifest.seq}", what)


def check_timestamps(bundle: Bundle, trust: Trust, facts: dict[str, str | int]) -> Iterator[Finding | int]:
    """Check every time stamp, and say since when the record is proven to exist."""
    authority, findings = _authority(bundle, trust)
    yield from findings
    by_stem = {one.stem: (thing, one) for thing, one in bundle.proven.items()}
    times: dict[str, int] = {}
    for entry in bundle.manifest.of(Role.TIMESTAMP) if authority else ():
        yield 1
        thing, one = by_stem.get(entry.name.removesuffix(STAMP), ("", None))
        if one is None:
            yield Finding("timestamp-stray", entry.name, "is over no checkpoint of the bundle")
            continue
        signed = str(Note(one.note.text, one.note.signatures[:1])).encode()
        try:
            times[thing] = verify_timestamp(bundle.read(entry, TOKEN_MAX_BYTES), signed, authority, entry.name)
        except RejectError as error:
            yield Finding.of(error)
            continue
        leaf = parse_leaf(bundle.archive.read(one.stem + LEAF, LEAF_MAX_BYTES), one.stem + LEAF)
        if leaf.logged_us > times[thing] + SKEW_US:
            yield Finding("timestamp-early", entry.name, f"is older than the moment at which {leaf} says that it was entered")
    own = f"record {bundle.manifest.station}/{bundle.manifest.seq}"
    if own in times:
        facts["existed_before_us"] = times[own]
    else:
        make = Finding if trust.authority else note
        yield make("not-stamped", own, "is under no checkpoint with a time stamp: nobody outside vouches for when it was")


def _authority(bundle: Bundle, trust: Trust) -> tuple[tuple[Certificate, ...], list[Finding]]:
    entry = bundle.only(Role.AUTHORITY)
    if entry is None:
        return trust.authority, []
    brought = read_authority(bundle.read(entry), entry.name)
    if trust.authority:
        same = set(brought) & set(trust.authority)
        return trust.authority, [] if same else [Finding("key-differs", entry.name, "are other certificates than the pinned ones")]
    what = "come from the bundle itself; compare them with those that the authority publishes, or pin them by --tsa-cert"
    return brought, [note("key-not-pinned", entry.name, what)]
