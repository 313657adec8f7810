"""Central's signed word that it keeps a record, and a station's signed claim to store a blob."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from contract.canonical import CanonicalModel
from contract.media import BLOB_MAX_BYTES, Sha256
from contract.names import Name
from contract.records import TimeUs


class ReceiptOutcome(StrEnum):
    """What central did with a record; either way it is durable there."""

    STORED = "stored"
    QUARANTINED = "quarantined"


class Receipt(CanonicalModel):
    """Sent after central's own durable commit. Only this lets a row leave the station's outbox.

    `sha256` is that of the record's canonical bytes; `reason` is the fault's code and text when quarantined.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    station: Name
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    sha256: Sha256
    outcome: ReceiptOutcome
    reason: Annotated[str, Field(max_length=2000)] | None = None
    time_us: TimeUs


class BlobClaim(CanonicalModel):
    """What a station signs to be allowed one ``PUT /blobs/<sha256>``: header ``Authorization: DSSE <base64 of the envelope>``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    station: Name
    sha256: Sha256
    size: Annotated[int, Field(gt=0, le=BLOB_MAX_BYTES)]
    time_us: TimeUs
