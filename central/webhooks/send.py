"""One try of a delivery over HTTP: no redirect is followed, no proxy asked, and of the answer only the status is read."""

import time
from dataclasses import dataclass
from typing import Final

import httpx

from central.webhooks.address import Resolve, resolve, target_of
from central.webhooks.signature import signed_headers
from contract.faults import RejectError

TIMEOUT_S: Final = 10.0
RETRY_AFTER_MAX_S: Final = 86_400
_RETRY_AFTER_DIGITS: Final = 9
"""A longer wish is none: Python itself refuses to read a number of some thousand digits."""
GONE: Final = 410
"""By which a receiver says that it wants nothing any more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went: `status` None where nobody answered, `retry_after_s` what the receiver asked for."""

    status: int | None
    why: str
    took_ms: int
    retry_after_s: int | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent: `identity` is the event's, `time_s` this try's, UTC in s."""

    url: str
    secret: str
    identity: str
    body: bytes
    time_s: int


def send(parcel: Parcel, *, allow_private: bool, resolver: Resolve = resolve) -> Outcome:
    """Try once; what goes wrong is told in the outcome and never raised."""
    started_s = time.monotonic()
    try:
        target = target_of(parcel.url, allow_private=allow_private, resolver=resolver)
        status, retry_after = _post(parcel, target.address, target.host, target.port)
    except RejectError as error:
        return Outcome(None, f"{error.code}: {error.what}"[:500], _since_ms(started_s))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:500], _since_ms(started_s))
    why = "" if 200 <= status < 300 else "redirected, which is not followed" if 300 <= status < 400 else "refused"
    return Outcome(status, why, _since_ms(started_s), retry_after)


def _post(parcel: Parcel, address: str, host: str, port: int) -> tuple[int, int | None]:
    url = httpx.URL(parcel.url)
    pinned = url.copy_with(host=address, port=port)
    headers = {
        "host": url.netloc.decode(),
        "content-type": "application/json",
        "user-agent": "Weighline",
        **signed_headers(parcel.secret, parcel.identity, parcel.time_s, parcel.body),
    }
    with (
        httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", pinned, content=parcel.body, headers=headers, extensions={"sni_hostname": host}) as answer,
    ):
        return answer.status_code, _retry_after_s(answer.headers.get("retry-after", ""))


def _retry_after_s(asked: str) -> int | None:
    """Give what a receiver asks for in seconds (RFC 9110, 10.2.3), None where it asks otherwise or for nothing."""
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= _RETRY_AFTER_DIGITS
    return min(int(asked), RETRY_AFTER_MAX_S) if is_number else None


def _since_ms(started_s: float) -> int:
    return round((time.monotonic() - started_s) * 1000)
