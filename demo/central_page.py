"""Central's API, as any program of an officer would use it: log in by a one-time link, then ask what is new."""

from typing import Final

import httpx

from contract.records import VehicleRecord
from demo.comparison import Recorded
from demo.errors import DemoError

ANSWER_S: Final = 5.0


class CentralPage:
    """The vehicles of one station as central shows them.

    Central may be away at any time; then there is simply no news, and later there is more.
    """

    def __init__(self, base_url: str, station: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=ANSWER_S, follow_redirects=True)
        self._station = station
        self._cursor = 0
        self.records: dict[int, Recorded] = {}

    def log_in(self, link: str) -> None:
        """Follow a one-time link; the session's cookie stays with this client.

        Raises
        ------
        DemoError
            If central does not accept it.
        """
        answer = self._client.get(link)
        if not answer.is_success or not self._client.cookies:
            raise DemoError(f"central did not accept its own login link: status {answer.status_code}")

    def news(self) -> list[VehicleRecord]:
        """Give the vehicles that are new since the last question, in order of arrival."""
        try:
            answer = self._client.get("/api/news", params={"cursor": self._cursor, "station": self._station})
            answer.raise_for_status()
            body = answer.json()
            fresh = [self._load(row["seq"], row["received_us"]) for row in body["rows"] if row["seq"] not in self.records]
        except (httpx.TransportError, httpx.HTTPStatusError):
            return []
        self._cursor = body["cursor"]
        self.records |= {each.record.seq: each for each in fresh}
        return [each.record for each in fresh]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _load(self, seq: int, received_us: int) -> Recorded:
        answer = self._client.get(f"/api/vehicles/{self._station}/{seq}/record")
        answer.raise_for_status()
        return Recorded(VehicleRecord.model_validate_json(answer.content), received_us)
