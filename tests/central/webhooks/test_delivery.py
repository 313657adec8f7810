import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from central.evidence.accounts.grants import OPERATOR
from central.evidence.accounts.groups import set_group
from central.evidence.events import emit
from central.evidence.messages import BARRED_KEYS, EventType, message_model
from central.evidence.models import Act, DeliveryState
from central.evidence.tokens import Scope, make_token, revoke_token
from central.webhooks.deliver import PAUSES_S, Courier, deliver_due
from central.webhooks.endpoints import add_endpoint, deliveries_page, endpoint_view, send_again, send_test, set_enabled
from central.webhooks.signature import new_secret, signed_headers
from contract.units import US_PER_S
from tests.broker import free_port
from tests.central.bench import Bench
from tests.central.webhooks.receiver import Receiver, receiving
from tests.signing_station import SigningStation

OVERLOADED_KG = (7_000, 11_500, 12_000, 12_500, 12_500)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def add(bench: Bench, url: str, *events: EventType, group_id: int | None = None, token_id: int | None = None) -> tuple[int, str]:
    with bench.central.database.write() as session:
        return add_endpoint(
            session,
            bench.central.vault,
            OPERATOR,
            "credit platform",
            url,
            events=events or (EventType.CASE_DECIDED,),
            now_us=bench.clock(),
            group_id=group_id,
            token_id=token_id,
        )


DECIDED = {"case": 12, "station": "G104-K12", "seq": 7, "version": 6, "action": "decide-penalty", "state": "decided", "outcome": "penalty"}


def decide(bench: Bench, case: int = 12, **data: str | int | bool | None) -> int | None:
    with bench.central.database.write() as session:
        return emit(session, EventType.CASE_DECIDED, f"case/{case}", DECIDED | {"case": case} | data, bench.clock())


def deliveries(bench: Bench, endpoint: int):
    with bench.central.database.read() as session:
        return deliveries_page(session, endpoint)


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it, written from the specification alone."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    wanted = hmac.new(base64.b64decode(secret.split("_", 1)[1]), content.encode(), hashlib.sha256).digest()
    return any(one == f"v1,{base64.b64encode(wanted).decode()}" for one in headers["webhook-signature"].split(" "))


def test_what_happened_arrives_signed_and_says_no_more_than_it_may(bench, receiver):
    endpoint, secret = add(bench, receiver.url)
    number = decide(bench, outcome="penalty")
    assert deliver_due(bench.central) == 1
    headers, body = receiver.told[0]
    assert is_signed(secret, headers, body)
    assert not is_signed(new_secret(), headers, body)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (f"evt_{number}", str(bench.clock() // US_PER_S))
    assert json.loads(body) == {
        "type": "case.decided",
        "time_us": bench.clock(),
        "subject": "case/12",
        "data": DECIDED,
    }
    assert deliver_due(bench.central) == 0
    (delivery,) = deliveries(bench, endpoint)
    assert (delivery.state, [one.status for one in delivery.attempts]) == (DeliveryState.DELIVERED, [204])


@given(body=st.binary(max_size=200), time_s=st.integers(0, 2**40), change=st.integers(1, 255), place=st.integers(0, 10_000))
def test_no_changed_byte_and_no_other_time_keeps_the_signature(body, time_s, change, place):
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    good = signed_headers(secret, "evt_1", time_s, body)["webhook-signature"]
    assert signed_headers(secret, "evt_1", time_s + 1, body)["webhook-signature"] != good
    assert signed_headers(secret, "evt_2", time_s, body)["webhook-signature"] != good
    if body:
        damaged = bytearray(body)
        damaged[place % len(body)] ^= change
        assert signed_headers(secret, "evt_1", time_s, bytes(damaged))["webhook-signature"] != good


def test_the_specifications_own_example_is_signed_alike():
    # Standard Webhooks 1.0.0, reference implementation's test vector.
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_failed_try_is_put_off_further_each_time_and_given_up_in_the_end(bench, receiver):
    endpoint, _ = add(bench, receiver.url)
    receiver.answers = [(500, {})]
    decide(bench)
    for pause_s in PAUSES_S:
        assert deliver_due(bench.central) == 1
        bench.clock.now_us += pause_s * US_PER_S - 1
        assert deliver_due(bench.central) == 0
        bench.clock.now_us += 1
    assert deliver_due(bench.central) == 1
    (delivery,) = deliveries(bench, endpoint)
    assert (delivery.state, len(delivery.attempts)) == (DeliveryState.FAILED, len(PAUSES_S) + 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.told}) == 1
    bench.clock.now_us += 10**12
    assert deliver_due(bench.central) == 0
    receiver.answers = [(200, {})]
    with bench.central.database.write() as session:
        send_again(session, OPERATOR, endpoint, delivery.id, bench.clock())
    assert deliver_due(bench.central) == 1
    assert deliveries(bench, endpoint)[0].state is DeliveryState.DELIVERED


def test_a_receiver_says_when_to_come_again_or_never(bench, receiver):
    endpoint, _ = add(bench, receiver.url)
    receiver.answers = [(503, {"Retry-After": "60"}), (410, {})]
    decide(bench)
    deliver_due(bench.central)
    bench.clock.now_us += 59 * US_PER_S
    assert deliver_due(bench.central) == 0
    bench.clock.now_us += US_PER_S
    assert deliver_due(bench.central) == 1
    with bench.central.database.read() as session:
        view = endpoint_view(session, endpoint)
    assert view.disabled_us == bench.clock()
    assert "gone" in view.disabled_why
    assert decide(bench) is None


def test_a_redirect_is_not_followed_and_a_dead_address_keeps_the_event(bench, receiver):
    dead, _ = add(bench, f"http://127.0.0.1:{free_port()}/")
    moved, _ = add(bench, receiver.url)
    receiver.answers = [(302, {"Location": "http://127.0.0.1:1/"})]
    decide(bench)
    assert deliver_due(bench.central) == 2
    assert "not followed" in deliveries(bench, moved)[0].attempts[0].why
    (waiting,) = deliveries(bench, dead)
    assert (waiting.state, waiting.attempts[0].status) == (DeliveryState.WAITING, None)
    assert "ConnectError" in waiting.attempts[0].why


def test_an_endpoint_is_told_of_its_events_and_stations_only(bench, receiver):
    bench.enrol(SigningStation(id="S2"))
    with bench.central.database.write() as session:
        north = set_group(session, OPERATOR, "north", frozenset({bench.station.id}), bench.clock())
    endpoint, _ = add(bench, receiver.url, EventType.RECORD_OVERLOAD, group_id=north)
    other = SigningStation(id="S2")
    bench.enrol(other)
    bench.send(bench.station.next_envelope(), bench.station.next_envelope(loads_kg=OVERLOADED_KG))
    bench.send(other.next_envelope(loads_kg=OVERLOADED_KG), topic=other.topic)
    decide(bench, station=bench.station.id)
    deliver_due(bench.central)
    assert [json.loads(body)["subject"] for _, body in receiver.told] == [f"vehicle/{bench.station.id}/2"]
    assert "京" not in receiver.told[0][1].decode()
    assert len(deliveries(bench, endpoint)) == 1


def test_nothing_is_queued_that_nobody_hears_nor_if_the_deed_itself_is_undone(bench, receiver):
    assert decide(bench) is None
    endpoint, _ = add(bench, receiver.url)

    def decide_and_fail() -> None:
        with bench.central.database.write() as session:
            emit(session, EventType.CASE_DECIDED, "case/1", DECIDED, bench.clock())
            raise InterruptedError

    with pytest.raises(InterruptedError):
        decide_and_fail()
    assert deliveries(bench, endpoint) == ()


@pytest.mark.parametrize("event", EventType)
def test_no_message_has_room_for_a_plate(event):
    assert not BARRED_KEYS & message_model(event).model_fields["data"].annotation.model_fields.keys()


def test_an_event_never_carries_a_plate(bench):
    with pytest.raises(ValueError, match="plate"):
        decide(bench, plate="京A12345")


def test_a_stopped_endpoint_is_told_later_what_waited(bench, receiver):
    endpoint, _ = add(bench, receiver.url)
    decide(bench)
    with bench.central.database.write() as session:
        set_enabled(session, OPERATOR, endpoint, bench.clock(), enabled=False)
    assert deliver_due(bench.central) == 0
    with bench.central.database.write() as session:
        set_enabled(session, OPERATOR, endpoint, bench.clock(), enabled=True)
        send_test(session, OPERATOR, endpoint, bench.clock())
    assert deliver_due(bench.central) == 2
    assert {json.loads(body)["type"] for _, body in receiver.told} == {"case.decided", "webhook.test"}


def test_a_revoked_token_is_told_no_more(bench, receiver):
    with bench.central.database.write() as session:
        token_id, _ = make_token(session, OPERATOR, "credit platform", [Scope.WEBHOOKS_MANAGE], now_us=bench.clock(), days=30)
    mine, others = add(bench, receiver.url, token_id=token_id)[0], add(bench, receiver.url)[0]
    with bench.central.database.write() as session:
        revoke_token(session, OPERATOR, token_id, bench.clock())
    decide(bench)
    assert deliver_due(bench.central) == 1
    assert [len(deliveries(bench, endpoint)) for endpoint in (mine, others)] == [0, 1]
    with bench.central.database.read() as session:
        assert endpoint_view(session, mine).disabled_why == f"token {token_id}, which made it, was revoked"
        assert session.scalars(select(Act.subject).order_by(Act.id.desc())).first() == f"webhook/{mine}"


def test_a_receiver_that_does_not_answer_keeps_the_service_from_nothing(sqlite_bench):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint, _ = add(sqlite_bench, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        decide(sqlite_bench)
        courier = Courier(sqlite_bench.central)
        courier.start()
        silent.settimeout(30)
        connection, _ = silent.accept()
        with connection:
            courier.stop(0.0)
            assert deliveries(sqlite_bench, endpoint)[0].state is DeliveryState.WAITING
        courier.stop(30)


def test_the_secret_is_sealed_at_rest(sqlite_bench):
    _, secret = add(sqlite_bench, "https://credit.example/")
    stored = b"".join(path.read_bytes() for path in sqlite_bench.central.settings.data.glob("central.db*"))
    assert secret.removeprefix("whsec_").encode() not in stored


def test_a_receiver_that_asks_for_an_absurd_pause_stops_no_other_delivery(bench, receiver):
    endpoint, _ = add(bench, receiver.url)
    receiver.answers = [(503, {"Retry-After": "9" * 5_000}), (204, {})]
    decide(bench)
    assert deliver_due(bench.central) == 1
    (waiting,) = deliveries(bench, endpoint)
    assert (waiting.state, waiting.attempts[0].status) == (DeliveryState.WAITING, 503)
    bench.clock.now_us += PAUSES_S[0] * US_PER_S
    assert deliver_due(bench.central) == 1
    assert deliveries(bench, endpoint)[0].state is DeliveryState.DELIVERED


def test_a_fault_of_our_own_in_one_try_is_kept_with_it_and_stops_no_other(bench, receiver):
    first, _ = add(bench, "https://names.example/hook")
    second, _ = add(bench, receiver.url)
    decide(bench)

    def resolver(host: str, port: int) -> list[str]:
        if host == "names.example":
            raise ZeroDivisionError
        return [host]

    assert deliver_due(bench.central, resolver) == 2
    (failed,) = deliveries(bench, first)
    assert (failed.state, failed.attempts[0].why) == (DeliveryState.WAITING, "failed on a fault of this program: ZeroDivisionError")
    assert deliveries(bench, second)[0].state is DeliveryState.DELIVERED
