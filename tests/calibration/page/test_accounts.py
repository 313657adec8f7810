"""A signing key opens with its owner's password alone."""

from contextlib import closing

import pytest

from calibration.page.accounts import FAILURES_MAX, LOCK_US, Accounts, Role
from contract.faults import RejectError
from contract.signatures import public_key_text
from tests.calibration.page.line import PASSWORD
from tests.calibration.sessions.material import HandClock

ANOTHER = "quite another password"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def accounts(tmp_path, clock):
    with closing(Accounts(tmp_path / "accounts.db", clock)) as accounts:
        yield accounts


def test_the_key_is_the_one_that_was_named_and_nowhere_in_the_clear(accounts, tmp_path):
    public = accounts.add("Li", Role.TECHNICIAN, PASSWORD)
    key = accounts.unlock("Li", PASSWORD)
    assert public_key_text(key.public_key()) == public == accounts.every()[0].public_key
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key.private_bytes_raw() not in held
    assert PASSWORD.encode() not in held


def test_another_password_keeps_the_key_and_ends_the_logins(accounts):
    accounts.add("Li", Role.TECHNICIAN, PASSWORD)
    key, token = accounts.unlock("Li", PASSWORD), accounts.log_in("Li", PASSWORD)
    accounts.change_password("Li", PASSWORD, ANOTHER)
    assert accounts.login_of(token) is None
    assert accounts.unlock("Li", ANOTHER).private_bytes_raw() == key.private_bytes_raw()
    with pytest.raises(RejectError, match="does not open"):
        accounts.unlock("Li", PASSWORD)


def test_signing_counts_wrong_passwords_as_the_login_does(accounts, clock):
    accounts.add("Li", Role.TECHNICIAN, PASSWORD)
    for _ in range(FAILURES_MAX):
        with pytest.raises(RejectError):
            accounts.unlock("Li", ANOTHER)
    assert accounts.log_in("Li", PASSWORD) is None
    clock.us += LOCK_US
    assert accounts.log_in("Li", PASSWORD) is not None


def test_who_is_barred_is_out_at_once_and_may_be_let_in_again(accounts):
    accounts.add("Li", Role.TECHNICIAN, PASSWORD)
    token = accounts.log_in("Li", PASSWORD)
    accounts.bar("Li", barred=True)
    assert accounts.login_of(token) is None
    assert accounts.log_in("Li", PASSWORD) is None
    accounts.bar("Li", barred=False)
    assert accounts.log_in("Li", PASSWORD) is not None
    with pytest.raises(RejectError, match="not there"):
        accounts.bar("Wang", barred=True)


@pytest.mark.parametrize(
    ("name", "password", "code"), [(" Li", PASSWORD, "account-name"), ("", PASSWORD, "account-name"), ("Li", "short", "weak-password")]
)
def test_an_account_that_cannot_be_is_refused(accounts, name, password, code):
    with pytest.raises(RejectError) as refused:
        accounts.add(name, Role.APPROVER, password)
    assert refused.value.code == code
    assert accounts.every() == []
