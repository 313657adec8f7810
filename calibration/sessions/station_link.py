"""The edge's loopback door, from the technician's side: what passes, what the sensors show, how the station is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from calibration.told import told
from contract.faults import RetryError, StopError

TIMEOUT_S: Final = 5.0
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class StationLink:
    """Asks the edge; safe to use from several threads.

    Raises
    ------
    StopError
        ``edge-address`` if the address is not of the loopback interface.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise StopError("edge-address", url, told("is not http://127.0.0.1:PORT; the edge answers on the loopback interface only"))
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def passes(self, since: int, stream: str) -> dict[str, Any]:
        """Give what `GET /passes` answers.

        Raises
        ------
        RetryError
            ``edge-silent`` if it does not answer.
        """
        return self._json("/passes", {"since": since, "stream": stream})

    def signals(self, query: Mapping[str, str | int | float]) -> dict[str, Any]:
        """Give what `GET /signals` answers; raises as `passes`."""
        return self._json("/signals", query)

    def health(self) -> dict[str, Any]:
        """Give what `GET /health` answers; raises as `passes`."""
        return self._json("/health", {})

    def capture(self, number: int) -> bytes | None:
        """Give the raw signal of a pass, None where the edge no longer has it; raises as `passes`."""
        answer = self._get(f"/passes/{number}/capture", {})
        return answer.content if answer.is_success else None

    def _json(self, path: str, query: Mapping[str, str | int | float]) -> dict[str, Any]:
        answer = self._get(path, query)
        try:
            answer.raise_for_status()
            told = answer.json()
        except (httpx.HTTPStatusError, ValueError) as error:
            what = told(
                "answers %(path)s with %(status_code)s: %(text)s; are edge and this program of one version?",
                path=path,
                status_code=answer.status_code,
                text=answer.text[:200],
            )
            raise RetryError("edge-answer", str(self._client.base_url), what) from error
        if not isinstance(told, dict):
            raise RetryError("edge-answer", str(self._client.base_url), told("answers %(path)s with no JSON object", path=path))
        return told

    def _get(self, path: str, query: Mapping[str, str | int | float]) -> httpx.Response:
        try:
            return self._client.get(path, params=dict(query))
        except httpx.HTTPError as error:
            what = told(
                "does not answer (%(kind)s); is wim-edge running, and is --edge-url its --listen address?", kind=type(error).__name__
            )
            raise RetryError("edge-silent", str(self._client.base_url), what) from error
