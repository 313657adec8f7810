"""Who signs: the persons of the station file, by their keys."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from calibration.told import told
from contract.faults import RejectError
from contract.signatures import Envelope, PayloadType, key_id, open_envelope, parse_envelope, public_key_of
from contract.station import Signatory


class Signatories:
    """The persons whose signatures count at a station."""

    def __init__(self, people: Sequence[Signatory]) -> None:
        self._keys = {key_id(key): key for key in (public_key_of(one.key) for one in people)}
        self._people = {key_id(public_key_of(one.key)): one for one in people}

    def of(self, key: Ed25519PublicKey) -> Signatory:
        """Give the person whose key it is.

        Raises
        ------
        RejectError
            ``not-a-signatory`` if it is nobody's.
        """
        found = self._people.get(key_id(key))
        if found is None:
            known = ", ".join(one.name for one in self._people.values()) or "nobody"
            what = told("is the key of no signatory; the station file's [[signatory]] tables name %(known)s", known=known)
            raise RejectError("not-a-signatory", told("key %(key)s", key=key_id(key)[:16]), what)
        return found

    def open(self, envelope: bytes, source: str) -> tuple[bytes, Signatory, str]:
        """Verify an envelope; give its payload, who signed it, and the id of the key.

        Raises
        ------
        RejectError
            If it is no envelope of a ledger entry, is signed by anybody else, or does not fit its signature.
        """
        parsed = parse_envelope(envelope, source)
        if len(parsed.signatures) != 1:
            raise RejectError(
                "not-an-entry", source, told("bears %(n)s signatures; an entry is signed by one person", n=len(parsed.signatures))
            )
        payload = open_envelope(parsed, PayloadType.CERTIFICATE, self._keys, source)
        if envelope != _as_sealed(parsed, payload):
            raise RejectError("not-an-entry", source, told("is not written as it was sealed: a byte of the envelope was changed"))
        key = parsed.signatures[0].keyid
        return payload, self._people[key], key


def _as_sealed(parsed: Envelope, payload: bytes) -> bytes:
    """Give the one way to write an envelope; base64 has bits that carry nothing, and JSON has blanks."""
    exact = {"payload": base64.b64encode(payload).decode()}
    signature = parsed.signatures[0]
    again = signature.model_copy(update={"sig": base64.b64encode(base64.b64decode(signature.sig)).decode()})
    return parsed.model_copy(update={**exact, "signatures": (again,)}).model_dump_json().encode()


def check_may(person: Signatory, what: Literal["propose", "approve"], when: datetime, source: str) -> None:
    """Check that a person may do something at a moment.

    Raises
    ------
    RejectError
        ``may-not-propose``, ``may-not-approve`` or ``signatory-left``.
    """
    if what not in person.may:
        may = ", ".join(person.may)
        raise RejectError(
            f"may-not-{what}",
            source,
            told("%(name)s may %(may)s, not %(what)s; the station file says who may", name=person.name, may=may, what=what),
        )
    check_present(person, when, source)


def check_present(person: Signatory, when: datetime, source: str) -> None:
    """Check that a person's signature still counts at a moment.

    Raises
    ------
    RejectError
        ``signatory-left``.
    """
    if person.until is not None and when.date() > person.until:
        raise RejectError(
            "signatory-left",
            source,
            told(
                "the signature of %(name)s counts until %(until)s, this is of %(when)s",
                name=person.name,
                until=person.until,
                when=when.date(),
            ),
        )
