"""Records, blobs and receipts for the outbox's tests: the payload is only a number, the outbox does not read it."""

from contract.media import sha256_hex
from contract.plates import PlateRead
from contract.receipts import Receipt, ReceiptOutcome
from edge.outbox import Blob, Checkpoint

STATION = "S1"


def maker(text="x"):
    """Give a `MakeRecord` whose payload names the number, the record before it and `text`."""

    def make(after):
        payload = f"{after.seq + 1} {after.sha256} {text}".encode()
        return payload, b"sealed " + payload

    return make


def receipt(link, outcome=ReceiptOutcome.STORED, sha256=None, reason=None):
    return Receipt(station=STATION, seq=link.seq, sha256=sha256 or link.sha256, outcome=outcome, reason=reason, time_us=1)


def picture(text):
    return Blob.of(text.encode() + b" picture", "image/jpeg")


def read(event_id="e-1", camera="cam"):
    return PlateRead(camera=camera, event_id=event_id, time_us=1_790_000_000_000_000, text="A12345", confidence=0.9)


def point(counter, device="digitiser", epoch=1):
    return Checkpoint(device, epoch, counter, counter - 1)


OTHER = sha256_hex(b"other")
