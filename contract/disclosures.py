"""Texts that name a person: the signed bytes hold a salted digest of each, and the text travels beside them, where it can be deleted.

A record of version 2 carries ``{"sha256": SHA-256(salt ‖ text)}`` in the place of a plate's text, of a camera's event id and of each
sentence that may repeat them. Salt and text are a `Disclosure`, as in SD-JWT (RFC 9901, section 4.2): whoever holds it proves the text,
and deleting it leaves signature, chain and log whole. Each text has a salt of its own, 128 random bits, so that equal texts have unlike
digests, and the few plates that there are cannot be tried one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, model_validator

from contract.canonical import CanonicalModel
from contract.faults import RejectError
from contract.media import Sha256, sha256_hex
from contract.signatures import Envelope, PayloadType, parse_as, sign

SALT_BYTES: Final = 16
"""128 bits, as RFC 9901, section 9.3 recommends."""
TEXT_MAX: Final = 1_000
"""Characters of the longest sentence about a match with several plates in it, and some room."""
DISCLOSURES_MAX: Final = 4_000
"""More do not fit into a message of `contract.records.RECORD_MAX_BYTES`; a read has some ten."""


class Disclosure(BaseModel):
    """A text and its salt. Both are in hexadecimal or plain, so that one value has one spelling and no bit of it can be changed unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    salt: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{2 * SALT_BYTES}}}$")]
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]

    @property
    def sha256(self) -> Sha256:
        """The digest that the signed bytes hold: of the salt's bytes and the text in UTF-8."""
        return sha256_hex(bytes.fromhex(self.salt) + self.text.encode())


class Digest(CanonicalModel):
    """The place of a text in the signed bytes. `disclosure` is beside it while the text is held, and is no part of what is signed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Sha256
    _disclosure: Disclosure | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _reveal(self, info: ValidationInfo) -> Self:
        """Take the disclosure that fits from the context of the reading (`Disclosed`)."""
        if isinstance(info.context, Disclosed):
            self._disclosure = info.context.by_sha256.get(self.sha256)
        return self

    @property
    def disclosure(self) -> Disclosure | None:
        """Salt and text, None where they are deleted or withheld."""
        return self._disclosure


class Disclosed:
    """Disclosures by their digests, while a record is read; `check_disclosed` tells whether they are the record's."""

    def __init__(self, disclosures: Sequence[Disclosure]) -> None:
        self.by_sha256: Mapping[str, Disclosure] = {disclosure.sha256: disclosure for disclosure in disclosures}
        self.repeats = len(self.by_sha256) < len(disclosures)


class DisclosureError(RejectError):
    """What travels beside the signed bytes does not fit them. No signature covers it, so it says nothing of whoever has signed."""


Text = str | Digest
"""A text as it is signed: plain in records of version 1, and always where it is empty; its digest in version 2."""


def conceal(text: str, salt: bytes) -> Text:
    """Give a text as records of version 2 sign it; an empty one stays, for that nothing was read names nobody.

    Parameters
    ----------
    text
        At most `TEXT_MAX` characters.
    salt
        `SALT_BYTES` random bytes that were used for no other text.
    """
    if not text:
        return text
    if len(salt) != SALT_BYTES:
        msg = f"a salt has {SALT_BYTES} bytes, not {len(salt)}"
        raise ValueError(msg)
    disclosure = Disclosure(salt=salt.hex(), text=text)
    return Digest.model_validate({"sha256": disclosure.sha256}, context=Disclosed([disclosure]))


def reveal(text: Text) -> str | None:
    """Give what a text says, None where it is deleted or withheld."""
    if isinstance(text, str):
        return text
    held = text.disclosure
    return None if held is None else held.text


def check_disclosed(texts: Iterable[Text], disclosed: Disclosed, source: str) -> None:
    """Check that each disclosure fits a digest of its own of the record that was read with them.

    Raises
    ------
    DisclosureError
        ``disclosure-twice`` if two are of one digest; ``disclosure-misfit`` if one is of none: another record's, or its salt or text is not
        the one that was signed.
    """
    if disclosed.repeats:
        raise DisclosureError("disclosure-twice", source, "carries a disclosure twice; send each text once")
    strangers = disclosed.by_sha256.keys() - {text.sha256 for text in texts if isinstance(text, Digest)}
    if strangers:
        what = f"carries a disclosure of {min(strangers)[:16]}, which is no digest of the record; its salt or text is not what was signed"
        raise DisclosureError("disclosure-misfit", source, what)


class RecordEnvelope(Envelope):
    """A record's envelope: DSSE's members, and beside them the disclosures, which no signature covers and the digests bind."""

    disclosures: Annotated[tuple[Disclosure, ...], Field(max_length=DISCLOSURES_MAX)] = ()

    @property
    def bare(self) -> bytes:
        """JSON bytes of what DSSE knows, payload and signatures verbatim: what may be kept for ever."""
        return self.model_dump_json(exclude={"disclosures"}).encode()

    def disclosing(self, disclosures: Sequence[Disclosure]) -> bytes:
        """Give the envelope's JSON bytes with other disclosures: those that are still held."""
        return self.model_copy(update={"disclosures": tuple(disclosures)}).model_dump_json().encode()


def seal_record(payload: bytes, disclosures: Sequence[Disclosure], key: Ed25519PrivateKey) -> bytes:
    """Sign a record's canonical bytes and give the envelope's JSON bytes, with what its digests disclose."""
    envelope = sign(payload, PayloadType.RECORD, key)
    return RecordEnvelope(**dict(envelope), disclosures=tuple(disclosures)).model_dump_json().encode()


def parse_record_envelope(data: bytes, source: str) -> RecordEnvelope:
    """Read a record's envelope from its JSON bytes; nothing in it is verified yet.

    Raises
    ------
    RejectError
        If they are no DSSE envelope, or one with other members than disclosures.
    """
    return parse_as(RecordEnvelope, data, source)
