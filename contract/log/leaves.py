"""What stands in a leaf: which record or act was entered, the SHA-256 of its bytes, and when. RFC 8785 form; no plate, no name.

{"kind":"record","logged_us":…,"seq":…,"sha256":…,"station":…}     sha256 of the signed payload
{"id":…,"kind":"act","logged_us":…,"sha256":…}                     sha256 of the act's entry
"""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from contract.canonical import CanonicalModel, canonical_bytes, parse_canonical
from contract.faults import RejectError
from contract.media import Sha256
from contract.names import Name
from contract.records import TimeUs

LEAF_MAX_BYTES: Final = 400
"""Above the longest that there can be: a station's name has 40 characters, a number 16."""


class RecordLeaf(CanonicalModel):
    """A signed record of a station."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["record"] = "record"
    station: Name
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    sha256: Sha256
    logged_us: TimeUs

    def __str__(self) -> str:
        return f"record {self.station}/{self.seq}"


class ActLeaf(CanonicalModel):
    """An act of the journal, by its number there."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["act"] = "act"
    id: Annotated[int, Field(ge=1, lt=2**53)]
    sha256: Sha256
    logged_us: TimeUs

    def __str__(self) -> str:
        return f"act {self.id}"


Leaf = Annotated[RecordLeaf | ActLeaf, Field(discriminator="kind")]
_LEAF: Final[TypeAdapter[RecordLeaf | ActLeaf]] = TypeAdapter(Leaf)


def leaf_bytes(leaf: RecordLeaf | ActLeaf) -> bytes:
    """Give the bytes that the tree hashes."""
    return canonical_bytes(leaf)


def parse_leaf(data: bytes, source: str) -> RecordLeaf | ActLeaf:
    """Read a leaf, in its one form.

    Raises
    ------
    RejectError
        ``bad-leaf`` or ``not-canonical``.
    """
    value = parse_canonical(data, source)
    try:
        return _LEAF.validate_python(value)
    except ValidationError as error:
        raise RejectError("bad-leaf", source, f"is no leaf: {error.errors(include_url=False)[0]['msg']}") from error
