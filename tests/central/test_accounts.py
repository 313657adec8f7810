from concurrent.futures import ThreadPoolExecutor

import pytest

from central.evidence import accounts
from central.evidence.accounts import FAILURES_MAX, LOCK_US, SESSION_IDLE_US, SESSION_US, Role
from contract.faults import RejectError
from tests.central.bench import Bench
from tests.signing_station import T0_US

PASSWORD = "correct horse battery"


def add(bench: Bench, name: str = "officer", password: str | None = PASSWORD) -> int:
    with bench.central.database.write() as session:
        return accounts.add_account(session, name, Role.REVIEWER, password, T0_US)


def log_in(bench: Bench, password: str = PASSWORD, now_us: int = T0_US, name: str = "officer") -> accounts.NewSession | None:
    return accounts.log_in(bench.central.database, name, password, now_us)


def who(bench: Bench, token: str, now_us: int) -> accounts.Login | None:
    with bench.central.database.read() as session:
        return accounts.login_of(session, token, now_us)


def test_a_password_begins_a_session_that_ends_when_idle_and_after_a_day_of_work(bench: Bench):
    add(bench)
    new = log_in(bench)
    assert new is not None
    assert who(bench, new.token, T0_US) == new.login
    assert who(bench, new.token, T0_US + SESSION_IDLE_US) is None
    assert who(bench, "other", T0_US) is None
    for now_us in range(T0_US, T0_US + SESSION_US, SESSION_IDLE_US - 1):
        with bench.central.database.write() as session:
            accounts.touch(session, new.token, now_us)
    assert who(bench, new.token, T0_US + SESSION_US - 1) is not None
    assert who(bench, new.token, T0_US + SESSION_US) is None


def test_wrong_passwords_lock_the_account_for_a_while_even_for_the_right_one(bench: Bench):
    add(bench)
    for _ in range(FAILURES_MAX):
        assert log_in(bench, "wrong") is None
    assert log_in(bench) is None
    assert log_in(bench, now_us=T0_US + LOCK_US - 1) is None
    assert log_in(bench, now_us=T0_US + LOCK_US) is not None


def test_a_success_forgets_earlier_failures(bench: Bench):
    add(bench)
    for _ in range(3):
        for _ in range(FAILURES_MAX - 1):
            assert log_in(bench, "wrong") is None
        assert log_in(bench) is not None


def test_unknown_names_and_accounts_without_password_never_log_in(bench: Bench):
    add(bench, "link-only", None)
    assert log_in(bench, name="nobody") is None
    assert log_in(bench, "", name="link-only") is None
    assert log_in(bench, "x" * 100_000, name="nobody") is None


def test_a_login_link_works_once_whoever_is_fast_and_not_when_expired(bench: Bench):
    identity = add(bench, password=None)
    with bench.central.database.write() as session:
        token = accounts.make_login_link_token(session, identity, T0_US, 1_000)
        late = accounts.make_login_link_token(session, identity, T0_US, 1_000)

    def use(token: str, now_us: int = T0_US) -> bool:
        with bench.central.database.write() as session:
            return accounts.log_in_by_link(session, token, now_us) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, [token] * 8)) == 1
    assert not use(late, T0_US + 1_000)
    assert not use("guess")


def test_logging_out_ends_the_session(bench: Bench):
    add(bench)
    new = log_in(bench)
    assert new is not None
    with bench.central.database.write() as session:
        accounts.log_out(session, new.token)
    assert who(bench, new.token, T0_US) is None


def test_secrets_are_kept_as_hashes_only(sqlite_bench: Bench):
    add(sqlite_bench)
    new = log_in(sqlite_bench)
    assert new is not None
    stored = b"".join(path.read_bytes() for path in sqlite_bench.central.settings.data.glob("central.db*"))
    assert b"$argon2id$" in stored
    assert PASSWORD.encode() not in stored
    assert new.token.encode() not in stored


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), (" a", PASSWORD), ("a\nb", PASSWORD), ("a", "short"), ("a", "x" * 201)])
def test_bad_names_and_weak_passwords_are_refused(bench: Bench, name, password):
    with pytest.raises(RejectError, match=r"use 12 to 200|needs 1 to 60"):
        add(bench, name, password)


def test_two_accounts_do_not_share_a_name(bench: Bench):
    add(bench)
    with pytest.raises(RejectError, match="exists already"):
        add(bench)


def test_a_csrf_token_is_its_sessions_own(bench: Bench):
    add(bench)
    one, two = log_in(bench), log_in(bench)
    assert one is not None
    assert two is not None
    assert accounts.csrf_matches(one.login, one.login.csrf_token)
    assert not accounts.csrf_matches(one.login, two.login.csrf_token)
    assert not accounts.csrf_matches(one.login, "é")
