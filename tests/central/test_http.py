"""The HTTP side: blob upload, API, health, metrics and the bound on bodies, over the real application without a broker."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from central.access import cookie_name
from central.app import create_app
from central.body_limit import BODY_MAX_BYTES
from central.config import Settings
from central.context import Central
from central.evidence import accounts
from central.evidence.accounts.grants import OPERATOR
from central.evidence.journal import detail_of
from central.evidence.models import Act, Blob, Deletion
from central.evidence.paging import PAGE_ROWS_MAX
from central.evidence.receipt_key import receipt_key
from central.evidence.stations import enrol
from central.evidence.tokens import Scope, make_token
from central.ingest.blob_upload import CLAIM_LIFE_US
from central.ingest.receive import Receiver
from contract.canonical import canonical_bytes
from contract.media import sha256_hex
from contract.receipts import BlobClaim
from contract.signatures import PayloadType
from tests.broker import free_port
from tests.central.bench import Bench, Clock
from tests.central.served import served
from tests.central.test_subscriber import until
from tests.signing_station import T0_US, SigningStation, picture_ref

PICTURE = b"\xff\xd8\xff a picture of a truck" * 1000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path, clock) -> FastAPI:
    return create_app(Settings.model_validate({"data": tmp_path, "broker": {"port": free_port()}}), clock)


@pytest.fixture
def client(app) -> Iterator[httpx.Client]:
    with served(app) as client:
        yield client


@pytest.fixture
def bench(app, client, clock) -> Bench:
    central: Central = app.state.central
    key = receipt_key(central.settings.key_folder)
    bench = Bench(central, clock, key, Receiver(central, key))
    bench.enrol(bench.station)
    return bench


def header(station: SigningStation, data: bytes = PICTURE, **changes: object) -> str:
    claim = {"station": station.id, "sha256": sha256_hex(data), "size": len(data), "time_us": T0_US} | changes
    envelope = station.seal(canonical_bytes(BlobClaim.model_validate(claim)), PayloadType.BLOB_CLAIM)
    return "DSSE " + base64.b64encode(envelope).decode()


def put(client: httpx.Client, authorization: str, data: bytes = PICTURE, sha256: str | None = None):
    return client.put(f"/blobs/{sha256 or sha256_hex(data)}", content=data, headers={"Authorization": authorization})


def log_in(client: httpx.Client, central: Central) -> None:
    with central.database.write() as session:
        identity = accounts.add_account(session, "auditor", accounts.Role.AUDITOR, None, T0_US)
        token = accounts.make_login_link_token(session, identity, central.now_us(), 1_000_000)
        new = accounts.log_in_by_link(session, token, central.now_us())
    assert new is not None
    client.cookies.set(cookie_name(central), new.token)


def test_a_blob_is_stored_once_and_known_after(client, bench):
    bench.send(bench.station.next_envelope(media=(picture_ref(sha256_hex(PICTURE), len(PICTURE)),)))
    assert not bench.vehicle(1).media[0].present
    first = put(client, header(bench.station))
    assert (first.status_code, first.json()) == (201, {"sha256": sha256_hex(PICTURE), "size": len(PICTURE)})
    assert put(client, header(bench.station)).status_code == 200
    assert bench.vehicle(1).media[0].present
    with bench.central.blobs.open(sha256_hex(PICTURE)) as stream:
        assert stream.read() == PICTURE


def test_a_picture_deleted_on_schedule_while_it_comes_does_not_come_back(client, bench):
    unfinished = bench.central.settings.blob_folder / "unfinished"

    def body() -> Iterator[bytes]:
        yield PICTURE[:1000]
        until(lambda: list(unfinished.iterdir()), "the upload to begin")
        with bench.central.database.write() as session:
            session.add(Deletion(sha256=sha256_hex(PICTURE), size=len(PICTURE), deleted_us=T0_US, after_days=30.0))
        yield PICTURE[1000:]

    headers = {"Authorization": header(bench.station), "Content-Length": str(len(PICTURE))}
    assert client.put(f"/blobs/{sha256_hex(PICTURE)}", content=body(), headers=headers).status_code == 201
    assert not bench.central.blobs.has(sha256_hex(PICTURE))
    with bench.central.database.read() as session:
        assert session.get(Blob, sha256_hex(PICTURE)) is None


def test_a_claim_that_is_not_the_stations_word_is_refused(client, bench, clock):
    stranger = SigningStation(id=bench.station.id)
    record = "DSSE " + base64.b64encode(bench.station.next_envelope()).decode()
    for authorization, code in [
        ("", "no-claim"),
        ("Bearer abc", "no-claim"),
        ("DSSE !", "no-claim"),
        ("DSSE " + "A" * 8_000, "no-claim"),
        (header(stranger), "unknown-key"),
        (header(SigningStation(id="nobody", key=bench.station.key)), "unknown-key"),
        (record, "no-claim"),
        (header(bench.station, time_us=clock() + CLAIM_LIFE_US + 1), "claim-expired"),
        (header(bench.station, time_us=clock() - CLAIM_LIFE_US - 1), "claim-expired"),
    ]:
        answer = put(client, authorization)
        assert (answer.status_code, answer.json()["code"]) == (401, code), authorization[:80]
    assert not bench.central.blobs.has(sha256_hex(PICTURE))


def test_a_body_that_is_not_the_claimed_one_is_refused_and_leaves_nothing(client, bench):
    assert put(client, header(bench.station), sha256="a" * 64).json()["code"] == "blob-claim"
    assert put(client, header(bench.station, size=5)).json()["code"] == "blob-claim"
    answer = put(client, header(bench.station, sha256="a" * 64), sha256="a" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "blob-hash")
    assert put(client, header(bench.station), sha256="not-a-hash").status_code == 422
    no_length = client.put(f"/blobs/{sha256_hex(PICTURE)}", content=iter([PICTURE]), headers={"Authorization": header(bench.station)})
    assert no_length.status_code == 400
    assert list((bench.central.settings.blob_folder / "unfinished").iterdir()) == []


@pytest.mark.parametrize("path", ["/api/v1/vehicles", "/api/v1/vehicles/G104-K12/1", "/api/v1/stations", "/api/v1/quarantine"])
def test_the_api_is_behind_the_login(client, path):
    assert client.get(path).status_code == 401


def test_the_api_gives_vehicles_by_pages_and_one_with_its_signed_bytes(client, bench):
    envelopes = [bench.station.next_envelope() for _ in range(3)]
    bench.send(*envelopes)
    log_in(client, bench.central)
    page = client.get("/api/v1/vehicles", params={"limit": 2}).json()
    assert [line["seq"] for line in page["vehicles"]] == [3, 2]
    rest = client.get("/api/v1/vehicles", params={"limit": 2, "before": page["next"]}).json()
    assert ([line["seq"] for line in rest["vehicles"]], rest["next"]) == ([1], None)
    one = client.get(f"/api/v1/vehicles/{bench.station.id}/2").json()
    assert one["signed"]["envelope"].encode() == envelopes[1]
    assert one["record"] == bench.vehicle(2).record.model_dump(mode="json")
    assert client.get(f"/api/v1/vehicles/{bench.station.id}/9").status_code == 404
    assert client.get("/api/v1/vehicles", params={"before": "x"}).json()["code"] == "bad-page-key"
    assert client.get("/api/v1/vehicles", params={"outcome": "x"}).status_code == 422
    assert [view["records"] for view in client.get("/api/v1/stations").json()["stations"]] == [3]


def test_the_api_shows_the_quarantine(client, bench):
    bench.send(b"rubbish", bench.station.next_envelope(station="other"))
    log_in(client, bench.central)
    answer = client.get("/api/v1/quarantine").json()
    assert [item["code"] for item in answer["messages"]] == ["wrong-station", "not-an-envelope"]
    assert (answer["next"], answer["counted_messages"]) == (None, 0)


def test_the_longest_page_leads_on_to_the_next_one(client, bench):
    bench.send(*(f"rubbish {number}".encode() for number in range(PAGE_ROWS_MAX + 1)))
    log_in(client, bench.central)
    first = client.get("/api/v1/quarantine", params={"limit": PAGE_ROWS_MAX}).json()
    assert (len(first["messages"]), first["next"]) == (PAGE_ROWS_MAX, first["messages"][-1]["id"])
    rest = client.get("/api/v1/quarantine", params={"limit": PAGE_ROWS_MAX, "before": first["next"]}).json()
    assert (len(rest["messages"]), rest["next"]) == (1, None)


def test_health_tells_that_the_broker_is_away_but_the_database_answers(client):
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "broker": "away", "database": "ok"})


def test_metrics_are_for_this_machine_or_a_login(client, bench):
    bench.send(bench.station.next_envelope())
    assert 'wim_central_messages_total{outcome="stored"} 1.0' in client.get("/metrics").text
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    assert client.get("/metrics", headers=proxied).status_code == 401
    log_in(client, bench.central)
    assert client.get("/metrics", headers=proxied).status_code == 200


def test_a_body_beyond_the_bound_is_refused_announced_or_not(client):
    big = b"x" * (BODY_MAX_BYTES + 1)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/login", content=big).status_code == 413
    assert client.post("/login", content=iter([big[:1000], big]), headers=form).status_code == 413
    assert "<h1>Too large</h1>" in client.post("/login", content=big, headers={"Accept": "text/html"}).text


def test_the_api_document_says_what_each_endpoint_is_for_and_answers(client):
    document = client.get("/api/v1/openapi.json").json()
    operations = [(path, verb, operation) for path, verbs in document["paths"].items() for verb, operation in verbs.items()]
    assert {path for path, _, _ in operations} >= {
        "/blobs/{sha256}",
        "/api/v1/vehicles",
        "/api/v1/stations",
        "/api/v1/quarantine",
        "/health",
    }
    for path, verb, operation in operations:
        assert operation["summary"], (path, verb)
        assert any("content" in answer for answer in operation["responses"].values()), (path, verb)
    assert json.dumps(document)


def test_a_session_behind_tls_has_the_cookie_that_is_bound_to_it(tmp_path):
    settings = Settings.model_validate({"data": tmp_path, "web": {"https": True}})
    central = create_app(settings).state.central
    assert cookie_name(central).startswith("__Host-")
    central.database.close()


def test_enrolling_a_key_twice_or_for_two_stations(client, bench):
    bench.enrol(bench.station)
    with bench.central.database.write() as session, pytest.raises(Exception, match="signs for station"):
        enrol(session, "second", "Second", bench.station.key.public_key(), now_us=T0_US)


def test_the_api_masks_plates_in_lists_and_gives_one_vehicle_in_full_as_a_noted_act(client, bench):
    bench.send(bench.station.next_envelope(plate="京A12345"))
    log_in(client, bench.central)
    (line,) = client.get("/api/v1/vehicles").json()["vehicles"]
    assert (line["plate"], line["plate_masked"]) == ("京A·***45", True)
    for part in ("123", "999"):
        refused = client.get("/api/v1/vehicles", params={"plate": part})
        assert (refused.status_code, refused.json()["what"]) == (403, "your roles see plates masked in lists and cannot search by them")
    one = client.get("/api/v1/vehicles/G104-K12/1").json()
    assert one["signed"]["texts"] == {one["record"]["plate"]["sha256"]: "京A12345"}
    with bench.central.database.read() as session:
        last = session.scalars(select(Act).order_by(Act.id.desc())).first()
    assert (last.verb, last.subject, last.account) == ("saw", "vehicle/G104-K12/1", "auditor")
    assert "京".encode() not in last.entry


def test_whoever_reads_lists_by_the_api_is_noted_once_for_each_question(client, bench):
    with bench.central.database.write() as session:
        _, token = make_token(session, OPERATOR, "platform", tuple(Scope), 1, now_us=bench.clock())
    headers = {"Authorization": f"Bearer {token}"}
    asked = (
        "cases",
        "cases",
        "cases?plate=A123",
        "cases?plate=A999",
        "cases?state=screened",
        "decisions",
        "analysis/plates",
        "analysis/plates",
    )
    for path in asked:
        assert client.get(f"/api/v1/{path}", headers=headers).status_code == 200, path
    with bench.central.database.read() as session:
        acts = session.scalars(select(Act).where(Act.account.like("token/%")).order_by(Act.id)).all()
    assert [(act.verb, act.subject) for act in acts] == [
        ("saw", "list/cases"),
        *[("searched", "list/cases")] * 3,
        ("saw", "list/decisions"),
        ("saw", "list/analysis/plates"),
    ]
    assert [detail_of(act.entry).get("plate") for act in acts] == [None, True, True, None, None, None]
    assert detail_of(acts[3].entry) == {"by": "api", "states": "screened"}
    assert not any(b"A123" in act.entry for act in acts)
