from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.evidence import accounts
from central.evidence.accounts import Login, Role
from central.evidence.accounts.grants import confirm, grant, grants_of, revoke
from central.evidence.accounts.groups import group_id_of, groups, set_group
from central.evidence.journal import Actor
from contract.faults import RejectError
from tests.central.bench import Bench
from tests.signing_station import T0_US, SigningStation

NORTH, SOUTH = "G104-K12", "S2"
ADMIN = Actor("Wang", "wang-admin", "10.0.0.1")
OTHER_ADMIN = Actor("Li", "li-admin", "10.0.0.2")


@pytest.fixture
def two_stations(bench: Bench) -> Bench:
    bench.enrol(SigningStation(id=SOUTH))
    with bench.central.database.write() as session:
        set_group(session, OTHER_ADMIN, "north", frozenset({NORTH}), T0_US)
        for name, person in (("wang", "Wang"), ("wang-admin", "Wang"), ("zhao", "Zhao")):
            accounts.add_account(session, name, None, None, T0_US, person=person)
    return bench


def login(bench: Bench, name: str) -> Login:
    with bench.central.database.write() as session:
        identity = accounts.account_id(session, name)
        assert identity is not None
        new = accounts.log_in_by_link(session, accounts.make_login_link_token(session, identity, T0_US, 1_000), T0_US)
    assert new is not None
    return new.login


def give(bench: Bench, name: str, role: Role, group: str | None = None, actor: Actor = ADMIN, *, alone: bool = True) -> int:
    with bench.central.database.write() as session:
        identity = accounts.account_id(session, name)
        assert identity is not None
        group_id = None if group is None else group_id_of(session, group)
        return grant(session, actor, identity, role, group_id, now_us=T0_US, alone=alone).id


def test_a_role_over_a_group_reaches_the_groups_stations_only(two_stations):
    give(two_stations, "zhao", Role.REVIEWER, "north")
    give(two_stations, "zhao", Role.LEGAL)
    zhao = login(two_stations, "zhao")
    assert zhao.roles == {Role.REVIEWER, Role.LEGAL}
    assert zhao.may(Role.REVIEWER, NORTH)
    assert not zhao.may(Role.REVIEWER, SOUTH)
    assert zhao.may(Role.LEGAL, SOUTH)
    assert zhao.stations_for(Role.REVIEWER) == {NORTH}
    assert zhao.stations_for(Role.LEGAL) is None
    assert zhao.stations_for(Role.APPROVER) == frozenset()


def test_a_role_over_an_empty_group_reaches_nothing(two_stations):
    with two_stations.central.database.write() as session:
        set_group(session, OTHER_ADMIN, "none", frozenset(), T0_US)
    give(two_stations, "zhao", Role.REVIEWER, "none")
    zhao = login(two_stations, "zhao")
    assert zhao.roles == {Role.REVIEWER}
    assert zhao.stations_for(Role.REVIEWER) == frozenset()
    assert not zhao.may(Role.REVIEWER, NORTH)


def test_an_administrator_gives_his_own_person_a_role_only_with_a_second_one(two_stations):
    identity = give(two_stations, "wang", Role.APPROVER)
    assert login(two_stations, "wang").roles == frozenset()
    database = two_stations.central.database
    for actor in (ADMIN, Actor("Wang", "third", "local")):
        with database.write() as session, pytest.raises(RejectError, match="another administrator"):
            confirm(session, actor, identity, T0_US)
    with database.write() as session:
        confirm(session, OTHER_ADMIN, identity, T0_US)
    assert login(two_stations, "wang").roles == {Role.APPROVER}
    with database.write() as session, pytest.raises(RejectError, match="does not wait"):
        confirm(session, OTHER_ADMIN, identity, T0_US)


@pytest.mark.parametrize("role", Role)
def test_a_role_that_decides_or_gives_roles_waits_for_a_second_administrator_even_for_somebody_else(two_stations, role):
    identity = give(two_stations, "zhao", role, alone=False)
    guarded = role in {*accounts.CASE_ROLES, Role.ADMINISTRATOR}
    assert login(two_stations, "zhao").roles == (frozenset() if guarded else {role})
    database = two_stations.central.database
    for actor in (ADMIN, Actor("Wang", "third", "local"), Actor("Zhao", "zhao-admin", "local")):
        with database.write() as session, pytest.raises(RejectError, match="another administrator" if guarded else "does not wait"):
            confirm(session, actor, identity, T0_US)
    if guarded:
        with database.write() as session:
            confirm(session, OTHER_ADMIN, identity, T0_US)
    assert login(two_stations, "zhao").roles == {role}


def test_an_invented_administrator_confirms_nothing(two_stations):
    """One insider makes a puppet administrator, to be his own second one: its role waits, so it never opens a page on which to confirm."""
    with two_stations.central.database.write() as session:
        puppet = accounts.add_account(session, "puppet", Role.ADMINISTRATOR, None, T0_US, actor=ADMIN)
        assert [one.confirmed for one in grants_of(session, puppet)] == [False]
    assert login(two_stations, "puppet").roles == frozenset()


def test_who_gives_roles_does_not_act_on_cases_with_the_same_account(two_stations):
    give(two_stations, "zhao", Role.ADMINISTRATOR)
    for role in accounts.CASE_ROLES:
        with pytest.raises(RejectError, match="two accounts"):
            give(two_stations, "zhao", role)
    give(two_stations, "zhao", Role.AUDITOR)


def test_an_administrator_is_one_for_every_station(two_stations):
    with pytest.raises(RejectError, match="every station"):
        give(two_stations, "zhao", Role.ADMINISTRATOR, "north")


def test_nobody_widens_a_group_that_gives_himself_a_role(two_stations):
    give(two_stations, "wang", Role.REVIEWER, "north", actor=OTHER_ADMIN)
    with two_stations.central.database.write() as session, pytest.raises(RejectError, match="another administrator"):
        set_group(session, ADMIN, "north", frozenset({NORTH, SOUTH}), T0_US)


def test_the_last_administrator_stays(two_stations):
    first = give(two_stations, "zhao", Role.ADMINISTRATOR)
    database = two_stations.central.database
    with database.write() as session, pytest.raises(RejectError, match="last administrator"):
        revoke(session, ADMIN, first, T0_US)
    give(two_stations, "wang", Role.ADMINISTRATOR, actor=OTHER_ADMIN)
    with database.write() as session:
        revoke(session, ADMIN, first, T0_US)
    assert login(two_stations, "zhao").roles == frozenset()


def test_a_role_is_not_given_twice_nor_over_what_is_not_there(two_stations):
    give(two_stations, "zhao", Role.REVIEWER, "north")
    with pytest.raises(RejectError, match="already"):
        give(two_stations, "zhao", Role.REVIEWER, "north")
    with pytest.raises(RejectError, match="there are: north"):
        give(two_stations, "zhao", Role.REVIEWER, "east")
    with two_stations.central.database.write() as session, pytest.raises(RejectError, match="not enrolled"):
        set_group(session, ADMIN, "east", frozenset({"nowhere"}), T0_US)


STEPS = st.lists(
    st.tuples(st.sampled_from(["give", "take"]), st.sampled_from(sorted(Role)), st.sampled_from([None, "north", "both"])), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_a_login_may_is_the_union_of_what_was_given_and_not_taken(sqlite_bench: Bench, steps):
    database = sqlite_bench.central.database
    given_now: set[tuple[Role, str | None]] = set()
    reach = {None: {NORTH, SOUTH}, "north": {NORTH}, "both": {NORTH, SOUTH}}
    with database.read() as session:
        fresh = not groups(session)
    if fresh:
        sqlite_bench.enrol(SigningStation(id=SOUTH))
        with database.write() as session:
            set_group(session, ADMIN, "north", frozenset({NORTH}), T0_US)
            set_group(session, ADMIN, "both", frozenset({NORTH, SOUTH}), T0_US)
            accounts.add_account(session, "other-admin", Role.ADMINISTRATOR, None, T0_US)
            accounts.add_account(session, "zhao", None, None, T0_US)
    for deed, role, group in steps:
        if deed == "give":
            with suppress(RejectError):
                give(sqlite_bench, "zhao", role, group)
                given_now.add((role, group))
        else:
            _take(sqlite_bench, role, group)
            given_now.discard((role, group))
    zhao = login(sqlite_bench, "zhao")
    for role in Role:
        expected = set().union(*(reach[group] for held, group in given_now if held == role))
        assert {station for station in (NORTH, SOUTH) if zhao.may(role, station)} == expected
        assert zhao.may(role) == any(held == role for held, _ in given_now)
    for role, group in given_now:
        _take(sqlite_bench, role, group)


def _take(bench: Bench, role: Role, group: str | None) -> None:
    with bench.central.database.write() as session:
        identity = accounts.account_id(session, "zhao")
        assert identity is not None
        for one in grants_of(session, identity):
            if (one.role, one.group) == (role, group):
                revoke(session, ADMIN, one.id, T0_US)
