"""Asks a time stamp authority over HTTP (RFC 3161, 3.4)."""

from http import HTTPStatus
from typing import Final

import httpx
from cryptography.x509 import Certificate

from contract.faults import RejectError, RetryError
from contract.log.timestamps import QUERY_TYPE, REPLY_TYPE, timestamp_request, verify_timestamp

_SOURCE: Final = "time stamp authority"


class TimestampClient:
    """One authority; `certificates` are those it is trusted by."""

    def __init__(self, url: str, certificates: tuple[Certificate, ...], client: httpx.Client) -> None:
        self._url = url
        self._certificates = certificates
        self._client = client

    def ask(self, data: bytes) -> tuple[bytes, int]:
        """Give the authority's answer over `data`, verified, and its time, UTC in µs.

        Raises
        ------
        RetryError
            ``timestamp-away``.
        RejectError
            ``bad-timestamp``.
        """
        request = timestamp_request(data)
        try:
            answer = self._client.post(self._url, content=request.data, headers={"Content-Type": QUERY_TYPE})
        except httpx.HTTPError as error:
            raise RetryError("timestamp-away", _SOURCE, f"does not answer at {self._url}: {error}") from error
        if answer.status_code != HTTPStatus.OK:
            raise RetryError("timestamp-away", _SOURCE, f"answered {answer.status_code} at {self._url}")
        if answer.headers.get("content-type", "").partition(";")[0].strip() != REPLY_TYPE:
            raise RejectError("bad-timestamp", _SOURCE, f"answers no {REPLY_TYPE}: is {self._url} its address?")
        return answer.content, verify_timestamp(answer.content, data, self._certificates, _SOURCE, nonce=request.nonce)
