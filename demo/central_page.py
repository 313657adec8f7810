"""Central's API, as any program of an officer would use it: log in by a one-time link, then ask what is new."""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx

from contract.disclosures import parse_record_envelope
from contract.records import VehicleRecord, parse_record
from contract.signatures import payload_of
from demo.comparison import Recorded
from demo.errors import DemoError

ANSWER_S: Final = 5.0
PAGE_ROWS: Final = 50


class CentralPage:
    """The vehicles of one station as central shows them.

    Central may be away at any time; then there is simply no news, and later there is more.
    """

    def __init__(self, base_url: str, station: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=ANSWER_S, headers={"Origin": base_url}, trust_env=False)
        self._station = station
        self.records: dict[int, Recorded] = {}

    def log_in(self, link: str) -> None:
        """Use up a one-time link; the session's cookie stays with this client.

        Raises
        ------
        DemoError
            If central does not accept it.
        """
        parts = urlsplit(link)
        answer = self._client.post(parts.path, data={"token": parse_qs(parts.query).get("token", [""])[0]})
        if not self._client.cookies:
            raise DemoError(f"central did not accept its own login link: status {answer.status_code}")

    def news(self) -> list[VehicleRecord]:
        """Give the vehicles that were not known before, in order of passage."""
        try:
            fresh = [self._load(seq) for seq in self._unknown()]
        except (httpx.TransportError, httpx.HTTPStatusError):
            return []
        fresh.sort(key=lambda each: each.record.time_us)
        self.records |= {each.record.seq: each for each in fresh}
        return [each.record for each in fresh]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _unknown(self) -> list[int]:
        """Walk the list, newest passage first, as far as the page on which everything is known."""
        unknown: list[int] = []
        before: str | None = None
        while True:
            page = self._get("/api/v1/vehicles", station=self._station, limit=PAGE_ROWS, before=before)
            found = [row["seq"] for row in page["vehicles"] if row["seq"] not in self.records]
            unknown += found
            before = page["next"]
            if not found or before is None:
                return unknown

    def _load(self, seq: int) -> Recorded:
        vehicle = self._get(f"/api/v1/vehicles/{self._station}/{seq}")
        source = f"record {seq} of {self._station}"
        envelope = parse_record_envelope(vehicle["signed"]["envelope"].encode(), source)
        record = parse_record(payload_of(envelope, source), source, envelope.disclosures)
        if not isinstance(record, VehicleRecord):
            raise DemoError(f"central gave a {record.type} as vehicle {seq}")
        return Recorded(record, vehicle["summary"]["received_us"])

    def _get(self, path: str, **query: str | int | None) -> dict[str, Any]:
        given = {key: value for key, value in query.items() if value is not None}
        answer = self._client.get(path, params=given)
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body
