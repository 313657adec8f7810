import pytest

from central.webhooks.address import checked_url, target_of
from central.webhooks.send import Parcel, send
from contract.faults import RejectError
from tests.central.webhooks.receiver import receiving

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "credit.example",
        "http://credit.example/",
        "ftp://credit.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@credit.example/",
        "https://credit.example/#part",
        "https://credit.example:0/",
        "https://credit.example:99999/",
        "https://[::1/",
        "https://credit.example/a b",
        "https://credit.example/\n",
        "https://信用.example/",
        "https://credit.example/" + "x" * 500,
        "http://127.0.0.1.credit.example/",
    ],
)
def test_addresses_that_are_no_webhooks(url):
    with pytest.raises(RejectError) as refused:
        checked_url(url)
    assert refused.value.code == "bad-webhook-url"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.4.4",
        "192.168.1.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_refused(address):
    for answers in ([address], [PUBLIC, address]):
        with pytest.raises(RejectError) as refused:
            target_of("https://credit.example/", allow_private=False, resolver=lambda *_, answers=answers: answers)
        assert refused.value.code == "private-address"
    allowed = target_of("https://credit.example/", allow_private=True, resolver=lambda *_: [address])
    assert allowed.host == "credit.example"


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "::ffff:808:808"])
def test_a_public_address_is_connected_to_as_it_was_checked(address):
    target = target_of("https://credit.example/hook", allow_private=False, resolver=lambda *_: [address])
    assert (target.address, target.host, target.port) == (address, "credit.example", 443)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost/", "http://[::1]:9/"])
def test_this_machine_may_be_named_outright(url):
    assert target_of(url, allow_private=False, resolver=lambda *_: ["127.0.0.1"]).address == "127.0.0.1"


def test_a_name_without_an_address_is_told_and_tried_again():
    def nowhere(*_: object) -> list[str]:
        raise OSError("Name or service not known")

    outcome = send(Parcel("https://nowhere.example/", "whsec_AAAA", "evt_1", b"{}", 1), allow_private=False, resolver=nowhere)
    assert not outcome.arrived
    assert "host-unknown" in outcome.why


def test_a_name_is_asked_once_for_each_try_so_a_second_answer_leads_nowhere():
    with receiving() as receiver:
        answers = iter([["127.0.0.1"]])
        url = f"http://localhost:{receiver.port}/"
        outcome = send(Parcel(url, "whsec_AAAA", "evt_1", b"{}", 1), allow_private=False, resolver=lambda *_: next(answers))
        assert outcome.arrived
        assert next(answers, None) is None


def test_what_is_connected_to_is_the_checked_address_with_the_names_own_host_header():
    with receiving() as receiver:
        url = f"http://localhost:{receiver.port}/hook?x=1"
        outcome = send(Parcel(url, "whsec_AAAA", "evt_1", b"{}", 1), allow_private=False, resolver=lambda *_: ["127.0.0.1"])
        assert outcome.arrived
        assert receiver.told[0][0]["host"] == f"localhost:{receiver.port}"
