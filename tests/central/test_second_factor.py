import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from central.evidence import accounts
from central.evidence.accounts import FAILURES_MAX, LOCK_US, SECOND_US, Login, NewSession, Role
from central.evidence.accounts import second_factor as factor
from central.evidence.accounts.directory import disable, end_sessions, take_off_second_factor
from central.evidence.accounts.grants import OPERATOR
from central.evidence.accounts.second_factor import STEP_S
from central.evidence.vault import KEY_NAME, Vault
from contract.faults import RejectError, StopError
from contract.units import US_PER_S
from tests.central.authenticator import code_at
from tests.central.bench import Bench

PASSWORD = "correct horse battery"
STEP_US = STEP_S * US_PER_S


@pytest.mark.parametrize(
    ("time_s", "code"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_the_authenticator_shows_the_codes_of_rfc_6238_appendix_b(time_s, code):
    assert code_at(base64.b32encode(b"12345678901234567890").decode(), time_s, digits=8) == code


class Person:
    """Somebody with an account, a password and, once it is set, a device."""

    def __init__(self, bench: Bench, name: str = "zhao", role: Role = Role.APPROVER) -> None:
        self.bench, self.name, self.secret, self.codes = bench, name, "", ()
        with bench.central.database.write() as session:
            self.id = accounts.add_account(session, name, role, PASSWORD, bench.clock())

    def first(self, password: str = PASSWORD) -> NewSession | None:
        return accounts.log_in(self.bench.central.database, self.name, password, self.bench.clock())

    def second(self, token: str, code: str) -> NewSession | None:
        central = self.bench.central
        with central.database.write() as session:
            return factor.give_second_factor(session, central.vault, token, code, now_us=self.bench.clock())

    def shown(self, steps: int = 0) -> str:
        return code_at(self.secret, self.bench.clock() // US_PER_S + steps * STEP_S)

    def enrol(self) -> None:
        central, new = self.bench.central, self.first()
        assert new is not None
        with central.database.write() as session:
            self.secret = factor.begin_enrolment(session, central.vault, self.id, self.bench.clock())
            self.codes = factor.finish_enrolment(
                session, central.vault, OPERATOR, self.id, self.shown(), token=new.token, now_us=self.bench.clock()
            )
        self.bench.clock.now_us += 2 * STEP_US

    def who(self, token: str, *needing: Role) -> Login | None:
        with self.bench.central.database.read() as session:
            return accounts.login_of(session, token, self.bench.clock(), needing)


@pytest.fixture
def person(bench: Bench) -> Person:
    person = Person(bench)
    person.enrol()
    return person


def test_after_the_password_nobody_is_logged_in_until_the_code(person):
    new = person.first()
    assert new is not None
    assert new.second_due
    assert person.who(new.token) is None
    whole = person.second(new.token, person.shown())
    assert whole is not None
    assert whole.token != new.token
    login = person.who(whole.token, Role.APPROVER)
    assert login is not None
    assert login.roles == {Role.APPROVER}
    assert person.who(new.token) is None


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_one_step(person, steps, taken):
    new = person.first()
    assert (person.second(new.token, person.shown(steps)) is not None) is taken


def test_a_code_is_taken_once_and_none_before_it(person):
    code, earlier = person.shown(), person.shown(-1)
    assert person.second(person.first().token, code) is not None
    for used in (code, earlier):
        assert person.second(person.first().token, used) is None
    person.bench.clock.now_us += STEP_US
    assert person.second(person.first().token, person.shown()) is not None


def test_of_any_number_of_simultaneous_tries_of_one_code_one_succeeds(person):
    tokens, code = [person.first().token for _ in range(6)], person.shown()
    with ThreadPoolExecutor(6) as pool:
        assert sum(new is not None for new in pool.map(lambda token: person.second(token, code), tokens)) == 1


def test_wrong_codes_lock_the_account_and_a_right_password_buys_no_new_tries(person):
    for _ in range(FAILURES_MAX):
        new = person.first()
        assert new is not None
        assert person.second(new.token, "000000") is None
    assert person.first() is None
    person.bench.clock.now_us += LOCK_US
    new = person.first()
    assert person.second(new.token, person.shown()) is not None


def test_the_second_factor_must_follow_soon_and_needs_the_first(person):
    new = person.first()
    person.bench.clock.now_us += SECOND_US
    assert person.second(new.token, person.shown()) is None
    assert person.second("no session", person.shown()) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12345\n", "٣٤٥٦٧٨"])
def test_what_is_no_code_is_refused(person, code):
    assert person.second(person.first().token, code) is None


def test_a_recovery_code_opens_once_however_it_is_typed(person):
    assert len(set(person.codes)) == 10
    typed = person.codes[3].lower().replace("-", " ")
    assert person.second(person.first().token, typed) is not None
    assert person.second(person.first().token, person.codes[3]) is None
    with person.bench.central.database.read() as session:
        assert factor.recovery_codes_left(session, person.id) == 9


def test_another_accounts_recovery_code_opens_nothing(person, bench):
    other = Person(bench, "wang")
    other.enrol()
    assert other.second(other.first().token, person.codes[0]) is None


def test_new_recovery_codes_and_removal_need_a_right_code(person):
    central = person.bench.central
    with central.database.write() as session:
        arguments = (session, central.vault, OPERATOR, person.id)
        assert factor.renew_recovery_codes(*arguments, "000000", now_us=person.bench.clock()) is None
        assert not factor.remove_second_factor(*arguments, "000000", now_us=person.bench.clock())
        codes = factor.renew_recovery_codes(*arguments, person.shown(), now_us=person.bench.clock())
    assert codes
    assert not set(codes) & set(person.codes)
    assert person.second(person.first().token, person.codes[0]) is None
    person.bench.clock.now_us += STEP_US
    with central.database.write() as session:
        assert factor.remove_second_factor(session, central.vault, OPERATOR, person.id, person.shown(), now_us=person.bench.clock())
    new = person.first()
    assert not new.second_due


def test_guessing_at_renewal_locks_too(person):
    central = person.bench.central
    for _ in range(FAILURES_MAX):
        with central.database.write() as session:
            factor.remove_second_factor(session, central.vault, OPERATOR, person.id, "000000", now_us=person.bench.clock())
    with central.database.write() as session:
        assert not factor.remove_second_factor(session, central.vault, OPERATOR, person.id, person.shown(), now_us=person.bench.clock())


def test_a_role_that_needs_a_second_factor_is_withheld_without_one(bench):
    person = Person(bench)
    new = person.first()
    assert new is not None
    login = person.who(new.token, Role.APPROVER)
    assert login is not None
    assert (login.roles, login.withheld) == (frozenset(), {Role.APPROVER})
    assert not login.may(Role.APPROVER)
    assert person.who(new.token, Role.LEGAL).may(Role.APPROVER)
    person.enrol()
    assert person.who(new.token, Role.APPROVER).withheld == {Role.APPROVER}


def test_enrolment_wants_a_right_code_first_and_no_second_secret_after(bench):
    person = Person(bench)
    central, new = bench.central, person.first()
    with central.database.write() as session:
        first = factor.begin_enrolment(session, central.vault, person.id, bench.clock())
        assert factor.begin_enrolment(session, central.vault, person.id, bench.clock()) == first
        with pytest.raises(RejectError, match="its clock"):
            factor.finish_enrolment(session, central.vault, OPERATOR, person.id, "000000", token=new.token, now_us=bench.clock())
    assert not person.first().second_due
    person.enrol()
    with central.database.write() as session, pytest.raises(RejectError, match="remove it first"):
        factor.begin_enrolment(session, central.vault, person.id, bench.clock())


def test_the_secret_is_sealed_at_rest_and_recovery_codes_are_hashes(sqlite_bench):
    person = Person(sqlite_bench)
    person.enrol()
    data = sqlite_bench.central.settings.data
    stored = b"".join(path.read_bytes() for path in data.glob("central.db*"))
    assert person.secret.encode() not in stored
    assert base64.b32decode(person.secret) not in stored
    assert not any(code.encode() in stored or code.replace("-", "").encode() in stored for code in person.codes)
    assert (data / "keys" / KEY_NAME).stat().st_mode & 0o077 == 0


def test_a_secret_of_another_key_is_named_and_a_broken_key_stops(tmp_path):
    sealed = Vault(tmp_path / "a").seal("secret", 1)
    assert Vault(tmp_path / "a").unseal(sealed, "x") == "secret"
    with pytest.raises(RejectError, match="restore that file"):
        Vault(tmp_path / "b").unseal(sealed, "x")
    with pytest.raises(RejectError, match="too long ago"):
        Vault(tmp_path / "a").unseal(sealed, "x", now_us=700 * US_PER_S, lasts_s=600)
    (tmp_path / "b" / KEY_NAME).write_bytes(b"rubbish")
    with pytest.raises(StopError, match="no readable key"):
        Vault(tmp_path / "b")


def test_a_reset_by_an_administrator_ends_the_sessions_and_the_factor(person):
    whole = person.second(person.first().token, person.shown())
    with person.bench.central.database.write() as session:
        take_off_second_factor(session, OPERATOR, person.id, person.bench.clock())
    assert person.who(whole.token) is None
    assert not person.first().second_due


def test_a_disabled_account_and_ended_sessions_are_over_at_once(person):
    one, two = (person.second(person.first().token, code) for code in person.codes[:2])
    with person.bench.central.database.write() as session:
        end_sessions(session, person.id, keep_session=accounts.sessions.sha256_hex(one.token.encode()))
    assert (person.who(one.token) is not None, person.who(two.token)) == (True, None)
    with person.bench.central.database.write() as session:
        disable(session, OPERATOR, person.id, person.bench.clock())
    assert person.who(one.token) is None
    assert person.first() is None
