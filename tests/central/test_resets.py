"""Letting somebody in anew: what one administrator can, and all the ways by which he alone would become a second person."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from central.evidence import accounts
from central.evidence.accounts import NewSession, Role
from central.evidence.accounts.grants import OPERATOR
from central.evidence.accounts.links import CODE_TRIES_MAX, LINK_US, LinkState, link_state
from central.evidence.accounts.resets import (
    WAITS_US,
    ResetKind,
    acknowledge_resets,
    ask_login_link,
    ask_second_factor_reset,
    confirm_reset,
    entered_by_link,
    note_password_set,
    reset_alone,
    resets_of,
    untold_resets,
    waiting_resets,
    withdraw_reset,
)
from central.evidence.accounts.second_factor import begin_enrolment, finish_enrolment
from central.evidence.acts import ActFilter, find_acts
from central.evidence.journal import Actor
from central.evidence.models import Account
from contract.faults import RejectError
from contract.units import US_PER_S
from tests.central.authenticator import code_at
from tests.central.bench import Bench
from tests.signing_station import T0_US

WANG = Actor("Wang", "wang-admin", "10.0.0.1")
WANG_AGAIN = Actor("Wang", "wang-other", "10.0.0.1")
LI = Actor("Li", "li-admin", "10.0.0.2")
ZHAO = Actor("Zhao", "zhao-admin", "10.0.0.3")
PASSWORD = "correct horse battery"


class Desk:
    """What happens around the account of one reviewer, Zhao."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.database, self.now_us = bench, bench.central.database, T0_US
        with self.database.write() as session:
            self.zhao = accounts.add_account(session, "zhao", Role.REVIEWER, PASSWORD, T0_US, person="Zhao")

    def ask(self, actor: Actor = WANG, *, alone: bool = False) -> tuple[str, int]:
        with self.database.write() as session:
            token, waits = ask_login_link(session, actor, self.zhao, self.now_us, alone=alone)
            assert waits is not alone
            waiting = waiting_resets(session, self.now_us, self.zhao)
        return token, waiting[-1].id if waiting else 0

    def confirm(self, reset: int, actor: Actor = LI) -> str:
        with self.database.write() as session:
            return confirm_reset(session, actor, self.zhao, reset, self.now_us)

    def enter(self, token: str, code: str = "") -> NewSession | None:
        with self.database.write() as session:
            return accounts.log_in_by_link(session, token, self.now_us, code=code)

    def state(self, token: str) -> LinkState:
        with self.database.read() as session:
            return link_state(session, token, self.now_us)

    def told(self) -> list[str]:
        with self.database.read() as session:
            page = find_acts(session, ActFilter(subject=f"account/{self.zhao}"))
        return [str(row.entry.detail["what"]) for row in reversed(page.rows) if "what" in row.entry.detail]


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench)


def test_a_link_lets_its_owner_in_who_was_given_the_link_by_one_and_the_code_by_another(desk: Desk):
    token, reset = desk.ask()
    assert desk.state(token) is LinkState.WAITS
    code = desk.confirm(reset)
    assert desk.state(token) is LinkState.CODE
    new = desk.enter(token, f" {code.lower()} ")
    assert new is not None
    assert new.login.roles == {Role.REVIEWER}
    assert desk.state(token) is LinkState.GONE
    assert desk.enter(token, code) is None
    assert desk.told()[-2:] == ["login-link-asked", "login-link-confirmed"]


def test_who_asked_for_a_link_has_not_its_code_and_who_has_the_code_has_not_the_link(desk: Desk):
    token, reset = desk.ask()
    assert desk.enter(token) is None
    code = desk.confirm(reset)
    assert desk.enter(token) is None
    assert desk.enter("", code) is None
    assert desk.enter(code, code) is None
    other, _ = desk.ask()
    assert desk.enter(other, code) is None


@pytest.mark.parametrize("actor", [WANG, WANG_AGAIN, ZHAO])
def test_neither_who_asked_nor_the_owner_confirms_with_whatever_account(desk: Desk, actor: Actor):
    token, reset = desk.ask()
    with pytest.raises(RejectError, match="another administrator"):
        desk.confirm(reset, actor)
    assert desk.state(token) is LinkState.WAITS


def test_a_code_is_not_guessed(desk: Desk):
    token, reset = desk.ask()
    code = desk.confirm(reset)
    for _ in range(CODE_TRIES_MAX):
        assert desk.state(token) is LinkState.CODE
        assert desk.enter(token, "AAAA-AAAA") is None
    assert desk.state(token) is LinkState.GONE
    assert desk.enter(token, code) is None


def test_a_request_is_confirmed_once_and_not_when_it_is_old_refused_or_of_another_account(desk: Desk):
    token, reset = desk.ask()
    with desk.database.write() as session, pytest.raises(RejectError, match="does not wait"):
        confirm_reset(session, LI, desk.zhao + 1, reset, desk.now_us)
    desk.confirm(reset)
    with pytest.raises(RejectError, match="does not wait"):
        desk.confirm(reset)
    refused, number = desk.ask()
    with desk.database.write() as session:
        withdraw_reset(session, LI, desk.zhao, number, desk.now_us)
    assert desk.state(refused) is LinkState.GONE
    late, number = desk.ask()
    desk.now_us += LINK_US
    assert desk.state(token) is LinkState.GONE
    desk.now_us += WAITS_US
    assert desk.state(late) is LinkState.GONE
    with pytest.raises(RejectError, match="does not wait"):
        desk.confirm(number)


def test_of_simultaneous_tries_one_enters(desk: Desk):
    token, reset = desk.ask()
    code = desk.confirm(reset)
    with ThreadPoolExecutor(8) as pool:
        entered = list(pool.map(lambda _: desk.enter(token, code) is not None, range(8)))
    assert entered.count(True) == 1


def with_second_factor(desk: Desk) -> None:
    vault = desk.bench.central.vault
    with desk.database.write() as session:
        secret = begin_enrolment(session, vault, desk.zhao, desk.now_us)
        code = code_at(secret, desk.now_us // US_PER_S)
        finish_enrolment(session, vault, OPERATOR, desk.zhao, code, token="", now_us=desk.now_us)


def has_second_factor(desk: Desk) -> bool:
    with desk.database.read() as session:
        return session.get_one(Account, desk.zhao).totp_since_us is not None


def test_a_second_factor_is_taken_off_by_two_administrators_only(desk: Desk):
    with desk.database.write() as session, pytest.raises(RejectError, match="no second factor"):
        ask_second_factor_reset(session, WANG, desk.zhao, desk.now_us, alone=False)
    with_second_factor(desk)
    with desk.database.write() as session:
        assert ask_second_factor_reset(session, WANG, desk.zhao, desk.now_us, alone=False)
        reset = waiting_resets(session, desk.now_us)[0].id
        with pytest.raises(RejectError, match="waits for a second administrator already"):
            ask_second_factor_reset(session, WANG, desk.zhao, desk.now_us, alone=False)
        with pytest.raises(RejectError, match="own person"):
            ask_second_factor_reset(session, ZHAO, desk.zhao, desk.now_us, alone=True)
    assert has_second_factor(desk)
    with pytest.raises(RejectError, match="another administrator"):
        desk.confirm(reset, WANG_AGAIN)
    assert has_second_factor(desk)
    assert desk.confirm(reset) == ""
    assert not has_second_factor(desk)


def test_a_single_administrator_lets_in_alone_and_the_owner_and_every_act_say_so(desk: Desk):
    token, _ = desk.ask(alone=True)
    with desk.database.read() as session:
        assert reset_alone(session, "zhao", 0) is None, "a link that nobody used lets nobody in"
    new = desk.enter(token)
    assert new is not None
    with desk.database.read() as session:
        found = reset_alone(session, "zhao", 0)
        assert found is not None
        assert (found.kind, found.asked_by, found.used_us) == (ResetKind.LINK, "Wang", desk.now_us)
        assert reset_alone(session, "zhao", desk.now_us) is None
        assert reset_alone(session, "rao", 0) is None


def test_the_owner_is_told_until_he_says_that_he_knows_which_nobody_says_for_him_who_entered_by_the_link(desk: Desk):
    token, _ = desk.ask(alone=True)
    intruder = desk.enter(token)
    assert intruder is not None
    with desk.database.write() as session:
        assert entered_by_link(session, intruder.token)
        assert acknowledge_resets(session, ZHAO, desk.zhao, intruder.token, desk.now_us) == 0
    owner = accounts.log_in(desk.database, "zhao", PASSWORD, desk.now_us)
    assert owner is not None
    with desk.database.write() as session:
        assert not entered_by_link(session, owner.token)
        assert [one.asked_by for one in untold_resets(session, desk.zhao, owner.token)] == ["Wang"]
        assert acknowledge_resets(session, ZHAO, desk.zhao, owner.token, desk.now_us) == 1
        assert untold_resets(session, desk.zhao, owner.token) == ()
        assert [one.asked_by for one in resets_of(session, desk.zhao, 0)] == ["Wang"], "it stays to be seen"


def test_a_password_that_was_set_on_the_server_is_told_too(desk: Desk):
    with desk.database.write() as session:
        note_password_set(session, OPERATOR, desk.zhao, desk.now_us)
        found = reset_alone(session, "zhao", 0)
    assert found is not None
    assert (found.kind, found.asked_by) == (ResetKind.PASSWORD, "operator")


def test_a_link_that_two_made_stands_by_no_act(desk: Desk):
    token, reset = desk.ask()
    assert desk.enter(token, desk.confirm(reset)) is not None
    with desk.database.read() as session:
        assert reset_alone(session, "zhao", 0) is None
        assert [(one.asked_by, one.confirmed_by) for one in resets_of(session, desk.zhao, 0)] == [("Wang", "Li")]
