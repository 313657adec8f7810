"""Signed notes (c2sp.org/signed-note): a text, an empty line, and one line for each signature.

    the text's lines, each ended by U+000A
    <empty line>
    — <key name> <base64 of 4 bytes key id ‖ signature>

A signature is over the text with its last line's end and without the empty line. A key id is the beginning of SHA-256(name ‖ 0x0A ‖ kind ‖
public key), so that signatures of another kind, or by another key of that name, are passed over and not mistaken.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.faults import RejectError

NOTE_MAX_BYTES: Final = 65_536
"""Longest note that is read: three lines and some dozens of signatures are below 10 kB."""
SIGNATURES_MAX: Final = 100
KEY_ID_BYTES: Final = 4
DASH: Final = "— "


class KeyKind(IntEnum):
    """What a key signs; the byte that enters its id."""

    ED25519 = 0x01
    """The text of a note."""
    COSIGNATURE = 0x04
    """A checkpoint with the time at which a witness saw it (c2sp.org/tlog-cosignature)."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name; written ``<name>+<id in hexadecimal>+<base64 of kind ‖ key>``."""

    name: str
    kind: KeyKind
    public: Ed25519PublicKey

    def __post_init__(self) -> None:
        """Refuse a name that could not stand in a note.

        Raises
        ------
        RejectError
            ``bad-key-name``.
        """
        if not is_key_name(self.name):
            raise RejectError("bad-key-name", f"key name {self.name[:60]!r}", "needs 1 to 200 printable characters without blanks and '+'")

    @property
    def id(self) -> bytes:
        """The key's id, 4 bytes."""
        material = bytes([self.kind]) + self.public.public_bytes_raw()
        return hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public.public_bytes_raw()).decode()}"

    @classmethod
    def parse(cls, text: str, source: str) -> Self:
        """Read a key from its one word.

        Raises
        ------
        RejectError
            ``bad-verifier-key``, or ``bad-key-name``.
        """
        name, _, rest = text.strip().partition("+")
        identity, _, encoded = rest.partition("+")
        try:
            material = decoded(encoded)
            key = cls(name, KeyKind(material[0]), Ed25519PublicKey.from_public_bytes(material[1:]))
        except (ValueError, IndexError) as error:
            what = f"{text[:80]!r} is no key; it is written <name>+<8 hexadecimal digits>+<base64>, kind 01 for a log and 04 for a witness"
            raise RejectError("bad-verifier-key", source, what) from error
        if identity != key.id.hex():
            raise RejectError(
                "bad-verifier-key", source, f"the id of key {name!r} is {key.id.hex()}, not {identity[:16]!r}: a slip of the pen"
            )
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line; `signature` are the bytes after the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures, none of them verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...] = ()

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def signed(self, name: str, key: Ed25519PrivateKey) -> "Note":
        """Give the note with a further signature."""
        verifier = VerifierKey(name, KeyKind.ED25519, key.public_key())
        return self.with_signatures(NoteSignature(name, verifier.id, key.sign(self.text.encode())))

    def with_signatures(self, *more: NoteSignature) -> "Note":
        """Give the note with further signatures after its own."""
        return replace(self, signatures=(*self.signatures, *more))

    def signatures_by(self, key: VerifierKey) -> tuple[NoteSignature, ...]:
        """Give the signatures that name a key, not verified."""
        return tuple(one for one in self.signatures if (one.name, one.key_id) == (key.name, key.id))

    def verify(self, key: VerifierKey, source: str) -> None:
        """Check that `key` has signed the text.

        Raises
        ------
        RejectError
            ``unknown-key`` if no signature names the key, ``bad-signature`` if one does and does not fit.
        """
        named = self.signatures_by(key)
        if not named:
            raise RejectError("unknown-key", source, f"bears no signature of key {key.name} ({key.id.hex()})")
        for one in named:
            verify_bytes(key, one.signature, self.text.encode(), source)

    @classmethod
    def parse(cls, data: bytes, source: str) -> Self:
        """Read a signed note.

        Raises
        ------
        RejectError
            ``bad-note`` if it is none.
        """
        if len(data) > NOTE_MAX_BYTES:
            raise RejectError("bad-note", source, f"has {len(data)} bytes; at most {NOTE_MAX_BYTES} are read")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise RejectError("bad-note", source, f"is no UTF-8 text: {error}") from error
        if any(character < " " and character != "\n" for character in whole):
            raise RejectError("bad-note", source, "holds control characters")
        text, separator, lines = whole.rpartition("\n\n")
        if not (separator and text and lines.endswith("\n")):
            raise RejectError("bad-note", source, "is no text followed by an empty line and signature lines")
        return cls(text + "\n", parse_signatures(lines, source))


def parse_signatures(lines: str | bytes, source: str) -> tuple[NoteSignature, ...]:
    """Read signature lines, each ended by U+000A.

    Raises
    ------
    RejectError
        ``bad-note`` if they are none.
    """
    try:
        split = (lines.decode() if isinstance(lines, bytes) else lines).split("\n")
    except UnicodeDecodeError as error:
        raise RejectError("bad-note", source, f"is no UTF-8 text: {error}") from error
    if split.pop() or not 1 <= len(split) <= SIGNATURES_MAX:
        raise RejectError("bad-note", source, f"needs 1 to {SIGNATURES_MAX} whole signature lines")
    return tuple(_parse_signature(line, source) for line in split)


def _parse_signature(line: str, source: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    try:
        raw = decoded(encoded)
    except ValueError:
        raw = b""
    if not (line.startswith(DASH) and is_key_name(name) and len(raw) > KEY_ID_BYTES):
        raise RejectError("bad-note", source, f"{line[:80]!r} is no signature line: '— <key name> <base64>'")
    return NoteSignature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def verify_bytes(key: VerifierKey, signature: bytes, data: bytes, source: str) -> None:
    """Check a bare Ed25519 signature.

    Raises
    ------
    RejectError
        ``bad-signature``.
    """
    try:
        key.public.verify(signature, data)
    except InvalidSignature as error:
        raise RejectError("bad-signature", source, f"the signature by key {key.name} ({key.id.hex()}) does not fit the text") from error


def is_key_name(name: str) -> bool:
    """Whether a name may stand in a signature line."""
    return 1 <= len(name) <= 200 and name.isprintable() and "+" not in name and not any(map(str.isspace, name))


def decoded(text: str) -> bytes:
    """Read base64 in its one canonical form, so that no bit of it can change unseen.

    Raises
    ------
    ValueError
        If it is not that.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        msg = f"{text[:60]!r} is no base64: {error}"
        raise ValueError(msg) from error
    if base64.b64encode(data).decode() != text:
        msg = f"{text[:60]!r} is not the canonical base64 of its bytes"
        raise ValueError(msg)
    return data
