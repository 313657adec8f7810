"""Those who work with central while it is killed: officers, who act and issue; an auditor, who exports and takes bundles; a station."""

import base64
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from central.evidence.accounts import Role
from contract.canonical import canonical_bytes
from contract.media import sha256_hex
from contract.receipts import BlobClaim
from contract.signatures import PayloadType
from tests.central.review.office import entered
from tests.faults.kills.prepared import Person, Prepared
from tests.faults.kills.service import NO_TLS

AVOIDED = {"dismiss", "record-exemption", "lift-exemption", "rule-out-passage", "revoke", "publish", "close", "decide-no-action"}
"""Acts after which nothing more is done in a case, or which need what only a test of them gives."""
RETURNING = 0.15
"""How often a step back is taken where there is one forward."""
DOCUMENTS, BUNDLES = 0.4, 0.3
"""How often an officer issues a document of the case that he looks at, and the auditor takes a bundle beside an export."""
WORK_ROWS = 20
BLOB_BYTES = 300_000


@dataclass
class Acknowledged:
    """What central has said that it did: `acts` are case, version and name; `files` number and SHA-256 of an export that was given out."""

    acts: list[tuple[int, int, str]] = field(default_factory=list)
    issued: list[tuple[int, str]] = field(default_factory=list)
    exports: int = 0
    files: list[tuple[int, str]] = field(default_factory=list)
    bundles: list[bytes] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)


@dataclass
class Crowd:
    """All clients during one life of the service; `asked` counts what they asked of it."""

    prepared: Prepared
    told: Acknowledged
    seed: str
    asked: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Let them begin."""
        work = [(person, self._audit if person.role is Role.AUDITOR else self._decide) for person in self.prepared.persons]
        for person, deed in [*work, (self.prepared.persons[0], self._send)]:
            self._threads.append(threading.Thread(target=self._run, args=(person, deed), name=f"{person.name} {deed.__name__}"))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let them end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, person: Person, deed: "Callable[[_Desk], None]") -> None:
        name = threading.current_thread().name
        with httpx.Client(
            base_url=self.prepared.run.base_url, cookies=person.cookies, verify=NO_TLS, timeout=30, event_hooks={"request": [self._count]}
        ) as client:
            desk = _Desk(client, person, random.Random(f"{self.seed} {name}"))
            while not self._stopping.is_set():
                try:
                    deed(desk)
                except httpx.TransportError:
                    return  # it was killed
                except (AssertionError, KeyError, ValueError) as error:  # an answer that is none
                    self.told.breaches.append(f"{name}: {error!r}")
                    return

    def _count(self, _request: httpx.Request) -> None:
        with self._lock:
            self.asked += 1

    def _answered(self, answer: httpx.Response) -> bool:
        """Whether it was done; a refusal that says why is none of central's failing, an answer of 5xx is."""
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self.told.breaches.append(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:200]}")
        elif answer.is_client_error:
            code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else ""
            key = f"{answer.status_code} {code}".strip()
            with self._lock:
                self.told.refused[key] = self.told.refused.get(key, 0) + 1
        return answer.status_code < httpx.codes.BAD_REQUEST

    def _decide(self, desk: "_Desk") -> None:
        """Take the next step of a case that waits for this person, or issue a document of it."""
        waiting = desk.client.get("/api/v1/cases/work", params={"limit": WORK_ROWS})
        if not self._answered(waiting):
            return
        case = desk.chance.choice([one["id"] for one in waiting.json()["cases"]] or self.prepared.cases)
        answer = desk.client.get(f"/api/v1/cases/{case}")
        if not self._answered(answer):
            return
        view = answer.json()
        if desk.chance.random() < DOCUMENTS:
            kind = desk.chance.choice(("sheet.en", "sheet.zh", "proposal.zh", "notice.zh-en"))
            if self._answered(desk.send(f"/cases/{case}/documents/{kind}")):
                self.told.issued.append((case, kind))
        open_to = [one["action"] for one in view["offered"] if one["refused"] is None and one["action"] not in AVOIDED]
        back = [one for one in open_to if one.startswith("return")]
        forward = [one for one in open_to if one not in back]
        chosen = back if back and (not forward or desk.chance.random() < RETURNING) else forward
        if chosen:
            action = desk.chance.choice(chosen)
            body = {"version": view["line"]["version"], "fields": entered(action, time.time_ns() // 1000)}
            done = desk.client.post(f"/api/v1/cases/{case}/actions/{action}", json=body, headers={"X-CSRF-Token": desk.person.csrf})
            if self._answered(done):
                self.told.acts.append((case, done.json()["version"], action))

    def _audit(self, desk: "_Desk") -> None:
        """Ask for an export, fetch one, take a bundle."""
        if self._answered(desk.send("/exports", format=desk.chance.choice(("csv", "parquet")))):
            self.told.exports += 1
        for number in range(max(1, self.told.exports - 3), self.told.exports + 1):
            given = desk.client.get(f"/exports/{number}/file")
            if self._answered(given):
                self.told.files.append((number, sha256_hex(given.content)))
        if desk.chance.random() >= BUNDLES:
            return
        bundle = desk.client.get(f"/cases/{desk.chance.choice(self.prepared.cases)}/bundle.zip")
        if self._answered(bundle):
            self.told.bundles = [*self.told.bundles[-9:], bundle.content]

    def _send(self, desk: "_Desk") -> None:
        """Upload a medium as the station does, in pieces."""
        station, data = self.prepared.station, desk.chance.randbytes(BLOB_BYTES)
        sha256 = sha256_hex(data)
        claim = BlobClaim(station=station.id, sha256=sha256, size=len(data), time_us=time.time_ns() // 1000)
        header = base64.b64encode(station.seal(canonical_bytes(claim), PayloadType.BLOB_CLAIM)).decode()
        pieces = (data[at : at + 50_000] for at in range(0, len(data), 50_000))
        headers = {"Authorization": f"DSSE {header}", "Content-Length": str(len(data))}
        if self._answered(desk.client.put(f"/blobs/{sha256}", content=pieces, headers=headers)):
            self.told.blobs.append(sha256)
        self._stopping.wait(0.1)


@dataclass(frozen=True)
class _Desk:
    client: httpx.Client
    person: Person
    chance: random.Random

    def send(self, path: str, **fields: Any) -> httpx.Response:
        return self.client.post(path, data={"csrf_token": self.person.csrf, **fields}, headers={"Origin": str(self.client.base_url)})
