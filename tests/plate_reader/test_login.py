import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plate_reader.login import NONCE_S, NONCES_MAX, Credentials, Door, Outcome, Scheme

DIGEST = Credentials(Scheme.DIGEST, "camera", "s3cret-words")


class Clock:
    now_s = 1_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def door(clock):
    return Door(clock)


def challenge(door, stale=False):
    return {
        name: dict(re.findall(r'(\w+)="?([^",]+)', line))
        for line in door.challenges(Scheme.DIGEST, stale)
        for name in [line.split("algorithm=")[1].split(",")[0]]
    }


def answer(asked, *, user="camera", secret="s3cret-words", method="POST", uri="/isapi/front", nc="00000001", algorithm="MD5", **changes):
    def h(text):
        return hashlib.new(algorithm.replace("-", "").lower(), text.encode()).hexdigest()

    response = h(f"{h(f'{user}:weighline:{secret}')}:{asked['nonce']}:{nc}:c0ffee:auth:{h(f'{method}:{uri}')}")
    given = {"username": user, "realm": "weighline", "nonce": asked["nonce"], "uri": uri, "qop": "auth", "nc": nc, "cnonce": "c0ffee"}
    given |= {"response": response, "algorithm": algorithm, **changes}
    return "Digest " + ", ".join(f'{key}="{value}"' for key, value in given.items() if value is not None)


def judge(door, header, method="POST", target="/isapi/front"):
    return door.judge(DIGEST, header, method, target)


def test_the_example_of_rfc_7616_is_computed_as_there(door):
    # Section 3.9.1: the digest of its request, whose nonce is not ours and so is stale, not wrong.
    credentials = Credentials(Scheme.DIGEST, "Mufasa", "Circle of Life")
    header = (
        'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", '
        'qop=auth, response="8ca523f5e9506fed4657c9700eebdbec"'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plate_reader.login.REALM", "http-auth@example.org")
        assert door.judge(credentials, header, "GET", "/dir/index.html") is Outcome.STALE
        assert door.judge(credentials, header.replace("8ca5", "8ca6"), "GET", "/dir/index.html") is Outcome.REFUSED


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_who_knows_the_secret_is_granted(door, algorithm):
    asked = challenge(door)[algorithm]
    assert judge(door, answer(asked, algorithm=algorithm)) is Outcome.GRANTED
    assert judge(door, answer(asked, algorithm=algorithm, nc="00000002")) is Outcome.GRANTED


def test_a_digest_that_was_overheard_is_worth_nothing(door):
    asked = challenge(door)["MD5"]
    header = answer(asked, nc="00000005")
    assert judge(door, header) is Outcome.GRANTED
    assert judge(door, header) is Outcome.STALE
    assert judge(door, answer(asked, nc="00000004")) is Outcome.STALE
    assert judge(door, answer(asked, nc="00000006", uri="/isapi/rear")) is Outcome.REFUSED
    assert judge(door, answer(asked, nc="00000007"), method="PUT") is Outcome.REFUSED


def test_a_nonce_grows_old_and_another_is_given(door, clock):
    asked = challenge(door)["MD5"]
    clock.now_s += NONCE_S + 1
    assert judge(door, answer(asked)) is Outcome.STALE
    assert "stale" in door.challenges(Scheme.DIGEST, stale=True)[0]
    assert judge(door, answer(challenge(door)["MD5"])) is Outcome.GRANTED


def test_nonces_that_were_forgotten_do_not_come_to_life_again(door, clock):
    first = answer(challenge(door)["MD5"])
    assert judge(door, first) is Outcome.GRANTED
    for _ in range(NONCES_MAX):
        clock.now_s += 0.1
        assert judge(door, answer(challenge(door)["MD5"])) in {Outcome.GRANTED, Outcome.STALE}
    assert judge(door, first) is Outcome.STALE


@pytest.mark.parametrize(
    "header",
    [
        "Digest",
        "Digest nonsense",
        'Digest username="camera"',
        'Digest username="camera", username="camera"',
        'Digest username="camera", realm="", nonce="", uri="/isapi/front", qop="", response="0123"',
        "Bearer s3cret-words",
        "Digest " + 'a="b",' * 3_000,
    ],
    ids=range(7),
)
def test_what_is_no_digest_is_refused(door, header):
    assert judge(door, header) is Outcome.REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "other-words"},
        {"user": "admin"},
        {"realm": "elsewhere"},
        {"qop": "auth-int"},
        {"nc": "1"},
        {"response": ""},
        {"response": None},
        {"realm": None},
    ],
    ids=str,
)
def test_each_field_counts(door, changes):
    assert judge(door, answer(challenge(door)["MD5"], **changes)) is Outcome.REFUSED


def test_without_a_login_it_is_asked_for(door):
    assert judge(door, "") is Outcome.ASKED


@given(st.text(max_size=300))
def test_no_text_is_granted_or_breaks_anything(text):
    door = Door(lambda: 0.0)
    for credentials in (DIGEST, Credentials(Scheme.TOKEN, "", "s3cret-words"), Credentials(Scheme.BASIC, "camera", "s3cret-words")):
        for header in (text, f"Digest {text}", f'Digest nonce="{text}"', f"Basic {text}", f"Token {text}"):
            assert door.judge(credentials, header, "POST", "/x") is not Outcome.GRANTED


@pytest.mark.parametrize(
    ("header", "outcome"),
    [
        ("Token s3cret-words", Outcome.GRANTED),
        ("Bearer s3cret-words", Outcome.GRANTED),
        ("Token s3cret-word", Outcome.REFUSED),
        ("Token", Outcome.REFUSED),
        ("", Outcome.ASKED),
    ],
)
def test_tokens(door, header, outcome):
    assert door.judge(Credentials(Scheme.TOKEN, "", "s3cret-words"), header, "POST", "/axis/front") is outcome


def test_basic_and_none(door):
    basic = Credentials(Scheme.BASIC, "camera", "s3cret-words")
    assert door.judge(basic, "Basic Y2FtZXJhOnMzY3JldC13b3Jkcw==", "POST", "/") is Outcome.GRANTED
    assert door.judge(basic, "Basic Y2FtZXJhOng=", "POST", "/") is Outcome.REFUSED
    assert door.judge(basic, "Basic \xff", "POST", "/") is Outcome.REFUSED
    assert door.judge(Credentials(Scheme.NONE, "", ""), "", "POST", "/") is Outcome.GRANTED
