"""Verifies what comes on the receipts topic; until then it is bytes from a broker that is trusted with nothing."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from contract.canonical import parse_canonical
from contract.faults import RejectError
from contract.receipts import Receipt
from contract.signatures import PayloadType, open_envelope, parse_envelope

RECEIPT_MAX_BYTES = 16 * 1024
"""Four times the largest receipt: 2 000 characters of reason, base64, envelope."""


def open_receipt(data: bytes, station: str, keys: Mapping[str, Ed25519PublicKey]) -> Receipt:
    """Give the receipt that central has signed for this station.

    Raises
    ------
    RejectError
        If it is too large, no envelope, signed by another key or not at all, no receipt, or for another station.
    """
    source = f"receipt for {station}"
    # 1. It is of a size that a receipt can have.
    if len(data) > RECEIPT_MAX_BYTES:
        raise RejectError("receipt-too-large", source, f"has {len(data)} bytes, at most {RECEIPT_MAX_BYTES} are read")
    # 2. It is an envelope, and one of central's keys has signed it as a receipt.
    payload = open_envelope(parse_envelope(data, source), PayloadType.RECEIPT, keys, source)
    # 3. What was signed is a receipt.
    try:
        receipt = Receipt.model_validate(parse_canonical(payload, source))
    except ValidationError as error:
        raise RejectError("not-a-receipt", source, f"holds no receipt: {error.errors(include_url=False)[0]['msg']}") from error
    # 4. It speaks of this station's records.
    if receipt.station != station:
        raise RejectError("receipt-station", source, f"is for station {receipt.station!r}; it came on a topic that is not its own")
    return receipt
