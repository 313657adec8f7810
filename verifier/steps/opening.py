"""Steps 2 and 3: the manifest, and that the members are what it lists."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.bundle.archive import ArchiveReader
from contract.bundle.manifest import MANIFEST_MAX_BYTES, MANIFEST_NAME, Manifest, Role, look_into_manifest, open_manifest
from contract.faults import RejectError
from contract.signatures import key_id
from verifier.bundle import Bundle
from verifier.findings import Finding, note
from verifier.trust import KEY_FILE_MAX_BYTES, Trust, read_ed25519_in


@dataclass
class Opened:
    """A bundle, None where its manifest cannot even be read, and what was found on the way."""

    bundle: Bundle | None = None
    found: list[Finding] = field(default_factory=list)

    def findings(self) -> Iterator[Finding | int]:
        """Give the step's findings."""
        yield 1
        yield from self.found


def open_bundle(archive: ArchiveReader, trust: Trust) -> Opened:
    """Read the manifest and check its signature; where that fails, the later steps still tell what else does."""
    opened = Opened()
    try:
        data = archive.read(MANIFEST_NAME, MANIFEST_MAX_BYTES)
        manifest, _ = look_into_manifest(data, MANIFEST_NAME)
        opened.bundle = Bundle(archive, manifest)
        brought = _central_key(archive, manifest)
        trusted = trust.central or (brought,)
        open_manifest(data, {key_id(one): one for one in trusted}, MANIFEST_NAME)
        if not trust.central:
            what = "is signed by the key that the bundle brings; compare that with central's published key, or pin it by --central-key"
            opened.found.append(note("key-not-pinned", MANIFEST_NAME, what))
        elif key_id(brought) not in map(key_id, trusted):
            opened.found.append(Finding("key-differs", Role.CENTRAL_KEY.value, "is another key than the pinned one"))
    except RejectError as error:
        opened.found.append(Finding.of(error))
    return opened


def _central_key(archive: ArchiveReader, manifest: Manifest) -> Ed25519PublicKey:
    named = manifest.of(Role.CENTRAL_KEY)
    if len(named) != 1:
        raise RejectError("bundle-missing", Role.CENTRAL_KEY.value, f"stands {len(named)} times in the bundle; it has one")
    return read_ed25519_in(archive.read(named[0].name, KEY_FILE_MAX_BYTES), named[0].name)


def check_members(bundle: Bundle) -> Iterator[Finding | int]:
    """Hold every member against the manifest, by size and SHA-256, both ways."""
    held = dict(bundle.archive.members)
    held.pop(MANIFEST_NAME, None)
    for entry in bundle.manifest.files:
        yield 1
        member = held.pop(entry.name, None)
        if member is None:
            yield Finding("member-missing", entry.name, "stands in the manifest and is not in the bundle; ask for the bundle anew")
            continue
        digest = hashlib.sha256()
        try:
            for chunk in bundle.archive.chunks(entry.name):
                digest.update(chunk)
        except RejectError as error:
            yield Finding("member-changed", entry.name, error.what)
            continue
        if (member.size, digest.hexdigest()) != (entry.size, entry.sha256):
            what = (
                f"has {member.size} bytes with SHA-256 {digest.hexdigest()[:16]}, the manifest lists {entry.size} with {entry.sha256[:16]}"
            )
            yield Finding("member-changed", entry.name, what)
    for name in held:
        yield Finding("member-unlisted", name, "is in the bundle and not in the manifest: it was put in by somebody else")
